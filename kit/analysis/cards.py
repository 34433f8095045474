"""A card a segment: who they are, what they hold, what suits them, where they would come (R37, R42, R53)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.products import FAMILIES, known_families
from kit.analysis.result import Result, needs, ordered, share, tally
from kit.params import Params

SHOWN = 3  # products, themes and channels on a card


@dataclass(frozen=True, slots=True)
class Cards(Result):
    """A row a segment that has customers, in the order of the rules.

    ``table``: customers, aum_fen, median_age; ``held``, ``suited``, ``hobby`` and ``channel`` are shares by code,
    largest first: of the segment's customers of whom it is known. ``suited`` is the share whose own risk level, in
    force, is as high as the product's (None: the product needs none, or the bank sends no levels).
    """

    table: pd.DataFrame
    segments: int


@dataclass(frozen=True, slots=True)
class Salons(Result):
    """Themes of events by what the files say of hobbies: customers by segment, a column a theme that has any.

    ``known`` have a hobby on file; ``theme`` is the one that most of them share.
    """

    table: pd.DataFrame
    known: int
    known_share: float | None
    theme: str | None
    theme_customers: int


def words_told(texts: pd.Series, words: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """A column a code: whether one of its words is in the text."""
    place, said = pd.factorize(texts, use_na_sentinel=True)
    fits = np.array([[any(word in text for word in group) for group in words.values()] for text in [*said, ""]])
    return pd.DataFrame(fits.reshape(len(said) + 1, -1)[place], index=texts.index, columns=list(words))  # -1: the last


def _allowed(shares: pd.DataFrame, code: str, level: int | None) -> float | None:
    return None if level is None else float(shares[level][code])


def _largest(shares: pd.DataFrame) -> pd.Series:
    """The largest shares of each row by their codes."""
    rows = [row[row > 0].sort_values(ascending=False, kind="stable").head(SHOWN) for _, row in shares.iterrows()]
    return pd.Series([row.to_dict() for row in rows], index=shares.index, dtype="object")


@needs(col.SEGMENT)
def cards(customers: pd.DataFrame, params: Params) -> Cards:
    """客群卡片: size, age, products held and suited, themes and channels of each segment (R37, R42, R53)."""
    segment = ordered(customers[col.SEGMENT], params.segments.codes())
    known = {family: customers[FAMILIES[family]].astype("float64") for family in known_families(customers)}
    holds = pd.DataFrame(known, index=customers.index).groupby(segment, observed=True).mean()
    levels = params.offers.risk if col.RISK_RANK in customers else {}
    reached = {level: customers[col.RISK_RANK] >= level for level in sorted(set(levels.values()))}
    allowed = pd.DataFrame(reached, index=customers.index).groupby(segment, observed=True).mean()
    told = {
        name: _known_shares(customers, column, words, segment)
        for name, column, words in (
            ("hobby", col.HOBBY, params.segments.hobbies), ("channel", col.CHANNEL_PREF, params.segments.channels),
        )
    }  # fmt: skip
    groups = customers.groupby(segment, observed=True)
    table = tally(customers, segment, aum_fen=col.AUM_FEN)
    table = table[table["customers"] > 0]
    table["median_age"] = groups[col.AGE].median() if col.AGE in customers else np.nan
    table["held"] = _largest(holds)
    rules = {rule.code: rule.suited for rule in params.segments.rules}
    suited = [{family: _allowed(allowed, code, levels.get(family)) for family in rules[code]} for code in table.index]
    table["suited"] = pd.Series(suited, index=table.index, dtype="object")
    for name, shares in told.items():
        table[name] = _largest(shares)
    return Cards(table=table.reset_index(), segments=len(table))


def _known_shares(
    customers: pd.DataFrame, column: str, words: Mapping[str, tuple[str, ...]], segment: pd.CategoricalIndex
) -> pd.DataFrame:
    """Share of each code among the customers of a segment whose file says something that a word tells."""
    told = words_told(customers[column], words) if column in customers else pd.DataFrame(index=customers.index)
    sums = told.assign(said=told.any(axis=1)).astype("int64").groupby(segment, observed=True).sum()
    return sums.drop(columns="said").div(sums["said"].where(sums["said"] > 0), axis=0)


@needs(col.SEGMENT, col.HOBBY)
def salons(customers: pd.DataFrame, params: Params) -> Salons:
    """沙龙主题: how many customers of each segment the files connect with a theme (R42)."""
    told = words_told(customers[col.HOBBY], params.segments.hobbies)
    told = told.loc[:, told.any()]
    segment = ordered(customers[col.SEGMENT], params.segments.codes())
    table = told.astype("int64").groupby(segment, observed=False).sum()
    counts = table.sum()
    known = int(told.any(axis=1).sum())
    return Salons(
        table=table.reset_index(),
        known=known,
        known_share=share(known, len(customers)),
        theme=str(counts.idxmax()) if known else None,
        theme_customers=int(counts.max()) if known else 0,
    )
