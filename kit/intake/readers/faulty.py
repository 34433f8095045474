"""Cells of an xlsx whose formula has no result: the parser gives them as blank, as if nothing were there."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from lxml import etree

__all__ = ["faulty_cells"]

_MOST = 20
_LONGEST = 1 << 17  # bytes of a cell
_SIGNS = (b't="e"', b"</f></c>", b"<v></v>", b"<v/>")
# An error other than #N/A, which says that there is nothing; a formula that was written and never reckoned.
_FAULTY = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"(?:[^<>]*\bt="e"[^<>]*>(?:<f[^<>]*>[^<]*</f>|<f[^<>]*/>)?<v>#(?!N/A)'
    rb'|(?![^<>]*\bt="str")[^<>]*><f[^<>]*>[^<]+</f>(?:<v></v>|<v/>)?</c>)'
)


def faulty_cells(source: Path | BinaryIO) -> dict[str, tuple[str, ...]]:
    """Addresses of the first such cells of each sheet of a workbook; none of another kind of workbook."""
    try:
        with zipfile.ZipFile(source) as archive:
            parts = _parts(archive)
            return {name: tuple(islice(_faulty(archive, part), _MOST)) for name, part in parts.items()}
    except (zipfile.BadZipFile, KeyError, OSError, zlib.error, etree.XMLSyntaxError):
        return {}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part of the archive that holds each sheet, by the sheet's name."""
    safe = etree.XMLParser(resolve_entities=False)
    links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), safe)
    target = {link.get("Id"): f"xl/{link.get('Target', '')}".replace("xl//xl/", "xl/") for link in links}
    sheets = list(etree.fromstring(archive.read("xl/workbook.xml"), safe).iter("{*}sheet"))
    ids = [next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "") for sheet in sheets]
    named = {sheet.get("name", ""): target.get(link, "") for sheet, link in zip(sheets, ids, strict=True)}
    return {name: part for name, part in named.items() if part in archive.namelist()}


def _faulty(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    rest = b""
    with archive.open(part) as file:
        while block := file.read(1 << 20):
            cells, end, rest = (rest + block).rpartition(b"</c>")
            cells, rest = cells + end, rest[-_LONGEST:]
            if any(sign in cells for sign in _SIGNS):
                yield from (match[1].decode() for match in _FAULTY.finditer(cells))
