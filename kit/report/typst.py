"""A document as a PDF, set by Typst: A4, tagged (PDF/UA-1), with contents, outline and embedded Chinese type.

``jupyter nbconvert --to typst-pdf any.ipynb`` works for every notebook; the kit's own reports differ only in
their metadata (``branch_kit``). Python says what is in the document, ``templates/report/typst/report.typ``
how it looks.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from nbconvert.exporters.exporter import Exporter
from nbconvert.exporters.templateexporter import TemplateExporter
from pylopdf_fonts_zh_cn import sans_path, serif_path

from kit import theme
from kit.errors import KitError
from kit.report.notebook import Document, document_of, labels
from kit.report.typst_blocks import TypstWriter
from kit.resources import templates

_UNSEEN = {"Cc", "Cf", "Mn"}  # control and format characters, variation selectors: nothing to print


class PdfFailed(KitError):
    """Typst could not set a document (reason)."""


class TypstPDFExporter(TemplateExporter):  # type: ignore[misc]  # nbconvert is untyped
    """nbconvert's ``typst-pdf``: any notebook as an accessible PDF, without LaTeX, browser or system font.

    The look is no template of nbconvert's, so none is rendered; ``--no-input``, ``exclude_*`` and the tag filters hold.
    """

    export_from_notebook = "PDF (Typst)"
    output_mimetype = "application/pdf"
    file_extension = ".pdf"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[bytes, dict[str, Any]]:
        """Set a notebook, less what the options hide."""
        nb, resources = Exporter.from_notebook_node(self, nb, resources, **kw)
        hidden = {"code": self.exclude_code_cell, "markdown": self.exclude_markdown, "raw": self.exclude_raw}
        nb.cells = [cell for cell in nb.cells if not hidden.get(cell.cell_type)]
        for cell in nb.cells:
            if cell.cell_type == "code":
                if self.exclude_input or cell.get("transient", {}).get("remove_source"):
                    cell.source = ""
                if self.exclude_output:
                    cell.outputs = []
        return pdf_file(document_of(nb, name=resources.get("metadata", {}).get("name", ""))), resources


def pdf_file(document: Document) -> bytes:
    """The PDF: the same for the same document, no date is in it but ``prepared``, or else ``as_of``.

    Raises
    ------
    PdfFailed
        With what Typst said.
    """
    writer = TypstWriter(document.language)
    try:
        return _compile(_content(document, writer), writer.images)
    except PdfFailed:
        damaged = {path for path, data in writer.images.items() if not _drawable(path, data)}
        if not damaged:
            raise
        writer = TypstWriter(document.language, dict.fromkeys(damaged, labels(document.language)["unreadable"]))
        return _compile(_content(document, writer), writer.images)


def _content(document: Document, writer: TypstWriter) -> dict[str, Any]:
    """Everything that ``report.typ`` reads."""
    blocks = writer.write(document.blocks)
    facts, words = document.facts, labels(document.language)
    as_of, prepared = _day(facts.get("as_of")), _day(facts.get("prepared"))
    content: dict[str, Any] = _printable(
        {
            "title": _line(document.title) or words["report"],
            "bank": _line(facts.get("bank")),
            "branch": _line(facts.get("branch_name")),
            "footer": _line(facts.get("footer")),
            "language": document.language,
            "as_of": as_of,
            "prepared": prepared,
            "date": prepared or as_of,
            "contents": sum(block["t"] == "heading" for block in blocks) > 1,
            "labels": words | {kind: words[kind].format(n="").strip() for kind in ("figure", "table")},
            "palette": {n: getattr(theme, n.upper()) for n in ("ink", "muted", "rule", "tint", "accent", "teal")},
            "blocks": blocks,
        }
    )
    return content


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
