"""三张表合成的客户卡: profile, products and balance sheet of each customer in a row (R38)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from kit import columns as col
from kit.analysis.products import asleep, held, known_families
from kit.text import Wording

__all__ = ["card_bands", "cards", "customer_cards"]

# Who he is and what his file lacks, what he holds, what he owns and owes, and what that says together.
_CARD = (
    col.STAFF_ID, col.TIER, col.SEGMENT, col.AGE, col.OCCUPATION, col.RISK_RANK, col.RISK_STATE, col.MISSING,
    "held", col.AUM_FEN, "deposit_fen", "wealth_fen", "loan_fen", col.PRIMARY_GRADE, col.SERVICE_GRADE,
    "room_fen",
)  # fmt: skip
# The three tables of the needs check side by side.
_BANDS: Mapping[str, Sequence[str]] = {
    "profile": (
        col.TIER, col.SEGMENT, col.FAMILIAR, col.GENDER, col.AGE, col.OCCUPATION, col.INCOME_FEN, col.MARITAL,
        col.CHILDREN, col.EDUCATION, col.HOBBY, col.CHANNEL_PREF, col.INVEST_GOAL, col.WECHAT_ADDED, col.DO_NOT_CALL,
        col.RISK_RANK, col.RISK_STATE, col.MISSING,
    ),
    "products": (col.PRODUCT_COUNT, "held", "offers", col.NEXT_MATURITY_DATE, col.MATURING_FEN),
    "sheet": (
        col.AUM_FEN, "deposit_fen", "wealth_fen", "loan_fen", col.UPGRADE_GAP_FEN, "room_fen", col.PRIMARY_GRADE,
        col.SERVICE_GRADE,
    ),
}  # fmt: skip
_OFFER = "offer_"  # how the lists of key products are named


def cards(persons: pd.DataFrame, shown: list[str], lists: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """A card of each customer at the value floor and above who is awake, the richest first.

    Parameters
    ----------
    persons
        Customers of a branch, with the columns ``shown`` of who they are.
    lists
        The branch's lists, for the estimate of his wallet.
    """
    made = _joined(persons[(persons[col.TIER_RANK] > 0) & ~asleep(persons)], lists, words)
    return made[[*shown, *(c for c in _CARD if c in made)]]


def customer_cards(
    persons: pd.DataFrame, shown: list[str], profile: pd.DataFrame, lists: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """A card of every customer of a branch, the richest first; its columns are those of `card_bands`.

    Parameters
    ----------
    profile
        By customer, what the bank's own file says beyond ``persons``.
    lists
        The branch's lists, for the estimate of his wallet and the products that he may be offered.
    """
    offers = lists[lists[col.LIST].str.startswith(_OFFER)]
    offered = offers[col.LIST].str.removeprefix(_OFFER).groupby(offers[col.CUSTOMER_ID]).agg(",".join)
    made = _joined(persons, lists, words).merge(profile, on=col.CUSTOMER_ID, how="left", validate="one_to_one")
    made["offers"] = _names((offered.get(customer, "") for customer in made[col.CUSTOMER_ID]), "family", words)
    yes = words.label("callbook.choice.sms_sent.是")
    for flag in (col.FAMILIAR, col.WECHAT_ADDED, col.DO_NOT_CALL):
        if flag in made:
            made[flag] = made[flag].astype("boolean").fillna(value=False).map({True: yes, False: ""}).astype("str")
    return made[[col.CUSTOMER_ID, *shown, *(c for columns in card_bands(made).values() for c in columns)]]


def card_bands(made: pd.DataFrame) -> dict[str, list[str]]:
    """Columns of the three tables that the bank's data gave."""
    return {band: [c for c in columns if c in made] for band, columns in _BANDS.items()}


def _joined(persons: pd.DataFrame, lists: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Customers with what they hold by name, their money by kind and the room in their wallets, the richest first."""
    chosen = persons.sort_values(col.AUM_FEN, ascending=False, kind="stable")
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
    return made


def _names(codes: Iterable[str], kind: str, words: Wording) -> list[str]:
    """Codes parted by commas as the names that they stand for."""
    return [words.join([words.label(f"labels.{kind}.{code}") for code in told.split(",") if code]) for told in codes]
