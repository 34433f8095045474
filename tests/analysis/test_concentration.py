import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.concentration import concentration, gini, hhi, lorenz, smallest_share_holding, top_share
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


@pytest.fixture(scope="module")
def published(shared):
    return pd.read_csv(shared / "gini" / "reference_values.csv", dtype=str)


@pytest.fixture(scope="module")
def households(shared):
    """EU-SILC of Austria: income and weight, poorest first."""
    columns = {"db040": "domain", "eqIncome": "income", "rb050": "weight"}
    rows = pd.read_csv(shared / "gini" / "eusilc.csv", usecols=list(columns)).rename(columns=columns)
    return rows.assign(income=rows["income"].clip(lower=0)).sort_values("income")


def _printed(value, published):
    """The value to the digits of a published one."""
    return f"{value:.{len(published.partition('.')[2])}f}"


def test_published_weighted_gini_of_austria_and_its_nine_regions_to_every_digit(published, households):
    told = published[published["dataset"].eq("eusilc.csv") & published["measure"].str.startswith("Gini")]
    regions = {"Austria": households} | dict(iter(households.groupby("domain")))
    assert len(told) == len(regions) == 10
    for domain, figure in zip(told["domain"], told["published"], strict=True):
        found = gini(regions[domain]["income"].to_numpy(), regions[domain]["weight"].to_numpy())
        assert _printed(100 * found, figure) == figure, domain


def test_published_quintile_share_ratio_of_austria_to_every_digit(published, households):
    figure = published.loc[published["measure"].str.startswith("QSR"), "published"].item()
    customers, held = lorenz(households["income"].to_numpy(), households["weight"].to_numpy())
    # Eurostat's quintiles take in every household that has the income of the last one.
    ends = np.append(np.flatnonzero(np.diff(households["income"])) + 1, len(households))
    fifth, fourth = (held[ends[np.searchsorted(customers[ends], q)]] for q in (0.2, 0.8))
    assert _printed((1 - fourth) / fifth, figure) == figure


def test_published_gini_of_the_mexican_states(published, shared):
    figure = float(published.loc[published["dataset"].eq("mexico_pcgdp.csv"), "published"].item())
    income = pd.read_csv(shared / "gini" / "mexico_pcgdp.csv")["pcgdp1940"].to_numpy(float)
    assert gini(np.sort(income)) == pytest.approx(figure, abs=1e-15)


def test_published_gini_of_textbook_examples(published):
    # Doersam (2004) and GDP of the German Laender in 2015, thousand million EUR, as quoted in CRAN REAT.
    laender = [
        460.69,
        549.19,
        124.16,
        65.29,
        31.59,
        109.27,
        263.44,
        39.87,
        258.53,
        645.59,
        131.95,
        35.03,
        112.66,
        56.22,
    ]
    incomes, sizes = np.array([500.0, 1500, 2500, 4000, 7500, 15000]), np.array([1000.0, 1200, 1600, 400, 200, 600])
    sales = np.array([10.0, 20, 20, 50])
    found = [
        f"{gini(sales):.1f} / {gini(sales) * 4 / 3:.1f}",
        f"{gini(incomes, sizes):.4f}",
        f"{gini(np.sort([*laender, 85.61, 56.81])):.4f}",
    ]
    assert found == published.loc[published["dataset"].str.startswith("inline"), "published"].tolist()


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 5)), min_size=1, max_size=30))
def test_a_weight_counts_as_so_many_customers(rows):
    amounts, weights = np.array(sorted(rows), dtype=float).T
    each = gini(np.repeat(amounts, weights.astype(int)))
    assert gini(amounts, weights) == (None if each is None else pytest.approx(each, abs=1e-12))


def test_hhi_is_ten_thousand_where_one_holds_all_and_falls_with_the_number_of_equals():
    assert (hhi(np.array([0.0, 7])), hhi(np.array([5.0] * 4)), hhi(np.zeros(3))) == (10_000, 2_500, None)
    found = _of(30, 10)  # 75² + 25² = 6,250: as many equals as 10,000 / 6,250
    assert (found.hhi, found.equals) == (pytest.approx(6_250), pytest.approx(1.6))
    assert found.denominators["hhi"].tolist() == [found.hhi] * 2


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


def test_whose_balance_or_sleep_is_not_known_is_in_no_population_that_needs_it():
    customers = pd.DataFrame({"aum_fen": [5.0, 3, 0, None], "dormant": [False, None, True, False]})
    found = concentration(customers, PARAMS)
    assert (found.customers, found.unknown) == (4, 1)
    assert found.denominators.set_index("population")["customers"].to_dict() == {
        "all": 3,
        "positive": 2,
        "not_dormant": 1,
    }


@pytest.mark.parametrize(
    ("fen", "claim", "skew"),
    [([80, 5, 5, 5, 5], "holds", "lifted"), ([60, 10, 10, 10, 10], "short", "lifted"), ([20] * 5, "even", "level")],
)
def test_what_is_said_of_the_claim_and_the_mean_follows_the_figures(fen, claim, skew):
    found = concentration(pd.DataFrame({"aum_fen": fen}), PARAMS)
    assert (found.claim, found.skew) == (claim, skew)
