"""Names in place of codes: tables, columns and reasons as the reader's language and the canonical model have them."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from kit.messages import message, messages
from kit.params import Clause, IntentGrade, SegmentRule
from kit.schema import schema
from kit.text import Wording, figure
from kit.workbooks.form import FACT_TABLE, FACTS


def table_name(table: str, words: Wording) -> str:
    """Name of a canonical table; another text stays as it is."""
    if table == FACT_TABLE:
        return words.label(f"workbook.{table}")
    return schema()[table].label(words.language) if table in schema() else table


def column_name(table: str, column: str, words: Wording) -> str:
    """Name of a canonical column; the whole table where there is none."""
    if not column:
        return words.label("common.whole_table")
    facts = {entry.column: schema()[entry.table].columns[entry.column] for entry in FACTS}
    known = schema()[table].columns if table in schema() else facts if table == FACT_TABLE else {}
    return known[column].label(words.language) if column in known else column


def reason_name(code: str, detail: str, words: Wording) -> str:
    """Reason of a quarantine in words."""
    if f"reason.{code}" not in messages("intake", words.language):
        return code
    return message(f"intake.reason.{code}", in_language=words.language, detail=detail)


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


def shares_told(shares: Mapping[str, float | None], group: str, words: Wording) -> str:
    """Shares by code as running text, a code alone where it has none: 定期、理财 20.1%."""
    told = [
        words.label(f"labels.{group}.{code}") + ("" if value is None else f" {figure(value, 'percent')}")
        for code, value in shares.items()
    ]
    return words.join(told)


def intent_told(grade: IntentGrade, words: Wording) -> str:
    """What a grade of intent does to the days between two contacts, in words."""
    shorter = "follow_up" if grade.follow_up else "at_most" if grade.at_most_days and grade.closes_months else ""
    key = shorter or ("longer" if grade.longer_days else "same")
    days = grade.at_most_days if shorter else grade.longer_days
    return words.plain(f"common.intent_grade.{key}", code=grade.code, months=grade.closes_months, days=days)


def rules_told(rules: Iterable[SegmentRule], words: Wording) -> str:
    """The rules of the segments in words, in their order."""
    told = [
        words.plain(
            "common.rule.segment",
            name=words.label(f"labels.segment.{rule.code}"),
            clauses=words.label("common.rule.or").join(_clause(clause, words) for clause in rule.any_of)
            or words.label("common.rule.rest"),
        )
        for rule in rules
    ]
    return words.label("common.rule.then").join(told)


def _clause(clause: Clause, words: Wording) -> str:
    parts = []
    for name, value in clause.model_dump(exclude_defaults=True).items():
        coded = words.label(f"labels.{name}.{value}", default=str(value))
        parts.append(words.plain(f"common.rule.{name}", value=coded))
    return words.label("common.rule.and").join(parts)
