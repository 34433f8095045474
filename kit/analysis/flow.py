"""How far the management of existing customers has come, step by step (R11)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.contact import rated
from kit.analysis.result import Result, Unavailable, share
from kit.analysis.tiers import at_the_floor
from kit.params import Params

_NEEDS = {
    "owned": col.ORPHAN, "segmented": col.SEGMENT, "surveyed": col.OCCUPATION_KNOWN, "contacted": col.CONTACTS,
    "texted": col.STEP_TEXTED, "invited": col.STEP_INVITED, "met": col.STEP_MET, "proposed": col.STEP_PROPOSED,
    "closed": col.STEP_CLOSED, "followed": col.STEP_FOLLOWED, "referred": col.STEP_REFERRED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flow(Result):
    """Customers of whom every step is known, by the steps of the flow.

    ``table`` has a row a step: who has ``done`` it, who is ``through`` it and all before, and of the latter those at
    the value floor, ``valued_through``. ``narrowest`` is the step at which most of these drop out.
    """

    table: pd.DataFrame
    steps: int
    unknown: int
    customers: int
    valued: int
    through: int
    valued_through: int
    valued_share: float | None
    narrowest: str


def _done(measure: str, customers: pd.DataFrame, params: Params, plan: pd.DataFrame) -> pd.Series | None:
    """Whether the step is done, of the branches where a no can be known; None where nothing tells of it."""
    if measure == "planned":
        planned = pd.Index(plan.loc[plan[col.DATE].notna(), col.CUSTOMER_ID].unique())
        return pd.Series(planned.get_indexer(customers[col.CUSTOMER_ID]) >= 0, index=customers.index, dtype="boolean")
    if _NEEDS[measure] not in customers:
        return None
    told = customers[_NEEDS[measure]]
    if measure == "segmented":
        return (told != params.segments.rest).astype("boolean").where(told.notna())
    done = (told.astype("Float64") > 0).astype("boolean")
    done = ~done if measure == "owned" else done
    branch = customers.get(col.BRANCH_ID, pd.Series("", index=customers.index))
    whole = done.notna().groupby(branch).transform("all")
    return done.where(whole | done.eq(other=False).fillna(value=False).groupby(branch).transform("any"))


def flow(customers: pd.DataFrame, params: Params, plan: pd.DataFrame, *, whole: bool = False) -> Flow | Unavailable:
    """存量客户管理的环节: owner, segment, needs, plan, contact as ordered, each after all before (R11).

    Surveyed is whose occupation is on file, planned who has a date in the contact plan. ``whole`` goes on with
    ``flow_after``, as far as the bank's data tell of its steps.
    """
    of, rows = len(customers), rated(customers, params)
    steps = params.flow + tuple(step for step in params.flow_after if whole and step not in params.flow)
    told = {step.code: _done(step.measure, rows, params, plan) for step in steps}
    known = {code: -1 if done is None else int(done.notna().sum()) for code, done in told.items()}
    enough = {code: count >= max(params.evidence.coverage_at_least * of, min(of, 1)) for code, count in known.items()}
    steps = tuple(step for step in steps if step in params.flow or enough[step.code])
    lacking = [step for step in steps if not enough[step.code]]
    if lacking:
        few = min(known[step.code] for step in lacking)
        columns = tuple(_NEEDS[step.measure] for step in lacking)
        return Unavailable(columns, max(few, 0), of if few >= 0 else 0)
    done = pd.DataFrame({step.code: told[step.code] for step in steps}).dropna()
    if len(done) < params.evidence.coverage_at_least * of:
        return Unavailable(tuple(_NEEDS[step.measure] for step in steps if step.measure in _NEEDS), len(done), of)
    customers = customers.loc[done.index]
    valued = at_the_floor(customers, params)
    through = done.astype(bool).cumprod(axis=1).astype(bool)
    table = pd.DataFrame({
        "flow_step": list(done),
        "done": done.sum().to_numpy(dtype="int64"),
        "done_share": [share(count, len(done)) for count in done.sum()],
        "through": through.sum().to_numpy(dtype="int64"),
        "valued_through": through[valued].sum().to_numpy(dtype="int64"),
    })  # fmt: skip
    lost = table["valued_through"].shift(fill_value=int(valued.sum())) - table["valued_through"]
    return Flow(
        table=table,
        steps=len(table),
        unknown=of - len(done),
        customers=len(done),
        valued=int(valued.sum()),
        through=int(table["through"].iloc[-1]),
        valued_through=int(table["valued_through"].iloc[-1]),
        valued_share=share(table["valued_through"].iloc[-1], valued.sum()),
        narrowest=str(table.at[lost.idxmax(), "flow_step"]),
    )
