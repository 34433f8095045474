"""What stands in each manager's workbook: his tasks by day, a card of each customer, the words; frames and no cells."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from kit import columns as col
from kit.text import Wording
from kit.vault import CUSTOMER_NUMBER
from kit.workbooks.cards import card_bands
from kit.workbooks.form import CONTACT, CUSTOMERS, FACTS, FIRST, TASKS, Entry, Marker

_DUE_DATE, _HINT, _SUCCESS = "due_date", "hint", "success_share"  # as the sheets name them
_LEAST_DAYS = 14  # of a month: with fewer left, the next one is planned with it
_PLANNED = "planned"
_NOT_YET = ("do_not_call", "later")  # who may not be called, and whose turn comes after the horizon
_WHY = (
    _HINT, col.CHANNEL, _DUE_DATE, col.TIER, col.SEGMENT, col.AUM_FEN, col.UPGRADE_GAP_FEN, col.NEXT_MATURITY_DATE,
    col.INTENT, _SUCCESS,
)  # fmt: skip
_OF_CUSTOMERS = (col.TIER, col.SEGMENT, col.AUM_FEN, col.UPGRADE_GAP_FEN, col.NEXT_MATURITY_DATE)
_CALLS, _SMS = ("call_text", "close_text", "problem"), ("sms_text", "sms_chars", "sms_parts", "problem")

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet: its code, its dates in words, and bands of columns, each under its heading.

    ``rows`` has the columns of all bands and those of `kit.workbooks.form.KEY_CODES`; those of ``entries`` are added
    behind them, empty.
    """

    code: str
    rows: pd.DataFrame
    bands: Mapping[str, Sequence[str]]
    dates: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """One manager's workbook: its marker, his tasks by day and then in the plan's order, and the sheets in order."""

    marker: Marker
    tasks: pd.DataFrame
    pages: list[Page]


def windows(today: date) -> dict[str, Days]:
    """First and last day of each sheet of tasks: a day, the rest of its week, and the rest of a month (R58).

    The month is the first of which two weeks are left. None of them overlap: so each task stands in one sheet and is
    filled in once.
    """
    sunday = today + timedelta(days=6 - today.weekday())
    within = max(sunday, today + timedelta(days=_LEAST_DAYS - 1))
    month_end = (within.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    one = timedelta(days=1)
    return dict(zip(TASKS, ((today, today), (today + one, sunday), (sunday + one, month_end)), strict=True))


def contents(
    marker: Marker,
    plan: pd.DataFrame,
    customers: pd.DataFrame,
    cards: pd.DataFrame,
    owners: pd.DataFrame,
    *,
    identity: Sequence[str],
    replies: Mapping[str, Mapping[str, str]],
    words: Wording,
) -> Iterator[Content]:
    """Return the workbook of each owner of a branch's customers, and of those whom nobody keeps (R58).

    Parameters
    ----------
    marker
        The branch's: of nobody, and of no tasks yet.
    plan
        The branch's rows, with the words of each call and message; without them the sheets of words are left out.
    customers, cards, owners
        Of the branch, a row a customer: with the columns ``identity`` that say who he is, as
        `kit.workbooks.cards.full_cards` makes them, and with his staff_id.
    replies
        By owner, what to say to an objection, by its word in the contact log.
    """
    tasks = _tasks(plan, customers, identity, words)
    cards = cards.merge(_next_tasks(tasks), on=col.CUSTOMER_ID, how="left", validate="one_to_one")
    days = windows(date.fromisoformat(marker.start))
    who = [c for c in (col.CUSTOMER_NAME, CUSTOMER_NUMBER, col.MOBILE) if c in identity]
    for staff, kept in owners.groupby(col.STAFF_ID, dropna=False)[col.CUSTOMER_ID]:
        owner = "" if pd.isna(staff) else str(staff)
        own = tasks[tasks[col.STAFF_ID] == staff if owner else tasks[col.STAFF_ID].isna()]
        pages = [
            *_task_pages(own, days, who, words),
            _customer_page(cards[cards[col.CUSTOMER_ID].isin(kept)], who),
            *_word_pages(own, days, who, replies.get(owner, {}), words),
        ]
        yield Content(replace(marker, staff=owner, made=_digest(own)), own, pages)


def _digest(tasks: pd.DataFrame) -> str:
    """What tells the workbook of one plan from that of another."""
    keys = tasks[[col.CUSTOMER_ID, col.CONTACT_CLASS, col.DUE, col.DATE]].astype("str").to_csv(index=False)
    return hashlib.sha256(keys.encode()).hexdigest()[:16]


def _tasks(plan: pd.DataFrame, customers: pd.DataFrame, identity: Sequence[str], words: Wording) -> pd.DataFrame:
    """Tasks with the columns of the sheets, by day and then in the plan's order; those without a day last.

    The channel stands in words, and in one column all that a caller should know.
    """
    known = [c for c in (*identity, *_OF_CUSTOMERS) if c in customers]
    tasks = plan.merge(customers[[col.CUSTOMER_ID, *known]], on=col.CUSTOMER_ID, validate="many_to_one")
    tasks = tasks.sort_values([col.DATE, col.PRIORITY], na_position="last", kind="stable")
    asked = zip(tasks[col.FIRST_CONTACT], tasks[col.NEEDS], tasks[col.REASON], strict=True)
    channel = [None if pd.isna(c) else words.label(f"workbook.channel.{c}") for c in tasks[col.CHANNEL]]
    tasks[_HINT] = pd.array([_hint(*each, words) for each in asked], dtype="str")
    tasks[col.CHANNEL] = pd.array(channel, dtype="str")
    tasks[_DUE_DATE], tasks[_SUCCESS] = tasks[col.DUE], tasks[col.SUCCESS]
    tasks[col.DUE] = tasks[col.DUE].dt.strftime("%Y-%m-%d").fillna("")
    tasks[col.STAGE] = tasks[col.CONTACT_CLASS].mask(tasks[col.FIRST_CONTACT], FIRST)
    return tasks


def _hint(first: bool, needs: str | None, reason: str, words: Wording) -> str | None:  # noqa: FBT001 - a row's cell
    parts = [words.label("workbook.hint.first_contact")] if first else []
    parts += [words.label(f"labels.class.{code}") for code in str(needs).split("+") if pd.notna(needs)]
    parts += [words.label(f"labels.reason.{reason}")] if reason != _PLANNED else []
    return words.join(parts) or None


def _next_tasks(tasks: pd.DataFrame) -> pd.DataFrame:
    """Each customer's next task: the first by its day, else by when it is due."""
    order = tasks.assign(when=tasks[col.DATE].fillna(tasks[_DUE_DATE])).sort_values("when", kind="stable")
    columns = [col.CUSTOMER_ID, col.DATE, _DUE_DATE, col.CONTACT_CLASS, col.REASON]
    found = order.drop_duplicates(col.CUSTOMER_ID)[columns]
    return found.assign(**{col.REASON: found[col.REASON].mask(found[col.REASON] == _PLANNED)})


def _present(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Those of ``columns`` that hold anything."""
    return [column for column in columns if column in rows and rows[column].notna().any()]


def _within(tasks: pd.DataFrame, sheet: str, days: Days) -> pd.DataFrame:
    """Tasks of a sheet; the last one also has those due by its end that no day had room for."""
    first, last = (pd.Timestamp(day) for day in days)
    chosen = tasks[col.DATE].between(first, last)
    if sheet == "month":
        late = tasks[_DUE_DATE].isna() | (tasks[_DUE_DATE] <= last)
        chosen |= tasks[col.DATE].isna() & late & ~tasks[col.REASON].isin(_NOT_YET)
    return tasks[chosen]


def _task_pages(tasks: pd.DataFrame, days: Mapping[str, Days], who: list[str], words: Wording) -> Iterator[Page]:
    bands = {"who": [col.DATE, *who], "why": [col.CONTACT_CLASS, *_present(tasks, _WHY)]}
    for sheet, (first, last) in days.items():
        dates = words("workbook.dates", first=first, last=last) if first < last else first.isoformat()
        yield Page(sheet, _within(tasks, sheet, (first, last)), bands, dates if first <= last else "", CONTACT)


def _customer_page(cards: pd.DataFrame, who: list[str]) -> Page:
    bands = {"who": who, **card_bands(cards), "next": [col.DATE, _DUE_DATE, col.CONTACT_CLASS, col.REASON]}
    filled = {title: columns if title == "who" else _present(cards, columns) for title, columns in bands.items()}
    return Page(CUSTOMERS, cards, {title: columns for title, columns in filled.items() if columns}, entries=FACTS)


def _word_pages(
    tasks: pd.DataFrame, days: Mapping[str, Days], who: list[str], replies: Mapping[str, str], words: Wording
) -> Iterator[Page]:
    """The call sheet, the replies to objections first, and the SMS list of the tasks on the three sheets."""
    if not {"call_text", "sms_text"} <= set(tasks):
        return
    listed = pd.concat([_within(tasks, sheet, between) for sheet, between in days.items()])
    called = [
        f"{words.label(f'workbook.choice.objection.{code}')}{words.label('workbook.colon')}{text}"
        for code, text in replies.items()
    ]
    for sheet, columns, above in (("calls", _CALLS, called), ("sms", _SMS, [])):
        rows = listed[listed[columns[0]].notna() | listed["problem"].notna()]
        rows = pd.concat([pd.DataFrame({columns[0]: pd.array(above, dtype="str")}), rows])
        bands = {"who": [col.DATE, *who, col.CONTACT_CLASS], "texts": _present(rows, columns) or [columns[0]]}
        yield Page(sheet, rows, bands)
