import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis import concentration
from kit.analysis.concentration import gini, smallest_share_holding, top_share
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _of(*fen):
    return concentration(pd.DataFrame({"aum_fen": pd.Series(fen, dtype="float64")}), PARAMS)


def test_a_branch_without_customers_has_no_figure_and_no_warning():
    found = _of()
    assert (found.customers, found.aum_fen, found.gini, found.top_share, found.holding_share) == (
        0,
        0,
        None,
        None,
        None,
    )


def test_a_branch_where_nobody_has_anything_has_no_share():
    found = _of(0, 0, 0)
    assert (found.gini, found.zero) == (None, 3)


def test_equal_customers_have_gini_zero():
    found = _of(*[100] * 10)
    assert found.gini == pytest.approx(0, abs=1e-12)
    assert found.top_share == pytest.approx(0.2)
    assert found.holding_share == pytest.approx(0.8)


def test_one_customer_holding_all_gives_the_largest_population_gini():
    found = _of(*[0] * 9, 500)
    assert found.gini == pytest.approx(0.9)
    assert found.holding_share == pytest.approx(0.1)


def test_negative_balances_count_in_the_sum_and_as_zero_in_shares():
    found = _of(-300, 100, 100)
    assert (found.aum_fen, found.negative, found.negative_fen) == (-100, 1, -300)
    assert found.gini == pytest.approx(gini(np.array([0.0, 100, 100])))


def test_a_hand_worked_example():
    # 1, 2, 3, 4: Gini = 2*(1*1+2*2+3*3+4*4)/(4*10) - 5/4 = 0.25; the top 20% is one customer of four, rounded up.
    found = _of(1, 2, 3, 4)
    assert found.gini == pytest.approx(0.25)
    assert found.top_share == pytest.approx(0.4)
    assert found.holding_share == pytest.approx(0.75)


def test_published_gini_of_the_mexican_states(shared):
    reference = pd.read_csv(shared / "gini" / "reference_values.csv")
    published = float(reference.loc[reference["dataset"] == "mexico_pcgdp.csv", "published"].iloc[0])
    income = pd.read_csv(shared / "gini" / "mexico_pcgdp.csv")["pcgdp1940"].to_numpy(float)
    assert gini(np.sort(income)) == pytest.approx(published, abs=1e-15)


def test_published_gini_of_a_textbook_example():
    # Doersam (2004), as quoted in CRAN REAT: 20, 50, 20, 10 gives 0.3.
    assert gini(np.array([10.0, 20, 20, 50])) == pytest.approx(0.3)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=60).filter(any))
def test_gini_agrees_with_the_mean_absolute_difference(values):
    x = np.sort(np.array(values, dtype=float))
    by_definition = np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2 * x.mean())
    assert gini(x) == pytest.approx(by_definition, abs=1e-9)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60).filter(any), st.randoms())
def test_row_order_changes_nothing(values, chance):
    shuffled = values.copy()
    chance.shuffle(shuffled)
    a, b = _of(*values), _of(*shuffled)
    assert (a.gini, a.top_share, a.holding_share) == (b.gini, b.top_share, b.holding_share)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=60))
def test_the_smallest_holders_really_hold_the_share(values):
    x = np.sort(np.array(values, dtype=float))
    k = round(smallest_share_holding(x, 0.8) * len(x))
    assert x[len(x) - k :].sum() >= 0.8 * x.sum() * (1 - 1e-9)
    assert k == 1 or x[len(x) - k + 1 :].sum() < 0.8 * x.sum() * (1 + 1e-9)
    assert 0 < top_share(x, 0.2) <= 1
