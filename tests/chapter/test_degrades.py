"""Whatever optional column or table the bank leaves out, the report is finished and says what would unlock the rest."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
import pyarrow.parquet as pq
import pytest
from pandas.api.types import is_list_like

import kit.columns
from kit.book import Book
from kit.chapter import opening
from kit.engagement import chapter_notebooks, load
from kit.features import Features, features, settle_dates
from kit.features.completeness import files
from kit.params import Params
from kit.run import prepare
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


def _shape(data: Path, params: Params) -> tuple[Features, _Shape]:
    book = Book(data)
    params = settle_dates(book, params)
    made = features(book, params)
    tables = [made.customers, *(table.to_pandas() for table in made.tables.values())]
    return made, _Shape(
        told_apart={name for rows in tables for name in rows if rows.empty or rows[name].nunique(dropna=False) > 1},
        unlocks=set(made.unlocks),
        fields=set(files(book, made.table, params).completeness["field"].to_pylist()),
        staff=set(book.columns("staff")),
    )


@contextmanager
def _sought() -> Iterator[set[str]]:
    """Every name that is looked up in a frame: whatever is done with a column, pandas asks an index for it."""
    names = set[str]()

    def noting(own: Callable[..., Any]) -> Callable[..., Any]:
        def asked(index: pd.Index, wanted: Any, *args: Any, **options: Any) -> Any:
            names.update(each for each in (wanted if is_list_like(wanted) else [wanted]) if isinstance(each, str))
            return own(index, wanted, *args, **options)

        return asked

    ways = ("get_loc", "__contains__", "get_indexer", "intersection", "difference", "isin")
    with patch.multiple(pd.Index, **{way: noting(getattr(pd.Index, way)) for way in ways}):
        yield names


def _changed(data: Path, whole: Path, table: str) -> set[str]:
    """Columns of a table in which two runs differ."""
    one, other = (pq.read_table(folder / f"{table}.parquet") for folder in (data, whole))
    same = set(one.column_names) & set(other.column_names) if one.num_rows == other.num_rows else set()
    return {*one.column_names, *other.column_names} - {name for name in same if one[name].equals(other[name])}


@dataclass(frozen=True)
class _Whole:
    """The report on all that was sent: its shape, what it shows; tables opened and names looked up by chapter."""

    shape: _Shape
    texts: set[str]
    opened: dict[str, set[str]]
    sought: dict[str, set[str]]

    def touched(self, changed: dict[str, set[str]]) -> set[str]:
        """Chapters that may say something else where these columns of the tables have changed."""
        return {
            chapter
            for chapter, tables in self.opened.items()
            if any(self.sought[chapter] & changed[table] for table in tables)
        }


@pytest.fixture(scope="module")
def whole(bank, prepared, read) -> _Whole:
    data, texts, opened, sought = prepared / "data", set(), {}, {}
    for chapter in chapter_notebooks():
        with _sought() as sought[chapter], patch.object(opening, "opened", wraps=opening.opened) as tables:
            texts |= {each.text for each in read(data, BRANCH, [chapter])}
        opened[chapter] = {call.args[2] for call in tables.call_args_list}
    return _Whole(_shape(data, load(bank[0]).params)[1], texts, opened, sought)


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
    table, bank, prepared, whole, read, tmp_path, monkeypatch
):
    """A chapter that looks up no column that has changed says the same again, and is not read again."""
    engagement, known, wrong = load(bank[0]), whole.shape, []
    for dropped in _optional(table, prepared / "data"):
        data = _without(prepared / "data", dropped, tmp_path / dropped)
        made, left = _shape(data, engagement.params)
        if left == known:
            continue
        monkeypatch.setattr(prepare, "features", lambda *_, made=made: made)
        prepare.derive(engagement, data, lambda _stage: None)
        tables = set().union(*whole.opened.values())
        changed = {table: _changed(data, prepared / "data", table) for table in tables}
        shown = read(data, BRANCH, {"quality"} | whole.touched(changed))  # which tells what was sent
        wrong += [f"{dropped}: {fault}" for each in shown for fault in each.faults()]
        new = [each for each in shown if each.text not in whole.texts]
        named = {each.text for each in new if any(name in each.text for name in _names(dropped))}
        wrong += [f"{dropped}: not named in: {each.text}" for each in new if each.unlocks and each.text not in named]
        silent = known.told_apart - left.told_apart - left.unlocks if not named else ()
        wrong += [f"{dropped}: {name} says nothing any more, and nothing says why" for name in silent]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
