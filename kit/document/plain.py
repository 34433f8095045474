"""Blocks as plain text: what a terminal shows, and what a test reads."""

from collections.abc import Iterable

from kit.document import blocks as doc
from kit.text import figure


def to_plain(blocks: Iterable[doc.Block], language: str) -> str:
    """A line a paragraph, heading, row or headline figure; a figure is its title and its words."""
    return "\n".join(line for block in blocks for line in _lines(block, language))


def _lines(block: doc.Block, language: str) -> list[str]:
    lines = [""]
    match block:
        case doc.Heading() | doc.Paragraph():
            lines = [doc.plain(block.text)]
        case doc.Quote():
            lines = [to_plain(block.blocks, language)]
        case doc.Items():
            lines = [f"- {to_plain(item, language)}" for item in block.items]
        case doc.Table():
            lines = _lines(doc.grid(block, language), language)
        case doc.Grid():
            rows = (*block.head, *block.body, *block.foot)
            lines = [doc.plain(block.caption), *(" | ".join(doc.plain(cell.text) for cell in row) for row in rows)]
        case doc.KeyFigures():
            lines = [f"{c.label} {figure(c.value, c.kind, language)} {c.note}".strip() for c in block.cards]
        case doc.Figure():
            lines = [block.title, block.picture.alternative]
        case doc.Code():
            lines = [block.text]
    return lines
