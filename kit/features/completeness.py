"""How far the customers' files are filled in, field by field: default codes fill a field and say nothing (R39, R40)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from kit import columns as col
from kit.book import Book
from kit.database import reading
from kit.params import Params
from kit.schema import schema

# Field of a customer's file → the columns of which one filled is enough.
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mobile": (col.MOBILE_OK,),
        "certificate": (col.PERSON_KEY,),
        "gender": (col.GENDER,),
        "age": (col.BIRTH_DATE, col.AGE, "age_band"),
        "occupation": (col.OCCUPATION,),
        "income": (col.ANNUAL_INCOME_FEN, "monthly_income_fen"),
        "family": (col.MARITAL, col.CHILDREN),
        "residence": ("residence",),
        "education": (col.EDUCATION,),
        "hobby": ("hobby",),
        "channel": ("channel_pref",),
        "goal": ("invest_goal",),
        "risk": (col.RISK_LEVEL,),
    }
)


@dataclass(frozen=True, slots=True)
class Files:
    """What the customers' files say and lack.

    Attributes
    ----------
    customers
        The customers with ``missing``: codes of the fields that each one's file lacks, parted by commas; of those that
        the bank sends, the occupation first. No such column where it sends none.
    completeness
        Customers and those with the field filled, a row each branch, owner, tier and field that the bank sent:
        ``branch_id``, ``staff_id``, ``tier``, ``field``, ``customers``, ``filled``. A field that a file leaves empty
        for everybody is there with none filled; one without a column is not there.
    """

    customers: pa.Table
    completeness: pa.Table


def files(book: Book, customers: pa.Table, params: Params) -> Files:
    """How full each customer's file is, and which fields it lacks (R39, R40, R43).

    Parameters
    ----------
    customers
        One row a customer with branch, owner and tier (`kit.features.features`).
    """
    sent = set(book.columns("customer"))
    fields = {name: [c for c in columns if c in sent] for name, columns in FIELDS.items()}
    fields = {name: columns for name, columns in fields.items() if columns}
    if not fields:
        return Files(customers, _SCHEMA.empty_table())
    with reading(book.root / "book") as db:
        kinds = {c.id: c.type for c in schema()["customer"].columns.values()}
        flags = ", ".join(f"{_filled(columns, kinds, params)} AS {name}" for name, columns in fields.items())
        owned = customers.select([col.CUSTOMER_ID, col.BRANCH_ID, col.STAFF_ID, col.TIER])
        db.register("owned", owned.append_column("place", pa.array(range(len(owned)))))
        db.execute(
            f"CREATE TEMP TABLE filled AS SELECT o.*, {flags} FROM owned o JOIN read_parquet(?) c USING (customer_id)",
            [str(book.path("customer"))],
        )
        order = sorted(fields, key=lambda name: name != "occupation")
        lacked = ", ".join(f"CASE WHEN NOT {name} THEN '{name}' END" for name in order)
        missing = db.sql(f"SELECT concat_ws(',', {lacked}) AS missing FROM filled ORDER BY place").to_arrow_table()
        sums = ", ".join(f"sum(CAST({name} AS INT)) AS {name}" for name in fields)
        counts = db.sql(
            "SELECT branch_id, staff_id, tier, field, customers, CAST(filled AS BIGINT) AS filled FROM"
            f" (UNPIVOT (SELECT branch_id, staff_id, tier, count(*) AS customers, {sums} FROM filled GROUP BY ALL)"
            f" ON {', '.join(fields)} INTO NAME field VALUE filled)"
            " ORDER BY branch_id, staff_id, tier, field"
        ).to_arrow_table()
    return Files(customers.append_column(col.MISSING, missing[col.MISSING]), counts.cast(_SCHEMA))


_SCHEMA = pa.schema(
    [
        (col.BRANCH_ID, pa.string()),
        (col.STAFF_ID, pa.string()),
        (col.TIER, pa.string()),
        ("field", pa.string()),
        ("customers", pa.int64()),
        ("filled", pa.int64()),
    ]
)


def _filled(columns: list[str], kinds: Mapping[str, str], params: Params) -> str:
    """SQL: whether any of the columns says something. A default code begins with one of the profile's words.

    Of an occupation any place counts, as in the segments, so that both chapters give the same figure.
    """
    tests = []
    for name in columns:
        if kinds[name] == "bool":
            tests.append(f"coalesce(c.{name}, FALSE)")
        elif kinds[name] in ("text", "cat"):
            anywhere = name == col.OCCUPATION
            words: Any = params.segments.unknown_occupations if anywhere else params.checks.default_codes
            match = "contains" if anywhere else "starts_with"
            empty = "".join(f" AND NOT {match}(c.{name}, '{word.replace(chr(39), chr(39) * 2)}')" for word in words)
            tests.append(f"(c.{name} IS NOT NULL{empty})")
        else:
            tests.append(f"c.{name} IS NOT NULL")
    return f"({' OR '.join(tests)})"
