"""What matters most: the lists of a branch by the money at stake, and the branch among the others (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, share, total
from kit.params import YUAN, Params


@dataclass(frozen=True, slots=True)
class Finding(Result):
    """One list of the branch: whom, how much is at stake, its share of AUM, and the median of the branches' shares."""

    code: str
    customers: int
    stake_fen: int
    share_of_aum: float | None
    median: float | None


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
    """The lists with the most money at stake, beside what part of their AUM is at stake in the branches (R10).

    Customers may stand on several lists, so the findings never add up. What is at stake must be worth a finding
    (``findings_from_yuan``).

    Parameters
    ----------
    customers
        Those of the branch, or of the whole bank.
    stakes
        ``data/stakes.parquet`` of every branch: its lists, their customers and amounts.
    branches
        ``data/branches.parquet``: branch_id, aum_fen.
    branch_id
        The branch; any other text for the whole bank.
    codes
        The lists that are findings; of others the amount is nothing to win or lose.
    """
    stakes = stakes[stakes[col.LIST].isin(codes)]
    held = total(customers[col.AUM_FEN].clip(lower=0))
    whole = branches.set_index(col.BRANCH_ID)[col.AUM_FEN]
    own = stakes[stakes[col.BRANCH_ID] == branch_id] if branch_id in whole.index else stakes
    at_stake = stakes.pivot(index=col.BRANCH_ID, columns=col.LIST, values=col.AMOUNT_FEN).reindex(whole.index)
    shares = at_stake.fillna(0).div(whole.where(whole > 0), axis=0).median()
    found = [
        Finding(
            code=str(code),
            customers=int(rows["customers"].sum()),
            stake_fen=total(rows[col.AMOUNT_FEN]),
            share_of_aum=share(total(rows[col.AMOUNT_FEN]), held),
            median=float(shares[code]) if len(whole) > 1 else None,
        )
        for code, rows in own.groupby(col.LIST)
    ]
    least = max(params.findings_from_yuan * YUAN, 1)
    found = sorted((f for f in found if f.stake_fen >= least), key=lambda f: (-f.stake_fen, f.code))[: params.findings]
    columns = {col.FINDING_OF: "code", "customers": "customers", col.STAKE_FEN: "stake_fen"}
    columns |= {"share_of_aum": "share_of_aum", "median_share": "median"}
    table = pd.DataFrame([{name: getattr(f, of) for name, of in columns.items()} for f in found], columns=list(columns))
    return Findings(top=tuple(found), table=table, count=len(found))
