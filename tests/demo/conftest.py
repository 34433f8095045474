"""Reads what the demo wrote with other means than intake's, by what the truth says of each file."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msoffcrypto
import pandas as pd
import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from kit.demo import FileTruth
from kit.demo.extracts import PASSWORD
from kit.schema import aliases, normalise

Grids = dict[str, list[list[Any]]]


def grids(path: Path, told: FileTruth, password: str = PASSWORD) -> Grids:
    """Every cell of a file, by sheet."""
    if told.form == "parquet":
        table = pq.read_table(path)
        return {"": [table.column_names, *(list(row.values()) for row in table.to_pylist())]}
    if told.delimiter:
        with path.open(encoding={"utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(told.encoding, told.encoding)) as text:
            return {"": list(csv.reader(text, delimiter=told.delimiter))}
    content = path.read_bytes()
    if told.form == "html.xls":
        page = BeautifulSoup(content.decode(told.encoding), "html.parser")
        return {"": [[cell.get_text() for cell in row.find_all(["td", "th"])] for row in page.find_all("tr")]}
    if told.encrypted:
        plain, locked = io.BytesIO(), msoffcrypto.OfficeFile(io.BytesIO(content))
        locked.load_key(password=password)
        locked.decrypt(plain)
        content = plain.getvalue()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def amount(value: Any, unit: str) -> str:
    """An amount in 元 with two decimals; what is none as it is."""
    value = f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)
    text = unicodedata.normalize("NFKC", value).replace(",", "").lstrip("￥¥")
    if text.endswith("万元"):
        text, unit = text.removesuffix("万元"), "万元"
    elif text.endswith("元"):
        text, unit = text.removesuffix("元"), "元"
    if text.endswith("-") or text.startswith("("):
        text = "-" + text.strip("()-")
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return text
    return f"{Decimal(text) * (10_000 if unit == '万元' else 1):.2f}"


def day(value: Any, *, date1904: bool = False) -> str:
    """A date as 20261031; what is none as it is."""
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    text = str(value).removesuffix(".0")
    if re.fullmatch(r"\d{5}", text):
        return f"{(date(1904, 1, 1) if date1904 else date(1899, 12, 30)) + timedelta(int(text)):%Y%m%d}"
    parts = re.fullmatch(r"(\d{4})\D?(\d\d)\D?(\d\d)日?", text)
    return "".join(parts.groups()) if parts else text


def data_rows(path: Path, told: FileTruth, table: str, *, password: str = PASSWORD) -> pd.DataFrame:
    """The data rows of a file as text, with amounts in 元 and dates as 20261031."""
    found = []
    for name, rows in grids(path, told, password).items():
        sheet = told.sheets[name]
        if sheet.skipped:
            continue
        no_data = {total.row for total in sheet.totals} | set(sheet.notes) | set(sheet.repeated_headers)
        below = [row for at, row in enumerate(rows, start=1) if at > sheet.header_row and at not in no_data]
        labels = [header.split("/")[-1].removesuffix(f"({sheet.unit})") for header in sheet.headers]
        below = [row for row in below if any(cell not in ("", None) for cell in row)]
        frame = pd.DataFrame([[*row, *[""] * (len(labels) - len(row))] for row in below], columns=labels, dtype=object)
        assert len(frame) == sheet.rows, (path.name, name)
        found.append(frame)
        for label in labels:
            column = aliases(table).get(normalise(label)[0])
            kind = column.type if column else "text"
            read: Callable[[Any], str] = {
                "money": lambda v, u=sheet.unit: amount(v, u),
                "date": lambda v: day(v, date1904=told.date1904),
            }.get(kind, lambda v: str(int(v)) if isinstance(v, float) and v.is_integer() else str(v))
            frame[label] = ["" if v in ("", None) else read(v) for v in frame[label]]
    return pd.concat(found, ignore_index=True)


@pytest.fixture(scope="session")
def read_rows() -> Callable[[Path, FileTruth, str], pd.DataFrame]:
    return data_rows


@pytest.fixture(scope="session")
def read_grids() -> Callable[[Path, FileTruth], Grids]:
    return grids
