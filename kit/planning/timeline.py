"""One customer's contacts in time: occasions that fall together are one contact, and the cadence fills the gaps."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kit import columns as col
from kit.analysis.contact import interval_days
from kit.params import Params
from kit.planning.occasions import Horizon, Promised, days_of


@dataclass(slots=True)
class _Contact:
    """A contact to come, and the ranks of the classes that it serves."""

    earliest: int
    due: int
    ranks: set[int] = field(default_factory=set)


def timelines(
    occasions: pd.DataFrame,
    customers: pd.DataFrame,
    params: Params,
    when: Horizon,
    *,
    promised: Promised,
) -> pd.DataFrame:
    """Every contact that is due, at least one a customer (R52, R58, R59, R111).

    Two occasions are one contact where their windows meet, or where the later begins within the profile's days after
    the earlier ends. The cadence, shortened or lengthened by intent, runs from one contact to the next: where the next
    occasion comes later, a contact of care is put between. A customer without any occasion has the next one after the
    plan, or none where the profile asks for no cadence.

    Returns
    -------
    DataFrame
        at (place of the customer), rank (class), earliest, due (NaN where there is none), needs (the other classes that
        the contact serves, joined by ``+``; missing where there are none).
    """
    codes = [kind.code for kind in params.contact.classes]
    care = codes.index("care")
    every, first, open_from = _cadence(customers, params, when, promised)
    lists: list[list[tuple[int, int, int, bool]]] = [[] for _ in range(len(customers))]
    for at, earliest, due, rank, loose in occasions[["at", "earliest", "due", "rank", "loose"]].itertuples(index=False):
        lists[at].append((due, earliest, rank, loose))
    rows: list[tuple[int, int, int, float, str | None]] = []
    for at, known in enumerate(lists):
        # A day that is fixed comes first of those due on it: what was put on it once is put on it again.
        known.sort(key=lambda each: (each[0], each[3], each))
        groups = _merged(known, params.contact.merge_days)
        cadence = every[at], first[at], open_from[at]
        coming = list(_filled(groups, cadence, care, params.contact.merge_days, when.last))
        if promised:
            _kept(coming, [promised.get((at, code), ()) for code in codes], care, params)
        inside = [c for c in coming if c.earliest <= when.last and (c.due <= when.last or c.ranks != {care})]
        for contact in inside or coming[:1]:  # a contact of care that may wait stands there only alone
            rank = min(contact.ranks, default=care)
            others = "+".join(codes[other] for other in sorted(contact.ranks - {rank}))
            rows.append((at, rank, contact.earliest, contact.due, others or None))
        if not coming:
            rows.append((at, care, when.last + 1, np.nan, None))
    made = pd.DataFrame(rows, columns=["at", "rank", "earliest", "due", col.NEEDS])
    return made.astype({"at": "int64", "rank": "int64", "earliest": "int64", "due": "float64", col.NEEDS: "str"})


def _kept(contacts: list[_Contact], told: Sequence[Collection[int]], care: int, params: Params) -> None:
    """Give contacts the due days of an earlier plan where a later day of printing alone has put them off by a few."""
    taken = {contact.due for contact in contacts}
    for contact in contacts:
        first = max(contact.earliest, contact.due - params.contact.merge_days)
        before = (due for due in told[min(contact.ranks, default=care)] if due not in taken)
        contact.due = max((due for due in before if first <= due < contact.due), default=contact.due)


def _cadence(
    customers: pd.DataFrame, params: Params, when: Horizon, promised: Promised
) -> tuple[list[float], list[float], list[float]]:
    """Interval of each customer, the day on which his next contact of care is due, and from which on it may be made.

    Who is overdue, or was never contacted, is caught up with: from the second tier up within the days of the class
    ``care``, the others within their interval.
    """
    every = interval_days(customers, params).to_numpy(dtype="float64")
    touch = days_of(customers, col.LAST_TOUCH_DATE)
    valued = (customers[col.TIER_RANK].fillna(0) >= 1).to_numpy()
    due = touch + every
    late = ~(due >= when.first) & ~np.isnan(every)
    grace = np.where(valued, np.fmin(every, params.contact.of("care").within_days), every)
    due[late] = when.due(grace[late])
    for at in np.flatnonzero(late):
        due[at] = min([due[at], *promised.get((int(at), "care"), ())])
    open_from = np.where(late, when.first, np.maximum(due - every // 3, when.first))
    return every.tolist(), due.tolist(), open_from.tolist()


def _merged(known: list[tuple[int, int, int, bool]], merge_days: int) -> list[_Contact]:
    """Occasions (due, earliest, rank, loose) in order → contacts, each inside the windows of all that it serves."""
    groups: list[_Contact] = []
    for due, earliest, rank, loose in known:
        last = groups[-1] if groups else None
        if last and earliest <= last.due:
            last.earliest = max(last.earliest, earliest)
            last.ranks.add(rank)
        elif last and loose and rank not in last.ranks and earliest <= last.due + merge_days:
            last.ranks.add(rank)
        else:
            groups.append(_Contact(earliest, due, {rank}))
    return groups


def _filled(
    groups: list[_Contact], cadence: tuple[float, float, float], care: int, merge_days: int, last: int
) -> Iterator[_Contact]:
    """Contacts in order, with those of care between them, up to the first of care after the last day."""
    every, due, open_from = cadence
    for contact in groups:
        while due + merge_days < contact.earliest:
            yield _Contact(int(open_from), int(due), {care})
            due += every
            open_from = due - every // 3
        latest = due if contact.earliest <= due else due + merge_days
        if contact.due > latest:
            contact.due = int(latest)  # the cadence asks for it sooner than the occasion
        yield contact
        due = contact.due + every
        open_from = due - every // 3
    while due <= last + every:
        yield _Contact(int(open_from), int(due), {care})
        due += every
        open_from = due - every // 3
