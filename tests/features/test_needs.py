"""What the needs check rests on: gaps in a file, a risk level in force, what a transaction was for."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.analysis.balance_sheet import funds
from kit.analysis.products import product_matrix
from kit.analysis.prospects import key_products
from kit.book import Book
from kit.engagement import load, profile
from kit.features import features, frame, settle_dates
from kit.features.completeness import files
from kit.keys import surrogate
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
DAY = pd.Timestamp("2026-10-31").date()


@pytest.fixture
def book(tmp_path):
    """A book of the tables given, whose customers have a balance at the month's end."""

    def made(customer: dict, **tables) -> Book:
        (tmp_path / "book").mkdir()
        ids = [str(i) for i in range(len(next(iter(customer.values()))))]
        months = {"customer_id": ids, "as_of": [DAY] * len(ids), "aum_avg_month_fen": [100] * len(ids)}
        for name, columns in {
            "customer": {"customer_id": ids, "branch_id": ["01"] * len(ids), **customer},
            "customer_month": months,
            **tables,
        }.items():
            pq.write_table(pa.table(columns), tmp_path / "book" / f"{name}.parquet")
        return Book(tmp_path)

    return made


def _day(text):
    return None if text is None else pd.Timestamp(text).date()


def _owned(*ids):
    n = len(ids)
    return pa.table({"customer_id": ids, "branch_id": ["01"] * n, "staff_id": ["a"] * n, "tier": ["basic"] * n})


def test_the_fields_that_a_file_lacks_are_named_the_occupation_first(book):
    given = book({"gender": ["男", None, None], "occupation": ["教师", "其他", None], "hobby": ["垂钓", None, "书法"]})
    made = files(given, _owned("2", "0", "1"), PARAMS).customers.to_pandas()
    assert made["customer_id"].tolist() == ["2", "0", "1"]
    assert made["missing"].tolist() == ["occupation,gender", "", "occupation,gender,hobby"]


def test_a_bank_that_sends_no_fields_has_no_such_column(book):
    customers = _owned("0")
    assert files(book({"legal_entity": ["a"]}), customers, PARAMS).customers is customers


def test_an_assessment_counts_through_its_last_day_and_not_without_a_date(book):
    levels = ["C3", "C3", "C3", None, "稳健型"]
    ends = pa.array([_day(d) for d in ("2026-10-31", "2026-10-30", None, "2027-01-01", "2027-01-01")], pa.date32())
    made = features(book({"risk_level": levels, "risk_expiry": ends}), PARAMS).customers
    assert made["risk_state"].tolist() == ["valid", "lapsed", "lapsed", "unknown", "unknown"]
    assert made["risk_rank"].fillna(0).tolist() == [3, 0, 0, 0, 0]


def test_where_the_bank_dates_no_assessment_each_is_in_force(book):
    made = features(book({"risk_level": ["C1", None]}), PARAMS).customers
    assert made["risk_state"].tolist() == ["valid", "unknown"]


def test_an_income_of_months_is_twelve_of_them(book):
    incomes = {"annual_income_fen": pa.array([None, 5], pa.int64()), "monthly_income_fen": pa.array([2, 2], pa.int64())}
    assert features(book(incomes), PARAMS).customers["income_fen"].tolist() == [24, 5]


def test_transactions_are_summed_by_direction_and_by_the_first_purpose_that_fits(book):
    rows = [
        ("2026-10-10", "贷", "代发工资", 500), ("2026-09-10", "贷", "代发工资", 400), ("2026-08-01", "借", "消费", 30),
        ("2026-07-31", "借", "消费", 1), ("2026-10-31", "借", "同名转账", 70), ("2026-10-31", None, "转账", 9),
        ("2026-10-01", "借", None, 2),
    ]  # fmt: skip
    day, direction, summary, fen = zip(*rows, strict=True)
    txn = {"customer_id": ["0"] * len(rows), "txn_date": [_day(d) for d in day], "direction": list(direction)}
    made = features(book({"gender": ["男"]}, txn=txn | {"summary": list(summary), "amount_fen": list(fen)}), PARAMS)
    found = frame(made.tables["flows"]).sort_values(["flow", "purpose"])
    told = found[["flow", "purpose", "flow_fen", "txns", "months"]].to_numpy().tolist()
    assert told == [
        ["in", "payroll", 900, 2, 2], ["out", "other", 2, 1, 1], ["out", "own_name", 70, 1, 1],
        ["out", "spending", 30, 1, 1], ["unknown", "transfer", 9, 1, 1],
    ]  # fmt: skip


def test_each_table_says_whom_it_knows(book):
    made = features(book({"gender": ["男", "女"]}, account={"customer_id": ["1", "1"]}), PARAMS).customers
    assert made["in_month"].tolist() == [True, True]
    assert made["in_account"].tolist() == [False, True]
    assert "in_holding" not in made


@pytest.fixture(scope="module")
def demo(bank, prepared):
    params = settle_dates(Book(prepared / "data"), load(bank[0]).params)
    customers = frame(pq.read_table(prepared / "data" / "customers.parquet"))
    return customers, frame(pq.read_table(prepared / "data" / "flows.parquet")), params


def test_the_pair_that_the_demo_plants_is_the_strongest(demo):
    customers, _, params = demo
    found = product_matrix(customers, params)
    assert {found.first, found.second} == {"wmp", "fund"}
    assert found.lift > 2


def test_the_money_of_merchants_and_of_those_in_public_service_comes_as_the_demo_plants_it(demo):
    customers, flows, params = demo
    source = funds(flows, params, customers).table.set_index("occupation_sector")["source"]
    assert (source["business"], source["public"], source["retired"]) == ("receipts", "payroll", "cash")


def test_risk_levels_and_occupations_are_those_of_the_banks_file(bank, demo):
    customers = demo[0].set_index("customer_id")
    sent = pd.read_csv(bank[0] / "extracts" / "客户信息.csv", encoding="gb18030", dtype=str, keep_default_na=False)
    sent = sent[sent["客户号"].str.fullmatch(r"1\d{11}")].drop_duplicates("客户号")
    key = bytes.fromhex(load(bank[0]).secrets.key)
    sent = sent.set_index(sent["客户号"].map(lambda number: surrogate(key, number))).reindex(customers.index)
    level, until = sent["风险等级"].str[1:].where(sent["风险等级"].str.startswith("C")), sent["风评有效期"]
    state = (
        pd.Series("lapsed", index=customers.index).mask(until >= "2026-10-31", "valid").mask(level.isna(), "unknown")
    )
    assert (customers["risk_state"] == state).all()
    assert (customers["risk_rank"] == level.astype(float))[state == "valid"].all()
    assert (state == "valid").mean() > 0.4
    known = ~sent["职业"].str.contains("其他|不便分类") & (sent["职业"] != "")
    assert (customers["occupation_known"] == known).all()


def test_columns_of_a_key_product_sum_to_the_eligible_in_the_demo(demo):
    customers, _, params = demo
    table = key_products(customers, params).table
    parts = ["holders", "prospects", "unsuited", "reassess", "do_not_call"]
    assert (table[parts].sum(axis=1) == table["eligible"]).all()
    assert (table["prospects"] > 0).all()
