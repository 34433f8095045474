from __future__ import annotations

from pathlib import Path

import pytest

from kit.intake.amount_units import unit_of
from kit.intake.branches import branch_of
from kit.intake.grid import Grid, Layout, Sheet
from kit.intake.labels import named
from kit.intake.mapping import Cell
from kit.intake.propose import for_label
from kit.intake.record import general
from kit.intake.values import amount, examples, fit, profile, shape
from kit.schema import schema


def sheet(*headers, above=(), unit="", file="a.csv", name=""):
    return Sheet(Grid(Path(file), name, "delimited", ()), Layout(headers, 1, 1, above, unit))


def best(label, values, home="customer_month"):
    return for_label(sheet("客户号", label), 1, profile(values), home=(home,))


@pytest.mark.parametrize(
    ("label", "values", "answer"),
    [
        ("存款帐户余额", ["1,200.50", "33.10", "0.00"], "customer_month.deposit_spot_fen"),
        ("AUM月均", ["1.5", "2.5"], "customer_month.aum_avg_month_fen"),
        ("代发工资标志", ["是", "否", "是"], "customer_month.has_payroll"),
        ("最近一次动户日期", ["20260901", "20261001"], "customer_month.last_active_date"),
    ],
)
def test_a_proposal_comes_first_by_label_and_values(label, values, answer):
    found = best(label, values)
    assert found[0].answer == answer
    assert len(found) <= 3
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert all(str(said) for candidate in found for said in candidate.evidence)


def test_values_part_labels_that_look_alike():
    as_money, as_date = best("开户", ["12.5", "99.1"], "account"), best("开户", ["20260901"], "account")
    score = {c.answer: c.score for c in as_money}.get("account.open_date", 0)
    assert {c.answer: c.score for c in as_date}["account.open_date"] > score


def test_the_label_of_another_table_is_worth_less_and_says_so():
    found = best("性别", ["男", "女"])
    assert found[0].answer == "customer.gender"
    assert found[0].score < 1
    assert "客户信息表" in " ".join(map(str, found[0].evidence))


def test_a_label_like_none_gets_no_proposal():
    assert not best("备注", ["x"])


@pytest.mark.parametrize(
    ("text", "read"),
    [("1,234.50", "1234.50"), ("（５）", "-5"), ("5-", "-5"), ("￥5元", "5"), ("1,2", None), ("", None), ("-", None),
     ("20x", None), ("1.2.3", None)],
)  # fmt: skip
def test_an_amount_is_read_as_the_book_reads_it(text, read):
    assert (None if amount(text) is None else str(amount(text))) == read


def test_examples_are_shapes_unless_many_rows_share_a_code():
    assert examples(["张三13800138000", "李四"]) == ("字字99999999999", "字字")
    assert set(examples(["金卡"] * 30 + ["普卡"] * 30 + ["张三"])) == {"金卡", "普卡"}
    assert shape("Ab9,王①ЖÅ") == "AA9,字9AA"


@pytest.mark.parametrize(
    ("column", "values", "least", "most"),
    [
        ("account.open_date", ["20260101", "2026-01-01", "2026年1月"], 1, 1),
        ("customer.mobile_ok", ["13800138000"], 1, 1),
        ("customer_month.aum_spot_fen", ["20260101"] * 5, 0, 0.4),
        ("customer.risk_level", ["C1"] * 20 + ["C2"] * 20, 1, 1),
        ("customer.risk_level", ["AA"] * 20 + ["A"] * 20, 0, 0),
    ],
)
def test_how_well_values_fit_a_column(column, values, least, most):
    table, _, name = column.partition(".")
    assert least <= fit(profile(values), schema()[table].columns[name]) <= most


@pytest.mark.parametrize(
    ("header", "column"),
    [("客户信息/客户号", "customer_id"), ("存款/余额", "deposit_spot_fen"), ("AUM/月日均", "aum_avg_month_fen"),
     ("资产(万元)/时点AUM", "aum_spot_fen"), ("上月/月日均AUM", None), ("配偶/客户号", None), ("余额", None)],
)  # fmt: skip
def test_a_merged_header_names_a_column_only_where_its_group_adds_nothing(header, column):
    found = named(header, "customer_month")
    assert (found.id if found else None) == column


KNOWN = {"0101": "0101", "农商行城东支行": "0101", "0102": "0102", "农商行城西支行": "0102"}


@pytest.mark.parametrize(
    ("text", "branch"),
    [("0101", "0101"), ("客户_0102_202610", "0102"), ("城东支行", "0101"), ("农商行城西支行客户表", "0102"),
     ("20101", None), ("支行", None), ("农商行", None), ("全行", None), ("01", None)],
)  # fmt: skip
def test_a_name_tells_its_branch_or_none(text, branch):
    assert branch_of(text, KNOWN) == branch


def test_without_a_branch_table_a_name_that_sounds_like_one_is_its_own_id():
    assert branch_of("客户信息_城东支行_202610", {}) == "城东支行"
    assert branch_of("Sheet1", {}) is None


@pytest.mark.parametrize(
    ("given", "unit", "stated_by"),
    [
        ({}, "元", "default"),
        ({"header": "时点AUM(千元)", "unit": "万元"}, "千元", "header"),
        ({"unit": "万元", "above": ("单位：万元",)}, "万元", "title"),
        ({"unit": "万元", "file": "月报(万元).csv"}, "万元", "file"),
        ({"header": "时点AUM(元)", "unit": "万元", "cell": "亿元"}, "亿元", "mapping"),
    ],
)
def test_the_order_in_which_a_unit_is_believed(given, unit, stated_by):
    header = given.get("header", "时点AUM")
    made = sheet(header, above=given.get("above", ()), unit=given.get("unit", ""), file=given.get("file", "a.csv"))
    cell = Cell(column=header, unit=given.get("cell"))
    assert unit_of(schema()["customer_month"].columns["aum_spot_fen"], cell, header, made) == (unit, stated_by)


@pytest.mark.parametrize(
    ("names", "others", "pattern"),
    [
        (["月报_202609.csv"], set(), "月报_*.csv"),
        (["月报_2026-09-30.csv", "月报_2026-10-31.csv"], set(), "月报_*.csv"),
        (["月报_202609.csv"], {"月报_1.csv"}, None),
        (["202609.csv"], set(), None),
        (["客户_城东.csv", "客户_城西.csv"], set(), "客户_*.csv"),
        (["客户_城东.csv", "客户_城西.csv"], {"客户_城南.csv"}, None),
        (["客户_城东.csv", "客户_城西.csv"], {"客户_乡下.csv"}, "客户_城*.csv"),
        (["a.csv", "客户.csv"], set(), None),
        (["客户.csv"], set(), "客户.csv"),
    ],
)
def test_a_pattern_fits_its_own_names_and_no_other(names, others, pattern):
    assert general(names, others) == pattern
