import itertools
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.shrinkage import branch_rates, rates_compared, shrunk_rates
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _branches(*counts):
    cases, customers = zip(*counts, strict=True) if counts else ((), ())
    ids = [f"{i:02d}" for i in range(len(counts))]
    found = {"branch_id": ids, "familiar_customers": cases, "familiar_known": customers, "customers": customers}
    return pd.DataFrame(found)


def _shrunk(*counts):
    return shrunk_rates(*np.array(counts, dtype=float).T)


@pytest.mark.parametrize("counts", [(), ((0, 0),), ((3, 7),), ((0, 0), (3, 7))])
def test_where_there_are_no_two_branches_with_customers_nothing_is_compared(counts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = rates_compared(_branches(*counts), PARAMS)
    assert (found.compared, found.rates, len(found.table), len(found.extremes)) == (0, (), 0, 0)


def test_a_branch_without_customers_is_given_the_banks_rate_and_no_place():
    found = branch_rates(_branches((0, 0), (10, 40), (30, 40)), PARAMS, "familiar")
    first = found.table.iloc[0]
    assert (first["shrunk_share"], found.rate, found.branches) == (0.5, 0.5, 2)
    assert first[["raw_share", "from_share", "to_share", "zone"]].isna().all()


@pytest.mark.parametrize(
    ("counts", "rate"), [(((2, 10), (4, 20)), 0.2), (((0, 10), (0, 20)), 0), (((5, 5), (9, 9)), 1)]
)
def test_equal_rates_are_shrunk_to_themselves_and_lie_inside(counts, rate):
    found = branch_rates(_branches(*counts), PARAMS, "familiar")
    assert found.table["shrunk_share"].tolist() == [rate] * 2
    assert found.table["zone"].tolist() == ["inside"] * 2
    assert not found.overdispersed
    assert not found.curve.isna().any(axis=None)


def test_branches_all_or_nothing_keep_their_own_rates():
    found, correlation = _shrunk((0, 50), (50, 50), (0, 50), (50, 50))
    assert correlation == 1
    assert found.tolist() == pytest.approx([0, 1, 0, 1])


def test_a_hand_worked_example():
    # Rate 0.5. Spread: (10·0.16 + 10·0 + 10·0.16) / 0.25 = 12.8; two degrees: 10.8. Room: 30 − 10 − 2 = 18. ρ = 0.6.
    # Own weight: 10·0.6 / (1 + 9·0.6) = 0.9375: 0.5 ± 0.4·0.9375.
    found, correlation = _shrunk((1, 10), (5, 10), (9, 10))
    assert correlation == pytest.approx(0.6)
    assert found.tolist() == pytest.approx([0.125, 0.5, 0.875])


def test_branches_that_differ_less_than_by_chance_all_get_the_banks_rate():
    found, correlation = _shrunk((4, 10), (5, 10), (6, 10))
    assert (found.tolist(), correlation) == ([0.5] * 3, 0)


def test_the_moments_are_those_of_a_beta_binomial_by_counting_every_outcome():
    stats = pytest.importorskip("scipy.stats")
    sizes, a, b = np.array([2, 3, 6]), 1.5, 2.5
    rate, correlation = a / (a + b), 1 / (a + b + 1)
    spread = 0.0
    for cases in itertools.product(*(range(n + 1) for n in sizes)):
        chance = math.prod(stats.betabinom.pmf(k, n, a, b) for k, n in zip(cases, sizes, strict=True))
        pooled = sum(cases) / sizes.sum()
        spread += chance * (sizes * (np.array(cases) / sizes - pooled) ** 2).sum()
    # What the estimator equates: spread / rate(1 − rate) = (branches − 1) + correlation · room.
    room = sizes.sum() - (sizes**2).sum() / sizes.sum() - 2
    assert spread / (rate * (1 - rate)) == pytest.approx(2 + correlation * room)


def test_a_shrunk_rate_is_the_mean_of_the_posterior():
    integrate = pytest.importorskip("scipy.integrate")
    cases, sizes = np.array([1.0, 30, 45, 90]), np.array([10.0, 60, 100, 120])
    found, correlation = shrunk_rates(cases, sizes)
    rate, strength = cases.sum() / sizes.sum(), 1 / correlation - 1

    def moment(power, k, n):
        weight = (rate * strength - 1 + k + power, (1 - rate) * strength - 1 + n - k)
        return integrate.quad(lambda p: p ** weight[0] * (1 - p) ** weight[1], 0, 1)[0]

    means = [moment(1, k, n) / moment(0, k, n) for k, n in zip(cases, sizes, strict=True)]
    assert found.tolist() == pytest.approx(means, rel=1e-6)


def test_the_small_branch_is_shrunk_more_than_the_large():
    found, _ = _shrunk((2, 4), (300, 600), (30, 200), (1, 8), (40, 300))
    assert found[1] == pytest.approx(0.5, abs=0.01)
    assert 0.5 - found[0] > 5 * (0.5 - found[1])


@given(
    st.lists(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=12)
)
def test_shrinking_never_passes_the_banks_rate_nor_the_branchs_own(counts):
    found, correlation = _shrunk(*counts)
    cases, sizes = np.array(counts, dtype=float).T
    raw, rate = cases / sizes, cases.sum() / sizes.sum()
    assert 0 <= correlation <= 1
    assert (np.abs(found - rate) <= np.abs(raw - rate) + 1e-12).all()
    assert (np.abs(found - raw) <= np.abs(raw - rate) + 1e-12).all()


def test_correlation_is_found_again_in_many_branches():
    chance = np.random.default_rng(3)
    sizes = chance.integers(20, 400, 3_000)
    cases = chance.binomial(sizes, chance.beta(2, 6, len(sizes)))
    assert shrunk_rates(cases.astype(float), sizes.astype(float))[1] == pytest.approx(1 / 9, abs=0.01)


@pytest.mark.parametrize("n", [1, 2, 7, 40, 300])
@pytest.mark.parametrize("rate", [0.001, 0.02, 0.3, 0.5, 0.95])
def test_a_branch_is_outside_where_so_few_or_so_many_are_rarer_than_the_limit_and_nowhere_else(n, rate):
    binom = pytest.importorskip("scipy.stats").binom
    many = 10**9  # beside it the branch moves the bank's rate by nothing
    for cases in range(n + 1):
        branches = _branches((cases, n), (round(rate * many), many))
        exact = branches["familiar_customers"].sum() / branches["customers"].sum()
        few, lots = binom.cdf(cases, n, exact), binom.sf(cases - 1, n, exact)
        zones = {"lowest": few < 0.001, "low": few < 0.025, "highest": lots < 0.001, "high": lots < 0.025}
        wanted = next((zone for zone, there in zones.items() if there), "inside")
        assert branch_rates(branches, PARAMS, "familiar").table["zone"].iloc[0] == wanted


def test_whoever_cannot_be_judged_is_in_no_rate_and_a_branch_of_too_few_who_can_has_none():
    # 8 of 20 and 10 of 40 who can be judged; of the third branch so few that there is no fact.
    branches = _branches((8, 20), (10, 40), (np.nan, np.nan)).assign(customers=[60, 40, 100])
    found = branch_rates(branches, PARAMS, "familiar")
    assert found.table["raw_share"].tolist()[:2] == [0.4, 0.25]
    assert found.table.loc[2, ["raw_share", "zone"]].isna().all()
    assert (found.branches, found.rate) == (2, 0.3)


def test_zones_are_told_by_size_and_not_by_rank():
    # The same rate, 30% beside 50%: by chance in 20 customers, not in 2,000.
    counts = ((6, 20), (600, 2_000), (5_000, 10_000), (4_500, 8_000), (10_300, 20_200))
    found = branch_rates(_branches(*counts), PARAMS, "familiar")
    first = found.table.iloc[0]
    assert (found.table["zone"].tolist()[:2], found.overdispersed) == (["inside", "lowest"], True)
    assert first["raw_share"] == 0.3 < first["shrunk_share"] < found.rate


def test_a_branch_between_the_inner_and_the_outer_limit_is_worth_a_look_only():
    # 54.3% of 1,150 beside 50%: 2.8 standard errors.
    branches = _branches((625, 1_150), (5_000, 10_000), (5_000, 10_000))
    assert branch_rates(branches, PARAMS, "familiar").table["zone"].iloc[0] == "high"


def test_the_bank_is_told_of_each_rate_and_of_its_ends():
    branches = _branches((10, 100), (50, 100), (90, 100)).assign(orphan_customers=[5, 5, 5], orphan_known=100)
    found = rates_compared(branches, PARAMS)
    assert found.table["rate"].tolist() == ["familiar", "orphan"]
    assert found.table[["outside_inner", "outside_outer"]].to_numpy().tolist() == [[2, 2], [0, 0]]
    assert found.extremes["branch_id"].tolist() == ["02", "00"]  # of rates that differ by chance alone there are none
    assert (found.compared, found.overdispersed) == (3, 1)
