"""Columns of a frame as the cells of a workbook: codes by their names, money in 万元, dates as dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit import columns as col
from kit.tables import CODES, kind_of
from kit.text import Wording

__all__ = ["WIDTHS", "cell_formats", "write_column"]

WIDTHS = {"date": 11, "wan": 12, "count": 8, "text": 14, "percent": 9}
_FORMS = {"wan": "#,##0.00_ ", "date": "yyyy-mm-dd", "count": "#,##0", "percent": "0%", "text": ""}
_CODED: Mapping[str, str] = {col.REASON: "reason", **CODES}


def cell_formats(book: Any, **style: Any) -> dict[str, Any]:
    """A format for each kind of cell, with a style of their own."""
    forms = {kind: {"num_format": form} if form else {} for kind, form in _FORMS.items()}
    forms["date"]["align"], forms["count"]["align"] = "left", "center"
    return {kind: book.add_format({**form, **style}) for kind, form in forms.items()}


def write_column(
    sheet: Any, top: int, j: int, values: pd.Series, words: Wording, formats: Mapping[str, Any]
) -> list[Any]:
    """Write a column from row ``top`` on, counted from 0, in the form that its name asks for; nothing is no cell.

    Returns what it wrote, None where there was nothing.
    """
    name = str(values.name)
    kind = "text" if name in _CODED else kind_of(name)
    if kind not in formats or (kind not in ("date", "text") and not pd.api.types.is_numeric_dtype(values)):
        kind = "text"
    shape = formats[kind]
    write = {"text": sheet.write_string, "date": sheet.write_datetime}.get(kind, sheet.write_number)
    told = _values(values, kind, words)
    for i, value in enumerate(told, start=top):
        if value is not None and value != "":
            write(i, j, value, shape)
    return told


def _values(values: pd.Series, kind: str, words: Wording) -> list[Any]:
    """Python's own values, None for what is missing."""
    known = values.notna().tolist()
    if kind == "date":
        told: list[Any] = list(pd.to_datetime(values).dt.to_pydatetime())
    elif kind == "wan":
        told = (values.astype("float64") / 1e6).round(2).tolist()
    else:
        told = values.tolist()
        if kind == "text":
            group = _CODED.get(str(values.name))
            codes = {value for value, there in zip(told, known, strict=True) if there}
            named = {
                code: words.label(f"labels.{group}.{code}", default=str(code)) if group else str(code) for code in codes
            }
            told = [named[value] if there else None for value, there in zip(told, known, strict=True)]
    return [value if there else None for value, there in zip(told, known, strict=True)]
