"""Segments by ordered rules, life cycle first and then occupation: their size, overlap and smallest cells (R30-R36)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.coverage import keeper
from kit.analysis.result import (
    Result,
    coded,
    counted,
    flagged,
    listed,
    needs,
    ordered,
    part_of_all,
    ratio,
    share,
    tally,
    total,
)
from kit.analysis.tiers import at_the_floor, ladder
from kit.params import Params

GRADES = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Segments(Result):
    """A row a segment in the order of the rules, and how cleanly they part the customers.

    ``overlap`` is the share of customers whom two rules or more fit, ``unidentified`` that of 其他/待识别,
    ``occupation_known`` the share with an occupation other than a default code (None where none was sent).
    ``groups`` have customers; ``smallest`` is the smallest segment of a rule, with its ``smallest_customers``.
    ``by_tier`` counts customers: a row a segment, a column a tier.
    """

    table: pd.DataFrame
    by_tier: pd.DataFrame
    customers: int
    groups: int
    overlap: float | None
    unidentified: float | None
    occupation_known: float | None
    smallest: str
    smallest_customers: int


@dataclass(frozen=True, slots=True)
class Overlap(Result):
    """Which rules fit the same customers, before the first of them wins.

    Attributes
    ----------
    table
        A row a rule: customers whom it ``fits``, who are ``placed`` by it, and whom an earlier rule ``took``.
    jaccard
        Customers whom both rules fit / customers whom either fits; rules in rows and columns, NaN where neither fits.
    customers
        Whom two rules or more fit; ``fullest`` is how many fit the most contested of them.
    first, second, both, closest
        The pair with the largest index; None where no two rules share a customer.
    """

    table: pd.DataFrame
    jaccard: pd.DataFrame
    customers: int
    share: float | None
    fullest: int
    first: str | None
    second: str | None
    both: int
    closest: float | None


@dataclass(frozen=True, slots=True)
class Cells(Result):
    """Customers by segment and owner, of those whom somebody keeps.

    ``table`` has a row a segment: customers, owners, the mean of an owner, the smallest cell with its owner, and the
    cells smaller than the profile's. ``smallest``, ``segment`` and ``staff_id`` are the smallest cell of all.
    """

    table: pd.DataFrame
    cells: int
    small: int
    smallest: int
    segment: str | None
    staff_id: str | None


@dataclass(frozen=True, slots=True)
class Strangers(Result):
    """Familiar and unfamiliar customers of each segment; ``unplaced`` are the unfamiliar of 其他/待识别.

    ``listed`` are all of 其他/待识别 from the value floor: the rows of `identify_list`.
    """

    table: pd.DataFrame
    strangers: int
    unplaced: int
    unplaced_share: float | None
    unplaced_fen: int
    listed: int
    listed_fen: int
    familiar_unplaced_share: float | None


@dataclass(frozen=True, slots=True)
class Cube(Result):
    """Customers by segment, tier (highest first) and service grade, a column a grade.

    ``segment`` and ``tier`` are the row with the most of grades A and B, ``best`` of them; None where there are none.
    """

    table: pd.DataFrame
    customers: int
    best: int
    segment: str | None
    tier: str | None


def _segment(customers: pd.DataFrame, params: Params) -> pd.CategoricalIndex:
    return ordered(customers[col.SEGMENT], params.segments.codes())


def _members(customers: pd.DataFrame, params: Params) -> npt.NDArray[np.int64]:
    """A row a customer, a column a rule: 1 where it fits."""
    bits = customers[col.SEGMENT_BITS].to_numpy(dtype=np.int64)
    rules = np.arange(len(params.segments.rules) - 1)
    return np.asarray((bits[:, None] >> rules) & 1, dtype=np.int64)


@needs(col.SEGMENT)
def segments(customers: pd.DataFrame, params: Params) -> Segments:
    """Customers and AUM of each segment; the first rule that fits wins (R30, R34).

    The segments proposed are those of R113, R114, R115, R116, R117, R118, R119 and R120; the rules are the profile's.
    """
    category = _segment(customers, params)
    rows = customers.assign(upper=customers[col.TIER].isin(params.upper_tiers()))
    table = tally(rows, category, aum_fen=col.AUM_FEN, upper_customers="upper")
    table.insert(2, "mean_fen", rows.groupby(category, observed=False)[col.AUM_FEN].mean())
    table["share_of_customers"] = table["customers"] / max(len(customers), 1)
    table["share_of_aum"] = part_of_all(table["aum_fen"])
    tier = ordered(customers[col.TIER], params.tier_codes())
    ruled = table["customers"].drop(params.segments.rest)
    return Segments(
        table=table.reset_index(),
        by_tier=counted(category, tier).rename_axis(index=col.SEGMENT, columns=col.TIER),
        customers=len(customers),
        groups=int((table["customers"] > 0).sum()),
        overlap=overlap_share(customers),
        unidentified=unidentified_share(customers, params),
        occupation_known=share(flagged(customers, col.OCCUPATION_KNOWN).sum(), len(customers))
        if col.OCCUPATION_KNOWN in customers
        else None,
        smallest=str(ruled.idxmin()),
        smallest_customers=int(ruled.min()),
    )


def overlap_share(customers: pd.DataFrame) -> float | None:
    """重合率: share of customers whom two rules or more fit."""
    return share((customers[col.SEGMENTS_FITTING] > 1).sum(), len(customers))


def unidentified_share(customers: pd.DataFrame, params: Params) -> float | None:
    """Share of customers whom no rule fits: a measure of the files, not of the customers."""
    return share((customers[col.SEGMENT] == params.segments.rest).sum(), len(customers))


@needs(col.SEGMENT_BITS)
def overlap(customers: pd.DataFrame, params: Params) -> Overlap:
    """交集: the full membership of every rule, before the first one wins, and each pair's Jaccard index (R31, R36)."""
    codes = list(params.segments.codes()[:-1])
    members = _members(customers, params)
    both = members.T @ members
    fits = both.diagonal()
    either = fits[:, None] + fits[None, :] - both
    jaccard = pd.DataFrame(both / np.where(either > 0, either, np.nan), index=codes, columns=codes)
    placed = customers[col.SEGMENT].value_counts().reindex(codes, fill_value=0).to_numpy()
    several = members.sum(axis=1)
    pairs = np.tril(both / np.maximum(either, 1), -1)
    second, first = np.unravel_index(pairs.argmax(), pairs.shape)
    meet = bool(pairs.max() > 0)
    return Overlap(
        table=pd.DataFrame({col.SEGMENT: codes, "fits": fits, "placed": placed, "took": fits - placed}),
        jaccard=jaccard,
        customers=int((several > 1).sum()),
        share=share((several > 1).sum(), len(customers)),
        fullest=int(several.max(initial=0)),
        first=codes[first] if meet else None,
        second=codes[second] if meet else None,
        both=int(both[second, first]) if meet else 0,
        closest=float(pairs.max()) if meet else None,
    )


@needs(col.SEGMENT, col.ORPHAN)
def cells(customers: pd.DataFrame, params: Params) -> Cells:
    """Customers of one segment with one owner, and where that is too few for a batch (R31)."""
    counts = customers.groupby([customers[col.SEGMENT], keeper(customers)]).size().rename("customers").reset_index()
    counts["small"] = counts["customers"] < params.segments.small_cell
    counts["at"] = counts[col.SEGMENT].map({code: i for i, code in enumerate(params.segments.codes())})
    counts = counts.sort_values(["customers", "at", col.STAFF_ID], ignore_index=True)
    groups = counts.groupby("at")
    table = groups.agg(
        segment=(col.SEGMENT, "first"),
        customers=("customers", "sum"),
        owners=("customers", "size"),
        customers_each=("customers", "mean"),
        smallest=("customers", "first"),
        staff_id=(col.STAFF_ID, "first"),
        small_cells=("small", "sum"),
    )
    least = counts.iloc[0] if len(counts) else None
    return Cells(
        table=table.reset_index(drop=True),
        cells=len(counts),
        small=int(counts["small"].sum()),
        smallest=0 if least is None else int(least["customers"]),
        segment=None if least is None else str(least[col.SEGMENT]),
        staff_id=None if least is None else str(least[col.STAFF_ID]),
    )


def _to_identify(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    rest = customers[col.SEGMENT] == params.segments.rest
    return customers[rest & at_the_floor(customers, params)]


@needs(col.SEGMENT, of_most=col.FAMILIAR)
def strangers(customers: pd.DataFrame, params: Params) -> Strangers:
    """Unfamiliar customers whom no rule fits yet: activating them is to tell who they are (R30, R32)."""
    listable, customers = _to_identify(customers, params), customers[customers[col.FAMILIAR].notna()]
    familiar = flagged(customers, col.FAMILIAR)
    frame = pd.DataFrame({"familiar": familiar, "strangers": ~familiar})
    table = tally(frame, _segment(customers, params), familiar="familiar", strangers="strangers")
    table["familiar_share"] = ratio(table["familiar"], table.pop("customers"))
    rest = customers[col.SEGMENT] == params.segments.rest
    return Strangers(
        table=table.reset_index(),
        strangers=int((~familiar).sum()),
        unplaced=int((rest & ~familiar).sum()),
        unplaced_share=share((rest & ~familiar).sum(), (~familiar).sum()),
        unplaced_fen=total(customers.loc[rest & ~familiar, col.AUM_FEN]),
        listed=len(listable),
        listed_fen=total(listable[col.AUM_FEN]),
        familiar_unplaced_share=share((rest & familiar).sum(), familiar.sum()),
    )


@needs(col.SEGMENT, col.SERVICE_GRADE)
def cube(customers: pd.DataFrame, params: Params) -> Cube:
    """分层 x 分群 x 分级: customers of each tier, segment and service grade (R77)."""
    segment, tier = _segment(customers, params), ladder(customers, params)
    pairs = pd.MultiIndex.from_product([segment.categories, tier.categories], names=[col.SEGMENT, col.TIER])
    at = np.where(tier.codes < 0, -1, segment.codes.astype("int64") * len(tier.categories) + tier.codes)
    counts = counted(coded(at, range(len(pairs))), ordered(customers[col.SERVICE_GRADE], GRADES)).set_axis(pairs)
    counts = counts[counts.sum(axis=1) > 0]
    best = counts[["A", "B"]].sum(axis=1) if len(counts) else pd.Series([0])
    first = counts.index[int(best.argmax())] if best.max() > 0 else (None, None)
    return Cube(
        table=counts.rename(columns={grade: f"grade_{grade.lower()}" for grade in GRADES})
        .rename_axis(columns=None)
        .reset_index(),
        customers=len(customers),
        best=int(best.max()),
        segment=first[0],
        tier=first[1],
    )


@needs(col.SEGMENT)
def identify_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """待识别名单: whom no rule fits, from the value floor, most AUM first: to be asked when contacted (R32)."""
    chosen = _to_identify(customers, params).sort_values([col.AUM_FEN, col.CUSTOMER_ID], ascending=[False, True])
    known = flagged(chosen, col.OCCUPATION_KNOWN)
    return listed(chosen, chosen[col.AUM_FEN], np.where(known, "unplaced_no_rule", "unplaced_no_occupation"))
