from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from kit.reconciliation import Reconciliation, read_reconciliation
from kit.report.data_request import data_request
from kit.text import LANGUAGES, wording


@pytest.fixture
def empty(tmp_path) -> Reconciliation:
    (tmp_path / "book").mkdir()
    return read_reconciliation(tmp_path)


def read(accounts: Reconciliation, language: str = "zh") -> dict[str, list[list]]:
    made = data_request(accounts, wording(language), bank="甲银行")
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_is_there_and_says_so_where_there_is_nothing_to_ask(empty, language):
    sheets = read(empty, language)
    assert len(sheets) == 6
    words = wording(language)
    for name in ("doubtful", "differences", "refused", "explain", "accounts"):
        rows = sheets[words.label(f"request.{name}.sheet")]
        assert rows[1][0] == words(f"request.{name}.none")
        assert len(rows) == 4


def test_a_missing_column_names_its_label_what_it_unlocks_and_what_a_bank_may_call_it(empty):
    sheets = read(replace(empty, delivered={"customer": ("customer_id", "branch_id")}))
    rows = {tuple(row[:2]): row[2:] for row in sheets["1 还缺什么"][4:]}
    need, unlocks, aliases = rows["客户信息表", "职业"]
    assert (need, unlocks) == ("重要", "分群、按职业看资产")
    assert aliases.split("、")[:2] == ["职业", "职业分类"]
    assert rows["客户信息表", "兴趣爱好"][0] == "可选"
    assert ("账户表", "整张表") in rows


def test_a_doubtful_value_has_its_place_its_shape_its_reason_and_what_is_needed(empty):
    quarantine = pd.DataFrame(
        {"file": ["客户.csv"], "sheet": [""], "table": ["customer"], "column": ["age"], "reason": ["not_whole"],
         "whole_row": [False], "entries": [3], "row": [17], "value_masked": ["字字"], "detail": [""]}
    )  # fmt: skip
    field = {"file": "客户.csv", "sheet": "", "table": "customer", "column": "age", "label": "年龄(岁)", "unit": ""}
    fields = pd.DataFrame([field | {"unit_from": ""}])
    rows = read(replace(empty, quarantine=quarantine, fields=fields))["2 存疑数据"]
    assert rows[4] == ["客户.csv", "", 17, "年龄(岁)", "字字", "不是整数", 3, "更正后重新提供这些行"]


def test_differences_are_in_yuan_and_name_the_totals_row_or_the_branch(empty):
    totals = pd.DataFrame(
        {"file": ["a.xlsx"], "sheet": ["一"], "table": ["account"], "row": [9], "label": ["合计"],
         "column": ["balance_fen"], "stated_fen": [12_345], "summed_fen": [12_340], "difference_fen": [-5],
         "status": ["finding"]}
    )  # fmt: skip
    rows = read(replace(empty, totals=totals))["3 金额差异"]
    assert rows[4] == [
        "表内合计行",
        "a.xlsx",
        "一",
        9,
        "账户表",
        "账户余额",
        "",
        "",
        123.45,
        123.40,
        -0.05,
        pytest.approx(-5 / 12_345),
    ]


def test_text_that_looks_like_a_formula_or_a_link_stays_text(empty):
    nasty = ["=1+1", "{=1}", "https://example.com", "+7", "\t=cmd"]
    refused = pd.DataFrame({"file": nasty, "sheet": "", "place": "", "reason": nasty})
    made = data_request(replace(empty, refused=refused), wording("zh"), bank='=HYPERLINK("x")')
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
    assert not any(re.search(r"<f[ >]|<hyperlink", sheet) for sheet in sheets)


def test_the_same_accounts_give_the_same_file(empty):
    assert data_request(empty, wording("zh"), bank="甲") == data_request(empty, wording("zh"), bank="甲")


def test_a_sheet_is_bounded_and_says_how_much_is_left_out(empty):
    refused = pd.DataFrame({"file": [f"{i}.csv" for i in range(2_500)], "sheet": "", "place": "", "reason": "坏"})
    rows = read(replace(empty, refused=refused))["4 没有读的文件"]
    assert len(rows) == 4 + 2_000 + 1
    assert "500" in rows[-1][0]
