"""What a file is: its encoding, its delimiter, its sheets and where the header of each stands."""

from __future__ import annotations

import codecs
import csv
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from kit.errors import BadMapping, EmptyFile, KitError, MissingFile, UnreadableFile, language

__all__ = ["DELIMITED", "WORKBOOKS", "DuplicateHeader", "Sheet", "encoding", "sheets"]

DELIMITED = frozenset({".csv", ".tsv", ".txt"})
WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls"})
_DELIMITERS = (",", "\t", ";", "|")
_UNPACKED_AT_MOST = 2 << 30
_CELLS_AT_MOST = 50_000_000


class DuplicateHeader(KitError):
    """Two columns of a sheet have the same name, so neither can be named (path, sheet, header)."""

    zh = "{path}{sheet}：有两列都叫“{header}”。请在文件里改掉其中一列的名字。"
    en = "{path}{sheet}: two columns are called “{header}”. Rename one of them in the file."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of text as a person sees it: a delimited file, or a sheet of a workbook.

    ``header_row`` is the header's row number in the file, counted from 1; ``skip_lines`` the physical lines
    of a delimited file up to and with it.
    """

    path: Path
    name: str
    headers: tuple[str, ...]
    header_row: int
    encoding: str = ""
    delimiter: str = ""
    skip_lines: int = 0

    @property
    def place(self) -> str:
        """Name of the sheet as it is put behind the file's in a message."""
        return f" [{self.name}]" if self.name else ""


def unreadable(path: Path, zh: str, en: str) -> UnreadableFile:
    """Return an error that says why a file cannot be read, in the reader's language."""
    return UnreadableFile(path=path, reason=zh if language() == "zh" else en)


def encoding(path: Path) -> str:
    """Encoding of a text file: UTF-16 by its mark, UTF-8 if every byte agrees, else GB18030."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def _headers(cells: list[str], path: Path, name: str) -> tuple[str, ...]:
    """Headers without outer white space; a column without one is named for its position."""
    headers = tuple(
        re.sub(r"[\ufeff\r\n\t]+", "", cell).strip() or f"#{position}" for position, cell in enumerate(cells, start=1)
    )
    for position, header in enumerate(headers):
        if header in headers[:position]:
            raise DuplicateHeader(path=path, sheet=f" [{name}]" if name else "", header=header)
    return headers


def _first_record(path: Path, coding: str, delimiter: str) -> tuple[list[str], int, int]:
    """Cells of the first record that is not blank, its number, and the physical lines read up to it."""
    with path.open(encoding=coding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        for number, record in enumerate(reader, start=1):
            if any(cell.strip() for cell in record):
                return record, number, reader.line_num
    raise EmptyFile(path=path)


def _delimited(path: Path, coding: str | None, delimiter: str | None) -> Sheet:
    coding = coding or encoding(path)
    try:
        tried = {mark: _first_record(path, coding, mark) for mark in ([delimiter] if delimiter else _DELIMITERS)}
    except (LookupError, UnicodeError) as error:
        raise unreadable(path, f"不是 {coding} 编码的文字", f"it is not text in {coding}") from error
    except csv.Error as error:
        raise unreadable(path, "首行不像表头", "its first line is no header") from error
    mark = max(tried, key=lambda m: len(tried[m][0]))
    cells, number, lines = tried[mark]
    return Sheet(path, "", _headers(cells, path, ""), number, coding, mark, lines)


def open_workbook(path: Path) -> Any:
    """Open a workbook, unless it would unpack into more than a machine holds.

    Raises
    ------
    UnreadableFile
        If it is no workbook, is encrypted, or is far larger than it looks.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _refuse_bomb(path, archive)
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise unreadable(path, "不是能打开的工作簿", "it is no workbook that can be opened") from error


def _refuse_bomb(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks beyond reason: a reader allocates the whole rectangle up to the last cell."""
    if sum(part.file_size for part in archive.infolist()) > _UNPACKED_AT_MOST:
        raise unreadable(path, "解压后超过 2 GB", "it unpacks into more than 2 GB")
    for part in archive.namelist():
        if part.startswith("xl/worksheets/") and part.endswith(".xml"):
            rows, columns, tail = 0, 26, b""
            with archive.open(part) as xml:
                while block := xml.read(1 << 20):
                    seen = tail + block
                    rows = max([rows, *(int(n) for n in re.findall(rb'<row[^>]* r="(\d{1,7})"', seen))])
                    wide = set(re.findall(rb'r="([A-Z]{2,3})\d', seen))
                    columns = max([columns, *(_column_number(letters) for letters in wide)])
                    tail = block[-64:]
            if rows * columns > _CELLS_AT_MOST:
                raise unreadable(path, f"{part} 的最后一格远在数据之外", f"the last cell of {part} is far off")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _workbook(path: Path, wanted: str | None) -> list[Sheet]:
    workbook = open_workbook(path)
    if wanted is not None and wanted not in workbook.sheet_names:
        raise BadMapping(path=path, place="sheet", name=wanted, known=workbook.sheet_names)
    found = []
    for meta in workbook.sheets_metadata:
        if meta.name != wanted if wanted is not None else meta.visible != SheetVisibleEnum.Visible:
            continue
        for number, row in enumerate(workbook.get_sheet_by_name(meta.name).iter_rows(), start=1):
            cells = [str(cell) for cell in row]
            if any(cell.strip() for cell in cells):
                found.append(Sheet(path, meta.name, _headers(cells, path, meta.name), number))
                break
    if not found:
        raise EmptyFile(path=path)
    return found


def sheets(
    path: Path, *, coding: str | None = None, delimiter: str | None = None, sheet: str | None = None
) -> list[Sheet]:
    """Sheets of a file that have a header: one for a delimited file, the visible ones of a workbook.

    Raises
    ------
    MissingFile, EmptyFile, UnreadableFile, DuplicateHeader, BadMapping
        See ``kit.errors``; ``BadMapping`` if the asked sheet is not in the workbook.
    """
    if not path.is_file():
        raise MissingFile(path=path, need="intake")
    if path.suffix.lower() in WORKBOOKS:
        return _workbook(path, sheet)
    if path.suffix.lower() in DELIMITED:
        return [_delimited(path, coding, delimiter)]
    known = " ".join(sorted(DELIMITED | WORKBOOKS))
    raise unreadable(path, f"现在能读的是 {known}", f"what can be read is {known}")
