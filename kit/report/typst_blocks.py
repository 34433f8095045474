"""Blocks as the plain data that ``templates/report/typst/report.typ`` draws, and their images apart.

No Typst code is written here. Text stays text from the block to the page, so nothing that a client typed can be read
as mark-up. A block is a dictionary with its kind in ``t``; running text is a list of strings and such dictionaries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kit.document import blocks as doc
from kit.report.typst_table import set_table
from kit.text import figure

__all__ = ["TypstWriter"]

_LONGEST = 30  # characters of a word that may not be broken: in text, and less in a cell, more in code
_WEB = ("http://", "https://", "mailto:")


class TypstWriter:
    """Writes blocks as data; ``images`` are then the bytes of each image by the path under which Typst finds it.

    In place of the image at a path of ``damaged`` stands its sentence.
    """

    def __init__(self, language: str, damaged: Mapping[str, str] | None = None) -> None:
        self.language, self.damaged = language, damaged or {}
        self.images: dict[str, bytes] = {}

    def write(self, blocks: Iterable[doc.Block], *, paragraph: str = "para") -> list[dict[str, Any]]:
        """Data of some blocks, in order; a table too wide for a page is several."""
        return [data for block in blocks for data in self._block(block, paragraph)]

    def _block(self, block: doc.Block, paragraph: str) -> list[dict[str, Any]]:
        data: dict[str, Any] = {"t": "rule"}
        match block:
            case doc.Heading():
                data = {"t": "heading", "level": block.level, "chapter": block.chapter, "c": self._text(block.text)}
            case doc.Paragraph():
                data = {"t": "note" if block.small else paragraph, "c": self._text(block.text)}
            case doc.Quote():
                data = {"t": "quote", "items": self.write(block.blocks)}
            case doc.Items():
                items = [self.write(item, paragraph="plain") for item in block.items]
                data = {"t": "list", "items": items, "ordered": block.ordered, "start": block.start}
            case doc.Table():
                return self._block(doc.grid(block, self.language), paragraph)
            case doc.Grid():
                return set_table(block, self._cell, self._text(block.caption))
            case doc.KeyFigures():
                data = {"t": "kpi", "cards": [self._card(card) for card in block.cards]}
            case doc.Figure():
                data = self._figure(block)
            case doc.Code():
                data = {"t": "code", "text": _breakable(block.text, 80), "lang": block.language or None}
        return [data]

    def _text(self, text: doc.Text, longest: int = _LONGEST) -> list[Any]:
        return [data for part in text for data in self._part(part, longest)]

    def _cell(self, text: doc.Text) -> list[Any]:
        return self._text(text, 24)

    def _part(self, part: Any, longest: int) -> list[Any]:
        if isinstance(part, str):
            lines = [_breakable(line, longest) for line in part.split("\n")]
            return [each for line in lines for each in ({"t": "br"}, line) if each][1:]
        data: Any = {}
        match part:
            case doc.Picture():
                src = self._keep(part)
                data = self.damaged.get(src) or {"t": "image", "src": src, "alt": part.alternative}
            case doc.Mark(kind="code"):
                data = {"t": "code", "text": doc.plain(part.text)}
            case doc.Mark(kind="link"):
                web = part.href.startswith(_WEB) and doc.plain(part.text).strip()
                data = {"t": "link", "url": part.href} if web else {"t": "em"}
                data |= {"c": self._text(part.text, longest)}
            case doc.Mark():
                data = {"t": part.kind, "c": self._text(part.text, longest)}
        return [data]

    def _card(self, card: doc.KeyFigure) -> Mapping[str, Any]:
        texts = {"label": card.label, "value": figure(card.value, card.kind, self.language), "note": card.note}
        return {name: [text] if text else [] for name, text in texts.items()}

    def _figure(self, shown: doc.Figure) -> dict[str, Any]:
        lines = "\n".join(filter(None, (shown.title, shown.subtitle, shown.source)))
        caption = self._text((lines,)) or None
        alternative = shown.picture.alternative or shown.title
        src = self._keep(shown.picture)
        if src in self.damaged:
            return {"t": "note", "c": [self.damaged[src]]}
        return {"t": "image", "src": src, "alt": alternative, "caption": caption}

    def _keep(self, picture: doc.Picture) -> str:
        """Path of an image in the compiler's memory, which holds only text: a bitmap travels in an SVG."""
        path = f"/image/{len(self.images)}.svg"
        svg = picture.data
        if picture.mime != "image/svg+xml":
            href = f"data:{picture.mime};base64,{picture.data}"
            svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{href}"/></svg>'
        self.images[path] = b"" if path in self.damaged else svg.encode("utf-8", "replace")
        return path


def _breakable(text: str, longest: int) -> str:
    """Text whose endless words (addresses, hashes) may be broken, so that they stay inside their column."""
    return re.sub(rf"[^\s\u2e80-\uffef]{{{longest}}}(?=[^\s\u2e80-\uffef])", "\\g<0>\u200b", text)
