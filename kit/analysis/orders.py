"""Call first or SMS first: what the log says of either order, and how little that may mean."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.contact_log import nearest
from kit.analysis.proportions import difference, proportion
from kit.analysis.result import Result, needs
from kit.params import Params


@dataclass(frozen=True, slots=True)
class Orders(Result):
    """First calls that an SMS had announced beside those that none had: a row each, with the rate's interval.

    ``gain`` is the connect rate after an SMS less that without, with its interval; ``apart`` whether it excludes zero,
    ``together`` whether it does not; neither where one of them has no calls.
    ``unclear`` calls fell on the day of an SMS: the log does not say which came first.
    """

    table: pd.DataFrame
    calls: int
    sms_first: int
    unclear: int
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    apart: bool
    together: bool


@needs(col.CONTACT_WAY, col.CONTACT_OUTCOME, col.CONTACT_DATE)
def orders(contacts: pd.DataFrame, params: Params) -> Orders:
    """先电话还是先短信: connect rates of first calls, announced by an SMS or not, and the difference's interval (R70).

    A staff member's first call of a customer counts; an SMS is one that stands in the log by itself, since one noted on
    a call came after it. Nobody drew lots who was texted first: the difference need not come from the order.
    """
    dated = contacts.dropna(subset=col.CONTACT_DATE)
    alone = dated[dated[col.CONTACT_WAY] == "sms"]
    keys = [col.CUSTOMER_ID, *([col.CONTACT_STAFF_ID] if col.CONTACT_STAFF_ID in dated else [])]
    calls = dated.dropna(subset=col.CONTACT_OUTCOME)
    calls = calls.sort_values([col.CONTACT_DATE, col.CONTACT_OUTCOME], kind="stable").drop_duplicates(keys)
    announced = nearest(calls, alone, "backward", params.practice.warm_days, same_day=False).notna()
    unclear = nearest(calls, alone, "nearest", 0).notna() & ~announced
    connected = calls[col.CONTACT_OUTCOME] == "connected"
    found = {
        code: proportion((connected & those).sum(), those.sum(), params)
        for code, those in (("call_first", ~announced & ~unclear), ("sms_first", announced))
    }
    gain = difference(found["sms_first"], found["call_first"])
    apart = gain is not None and (gain[1] > 0 or gain[2] < 0)
    columns = ["calls", "connected", "connected_share", "low_share", "high_share"]
    rows = [(p.of, p.cases, p.share, p.low, p.high) for p in found.values()]
    table = pd.DataFrame(rows, index=list(found), columns=columns).astype(dict.fromkeys(columns[2:], float))
    return Orders(
        table=table.rename_axis("order").reset_index(),
        calls=len(calls),
        sms_first=found["sms_first"].of,
        unclear=int(unclear.sum()),
        gain=gain[0] if gain else None,
        gain_low=gain[1] if gain else None,
        gain_high=gain[2] if gain else None,
        apart=apart,
        together=gain is not None and not apart,
    )
