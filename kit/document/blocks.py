"""The blocks of a document.

Text is a tuple of marks and of strings, in which a line feed begins a new line; a table's cells are values of a kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from kit.text import NOTHING, figure


@dataclass(frozen=True, slots=True)
class Mark:
    """Marked text: ``strong``, ``em``, ``del``, ``code``, or a ``link`` with its address."""

    kind: str
    text: Text
    href: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: SVG as it is written, or another type of ``mime`` in base64; ``alternative`` is its words."""

    data: str
    mime: str = "image/svg+xml"
    alternative: str = ""


Text = tuple[str | Mark | Picture, ...]
Value = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; that of a ``chapter`` opens a page."""

    level: int
    text: Text
    chapter: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``small`` where it is said about the document and not in it."""

    text: Text
    small: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """What is set apart: a call-out, definitions, words that are said."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[tuple[Block, ...], ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key, its head and the kind of its values (`kit.text.figure`)."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of values; ``total`` is its last row, empty where a sum would be no figure."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    caption: str = ""
    total: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of text; ``number`` where it belongs to a column of figures."""

    text: Text
    head: bool = False
    number: bool = False
    colspan: int = 1
    rowspan: int = 1


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of text, as another program wrote it, or as `grid` prints a `Table`."""

    head: tuple[Row, ...]
    body: tuple[Row, ...]
    foot: tuple[Row, ...] = ()
    caption: Text = ()


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A headline figure: its label, its value of a kind, a note below it."""

    label: str
    value: Value
    note: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Headline figures beside each other."""

    cards: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its title, what is below the title, and where its figures come from."""

    picture: Picture
    title: str = ""
    subtitle: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Text as it was typed or printed by a program."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


Block = Heading | Paragraph | Quote | Items | Table | Grid | KeyFigures | Figure | Code | Rule


def plain(text: Text) -> str:
    """Text in one line without its marks."""
    parts = (plain(part.text) if isinstance(part, Mark) else getattr(part, "alternative", part) for part in text)
    return "".join(map(str, parts)).replace("\n", " ")


def placed(rows: tuple[Row, ...]) -> list[list[tuple[int, Cell]]]:
    """Rows of cells with the column where each begins; a span is cut where it meets another or leaves its part."""
    taken: set[tuple[int, int]] = set()
    found: list[list[tuple[int, Cell]]] = []
    for y, row in enumerate(rows):
        x = 0
        found.append([])
        for cell in row:
            while (x, y) in taken:
                x += 1
            across = next((i for i in range(1, cell.colspan) if (x + i, y) in taken), cell.colspan)
            down = min(cell.rowspan, len(rows) - y)
            taken |= {(x + i, y + j) for i in range(across) for j in range(down)}
            found[-1].append((x, replace(cell, colspan=across, rowspan=down)))
            x += across
    return found


def value_of(found: Any) -> Value:
    """A value of a data frame or a result as a block holds it; what is missing or endless is None."""
    if isinstance(found, str):
        return found
    if isinstance(found, datetime):
        return None if found != found else found.date()  # noqa: PLR0124 - NaT is a datetime that is not itself
    if found is None or isinstance(found, date):
        return found
    number = found.item() if hasattr(found, "item") else found
    if isinstance(number, float) and not math.isfinite(number):
        return None
    return number if isinstance(number, int | float) else None if str(number) in ("<NA>", "NaT") else str(number)


def grid(table: Table, language: str) -> Grid:
    """A table printed: its numbers become text here, and nowhere before."""
    numbers = [column.kind != "text" for column in table.columns]

    def row(texts: Iterable[str], *, head: bool = False) -> Row:
        return tuple(Cell((text,), head=head, number=number) for text, number in zip(texts, numbers, strict=True))

    def printed(values: Iterable[Value], nothing: str) -> Row:
        cells = zip(values, table.columns, strict=True)
        return row(nothing if value is None else _printed(value, column.kind, language) for value, column in cells)

    head = row((column.label for column in table.columns), head=True)
    body = tuple(printed(values, NOTHING) for values in table.rows)
    foot = (printed(table.total, ""),) if table.total else ()
    return Grid((head,), body, foot, (table.caption,) if table.caption else ())


def _printed(value: Value, kind: str, language: str) -> str:
    return figure(value, "text" if isinstance(value, str) and kind != "date" else kind, language)
