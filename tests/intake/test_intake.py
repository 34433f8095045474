from __future__ import annotations

import hashlib
import hmac
import tempfile
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.book import Book
from kit.errors import EmptyFile, KitError
from kit.intake import find_sources, intake, reason
from kit.keys import surrogate
from kit.messages import messages

CUSTOMERS = "客户号,归属机构号,年龄,职业\n001,01,30,农民\n002,02,40,教师\n"
KEY = b"not a secret: a key for tests"


def ties(run):
    rows = run.result.reconciliation
    return (rows["rows_in"] == rows["accepted"] + rows["repeated"] + rows["quarantined"]).all()


def test_files_become_typed_tables(take_in):
    run = take_in(
        {
            "客户.csv": (
                "客户号,归属机构号,手机号码,开户日期,年收入(万元)\n001,01,19900001234,2018年7月13日,1.5\n"
            ).encode("gb18030"),
            "月报.csv": '\ufeff数据日期,客户号,时点AUM\n202610,001,"1,000.005"\n',
        }
    )
    assert run.book.tables() == ("branch", "customer", "customer_month")
    assert run.book.read("customer").to_dict("records") == [
        {
            "customer_id": surrogate(KEY, "001"),
            "branch_id": "01",
            "annual_income_fen": 1_500_000,
            "mobile_ok": True,
            "open_date": date(2018, 7, 13),
        }
    ]
    month = run.book.read("customer_month")
    assert month["as_of"].tolist() == [date(2026, 10, 31)]
    assert month["aum_spot_fen"].tolist() == [100_000], "half a 分 goes to the even neighbour"
    sums = run.result.control_sums.set_index("column").loc["aum_spot_fen"]
    assert (sums["source_sum_fen"], sums["rounding_fen"]) == (Decimal("100000.5"), Decimal("0.5"))


def test_branches_are_derived_where_no_file_gives_them(take_in):
    run = take_in({"客户.csv": CUSTOMERS})
    assert run.book.read("branch").to_dict("list") == {"branch_id": ["01", "02"], "branch_name": ["01", "02"]}


def test_one_file_feeds_three_tables(take_in):
    mapping = """
file: a.csv
tables:
  branch: {branch_id: Place, branch_name: Place}
  customer: {customer_id: {row_number: "C{:06d}"}, branch_id: Place, gender: {column: Sex, values: {F: 女, M: 男}}}
  customer_month:
    as_of: {value: 2018-12-31}
    customer_id: {row_number: "C{:06d}"}
    aum_spot_fen: {column: Balance, unit: 元}
"""
    run = take_in({"a.csv": "Place,Sex,Balance\nX,F,1.10\nY,M,2.20\nX,?,-0.05\n"}, {"a.yml": mapping})
    assert run.result.tables == {"branch": 2, "customer": 3, "customer_month": 3}
    assert run.book.read("customer")["customer_id"].tolist() == [surrogate(KEY, f"C00000{i}") for i in (1, 2, 3)]
    assert run.book.read("customer_month")["aum_spot_fen"].sum() == 325
    assert run.reasons == [(4, "gender", "unlisted_code", False)]
    assert run.result.reconciliation["repeated"].tolist() == [1, 0, 0]
    assert ties(run)


@pytest.mark.parametrize(
    ("cell", "values", "reasons"),
    [
        ("{column: J, values: {a: 甲}}", ["甲", None, None], [(3, "occupation", "unlisted_code", False)]),
        ("{column: J, values: {a: 甲}, other: keep}", ["甲", "b", None], []),
        ("{column: J, values: {a: 甲}, other: null}", ["甲", None, None], []),
        ("{column: J, missing: [b]}", ["a", None, None], []),
        ("{column: J, values: {a: 甲, b: ''}}", ["甲", None, None], []),
        ("{value: 丙}", ["丙", "丙", "丙"], []),
    ],
)
def test_codes_and_words_for_missing(take_in, cell, values, reasons):
    mapping = f"file: a.csv\ntables: {{customer: {{customer_id: I, branch_id: B, occupation: {cell}}}}}\n"
    run = take_in({"a.csv": "I,B,J\n1,01,a\n2,01,b\n3,01,-\n"}, {"a.yml": mapping})
    read = run.book.read("customer")["occupation"]
    assert [None if pd.isna(value) else value for value in read] == values
    assert run.reasons == reasons


def test_an_unreadable_key_takes_the_row_and_another_cell_only_itself(take_in):
    run = take_in(
        {
            "客户.csv": "客户号,归属机构号,年龄\n,01,30\n5.10322E+17,01,30\n003,-,30\n004,01,三十\n",
            "月报.csv": "数据日期,客户号,时点AUM,月日均AUM\n20261031,004,abc,5\n昨天,004,1,1\n20260930,004,abc,\n",
        }
    )
    assert run.reasons == [
        (2, "customer_id", "missing", True),
        (3, "customer_id", "digits_lost", True),
        (4, "branch_id", "missing", True),
        (5, "age", "not_whole", False),
        (2, "aum_spot_fen", "not_money", False),
        (3, "as_of", "not_date", True),
        (4, "aum_spot_fen", "not_money", True),
    ]
    assert run.book.read("customer")["age"].isna().tolist() == [True]
    assert run.result.rows_quarantined == 5
    assert run.result.reconciliation["cells_quarantined"].sum() == 2
    assert ties(run)


def test_a_record_with_another_number_of_fields_is_counted_and_placed(take_in):
    run = take_in({"客户.csv": "客户号,归属机构号\n1,01\n2\n\n3,01,x\n4,01\n"})
    assert run.reasons == [(3, "", "field_count", True), (5, "", "field_count", True)]
    assert run.result.reconciliation.loc[0, ["rows_in", "accepted"]].tolist() == [4, 2]
    assert ties(run)


def test_the_same_row_again_is_merged_and_another_under_its_key_is_refused(take_in):
    run = take_in({"客户.csv": CUSTOMERS + "001,01,30,农民\n002,02,41,教师\n", "客户2.csv": CUSTOMERS})
    assert run.result.tables["customer"] == 2
    assert run.result.reconciliation["repeated"].tolist() == [1, 2]
    assert run.reasons == [(5, "customer_id", "second_row", True)]
    assert run.quarantine["detail"].tolist() == ["客户.csv:3"]
    assert ties(run)


def test_rows_of_a_table_without_a_key_all_count(take_in):
    flows = "客户号,交易日期,交易金额,借贷标志\n001,20261001,5,贷\n001,20261001,5,贷\n"
    run = take_in({"客户.csv": CUSTOMERS, "流水.csv": flows})
    assert run.book.read("txn")["amount_fen"].tolist() == [500, 500]


def test_what_overlapping_files_hold_alike_counts_once_and_ties(take_in):
    head = "客户号,交易日期,交易金额,借贷标志\n"
    october = "001,20261001,5,贷\n001,20261001,5,贷\n001,20261031,7,借\n"
    files = {"客户.csv": CUSTOMERS, "流水1.csv": head + october, "流水2.csv": head + october}
    files["流水3.csv"] = head + "001,20261031,7,借\n001,20261031,7,借\n002,20261101,7,借\n"
    run = take_in(files)
    assert sorted(run.book.read("txn")["amount_fen"]) == [500, 500, 700, 700, 700]
    assert run.result.reconciliation.set_index("file")["repeated"].to_dict() == {
        "客户.csv": 0, "流水1.csv": 0, "流水2.csv": 3, "流水3.csv": 1,
    }  # fmt: skip
    assert ties(run)
    checks = pd.read_parquet(run.folder / "data" / "checks.parquet")
    told = checks[checks["check"] == "overlap"]
    assert told[["table", "failed", "detail", "status"]].values.tolist() == [
        ["txn", 3, "流水2.csv = 流水1.csv", "finding"], ["txn", 1, "流水3.csv = 流水1.csv", "finding"],
    ]  # fmt: skip
    assert checks.loc[checks["check"] == "equal_rows", ["rows", "failed"]].values.tolist() == [[5, 1]]


def test_holdings_of_another_month_are_no_copies_and_those_of_the_same_are(take_in):
    head, row = "客户号,产品大类,持有金额,产品到期日\n", "001,理财,5,2027-01-31\n"
    files = {f"持仓_{name}.csv": head + row for name in ("20260930", "20261031", "20261031_副本")}
    run = take_in({"客户.csv": CUSTOMERS, **files})
    held = run.book.read("holding")
    assert sorted(held["as_of"].astype("str")) == ["2026-09-30", "2026-10-31"]
    assert ties(run)


def test_what_is_set_aside_of_a_month_is_kept_by_customer_or_where_none_is_named_by_branch(take_in):
    customers = "客户号,归属机构号\n001,01\n002,01\n003,02\n004,02\n"
    september = "客户号,数据日期,时点AUM\n001,20260930,1\n002,20260930,1\n003,20260930,1\n004,20260930,1\n"
    october = "客户号,数据日期,时点AUM\n001,20261031,1\n002,20261031,\n003,20261031,空的\n004,坏的,1\n"
    run = take_in({"客户.csv": customers, "月报1.csv": september, "月报2.csv": october})
    kept = pd.read_parquet(run.folder / "data" / "book" / "set_aside.parquet")
    assert kept["branch_id"].isna().all()
    assert set(kept["customer_id"]) == {surrogate(KEY, number) for number in ("002", "003", "004")}
    assert set(kept["as_of"].astype("str")) == {"2026-10-31"}, "a row without a date is of its file's"
    run = take_in(
        {"客户.csv": customers, "月报1.csv": september, "月报2.csv": october.replace("004,坏的", "5.1E+17,20261031")}
    )
    kept = pd.read_parquet(run.folder / "data" / "book" / "set_aside.parquet")
    assert kept.loc[kept["customer_id"].isna(), "branch_id"].to_list() == ["01"], "the branches of the file"


def test_a_row_that_refers_to_nothing_is_refused_down_the_line(take_in):
    run = take_in(
        {
            "机构.csv": "机构号,机构名称\n01,城东支行\n",
            "客户.csv": CUSTOMERS,
            "月报.csv": "数据日期,客户号,时点AUM\n20261031,001,1\n20261031,002,2\n20261031,009,3\n",
        }
    )
    assert run.reasons == [
        (3, "branch_id", "unknown_branch", True),
        (3, "customer_id", "unknown_customer", True),
        (4, "customer_id", "unknown_customer", True),
    ]
    sums = run.result.control_sums.set_index("column").loc["aum_spot_fen"]
    assert (sums["source_sum_fen"], sums["book_sum_fen"], sums["quarantined_sum_fen"]) == (600, 100, 500)


def test_without_a_customer_table_nothing_is_asked_of_the_customers(take_in):
    run = take_in({"月报.csv": "数据日期,客户号,时点AUM\n20261031,009,3\n"})
    assert run.result.tables == {"customer_month": 1}


def test_secrets_are_hashed_and_no_trace_of_them_is_left(take_in):
    run = take_in({"客户.csv": "客户号,归属机构号,证件号码,姓名\n1,01,999999190001010015,张三\n2,x,,李\n\n3\n"})
    expected = hmac.new(KEY, b"999999190001010015", hashlib.sha256).hexdigest()[:32]
    assert run.book.read("customer")["person_key"].tolist()[0] == expected
    for path in (run.folder / "data").rglob("*.parquet"):
        assert b"9999991900" not in path.read_bytes()


def test_what_is_refused_is_shown_by_its_shape_only(take_in):
    run = take_in({"客户.csv": "客户号,归属机构号,年龄,手机号码\n1,01,张三13800138000,李四\n"})
    assert run.quarantine["value_masked"].tolist() == ["字字99999999999", "字字"]


def test_text_of_the_client_is_never_sql(take_in):
    header = "客'); DROP TABLE raw; --"
    mapping = (
        "file: \"a'b.csv\"\ndelimiter: ','\n"
        f'tables: {{customer: {{customer_id: I, branch_id: "{header}",'
        ' occupation: {column: I, values: {"o\'x": "y\'z"}}}}\n'
    )
    run = take_in({"a'b.csv": f"I,{header}\no'x,b'c\n"}, {"a.yml": mapping})
    assert run.book.read("customer").to_dict("records") == [
        {"customer_id": surrogate(KEY, "o'x"), "branch_id": "b'c", "occupation": "y'z"}
    ]


def test_a_workbook_gives_a_table_a_sheet(tmp_path, take_in):
    path = tmp_path / "extracts" / "a.xlsx"
    path.parent.mkdir()
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("说明").write_row(0, 0, ["随便", "写写"])
        book.add_worksheet("客户").write_row(0, 0, ["客户号", "归属机构号"])
        book.worksheets()[1].write_row(1, 0, [1001, "01"])
        book.worksheets()[1].write_row(2, 0, [123456789012345678, "01"])
    run = take_in({})
    assert run.book.read("customer")["customer_id"].tolist() == [surrogate(KEY, "1001")]
    assert run.reasons == [(3, "customer_id", "digits_lost", True)]
    assert [notice.kind for notice in run.result.notices] == ["sheet_skipped"]
    assert run.result.reconciliation["sheet"].tolist() == ["客户"]


def test_a_second_intake_replaces_the_first_and_nothing_else(take_in):
    run = take_in({"客户.csv": CUSTOMERS, "月报.csv": "数据日期,客户号,时点AUM\n20261031,001,1\n"})
    (run.folder / "data" / "customers.parquet").write_bytes(b"another's")
    (run.folder / "extracts" / "月报.csv").unlink()
    again = take_in({})
    assert again.book.tables() == ("branch", "customer")
    assert (run.folder / "data" / "customers.parquet").read_bytes() == b"another's"
    assert sorted(p.name for p in run.folder.iterdir()) == ["data", "extracts", "mapping"], "no scratch is left"


@pytest.mark.parametrize(
    "content", [b"", "客户号,归属机构号\n".encode(), bytes(range(256)) * 9], ids=["empty", "no rows", "no text"]
)
def test_a_file_that_cannot_be_read_is_refused_and_leaves_the_others_alone(take_in, content):
    run = take_in({"客户.csv": CUSTOMERS, "坏.csv": content})
    assert run.result.tables["customer"] == 2
    assert [refused.path.name for refused in run.result.refused] == ["坏.csv"]
    assert pd.read_parquet(run.folder / "data" / "refused.parquet")["file"].tolist() == ["坏.csv"]


def test_half_a_character_spoils_its_cell_and_no_other(take_in):
    lines = (
        "客户号,归属机构号,职业\n1,01,".encode("gb18030")
        + "农民".encode("gb18030")[:3]
        + "\n2,01,教师\n".encode("gb18030")
    )
    run = take_in({"客户.csv": lines})
    assert run.result.tables["customer"] == 2
    assert run.reasons == [(2, "occupation", "bad_bytes", False)]


@pytest.mark.parametrize(
    ("content", "error"),
    [("客户号,归属机构号\n".encode(), EmptyFile), ("客户号,归属机构号\n\n ,\n".encode(), EmptyFile)],
)
def test_a_file_that_fails_leaves_nothing_half_written(take_in, tmp_path, content, error):
    take_in({"客户.csv": CUSTOMERS})
    (tmp_path / "extracts" / "客户.csv").unlink()
    before = {path: path.read_bytes() for path in (tmp_path / "data").rglob("*.parquet")}
    with pytest.raises(error, match="坏"):
        take_in({"坏.csv": content})
    assert {path: path.read_bytes() for path in (tmp_path / "data").rglob("*.parquet")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "extracts", "mapping"]


def test_progress_names_the_files(take_in):
    seen = []
    take_in({"a.csv": CUSTOMERS}, progress=lambda *step: seen.append(step))
    assert seen == [("a.csv", 0, 1, 0), ("a.csv", 0, 1, 2), ("", 1, 1, 0)]


def test_every_reason_speaks_both_languages():
    for code in (key.partition(".")[2] for key in messages("intake", "zh") if key.startswith("reason.")):
        assert reason(code, "x", in_language="zh") != reason(code, "x", in_language="en")


# Any extract: some cells readable, some not, some rows repeated, contradicting or referring to nothing.
_ids = st.sampled_from(["1", "2", "3", "", "9", "1E+17"])
_money = st.one_of(
    st.decimals(-(10**6), 10**6, places=4, allow_nan=False).map(str),
    st.sampled_from(["", "-", "abc", "(5)", "1,000.1"]),
)
_months = st.lists(
    st.tuples(st.sampled_from(["202610", "20260930", "?"]), _ids, _money, _money), min_size=1, max_size=12
)


def _readable(text: str) -> Decimal | None:
    special = {"(5)": Decimal(-5), "1,000.1": Decimal("1000.1"), "": None, "-": None, "abc": None}
    return special[text] if text in special else Decimal(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(months=_months, unit=st.sampled_from(["元", "万元"]))
def test_no_row_and_no_fen_is_lost(months, unit):
    with tempfile.TemporaryDirectory() as folder:
        extracts = Path(folder) / "extracts"
        extracts.mkdir()
        (extracts / "客户.csv").write_text("客户号,归属机构号\n1,01\n2,01\n3,02\n", encoding="utf-8")
        lines = [",".join(f'"{cell}"' for cell in row) for row in months]
        header = f"数据日期,客户号,时点AUM({unit}),存款余额({unit})"
        (extracts / "月报.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        result = intake(find_sources(Path(folder)), out=Path(folder) / "data", key=KEY)
        book = Book(Path(folder) / "data").read("customer_month")
    row = result.reconciliation.set_index("table").loc["customer_month"]
    assert row["rows_in"] == len(months) == row["accepted"] + row["repeated"] + row["quarantined"]
    assert row["accepted"] == len(book) == len(book.drop_duplicates(["customer_id", "as_of"]))
    factor = {"元": 100, "万元": 1_000_000}[unit]
    for place, column in ((2, "aum_spot_fen"), (3, "deposit_spot_fen")):
        exact = [amount * factor for r in months if (amount := _readable(r[place])) is not None]
        sums = result.control_sums.set_index("column").loc[column]
        assert sums["source_sum_fen"] == sum(exact)
        assert sums["book_sum_fen"] == book[column].sum()
        whole = sum(int(amount.to_integral_value(ROUND_HALF_EVEN)) for amount in exact)
        assert sums["book_sum_fen"] + sums["repeated_sum_fen"] + sums["quarantined_sum_fen"] == whole
        assert sums["rounding_fen"] == sum(exact) - whole


def test_the_row_order_of_a_clean_source_changes_no_figure(take_in):
    lines = [f"202610,{n},{n}.5" for n in range(20)]
    books = []
    for ordered in (lines, lines[::-1]):
        run = take_in({"月报.csv": "\n".join(["数据日期,客户号,时点AUM", *ordered, ""])})
        books.append(run.book.read("customer_month").sort_values("customer_id", ignore_index=True))
    pd.testing.assert_frame_equal(*books)


def test_every_error_is_one_that_a_user_can_mend(take_in):
    with pytest.raises(KitError):
        take_in({"a.csv": "甲\n1\n"})
