"""What stands behind each ``:name`` of the SQL files: a threshold of the profile by its path, or a fact of the book."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any

import pandas as pd

from kit import columns as col
from kit import database
from kit.analysis.panel import months_between
from kit.book import Book
from kit.errors import NoData, UnknownName
from kit.features.definitions import definitions
from kit.features.terms import WORDS
from kit.params import WAN, YUAN, Params

_PARAMETER = re.compile(r"(?<!:):([a-z][\w.]*)")
_BASIS = {
    "month_average": "aum_avg_month_fen",
    "spot": "aum_spot_fen",
    "quarter_average": "aum_avg_quarter_fen",
    "year_average": "aum_avg_year_fen",
}
_PAY_CYCLE_DAYS = 62  # two months: this month's payroll, or last month's


def literal(value: Any) -> str:
    """A parameter as SQL; only numbers, truth, dates, plain names and lists of words can become text."""
    if value is None or isinstance(value, bool):  # None: a month that was not sent
        return {None: "CAST(NULL AS DATE)", True: "TRUE", False: "FALSE"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if "e" in repr(value) else f"{value!r}e0"  # a plain 0.5 is a decimal in Spark
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, tuple):
        return f"({', '.join(map(database.literal, value))})"
    if isinstance(value, str) and value.isidentifier():
        return value
    raise TypeError(f"no SQL literal for {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Values:
    """Values by name: the systems' words, facts of the book, and the profile's thresholds by their path.

    ``merchant.receipts_yuan`` and its like, in 元 or 万元, are known as ``merchant.receipts_fen``.
    """

    params: Params
    facts: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Value of a name; a path that the profile lacks is an `AttributeError`."""
        if name in WORDS:
            return WORDS[name]
        if name in self.facts:
            return self.facts[name]
        path, _, leaf = name.rpartition(".")
        part = reduce(getattr, path.split("."), self.params) if path else self.params
        stem = leaf.removesuffix("_fen")
        for unit, fen in (("yuan", YUAN), ("wan", WAN)):
            if stem != leaf and hasattr(part, f"{stem}_{unit}"):
                return round(getattr(part, f"{stem}_{unit}") * fen)
        return getattr(part, leaf)


def bind(subject: str, values: Values) -> str:
    """SQL of a subject with each ``:name`` replaced by its value as a literal, the same text for every engine.

    Raises
    ------
    UnknownName
        With the file and the name that nothing stands behind.
    """

    def told(match: re.Match[str]) -> str:
        try:
            return literal(values[match[1]])
        except AttributeError:
            known = (*values.facts, *WORDS, *type(values.params).model_fields)
            raise UnknownName(kind=f"{subject}.sql :", name=match[1], known=known) from None

    return _PARAMETER.sub(told, definitions()[subject])


def settle_dates(book: Book, params: Params) -> Params:
    """Params with the as-of date filled in: the engagement's own, else the last date of the panel."""
    if params.as_of is not None:
        return params
    last = book.read("customer_month", columns=[col.AS_OF])[col.AS_OF].max()
    if last is None or pd.isna(last):
        raise NoData(message="as_of: the book holds no customer_month row")
    return params.model_copy(update={"as_of": pd.Timestamp(last).date()})


def contacts_until(contacted: pd.Series, params: Params) -> date:
    """Last day that the contact log speaks of: the printing day, or that of a later contact.

    A contact noted for a day beyond the weeks of the plan is a slip of the pen.
    """
    made = pd.to_datetime(contacted)
    last = made[made <= pd.Timestamp(params.today) + pd.Timedelta(weeks=params.contact.weeks)].max()
    return params.today if pd.isna(last) else max(params.today, last.date())


def aum_column(known: Mapping[str, int], params: Params) -> str:
    """Source column of AUM: that of the bank's averaging basis, or the first that has values at the date."""
    wanted = _BASIS[params.aum_basis]
    return next((column for column in (wanted, *_BASIS.values()) if known.get(column)), wanted)


def book_facts(book: Book, params: Params) -> dict[str, Any]:
    """What the SQL must know of a book: its months, the days that follow from its date, and what the bank sent."""
    day = params.day
    sent = [c for c in _BASIS.values() if book.has(f"customer_month.{c}")]
    asked = ", ".join([col.AS_OF, *(f"count({column})" for column in sent)])
    with database.reading(book.root / "book") as db:  # and not as a frame: the table is the largest of the book
        source = f"read_parquet({database.literal(str(book.path('customer_month')))})"
        known = {row[0]: row[1:] for row in db.execute(f"SELECT {asked} FROM {source} GROUP BY 1").fetchall()}
    months = sorted(known)
    past = [month for month in months if month <= day]
    if not past:
        raise NoData(message=f"as_of {day}: the first month of the book is {months[0] if months else '—'}")
    dated = book.has(f"contact.{col.CONTACT_DATE}") and past[-1] == months[-1]  # a day in the past is a clean cut
    contacted = book.read("contact", [col.CONTACT_DATE])[col.CONTACT_DATE] if dated else pd.Series(dtype=object)

    def months_before(end: date, count: int) -> date:
        before: date = (pd.Timestamp(end) - pd.DateOffset(months=count)).date()
        return before

    def month(back: int) -> date | None:
        """Last date of the calendar month so many before that of the data; None where that was not sent."""
        return next((each for each in reversed(past) if months_between(each, past[-1]) == back), None)

    settled = timedelta(days=params.practice.settle_days)
    retained = timedelta(days=params.primary.retention_days)
    return {
        "aum_column": aum_column(dict(zip(sent, known[past[-1]], strict=True)), params),
        "as_of": day,
        "month": past[-1],
        "month_first": month(months_between(past[0], past[-1])),
        "month_before": month(1),
        "month_earlier": month(2),
        "idle_since": day - timedelta(days=params.dormancy.idle_days),
        "familiar_since": months_before(day, params.familiar.months),
        "flows_since": months_before(day + timedelta(days=1), params.funds.months) - timedelta(days=1),
        "flows_day": (day + timedelta(days=1)).day,
        "month_since": months_before(day + timedelta(days=1), 1) - timedelta(days=1),
        "pays_since": months_before(day + timedelta(days=1), params.primary.payroll_months) - timedelta(days=1),
        "receipts_since": day - timedelta(days=params.merchant.receipts_days),
        "contacts_until": day if months[-1] > day else contacts_until(contacted, params),
        "printed": params.today,
        "practice_since": months_before(day, params.practice.months),
        "settled_until": day - settled,
        "pay_since": day - timedelta(days=_PAY_CYCLE_DAYS) - retained,
        "pay_until": day - retained,
        "movement_since": day - timedelta(days=params.contact.movement_days),
        "maturity_until": params.today + timedelta(days=params.contact.maturity_days),
    }
