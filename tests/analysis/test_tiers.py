import pandas as pd

from kit.analysis.tiers import losses, tiers, upgrades
from kit.engagement import profile
from kit.params import WAN, Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")  # 5 / 30 / 300


def _customers(*rows):
    return pd.DataFrame(rows, columns=["tier", "aum_fen"])


def test_a_branch_without_customers_has_every_tier_and_no_largest():
    found = tiers(_customers(), PARAMS)
    assert list(found.table["tier"]) == ["private", "vip", "core", "basic"]
    assert (found.table["customers"].sum(), found.largest, found.upper_aum_share) == (0, None, None)


def test_debts_leave_no_shares_of_assets():
    found = tiers(_customers(("basic", -500), ("basic", 200)), PARAMS)
    assert (found.largest, found.upper_customers_share) == (None, 0.0)
    assert found.table["share_of_aum"].isna().all()


def test_the_tier_with_the_largest_total_is_told_from_that_with_the_largest_mean():
    found = tiers(_customers(("vip", 40 * WAN), *[("core", 10 * WAN)] * 5, ("basic", WAN)), PARAMS)
    table = found.table.set_index("tier")
    assert found.largest == "core"
    assert table["aum_fen"].to_dict() == {"private": 0, "vip": 40 * WAN, "core": 50 * WAN, "basic": WAN}
    assert (table.at["core", "mean_fen"], table.at["core", "median_fen"]) == (10 * WAN, 10 * WAN)
    assert found.upper_aum_share == 40 / 91


def test_each_tier_has_the_strategy_of_the_profile():
    table = tiers(_customers(("basic", 1)), PARAMS).table
    assert list(table["strategy"]) == ["relate", "relate", "deepen", "hunt"]


def test_what_lacks_to_the_next_tier_is_summed_by_the_tier_to_be_reached():
    near = _customers(("core", 28 * WAN), ("basic", 45 * WAN // 10), ("basic", WAN)).assign(
        upgrade_gap_fen=[2 * WAN, WAN // 2, None], next_tier=["vip", "core", None]
    )
    found = upgrades(near, PARAMS)
    assert (found.customers, found.gap_fen) == (2, 25 * WAN // 10)
    assert found.table.set_index("next_tier")["gap_each_fen"].dropna().to_dict() == {"vip": 2 * WAN, "core": WAN / 2}


def test_light_and_heavy_losses_are_apart_and_the_recovered_beside_them():
    slipped = _customers(("core", 6 * WAN), ("basic", WAN), ("core", 7 * WAN)).assign(
        spot_fen=[4 * WAN, WAN, 7 * WAN], loss_level=["light", "heavy", None], recovered_fen=[None, None, 3 * WAN]
    )
    found = losses(slipped, PARAMS)
    assert dict(zip(found.table["loss_level"], found.table["customers"], strict=True)) == {"light": 1, "heavy": 1}
    assert (found.customers, found.recovered, found.recovered_fen) == (2, 1, 3 * WAN)
