import warnings

import pandas as pd
import pytest

from kit.analysis.dormancy import dormant, wake_ups, win_back_list, win_backs
from kit.analysis.result import Unavailable
from kit.analysis.tiers import losses
from kit.engagement import profile
from kit.params import DormancyRule, Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")  # value floor 5 万元
FLOOR = 5_000_000


def customers(*rows):
    """(AUM in 分, date of the last active transaction, dormant by the marketing rule)."""
    made = pd.DataFrame(rows, columns=["aum_fen", "last_active_date", "dormant"])
    made["aum_fen"] = made["aum_fen"].astype("float64")
    made["last_active_date"] = pd.to_datetime(made["last_active_date"])
    return made.assign(customer_id=[f"c{i}" for i in range(len(made))], spot_fen=made["aum_fen"])


def panel(**paths):
    days = pd.date_range("2026-08-31", periods=3, freq="ME")
    floors = [tier.floor_fen for tier in PARAMS.tiers]
    rows = [
        (who, day, float(fen), sum(fen >= floor for floor in floors[1:]))
        for who, path in paths.items()
        for day, fen in zip(days, path, strict=True)
    ]
    return pd.DataFrame(rows, columns=["customer_id", "as_of", "aum_fen", "tier_rank"])


def test_a_branch_without_customers_has_no_share_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = dormant(customers(), PARAMS)
        called = wake_ups(customers(), PARAMS, panel()), win_backs(customers(), PARAMS, panel())
    assert (found.customers, found.dormant, found.dormant_share, found.ineffective_share) == (0, 0, None, None)
    assert [(c.customers, c.peak_fen, c.gone_fen, len(c.table)) for c in called] == [(0, 0, 0, 0)] * 2


def test_without_dates_of_activity_nobody_is_called_dormant_and_lost_ones_are_still_won_back():
    some = customers((1, None, None)).drop(columns="dormant")
    assert dormant(some, PARAMS) == wake_ups(some, PARAMS, panel()) == Unavailable(("dormant",))
    assert win_backs(some, PARAMS, panel(c0=(FLOOR, 1, 1))).customers == 1


def test_each_customer_is_in_one_state_and_the_floor_itself_is_effective():
    found = dormant(
        customers((50_00, "2025-01-01", True), (FLOOR - 1, "2026-10-01", False), (FLOOR, "2026-10-01", False),
                  (-5, None, None), (None, None, None)),
        PARAMS,
    )  # fmt: skip
    assert found.states.set_index("state")["customers"].to_dict() == {
        "dormant": 1, "ineffective": 1, "effective": 1, "unknown": 2,
    }  # fmt: skip
    assert found.states["aum_fen"].sum() == 50_00 + 2 * FLOOR - 1 - 5
    assert (found.dormant_share, found.ineffective_share, found.judged, found.unknown) == (1 / 3, 1 / 3, 3, 2)


def test_each_rule_counts_by_itself_with_its_own_amount_and_time():
    # 1,095 days before 2026-10-31 is 2023-11-01, 1,825 days 2021-11-01; neither day itself is long enough ago.
    found = dormant(
        customers(
            (100_00, "2023-10-31", True),  # notice
            (100_00, "2023-11-01", True),  # a day too short
            (100_01, "2023-10-31", False),  # a 分 too much
            (0, "2020-01-01", True),  # notice; a sleeping account must hold something
            (9 * FLOOR, "2021-10-31", False),  # sleeping account, however rich
        ),
        PARAMS,
    )
    assert found.rules.set_index("dormancy_rule")["customers"].to_dict() == {
        "marketing": 3, "notice": 2, "sleeping_account": 1,
    }  # fmt: skip


def test_a_rule_goes_by_the_balance_at_the_date_and_by_aum_where_there_is_none():
    params = PARAMS.model_copy(update={"dormancy_rules": (DormancyRule(code="notice", at_most_yuan=0, idle_days=30),)})
    some = customers((5, "2020-01-01", False), (0, "2020-01-01", False), (5, "2020-01-01", False))
    some["spot_fen"] = [0, None, None]
    assert dormant(some, params).rules["customers"].to_list() == [0, 2]


def test_who_was_once_rich_is_woken_by_the_tier_of_the_peak():
    some = customers((50_00, "2025-01-01", True), (0, "2025-01-01", True), (FLOOR, "2026-10-01", False))
    found = wake_ups(some, PARAMS, panel(c0=(40_000_000, 50_00, 50_00), c2=(FLOOR, FLOOR, FLOOR)))
    assert found.table.to_dict("records") == [
        {"tier": "vip", "customers": 1, "peak_fen": 40_000_000, "aum_fen": 50_00, "gone_fen": 39_995_000},
        {"tier": "basic", "customers": 1, "peak_fen": 0, "aum_fen": 0, "gone_fen": 0},
    ]


def test_won_back_are_those_once_at_the_floor_below_it_now_and_not_asleep():
    some = customers((1, None, False), (1, None, True), (FLOOR, None, False), (1, None, False), (None, None, False))
    found = win_backs(
        some, PARAMS,
        panel(c0=(FLOOR, 9, 1), c1=(FLOOR, 1, 1), c2=(1, 1, FLOOR), c3=(FLOOR - 1, 1, 1), c4=(FLOOR, 1, 1)),
    )  # fmt: skip
    assert (found.customers, found.gone_fen, found.unknown) == (1, FLOOR - 1, 1)


def test_whose_balance_is_not_known_now_is_not_won_back_and_who_left_the_list_is():
    some, rows = customers((None, None, False), (None, None, False)), panel(c0=(FLOOR, 3, 0), c1=(FLOOR, 2, 0))
    last = rows["as_of"] == rows["as_of"].max()
    rows.loc[last & (rows["customer_id"] == "c0"), ["aum_fen", "tier_rank"]] = None
    kept = rows[~(last & (rows["customer_id"] == "c1"))]
    found = win_backs(some, PARAMS, kept)
    assert (found.customers, found.gone_fen, found.unknown, found.unknown_fen) == (1, FLOOR, 1, 3)
    assert win_back_list(some, PARAMS, kept)["customer_id"].to_list() == ["c1"]


def test_recovered_customers_are_beside_the_lost_ones_not_among_them():
    some = customers((FLOOR, None, False), (1, None, False)).assign(
        loss_level=[None, "heavy"], recovered_fen=[700.0, None]
    )
    found = losses(some, PARAMS)
    assert (found.customers, found.recovered, found.recovered_fen) == (1, 1, 700)


@pytest.mark.parametrize("name", ["rural-postal", "state-owned", "joint-stock"])
def test_every_profile_keeps_its_notice_and_compliance_rules(name):
    rules = {rule.code: rule for rule in Params(**profile(name)).dormancy_rules}
    assert set(rules) == {"notice", "sleeping_account"}
    assert rules["sleeping_account"].idle_days == 1825
