"""Totals rows: taken out of the data and held against the sum of the rows that they are the total of."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pandas as pd
import pyarrow as pa

from kit.intake.checks.finding import within
from kit.intake.clean import exact_number
from kit.intake.load import Field
from kit.intake.rows import Line
from kit.intake.staging import Loaded, place, registered
from kit.params import Checks

NAMES = ["file", "sheet", "row", "label", "table", "column", "rows", "stated_fen", "summed_fen", "difference_fen"]
NAMES += ["status"]


def totals(connection: Any, loaded: Sequence[Loaded], limits: Checks) -> pd.DataFrame:
    """One row a totals row and amount column: what it states and what the rows sum to.

    A totals row may stand for the rows since the totals row before it, for all before it, or for all of the
    sheet (where it stands on top): it is compared with whichever comes nearest, over all its columns. Sums are in
    exact 分, as a decimal; counts (of the column type ``int``) are in their own unit. Rows in quarantine are part of
    the sum where their amount could be read.
    """
    found = [line for one in loaded if one.lines.totals for line in _of_load(connection, one, limits)]
    return pd.DataFrame(found, columns=NAMES)


def _of_load(connection: Any, one: Loaded, limits: Checks) -> list[tuple[Any, ...]]:
    summed = [f for f in one.load.fields if f.column.type in {"money", "int"} and f.position is not None]
    if not summed:
        return []
    lines = sorted(one.lines.totals, key=lambda line: line.number)
    parts = _sums_between(connection, one, [line.number for line in lines], summed)
    before = list(accumulate(parts, lambda all_above, part: [a + b for a, b in zip(all_above, part, strict=True)]))
    found = []
    for i, (line, stated) in enumerate(zip(lines, _stated(connection, lines, summed), strict=True)):
        rows, *sums = min((parts[i], before[i], before[-1]), key=lambda scope: _distance(stated, scope[1:]))
        label = next((cell for cell in line.cells if cell), "")
        where = (*one.load.sheet.names, line.number, label, one.load.table.id)
        for f, of_line, of_rows in zip(summed, stated, sums, strict=True):
            if of_line is not None:
                status = within(of_line, of_rows, limits.sum_tolerance)
                found.append((*where, f.column.id, rows, of_line, of_rows, of_line - of_rows, status))
    return found


def _distance(stated: Sequence[Decimal | None], sums: Sequence[Decimal]) -> tuple[int, Decimal]:
    """How many columns differ, and by how much in all."""
    apart = [abs(a - b) for a, b in zip(stated, sums, strict=True) if a is not None]
    return sum(each != 0 for each in apart), sum(apart, Decimal(0))


def _sums_between(connection: Any, one: Loaded, rows: list[int], summed: Sequence[Field]) -> list[list[Any]]:
    """Number and sums of the rows before the first totals row, between it and the next, … and after the last."""
    source, row = place()
    columns = ", ".join(f"CAST(coalesce(sum({f.column.id}), 0) AS DECIMAL(38, 0))" for f in summed)
    found = connection.execute(
        f"SELECT len(list_filter(?::BIGINT[], lambda r: r < {row})) AS part, count(*), {columns}"
        f" FROM {one.load.table.id} WHERE {source} = {one.number} GROUP BY part",
        [rows],
    ).fetchall()
    known = {part: figures for part, *figures in found}
    return [known.get(part, [0, *[Decimal(0)] * len(summed)]) for part in range(len(rows) + 1)]


def _stated(connection: Any, lines: Sequence[Line], summed: Sequence[Field]) -> list[tuple[Decimal | None, ...]]:
    """What each totals row says in each of the columns; nothing where it cannot be read."""
    cells: list[dict[int | None, str]] = [dict(enumerate(line.cells)) for line in lines]
    texts = {f"c{f.position}": [of.get(f.position, "") for of in cells] for f in summed}
    read = ", ".join(exact_number(f, f"c{f.position}") for f in summed)
    with registered(connection, pa.table({"row": [line.number for line in lines], **texts}), "stated"):
        found = connection.execute(f"SELECT {read} FROM stated ORDER BY row").fetchall()
    return [tuple(None if value is None else Decimal(value) for value in line) for line in found]
