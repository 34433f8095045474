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
from kit.engagement import Engagement, chapter_notebooks, load
from kit.features import Features, features, settle_dates
from kit.features.completeness import files
from kit.features.definitions import definitions
from kit.params import Params
from kit.run import prepare
from kit.schema import schema

BRANCH = "0101"
_MANDATORY = ("customer", "customer_month")
_LARGEST = ("customer", "customer_month", "contact")  # on which most of the report stands
LARGE = 3  # columns of a group of its own


def _without(data: Path, table: str, dropped: tuple[str, ...], folder: Path) -> Path:
    """A copy of a run's data whose book lacks these columns of a table, or where none is named the table."""
    shutil.copytree(data, folder, copy_function=os.link)
    path = folder / "book" / f"{table}.parquet"
    left = pq.read_table(path).drop_columns(list(dropped)) if dropped else None
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
    """Columns of a table that were sent and may be left out."""
    path = data / "book" / f"{table}.parquet"
    sent = set(pq.read_schema(path).names) if path.is_file() else set()
    return [c.id for c in schema()[table].columns.values() if c.id in sent - _unread() and c.need != "M"]


@cache
def _subjects() -> dict[str, str]:
    """Column (``table.column``) → the first subject with something that cannot do without it."""
    found: dict[str, str] = {}
    for subject, text in definitions().items():
        for sources in re.findall(r"^--   [\w, ]+: (.+)$", text, re.MULTILINE):
            found |= {source: subject for source in re.split(", | or ", sources) if source not in found}
    return found


def _groups(table: str, data: Path) -> list[tuple[str, ...]]:
    """Need groups of a table's optional columns, by subject; those of less than three columns are one.

    Of columns of which a table must have one, the last that was sent stays.
    """
    optional, either = _optional(table, data), {column.id for column in schema()[table].either}
    groups: dict[str, list[str]] = {}
    kept = [column for column in optional if column in either][-1:]
    for column in [each for each in optional if each not in kept]:
        groups.setdefault(_subjects().get(f"{table}.{column}", ""), []).append(column)
    large = [columns for subject, columns in groups.items() if subject and len(columns) >= LARGE]
    rest = [column for columns in groups.values() if columns not in large for column in columns]
    return [tuple(columns) for columns in (*large, rest) if columns]


def _names(table: str, dropped: tuple[str, ...]) -> list[str]:
    found = [schema()[table].columns[column] for column in dropped] or [schema()[table]]
    return [each.label(language) for each in found for language in ("zh", "en")]


@dataclass(frozen=True)
class _Degraded:
    """The report on what is left when something is not sent, beside the report on the whole."""

    engagement: Engagement
    data: Path
    whole: _Whole
    read: Callable[..., list[Any]]
    scratch: Path

    def lost(self, table: str, dropped: tuple[str, ...]) -> set[str]:
        """Derived columns and fields that these columns of a table take away, or leave with one value for everybody."""
        data = _without(self.data, table, dropped, self.scratch / str(abs(hash(dropped))))
        known, left = self.whole.shape, _shape(data, self.engagement.params)[1]
        shutil.rmtree(data)
        return (known.told_apart - left.told_apart) | (left.unlocks - known.unlocks) | (known.fields - left.fields)

    def wrong(self, table: str, dropped: tuple[str, ...] = ()) -> list[str]:
        """What a reader would stumble over without these columns of a table, or where none is named without it.

        A chapter that looks up no column that has changed says the same again, and is not read again.
        """
        name, known = ".".join((table, *dropped)), self.whole.shape
        data = _without(self.data, table, dropped, self.scratch / str(abs(hash(name))))
        made, left = _shape(data, self.engagement.params)
        if left == known:
            return []
        with patch.object(prepare, "features", lambda *_: made):
            prepare.derive(self.engagement, data, lambda _stage: None)
        tables = set().union(*self.whole.opened.values())
        changed = {table: _changed(data, self.data, table) for table in tables}
        shown = self.read(data, BRANCH, {"quality"} | self.whole.touched(changed))  # which tells what was sent
        shutil.rmtree(data)
        wrong = [fault for each in shown for fault in each.faults()]
        new = [each for each in shown if each.text not in self.whole.texts]
        named = {each.text for each in new if any(label in each.text for label in _names(table, dropped))}
        wrong += [f"not named in: {each.text}" for each in new if each.unlocks and each.text not in named]
        silent = known.told_apart - left.told_apart - left.unlocks if not named else ()
        wrong += [f"{derived} says nothing any more, and nothing says why" for derived in silent]
        return [f"{name}: {each}" for each in dict.fromkeys(wrong)]


@pytest.fixture
def degraded(bank, prepared, whole, read, tmp_path, monkeypatch) -> _Degraded:
    monkeypatch.setattr(read.__self__, "laid_out", False)  # whose charts are those of the whole, or less
    return _Degraded(load(bank[0]), prepared / "data", whole, read, tmp_path)


@pytest.mark.parametrize("table", [table for table in schema() if table not in _MANDATORY])
def test_a_report_without_an_optional_table_is_finished_and_names_it_where_it_is_missed(table, degraded):
    if (degraded.data / "book" / f"{table}.parquet").is_file():
        wrong = degraded.wrong(table)
        assert not wrong, "\n".join(wrong)


_OTHERS = [pytest.param(table, marks=pytest.mark.slow) for table in schema() if table not in _LARGEST]


@pytest.mark.parametrize("table", [*_LARGEST, *_OTHERS])
def test_a_report_without_a_group_of_columns_is_finished_and_names_one_where_it_is_missed(table, degraded):
    wrong = [fault for group in _groups(table, degraded.data) for fault in degraded.wrong(table, group)]
    assert not wrong, "\n".join(wrong)


def _alike(degraded: _Degraded, table: str, first: int | None) -> None:
    """Nothing is lost with a column of a need group but what is lost with the group."""
    for group in _groups(table, degraded.data):
        whole = degraded.lost(table, group)
        for column in group[:first]:
            assert degraded.lost(table, (column,)) <= whole, (column, group)


@pytest.mark.parametrize("table", _LARGEST)
def test_a_column_of_a_need_group_takes_away_what_its_group_does_and_no_more(table, degraded):
    _alike(degraded, table, first=1)


@pytest.mark.slow
@pytest.mark.parametrize("table", schema())
def test_every_column_of_a_need_group_takes_away_what_its_group_does_and_no_more(table, degraded):
    _alike(degraded, table, first=None)


@pytest.mark.slow
@pytest.mark.parametrize("table", schema())
def test_a_report_without_an_optional_column_is_finished_and_names_it_where_it_is_missed(table, degraded):
    columns = _optional(table, degraded.data)
    wrong = [fault for column in columns for fault in degraded.wrong(table, (column,))]
    assert not wrong, "\n".join(wrong)
