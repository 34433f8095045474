"""三张表合成的客户卡: profile, products and balance sheet of each valued customer in a row (R38)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from kit import columns as col
from kit.analysis.products import asleep, held, known_families
from kit.text import Wording

__all__ = ["cards"]

# Who he is and what his file lacks, what he holds, what he owns and owes, and what that says together.
_CARD = (
    col.STAFF_ID, col.TIER, col.SEGMENT, col.AGE, col.OCCUPATION, col.RISK_RANK, col.RISK_STATE, col.MISSING,
    "held", col.AUM_FEN, "deposit_fen", "wealth_fen", "loan_fen", col.PRIMARY_GRADE, col.SERVICE_GRADE,
    "room_fen",
)  # fmt: skip


def cards(persons: pd.DataFrame, shown: list[str], lists: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """A card of each customer at the value floor and above who is awake, the richest first.

    Parameters
    ----------
    persons
        Customers of a branch, with the columns ``shown`` of who they are.
    lists
        The branch's lists, for the estimate of his wallet.
    """
    chosen = persons[(persons[col.TIER_RANK] > 0) & ~asleep(persons)].sort_values(
        col.AUM_FEN, ascending=False, kind="stable"
    )
    holds = held(chosen, known_families(chosen))
    room = lists[lists[col.LIST] == "wallet"].set_index(col.CUSTOMER_ID)[col.AMOUNT_FEN]
    made = chosen.assign(
        held=_names((",".join(holds.columns[row]) for row in holds.to_numpy(dtype=bool)), "family", words),
        room_fen=chosen[col.CUSTOMER_ID].map(room).fillna(0),
    ).rename(columns={col.DEPOSIT_SPOT_FEN: "deposit_fen", col.LOAN_SPOT_FEN: "loan_fen"})
    wealth = [c for c in (col.WMP_SPOT_FEN, col.FUND_SPOT_FEN, col.INSURANCE_SPOT_FEN) if c in made]
    if wealth:
        made = made.assign(wealth_fen=made[wealth].fillna(0).sum(axis=1))
    if col.MISSING in made:
        made = made.assign(**{col.MISSING: _names(made[col.MISSING], "field", words)})
    return made[[*shown, *(c for c in _CARD if c in made)]]


def _names(codes: Iterable[str], kind: str, words: Wording) -> list[str]:
    """Codes parted by commas as the names that they stand for."""
    return [words.join([words.label(f"labels.{kind}.{code}") for code in told.split(",") if code]) for told in codes]
