"""分级: the service grade with its scorecard, and intent with what it asks for (R54, R55, R56)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.contact import interval_days
from kit.analysis.result import Result, needs, ordered, share, tally, total
from kit.analysis.segments import GRADES
from kit.params import Params

_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Scorecard(Result):
    """The service grade and what it is made of.

    Attributes
    ----------
    table
        service_grade, from_points, customers, share_of_customers, aum_fen, share_of_aum, mean_points, asked_a_year
        (contacts that the cadence asks for): a row a grade.
    factors
        factor, weight, weight_share (once missing factors dropped out), effect_share (of the score's variance, what
        tells customers apart by it), mean_points (of the score), full_customers (who have all of it), unknown_customers
        (of whom it is not known): a row a factor that the bank's data can give.
    upper, upper_fen
        Customers of grades A and B, and their AUM.
    dropped
        Factors that no data was sent for, or that are the same for all customers of the bank.
    most, most_effect
        The factor with the largest ``effect_share``; None where all have the same score.
    """

    table: pd.DataFrame
    factors: pd.DataFrame
    customers: int
    upper: int
    upper_share: float | None
    upper_fen: int
    upper_share_of_aum: float | None
    dropped: tuple[str, ...]
    dropped_count: int
    most: str | None
    most_effect: float | None


@dataclass(frozen=True, slots=True)
class Contribution(Result):
    """Customers whose contribution is known, and their mean rank within the bank, from 0 to 1."""

    known: int
    mean_share: float | None


@dataclass(frozen=True, slots=True)
class Intents(Result):
    """intent, closes_months, at_most_days, longer_days, customers, aum_fen: a row a grade, the ungraded last.

    ``near`` are the customers of the grades with follow-ups of their own.
    """

    table: pd.DataFrame
    graded: int
    graded_share: float | None
    near: int
    near_fen: int


def scorecard(customers: pd.DataFrame, params: Params) -> Scorecard:
    """服务等级: whom to manage first, from assets, contribution, depth of relation and potential (R55, R56)."""
    grades = ordered(customers[col.SERVICE_GRADE], GRADES)
    frame = customers.assign(
        asked=(_YEAR_DAYS / interval_days(customers, params)).fillna(0), held=customers[col.AUM_FEN].clip(lower=0)
    )
    groups = frame.groupby(grades, observed=False)
    table, assets = tally(frame, grades, aum_fen=col.AUM_FEN), float(frame["held"].sum())
    table.insert(0, "from_points", [params.grade.a_from, params.grade.b_from, params.grade.c_from, 0])
    table["mean_points"] = groups[col.SERVICE_SCORE].mean()
    table["asked_a_year"] = groups["asked"].sum().round().astype("int64")
    table.insert(2, "share_of_customers", table["customers"] / (len(frame) or float("nan")))
    table.insert(4, "share_of_aum", groups["held"].sum() / (assets or float("nan")))
    upper = customers[customers[col.SERVICE_GRADE].isin(["A", "B"])]
    factors, dropped = _factors(customers, params)
    told = factors.dropna(subset="effect_share") if len(factors) else factors
    told = told.sort_values("effect_share", ascending=False, kind="stable")
    most = None if told.empty else told.iloc[0]
    return Scorecard(
        table=table.reset_index(),
        factors=factors,
        customers=len(customers),
        upper=len(upper),
        upper_share=share(len(upper), len(customers)),
        upper_fen=total(upper[col.AUM_FEN]),
        upper_share_of_aum=share(upper[col.AUM_FEN].clip(lower=0).sum(), assets),
        dropped=dropped,
        dropped_count=len(dropped),
        most=most["factor"] if most is not None else None,
        most_effect=float(most["effect_share"]) if most is not None else None,
    )


def _factors(customers: pd.DataFrame, params: Params) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """What each factor brings to the score, and the factors that nothing is known of."""
    weights = params.grade.weights
    sent = {name: customers.get(f"factor_{name}") for name in weights}
    known = {name: of for name, of in sent.items() if of is not None and (of.notna().any() or of.empty)}
    dropped = tuple(name for name in weights if name not in known)
    values = pd.DataFrame(known, index=customers.index).astype("float64")
    shares = values.notna() * pd.Series({name: float(weights[name]) for name in known})
    shares = shares.div(shares.sum(axis=1), axis=0)
    points = values.fillna(0) * shares * 100
    spread = points.cov().sum() if len(points) > 1 else pd.Series(0.0, index=points.columns)
    rows = [
        {
            "factor": name,
            "weight": weights[name],
            "weight_share": shares[name].mean() if len(values) else None,
            "effect_share": share(spread[name], round(spread.sum(), 9)),
            "mean_points": points[name].mean() if len(values) else None,
            "full_customers": int((values[name] >= 1).sum()),
            "unknown_customers": int(values[name].isna().sum()),
        }
        for name in known
    ]
    return pd.DataFrame(rows), dropped


@needs(col.FACTOR_CONTRIBUTION)
def contribution(customers: pd.DataFrame, _params: Params) -> Contribution:
    """贡献度: the customers' rank within the bank, from 0 to 1 (R55)."""
    known = customers[col.FACTOR_CONTRIBUTION].dropna()
    return Contribution(known=len(known), mean_share=float(known.mean()) if len(known) else None)


@needs(col.INTENT)
def intent_grades(customers: pd.DataFrame, params: Params) -> Intents:
    """意向等级: how soon a customer will close, and when he is contacted next; the ungraded count as D (R54)."""
    graded = customers[col.INTENT].fillna("unknown")
    rows = [
        {
            col.INTENT: grade.code,
            "closes_months": grade.closes_months,
            "at_most_days": grade.at_most_days,
            "longer_days": grade.longer_days or None,
        }
        for grade in params.contact.intents
    ]
    table = pd.DataFrame([*rows, {col.INTENT: "unknown"}]).astype({
        "closes_months": "Int64", "at_most_days": "Int64", "longer_days": "Int64",
    })  # fmt: skip
    found = tally(customers, ordered(graded, table[col.INTENT]), aum_fen=col.AUM_FEN)
    table[["customers", "aum_fen"]] = found.to_numpy()
    near = customers[graded.isin([grade.code for grade in params.contact.intents if grade.follow_up])]
    told = int((graded != "unknown").sum())
    return Intents(
        table=table,
        graded=told,
        graded_share=share(told, len(customers)),
        near=len(near),
        near_fen=total(near[col.AUM_FEN]),
    )
