"""What is not known of a customer's banking is never no: evidence is dropped piece by piece from a full book."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.analysis.hidden import hidden_value
from kit.analysis.primary import primary_accounts, primary_focus
from kit.analysis.result import Unavailable
from kit.analysis.retention import pass_through
from kit.book import Book
from kit.engagement import profile
from kit.features import features
from kit.features.definitions import needs
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
DAY, BEFORE = date(2026, 10, 31), date(2026, 9, 30)
WAN = 1_000_000  # 分
_INTS = ("_fen", "txn_count", "payroll_months", "product_count")
_TXN = ["customer_id", "txn_date", "amount_fen", "direction", "summary", "channel"]


def _months(customers: int = 8) -> pd.DataFrame:
    """Customers known in every way: the even ones use the bank, the odd ones pass their money on."""
    rows = []
    for i in range(customers):
        main = i % 2 == 0
        rows.append({
            "customer_id": f"c{i:03}", "aum_avg_month_fen": (1, 8, 40, 2)[i % 4] * WAN,
            "aum_spot_fen": (1, 8, 40, 2)[i % 4] * WAN, "deposit_spot_fen": WAN, "deposit_avg_month_fen": WAN,
            "demand_spot_fen": WAN // 2 if main else 0, "demand_avg_month_fen": WAN // 2 if main else 0,
            "time_spot_fen": WAN // 2 if main else WAN, "cd_spot_fen": 0, "structured_spot_fen": 0,
            "wmp_spot_fen": 0 if main else WAN, "fund_spot_fen": 0, "insurance_spot_fen": WAN if main else 0,
            "bond_spot_fen": 0, "gold_spot_fen": 0, "custody_spot_fen": 0, "loan_spot_fen": 0, "credit_card": main,
            "has_payroll": main, "payroll_months": 6 if main else 0, "payroll_amt_fen": 3 * WAN if main else 0,
            "has_mobile_bank": main, "has_quickpay": main, "has_social_card": False, "has_autopay": main,
            "txn_count": 9 if main else 2, "txn_amount_fen": 3 * WAN + (8 if main else 500 * WAN),
            "inflow_fen": 3 * WAN, "outflow_fen": 8 if main else 500 * WAN, "same_name_out": not main,
            "same_name_out_fen": 0 if main else WAN, "pass_through": not main, "merchant_flag": i % 4 == 0,
            "merchant_amt_fen": WAN if i % 4 == 0 else 0, "last_active_date": DAY if main else date(2024, 1, 1),
            "other_bank_assets_fen": 0 if main else 99 * WAN,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _txns(customers: int = 8) -> pd.DataFrame:
    """Transactions of a year, as many and as much in the last month as the months say."""
    rows = []
    for i in range(customers):
        who, main = f"c{i:03}", i % 2 == 0
        days = [DAY - timedelta(days=31 * k) for k in range(13)]
        rows += [(who, day, 3 * WAN, "贷", "代发工资" if main else "转账", "柜面") for day in days]
        rows += [(who, DAY, 1, "借", "消费", "POS")] * 8 if main else [(who, DAY, 500 * WAN, "借", "转账", "柜面")]
    return pd.DataFrame(rows, columns=_TXN)


NO_TXNS = pd.DataFrame(columns=_TXN)


@pytest.fixture
def made(tmp_path):
    """Customers of a book with these months at the date; in all else it is full."""

    def run(months=None, txn=None, account=None):
        (tmp_path / "book").mkdir(exist_ok=True)
        months = _months() if months is None else months
        size = len(months)
        persons = {
            "customer_id": months["customer_id"],
            "branch_id": "01",
            "occupation": ["教师", "农民"] * (size // 2),
        }
        book = {
            "customer": pd.DataFrame(persons),
            "customer_month": pd.concat([_months(size).assign(as_of=BEFORE), months.assign(as_of=DAY)]),
            "txn": _txns(size) if txn is None else txn, "account": pd.DataFrame() if account is None else account,
        }  # fmt: skip
        for name, rows in book.items():
            path = tmp_path / "book" / f"{name}.parquet"
            path.unlink(missing_ok=True)
            if len(rows):
                whole = {c: rows[c].astype("Int64") for c in rows if c.endswith(_INTS)}
                flags = {c: rows[c].astype("boolean") for c in rows if rows[c].dropna().map(type).eq(bool).any()}
                pq.write_table(pa.Table.from_pandas(rows.assign(**whole, **flags), preserve_index=False), path)
        return features(Book(tmp_path), PARAMS).customers.set_index("customer_id")

    return run


# What follows from several kinds of evidence is reckoned from those that are left, and may move either way.
_WEIGHED = {
    "primary_score", "primary_kinds", "primary_grade", "service_score", "service_grade", "demand_averaged",
    "factor_relation", "factor_potential", "factor_contribution", "demand_share", "demand_cover", "deposit_spot_fen",
    "pay_kept_fen", "stage", "stage_rank", "stage_skipped", "segment", "segments_fitting", "segment_bits",
}  # fmt: skip
_FOLLOW = ("merchant_", "hidden_", "primary_", "product_count", "spot_fen", "turnover_fen")


@pytest.mark.parametrize("txn", [None, NO_TXNS], ids=["with_transactions", "without"])
def test_a_value_that_is_not_there_at_the_date_makes_nothing_no_and_changes_nothing_else(made, txn):
    columns = [c for c in _months(1) if c not in ("customer_id", "aum_avg_month_fen")]
    months = _months(4 * (len(columns) + 1)).astype("object")
    for place, column in enumerate(columns, start=1):
        months.loc[4 * place : 4 * place + 3, column] = None
    found = made(months, txn)
    rows = {name: [None if pd.isna(v) else v for v in found[name]] for name in found.columns.difference(_WEIGHED)}
    for place, column in enumerate(columns, start=1):
        needing = {name for name, groups in needs().items() if any(f"customer_month.{column}" in g for g in groups)}
        for name, told in rows.items():
            for before, now in zip(told[:4], told[4 * place : 4 * place + 4], strict=True):
                assert now in (before, None), f"without {column}, {name}: {before} → {now}"
                assert now == before or name in needing or name.startswith(_FOLLOW), f"{name} does not need {column}"


def test_a_column_that_some_file_once_had_gives_no_figure_of_this_month(made):
    found = made(months=_months().assign(has_autopay=None), txn=NO_TXNS)
    assert found["primary_autopay"].isna().all()
    assert (found["primary_kinds"] == 6).all()


def test_assets_are_on_the_banks_basis_only_where_that_has_values_this_month(made):
    found = made(months=_months().assign(aum_avg_month_fen=None, aum_spot_fen=7 * WAN))
    assert (found["aum_fen"] == 7 * WAN).all()


def test_by_fewer_kinds_of_evidence_than_the_profile_asks_for_nobody_is_judged_and_by_more_in_percent_of_theirs(made):
    columns = ["has_payroll", "payroll_months", "txn_count", "has_autopay", "has_mobile_bank", "payroll_amt_fen",
               "demand_spot_fen", "demand_avg_month_fen", "same_name_out", "same_name_out_fen", "pass_through",
               "outflow_fen"]  # fmt: skip
    known = {"two": ["has_autopay", "has_mobile_bank"], "three": ["has_autopay", "has_mobile_bank", "txn_count"]}
    told = {}
    for name, kept in known.items():
        months = _months().astype("object")
        months.loc[:, [c for c in columns if c not in kept]] = None
        told[name] = made(months=months, txn=NO_TXNS)
    assert told["two"]["primary_grade"].isna().all()
    assert told["two"]["primary_elsewhere"].tolist() == [False, True] * 4, "assets elsewhere are known"
    assert told["three"]["primary_score"].tolist() == [100, 0] * 4
    assert told["three"]["primary_grade"].tolist() == ["strong", "weak"] * 4


def test_nothing_known_but_demand_money_tells_of_no_primary_account_here_or_elsewhere(made):
    months = _months()[["customer_id", "aum_avg_month_fen", "demand_spot_fen"]]
    found = made(months=months, txn=NO_TXNS)
    for name in ("primary_grade", "primary_demand", "demand_share", "primary_elsewhere", "primary_pass_through"):
        assert name not in found or found[name].isna().all(), name
    assert isinstance(primary_accounts(found, PARAMS), Unavailable)
    assert isinstance(primary_focus(found, PARAMS), Unavailable)


def test_a_large_inflow_that_transactions_alone_tell_of_is_a_sign_of_more_and_passes_through(made):
    months = _months()[["customer_id"]].assign(aum_avg_month_fen=WAN // 10, aum_spot_fen=WAN // 10)
    rows = [(f"c{i:03}", date(2026, 10, day), 50 * WAN, way, None, "转账") for i in range(8)
            for day, way in ((15, "贷"), (25, "借"))]  # fmt: skip
    found = made(months, pd.DataFrame(rows, columns=_TXN))
    hidden, passing = hidden_value(found, PARAMS), pass_through(found, PARAMS)
    assert (hidden.customers, hidden.judged, hidden.inflow_fen) == (8, 8, None), "of a part of the month no sum is told"
    assert (passing.customers, passing.judged) == (8, 8)


def test_the_parts_of_the_deposits_make_the_whole_and_a_share_keeps_to_one_basis(made):
    parts = _months().drop(columns=["deposit_spot_fen", "deposit_avg_month_fen"])
    found = made(months=parts)
    assert found["deposit_spot_fen"].tolist() == [WAN] * 8
    assert found["demand_share"].tolist() == [0.5, 0] * 4
    assert not found["demand_averaged"].any(), "the average of demand money alone is no basis"
    unknown = parts.assign(time_spot_fen=None)
    assert made(months=unknown)["demand_share"].isna().all()


def test_accounts_tell_of_deposits_where_the_month_does_not(made):
    rows = [
        ("a", "c000", "活期储蓄", 40),
        ("b", "c000", "整存整取", 60),
        ("c", "c001", None, 5),
        ("d", "c002", "活期", None),
    ]
    account = pd.DataFrame(rows, columns=["account_id", "customer_id", "product_name", "balance_fen"])
    months = _months()[["customer_id", "aum_avg_month_fen"]]
    found = made(months=months, account=account, txn=NO_TXNS)
    assert found.loc["c000", ["deposit_spot_fen", "demand_spot_fen", "demand_share"]].tolist() == [100, 40, 0.4]
    assert found.loc["c001", "deposit_spot_fen"] == 5
    assert found.loc[["c001", "c002"], "demand_share"].isna().all()


def test_transactions_feed_activity_flows_pass_through_and_payroll_where_the_month_says_nothing(made):
    months = _months()[["customer_id", "aum_avg_month_fen", "aum_spot_fen"]]
    found = made(months=months)
    whole = made()
    for name in ("primary_payroll", "primary_active", "salaried"):
        assert found[name].tolist() == whole[name].tolist(), name
    assert found["inflow_fen"].tolist() == whole["inflow_fen"].tolist()
    assert (found["last_active_date"] == pd.Timestamp(DAY)).all()
    assert not found["dormant"].any()
    assert found["hidden_flow"].tolist() == [True, False, False, True] * 2


def test_a_few_days_of_transactions_prove_what_is_there_and_not_what_is_not(made):
    months = _months()[["customer_id", "aum_avg_month_fen", "aum_spot_fen"]]
    few = pd.DataFrame(
        [
            ("c000", date(2026, 10, 20), 9 * WAN, "贷", "转账", "柜面"),
            ("c003", date(2026, 10, 20), 1, "贷", "转账", "柜面"),
        ],
        columns=_TXN,
    )
    found = made(months=months, txn=few)
    assert found.loc["c000", "hidden_flow"]
    assert found.loc[["c003", "c004"], "hidden_flow"].isna().all()
    assert "inflow_fen" not in found or found["inflow_fen"].isna().all()
    assert found["primary_active"].isna().all()


@pytest.mark.parametrize(("first", "last", "whole"), [(11, 21, True), (12, 31, False), (1, 20, False)])
def test_a_month_is_whole_where_transactions_begin_and_end_within_ten_days_of_its_ends(made, first, last, whole):
    months = _months()[["customer_id", "aum_avg_month_fen", "aum_spot_fen"]]
    txn = pd.DataFrame(
        [("c000", date(2026, 10, day), WAN, "贷", "转账", "柜面") for day in (first, last)], columns=_TXN
    )
    found = made(months, txn)
    assert found.reindex(columns=["inflow_fen"])["inflow_fen"].fillna(-1).tolist() == (
        [2 * WAN] + [0] * 7 if whole else [-1] * 8
    )


def test_who_has_next_to_nothing_and_no_last_active_day_is_neither_asleep_nor_awake(made):
    months = _months().drop(columns="last_active_date").assign(aum_avg_month_fen=[1] * 4 + [WAN] * 4)
    found = made(months=months, txn=NO_TXNS)
    assert "dormant" not in found or found["dormant"].isna().sum() == 4
    old = pd.DataFrame(
        [("c000", date(2020, 1, 1), 1, "贷", "转账", "柜面")],
        columns=_TXN,
    )
    assert made(months=months, txn=old)["dormant"].isna().tolist() == [True] * 4 + [False] * 4, "what came since?"


def test_interest_is_no_activity_by_its_words_and_what_nobody_names_may_be_interest(made):
    months = _months()[["customer_id", "aum_avg_month_fen", "aum_spot_fen"]]
    rows = [(f"c{i:03}", DAY - timedelta(days=k), 1, "贷", said, None) for i, said in enumerate(("消费", "结息", None))
            for k in range(0, 60, 5)]  # fmt: skip
    found = made(months=months, txn=pd.DataFrame(rows, columns=_TXN))
    assert found["primary_active"].tolist()[:4] == [True, False, None, False]
    assert found["last_active_date"].isna().tolist()[:3] == [False, True, True]


def test_transactions_that_were_not_sent_make_nothing_no(made):
    whole, less = made(), made(txn=NO_TXNS)
    for name in less.columns.difference(_WEIGHED | {"last_active_date", "movement_fen", "pay_daily"}):
        pairs = zip(whole[name].astype("object"), less[name].astype("object"), strict=True)
        assert all(pd.isna(now) or now == before for before, now in pairs), name
