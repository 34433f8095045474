import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from kit.analysis.logistic import auc, checked, fit, probability, quarters
from kit.analysis.result import Unavailable
from kit.analysis.success import fit_success, success_model, success_share
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


@pytest.mark.parametrize("penalty", [0.1, 10.0])
def test_the_fit_is_that_of_a_general_optimiser(penalty):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(400, 4))
    y = (rng.random(400) < 1 / (1 + np.exp(-(0.5 + x @ [1, -1, 0.5, 0])))).astype(float)

    def loss(beta):
        z = beta[0] + x @ beta[1:]
        return np.logaddexp(0, z).sum() - (y * z).sum() + penalty / 2 * (beta[1:] ** 2).sum()

    best = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-8})
    assert fit(x, y, penalty) == pytest.approx(best.x, abs=1e-5)


def test_separated_outcomes_stay_finite_and_no_variation_gives_the_mean():
    x, y = np.array([[-1.0], [-1], [1], [1]]), np.array([0.0, 0, 1, 1])
    assert np.isfinite(fit(x, y, 0.1)).all()
    assert probability(np.zeros((4, 1)), fit(np.zeros((4, 1)), y, 1.0)) == pytest.approx([0.5] * 4)


def test_auc_is_the_share_of_pairs_in_the_right_order_ties_half():
    assert auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0.0, 0, 1, 1])) == 0.75
    assert auc(np.array([0.5, 0.5]), np.array([0.0, 1])) == 0.5
    assert auc(np.array([0.5, 0.5]), np.array([1.0, 1])) is None


def test_contacts_fall_into_quarters_of_time_and_a_day_into_one():
    days = pd.Series(
        pd.to_datetime(["2026-01-03", "2026-01-01", "2026-01-04", "2026-01-01", "2026-01-01", "2026-01-04"])
    )
    # Before them lie 3, 0, 4, 0, 0 and 4 of 6.
    assert quarters(days).tolist() == [2, 0, 2, 0, 0, 2]
    assert quarters(pd.Series(pd.date_range("2026-01-01", periods=8)[::-1])).tolist() == [3, 3, 2, 2, 1, 1, 0, 0]
    assert quarters(days[:0]).tolist() == []


def test_no_contact_is_foretold_from_a_later_one():
    # What succeeds turns round in the last quarter: whoever had learnt from it would know.
    rng = np.random.default_rng(2)
    x, days = rng.normal(size=(800, 1)), pd.Series(pd.date_range("2024-01-01", periods=800))
    turned = np.where(np.arange(800) < 600, 1, -1)
    y = (rng.random(800) < 1 / (1 + np.exp(-3 * turned * x[:, 0]))).astype(float)
    found = checked(x, y, days, list(range(800)))
    assert found.auc < 0.2
    assert found.table["contacts"].sum() == 200


def _real_calls(shared):
    rows = pd.read_csv(shared / "bank_marketing" / "bank-full.csv", sep=";")
    y = (rows["y"] == "yes").to_numpy(dtype=float)
    assert y.sum() == 5289
    codes = pd.get_dummies(rows[["job", "marital", "education", "housing", "loan", "contact", "month", "poutcome"]])
    # How long the call took is known after it only, and left out.
    sizes = np.column_stack(
        [np.log1p(rows["balance"].clip(lower=0)), np.log(rows["campaign"]), np.log1p(rows["previous"])]
    )
    x = np.column_stack([codes.to_numpy(dtype=float), (sizes - sizes.mean(axis=0)) / sizes.std(axis=0)])
    return x, y, pd.Series(np.arange(len(y)))


def test_real_calls_are_foretold_within_four_points_and_three_but_for_the_likeliest(shared):
    x, y, days = _real_calls(shared)
    days = days.sample(frac=1, random_state=1).reset_index(drop=True)  # times alike: what is to come is as what was
    found = checked(x, y, days, list(range(len(y))))
    assert (found.table["predicted_share"] - found.table["observed_share"]).abs().max() < 0.04
    assert (found.table["predicted_share"].iloc[:9] - found.table["observed_share"].iloc[:9]).abs().max() < 0.03
    assert found.auc == pytest.approx(0.77, abs=0.01)
    assert found.brier < 0.85 * found.base_brier


def test_real_calls_in_their_own_order_show_that_the_times_had_changed(shared):
    x, y, days = _real_calls(shared)
    found = checked(x, y, days, list(range(len(y))))
    assert found.table["observed_share"].mean() > 2 * found.table["predicted_share"].mean()


def _outcomes(n, informative):
    rng = np.random.default_rng(3)
    age = rng.integers(20, 80, n)
    likely = np.where(age >= 60, 0.85, 0.25) if informative else np.full(n, 0.5)
    return pd.DataFrame({
        "branch_id": "0101", "customer_id": [f"c{i}" for i in range(n)], "succeeded": rng.random(n) < likely,
        "contact_date": pd.date_range("2023-01-01", periods=n), "attempts": 0, "successes": 0,
        "tier_rank": rng.integers(0, 4, n), "age": age,
    })  # fmt: skip


def test_a_model_that_tells_customers_apart_orders_the_plan():
    outcomes = _outcomes(1000, informative=True)
    model, likely = fit_success(outcomes, outcomes.drop(columns="succeeded"), PARAMS)
    assert model.used
    assert model.auc > 0.7
    assert likely[outcomes["age"] >= 60].mean() > 0.7
    assert likely[outcomes["age"] < 60].mean() < 0.4
    assert model.table["contacts"].sum() == 250, "the last quarter"
    assert len(model.table) == 8
    assert success_model(model) is model


def test_a_model_of_chance_is_told_and_left_aside():
    outcomes = _outcomes(1000, informative=False)
    model, likely = fit_success(outcomes, outcomes, PARAMS)
    assert likely is None
    assert model.unused


def test_too_few_outcomes_give_no_model():
    model, likely = fit_success(_outcomes(120, informative=True), _outcomes(5, informative=True), PARAMS)
    assert likely is None
    assert (model.enough, model.auc, model.outcomes) == (False, None, 120)


def test_contacts_of_one_day_or_of_a_quarter_without_a_success_give_no_model():
    outcomes = _outcomes(1000, informative=True)
    assert fit_success(outcomes, outcomes, PARAMS)[0].enough
    on_a_day = outcomes.assign(contact_date=pd.Timestamp("2026-10-01"))
    failed = outcomes.assign(succeeded=outcomes["succeeded"] & (outcomes["contact_date"] > "2024-01-01"))
    assert not any(fit_success(rows, rows, PARAMS)[0].enough for rows in (on_a_day, failed))


def test_a_branchs_own_share_is_of_its_contacts():
    assert success_share(_outcomes(10, informative=True).assign(succeeded=[True] * 4 + [False] * 6)) == 0.4
    assert success_share(pd.DataFrame({"customer_id": []})) is None


def test_without_results_there_is_no_model():
    outcomes = _outcomes(10, informative=True).drop(columns="succeeded")
    assert fit_success(outcomes, outcomes, PARAMS) == (None, None)
    assert success_model(None) == Unavailable(("succeeded",))
