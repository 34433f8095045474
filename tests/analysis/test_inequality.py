import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit, ndtri

from kit.analysis.concentration import gini
from kit.analysis.inequality import gini_split, without_largest
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _customers(fen, **columns):
    return pd.DataFrame({"aum_fen": pd.Series(fen, dtype="float64"), "tier": "basic"} | columns)


@pytest.mark.parametrize("fen", [[], [0, 0, 0], [-5, None]])
def test_where_nobody_has_anything_there_is_no_coefficient_and_nothing_to_split(fen):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        largest, split = without_largest(_customers(fen), PARAMS), gini_split(_customers(fen), PARAMS)
    assert (len(largest.table), largest.most_left_out, largest.gini_without) == (0, 0, None)
    assert (len(split.table), split.groupings, split.owners) == (0, 0, "unknown")


def test_one_customer_and_equal_customers_are_equal():
    for fen in ([7], [100] * 40):
        assert without_largest(_customers(fen), PARAMS).table["gini"].tolist()[0] == pytest.approx(0, abs=1e-9)


LAWS = {
    **{f"lognormal, σ = {s}": (lambda u, s=s: np.exp(s * ndtri(u)), math.erf(s / 2)) for s in (1, 1.5, 2)},
    **{f"Pareto, α = {a}": (lambda u, a=a: (1 - u) ** (-1 / a), 1 / (2 * a - 1)) for a in (1.5, 2, 3)},
}


def _with_errors(rows):
    """Coefficient of each sorted row, and its standard error (Davidson 2009)."""
    n, whole = rows.shape[-1], rows.sum(-1)
    at = np.arange(1, n + 1)
    index = 2 * (at * rows).sum(-1) / (n * whole) - (n + 1) / n
    influence = 2 * (at * rows - np.cumsum(rows, -1)) / n - (1 + index)[..., None] * rows
    return index, np.sqrt(((influence - influence.mean(-1, keepdims=True)) ** 2).sum(-1)) / whole


def _semiparametric(row, chance):
    """Samples of a list whose largest tenth is drawn from the Pareto tail that it has, and their coefficient."""
    n = len(row)
    k = max(n // 10, 5)
    body, start = row[: n - k], row[n - k - 1]
    alpha = max((k - 1) / k / (np.log(row[n - k :]).mean() - np.log(start)), 1.05)
    u = np.sort(chance.random((199, n)), 1)
    tail = u > 1 - k / n
    drawn = np.where(tail, start * (np.where(tail, 1 - u, 1) * n / k) ** (-1 / alpha), row[(u * n).astype(int)])
    held = k * start * alpha / (alpha - 1)
    rich, poor = held / (held + body.sum()), 1 - k / n
    inside = poor * (1 - rich) * _with_errors(body)[0] + (1 - poor) * rich / (2 * alpha - 1)
    return drawn, inside + rich - (1 - poor)


def _coverage(law, n, chance):
    """How often four intervals of 95% hold the coefficient of the law that the customers come from."""
    draw, true = LAWS[law]
    rows = np.sort(draw(chance.random((400, n))), 1)
    index, error = _with_errors(rows)
    plain = np.abs(index - true) <= 1.96 * error
    bent = np.abs(logit(index) - logit(true)) <= 1.96 * error / (index * (1 - index))
    held = [plain.mean(), bent.mean()]
    for samples in (
        lambda row: (row[np.sort(chance.integers(0, n, (199, n)), 1)], None),
        lambda row: _semiparametric(row, chance),
    ):
        inside = []
        for row, own, its in zip(rows if n <= 500 else (), index, error, strict=False):
            drawn, of = samples(row)
            again, errors = _with_errors(drawn)
            off = (logit(again) - logit(own if of is None else of)) / (errors / (again * (1 - again)))
            low, high = np.quantile(off, [0.025, 0.975])
            inside.append(low <= (logit(own) - logit(true)) / (its / (own * (1 - own))) <= high)
        held.append(np.mean(inside) if inside else None)
    return held


@pytest.mark.slow
def test_no_interval_of_the_coefficient_holds_as_often_as_it_says_and_the_method_has_the_table():
    written = (Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8")
    least = np.ones(4)
    for law in LAWS:
        for n in (50, 500, 5_000):
            held = _coverage(law, n, np.random.default_rng(14))
            told = " | ".join("–" if share is None else f"{share:.0%}" for share in held)
            assert f"| {law} | {n:,} | {told} |" in written
            least = np.minimum(least, [1 if share is None else share for share in held])
    assert (least < 0.9).all()


def test_the_largest_are_left_out_ten_at_least_and_never_more_than_half():
    found = without_largest(_customers([1] * 30 + [1_000] * 10), PARAMS)
    assert found.table["left_out"].tolist() == [0, 10, 20]
    assert found.table["gini"].tolist()[1:] == pytest.approx([0, 0], abs=1e-12)
    assert (found.most_left_out, found.gini_without) == (20, pytest.approx(0, abs=1e-12))
    assert without_largest(_customers([1] * 19), PARAMS).table["left_out"].tolist() == [0]


@pytest.mark.parametrize(("fen", "hangs"), [([1] * 30 + [1_000] * 10, "on_them"), ([0] * 30 + [1] * 60, "on_nobody")])
def test_it_hangs_on_the_largest_only_where_it_falls_without_them(fen, hangs):
    assert without_largest(_customers(fen), PARAMS).hangs == hangs


def test_a_branch_whose_money_only_the_largest_hold_has_no_figure_without_them():
    assert without_largest(_customers([0] * 90 + [5] * 10), PARAMS).table["left_out"].tolist() == [0]


def test_what_fewer_than_ten_hold_is_not_told():
    with pytest.raises(ValueError, match="greater than or equal to 10"):
        Params(**profile("rural-postal"), compared={"leave_out": (1,)})


def test_a_hand_worked_split_between_within_and_by_overlap():
    # Owners a: 1, 3; b: 2, 4. G = 0.25. Means 2 and 3: between = 0.1. Within: 2/4·4/10·0.25 + 2/4·6/10·(1/6) = 0.1.
    found = gini_split(
        _customers([1, 3, 2, 4], tier=["basic", "core", "basic", "core"], staff_id=[*"aabb"], orphan=False), PARAMS
    ).table.set_index("grouping")
    shares = ["between_share", "within_share", "overlap_share"]
    assert found.loc["owner", shares].tolist() == pytest.approx([0.4, 0.4, 0.2])
    # Tiers 1, 2 and 3, 4: means 1.5 and 3.5: between = 0.2; within: 1/2·3/10·1/6 + 1/2·7/10·1/14 = 0.05.
    assert found.loc["tier", shares].tolist() == pytest.approx([0.8, 0.2, 0], abs=1e-12)


def test_where_most_of_it_arises_is_told_of_owners_where_they_are_known():
    apart = gini_split(_customers([1, 1, 9, 9], staff_id=[*"aabb"], orphan=False), PARAMS)
    mixed = gini_split(_customers([1, 9, 1, 9], staff_id=[*"aabb"], orphan=False), PARAMS)
    assert (apart.owners, mixed.owners, gini_split(_customers([1, 9]), PARAMS).owners) == (
        "between",
        "inside",
        "unknown",
    )


def test_whom_nobody_keeps_is_a_group_of_its_own_and_a_customer_without_a_figure_is_in_none():
    found = gini_split(_customers([1, 3, None], staff_id=["a", "gone", "b"], orphan=[False, True, False]), PARAMS).table
    assert found.set_index("grouping").loc["owner", ["groups", "between_share"]].tolist() == [2, 1]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from("abc")), min_size=1, max_size=25))
def test_overlap_is_what_two_customers_differ_against_the_order_of_their_groups(rows):
    fen, groups = zip(*rows, strict=True)
    found = gini_split(_customers(fen, staff_id=list(groups), orphan=False), PARAMS).table
    if found.empty:
        assert not any(fen) or gini(np.sort(np.array(fen, dtype=float))) == 0
        return
    # Pyatt (1976): over all pairs, what the member of the poorer group has above that of the richer.
    means = pd.Series(fen).groupby(list(groups)).mean()
    against = sum(max(x - y, 0) for x, a in rows for y, b in rows if a != b and (means[a], a) < (means[b], b))
    share = 2 * against / (len(fen) * sum(fen)) / gini(np.sort(np.array(fen, dtype=float)))
    assert found.set_index("grouping").loc["owner", "overlap_share"] == pytest.approx(share, abs=1e-9)
