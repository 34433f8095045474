"""Any table in any layout, form, encoding and style, read again, is the same table; other lines are accounted for."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.intake.grid import Sheet
from kit.intake.layout import Skipped, find_layout
from kit.intake.readers import batches, grids
from kit.intake.rows import Splitter

AS_OF = date(2026, 10, 31)
EXAMPLES = max(200, settings.default.max_examples)
# The same tables in each run of the tests; `make fuzz` draws new ones.
RUN = settings(deadline=None, derandomize=EXAMPLES == 200, suppress_health_check=[HealthCheck.too_slow])


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
