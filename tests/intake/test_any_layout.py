"""Any table in any layout, form, encoding and style, read again, is the same table, or its rows are in quarantine."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import vault
from kit.intake import find_sources, intake
from kit.intake.grid import Sheet
from kit.intake.layout import Skipped, find_layout
from kit.intake.readers import batches, grids
from kit.intake.rows import Splitter
from kit.keys import surrogate
from kit.schema import aliases, normalise, schema
from messy_bank.mess import Mess

KEY = b"not a secret: a key for tests"
AS_OF = date(2026, 10, 31)
EXAMPLES = settings.default.max_examples
TABLES = 16  # in one folder: every intake has a cost of its own
# The same tables in each run of `make test`; the longer runs draw new ones.
RUN = settings(derandomize=EXAMPLES == 25, suppress_health_check=[HealthCheck.too_slow])


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


@RUN
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


@dataclass(frozen=True)
class Owed:
    """What an intake owes a row that was drawn: its filled cells in the book, its name in the vault.

    A row that lacks what it must have belongs in quarantine.
    """

    table: str
    key: str
    cells: dict[str, object]
    name: str | None
    lacks: bool


def booked(column, value, entity):
    match column.type:
        case "money":
            return int(value.scaleb(2))
        case "bool":
            return value == "是"
        case "secret":
            return surrogate(KEY, value)
        case "surrogate":
            return surrogate(KEY, *entity, value)
    return value


def owed(tables):
    """Rows of all tables; where every table of customers (or of units) gives it, their entity is a part of the key."""
    keys = ("客户号", "单位客户号")
    scoped = {key: all("法人行号" in sent.blocks[0] for sent in tables if key in sent.blocks[0]) for key in keys}
    for sent in tables:
        table, key = schema()[sent.table], next(label for label in keys if label in sent.blocks[0])
        known = {label: aliases(table.id)[normalise(label)[0]] for label in sent.blocks[0]}
        needed = {column.id for column in table.mandatory} | ({"legal_entity"} if scoped[key] else set())
        either = {column.id for column in table.either if column in known.values()}
        for values in sent.rows():
            pairs = zip(known, values, strict=True)
            row = {label: value for label, value in pairs if text(value) not in ("", *known[label].missing)}
            entity = [row["法人行号"]] if scoped[key] and "法人行号" in row else []
            book = {known[x].id: booked(known[x], row[x], entity) for x in row if not known[x].vaulted}
            lacks = not needed <= set(book) or bool(either and not either & set(book))
            name = next((row[x] for x in row if known[x].vaulted), None)
            yield Owed(table.id, book[known[key].id], book, name, lacks)


def delivered(tables):
    """The tables with a list of their customers, and with one database at most."""
    queries = [sent for sent in tables if sent.mess.form == "sql"]
    sent = [replace(s, mess=replace(s.mess, form="parquet")) if s in queries[1:] else s for s in tables]
    others = [s for s in tables if s.table not in ("customer", "unit_account")]
    numbers = [number for s in others for block in s.blocks for number in block["客户号"].to_pylist()]
    customers = {"客户号": pa.array(numbers), "归属机构号": pa.array(["0001"] * len(numbers))}
    return [*sent, replace(tables[0], table="customer", blocks=(customers,), mess=Mess())] if numbers else sent


@contextmanager
def taken_in(tables):
    """Result of an intake of all tables, its folder, and the rows of each file."""
    with tempfile.TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
        folder, rows, passwords = Path(scratch), {}, {}
        for number, sent in enumerate(tables):
            if sent.mess.form == "sql":
                patch.setenv("BRANCH_KIT_DEMO_DATABASE", f"sqlite:///{folder / f'清单{number}.sqlite'}")
            told = sent.write(folder / "extracts", f"清单{number}")
            rows |= {name: file.rows for name, file in told.items()}
            passwords |= dict.fromkeys(told, sent.mess.password or None)
        options = {"key": KEY, "as_of": AS_OF, "password": lambda path: passwords[path.name]}
        yield intake(find_sources(folder), out=folder / "data", **options), folder / "data", rows


def at_home(row):
    """A row without the amounts in another currency, for which nobody stated a rate."""
    if row.cells.get("currency", "CNY") == "CNY":
        return row
    money = {name for name, column in schema()[row.table].columns.items() if column.type == "money"}
    return replace(row, cells={name: value for name, value in row.cells.items() if name not in money})


def sums(rows):
    """Sum of each amount column, without those of zero."""
    found = Counter()
    for row in rows:
        amounts = [name for name in row.cells if schema()[row.table].columns[name].type == "money"]
        found.update({(row.table, name): row.cells[name] for name in amounts})
    return {column: total for column, total in found.items() if total}


@settings(RUN, max_examples=-(-EXAMPLES // TABLES))
@given(data=st.data())
def test_every_row_is_in_the_book_as_it_was_or_in_quarantine_and_every_amount_ties(messy, data) -> None:
    tables = delivered(data.draw(st.tuples(*(messy(first=100 * number) for number in range(TABLES)))))
    with taken_in(tables) as (result, out, sizes):
        book = {table: pq.read_table(out / "book" / f"{table}.parquet").to_pylist() for table in result.tables}
        quarantine = pq.read_table(out / "quarantine.parquet").to_pylist()
        persons = [row for batch in vault.batches(out / vault.VAULT, key=KEY) for row in batch.to_pylist()]
    assert result.refused == ()

    rows = list(owed(tables))
    dated = {("holding", "as_of")}  # it has the date that a title states
    held = {
        (table, row.get("customer_id") or row["unit_id"]): {
            name: x for name, x in row.items() if x is not None and (table, name) not in dated
        }
        for table in {sent.table for sent in tables}
        for row in book[table]
    }
    kept = [row for row in rows if (row.table, row.key) in held]
    home = [at_home(row) for row in kept]
    assert held == {
        (row.table, row.key): {name: x for name, x in row.cells.items() if (row.table, name) not in dated}
        for row in home
        if not row.lacks
    }
    gone = [row for row in rows if (row.table, row.key) not in held]
    # Two amounts that happen to stand at one to ten thousand are a row in two units.
    reasons = Counter("missing" if row.lacks else "unit_mismatch" for row in gone)
    assert Counter(entry["reason"] for entry in quarantine if entry["whole_row"]) == reasons
    apart = sum(len(row.cells) - len(there.cells) for row, there in zip(kept, home, strict=True))
    assert len(quarantine) == len(gone) + apart, "no cell is lost"
    names = {(row.table, row.key): row.name for row in kept if row.table in ("customer", "unit_account")}
    assert {(person["table"], person["customer_id"]): person["customer_name"] for person in persons} == names

    went, ties = result.reconciliation, result.control_sums
    assert went.groupby("file")["rows_in"].sum().to_dict() == sizes
    assert (went["rows_in"] == went["accepted"] + went["quarantined"]).all()
    assert (went["accepted"].sum(), went["quarantined"].sum()) == (len(kept), len(gone))
    parts = ties["book_sum_fen"] + ties["quarantined_sum_fen"] + ties["currency_sum_fen"]
    assert (ties["source_sum_fen"] == parts).all()
    for kind, wanted in (("source", rows), ("book", home), ("quarantined", gone)):
        found = ties.groupby(["table", "column"])[f"{kind}_sum_fen"].sum()
        assert found[found != 0].to_dict() == sums(wanted)
