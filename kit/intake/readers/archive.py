"""What the archive of a workbook holds beside values: its first year, when it was saved, faulty and far cells."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from lxml import etree

# What reading a damaged or forged archive may raise.
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error)
_MOST = 20
_LONGEST = 1 << 17  # bytes of a cell
_SIGNS = (b't="e"', b"</f></c>", b"<v></v>", b"<v/>")
# An error other than #N/A, which says that there is nothing; a formula that was written and never reckoned.
_FAULTY = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"(?:[^<>]*\bt="e"[^<>]*>(?:<f[^<>]*>[^<]*</f>|<f[^<>]*/>)?<v>#(?!N/A)'
    rb'|(?![^<>]*\bt="str")[^<>]*><f[^<>]*>[^<]+</f>(?:<v></v>|<v/>)?</c>)'
)
_PROPERTIES = ("docProps/core.xml", "meta.xml")  # of xlsx and of ods
_TIME = re.compile(rb"<(?:dcterms:modified|dc:date)\b[^>]*>([^<]{10,40})<")


def counts_from_1904(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Whether a workbook's dates without a format count from 1904."""
    if "xl/workbook.bin" in names:
        # BrtWbProp (153): its size, then flags whose lowest bit is the 1904 system.
        found = re.search(rb"\x99\x01[\x08-\x40](.)", _start(archive, "xl/workbook.bin"), re.DOTALL)
        return bool(found and found[1][0] & 1)
    if "xl/workbook.xml" in names:
        return bool(re.search(rb"<workbookPr[^>]*date1904=\"(1|true)\"", _start(archive, "xl/workbook.xml")))
    return False


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(1 << 20)


def saved_at(source: Path | BinaryIO) -> str:
    """Time at which a workbook was last saved, ISO 8601; empty where it does not say.

    A file's own date is no evidence: copying changes it.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            for part in _PROPERTIES:
                if part in archive.namelist():
                    with archive.open(part) as text:
                        found = _TIME.search(text.read(1 << 16))
                    if found:
                        return found[1].decode("ascii", "replace").strip()
    except DAMAGED:
        pass
    return ""


def faulty_cells(source: Path | BinaryIO) -> dict[str, tuple[str, ...]]:
    """Addresses of the first such cells of each sheet of a workbook; none of another kind of workbook."""
    try:
        with zipfile.ZipFile(source) as archive:
            parts = _parts(archive)
            return {name: tuple(islice(_faulty(archive, part), _MOST)) for name, part in parts.items()}
    except (*DAMAGED, KeyError, etree.XMLSyntaxError):
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


def _ends(archive: zipfile.ZipFile, name: str) -> bytes:
    """First megabyte of a part and the last ones: a far cell stands at an end."""
    with archive.open(name) as part:
        first = before = last = part.read(1 << 20)
        while block := part.read(1 << 20):
            before, last = last, block
    return first + before + last


def last_cell(path: Path, content: bytes | None) -> tuple[str, str]:
    """Sheet and address of the remotest filled cell of an xlsx, if that is what makes it costly to read."""
    best, found = 0, ("", "")
    try:
        with zipfile.ZipFile(path if content is None else io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    for letters, row in set(
                        re.findall(rb'\br="([A-Z]{1,3})(\d{1,7})"[^<>]*(?<!/)>', _ends(archive, name))
                    ):
                        area = int(row) * sum((letter - 64) * 26**i for i, letter in enumerate(reversed(letters)))
                        if area > best:
                            best, found = area, (Path(name).stem, (letters + row).decode())
    except DAMAGED:
        return "", ""
    return found if best > 50_000_000 else ("", "")
