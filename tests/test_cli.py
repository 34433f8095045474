import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from kit.engagement import CONFIG
from messy_bank import write_bank


def _process(*args):
    """A command of the kit in a process of its own."""
    env = {**os.environ, "BRANCH_KIT_LANGUAGE": "zh", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", "from kit.cli import main; main()", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False, encoding="utf-8")


def _refused(done, *words):
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


@pytest.fixture
def engagement(tmp_path):
    folder = tmp_path / "bank"
    write_bank(folder, branches=1, customers=20)
    (folder / CONFIG).write_text("bank: 甲银行\n", encoding="utf-8")
    return folder


def test_a_folder_that_is_no_engagement(tmp_path):
    _refused(_process("run", tmp_path), CONFIG, "kit new")


def test_a_misspelt_key(kit, engagement, tmp_path):
    (engagement / CONFIG).write_text("bank: 甲\nlangage: zh\n", encoding="utf-8")
    _refused(kit("run", engagement, "--out", tmp_path / "out"), CONFIG, "langage", "language")
    assert not (tmp_path / "out").exists()


def test_no_extracts(kit, engagement, tmp_path):
    for path in (engagement / "extracts").iterdir():
        path.unlink()
    _refused(kit("run", engagement, "--out", tmp_path / "out"), "extracts")


def test_an_empty_file(kit, engagement, tmp_path):
    path = engagement / "extracts" / "客户信息.csv"
    path.write_text(path.read_text(encoding="gb18030").splitlines()[0] + "\n", encoding="gb18030")
    _refused(kit("run", engagement, "--out", tmp_path / "out"), "客户信息.csv", "客户信息表")


def test_a_mandatory_column_that_is_not_there(kit, engagement, tmp_path):
    path = engagement / "extracts" / "客户信息.csv"
    text = path.read_text(encoding="gb18030").replace(",机构号,", ",甲乙丙,", 1)
    path.write_text(text, encoding="gb18030")
    _refused(kit("run", engagement, "--out", tmp_path / "out"), "客户信息.csv", "机构", "--review")


def test_a_mapping_that_names_a_missing_file(kit, engagement, tmp_path):
    (engagement / "mapping").mkdir(exist_ok=True)
    (engagement / "mapping" / "x.yml").write_text(
        "file: 客户信表.csv\ntables: {customer: {customer_id: 客户号}}\n", encoding="utf-8"
    )
    _refused(kit("run", engagement, "--out", tmp_path / "out"), "x.yml", "客户信表.csv")


def test_an_unknown_branch(kit, engagement, tmp_path):
    _refused(kit("run", engagement, "--out", tmp_path / "out", "--branch", "9999"), "9999", "0101")


def test_an_unknown_command_is_refused_with_2(tmp_path):
    assert _process("rn", tmp_path).returncode == 2


def test_a_new_engagement_asks_three_questions_and_is_ready_for_files(kit, tmp_path):
    folder = tmp_path / "new"
    done = kit("new", folder, "--bank", "甲银行", "--profile", "joint-stock", "--language", "en")
    assert done.returncode == 0, done.stderr
    assert (folder / "extracts").is_dir()
    from kit.engagement import load

    made = load(folder)
    assert (made.bank, made.params.profile, made.language) == ("甲银行", "joint-stock", "en")


def test_intake_alone_says_where_every_row_went(kit, engagement, tmp_path):
    done = kit("intake", engagement, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "客户信息.csv → customer" in done.stdout


def test_the_whole_mess_is_taken_in_as_planted_and_each_file_to_refuse_is_named_with_its_reason(kit, tmp_path):
    folder, out = tmp_path / "demo", tmp_path / "out"
    write_bank(folder, branches=2, customers=60, full=True)
    (folder / CONFIG).write_text("bank: 甲银行\n", encoding="utf-8")
    planted = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    refused = {name: file["refused"] for name, file in planted["files"].items() if file.get("refused")}
    assert refused == {"客户信息_补发.xlsx": "damaged", "网银签约.csv": "password"}
    done = kit("intake", folder, "--out", out)
    assert done.returncode == 1, done.stderr
    why = {"damaged": ("已损坏", "重新提供"), "password": ("“登录密码”是密码", "删掉这一列")}
    said = [line for line in done.stderr.splitlines() if line.startswith("✗")]
    assert len(said) == len(refused)
    for name, kind in refused.items():
        (line,) = (line for line in said if name in line)
        assert [words for words in why[kind] if words not in line] == []
    fates = ["rows", "accepted", "repeated", "quarantined"]
    expected = {
        name: [file["rows"], file["accepted"], file["repeated"], sum(file["quarantined"].values())]
        for name, file in planted["files"].items()
        if name not in refused
    }
    rows = pd.read_parquet(out / "data" / "reconciliation.parquet").rename(columns={"rows_in": "rows"})
    taken = rows[rows["file"] != ""].groupby("file")[fates].sum()
    assert dict(zip(taken.index, taken.to_numpy().tolist(), strict=True)) == expected
    months = pd.read_parquet(out / "data" / "book" / "customer_month.parquet")
    last = months[months["as_of"].astype(str) == planted["as_of"]]
    assert len(last) == planted["totals"]["customers"]
    assert last["aum_avg_month_fen"].sum() == planted["totals"]["aum_fen"]


@pytest.mark.parametrize("command", ["run", "intake", "new", "demo", "status", "verify", "purge", "lab"])
def test_help_of_a_command_has_an_example(kit, command):
    done = kit(command, "--help")
    assert done.returncode == 0
    assert f"kit {command} " in done.stdout.replace("\n", " ")


def test_purge_removes_data_and_keys_and_keeps_the_ledger(kit, engagement, tmp_path):
    out = tmp_path / "out"
    assert kit("intake", engagement, "--out", out).returncode == 0
    (out / "ledger.jsonl").write_text("{}\n")
    assert (engagement / ".secrets").exists()
    assert kit("purge", engagement, "--out", out, "--yes").returncode == 0
    assert not (out / "data").exists()
    assert not (engagement / ".secrets").exists()
    assert (out / "ledger.jsonl").exists()
    assert Path(engagement / "extracts").is_dir()
