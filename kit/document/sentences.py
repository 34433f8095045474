"""Our own wording as blocks: ``**strong**``, a list of ``- `` lines, a quotation of ``> `` lines, and no more."""

from __future__ import annotations

import re
from typing import Any

from kit.document.blocks import Block, Break, Items, Mark, Paragraph, Quote, Text

__all__ = ["blocks_of", "text_of"]

_MARKED = re.compile(r"\*\*((?:\\.|[^*\\])+)\*\*|\\\n|\\([!-/:-@\[-`{-~])")


def text_of(sentence: str) -> Text:
    """A sentence with its marks; what `kit.text.markdown` escaped is a client's and stays as it was typed."""
    found: list[Any] = []
    end = 0
    for match in _MARKED.finditer(sentence):
        found.append(sentence[end : match.start()])
        strong, escaped = match.groups()
        found.append(Mark("strong", text_of(strong)) if strong else escaped or Break())
        end = match.end()
    found.append(sentence[end:])
    joined: list[Any] = []
    for part in filter(None, found):
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def blocks_of(wording: str) -> tuple[Block, ...]:
    """Paragraphs, lists and quotations of a wording, parted by empty lines."""
    return tuple(_block(part.strip()) for part in wording.split("\n\n") if part.strip())


def _block(part: str) -> Block:
    lines = part.split("\n")
    if all(line.startswith("- ") for line in lines):
        return Items(tuple((Paragraph(text_of(line[2:])),) for line in lines))
    if all(line.startswith("> ") for line in lines):
        return Quote(blocks_of("\n".join(line[2:] for line in lines)))
    return Paragraph(text_of(part))
