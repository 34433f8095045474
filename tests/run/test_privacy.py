"""What names a person lies in the vault and in the encrypted call lists, and in no other file of a run."""

import itertools
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pikepdf
import pytest

from kit import vault
from kit.cli import purge
from kit.engagement import load
from kit.errors import KitError
from kit.run.executor import run


class Silent:
    def __getattr__(self, _name):
        return lambda *_args: None


@pytest.fixture(scope="module")
def persons(bank):
    """Numbers, names and telephones that the bank's files hold, each long enough not to be found by accident."""
    sent = pd.read_csv(bank[0] / "extracts" / "客户信息.csv", encoding="gb18030", dtype=str)
    page = bank[0] / "extracts" / "单位账户.xls"
    (units,) = pd.read_html(page, flavor="lxml", header=0, converters=dict.fromkeys(range(9), str))
    staff = pd.read_excel(bank[0] / "extracts" / "员工表.xls", engine="calamine", dtype=str, header=2)
    columns = [
        sent["客户号"],
        sent["客户名称"],
        sent["手机号码"],
        sent["证件号码"],
        units["单位客户号"],
        units["单位名称"],
        staff["员工手机"],
    ]
    printed = {"合计", *sent.columns, *units.columns}  # a total's label, a header that is repeated
    found = {text for column in columns for text in column.dropna()} - printed
    assert len(found) > 3000
    return {text for text in found if len(text.encode()) >= 6}


def named(persons, text):
    """Those of the persons who stand in a text: looked for only where it has all their signs, or their last digits."""
    pairs = set(map("".join, itertools.pairwise(text)))
    digits = {run[i : i + 6] for run in re.findall(r"[0-9-]{6,}", text) for i in range(len(run) - 5)}

    def likely(person):
        if re.fullmatch(r"[0-9-]{6,}", person):
            return person[-6:] in digits
        return all("".join(pair) in pairs for pair in itertools.pairwise(person))

    return [person for person in persons if likely(person) and person in text]


def shown(path):
    """All text in a file, unpacked."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            return "".join(
                page.Contents.read_bytes().decode("latin-1") for page in pdf.pages if "/Contents" in page
            ) + str(pdf.docinfo)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return path.read_bytes().decode("utf-8", "replace")


def test_no_file_of_a_run_names_a_customer(ran, told, persons):
    out = ran.out
    files = [path for path in out.rglob("*") if path.is_file() and path.name != vault.VAULT]
    assert {"manifest.json", "ledger.jsonl", "quarantine.parquet", "02_concentration.ipynb"} <= {p.name for p in files}
    for path in files:
        text = shown(path) + str(path.relative_to(out))
        assert not named(persons, text), path.name
    assert not named(persons, told)


def test_the_vault_is_sealed_and_opens_for_the_engagement_alone(bank, ran, persons):
    path = ran.out / "data" / vault.VAULT
    content = path.read_bytes().decode("latin-1")
    assert not named({person.encode().decode("latin-1") for person in persons}, content)
    key = bytes.fromhex(load(bank[0]).secrets.key)
    assert len(vault.read(path, key=key, branch="0101")) == 400
    with pytest.raises(vault.WrongKey):
        vault.read(path, key=b"another", branch="0101")


def test_errors_of_an_intake_name_no_customer(bank, tmp_path, persons):
    for number, text in enumerate(("客户号,归属机构号\n{0},01\n{0}", "客户号,客户名称\n{0},{1}\n", "{0},{1}\n")):
        folder = tmp_path / str(number)
        (folder / "extracts").mkdir(parents=True)
        (folder / "engagement.yml").write_text("bank: A\n", encoding="utf-8")
        (folder / "extracts" / "a.csv").write_text(
            text.format(*sorted(persons)[:2]) + "\ud800", "utf-8", "surrogatepass"
        )
        with pytest.raises(KitError) as caught:
            run(load(folder), folder / "out", Silent(), workers=1)
        if number < 2:
            assert not named(persons, str(caught.value))


def test_purge_removes_the_vault_and_its_key(tmp_path, bank, ran):
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "engagement.yml").write_text("bank: A\n", encoding="utf-8")
    secret = load(folder).secrets
    out = tmp_path / "out"
    (out / "data").mkdir(parents=True)
    (out / "data" / vault.VAULT).write_bytes((ran.out / "data" / vault.VAULT).read_bytes())
    purge(folder, out, yes=True)
    assert secret
    assert not (out / "data").exists()
    assert not (folder / ".secrets").exists()


SPILL = """
import pathlib, sys, threading
from kit.intake import staging
staging.MEMORY = 50 << 20
folder, found, done = pathlib.Path(sys.argv[1]), set(), threading.Event()
def watch():
    while not done.wait(0.02):
        for path in (folder / "spill").glob("*.tmp"):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            if content:
                found.add("plain" if b"SECRETNAME" in content else "sealed")
with staging.database(folder, b"k") as connection:
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        text = "'SECRETNAME' || hash(i) || repeat('x', 60)"
        connection.execute(f"CREATE TABLE a AS SELECT {text} AS s FROM range(800000) t(i)")
        connection.execute("SELECT max(s) FROM (SELECT s, row_number() OVER (ORDER BY s) FROM a)").fetchall()
    finally:
        done.set()
        watcher.join()
print(*sorted(found))
"""


def test_what_spills_to_the_disk_is_sealed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SPILL, str(tmp_path)], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.split() == ["sealed"]
    assert not list(Path(tmp_path).glob("spill/*.tmp"))
