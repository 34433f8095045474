"""Before and after the assignment, by hand: who moves and why, what is covered, how even it is."""

import pandas as pd
import pytest

from kit.analysis.handover import assigned, evenness, handover, handover_list, proof
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
CUSTOMERS = pd.DataFrame({
    "customer_id": ["a", "b", "c", "d"],
    "branch_id": ["0101"] * 4,
    "aum_fen": [60_000_000, 40_000_000, 10_000_000, 0],
    "tier": ["vip", "vip", "core", "basic"],
    "tier_rank": [2, 2, 1, 0],
    "staff_id": ["s1", "s1", "t1", None],
    "owner_role": ["理财经理", "理财经理", "高柜柜员", None],
    "orphan": [False, False, False, True],
})  # fmt: skip
ROWS = pd.DataFrame({
    "customer_id": ["d", "c", "b", "a"],  # in another order than the customers
    "staff_id": ["t1", "s2", "s2", "s1"],
    "role": ["高柜柜员", "理财经理", "理财经理", "理财经理"],
    "reason": ["orphan", "tier", "balance", "kept"],
    "moved": [True, True, True, False],
})  # fmt: skip


def test_each_customer_has_the_owner_that_the_assignment_gives_him_whatever_the_order_of_its_rows():
    after = assigned(CUSTOMERS, ROWS)
    assert after["staff_id"].tolist() == ["s1", "s2", "s2", "t1"]
    assert after["orphan"].tolist() == [False] * 4
    assert CUSTOMERS["staff_id"].tolist()[:3] == ["s1", "s1", "t1"]


def test_moves_coverage_and_wrong_roles_are_counted_before_and_after():
    found = handover(CUSTOMERS, ROWS, PARAMS)
    assert (found.moved, found.moved_fen, found.moved_share, found.nobody) == (3, 50_000_000, 0.75, 0)
    assert (found.covered_before, found.covered_after) == (1.0, 1.0)
    assert (found.misheld_before, found.misheld_after) == (1, 0)
    assert found.by_reason.to_dict("records") == [
        {"allocation_reason": "kept", "customers": 1, "aum_fen": 60_000_000, "moved": 0},
        {"allocation_reason": "tier", "customers": 1, "aum_fen": 10_000_000, "moved": 1},
        {"allocation_reason": "balance", "customers": 1, "aum_fen": 40_000_000, "moved": 1},
        {"allocation_reason": "orphan", "customers": 1, "aum_fen": 0, "moved": 1},
    ]


def test_each_owner_stands_with_what_he_had_has_received_and_gave():
    rows = handover(CUSTOMERS, ROWS, PARAMS).by_owner.set_index("staff_id")
    assert rows.index.tolist() == ["s1", "s2", "t1"]
    assert rows["customers_before"].tolist() == [2, 0, 1]
    assert rows["customers"].tolist() == [1, 2, 1]
    assert rows["received"].tolist() == [0, 2, 1]
    assert rows["given"].tolist() == [1, 0, 1]
    assert rows["aum_fen"].tolist() == [60_000_000, 50_000_000, 0]


def test_evenness_compares_the_owners_of_a_role_who_are_two_or_more():
    found = evenness(CUSTOMERS, ROWS, PARAMS)
    assert found.roles == 1
    assert found.table["role"].unique().tolist() == ["理财经理"]
    customers, aum = found.table.to_dict("records")
    assert customers["cv"] == pytest.approx(0.5 / 1.5)  # one and two customers
    assert aum["cv"] == pytest.approx(5 / 55)
    assert aum["max_min"] == pytest.approx(1.2)
    assert customers["cv_before"] == 0  # one owner had both


def test_without_owners_before_everybody_is_new_and_what_was_covered_is_not_known():
    bare = CUSTOMERS.drop(columns=["staff_id", "owner_role", "orphan"])
    found = handover(bare, ROWS, PARAMS)
    assert found.covered_before is None
    assert found.covered_after == 1
    assert found.by_owner["customers_before"].sum() == 0


def test_the_proof_is_the_farthest_branch_and_tells_bounds_that_gave_way_from_other_remarks():
    allocation = pd.DataFrame({"branch_id": ["1", "2"], "owners": 3, "placed": 9, "gap_share": [0.001, 0.004]})
    remarks = pd.DataFrame([
        {"branch_id": "1", "remark": "relaxed_capacity", "role": "柜员", "stated": 800.0, "reached": 1000.0},
        {"branch_id": "2", "remark": "relaxed_count", "role": "柜员", "stated": 0.2, "reached": 0.5},
        {"branch_id": "2", "remark": "no_role", "tier": "vip", "customers": 3.0},
    ])  # fmt: skip
    found = proof(allocation, remarks)
    assert (found.gap_share, found.bounds_relaxed, found.remarked) == (0.004, 2, 1)
    assert found.relaxed["stated"].tolist()[0] == 800
    assert found.relaxed["stated_share"].tolist()[1] == 0.2
    assert found.remarks.to_dict("records") == [
        {"branch_id": "2", "remark": "no_role", "tier": "vip", "customers": 3.0}
    ]


def test_the_list_to_hand_over_has_the_valued_who_move_the_richest_first_and_why():
    rows = handover_list(CUSTOMERS, ROWS)
    assert rows["customer_id"].tolist() == ["b", "c"]
    assert rows["reason"].tolist() == ["handover_balance", "handover_tier"]
