from __future__ import annotations

import datetime as dt

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from messy_bank.old_formats import write_html_xls, write_ods, write_xls, write_xlsb

SHEETS = {
    "客户 & 账户": [
        ["客户号", "余额", None, "日期"],
        [],
        ["001", 1.5, 3, dt.date(2026, 10, 31)],
        ["a\nb", " x<y", -2e10],
    ],
    "二": [["x"]],
    "空": [],
}
READ = [
    [
        ["客户号", "余额", "", "日期"],
        ["", "", "", ""],
        ["001", 1.5, 3.0, dt.date(2026, 10, 31)],
        ["a\nb", " x<y", -2e10, ""],
    ],
    [["x"]],
    [],
]


@pytest.mark.parametrize(
    ("form", "write", "options"),
    [
        ("xls", write_xls, {}),
        ("xls", write_xls, {"date1904": True}),
        ("xlsb", write_xlsb, {}),
        ("ods", write_ods, {}),
    ],
)
def test_another_reader_finds_the_cells_that_were_written(tmp_path, form, write, options):
    path = tmp_path / f"a.{form}"
    write(path, SHEETS, **options)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == list(SHEETS)
    assert [list(book.get_sheet_by_name(name).iter_rows()) for name in SHEETS] == READ


def test_an_old_workbook_holds_as_many_rows_as_excel_allowed(tmp_path):
    path = tmp_path / "a.xls"
    rows = [[f"k{i}", i, "字" * 40] for i in range(65_536)]  # more than one table of sectors
    write_xls(path, {"s": rows})
    read = list(CalamineWorkbook.from_path(str(path)).get_sheet_by_name("s").iter_rows())
    assert len(read) == 65_536
    assert read[-1] == ["k65535", 65_535.0, "字" * 40]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_page_keeps_what_its_encoding_lacks_as_references(tmp_path, encoding):
    path = tmp_path / "a.xls"
    write_html_xls(path, [["姓名", None], ["䶮 & <x>", 1.5]], encoding)
    cells = [cell.text_content() for cell in html.fromstring(path.read_bytes()).iter("td")]
    assert cells == ["姓名", "", "䶮 & <x>", "1.5"]
