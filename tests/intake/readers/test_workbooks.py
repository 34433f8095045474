from __future__ import annotations

import datetime as dt
import io
import random
import struct
import zipfile

import pyarrow as pa
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from kit.errors import EmptyFile, UnreadableFile
from kit.intake.readers import LockedFile, grids, worker
from kit.intake.readers.child import cell_text, column_texts
from messy_bank.old_formats import write_html_xls, write_ods, write_xls, write_xlsb

ROWS = [["客户号", "余额", "日期", "年龄"], [], ["001", 1.5, dt.date(2026, 10, 31), 40], ["002", 3, None, 1e15]]
READ = [(3, "001", "1.5", "2026-10-31", "40"), (4, "002", "3", "", "1.00000000000000E+15")]


def xlsx(path, rows=ROWS, **options):
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("客户")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(i, j, cell, day)
                elif cell is not None:
                    sheet.write(i, j, cell)
    return path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        (None, ""),
        ("001", "001"),
        (True, "TRUE"),
        (3.0, "3"),
        (-0.0, "0"),
        (1234.5, "1234.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-5, "0.00001"),
        (7110172733903.116, "7110172733903.116"),
        (999999999999999.0, "999999999999999"),
        (123456789012345678.0, "1.23456789012346E+17"),
        (dt.date(2026, 10, 31), "2026-10-31"),
        (dt.datetime(2026, 10, 31, 8, 30), "2026-10-31 08:30:00"),  # noqa: DTZ001 - as a workbook has it
    ],
)
def test_a_cell_loses_nothing_on_its_way_to_text(value, text):
    assert cell_text(value) == text


def test_columns_of_numbers_become_the_texts_of_their_cells():
    chance = random.Random(1)
    values = [chance.choice([-1, 1]) * 10 ** chance.uniform(-9, 20) for _ in range(20_000)]
    values += [float(round(value)) for value in values if abs(value) < 1e15] + [round(value, 2) for value in values]
    values += [0.0, -0.0, 1e-4, 1e10, 1e14, 1e15, 1e10 + 0.5]
    assert column_texts(values).to_pylist() == [cell_text(value) for value in values]
    mixed = [*values[:99], "", True, "x", dt.date(2026, 1, 1), 1, 1.0]
    assert column_texts(mixed).to_pylist() == [cell_text(value) for value in mixed]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.xlsb", "a.ods", "named wrongly.csv"])
def test_a_workbook_is_one_whatever_its_form_and_name(tmp_path, name, rows_of):
    path = tmp_path / name
    write = {"xls": write_xls, "lsb": write_xlsb, "ods": write_ods}.get(name[-3:])
    if write:
        write(path, {"客户": ROWS})
    else:
        xlsx(path)
    (grid,) = grids(path)
    assert (grid.name, grid.form, grid.head[0]) == ("客户", "workbook", ("客户号", "余额", "日期", "年龄"))
    assert rows_of(grid) == (READ, [])


def test_dates_are_right_in_workbooks_that_count_from_1904(tmp_path, rows_of):
    new, old = xlsx(tmp_path / "a.xlsx", date_1904=True), tmp_path / "a.xls"
    write_xls(old, {"客户": ROWS}, date1904=True)
    for path in (new, old):
        (grid,) = grids(path)
        assert grid.date1904
        assert rows_of(grid) == (READ, [])
    assert not grids(xlsx(tmp_path / "b.xlsx"))[0].date1904


def test_hidden_empty_and_merged_are_told(tmp_path, rows_of):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        first, hidden, secret, _ = (book.add_worksheet(name) for name in "甲乙丙丁")
        first.merge_range(0, 0, 0, 1, "机构")
        first.write_row(1, 0, ["行", "余额"])
        first.merge_range(2, 0, 3, 0, "城东")
        first.merge_range(2, 1, 3, 1, 5)
        first.write(3, 2, "x")
        hidden.write(0, 0, "x")
        hidden.hide()
        secret.write(0, 0, "x")
        secret.very_hidden()
    found = grids(path)
    assert [(grid.name, grid.hidden, len(grid.head)) for grid in found] == [
        ("甲", False, 4),
        ("乙", True, 1),
        ("丙", True, 1),
        ("丁", False, 0),
    ]
    assert found[0].merged[0] == (0, 0, 0, 1)
    # A merged text stands in each row, a merged amount once.
    assert rows_of(found[0], after=2, width=3)[0] == [(3, "城东", "5", ""), (4, "城东", "", "x")]


def test_a_workbook_is_parsed_again_when_its_parser_was_ended(tmp_path, rows_of):
    (grid,) = grids(xlsx(tmp_path / "a.xlsx"))
    worker.stop()
    assert rows_of(grid)[0] == READ
    assert rows_of(grid)[0] == READ


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_page_named_xls_is_read_as_what_it_is(tmp_path, encoding, rows_of):
    path = tmp_path / "a.xls"
    write_html_xls(path, [["客户号", "姓名"], ["001", "䶮 & <b>"]], encoding)
    (grid,) = grids(path)
    assert grid.form == "html"
    assert rows_of(grid)[0] == [(2, "001", "䶮 & <b>")]


def test_text_named_xls_is_read_as_what_it_is(tmp_path, rows_of):
    path = tmp_path / "a.xls"
    path.write_bytes("客户号\t余额\n001\t5\n".encode("gb18030"))
    (grid,) = grids(path)
    assert (grid.form, grid.delimiter, rows_of(grid)[0]) == ("delimited", "\t", [(2, "001", "5")])


def test_spans_of_a_page_take_their_places_and_a_table_within_a_table_is_one_of_its_own(tmp_path, rows_of):
    path = tmp_path / "a.html"
    path.write_text(
        "<html><body><table><tr><td>框</td></tr><tr><td><table>"
        "<tr><td rowspan=2>机构</td><td colspan=2>余额</td></tr><tr><td>a</td><td>b</td></tr>"
        "<tr><td rowspan=2>城东</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>"
        "</table></td></tr></table></body></html>",
        encoding="utf-8",
    )
    inner, outer = sorted(grids(path), key=lambda grid: -len(grid.head))
    assert inner.head[:2] == (("机构", "余额", ""), ("", "a", "b"))
    assert rows_of(inner, after=2, width=3)[0] == [(3, "城东", "1", "2"), (4, "城东", "3", "4")]
    assert outer.head[0] == ("框",)


def test_a_password_opens_a_workbook_in_memory_and_is_asked_for_once(tmp_path, rows_of):
    plain, path = xlsx(tmp_path / "a.xlsx"), tmp_path / "locked.xlsx"
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(plain.read_bytes())).encrypt("abc", sealed)
    path.write_bytes(sealed.getvalue())
    asked = []
    (grid,) = grids(path, password=lambda of: asked.append(of) or "abc")
    worker.stop()
    assert rows_of(grid)[0] == READ
    assert asked == [path]
    for password in (None, lambda _: None, lambda _: "wrong"):
        with pytest.raises(LockedFile, match="BRANCH_KIT_EXTRACT_PASSWORD"):
            grids(path, password=password)
    assert {p.name for p in tmp_path.iterdir()} == {"a.xlsx", "locked.xlsx"}


def altered(tmp_path, part, change):
    path = tmp_path / "altered.xlsx"
    with zipfile.ZipFile(xlsx(tmp_path / "a.xlsx")) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return path


def with_row(xml):
    return lambda content: content.replace(b"</sheetData>", xml + b"</sheetData>")


SHEET = "xl/worksheets/sheet1.xml"


def test_a_cell_far_off_the_data_is_named_and_the_next_file_read(tmp_path, rows_of):
    far = with_row(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    with pytest.raises(UnreadableFile, match="XFD1048576"):
        grids(altered(tmp_path, SHEET, far))
    assert rows_of(grids(tmp_path / "a.xlsx")[0])[0] == READ


def test_a_format_far_off_the_data_does_no_harm(tmp_path, rows_of):
    (grid,) = grids(altered(tmp_path, SHEET, with_row(b'<row r="1048576"><c r="XFD1048576" s="1"/></row>')))
    assert rows_of(grid)[0] == READ


def test_a_workbook_that_unfolds_to_many_times_its_size_is_not_opened(tmp_path):
    with pytest.raises(UnreadableFile, match="MB"):
        grids(
            altered(tmp_path, "xl/sharedStrings.xml", lambda c: c.replace(b"</sst>", b"<si><t>a</t></si>" * 9_400_000))
        )


def test_a_header_that_lies_about_the_size_is_no_way_round(tmp_path):
    path = altered(tmp_path, "xl/sharedStrings.xml", lambda c: c.replace(b"</sst>", b"<si><t>a</t></si>" * 9_400_000))
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        if struct.unpack_from("<I", content, at + 24)[0] > 10_000_000:
            struct.pack_into("<I", content, at + 24, 1000)
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        grids(path)


def test_the_longest_cell_of_all_comes_through(tmp_path, rows_of):
    text = "a" * 32_768
    (grid,) = grids(
        altered(
            tmp_path, SHEET, with_row(f'<row r="9"><c r="A9" t="inlineStr"><is><t>{text}</t></is></c></row>'.encode())
        )
    )
    assert rows_of(grid)[0][-1] == (9, text, "", "", "")


def test_a_zip_of_something_else_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("客户.csv", "客户号")
    with pytest.raises(UnreadableFile, match="压缩包"):
        grids(path)


@pytest.mark.parametrize("form", ["xlsx", "xls", "xlsb", "ods"])
def test_a_workbook_cut_short_or_scrambled_is_refused_or_read_and_harms_no_other(tmp_path, form, rows_of):
    whole = tmp_path / f"whole.{form}"
    {"xlsx": lambda p, _: xlsx(p), "xls": write_xls, "xlsb": write_xlsb, "ods": write_ods}[form](whole, {"s": ROWS})
    content, chance = whole.read_bytes(), random.Random(form)
    spoilt = [content[: len(content) * k // 8] for k in range(1, 8)]
    for _ in range(8):
        scrambled = bytearray(content)
        for _ in range(20):
            scrambled[chance.randrange(8, len(content))] = chance.randrange(256)
        spoilt.append(bytes(scrambled))
    path = tmp_path / f"a.{form}"
    for bad in spoilt:
        path.write_bytes(bad)
        try:
            for grid in grids(path):
                rows_of(grid, after=0, width=4)
        except (UnreadableFile, EmptyFile, LockedFile):
            continue
    assert rows_of(grids(whole)[0])[0] == READ


@pytest.mark.parametrize("start", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"%PDF-1.7"])
def test_random_bytes_are_no_table(tmp_path, start):
    path = tmp_path / "a.xlsx"
    path.write_bytes(start + random.Random(1).randbytes(20_000))
    with pytest.raises(UnreadableFile):
        grids(path)


def test_the_parser_speaks_arrow_and_never_of_data(tmp_path):
    (grid,) = grids(xlsx(tmp_path / "a.xlsx"))
    from kit.intake.readers import batches

    (batch,) = batches(grid, after=1, width=5, refuse=print)
    assert batch.schema.types == [pa.int64(), *[pa.string()] * 5]


@pytest.mark.parametrize("said", ["utf-8", "gb2312", "utf-16", "x-unknown"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["a.xls", "a.csv"])
def test_the_bytes_of_a_page_decide_its_encoding_and_not_its_words(tmp_path, name, coding, said, rows_of):
    path = tmp_path / name
    page = (
        f'<html xmlns:x="urn:x"><head><meta charset="{said}"></head><body><table><tr><th>客户号</th><th>姓名</th></tr>'
        '<tr><td x:str="001" x:num>001</td><td><o:p>䶮</o:p></td></tr></table></body></html>'
    )
    path.write_bytes(page.encode(coding))
    (grid,) = grids(path)
    assert (grid.head[0], rows_of(grid)[0]) == (("客户号", "姓名"), [(2, "001", "䶮")])


XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="客户"><Table>
<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">客户信息</Data></Cell><Cell><Data>万元</Data></Cell></Row>
<Row ss:Index="4"><Cell><Data>客户号</Data></Cell><Cell><Data>年龄</Data></Cell>
<Cell ss:Index="4"><Data>职业</Data></Cell></Row>
<Row ss:Index="7"><Cell><Data>001</Data></Cell><Cell ss:Index="4"><Data ss:Type="String">农民</Data></Cell></Row>
</Table>{options}</Worksheet></Workbook>"""


def test_rows_and_cells_of_an_xml_spreadsheet_stand_where_their_index_says(tmp_path, rows_of):
    path = tmp_path / "a.xls"
    path.write_text(XML.format(options=""), encoding="utf-8")
    (grid,) = grids(path)
    assert (grid.head[0][3], grid.head[3]) == ("万元", ("客户号", "年龄", "", "职业"))
    assert rows_of(grid, after=4)[0] == [(7, "001", "", "", "农民")]


def test_a_sheet_that_an_xml_spreadsheet_hides_is_hidden(tmp_path):
    path = tmp_path / "a.xls"
    path.write_text(
        XML.format(options="<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"), encoding="utf-8"
    )
    assert grids(path)[0].hidden


@pytest.mark.parametrize(
    "page", [XML.format(options=""), "<table><tr><td>客户号</td></tr><tr><td>001</td></tr></table>"]
)
def test_a_page_that_breaks_off_within_its_table_is_refused(tmp_path, page):
    path = tmp_path / "a.xls"
    path.write_text(page[: page.index("001") + 2], encoding="utf-8")
    with pytest.raises(UnreadableFile, match="断了"):
        grids(path)


def test_the_number_of_a_branch_reaches_down_its_merged_cell_and_an_amount_does_not(tmp_path, rows_of):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["机构号", "余额", "客户号"])
        sheet.merge_range(1, 0, 2, 0, "0101")
        sheet.merge_range(1, 1, 2, 1, "5000")
        sheet.write_column(1, 2, ["001", "002"])
    assert rows_of(grids(path)[0])[0] == [(2, "0101", "5000", "001"), (3, "0101", "", "002")]


def test_formulas_without_a_result_are_told_by_their_address_for_they_are_read_as_blank(tmp_path, rows_of):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("说明").write_row(0, 0, ["#REF!", "t=e"])
        sheet = book.add_worksheet("客户")
        sheet.write_row(0, 0, ["客户号", "年龄"])
        for row, result in enumerate(["#REF!", "#N/A", "#DIV/0!", 55, ""], start=1):
            sheet.write(row, 0, f"00{row}")
            sheet.write_formula(row, 1, "=1+1", None, result)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = parts["xl/worksheets/sheet2.xml"].replace(b"<v>55</v>", b"<v></v>")
    parts["xl/worksheets/sheet2.xml"] = content.replace(b'<c r="B6"', b'<c r="B6" t="str"')  # a text, and blank
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    plain, sheet = grids(path)
    assert plain.faulty == ()
    assert sheet.faulty == ("B2", "B4", "B5")
    assert [row[2] for row in rows_of(sheet)[0]] == [""] * 5
