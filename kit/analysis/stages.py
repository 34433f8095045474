"""How far customers have come: dependence on services, coverage with products, transfer of assets (R7, R11, R80)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, flagged, listed, needs, ordered, share, tally, total
from kit.analysis.tiers import by_tier, ladder, tier_ranks
from kit.params import Params

NONE = "none"
_OF_NEXT = [col.CUSTOMER_ID, col.STAGE_RANK, col.AUM_FEN, col.ASSETS_TARGET_FEN]


@dataclass(frozen=True, slots=True)
class Stages(Result):
    """Customers whose stage is known, by the stage that they have reached: a row a stage, ``table``.

    ``none`` is before the first. ``reached`` counts those at the stage or beyond it. ``by_tier`` has a row a tier
    (highest first) with the share of its customers at each stage, ``<stage>_share``. ``skipped`` have what makes a
    later stage and lack an earlier one; ``skipped_by_tier`` says where. ``first`` and ``last`` are the stages' codes.
    """

    table: pd.DataFrame
    by_tier: pd.DataFrame
    skipped_by_tier: pd.DataFrame
    customers: int
    first: str
    first_share: float | None
    last: str
    last_customers: int
    last_share: float | None
    skipped: int
    skipped_share: float | None
    skipped_fen: int


@dataclass(frozen=True, slots=True)
class NextStage(Result):
    """Customers one step short of their next stage, a row a stage to be reached; ``lacking_fen`` only of assets."""

    table: pd.DataFrame
    customers: int
    aum_fen: int


@dataclass(frozen=True, slots=True)
class ValueChange(Result):
    """AUM and product families of the customers present at both ends of the panel, a row a tier at its start."""

    table: pd.DataFrame
    customers: int
    start_fen: int
    aum_fen: int
    change_share: float | None
    products_start: float | None
    products_now: float | None
    raised: int
    raised_share: float | None


@needs(col.STAGE, col.STAGE_SKIPPED, of_most=col.STAGE_RANK)
def stages(customers: pd.DataFrame, params: Params) -> Stages:
    """成长阶段: dependence, coverage, transfer as the profile orders them, and the funnel by tier (R7, R11)."""
    codes = [NONE, *(stage.code for stage in params.stages.order)]
    customers = customers[customers[col.STAGE_RANK].notna()]
    at = ordered(customers[col.STAGE], codes)
    table = tally(customers, at, aum_fen=col.AUM_FEN)
    table["share_of_customers"] = table["customers"] / max(len(customers), 1)
    table.insert(1, "reached", table["customers"][::-1].cumsum()[::-1])
    reached = pd.DataFrame({f"{code}_share": (at == code).astype(float) for code in codes}, index=customers.index)
    tiers = by_tier(reached.assign(**{col.TIER: customers[col.TIER]}), params)
    by = tiers[list(reached)].mean()
    by.insert(0, "customers", tiers.size())
    skipped = customers.loc[flagged(customers, col.STAGE_SKIPPED), [col.TIER, col.AUM_FEN]]
    apart = tally(skipped, ladder(skipped, params), aum_fen=col.AUM_FEN)
    first, last = codes[1], codes[-1]
    return Stages(
        table=table.reset_index(),
        by_tier=by[by["customers"] > 0].reset_index(),
        skipped_by_tier=apart[apart["customers"] > 0].reset_index(),
        customers=len(customers),
        first=first,
        first_share=share(table["reached"][first], len(customers)),
        last=last,
        last_customers=int(table["customers"][last]),
        last_share=share(table["customers"][last], len(customers)),
        skipped=len(skipped),
        skipped_share=share(len(skipped), len(customers)),
        skipped_fen=total(skipped[col.AUM_FEN]),
    )


def _next(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Customers one service, one product or little of the assets short of their next stage, with its code."""
    aum, target = customers[col.AUM_FEN], customers[col.ASSETS_TARGET_FEN]
    close = (aum > 0) & (aum >= target * params.critical_from)
    held = {"services": customers[col.SERVICES], "products": customers[col.PRODUCT_COUNT]}
    found = []
    for rank, stage in enumerate(params.stages.order):
        assets = stage.measure == "assets"
        short = close if assets else held[stage.measure] == stage.at_least - 1
        rows = customers.loc[short & (customers[col.STAGE_RANK] == rank), _OF_NEXT]
        lacking = (rows[col.ASSETS_TARGET_FEN] - rows[col.AUM_FEN]).clip(lower=0) if assets else 0
        found.append(rows.assign(next_stage=stage.code, measure_of=stage.measure, lacking_fen=lacking))
    return pd.concat(found)


@needs(col.SERVICES, col.PRODUCT_COUNT, of_most=col.STAGE_RANK)
def next_stage(customers: pd.DataFrame, params: Params) -> NextStage:
    """下一阶段: customers who lack one service, one product family or little money for the next stage (R7, R9)."""
    rows = _next(customers, params)
    reached = ordered(rows["next_stage"], (stage.code for stage in params.stages.order))
    return NextStage(
        table=tally(rows, reached, aum_fen=col.AUM_FEN, lacking_fen="lacking_fen").reset_index(),
        customers=len(rows),
        aum_fen=total(rows[col.AUM_FEN]),
    )


@needs(col.STAGE_RANK, col.SERVICES, col.PRODUCT_COUNT)
def stage_list(customers: pd.DataFrame, params: Params) -> pd.DataFrame:
    """下一阶段名单: `next_stage` one by one, the furthest stage and the largest AUM first (R7).

    The amount is AUM; for the stage of assets what is still to come.
    """
    rows = _next(customers, params).sort_values([col.STAGE_RANK, col.AUM_FEN], ascending=False, kind="stable")
    assets = rows["measure_of"] == "assets"
    return listed(rows, rows["lacking_fen"].where(assets, rows[col.AUM_FEN]), "stage_" + rows["measure_of"])


@needs(col.AUM_START_FEN)
def value_change(customers: pd.DataFrame, params: Params) -> ValueChange:
    """客户价值提升: AUM and products then and now of the customers who are there at both ends of the panel (R80)."""
    columns = [col.AUM_START_FEN, col.AUM_FEN, col.TIER_RANK, col.PRODUCTS_START, col.PRODUCT_COUNT]
    both = customers[customers.columns.intersection(columns)].dropna(subset=columns[:2])
    rank = tier_ranks(both[col.AUM_START_FEN], params)
    start = both.assign(**{col.TIER: np.array(params.tier_codes(), dtype="object")[rank]})
    start = start.assign(raised=both[col.TIER_RANK] > rank)
    sums = {"start_fen": col.AUM_START_FEN, "aum_fen": col.AUM_FEN, "raised": "raised"}
    table, groups = tally(start, ladder(start, params), **sums), by_tier(start, params)
    table["net_fen"] = table["aum_fen"] - table["start_fen"]
    counted = {col.PRODUCTS_START: "mean_start", col.PRODUCT_COUNT: "mean_now"} if col.PRODUCTS_START in both else {}
    for column, name in counted.items():
        table[name] = groups[column].mean()
    then, now, raised = int(table["start_fen"].sum()), int(table["aum_fen"].sum()), int(table["raised"].sum())
    means = [both[c].mean() if len(both) and counted else None for c in counted] or [None, None]
    return ValueChange(
        table=table[table["customers"] > 0].reset_index(),
        customers=len(both),
        start_fen=then,
        aum_fen=now,
        change_share=share(now - then, then) if then > 0 else None,
        products_start=means[0],
        products_now=means[1],
        raised=raised,
        raised_share=share(raised, len(both)),
    )
