"""分岗分户: who keeps whom, whether he may, who is left alone, how even the load is (R12, R15, R17, R19, R22, R27)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.concentration import gini
from kit.analysis.result import Result, counted, flagged, listed, needs, ordered, ratio, richest, share, tally, total
from kit.analysis.tiers import at_the_floor, ladder
from kit.params import Params

CAUSES = ("none", "virtual", "left")
ORPHANED, NO_ROLE = "orphan", "unknown"  # rows of the matrix that are no role
_KEEPERS = ("0", "part", "1", "2", "3")


@dataclass(frozen=True, slots=True)
class Coverage(Result):
    """Customers with a main owner who is there: a row a tier, highest first, of the customers whose owner is known.

    ``uncovered_customers`` and ``uncovered_fen`` are those of the upper tiers; ``doubles`` are customers with more
    than one main owner, ``unlisted`` those whose owner no list of staff knows: he may have left.
    """

    table: pd.DataFrame
    covered_share: float | None
    covered_share_of_aum: float | None
    uncovered_customers: int
    uncovered_fen: int
    doubles: int
    unlisted: int


@dataclass(frozen=True, slots=True)
class Roles(Result):
    """Owners' roles against those that the profile allows each tier.

    Attributes
    ----------
    table
        A row a tier, highest first: covered, misheld, misheld_share, misheld_fen, role_unknown.
    by_role
        Customers: a row a role, most customers first, then ``unknown`` and ``orphan`` where there are any; a column a
        tier, highest first.
    allowed
        In the shape of ``by_role``: whether a customer of the tier may be there.
    """

    table: pd.DataFrame
    by_role: pd.DataFrame
    allowed: pd.DataFrame
    misheld: int
    misheld_fen: int
    misheld_share: float | None
    upper_misheld: int
    upper_misheld_fen: int


@dataclass(frozen=True, slots=True)
class Orphans(Result):
    """Customers whom nobody keeps: by tier (highest first) and by cause, with the AUM at stake."""

    by_tier: pd.DataFrame
    by_cause: pd.DataFrame
    customers: int
    aum_fen: int
    valued_customers: int
    valued_fen: int


@dataclass(frozen=True, slots=True)
class Loads(Result):
    """Load of the owners who are there and keep at least one customer.

    ``table`` has a row an owner, most assets first. ``balance`` has a row each for customers and AUM: the largest
    owner's share, max_min (None where the smallest is not above zero), cv (population form) and gini over owners.
    """

    table: pd.DataFrame
    balance: pd.DataFrame
    owners: int
    most_customers: int
    largest_share: float | None
    gini: float | None


@dataclass(frozen=True, slots=True)
class Households(Result):
    """Households of two customers or more of whom each one's owner is known, by the owners who keep them.

    0, 1, 2, 3 and more; ``part`` has one owner, who does not keep all of its members. ``partly`` are these.
    """

    table: pd.DataFrame
    families: int
    partly: int
    split: int
    split_share: float | None
    split_fen: int


def is_kept(customers: pd.DataFrame) -> pd.Series:
    """Whether the customer's main owner is known to be there: not so of an orphan, nor where no owners were sent."""
    return ~customers[col.ORPHAN].fillna(value=True).astype(bool)


def keeper(customers: pd.DataFrame) -> pd.Series:
    """The owner who is there, of each customer who has one."""
    return customers[col.STAFF_ID].where(is_kept(customers))


def covered_share_of_aum(customers: pd.DataFrame) -> float | None:
    """Share of AUM whose main owner is there (R12), where owners are known; whoever owes more than he has is zero."""
    held = customers[col.AUM_FEN].clip(lower=0).where(customers[col.ORPHAN].notna())
    return share(total(held[is_kept(customers)]), total(held))


@needs(of_most=col.ORPHAN)
def coverage(customers: pd.DataFrame, params: Params) -> Coverage:
    """Share of customers and of AUM that a named owner keeps who is really there, by tier (R12, R27)."""
    customers = customers[customers[col.ORPHAN].notna()]
    present = is_kept(customers)
    held = customers[col.AUM_FEN].fillna(0).clip(lower=0).astype("int64")
    rows = customers.assign(covered=present, held=held, kept=held.where(present, 0))
    table = tally(rows, ladder(rows, params), aum_fen=col.AUM_FEN, covered="covered", held="held", kept="kept")
    table["covered_share"] = ratio(table["covered"], table["customers"])
    table["covered_share_of_aum"] = ratio(table.pop("kept"), table.pop("held"))
    alone = customers.loc[~present & customers[col.TIER].isin(params.upper_tiers()), col.AUM_FEN]
    return Coverage(
        table=table.reset_index(),
        covered_share=share(present.sum(), len(customers)),
        covered_share_of_aum=covered_share_of_aum(customers),
        uncovered_customers=len(alone),
        uncovered_fen=total(alone),
        doubles=int((customers[col.OWNERS] > 1).sum()) if col.OWNERS in customers else 0,
        unlisted=int((present & ~flagged(customers, col.OWNER_LISTED)).sum()),
    )


def misheld(customers: pd.DataFrame, params: Params) -> pd.Series:
    """Customers whose owner is there in a role that is not among their tier's; a tier without roles has no rule."""
    rank = ordered(customers[col.TIER], params.tier_codes()).codes
    role, names = pd.factorize(customers[col.OWNER_ROLE])
    wrong = np.array(
        [[bool(tier.roles) and name not in tier.roles for name in [*names, None]] for tier in params.tiers]
    )
    return is_kept(customers) & (role >= 0) & wrong[rank, role]


@needs(col.OWNER_ROLE, of_most=col.ORPHAN)
def roles(customers: pd.DataFrame, params: Params) -> Roles:
    """Tier by role, and the customers held by a role that the profile does not allow their tier (R15, R17, R19)."""
    customers = customers[customers[col.ORPHAN].notna()]
    present, wrong = is_kept(customers), misheld(customers, params)
    nameless = present & customers[col.OWNER_ROLE].isna()
    aum = customers[col.AUM_FEN].fillna(0).astype("int64")
    frame = customers.assign(present=present, wrong=wrong, nameless=nameless, wrong_fen=aum.where(wrong, 0))
    tier = ladder(customers, params)
    table = tally(frame, tier, covered="present", misheld="wrong", misheld_fen="wrong_fen", role_unknown="nameless")
    table["misheld_share"] = ratio(table["misheld"], table["covered"])
    role = customers[col.OWNER_ROLE].astype("object").mask(nameless, NO_ROLE).mask(~present, ORPHANED)
    counts = counted(pd.CategoricalIndex(role), tier)
    last = [name for name in (NO_ROLE, ORPHANED) if name in counts.index]
    order = counts.drop(index=last).sum(axis=1).sort_values(ascending=False, kind="stable").index
    counts = counts.loc[[*order, *last]].rename_axis(index=col.ROLE, columns=col.TIER)
    rules = {tier.code: tier.roles for tier in reversed(params.tiers)}
    upper = wrong & customers[col.TIER].isin(params.upper_tiers())
    return Roles(
        table=table[["covered", "misheld", "misheld_share", "misheld_fen", "role_unknown"]].reset_index(),
        by_role=counts,
        allowed=pd.DataFrame(
            {
                code: [role in (*may, NO_ROLE) or (not may and role != ORPHANED) for role in counts.index]
                for code, may in rules.items()
            },
            index=counts.index,
        ),
        misheld=int(wrong.sum()),
        misheld_fen=total(customers.loc[wrong, col.AUM_FEN]),
        misheld_share=share(wrong.sum(), present.sum()),
        upper_misheld=int(upper.sum()),
        upper_misheld_fen=total(customers.loc[upper, col.AUM_FEN]),
    )


@needs(col.ORPHAN_CAUSE, of_most=col.ORPHAN)
def orphans(customers: pd.DataFrame, params: Params) -> Orphans:
    """无人问津: customers with no owner, a virtual one or one who has left, by tier and cause (R27)."""
    alone = customers.loc[flagged(customers, col.ORPHAN), [col.TIER, col.AUM_FEN, col.ORPHAN_CAUSE]]
    valued = alone[at_the_floor(alone, params)]

    def sums(codes: pd.CategoricalIndex) -> pd.DataFrame:
        table = tally(alone, codes, aum_fen=col.AUM_FEN)
        return table.assign(share=table["customers"] / max(len(alone), 1)).reset_index()

    return Orphans(
        by_tier=sums(ladder(alone, params)),
        by_cause=sums(ordered(alone[col.ORPHAN_CAUSE], CAUSES)),
        customers=len(alone),
        aum_fen=total(alone[col.AUM_FEN]),
        valued_customers=len(valued),
        valued_fen=total(valued[col.AUM_FEN]),
    )


def _imbalance(values: npt.NDArray[np.float64]) -> dict[str, float | None]:
    """Largest share, max/min, coefficient of variation and Gini of one measure over owners."""
    values = np.sort(np.maximum(values, 0.0))
    if not values.sum():
        return {"largest_share": None, "max_min": None, "cv": None, "gini": None}
    return {
        "largest_share": float(values[-1] / values.sum()),
        "max_min": share(values[-1], values[0]),
        "cv": float(values.std() / values.mean()),
        "gini": gini(values),
    }


@needs(of_most=col.ORPHAN)
def loads(customers: pd.DataFrame, params: Params) -> Loads:
    """Customers and AUM of each owner who is there, and how unevenly they are spread (R3, R22)."""
    owner = keeper(customers)
    rows = customers.assign(upper=customers[col.TIER].isin(params.upper_tiers()))
    table = tally(rows, owner, upper_customers="upper", aum_fen=col.AUM_FEN)
    if col.OWNER_ROLE in customers:
        table.insert(0, col.ROLE, customers[col.OWNER_ROLE].groupby(owner).first())
    whole = table["aum_fen"].clip(lower=0).sum()
    table["share_of_aum"] = table["aum_fen"].clip(lower=0) / (whole or float("nan"))
    balance = pd.DataFrame([
        {"measure": name} | _imbalance(table[column].to_numpy(dtype=float))
        for name, column in (("customers", "customers"), ("aum", "aum_fen"))
    ])  # fmt: skip
    return Loads(
        table=table.sort_values("aum_fen", ascending=False, kind="stable").reset_index(),
        balance=balance,
        owners=len(table),
        most_customers=int(table["customers"].max()) if len(table) else 0,
        largest_share=balance["largest_share"].iloc[1],
        gini=balance["gini"].iloc[1],
    )


@needs(col.HOUSEHOLD_ID, of_most=col.ORPHAN)
def households(customers: pd.DataFrame, params: Params) -> Households:
    """Families whose members are kept by several owners: whoever calls sees half of the family's money (R27)."""
    rows = customers.assign(known=customers[col.ORPHAN].notna(), kept=is_kept(customers))
    family = rows[col.HOUSEHOLD_ID]
    each = tally(rows, family, aum_fen=col.AUM_FEN, known="known", kept="kept")
    each["keepers"] = keeper(rows).groupby(family).nunique()
    size = each["customers"]
    each = each[size.between(2, params.allocation.family_at_most) & (each["known"] == size)]
    partly = (each["keepers"] == 1) & (each["kept"] < each["customers"])
    keepers = ordered(each["keepers"].clip(upper=3).astype(str).mask(partly, "part"), _KEEPERS)
    table = tally(each, keepers, of="households", customers="customers", aum_fen="aum_fen")
    split = each[each["keepers"] > 1]
    return Households(
        table=table.reset_index(),
        families=len(each),
        partly=int(partly.sum()),
        split=len(split),
        split_share=share(len(split), len(each)),
        split_fen=total(split["aum_fen"]),
    )


@needs(col.ORPHAN, col.ORPHAN_CAUSE)
def orphan_list(customers: pd.DataFrame) -> pd.DataFrame:
    """无人管户名单: customers whom nobody keeps, the richest first (R27)."""
    alone = richest(customers[flagged(customers, col.ORPHAN)])
    return listed(alone, alone[col.AUM_FEN], "orphan_" + alone[col.ORPHAN_CAUSE].astype("object"))


@needs(col.ORPHAN, col.OWNER_ROLE)
def misheld_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """错配名单: customers whose owner's role may not keep their tier, the richest first (R15, R17, R19)."""
    wrong = richest(customers[misheld(customers, params)])
    return listed(wrong, wrong[col.AUM_FEN], "misheld")
