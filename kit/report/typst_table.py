"""Tables as the page shows them: a wide one in small type, a very wide one as several."""

import re
import textwrap
from collections.abc import Callable
from typing import Any

from kit.document import blocks as doc
from kit.text import is_wide

_LINE_EMS = 50.0  # width of a line at the size of table text
_SMALLEST = 0.65
_LONG_HEAD = 12  # characters over a column of figures
_PARTS = ("head", "body", "foot")

Cell = dict[str, Any]


def set_table(grid: doc.Grid, text: Callable[[doc.Text], list[Any]]) -> list[dict[str, Any]]:
    """A grid as one table or several, each cell with its column ``x`` and row ``y``; ``text`` is a cell's as data."""
    start = [0, len(grid.head), len(grid.head) + len(grid.body)]
    parts = [
        [_cell(cell, x, above + y, text) for y, row in enumerate(doc.placed(rows)) for x, cell in row]
        for rows, above in zip((grid.head, grid.body, grid.foot), start, strict=True)
    ]
    cells = [cell for part in parts for cell in part]
    widths = _widths(cells, len(grid.head))
    if not widths:
        return []
    stubs = {c["x"] for c in cells if c["head"] and c["y"] >= start[1]} or {0}
    whole = any(c["colspan"] > 1 for c in cells) or len(stubs) == len(widths)
    panels = [list(range(len(widths)))] if whole else _panels(widths, stubs)
    return [
        {
            "t": "table",
            "rows": start[2] + len(grid.foot),
            "heads": len(grid.head),
            "rules": [start[2]] if grid.foot else [],
            "caption": text(grid.caption) if columns is panels[0] else [],
            "columns": len(columns),
            "scale": round(max(_SMALLEST, min(1.0, _LINE_EMS / sum(widths[x] for x in columns))), 3),
            **{
                name: [_drawn(cell, columns.index(cell["x"])) for cell in part if cell["x"] in columns]
                for name, part in zip(_PARTS, parts, strict=True)
            },
        }
        for columns in panels
        if columns
    ]


def _cell(cell: doc.Cell, x: int, y: int, text: Callable[[doc.Text], list[Any]]) -> Cell:
    return {
        "c": text(cell.text),
        "plain": doc.plain(cell.text),
        "head": cell.head,
        "num": cell.number,
        "colspan": cell.colspan,
        "rowspan": cell.rowspan,
        "x": x,
        "y": y,
    }


def _drawn(cell: Cell, x: int) -> Cell:
    return {key: value for key, value in cell.items() if key != "plain"} | {"x": x}


def _widths(cells: list[Cell], heads: int) -> list[float]:
    """Ems that each column needs, long heads of figures folded where there is no room for all."""
    across = range(max((c["x"] + c["colspan"] for c in cells), default=0))
    columns = [[c for c in cells if c["x"] == x and c["colspan"] == 1] for x in across]
    natural = sum(max((_width(c["plain"]) for c in column), default=0.0) + 1.2 for column in columns)
    for column in columns if natural > _LINE_EMS else ():
        above, below = ([c for c in column if (c["y"] < heads) is head] for head in (True, False))
        if any(c["num"] for c in below):
            _fold(above, below)
    return [max((_narrowest(c["plain"]) for c in column), default=0.0) + 1.2 for column in columns]


def _panels(widths: list[float], stubs: set[int]) -> list[list[int]]:
    """Columns of each table that a wide one is cut into: its index columns, then as many as fit a line."""
    fits = _LINE_EMS / _SMALLEST if sum(widths) <= _LINE_EMS / _SMALLEST else _LINE_EMS / 0.8
    first = sorted(stubs)
    panels = [first[:]]
    for x in (x for x in range(len(widths)) if x not in stubs):
        if sum(widths[i] for i in panels[-1]) + widths[x] > fits and len(panels[-1]) > len(first):
            panels.append(first[:])
        panels[-1].append(x)
    return [sorted(panel) for panel in panels]


def _fold(heads: list[Cell], figures: list[Cell]) -> None:
    """Break long English heads of a column of figures, else they take the room of the names beside them."""
    for head in heads:
        if len(head["plain"]) > _LONG_HEAD and all(isinstance(part, str) for part in head["c"]):
            room = max(len(cell["plain"]) for cell in figures)
            whole = re.sub(r"\(.*?\)", lambda unit: unit[0].replace(" ", "\N{NO-BREAK SPACE}"), head["plain"])
            lines = textwrap.wrap(whole, max(room, _LONG_HEAD), break_long_words=False, break_on_hyphens=False)
            head["c"] = ["\n".join(lines)]


def _narrowest(text: str) -> float:
    """Ems that a cell needs: its longest word, or a few characters where the line may break anywhere."""
    word = max((len(w) for w in re.findall(r"[^\s\u2e80-\uffef]{1,30}", text)), default=0)
    return max(word * 0.58, min(6.0, _width(text)))


def _width(text: str) -> float:
    return sum(1.0 if is_wide(c) else 0.58 for c in text)
