"""The cells of a header: cleaned, filled over the columns of their group, joined from top to bottom."""

import re
from collections.abc import Sequence
from itertools import pairwise

from kit.schema import compact, money_units

Row = tuple[str, ...]

_UNITS_OF_COUNT = frozenset({"户", "笔", "个", "人", "次", "%", "‰", "天", "岁", "件", "张"})


def clean_cell(cell: str) -> str:
    """Text of a header's cell on one line: a break between Latin words is a space, between 汉字 nothing."""
    if cell.isprintable():
        return cell.strip()
    text = re.sub(r"(?<=[!-~])\s*[\r\n\t\v\f]+\s*(?=[!-~])", " ", cell.replace("\ufeff", ""))
    return re.sub(r"[\r\n\t\v\f]+", "", text).strip()


def numbered(labels: Sequence[str]) -> Row:
    """Labels of columns; a column without one has its number."""
    return tuple(label or f"#{position}" for position, label in enumerate(labels, start=1))


def extent(row: Row) -> int:
    """Cells of a row up to the last that is filled."""
    return next((i for i in range(len(row), 0, -1) if row[i - 1]), 0)


def is_unit(text: str) -> bool:
    """Whether a text is nothing but a unit, of money or of what is counted."""
    bare = compact(text).strip("()[]【】")
    return bare in _UNITS_OF_COUNT or bool(money_units(bare))


def is_complete(rows: Sequence[Row], left: int, right: int) -> bool:
    """Whether each group of the first row has labels below all its cells, and a label alone in its column nothing."""
    upper, *lower = rows
    starts = [j for j in range(left, right) if upper[j]]
    if not lower or starts[:1] != [left]:
        return len(starts) == right - left
    return all(
        is_complete(lower, i, j) if j - i > 1 else not any(row[i] for row in lower)
        for i, j in pairwise([*starts, right])
    )


def fill_forward(parts: list[list[str]], depth: int) -> None:
    """Repeat a group's label over the columns that a lower row names, within the group of the row above."""
    row = parts[depth]
    for j in range(1, len(row)):
        named = any(lower[j] for lower in parts[depth + 1 :])
        inside = depth == 0 or parts[depth - 1][j] == parts[depth - 1][j - 1]
        if not row[j] and named and inside:
            row[j] = row[j - 1]


def joined(column: Sequence[str]) -> str:
    """Parts from top to bottom, each once; a unit stands in brackets behind its label."""
    text, before = "", ""
    for part in column:
        if part and part != before:
            if text and is_unit(part):
                text += f"({part.strip('()（）[]【】')})"
            else:
                text += f"/{part}" if text else part
            before = part
    return text
