"""A workbook that came back, as its sheets' first rows have it: what can be read, and what is said of the rest."""

import pytest

from kit.workbooks.form import CONTACT, FACTS, KEY_CODES, Marker, fingerprint
from kit.workbooks.read import Remark, label_of, read_workbook

KEY = b"not a secret: a key for tests"
MARKER = Marker(fingerprint(KEY), "0101", "S1", "2026-10-31", "2026-11-02", "abc")
TASK = [*(entry.code for entry in CONTACT), *KEY_CODES]
FACT = ["key.customer_id", *(entry.code for entry in FACTS)]
SHEETS = {"今日": [["标题"], TASK], "本周": [["标题"], TASK], "本月": [["标题"], TASK], "客户": [[""], [""], FACT]}


def read(heads, marker=MARKER):
    return read_workbook(marker, {**SHEETS, **heads}, key=KEY)


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    monkeypatch.setenv("BRANCH_KIT_LANGUAGE", "zh")


def test_a_sheet_is_known_by_its_hidden_row_wherever_that_stands():
    today, *_, customers = read({}).sheets
    assert (today.name, today.header_row, today.entries, today.keys) == (
        "今日", 3, CONTACT, ("customer_id", "contact_class", "due"),
    )  # fmt: skip
    assert (customers.header_row, customers.entries, customers.keys) == (4, FACTS, ("customer_id",))
    assert [customers.at[entry.column] for entry in customers.filled] == list(range(1, len(FACTS) + 1))
    assert read({"话术": [["x"]]}) == read({}), "what is only read out is left alone"


def test_the_workbook_of_another_engagement_or_of_a_later_kit_is_refused_whole():
    other = Marker(**{**dict(MARKER.rows()), "engagement": "f" * 16})
    later = Marker(**{**dict(MARKER.rows()), "version": "2"})
    assert read({}, other).refused == (Remark("other"),)
    assert read({}, later).refused == (Remark("newer"),)
    assert not read({}, other).sheets


def test_a_sheet_without_its_hidden_row_or_a_needed_column_is_refused_and_the_others_are_read():
    back = read({"今日": [["标题"]], "本周": [TASK[1:]], "客户": [FACT[1:]]})
    assert back.refused == (
        Remark("head", "今日"),
        Remark("column", "本周", ("实际联系日期",)),
        Remark("column", "客户", ("客户代号（隐藏列）",)),
    )
    assert [sheet.name for sheet in back.sheets] == ["本月"]
    assert not back.remarks


def test_a_column_that_can_be_spared_is_named():
    back = read({"今日": [[code for code in TASK if code != "contact.objection"]]})
    assert back.remarks == (Remark("columns", "今日", (label_of("objection"),)),)
    assert len(back.sheets) == 4


def test_a_renamed_sheet_is_read_and_one_that_is_gone_is_named():
    heads = {("已打电话" if name == "今日" else name): head for name, head in SHEETS.items()}
    back = read_workbook(MARKER, heads, key=KEY)
    assert back.remarks == (Remark("renamed", "已打电话", ("今日",)),)
    assert len(back.sheets) == 4
    gone = read_workbook(MARKER, {name: head for name, head in SHEETS.items() if name != "客户"}, key=KEY)
    assert gone.remarks == (Remark("gone", "", ("客户",)),)
    assert not read({"今日 (2)": [TASK]}).remarks, "a copy beside the sheet itself"
