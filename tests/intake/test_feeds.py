from __future__ import annotations

import datetime as dt
import pickle

import pytest

from kit.errors import BadMapping, KitError, MissingColumn, MissingFile, UnreadableFile
from kit.intake import AmbiguousColumn, DuplicateHeader, UnknownTable, find_sources
from kit.intake.feeds import plan

CUSTOMERS = "客户号,归属机构号,性别\n1,01,男\n"
MONTHS = "数据日期,客户号,月日均AUM\n20261031,1,5\n"


@pytest.fixture
def planned(tmp_path):
    """Feeds for the given extracts and mappings."""

    def make(extracts, mappings=None, as_of=None):
        for kind, files in (("extracts", extracts), ("mapping", mappings or {})):
            (tmp_path / kind).mkdir(exist_ok=True)
            for name, text in files.items():
                (tmp_path / kind / name).write_text(text, encoding="utf-8")
        return plan(find_sources(tmp_path), as_of)

    return make


def columns(feed):
    return {f.column.id: feed.sheet.headers[f.position] for f in feed.fields if f.position is not None}


def test_labels_alone_tell_the_table(planned):
    feeds, notices = planned({"b.csv": MONTHS, "a.csv": CUSTOMERS + "\n", "c.csv": "工号,岗位\n9,理财经理\n"})
    assert [feed.table.id for feed in feeds] == ["staff", "customer", "customer_month"]
    assert columns(feeds[1]) == {"customer_id": "客户号", "branch_id": "归属机构号", "gender": "性别"}
    assert not notices


@pytest.mark.parametrize(
    ("header", "power"), [("时点AUM", 2), ("时点AUM(万元)", 6), ("时点ＡＵＭ（元）：", 2), ("时点AUM(人民币)", 2)]
)
def test_the_unit_stands_in_the_header(planned, header, power):
    feeds, _ = planned({"a.csv": f"数据日期,客户号,{header}\n20261031,1,5\n"})
    assert {f.column.id: f.power for f in feeds[0].fields}["aum_spot_fen"] == power


def test_the_unit_of_the_mapping_comes_before_that_of_the_header(planned):
    mapping = (
        "file: a.csv\ntables:\n  customer_month:\n"
        "    {as_of: D, customer_id: I, aum_spot_fen: {column: 'A(万元)', unit: 千元}}\n"
    )
    feeds, _ = planned({"a.csv": "D,I,A(万元)\n20261031,1,5\n"}, {"a.yml": mapping})
    assert {f.column.id: f.power for f in feeds[0].fields}["aum_spot_fen"] == 5


def test_a_mapping_takes_a_file_from_the_labels_and_the_others_keep_theirs(planned):
    mapping = "file: 客户*.csv\ntables: {customer: {customer_id: 客户号, branch_id: {value: ALL}}}\n"
    feeds, notices = planned({"客户1.csv": CUSTOMERS, "客户2.csv": CUSTOMERS, "b.csv": MONTHS}, {"a.yml": mapping})
    assert [feed.table.id for feed in feeds] == ["customer", "customer", "customer_month"]
    assert [notice.names for notice in notices] == [("归属机构号", "性别")] * 2


def test_a_label_of_its_own_comes_before_an_alias(planned):
    feeds, notices = planned({"a.csv": "客户号,客户编号,归属机构,归属机构号\n1,2,01,02\n"})
    assert columns(feeds[0]) == {"customer_id": "客户号", "branch_id": "归属机构号"}
    assert notices[0].names == ("客户编号", "归属机构")


def test_a_month_without_a_date_of_its_own_takes_the_engagements(planned):
    feeds, notices = planned({"a.csv": "客户号,时点AUM\n1,5\n"}, as_of=dt.date(2026, 10, 31))
    assert feeds[0].dated
    assert "2026-10-31" in str(notices[0])


MAP = "file: a.csv\ntables: {{customer: {{customer_id: {}, branch_id: {{value: ALL}}}}}}\n"


@pytest.mark.parametrize(
    ("extracts", "mappings", "error", "told"),
    [
        ({}, {}, MissingFile, "extracts"),
        ({"a.pdf": "x"}, {}, UnreadableFile, "a.pdf"),
        ({"a.csv": CUSTOMERS}, {"m.yml": "file: b.csv\ntables: {}\n"}, MissingFile, "a.csv"),
        ({"a.csv": CUSTOMERS}, {"m.yml": "file: ''\ntables: {}\n"}, MissingFile, "m.yml"),
        ({"a.csv": CUSTOMERS}, {"m.yml": MAP.format("客户好")}, BadMapping, "客户号"),
        ({"a.csv": CUSTOMERS}, {"m.yml": "file: a.csv\ntables: {customer: {gender: 性别}}\n"}, MissingColumn, "客户号"),
        ({"a.csv": "客户号,性别,年龄\n1,男,3\n"}, {}, MissingColumn, "归属机构号"),
        ({"a.csv": "甲,乙\n1,2\n"}, {}, UnknownTable, "甲"),
        ({"a.csv": "客户号,备注\n1,2\n"}, {}, UnknownTable, "管户"),
        ({"a.csv": "客户编号,核心客户号,归属机构号\n1,1,01\n"}, {}, AmbiguousColumn, "核心客户号"),
        ({"a.csv": "客户号,性别,性别\n1,男,男\n"}, {}, DuplicateHeader, "性别"),
    ],
)
def test_a_question_names_the_file_and_what_to_do(planned, extracts, mappings, error, told):
    with pytest.raises(error) as raised:
        planned(extracts, mappings)
    assert told in str(raised.value)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)  # it crosses processes


def test_two_months_without_dates_are_a_question(planned):
    month = "客户号,时点AUM\n1,5\n"
    with pytest.raises(MissingColumn, match="数据日期"):
        planned({"a.csv": month, "b.csv": month}, as_of=dt.date(2026, 10, 31))


def test_each_message_can_be_read_in_english(planned, monkeypatch):
    monkeypatch.setenv("BRANCH_KIT_LANGUAGE", "en")
    with pytest.raises(KitError, match="which table is this"):
        planned({"a.csv": "甲,乙\n1,2\n"})
