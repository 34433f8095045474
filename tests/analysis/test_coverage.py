from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from kit.analysis.branches import standing
from kit.analysis.coverage import (
    coverage,
    covered_share_of_aum,
    households,
    loads,
    misheld,
    orphan_list,
    orphans,
    roles,
)
from kit.analysis.result import Unavailable
from kit.charts.coverage import tiers_by_role
from kit.engagement import profile
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
COLUMNS = ["tier", "aum_fen", "staff_id", "owner_role", "orphan_cause", "household_id"]
UNIT = 90_000  # of which 50 are under the value floor, and 60 above it
LABELS = {**wording("zh").labels("charts"), **wording("zh").labels("labels")}

# Hand-worked: VIP c1 fits, VIP c2 held by a teller, core c3's manager has left, basic c4 has nobody, basic c5's owner
# is a VIP manager, basic c6 owes money and has an owner of unknown role.
BRANCH = [
    ("vip", 400, "S1", "贵宾理财经理", None, "H1"),
    ("vip", 300, "S2", "低柜柜员", None, "H1"),
    ("core", 200, "S3", "理财经理", "left", "H2"),
    ("basic", 50, None, None, "none", "H2"),
    ("basic", 50, "S1", "贵宾理财经理", None, None),
    ("basic", -20, "S4", None, None, "H3"),
]


def frame(*rows) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=COLUMNS)
    made[["tier", "staff_id", "owner_role", "orphan_cause", "household_id"]] = made[
        ["tier", "staff_id", "owner_role", "orphan_cause", "household_id"]
    ].astype("str")
    return made.assign(
        aum_fen=made["aum_fen"].astype("int64"),
        orphan=made["orphan_cause"].notna(),
        owners=made["staff_id"].notna().astype("int64"),
    )


def by(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.set_index(key)


def everything(customers: pd.DataFrame):
    return [analysis(customers, PARAMS) for analysis in (coverage, roles, orphans, loads, households)]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("basic", 0, None, None, "none", None)],
        [("private", 900, "S1", "支局长", None, None)],
        [("basic", -500, "S1", None, None, "H1")] * 3,
        [("basic", 0, "S1", "大堂经理", None, "H1"), ("basic", 0, "S2", "大堂经理", None, "H1")],
    ],
    ids=["nobody", "one left alone", "one kept", "all owe", "all have nothing"],
)
def test_the_smallest_branches_give_counts_and_no_warning(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = everything(frame(*rows))
    assert found[0].table["customers"].sum() == len(rows)
    assert found[2].by_tier["customers"].sum() == found[2].customers == sum(row[4] is not None for row in rows)
    assert found[3].table["customers"].sum() == len(rows) - found[2].customers


def test_without_assignments_each_analysis_names_what_it_lacks():
    lacking = [r.columns for r in everything(frame(*BRANCH).drop(columns=["orphan", "household_id"]))]
    assert lacking == [("orphan",), ("orphan",), ("orphan",), ("orphan",), ("household_id", "orphan")]


def test_without_roles_the_load_is_still_counted():
    customers = frame(*BRANCH).drop(columns="owner_role")
    assert isinstance(roles(customers, PARAMS), Unavailable)
    assert list(loads(customers, PARAMS).table["customers"]) == [2, 1, 1]


def test_coverage_counts_owners_who_are_there_and_debts_as_nothing():
    found = coverage(frame(*BRANCH), PARAMS)
    assert found.covered_share == pytest.approx(4 / 6)
    assert found.covered_share_of_aum == pytest.approx(750 / 1000)
    assert found.uncovered_customers == found.uncovered_fen == 0
    table = by(found.table, "tier")
    assert list(table.index) == ["private", "vip", "core", "basic"]
    assert list(table["covered"]) == [0, 2, 0, 2]
    assert table.loc["basic", "covered_share_of_aum"] == pytest.approx(50 / 100)
    assert np.isnan(table.loc["private", "covered_share"])


def test_upper_tiers_without_an_owner_are_told_with_their_assets():
    found = coverage(frame(*BRANCH, ("vip", 77, None, None, "none", None)), PARAMS)
    assert (found.uncovered_customers, found.uncovered_fen) == (1, 77)


def test_two_main_owners_are_a_double():
    assert coverage(frame(*BRANCH).assign(owners=[2, 1, 1, 0, 3, 1]), PARAMS).doubles == 2


def test_misheld_are_those_whose_present_owner_has_a_role_that_the_tier_does_not_allow():
    customers = frame(*BRANCH)
    assert list(misheld(customers, PARAMS)) == [False, True, False, False, True, False]
    found = roles(customers, PARAMS)
    assert (found.misheld, found.misheld_fen, found.misheld_share) == (2, 350, pytest.approx(0.5))
    assert (found.upper_misheld, found.upper_misheld_fen) == (1, 300)
    table = by(found.table, "tier")
    assert list(table["misheld"]) == [0, 1, 0, 1]
    assert list(table["role_unknown"]) == [0, 0, 0, 1]


def test_a_tier_without_roles_has_no_rule():
    tiers = [tier.model_copy(update={"roles": ()}) for tier in PARAMS.tiers]
    free = PARAMS.model_copy(update={"tiers": tuple(tiers)})
    assert not misheld(frame(*BRANCH), free).any()
    assert roles(frame(*BRANCH), free).allowed.drop(index="orphan").all(axis=None)


def test_the_matrix_holds_every_customer_once_and_its_red_cells_are_the_misheld():
    found = roles(frame(*BRANCH), PARAMS)
    assert found.by_role.to_numpy().sum() == len(BRANCH)
    assert list(found.by_role.index[-2:]) == ["unknown", "orphan"]
    named = found.by_role.drop(index="orphan")
    assert named.where(~found.allowed.drop(index="orphan"), 0).to_numpy().sum() == found.misheld


def test_orphans_are_told_by_cause_and_by_tier_and_both_sum_to_all():
    rows = frame(*BRANCH, ("core", 60, "S9", "虚拟", "virtual", None), ("core", 1, None, None, "none", None))
    found = orphans(rows.assign(aum_fen=rows["aum_fen"] * UNIT), PARAMS)
    assert (found.customers, found.aum_fen) == (4, 311 * UNIT)
    assert (found.valued_customers, found.valued_fen) == (2, 260 * UNIT), "of value by his assets, not by the tier held"
    sums = by(found.by_cause, "orphan_cause")["aum_fen"] / UNIT
    assert sums.to_dict() == {"none": 51, "virtual": 60, "left": 200}
    assert by(found.by_tier, "tier")["customers"].to_dict() == {"private": 0, "vip": 0, "core": 3, "basic": 1}
    assert found.by_cause["share"].sum() == pytest.approx(1)


def test_load_and_its_imbalance_by_hand():
    # S1 keeps 2 customers with 450, S2 one with 300, S4 one that owes 20: counts 1, 1, 2 and assets 0, 300, 450.
    found = loads(frame(*BRANCH), PARAMS)
    assert list(found.table["staff_id"]) == ["S1", "S2", "S4"]
    assert list(found.table["aum_fen"]) == [450, 300, -20]
    assert list(found.table["upper_customers"]) == [1, 1, 0]
    counts, assets = found.balance.to_dict("records")
    assert counts["largest_share"] == pytest.approx(0.5)
    assert counts["max_min"] == pytest.approx(2)
    assert counts["cv"] == pytest.approx(np.std([1, 1, 2]) / (4 / 3))
    assert counts["gini"] == pytest.approx(2 * (1 + 2 + 6) / (3 * 4) - 4 / 3)
    assert assets["largest_share"] == found.largest_share == pytest.approx(0.6)
    assert np.isnan(assets["max_min"])


def test_a_family_with_two_owners_is_split_and_an_orphaned_member_splits_nothing():
    # H1: S1 and S2. H2: one has left, one has nobody. H3 has one member here and is no family.
    found = households(frame(*BRANCH), PARAMS)
    assert (found.families, found.split, found.split_share, found.split_fen) == (2, 1, pytest.approx(0.5), 700)
    assert by(found.table, "keepers")["households"].to_dict() == {"0": 1, "part": 0, "1": 0, "2": 1, "3": 0}
    assert by(found.table, "keepers").loc["0", "aum_fen"] == 250


def test_the_whole_bank_has_no_rank_but_the_median_of_its_branches():
    found = standing(pd.DataFrame({"branch_id": ["A", "B"], "share": [0.2, 0.4]}), "*", "share")
    assert (found.value, found.rank, found.of, found.median) == (None, None, 2, pytest.approx(0.3))


def test_a_figure_that_no_branch_has_gives_no_rank():
    found = standing(pd.DataFrame({"branch_id": ["A"]}), "A", "covered_share_of_aum")
    assert (found.value, found.rank, found.of) == (None, None, 0)


def test_nothing_to_share_gives_no_share():
    assert covered_share_of_aum(frame(("basic", -5, "S1", None, None, None))) is None


def test_the_chart_shows_every_tier_and_whom_nobody_keeps():
    matrix = tiers_by_role(roles(frame(*BRANCH), PARAMS), labels=LABELS)
    assert [t.get_text() for t in matrix.axes[0].get_xticklabels()] == ["私银", "VIP", "一般核心", "普通"]
    assert "无人管户" in [t.get_text() for t in matrix.axes[0].get_yticklabels()]


def test_a_family_with_a_member_whom_nobody_keeps_is_not_kept_by_one():
    found = households(frame(BRANCH[0], ("core", 9, None, None, "none", "H1"), *[BRANCH[5]] * 2), PARAMS)
    assert by(found.table, "keepers")["households"].to_dict() == {"0": 0, "part": 1, "1": 1, "2": 0, "3": 0}
    assert found.partly == 1


def test_customers_for_whom_no_owners_were_sent_count_on_neither_side():
    known = frame(*BRANCH)
    both = pd.concat([known, frame(*BRANCH).assign(orphan=None, orphan_cause=None, staff_id=None)], ignore_index=True)
    assert coverage(both, PARAMS).covered_share == coverage(known, PARAMS).covered_share
    assert coverage(both, PARAMS).covered_share_of_aum == coverage(known, PARAMS).covered_share_of_aum
    assert orphans(both, PARAMS).customers == orphans(known, PARAMS).customers
    assert households(both.assign(household_id="H"), PARAMS).families == 0
    assert len(orphan_list(both.assign(customer_id=both.index))) == 2
    assert [type(each) for each in everything(both[len(known) :])] == [Unavailable] * 5
