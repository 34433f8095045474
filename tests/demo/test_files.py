"""Columns are printed exactly, and files open as what they say they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from kit.demo.files import NO_DAY, CsvFile, XlsxFile, days, money, numbers


def test_money_is_exact_also_below_zero_and_beyond_a_double() -> None:
    fen = np.array([0, 5, -5, -100, 9_007_199_254_740_993])
    assert money(fen).cast(pa.string()).to_pylist() == ["0.00", "0.05", "-0.05", "-1.00", "90071992547409.93"]


def test_a_missing_day_is_empty() -> None:
    assert days(np.array([0, NO_DAY, 20_000]), "%Y/%m/%d").to_pylist() == ["1970/01/01", "", "2024/10/04"]


def test_numbers_keep_their_leading_zeros() -> None:
    assert numbers(np.array([7]), 4, "H").to_pylist() == ["H0007"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_a_csv_grows_under_one_head(tmp_path: Path, encoding: str) -> None:
    with CsvFile(tmp_path / "表.csv", encoding) as file:
        file.append({"客户名称": pa.array(["王䶮"])})
        file.append({"客户名称": ["赵甲子"]})
    assert file.rows == 2
    assert (tmp_path / "表.csv").read_bytes().decode(encoding) == "客户名称\r\n王䶮\r\n赵甲子\r\n"
    assert (tmp_path / "表.csv").read_bytes().startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")


def test_a_workbook_grows_under_one_head_and_keeps_texts_texts(tmp_path: Path) -> None:
    with XlsxFile(tmp_path / "表.xlsx", "表", date(2026, 10, 31), {"日": "yyyy-mm-dd"}) as file:
        file.append({"号": ["0101"], "日": [date(2026, 10, 31)], "额": [1.25]})
        file.append({"号": ["=1+1"], "日": [None], "额": [None]})
    rows = CalamineWorkbook.from_path(tmp_path / "表.xlsx").get_sheet_by_index(0).to_python()
    assert file.rows == 2
    assert rows == [["号", "日", "额"], ["0101", date(2026, 10, 31), 1.25], ["=1+1", "", ""]]
