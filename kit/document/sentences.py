"""Our own wording as blocks: ``**strong**``, a list of ``- `` lines, a quotation of ``> `` lines, and no more."""

import re

from kit.document.blocks import Block, Items, Mark, Paragraph, Quote, Text

_STRONG = re.compile(r"\*\*((?:\\.|[^*\\])+)\*\*")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def text_of(sentence: str) -> Text:
    """A sentence with its marks; what `kit.text.markdown` escaped is a client's and stays as it was typed."""
    parts = [_ESCAPED.sub(r"\1", part) for part in _STRONG.split(sentence)]  # every other one is strong
    return tuple(Mark("strong", (part,)) if i % 2 else part for i, part in enumerate(parts) if part)


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
