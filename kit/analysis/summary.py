"""What matters most: the lists of a branch by the money at stake, and the branch among the others (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.branches import Standing, place
from kit.analysis.result import Result, share, total
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Finding(Result):
    """One list of the branch: whom, how much is at stake, and where the branch stands by its share of AUM."""

    code: str
    customers: int
    stake_fen: int
    share_of_aum: float | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Findings(Result):
    """The findings that matter most, most money at stake first; ``table`` has a row each."""

    top: tuple[Finding, ...]
    table: pd.DataFrame
    count: int


def findings(
    customers: pd.DataFrame,
    params: Params,
    stakes: pd.DataFrame,
    branches: pd.DataFrame,
    branch_id: str,
    codes: Sequence[str],
) -> Findings:
    """The lists with the most money at stake, and the branch's rank by that money in its AUM (R10).

    Customers may stand on several lists, so the findings never add up.

    Parameters
    ----------
    customers
        Those of the branch, or of the whole bank.
    stakes
        ``data/stakes.parquet`` of every branch: its lists, their customers and amounts.
    branches
        ``data/branches.parquet``: branch_id, aum_fen.
    branch_id
        The branch; any other text for the whole bank, which has no rank.
    codes
        The lists that are findings; of others the amount is nothing to win or lose.
    """
    stakes = stakes[stakes[col.LIST].isin(codes)]
    held = total(customers[col.AUM_FEN].clip(lower=0))
    whole = branches.set_index(col.BRANCH_ID)[col.AUM_FEN]
    own = stakes[stakes[col.BRANCH_ID] == branch_id] if branch_id in whole.index else stakes
    at_stake = stakes.pivot(index=col.BRANCH_ID, columns=col.LIST, values=col.AMOUNT_FEN).reindex(whole.index)
    found = [
        Finding(
            code=str(code),
            customers=int(rows["customers"].sum()),
            stake_fen=total(rows[col.AMOUNT_FEN]),
            share_of_aum=share(total(rows[col.AMOUNT_FEN]), held),
            standing=place(at_stake[code].fillna(0) / whole.where(whole > 0), branch_id),
        )
        for code, rows in own.groupby(col.LIST)
    ]
    found = sorted((f for f in found if f.stake_fen > 0), key=lambda f: (-f.stake_fen, f.code))[: params.findings]
    table = pd.DataFrame(
        [
            {col.FINDING_OF: f.code, "customers": f.customers, col.STAKE_FEN: f.stake_fen}
            | {"share_of_aum": f.share_of_aum, "place": f.standing.rank}
            for f in found
        ],
        columns=[col.FINDING_OF, "customers", col.STAKE_FEN, "share_of_aum", "place"],
    )
    if branch_id not in whole.index:
        table = table.drop(columns="place")
    return Findings(top=tuple(found), table=table, count=len(found))
