from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from kit.errors import EmptyFile, UnreadableFile
from kit.workbooks.sheets import encrypted
from messy_bank.old_formats import write_ods, write_xls, write_xlsb

ROWS = [("客户号", "姓名"), ("001", "张三"), ("002", "李四")]
SUFFIXES = ("xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "txt", "tsv", "parquet", "html", "")
MARKS = {"": b"", "zip": b"PK\x03\x04", "compound": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "parquet": b"PAR1"}


def write_xlsx(path, sheets):
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)


WRITERS = {"xlsx": write_xlsx, "xlsb": write_xlsb, "xls": write_xls, "ods": write_ods}


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.xlsx"
    write_xlsx(path, {"客户": ROWS})
    return path


@pytest.fixture
def refused(refusal, good, read):
    """What is said of a file in each language, after which a good one must still be read."""

    def said_of(path, kind=UnreadableFile, **options):
        said = refusal(lambda: read(path, **options), kind)
        assert path.name in said["zh"]
        assert path.name in said["en"]
        assert said["zh"] != said["en"]
        assert read(good).rows == ROWS[1:]
        return said

    return said_of


def rewrite(path, source, change):
    """Copy a zip, each part changed by ``change(name, content)``."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return path


@pytest.mark.parametrize("dimension", [True, False])
def test_one_cell_at_the_far_corner_of_a_sheet_is_told_with_its_address(tmp_path, good, refused, dimension):
    def change(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        said = b'<dimension ref="A1:XFD1048576"/>' if dimension else b""
        return re.sub(rb"<dimension[^>]*>", said, content.replace(b"</sheetData>", far))

    path = rewrite(tmp_path / "far.xlsx", good, change)
    assert path.stat().st_size < 6_000
    said = refused(path)
    assert "XFD1048576" in said["zh"]
    assert "XFD1048576" in said["en"]


def test_a_far_cell_is_found_behind_the_first_megabytes_too(tmp_path, good, refused):
    def change(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        near = b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(4, 60_000))
        return content.replace(
            b"</sheetData>", near + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        )

    assert "XFD1048576" in refused(rewrite(tmp_path / "far.xlsx", good, change))["zh"]


def big(name, content):
    """160 MB of the same text among the shared strings, and as a sheet's own."""
    if name == "xl/sharedStrings.xml":
        return b"<sst><si><t>" + b"x" * 160_000_000 + b"</t></si></sst>"
    return content


def big_sheet(name, content):
    cell = b'<c t="inlineStr"><is><t>' + b"x" * 1_000 + b"</t></is></c>"
    if name == "xl/worksheets/sheet1.xml":
        return content.replace(b"</sheetData>", (b"<row>" + cell + b"</row>") * 150_000 + b"</sheetData>")
    return content


@pytest.mark.parametrize("change", [big, big_sheet])
def test_a_small_file_that_unfolds_to_160_megabytes_is_refused(tmp_path, good, refused, change):
    path = rewrite(tmp_path / "bomb.xlsx", good, change)
    assert path.stat().st_size < 1_000_000
    assert "MB" in refused(path)["zh"]


@pytest.mark.parametrize("change", [big, big_sheet])
def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path, good, refused, change):
    path = rewrite(tmp_path / "lie.xlsx", good, change)
    lying = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        part = max(archive.infolist(), key=lambda part: part.file_size)
    true, said = struct.pack("<I", part.file_size), struct.pack("<I", 5_000)
    assert lying.count(true) == 2  # beside the part, and in the directory
    path.write_bytes(lying.replace(true, said))
    refused(path)


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_workbook_that_was_cut_is_refused(tmp_path, refused, suffix, share):
    path = tmp_path / f"cut.{suffix}"
    WRITERS[suffix](path, {"客户": ROWS * 50})
    content = path.read_bytes()
    path.write_bytes(content[: max(9, int(len(content) * share))])
    refused(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_parquet_file_that_was_cut_is_refused(tmp_path, refused, share):
    path = tmp_path / "cut.parquet"
    pq.write_table(pa.table({"客户号": [str(n) for n in range(10_000)]}), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path)


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_random_bytes_are_refused_under_any_name(tmp_path, refused, suffix, mark):
    path = tmp_path / f"random.{suffix}"
    path.write_bytes(MARKS[mark] + random.Random(f"{suffix}{mark}").randbytes(20_000))
    refused(path)


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_workbook_with_a_few_bytes_changed_is_read_or_refused(tmp_path, good, read, suffix):
    path = tmp_path / f"changed.{suffix}"
    WRITERS[suffix](path, {"客户": ROWS * 50})
    content, chance = path.read_bytes(), random.Random(suffix)
    for _ in range(20):
        changed = bytearray(content)
        for _ in range(20):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
        try:
            read(path, width=2)
        except (UnreadableFile, EmptyFile):
            assert read(good).rows == ROWS[1:]


def test_a_document_named_xlsx_is_refused(tmp_path, refused):
    path = tmp_path / "doc.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    assert "工作簿" in refused(path)["zh"]


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"%PDF-1.7\n", "PDF"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"Rar!\x1a\x07", "RAR"), (b"\x1f\x8b\x08", "gzip")],
)
def test_what_is_no_table_is_named(tmp_path, refused, content, name):
    path = tmp_path / "客户.xlsx"
    path.write_bytes(content + bytes(1_000))
    assert name in refused(path)["zh"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_without_a_byte_is_empty(tmp_path, refused, suffix):
    path = tmp_path / f"empty.{suffix}"
    path.write_bytes(b"")
    refused(path, EmptyFile)


@pytest.mark.parametrize("suffix", WRITERS)
def test_an_empty_sheet_has_no_rows_and_leaves_the_others_alone(tmp_path, read, suffix):
    path = tmp_path / f"a.{suffix}"
    WRITERS[suffix](path, {"空": [], "客户": ROWS})
    tables = read(path, width=2)
    assert (tables["空"].grid.head, tables["空"].rows) == ((), [])
    assert tables["客户"].rows == ROWS[1:]


def test_a_page_without_a_table_is_refused(tmp_path, refused):
    path = tmp_path / "a.xls"
    path.write_text("<html><body>请登录</body></html>", encoding="utf-8")
    assert "表格" in refused(path)["zh"]


def test_a_cell_of_32768_characters_comes_through(tmp_path, read, good):
    def change(name, content):
        return content.replace("张三".encode(), "长".encode() * 32_768)

    (row, _) = read(rewrite(tmp_path / "long.xlsx", good, change)).rows
    assert row == ("001", "长" * 32_768)


def test_two_columns_of_one_name_are_read_as_they_stand(tmp_path, read):
    path = tmp_path / "a.csv"
    path.write_text("余额,余额\n1,2\n", encoding="utf-8")
    assert read(path).rows == [("1", "2")]


def test_an_entity_that_unfolds_without_end_is_refused_or_left_out(tmp_path, read, good):
    path = tmp_path / "a.xls"
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE Workbook [<!ENTITY e0 "x">{entities}]>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row><Cell><Data>a</Data>'
        "</Cell></Row><Row><Cell><Data>&e11;</Data></Cell></Row></Table></Worksheet></Workbook>",
        encoding="utf-8",
    )
    with suppress(UnreadableFile):
        assert read(path, width=1).rows in ([], [("&e11;",)])
    assert read(good).rows == ROWS[1:]


def test_an_encrypted_file_that_holds_no_workbook_is_refused(tmp_path, refused):
    path = tmp_path / "a.xlsx"
    inner, kinds = io.BytesIO(), "http://schemas.openxmlformats.org/package/2006/content-types"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types xmlns="{kinds}"><Override PartName="/word/document.xml"/></Types>'
        )
        archive.writestr("word/document.xml", b"<w:document/>" + bytes(10_000))
    path.write_bytes(encrypted(inner.getvalue(), "x"))
    refused(path, password=lambda path: "x")
