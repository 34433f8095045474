"""Whose the growth of AUM was: the gains of those who had most at the start, beside their share of it (R2, R5)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.concentration import number_of_top
from kit.analysis.panel import ends_of, wide
from kit.analysis.result import Result, coded, part_of_all, share, tally, total
from kit.params import Params

GROUPS = ("top", "other", "new")


@dataclass(frozen=True, slots=True)
class Gains(Result):
    """Gross gains of AUM from the first month to the last: what some gain others lose, so that no net is divided.

    Attributes
    ----------
    table
        A row a ``start_group``: the existing customers who had most (``top``), the others, and who is new; customers,
        start_fen, start_share, gain_fen, and share_of_gain, of what the existing gained.
    ranked_by
        Months whose average says who had most: the first half of them.
    gain_fen, new_fen
        What existing customers gained, and what new ones brought.
    top_share, top_start_share
        Of these gains, and of the AUM at the start, what ``top`` has; None without any.
    claim
        ``holds``, where they gained the share that is said of them; ``weight``, no less than they held; or ``below``.
    """

    table: pd.DataFrame
    ranked_by: int
    gain_fen: int
    new_fen: int
    top_share: float | None
    top_start_share: float | None
    claim: str


def gains(panel: pd.DataFrame, params: Params) -> Gains:
    """Growth 80/20: share of the gross gains of existing customers that the top 20% by START AUM made (R2, R5).

    Source of the claim under test: 20%存量客户贡献80%业绩增长. Whoever had most on one day by chance has less on
    the next: where there are several months, who had most is told from the average of the first half of them.
    """
    aum, _ = ends_of(panel, col.AUM_FEN)
    months = wide(panel, col.AUM_FEN).reindex(aum.index)
    half = max(months.shape[1] // 2, 1)
    start, end = aum.iloc[:, 0], aum.iloc[:, 1]
    gain = (end - start.fillna(0)).fillna(0).clip(lower=0)  # whoever left gained nothing
    rows = pd.DataFrame({"start": start.fillna(0), "gain": gain}).astype("int64")
    old = rows.index[start.notna()]
    most = months.loc[old].iloc[:, :half].mean(axis=1).sort_values(ascending=False, kind="stable").index
    first = most[: number_of_top(len(old), params.top_share_of_customers)]  # ties in the order of the ids
    places = np.select([rows.index.isin(first), start.notna()], [0, 1], 2)
    table = tally(rows, coded(places, GROUPS, "start_group"), start_fen="start", gain_fen="gain")
    held = table.loc[["top", "other"]]
    table.insert(2, "start_share", part_of_all(held["start_fen"]))
    table["share_of_gain"] = part_of_all(held["gain_fen"])
    gained, start_fen = total(held["gain_fen"]), total(held["start_fen"])
    made, had = share(held["gain_fen"]["top"], gained), share(held["start_fen"]["top"], max(start_fen, 0))
    return Gains(
        table=table.reset_index(),
        ranked_by=half,
        gain_fen=gained,
        new_fen=int(table["gain_fen"]["new"]),
        top_share=made,
        top_start_share=had,
        claim="holds" if (made or 0) >= params.share_of_aum else "weight" if (made or 0) >= (had or 0) else "below",
    )
