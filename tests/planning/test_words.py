"""Each task of the plan has its words, or says what they lack."""

import re

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kit.analysis.contact import CLASSES
from kit.engagement import profile
from kit.params import Params
from kit.planning.messages import indiscreet, message_size
from kit.planning.salutation import clean
from kit.planning.scripts import scripts
from kit.planning.words import call_sheets, lacking, word_sheet

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
BANK = "示范农村商业银行"
ZH, EN = scripts("zh"), scripts("en")
STAFF = pd.DataFrame(
    {"staff_id": ["S1"], "staff_name": ["严甲子"], "role": ["理财经理"], "staff_phone": ["198-0000-0101"]}
)
BRANCHES = pd.DataFrame({
    "branch_id": ["01"], "branch_name": [f"{BANK}城东支行"], "branch_address": ["示范市示范大道1号"],
    "landmark": ["示范广场"], "branch_phone": ["0000-8800001"],
})  # fmt: skip
PERSONS = pd.DataFrame({
    "customer_id": ["c"], "customer_name": ["张甲子"], "gender": ["男"], "segment": ["retired"], "risk_rank": [2],
})  # fmt: skip


def task(**given):
    row = {"customer_id": "c", "branch_id": "01", "staff_id": "S1", "contact_class": "care", "first_contact": True,
           "channel": "call_sms", "reason": "planned"}  # fmt: skip
    return pd.DataFrame([row | given])


def said(tasks, *, persons=PERSONS, staff=STAFF, branches=BRANCHES, made=ZH, params=PARAMS):
    return call_sheets(tasks, persons, staff, branches, bank=BANK, params=params, scripts=made)


def only(tasks, **others):
    (row,) = said(tasks, **others).astype("object").where(lambda rows: rows.notna(), None).to_dict("records")
    return row


def test_a_first_call_says_who_calls_and_the_message_where_he_is_to_be_found():
    row = only(task())
    assert row["call_text"].startswith(
        f"张先生您好，我是{BANK}城东支行的理财经理严甲子。请问您现在方便接听电话吗？（短停顿）\n"
    )
    assert row["call_text"].count("（短停顿）") == 3
    assert row["sms_text"] == (
        "【示范农村商业银行】张先生您好，我是刚才给您打电话的城东支行理财经理严甲子，以后由我专门为您服务。网点地址：示范市示范大道1号"
        "（示范广场附近），手机：198-0000-0101，座机：0000-8800001。感谢您对示范农村商业银行的支持，祝您生活愉快！"
    )
    assert (row["sms_chars"], row["sms_parts"]) == (len(row["sms_text"]), 2)
    assert row["problem"] is None


@pytest.mark.parametrize(
    ("channel", "reason", "called", "written"),
    [
        ("call_sms", "planned", "请问您现在方便", "刚才给您打电话的"),
        ("call", "planned", "请问您现在方便", "刚才给您打电话的"),  # the message of a first contact is always sent
        ("sms_call", "planned", "之前给您发过一条短信", "稍后给您打电话问好"),
        ("sms", "planned", None, "以后由我专门为您服务"),
        ("sms", "hung_up", None, "刚才打扰了"),
        ("call_sms", "do_not_call", None, None),
        (None, "later", None, None),
    ],
)
def test_which_comes_first_and_who_gets_no_call_is_for_the_plan_to_say(channel, reason, called, written):
    row = only(task(channel=channel, reason=reason))
    for text, part in ((row["call_text"], called), (row["sms_text"], written)):
        assert (part is None) == (text is None)
        assert part is None or part in text
    assert (row["close_text"] is None) == (called is None)
    assert row["problem"] is None


def test_any_other_contact_opens_with_its_occasion_and_speaks_of_the_segment_s_needs():
    rows = said(pd.concat([task(first_contact=False, contact_class=name) for name in CLASSES], ignore_index=True))
    assert rows["problem"].isna().all()
    assert rows["call_text"].is_unique
    assert rows["sms_text"].is_unique
    with_subject = rows["call_text"].str.contains("家里的积蓄")
    assert dict(zip(CLASSES, with_subject, strict=True)) == {name: name != "special_day" for name in CLASSES}
    assert not rows["sms_text"].str.contains("定期|理财(?!经理)|到期").any()


@pytest.mark.parametrize(
    ("rank", "named"),
    [(1, "比如定期存款、国债。"), (2, "比如定期存款、国债、保险、理财。"), (None, "比如定期存款、国债。")],
)
def test_only_products_that_the_customer_s_own_risk_level_allows_are_named(rank, named):
    row = only(task(first_contact=False), persons=PERSONS.assign(risk_rank=[rank]))
    assert row["call_text"].endswith(named)


def test_a_segment_without_words_of_its_own_takes_those_of_the_rest():
    row = only(task(first_contact=False), persons=PERSONS.assign(segment="miners"))
    assert row["call_text"].endswith(ZH.texts["segment.other"])


def test_who_has_no_gender_on_file_gets_no_title():
    assert only(task(), persons=PERSONS.assign(gender=None))["call_text"].startswith("您好，我是")
    assert only(task(), persons=PERSONS.assign(gender=None), made=EN)["call_text"].startswith("Hello, this is 严甲子")
    assert only(task(), made=EN)["call_text"].startswith("Hello Mr 张, this is 严甲子, 理财经理 at")


def test_an_optional_clause_goes_with_its_slot():
    row = only(task(), branches=BRANCHES.drop(columns=["landmark", "branch_phone"]), staff=STAFF.assign(role=None))
    assert "我是刚才给您打电话的城东支行严甲子" in row["sms_text"]
    assert "网点地址：示范市示范大道1号，手机：198-0000-0101。" in row["sms_text"]
    assert row["problem"] is None


@pytest.mark.parametrize(
    ("change", "call", "message", "problem"),
    [
        ({"branches": BRANCHES.drop(columns="branch_address")}, True, False, "缺机构表·网点地址。"),
        ({"staff": STAFF.assign(staff_phone=None)}, True, False, "缺员工表·员工手机。"),
        ({"staff": STAFF.drop(columns="staff_name")}, False, False, "缺员工表·员工姓名。"),
        ({"persons": None}, False, False, "缺客户信息表·客户名称。"),
        ({"branches": BRANCHES.iloc[:0]}, False, False, "缺机构表·机构名称、机构表·网点地址。"),
        (
            {"staff": STAFF.iloc[:0], "persons": None},
            False,
            False,
            "缺员工表·员工姓名、客户信息表·客户名称、员工表·员工手机。",
        ),
    ],
)
def test_a_missing_slot_stops_that_text_and_names_the_column_that_would_fill_it(change, call, message, problem):
    row = only(task(), **change)
    assert (row["call_text"] is not None, row["sms_text"] is not None) == (call, message)
    assert sorted(re.split("[缺、。]", row["problem"])) == sorted(re.split("[缺、。]", problem))
    assert row["close_text"] is not None
    assert (row["sms_parts"] is None) == (not message)


def test_where_nobody_keeps_the_customer_an_owner_is_what_is_lacking():
    assert only(task(staff_id=None))["problem"] == "缺管户关系表·管户经理。"


def test_a_bad_template_stops_its_text_alone(tmp_path):
    path = tmp_path / "scripts" / "zh" / "first.yml"
    path.parent.mkdir(parents=True)
    path.write_text("sms: {after_call: '{hello}，{fone}'}", encoding="utf-8")
    made = scripts("zh", tmp_path)
    rows = said(pd.concat([task(), task(channel="sms_call")], ignore_index=True), made=made)
    assert rows["call_text"].notna().all()
    assert rows["sms_text"].notna().tolist() == [False, True]
    assert "first.sms.after_call" in rows["problem"].iloc[0]
    assert "fone" in rows["problem"].iloc[0]


def test_no_task_has_no_words():
    assert said(task().iloc[:0]).empty


def test_what_is_lacking_is_told_without_the_vault():
    tasks = pd.concat([task(), task(staff_id=None), task(channel="sms"), task(reason="do_not_call")], ignore_index=True)
    book = STAFF.drop(columns="staff_phone")
    found = lacking(
        tasks, PERSONS.drop(columns="customer_name"), book.assign(phone_ok=False), BRANCHES,
        named=True, params=PARAMS, scripts=ZH,
    )  # fmt: skip
    assert found["call"].tolist() == ["", "assignment.staff_id", None, None]
    assert found["sms"].tolist() == ["staff.phone_ok", "assignment.staff_id", "staff.phone_ok", None]
    ready = lacking(
        tasks, PERSONS, book.assign(phone_ok=True), BRANCHES, named=False, params=PARAMS, scripts=ZH
    )  # fmt: skip
    assert ready["sms"].iloc[0] == "customer.customer_name"


@pytest.mark.parametrize("made", [ZH, EN])
def test_every_text_can_be_shown_with_signs_in_place_of_persons(made):
    sheet = word_sheet(BRANCHES.iloc[0].to_dict(), bank=BANK, params=PARAMS, scripts=made).set_index("key")
    assert sheet["text"].notna().all()
    assert sheet["problem"].isna().all()
    assert "××" in sheet.at["first.call", "text"]
    assert sheet["parts"].notna().sum() == 5 + len(CLASSES) + 1
    assert sheet.at["objection.O3.reply", "text"] == sheet.at["first.sms.hung_up", "text"]
    assert {f"segment.{code}" for code in PARAMS.segments.codes()} | {"objection.O1.reply"} <= set(sheet.index)
    assert "示范大道1号" in sheet.at["objection.O1.reply", "text"]
    assert word_sheet(None, bank=BANK, params=PARAMS, scripts=made)["text"].notna().all()
    poor = word_sheet({"branch_name": "城东支行"}, bank=BANK, params=PARAMS, scripts=made).set_index("key")
    assert poor.loc[poor["text"].isna(), "problem"].notna().all()
    assert pd.isna(poor.at["objection.O1.reply", "text"])
    own = word_sheet(None, bank=BANK, params=PARAMS, scripts=made, owner=STAFF.iloc[0].to_dict())
    assert own["text"].str.contains("198-0000-0101").any()


TEXTS = (
    st.none() | st.text(max_size=12) | st.sampled_from(["nan", "None", "{owner}", "[[", "]]", "  ", "欧阳修", "John"])
)
SLOT = re.compile(r"\{\w*\}|\[\[|\]\]|(?<![A-Za-z])(?:None|nan|NaN|NaT|<NA>)(?![A-Za-z])")


@settings(phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(
    names=st.lists(TEXTS, min_size=8, max_size=8),
    genders=st.lists(st.sampled_from(["男", "女", None, "0"]), min_size=8, max_size=8),
    owner=TEXTS, role=TEXTS, phone=TEXTS, branch=TEXTS, address=TEXTS, landmark=TEXTS, landline=TEXTS,
    bank=st.text(min_size=1, max_size=12).filter(str.strip),
    first=st.booleans(), channel=st.sampled_from(["call", "sms", "call_sms", "sms_call"]),
    language=st.sampled_from(["zh", "en"]),
)  # fmt: skip
def test_whatever_the_names_no_text_has_an_unfilled_slot_a_missing_value_or_a_number_of_the_customer(
    names, genders, owner, role, phone, branch, address, landmark, landline, bank, first, channel, language
):
    tasks = pd.concat([task(customer_id=f"6222{i}", contact_class=c, first_contact=first, channel=channel)
                       for i, c in enumerate(CLASSES)], ignore_index=True)  # fmt: skip
    persons = pd.DataFrame({"customer_id": tasks["customer_id"], "customer_name": names, "gender": genders})
    staff = pd.DataFrame({"staff_id": ["S1"], "staff_name": [owner], "role": [role], "staff_phone": [phone]})
    branches = pd.DataFrame({"branch_id": ["01"], "branch_name": [branch], "branch_address": [address],
                             "landmark": [landmark], "branch_phone": [landline]})  # fmt: skip
    made = {"zh": ZH, "en": EN}[language]
    rows = call_sheets(tasks, persons, staff, branches, bank=bank, params=PARAMS, scripts=made)
    texts = rows[["call_text", "close_text", "sms_text"]]
    assert not [text for column in texts for text in texts[column].dropna() if SLOT.search(text)]
    called, written = channel != "sms", channel != "call" or first
    wanted = ["call_text", "close_text"] * called + ["sms_text"] * written
    assert (texts[wanted].isna().any(axis=1) == rows["problem"].notna()).all()
    allowed = [clean(each) or "" for each in (owner, role, phone, branch, address, landmark, landline, bank)]
    for row in rows[rows["sms_text"].notna()].itertuples():
        assert not indiscreet(row.sms_text, made.texts["parts.unsaid"], allowed), row.sms_text
        assert (row.sms_chars, row.sms_parts) == message_size(row.sms_text)
