from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest

from kit.errors import KitError
from kit.intake.grid import Grid
from kit.intake.readers import batches, grids
from kit.intake.rows import BadRow


@dataclass
class Table:
    """A grid with the rows below one of its rows."""

    grid: Grid
    rows: list[tuple[str, ...]]
    numbers: list[int]
    bad: list[BadRow]


def fetch(grid: Grid, *, after: int = 1, width: int = 0) -> Table:
    width, bad = width or len(grid.head[after - 1]), []
    made = list(batches(grid, after=after, width=width, refuse=bad.append))
    if not made:
        return Table(grid, [], [], bad)
    everything = pa.Table.from_batches(made)
    assert everything.schema.names == ["row_number", *(f"c{i}" for i in range(width))]
    assert not any(column.null_count for column in everything.columns)
    numbers, *columns = (column.to_pylist() for column in everything.sort_by("row_number").columns)
    return Table(grid, list(zip(*columns, strict=True)), numbers, bad)


@pytest.fixture
def read():
    """The tables of a file by name, or the only one."""

    def tables(path, *, after=1, width=0, **options):
        found = [fetch(grid, after=after, width=width) for grid in grids(path, **options)]
        return found[0] if len(found) == 1 else {table.grid.name: table for table in found}

    tables.fetch, tables.batches = fetch, batches
    return tables


@pytest.fixture
def refusal(monkeypatch):
    """What the error that a call must end with says in each language."""

    def sentences(call, kind=KitError) -> dict[str, str]:
        said = {}
        for language in ("zh", "en"):
            monkeypatch.setenv("BRANCH_KIT_LANGUAGE", language)
            with pytest.raises(kind) as error:
                call()
            said[language] = str(error.value)
        return said

    return sentences
