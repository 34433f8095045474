"""The managers' workbooks of a whole bank: each task once, filled in, taken back, and the run goes on."""

import dataclasses
import io
import shutil
from datetime import date

import msoffcrypto
import pandas as pd
import pikepdf
import pytest
from icalendar import Calendar

from kit.context import Context
from kit.engagement import CONFIG, load
from kit.keys import surrogate
from kit.run.executor import run
from kit.run.identified import Identified, branch_rows, staff_with_phones
from kit.run.prepare import prepare
from kit.run.working import Working, call_texts, write_manager_workbooks
from kit.text import wording
from kit.workbooks.sheets import encrypted

SPOKEN = {
    "call_text": "您好",
    "close_text": "再见",
    "sms_text": "【示范】您好",
    "sms_chars": 6,
    "sms_parts": 1,
    "problem": None,
}


def working(bank, data, out, language="zh"):
    secrets, context = load(bank[0]).secrets, Context.read(data).model_copy(update={"language": language})
    return Working(out, "0101", "城东支行", context, password=secrets.password, key=bytes.fromhex(secrets.key))


def write(bank, prepared, out, *, language="zh", spoken=False, change=lambda plan: plan):
    shutil.copytree(prepared / "data", out / "data", dirs_exist_ok=True)
    of = working(bank, prepared / "data", out, language)
    rows = Identified.read(out / "data", of.branch, of.key)
    plan = change(rows.plan)
    texts = pd.DataFrame([SPOKEN] * len(plan), index=plan.index) if spoken else None
    replies = {staff: {"O1疑诈": "请打网点电话核实。", "O2冷淡": "不打扰您。"} for staff in plan["staff_id"].dropna()}
    write_manager_workbooks(of, dataclasses.replace(rows, plan=plan), texts=texts, replies=replies)
    return out / "working" / "0101"


def busiest(plan):
    return plan.drop_duplicates("customer_id")["staff_id"].mode()[0]


def opened(path, bank):
    plain = io.BytesIO()
    with path.open("rb") as file:
        locked = msoffcrypto.OfficeFile(file)
        locked.load_key(password=load(bank[0]).secrets.password)
        locked.decrypt(plain)
    return plain


@pytest.fixture(scope="module")
def written(bank, prepared, tmp_path_factory):
    return write(bank, prepared, tmp_path_factory.mktemp("workbooks"), spoken=True)


def test_every_task_of_the_month_stands_in_one_sheet_and_every_customer_has_a_card(written, bank, prepared):
    key = bytes.fromhex(load(bank[0]).secrets.key)
    plan = branch_rows(prepared / "data" / "plan.parquet", "0101")
    customers = branch_rows(prepared / "data" / "customers.parquet", "0101")
    tasks, cards = [], []
    for path in sorted(written.glob("*.xlsx")):
        sheets = pd.read_excel(opened(path, bank), engine="calamine", header=4, dtype=str, sheet_name=None)
        assert list(sheets)[:6] == ["今日", "本周", "本月", "客户", "话术", "短信"]
        tasks += [number for name in ("今日", "本周", "本月") for number in sheets[name]["客户号"]]
        cards += list(sheets["客户"]["客户号"])
        assert sheets["话术"]["开场"].tolist()[:2] == ["O1疑诈：请打网点电话核实。", "O2冷淡：不打扰您。"]
        number = sum(len(sheets[name]) for name in ("今日", "本周", "本月"))
        assert len(sheets["话术"]) - 2 == len(sheets["短信"]) == number
    month = plan[(pd.to_datetime(plan["date"]) <= "2026-11-30") | (plan["reason"] == "capacity")]
    assert sorted(surrogate(key, number) for number in tasks) == sorted(month["customer_id"])
    assert sorted(surrogate(key, number) for number in cards) == sorted(customers["customer_id"])


def test_who_may_not_be_called_and_whose_turn_comes_later_has_a_card_and_no_task(bank, prepared, tmp_path):
    reasons = ["do_not_call", "later", "hung_up", "capacity", "planned"]

    def change(plan):
        mine = plan[plan["staff_id"] == busiest(plan)].drop_duplicates("customer_id").head(5)
        due = pd.to_datetime(["2026-11-10"] * 4 + ["2026-11-02"])
        return mine.assign(
            reason=reasons, due=due, date=due.where([False] * 4 + [True]),
            needs=[None] * 3 + ["maturity+movement", None],
            first_contact=[False] * 3 + [True, False], channel=["call", "call", "sms", "sms_call", "call_sms"],
            success=0.4,
        )  # fmt: skip

    folder = write(bank, prepared, tmp_path, change=change)
    staff = busiest(branch_rows(prepared / "data" / "plan.parquet", "0101"))
    sheets = pd.read_excel(
        opened(folder / f"{staff}.xlsx", bank), engine="calamine", header=4, dtype=str, sheet_name=None
    )
    assert sheets["今日"]["渠道"].tolist() == ["先电话后短信"]
    assert sheets["本月"]["渠道"].tolist() == ["短信", "先短信后电话"]
    assert sheets["本月"]["提示"].tolist() == ["曾挂机，只发短信", "认领：首次联系、到期客户、资金异动、超出产能"]
    assert sheets["本月"]["成功率"].tolist() == ["0.4"] * 2
    card = sheets["客户"]
    assert set(card["说明"].dropna()) == {"免打扰", "本期之后到期", "曾挂机，只发短信", "超出产能"}


def test_the_calendar_has_an_event_for_each_day_with_a_task(written, prepared):
    plan = branch_rows(prepared / "data" / "plan.parquet", "0101")
    dated = plan[plan["date"].notna()]
    for staff, own in dated.groupby("staff_id"):
        events = Calendar.from_ical((written / f"{staff}.ics").read_bytes()).walk("VEVENT")
        assert [e["dtstart"].dt for e in events] == sorted(set(pd.to_datetime(own["date"]).dt.date))
        assert sum(int(str(e["summary"]).split()[0]) for e in events) == len(own)


@pytest.fixture(scope="module")
def came_back(written, bank, manager, tmp_path_factory):
    """The bank with two workbooks filled in, one of them twice; and what a log of them must say."""
    folder = tmp_path_factory.mktemp("back") / "bank"
    shutil.copytree(bank[0], folder)
    expected = {}
    for path in [p for p in sorted(written.glob("*.xlsx")) if p.stem != "unassigned"][:3]:
        half = manager(opened(path, bank))
        for number, name in enumerate(half.rows("今日", "客户号")[:4], start=1):
            half.fill("今日", number, 实际联系日期=date(2026, 11, 2), 联系结果="未接通", 短信已发="是")
            expected[name, path.stem] = ("2026-11-02", "未接通", True, None)
        half.save(folder / "extracts" / "returned" / f"{path.stem} 周一.xlsx", "2026-11-02")
        for number, name in enumerate(half.rows("今日", "客户号")[:2], start=1):
            half.fill("今日", number, 实际联系日期=date(2026, 11, 4), 联系结果="接通", 意向等级="A")
            expected[name, path.stem] = ("2026-11-04", "接通", True, "A")
        half.fill("客户", 1, 职业="公务员", **{"他行资产（万元）": 80})
        friday = half.save(folder / "extracts" / "returned" / f"{path.stem} 周五.xlsx", "2026-11-06")
        friday.write_bytes(encrypted(friday.read_bytes(), load(bank[0]).secrets.password))  # as Excel leaves it
    return folder, expected


def test_the_log_that_comes_back_is_exact_and_the_run_goes_on(came_back, bank, tmp_path):
    folder, expected = came_back
    engagement = load(folder)
    taken = prepare(engagement, tmp_path, lambda _stage: None)
    assert not taken.refused
    key = bytes.fromhex(engagement.secrets.key)
    book = pd.read_parquet(tmp_path / "data" / "book" / "contact.parquet")
    new = book[pd.to_datetime(book["contact_date"]) > "2026-10-31"]
    found = {
        (row.customer_id, row.staff_id): (
            str(row.contact_date),
            row.contact_result,
            row.sms_sent,
            row.intent_level if pd.notna(row.intent_level) else None,
        )
        for row in new.itertuples()
    }
    assert found == {(surrogate(key, number), staff): said for (number, staff), said in expected.items()}
    assert len(new) == len(expected) > 0
    rows = taken.reconciliation
    back = rows[rows["file"].str.contains("周")]
    assert (back["rows_in"] == back[["accepted", "repeated", "quarantined"]].sum(axis=1)).all()
    assert back["quarantined"].sum() == 0
    customers = pd.read_parquet(tmp_path / "data" / "customers.parquet")
    facts = pd.read_parquet(tmp_path / "data" / "learnt.parquet")
    chosen = customers[customers["customer_id"].isin(facts["customer_id"])]
    assert chosen["occupation_sector"].tolist() == ["public"] * len(chosen)
    assert chosen["elsewhere_fen"].tolist() == [80_000_000] * len(chosen)
    assert len(pd.read_parquet(tmp_path / "data" / "plan.parquet")) > 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_spreadsheet_program_prints_every_sheet(bank, prepared, tmp_path, through_office, language):
    folder = write(bank, prepared, tmp_path, language=language, spoken=True)
    path = next(p for p in sorted(folder.glob("*.xlsx")) if p.stem != "unassigned")
    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(opened(path, bank).getvalue())
    with pikepdf.open(through_office(plain, "pdf")) as pdf:
        assert len(pdf.pages) >= len(wording(language).labels("workbook.sheet"))
        assert all(float(page.mediabox[2]) > float(page.mediabox[3]) for page in pdf.pages), "landscape"


@pytest.mark.parametrize("customers", [1, 3])
def test_a_bank_that_sends_next_to_nothing_gets_its_workbooks(tmp_path, customers):
    extracts = tmp_path / "bank" / "extracts"
    extracts.mkdir(parents=True)
    (tmp_path / "bank" / CONFIG).write_text("bank: 小银行\nas_of: 2026-10-31\n", encoding="utf-8")
    rows = range(1, customers + 1)
    (extracts / "客户.csv").write_text("客户号,归属机构号\n" + "".join(f"{i},0101\n" for i in rows), encoding="utf-8")
    (extracts / "月.csv").write_text(
        "客户号,数据日期,时点AUM\n" + "".join(f"{i},2026-10-31,{i}00000\n" for i in rows), encoding="utf-8"
    )
    small = (tmp_path / "bank", None)
    prepare(load(small[0]), tmp_path, lambda _stage: None)
    folder = write(small, tmp_path, tmp_path / "out")
    assert [path.name for path in sorted(folder.glob("*.xlsx"))] == ["unassigned.xlsx"]
    sheets = pd.read_excel(opened(folder / "unassigned.xlsx", small), engine="calamine", header=4, sheet_name=None)
    assert len(sheets["客户"]) == customers


def test_every_owner_s_first_call_and_message_are_complete(bank, prepared):
    of = working(bank, prepared / "data", prepared)
    rows = Identified.read(prepared / "data", of.branch, of.key)
    plan = rows.plan[rows.plan["staff_id"].notna()].assign(first_contact=True, channel="call_sms", reason="planned")
    made, replies = call_texts(of, dataclasses.replace(rows, plan=plan))
    assert len(made) > 50
    assert made["problem"].isna().all()
    assert made["sms_parts"].max() == 2
    assert made["sms_text"].str.contains(r"手机：198-0000-\d{4}，座机：0000-8800001", regex=True).all()
    assert made["call_text"].str.contains("女士|先生", regex=True).any(), "the bank's own file says the gender"
    staff = staff_with_phones(prepared / "data", of.key)
    assert staff.set_index("staff_id")["staff_phone"].notna().sum() == len(staff) - 3
    assert set(replies) == set(plan["staff_id"])
    assert all(set(told) == {"O1疑诈", "O2冷淡"} for told in replies.values())


class _Silent:
    def __getattr__(self, _name):
        return lambda *_args: None


@pytest.mark.usefixtures("in_process")
def test_a_bad_script_is_told_and_everything_else_is_finished(tmp_path):
    extracts = tmp_path / "bank" / "extracts"
    own = tmp_path / "bank" / "scripts" / "zh" / "first.yml"
    for folder in (extracts, own.parent):
        folder.mkdir(parents=True)
    (extracts.parent / CONFIG).write_text("bank: 小银行\nchapters: [concentration, words]\n", encoding="utf-8")
    own.write_text("call: '{hello}，我是{ower}'\n", encoding="utf-8")
    customers = "客户号,归属机构号\n100001,0101\n100002,0101"
    months = "客户号,数据日期,AUM月日均（元）\n100001,2026-10-31,1200000.00\n100002,2026-10-31,5.00"
    files = {"机构表": "机构号,机构名称\n0101,城东支行", "客户信息": customers, "客户资产月报": months}
    for name, text in files.items():
        (extracts / f"{name}.csv").write_text(text, encoding="utf-8")
    ran = run(load(extracts.parent), tmp_path / "out", _Silent(), workers=1)
    assert not ran.failed
    (said,) = map(str, ran.bad_scripts)
    assert all(part in said for part in ("scripts/zh/first.yml", "first.call", "“ower”", "“owner”"))
    again = run(load(extracts.parent), tmp_path / "out", _Silent(), workers=1)
    assert again.kept == ("0101",)
    own.write_text("call: '{hello}，我是{owner}'\n", encoding="utf-8")
    mended = run(load(extracts.parent), tmp_path / "out", _Silent(), workers=1)
    assert not mended.bad_scripts
    assert not mended.kept
