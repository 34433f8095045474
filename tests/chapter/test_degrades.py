"""Whatever optional column or table the bank leaves out, the report is finished and says what would unlock the rest."""

import os
import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import kit.columns
from kit.book import Book
from kit.engagement import load
from kit.features import features, settle_dates
from kit.features.completeness import files
from kit.params import Params
from kit.run.prepare import derive
from kit.schema import schema

BRANCH = "0101"
_MANDATORY = ("customer", "customer_month")


def _without(data: Path, dropped: str, folder: Path) -> Path:
    """A copy of a run's data whose book lacks a table or ``table.column``."""
    shutil.copytree(data, folder, copy_function=os.link)
    table, _, column = dropped.partition(".")
    path = folder / "book" / f"{table}.parquet"
    left = pq.read_table(path).drop_columns(column) if column else None
    path.unlink()
    if left is not None:
        pq.write_table(left, path)
    return folder


@dataclass(frozen=True)
class _Shape:
    """What a report is made of: where it is the same, only other figures stand in it.

    ``told_apart`` are the derived columns that tell rows apart; a table without rows is no question of columns.
    """

    told_apart: set[str]
    unlocks: set[str]
    fields: set[str]
    staff: set[str]


def _shape(data: Path, params: Params) -> _Shape:
    book = Book(data)
    params = settle_dates(book, params)
    made = features(book, params)
    tables = [made.customers, *(table.to_pandas() for table in made.tables.values())]
    return _Shape(
        told_apart={name for rows in tables for name in rows if rows.empty or rows[name].nunique(dropna=False) > 1},
        unlocks=set(made.unlocks),
        fields=set(files(book, made.table, params).completeness["field"].to_pylist()),
        staff=set(book.columns("staff")),
    )


@cache
def _unread() -> set[str]:
    """Columns that nothing behind the intake reads: a report without them is the same."""
    folder = Path(kit.__file__).parent
    readers = [p for p in folder.rglob("*") if p.suffix in (".py", ".sql") and not {"intake", "demo"} & {*p.parts}]
    text = " ".join(p.read_text(encoding="utf-8") for p in readers if p.name != "columns.py")
    words, constants = set(re.findall(r"\w+", text)), {v: k for k, v in vars(kit.columns).items() if k.isupper()}
    columns = {c.id for table in schema().values() for c in table.columns.values()}
    return {column for column in columns if not {column, constants.get(column)} & words}


def _optional(table: str, data: Path) -> list[str]:
    """What of a table was sent and may be left out: the table itself, and its columns one by one."""
    path = data / "book" / f"{table}.parquet"
    sent = set(pq.read_schema(path).names) if path.is_file() else set()
    columns = [
        f"{table}.{c.id}" for c in schema()[table].columns.values() if c.id in sent - _unread() and c.need != "M"
    ]
    return columns if table in _MANDATORY else [table] * bool(sent) + columns


def _names(dropped: str) -> list[str]:
    table, _, column = dropped.partition(".")
    found = schema()[table].columns[column] if column else schema()[table]
    return [found.label("zh"), found.label("en")]


@pytest.mark.parametrize("table", schema())
def test_a_report_without_an_optional_column_is_finished_and_names_it_where_it_is_missed(
    table, bank, prepared, read, tmp_path
):
    engagement, whole, wrong = load(bank[0]), prepared / "data", []
    known, before = _shape(whole, engagement.params), {each.text for each in read(whole, BRANCH)}
    for dropped in _optional(table, whole):
        data = _without(whole, dropped, tmp_path / dropped)
        left = _shape(data, engagement.params)
        if left == known:
            continue
        derive(engagement, data, lambda _stage: None)
        shown = read(data, BRANCH)
        wrong += [f"{dropped}: {fault}" for each in shown for fault in each.faults()]
        new = [each for each in shown if each.text not in before]
        named = {each.text for each in new if any(name in each.text for name in _names(dropped))}
        wrong += [f"{dropped}: not named in: {each.text}" for each in new if each.unlocks and each.text not in named]
        silent = known.told_apart - left.told_apart - left.unlocks if not named else ()
        wrong += [f"{dropped}: {name} says nothing any more, and nothing says why" for name in silent]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
