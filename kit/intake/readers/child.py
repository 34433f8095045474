"""The process that parses workbooks and HTML for the kit, so that a hostile or broken file can end it and nothing else.

Run as a script, it imports nothing of the kit and answers requests on its standard streams: a line of JSON, then, where
``bytes`` says so, that many bytes of a file that must not be written to disk. Answers are a line of JSON each; ``rows``
is followed by an Arrow stream. What it has parsed it keeps until the rows were fetched, or memory is short.
"""

from __future__ import annotations

import codecs
import datetime as dt
import gc
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

ROWS_A_BATCH = 10_000
HEAD_ROWS = 200  # of kit.intake.grid
_MORE_ROWS, _MORE_OF = 200, 20_000  # rows from all over a sheet that is not large
_DIGITS_OF_EXCEL = 1e15
_KEEP_BELOW = 600 << 20  # bytes of memory above which parsed files are dropped and parsed again at need
Span = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0
_FIGURE = re.compile(r"(?!0\d+$)[\s\d,.%()+-]*")  # 0101 is the number of a branch
_SPANS_AT_MOST = 20_000  # cells that one HTML cell may stand for
_LAST_ROW = 1 << 20  # of Excel
_BLANK: list[str] = []


def cell_text(value: Any) -> str:
    """Text of a workbook's cell, without loss: a number keeps its digits, a date becomes ISO, nothing is empty.

    A number of more than fifteen digits is written with an exponent: Excel has already lost the rest of them.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= _DIGITS_OF_EXCEL:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def float_texts(values: Any) -> Any:
    """Texts of an Arrow array of doubles, as `cell_text` gives them; null stays null."""
    plain = values.to_numpy(zero_copy_only=False)
    size = np.abs(plain)
    whole = (size < _DIGITS_OF_EXCEL) & (plain == np.trunc(plain))
    if whole.all():
        return pa.array(plain.astype(np.int64)).cast(pa.string())
    texts = pc.cast(values, pa.string())
    if whole.any():
        texts = pc.if_else(
            pa.array(whole), pa.array(np.where(whole, plain, 0).astype(np.int64)).cast(pa.string()), texts
        )
    odd = np.flatnonzero(((size < 1e-4) | (size >= 1e10)) & ~whole & ~np.isnan(size))  # Arrow: with an exponent
    if not len(odd):
        return texts
    listed = texts.to_pylist()
    for i in odd:
        listed[i] = cell_text(float(plain[i]))
    return pa.array(listed, pa.string())


def column_texts(cells: Sequence[Any]) -> Any:
    """Trimmed texts of a column of cells, by the column and not cell by cell."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        texts = pa.array(cells, pa.string())
    elif kinds == {float}:
        texts = float_texts(pa.array(cells, pa.float64()))
    elif kinds == {float, str} and not any(cell for cell in cells if type(cell) is str):
        texts = float_texts(pa.array([None if type(cell) is str else cell for cell in cells], pa.float64()))
    elif bool in kinds:  # True == 1 == 1.0
        texts = pa.array([cell_text(cell) for cell in cells], pa.string())
    else:
        known = {cell: cell_text(cell) for cell in set(cells)}
        texts = pa.array([known[cell] for cell in cells], pa.string())
    return pc.utf8_trim_whitespace(pc.fill_null(texts, ""))


def workbook_tables(source: str | BinaryIO) -> Iterator[dict[str, Any]]:
    """Each worksheet of a workbook: its name, whether it is hidden, its merged cells, its height and its rows."""
    book = CalamineWorkbook.from_path(source) if isinstance(source, str) else CalamineWorkbook.from_filelike(source)
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(meta.name)
            left = sheet.start[1] if sheet.start else 0  # rows begin with the first, columns with the first filled
            yield {
                "name": meta.name,
                "hidden": meta.visible != SheetVisibleEnum.Visible,
                "merged": [
                    (a, b - left, c, d - left) for (a, b), (c, d) in sheet.merged_cell_ranges or () if b >= left
                ],
                "height": sheet.total_height,
                "rows": sheet.iter_rows,
            }


class _Page:
    """A table of a page as it grows: its rows, merged cells, and those that reach further down."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[list[str]] = []
        self.merged: list[Span] = []
        self._open: list[Span] = []

    def add(self, row: Any) -> None:
        """Append a row, its cells placed past those that reach down into it."""
        number = max(_number(_attribute(row, "Index"), 1, _LAST_ROW) - 1, len(self.rows))  # blank rows are left out
        self.rows += [_BLANK] * (number - len(self.rows))
        at = 0
        self._open = [span for span in self._open if span[2] >= number]
        covered = {j for _, left, _, right in self._open for j in range(left, right + 1)}
        texts: dict[int, str] = {}
        for cell in row.iterchildren():
            if not isinstance(cell.tag, str) or _local(cell.tag) not in {"td", "th", "cell"}:
                continue
            at = _number(_attribute(cell, "Index"), at + 1) - 1  # of an XML spreadsheet
            while at in covered:
                at += 1
            texts[at] = " ".join("".join(cell.itertext()).replace("\xa0", " ").split())
            across = max(_number(_attribute(cell, "colspan"), 1), _number(_attribute(cell, "MergeAcross"), 0) + 1)
            down = max(_number(_attribute(cell, "rowspan"), 1), _number(_attribute(cell, "MergeDown"), 0) + 1)
            if across > 1 or down > 1:
                span = (number, at, number + down - 1, at + across - 1)
                self.merged.append(span)
                if down > 1:
                    self._open.append(span)
            at += across
        self.rows.append([texts.get(j, "") for j in range(max(texts, default=-1) + 1)])


def html_tables(source: str | BinaryIO, encoding: str | None) -> Iterator[dict[str, Any]]:
    """Each table of an HTML page, or each sheet of an XML spreadsheet, with its spans as merged cells."""
    pages: dict[Any, _Page] = {}
    xml = encoding == "xml"
    options = {"html": True, "encoding": "utf-8"} if not xml else {"recover": True, "resolve_entities": False}
    raw: Any = Path(source).open("rb") if isinstance(source, str) else source  # noqa: SIM115 - ends with the parse
    for _, row in etree.iterparse(
        raw if xml else codecs.EncodedFile(raw, "utf-8", encoding or "utf-8", "replace"),
        tag=("{*}tr", "{*}TR", "{*}Row") if xml else ("tr",),
        huge_tree=True,
        **options,
    ):
        table = next((up for up in row.iterancestors() if _local(up.tag) == "table"), None)
        if table is None:
            continue
        if table not in pages:
            pages[table] = _Page(_attribute(table.getparent(), "Name") if xml else "")
        pages[table].add(row)
        row.clear()
    for number, (table, page) in enumerate(pages.items(), start=1):
        if len(page.rows) > 1:
            width = max(map(len, page.rows))
            blank = [""] * width
            filled = [row + blank[len(row) :] if row else blank for row in page.rows]
            shown = table.getparent().iterfind("{*}WorksheetOptions/{*}Visible") if xml else ()
            yield {
                "name": page.name or (f"#{number}" if len(pages) > 1 else ""),
                "hidden": any("Hidden" in (each.text or "") for each in shown),
                "merged": page.merged,
                "height": len(filled),
                "rows": lambda rows=filled: iter(rows),
            }


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _local(key) == name.lower()), "")


def _local(name: str) -> str:
    """Name without its namespace or prefix: Excel writes ``x:str``, which no namespace explains."""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _number(text: str, least: int, most: int = _SPANS_AT_MOST) -> int:
    return min(max(int(text), least), most) if text.isdigit() else least


def reaching_down(rows: Iterator[tuple[int, Sequence[Any]]], merged: Sequence[Span]) -> Iterator[tuple[int, Any]]:
    """Rows in which the text of a cell that was merged with those below it stands in each of them.

    A number does not: an amount that stands once for several rows would be counted several times.
    """
    spans = sorted((top, left, bottom) for top, left, bottom, _ in merged if bottom > top)
    if not spans:
        yield from rows
        return
    at = 0
    reach: list[tuple[int, int, str]] = []
    for number, row in rows:
        reach = [(bottom, left, text) for bottom, left, text in reach if bottom >= number - 1]
        if reach:
            row = list(row)  # noqa: PLW2901 - the parser's own is not changed
            for _, left, text in reach:
                row[left] = row[left] or text
        yield number, row
        while at < len(spans) and spans[at][0] < number:
            top, left, bottom = spans[at]
            at += 1
            if (
                top == number - 1
                and left < len(row)
                and isinstance(row[left], str)
                and not _FIGURE.fullmatch(row[left])
            ):
                reach.append((bottom, left, row[left]))


def _texts(rows: Iterator[Sequence[Any]]) -> list[list[str]]:
    return [[cell_text(cell).strip() for cell in row] for row in rows]


def _more(table: dict[str, Any]) -> list[list[str]]:
    below = table["height"] - HEAD_ROWS
    if below <= 0 or table["height"] > _MORE_OF:
        return []
    return _texts(islice(table["rows"](), HEAD_ROWS, None, max(1, below // _MORE_ROWS)))


class Parsed:
    """The files that were parsed and whose rows are still to be fetched."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, dict[str, Any]]] = {}

    def open(self, key: str, form: str, source: str | BinaryIO, encoding: str | None) -> dict[str, Any]:
        """Parse a file and tell of its tables."""
        while self.files and psutil.Process().memory_info().rss > _KEEP_BELOW:
            del self.files[next(iter(self.files))]
        found = workbook_tables(source) if form == "workbook" else html_tables(source, encoding)
        tables = {table["name"]: table for table in found}
        self.files[key] = tables
        described = [
            {"name": t["name"], "hidden": t["hidden"], "merged": t["merged"],
             "head": _texts(islice(t["rows"](), HEAD_ROWS)), "more": _more(t)}
            for t in tables.values()
        ]  # fmt: skip
        return {"tables": described}

    def rows(self, key: str, name: str, after: int, width: int, out: BinaryIO) -> None:
        """Write the rows of a table below row ``after`` as an Arrow stream; blank ones are left out."""
        table = self.files[key].pop(name)
        schema = filled_rows(pa.array([], pa.int64()), [pa.array([], pa.string())] * width).schema
        rows = islice(enumerate(table["rows"](), start=1), after, None)
        with pa.ipc.new_stream(out, schema) as stream:
            filled = reaching_down(rows, table["merged"])
            while chunk := list(islice(filled, ROWS_A_BATCH)):
                columns = [column_texts(cells) for cells in islice(zip(*(row for _, row in chunk), strict=True), width)]
                columns += [pa.repeat(pa.scalar(""), len(chunk))] * (width - len(columns))
                stream.write_batch(filled_rows(pa.array([number for number, _ in chunk], pa.int64()), columns))
        if not self.files[key]:
            del self.files[key]


def filled_rows(numbers: Any, columns: Sequence[Any]) -> Any:
    """Rows of trimmed texts that are not blank all over, behind their number: ``row_number``, ``c0`` and so on."""
    batch = pa.record_batch([numbers, *columns], names=["row_number", *(f"c{i}" for i in range(len(columns)))])
    blank = pa.repeat(pa.scalar(value=True), len(numbers))
    for column in columns:
        if not pc.any(blank).as_py():
            return batch
        blank = pc.and_(blank, pc.equal(column, ""))
    return batch.filter(pc.invert(blank))


def serve() -> None:
    """Answer requests until the stream ends. Of an error its kind alone is told: its text may hold data."""
    inward, outward, parsed = sys.stdin.buffer, sys.stdout.buffer, Parsed()
    for line in inward:
        asked = json.loads(line)
        held = inward.read(asked["bytes"]) if asked.get("bytes") else None
        try:
            if asked["do"] == "open":
                source = asked["path"] if held is None else io.BytesIO(held)
                answer = parsed.open(asked["key"], asked["form"], source, asked.get("encoding"))
            elif asked["name"] not in parsed.files.get(asked["key"], ()):
                answer = {"gone": True}
            else:
                outward.write(b'{"rows": true}\n')
                parsed.rows(asked["key"], asked["name"], asked["after"], asked["width"], outward)
                outward.flush()
                continue
        except KeyboardInterrupt:
            return
        except BaseException as error:  # noqa: BLE001 - a panic of the parser is no Exception
            answer = {"error": type(error).__name__}
        outward.write(json.dumps(answer).encode() + b"\n")
        outward.flush()


if __name__ == "__main__":
    gc.disable()  # cells make no cycles, and looking for some takes a third of the time
    serve()
