"""Each manager's workbook and calendar, from the branch's plan, its customers and the words to say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kit import columns as col
from kit.callbook import CONTACT, CUSTOMERS, FACTS, FIRST, Marker, fingerprint
from kit.params import Params
from kit.planning.calendar import work_days
from kit.report.calendar import calendar
from kit.report.callbook import Page, callbook
from kit.report.workbook import encrypted
from kit.run.cards import card_bands, customer_cards
from kit.run.files import replace
from kit.run.persons import Persons, rows_of
from kit.text import Wording, slug, wording
from kit.vault import CUSTOMER_NUMBER

if TYPE_CHECKING:
    from kit.run.branch import Task

__all__ = ["Windows", "windows", "write_callbooks"]

_DUE_DATE, _HINT, _SUCCESS = "due_date", "hint", "success_share"  # as the sheets name them
_LEAST_DAYS = 14  # of a month: with fewer left, the next one is planned with it
_PLANNED = "planned"
_NOT_YET = ("do_not_call", "later")  # who may not be called, and whose turn comes after the horizon
_WHY = (
    _HINT, col.CHANNEL, _DUE_DATE, col.TIER, col.SEGMENT, col.AUM_FEN, col.UPGRADE_GAP_FEN, col.NEXT_MATURITY_DATE,
    col.INTENT, _SUCCESS,
)  # fmt: skip
_CALLS, _SMS = ("call_text", "close_text", "problem"), ("sms_text", "sms_chars", "sms_parts", "problem")


@dataclass(frozen=True, slots=True)
class Windows:
    """Days of the three sheets: first and last of each; none of them overlap."""

    today: tuple[date, date]
    week: tuple[date, date]
    month: tuple[date, date]

    def sheets(self) -> Iterator[tuple[str, tuple[date, date]]]:
        """Sheet codes with their days."""
        yield from (("today", self.today), ("week", self.week), ("month", self.month))


def windows(start: date, params: Params) -> Windows:
    """Today, the rest of this week, and the rest of the first month of which two weeks are left (R58).

    Today is the first work day of the plan, which begins at ``start``; so each task stands in one sheet and is filled
    in once.
    """
    worked = work_days(start - timedelta(days=1), weeks=params.contact.weeks).days
    today = worked[0] if worked else start
    sunday = today + timedelta(days=6 - today.weekday())
    within = max(sunday, today + timedelta(days=_LEAST_DAYS - 1))
    month_end = (within.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    one = timedelta(days=1)
    return Windows((today, today), (today + one, sunday), (sunday + one, month_end))


def write_callbooks(
    task: Task,
    persons: Persons,
    plan: pd.DataFrame,
    params: Params,
    *,
    start: date,
    spoken: pd.DataFrame | None = None,
    replies: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Write ``working/<branch>/<staff>.xlsx`` and ``.ics`` for each owner of a branch's customers.

    Parameters
    ----------
    plan
        The branch's rows.
    start
        The plan's first day.
    spoken
        Words of `kit.run.words.said`, indexed like the plan; without them the sheets of words are left out.
    replies
        By owner (empty: nobody), what to say to an objection, by its word in the contact log.
    """
    words, data, folder = wording(task.language), task.out / "data", task.out / "working" / task.stem
    tasks = _told(_shown(plan if spoken is None else plan.join(spoken), persons), words)
    lists, days = rows_of(data / "lists.parquet", task.branch), windows(start, params)
    cards = customer_cards(persons.rows, persons.shown, _profile(data, task.branch), lists, words)
    cards = cards.merge(_next(tasks), on=col.CUSTOMER_ID, how="left", validate="one_to_one")
    owners = rows_of(data / "assignment.parquet", task.branch).groupby(col.STAFF_ID, dropna=False)[col.CUSTOMER_ID]
    made: dict[str, bytes] = {}
    for staff, customers in owners:
        who = "" if pd.isna(staff) else str(staff)
        own = tasks[tasks[col.STAFF_ID] == staff if who else tasks[col.STAFF_ID].isna()]
        day, first = params.day.isoformat(), days.today[0].isoformat()
        marker = Marker(fingerprint(task.key), task.branch, who, day, first, _digest(own))
        pages = [
            *_task_pages(own, days, persons, words),
            _customer_page(cards[cards[col.CUSTOMER_ID].isin(customers)], persons),
            *_word_pages(own, days, persons, (replies or {}).get(who, {}), words),
        ]
        heads = {"branch": task.name, "owner": who or words.label("callbook.nobody")}
        stem = slug(who) if who else "unassigned"
        made[f"{stem}.xlsx"] = encrypted(callbook(marker, pages, words, **heads), task.password)
        if own[col.DATE].notna().any():
            made[f"{stem}.ics"] = calendar(own, marker, words, **heads)
    for name, content in made.items():
        replace(folder / name, content)
    for left in (path for kind in ("*.xlsx", "*.ics") for path in folder.glob(kind) if path.name not in made):
        left.unlink()  # of an owner who keeps nobody any more


def _digest(tasks: pd.DataFrame) -> str:
    """What tells the workbook of one plan from that of another."""
    keys = tasks[[col.CUSTOMER_ID, col.CONTACT_CLASS, col.DUE, col.DATE]].astype("str").to_csv(index=False)
    return hashlib.sha256(keys.encode()).hexdigest()[:16]


def _profile(data: Path, branch: str) -> pd.DataFrame:
    """What the bank's own file of its customers says beyond what is computed from it."""
    wanted = [
        col.CUSTOMER_ID, col.BRANCH_ID, col.GENDER, col.MARITAL, col.CHILDREN, col.EDUCATION, col.INVEST_GOAL,
        col.WECHAT_ADDED,
    ]  # fmt: skip
    return rows_of(data / "book" / "customer.parquet", branch, wanted).drop(columns=col.BRANCH_ID)


def _shown(plan: pd.DataFrame, persons: Persons) -> pd.DataFrame:
    """Tasks with what they show of their customers, by day and then in the plan's order; those without a day last."""
    known = persons.have(col.TIER, col.SEGMENT, col.AUM_FEN, col.UPGRADE_GAP_FEN, col.NEXT_MATURITY_DATE)
    columns = persons.rows[[col.CUSTOMER_ID, *persons.shown, *known]]
    return plan.merge(columns, on=col.CUSTOMER_ID, validate="many_to_one").sort_values(
        [col.DATE, col.PRIORITY], na_position="last", kind="stable"
    )


def _told(tasks: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Tasks with the columns of the sheets: the channel in words, and in one column all that a caller should know."""
    hints = []
    for first, needs, reason in zip(tasks[col.FIRST_CONTACT], tasks[col.NEEDS], tasks[col.REASON], strict=True):
        parts = [words.label("callbook.hint.first_contact")] if first else []
        parts += [words.label(f"labels.class.{code}") for code in str(needs).split("+") if pd.notna(needs)]
        parts += [words.label(f"labels.reason.{reason}")] if reason != _PLANNED else []
        hints.append(words.join(parts) or None)
    channel = [None if pd.isna(c) else words.label(f"callbook.channel.{c}") for c in tasks[col.CHANNEL]]
    due = tasks[col.DUE].dt.strftime("%Y-%m-%d").fillna("")
    return tasks.assign(
        **{_HINT: pd.array(hints, dtype="str"), col.CHANNEL: pd.array(channel, dtype="str")},
        **{_DUE_DATE: tasks[col.DUE], col.DUE: due, _SUCCESS: tasks[col.SUCCESS]},
        **{col.STAGE: tasks[col.CONTACT_CLASS].mask(tasks[col.FIRST_CONTACT], FIRST)},
    )


def _next(tasks: pd.DataFrame) -> pd.DataFrame:
    """Each customer's next task: the first by its day, else by when it is due."""
    order = tasks.assign(when=tasks[col.DATE].fillna(tasks[_DUE_DATE])).sort_values("when", kind="stable")
    columns = [col.CUSTOMER_ID, col.DATE, _DUE_DATE, col.CONTACT_CLASS, col.REASON]
    found = order.drop_duplicates(col.CUSTOMER_ID)[columns]
    return found.assign(**{col.REASON: found[col.REASON].mask(found[col.REASON] == _PLANNED)})


def _names(persons: Persons) -> list[str]:
    """Columns that say who a customer is, the name first."""
    return [c for c in (col.CUSTOMER_NAME, CUSTOMER_NUMBER, col.MOBILE) if c in persons.shown]


def _present(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Those of ``columns`` that hold anything."""
    return [column for column in columns if column in rows and rows[column].notna().any()]


def _within(tasks: pd.DataFrame, sheet: str, days: tuple[date, date]) -> pd.DataFrame:
    """Tasks of a sheet; the last one also has those due by its end that no day had room for."""
    first, last = (pd.Timestamp(day) for day in days)
    chosen = tasks[col.DATE].between(first, last)
    if sheet == "month":
        late = tasks[_DUE_DATE].isna() | (tasks[_DUE_DATE] <= last)
        chosen |= tasks[col.DATE].isna() & late & ~tasks[col.REASON].isin(_NOT_YET)
    return tasks[chosen]


def _task_pages(tasks: pd.DataFrame, days: Windows, persons: Persons, words: Wording) -> Iterator[Page]:
    why = [col.CONTACT_CLASS, *_present(tasks, _WHY)]
    for sheet, (first, last) in days.sheets():
        told = words("callbook.dates", first=first, last=last) if first < last else first.isoformat()
        rows = _within(tasks, sheet, (first, last))
        yield Page(
            sheet, rows, {"who": [col.DATE, *_names(persons)], "why": why}, told if first <= last else "", CONTACT
        )


def _customer_page(own: pd.DataFrame, persons: Persons) -> Page:
    bands = card_bands(own) | {"next": [col.DATE, _DUE_DATE, col.CONTACT_CLASS, col.REASON]}
    filled = {title: _present(own, columns) for title, columns in bands.items()}
    who = _names(persons)
    return Page(CUSTOMERS, own, ({"who": who} if who else {}) | {t: c for t, c in filled.items() if c}, entries=FACTS)


def _word_pages(
    tasks: pd.DataFrame, days: Windows, persons: Persons, replies: Mapping[str, str], words: Wording
) -> Iterator[Page]:
    """The call sheet, the replies to objections first, and the SMS list of the tasks on the three sheets."""
    if not {"call_text", "sms_text"} <= set(tasks):
        return
    who = [col.DATE, *_names(persons), col.CONTACT_CLASS]
    listed = pd.concat([_within(tasks, sheet, between) for sheet, between in days.sheets()])
    called = [
        f"{words.label(f'callbook.choice.objection.{code}')}{words.label('callbook.colon')}{text}"
        for code, text in replies.items()
    ]
    for sheet, columns, above in (("calls", _CALLS, called), ("sms", _SMS, [])):
        rows = listed[listed[columns[0]].notna() | listed["problem"].notna()]
        rows = pd.concat([pd.DataFrame({columns[0]: pd.array(above, dtype="str")}), rows])
        yield Page(sheet, rows, {"who": who, "texts": _present(rows, columns) or [columns[0]]})
