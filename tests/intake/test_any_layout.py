"""Any table in any layout, form, encoding and style, read again, is the same table; other lines are accounted for."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.book import Book
from kit.intake import find_sources, intake
from kit.intake.grid import Sheet
from kit.intake.layout import Skipped, find_layout
from kit.intake.readers import batches, grids
from kit.intake.rows import Splitter
from kit.schema import aliases, normalise

KEY = b"not a secret: a key for tests"
EXAMPLES = max(200, settings.default.max_examples)
RUN = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
AS_OF = date(2026, 10, 31)
HASHED = ("secret", "surrogate")


def text(value: object) -> str:
    return "" if value is None else f"{value:%Y%m%d}" if isinstance(value, date) else str(value)


@contextmanager
def written(sent):
    """Folder with the files of a table, and what they hold; a query finds its database."""
    with tempfile.TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
        folder = Path(scratch) / "extracts"
        told = sent.write(folder)
        patch.setenv("BRANCH_KIT_DEMO_DATABASE", f"sqlite:///{Path(scratch) / '清单.sqlite'}")
        yield folder, told


def split(sheet: Sheet):
    """Data rows of a sheet, and the lines that are none, by kind."""
    splitter, found = Splitter(sheet), []
    for batch in batches(sheet.grid, after=sheet.header_row, width=len(sheet.headers), refuse=splitter.refuse):
        found += splitter.split(batch).to_pylist()
    held, bad = splitter.finish()
    found += held.to_pylist() if held is not None else []
    assert bad == []
    lines = {
        kind: [line.number for line in splitter.lines if line.kind == kind] for kind in ("total", "note", "header")
    }
    found.sort(key=lambda row: row["row_number"])
    return [tuple(row[f"c{i}"] for i in range(len(sheet.headers))) for row in found], lines


@settings(RUN, max_examples=EXAMPLES)
@given(data=st.data())
def test_the_layout_is_found_and_the_rows_are_those_of_the_table(messy, plain_value, data) -> None:
    sent = data.draw(messy())
    mess, found = sent.mess, []
    stated = mess.style.unit if mess.unit_in in ("line", "title", "file") else ""
    with written(sent) as (folder, told):
        for name, file in told.items():
            for grid in grids(folder / name, password=lambda _: mess.password or None):
                truth = file.sheets[grid.name if grid.name in file.sheets else ""]
                layout = find_layout(grid)
                if truth.skipped:
                    assert layout == Skipped(truth.skipped)
                    continue
                assert not isinstance(layout, Skipped)
                assert layout.headers == truth.headers
                assert (layout.first_row, layout.header_row) == (truth.first_row, truth.header_row)
                assert layout.above == truth.above
                assert (layout.unit, layout.as_of) == (stated, AS_OF if mess.dated and not mess.is_named else None)
                rows, lines = split(Sheet(grid, layout))
                assert lines["total"] == [total.row for total in truth.totals]
                assert set(lines["note"]) >= set(truth.notes)
                assert lines["header"] == truth.repeated_headers
                labels = [header.split("/")[-1] for header in truth.headers]
                said = {"unit": truth.unit, "date1904": file.date1904}
                found += [
                    tuple(plain_value(v, sent.table, label, **said) for v, label in zip(row, labels, strict=True))
                    for row in rows
                ]
    assert found == [tuple(map(text, row)) for row in sent.rows()]


def fen(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount.scaleb(2))


def booked(sent, label: str) -> list[object]:
    """What the book should hold of a column, in the order of the rows."""
    values = [value for block in sent.blocks for value in block[label].to_pylist()]
    kind = aliases(sent.table)[normalise(label)[0]].type
    known = {"money": fen, "bool": {"是": True, "否": False, None: None}.get}
    return [known.get(kind, lambda v: v)(value) for value in values]


@settings(RUN, max_examples=EXAMPLES // 8)
@given(data=st.data())
def test_the_book_is_the_table_or_its_rows_are_in_quarantine(messy, data) -> None:
    sent = data.draw(messy().filter(lambda sent: not sent.mess.password))
    with written(sent) as (folder, told):
        result = intake(find_sources(folder.parent), out=folder.parent / "data", key=KEY, as_of=AS_OF)
        book = Book(folder.parent / "data").read(sent.table)
        quarantine = pd.read_parquet(folder.parent / "data" / "quarantine.parquet")
        rows = result.reconciliation[result.reconciliation["table"] == sent.table]
    assert rows["rows_in"].sum() == sum(file.rows for file in told.values()) == len(sent.rows())
    assert (rows["rows_in"] == rows["accepted"] + rows["repeated"] + rows["quarantined"]).all()
    assert len(book) == rows["accepted"].sum()
    whole = quarantine["whole_row"].astype(bool)
    assert whole.sum() == rows["quarantined"].sum()
    for label in sent.blocks[0]:
        column = aliases(sent.table)[normalise(label)[0]]
        if column.id not in book or column.type in HASHED:
            continue
        wanted = Counter(booked(sent, label))
        got = Counter(None if pd.isna(v) else v.date() if isinstance(v, pd.Timestamp) else v for v in book[column.id])
        lost = int(whole.sum()) + int(((quarantine["column"] == column.id) & ~whole).sum())
        # Whatever is not in the book as it was written is in quarantine, and nothing is there that was not written.
        assert sum((wanted - got).values()) <= lost, label
        assert not {value for value in got - wanted if value is not None}, label
