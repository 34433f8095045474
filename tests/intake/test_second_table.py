from __future__ import annotations

import pytest
import xlsxwriter

from kit.intake.load_plan import plan_intake
from kit.intake.second_table import names_columns
from kit.intake.sources import find_sources

CUSTOMERS = [["客户号", "归属机构号", "年龄", "职业"], ["001", "01", 30, "农民"], ["002", "01", 40, "教师"]]
STAFF = [["员工号", "员工姓名", "机构号"], ["E1", "张某", "01"], ["E2", "李某", "01"]]


@pytest.fixture
def two(tmp_path):
    """Write a workbook of cells at places, and a good file beside it; what is said of the workbook."""

    def said(tables):
        (tmp_path / "extracts").mkdir()
        (tmp_path / "extracts" / "月报.csv").write_text("数据日期,客户号,时点AUM\n20261031,001,5\n", encoding="utf-8")
        with xlsxwriter.Workbook(str(tmp_path / "extracts" / "汇总.xlsx")) as book:
            sheet = book.add_worksheet("汇总表")
            for (top, left), rows in tables.items():
                for number, row in enumerate(rows):
                    sheet.write_row(top + number, left, row)
        found = plan_intake(find_sources(tmp_path), None)
        assert not found.questions
        assert "customer_month" in {load.table.id for load in found.loads}
        fed = {load.table.id for load in found.loads if load.sheet.path.name == "汇总.xlsx"}
        assert bool(fed) != bool(found.refused)
        return [str(each) for each in found.refused]

    return said


@pytest.mark.parametrize(
    ("tables", "at"),
    [
        ({(0, 0): CUSTOMERS, (5, 0): STAFF}, "第 6 行"),
        ({(0, 0): CUSTOMERS, (3, 0): STAFF}, "第 4 行"),
        ({(0, 0): CUSTOMERS, (5, 2): CUSTOMERS}, "第 6 行"),
        ({(0, 0): STAFF, (5, 0): CUSTOMERS}, "第 6 行"),
        ({(0, 0): CUSTOMERS, (0, 5): STAFF}, "F 列"),
        ({(0, 0): CUSTOMERS, (0, 5): CUSTOMERS}, "F 列"),
        ({(0, 0): CUSTOMERS, (0, 27): STAFF}, "AB 列"),
        ({(0, 0): CUSTOMERS * 2, (0, 5): [row[2:] for row in STAFF]}, ""),
    ],
)
def test_a_sheet_of_two_tables_is_told_with_the_place_of_the_second(two, tables, at):
    said = two(tables)
    assert [each.startswith(f"汇总.xlsx [汇总表]：{at}起是另一张表") for each in said] == ([True] if at else [])


@pytest.mark.parametrize(
    "tables",
    [
        {(0, 0): CUSTOMERS, (5, 0): CUSTOMERS},  # the same header again: a printed page
        {(0, 0): CUSTOMERS, (5, 0): [["客户号", "归属机构号", "年龄", "岗位"], ["003", "01", 50, "医生"]]},
        {(0, 0): [row[:2] for row in CUSTOMERS], (0, 3): [row[2:] for row in CUSTOMERS]},  # a blank column between
        {(0, 0): CUSTOMERS, (4, 0): [["注：性别、年龄取自证件"], ["年龄", "客户年龄"]]},
    ],
)
def test_one_table_in_pieces_is_one(two, tables):
    assert two(tables) == []


def test_a_second_table_far_below_leaves_nothing_of_its_sheet_in_the_book(take_in):
    rows = "".join(f"{number:05d},01,30\n" for number in range(20_000))
    run = take_in({
        "汇总.csv": f"客户号,归属机构号,年龄\n{rows}\n员工号,员工姓名,机构号\nE1,张某,01\n",
        "客户.csv": "客户号,归属机构号,年龄\nA,02,30\n",
    })  # fmt: skip
    assert run.result.tables == {"branch": 1, "customer": 1}
    assert [str(each).partition("起")[0] for each in run.result.refused] == ["汇总.csv：第 20003 行"]


def test_a_row_of_data_is_no_header_though_labels_stand_in_it():
    assert names_columns(("员工号", "员工姓名"), [("客户号", "年龄")])
    for cells in (("客户号", "张三"), ("年龄", "30", "性别"), ("年龄",), ("年龄", "甲", "性别", "乙")):
        assert not names_columns(cells, [("员工号", "员工姓名")])


def test_what_is_said_quotes_labels_of_the_schema_alone(two):
    (said,) = two({(0, 0): CUSTOMERS, (5, 0): [["员工号", "机构号", "张三"], ["E1", "01", "x"]]})
    assert "张三" not in said
