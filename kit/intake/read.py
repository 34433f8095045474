"""Files as text: record batches in which every cell is a string, beside the row number that a person sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from python_calamine import CalamineWorkbook

from kit.intake.sniff import Sheet, unreadable

__all__ = ["ROW", "BadRow", "cell_text", "records"]

ROW = "row_number"
_ROWS_A_BATCH = 10_000
_DIGITS_OF_EXCEL = 1e15


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record with more or fewer fields than the header."""

    number: int
    expected: int
    actual: int


def records(sheet: Any, refuse: Callable[[BadRow], None]) -> Any:
    """Return an Arrow reader over the data rows of a sheet; blank rows are left out.

    Columns are ``row_number`` and, in the order of the headers, ``c0``, ``c1`` …: trimmed strings. Records
    with another number of fields than the header go to ``refuse``.

    Raises
    ------
    UnreadableFile
        While being read, if the text is not in the sheet's encoding.
    """
    names = [f"c{i}" for i in range(len(sheet.headers))]
    schema = pa.schema([(ROW, pa.int64()), *((name, pa.string()) for name in names)])
    batches = _delimited(sheet, names, refuse) if sheet.delimiter else _workbook(sheet)
    return pa.RecordBatchReader.from_batches(schema, (pa.record_batch(b, schema=schema) for b in batches))


def _delimited(sheet: Sheet, names: list[str], refuse: Callable[[BadRow], None]) -> Iterator[list[Any]]:
    bad: list[int] = []
    shift = sheet.header_row - sheet.skip_lines  # a header may span lines; a person counts records

    def skip(row: Any) -> str:
        bad.append(row.number + shift)
        refuse(BadRow(row.number + shift, row.expected_columns, row.actual_columns))
        return "skip"

    try:
        reader = pacsv.open_csv(
            sheet.path,
            read_options=pacsv.ReadOptions(
                use_threads=False,  # else a refused row does not know its number
                block_size=8 << 20,
                encoding="utf8" if sheet.encoding.startswith("utf-8") else sheet.encoding,
                skip_rows=sheet.skip_lines,
                column_names=names,
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=sheet.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,  # a blank line counts, or every later row number is wrong
                invalid_row_handler=skip,
            ),
            convert_options=pacsv.ConvertOptions(column_types={name: pa.string() for name in names}),
        )
        start = sheet.header_row + 1
        for batch in reader:
            count = batch.num_rows + sum(number >= start for number in bad)
            numbers = np.setdiff1d(np.arange(start, start + count), bad, assume_unique=True)[: batch.num_rows]
            start = int(numbers[-1]) + 1 if batch.num_rows else start
            yield _trimmed(pa.array(numbers, pa.int64()), batch.columns)
    except (UnicodeError, pa.ArrowInvalid) as error:
        # Their own message quotes the data.
        raise unreadable(
            sheet.path,
            f"内容不全是 {sheet.encoding} 编码的文字",
            f"not all of it is text in {sheet.encoding}",
        ) from error


def _trimmed(numbers: Any, columns: Iterable[Any]) -> list[Any]:
    """Columns without outer white space and nulls, and without the rows that are blank all over."""
    trimmed = [pc.utf8_trim_whitespace(pc.fill_null(column, "")) for column in columns]
    blank = pc.equal(trimmed[0], "")
    for column in trimmed[1:]:
        if not pc.any(blank).as_py():
            return [numbers, *trimmed]
        blank = pc.and_(blank, pc.equal(column, ""))
    keep = pc.invert(blank)
    return [column.filter(keep) for column in (numbers, *trimmed)]


def cell_text(value: Any) -> str | None:
    """Text of a workbook's cell, without loss: a number keeps its digits, a date becomes ISO.

    A number of more than fifteen digits is written with an exponent: Excel has already lost the rest of them.
    """
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= _DIGITS_OF_EXCEL:
            return f"{value:.14E}"
        return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return str(value)


def _workbook(sheet: Sheet) -> Iterator[list[Any]]:
    cells = CalamineWorkbook.from_path(str(sheet.path)).get_sheet_by_name(sheet.name).iter_rows()
    rows = islice(enumerate(cells, start=1), sheet.header_row, None)
    while chunk := list(islice(rows, _ROWS_A_BATCH)):
        texts = zip(*([cell_text(value) for value in row] for _, row in chunk), strict=True)
        yield _trimmed(
            pa.array([number for number, _ in chunk], pa.int64()),
            [pa.array(column, pa.string()) for column in texts],
        )
