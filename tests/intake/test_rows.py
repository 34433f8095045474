from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.intake.grid import Grid, Sheet
from kit.intake.layout import find_layout
from kit.intake.rows import BadRow, Line, Splitter

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"

LABELS = ("客户号", "客户姓名", "机构号", "时点AUM", "定期余额", "产品数")
ROWS = (
    ("100001", "张三", "0101", "5.10", "7.20", "1"),
    ("100002", "李四", "0102", "6.10", "", "2"),
    ("100003", "王五", "0102", "7.10", "9.20", "2"),
)
TITLES = ("客户资产月报", ",,,,,单位：万元")


def cells(row):
    return tuple(row.split(",")) if isinstance(row, str) else row


def sheet(labels=LABELS, titles=()):
    head = tuple(cells(row) for row in (*titles, labels, *(row[: len(labels)] for row in ROWS)))
    layout = find_layout(Grid(Path("x.csv"), "", "delimited", head))
    assert layout.header_row == len(titles) + 1
    return Sheet(Grid(Path("x.csv"), "", "delimited", head), layout)


def split(rows, *, labels=LABELS, titles=(), size=2, bad=()):
    """Rows of the data, lines and bad rows of a table, with their kinds, by their number below the header."""
    table = sheet(labels, titles)
    splitter, width, first = Splitter(table), len(table.headers), table.header_row + 1
    numbered = [(first + i, cells(row)) for i, row in enumerate(rows) if cells(row)[0] is not None]
    got = []
    for start in range(0, len(numbered), size):
        part = [(n, (*row, *[""] * (width - len(row)))) for n, row in numbered[start : start + size] if n not in bad]
        columns = zip(*(row for _, row in part), strict=True) if part else [()] * width
        arrays = [pa.array([n for n, _ in part], pa.int64()), *(pa.array(column, pa.string()) for column in columns)]
        batch = pa.record_batch(arrays, names=["row_number", *(f"c{i}" for i in range(width))])
        for number, row in numbered[start : start + size]:
            if number in bad:
                splitter.refuse(BadRow(number, width, len(row), row))
        got.append(splitter.split(batch))
    rest, left = splitter.finish()
    got += [rest] if rest is not None else []
    data = [number for batch in got for number in batch.column(0).to_pylist()]
    kinds = {n - first: "data" for n in data}
    kinds |= {line.number - first: line.kind for line in splitter.lines}
    kinds |= {one.number - first: "bad" for one in left}
    assert data == sorted(data), "rows keep their order"
    assert sorted([*data, *(line.number for line in splitter.lines), *(one.number for one in left)]) == [
        n for n, _ in numbered
    ]
    return [kinds[i] for i in sorted(kinds)]


D3 = ["data"] * 3


def test_a_plain_table_is_all_data_and_batches_pass_as_they_are():
    assert split(ROWS) == D3
    table = sheet()
    batch = pa.record_batch(
        [pa.array([2], pa.int64()), *(pa.array([c]) for c in ROWS[0])], names=["row_number", *"abcdef"]
    )
    assert Splitter(table).split(batch) is batch
    assert Splitter(table).finish() == (None, [])


UNKNOWN = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六")


@pytest.mark.parametrize(
    "total",
    [
        "合计,,,18.30,16.40,5",
        ",合 计,,18.30,16.40,5",
        "合　计：,,,18.30,-,5",
        "全行合计,,,18.30,16.40,5",
        ",城南支行小计,,18.30,16.40,5",
        "城南支行,,小计,18.30,16.40,5",
        "城南支行,张三,小计,18.30,16.40,5",
        ",,合计,18.30,16.40,5",
        "Grand Total,,,18.30,16.40,5",
        "Total:,,,18.30,16.40,5",
        "合计,3户,,18.30万元,16.40,5",
        "合计,,,,,",
        "总计,,,18.30,×,5",
        "累计,,,18.30,16.40,5",
    ],
)
@pytest.mark.parametrize("labels", [LABELS, UNKNOWN])
def test_a_total_is_known_by_its_label_wherever_it_stands(total, labels):
    assert split([*ROWS, total], labels=labels) == [*D3, "total"]
    assert split([total, *ROWS], labels=labels) == ["total", *D3]
    assert split([ROWS[0], total, *ROWS[1:]], labels=labels) == ["data", "total", "data", "data"]


@pytest.mark.parametrize(
    "total", ["3,合计,,18.30,16.40,5", "0101,城南支行小计,,18.30,16.40,5", "2026-10-31,合计,,18.30,16.40,5"]
)
def test_a_number_a_short_code_or_a_date_may_stand_before_a_total(total):
    assert split([*ROWS, total], labels=UNKNOWN) == [*D3, "total"]


@pytest.mark.parametrize(
    "customer",
    [
        "100009,合计,0101,5.10,7.20,1",
        "C9,合计,0101,5.10,7.20,1",
        "9,合计,0101,5.10,7.20,1",
        "100009,总计,,5.10,,",
        "100009,存款合计,0101,5.10,7.20,1",
        "100009,李会计,0101,5.10,7.20,1",
        "100009,合计,城南支行,5.10,7.20,1",
    ],
)
def test_a_customer_who_is_called_like_a_total_stays_data(customer):
    assert split([*ROWS, customer]) == [*D3, "data"]


@pytest.mark.parametrize(
    "customer",
    [
        "100009,合计,,5.10,7.20,1",
        "C0009,合计,,5.10,7.20,1",
        "9,合计,城南支行,5.10,7.20,1",
        "9,合计,110101199001011234,5.10,7.20,1",
        "9,合计,138****1234,5.10,7.20,1",
        "存款,累计,,5.10,7.20,1",
    ],
)
def test_without_known_labels_a_key_or_a_text_behind_tells_a_customer_from_a_total(customer):
    assert split([*ROWS, customer], labels=UNKNOWN) == [*D3, "data"]


def test_a_branch_in_front_of_a_total_is_its_group():
    labels = ("机构号", "机构名称", "客户姓名", "时点AUM", "定期余额", "产品数")
    assert split([*ROWS, "010101,城南支行,小计,5,7,1"], labels=labels) == [*D3, "total"]


def test_a_header_that_a_printed_page_repeats_is_no_data():
    again = [TITLES[0], "注：一,,,,,", TITLES[1], LABELS]
    rows = [
        *ROWS,
        TITLES[0],
        TITLES[1],
        LABELS,
        *ROWS,
        "第 2 页 共 5 页",
        "客户资产月报（续）",
        ",,,,,单位：元",
        LABELS,
        ROWS[0],
    ]
    kinds = [*D3, *["header"] * 3, *D3, *["header"] * 4, "data"]
    for size in (1, 2, 3, 100):
        assert split(rows, titles=TITLES, size=size) == kinds
    assert split([*ROWS, *again, ROWS[0]], titles=TITLES) == [*D3, "header", "data", "header", "header", "data"]


def test_both_rows_of_a_merged_header_are_known_again():
    head = ("客户号,姓名,存款,", ",,活期,定期", "1,张三,5,7", "2,李四,6,8", ",,活期,定期", "客户号,姓名,存款,")
    grid = Grid(Path("x.csv"), "", "delimited", tuple(map(cells, head)))
    splitter = Splitter(Sheet(grid, find_layout(grid)))
    columns = [pa.array(column) for column in zip(*map(cells, head[2:]), strict=True)]
    batch = pa.record_batch([pa.array([3, 4, 5, 6], pa.int64()), *columns], names=["row_number", *"abcd"])
    assert splitter.split(batch).num_rows == 2
    assert splitter.lines == [
        Line(5, "header", ("", "", "活期", "定期")),
        Line(6, "header", ("客户号", "姓名", "存款")),
    ]


NOTES = (
    "注：1.本表含理财产品。",
    "　　　2.由于四舍五入，合计略有误差",
    "数据来源：核心系统",
    "制表人：张三,,审核：李四,,,",
)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("count", range(1, 5))
def test_what_stands_below_the_data_are_notes(size, count):
    assert split([*ROWS, *NOTES[:count]], size=size) == [*D3, *["note"] * count]
    rows = [*ROWS, "合计,,,1,2,3", *NOTES[:count]]
    assert split(rows, size=size) == [*D3, "total", *["note"] * count]


def test_a_signature_aside_is_a_note_and_so_is_a_sentence():
    assert split([*ROWS, ",,,,,某某银行城南支行", ",,,,,2026年11月2日"]) == [*D3, "note", "note"]
    assert split([*ROWS, "以上数据仅供参考。"]) == [*D3, "note"]
    assert split([*ROWS, "单位：万元"]) == [*D3, "note"]


def test_a_sparse_row_is_data_if_data_follows():
    for size in (1, 2, 3, 100):
        assert split([ROWS[0], "城南支行", *ROWS[1:]], size=size) == ["data"] * 4
        assert split([ROWS[0], "注：中间的", "100009", *ROWS[1:]], size=size) == ["data"] * 5


def test_a_sparse_row_at_the_end_that_is_no_note_stays_data():
    assert split([*ROWS, "100009"]) == [*D3, "data"]
    assert split([*ROWS, "新疆维吾尔自治区", *NOTES]) == [*D3, "data", *["note"] * 4]
    assert split([*ROWS, NOTES[0], "100009"]) == [*D3, "data", "data"]


def test_a_table_of_sparse_rows_alone_is_data_and_little_is_held_back():
    assert split(["张三"] * 5) == ["data"] * 5
    kinds = split([*ROWS, *["注：一"] * 500], size=50)
    assert kinds.count("note") <= 200


def test_records_of_another_length_are_notes_or_totals_or_bad():
    rows = [*ROWS, "断开的,一行", ROWS[0], "注: 合计与分项之和, 略有出入", "2.另一条, 说明"]
    first = 2
    assert split(rows, bad={first + 3, first + 5, first + 6}) == [*D3, "bad", "data", "note", "note"]
    assert split([*ROWS, "合计,,,5"], bad={first + 3}) == [*D3, "total"]
    assert split([*ROWS, "100009,张三,0101"], bad={first + 3}) == [*D3, "bad"]
    assert split([*ROWS, "注：一", "100009,张三,0101,1"], bad={first + 3, first + 4}) == [*D3, "bad", "bad"]
    assert split([*ROWS, TITLES[0], LABELS, *ROWS], titles=TITLES, bad={7}) == [*D3, "header", "header", *D3]


def test_a_bad_row_whose_cells_are_unknown_stays_bad():
    splitter = Splitter(sheet())
    splitter.refuse(BadRow(9, 6, 7))
    assert splitter.finish() == (None, [BadRow(9, 6, 7)])


def test_a_table_of_two_columns_loses_only_what_says_that_it_is_a_note():
    labels = ("客户号", "时点AUM")
    table = ["100001,5", "100002,", ",7", "张三"]
    assert split(table, labels=labels) == ["data"] * 4
    assert split(["100001,5", "合计,5", "注：含理财", "另行说明"], labels=labels) == ["data", "total", "note", "note"]
    assert split(["100001,5", "注：含理财", "100002"], labels=labels) == ["data"] * 3


def test_a_table_of_one_column_loses_only_what_says_that_it_is_a_note():
    labels = ("客户号",)
    assert split(["100001", "100002", "C3", "张三"], labels=labels) == ["data"] * 4
    assert split(["100001", "注：含理财", "2.其他说明"], labels=labels) == ["data", "note", "note"]
    assert split(["100001", "注：含理财", "100002"], labels=labels) == ["data"] * 3


KINDS_OF_ROWS = st.one_of(
    st.sampled_from([*ROWS, *map(cells, NOTES), LABELS, *map(cells, TITLES)]),
    st.sampled_from(
        [cells("合计,,,1,2,3"), cells("城南支行小计,,,1,2,3"), cells("城南支行"), cells("100009"), cells(",,,,,x")]
    ),
    st.lists(st.sampled_from(["", "", "a", "1", "合计", "注：", "100009", "\u3000"]), min_size=6, max_size=6).map(
        tuple
    ),
)


@given(rows=st.lists(KINDS_OF_ROWS, max_size=25), size=st.integers(1, 9), bad=st.sets(st.integers(4, 28), max_size=5))
def test_nothing_is_lost_and_the_size_of_the_batches_makes_no_difference(rows, size, bad):
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    assert split(rows, titles=TITLES, size=size, bad=bad) == split(rows, titles=TITLES, size=1, bad=bad)


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data of ../shared/data is not here")
@pytest.mark.parametrize(("number", "notes"), [("", 2), (" (1)", 3), (" (2)", 2), (" (3)", 4)])
def test_a_table_of_the_statistics_office_splits_into_31_provinces_and_notes(number, notes):
    path = DATA / "zh_messy" / f"分省年度数据{number}.csv"
    with path.open(encoding="gb18030", newline="") as text:
        rows = [tuple(cell.strip() for cell in row) for row in csv.reader(text)]
    grid = Grid(path, "", "delimited", tuple(rows[:60]))
    table = Sheet(grid, find_layout(grid))
    width = len(table.headers)
    splitter = Splitter(table)
    numbered = [(n, row) for n, row in enumerate(rows, start=1) if n > table.header_row]
    for n, row in numbered:
        if len(row) != width:
            splitter.refuse(BadRow(n, width, len(row), row))
    whole = [(n, row) for n, row in numbered if len(row) == width]
    columns = [pa.array([n for n, _ in whole], pa.int64()), *map(pa.array, zip(*(r for _, r in whole), strict=True))]
    data = splitter.split(pa.record_batch(columns, names=["row_number", *(f"c{i}" for i in range(width))]))
    assert splitter.finish() == (None, [])
    assert (data.num_rows, data.column(1)[0].as_py()) == (31, "北京市")
    assert [line.kind for line in splitter.lines] == ["note"] * notes
