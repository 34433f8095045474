"""The invented bank, branch by branch into its files; memory holds one branch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kit.demo.answers import Answer, mapping_text
from kit.demo.branch import PANEL, draw_branch
from kit.demo.delivery import Delivery, FileTruth
from kit.demo.extracts import PASSWORD, Sent, sent
from kit.demo.oddities import SPOILT_MONTH, bad_rows, spoil, write_refused
from kit.demo.plan import Calendar, branch_plans, calendar
from kit.demo.truth import FACTS, Facts, Truth, group_truth
from kit.engagement import keep_passwords
from kit.errors import BadValue

__all__ = ["write_bank"]


def write_bank(
    folder: Path,
    *,
    branches: int = 6,
    customers: int = 5000,
    seed: int = 20261031,
    as_of: date = date(2026, 10, 31),
    months: int = 13,
    full: bool = False,
) -> Truth:
    """Write an invented bank's extracts into ``folder/extracts`` and what was planted in them beside it.

    Parameters
    ----------
    folder
        Gets ``extracts/``, ``mapping/`` with the answers to what only a person knows, the password of an encrypted
        extract in ``.secrets``, ``truth.json`` and ``truth_customers.parquet``; made if it is not there.
    branches, customers
        How many branches, and how many customers each.
    seed
        The same seed gives the same text files and truth, byte for byte; no branch depends on the others.
    as_of
        The last day of the last month.
    months
        Month ends in the panel, at least 4: the last three have a transaction file.
    full
        Also files that are to be refused: a damaged workbook, passwords of customers.

    Returns
    -------
    Truth
        The figures planted, by branch and in all, and the fate of each file's rows.

    Raises
    ------
    BadValue
        If a number is out of range.
    """
    for place, value, least in (
        ("branches", branches, 1),
        ("customers", customers, 1),
        ("months", months, 4),
    ):
        if value < least:
            raise BadValue(path="demo", place=place, value=value, expected=f" ≥ {least}")
    cal = calendar(as_of, months)
    for name in ("extracts", "mapping"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    facts: list[Facts] = []
    extracts = _Extracts(folder, cal, as_of)
    with pq.ParquetWriter(folder / "truth_customers.parquet", FACTS) as told:
        for plan in branch_plans(branches):
            rng = np.random.default_rng([seed, plan.number])
            branch = draw_branch(rng, plan, customers, cal)
            for name, columns in branch.files(rng, cal):
                extracts.append(name, plan.name, columns)
            facts.append(branch.facts(cal))
            told.write_table(facts[-1].table())
    files, questions = extracts.finish()
    if full:
        files |= write_refused(folder / "extracts")
    keep_passwords(folder, {name: PASSWORD for name, file in files.items() if file.encrypted})
    truth = Truth(
        as_of=as_of.isoformat(),
        seed=seed,
        branches=tuple({"branch_id": f.plan.branch_id, "branch_name": f.plan.name, **group_truth([f])} for f in facts),
        totals=group_truth(facts),
        files=files,
        questions=questions,
    )
    (folder / "truth.json").write_text(truth.to_json(), encoding="utf-8", newline="\n")
    return truth


class _Extracts:
    """The bank's files while they grow, and what becomes of their rows. A file without rows is never made."""

    def __init__(self, folder: Path, cal: Calendar, as_of: date) -> None:
        self._folder, self._as_of = folder, as_of
        self._ago = {f"{PANEL}_{month}": cal.count - 1 - i for i, month in enumerate(cal.months)}
        self._spoilt = f"{PANEL}_{cal.months[1]}"  # a past month, so that today's figures do not hang on it
        self._sent: dict[str, Sent] = {}
        self._open: dict[str, Delivery] = {}
        self._first: dict[str, dict[str, Any]] = {}

    def append(self, name: str, branch: str, columns: Mapping[str, pa.Array | Sequence[Any]]) -> None:
        """Add one branch's rows to a file."""
        if len(next(iter(columns.values()))) == 0:
            return
        spoilt = None
        if name not in self._open:
            self._begin(name)
            self._first[name] = {header: _cell(column[0]) for header, column in columns.items()}
            columns, spoilt = spoil(SPOILT_MONTH if name == self._spoilt else name, columns)
        self._open[name].append(self._renamed(name, columns), label=branch)
        if spoilt:
            self._open[name].note(spoilt)

    def _begin(self, name: str) -> None:
        told = sent(name, months_ago=None if name == self._spoilt else self._ago.get(name))
        self._sent[name] = told
        self._open[name] = Delivery(
            self._folder / "extracts", name, told.mess, as_of=self._as_of, title=told.title, database=self._folder
        )

    def _renamed(self, name: str, columns: Mapping[str, Any]) -> dict[str, Any]:
        new = self._sent[name].renamed
        return {new.get(header, header): column for header, column in columns.items()}

    def finish(self) -> tuple[dict[str, FileTruth], tuple[Answer, ...]]:
        """Add the bad rows at the end of the files, close them and write the mapping files."""
        files: dict[str, FileTruth] = {}
        answers: list[Answer] = []
        for name, delivery in self._open.items():
            for reason, row in bad_rows(PANEL if self._ago.get(name) == 0 else name, self._first[name]):
                cells = self._renamed(name, {header: [value] for header, value in row.items()})
                delivery.append(cells, fate=reason)
            told = delivery.close()
            files |= told
            answers += self._answer(name, told)
        return files, tuple(answers)

    def _answer(self, name: str, told: Mapping[str, FileTruth]) -> list[Answer]:
        """Write down what the labels of a file mean that nobody can know."""
        about = self._sent[name]
        found: list[Answer] = []
        for file in told if about.answers else ():
            for sheet, facts in told[file].sheets.items():
                given = [Answer(file, label, about.table, *answer) for label, answer in about.answers.items()]
                text = mapping_text(about.table, facts.headers, given, file=file, sheet=sheet, on=self._as_of)
                (self._folder / "mapping" / f"{Path(file).stem}.yml").write_text(text, encoding="utf-8")
                found += given
        return found


def _cell(value: Any) -> Any:
    return value.as_py() if isinstance(value, pa.Scalar) else value
