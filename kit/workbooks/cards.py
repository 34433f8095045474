"""三张表合成的客户卡: profile, products and balance sheet of each customer in a row (R38).

The ``customers`` are those of a branch, with the columns ``identity`` that say who they are, and ``held``: the codes of
the product families that each of them holds, parted by commas. ``lists`` are the branch's, for the estimates in them.
"""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from kit import columns as col
from kit.text import Wording

# Who he is and what his file lacks, what he holds, what he owns and owes, and what that says together.
_SHORT = (
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


def customer_cards(
    customers: pd.DataFrame, identity: Sequence[str], lists: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """A card of each customer, the richest first, in the columns that the bank's data gave."""
    cards = _joined(customers, lists, words)
    return cards[[*identity, *(c for c in _SHORT if c in cards)]]


def full_cards(
    customers: pd.DataFrame, identity: Sequence[str], profile: pd.DataFrame, lists: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """The same with all that is known; its columns are those of `card_bands`.

    Parameters
    ----------
    profile
        By customer, what the bank's own file says beyond ``customers``.
    """
    offers = lists[lists[col.LIST].str.startswith(_OFFER)]
    offered = offers[col.LIST].str.removeprefix(_OFFER).groupby(offers[col.CUSTOMER_ID]).agg(",".join)
    cards = _joined(customers, lists, words).merge(profile, on=col.CUSTOMER_ID, how="left", validate="one_to_one")
    cards["offers"] = _named((offered.get(customer, "") for customer in cards[col.CUSTOMER_ID]), "family", words)
    said = {told: words.label(f"workbook.choice.sms_sent.{word}") for told, word in ((True, "是"), (False, "否"))}
    for flag in (col.FAMILIAR, col.WECHAT_ADDED, col.DO_NOT_CALL):
        if flag in cards:
            cards[flag] = cards[flag].map(said).fillna("").astype("str")  # not known is neither
    return cards[[col.CUSTOMER_ID, *identity, *(c for columns in card_bands(cards).values() for c in columns)]]


def card_bands(cards: pd.DataFrame) -> dict[str, list[str]]:
    """Columns of the three tables that the bank's data gave."""
    return {band: [c for c in columns if c in cards] for band, columns in _BANDS.items()}


def _joined(customers: pd.DataFrame, lists: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Customers with what they hold by name, their money by kind and the room in their wallets, the richest first."""
    chosen = customers.sort_values(col.AUM_FEN, ascending=False, kind="stable")
    room = lists[lists[col.LIST] == "wallet"].set_index(col.CUSTOMER_ID)[col.AMOUNT_FEN]
    cards = chosen.assign(
        held=_named(chosen["held"], "family", words), room_fen=chosen[col.CUSTOMER_ID].map(room).fillna(0)
    ).rename(columns={col.DEPOSIT_SPOT_FEN: "deposit_fen", col.LOAN_SPOT_FEN: "loan_fen"})
    wealth = [c for c in (col.WMP_SPOT_FEN, col.FUND_SPOT_FEN, col.INSURANCE_SPOT_FEN) if c in cards]
    if wealth:
        cards = cards.assign(wealth_fen=cards[wealth].fillna(0).sum(axis=1))
    if col.MISSING in cards:
        cards = cards.assign(**{col.MISSING: _named(cards[col.MISSING], "field", words)})
    return cards


def _named(codes: Iterable[str], kind: str, words: Wording) -> list[str]:
    """Codes parted by commas as the names that they stand for."""
    return [words.join([words.label(f"labels.{kind}.{code}") for code in row.split(",") if code]) for row in codes]
