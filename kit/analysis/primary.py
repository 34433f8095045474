"""Whether customers bank here first: primary account, likely merchants (R46, R47, R51)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import (
    Result,
    counted,
    flagged,
    joined,
    judged,
    listed,
    needs,
    ordered,
    part_of_all,
    ratio,
    richest,
    share,
    tally,
    total,
)
from kit.analysis.tiers import ladder
from kit.params import Params

GRADES = ("strong", "medium", "weak")
_EVIDENCE = {
    "payroll": col.PRIMARY_PAYROLL, "active": col.PRIMARY_ACTIVE, "autopay": col.PRIMARY_AUTOPAY,
    "mobile": col.PRIMARY_MOBILE, "demand": col.PRIMARY_DEMAND, "same_name_out": col.PRIMARY_SAME_NAME_OUT,
    "pass_through": col.PRIMARY_PASS_THROUGH,
}  # fmt: skip
_AGAINST = ("same_name_out", "pass_through")
_MERCHANT_EVIDENCE = (col.MERCHANT_FLAGGED, col.MERCHANT_RECEIPTS, col.MERCHANT_TURNOVER)


@dataclass(frozen=True, slots=True)
class PrimaryAccounts(Result):
    """Primary-account grades of those who can be judged, the others apart.

    Attributes
    ----------
    grades
        A row a grade, and ``unknown``: customers, aum_fen and their shares of those who can be judged; where sent, the
        median share of deposits on demand and the median number of months' outflow that demand money covers.
    by_tier
        Share of each grade among those of a tier who can be judged, highest tier first.
    reasons
        A row a piece of evidence: its points, of how many customers it is known, to how many it applies, and their
        share; None where it was not sent.
    judged, strong_share
        Customers who can be judged, and the share of them whose primary account is here.
    averaged, spot
        Customers whose share of demand money is of month averages, and of balances at the date.
    """

    grades: pd.DataFrame
    by_tier: pd.DataFrame
    reasons: pd.DataFrame
    customers: int
    judged: int
    strong_share: float | None
    averaged: int
    spot: int


@dataclass(frozen=True, slots=True)
class Focus(Result):
    """Upper tiers with evidence of a primary account elsewhere: a row a tier, and a row a gap, most customers first.

    ``weak`` others of these tiers have little to show here and nothing that tells of elsewhere.
    """

    table: pd.DataFrame
    gaps: pd.DataFrame
    customers: int
    aum_fen: int
    weak: int


@dataclass(frozen=True, slots=True)
class Merchants(Result):
    """Customers with evidence of being merchants: by piece of evidence, and by tier (highest first).

    ``judged`` can be told to be one or none.
    """

    evidence: pd.DataFrame
    table: pd.DataFrame
    customers: int
    judged: int
    aum_fen: int


def _focus(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Customers of the upper tiers with evidence that their primary account is elsewhere; lacking some here is none."""
    return customers[flagged(customers, col.PRIMARY_ELSEWHERE) & customers[col.TIER].isin(params.upper_tiers())]


def _gaps(focus: pd.DataFrame) -> pd.DataFrame:
    """What of the evidence speaks against each customer, and what of it is known to be lacking."""
    sent = {name: column for name, column in _EVIDENCE.items() if column in focus}
    against = {name: flagged(focus, sent[name]) for name in _AGAINST if name in sent}
    if col.ASSETS_ELSEWHERE in focus:
        against["elsewhere"] = flagged(focus, col.ASSETS_ELSEWHERE)
    lacking = {f"no_{name}": focus[column].eq(other=False) for name, column in sent.items() if name not in _AGAINST}
    return pd.DataFrame(against | lacking, index=focus.index)


@needs(col.PRIMARY_ELSEWHERE)
def focus_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """首要攻关名单: upper tiers whose primary account is elsewhere, most AUM first, with every gap (R47)."""
    focus = richest(_focus(customers, params))
    return listed(focus, focus[col.AUM_FEN], joined(_gaps(focus)))


@needs(of_most=col.PRIMARY_ELSEWHERE)
def primary_focus(customers: pd.DataFrame, params: Params) -> Focus:
    """首要攻关: of the upper tiers whom something tells of elsewhere, and what is known to lack here (R47)."""
    focus = _focus(customers, params)
    gaps, aum = _gaps(focus), focus[col.AUM_FEN].fillna(0).astype("int64")
    found = pd.DataFrame({"customers": gaps.sum(), "aum_fen": gaps.mul(aum, axis=0).sum().astype("int64")})
    found = found[found["customers"] > 0].sort_values("customers", ascending=False, kind="stable")
    grade = customers.get(col.PRIMARY_GRADE, pd.Series(index=customers.index, dtype="object"))
    weak = (grade == "weak") & customers[col.TIER].isin(params.upper_tiers())
    table = tally(focus, ladder(focus, params), aum_fen=col.AUM_FEN)
    return Focus(
        table=table.loc[list(reversed(params.upper_tiers()))].reset_index(),
        gaps=found.rename_axis("gap").reset_index(),
        customers=len(focus),
        aum_fen=total(aum),
        weak=int((weak & ~flagged(customers, col.PRIMARY_ELSEWHERE)).sum()),
    )


@needs(of_most=col.PRIMARY_GRADE)
def primary_accounts(customers: pd.DataFrame, params: Params) -> PrimaryAccounts:
    """主账户: grades from points for and against; no rule is standard, so the evidence is printed (R46, R47)."""
    known = customers[col.PRIMARY_GRADE].notna()
    grade = ordered(customers[col.PRIMARY_GRADE].fillna("unknown").rename("grade"), (*GRADES, "unknown"))
    groups, grades = customers.groupby(grade, observed=False), tally(customers, grade, aum_fen=col.AUM_FEN)
    for column in (col.DEMAND_SHARE, col.DEMAND_COVER):
        if column in customers:
            grades[f"median_{column}"] = groups[column].median()
    shares = grades.loc[list(GRADES)]
    grades.insert(2, "share_of_customers", shares["customers"] / max(int(known.sum()), 1))
    grades.insert(3, "share_of_aum", part_of_all(shares["aum_fen"]))
    rows = customers[known]
    counts = counted(ladder(rows, params), ordered(rows[col.PRIMARY_GRADE], GRADES))
    told = {name: judged(customers, column) if column in customers else None for name, column in _EVIDENCE.items()}
    reasons = [
        {"evidence": name, "points": getattr(params.primary, name), "judged": found and found.known}
        | {"customers": found and found.yes, "share": found and found.share}
        for name, found in told.items()
    ]
    averaged = judged(customers, col.DEMAND_AVERAGED)
    return PrimaryAccounts(
        grades=(grades if known.sum() < len(customers) else grades.drop("unknown")).reset_index(),
        by_tier=counts.apply(ratio, whole=counts.sum(axis=1)).rename_axis(col.TIER).reset_index(),
        reasons=pd.DataFrame(reasons).astype({"judged": "Int64", "customers": "Int64", "share": "float64"}),
        customers=len(customers),
        judged=int(known.sum()),
        strong_share=share((customers[col.PRIMARY_GRADE] == "strong").sum(), known.sum()),
        averaged=averaged.yes,
        spot=averaged.known - averaged.yes,
    )


def _likely(customers: pd.DataFrame) -> pd.DataFrame:
    return customers[flagged(customers, col.MERCHANT_LIKE)]


@needs(of_most=col.MERCHANT_LIKE)
def merchants(customers: pd.DataFrame, params: Params) -> Merchants:
    """Likely merchants, on evidence and never as an anti-money-laundering finding (R51)."""
    likely = _likely(customers)
    amounts = [col.AUM_FEN, *(name for name in (col.TURNOVER_FEN,) if name in likely and likely[name].notna().any())]
    held = {name: likely.loc[flagged(likely, name), amounts] for name in _MERCHANT_EVIDENCE if name in likely}
    evidence = [
        {"merchant_evidence": column, "customers": len(rows), "aum_fen": total(rows[col.AUM_FEN])}
        | ({"turnover_fen": total(rows[col.TURNOVER_FEN])} if col.TURNOVER_FEN in rows else {})
        for column, rows in held.items()
    ]
    return Merchants(
        evidence=pd.DataFrame(evidence),
        table=tally(likely, ladder(likely, params), aum_fen=col.AUM_FEN).reset_index(),
        customers=len(likely),
        judged=judged(customers, col.MERCHANT_LIKE).known,
        aum_fen=total(likely[col.AUM_FEN]),
    )


@needs(col.MERCHANT_LIKE)
def merchant_list(customers: pd.DataFrame) -> pd.DataFrame:
    """疑似商户名单: by what went in and out this month, else by AUM, largest first, with the evidence (R51)."""
    likely = _likely(customers)
    amount = likely[col.TURNOVER_FEN if col.TURNOVER_FEN in likely else col.AUM_FEN].fillna(0)
    likely = likely.assign(stake=amount).sort_values("stake", ascending=False, kind="stable")
    return listed(
        likely, likely["stake"], joined(likely[[c for c in _MERCHANT_EVIDENCE if c in likely]].eq(other=True))
    )
