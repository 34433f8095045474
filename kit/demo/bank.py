"""The invented bank, branch by branch into its files; memory holds one branch at a time."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from kit.demo.branch import Branch, draw_branch
from kit.demo.extracts import layout_of
from kit.demo.oddities import Columns, with_oddities
from kit.demo.plan import Calendar, branch_plans, calendar
from kit.demo.sheets import Extract
from kit.errors import BadValue


def draw_bank(
    *, branches: int, customers: int, seed: int, cal: Calendar
) -> Iterator[tuple[Branch, Iterator[tuple[str, Columns]]]]:
    """Each branch, and its columns by file; no branch depends on the others."""
    for plan in branch_plans(branches):
        rng = np.random.default_rng([seed, plan.number])
        branch = draw_branch(rng, plan, customers, cal)
        yield branch, branch.files(rng, cal)


def write_bank(
    folder: Path,
    *,
    branches: int = 6,
    customers: int = 5000,
    seed: int = 20261031,
    as_of: date = date(2026, 10, 31),
    months: int = 13,
) -> None:
    """Write an invented bank's extracts into ``folder/extracts``, which is made if it is not there.

    Parameters
    ----------
    folder
        Of the engagement.
    branches, customers
        How many branches, and how many customers each.
    seed
        The same seed gives the same bank, its text files byte for byte.
    as_of
        The last day of the last month.
    months
        Month ends in the panel, at least 4: the last three have a transaction file.

    Raises
    ------
    BadValue
        If a number is out of range.
    """
    for place, value, least in (("branches", branches, 1), ("customers", customers, 1), ("months", months, 4)):
        if value < least:
            raise BadValue(path="demo", place=place, value=value, expected=f" ≥ {least}")
    cal = calendar(as_of, months)
    (folder / "extracts").mkdir(parents=True, exist_ok=True)
    extracts: dict[str, Extract] = {}
    drawn = (
        (file, branch.plan.name, columns)
        for branch, files in draw_bank(branches=branches, customers=customers, seed=seed, cal=cal)
        for file, columns in files
    )
    for block in with_oddities(drawn, cal):
        if block.file not in extracts:
            layout = layout_of(block.file, cal)
            extracts[block.file] = Extract(folder / "extracts", block.file, layout, day=f"{as_of:%Y年%m月%d日}")
        extracts[block.file].append(block)
    for extract in extracts.values():
        extract.close()
