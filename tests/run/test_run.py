import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import msoffcrypto
import nbformat
import pandas as pd
import pikepdf
import pytest
from bs4 import BeautifulSoup

from kit.book import Book
from kit.engagement import CONFIG, load
from kit.errors import UnknownName
from kit.keys import surrogate
from kit.resources import notebooks
from kit.run.executor import run
from kit.run.ledger import Ledger
from kit.run.manifest import verify
from kit.run.notebook import execute
from kit.run.prepare import inputs_of
from kit.text import wording

ENGAGEMENTS = Path(__file__).resolve().parents[1] / "engagements"


class Silent:
    def stage(self, name):
        self.last = name

    def reading(self, name, done, of, rows):
        self.read = name, done, of, rows

    def branches(self, total, kept):
        self.total, self.kept = total, kept

    def finished(self, outcome):
        self.outcome = outcome


def test_every_branch_gets_a_page_and_a_pdf_and_the_run_leaves_its_tree(ran):
    assert not ran.failed
    for name in ("index.html", "bank.html", "bank.pdf"):
        assert (ran.out / "share" / name).is_file()
    for branch in ran.branches["branch_id"]:
        assert (ran.out / "share" / "branches" / f"{branch}.html").is_file()
        assert (ran.out / "notebooks" / branch / "02_concentration.ipynb").is_file()
    for name in ("customers", "assignment", "plan", "branches", "quarantine"):
        assert (ran.out / "data" / f"{name}.parquet").is_file()
    assert (ran.out / "manifest.json").is_file()


def test_every_pdf_is_tagged_a4_embedded_and_names_its_own_branch(ran):
    files = {
        f"branches/{b}.pdf": n for b, n in zip(ran.branches["branch_id"], ran.branches["branch_name"], strict=True)
    }
    for file, name in (files | {"bank.pdf": "示范农村商业银行"}).items():
        with pikepdf.open(ran.out / "share" / file) as pdf:
            assert len(pdf.pages) >= 8
            assert pdf.Root.MarkInfo.Marked
            assert "/Outlines" in pdf.Root
            with pdf.open_metadata() as meta:
                assert name in str(meta["dc:title"])
                assert str(meta["pdfuaid:part"]) == "1"
            for page in pdf.pages:
                assert [round(float(x)) for x in page.mediabox] == [0, 0, 595, 842]
                for font in page.resources.get("/Font", {}).values():
                    below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                    assert any(key in below.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_no_page_has_an_external_address_or_a_customer(ran, bank):
    customers = pd.read_parquet(bank[0] / "truth_customers.parquet")["customer_id"]
    for path in (ran.out / "share").rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)
        assert not re.search(r"https?://|src=[\"']//", text), path.name
        assert not set(re.findall(r"\d{9,}", text)) & set(customers), path.name


def test_the_data_request_is_shared_and_names_no_customer(ran, bank):
    with zipfile.ZipFile(ran.out / "share" / "data-request.xlsx") as book:
        text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    customers = pd.read_csv(bank[0] / "extracts" / "客户信息.csv", encoding="gb18030", dtype=str)
    assert not set(re.findall(r"\d{9,}", text)) & set(customers["客户号"])
    assert not any(name in text for name in set(customers["客户名称"].dropna()) - {"客户名称"})
    assert "客户信息表" in text


def test_a_summary_and_the_quality_of_the_data_come_first_in_every_report(ran):
    for path in [ran.out / "share" / "bank.html", *(ran.out / "share" / "branches").glob("*.html")]:
        heads = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select("main h2")
        assert [head.get_text().strip() for head in heads[:2]] == ["摘要", "数据质量"], path.name


def test_the_total_printed_is_the_total_to_the_cent(ran):
    for branch, fen in zip(ran.branches["branch_id"], ran.branches["aum_fen"], strict=True):
        html = (ran.out / "share" / "branches" / f"{branch}.html").read_text(encoding="utf-8")
        assert f"{fen // 100:,}.{fen % 100:02d}元" in BeautifulSoup(html, "html.parser").get_text()


def unlocked(path, bank, header=2):
    assert not path.read_bytes().startswith(b"PK"), "not encrypted"
    opened = io.BytesIO()
    locked = msoffcrypto.OfficeFile(io.BytesIO(path.read_bytes()))
    locked.load_key(password=load(bank[0]).secrets.password)
    locked.decrypt(opened)
    return pd.read_excel(opened, engine="calamine", header=header, dtype=str, sheet_name=None)


def test_managers_workbooks_open_only_with_the_password_and_hold_each_customer_once(ran, bank):
    customers = pd.read_parquet(ran.out / "data" / "customers.parquet")
    sheets = [unlocked(path, bank, header=4) for path in sorted((ran.out / "working").glob("*/*.xlsx"))]
    called = pd.concat(book["客户"][["客户号", "客户名称", "手机号码"]] for book in sheets)
    key = bytes.fromhex(load(bank[0]).secrets.key)
    assert sorted(surrogate(key, number) for number in called["客户号"]) == sorted(customers["customer_id"])
    sent = pd.read_csv(bank[0] / "extracts" / "客户信息.csv", encoding="gb18030", dtype=str).drop_duplicates("客户号")
    both = called.merge(sent[["客户号", "客户名称", "手机号码"]], on="客户号", how="left", suffixes=("", "_sent"))
    assert (both["客户名称"] == both["客户名称_sent"]).all()
    reached = both[both["手机号码"].notna()]
    assert len(reached) > 0.8 * len(both)
    assert (reached["手机号码"] == reached["手机号码_sent"]).all()


def test_the_workbook_of_a_branch_has_a_sheet_a_list_with_the_customer_and_the_reason(ran, bank):
    key = bytes.fromhex(load(bank[0]).secrets.key)
    lists = pd.read_parquet(ran.out / "data" / "lists.parquet")
    words = wording("zh")
    for branch, own in lists.groupby("branch_id"):
        book = unlocked(ran.out / "working" / f"{branch}.xlsx", bank)
        for name, rows in own.groupby("list"):
            sheet = book.pop(words.label(f"labels.list.{name}"))
            assert sheet["原因"].notna().all()
            if not name.startswith("unit_"):  # a unit is no customer
                shown = [surrogate(key, number) for number in sheet["客户号"]]
                assert sorted(shown) == sorted(rows["customer_id"])
        assert set(book) == {words.label("labels.list.card"), words.label("workbook.load.sheet")}


def test_a_second_run_makes_nothing_again_and_the_manifest_holds(ran, bank, tmp_path):
    again, out = Silent(), shutil.copytree(ran.out, tmp_path / "out")
    result = run(load(bank[0]), out, again, workers=1)
    assert result.outcomes == ()
    assert again.total == 0
    assert verify(out) == {"changed": [], "missing": [], "new": []}


def test_a_report_is_made_again_when_any_table_that_it_is_prepared_from_has_changed(bank, prepared, tmp_path):
    engagement, data = load(bank[0]), shutil.copytree(prepared / "data", tmp_path / "data")
    known, made_from = inputs_of(engagement, data), sorted((data / "book").glob("*.parquet"))
    assert len(made_from) > 10
    for path in (*made_from, data / "quarantine.parquet", data / "reconciliation.parquet"):
        whole = path.read_bytes()
        path.write_bytes(whole + b"1")
        assert inputs_of(engagement, data) != known, path.name
        path.write_bytes(whole)
    assert inputs_of(engagement, data) == known


def test_an_unknown_branch_names_the_nearest(bank, tmp_path, not_read_again):
    with pytest.raises(UnknownName) as caught:
        run(load(bank[0]), tmp_path, Silent(), only=["城东支"])
    assert "城东支行" in str(caught.value)


def test_the_plain_engine_gives_the_same_figures(ran, bank, tmp_path, not_read_again, reports_alone):
    branch = str(ran.branches["branch_id"].iloc[0])
    engagement = load(bank[0]).model_copy(update={"chapters": ("concentration",)})
    run(engagement, tmp_path, Silent(), only=[branch], workers=1, engine=None)

    def shown(out):
        nb = nbformat.read(out / "notebooks" / branch / "02_concentration.ipynb", as_version=4)
        return [output.get("data") for cell in nb.cells[3:] for output in cell.get("outputs", [])]

    assert len(shown(tmp_path)) > 10
    assert shown(tmp_path) == shown(ran.out)


@pytest.mark.usefixtures("in_process", "not_read_again", "reports_alone")
def test_a_failed_branch_leaves_the_others_and_is_named_with_chapter_and_cell(bank, tmp_path, monkeypatch):
    from kit.run import executor

    broken = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell('data = ""\nbranch = ""\nlanguage = ""', metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell('assert branch != "0102", "no"'),
        ]
    )
    nbformat.write(broken, tmp_path / "05_broken.ipynb")
    real = executor._tasks

    def tasks(*args):
        return [
            replace(t, chapters=(*t.chapters, ("bank" if t.branch == "*" else "tiers", tmp_path / "05_broken.ipynb")))
            if t.branch == "0102"
            else t
            for t in real(*args)
        ]

    monkeypatch.setattr(executor, "_tasks", tasks)
    engagement = load(bank[0]).model_copy(update={"chapters": ("concentration",)})
    out = tmp_path / "out"
    result = run(engagement, out, Silent(), workers=1)
    assert [bad.branch for bad in result.failed] == ["0102"]
    assert (result.failed[0].chapter, result.failed[0].cell) == ("tiers", 3)
    assert (out / "share" / "branches" / "0101.pdf").is_file()
    assert not (out / "share" / "branches" / "0102.html").exists()
    assert Ledger(out / "ledger.jsonl").last()["0102"]["status"] == "failed"


@pytest.mark.parametrize("path", sorted(notebooks().glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_notebook_opened_by_hand_runs_as_it_is(path, tmp_path):
    done = execute(path, tmp_path / path.name, {})
    assert any(cell.get("outputs") for cell in done.cells)


@pytest.mark.usefixtures("in_process", "not_read_again", "reports_alone")
def test_reports_in_english_hold_no_chinese_but_the_names(bank, tmp_path):
    engagement = load(bank[0]).model_copy(update={"language": "en", "bank": "A bank"})
    result = run(engagement, tmp_path, Silent(), only=["0101"], workers=1)
    assert not result.failed
    text = BeautifulSoup((tmp_path / "share" / "branches" / "0101.html").read_text(encoding="utf-8"), "html.parser")
    left = text.get_text()
    book = Book(tmp_path / "data").read("branch")
    places = [*book["branch_address"].dropna(), *book["landmark"].dropna()]  # the words of a call name them
    for name in [*places, *result.branches["branch_name"]]:
        left = left.replace(name, "")
    assert not re.findall(r"[\u4e00-\u9fff]+", left)


@pytest.mark.usefixtures("in_process")
def test_bank_churn_ties_to_the_cent(shared, tmp_path):
    result = run(load(ENGAGEMENTS / "bank_churn"), tmp_path, Silent(), workers=1)
    assert not result.failed
    made = result.branches.set_index("branch_id")
    assert made["customers"].to_dict() == {"France": 5014, "Germany": 2509, "Spain": 2477}
    assert made["aum_fen"].sum() == 76485889288
    assert made["zero_customers"].sum() == 3617
    source = pd.read_csv(shared / "bank_churn" / "Churn_Modelling_enriched.csv", dtype={"Balance": str})
    for branch, group in source.groupby("Geography"):
        cents = sum(round(float(b) * 100) for b in group["Balance"])
        assert made.loc[branch, "aum_fen"] == cents
        html = (tmp_path / "share" / "branches" / f"{branch}.html").read_text(encoding="utf-8")
        assert f"{cents // 100:,}.{cents % 100:02d}元" in html
        assert "本节暂缺" in html
        assert "代发标志" in html
    assert "764,858,892.88元" in (tmp_path / "share" / "bank.html").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.usefixtures("in_process")
def test_bank_marketing_loses_nobody(shared, tmp_path):
    result = run(load(ENGAGEMENTS / "bank_marketing"), tmp_path, Silent(), workers=1)
    assert not result.failed
    (row,) = result.branches.to_dict("records")
    assert (row["customers"], row["aum_fen"]) == (45211, 6158968200)
    assert (row["negative_customers"], row["zero_customers"]) == (3766, 3514)
    html = (tmp_path / "share" / "branches" / "ALL.html").read_text(encoding="utf-8")
    text = BeautifulSoup(html, "html.parser").get_text()
    assert "61,589,682.00元" in text
    assert "小于零 3,766 户" in text
    assert "退休养老" in text
    assert json.loads((tmp_path / "data" / "context.json").read_text(encoding="utf-8"))["unlocks"]
    assert (ENGAGEMENTS / "bank_marketing" / CONFIG).is_file()
