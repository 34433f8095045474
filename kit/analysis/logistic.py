"""Ridge-penalised logistic regression, how it is checked on what came after it, and what that shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit.analysis.result import Result

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
QUARTERS = 4
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)
_BINS, _SMALLEST_BIN = 10, 30


@dataclass(frozen=True, slots=True)
class Checked(Result):
    """What a model of the first three quarters of the contacts is worth in the last.

    ``table`` has a row a tenth of the predictions, lowest first: decile, contacts, predicted_share, observed_share.
    ``brier`` is the mean squared error, ``base_brier`` that of the share known before for everybody; ``auc`` the chance
    that a success was given more than a failure.
    """

    table: pd.DataFrame
    penalty: float
    auc: float | None
    brier: float
    base_brier: float


def quarters(days: pd.Series) -> Ints:
    """Which quarter of the contacts each lies in, the earliest 0; a day is not cut in two."""
    before = days.rank(method="min") - 1
    return np.asarray(before * QUARTERS // max(len(days), 1), dtype="int64")


def fit(x: Floats, y: Floats, penalty: float) -> Floats:
    """Intercept and coefficients that maximise the likelihood less half the penalty times the squared coefficients.

    Newton's method (IRLS), a step halved while it makes things worse; the intercept is not penalised.
    """
    design = np.column_stack([np.ones(len(x)), x])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        p = _logistic(design @ beta)
        slope = design.T @ (y - p) - ridge * beta
        curve = (design * (p * (1 - p))[:, None]).T @ design + np.diag(ridge + 1e-10)
        step = np.linalg.solve(curve, slope)
        now = _objective(design, y, ridge, beta)
        while _objective(design, y, ridge, beta + step) < now - 1e-9 * (1 + abs(now)):
            step /= 2
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def _logistic(z: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)), dtype="float64")


def _objective(design: Floats, y: Floats, ridge: Floats, beta: Floats) -> float:
    z = design @ beta
    return float((y * z - np.logaddexp(0, z)).sum() - 0.5 * (ridge * beta**2).sum())


def probability(x: Floats, beta: Floats) -> Floats:
    """Probability of success of each row."""
    return _logistic(beta[0] + x @ beta[1:])


def auc(p: Floats, y: Floats) -> float | None:
    """Chance that a success was given a higher probability than a failure, ties counted half (Mann–Whitney)."""
    good = int(y.sum())
    bad = len(y) - good
    if not good or not bad:
        return None
    ranks = pd.Series(p).rank().to_numpy()
    return float((ranks[y == 1].sum() - good * (good + 1) / 2) / (good * bad))


def calibration(p: Floats, y: Floats, ids: Sequence[object]) -> pd.DataFrame:
    """Predicted and observed share of success in each tenth of the predictions, thirty rows or more in each."""
    order = np.lexsort((np.asarray(ids, dtype="str"), p))
    parts = np.array_split(order, max(min(_BINS, len(order) // _SMALLEST_BIN), 1))
    return pd.DataFrame({
        "decile": np.arange(1, len(parts) + 1),
        "contacts": [len(part) for part in parts],
        "predicted_share": [float(p[part].mean()) for part in parts],
        "observed_share": [float(y[part].mean()) for part in parts],
    })  # fmt: skip


def checked(x: Floats, y: Floats, days: pd.Series, ids: Sequence[object]) -> Checked:
    """Choose the penalty, and see what the model says of the last quarter of the contacts, which has no part in it.

    The second and the third quarter are foretold each by a fit on what came before; the penalty is that with the least
    log loss in them, the larger of two that are alike.
    """
    at = quarters(days)

    def foretold(quarter: int, penalty: float) -> Floats:
        known, asked = at < quarter, at == quarter
        return probability(x[asked], fit(x[known], y[known], penalty)).clip(1e-9, 1 - 1e-9)

    def loss(penalty: float) -> float:
        parts = [(foretold(quarter, penalty), y[at == quarter]) for quarter in range(1, QUARTERS - 1)]
        return -sum(float((seen * np.log(p) + (1 - seen) * np.log(1 - p)).sum()) for p, seen in parts)

    penalty = min(sorted(PENALTIES, reverse=True), key=loss)
    last = at == QUARTERS - 1
    p, seen = foretold(QUARTERS - 1, penalty), y[last]
    return Checked(
        table=calibration(p, seen, np.asarray(ids, dtype="str")[last].tolist()),
        penalty=penalty,
        auc=auc(p, seen),
        brier=float(((p - seen) ** 2).mean()),
        base_brier=float(((y[~last].mean() - seen) ** 2).mean()),
    )
