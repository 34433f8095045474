from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.medoids import adjusted_rand, agreement, gower, k_medoids
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
POINTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=8)


def cost(distance, weight, medoids) -> float:
    return float(distance[:, list(medoids)].min(axis=1) @ weight)


def made(points):
    number, code, weight = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    return gower(number, code.astype(np.int64)[:, None]), weight


def test_gower_is_the_mean_over_what_both_have():
    distance = gower(np.array([20.0, 60.0, np.nan]), np.array([[0, 0], [1, 0], [1, -1]]))
    assert distance[0, 1] == pytest.approx((1 + 1 + 0) / 3)
    assert distance[1, 2] == 0
    assert distance[0, 2] == 1
    assert (distance == distance.T).all()


def test_rows_that_share_no_feature_are_as_far_apart_as_can_be():
    distance = gower(np.array([30.0, np.nan]), np.array([[-1], [2]]))
    assert distance.tolist() == [[0, 1], [1, 0]]


@given(POINTS)
def test_one_medoid_is_the_best_of_all(points):
    distance, weight = made(points)
    medoids, group = k_medoids(distance, weight, 1)
    assert cost(distance, weight, medoids) == pytest.approx(
        min(cost(distance, weight, [i]) for i in range(len(weight)))
    )
    assert set(group) == {0}


@given(POINTS, st.integers(1, 4))
def test_no_single_swap_would_lessen_the_cost(points, k):
    distance, weight = made(points)
    medoids, group = k_medoids(distance, weight, k)
    assert len(set(medoids)) == len(medoids) == min(k, len(weight))
    assert distance[np.arange(len(weight)), medoids[group]] == pytest.approx(distance[:, medoids].min(axis=1))
    swaps = [[*np.delete(medoids, i), j] for i in range(len(medoids)) for j in range(len(weight))]
    assert cost(distance, weight, medoids) <= min(cost(distance, weight, swap) for swap in swaps) + 1e-6


def test_clear_groups_are_found_as_the_best_of_all_choices():
    points = [(0, 0, 1), (1, 0, 3), (2, 0, 1), (20, 1, 1), (21, 1, 2), (30, 2, 1), (29, 2, 1), (28, 2, 1)]
    distance, weight = made(points)
    medoids, _ = k_medoids(distance, weight, 3)
    best = min(combinations(range(len(points)), 3), key=lambda chosen: cost(distance, weight, chosen))
    assert cost(distance, weight, medoids) == pytest.approx(cost(distance, weight, best))
    assert set(medoids) == set(best)


def test_a_weight_counts_as_so_many_rows():
    distance, weight = made([(0, 0, 1), (10, 0, 5), (12, 0, 1)])
    assert k_medoids(distance, weight, 1)[0].tolist() == [1]


def test_the_adjusted_rand_index_is_worked_by_hand():
    # 6 customers, 15 pairs: rows 3+3 make 6, columns 2+2+2 make 3, together 1+0+0+1 = 2; chance 6 x 3 / 15 = 1.2.
    assert adjusted_rand([[2, 1, 0], [0, 1, 2]]) == pytest.approx((2 - 1.2) / (4.5 - 1.2))
    assert adjusted_rand([[3, 0], [0, 4]]) == 1
    assert adjusted_rand([[1, 1], [1, 1]]) == pytest.approx(-0.5)


@pytest.mark.parametrize("table", [[[0]], [[1]], [[5]], [[1, 0], [0, 1]]])
def test_one_group_or_customers_all_apart_cannot_agree_or_disagree(table):
    assert adjusted_rand(table) is None


def test_rules_that_follow_likeness_agree_wholly():
    customers = pd.DataFrame({
        "segment": ["retired"] * 5 + ["young"] * 4,
        "age": [70.0, 71, 72, 73, 74, 20, 21, 22, 23],
        "occupation_sector": ["retired"] * 5 + ["student"] * 3 + ["unknown"],
    })  # fmt: skip
    found = agreement(customers, PARAMS)
    assert (found.ari, found.groups, found.customers, found.profiles) == (1, 2, 9, 3)
    assert found.table[["customers", "age", "segment"]].to_numpy().tolist() == [[5, 72, "retired"], [4, 21.5, "young"]]
    assert found.table["occupation_sector"].tolist() == ["retired", "student"]
    assert found.table["segment_share"].tolist() == [1, 1]


def test_customers_whom_nothing_known_tells_apart_make_one_group():
    customers = pd.DataFrame({
        "segment": ["young", "young", "public"],
        "age": [25.0] * 3,
        "occupation_sector": ["unknown", "student", "public"],
    })  # fmt: skip
    found = agreement(customers, PARAMS)
    assert (found.groups, found.ari) == (1, 0)
    assert found.table.loc[0, ["customers", "segment"]].tolist() == [3, "young"]
