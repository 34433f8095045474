"""How far the management of existing customers has come, step by step (R11)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.coverage import is_kept
from kit.analysis.result import Result, Unavailable, flagged, share
from kit.params import FlowStep, Params

_NEEDS = {
    "owned": col.ORPHAN, "segmented": col.SEGMENT, "surveyed": col.OCCUPATION_KNOWN, "contacted": col.CONTACTS,
    "texted": col.STEP_TEXTED, "invited": col.STEP_INVITED, "met": col.STEP_MET, "proposed": col.STEP_PROPOSED,
    "closed": col.STEP_CLOSED, "followed": col.STEP_FOLLOWED, "referred": col.STEP_REFERRED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flow(Result):
    """Customers by the steps of the flow.

    ``table`` has a row a step: who has ``done`` it, who is ``through`` it and all before, and of the latter those at
    the value floor, ``valued_through``. ``narrowest`` is the step at which most of these drop out.
    """

    table: pd.DataFrame
    steps: int
    customers: int
    valued: int
    through: int
    valued_through: int
    valued_share: float | None
    narrowest: str


def _done(measure: str, customers: pd.DataFrame, params: Params, plan: pd.DataFrame) -> pd.Series:
    if measure == "owned":
        return is_kept(customers)
    if measure == "segmented":
        return customers[col.SEGMENT].notna() & (customers[col.SEGMENT] != params.segments.rest)
    if measure == "surveyed":
        return flagged(customers, col.OCCUPATION_KNOWN)
    if measure == "planned":
        planned = pd.Index(plan.loc[plan[col.DATE].notna(), col.CUSTOMER_ID].unique())
        return pd.Series(planned.get_indexer(customers[col.CUSTOMER_ID]) >= 0, index=customers.index)
    if measure == "contacted":
        return customers[col.CONTACTS].fillna(0) > 0
    return flagged(customers, _NEEDS[measure])


def _known(step: FlowStep, customers: pd.DataFrame) -> bool:
    return _NEEDS.get(step.measure, col.CUSTOMER_ID) in customers


def flow(customers: pd.DataFrame, params: Params, plan: pd.DataFrame, *, whole: bool = False) -> Flow | Unavailable:
    """存量客户管理的环节: owner, segment, needs, plan, contact as ordered, each after all before (R11).

    Surveyed is whose occupation is on file, planned who has a date in the contact plan. ``whole`` goes on with
    ``flow_after``, as far as the bank's data tell of its steps.
    """
    steps = params.flow
    if whole:
        steps += tuple(step for step in params.flow_after if step not in steps and _known(step, customers))
    lacking = tuple(_NEEDS[step.measure] for step in steps if not _known(step, customers))
    if lacking:
        return Unavailable(lacking)
    valued = customers[col.AUM_FEN] >= params.value_floor_fen
    through, rows = pd.Series(data=True, index=customers.index), []
    for step in steps:
        done = _done(step.measure, customers, params, plan)
        through &= done
        rows.append({
            "flow_step": step.code,
            "done": int(done.sum()),
            "done_share": share(done.sum(), len(customers)),
            "through": int(through.sum()),
            "valued_through": int((through & valued).sum()),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    lost = table["valued_through"].shift(fill_value=int(valued.sum())) - table["valued_through"]
    return Flow(
        table=table,
        steps=len(table),
        customers=len(customers),
        valued=int(valued.sum()),
        through=int(through.sum()),
        valued_through=int((through & valued).sum()),
        valued_share=share((through & valued).sum(), valued.sum()),
        narrowest=str(table.at[lost.idxmax(), "flow_step"]),
    )
