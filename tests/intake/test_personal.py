from __future__ import annotations

import pandas as pd
import pytest

from kit import vault
from kit.keys import surrogate

KEY = b"not a secret: a key for tests"
CUSTOMERS = "法人行号,客户号,归属机构号,姓名,手机号码\n"


def persons(run, branch="01", **options):
    found = vault.read(run.folder / "data" / vault.VAULT, key=KEY, branch=branch, **options)
    return found.astype(object).where(found.notna(), None).itertuples(index=False, name=None)


def test_number_name_and_telephone_lie_in_the_vault_and_nowhere_else(take_in):
    run = take_in(
        {
            "客户.csv": "客户号,归属机构号,姓名,手机号码,介绍人客户号\n"
            "900001,01,赵甲子,199-0000-1234,\n900002,02,钱乙丑,,900001\n900003,01,孙丙寅,13800000000,\n",
            "月报.csv": "数据日期,客户号,时点AUM\n20261031,900001,1\n",
        }
    )
    assert set(persons(run)) == {
        (surrogate(KEY, "900001"), "900001", "赵甲子", "199-0000-1234"),
        (surrogate(KEY, "900003"), "900003", "孙丙寅", None),
    }
    book = run.book.read("customer")
    assert set(book) == {"customer_id", "branch_id", "mobile_ok", "referrer_id"}
    assert book["mobile_ok"].fillna(False).tolist() == [True, False, False]
    assert book["referrer_id"].tolist()[1] == book["customer_id"].tolist()[0] == surrogate(KEY, "900001")
    assert run.book.read("customer_month")["customer_id"].tolist() == [surrogate(KEY, "900001")]
    for path in (run.folder / "data").rglob("*.parquet"):
        shown = path.read_bytes() if path.name == vault.VAULT else pd.read_parquet(path).to_csv().encode()
        for text in ("900001", "赵甲子", "199-0000-1234"):
            assert text.encode() not in shown, path.name


def test_only_who_is_in_the_book_is_in_the_vault(take_in):
    run = take_in({"客户.csv": "客户号,归属机构号,姓名\n1,01,甲\n1,01,甲\n,01,乙\n2,,丙\n"})
    assert [name for _, _, name, _ in persons(run)] == ["甲"]


def test_a_row_with_another_name_is_no_repetition(take_in):
    run = take_in({"客户.csv": "客户号,归属机构号,姓名\n1,01,甲\n1,01,乙\n"})
    assert run.reasons == [(3, "customer_id", "second_row", True)]
    assert "乙" not in run.quarantine.to_csv()


def test_units_have_their_names_in_the_vault_too(take_in):
    run = take_in({"单位.csv": "单位客户号,账号,机构号,单位名称,时点余额\nU1,A1,01,甲公司,1\nU1,A2,01,甲公司,2\n"})
    assert "unit_name" not in run.book.columns("unit_account")
    assert run.book.read("unit_account")["unit_id"].tolist() == [surrogate(KEY, "U1")] * 2
    assert list(persons(run, table="unit_account")) == [(surrogate(KEY, "U1"), "U1", "甲公司", None)]


def test_a_telephone_of_staff_lies_in_the_vault_and_the_book_says_only_that_there_is_one(take_in):
    run = take_in({"员工.csv": "员工号,机构号,员工姓名,联系电话\nS1,01,严甲子,198-0000-0101\nS2,02,华乙丑,\n"})
    assert run.book.read("staff").fillna(False).to_dict("list") == {
        "staff_id": ["S1", "S2"], "branch_id": ["01", "02"], "staff_name": ["严甲子", "华乙丑"],
        "phone_ok": [True, False],
    }  # fmt: skip
    assert list(persons(run, table="staff")) == [("S1", "S1", None, "198-0000-0101")]
    assert {number for number, *_ in persons(run, branch=None, table="staff")} == {"S1", "S2"}


def test_where_every_file_gives_the_legal_entity_it_is_part_of_the_key(take_in):
    run = take_in(
        {
            "客户.csv": CUSTOMERS + "A,1,01,甲,\nB,1,01,乙,\n,2,01,丙,\n",
            "月报.csv": "数据日期,法人行号,客户号,时点AUM\n20261031,B,1,5\n20261031,A,1,7\n",
        }
    )
    assert run.reasons == [(4, "legal_entity", "missing", True)]
    assert run.book.read("customer")["customer_id"].tolist() == [surrogate(KEY, "A", "1"), surrogate(KEY, "B", "1")]
    months = run.book.read("customer_month").set_index("customer_id")["aum_spot_fen"]
    assert months.to_dict() == {surrogate(KEY, "B", "1"): 500, surrogate(KEY, "A", "1"): 700}
    assert {number for _, number, _, _ in persons(run)} == {"1"}


def test_where_one_file_lacks_it_the_second_entitys_customer_is_refused_and_the_reason_says_so(take_in):
    run = take_in(
        {
            "客户.csv": CUSTOMERS + "A,1,01,甲,\nB,1,01,甲,\n",
            "月报.csv": "数据日期,客户号,时点AUM\n20261031,1,5\n",
        }
    )
    assert run.reasons == [(3, "customer_id", "second_row", True)]
    assert "法人行号不同" in run.quarantine["detail"].tolist()[0]
    assert run.book.read("customer")["customer_id"].tolist() == [surrogate(KEY, "1")]


@pytest.mark.parametrize("number", ["0012", "'0012", '="0012"', "００１２", "00\u200b12"])
def test_one_number_has_one_surrogate_however_a_file_writes_it(take_in, number):
    written = '"' + number.replace('"', '""') + '"'
    run = take_in(
        {"客户.csv": f"客户号,归属机构号\n{written},01\n", "月报.csv": "数据日期,客户号,时点AUM\n20261031,0012,5\n"}
    )
    assert run.reasons == []
    assert run.book.read("customer")["customer_id"].tolist() == [surrogate(KEY, "0012")]
    assert [number for _, number, _, _ in persons(run)] == ["0012"]
