"""Reads what the demo wrote with other means than intake's, by what the truth says of each file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msoffcrypto
import pandas as pd
import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from messy_bank import FileTruth
from messy_bank.extracts import PASSWORD

Grids = dict[str, list[list[Any]]]


def grids(path: Path, told: FileTruth, password: str = PASSWORD) -> Grids:
    """Every cell of a file, by sheet."""
    if told.form == "parquet":
        table = pq.read_table(path)
        return {"": [table.column_names, *(list(row.values()) for row in table.to_pylist())]}
    if told.delimiter:
        with path.open(
            encoding={"utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(told.encoding, told.encoding)
        ) as text:
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


def data_rows(path: Path, told: FileTruth, table: str, *, plain: Any, password: str = PASSWORD) -> pd.DataFrame:
    """The data rows of a file as text, made plain cell by cell."""
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
            frame[label] = [plain(v, table, label, unit=sheet.unit, date1904=told.date1904) for v in frame[label]]
    return pd.concat(found, ignore_index=True)


@pytest.fixture(scope="session")
def read_rows(plain_value) -> Callable[..., pd.DataFrame]:
    return partial(data_rows, plain=plain_value)


@pytest.fixture(scope="session")
def read_grids() -> Callable[[Path, FileTruth], Grids]:
    return grids
