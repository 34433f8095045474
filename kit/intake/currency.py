"""Amounts in other currencies: at the engagement's rate among those in 元, or kept apart and in no sum."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kit import columns as col
from kit.database import columns, literal
from kit.intake.check import accepted
from kit.intake.checks.finding import FINDING, INFO, Check
from kit.intake.quarantine import Notice
from kit.intake.staging import Loaded, place
from kit.messages import language
from kit.schema import HOME, schema


def exchange(
    connection: Any, loaded: Sequence[Loaded], rates: Mapping[str, Decimal]
) -> tuple[list[Check], list[Notice]]:
    """Convert the amounts of the accepted rows, a check each column and currency; ``exchanged`` keeps the differences.

    A row's currency is that of its column ``currency``, an amount's the one that its label or title states. Without a
    rate (元 for one of the currency) the amount is left out of the book and noted in the quarantine; the row stays.
    """
    kept = "_table VARCHAR, load INTEGER, name VARCHAR, fen DECIMAL(38, 0), n BIGINT"
    connection.execute(f"CREATE TABLE exchanged ({kept})")
    stated: dict[tuple[str, str], dict[int, str]] = {}
    for one in loaded:
        for field in one.load.fields:
            if field.column.type == "money":
                own = stated.setdefault((one.load.table.id, field.column.id), {})
                own |= {one.number: field.currency} if field.currency else {}
    made, notices = [], []
    for (table, name), labelled in stated.items():
        cases = " ".join(f"WHEN {number} THEN {literal(code)}" for number, code in labelled.items())
        code = "currency" if col.CURRENCY in columns(connection, table) else "NULL"
        code = f"CASE {place()[0]} {cases} ELSE {code} END" if labelled else code
        for currency, cells, sent in connection.execute(
            f"SELECT {code} AS code, count({name}), CAST(sum({name}) AS BIGINT) FROM {accepted(connection, table)}"
            f" WHERE code <> '{HOME}' AND {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).fetchall():
            rate = rates.get(currency)
            found = _exchanged(connection, table, name, f"{code} = {literal(currency)}", currency, rate)
            told = f"{currency} {rate}" if rate else currency
            status, failed = (INFO, 0) if rate else (FINDING, cells)
            made.append(Check("currency", table, name, "", None, cells, failed, sent, found, status, told))
            kind = "currency_converted" if rate else "currency_apart"
            label = schema()[table].columns[name].label(language())
            notices.append(Notice(kind, schema()[table].label(language()), "", (f"{label} {told}: {cells}",)))
    return made, notices


def _exchanged(connection: Any, table: str, name: str, foreign: str, currency: str, rate: Decimal | None) -> int:
    """Put amounts of a currency at their rate into the book, or take them out of it; what they count for now."""
    rows = f"{accepted(connection, table)} WHERE {foreign} AND {name} IS NOT NULL"
    value = f"rounded(CAST({name} AS DECIMAL(28, 0)) * {rate})" if rate else "NULL"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT _id, {name} AS sent, {value} AS held FROM {rows}"
    )
    if not rate:
        connection.execute(
            f"INSERT INTO quarantine SELECT '{table}', _id, '{name}', shape(CAST(sent AS VARCHAR)), 'foreign_currency',"
            f" {literal(currency)}, false FROM changed"
        )
    connection.execute(f"UPDATE {table} SET {name} = c.held FROM changed AS c WHERE c._id = {table}._id")
    connection.execute(
        f"INSERT INTO exchanged SELECT '{table}', {place()[0]}, '{name}', sum(sent) - coalesce(sum(held), 0),"
        " count(*) FILTER (held IS NULL) FROM changed GROUP BY ALL"
    )
    return int(connection.execute("SELECT coalesce(sum(held), 0) FROM changed").fetchone()[0])
