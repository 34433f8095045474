import io
import zipfile
from datetime import date

import openpyxl
import pandas as pd
import pytest

from kit.text import wording
from kit.workbooks.content import Page
from kit.workbooks.form import CONTACT, FACTS, HIDDEN, Marker, read_marker
from kit.workbooks.write import manager_workbook

MARKER = Marker("f" * 16, "0101", "S1", "2026-10-31", "2026-11-02", "abc")


def tasks(number=3):
    return pd.DataFrame(
        {
            "customer_id": [f"{i:032x}" for i in range(number)],
            "contact_class": ["maturity"] * number,
            "due": ["2026-11-02"] * number,
            "stage": ["establish"] * number,
            "date": pd.to_datetime(["2026-11-02"] * number),
            "customer_name": ["=甲"] * number,
            "aum_fen": [12_345_678] * number,
            "text": ["您好" * 60] * number,
        }
    )


def made(language="zh", rows=None, pages=()):
    rows = tasks() if rows is None else rows
    pages = pages or (
        Page("today", rows, {"who": ["date", "customer_name"], "why": ["contact_class", "aum_fen"]}, entries=CONTACT),
        Page("customers", rows, {"who": ["customer_name"], "sheet": ["aum_fen"]}, entries=FACTS),
    )  # fmt: skip
    return manager_workbook(MARKER, pages, wording(language), branch="城东支行", owner="S1")


def test_what_may_be_filled_in_is_open_and_the_rest_is_protected():
    book = openpyxl.load_workbook(io.BytesIO(made()))
    assert book.sheetnames == ["今日", "客户", HIDDEN]
    assert book[HIDDEN].sheet_state == "veryHidden"
    assert read_marker([[cell.value for cell in row[:2]] for row in book[HIDDEN].iter_rows()]) == MARKER
    for name, entries in (("今日", CONTACT), ("客户", FACTS)):
        sheet = book[name]
        assert sheet.protection.sheet
        assert not sheet.protection.autoFilter, "filtering stays possible"
        free = [shown for shown in sheet.column_dimensions.values() if not shown.protection.locked]
        columns = {number for shown in free for number in range(shown.min, shown.max + 1)}
        codes = {cell.column: cell.value for cell in sheet[4]}
        assert [codes[number] for number in sorted(columns)] == [entry.code for entry in entries]
        assert not [cell for row in sheet.iter_rows(min_row=6) for cell in row if cell.column in columns and cell.value]


def test_a_cell_takes_a_choice_a_date_or_an_amount_and_says_so():
    sheet = openpyxl.load_workbook(io.BytesIO(made()))["今日"]
    kinds = [rule.type for rule in sheet.data_validations.dataValidation]
    assert kinds == ["date", "list", "list", "list", "list", "date"]
    assert all(rule.error for rule in sheet.data_validations.dataValidation)
    listed = sheet.data_validations.dataValidation[1].formula1
    assert listed.startswith(f"'{HIDDEN}'!$")


def test_heads_are_frozen_filtered_and_repeated_on_every_page():
    sheet = openpyxl.load_workbook(io.BytesIO(made()))["今日"]
    assert sheet.freeze_panes == "C6"
    assert sheet.auto_filter.ref.startswith("A5:")
    assert sheet.print_title_rows == "$3:$5"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert "含客户信息，注意保密" in sheet.oddFooter.center.text
    hidden = [shown for shown in sheet.column_dimensions.values() if shown.hidden]
    assert {number for shown in hidden for number in range(shown.min, shown.max + 1)} == {3, 4, 5, 6}, "in the midst"
    assert sheet.row_dimensions[4].hidden


def test_a_sheet_with_nothing_to_do_says_so_and_is_read_back_all_the_same():
    sheet = openpyxl.load_workbook(io.BytesIO(made(rows=tasks(0))))["今日"]
    assert sheet["A2"].value == "这段时间没有安排。"
    assert "contact.contact_date" in [cell.value for cell in sheet[4]]


def test_a_name_is_text_whatever_it_begins_with():
    sheet = openpyxl.load_workbook(io.BytesIO(made()))["今日"]
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("=甲", "s")


@pytest.mark.parametrize(("language", "head"), [("zh", "联系结果"), ("en", "Result")])
def test_labels_are_those_of_the_language_and_codes_are_not(language, head):
    sheet = openpyxl.load_workbook(io.BytesIO(made(language))).worksheets[0]
    labels = {cell.value: sheet.cell(4, cell.column).value for cell in sheet[5]}
    assert labels[head] == "contact.contact_result"


def test_a_row_of_words_is_as_high_as_its_text():
    page = Page(
        "calls", tasks().rename(columns={"text": "call_text"}), {"who": ["customer_name"], "texts": ["call_text"]}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(made(pages=(page,))))["话术"]
    assert sheet.row_dimensions[6].height > 40
    assert not sheet.data_validations.dataValidation


def test_the_same_plan_gives_the_same_bytes_and_bears_its_own_date():
    assert made() == made()
    with zipfile.ZipFile(io.BytesIO(made())) as book:
        assert "2026-11-02T00:00:00Z" in book.read("docProps/core.xml").decode()


def test_three_thousand_customers_are_no_burden():
    book = openpyxl.load_workbook(io.BytesIO(made(rows=tasks(3000))), read_only=True)
    assert book["客户"].max_row == 3005
    assert date(2026, 11, 2) == book["今日"]["A3005"].value.date()
