"""Names in place of codes: tables, columns and reasons as the reader's language and the canonical model have them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from kit.schema import schema
from kit.text import Wording

__all__ = ["column_name", "named", "reason_name", "table_name", "unlocked"]


def table_name(table: str, words: Wording) -> str:
    """Name of a canonical table; another text stays as it is."""
    return schema()[table].label(words.language) if table in schema() else table


def column_name(table: str, column: str, words: Wording) -> str:
    """Name of a canonical column; the whole table where there is none."""
    if not column:
        return words.label("common.whole_table")
    known = schema()[table].columns if table in schema() else {}
    return known[column].label(words.language) if column in known else column


def reason_name(code: str, detail: str, words: Wording) -> str:
    """Reason of a quarantine in words."""
    from kit.intake.quarantine import REASONS, reason  # noqa: PLC0415 - most chapters never need the readers

    return reason(code, detail, in_language=words.language) if code in REASONS else code


def unlocked(table: str, column: str, words: Wording) -> str:
    """What a column makes possible; of a whole table, what its columns beyond the keys do."""
    columns = schema()[table].columns
    if column:
        return columns[column].unlocks(words.language)
    found = dict.fromkeys(c.unlocks(words.language) for c in columns.values() if c.need != "M")
    return words.join(list(found)[:3])


def named(rows: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Rows whose codes of tables, columns and reasons are names; ``unlocks`` is filled from the model."""
    per_row: dict[str, Callable[[pd.Series], str]] = {
        "reason": lambda row: reason_name(row["reason"], "…", words),
        "unlocks": lambda row: unlocked(row["table"], row["column"], words),
        "column": lambda row: column_name(row["table"], row["column"], words),
        "parent": lambda row: table_name(row["parent"], words) or "—",
        "table": lambda row: table_name(row["table"], words),
    }
    made = rows
    for name, tell in per_row.items():
        if name in rows and ("table" in rows or name == "parent"):
            made = made.assign(**{name: [tell(row) for _, row in rows.iterrows()]})
    return made
