import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.proportions import difference, proportion, rates
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_the_wilson_interval_of_newcombes_example():
    found = proportion(56, 70, PARAMS)
    assert (found.low, found.high) == (pytest.approx(0.6919, abs=1e-3), pytest.approx(0.8773, abs=1e-3))


def test_the_difference_of_newcombes_example():
    """56/70 less 48/80: 0.2000, from 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    found = difference(proportion(56, 70, PARAMS), proportion(48, 80, PARAMS), PARAMS)
    assert found == (pytest.approx(0.2), pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_of_nothing_there_is_no_share_and_no_difference():
    nothing = proportion(0, 0, PARAMS)
    assert (nothing.share, nothing.low, nothing.high) == (None, None, None)
    assert difference(nothing, proportion(1, 2, PARAMS), PARAMS) is None


@given(COUNTS, COUNTS)
def test_intervals_hold_their_share_and_turn_round_with_the_order(one, other):
    a, b = proportion(*one, PARAMS), proportion(*other, PARAMS)
    assert 0 <= a.low <= a.share <= a.high <= 1
    there, back = difference(a, b, PARAMS), difference(b, a, PARAMS)
    assert -1 - 1e-9 <= there[1] <= there[0] <= there[2] <= 1 + 1e-9
    assert there == pytest.approx((-back[0], -back[2], -back[1]))


def test_few_cases_have_no_raw_rate_and_lean_towards_all():
    table = rates(pd.DataFrame({"cases": [21, 20, 40], "of": [30, 25, 100]}), "cases", "of", PARAMS)
    assert table["raw_share"].fillna(-1).tolist() == [0.7, -1, 0.4]
    assert 81 / 155 < table["shrunk_share"].tolist()[1] < 20 / 25
    assert rates(table.iloc[:0], "cases", "of", PARAMS).empty
