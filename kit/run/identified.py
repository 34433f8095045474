"""A branch's rows of the data folder, with what only its encrypted workbooks may show: names, numbers, telephones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from kit import columns as col
from kit import vault
from kit.analysis.products import held, known_families
from kit.book import Book
from kit.features import frame

_PROFILE = (col.CUSTOMER_ID, col.GENDER, col.MARITAL, col.CHILDREN, col.EDUCATION, col.INVEST_GOAL, col.WECHAT_ADDED)


def branch_rows(path: Path, branch: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Rows of a Parquet file that are a branch's; of ``columns`` those that the file has."""
    known = None if columns is None else [c for c in columns if c in pq.read_schema(path).names]
    return frame(pq.read_table(path, columns=known, filters=[(col.BRANCH_ID, "==", branch)]))


def staff_with_phones(data: Path, key: bytes) -> pd.DataFrame:
    """The bank's staff with their telephones (``staff_phone``)."""
    book = Book(data)
    if not book.has("staff"):
        return pd.DataFrame(columns=[col.STAFF_ID])
    known = vault.read(data / vault.VAULT, key=key, branch=None, table="staff")
    phones = known.drop_duplicates(col.CUSTOMER_ID).set_index(col.CUSTOMER_ID)[col.MOBILE]
    staff = book.read("staff")
    return staff.assign(**{col.STAFF_PHONE: staff[col.STAFF_ID].map(phones)})


@dataclass(frozen=True, slots=True)
class Identified:
    """What the workbooks of a branch are made of.

    Attributes
    ----------
    customers, units
        Persons, with the codes of the product families that each holds (``held``), and units.
    identity
        Columns of the vault that say who they are, and hold anything.
    profile
        By customer, what the bank's own file says beyond what is computed from it.
    plan, lists, owners
        Rows of the contact plan and of the lists; customer_id and staff_id of the assignment.
    staff
        Of the whole bank, with their telephones.
    """

    customers: pd.DataFrame
    units: pd.DataFrame
    identity: list[str]
    profile: pd.DataFrame
    plan: pd.DataFrame
    lists: pd.DataFrame
    owners: pd.DataFrame
    staff: pd.DataFrame

    @classmethod
    def read(cls, data: Path, branch: str, key: bytes) -> Identified:
        """Read a branch's rows, and the vault's of them."""
        persons, units = (
            vault.read(data / vault.VAULT, key=key, branch=branch, table=table)
            for table in ("customer", "unit_account")
        )
        customers = branch_rows(data / "customers.parquet", branch)
        customers = customers.merge(persons, on=col.CUSTOMER_ID, validate="one_to_one")
        return cls(
            customers=with_families(customers),
            units=units,
            identity=[c for c in (vault.CUSTOMER_NUMBER, col.CUSTOMER_NAME, col.MOBILE) if persons[c].notna().any()],
            profile=branch_rows(data / "book" / "customer.parquet", branch, _PROFILE),
            plan=branch_rows(data / "plan.parquet", branch),
            lists=branch_rows(data / "lists.parquet", branch),
            owners=branch_rows(data / "assignment.parquet", branch, (col.CUSTOMER_ID, col.STAFF_ID)),
            staff=staff_with_phones(data, key),
        )


def with_families(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers with the codes of the product families that each of them holds, parted by commas (``held``)."""
    holds = held(customers, known_families(customers))
    return customers.assign(held=[",".join(holds.columns[row]) for row in holds.to_numpy(dtype=bool)])
