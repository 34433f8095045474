"""Blocks as the plain data that ``templates/report/typst/report.typ`` draws, and their images apart.

No Typst code is written here. Text stays text from the block to the page, so nothing that a client typed can be read
as mark-up. A block or mark is a dictionary of its fields with its kind in ``t``; its figures are printed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from kit.document import blocks as doc
from kit.report.typst_table import set_table
from kit.text import figure

_LONGEST, _LONGEST_OF_CODE = 30, 80  # characters of a word that may not be broken
_NO_TEXT = ("kind", "href", "language")


class TypstWriter:
    """Writes blocks as data; ``images`` are then the bytes of each image by the path under which Typst finds it.

    In place of the image at a path of ``damaged`` stands its sentence.
    """

    def __init__(self, language: str, damaged: Mapping[str, str] | None = None) -> None:
        self.language, self.damaged = language, damaged or {}
        self.images: dict[str, bytes] = {}

    def write(self, nodes: Iterable[Any]) -> list[Any]:
        """Data of blocks, or of parts of them, in order; a table too wide for a page is several."""
        return [data for node in nodes for data in self._several(node)]

    def _several(self, node: Any) -> list[Any]:
        if isinstance(node, doc.Table):
            node = doc.grid(node, self.language)
        return set_table(node, self.write) if isinstance(node, doc.Grid) else [self._data(node)]

    def _data(self, node: Any) -> Any:
        if isinstance(node, str):
            return _breakable(node, _LONGEST)
        if isinstance(node, tuple):
            return self.write(node)
        if isinstance(node, doc.Picture):
            return self._picture(node)
        if isinstance(node, doc.KeyFigure):
            node = replace(node, value=figure(node.value, node.kind, self.language))
        if not is_dataclass(node):
            return node
        values = {field.name: getattr(node, field.name) for field in fields(node)}
        data = {name: value if name in _NO_TEXT else self._data(value) for name, value in values.items()}
        if isinstance(node, doc.Code):
            data["text"] = _breakable(node.text, _LONGEST_OF_CODE)
        return {"t": type(node).__name__.lower(), **data}

    def _picture(self, picture: doc.Picture) -> dict[str, str] | str:
        """Path of an image in the compiler's memory, which holds only text: a bitmap travels in an SVG."""
        path, svg = f"/image/{len(self.images)}.svg", picture.data
        if picture.mime != "image/svg+xml":
            href = f"data:{picture.mime};base64,{picture.data}"
            svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{href}"/></svg>'
        self.images[path] = b"" if path in self.damaged else svg.encode("utf-8", "replace")
        return self.damaged.get(path) or {"t": "picture", "src": path, "alt": picture.alternative}


def _breakable(text: str, longest: int) -> str:
    """Text whose endless words (addresses, hashes) may be broken, so that they stay inside their column."""
    return re.sub(rf"[^\s\u2e80-\uffef]{{{longest}}}(?=[^\s\u2e80-\uffef])", "\\g<0>\u200b", text)
