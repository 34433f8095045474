from __future__ import annotations

import datetime as dt
import os
import pty
import subprocess
import sys

import pytest
import xlsxwriter

from kit.book import Book
from kit.errors import UnknownName
from kit.intake import find_sources, intake, plan_intake
from kit.intake.mapping import load_mapping
from kit.intake.questions import OpenQuestions
from kit.intake.review import BadAnswer, Review

LABELS = "数据日期,客户号,机构号,时点AUM,备注\n"
ROWS = "20260930,1,01,50000,x\n20260930,2,02,60000,y\n"
ON = dt.date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path):
    extracts = tmp_path / "bank" / "extracts"
    extracts.mkdir(parents=True)
    (tmp_path / "bank" / "engagement.yml").write_text("bank: 甲银行\n", encoding="utf-8")
    (extracts / "月报_202609.csv").write_text(LABELS + ROWS, encoding="gb18030")
    return tmp_path / "bank"


def deliver(folder, name, text):
    (folder / "extracts" / name).write_text(text, encoding="utf-8")


def reviewed(folder, **answers):
    review = Review(folder)
    review.answer(1, answers.get("first", "customer.branch_id"))
    return review, review.save("张三", ON)


def test_an_answer_becomes_a_mapping_that_a_person_can_read(folder):
    review, written = reviewed(folder)
    assert not review.open
    assert [path.name for path in written] == ["月报.yml"]
    text = written[0].read_text(encoding="utf-8")
    assert "branch_id: {column: 机构号, meaning: owner}" in text
    mapping = load_mapping(written[0])
    assert mapping.file == "月报_*.csv"
    assert mapping.headers == ("数据日期", "客户号", "机构号", "时点AUM", "备注")
    assert (mapping.header_row, mapping.ignored, len(mapping.sha256)) == (1, ("备注",), 64)
    assert (mapping.confirmed.by, mapping.confirmed.on) == ("张三", ON)


def test_a_second_delivery_of_the_layout_needs_no_question(folder):
    reviewed(folder)
    deliver(folder, "月报_202610.csv", LABELS + ROWS.replace("0930", "1031"))
    found = plan_intake(find_sources(folder), None)
    assert not found.questions
    assert not found.optional
    assert not found.notices
    assert len([load for load in found.loads if load.table.id == "customer_month"]) == 2
    assert {load.confirmed.by for load in found.loads} == {"张三"}


def test_columns_that_came_or_moved_are_told_and_not_asked(folder):
    reviewed(folder)
    deliver(folder, "月报_202610.csv", "\n客户号,数据日期,机构号,时点AUM,备注,新列\n1,20261031,01,5,x,z\n")
    found = plan_intake(find_sources(folder), None)
    assert not found.questions
    told = " ".join(str(n) for n in found.notices if n.kind == "layout_changed")
    for words in ("新增列：新列", "换了位置：", "表头从第 1 行到第 2 行"):
        assert words in told


def test_a_confirmed_column_that_is_gone_is_asked_for_with_what_it_may_be_called_now(folder):
    reviewed(folder)
    deliver(folder, "月报_202610.csv", "数据日期,客户号,机构号,时点AUM余额,备注\n20261031,1,01,5,x\n")
    review = Review(folder)
    assert [(q.kind, q.label) for q in review.open.values()] == [("gone", "时点AUM")]
    assert review.open[1].candidates[0].answer == "时点AUM余额"
    assert "可能改名：时点AUM → 时点AUM余额" in " ".join(map(str, review.plan.notices))
    review.answer(1, 1)
    review.save("李四", ON)
    again = plan_intake(find_sources(folder), None)
    assert not again.questions, "neither of this layout nor of the former"
    assert [load.table.id for load in again.loads] == ["customer"] * 2 + ["customer_month"] * 2


def test_a_unit_in_brackets_that_changed_is_not_overruled_by_the_old_answer(folder):
    (folder / "mapping").mkdir()
    (folder / "mapping" / "m.yml").write_text(
        "file: 月报_*.csv\nheaders: [数据日期, 客户号, 时点AUM(千元)]\ntables:\n  customer_month:\n"
        "    {as_of: 数据日期, customer_id: 客户号, aum_spot_fen: {column: 时点AUM(千元), unit: 万元}}\n",
        encoding="utf-8",
    )
    deliver(folder, "月报_202609.csv", "数据日期,客户号,时点AUM(元)\n20260930,1,5\n")
    field = plan_intake(find_sources(folder), None).loads[0].fields[-1]
    assert (field.unit, field.unit_from) == ("元", "header")


def test_a_file_that_is_no_table_is_left_out_and_its_next_layout_is_looked_at(folder):
    deliver(folder, "说明_202609.csv", "甲列,乙列\n1,2\n")
    review = Review(folder)
    number = next(n for n, q in review.open.items() if q.kind == "table")
    review.answer(number, "-")
    review.save("张三", ON)
    assert not [q for q in Review(folder).open.values() if q.kind == "table"]
    deliver(folder, "说明_202610.csv", "客户号,性别,年龄\n1,男,3\n")
    assert ("column", "branch_id") in [(q.kind, q.column) for q in Review(folder).open.values()]


def test_a_day_that_was_answered_is_never_kept_for_the_next_month(folder):
    (folder / "extracts" / "月报_202609.csv").unlink()
    deliver(folder, "名单_1.csv", "客户号,时点AUM\n1,5\n")
    review = Review(folder)
    assert [q.kind for q in review.open.values()] == ["date"]
    review.answer(1, "=2026-09-30")
    (path,) = review.save("张三", ON)
    assert load_mapping(path).file == "名单_1.csv"


def test_sheets_that_are_branches_are_kept_as_a_pattern(folder):
    (folder / "extracts" / "月报_202609.csv").unlink()
    deliver(folder, "机构.csv", "机构号,机构名称\n01,城东支行\n02,城西支行\n")
    with xlsxwriter.Workbook(str(folder / "extracts" / "客户_202609.xlsx")) as book:
        for name in ("城东支行", "城西支行", "说明"):
            sheet = book.add_worksheet(name)
            rows = [["随便"]] if name == "说明" else [["客户号", "性别", "年龄"], ["1", "男", "3"]]
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    review = Review(folder)
    review.answer(1, "sheet")
    (path,) = review.save("张三", ON)
    mapping = load_mapping(path)
    assert (mapping.file, mapping.sheet) == ("客户_*.xlsx", "*支行")
    assert mapping.tables["customer"]["branch_id"].named_by == "sheet"
    again = plan_intake(find_sources(folder), None)
    assert not again.questions
    assert len(again.loads) == 3


def test_a_month_in_another_unit_has_a_mapping_of_its_own(folder):
    def month(factor):
        return "数据日期,客户号,时点AUM\n" + "".join(f"20260930,{i},{(20_000 + 500 * i) / factor}\n" for i in range(60))

    for name, factor in (("月报_202609.csv", 1), ("月报_202608.csv", 1), ("月报_202607.csv", 10_000)):
        deliver(folder, name, month(factor))
    review = Review(folder)
    review.answer(1, "万元")
    files = {load_mapping(path).file for path in review.save("张三", ON)}
    assert files == {"月报_*.csv", "月报_202607.csv"}
    again = plan_intake(find_sources(folder), None)
    assert not again.questions
    units = {load.sheet.path.name: load.fields[-1].unit for load in again.loads}
    assert units == {"月报_202609.csv": "元", "月报_202608.csv": "元", "月报_202607.csv": "万元"}


def test_the_book_is_the_one_that_was_answered(folder, tmp_path):
    with pytest.raises(OpenQuestions):
        intake(find_sources(folder), out=tmp_path / "data", key=b"k")
    assert not (tmp_path / "data").exists()
    reviewed(folder)
    result = intake(find_sources(folder), out=tmp_path / "data", key=b"k")
    assert result.tables == {"branch": 2, "customer": 2, "customer_month": 2}


@pytest.mark.parametrize(
    ("number", "reply", "error"),
    [(9, "1", UnknownName), (1, "9", BadAnswer), (1, "客户", BadAnswer), (1, "customer.branch", BadAnswer)],
)
def test_a_reply_that_is_no_answer_says_what_may_be_answered(folder, number, reply, error):
    with pytest.raises(error):
        Review(folder).answer(number, reply)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tables_of_a_review_read_well_in_both_languages(folder, monkeypatch, language):
    monkeypatch.setenv("BRANCH_KIT_LANGUAGE", language)
    review = Review(folder)
    files, questions = review.files(), review.questions()
    assert len(files) == 1
    assert len(questions) == 3
    printed = questions.to_string() + files.to_string()
    assert ("owns the customer" in printed) == (language == "en")
    assert "50000" not in printed, "no cell of the client's"


KIT = [sys.executable, "-c", "from kit.cli import main; main()"]


def environment(language):
    return {**os.environ, "BRANCH_KIT_LANGUAGE": language, "PYTHONUTF8": "1", "COLUMNS": "80", "TERM": "xterm"}


@pytest.mark.parametrize(("language", "asked"), [("zh", "机构"), ("en", "which branch")])
def test_questions_end_with_2_and_fold_at_80_columns(folder, tmp_path, language, asked):
    done = subprocess.run(
        [*KIT, "intake", str(folder), "--out", str(tmp_path / "out")],
        capture_output=True, text=True, encoding="utf-8", env=environment(language), check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for words in (asked, "1)", "--review", "月报_202609.csv"):
        assert words in done.stderr
    from rich.cells import cell_len

    told = done.stderr.split("--review")[0].rsplit("\n", 1)[0]
    assert max(map(cell_len, told.splitlines())) <= 80


def test_a_review_over_a_pipe_asks_again_until_it_understands(folder, kit, tmp_path):
    done = kit(
        "intake", folder, "--review", "--by", "张三", "--out", tmp_path / "out", typed="nonsense\n7\n\n", language="en"
    )
    assert done.returncode == 0, done.stderr
    assert "does not answer" in done.stdout
    assert load_mapping(folder / "mapping" / "月报.yml").confirmed.by == "张三"
    assert "customer_month: 2 rows" in done.stdout


def test_a_review_whose_input_ends_keeps_nothing_half_answered(folder, kit, tmp_path):
    done = kit("intake", folder, "--review", "--by", "张三", "--out", tmp_path / "out", typed="", language="zh")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (folder / "mapping").exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_review_on_a_terminal_takes_enter_for_the_first_proposal(folder, tmp_path, language):
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*KIT, "intake", str(folder), "--review", "--out", str(tmp_path / "out")],
        stdin=slave, stdout=slave, stderr=slave, env=environment(language), close_fds=True,
    ) as process:  # fmt: skip
        os.close(slave)
        os.write(master, "李四\n\n\n\n".encode())
        shown = b""
        try:
            while block := os.read(master, 4096):
                shown += block
        except OSError:  # Linux says so where the other end is closed
            pass
        assert process.wait() == 0, shown.decode(errors="replace")
    os.close(master)
    mapping = load_mapping(folder / "mapping" / "月报.yml")
    assert mapping.confirmed.by == "李四"
    assert mapping.tables["customer"]["branch_id"].meaning == "owner"
    assert ("Enter" in shown.decode()) == (language == "en")


PASSWORDS = "客户号,归属机构号,登录密码,年龄\n001,01,s3cr3t,30\n002,01,s3cr3t\n003,01,t0ps3cr3t,三十\n合计,,s3cr3t,\n"


@pytest.mark.parametrize("workbook", [False, True])
def test_a_column_that_no_extract_may_hold_is_left_out_by_a_persons_word_and_never_stored(tmp_path, workbook):
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    if workbook:
        with xlsxwriter.Workbook(str(extracts / "客户.xlsx")) as book:
            sheet = book.add_worksheet()
            for number, line in enumerate(PASSWORDS.split()):
                sheet.write_row(number, 0, line.split(","))
    else:
        (extracts / "客户.csv").write_text(PASSWORDS, encoding="utf-8")
    review = Review(tmp_path)
    (number,) = review.optional
    assert (review.optional[number].kind, review.optional[number].label) == ("forbidden", "登录密码")
    review.answer(number, 1)
    assert review.save("张三", ON) == [], "the first answer changes nothing"
    review.answer(number, "leave_out")
    assert "s3cr3t" not in repr(list(review._files.samples.values()))
    (written,) = review.save("张三", ON)
    mapping = load_mapping(written)
    assert (mapping.left_out, mapping.ignored) == (("登录密码",), ())
    assert (mapping.confirmed.by, mapping.confirmed.on) == ("张三", ON)
    result = intake(find_sources(tmp_path), out=tmp_path / "data", key=b"k")
    assert not result.refused
    assert result.tables["customer"] == 2 + workbook
    assert [n.names for n in result.notices if n.kind == "columns_left_out"] == [("登录密码",)]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != extracts]
    assert len(kept) > 5
    assert not [path.name for path in kept if b"s3cr3t" in path.read_bytes()]


def test_a_review_on_the_command_line_offers_to_leave_such_a_column_out(folder, kit, tmp_path):
    (folder / "extracts" / "月报_202609.csv").unlink()
    deliver(folder, "客户.csv", PASSWORDS)
    done = kit("intake", folder, "--review", "--by", "张三", "--out", tmp_path / "out", typed="2\n")
    assert "登录密码" in done.stdout
    assert "客户.yml" in done.stdout.replace("\n", "")
    assert (done.returncode, "s3cr3t" in done.stdout + done.stderr) == (0, False)


def flags(folder):
    """A file whose flags say yes or nothing, and one that also says no."""
    (folder / "extracts" / "月报_202609.csv").unlink()
    deliver(folder, "客户信息.csv", "客户号,归属机构号,已加微信\n1,01,是\n2,01,\n3,01,否\n")
    rows = "1,20260930,5,是,3,\n2,20260930,5,,,\n3,20260930,5,是,无,\n"
    deliver(folder, "资产_202609.csv", f"客户号,数据日期,时点AUM,代发标志,代扣缴费,手机银行\n{rows}")
    deliver(
        folder, "资产_202610.csv", f"客户号,数据日期,时点AUM,代发标志,代扣缴费,手机银行\n{rows.replace('0930', '1031')}"
    )


def test_what_an_empty_flag_means_is_asked_once_a_layout_and_stands_in_the_way_of_nothing(folder):
    flags(folder)
    review = Review(folder)
    assert not review.open
    assert [(q.kind, q.labels) for q in review.optional.values()] == [("blank", ("代发标志",))]
    assert "空白按没有登记处理" in " ".join(map(str, review.plan.notices))


def taken(folder):
    intake(find_sources(folder), out=folder / "data", key=b"k")
    return (
        Book(folder / "data")
        .read("customer_month")["has_payroll"]
        .astype("object")
        .where(lambda flag: flag.notna(), None)
        .tolist()
    )


def test_an_empty_flag_is_not_known_until_a_person_says_that_it_means_no_which_is_remembered(folder):
    flags(folder)
    assert taken(folder) == [True, None, True] * 2
    review = Review(folder)
    (number,) = review.optional
    review.answer(number, "no")
    assert "{column: 代发标志, blank: 'no'}" in review.save("张三", ON)[0].read_text(encoding="utf-8")
    assert not Review(folder).optional
    assert taken(folder) == [True, False, True] * 2
