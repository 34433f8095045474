from __future__ import annotations

import csv
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from kit.intake.grid import Grid
from kit.intake.layout import Skipped, find_layout
from kit.intake.markers import is_total
from kit.schema import schema

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the real data of ../shared/data is not here")

LABELS = ("客户号", "姓名", "机构", "活期", "定期", "产品数")
ROWS = (
    ("100001", "张三", "城南支行", "5.10", "7.20", "1"),
    ("100002", "李四", "城北支行", "6.10", "", "2"),
    ("100003", "王五", "城北支行", "7.10", "9.20", "2"),
)


def grid(*rows, form="delimited", name="x.csv", **more):
    return Grid(
        Path(name), "", form, tuple(tuple(row.split(",")) if isinstance(row, str) else row for row in rows), **more
    )


def found(*rows, **more):
    layout = find_layout(grid(*rows, **more))
    return layout if isinstance(layout, Skipped) else (layout.headers, layout.first_row, layout.header_row)


def test_a_header_in_row_1_is_the_header_whoever_wrote_it():
    assert found(LABELS, *ROWS) == (LABELS, 1, 1)
    unknown = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六")
    assert found(unknown, *ROWS) == (unknown, 1, 1)
    assert found("RowNumber,CustomerId,Surname", "1,15634602,Hargrave") == (
        ("RowNumber", "CustomerId", "Surname"),
        1,
        1,
    )
    assert found("编码,全称,类别", "A,城南支行,城区", "B,城北支行,县域") == (("编码", "全称", "类别"), 1, 1)
    assert found("客户号,AUM") == (("客户号", "AUM"), 1, 1)


def test_the_header_of_a_named_grid_is_row_1_whatever_it_says():
    assert found(("1", "", "合计"), named=True) == (("1", "#2", "合计"), 1, 1)


@pytest.mark.parametrize(
    ("more", "rows", "reason"),
    [
        ({"hidden": True}, [LABELS, *ROWS], "hidden"),
        ({}, [], "empty"),
        ({}, [(), ("", "")], "empty"),
        ({}, ["Count of X", "Row Labels,A,Grand Total", "1,2,3"], "pivot"),
        ({}, ["求和项:AUM,列标签", "行标签,A,总计", "1,2,3"], "pivot"),
        ({}, ["填报说明", "请在月底之前填写", "谢谢"], "no_header"),
        ({}, ["填报说明,联系人", "请在月底之前填写", "谢谢", "再见"], "no_header"),
        ({}, [ROWS[0], *ROWS], "no_header"),
        ({}, ["00004,0001,19970101,2,29.33", "00004,0001,19970118,2,29.73"], "no_header"),
    ],
)
def test_what_is_no_table_says_why(more, rows, reason):
    assert find_layout(grid(*rows, **more)) == Skipped(reason)


TITLES = (
    "客户资产月报",
    "机构：城南支行,,日期：2026-10-31,,,单位：万元",
    "某某银行客户资产,,,,,制表人：张三",
    "打印时间：2026-11-02 09:30:12",
)
HEADERS = {
    1: [LABELS],
    2: [("客户号", "姓名", "机构", "存款", "", "产品数"), ("", "", "", "活期", "定期", "")],
    3: [
        ("客户号", "基本信息", "", "存款", "", "产品数"),
        ("", "姓名", "机构", "活期", "定期", ""),
        ("", "", "", "(万元)", "（万元）", "个"),
    ],
}
JOINED = {
    1: LABELS,
    2: ("客户号", "姓名", "机构", "存款/活期", "存款/定期", "产品数"),
    3: ("客户号", "基本信息/姓名", "基本信息/机构", "存款/活期(万元)", "存款/定期(万元)", "产品数(个)"),
}


@pytest.mark.parametrize(("titles", "height", "blanks", "after"), list(product(range(5), (1, 2, 3), (0, 2), (0, 1))))
def test_the_header_is_found_among_titles_blank_rows_totals_and_notes(titles, height, blanks, after):
    above = [*TITLES[:titles], *[()] * blanks]
    below = ["合计,,,18.30,16.40,5", "注：本表含理财", "数据来源：核心系统"]
    layout = find_layout(grid(*above, *HEADERS[height], *[()] * after, *ROWS, *below))
    first = len(above) + 1
    assert (layout.headers, layout.first_row, layout.header_row) == (JOINED[height], first, first + height - 1)
    assert len(layout.above) == titles
    assert layout.unit == ("万元" if titles > 1 else "")
    assert layout.as_of == (date(2026, 10, 31) if titles > 1 else None)


def test_merged_cells_say_how_far_a_group_reaches():
    rows = [
        ("客户资产月报", "", "", "", "", ""),
        ("客户号", "姓名", "机构", "存款", "", "备注"),
        ("", "", "", "活期", "", "说明"),
        *ROWS,
    ]
    merged = ((0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4))
    headers = ("客户号", "姓名", "机构", "存款/活期", "存款", "备注/说明")
    assert found(*rows, form="workbook", merged=merged) == (headers, 2, 3)


def test_merged_cells_may_come_repeated():
    rows = [
        ["某行客户"] * 6,
        ("客户号", "姓名", "机构", "存款", "存款", "数"),
        ("客户号", "姓名", "机构", "甲", "乙", "数"),
        *ROWS,
    ]
    headers = ("客户号", "姓名", "机构", "存款/甲", "存款/乙", "数")
    assert found(*rows) == (headers, 2, 3)


def test_merged_lines_above_are_no_groups():
    rows = [("某行客户", "", "", "", "单位：万元", ""), LABELS, *ROWS]
    for title in ((0, 0, 0, 3), (0, 0, 0, 1)):
        assert found(*rows, form="workbook", merged=(title, (0, 4, 0, 5))) == (LABELS, 2, 2)


def test_a_wide_sheet_is_read_in_a_moment():
    labels = tuple(f"标签{i}" for i in range(16_384))
    values = tuple(str(i) for i in range(16_384))
    assert found(labels, *[values] * 59)[1:] == (1, 1)


def test_a_lone_merged_group_in_the_middle_is_no_title():
    rows = [("", "", "", "存款", "", ""), LABELS, *ROWS]
    joined = ("客户号", "姓名", "机构", "存款/活期", "存款/定期", "产品数")
    assert found(*rows, form="workbook", merged=((0, 3, 0, 4),)) == (joined, 1, 2)
    assert found(("", "某行客户", "", "", "", ""), LABELS, *ROWS, form="workbook", merged=((0, 1, 0, 5),))[1:] == (2, 2)


def test_a_first_row_of_data_without_numbers_is_no_second_header_row():
    first = ("100001", "张三", "城南支行", "", "", "")
    assert found(LABELS, first, *ROWS[1:])[1:] == (1, 1)
    assert found(("姓名", "", "地址"), "张三,城区,某路", "李四,县域,某街", "王五,县域,某巷")[1:] == (1, 1)


def test_merged_cells_of_the_data_do_not_reach_the_header():
    rows = [("支行", "姓名", "级别"), ("城南支行", "张三", "高"), ("", "李四", "低")]
    assert found(*rows, form="workbook", merged=((1, 0, 2, 0),))[1:] == (1, 1)


def test_a_lone_group_above_a_lone_group_needs_no_merged_cells():
    rows = [
        ("客户号", "余额情况", "", "", "到期日"),
        ("", "存款", "", "", ""),
        ("", "活期", "定期", "理财", ""),
    ]
    headers = ("客户号", "余额情况/存款/活期", "余额情况/存款/定期", "余额情况/存款/理财", "到期日")
    data = [("100001", "5.10", "7.20", "", "20261031"), ("100002", "", "7.20", "1.00", "")]
    assert found(("示范银行清单", "", "", "", ""), *rows, *data) == (headers, 2, 4)
    assert found(*rows, data[0], *rows, data[1]) == (headers, 1, 3), "not its repetition"


def test_a_row_of_words_under_a_header_with_a_gap_is_data():
    labels = ("客户号", "姓名", "", "备注")
    assert found(labels, ("100001", "张三", "先生", "无"), ("100002", "", "女士", "")) == (
        ("客户号", "姓名", "#3", "备注"),
        1,
        1,
    )


def test_months_may_be_groups_and_years_labels():
    months = [
        ("客户号", "姓名", "2026年10月", "", "2026年9月", ""),
        ("", "", "活期", "定期", "活期", "定期"),
        ("1", "张三", "5", "7", "6", "8"),
    ]
    headers = ("客户号", "姓名", "2026年10月/活期", "2026年10月/定期", "2026年9月/活期", "2026年9月/定期")
    assert found(*months) == (headers, 1, 2)
    assert found(",,2005,2006", "1,北京,1649.5,1959.29", "2,天津,674.33,") == (("#1", "#2", "2005", "2006"), 1, 1)


def test_a_month_may_be_the_only_group_or_stand_above_dates():
    lone = [("客户号", "2026年10月", "", "姓名"), ("", "活期", "定期", ""), ("1", "5", "7", "张三")]
    assert found(*lone) == (("客户号", "2026年10月/活期", "2026年10月/定期", "姓名"), 1, 2)
    dates = [
        ("2026年10月", "", "2026年9月", ""),
        ("开户日期", "活期", "销户日期", "定期"),
        ("2026-10-01", "5", "2026-09-01", "7"),
    ]
    headers = ("2026年10月/开户日期", "2026年10月/活期", "2026年9月/销户日期", "2026年9月/定期")
    assert found(*dates) == (headers, 1, 2)


def test_a_second_row_that_fills_the_gaps_of_the_first_is_header_whatever_it_says():
    rows = [("甲", "乙", "", "丙"), ("", "丁", "戊", ""), ("子", "丑", "寅", "卯"), ("辰", "巳", "午", "未")]
    assert found(*rows) == (("甲", "乙/丁", "乙/戊", "丙"), 1, 2)


@st.composite
def tables(draw):
    """Rows of a table with labels of the schema below some titles, and the place of its header."""
    table = draw(st.sampled_from(sorted(schema())))
    columns = draw(st.lists(st.sampled_from(list(schema()[table].columns.values())), min_size=3, unique=True))
    kinds = {
        "money": ["5.10", "1,234.50", "(5)", "￥7", "0", "-", ""],
        "date": ["2026-10-31", "20261031", "2026年7月", "46326", ""],
        "int": ["1", "20", "300", ""],
        "bool": ["是", "否", "1", ""],
    }
    texts = ["张三", "城南支行", "0101", "A01", "C000123", "无", "合计宝", ""]
    cells = [st.sampled_from(kinds.get(column.type, texts)) for column in columns]
    titles = draw(st.lists(st.sampled_from([*TITLES, ",,单位：元", "数据日期：2026-10-31", ""]), max_size=4))
    data = draw(st.lists(st.tuples(*cells), min_size=1, max_size=40))
    return [*titles, tuple(column.zh for column in columns), *data, "注：含理财"], len(titles) + 1


@given(tables())
def test_any_table_of_the_schema_is_found_below_any_titles(written):
    rows, header = written
    assert found(*rows)[1:] == (header, header)


def test_blanks_in_the_header_are_numbered_columns():
    assert found(",姓名,,活期,定期", "1,张三,男,5,7", "2,李四,女,6,8") == (("#1", "姓名", "#3", "活期", "定期"), 1, 1)


def test_the_table_is_as_wide_as_its_rows_but_one_bad_record_does_not_widen_it():
    rows = ["客户号,姓名", "1,张三,5", "2,李四,6", "3,王五,7"]
    assert found(*rows)[0] == ("客户号", "姓名", "#3")
    assert found(LABELS, *ROWS, (*ROWS[0], "9", "9"))[0] == LABELS
    assert found(LABELS, *ROWS, (*ROWS[0], "9"), form="workbook")[0] == (*LABELS, "#7")


def test_header_cells_come_on_one_line_and_twice_if_they_are_there_twice():
    headers = ("客户号", "时点AUM（万元）", "Branch no.", "余额", "余额")
    assert found(("\ufeff客户号", "时点AUM\n（万元）", "Branch\r\nno.", "余额", "余额"), "1,2,3,4,5")[0] == headers


def test_a_row_that_numbers_the_columns_belongs_to_the_header():
    assert found(LABELS, "1,2,3,4,5,6", *ROWS) == (LABELS, 1, 2)
    assert found(LABELS, "甲,乙,1,2,3,4", *ROWS) == (LABELS, 1, 2)


def test_pairs_of_words_and_values_above_are_no_header():
    assert found("机构,城南支行,,客户经理,张三", LABELS, *ROWS)[1:] == (2, 2)
    assert found("客户资产情况,,,,,内部资料", LABELS, *ROWS)[1:] == (2, 2)


def test_a_table_of_one_or_two_columns_has_a_header_too():
    assert found("客户号", "1001", "1002") == (("客户号",), 1, 1)
    assert found("客户清单", "客户号", "1001", "1002") == (("客户号",), 2, 2)
    assert found("客户资产月报", "客户号,AUM", "1001,2", "1002,3") == (("客户号", "AUM"), 2, 2)


def test_a_printed_page_repeats_its_header_and_the_first_counts():
    assert found(LABELS, *ROWS, LABELS, *ROWS)[1:] == (1, 1)


def test_unit_and_date_come_from_the_lines_above_before_the_name_of_the_file():
    name = "客户资产月报_202610(万元).csv"
    layout = find_layout(grid(LABELS, *ROWS, name=name))
    assert (layout.unit, layout.as_of) == ("万元", date(2026, 10, 31))
    layout = find_layout(grid("单位：元", "数据日期：2026-09-30", LABELS, *ROWS, name=name))
    assert (layout.unit, layout.as_of) == ("元", date(2026, 9, 30))


def delimited(path):
    with path.open(encoding="gb18030", newline="") as text:
        return [tuple(cell.strip() for cell in row) for row in csv.reader(text)]


@real
@pytest.mark.parametrize("number", ["", " (1)", " (2)", " (3)"])
def test_a_table_of_the_statistics_office_is_read_below_its_three_lines(number):
    path = DATA / "zh_messy" / f"分省年度数据{number}.csv"
    layout = find_layout(Grid(path, "", "delimited", tuple(delimited(path)[:60])))
    assert (layout.first_row, layout.header_row, len(layout.above)) == (4, 4, 3)
    assert layout.headers[0] == "地区"
    assert all(header.endswith("年") for header in layout.headers[1:])
    assert layout.unit == ("" if number else "亿元")
    assert layout.as_of is None


@real
def test_real_workbooks_have_one_table_each_and_pivots_or_empty_sheets_beside_it():
    answers = {}
    for path in (DATA / "zh_messy" / "一般公共预算等.xls", DATA / "bank_churn" / "Churn_Modelling_workbook.xlsx"):
        workbook = CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            rows = [
                tuple(f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row)
                for row in sheet.to_python(skip_empty_area=False, nrows=60)
            ]
            merged = tuple((*start, *end) for start, end in sheet.merged_cell_ranges or [])
            answers[path.suffix, name] = find_layout(Grid(path, name, "workbook", tuple(rows), merged=merged))
    budget = answers.pop((".xls", "Sheet1"))
    assert (budget.headers[3:6], budget.header_row, len(budget.headers)) == (("#4", "2005", "2006"), 1, 24)
    churn = answers.pop((".xlsx", "Churn_Modelling"))
    assert (churn.headers[:2], churn.header_row, len(churn.headers)) == (("RowNumber", "CustomerId"), 1, 16)
    assert answers == {
        (".xls", "Sheet2"): Skipped("empty"),
        (".xls", "Sheet3"): Skipped("empty"),
        (".xlsx", "Sheet2"): Skipped("pivot"),
        (".xlsx", "Sheet1"): Skipped("pivot"),
    }
    assert is_total("Grand Total")
