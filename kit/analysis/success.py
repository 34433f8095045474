"""Likely success of a contact: a shrunken logistic on the contacts whose outcome is on record, beside the scorecard."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BeforeValidator, PlainSerializer

from kit import columns as col
from kit.analysis.logistic import QUARTERS, checked, fit, probability, quarters
from kit.analysis.result import Result, Unavailable, share
from kit.params import Params


@dataclass(frozen=True, slots=True)
class SuccessModel(Result):
    """What the bank's contacts tell of likely success.

    Attributes
    ----------
    table
        Contacts of the last quarter by tenths of the prediction, from a fit on those before: decile, contacts,
        predicted_share, observed_share.
    outcomes, successes, failures
        Contacts with a known outcome.
    enough
        Whether there are as many of both as the profile asks for, and both in each quarter of the contacts.
    auc, brier, base_brier, penalty
        As in `kit.analysis.logistic.Checked`; None where there are not enough.
    used, unused
        Whether the plan is ordered by it: it tells the last contacts apart as well as the profile asks for.
    """

    table: Annotated[pd.DataFrame, BeforeValidator(pd.DataFrame), PlainSerializer(lambda rows: rows.to_dict("list"))]
    outcomes: int
    successes: int
    failures: int
    success_share: float | None
    enough: bool = False
    auc: float | None = None
    brier: float | None = None
    base_brier: float | None = None
    penalty: float | None = None
    used: bool = False
    unused: bool = False


def success_model(fitted: SuccessModel | None) -> SuccessModel | Unavailable:
    """Likely success of the bank's contacts, and how far what it predicts has come true (R57)."""
    return Unavailable((col.SUCCEEDED,)) if fitted is None else fitted


def success_share(outcomes: pd.DataFrame) -> float | None:
    """Share of these contacts that succeeded, of those whose result is on record (R57)."""
    return share(outcomes[col.SUCCEEDED].sum(), len(outcomes)) if col.SUCCEEDED in outcomes else None


def fit_success(
    outcomes: pd.DataFrame, customers: pd.DataFrame, params: Params
) -> tuple[SuccessModel | None, pd.Series | None]:
    """The model of a bank, and the likely success of each customer's next contact where the model is good enough.

    A success is a call, chat or visit in which the customer was reached and did not object. It is learnt from what was
    known on that day: how often he was tried before and how often that succeeded, his tier at the last month's end
    before it, and his age. His segment and products then nobody has kept; whether he is familiar, and his intent, are
    made of the very outcomes that are to be told beforehand.

    Parameters
    ----------
    outcomes
        ``kit.features`` table; all branches.
    """
    if col.SUCCEEDED not in outcomes:
        return None, None
    y = outcomes[col.SUCCEEDED].to_numpy(dtype="float64")
    good, least, days = int(y.sum()), params.contact.success_outcomes, outcomes[col.CONTACT_DATE]
    kinds = {*zip(quarters(days).tolist(), y.tolist(), strict=True)}  # none of a quarter could not be learnt from
    model = SuccessModel(
        table=pd.DataFrame(), outcomes=len(y), successes=good, failures=len(y) - good,
        success_share=success_share(outcomes), enough=min(good, len(y) - good) >= least and len(kinds) == 2 * QUARTERS,
    )  # fmt: skip
    if not model.enough:
        return model, None
    x = _traits(outcomes, params)
    found = checked(x, y, days, list(outcomes[col.CUSTOMER_ID]))
    used = found.auc is not None and found.auc >= params.contact.success_auc and found.brier < found.base_brier
    model = SuccessModel(**{**_fields(model), **_fields(found), "used": used, "unused": not used})
    if not used:
        return model, None
    likely = probability(_traits(customers, params), fit(x, y, found.penalty))
    return model, pd.Series(likely.round(6), index=customers.index)


def _fields(result: Any) -> dict[str, Any]:
    return {name: getattr(result, name) for name in result.__slots__}


def _traits(rows: pd.DataFrame, params: Params) -> npt.NDArray[np.float64]:
    """What the model looks at, each about as large as the others: a row a contact to come, or one that was."""

    def number(name: str) -> npt.NDArray[np.float64]:
        given = rows[name] if name in rows else pd.Series(0, index=rows.index)
        return np.asarray(given.fillna(0), dtype="float64")

    def one_of(values: pd.Series, codes: list[Any]) -> list[npt.NDArray[np.float64]]:
        return [(values == code).fillna(value=False).to_numpy(dtype="float64") for code in codes]

    tried, succeeded = number(col.ATTEMPTS), number(col.SUCCESSES)
    nothing = pd.Series(np.nan, index=rows.index)
    bands = [-np.inf, *params.wallet.ages, np.inf]
    ages = pd.cut(rows.get(col.AGE, nothing).astype("float64"), bands, right=False, labels=False)
    traits: npt.NDArray[np.float64] = np.column_stack([
        np.log1p(tried),
        (succeeded + 1) / (tried + 2) - 0.5,
        *one_of(rows[col.TIER_RANK], list(range(len(params.tiers)))),
        *one_of(ages, list(range(len(params.wallet.ages) + 1))),
    ])  # fmt: skip
    return traits
