"""The least of the forms in which old systems write: xls (BIFF8), xlsb, ods, and HTML that is named xls.

Nothing but cells: text, numbers and dates. A sheet is rows of ``str | int | float | date | None``.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path

__all__ = ["write_html_xls", "write_ods", "write_xls", "write_xlsb"]

Cell = str | int | float | date | None
Rows = Sequence[Sequence[Cell]]
Sheets = Mapping[str, Rows]

_SECTOR = 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_DAY_ZERO = date(1899, 12, 30).toordinal()
_DAYS_TO_1904 = 1462
_DATE_FORMAT = 14  # the short date of the reader's own country, which every Excel has built in
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def _cells(rows: Rows, zero: int = _DAY_ZERO) -> Iterator[tuple[int, int, str | float, bool]]:
    """Row, column, value and whether it is a date, of each cell that is not empty."""
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if isinstance(cell, date):
                yield i, j, float(cell.toordinal() - zero), True
            elif cell is not None and cell != "":
                yield i, j, cell if isinstance(cell, str) else float(cell), False


def _extent(rows: Rows) -> tuple[int, int]:
    return max(len(rows), 1), max([1, *map(len, rows)])


def write_xls(path: Path, sheets: Sheets, *, date1904: bool = False) -> None:
    """Write a workbook of Excel 97–2003: at most 65,536 rows and 4,000 characters a cell."""
    zero = _DAY_ZERO + _DAYS_TO_1904 * date1904
    bodies = [_biff_sheet(rows, zero) for rows in sheets.values()]
    start = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)) + _biff(0x42, struct.pack("<H", 1200))
    start += _biff(0x22, struct.pack("<H", date1904))
    for form in (0, _DATE_FORMAT):
        start += _biff(0xE0, struct.pack("<HHH14x", 0, form, 1))
    at = len(start) + sum(len(_bound(0, name)) for name in sheets) + 4
    for name, body in zip(sheets, bodies, strict=True):
        start += _bound(at, name)
        at += len(body)
    path.write_bytes(_compound("Workbook", start + _biff(0x0A) + b"".join(bodies)))


def _biff(record: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", record, len(data)) + data


def _bound(at: int, name: str) -> bytes:
    return _biff(0x85, struct.pack("<IHBB", at, 0, len(name), 1) + name.encode("utf-16-le"))


def _biff_sheet(rows: Rows, zero: int) -> bytes:
    height, width = _extent(rows)
    parts = [_biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))]
    parts.append(_biff(0x200, struct.pack("<IIHHH", 0, height, 0, width, 0)))
    for i, j, value, dated in _cells(rows, zero):
        place = struct.pack("<HHH", i, j, dated)
        if isinstance(value, str):
            coded = value.encode("utf-16-le")
            parts.append(_biff(0x204, place + struct.pack("<HB", len(coded) // 2, 1) + coded))
        else:
            parts.append(_biff(0x203, place + struct.pack("<d", value)))
    return b"".join([*parts, _biff(0x0A)])


def _compound(name: str, content: bytes) -> bytes:
    """Compound file that holds one stream: header, sectors of the stream, directory, allocation table."""
    content += bytes(-len(content) % _SECTOR)
    sectors = len(content) // _SECTOR
    chain = [*range(1, sectors), _END, _END, _END]  # the stream, the directory, and a sector for no short streams
    tables = -(-len(chain) // (_SECTOR // 4 - 1))  # whose own entries stand in them, too
    chain += [_FAT] * tables + [_FREE] * (tables * (_SECTOR // 4 - 1) - len(chain))
    mark = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, 12, 6)
    header = mark + struct.pack("<IIIIIIIII", 1, tables, sectors, 0, 4096, _END, 0, _END, 0)
    places = [sectors + 2 + i for i in range(tables)]
    header += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    entries = _entry("Root Entry", 5, 1, sectors + 1, 0) + _entry(name, 2, _FREE, 0, len(content))
    directory = entries + b"".join(_entry("", 0, _FREE, 0, 0) for _ in range(_SECTOR // 128 - 2))
    return header.ljust(_SECTOR, b"\0") + content + directory + bytes(_SECTOR) + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    coded = (name + "\0").encode("utf-16-le") if name else b""
    return struct.pack("<64sHBBIII36xIQ", coded, len(coded), kind, 1, _FREE, _FREE, child, first, size)


def write_xlsb(path: Path, sheets: Sheets) -> None:
    """Write a binary workbook of Excel 2007 and later."""
    types, links, bundles = "", "", b""
    parts: dict[str, bytes] = {}
    kind = "application/vnd.ms-excel"
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        parts[f"xl/worksheets/sheet{number}.bin"] = _xlsb_sheet(rows)
        types += f'<Override PartName="/xl/worksheets/sheet{number}.bin" ContentType="{kind}.worksheet"/>'
        links += _link(number, "worksheet", f"worksheets/sheet{number}.bin")
        bundles += _record(156, struct.pack("<II", 0, number) + _wide(f"rId{number}") + _wide(name))
    links += _link(len(sheets) + 1, "styles", "styles.bin")
    book = _record(131) + _record(153, struct.pack("<II", 0, 0) + _wide("")) + _record(143) + bundles
    formats = b"".join(_record(47, struct.pack("<HH12x", 0, form)) for form in (0, _DATE_FORMAT))
    parts |= {
        "[Content_Types].xml": _xml(
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="bin" ContentType="{kind}.sheet.binary.main"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'{types}<Override PartName="/xl/styles.bin" ContentType="{kind}.styles"/></Types>'
        ),
        "_rels/.rels": _links(_link(1, "officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": book + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": _links(links),
        "xl/styles.bin": _record(278) + _record(617, struct.pack("<I", 2)) + formats + _record(618) + _record(279),
    }
    _zip(path, parts)


def _xlsb_sheet(rows: Rows) -> bytes:
    height, width = _extent(rows)
    parts = [_record(129), _record(148, struct.pack("<IIII", 0, height - 1, 0, width - 1)), _record(145)]
    above = -1
    for i, j, value, dated in _cells(rows):
        if i != above:
            parts.append(_record(0, struct.pack("<IIH3xIII", i, 0, 300, 1, 0, width - 1)))
            above = i
        place = struct.pack("<II", j, dated)
        if isinstance(value, str):
            parts.append(_record(6, place + _wide(value)))
        else:
            parts.append(_record(5, place + struct.pack("<d", value)))
    return b"".join([*parts, _record(146), _record(130)])


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(data)
    while size > 127:
        head, size = head + bytes([size & 127 | 128]), size >> 7
    return head + bytes([size]) + data


def _wide(text: str) -> bytes:
    coded = text.encode("utf-16-le")
    return struct.pack("<I", len(coded) // 2) + coded


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _links(links: str) -> bytes:
    return _xml(f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>')


def _xml(text: str) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()


def _zip(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write the parts with the date of nothing, so that the same sheets give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, None if name == "mimetype" else zipfile.ZIP_DEFLATED)


def write_ods(path: Path, sheets: Sheets) -> None:
    """Write a spreadsheet of OpenDocument, as WPS and LibreOffice save it."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    spaces = "".join(f' xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "table", "text"))
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row)) or _ods_cell(None)}</table:table-row>" for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{place}" manifest:media-type="{media}"/>'
        for place, media in (("/", kind), ("content.xml", "text/xml"))
    )
    parts = {
        "mimetype": kind.encode(),
        "content.xml": _xml(f'<office:document-content{spaces} office:version="1.2">{body}</office:document-content>'),
        "META-INF/manifest.xml": _xml(
            f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0">{entries}</manifest:manifest>'
        ),
    }
    _zip(path, parts)


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, str):
        lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.split("\n"))
        return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
    kind, name = ("date", "date-value") if isinstance(cell, date) else ("float", "value")
    value = f'office:value-type="{kind}" office:{name}="{cell}"'
    return f"<table:table-cell {value}><text:p>{cell}</text:p></table:table-cell>"


def write_html_xls(path: Path, rows: Rows, encoding: str) -> None:
    """Write the page with one table that web systems send as ``.xls``."""
    lines = "\n".join(
        "<tr>" + "".join(f"<td>{'' if cell is None else escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    head = f'<head><meta http-equiv="Content-Type" content="text/html; charset={encoding.removesuffix("-sig")}"></head>'
    page = f'<html>{head}<body><table border="1">\n{lines}\n</table></body></html>\n'
    path.write_bytes(page.encode(encoding, "xmlcharrefreplace"))
