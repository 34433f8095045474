"""A notebook as a PDF, set by Typst: A4, tagged (PDF/UA-1), with contents, outline and embedded Chinese type.

``jupyter nbconvert --to typst-pdf any.ipynb`` works for every notebook; the kit's own reports differ only in
their metadata (``branch_kit``). Python says what is in the document, ``templates/report/typst/report.typ``
how it looks.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from nbconvert.exporters.exporter import Exporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import strip_ansi
from pylopdf_fonts_zh_cn import sans_path, serif_path
from traitlets import default

from kit import theme
from kit.errors import KitError
from kit.report.typst_markup import IMAGE_TYPES, Block, Reader, code_block, image_bytes, plain
from kit.resources import templates

__all__ = ["PdfFailed", "TypstPDFExporter", "to_pdf"]

_HAN = re.compile(r"[\u4e00-\u9fff]")
_UNSEEN = {"Cc", "Cf", "Mn"}  # control and format characters, variation selectors: nothing to print


class PdfFailed(KitError):
    """Typst could not set a document (reason)."""


def to_pdf(nb: Any, *, name: str = "") -> bytes:
    """Set an executed notebook as a PDF.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        Its metadata ``branch_kit`` (title, bank, branch_name, as_of, prepared, language, footer; optional)
        fills cover, running head and foot; where it is present, code and stderr are not shown.
    name
        Title of last resort, such as the file's name.

    Returns
    -------
    bytes
        The same for the same notebook: no date is in it but ``prepared``, or else ``as_of``.

    Raises
    ------
    PdfFailed
        With what Typst said.
    """
    document = _Document(nb)
    content = document.content(name)
    try:
        return _compile(content, document.images)
    except PdfFailed:
        damaged = {path for path, data in document.images.items() if not _drawable(path, data)}
        if not damaged:
            raise
        sound = {path: data for path, data in document.images.items() if path not in damaged}
        return _compile(_without(content, damaged, document.labels["unreadable"]), sound)


class TypstPDFExporter(TemplateExporter):  # type: ignore[misc]
    """nbconvert's ``typst-pdf``: any notebook as an accessible PDF, without LaTeX, browser or system font."""

    export_from_notebook = "PDF (Typst)"
    output_mimetype = "application/pdf"

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[bytes, dict[str, Any]]:
        """Set a notebook; ``--no-input``, ``exclude_*`` and nbconvert's tag filters are respected."""
        # Not TemplateExporter's own: the look is a Typst file, no Jinja template is rendered.
        nb, resources = Exporter.from_notebook_node(self, nb, resources, **kw)
        hidden = {
            "code": self.exclude_code_cell,
            "markdown": self.exclude_markdown,
            "raw": self.exclude_raw,
        }
        nb.cells = [cell for cell in nb.cells if not hidden.get(cell.cell_type)]
        for cell in nb.cells:
            if cell.cell_type == "code":
                if self.exclude_input or cell.get("transient", {}).get("remove_source"):
                    cell.source = ""
                if self.exclude_output:
                    cell.outputs = []
        return to_pdf(nb, name=resources.get("metadata", {}).get("name", "")), resources


class _Document:
    """What a notebook says, as data; its images apart."""

    def __init__(self, nb: Any) -> None:
        self.nb = nb
        self.meta: Mapping[str, Any] = nb.metadata.get("branch_kit") or {}
        self.ours = "branch_kit" in nb.metadata
        self.images: dict[str, bytes] = {}
        self.read = Reader(self._keep)
        self.language = self._language()
        self.labels = _labels()[self.language]

    def _language(self) -> str:
        asked = self.meta.get("language")
        source = "".join(cell.source for cell in self.nb.cells)
        chinese = len(_HAN.findall(source)) > len(source) / 20
        return asked if asked in _labels() else "zh" if chinese else "en"

    def content(self, name: str) -> dict[str, Any]:
        """Everything that ``report.typ`` reads."""
        blocks = _outlined([block for cell in self.nb.cells for block in self._cell(cell)])
        headings = [b for b in blocks if b["t"] == "heading"]
        chapters = [plain(b["c"]) for b in headings if b["chapter"]]
        titles = [
            self.meta.get("title"),
            self.nb.metadata.get("title"),
            *chapters,
            name,
            self.labels["report"],
        ]
        as_of, prepared = _day(self.meta.get("as_of")), _day(self.meta.get("prepared"))
        content: dict[str, Any] = _printable(
            {
                "title": next(filter(None, map(_line, titles))),
                "bank": _line(self.meta.get("bank")),
                "branch": _line(self.meta.get("branch_name")),
                "footer": _line(self.meta.get("footer")),
                "language": self.language,
                "as_of": as_of,
                "prepared": prepared,
                "date": prepared or as_of,
                "contents": len(headings) > 1,
                "labels": self.labels,
                "palette": {n: getattr(theme, n.upper()) for n in ("ink", "muted", "rule", "tint", "accent", "teal")},
                "blocks": blocks,
            }
        )
        return content

    def _keep(self, data: bytes, mime: str) -> str:
        """Path of an image in the compiler's memory, which holds only text: a bitmap travels in an SVG."""
        path = f"/image/{len(self.images)}.svg"
        if mime != "image/svg+xml":
            href = f"data:{mime};base64,{base64.b64encode(data).decode()}"
            data = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{href}"/></svg>'.encode()
        self.images[path] = data
        return path

    def _cell(self, cell: Any) -> Iterator[Block]:
        if cell.cell_type == "markdown":
            yield from self.read.markdown(cell.source, cell.get("attachments"))
        elif cell.cell_type == "raw" and not cell.metadata.get("raw_mimetype"):
            yield code_block(cell.source)
        elif cell.cell_type == "code":
            if not self.ours and cell.source.strip():
                yield code_block(cell.source, self.nb.metadata.get("language_info", {}).get("name", "python"))
            for output in cell.outputs:
                yield from self._output(output)

    def _output(self, output: Any) -> list[Block]:
        if output.output_type == "stream":
            hidden = self.ours and output.name == "stderr"
            return [] if hidden or not output.text.strip() else [code_block(strip_ansi(output.text))]
        if output.output_type == "error":
            return [code_block(strip_ansi(f"{output.ename}: {output.evalue}")[:500])]
        data = output.data
        image = next((mime for mime in IMAGE_TYPES if mime in data), None)
        if image:
            meta = output.metadata.get("branch_kit", {})
            return [self._picture(image_bytes(data[image], image), image, meta)]
        blocks = self.read.markdown(data["text/markdown"]) if "text/markdown" in data else []
        blocks = blocks or self.read.html(data.get("text/html", ""))
        text = data.get("text/plain") or data.get("text/latex")
        if not blocks and text:
            blocks = [code_block(strip_ansi(text))]
        unknown = f"{self.labels['unknown']} ({', '.join(sorted(data))})"
        return blocks or ([{"t": "note", "c": [unknown]}] if data else [])

    def _picture(self, data: bytes | None, mime: str, meta: Mapping[str, Any]) -> Block:
        if data is None:
            return {"t": "note", "c": [self.labels["unreadable"]]}
        caption = str(meta.get("caption") or "").strip()
        alt = str(meta.get("alt") or caption)
        return {
            "t": "image",
            "src": self._keep(data, mime),
            "alt": alt,
            "caption": [caption] if caption else None,
        }


def _outlined(blocks: list[Block]) -> list[Block]:
    """Leave no gap between heading levels and no heading empty, as PDF/UA asks; a true ``#`` opens a page."""
    above: list[int] = []
    outlined: list[Block] = []
    for block in blocks:
        if block["t"] != "heading":
            outlined.append(block)
        elif _line(plain(block["c"])):
            level = block["level"]
            above = [outer for outer in above if outer < level] + [level]
            outlined.append(block | {"level": len(above), "chapter": level == 1})
    return outlined


def _line(value: Any) -> str:
    """Show a value in one line; empty if nothing of it is visible."""
    shown: str = _printable("" if value is None else str(value))
    return " ".join(shown.replace("\u200b", "").split())


def _day(value: Any) -> list[int] | None:
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    return [day.year, day.month, day.day]


def _printable(node: Any) -> Any:
    """Write every character that the embedded fonts lack as 〔U+1F600〕, in all texts of some data.

    PDF/UA forbids a missing glyph: Typst would refuse the whole document for one emoji or one rare name.
    """
    if isinstance(node, str):
        if _shown().issuperset(node):
            return node
        return "".join(map(_visible, unicodedata.normalize("NFC", node)))
    if isinstance(node, dict):
        return {key: _printable(value) for key, value in node.items()}
    return [_printable(value) for value in node] if isinstance(node, list) else node


def _visible(char: str) -> str:
    if char in _shown():
        return char
    kind = unicodedata.category(char)
    return "" if kind in _UNSEEN else " " if kind.startswith("Z") else f"〔U+{ord(char):04X}〕"


@cache
def _shown() -> frozenset[str]:
    """Characters of the two fonts, with line feed, tab and the (unseen) place where a word may break."""
    points: set[int] = set()
    for path in (sans_path(), serif_path()):
        with TTFont(path, lazy=True) as font:
            points |= font.getBestCmap().keys()
    return frozenset(map(chr, points)) - {"\u00ad"} | {"\n", "\t", "\u200b"}


@cache
def _labels() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads((_look() / "labels.json").read_text(encoding="utf-8"))
    return loaded


def _look() -> Path:
    return templates() / "report" / "typst"


@cache
def _compiler() -> Any:
    # Loaded at first use and kept: a worker sets many reports. Besides these it has its own mono.
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(p.parent) for p in (sans_path(), serif_path())])
    return typst.Compiler(root=str(_look()), font_paths=fonts, ignore_system_fonts=True)


def _typst(files: Mapping[str, bytes], moment: datetime | None = None) -> bytes:
    try:
        pdf: bytes = _compiler().compile(dict(files), format="pdf", pdf_standards="ua-1", timestamp=moment)
    except RuntimeError as error:  # TypstError is one, and says more
        raise PdfFailed(reason=" ".join([str(error), *getattr(error, "hints", [])])) from error
    return pdf


def _compile(content: Mapping[str, Any], images: Mapping[str, bytes]) -> bytes:
    look = (_look() / "report.typ").read_bytes()
    moment = datetime.combine(date(*content["date"]), time(), UTC) if content["date"] else None
    return _typst({"main.typ": look, "/report.json": json.dumps(content).encode(), **images}, moment)


def _drawable(path: str, data: bytes) -> bool:
    try:
        _typst({"main.typ": f'#set document(title: "x")\n#image("{path}", alt: "x")'.encode(), path: data})
    except PdfFailed:
        return False
    return True


def _without(node: Any, damaged: set[str], label: str) -> Any:
    """Content in which a sentence stands for each damaged image."""
    if isinstance(node, list):
        return [_without(item, damaged, label) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("src") in damaged:
        return {"t": "note", "c": [label]} if "caption" in node else label
    return {key: _without(value, damaged, label) for key, value in node.items()}
