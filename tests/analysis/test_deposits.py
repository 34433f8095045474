import pandas as pd
import pytest

from kit.analysis.deposits import (
    account_classes,
    deposit_mix,
    deviation,
    maturing_list,
    maturity_ladder,
    personal_share,
)
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _customers(**columns):
    return pd.DataFrame(columns).assign(tier="basic")


def _months(*rows):
    months = pd.DataFrame(rows, columns=["branch_id", "as_of", "personal_deposit_fen", "all_deposit_fen"])
    return months.assign(branch_name=months["branch_id"], as_of=pd.to_datetime(months["as_of"]))


def _lots(*rows):
    lots = pd.DataFrame(rows, columns=["customer_id", "days", "is_deposit", "auto_roll", "amount_fen"])
    day = pd.Timestamp(PARAMS.day)
    return lots.assign(maturity_date=day + pd.to_timedelta(lots["days"].astype("int64"), unit="D"))


def test_a_branch_without_customers_has_no_structure_and_no_deviation():
    nobody = _customers(deposit_spot_fen=[], demand_spot_fen=[], deposit_avg_month_fen=[])
    assert deposit_mix(nobody, PARAMS).demand_share is None
    assert deviation(nobody, PARAMS).deviation is None


def test_overdrawn_deposits_count_in_the_sum_and_have_no_shares():
    found = deposit_mix(_customers(deposit_spot_fen=[-300], demand_spot_fen=[-300]), PARAMS)
    assert (found.deposit_fen, found.demand_share) == (-300, None)


def test_kinds_and_what_they_leave_sum_to_the_deposits():
    found = deposit_mix(
        _customers(deposit_spot_fen=[100, 200], demand_spot_fen=[40, 50], time_spot_fen=[60, None]), PARAMS
    )
    assert found.demand_share is None
    assert dict(zip(found.table["deposit_kind"], found.table["deposit_fen"], strict=True)) == {
        "demand": 90, "time": 60, "other": 150,
    }  # fmt: skip
    assert found.by_tier["deposit_fen"].sum() == 300


def test_the_demand_share_is_of_those_of_whom_both_are_known_and_says_by_which_basis():
    found = deposit_mix(
        _customers(
            deposit_spot_fen=[100, 200, 900], demand_spot_fen=[90, 50, None], demand_part_fen=[40, 50, None],
            demand_of_fen=[100, 200, None], demand_averaged=[True, False, None],
        ), PARAMS,
    )  # fmt: skip
    assert (found.demand_share, found.averaged, found.by_spot) == (0.3, 1, 1)


def test_deviation_is_over_the_limit_only_beyond_four_percent():
    at, beyond = (
        deviation(_customers(deposit_spot_fen=[spot], deposit_avg_month_fen=[10_000]), PARAMS)
        for spot in (10_400, 10_401)
    )
    assert (at.deviation, at.over, at.excess_fen) == (0.04, False, 0)
    assert (beyond.over, beyond.excess_fen) == (True, 1)


def test_a_customer_without_an_average_is_not_set_against_one():
    found = deviation(_customers(deposit_spot_fen=[110, 900], deposit_avg_month_fen=[100, None]), PARAMS)
    assert (found.spot_fen, found.average_fen, found.deviation) == (110, 100, pytest.approx(0.1))


def test_each_step_of_the_ladder_takes_its_last_day_and_today_is_none_of_them():
    days = (0, 1, 30, 31, 90, 91, 180, 181, 365, 366)
    found = maturity_ladder(_lots(*[("a", d, True, False, 1) for d in days]), PARAMS)
    assert found.table["days_left"].tolist() == ["1-30", "31-90", "91-180", "181-365", ">365"]
    assert found.table["amount_fen"].tolist() == [2, 2, 2, 2, 1]
    assert found.table["customers"].tolist() == [1] * 5
    assert (found.customers, found.first_fen) == (1, 2)


def test_what_renews_itself_and_what_is_no_deposit_stand_apart():
    found = maturity_ladder(_lots(("a", 5, True, True, 30), ("b", 6, True, None, 10), ("b", 7, False, None, 4)), PARAMS)
    first = found.table.iloc[0]
    assert (first["deposit_fen"], first["rolling_fen"], first["product_fen"], first["customers"]) == (10, 30, 4, 2)
    assert found.rolling_share == 0.75


def test_a_ladder_without_any_end_is_empty():
    found = maturity_ladder(_lots(), PARAMS)
    assert (found.customers, found.amount_fen, found.rolling_share) == (0, 0, None)


def test_personal_share_is_that_of_the_latest_month_beside_the_other_branches():
    months = _months(
        ("01", "2025-10-31", 50, 100), ("01", "2026-10-31", 60, 100), ("02", "2026-10-31", 30, 100),
        ("03", "2026-10-31", None, 100), ("04", "2026-10-31", 5, 0),
    )  # fmt: skip
    found = personal_share(months, PARAMS, "01")
    assert (found.share, found.change) == (0.6, pytest.approx(0.1))
    assert (found.place.rank, found.place.of, found.place.median) == (1, 2, pytest.approx(0.45))
    assert personal_share(months, PARAMS).share == 0.45


def test_a_year_ago_is_twelve_calendar_months_whatever_the_day():
    found = personal_share(_months(("01", "2025-10-30", 50, 100), ("01", "2026-10-28", 60, 100)), PARAMS, "01")
    assert found.change == pytest.approx(0.1)
    assert personal_share(_months(("01", "2025-11-30", 5, 100), ("01", "2026-10-31", 6, 100)), PARAMS).change is None


def test_a_branch_without_figures_has_no_personal_share():
    found = personal_share(_months(("02", "2026-10-31", 30, 100)), PARAMS, "01")
    assert (found.share, found.all_fen, found.place) == (None, 0, None)


def test_a_second_class_one_account_breaks_the_rule_and_a_fifth_of_the_others_does_not():
    found = account_classes(
        _customers(class_1_accounts=[1, 2, 0, 0], class_2_accounts=[5, 6, 0, 0], class_3_accounts=[5, 0, 6, 0]), PARAMS
    )
    assert found.table["over_limit"].tolist() == [1, 1, 1]
    assert found.table["customers"].tolist() == [2, 2, 2]
    assert found.breaches == 2


def test_what_was_not_sent_is_named():
    assert personal_share(pd.DataFrame({"branch_id": []}), PARAMS, "01") == Unavailable(
        ("personal_deposit_fen", "all_deposit_fen")
    )
    assert deviation(_customers(deposit_spot_fen=[1]), PARAMS) == Unavailable(("deposit_avg_month_fen",))


def test_a_ladder_of_products_alone_or_of_deposits_alone_says_so():
    product, deposit = _lots(("c1", 10, False, None, 500)), _lots(("c1", 10, True, False, 5))
    ladders = [maturity_ladder(lots, PARAMS) for lots in (product, deposit, pd.concat([product, deposit]), _lots())]
    assert [ladder.products_only for ladder in ladders] == [True, False, False, False]
    assert [ladder.deposits_only for ladder in ladders] == [False, True, False, False]


def test_whose_money_falls_due_is_listed_the_most_first_and_a_tie_keeps_the_order_of_the_customers():
    some = pd.DataFrame({"customer_id": list("abcde"), "maturing_fen": [500, 0, 900, None, 500]})
    found = maturing_list(some)
    assert found.to_dict("list") == {
        "customer_id": ["c", "a", "e"], "amount_fen": [900, 500, 500], "reason": ["maturing"] * 3,
    }  # fmt: skip
    assert maturing_list(some[["customer_id"]]) == Unavailable(("maturing_fen",))
