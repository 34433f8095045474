from __future__ import annotations

import datetime as dt
import pickle

import pytest
import xlsxwriter

from kit.errors import KitError, MissingFile, UnreadableFile
from kit.intake import OpenQuestions, find_sources
from kit.intake.load_plan import plan_intake

CUSTOMERS = "客户号,归属机构号,性别\n1,01,男\n"
MONTHS = "数据日期,客户号,月日均AUM\n20261031,1,5\n"
OCTOBER = dt.date(2026, 10, 31)


@pytest.fixture
def planned(tmp_path):
    """LoadPlan for the given extracts and mappings."""

    def make(extracts, mappings=None, as_of=None, **options):
        for kind, files in (("extracts", extracts), ("mapping", mappings or {})):
            (tmp_path / kind).mkdir(exist_ok=True)
            for name, text in files.items():
                (tmp_path / kind / name).write_text(text, encoding="utf-8")
        return plan_intake(find_sources(tmp_path), as_of, **options)

    return make


@pytest.fixture
def workbook(tmp_path):
    """Write a workbook: its sheets, each a list of rows."""

    def write(name, sheets):
        (tmp_path / "extracts").mkdir(exist_ok=True)
        with xlsxwriter.Workbook(str(tmp_path / "extracts" / name)) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)

    return write


def columns(load):
    return {f.column.id: load.sheet.headers[f.position] for f in load.fields if f.position is not None}


def constants(load):
    return {f.column.id: f.cell.value for f in load.fields if f.position is None}


def asked(found):
    return [(q.kind, q.label or q.column) for q in found.questions]


def test_labels_alone_tell_the_table(planned):
    found = planned({"b.csv": MONTHS, "a.csv": CUSTOMERS + "\n", "c.csv": "工号,岗位\n9,理财经理\n"})
    assert [load.table.id for load in found.loads] == ["staff", "customer", "customer_month"]
    assert columns(found.loads[1]) == {"customer_id": "客户号", "branch_id": "归属机构号", "gender": "性别"}
    assert not found.notices
    assert not found.questions


@pytest.mark.parametrize(
    ("header", "power", "stated_by"),
    [("时点AUM", 2, "default"), ("时点AUM(万元)", 6, "header"), ("时点ＡＵＭ（元）：", 2, "header"),
     ("时点AUM(人民币)", 2, "default"), ("时点AUM(人民币万元)", 6, "header")],
)  # fmt: skip
def test_the_unit_stands_in_the_header(planned, header, power, stated_by):
    found = planned({"a.csv": f"数据日期,客户号,{header}\n20261031,1,5\n"})
    assert {f.column.id: (f.power, f.unit_from) for f in found.loads[0].fields}["aum_spot_fen"] == (power, stated_by)


def test_the_unit_of_the_mapping_comes_before_that_of_the_header(planned):
    mapping = (
        "file: a.csv\ntables:\n  customer_month:\n"
        "    {as_of: D, customer_id: I, aum_spot_fen: {column: 'A(万元)', unit: 千元}}\n"
    )
    found = planned({"a.csv": "D,I,A(万元)\n20261031,1,5\n"}, {"a.yml": mapping})
    aum = {f.column.id: f for f in found.loads[0].fields}["aum_spot_fen"]
    assert (aum.power, aum.unit, aum.unit_from) == (5, "千元", "mapping")


def test_a_mapping_takes_a_file_from_the_labels_and_the_others_keep_theirs(planned):
    mapping = "file: 客户*.csv\ntables: {customer: {customer_id: 客户号, branch_id: {value: ALL}}}\n"
    found = planned({"客户1.csv": CUSTOMERS, "客户2.csv": CUSTOMERS, "b.csv": MONTHS}, {"a.yml": mapping})
    assert [load.table.id for load in found.loads] == ["customer", "customer", "customer_month"]
    assert [notice.names for notice in found.notices] == [("归属机构号", "性别")] * 2


def test_a_label_of_its_own_comes_before_an_alias(planned):
    found = planned({"a.csv": "客户号,客户编号,归属机构,归属机构号\n1,2,01,02\n"})
    assert columns(found.loads[0]) == {"customer_id": "客户号", "branch_id": "归属机构号"}
    assert not found.questions
    assert "客户编号" in " ".join(map(str, found.notices))


def test_a_month_without_a_date_of_its_own_takes_the_engagements(planned):
    found = planned({"a.csv": "客户号,时点AUM\n1,5\n"}, as_of=OCTOBER)
    assert found.loads[0].dated
    assert "2026-10-31" in str(found.notices[0])


MAP = "file: a.csv\ntables: {{customer: {{customer_id: {}, branch_id: {{value: ALL}}}}}}\n"


@pytest.mark.parametrize(
    ("extracts", "mappings", "error", "told"),
    [
        ({}, {}, MissingFile, "extracts"),
        ({"a.pdf": "x"}, {}, UnreadableFile, "a.pdf"),
        ({"a.pdf": "x", "b.doc": "x"}, {}, KitError, "b.doc"),
        ({"a.csv": CUSTOMERS}, {"m.yml": "file: b.csv\ntables: {}\n"}, MissingFile, "a.csv"),
        ({"a.csv": CUSTOMERS}, {"m.yml": "file: ''\ntables: {}\n"}, MissingFile, "m.yml"),
    ],
)
def test_a_folder_with_nothing_to_read_is_an_error(planned, extracts, mappings, error, told):
    with pytest.raises(error) as raised:
        planned(extracts, mappings)
    assert told in str(raised.value)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)  # it crosses processes


@pytest.mark.parametrize(
    ("text", "mapping", "kind", "told"),
    [
        (CUSTOMERS, MAP.format("客户好"), "gone", "客户号"),
        (CUSTOMERS, "file: a.csv\ntables: {customer: {gender: 性别}}\n", "column", "客户号"),
        ("客户号,性别,年龄\n1,男,3\n", None, "column", "归属机构号"),
        ("甲,乙\n1,2\n", None, "table", "甲"),
        ("客户号,备注\n1,2\n", None, "table", "管户"),
        ("客户编号,核心客户号,归属机构号\n1,1,01\n", None, "double", "核心客户号"),
        ("数据日期,客户号,存款余额\n20261031,1,5\n", None, "table", "客户月度"),
        ("客户号,归属机构号,时点AUM\n1,01,5\n", None, "date", "数据日期"),
    ],
)
def test_a_question_names_the_file_and_what_may_be_meant(planned, text, mapping, kind, told):
    found = planned({"a.csv": text, "other.csv": "工号\n9\n"}, {"m.yml": mapping} if mapping else {})
    assert found.questions[0].kind == kind
    printed = str(OpenQuestions(questions=found.questions))
    assert told in printed
    assert "a.csv" in printed
    assert str(pickle.loads(pickle.dumps(OpenQuestions(questions=found.questions)))) == printed


def test_all_questions_come_at_once_and_the_readable_files_go_on(planned):
    found = planned({"a.csv": "甲,乙\n1,2\n", "b.csv": "客户号,性别,年龄\n1,男,3\n", "c.pdf": "x", "d.csv": MONTHS})
    assert {kind for kind, _ in asked(found)} == {"table", "column"}
    assert [each.path.name for each in found.refused] == ["c.pdf"]
    assert "customer_month" in [load.table.id for load in found.loads]


def test_two_months_without_dates_are_a_question_asked_once(planned):
    month = "客户号,时点AUM\n1,5\n"
    found = planned({"a.csv": month, "b.csv": month}, as_of=OCTOBER)
    assert [q.kind for q in found.questions] == ["date"]
    assert found.questions[0].places == (("a.csv", ""), ("b.csv", ""))
    again = planned({}, as_of=OCTOBER, answers={found.questions[0].key: "=2026-09-30"})
    assert not again.questions
    assert [constants(load)["as_of"] for load in again.loads] == ["2026-09-30"] * 2


def test_the_smallest_extract_costs_one_question_for_all_its_files(planned):
    text = "客户号,机构号,时点AUM\n1,01,5\n2,02,6\n"
    found = planned({"客户_202609.csv": "数据日期," + text, "客户_202610.csv": "数据日期," + text})
    assert asked(found) == [("label", "机构号")]
    assert len(found.questions[0].places) == 2
    done = planned({}, answers={found.questions[0].key: "customer.branch_id:owner"})
    assert not done.questions
    assert [load.table.id for load in done.loads] == ["customer"] * 2 + ["customer_month"] * 2
    assert columns(done.loads[0]) == {"customer_id": "客户号", "branch_id": "机构号"}
    assert done.loads[0].fields[1].cell.meaning == "owner"


def test_the_three_columns_with_a_date_for_the_engagement_cost_one_question_too(planned):
    assert asked(planned({"a.csv": "客户号,机构号,时点AUM\n1,01,5\n"}, as_of=OCTOBER)) == [("label", "机构号")]


def test_a_wide_sheet_feeds_customers_months_owners_and_branches(planned):
    found = planned(
        {"a.csv": "客户号,姓名,归属机构号,归属机构名称,管户经理,时点AUM\n1,张三,01,城东,9,5\n"}, as_of=OCTOBER
    )
    assert {f.table.id for f in found.loads} == {"branch", "customer", "customer_month", "assignment"}
    assert not found.questions


def test_a_month_does_not_feed_customers_that_a_file_of_their_own_gives(planned):
    found = planned({"a.csv": CUSTOMERS, "b.csv": "数据日期,客户号,归属机构号,时点AUM\n20261031,1,01,5\n"})
    assert [f.table.id for f in found.loads] == ["customer", "customer_month"]


@pytest.mark.parametrize(
    ("text", "kind", "meaning"),
    [
        ("客户号,机构号,开户机构号,性别,年龄\n1,01,02,男,3\n", "customer", "owner"),
        ("账号,客户号,机构号,余额\n1,1,01,5\n", "account", "balance"),
    ],
)
def test_context_settles_an_ambiguous_label(planned, text, kind, meaning):
    found = planned({"a.csv": text})
    assert not found.questions
    load = next(f for f in found.loads if f.table.id == kind)
    assert meaning in {f.cell.meaning for f in load.fields}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("数据日期,客户号,余额\n20261031,1,5\n", "余额"),
        ("数据日期,客户号,资产总额\n20261031,1,5\n", "资产总额"),
        ("数据日期,客户号,年日均\n20261031,1,5\n", "年日均"),
        ("数据日期,客户号,时点AUM,客户等级\n20261031,1,5,A\n", "客户等级"),
        ("客户号,主办行,性别\n1,01,男\n", "主办行"),
    ],
)
def test_an_ambiguous_label_is_asked_where_context_is_silent(planned, text, label):
    found = planned({"a.csv": text})
    assert ("label", label) in asked(found)
    assert len(found.questions) == 1


def test_a_label_that_only_resembles_one_is_never_taken(planned):
    found = planned({"a.csv": "客户号,归属机构号,性别描述,备注\n1,01,男,x\n"})
    assert "gender" not in columns(found.loads[0])
    assert not found.questions
    assert [q.label for q in found.optional][:1] == ["性别描述"]
    best = found.optional[0].candidates[0]
    assert best.answer == "customer.gender"
    done = planned({}, answers={found.optional[0].key: best.answer})
    assert columns(done.loads[0])["gender"] == "性别描述"


def test_a_merged_header_is_one_label_and_its_group_may_matter(planned):
    found = planned(
        {"a.csv": "数据日期,客户信息/客户号,存款/余额,贷款/余额,上月/月日均AUM,AUM/时点\n20261031,1,5,5,5,5\n"},
        as_of=OCTOBER,
    )
    taken = columns(found.loads[0]) if found.loads else {}
    assert taken["customer_id"] == "客户信息/客户号"
    assert taken["deposit_spot_fen"] == "存款/余额"
    assert taken["loan_spot_fen"] == "贷款/余额"
    assert taken["aum_spot_fen"] == "AUM/时点"
    assert "aum_avg_month_fen" not in taken, "last month's is another amount"


def test_a_column_that_no_extract_may_hold_refuses_its_file_and_no_other(planned):
    found = planned({"a.csv": "客户号,归属机构号,交易密码\n1,01,8\n", "b.csv": MONTHS})
    assert [(each.path.name, each.place) for each in found.refused] == [("a.csv", "交易密码")]
    for words in ("“交易密码”是密码", "请删掉这一列", "kit intake --review"):
        assert words in found.refused[0].reason
    assert [f.table.id for f in found.loads] == ["customer_month"]


def test_a_sheet_of_prose_in_a_workbook_is_left_out_with_a_notice(planned, workbook):
    workbook("a.xlsx", {"说明": [["随便", "写写"]], "客户": [["客户号", "归属机构号"], ["1", "01"]]})
    found = planned({})
    assert not found.questions
    assert [n.kind for n in found.notices] == ["sheet_skipped"]


BRANCHES = "机构号,机构名称\n0101,示范农商行城东支行\n0102,示范农商行城西支行\n"


def test_sheets_of_one_layout_may_be_branches(planned, workbook):
    rows = [["客户号", "性别", "年龄"], ["1", "男", "3"]]
    workbook("客户.xlsx", {"城东支行": rows, "城西支行": rows})
    found = planned({"机构.csv": BRANCHES})
    assert asked(found) == [("column", "branch_id")]
    assert found.questions[0].candidates[0].answer == "sheet"
    assert "城东支行 → 0101" in str(found.questions[0].candidates[0].evidence[0])
    done = planned({}, answers={found.questions[0].key: "sheet"})
    assert not done.questions
    assert [constants(f)["branch_id"] for f in done.loads if f.table.id == "customer"] == ["0101", "0102"]


def test_a_sheet_whose_name_is_no_branch_is_asked_about_and_may_be_left_out(planned, workbook):
    rows = [["客户号", "性别", "年龄"], ["1", "男", "3"]]
    workbook("客户.xlsx", {"城东支行": rows, "城西支行": rows, "全行": rows})
    first = planned({"机构.csv": BRANCHES})
    answers = {first.questions[0].key: "sheet"}
    second = planned({}, answers=answers)
    assert asked(second) == [("branch", "全行")]
    done = planned({}, answers={**answers, second.questions[0].key: "-"})
    assert [f.sheet.name for f in done.loads if f.table.id == "customer"] == ["城东支行", "城西支行"]


def test_files_of_one_layout_may_be_branches(planned):
    text = "客户号,时点AUM\n1,5\n"
    found = planned({"月报_城东支行.csv": "数据日期," + text, "月报_城西支行.csv": "数据日期," + text})
    assert asked(found) == [("column", "branch_id")]
    done = planned({}, answers={found.questions[0].key: "file"})
    assert sorted(constants(f).get("branch_id") for f in done.loads if f.table.id == "customer") == [
        "城东支行",
        "城西支行",
    ]


def amounts(values):
    return "数据日期,客户号,时点AUM\n" + "".join(f"20261031,{i},{value}\n" for i, value in enumerate(values))


def test_amounts_that_no_bank_has_make_the_unit_a_question(planned):
    found = planned({"a.csv": amounts([1.5 + i % 7 for i in range(60)])})
    assert asked(found) == [("unit", "时点AUM")]
    assert found.questions[0].candidates[0].answer == "万元"
    done = planned({}, answers={found.questions[0].key: "万元"})
    assert not done.questions
    assert {f.column.id: (f.power, f.unit_from) for f in done.loads[0].fields}["aum_spot_fen"] == (6, "mapping")


def test_few_amounts_make_no_question_of_the_unit(planned):
    assert not planned({"a.csv": amounts([1.5] * 49 + [0] * 100)}).questions


def test_one_month_in_another_unit_is_asked_about_alone(planned):
    usual = [20_000 + 500 * i for i in range(60)]
    small = amounts(value / 10_000 for value in usual)
    found = planned({"a_202608.csv": amounts(usual), "a_202609.csv": amounts(usual), "a_202610.csv": small})
    assert [q.places for q in found.questions] == [(("a_202610.csv", ""),)]
    done = planned({}, answers={found.questions[0].key: "万元"})
    assert [next(f for f in load.fields if f.column.id == "aum_spot_fen").power for load in done.loads] == [2, 2, 6]


def test_a_column_ten_thousand_times_another_is_asked_about(planned):
    rows = "".join(f"20261031,{i},{10_000 + 7 * i},{(10_000 + 7 * i) / 10_000}\n" for i in range(60))
    found = planned({"a.csv": "数据日期,客户号,时点AUM,存款余额\n" + rows})
    assert asked(found) == [("unit", "存款余额")]


def test_each_message_can_be_read_in_english(planned, monkeypatch):
    monkeypatch.setenv("BRANCH_KIT_LANGUAGE", "en")
    found = planned({"a.csv": "甲,乙\n1,2\n"})
    assert "Which table is this" in str(OpenQuestions(questions=found.questions, folder="bank"))


def test_what_machines_leave_in_a_folder_is_nothing_and_a_folder_within_is_told(planned, tmp_path):
    litter = dict.fromkeys(("~$a.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", ".~lock.a.csv#", "._a.csv"), "x")
    (tmp_path / "extracts" / "十月").mkdir(parents=True)
    (tmp_path / "extracts" / "十月" / "客户.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "extracts" / "空的").mkdir()
    found = planned({"【城东】客户 （2026年10月） 副本(1).csv": CUSTOMERS, **litter})
    assert [load.table.id for load in found.loads] == ["customer"]
    assert [(each.path.name, "直接放进 extracts" in each.reason) for each in found.refused] == [("十月", True)]


def test_text_without_a_header_says_what_to_do(planned):
    with pytest.raises(UnreadableFile, match=r"a\.csv：没有找到表头，.*加一行列名") as error:
        planned({"a.csv": "00123,0101,30,农民\n00124,0102,40,教师\n"})
    assert str(error.value).count("a.csv") == 1
