"""Managers' workbooks that come back: the log is exact, nothing is counted twice, nothing is lost."""

import datetime as dt

import pandas as pd
import pytest

from kit.intake import find_sources, plan_intake
from kit.intake.review import Review
from kit.keys import surrogate
from kit.text import wording
from kit.workbooks.content import Page
from kit.workbooks.form import CONTACT, FACTS, Marker, fingerprint
from kit.workbooks.write import manager_workbook

KEY = b"not a secret: a key for tests"
NAMES = list("甲乙丙丁")
CUSTOMERS = [surrogate(KEY, str(i)) for i in range(1, 5)]
EXTRACTS = {
    "客户.csv": "客户号,归属机构号,职业\n1,0101,其他\n2,0101,教师\n3,0101,\n4,0101,职员\n",
    "月.csv": "客户号,数据日期,时点AUM\n"
    + "".join(f"{i},{day},{i}00\n" for day in ("2026-09-30", "2026-10-31") for i in range(1, 5)),
}  # fmt: skip
DAY = dt.date(2026, 11, 2)


def sent(path, *, key=KEY, language="zh", start="2026-11-02", staff="S1", **marker):
    """A workbook as the kit sends it: two tasks today, two this week, four customers."""
    told = Marker(fingerprint(key), "0101", staff, "2026-10-31", start, f"made {start}", **marker)
    rows = pd.DataFrame(
        {
            "customer_id": CUSTOMERS,
            "contact_class": ["maturity", "special_day", "care", "upgrade"],
            "due": ["2026-11-02", "2026-11-02", "2026-11-05", "2026-11-06"],
            "stage": ["maturity", "special_day", "establish", "upgrade"],
            "date": pd.to_datetime(["2026-11-02", "2026-11-02", "2026-11-05", "2026-11-06"]),
            "customer_name": NAMES,
            "occupation": ["其他", "教师", None, "职员"],
        }
    )
    bands = {"who": ["date", "customer_name"], "why": ["contact_class"]}
    pages = [
        Page(code, rows.iloc[at], bands, entries=CONTACT) for code, at in (("today", slice(2)), ("week", slice(2, 4)))
    ]
    pages += [Page("month", rows.iloc[:0], bands, entries=CONTACT)]
    pages += [Page("customers", rows, {"who": ["customer_name"], "profile": ["occupation"]}, entries=FACTS)]
    path.write_bytes(manager_workbook(told, pages, wording(language), branch="城东支行", owner=staff or "—"))
    return path


@pytest.fixture
def book(tmp_path, manager):
    """Opens a fresh workbook of the kit."""
    return lambda **how: manager(sent(tmp_path / "sent.xlsx", **how))


@pytest.fixture
def came_back(take_in):
    """Takes in the bank's extracts and what came back; the files by name."""

    def run(back, extracts=EXTRACTS):
        return take_in({**extracts, **{name: path.read_bytes() for name, path in back.items()}})

    return run


def log(run):
    return run.book.read("contact").astype("object").where(lambda rows: rows.notna(), None)


def told(run, kind):
    return [str(notice) for notice in run.result.notices if notice.kind == kind]


def counts(run, sheet):
    rows = run.result.reconciliation
    (row,) = rows[rows["sheet"] == sheet].to_dict("records")
    return [row[name] for name in ("unfilled", "rows_in", "accepted", "repeated", "quarantined")]


def test_what_was_filled_in_is_the_log_and_nothing_else_is(book, came_back, tmp_path):
    filled = book().fill(
        "今日", 2, 实际联系日期=DAY, 联系结果="接通", 短信已发="是", 意向等级="B", 下次联系=dt.date(2026, 11, 9)
    )
    filled.fill("本周", 1, 实际联系日期=dt.date(2026, 11, 5), 联系结果="短信已发送", 异议="无")
    run = came_back({"随便什么名字.xlsx": filled.save(tmp_path / "a.xlsx")})
    rows = log(run)
    assert rows.drop(columns="customer_id").to_dict("records") == [
        {"staff_id": "S1", "contact_date": DAY, "contact_type": "电话", "contact_result": "接通", "objection": None,
         "sms_sent": True, "intent_level": "B", "next_date": dt.date(2026, 11, 9), "stage": "特殊日客户"},
        {"staff_id": "S1", "contact_date": dt.date(2026, 11, 5), "contact_type": "短信", "contact_result": "已发送",
         "objection": "无", "sms_sent": None, "intent_level": None, "next_date": None, "stage": "建立联系"},
    ]  # fmt: skip
    assert rows["customer_id"].tolist() == [CUSTOMERS[1], CUSTOMERS[2]], "a surrogate is not hashed again"
    assert counts(run, "今日") == [1, 1, 1, 0, 0]
    assert counts(run, "本周") == [1, 1, 1, 0, 0]
    assert counts(run, "本月") == [0, 0, 0, 0, 0]
    assert counts(run, "客户") == [4, 0, 0, 0, 0]
    assert run.quarantine.empty


def test_a_workbook_that_nobody_touched_adds_nothing(book, came_back, tmp_path):
    run = came_back({"a.xlsx": book().save(tmp_path / "a.xlsx")})
    assert "contact" not in run.book.tables()
    assert not told(run, "returned_rows")


def test_sorting_filtering_and_deleting_rows_does_no_harm(book, came_back, tmp_path):
    filled = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通")
    sheet, head, _ = filled.sheet("今日")
    first, second = ([cell.value for cell in sheet[head + i]] for i in (1, 2))
    for j, value in enumerate(first, start=1):
        sheet.cell(head + 1, j).value, sheet.cell(head + 2, j).value = second[j - 1], value
    sheet.auto_filter.add_filter_column(1, ["甲"])
    sheet.row_dimensions[head + 1].hidden = True
    other = filled.book["本周"]
    other.delete_rows(other.max_row)
    filled.book["客户"].insert_cols(1)
    filled.book["客户"].insert_rows(1, 3)
    run = came_back({"a.xlsx": filled.fill("客户", 3, 职业="军人").save(tmp_path / "a.xlsx")})
    assert log(run)["customer_id"].tolist() == [CUSTOMERS[0]]
    assert pd.read_parquet(run.folder / "data" / "learnt.parquet")["customer_id"].tolist() == [CUSTOMERS[2]]


def test_two_versions_of_one_workbook_count_once_and_the_one_saved_last_is_right(book, came_back, tmp_path):
    monday = (
        book().fill("今日", 1, 实际联系日期=DAY, 联系结果="未接通").fill("今日", 2, 实际联系日期=DAY, 联系结果="接通")
    )
    friday = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通", 意向等级="A")
    run = came_back(
        {
            "z.xlsx": monday.save(tmp_path / "m.xlsx", "2026-11-02"),
            "a.xlsx": friday.save(tmp_path / "f.xlsx", "2026-11-06"),
        }
    )
    rows = log(run).set_index("customer_id")
    assert rows["contact_result"].to_dict() == {CUSTOMERS[0]: "接通", CUSTOMERS[1]: "接通"}
    assert rows.loc[CUSTOMERS[0], "intent_level"] == "A"
    sheets = run.result.reconciliation
    today = sheets[sheets["sheet"] == "今日"].set_index("file")
    assert today["repeated"].to_dict() == {"a.xlsx": 0, "z.xlsx": 1}
    assert (today["rows_in"] == today[["accepted", "repeated", "quarantined"]].sum(axis=1)).all()


def test_a_file_that_came_twice_counts_once_and_a_later_mistake_does_not_hide_what_was_right(book, came_back, tmp_path):
    right = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通").save(tmp_path / "a.xlsx", "2026-11-02")
    wrong = book().fill("今日", 1, 实际联系日期="明天", 联系结果="接通").save(tmp_path / "b.xlsx", "2026-11-06")
    run = came_back({"a.xlsx": right, "a 副本.xlsx": right, "b.xlsx": wrong})
    assert len(log(run)) == 1
    assert [row["reason"] for _, row in run.quarantine.iterrows()] == ["not_date"]


def test_a_contact_copied_into_the_next_workbook_counts_once_and_a_second_call_counts_too(book, came_back, tmp_path):
    first = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="未接通").save(tmp_path / "1.xlsx")
    after = book(start="2026-11-09").fill("今日", 1, 实际联系日期=DAY, 联系结果="未接通")
    copied = after.save(tmp_path / "2.xlsx")
    again = after.fill("今日", 1, 实际联系日期=dt.date(2026, 11, 10), 联系结果="接通").save(
        tmp_path / "3.xlsx", "2026-11-12"
    )
    assert len(log(came_back({"1.xlsx": first, "2.xlsx": copied}))) == 1
    both = came_back({"1.xlsx": first, "2.xlsx": copied, "3.xlsx": again})
    assert log(both)["contact_result"].tolist() == ["未接通", "接通"]


def test_they_append_to_the_banks_own_log(book, came_back, tmp_path):
    filled = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通", 异议="O2冷淡").save(tmp_path / "a.xlsx")
    own = {"联系.csv": "客户号,联系人员,联系日期,联系方式,联系结果\n2,S9,2026-10-01,电话,接通\n"}
    run = came_back({"a.xlsx": filled}, {**EXTRACTS, **own})
    rows = log(run)
    assert rows[["staff_id", "objection", "stage"]].to_numpy().tolist() == [
        ["S9", None, None],
        ["S1", "O2冷淡", "到期客户"],
    ]
    checks = pd.read_parquet(run.folder / "data" / "checks.parquet")
    assert not checks.loc[checks["check"] == "future_date", "failed"].any(), "the plan's days lie after the data's"


def test_what_is_half_filled_in_or_typed_over_is_set_aside_and_its_manager_told(book, came_back, tmp_path):
    filled = book().fill("今日", 1, 联系结果="接通").fill("今日", 2, 实际联系日期=DAY)
    filled.fill("本周", 1, 实际联系日期=dt.date(2025, 11, 5), 联系结果="接通")
    filled.fill("本周", 2, 实际联系日期=DAY, 联系结果="打通了", 异议="嗯")
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    found = run.quarantine.sort_values(["sheet", "row"])[["sheet", "row", "column", "reason", "whole_row"]]
    assert found.to_numpy().tolist() == [
        ["今日", 6, "contact_date", "missing", True],
        ["今日", 7, "contact_result", "missing", True],
        ["本周", 6, "contact_date", "out_of_range", True],
        ["本周", 7, "contact_result", "unlisted_code", True],
    ]
    assert "contact" in run.result.tables
    assert counts(run, "本周") == [0, 2, 0, 0, 2]
    today, week = told(run, "returned_rows")
    assert "a.xlsx [今日]" in today
    assert "第 6 行“实际联系日期”必需的值是空的" in today
    assert "第 7 行“联系结果”代码不在代码表里" in week


def test_one_bad_cell_does_not_cost_the_row(book, came_back, tmp_path):
    filled = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通", 意向等级="高", 下次联系="再说")
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    assert log(run)[["contact_result", "intent_level", "next_date"]].to_numpy().tolist() == [["接通", None, None]]
    assert counts(run, "今日") == [1, 1, 1, 0, 0]
    assert set(run.quarantine["reason"]) == {"unlisted_code", "not_date"}


def test_a_customer_who_is_not_the_banks_any_more_is_set_aside(book, came_back, tmp_path):
    filled = (
        book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通").fill("客户", 1, 职业="军人").save(tmp_path / "a.xlsx")
    )
    gone = {name: "\n".join(line for line in text.split("\n") if line[:2] != "1,") for name, text in EXTRACTS.items()}
    run = came_back({"a.xlsx": filled}, gone)
    assert run.quarantine["reason"].tolist() == ["unknown_customer"] * 2
    assert pd.read_parquet(run.folder / "data" / "learnt.parquet").empty


def test_a_manager_knows_better_than_the_banks_file_and_it_is_on_record(book, came_back, tmp_path):
    filled = (
        book()
        .fill("客户", 1, 职业="退休人员", 爱好="垂钓")
        .fill("客户", 2, 职业="教师")
        .fill("客户", 3, **{"他行资产（万元）": 12.5})
    )
    filled.fill("客户", 4, 职业="企业职工", 已加微信="是", 子女="没有")
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    people = run.book.read("customer").set_index("customer_id").loc[CUSTOMERS]
    assert people["occupation"].tolist()[:2] == ["退休人员", "教师"]
    assert people["occupation"].iloc[3] == "企业职工"
    assert people["hobby"].iloc[0] == "垂钓"
    assert people["wechat_added"].iloc[3]
    assert people["children"].iloc[3] == "无"
    months = run.book.read("customer_month").set_index(["customer_id", "as_of"])["other_bank_assets_fen"].dropna()
    assert months.to_dict() == {(CUSTOMERS[2], dt.date(2026, 10, 31)): 12_500_000}
    facts = pd.read_parquet(run.folder / "data" / "learnt.parquet").set_index(["customer_id", "column"])["change"]
    assert facts.to_dict() == {
        (CUSTOMERS[0], "occupation"): "new", (CUSTOMERS[0], "hobby"): "new", (CUSTOMERS[1], "occupation"): "same",
        (CUSTOMERS[2], "other_bank_assets_fen"): "new", (CUSTOMERS[3], "occupation"): "changed",
        (CUSTOMERS[3], "wechat_added"): "new", (CUSTOMERS[3], "children"): "new",
    }  # fmt: skip
    assert counts(run, "客户") == [0, 4, 4, 0, 0]
    assert "customer_fact" not in run.book.tables()


def test_facts_of_several_workbooks_add_up_and_the_latest_of_each_counts(book, came_back, tmp_path):
    first = book().fill("客户", 1, 职业="军人", 爱好="旅游").fill("客户", 2, 职业="军人").save(tmp_path / "1.xlsx")
    later = (
        book(start="2026-12-01")
        .fill("客户", 1, 职业="退休人员")
        .fill("客户", 2, 职业="公务员")
        .save(tmp_path / "2.xlsx")
    )
    run = came_back({"b.xlsx": first, "a.xlsx": later})
    people = run.book.read("customer").set_index("customer_id")
    assert people.loc[CUSTOMERS[0], ["occupation", "hobby"]].tolist() == ["退休人员", "旅游"]
    assert people.loc[CUSTOMERS[1], "occupation"] == "公务员"
    sheets = run.result.reconciliation
    facts = sheets[sheets["table"] == "customer_fact"].set_index("file")
    assert facts[["accepted", "repeated"]].T.to_dict("list") == {"a.xlsx": [2, 0], "b.xlsx": [1, 1]}


def test_a_fact_that_cannot_be_read_is_set_aside(book, came_back, tmp_path):
    filled = book().fill("客户", 1, 职业="跑腿").fill("客户", 2, 职业="教师", **{"他行资产（万元）": "很多"})
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    assert counts(run, "客户") == [2, 2, 1, 0, 1]
    assert run.quarantine[["column", "reason", "whole_row"]].to_numpy().tolist() == [
        ["occupation", "unlisted_code", True],
        ["other_bank_assets_fen", "not_money", False],
    ]


def test_a_workbook_in_english_says_the_same(book, came_back, tmp_path):
    filled = book(language="en").fill(
        "Today", 1, **{"Contacted on": DAY, "Result": "hung up", "Objection": "O3 hangs up", "SMS sent": "yes"}
    )
    filled.fill("Customers", 3, **{"Occupation": "teacher", "Do not call": "yes"})
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    assert log(run)[["contact_result", "objection", "sms_sent"]].to_numpy().tolist() == [["挂机", "O3挂机", True]]
    people = run.book.read("customer").set_index("customer_id")
    assert people.loc[CUSTOMERS[2], ["occupation", "do_not_call"]].tolist() == ["教师", True]


def test_a_renamed_sheet_is_read_and_the_reader_is_told(book, came_back, tmp_path):
    filled = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通")
    filled.book["今日"].title = "已打电话"
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    assert len(log(run)) == 1
    assert told(run, "returned_renamed") == ["a.xlsx [已打电话]：这张表改了名（原来是今日），照读了，不用处理"]


def test_a_sheet_that_is_gone_is_named_and_the_others_are_read(book, came_back, tmp_path):
    filled = book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通")
    del filled.book["客户"]
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    assert len(log(run)) == 1
    (said,) = told(run, "returned_gone")
    assert "客户" in said
    assert "原工作簿" in said


@pytest.mark.parametrize(("label", "hurt"), [("实际联系日期", "refused"), ("联系结果", "refused"), ("异议", "noted")])
def test_a_deleted_column_is_named_with_file_and_sheet_and_the_rest_is_finished(book, came_back, tmp_path, label, hurt):
    filled = (
        book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通").fill("本周", 1, 实际联系日期=DAY, 联系结果="接通")
    )
    sheet, _, labels = filled.sheet("今日")
    sheet.delete_cols(labels.index(label) + 1)
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    if hurt == "refused":
        (refused,) = run.result.refused
        assert str(refused).startswith("a.xlsx [今日]")
        assert f"“{label}”" in str(refused)
        assert "补回" in str(refused)
        assert len(log(run)) == 1
    else:
        (said,) = told(run, "returned_columns")
        assert said.startswith("a.xlsx [今日]")
        assert label in said
        assert len(log(run)) == 2


def test_a_hidden_column_that_was_deleted_is_named(book, came_back, tmp_path):
    filled = book().fill("客户", 1, 职业="军人")
    sheet, head, _ = filled.sheet("客户")
    at = next(cell.column for cell in sheet[head - 1] if cell.value == "key.customer_id")
    sheet.delete_cols(at)
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    assert "客户代号（隐藏列）" in str(run.result.refused[0])
    assert run.book.read("customer", ["occupation"])["occupation"].tolist()[1] == "教师"


def test_a_sheet_whose_hidden_row_was_deleted_is_refused_in_words(book, came_back, tmp_path):
    filled = (
        book().fill("今日", 1, 实际联系日期=DAY, 联系结果="接通").fill("本周", 1, 实际联系日期=DAY, 联系结果="接通")
    )
    sheet, head, _ = filled.sheet("今日")
    sheet.delete_rows(head - 1)
    run = came_back({"a.xlsx": filled.save(tmp_path / "a.xlsx")})
    assert "a.xlsx [今日]" in str(run.result.refused[0])
    assert "隐藏行" in str(run.result.refused[0])
    assert len(log(run)) == 1


@pytest.mark.parametrize(("how", "said"), [({"key": b"another"}, "另一个项目"), ({"version": "9"}, "更新版本")])
def test_the_workbook_of_another_bank_or_of_a_later_kit_is_refused_in_words(book, came_back, tmp_path, how, said):
    run = came_back(
        {"a.xlsx": book(**how).fill("今日", 1, 实际联系日期=DAY, 联系结果="接通").save(tmp_path / "a.xlsx")}
    )
    assert said in str(run.result.refused[0])
    assert "contact" not in run.book.tables()


def test_customers_whom_nobody_keeps_are_logged_without_a_member_of_staff(book, came_back, tmp_path):
    run = came_back(
        {"a.xlsx": book(staff="").fill("今日", 1, 实际联系日期=DAY, 联系结果="接通").save(tmp_path / "a.xlsx")}
    )
    assert log(run)["contact_result"].tolist() == ["接通"]
    assert "staff_id" not in run.book.columns("contact")


def test_files_may_lie_in_the_folder_of_what_came_back(book, tmp_path, take_in):
    run = take_in(EXTRACTS)
    back = run.folder / "extracts" / "returned"
    book().save(back / "0101" / "S1.xlsx")
    book().save(back / "S1.xlsx")
    (back / "0101" / ".DS_Store").write_bytes(b"x")
    (back / "~$S1.xlsx").write_bytes(b"x")
    found = plan_intake(find_sources(run.folder), None)
    assert [each.path.relative_to(back.resolve()).as_posix() for each in found.returned] == ["0101/S1.xlsx", "S1.xlsx"]
    assert not found.refused
    files = Review(run.folder).files()
    assert files.loc[files["文件"] == "S1.xlsx", "进入"].tolist() == ["联络记录"] * 2


def test_workbooks_without_the_banks_data_say_what_they_need(book, tmp_path, take_in):
    with pytest.raises(Exception, match="银行的数据"):
        take_in({"a.xlsx": book().save(tmp_path / "a.xlsx").read_bytes()})


@pytest.mark.parametrize("form", ["xlsx", "ods", "xls"])
def test_a_workbook_that_another_program_saved_comes_back_too(book, came_back, tmp_path, through_office, form):
    filled = (
        book()
        .fill("今日", 1, 实际联系日期=DAY, 联系结果="挂机", 异议="O3挂机")
        .fill("客户", 3, **{"他行资产（万元）": 12.5})
    )
    run = came_back({f"a.{form}": through_office(filled.save(tmp_path / "a.xlsx"), form)})
    assert log(run)[["contact_date", "contact_result", "objection"]].to_numpy().tolist() == [[DAY, "挂机", "O3挂机"]]
    assert pd.read_parquet(run.folder / "data" / "learnt.parquet")["value"].tolist() == ["12500000"]
    assert not run.result.refused
