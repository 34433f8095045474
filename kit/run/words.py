"""The words of a branch's contact plan, with what only the vault knows: names of customers, telephones of staff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kit import columns as col
from kit import vault
from kit.book import Book
from kit.params import Params
from kit.planning.scripts import scripts
from kit.planning.words import call_sheets, word_sheet
from kit.run.persons import Persons, rows_of

if TYPE_CHECKING:
    from kit.run.branch import Task

__all__ = ["said", "staff_told"]

_OBJECTIONS = ("O1疑诈", "O2冷淡")  # O3 hung up: nobody calls again


def said(
    task: Task, persons: Persons, plan: pd.DataFrame, params: Params
) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """The words of each task of a branch's plan, and each owner's replies to objections (R63, R64, R66, R67)."""
    data, customers = task.out / "data", persons.rows
    book, staff = Book(data), staff_told(data, task.key)
    branches = book.read("branch") if book.has("branch") else pd.DataFrame(columns=[col.BRANCH_ID])
    script = scripts(task.language, data, segments=params.segments.codes())
    if book.has(f"customer.{col.GENDER}"):
        told = rows_of(data / "book" / "customer.parquet", task.branch, [col.CUSTOMER_ID, col.BRANCH_ID, col.GENDER])
        customers = customers.merge(
            told.drop(columns=col.BRANCH_ID), on=col.CUSTOMER_ID, how="left", validate="one_to_one"
        )
    texts = call_sheets(plan, customers, staff, branches, bank=task.bank, params=params, scripts=script)
    own = next(iter(branches[branches[col.BRANCH_ID] == task.branch].to_dict("records")), None)
    replies = {}
    for owner in staff[staff[col.STAFF_ID].isin(plan[col.STAFF_ID])].to_dict("records"):
        sheet = word_sheet(own, bank=task.bank, params=params, scripts=script, owner=owner)
        answers = sheet.set_index("key")["text"].dropna()
        found = {word: answers.get(f"objection.{word[:2]}.reply") for word in _OBJECTIONS}
        replies[str(owner[col.STAFF_ID])] = {word: text for word, text in found.items() if text}
    return texts, replies


def staff_told(data: Path, key: bytes) -> pd.DataFrame:
    """The bank's staff with their telephones (``staff_phone``), for its encrypted workbooks alone."""
    book = Book(data)
    if not book.has("staff"):
        return pd.DataFrame(columns=[col.STAFF_ID])
    known = vault.read(data / vault.VAULT, key=key, branch=None, table="staff")
    phones = known.drop_duplicates(col.CUSTOMER_ID).set_index(col.CUSTOMER_ID)[col.MOBILE]
    staff = book.read("staff")
    return staff.assign(**{col.STAFF_PHONE: staff[col.STAFF_ID].map(phones)})
