from __future__ import annotations

import pytest

from kit.intake.readers import batches, grids


@pytest.fixture
def read():
    """Rows of the only table of a file, and the records that were refused."""

    def rows(path, *, after=1, width=None, **options):
        (grid,) = grids(path, **options)
        return rows_of(grid, after=after, width=width)

    return rows


def rows_of(grid, *, after=1, width=None):
    bad = []
    width = width or len(grid.head[after - 1])
    found = [batch.to_pylist() for batch in batches(grid, after=after, width=width, refuse=bad.append)]
    return [tuple(row.values()) for batch in found for row in batch], bad
