"""The form of a manager's workbook: its sheets, its marker and what may be filled in, for who writes and who reads it.

Nothing in it depends on a sheet's name, a label or the order of the rows: a very hidden sheet says what the workbook
is, a hidden row above the header names the columns, and hidden columns name the customer and the task.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Literal

from kit import columns as col
from kit.keys import derived
from kit.messages import LANGUAGES
from kit.text import wording

HIDDEN = "_kit"  # name of the very hidden sheet
FORM, VERSION = "branch-kit callbook", 1  # as the workbooks that are out already say it
TASKS, CUSTOMERS = ("today", "week", "month"), "customers"  # sheets that are filled in
KEYS = (col.CUSTOMER_ID, col.CONTACT_CLASS, col.DUE)  # of a task; of a customer the first
FIRST = "establish"  # what the hidden column of a task's step says of a first contact; of any other its class
FACT_TABLE = "customer_fact"  # what the accounts call new facts; they are no table of the book


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell that a manager may fill in: the column of the book that it feeds, and what it takes.

    A ``choice`` is one of the words of ``workbook.choice.<column>``, an amount is in 万元. A row that is filled in at
    all needs those ``needed``.
    """

    column: str
    kind: Literal["choice", "date", "wan"] = "choice"
    needed: bool = False
    table: str = "customer"

    @property
    def code(self) -> str:
        """What the hidden row above the header says of this column."""
        return f"{self.table}.{self.column}"


CONTACT = (
    Entry(col.CONTACT_DATE, "date", needed=True, table="contact"),
    Entry(col.CONTACT_RESULT, needed=True, table="contact"),
    Entry(col.OBJECTION, table="contact"),
    Entry(col.SMS_SENT, table="contact"),
    Entry(col.INTENT_LEVEL, table="contact"),
    Entry(col.NEXT_DATE, "date", table="contact"),
)
FACTS = (
    Entry(col.OCCUPATION),
    Entry(col.ANNUAL_INCOME_FEN, "wan"),
    Entry(col.MARITAL),
    Entry(col.CHILDREN),
    Entry(col.EDUCATION),
    Entry(col.HOBBY),
    Entry(col.CHANNEL_PREF),
    Entry(col.INVEST_GOAL),
    Entry(col.WECHAT_ADDED),
    Entry(col.OTHER_BANK_ASSETS_FEN, "wan", table="customer_month"),
    Entry(col.DO_NOT_CALL),
)
# What the hidden row says of the hidden columns.
KEY_CODES = MappingProxyType({f"key.{key}": key for key in (*KEYS, col.STAGE)})
# What a result says of the way: all others are calls.
WAY_OF_RESULT: Mapping[str, str] = MappingProxyType({"已发送": "短信", "已回复": "微信", "已见面": "面谈"})


@dataclass(frozen=True, slots=True)
class Marker:
    """What the very hidden sheet says of its workbook; nothing of it is personal.

    ``staff`` is empty for customers whom nobody keeps; ``day`` is the data's date and ``start`` the plan's first work
    day, both ISO; ``made`` is a digest of the tasks, so that two workbooks of one plan have the same marker.
    """

    engagement: str
    branch: str
    staff: str
    day: str
    start: str
    made: str
    form: str = FORM
    version: str = str(VERSION)

    def rows(self) -> list[tuple[str, str]]:
        """Names and values, the form first."""
        values = asdict(self)
        return [("form", values.pop("form")), *values.items()]

    @property
    def newer(self) -> bool:
        """Whether a later kit wrote the workbook, in a way that this one does not know."""
        return not self.version.isdigit() or int(self.version) > VERSION


def read_marker(rows: Sequence[Sequence[str]]) -> Marker | None:
    """Marker that the rows of a sheet hold; None for any other sheet."""
    values = {row[0]: row[1] if len(row) > 1 else "" for row in rows if row and row[0]}
    names = {field.name for field in fields(Marker)}
    if values.get("form") != FORM or not names <= set(values):
        return None
    return Marker(**{name: values[name] for name in names})


def fingerprint(key: bytes) -> str:
    """What tells one engagement's workbooks from another's; it says nothing of the key."""
    return derived(key, "callbook").hex()[:16]  # the word that those which are out were made with


def choices(column: str, language: str) -> dict[str, str]:
    """Words that a cell may hold, and what each is called in a language; none where the domain is open."""
    return wording(language).labels(f"workbook.choice.{column}")


def words_of_labels(column: str) -> dict[str, str]:
    """The book's word for each way to write a choice, whatever the language of the workbook."""
    return {label: word for language in LANGUAGES for word, label in choices(column, language).items()}


def labels_of(sheet: str) -> frozenset[str]:
    """Names that a sheet bears, in any language."""
    return frozenset(wording(language).label(f"workbook.sheet.{sheet}") for language in LANGUAGES)
