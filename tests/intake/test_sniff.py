from __future__ import annotations

import zipfile

import pytest
import xlsxwriter

from kit.errors import BadMapping, EmptyFile, MissingFile, UnreadableFile
from kit.intake.sniff import DuplicateHeader, encoding, sheets

TEXT = "客户号,姓名\r\n001,䶮\r\n"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_each_encoding_of_a_chinese_bank_is_told(tmp_path, coding):
    path = tmp_path / "客户.csv"
    path.write_bytes(TEXT.encode(coding))
    (sheet,) = sheets(path)
    assert sheet.headers == ("客户号", "姓名")
    assert encoding(path) == {"utf-8": "utf-8-sig"}.get(coding, coding)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_the_header_most(tmp_path, mark):
    path = tmp_path / "a.txt"
    path.write_text(mark.join(["客户号", '"a,b"', "c"]) + "\n1,2\n", encoding="utf-8")
    assert sheets(path)[0].delimiter == mark


def test_blank_lines_before_the_header_count_as_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('\n\n"客户\n号",b\n1,2\n', encoding="utf-8")
    (sheet,) = sheets(path)
    assert (sheet.header_row, sheet.skip_lines, sheet.headers[0]) == (3, 4, "客户号")


def test_a_column_without_a_header_is_named_for_its_place(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,,c,\n", encoding="utf-8")
    assert sheets(path)[0].headers == ("a", "#2", "c", "#4")


@pytest.mark.parametrize("content", ["", "\n\n", " , \n"])
def test_a_file_without_a_header_is_empty(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EmptyFile):
        sheets(path)


def test_two_columns_of_one_name_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("客户号,余额,余额\n", encoding="utf-8")
    with pytest.raises(DuplicateHeader, match="余额"):
        sheets(path)


def test_a_missing_file_and_an_unknown_kind_say_so(tmp_path):
    with pytest.raises(MissingFile):
        sheets(tmp_path / "a.csv")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(UnreadableFile, match="xlsx"):
        sheets(tmp_path / "a.pdf")


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04"])
def test_a_workbook_that_is_none_is_unreadable(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        sheets(path)


def test_text_in_another_encoding_than_said_is_unreadable(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode("gb18030"))
    for wrong in ("utf-8", "no-such-code"):
        with pytest.raises(UnreadableFile):
            sheets(path, coding=wrong)


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        first = book.add_worksheet("客户")
        first.write_row(2, 1, ["客户号", "余额"])
        first.write_row(3, 1, ["1", 2])
        hidden = book.add_worksheet("隐藏")
        hidden.write(0, 0, "x")
        hidden.hide()
        book.add_worksheet("空白")
    return path


def test_visible_sheets_with_a_header_are_found(workbook):
    (sheet,) = sheets(workbook)
    assert (sheet.name, sheet.headers, sheet.header_row) == ("客户", ("客户号", "余额"), 3)


def test_a_sheet_asked_for_by_name_may_be_hidden_but_must_exist(workbook):
    assert sheets(workbook, sheet="隐藏")[0].headers == ("x",)
    with pytest.raises(BadMapping, match="客户"):
        sheets(workbook, sheet="客户 ")


def test_a_workbook_whose_last_cell_is_far_off_is_not_opened(tmp_path, workbook):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(bomb, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            new.writestr(name, content)
    with pytest.raises(UnreadableFile):
        sheets(bomb)
