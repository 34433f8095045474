"""Amounts in other currencies: converted at a stated rate, or kept apart and told."""

from decimal import Decimal

import pandas as pd
import pytest

from kit.engagement import CONFIG, load
from kit.errors import BadKey, BadValue
from kit.schema import currencies, money_currency, money_units, schema

CUSTOMERS = "客户号,归属机构号\n001,01\n002,01\n"
ACCOUNTS = "账号,客户号,账户余额,币种\n1,001,100.00,人民币\n2,001,200.00,美元\n3,002,300.005,840\n4,002,400.00,\n"


def balances(run):
    held = run.book.read("account")["balance_fen"]
    return [None if pd.isna(fen) else int(fen) for fen in held]


def told(run):
    checks = pd.read_parquet(run.folder / "data" / "checks.parquet")
    rows = checks[checks["check"] == "currency"]
    return rows[["column", "rows", "failed", "stated_fen", "found_fen", "status", "detail"]].values.tolist()


def ties(run):
    sums = run.result.control_sums
    parts = ["book_sum_fen", "repeated_sum_fen", "quarantined_sum_fen", "currency_sum_fen", "rounding_fen"]
    return (sums["source_sum_fen"] == sums[parts].map(Decimal).sum(axis=1)).all()


def test_without_a_rate_an_amount_is_kept_apart_and_the_account_stays(take_in):
    run = take_in({"客户.csv": CUSTOMERS, "账户.csv": ACCOUNTS})
    assert balances(run) == [10000, None, None, 40000]
    assert run.book.read("account")["currency"].to_list()[:3] == ["CNY", "USD", "USD"]
    assert told(run) == [["balance_fen", 2, 2, 50000, 0, "finding", "USD"]]
    assert run.reasons == [(3, "balance_fen", "foreign_currency", False), (4, "balance_fen", "foreign_currency", False)]
    assert [notice.kind for notice in run.result.notices] == ["currency_apart"]
    assert "USD: 2" in str(run.result.notices[0])
    assert ties(run)


def test_at_a_stated_rate_it_counts_and_is_told(take_in):
    run = take_in({"客户.csv": CUSTOMERS, "账户.csv": ACCOUNTS}, rates={"USD": Decimal("7.1")})
    assert balances(run) == [10000, 142000, 213000, 40000]
    assert told(run) == [["balance_fen", 2, 0, 50000, 355000, "info", "USD 7.1"]]
    assert run.reasons == []
    assert [notice.kind for notice in run.result.notices] == ["currency_converted"]
    assert ties(run)


def test_a_currency_that_nobody_knows_is_apart_as_well(take_in):
    run = take_in({"客户.csv": CUSTOMERS, "账户.csv": ACCOUNTS.replace("美元", "里拉")}, rates={"USD": Decimal(7)})
    assert balances(run) == [10000, None, 210000, 40000]


@pytest.mark.parametrize("title", ["单位：万美元\n", "币种：美元 单位：万元\n", ""])
def test_what_a_title_or_a_label_states_holds_for_the_amounts(take_in, title):
    label = "时点AUM" if title else "时点AUM(万美元)"
    month = f"{title}数据日期,客户号,{label}\n20261031,001,1.5\n20261031,002,2\n"
    run = take_in({"客户.csv": CUSTOMERS, "月报.csv": month}, rates={"USD": Decimal(7)})
    assert run.book.read("customer_month")["aum_spot_fen"].to_list() == [10_500_000, 14_000_000]
    apart = take_in({"月报.csv": month})
    assert apart.book.read("customer_month")["aum_spot_fen"].isna().all()
    assert ties(run)
    assert ties(apart)


def test_every_word_of_a_currency_is_one_currencys_alone_and_leads_to_it():
    words = [word.upper() for code, words in currencies().items() for word in (code, *words)]
    assert len(words) == len(set(words))
    tables = [table.columns["currency"] for table in schema().values() if "currency" in table.columns]
    assert len(tables) == 6
    assert all(column.codes[word] == "USD" for column in tables for word in ("美元", "USD", "840", "14"))


@pytest.mark.parametrize(
    ("text", "unit", "currency"),
    [("单位：元", "元", ()), ("单位：人民币万元", "万元", ()), ("单位：万美元", "万元", ("USD",)),
     ("千港元", "千元", ("HKD",)),
     ("USD", "元", ("USD",)), ("元、美元", "元", ()), ("万", None, ()), ("50万美元以上", None, ()), ("14", None, ())],
)  # fmt: skip
def test_a_unit_may_be_of_another_currency(text, unit, currency):
    assert money_units(text)[:1] == (() if unit is None else (unit,))
    assert money_currency(text) == currency


@pytest.mark.parametrize("said", ["USD: 7.1", "美元: '7.1'", "usd: 7.1"])
def test_a_rate_is_named_by_any_word_for_its_currency(tmp_path, said):
    (tmp_path / CONFIG).write_text(f"bank: X\nrates: {{{said}}}\n", encoding="utf-8")
    assert load(tmp_path).rates == {"USD": Decimal("7.1")}


@pytest.mark.parametrize(
    ("said", "error"),
    [("USDD: 7.1", BadKey), ("CNY: 1", BadKey), ("USD: 0", BadValue), ("USD: -7", BadValue), ("USD: seven", BadValue),
     ("USD: true", BadValue), ("USD: [7]", BadValue)],
)  # fmt: skip
def test_a_rate_that_is_none_is_refused_in_words(tmp_path, said, error):
    (tmp_path / CONFIG).write_text(f"bank: X\nrates: {{{said}}}\n", encoding="utf-8")
    with pytest.raises(error, match=r"rates\.\w+"):
        load(tmp_path)
