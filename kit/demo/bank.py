"""The invented bank, branch by branch into its files; memory holds one branch at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kit.demo.branch import PANEL, draw_branch
from kit.demo.files import CsvFile, XlsxFile
from kit.demo.oddities import REPEATED, bad_rows, spoil
from kit.demo.plan import branch_plans, calendar
from kit.demo.truth import FACTS, Facts, FileTruth, Truth, group_truth
from kit.errors import BadValue

__all__ = ["write_bank"]

_BOOKS = ("机构表", "员工表", "管户关系", "联系记录", "成交记录", "活动记录", "单位账户")  # come as xlsx
_MARKED = "产品持有"  # saved by hand from a spreadsheet: UTF-8 with a byte-order mark


def write_bank(
    folder: Path,
    *,
    branches: int = 6,
    customers: int = 5000,
    seed: int = 20261031,
    as_of: date = date(2026, 10, 31),
    months: int = 13,
) -> Truth:
    """Write an invented bank's extracts into ``folder/extracts`` and what was planted in them beside it.

    Parameters
    ----------
    folder
        Gets ``extracts/``, ``truth.json`` and ``truth_customers.parquet``; made if it is not there.
    branches, customers
        How many branches, and how many customers each.
    seed
        The same seed gives the same csv files and truth, byte for byte; no branch depends on the others.
    as_of
        The last day of the last month.
    months
        Month ends in the panel, at least 4: the last three have a transaction file.

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
    (folder / "extracts").mkdir(parents=True, exist_ok=True)
    facts: list[Facts] = []
    with ExitStack() as stack:
        files = _Extracts(
            stack,
            folder / "extracts",
            as_of,
            full=f"{PANEL}_{cal.months[-1]}",
            spoilt=f"{PANEL}_{cal.months[1]}",
        )
        told = stack.enter_context(pq.ParquetWriter(folder / "truth_customers.parquet", FACTS))
        for plan in branch_plans(branches):
            rng = np.random.default_rng([seed, plan.number])
            branch = draw_branch(rng, plan, customers, cal)
            for name, columns in branch.files(rng, cal):
                files.append(name, columns)
            facts.append(branch.facts(cal))
            told.write_table(facts[-1].table())
        fates = files.finish()
    truth = Truth(
        as_of=as_of.isoformat(),
        seed=seed,
        branches=tuple({"branch_id": f.plan.branch_id, "branch_name": f.plan.name, **group_truth([f])} for f in facts),
        totals=group_truth(facts),
        files=fates,
    )
    (folder / "truth.json").write_text(truth.to_json(), encoding="utf-8", newline="\n")
    return truth


class _Extracts:
    """The bank's files while they grow, and what becomes of their rows. A file without rows is never made."""

    def __init__(self, stack: ExitStack, folder: Path, as_of: date, *, full: str, spoilt: str) -> None:
        self._stack, self._folder, self._as_of = stack, folder, as_of
        self._full, self._spoilt = full, spoilt
        self._files: dict[str, CsvFile | XlsxFile] = {}
        self._first: dict[str, dict[str, Any]] = {}
        self._bad: dict[str, Counter[str]] = {}

    def append(self, name: str, columns: Mapping[str, pa.Array | Sequence[Any]]) -> None:
        """Add one branch's rows to a file."""
        size = len(next(iter(columns.values())))
        if size == 0:
            return
        bad = self._bad.setdefault(name, Counter())
        if name == self._spoilt and not bad:
            # Of a past month, so that today's figures do not hang on it.
            bad["not_money"] = min(2, size)
            columns = spoil(columns, ("月日均AUM", "时点AUM"), bad["not_money"])
        if name not in self._files:
            self._files[name] = self._open(name)
            self._first[name] = {header: _cell(column[0]) for header, column in columns.items()}
        self._files[name].append(columns)

    def _open(self, name: str) -> CsvFile | XlsxFile:
        if name in _BOOKS:
            dates = {"分配日期": "yyyy-mm-dd"}
            return self._stack.enter_context(XlsxFile(self._folder / f"{name}.xlsx", name, self._as_of, dates))
        encoding = "utf-8-sig" if name == _MARKED else "gb18030"
        return self._stack.enter_context(CsvFile(self._folder / f"{name}.csv", encoding))

    def finish(self) -> dict[str, FileTruth]:
        """Add the bad rows at the end of the files; each file's rows and their fate."""
        fates = {}
        for name, file in self._files.items():
            bad = self._bad[name]
            for reason, row in bad_rows(PANEL if name == self._full else name, self._first[name]):
                file.append({header: [value] for header, value in row.items()})
                bad[reason] += 1
            repeated = bad.pop(REPEATED, 0)
            fates[file.path.name] = FileTruth(rows=file.rows, repeated=repeated, quarantined=dict(sorted(bad.items())))
        return fates


def _cell(value: Any) -> Any:
    return value.as_py() if isinstance(value, pa.Scalar) else value
