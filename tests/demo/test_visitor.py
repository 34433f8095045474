"""What `kit demo` writes: the same bank as the tests' own, in the files that a visitor is to see."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import messy_bank
from kit.demo import write_bank
from kit.errors import BadValue
from kit.intake import find_sources, intake

KEY = b"not a secret: a key for tests"
SIZE = {"branches": 2, "customers": 40, "months": 6}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bank")
    write_bank(folder, **SIZE)
    return folder / "extracts"


def lines(path: Path, encoding: str) -> list[str]:
    return path.read_text(encoding).splitlines()


def test_its_book_is_that_of_the_messy_bank_and_the_same_rows_are_set_aside(tmp_path: Path, bank: Path) -> None:
    messy_bank.write_bank(tmp_path, **SIZE)
    passwords = {"成交记录.xlsx": messy_bank.PASSWORD}
    mine = intake(find_sources(bank.parent), out=bank.parent / "out", key=KEY)
    messy = intake(
        find_sources(tmp_path), out=tmp_path / "out", key=KEY, password=lambda path: passwords.get(path.name)
    )
    assert (mine.refused, mine.tables) == ((), messy.tables)
    for table in mine.tables:
        found, wanted = (
            pd.read_parquet(folder / "out" / "book" / f"{table}.parquet").astype(str)
            for folder in (bank.parent, tmp_path)
        )
        assert sorted(found.itertuples(index=False)) == sorted(wanted[found.columns].itertuples(index=False)), table
    aside = [one.reconciliation[["quarantined", "cells_quarantined"]].sum().tolist() for one in (mine, messy)]
    assert aside[0] == aside[1] != [0, 0]
    assert mine.totals["difference_fen"].tolist() == messy.totals["difference_fen"].tolist()
    assert set(mine.totals["difference_fen"]) == {0, 10_000}


def test_text_comes_in_gbk_with_titles_notes_totals_and_in_wan_yuan(bank: Path) -> None:
    month = lines(bank / "客户资产月报_202609.csv", "gbk")
    assert month[0] == "客户资产月报"
    assert month[-2:] == ["注：合计含已销户客户。", "数据来源：示范农村商业银行核心系统"]
    assert month[-3].startswith("合计,,")
    assert len([line for line in month if line.startswith(("城东支行小计,", "开发区支行小计,"))]) == 2
    assert lines(bank / "客户资产月报_202607.csv", "gbk")[0] == "客户资产月报（单位：万元）"
    assert lines(bank / "网点经营表.csv", "gbk")[0] == "机构号,数据日期,各项存款(万元),个人存款(万元),对公存款(万元)"
    events = lines(bank / "活动记录.csv", "gbk")
    assert events[0] == "沙龙活动登记簿"
    assert events[-1].endswith("万元")
    people = lines(bank / "客户信息.csv", "gb18030")
    assert people.count(people[0]) == 2, "the header once more"


def test_a_workbook_has_merged_headers_notes_and_a_hidden_sheet_and_another_a_sheet_a_branch(bank: Path) -> None:
    book = openpyxl.load_workbook(bank / "机构表.xlsx")
    shown, hidden = book.worksheets
    assert [sheet.sheet_state for sheet in (shown, hidden)] == ["visible", "hidden"]
    assert list(shown.values)[1] == ("机构", None, "网点", None, None, None)
    assert {str(area) for area in shown.merged_cells.ranges} == {"A2:B2", "C2:F2"}
    assert shown.cell(shown.max_row, 1).value == "数据来源：示范农村商业银行核心系统"
    assert list(hidden.values) == list(shown.values)
    assert openpyxl.load_workbook(bank / "管户关系.xlsx").sheetnames == ["城东支行", "开发区支行"]


def test_the_same_seed_gives_the_same_text_and_another_seed_another(tmp_path: Path, bank: Path) -> None:
    write_bank(tmp_path / "again", **SIZE)
    write_bank(tmp_path / "other", **SIZE, seed=7)
    for path in bank.iterdir():
        if path.suffix != ".xlsx":
            assert (tmp_path / "again" / "extracts" / path.name).read_bytes() == path.read_bytes()
    name = "客户信息.csv"
    assert (tmp_path / "other" / "extracts" / name).read_bytes() != (bank / name).read_bytes()


@pytest.mark.parametrize(("place", "value"), [("branches", 0), ("customers", -1), ("months", 3)])
def test_a_number_out_of_range_is_refused_before_anything_is_written(tmp_path: Path, place: str, value: int) -> None:
    with pytest.raises(BadValue, match=place):
        write_bank(tmp_path / "new", **{place: value})
    assert not (tmp_path / "new").exists()
