"""The words of a branch's contact plan, with what only the vault knows: names of customers, telephones of staff."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from kit import columns as col
from kit import vault
from kit.book import Book
from kit.engagement import CONTEXT
from kit.params import Params
from kit.planning import call_sheets, scripts

__all__ = ["staff_told", "words_of"]


def words_of(
    tasks: pd.DataFrame, persons: pd.DataFrame, *, data: Path, key: bytes, bank: str, language: str
) -> pd.DataFrame:
    """Words for each task (R63, R64): `kit.planning.call_sheets` on the ``data`` folder of a run.

    Parameters
    ----------
    tasks
        Rows of the plan.
    persons
        Customers with their names out of the vault.
    """
    params = Params(**json.loads((data / CONTEXT).read_text(encoding="utf-8"))["params"])
    book = Book(data)
    made = scripts(language, data, segments=params.segments.codes())
    branches = book.read("branch") if book.has("branch") else pd.DataFrame(columns=[col.BRANCH_ID])
    return call_sheets(
        tasks, persons, staff_told(data, key), branches, bank=bank, params=params, scripts=made
    )  # fmt: skip


def staff_told(data: Path, key: bytes) -> pd.DataFrame:
    """The bank's staff with their telephones (``staff_phone``), for its encrypted workbooks alone."""
    book = Book(data)
    if not book.has("staff"):
        return pd.DataFrame(columns=[col.STAFF_ID])
    known = vault.read(data / vault.VAULT, key=key, branch=None, table="staff")
    phones = known.drop_duplicates(col.CUSTOMER_ID).set_index(col.CUSTOMER_ID)[col.MOBILE]
    staff = book.read("staff")
    return staff.assign(**{col.STAFF_PHONE: staff[col.STAFF_ID].map(phones)})
