"""Lists of customers as encrypted workbooks: a manager's calls, a branch's findings."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from kit import columns as col
from kit.tables import CODES, kind_of
from kit.text import Wording, figure

__all__ = ["encrypted", "workbook"]

_WIDTHS = {"date": 13, "wan": 14, "count": 8, "text": 16, "percent": 10}


def workbook(sheets: Mapping[str, tuple[str, pd.DataFrame]], words: Wording) -> bytes:
    """Lists as a workbook, a sheet each.

    Parameters
    ----------
    sheets
        Name of the sheet → its heading and its rows. Columns are headed by ``tables.<column>``; codes and reasons are
        named by ``labels``.

    Returns
    -------
    bytes
        xlsx, unencrypted, made in memory; nothing touches the disk before `encrypted`.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        formats = {
            "head": book.add_format(
                {"bold": True, "bg_color": "#1f4e79", "font_color": "#ffffff", "text_wrap": True, "valign": "vcenter"}
            ),
            "title": book.add_format({"bold": True, "font_size": 14, "font_color": "#1f4e79"}),
            "wan": book.add_format({"num_format": "#,##0.00"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "count": book.add_format({"num_format": "0"}),
            "text": book.add_format({}),
            "percent": book.add_format({"num_format": "0.0%"}),
        }
        for name, (heading, rows) in sheets.items():
            _fill(book.add_worksheet(name), heading, rows, words, formats)
    return buffer.getvalue()


def _fill(sheet: Any, heading: str, rows: pd.DataFrame, words: Wording, formats: Mapping[str, Any]) -> None:
    sheet.write_string(0, 0, heading, formats["title"])
    for j, column in enumerate(rows.columns):
        sheet.set_column(j, j, 36 if column == col.WHY else _WIDTHS.get(kind_of(column), 12))
        sheet.write_string(2, j, words.label(f"tables.{column}"), formats["head"])
        for i, value in enumerate(rows[column], start=3):
            _write(sheet, i, j, value, column, words, formats)
    sheet.freeze_panes(3, 2)
    sheet.autofilter(2, 0, max(2 + len(rows), 3), len(rows.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)


def _write(sheet: Any, i: int, j: int, value: Any, column: str, words: Wording, formats: Mapping[str, Any]) -> None:
    kind = kind_of(column)
    write = sheet.write_string
    if pd.isna(value):
        write(i, j, "", formats["text"])
    elif column in CODES or column == col.REASON:
        write(i, j, words.label(f"labels.{CODES.get(column, 'reason')}.{value}"), formats["text"])
    elif kind == "date":
        sheet.write_datetime(i, j, pd.Timestamp(value).to_pydatetime(), formats["date"])
    elif kind == "wan":
        sheet.write_number(i, j, round(float(value) / 1e6, 2), formats["wan"])
    elif kind == "count" and isinstance(value, (int, float)):
        sheet.write_number(i, j, value, formats["count"])
    else:
        write(
            i,
            j,
            figure(value, kind if kind in formats and kind != "count" else "text", words.language),
            formats["text"],
        )


def encrypted(workbook: bytes, password: str) -> bytes:
    """Workbook under AES-256 (100,000 rounds), from memory to memory."""
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(password, locked)
    return locked.getvalue()
