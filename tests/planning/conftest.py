"""A re-check of a contact plan that knows nothing of how it was made, and branches drawn at random to make one for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import strategies as st

from kit.context import Context
from kit.engagement import profile
from kit.features import frame
from kit.params import WAN, Params

RURAL = profile("rural-postal")
CADENCE = ((1000, 30), (100, 91), (0, 182))  # 万元, days
CLASSES = {"special_day", "maturity", "movement", "intent", "upgrade", "new", "care", "recover"}


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


LAW_2027 = {date(2027, *day) for day in ((1, 1), (2, 5), (2, 6), (2, 7), (2, 8), (4, 5), (5, 1), (5, 2), (6, 9))}


def _works(day: date) -> bool:
    """Whether a day is worked: as announced to the end of 2026, by law and the weekday in the half year after it."""
    return chinese_calendar.is_workday(day) if day.year < 2027 else day.weekday() < 5 and day not in LAW_2027


def _away(who: dict[str, Any], day: date) -> bool:
    begin, end, left = (_day(who.get(name)) for name in ("leave_start", "leave_end", "left_date"))
    on_leave = (begin or end) and (begin is None or day >= begin) and (end is None or day <= end)
    return bool(on_leave or (left and day >= left))


@dataclass(frozen=True, repr=False)
class Branch:
    """What a plan is made from."""

    customers: pd.DataFrame
    assigned: pd.DataFrame
    staff: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    params: Params

    def __repr__(self) -> str:
        told = self.params.contact
        parts = [self.customers.T.to_string(), self.assigned.to_string(), self.staff.to_string()]
        parts += [f"{name}\n{rows.head(20).to_string()}" for name, rows in self.tables.items()]
        return "\n".join([f"{self.params.as_of} weeks={told.weeks} calls={told.daily_contacts}", *parts])

    def today(self) -> date:
        """The printing day, or that of the last contact on record."""
        made = [_day(day) for day in self.tables["touches"].get("contacted_date", [])]
        return max([self.params.today, *(day for day in made if day)])

    def start(self) -> date:
        """The work day after it."""
        return next(day for i in range(1, 15) if _works(day := self.today() + timedelta(days=i)))

    def quiet(self, person: dict[str, Any]) -> bool:
        """Whether a customer is written to and not called, unless he agreed to a day."""
        return person.get("dormant") is True or person["aum_fen"] < 5 * WAN


def _interval(person: dict[str, Any]) -> int | None:
    every = next((days for wan, days in CADENCE if person["aum_fen"] >= wan * WAN), None)
    if person.get("familiar") is True:
        every = min(every or 30, 30)
    if every is None:
        return None
    return {"C": min(every, 60), "D": every + 30}.get(person.get("intent"), every)


def _faults(plan: pd.DataFrame, branch: Branch) -> Iterator[str]:  # noqa: C901, PLR0912  # each promise of the plan, one after the other
    """Every promise of the issue that a plan breaks, in words."""
    params, start = branch.params, branch.start()
    end = start + timedelta(weeks=params.contact.weeks)
    staff = {who["staff_id"]: who for who in branch.staff.to_dict("records")}
    people = {person["customer_id"]: person for person in branch.customers.to_dict("records")}
    owner = dict(zip(branch.assigned["customer_id"], branch.assigned["staff_id"], strict=True))
    rows = plan.to_dict("records")
    if {row["customer_id"] for row in rows} != set(people):
        yield "a customer is neither planned nor listed"
    if plan.duplicated(["customer_id", "contact_class", "due"]).any():
        yield "a contact stands there twice"
    calls, sms = Counter(), Counter()
    for row in rows:
        who, day, due = row["customer_id"], _day(row["date"]), _day(row["due"])
        person = people[who]
        if row["contact_class"] not in CLASSES or (
            pd.notna(row["needs"]) and not set(row["needs"].split("+")) < CLASSES
        ):
            yield f"{who}: an unknown class"
        if (pd.isna(row["staff_id"]), row["staff_id"]) != (pd.isna(owner[who]), owner[who]) and pd.notna(owner[who]):
            yield f"{who}: not with his owner"
        if (day is None) != (row["reason"] not in ("planned", "late", "hung_up", "message")):
            yield f"{who}: {row['reason']} and {day}"
        if row["reason"] == "later" and due is not None and due < end:
            yield f"{who}: due within the plan, and put off"
        if (row["reason"] == "nobody") != (pd.isna(owner[who]) and person.get("do_not_call") is not True):
            yield f"{who}: {row['reason']}, owner {owner[who]}"
        if day is None:
            continue
        calls[row["staff_id"], day] += row["channel"] != "sms"
        sms[row["staff_id"], day] += row["channel"] == "sms"
        if not start <= day < end or not _works(day):
            yield f"{who}: {day} is no work day of the plan"
        if (row["reason"] == "late") != (day > due and row["channel"] != "sms"):
            yield f"{who}: {row['reason']} on {day}, due on {due}"
        agreed = "intent" in f"{row['contact_class']}+{row['needs']}" and due == _day(person.get("asked_date"))
        written = person.get("hung_up") is True or (branch.quiet(person) and not agreed)
        if (row["channel"] == "sms") != written or (row["reason"] == "hung_up") != (person.get("hung_up") is True):
            yield f"{who}: a call to whom is only written to, or an SMS instead of a call"
        if person.get("do_not_call") is True:
            yield f"{who}: asked not to be contacted"
        if row["first_contact"] and "sms" not in row["channel"]:
            yield f"{who}: a first contact without an SMS"
        if int(row["batch"]) != (day - start).days // 7 + 1:
            yield f"{who}: batch {row['batch']} on {day}"

    def room(name: str, day: date, *, written: bool) -> int:
        known = staff.get(name, {})
        daily = params.contact.daily_sms if written else known.get("daily_contacts", params.contact.daily_contacts)
        most = 0 if _away(known, day) else params.contact.daily_contacts if pd.isna(daily) else int(daily)
        return most - (sms if written else calls)[name, day]

    for written, made in ((False, calls), (True, sms)):
        yield from (f"{who}: beyond his time on {day}" for who, day in [*made] if room(who, day, written=written) < 0)
    days = [day for i in range((end - start).days) if _works(day := start + timedelta(days=i))]
    for row in rows:
        day, due = _day(row["date"]), _day(row["due"])
        if row["reason"] == "capacity" or (day and day > due):
            # The last work day of its window, and of what has none at all every one after it.
            window = [each for each in days if each <= due][-1:] + [each for each in days if due < each and day is None]
            free = [each for each in window if room(row["staff_id"], each, written=row["channel"] == "sms") > 0]
            yield from (f"{row['customer_id']}: {row['reason']}, and {each} is free" for each in free)
    if plan.groupby("customer_id")["first_contact"].sum().gt(1).any():
        yield "two first contacts with one customer"
    yield from _late(plan, branch, start, end)


def _late(plan: pd.DataFrame, branch: Branch, start: date, end: date) -> Iterator[str]:
    """Where more than the interval, and the days within which contacts are joined, lies between two contacts due."""
    slack = branch.params.contact.merge_days
    for person in branch.customers.to_dict("records"):
        every, touch = _interval(person), _day(person.get("last_touch_date"))
        if every is None:
            continue
        due = sorted(_day(day) for day in plan.loc[plan["customer_id"] == person["customer_id"], "due"])
        begin = touch if touch and touch + timedelta(days=every) >= start else branch.today()
        for before, after in zip([begin, *due], [*due, end + timedelta(days=3650)], strict=True):
            if (
                after >= end
                and before + timedelta(days=every + slack) < end
                and before >= start - timedelta(days=every)
            ):
                yield f"{person['customer_id']}: nothing after {before}, every {every} days"
            if after < end and (after - before).days > every + slack:
                yield f"{person['customer_id']}: from {before} to {after}, every {every} days"


@pytest.fixture(scope="session")
def rechecked():
    """The faults of a plan, as a list."""
    return lambda plan, branch: list(_faults(plan, branch))


@pytest.fixture(scope="session")
def branches() -> st.SearchStrategy[Branch]:
    """Branches of a few customers."""
    return _branches()


@pytest.fixture(scope="session")
def demo(prepared) -> Branch:
    """The synthetic bank, all branches, as its run planned it."""
    data, read = prepared / "data", lambda name: frame(pq.read_table(prepared / "data" / f"{name}.parquet"))
    return Branch(
        customers=read("customers"), assigned=read("assignment"), staff=read("book/staff"),
        tables={name: read(name) for name in ("maturities", "touches", "plan", "owner_weeks")},
        params=Context.read(data).params,
    )  # fmt: skip


_TIERS = ("basic", "core", "vip", "private")
_AUM = (-5, 1, 8, 40, 150, 1200)  # 万元


@st.composite
def _branches(draw: st.DrawFn) -> Branch:
    """A branch of a few customers with anything that may be known of them, or not."""
    as_of = draw(st.dates(date(2024, 12, 1), date(2026, 9, 1)))
    some = st.booleans()

    def near(before: int, after: int) -> st.SearchStrategy[date | None]:
        return st.none() | st.integers(-before, after).map(lambda days: as_of + timedelta(days=days))

    owners = draw(st.lists(st.sampled_from(("s1", "s2", "s3")), max_size=3, unique=True))
    staff = pd.DataFrame([
        {"staff_id": who, "role": "理财经理", "daily_contacts": draw(st.none() | st.integers(0, 3)),
         "leave_start": draw(near(10, 60)), "leave_end": draw(near(10, 60)), "left_date": draw(near(0, 60))}
        for who in owners
    ], columns=["staff_id", "role", "daily_contacts", "leave_start", "leave_end", "left_date"])  # fmt: skip
    rows = [
        {
            "customer_id": f"c{i}", "branch_id": "0101", "aum_fen": (aum := draw(st.sampled_from(_AUM))) * WAN,
            "tier_rank": (rank := sum(aum >= floor for floor in (5, 30, 300))), "tier": _TIERS[rank],
            "service_score": float(draw(st.integers(0, 3)) * 20),
            "upgrade_gap_fen": draw(st.none() | st.just(WAN)), "movement_fen": draw(st.sampled_from((0, 500 * WAN))),
            "do_not_call": draw(some) and draw(some), "hung_up": draw(some) and draw(some), "familiar": draw(some),
            "at_risk": False, "dormant": draw(some), "primary_elsewhere": draw(some),
            "intent": draw(st.sampled_from(("A", "B", "C", "D", None))), "last_touch_date": draw(near(400, 0)),
            "asked_date": draw(near(20, 40)),
            "birth_date": draw(st.none() | st.dates(date(1950, 1, 1), date(1999, 1, 1))),
            "open_date": draw(near(300, 0)), "owner_since": draw(near(300, 0)),
            "owner": draw(st.sampled_from([*(owners or ["s1"]), None])), "moved": draw(some),
            "maturities": draw(st.lists(near(0, 120).filter(bool), max_size=2)),
        }
        for i in range(draw(st.integers(0, 8)))
    ]  # fmt: skip
    columns = [
        "customer_id",
        "branch_id",
        "aum_fen",
        "tier_rank",
        "tier",
        "service_score",
        "upgrade_gap_fen",
        "owner",
        "moved",
    ]
    people = pd.DataFrame(rows, columns=None if rows else columns)
    lots = [{"customer_id": row["customer_id"], "maturity_date": day} for row in rows for day in row["maturities"]]
    touches = [
        {"customer_id": row["customer_id"], "staff_id": row["owner"], "contacted_date": row["last_touch_date"],
         "touched_date": row["last_touch_date"]}
        for row in rows if row["last_touch_date"] and draw(some)
    ]  # fmt: skip
    assigned = people[["customer_id", "branch_id", "moved"]].assign(staff_id=people["owner"].astype("str"))
    assigned["moved"] = assigned["moved"].astype(bool) & assigned["staff_id"].notna()
    contact = {
        "weeks": draw(st.integers(1, 14)),
        "daily_contacts": draw(st.integers(1, 3)),
        "daily_sms": draw(st.integers(1, 2)),
    }
    optional = [column for column in people if column not in columns and column != "maturities"]
    dropped = draw(st.lists(st.sampled_from(optional), max_size=3)) if optional else []
    return Branch(
        customers=_typed(people.drop(columns=["owner", "moved", *dropped, *({"maturities"} & {*people})])),
        assigned=assigned.reset_index(drop=True),
        staff=staff,
        tables={
            "maturities": pd.DataFrame(lots, columns=["customer_id", "maturity_date"]),
            "touches": pd.DataFrame(touches, columns=["customer_id", "staff_id", "contacted_date", "touched_date"]),
        },
        params=Params(**RURAL | {"contact": contact}, as_of=as_of, printed=as_of + timedelta(draw(st.integers(0, 40)))),
    )


def _typed(people: pd.DataFrame) -> pd.DataFrame:
    kinds = {"aum_fen": "int64", "tier_rank": "int64", "service_score": "float64", "upgrade_gap_fen": "Int64"}
    words = {name: "str" for name in ("customer_id", "branch_id", "tier", "intent") if name in people}
    dates = {name: "datetime64[s]" for name in people if name.endswith("_date") or name == "owner_since"}
    return people.astype({**{k: v for k, v in kinds.items() if k in people}, **words, **dates})
