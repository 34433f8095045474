from __future__ import annotations

from datetime import date

import pytest

from kit.intake.markers import is_date, is_lead, is_note, is_pivot, is_title, is_total, stated_date, stated_unit


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位：万元", "万元"),
        ("金额单位:元", "元"),
        ("单位 ： 万元", "万元"),
        ("单位：万元、户", "万元"),
        ("(单位：人民币万元)", "万元"),
        ("（人民币：千元）", "千元"),
        ("编制单位：城南支行  单位：元", "元"),
        ("指标：地区生产总值(亿元)", "亿元"),
        ("客户资产月报_202610(万元)", "万元"),
        ("客户资产_万元", "万元"),
        ("指标：人口数(人口抽样调查)(万人)", ""),
        ("单位：户", ""),
        ("客户_城南-分-行", ""),
        ("资产50万元以上客户(50万元以上)", ""),
        ("单位：元、万元", ""),
        ("编制单位：城南支行", ""),
    ],
)
def test_a_line_states_one_unit_of_money_or_none(line, unit):
    assert stated_unit([line]) == unit


def test_lines_that_disagree_state_no_unit():
    assert stated_unit(["客户资产（万元）", "单位：元"]) == ""
    assert stated_unit(["客户资产（万元）", "单位：万元"]) == "万元"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("数据日期：2026-10-31", date(2026, 10, 31)),
        ("数据日期： 2026/10/31", date(2026, 10, 31)),
        ("报表日期 20261031", date(2026, 10, 31)),
        ("2026 年 10 月 31 日", date(2026, 10, 31)),
        ("统计时间：2026年10月", date(2026, 10, 31)),
        ("截至2026年10月末", date(2026, 10, 31)),
        ("2026年2月客户资产月报", date(2026, 2, 28)),
        ("客户资产月报_202610(万元)", date(2026, 10, 31)),
        ("客户资产月报_202610_20261105导出", date(2026, 10, 31)),
        ("2026年三季度末", date(2026, 9, 30)),
        ("2025年末", date(2025, 12, 31)),
        ("统计期间：2026-10-01至2026-10-31", date(2026, 10, 31)),
        ("数据日期：2026-10-31 打印日期：2026-11-02", date(2026, 10, 31)),
        ("客户经理2026年9月调整 数据日期：2026-10-31", date(2026, 10, 31)),
        ("打印时间：2026-11-02 09:30:12", None),
        ("对比2025年10月、2026年10月", None),
        ("时间：最近20年", None),
        ("20261131", None),
        ("2026-02-30", None),
        ("账号6222020261031001", None),
        ("2025年", None),
    ],
)
def test_a_line_states_one_date_or_none(line, day):
    assert stated_date([line]) == day


@pytest.mark.parametrize(
    "text",
    [
        "合计",
        "合 计",
        "合　计：",
        "小计",
        "城南支行小计",
        "本页合计",
        "全行合计:",
        "总计",
        "共计",
        "累计",
        "合计(万元)",
        "城南支行 汇总",
        "Grand Total",
        "TOTAL",
        "Ｔｏｔａｌ",
        "Sub-total",
        "France Total",
        "过次页",
    ],
)
def test_the_whole_label_of_a_total_is_known(text):
    assert is_total(text)


@pytest.mark.parametrize(
    "text", ["会计", "会计师", "存款合计", "AUM合计", "合计宝理财", "Total assets", "totally", "计", "设计", "汇总", ""]
)
def test_a_text_that_only_contains_a_total_is_none(text):
    assert not is_total(text)


@pytest.mark.parametrize(
    "text",
    [
        "注：1.样本数据",
        "注1：含理财",
        "（注）本表",
        "备注：无",
        "说明：一",
        "数据来源：国家统计局",
        "制表人：张三",
        "审核：李四",
        "打印时间：9点",
        "*本表含理财产品",
        "①不含对公客户",
        "Note: rounded",
        "Source: core system",
        "总记录数:2",
        "EOF",
    ],
)
def test_a_note_is_known_by_its_first_words(text):
    assert is_note(text)


@pytest.mark.parametrize("text", ["备注", "说明", "注册地", "审核", "*三", "来源", "张三", "合计"])
def test_a_word_is_no_note(text):
    assert not is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "单位：万元",
        "（万元）",
        "数据日期：2026-10-31",
        "机构：城南支行",
        "第 1 页 共 5 页",
        "- 3 -",
        "内部资料",
        "截至2026年10月末",
    ],
)
def test_a_line_about_the_whole_table_is_known(text):
    assert is_lead(text)


@pytest.mark.parametrize("text", ["单位", "日期", "机构", "截止日期", "客户经理", "余额：万元", "统计人数", "编号"])
def test_a_label_is_no_line_about_the_whole_table(text):
    assert not is_lead(text)


def test_titles_and_dates():
    assert is_title("客户资产月报（续）")
    assert not is_title("客户号")
    assert all(map(is_date, ("2025", "2025年", "202610", "2026年10月", "20261031", "2026-10-31 00:00:00")))
    assert not any(map(is_date, ("1234", "2026.5元", "客户2026年", "")))


def test_a_pivot_needs_more_than_a_column_called_sum_of_something():
    assert is_pivot([("Count of AgeGroup",), ("Row Labels", "20-29", "Grand Total")])
    assert is_pivot([("求和项:AUM", ""), ("支行", "汇总")])
    assert is_pivot([("Sum of AUM", ""), ("", "A", "Grand Total")])
    assert not is_pivot([("customer_id", "Sum of balances"), ("1", "2"), ("Grand Total", "2")])
