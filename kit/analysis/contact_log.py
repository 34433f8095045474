"""What the analyses of the contact log share: whose rows, whose SMS, and what lies near what."""

from typing import Literal

import pandas as pd

from kit import columns as col
from kit.analysis.proportions import rates
from kit.analysis.result import flagged
from kit.params import Params

_Direction = Literal["backward", "forward", "nearest"]


def own_rows(rows: pd.DataFrame, own: str | None) -> pd.DataFrame:
    """Rows of the branch ``own``; of every branch where there is none."""
    return rows if own is None else rows[rows[col.BRANCH_ID] == own]


def by_caller(rows: pd.DataFrame, cases: str, of: str, params: Params, own: str | None) -> pd.DataFrame:
    """Rates of the branches of a bank, or of a branch's staff who have to do with enough customers.

    ``rows`` has one a branch and member of staff, with ``customers``; the best shrunk rate comes first.
    """
    by = col.BRANCH_ID if own is None else col.CALLER_ID
    if by not in rows:
        return pd.DataFrame(columns=[by, of, cases, "raw_share", "shrunk_share"])
    made = rows.groupby(by)[[of, cases, col.CUSTOMERS]].sum()
    made = made.loc[(made[col.CUSTOMERS] >= params.compared.smallest) & (made[of] > 0), [of, cases]].astype("int64")
    found = rates(made, cases, of, params).sort_values("shrunk_share", ascending=False, kind="stable")
    return found.reset_index()


def texts(contacts: pd.DataFrame) -> pd.DataFrame | None:
    """Customer and day of every SMS on record; None where nothing tells of any."""
    sent, way = flagged(contacts, col.SMS_SENT), contacts.get(col.CONTACT_WAY)
    if way is not None:
        sent |= way == "sms"
    if col.SMS_SENT not in contacts and not sent.any():
        return None
    return contacts.loc[sent, [col.CUSTOMER_ID, col.CONTACT_DATE]].dropna().drop_duplicates()


def nearest(
    rows: pd.DataFrame, others: pd.DataFrame, direction: _Direction, days: int, *, same_day: bool = True
) -> pd.Series:
    """Days from each row to the nearest of ``others`` of the same customer that way, within ``days``; else missing."""
    on = [col.CUSTOMER_ID, col.CONTACT_DATE]
    left = rows[on].reset_index(names="row").sort_values(col.CONTACT_DATE, kind="stable")
    right = others[on].drop_duplicates().sort_values(col.CONTACT_DATE, kind="stable")
    if left.empty or right.empty:
        return pd.Series(float("nan"), index=rows.index)
    found = pd.merge_asof(
        left, right.assign(other=right[col.CONTACT_DATE]), on=col.CONTACT_DATE, by=col.CUSTOMER_ID,
        direction=direction, tolerance=pd.Timedelta(days=days), allow_exact_matches=same_day,
    ).set_index("row")  # fmt: skip
    return (found["other"] - found[col.CONTACT_DATE]).dt.days.reindex(rows.index)
