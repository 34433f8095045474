"""Dormant and ineffective customers, those who were lost, and whom to wake or win back (R73, R78)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, flagged, listed, needs, ordered, share, tally, total
from kit.params import YUAN, Dormancy, DormancyRule, Params

STATES = ("dormant", "ineffective", "effective", "unknown")


@dataclass(frozen=True, slots=True)
class Dormant(Result):
    """Customers asleep, awake with little, and awake.

    ``states`` is a row a state, each customer in one: dormant by the marketing rule, ineffective (below the value
    floor), effective, and unknown where AUM, or the last active day of who has next to nothing, is not known. Shares
    are of the others, who can be ``judged``. ``rules`` counts the same customers by each rule by itself, of those whom
    it can judge: the marketing one, then the profile's notices and compliance rules. They overlap: never add them up.
    """

    states: pd.DataFrame
    rules: pd.DataFrame
    customers: int
    dormant: int
    dormant_share: float | None
    ineffective: int
    ineffective_share: float | None
    judged: int
    unknown: int


@dataclass(frozen=True, slots=True)
class CallBacks(Result):
    """Customers to call back by the highest tier that they reached in the panel: a row a tier that has any.

    ``peak_fen`` is the sum of their largest AUM in the panel, ``gone_fen`` what is missing since. Of ``unknown``
    customers who once stood at the value floor nobody knows what they hold now; ``unknown_fen`` is what they last did.
    """

    table: pd.DataFrame
    customers: int
    peak_fen: int
    gone_fen: int
    unknown: int
    unknown_fen: int


@dataclass(frozen=True, slots=True)
class WinBacks(CallBacks):
    """Those who have left the value floor, awake; of `CallBacks` the others are asleep."""


def _asleep(customers: pd.DataFrame, rule: DormancyRule, params: Params) -> pd.Series:
    """Whom a notice or compliance rule calls dormant, if known: by the balance at the date, AUM where there is none."""
    balance = customers[col.SPOT_FEN].fillna(customers[col.AUM_FEN]).astype("Float64")
    last = pd.to_datetime(customers[col.LAST_ACTIVE_DATE])
    since = pd.Timestamp(params.day) - pd.Timedelta(days=rule.idle_days)
    asleep = (last < since).astype("boolean").mask(last.isna())
    if rule.above_yuan is not None:
        asleep &= balance > round(rule.above_yuan * YUAN)
    if rule.at_most_yuan is not None:
        asleep &= balance <= round(rule.at_most_yuan * YUAN)
    return asleep


@needs(of_most=col.DORMANT)
def dormant(customers: pd.DataFrame, params: Params) -> Dormant:
    """睡眠与无效: customers by the marketing rule, and below the value floor; beside it each other rule (R73)."""
    aum, asleep = customers[col.AUM_FEN], customers[col.DORMANT].astype("boolean")
    state = pd.Series("effective", index=customers.index).mask(aum < params.value_floor_fen, "ineffective")
    state = state.mask(aum.isna() | asleep.isna(), "unknown").mask(asleep.fillna(value=False), "dormant")
    states = tally(customers, ordered(state.rename("state"), STATES), aum_fen=col.AUM_FEN)
    judged = int(states["customers"].drop("unknown").sum())
    states["share_of_customers"] = states["customers"].drop("unknown") / max(judged, 1)
    by_rule: list[tuple[str, Dormancy | DormancyRule, pd.Series]] = [("marketing", params.dormancy, asleep)]
    by_rule += [(rule.code, rule, _asleep(customers, rule, params)) for rule in params.dormancy_rules]
    rules = [
        {
            "dormancy_rule": code,
            "at_most_yuan": rule.aum_at_most_yuan if isinstance(rule, Dormancy) else rule.at_most_yuan,
            "idle_days": rule.idle_days,
            "judged": int(found.count()),
            "customers": int(found.sum()),
            "aum_fen": total(aum[found.fillna(value=False)]),
            "share_of_customers": share(found.sum(), found.count()),
        }
        for code, rule, found in by_rule
    ]
    return Dormant(
        states=states[(states["customers"] > 0) | (states.index != "unknown")].reset_index(),
        rules=pd.DataFrame(rules),
        customers=len(customers),
        dormant=int(asleep.sum()),
        dormant_share=share(asleep.sum(), judged),
        ineffective=int(states["customers"]["ineffective"]),
        ineffective_share=share(states["customers"]["ineffective"], judged),
        judged=judged,
        unknown=len(customers) - judged,
    )


def _with_peak(customers: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """The largest AUM and the highest tier that each customer reached, and what is missing since.

    Whoever is on the last list without a figure, or may be, is ``unknown``; whoever is not on it holds nothing.
    """
    place, there = pd.factorize(panel[col.CUSTOMER_ID])  # much quicker to group by than the ids
    rows = panel[[col.AUM_FEN, col.TIER_RANK]].assign(last=panel[col.AS_OF] == panel[col.AS_OF].max())
    peak = rows.groupby(place).agg({col.AUM_FEN: ["max", "last"], col.TIER_RANK: "max", "last": "max"})
    peak.columns = pd.Index(["highest", "latest", "rank", "listed"])
    peak = peak.set_axis(there.astype("str")).reindex(customers[col.CUSTOMER_ID])
    highest = peak["highest"].fillna(0).to_numpy(dtype="int64")
    now = customers[col.AUM_FEN].fillna(0).to_numpy(dtype="int64")
    return pd.DataFrame({
        col.CUSTOMER_ID: customers[col.CUSTOMER_ID],
        "asleep": flagged(customers, col.DORMANT),
        "unknown": customers[col.AUM_FEN].isna().to_numpy() & (peak["listed"] == 1).to_numpy(),
        "latest_fen": peak["latest"].to_numpy(),
        "peak_rank": peak["rank"].fillna(0).to_numpy(dtype="int64"),
        "peak_fen": highest,
        "now_fen": now,
        "gone_fen": np.maximum(highest - now, 0),
    })  # fmt: skip


def _slept(customers: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    rows = _with_peak(customers, panel)
    return rows[rows["asleep"]]


def _lost(customers: pd.DataFrame, params: Params, panel: pd.DataFrame) -> pd.DataFrame:
    """Whoever stood at the value floor and is not asleep, and is below it now, or is ``unknown``."""
    rows, floor = _with_peak(customers, panel), params.value_floor_fen
    return rows[(rows["peak_fen"] >= floor) & (rows["now_fen"] < floor) & ~rows["asleep"]]


def _by_peak(rows: pd.DataFrame, params: Params) -> dict[str, Any]:
    unknown, rows = rows[rows["unknown"]], rows[~rows["unknown"]]
    reached = rows["peak_rank"].map(dict(enumerate(params.tier_codes()))).rename(col.TIER)
    highest = ordered(reached, reversed(params.tier_codes()))
    table = tally(rows, highest, peak_fen="peak_fen", aum_fen="now_fen", gone_fen="gone_fen")
    return {
        "table": table[table["customers"] > 0].reset_index(),
        "customers": len(rows),
        "peak_fen": total(rows["peak_fen"]),
        "gone_fen": total(rows["gone_fen"]),
        "unknown": len(unknown),
        "unknown_fen": total(unknown["latest_fen"]),
    }


@needs(of_most=col.DORMANT)
def wake_ups(customers: pd.DataFrame, params: Params, panel: pd.DataFrame) -> CallBacks:
    """唤醒: customers dormant by the marketing rule, by the highest tier that they once reached (R78)."""
    return CallBacks(**_by_peak(_slept(customers, panel), params))


def win_backs(customers: pd.DataFrame, params: Params, panel: pd.DataFrame) -> WinBacks:
    """赢回: customers who stood at the value floor in some month, are below it now, and are not asleep (R78)."""
    return WinBacks(**_by_peak(_lost(customers, params, panel), params))


@needs(col.DORMANT)
def wake_list(customers: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """唤醒名单: `wake_ups` one by one, those who once held most first (R78)."""
    rows = _slept(customers, panel).sort_values("peak_fen", ascending=False, kind="stable")
    return listed(rows, rows["peak_fen"], "asleep")


def win_back_list(customers: pd.DataFrame, params: Params, panel: pd.DataFrame) -> pd.DataFrame:
    """赢回名单: `win_backs` one by one, the largest outflow first (R78)."""
    rows = _lost(customers, params, panel)
    rows = rows[~rows["unknown"]].sort_values("gone_fen", ascending=False, kind="stable")
    return listed(rows, rows["gone_fen"], "left")
