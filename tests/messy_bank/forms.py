"""Files in the forms that banks send; text grows block by block, what a workbook holds is written at the end."""

from __future__ import annotations

import codecs
import csv
import io
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from pyarrow import csv as arrow_csv

from kit.demo.files import MONEY
from messy_bank import old_formats
from messy_bank.mess import Mess
from messy_bank.style import Cell, Style

__all__ = ["Delimited", "Held", "write_workbook"]

_MARKS = {"utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_DATE = "yyyy-mm-dd"


class Delimited:
    """Delimited text."""

    def __init__(self, path: Path, mess: Mess) -> None:
        self._encoding, self._delimiter, self._style = mess.encoding.removesuffix("-sig"), mess.delimiter, mess.style
        self._file = path.open("wb")
        self._file.write(_MARKS.get(mess.encoding, b""))

    def lines(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write lines that are no data."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self._delimiter).writerows([["" if c is None else c for c in row] for row in rows])
        self._write(text.getvalue())

    def table(self, columns: Mapping[str, pa.Array]) -> None:
        """Write data rows."""
        written = [self._style.written(column) for column in columns.values()]
        sink = pa.BufferOutputStream()
        table = pa.table(written, names=[str(i) for i in range(len(written))])
        options = {"include_header": False, "batch_size": 65536, "eol": "\r\n", "delimiter": self._delimiter}
        try:
            arrow_csv.write_csv(table, sink, arrow_csv.WriteOptions(quoting_style="none", **options))
        except pa.ArrowInvalid:  # a value holds the delimiter
            self.lines(list(zip(*(map(_printed, column.to_pylist()) for column in written), strict=True)))
            return
        self._write(str(sink.getvalue().to_pybytes(), "utf-8"))

    def merge(self, *_: int) -> None:
        """Text has no merged cells."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, text: str) -> None:
        self._file.write(text.encode(self._encoding))


def _printed(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(slots=True)
class Held:
    """A sheet held until its workbook is written; of a named table only the columns, not the rows."""

    style: Style
    named: bool = False
    rows: list[Sequence[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)
    hidden: bool = False

    def lines(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Keep lines that are no data."""
        self.rows += rows

    def table(self, columns: Mapping[str, pa.Array]) -> None:
        """Keep data rows."""
        if not self.named:
            self.rows += zip(*(self.style.cells(column) for column in columns.values()), strict=True)
        self.tables.append(pa.table(dict(columns)))

    def merge(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
        """Merge cells."""
        self.merged.append((first_row, first_column, last_row, last_column))


def write_workbook(path: Path, sheets: Mapping[str, Held], mess: Mess, *, made: date, database: Path) -> None:
    """Write what was held as a workbook, a Parquet file, or a database beside its query (``database`` is its folder).

    A form that knows neither merged nor hidden cells goes without.
    """
    first = next(iter(sheets.values()))
    rows = {name: [list(row) for row in sheet.rows] for name, sheet in sheets.items()}
    match mess.form:
        case "xlsx" | "xlsm":
            path.write_bytes(_xlsx(sheets, mess, made))
        case "xls":
            old_formats.write_xls(path, rows, date1904=mess.style.date1904)
        case "xlsb":
            old_formats.write_xlsb(path, rows)
        case "ods":
            old_formats.write_ods(path, rows)
        case "html.xls":
            old_formats.write_html_xls(path, rows[next(iter(rows))], mess.encoding)
        case "parquet":
            pq.write_table(pa.concat_tables(_named(table, mess) for table in first.tables), path)
        case "sql":
            _write_database(path, database, pa.concat_tables(_named(table, mess) for table in first.tables), first)


def _named(table: pa.Table, mess: Mess) -> pa.Table:
    """Typed columns as they are, or all of them as text."""
    if not mess.style.typed:
        columns = [mess.style.written(table[name].combine_chunks()).cast(pa.string()) for name in table.column_names]
        return pa.table(columns, names=table.column_names)
    money = {name: table[name].cast(MONEY) for name in table.column_names if pa.types.is_decimal(table[name].type)}
    return pa.table({name: money.get(name, table[name]) for name in table.column_names})


def _write_database(path: Path, folder: Path, table: pa.Table, held: Held) -> None:
    """Write SQLite and its query; the URL stands in the variable that the query's first line names."""
    names = ", ".join('"' + name.replace('"', '""') + '"' for name in table.column_names)
    base = folder / f"{path.stem}.sqlite"
    base.unlink(missing_ok=True)
    connection = sqlite3.connect(base)
    with connection:
        connection.execute(f"CREATE TABLE sent ({names})")
        marks = ", ".join("?" * len(table.column_names))
        rows = zip(*(map(_stored, held.style.cells(c.combine_chunks())) for c in table.columns), strict=True)
        connection.executemany(f"INSERT INTO sent VALUES ({marks})", rows)
    connection.close()
    path.write_text(f"-- database: BRANCH_KIT_DEMO_DATABASE\nSELECT {names} FROM sent\n", encoding="utf-8")


def _stored(cell: Cell) -> Cell:
    return cell.isoformat() if isinstance(cell, date) else cell


def _xlsx(sheets: Mapping[str, Held], mess: Mess, made: date) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, {**options, "date_1904": mess.style.date1904}) as book:
        book.set_properties({"created": datetime(made.year, made.month, made.day, tzinfo=UTC)})
        day = book.add_format({"num_format": _DATE})
        for name, held in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(held.rows):
                for place, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(at, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
                    elif value is not None:
                        sheet.write(at, place, value)
            for top, left, bottom, right in held.merged:
                value = held.rows[top][left] if left < len(held.rows[top]) else None
                sheet.merge_range(top, left, bottom, right, value)
            if held.hidden:
                sheet.hide()
        visible = next(i for i, held in enumerate(sheets.values()) if not held.hidden)
        book.worksheets()[visible].activate()
        book.worksheets()[visible].set_first_sheet()
    plain = buffer.getvalue()
    if mess.form == "xlsm":
        plain = _with_macros(plain)
    if not mess.password:
        return plain
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt(mess.password, locked)
    return locked.getvalue()


def _with_macros(plain: bytes) -> bytes:
    """Declare a workbook to be one that may hold macros; nothing else tells xlsm from xlsx."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "[Content_Types].xml":
                content = content.replace(
                    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                )
            new.writestr(part, content)
    return buffer.getvalue()
