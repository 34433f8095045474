"""Facts: the named quantities of a branch at a date, each reckoned once; pages, index and workbooks read them here.

A quantity has one name, one value, one population and one date. What a chapter shows of a result is held against
them (`contradictions`): a page that gives a name another value is not published.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal

import pandas as pd

from kit import columns as col
from kit.analysis.concentration import Concentration, concentration
from kit.analysis.contact import ContactPractice, rated
from kit.analysis.coverage import Coverage, Households, Orphans, Roles, coverage, households, roles
from kit.analysis.deposits import DepositMix, deposit_mix
from kit.analysis.dormancy import Dormant, WinBacks, dormant, win_backs
from kit.analysis.familiarity import Familiarity
from kit.analysis.handover import Handover, handover
from kit.analysis.migration import Migration, migration
from kit.analysis.plan import PlanSummary, plan_summary
from kit.analysis.plan_changes import FirstContacts
from kit.analysis.primary import Focus, Merchants, PrimaryAccounts, primary_focus
from kit.analysis.products import Products, products
from kit.analysis.result import judged, share, total
from kit.analysis.segments import Segments, segments
from kit.analysis.shrinkage import RATES, branch_rates
from kit.analysis.stages import Stages, ValueChange, stages
from kit.analysis.summary import Finding
from kit.analysis.tiers import Losses, Upgrades, losses, upgrades
from kit.params import Params
from kit.text import Wording

EVERY_BRANCH = "*"  # the bank, where a branch is named
Better = Literal["more", "less", ""]
_NEAR = 1e-9  # two reckonings of a share: the order in which floats were added


@dataclass(frozen=True, slots=True)
class Fact:
    """A named quantity: its unit, which way is better, whom it is of, and the column that these are judged by."""

    unit: Literal["customers", "families", "contacts", "fen", "share", "ratio"]
    better: Better = ""
    population: str = "customers"
    judged_by: str = ""


@dataclass(frozen=True, slots=True)
class _Flag:
    """What holds of a customer, does not, or is not known."""

    column: str
    better: Better = ""
    holds: Callable[[pd.Series], pd.Series] = lambda known: known.astype(bool)

    def facts(self, name: str) -> dict[str, Fact]:
        """The facts of the flag."""
        known = Fact("customers", self.better, "known", self.column)
        return {
            f"{name}_customers": known,
            f"{name}_fen": replace(known, unit="fen"),
            f"{name}_known": Fact("customers", "more", judged_by=self.column),
            f"{name}_share": replace(known, unit="share"),
        }

    def reckoned(self, name: str, customers: pd.DataFrame, params: Params) -> dict[str, Any]:
        """Their values; None where too few can be judged."""
        of = judged(customers, self.column)
        if self.column not in customers or of.lacking(params):
            return dict.fromkeys(self.facts(name))
        known = customers[customers[self.column].notna()]
        yes = known[self.holds(known[self.column])]
        figures = (len(yes), total(yes[col.AUM_FEN]), len(known), share(len(yes), len(known)))
        return dict(zip(self.facts(name), figures, strict=True))


_FLAGS = {
    "orphan": _Flag(col.ORPHAN, "less"), "familiar": _Flag(col.FAMILIAR, "more"),
    "contacted": _Flag(col.CONTACTS, "more", lambda contacts: contacts > 0), "dormant": _Flag(col.DORMANT, "less"),
    "primary": _Flag(col.PRIMARY_GRADE, "more", lambda grade: grade == "strong"), "merchant": _Flag(col.MERCHANT_LIKE),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Of:
    """What facts are reckoned from: a branch's customers, and its rows of the other tables."""

    customers: pd.DataFrame
    params: Params
    rows: Callable[[str], pd.DataFrame]


# Each result, how it is reckoned, and its fields that are facts.
_RESULTS: tuple[tuple[type, Callable[[_Of], Any], dict[str, tuple[str, Fact]]], ...] = (
    (Concentration, lambda of: concentration(of.customers, of.params), {
        "customers": ("customers", Fact("customers")),
        "unknown": ("unknown_customers", Fact("customers", "less")),
        "aum_fen": ("aum_fen", Fact("fen", "more", "balance_known", col.AUM_FEN)),
        "gini": ("gini", Fact("ratio", "", "balance_known", col.AUM_FEN)),
        "top_share": ("top20_share_of_aum", Fact("share", "", "balance_known", col.AUM_FEN)),
        "holding_share": ("share_of_customers_holding_80pct", Fact("share", "", "balance_known", col.AUM_FEN)),
        "zero": ("zero_customers", Fact("customers", "less", "balance_known", col.AUM_FEN)),
        "negative": ("negative_customers", Fact("customers", "less", "balance_known", col.AUM_FEN)),
        "negative_fen": ("negative_fen", Fact("fen", "", "balance_known", col.AUM_FEN)),
    }),
    (Upgrades, lambda of: upgrades(of.customers, of.params), {
        "customers": ("upgrade_customers", Fact("customers", "", "balance_known", col.AUM_FEN)),
        "gap_fen": ("upgrade_gap_fen", Fact("fen", "", "balance_known", col.AUM_FEN)),
    }),
    (Losses, lambda of: losses(of.customers, of.params), {
        "customers": ("loss_customers", Fact("customers", "less", "balance_known", col.AUM_FEN)),
        "recovered": ("recovered_customers", Fact("customers", "more", "balance_known", col.AUM_FEN)),
    }),
    (Migration, lambda of: migration(of.rows("panel"), of.params), {
        "upgraded": ("tier_up_customers", Fact("customers", "more", "compared")),
        "downgraded": ("tier_down_customers", Fact("customers", "less", "compared")),
        "watched": ("watched_customers", Fact("customers", "less", "compared")),
    }),
    (Coverage, lambda of: coverage(of.customers, of.params), {
        "covered_share_of_aum": ("covered_share_of_aum", Fact("share", "more", "known", col.ORPHAN)),
        "doubles": ("double_customers", Fact("customers", "less", "known", col.ORPHAN)),
    }),
    (Roles, lambda of: roles(of.customers, of.params), {
        "misheld": ("misheld_customers", Fact("customers", "less", "kept", col.ORPHAN)),
        "misheld_fen": ("misheld_fen", Fact("fen", "less", "kept", col.ORPHAN)),
    }),
    (Households, lambda of: households(of.customers, of.params), {
        "families": ("families", Fact("families", "", "families")),
        "split": ("split_families", Fact("families", "less", "families", col.ORPHAN)),
    }),
    (Dormant, lambda of: dormant(of.customers, of.params), {
        "ineffective": ("ineffective_customers", Fact("customers", "less", "known", col.DORMANT)),
    }),
    (Focus, lambda of: primary_focus(of.customers, of.params), {
        "customers": ("focus_customers", Fact("customers", "less", "upper", col.PRIMARY_ELSEWHERE)),
        "aum_fen": ("focus_fen", Fact("fen", "less", "upper", col.PRIMARY_ELSEWHERE)),
    }),
    (DepositMix, lambda of: deposit_mix(of.customers, of.params), {
        "deposit_fen": ("deposit_fen", Fact("fen", "more", "known", col.DEPOSIT_SPOT_FEN)),
        "demand_share": ("demand_share", Fact("share", "more", "known", col.DEMAND_SHARE)),
    }),
    (Products, lambda of: products(of.customers, of.params), {
        "mean": ("mean_families", Fact("ratio", "more", "known", col.PRODUCT_COUNT)),
    }),
    (Segments, lambda of: segments(of.customers, of.params), {
        "overlap": ("overlap_share", Fact("share", "", "known", col.SEGMENT)),
        "unidentified": ("unidentified_share", Fact("share", "less", "known", col.SEGMENT)),
    }),
    (Stages, lambda of: stages(of.customers, of.params), {
        "last_share": ("last_stage_share", Fact("share", "more", "known", col.STAGE_RANK)),
    }),
    (WinBacks, lambda of: win_backs(of.customers, of.params, of.rows("panel")), {
        "customers": ("win_back_customers", Fact("customers", "less", "known", col.DORMANT)),
        "gone_fen": ("win_back_fen", Fact("fen", "less", "known", col.DORMANT)),
    }),
    (Handover, lambda of: handover(of.customers, of.rows("assignment"), of.params), {
        "moved": ("moved_customers", Fact("customers")),
        "moved_fen": ("moved_fen", Fact("fen")),
        "nobody": ("unassigned_customers", Fact("customers", "less")),
        "misheld_after": ("misheld_after_customers", Fact("customers", "less")),
    }),
    (PlanSummary, lambda of: plan_summary(of.rows("plan"), of.params), {
        "customers": ("plan_customers", Fact("customers", "more", "plan")),
        "contacts": ("plan_contacts", Fact("contacts", "", "plan")),
        "planned": ("planned_contacts", Fact("contacts", "more", "plan")),
        "late": ("late_contacts", Fact("contacts", "less", "plan")),
        "left_over": ("left_over_contacts", Fact("contacts", "less", "plan")),
        "later": ("later_contacts", Fact("contacts", "", "plan")),
        "first_contacts": ("first_contacts", Fact("contacts", "", "plan")),
    }),
)  # fmt: skip
# What else a page shows under the name of a fact.
_ALSO = {
    (Orphans, "customers"): "orphan_customers", (Orphans, "aum_fen"): "orphan_fen",
    (Familiarity, "familiar_share"): "familiar_share", (ContactPractice, "contacted_share"): "contacted_share",
    (Dormant, "dormant"): "dormant_customers", (Dormant, "dormant_share"): "dormant_share",
    (PrimaryAccounts, "strong_share"): "primary_share", (Merchants, "customers"): "merchant_customers",
    (Handover, "misheld_before"): "misheld_customers", (FirstContacts, "customers"): "first_contacts",
    (ValueChange, "raised"): "tier_up_customers",
}  # fmt: skip
# The findings of the first page that are of facts: their customers, and what is at stake.
_AT_STAKE = {
    "orphan": ("orphan_customers", "orphan_fen"), "misheld": ("misheld_customers", "misheld_fen"),
    "focus": ("focus_customers", "focus_fen"), "upgrade": ("upgrade_customers", "upgrade_gap_fen"),
    "maturing": ("maturing_customers", "maturing_fen"), "win_back": ("win_back_customers", "win_back_fen"),
    "loss": ("loss_customers", ""), "wake": ("dormant_customers", ""),
}  # fmt: skip
_SHOWN = {(kind, field): name for kind, _, named in _RESULTS for field, (name, _) in named.items()} | _ALSO
FACTS: Mapping[str, Fact] = {
    **{name: fact for *_, named in _RESULTS for name, fact in named.values()},
    **{name: fact for flag, of in _FLAGS.items() for name, fact in of.facts(flag).items()},
    "maturing_customers": Fact("customers", judged_by=col.MATURING_FEN),
    "maturing_fen": Fact("fen", judged_by=col.MATURING_FEN),
    "upper_customers": Fact("customers", "more", "balance_known", col.AUM_FEN),
    "upper_fen": Fact("fen", "more", "balance_known", col.AUM_FEN),
}


def reckoned(customers: pd.DataFrame, params: Params, rows: Callable[[str], pd.DataFrame]) -> dict[str, Any]:
    """Fact → its value for these customers, None where it is not known; ``rows`` gives theirs of another table."""
    of, found = _Of(customers, params, rows), dict[str, Any]()
    for _, reckon, named in _RESULTS:
        result = reckon(of)
        found |= {name: getattr(result, field, None) for field, (name, _) in named.items()}
    told = rated(customers, params)
    for name, flag in _FLAGS.items():
        found |= flag.reckoned(name, told, params)
    due = customers.get(col.MATURING_FEN)
    found |= {
        "maturing_customers": None if due is None else int((due > 0).sum()),
        "maturing_fen": None if due is None else total(due),
    }
    held = {"upper": params.upper_tiers(), **{code: (code,) for code in params.tier_codes()}}
    for name, codes in held.items():
        aum = customers.loc[customers[col.TIER].isin(codes), col.AUM_FEN]
        found |= {f"{name}_customers": len(aum), f"{name}_fen": total(aum)}
    return found


def by_branch(
    customers: pd.DataFrame, params: Params, tables: Mapping[str, pd.DataFrame], branches: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """The facts of each branch, by its id, and of the bank as `EVERY_BRANCH`.

    ``branches`` are those that have facts even without customers.
    """

    @cache
    def parts(name: str) -> dict[str, pd.DataFrame]:
        """A table by branch, parted once for all of them."""
        return {EVERY_BRANCH: tables[name]} | {str(b): rows for b, rows in tables[name].groupby(col.BRANCH_ID)}

    def of(branch: str, own: pd.DataFrame) -> dict[str, Any]:
        return reckoned(own, params, lambda name: parts(name).get(branch, tables[name].iloc[:0]))

    groups = dict.fromkeys(branches, customers.iloc[:0])
    groups |= {str(branch): rows for branch, rows in customers.groupby(col.BRANCH_ID)}
    return {branch: of(branch, groups[branch]) for branch in sorted(groups)} | {
        EVERY_BRANCH: of(EVERY_BRANCH, customers)
    }


def branch_summary(found: Mapping[str, Mapping[str, Any]], params: Params) -> pd.DataFrame:
    """A row a branch of the facts that some branch has, each headline rate also shrunk towards the bank's."""
    rows = [{col.BRANCH_ID: branch} | dict(of) for branch, of in found.items() if branch != EVERY_BRANCH]
    summary = pd.DataFrame(rows).dropna(axis="columns", how="all")
    for name in RATES:
        if f"{name}_customers" in summary:
            summary[f"{name}_share_shrunk"] = branch_rates(summary, params, name).table["shrunk_share"].to_numpy()
    return summary


def facts_table(
    found: Mapping[str, Mapping[str, Any]], customers: pd.DataFrame, params: Params, words: Wording
) -> pd.DataFrame:
    """``data/facts.parquet``: a row a branch and fact, with whom it is of and how many of them could be judged."""
    told = rated(customers, params)
    known = {column: told.groupby(col.BRANCH_ID)[column].count() for column in _judged_by(told)}
    size = customers.groupby(col.BRANCH_ID).size()
    rows = []
    for branch, values in found.items():
        of = len(customers) if branch == EVERY_BRANCH else int(size.get(branch, 0))
        for name, value in values.items():
            fact = FACTS.get(name) or FACTS[f"upper_{name.rpartition('_')[2]}"]  # of a tier as of several
            judged_of = known.get(fact.judged_by)
            count = of if judged_of is None else judged_of.sum() if branch == EVERY_BRANCH else judged_of.get(branch, 0)
            rows.append({
                col.BRANCH_ID: branch, col.AS_OF: params.day, "name": name, "value": value, "unit": fact.unit,
                "population": fact.population, "direction": fact.better,
                "coverage": count / of if of and value is not None else 0.0,
            })  # fmt: skip
    made = pd.DataFrame(rows).astype({"value": "float64", "coverage": "float64"})
    return made.assign(definition=made["name"].map({name: _definition(name, words) for name in made["name"].unique()}))


def _definition(name: str, words: Wording) -> str:
    """What a fact is of: its own words, those of its flag, or those of any tier."""
    known = (name, name.rpartition("_")[0], "tier")
    return words.label(next(f"facts.{key}" for key in known if f"facts.{key}" in words))


def _judged_by(customers: pd.DataFrame) -> set[str]:
    return {fact.judged_by for fact in FACTS.values() if fact.judged_by} & {*customers}


def contradictions(result: Any, known: Mapping[str, float | None]) -> Iterator[tuple[str, float, float]]:
    """Figures of a result that are facts and have another value than the fact: name, this value, the fact's."""
    for name, shown in _shown(result):
        fact = known.get(name)
        if shown is not None and fact is not None and not math.isclose(shown, fact, rel_tol=_NEAR):
            yield name, shown, fact


def _shown(result: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(result, Finding):
        yield from zip(_AT_STAKE.get(result.code, ("", "")), (result.customers, result.stake_fen), strict=True)
    for field in fields(result) if is_dataclass(result) else ():
        yield _SHOWN.get((type(result), field.name), ""), (value := getattr(result, field.name))
        for part in value if isinstance(value, tuple) else ():
            yield from _shown(part)
