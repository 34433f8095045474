import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.proportions import difference, exact_interval, proportion, rates
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_none_of_ten_may_be_as_many_as_three_in_ten():
    # (1 − p)^10 = 0.025 and p^10 = 0.025.
    assert exact_interval(0, 10, PARAMS) == (0, pytest.approx(1 - 0.025**0.1))
    assert exact_interval(10, 10, PARAMS) == (pytest.approx(0.025**0.1), 1)


@pytest.mark.parametrize(("cases", "of"), [(1, 1), (1, 12), (56, 70), (48, 80), (3, 4_000)])
def test_the_interval_is_what_neither_tail_refuses(cases, of):
    exact = pytest.importorskip("scipy.stats").binomtest(cases, of).proportion_ci(method="exact")
    assert exact_interval(cases, of, PARAMS) == (pytest.approx(exact.low), pytest.approx(exact.high))


@pytest.mark.parametrize("of", [1, 5, 12, 40])
def test_the_interval_holds_the_rate_at_least_as_often_as_it_says_by_counting_every_outcome(of):
    binom = pytest.importorskip("scipy.stats").binom
    found = np.array([exact_interval(cases, of, PARAMS) for cases in range(of + 1)])
    for rate in np.linspace(0.005, 0.995, 67):
        held = (found[:, 0] <= rate) & (rate <= found[:, 1])
        assert binom.pmf(np.arange(of + 1), of, rate)[held].sum() >= 0.95


@pytest.mark.parametrize(("of", "other"), [(8, 8), (20, 30)])
def test_so_does_that_of_a_difference(of, other):
    binom = pytest.importorskip("scipy.stats").binom
    pairs = [(proportion(i, of, PARAMS), proportion(j, other, PARAMS)) for i in range(of + 1) for j in range(other + 1)]
    reach = np.array([difference(*pair) for pair in pairs])
    for a, b in [(0.05, 0.05), (0.1, 0.4), (0.5, 0.5), (0.3, 0.9), (0.95, 0.6)]:
        chance = np.outer(binom.pmf(np.arange(of + 1), of, a), binom.pmf(np.arange(other + 1), other, b)).ravel()
        assert chance[(reach[:, 1] <= a - b) & (a - b <= reach[:, 2])].sum() >= 0.95


def test_of_nothing_there_is_no_share_and_no_difference():
    nothing = proportion(0, 0, PARAMS)
    assert (nothing.share, nothing.low, nothing.high) == (None, None, None)
    assert difference(nothing, proportion(1, 2, PARAMS)) is None


@given(COUNTS, COUNTS)
def test_intervals_hold_their_share_and_turn_round_with_the_order(one, other):
    a, b = proportion(*one, PARAMS), proportion(*other, PARAMS)
    assert 0 <= a.low <= a.share <= a.high <= 1
    there, back = difference(a, b), difference(b, a)
    assert -1 - 1e-9 <= there[1] <= there[0] <= there[2] <= 1 + 1e-9
    assert there == pytest.approx((-back[0], -back[2], -back[1]))


def test_few_cases_have_no_raw_rate_and_lean_towards_all():
    table = rates(pd.DataFrame({"cases": [21, 20, 40], "of": [30, 25, 100]}), "cases", "of", PARAMS)
    assert table["raw_share"].fillna(-1).tolist() == [0.7, -1, 0.4]
    assert 81 / 155 < table["shrunk_share"].tolist()[1] < 20 / 25
    assert rates(table.iloc[:0], "cases", "of", PARAMS).empty
