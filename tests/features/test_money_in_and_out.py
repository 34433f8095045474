"""What the customers' flows say: payroll that stays, money that passes through, trade, hidden value."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.engagement import profile
from kit.features import features
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
LAST, BEFORE = date(2026, 10, 31), date(2026, 9, 30)
YUAN = 100


@pytest.fixture
def made(tmp_path):
    """Customers of a book with these months (id, date, columns) and transactions."""

    def run(months, txns=(), persons=()):
        (tmp_path / "book").mkdir(exist_ok=True)
        panel = pd.DataFrame([{"customer_id": i, "as_of": day} | row for i, day, row in months])
        panel = panel.assign(aum_avg_month_fen=panel.get("aum_avg_month_fen", panel.get("aum_spot_fen", 0)))
        ids = sorted(set(panel["customer_id"]))
        persons = pd.DataFrame({"customer_id": ids, "branch_id": "01"}).assign(**dict(persons))
        tables = {"customer": persons, "customer_month": panel, "txn": pd.DataFrame(txns)}
        for name, rows in tables.items():
            if len(rows):
                whole = {c: rows[c].astype("Int64") for c in rows if c.endswith("_fen") or c == "txn_count"}
                pq.write_table(pa.Table.from_pandas(rows.assign(**whole)), tmp_path / "book" / f"{name}.parquet")
        return features(Book(tmp_path), PARAMS).customers.set_index("customer_id")

    return run


def _txn(customer, day, yuan, direction="贷", **more):
    return {"customer_id": customer, "txn_date": day, "amount_fen": yuan * YUAN, "direction": direction} | more


def _month(customer, **columns):
    return (customer, LAST, columns)


def test_payroll_retained_is_the_change_in_aum_from_the_day_before_to_seven_days_after(made):
    pay = {"summary": "代发工资"}
    rows = [
        _txn("a", date(2026, 10, 9), 500, summary="转账"),  # before payday
        _txn("a", date(2026, 10, 10), 1_000, **pay),
        _txn("a", date(2026, 10, 10), 200, "借", summary="消费"),
        _txn("a", date(2026, 10, 17), 300, "借", summary="转账"),  # the seventh day
        _txn("a", date(2026, 10, 18), 400, "借", summary="转账"),  # the eighth
        _txn("b", date(2026, 10, 24), 900, **pay),  # the week ends with the as-of date
        _txn("c", date(2026, 9, 25), 700, **pay),
        _txn("c", date(2026, 10, 25), 800, **pay),  # this week is not over
        _txn("d", date(2026, 10, 1), 600, "借", **pay),  # pays wages, is not paid
    ]
    found = made([_month(i) for i in "abcd"], rows)
    assert found["pay_fen"].div(YUAN).tolist()[:3] == [1_000, 900, 700]
    assert found["pay_kept_fen"].div(YUAN).tolist()[:3] == [500, 900, 700]
    assert found.loc["d", ["pay_fen", "pay_kept_fen"]].isna().all()
    assert found["pay_daily"].all()


def test_without_transactions_payroll_retained_is_told_from_month_end_to_month_end(made):
    months = [
        ("a", BEFORE, {"aum_spot_fen": 100}),
        ("a", LAST, {"aum_spot_fen": 130, "payroll_amt_fen": 50}),
        ("b", LAST, {"aum_spot_fen": 130, "payroll_amt_fen": 50}),  # nothing to compare with
        ("c", BEFORE, {"aum_spot_fen": 100}),
        ("c", LAST, {"aum_spot_fen": 130, "payroll_amt_fen": 0}),
    ]
    found = made(months)
    assert found.loc["a", ["pay_fen", "pay_kept_fen"]].tolist() == [50, 30]
    assert found.loc["b", "pay_fen"] == 50
    assert found.loc[["b", "c"], "pay_kept_fen"].isna().all()
    assert not found["pay_daily"].any()


def test_transactions_that_tell_of_no_payroll_leave_it_to_the_month_ends(made):
    months = [("a", BEFORE, {"aum_spot_fen": 1}), ("a", LAST, {"aum_spot_fen": 9, "payroll_amt_fen": 20})]
    found = made(months, [_txn("a", date(2026, 10, 10), 1_000, summary="0017")])
    assert found.loc["a", ["pay_fen", "pay_kept_fen", "pay_daily"]].tolist() == [20, 8, False]


def test_a_single_month_has_no_month_to_compare_with(made):
    assert made([_month("a", aum_spot_fen=130, payroll_amt_fen=50)])["pay_kept_fen"].isna().all()


def test_demand_covers_months_of_outflow_and_nothing_where_nothing_leaves(made):
    found = made([_month("a", demand_spot_fen=300, outflow_fen=200), _month("b", demand_spot_fen=300, outflow_fen=0)])
    assert found.loc["a", "demand_cover"] == 1.5
    assert pd.isna(found.loc["b", "demand_cover"])


def test_money_passes_through_below_a_tenth_of_what_leaves(made):
    months = [_month(i, aum_avg_month_fen=held, outflow_fen=1_000) for i, held in (("a", 99), ("b", 100), ("c", -5))]
    assert made(months)["primary_pass_through"].tolist() == [True, False, True]


def test_as_much_elsewhere_as_here_is_known_and_nothing_elsewhere_is_not(made):
    months = [
        _month("a", aum_avg_month_fen=100, other_bank_assets_fen=100),
        _month("b", aum_avg_month_fen=101, other_bank_assets_fen=100),
        _month("c", aum_avg_month_fen=0, other_bank_assets_fen=0),
        _month("d", aum_avg_month_fen=5, other_bank_assets_fen=None),
    ]
    assert made(months)["primary_elsewhere"].tolist() == [True, False, False, None]


def test_without_acquiring_data_large_sums_again_and_again_are_evidence_of_a_merchant(made):
    held, flow = 10_000 * YUAN, 25_000 * YUAN
    month = {"aum_avg_month_fen": held, "inflow_fen": flow, "outflow_fen": flow, "txn_count": 10}
    months = [
        _month("a", **month),
        _month("b", **month | {"txn_count": 9}),  # not often enough
        _month("c", **month | {"inflow_fen": flow - 1}),  # not enough
        _month("d", **month | {"aum_avg_month_fen": held + 1}),  # not five times the balance
        _month("e", **month | {"same_name_out_fen": 1}),  # only goes on to the same name
    ]
    found = made(months)
    assert found["merchant_like"].tolist() == [True, False, False, False, False]
    assert (found["merchant_like"] == found["merchant_turnover"]).all()
    assert found.loc["a", "turnover_fen"] == 2 * flow


def test_ten_counterparties_are_as_good_as_ten_transactions(made):
    month = {"aum_avg_month_fen": 0, "txn_amount_fen": 50_000 * YUAN}
    rows = [_txn(i, date(2026, 10, 5), 1, counterparty=str(k % n)) for i, n in (("a", 10), ("b", 9)) for k in range(12)]
    # Nothing tells whether the twelve of the other are active ones.
    assert made([_month("a", **month), _month("b", **month)], rows)["merchant_like"].tolist() == [True, None]


def test_channels_among_which_no_receipts_are_acquired_are_no_acquiring_data(made):
    month = _month("a", aum_avg_month_fen=0, txn_amount_fen=50_000 * YUAN, txn_count=10)
    assert made([month], [_txn("a", date(2026, 10, 5), 1, channel="柜面")])["merchant_like"].tolist() == [True]


def test_where_acquiring_data_are_sent_turnover_makes_no_merchant(made):
    month = {"aum_avg_month_fen": 0, "inflow_fen": 10**9, "outflow_fen": 0, "txn_count": 99}
    found = made([_month("a", **month, merchant_flag=False), _month("b", merchant_flag=True)])
    assert found["merchant_like"].tolist() == [False, True]
    assert found["merchant_turnover"].tolist() == [True, None]


def test_hidden_value_is_on_the_lowest_tier_alone_and_begins_at_its_thresholds(made):
    flow, pay, rich = 20_000 * YUAN, 8_000 * YUAN, 50_000 * YUAN
    found = made(
        [
            _month("a", aum_avg_month_fen=0, inflow_fen=flow, payroll_amt_fen=pay),
            _month("b", aum_avg_month_fen=0, inflow_fen=flow - 1, payroll_amt_fen=pay - 1),
            _month("c", aum_avg_month_fen=rich, inflow_fen=flow, payroll_amt_fen=pay, merchant_flag=True),
            _month("d", aum_avg_month_fen=rich - 1, merchant_flag=True),
        ],
        persons={"occupation": ["教师", "农民", "教师", "个体工商户"]},
    )
    signs = found[["hidden_flow", "hidden_payroll", "hidden_merchant", "hidden_occupation"]]
    assert signs.to_numpy().tolist() == [
        [True, True, None, True], [False, False, None, False], [False] * 4, [None, None, True, True],
    ]  # fmt: skip


def test_payroll_retained_of_the_synthetic_bank_is_what_its_transactions_add_up_to(prepared):
    txns = pd.read_parquet(prepared / "data" / "book" / "txn.parquet")
    customers = pd.read_parquet(prepared / "data" / "customers.parquet").set_index("customer_id")
    day, week = pd.Timestamp("2026-10-31"), pd.Timedelta(days=7)
    txns["txn_date"] = pd.to_datetime(txns["txn_date"])
    txns["signed"] = txns["amount_fen"].where(txns["direction"] == "贷", -txns["amount_fen"])
    paid = txns[(txns["summary"] == "代发工资") & (txns["txn_date"] <= day - week)]
    paid = paid[paid["txn_date"] > day - pd.Timedelta(days=69)]
    last = paid.groupby("customer_id")["txn_date"].max()
    found = customers["pay_fen"].dropna()
    assert set(found.index) == set(last.index)
    assert len(found) > 50
    for customer, payday in last.items():
        own = txns[txns["customer_id"] == customer]
        kept = own.loc[own["txn_date"].between(payday, payday + week), "signed"].sum()
        assert customers.loc[customer, "pay_kept_fen"] == kept
