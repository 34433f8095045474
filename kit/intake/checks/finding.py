"""One thing that was checked, and the table of all of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

OK, INFO, FINDING = "ok", "info", "finding"

_TEXTS, _FIGURES = ("check", "table", "column", "branch_id"), ("rows", "failed", "stated_fen", "found_fen")
SCHEMA = pa.schema([
    *((name, pa.string()) for name in _TEXTS), ("as_of", pa.date32()),
    *((name, pa.int64()) for name in (*_FIGURES, "difference_fen")), ("status", pa.string()), ("detail", pa.string()),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """What was compared and what came of it.

    Attributes
    ----------
    check
        ``reference``, ``unmatched``, ``duplicate``, ``overlap``, ``equal_rows``, ``currency``, ``several_owners``,
        ``same_person``, ``sum``, ``control_total``,
        ``future_date``, ``stale``, ``panel_gap``, ``panel_jump``, ``code_drift``, ``unit_mismatch``, ``unit_doubtful``
        or ``unit_jump``.
    rows, failed
        Rows that were looked at, and those that are wanting.
    stated_fen, found_fen
        The figure that is held to be right and the one compared with it, in 分.
    status
        ``ok``, ``finding``, or ``info`` for what a person may want to know and nobody need mend.
    detail
        What a count cannot say: the table referred to, a code, a date; never a value of a customer.
    """

    check: str
    table: str
    column: str = ""
    branch_id: str = ""
    as_of: dt.date | None = None
    rows: int = 0
    failed: int = 0
    stated_fen: int | None = None
    found_fen: int | None = None
    status: str = OK
    detail: str = ""


def judged(failed: object) -> str:
    """Status of a check: a finding where anything failed."""
    return FINDING if failed else OK


def within(stated: int | Decimal, found: int | Decimal, tolerance: float) -> str:
    """Status of a comparison: within the tolerance, a share of what is stated, it is in order."""
    return judged(abs(Decimal(found) - Decimal(stated)) > Decimal(repr(tolerance)) * abs(Decimal(stated)))


def as_table(made: Sequence[Check]) -> pa.Table:
    """Checks as a table with the columns of `SCHEMA`."""
    rows: list[dict[str, Any]] = [asdict(one) for one in made]
    for row in rows:
        stated, found = row["stated_fen"], row["found_fen"]
        row["difference_fen"] = None if stated is None or found is None else found - stated
    return pa.Table.from_pylist(rows, schema=SCHEMA)
