"""Words of a run: names and telephones come from the vault, the engagement's own texts from the data folder."""

import json

import pytest

from kit.engagement import CONFIG, CONTEXT, load
from kit.params import Params
from kit.run.branch import Task
from kit.run.executor import run
from kit.run.persons import Persons, rows_of
from kit.run.words import said, staff_told


@pytest.fixture(scope="module")
def key(bank):
    return bytes.fromhex(load(bank[0]).secrets.key)


def test_every_owner_s_first_call_and_message_are_complete(bank, prepared, key):
    data = prepared / "data"
    params = Params(**json.loads((data / CONTEXT).read_text(encoding="utf-8"))["params"])
    task = Task("0101", "城东支行", "示范农村商业银行", params.day, params.day, (), prepared, "zh", "", key, None, 1)
    plan = rows_of(data / "plan.parquet", "0101")
    plan = plan[plan["staff_id"].notna()].assign(first_contact=True, channel="call_sms", reason="planned")
    made, replies = said(task, Persons.of(data, "0101", key), plan, params)
    assert len(made) > 50
    assert made["problem"].isna().all()
    assert made["sms_parts"].max() == 2
    assert made["sms_text"].str.contains(r"手机：198-0000-\d{4}，座机：0000-8800001", regex=True).all()
    assert made["call_text"].str.contains("女士|先生", regex=True).any(), "the bank's own file says the gender"
    assert staff_told(data, key).set_index("staff_id")["staff_phone"].notna().sum() == len(staff_told(data, key)) - 3
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
