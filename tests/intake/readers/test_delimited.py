from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.errors import EmptyFile, MissingFile, UnreadableFile
from kit.intake.readers import grids
from kit.intake.readers.quotes import balanced
from kit.intake.rows import BadRow

TEXT = "客户号,姓名\r\n001,䶮\r\n002,张三\r\n"


def write(tmp_path, content, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "coding"),
    [
        (TEXT.encode(), "utf-8-sig"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        ((TEXT * 9).replace("䶮", "12345678901").encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.replace("䶮", "龙").encode("gbk"), "gb18030"),
    ],
)
def test_each_encoding_of_a_chinese_bank_is_told(tmp_path, content, coding):
    (grid,) = grids(write(tmp_path, content))
    assert (grid.encoding, grid.head[0], grid.head[2]) == (coding, ("客户号", "姓名"), ("002", "张三"))


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^", "~", "\x01", "\x1b", "|@|", "||"])
def test_the_separator_is_the_one_that_parts_the_records_and_not_the_titles(tmp_path, mark, read):
    lines = [
        "客户清单，2026年10月",
        "单位：元, 截至 31 日; 共 2 户",
        mark.join("abc"),
        mark.join(["1", "x y", "3"]),
    ] * 2
    path = write(tmp_path, "\n".join(lines) + "\n")
    assert grids(path)[0].delimiter == mark
    rows, _ = read(path, after=3)
    assert (4, "1", "x y", "3") in rows


def test_an_empty_field_between_bars_is_no_bar_of_two(tmp_path):
    (grid,) = grids(write(tmp_path, "客户号|余额||到期日|等级\n|大类|金额||\n1|存款|||\n"))
    assert grid.delimiter == "|"
    (grid,) = grids(write(tmp_path, "客户号||名称||余额\n1||甲|乙||2\n2||||\n3||丙||4\n"))
    assert grid.delimiter == "||"


def test_a_separator_of_several_characters_may_lie_across_two_blocks(tmp_path, read):
    line = "1|@|" + "x" * 1000 + "|@|3\n"
    path = write(tmp_path, "a|@|b|@|c\n" + line * 5000)
    rows, bad = read(path)
    assert not bad
    assert {row[1:] for row in rows} == {("1", "x" * 1000, "3")}


def test_row_numbers_are_those_a_person_sees(tmp_path, read):
    path = write(tmp_path, 'a,b\n1,2\nonly one\n\n"x\ny",4\n5,6,7\n , \n8,9\n')
    rows, bad = read(path)
    assert rows == [(2, "1", "2"), (5, "x\ny", "4"), (8, "8", "9")]
    assert bad == [BadRow(3, 2, 1, ("only one",)), BadRow(6, 2, 3, ("5", "6", "7"))]


def test_row_numbers_hold_after_blank_lines_and_a_header_of_two_lines(tmp_path, read):
    rows, bad = read(write(tmp_path, '\n"a\nz",b\n1,2\nbad\n3,4\n'), after=2)
    assert rows == [(3, "1", "2"), (5, "3", "4")]
    assert bad == [BadRow(4, 2, 1, ("bad",))]


def test_row_numbers_hold_over_many_blocks(tmp_path, read):
    lines = [f"{n},{'x' * 90}" if n % 1000 else f"{n}" for n in range(2, 200_002)]
    rows, bad = read(write(tmp_path, "a,b\n" + "\n".join(lines) + "\n"))
    assert [str(row[0]) for row in rows] == [row[1] for row in rows]
    assert [b.number for b in bad] == list(range(1000, 200_002, 1000))


def test_separators_at_the_end_of_a_line_are_no_fault(tmp_path, read):
    rows, bad = read(write(tmp_path, "a,b\n1,2,\n3,4,,\n5,6\n7,8,9\n"))
    assert sorted(rows) == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]
    assert bad == [BadRow(5, 2, 3, ("7", "8", "9"))]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_end_as_on_any_machine(tmp_path, read, end):
    rows, bad = read(write(tmp_path, end.join(["a,b", "1,2", '"x' + end + 'y",4', ""])))
    assert rows == [(2, "1", "2"), (3, "x\ny", "4")]
    assert not bad


def test_zero_bytes_are_nothing(tmp_path, read):
    assert read(write(tmp_path, b"a,b\n1\0\0,2\n"))[0] == [(2, "1", "2")]


def test_a_mark_that_is_never_closed_costs_no_other_row(tmp_path, read):
    lines = [f"{n},{'5' + chr(34) if n == 70_000 else 'x' * 90},{n}" for n in range(2, 100_002)]
    lines[50_000] = lines[50_000].replace("x" * 90, '"open')
    rows, bad = read(write(tmp_path, 'a,b,c\n1,"quoted, in the first lines",1\n' + "\n".join(lines) + "\n"))
    assert not bad
    assert len(rows) == 100_001
    assert all(row[1] == row[3] for row in rows)
    assert {row[2] for row in rows if '"' in row[2]} == {'5"', '"open'}


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('1,"open,3', ("1", '"open', "3")),
        ('5" pipe,2,3', ('5" pipe', "2", "3")),
        ('5" pipe,"open,3', ('5" pipe', '"open', "3")),
        ('1,"said ""yes""",3', ("1", 'said "yes"', "3")),
        ('1,2,3"', ("1", "2", '3"')),
        ('"1","2","3"', ("1", "2", "3")),
    ],
)
def test_marks_in_a_line_do_not_reach_into_the_next(tmp_path, read, line, cells):
    path = write(tmp_path, f'a,b,c\n"x","y, z","w"\n{line}\n{line}\n7,8,9\n')
    rows, bad = read(path)
    assert not bad
    assert rows == [(2, "x", "y, z", "w"), (3, *cells), (4, *cells), (5, "7", "8", "9")]


def test_text_without_enclosed_cells_keeps_its_marks(tmp_path, read):
    path = write(tmp_path, 'a|b\n1|5" x 3\n2|"open\n3|plain\n')
    assert read(path)[0] == [(2, "1", '5" x 3'), (3, "2", '"open'), (4, "3", "plain")]


CELL = st.text(st.sampled_from('ab,"\n '), max_size=6)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8), st.integers(1, 20))
def test_text_that_is_written_well_passes_as_it_is(rows, size):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("k", *row) for row in rows])
    written = text.getvalue()
    blocks = (written[i : i + size] for i in range(0, len(written), size))
    mended = "".join(balanced(blocks, ",", 4))
    assert mended.count("\n") == written.count("\n")
    if not any("\n" in cell for row in rows for cell in row):
        assert list(csv.reader(io.StringIO(mended, newline="\n"))) == [["k", *row] for row in rows]


@settings(max_examples=20 * settings.default.max_examples)
@given(st.lists(st.text(st.sampled_from('ab,"'), max_size=12), max_size=12), st.integers(1, 30))
def test_no_line_is_swallowed_whatever_marks_stand_about(lines, size):
    text = "".join(line + "\n1,2,3\n" for line in lines)
    blocks = (text[i : i + size] for i in range(0, len(text), size))
    records = list(csv.reader(io.StringIO("".join(balanced(blocks, ",", 3)), newline="\n")))
    assert records.count(["1", "2", "3"]) >= len(lines)


def test_a_field_cut_in_the_middle_of_a_character_does_not_change_the_encoding(tmp_path, read):
    path = write(tmp_path, "姓名,b\n".encode("gb18030") + "张三,1\n".encode("gb18030") * 500 + b"\xd5,2\n")
    rows, bad = read(path)
    assert rows[0] == (2, "张三", "1")
    assert len(rows) + len(bad) == 501


def test_text_in_another_encoding_than_said_is_unreadable_and_not_quoted(tmp_path):
    path = write(tmp_path, ("客户号,姓名\n" + "秘密,张三\n" * 50).encode("gb18030"))
    for wrong in ("utf-8", "no-such-code"):
        with pytest.raises(UnreadableFile) as error:
            grids(path, encoding=wrong)
        assert "秘密" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b" \r\n\t"])
def test_a_file_of_nothing_is_empty(tmp_path, content):
    with pytest.raises(EmptyFile):
        grids(write(tmp_path, content))


def test_a_file_of_separators_has_no_head(tmp_path):
    assert grids(write(tmp_path, " , \n"))[0].head == ()


def test_a_header_without_rows_gives_none(tmp_path, read):
    for content in ("a,b", "a,b\n", "a,b\n\n\n"):
        assert read(write(tmp_path, content)) == ([], [])


def test_a_missing_file_is_said_to_be(tmp_path):
    with pytest.raises(MissingFile):
        grids(tmp_path / "a.csv")


@pytest.mark.parametrize("mark", ["^|^", "|~|", "#|#", "@#@", "<|>", "&&", "$$", "\x1e", "\x1f"])
def test_separators_that_nobody_listed_are_found_by_their_shape(tmp_path, mark, read):
    path = write(tmp_path, f"客户号{mark}姓名{mark}余额\n" + f"001{mark}{mark}5\n" * 60_000)
    rows, bad = read(path)
    assert not bad
    assert (len(rows), set(rows[-1][1:])) == (60_000, {"001", "", "5"})


def test_a_column_that_is_blank_in_every_row_does_not_make_two_bars_a_separator(tmp_path, read):
    assert read(write(tmp_path, "客户号|职业|机构\n" + "001||01\n" * 300))[0][0] == (2, "001", "", "01")


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_wide_text_without_a_mark_is_told_by_its_characters_where_nearly_all_is_chinese(tmp_path, coding, read):
    text = "客户编号\t归属机构\t职业\n" + "客户甲乙\t支行丙丁\t农民工人教师医生公务人员\n" * 50
    path = write(tmp_path, text.encode(coding))
    assert grids(path)[0].encoding == coding
    assert read(path)[0][0] == (2, "客户甲乙", "支行丙丁", "农民工人教师医生公务人员")


def test_the_mark_with_which_dos_ended_a_file_is_nothing(tmp_path, read):
    assert read(write(tmp_path, "客户号,姓名\n001,张三\n\x1a")) == ([(2, "001", "张三")], [])


def test_json_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match="JSON"):
        grids(write(tmp_path, '[{"客户号": "001"}]'))
