"""Whether customers bank here first: primary account, likely merchants (R46, R47, R51)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import (
    Result,
    counted,
    flagged,
    joined,
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
    """Primary-account grades.

    Attributes
    ----------
    grades
        A row a grade: customers, aum_fen and their shares; where sent, the median share of deposits on demand and the
        median number of months' outflow that demand money covers.
    by_tier
        Share of each grade among the customers of a tier, highest tier first.
    reasons
        A row a piece of evidence: its points, the customers it applies to, their share; None where it was not sent.
    focus
        Upper tiers with a weak grade, or known to have as much elsewhere, a row a tier.
    gaps
        What speaks against them or is lacking, a row a gap: customers and aum_fen, most customers first.
    """

    grades: pd.DataFrame
    by_tier: pd.DataFrame
    reasons: pd.DataFrame
    focus: pd.DataFrame
    gaps: pd.DataFrame
    focus_customers: int
    focus_fen: int
    strong_share: float | None


@dataclass(frozen=True, slots=True)
class Merchants(Result):
    """Customers with evidence of being merchants: by piece of evidence, and by tier (highest first)."""

    evidence: pd.DataFrame
    table: pd.DataFrame
    customers: int
    aum_fen: int


def _focus(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Customers of the upper tiers whose primary account is elsewhere, by their grade or by what is known of it."""
    weak = customers[col.PRIMARY_GRADE] == "weak"
    if col.PRIMARY_ELSEWHERE in customers:
        weak |= customers[col.PRIMARY_ELSEWHERE]
    return customers[weak & customers[col.TIER].isin(params.upper_tiers())]


def _gaps(focus: pd.DataFrame) -> pd.DataFrame:
    """What of the evidence speaks against each customer, and what is lacking; at least that it is weak as a whole."""
    known = {name: focus[column].astype(bool) for name, column in _EVIDENCE.items() if column in focus}
    against = {name: held for name, held in known.items() if name in _AGAINST}
    if col.PRIMARY_ELSEWHERE in focus:
        against["elsewhere"] = focus[col.PRIMARY_ELSEWHERE].astype(bool)
    gaps = pd.DataFrame(
        against | {f"no_{name}": ~held for name, held in known.items() if name not in against}, index=focus.index
    )
    return gaps.assign(weak=~gaps.any(axis=1))


@needs(col.PRIMARY_GRADE)
def focus_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """首要攻关名单: upper tiers whose primary account is elsewhere, most AUM first, with every gap (R47)."""
    focus = richest(_focus(customers, params))
    return listed(focus, focus[col.AUM_FEN], joined(_gaps(focus)))


@needs(col.PRIMARY_GRADE)
def primary_accounts(customers: pd.DataFrame, params: Params) -> PrimaryAccounts:
    """主账户: grades from points for and against; no rule is standard, so the evidence is printed (R46, R47)."""
    grade = ordered(customers[col.PRIMARY_GRADE].rename("grade"), GRADES)
    groups, grades = customers.groupby(grade, observed=False), tally(customers, grade, aum_fen=col.AUM_FEN)
    grades["share_of_customers"] = grades["customers"] / max(len(customers), 1)
    grades["share_of_aum"] = part_of_all(grades["aum_fen"])
    for column in (col.DEMAND_SHARE, col.DEMAND_COVER):
        if column in customers:
            grades[f"median_{column}"] = groups[column].median()
    counts = counted(ladder(customers, params), grade)
    reasons = [
        {
            "evidence": name,
            "points": getattr(params.primary, name),
            "customers": int(customers[column].sum()) if column in customers else None,
            "share": share(customers[column].sum(), len(customers)) if column in customers else None,
        }
        for name, column in _EVIDENCE.items()
    ]
    weak = _focus(customers, params)
    focus = tally(weak, ladder(weak, params), aum_fen=col.AUM_FEN)
    gaps = _gaps(weak)
    aum = weak[col.AUM_FEN].fillna(0).astype("int64")
    lacking = pd.DataFrame({"customers": gaps.sum(), "aum_fen": gaps.mul(aum, axis=0).sum().astype("int64")})
    lacking = lacking[lacking["customers"] > 0].sort_values("customers", ascending=False, kind="stable")
    return PrimaryAccounts(
        grades=grades.reset_index(),
        by_tier=counts.apply(ratio, whole=counts.sum(axis=1)).rename_axis(col.TIER).reset_index(),
        reasons=pd.DataFrame(reasons).astype({"customers": "Int64"}),
        focus=focus.loc[list(reversed(params.upper_tiers()))].reset_index(),
        gaps=lacking.rename_axis("gap").reset_index(),
        focus_customers=len(weak),
        focus_fen=total(weak[col.AUM_FEN]),
        strong_share=share((customers[col.PRIMARY_GRADE] == "strong").sum(), len(customers)),
    )


def _likely(customers: pd.DataFrame) -> pd.DataFrame:
    return customers[flagged(customers, col.MERCHANT_LIKE)]


@needs(col.MERCHANT_LIKE)
def merchants(customers: pd.DataFrame, params: Params) -> Merchants:
    """Likely merchants, on evidence and never as an anti-money-laundering finding (R51)."""
    likely = _likely(customers)
    amounts = likely.columns.intersection([col.AUM_FEN, col.TURNOVER_FEN])
    held = {name: likely.loc[likely[name].astype(bool), amounts] for name in _MERCHANT_EVIDENCE if name in likely}
    evidence = [
        {"merchant_evidence": column, "customers": len(rows), "aum_fen": total(rows[col.AUM_FEN])}
        | ({"turnover_fen": total(rows[col.TURNOVER_FEN])} if col.TURNOVER_FEN in rows else {})
        for column, rows in held.items()
    ]
    return Merchants(
        evidence=pd.DataFrame(evidence),
        table=tally(likely, ladder(likely, params), aum_fen=col.AUM_FEN).reset_index(),
        customers=len(likely),
        aum_fen=total(likely[col.AUM_FEN]),
    )


@needs(col.MERCHANT_LIKE)
def merchant_list(customers: pd.DataFrame) -> pd.DataFrame:
    """疑似商户名单: by what went in and out this month, else by AUM, largest first, with the evidence (R51)."""
    likely = _likely(customers)
    amount = likely[col.TURNOVER_FEN if col.TURNOVER_FEN in likely else col.AUM_FEN].fillna(0)
    likely = likely.assign(stake=amount).sort_values("stake", ascending=False, kind="stable")
    return listed(likely, likely["stake"], joined(likely[[c for c in _MERCHANT_EVIDENCE if c in likely]]))
