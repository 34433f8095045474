"""Tables as the page shows them: figures to the right, a wide one in small type, a very wide one as several."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["Block", "Inline", "breakable", "plain", "set_table", "wide"]

Block = dict[str, Any]
Inline = list[Any]

_LINE_EMS = 50.0  # width of a line at the size of table text
_SMALLEST = 0.65
_LONG_HEAD = 12  # characters over a column of figures
_NUMBER = re.compile(
    r"[<>≤≥≈~]?\s*\(?[+\-−–]?\s*(CNY|RMB|[¥￥$€£])?\s*[+\-−–]?\d[\d,]*(\.\d+)?(e[+\-]?\d+)?\)?"
    r"\s*(%|‰|‱|pp|bn|[mkx]|[万亿]?[元户人笔张天个次年月岁分]?|[万亿]|个?百分点)",
    re.IGNORECASE,
)
_NOTHING = {"", "-", "–", "—", "nan", "nat", "none", "<na>", "n/a", "...", "…"}


def plain(inline: Iterable[Any]) -> str:
    """Text of an inline list without its marks."""
    return "".join(
        node if isinstance(node, str) else " " if node["t"] == "br" else node.get("text") or plain(node.get("c", []))
        for node in inline
    )


def breakable(text: str, longest: int) -> str:
    """Text whose endless words (addresses, hashes) may be broken, so that they stay inside their column."""
    return re.sub(rf"[^\s\u2e80-\uffef]{{{longest}}}(?=[^\s\u2e80-\uffef])", "\\g<0>\u200b", text)


def wide(char: str) -> bool:
    """Whether a character takes the room of two."""
    return unicodedata.east_asian_width(char) in "WF"


def set_table(
    head: list[list[Block]],
    body: list[list[Block]],
    foot: list[list[Block]],
    *,
    caption: Inline | None,
    totals: Iterable[int] = (),
) -> list[Block]:
    """Set numbers to the right, a wide table in small type, and a very wide one as several tables."""
    start = [0, len(head), len(head) + len(body), len(head) + len(body) + len(foot)]
    parts = [list(_placed(part, above)) for part, above in zip((head, body, foot), start, strict=False)]
    cells = [cell for part in parts for cell in part]
    widths = _aligned(cells, len(head))
    table = {
        "t": "table",
        "rows": start[-1],
        "heads": len(head),
        "rules": [len(head) + y for y in totals] + ([start[2]] if foot else []),
    }
    if not widths:
        return []
    stubs = {c["x"] for c in cells if c["head"] and c["y"] >= len(head)} or {0}
    whole = any(c["colspan"] > 1 for c in cells) or len(stubs) == len(widths)
    panels = [list(range(len(widths)))] if whole else _panels(widths, stubs)
    return [
        table
        | {
            "caption": caption if columns is panels[0] else None,
            "columns": len(columns),
            "scale": round(max(_SMALLEST, min(1.0, _LINE_EMS / sum(widths[x] for x in columns))), 3),
            **{
                name: [c | {"x": columns.index(c["x"])} for c in part if c["x"] in columns]
                for name, part in zip(("head", "body", "foot"), parts, strict=True)
            },
        }
        for columns in panels
        if columns
    ]


def _aligned(cells: list[Block], heads: int) -> list[float]:
    """Set columns of figures to the right; return the ems that each column needs."""
    across = range(max((c["x"] + c["colspan"] for c in cells), default=0))
    columns = [[c for c in cells if c["x"] == x and c["colspan"] == 1] for x in across]
    natural = sum(max((_width(plain(c["c"])) for c in column), default=0.0) + 1.2 for column in columns)
    for column in columns:
        above, below = ([c for c in column if (c["y"] < heads) is head] for head in (True, False))
        if _numeric([c for c in below if not c["head"]]):
            for cell in column:
                cell["num"] = cell["y"] < heads or not cell["head"]
            if natural > _LINE_EMS:
                _fold(above, below)
    return [max((_narrowest(c) for c in column), default=0.0) + 1.2 for column in columns]


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


def _placed(rows: list[list[Block]], above: int) -> Iterator[Block]:
    """Cells with column ``x`` and row ``y``; a span is cut where it meets another or leaves its part."""
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (x, y) in taken:
                x += 1
            across = next((i for i in range(1, cell["colspan"]) if (x + i, y) in taken), cell["colspan"])
            down = min(cell["rowspan"], len(rows) - y)
            taken |= {(x + i, y + j) for i in range(across) for j in range(down)}
            text = [breakable(node, 24) if isinstance(node, str) else node for node in cell["c"]]
            yield cell | {"c": text, "x": x, "y": above + y, "colspan": across, "rowspan": down}
            x += across


def _numeric(column: list[Block]) -> bool:
    texts = [(plain(c["c"]).strip(), c["num"]) for c in column]
    numbers = [
        num or (_NUMBER.fullmatch(t) and not re.match(r"0\d", t)) for t, num in texts if t.lower() not in _NOTHING
    ]
    return bool(numbers) and all(numbers)


def _fold(heads: list[Block], figures: list[Block]) -> None:
    """Break long English heads of a column of figures, else they take the room of the names beside them."""
    for head in heads:
        text = plain(head["c"])
        if len(text) > _LONG_HEAD and all(isinstance(node, str) for node in head["c"]):
            room = max(len(plain(cell["c"])) for cell in figures)
            whole = re.sub(r"\(.*?\)", lambda unit: unit[0].replace(" ", "\N{NO-BREAK SPACE}"), text)
            lines = textwrap.wrap(whole, max(room, _LONG_HEAD), break_long_words=False, break_on_hyphens=False)
            head["c"] = [node for line in lines for node in ({"t": "br"}, line)][1:]


def _narrowest(cell: Block) -> float:
    """Ems that a cell needs: its longest word, or a few characters where the line may break anywhere."""
    text = plain(cell["c"])
    word = max((len(w) for w in re.findall(r"[^\s\u200b\u2e80-\uffef]+", text)), default=0)
    return max(word * 0.58, min(6.0, _width(text)))


def _width(text: str) -> float:
    return sum(1.0 if wide(c) else 0.58 for c in text)
