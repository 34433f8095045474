from __future__ import annotations

import datetime as dt

import pytest
import xlsxwriter

from kit.errors import UnreadableFile
from kit.intake.read import BadRow, cell_text, records
from kit.intake.sniff import sheets


def read(path):
    bad: list[BadRow] = []
    table = records(sheets(path)[0], bad.append).read_all()
    return table.to_pydict(), bad


def test_row_numbers_are_those_a_person_sees(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\nonly one\n\n"x\ny",4\n5,6,7\n , \n8,9\n', encoding="utf-8")
    rows, bad = read(path)
    assert rows == {"row_number": [2, 5, 8], "c0": ["1", "x\ny", "8"], "c1": ["2", "4", "9"]}
    assert bad == [BadRow(3, 2, 1), BadRow(6, 2, 3)]


def test_row_numbers_hold_after_blank_lines_and_a_header_of_two_lines(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('\n"a\nz",b\n1,2\nbad\n3,4\n', encoding="utf-8")
    rows, bad = read(path)
    assert rows["row_number"] == [3, 5]
    assert bad == [BadRow(4, 2, 1)]


def test_row_numbers_hold_over_many_batches(tmp_path):
    path = tmp_path / "a.csv"
    lines = [f"{n},{'x' * 90}" if n % 1000 else f"{n}" for n in range(2, 200_002)]
    path.write_text("a,b\n" + "\n".join(lines) + "\n", encoding="utf-8")
    rows, bad = read(path)
    assert [str(n) for n in rows["row_number"]] == rows["c0"]
    assert [b.number for b in bad] == list(range(1000, 200_002, 1000))


def test_bytes_outside_the_encoding_are_an_error_that_quotes_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("客户号,姓名\n".encode("gb18030") + b"secret,\xff\xff\n")
    with pytest.raises(UnreadableFile) as error:
        read(path)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", None),
        (None, None),
        ("001", "001"),
        (True, "TRUE"),
        (3.0, "3"),
        (-0.0, "0"),
        (1234.5, "1234.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-5, "0.00001"),
        (999999999999999.0, "999999999999999"),
        (123456789012345678.0, "1.23456789012346E+17"),
        (dt.date(2026, 10, 31), "2026-10-31"),
        (dt.datetime.combine(dt.date(2026, 10, 31), dt.time()), "2026-10-31"),
        (dt.datetime.combine(dt.date(2026, 10, 31), dt.time(8, 30)), "2026-10-31 08:30:00"),
    ],
)
def test_a_cell_of_a_workbook_loses_nothing_on_its_way_to_text(value, text):
    assert cell_text(value) == text


def test_a_workbook_reads_like_a_file_of_text(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 2, ["客户号", "日期", "余额"])
        sheet.write_row(3, 2, ["001", "", 1.5])
        sheet.write_datetime(3, 3, dt.date(2026, 10, 31), book.add_format({"num_format": "yyyy-mm-dd"}))
    rows, bad = read(path)
    assert rows == {"row_number": [4], "c0": ["001"], "c1": ["2026-10-31"], "c2": ["1.5"]}
    assert not bad
