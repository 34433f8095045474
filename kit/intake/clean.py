"""SQL that turns the text of a source into typed columns; the macros it calls are in ``clean.sql``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from kit.intake.feeds import Field
from kit.intake.quarantine import unreadable_code
from kit.intake.read import ROW

__all__ = ["SQL_TYPES", "exact_sums", "install", "reason_code", "source_text", "typed"]

SQL_TYPES = {
    "text": "VARCHAR",
    "cat": "VARCHAR",
    "secret": "VARCHAR",
    "money": "BIGINT",
    "int": "BIGINT",
    "decimal": "DECIMAL(18, 6)",
    "date": "DATE",
    "bool": "BOOLEAN",
}
_HASH_BLOCK = 64


def install(connection: Any, key: bytes) -> None:
    """Define the macros of ``clean.sql``, with the engagement's key for what is hashed on entry."""
    connection.execute(files(__package__).joinpath("clean.sql").read_text(encoding="utf-8"))
    if len(key) > _HASH_BLOCK:
        key = hashlib.sha256(key).digest()
    for pad, byte in (("inner_pad", 0x36), ("outer_pad", 0x5C)):
        padded = bytes(b ^ byte for b in key.ljust(_HASH_BLOCK, b"\0"))
        connection.execute(f"SET VARIABLE {pad} = ?::BLOB", [padded])


def literal(text: str) -> str:
    """SQL literal of a text."""
    return "'" + text.replace("'", "''") + "'"


def source_text(field: Field, header_row: int) -> str:
    """Tidied text of a field: a column of the source, a constant, or the number of the data row."""
    cell = field.cell
    if field.position is not None:
        return f"tidy(c{field.position})"
    if cell.row_number is not None:
        before, _, rest = cell.row_number.partition("{")
        form, _, after = rest.partition("}")
        number = f"CAST({ROW} - {header_row} AS VARCHAR)"
        width = form.strip(":d").lstrip("0") or "0"
        padded = f"lpad({number}, greatest({width}, length({number})), '0')"
        return f"{literal(before)} || {padded} || {literal(after)}"
    return f"tidy({literal(cell.value or '')})"


def _mapped(field: Field, text: str) -> str:
    """Text after the mapping's code table and its own words for what is missing."""
    cell = field.cell
    if cell.values is not None:
        cases = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in cell.values.items())
        text = f"CASE {text} {cases} ELSE {text if cell.other == 'keep' else 'NULL'} END"
    return text


def _value(field: Field, text: str) -> str:
    """Typed value of a field, money as exact 分 with its fraction; NULL if missing or unreadable."""
    column = field.column
    if column.type == "bool":
        return {"": "flag", "号码": "flag_or_phone"}.get(column.unit, "flag_or_number") + f"({text})"
    if column.type == "text" and column.id.endswith("_id"):
        return f"plain_id({text})"
    macros = {"secret": "plain_secret", "int": "whole", "decimal": "rate"}
    if column.type == "money":
        return f"number({text}, 'e{field.power}')"
    if column.type == "date":
        return f"calendar_date(half_width({text}))"
    return f"{macros.get(column.type, 'plain_text')}({text})"


def _is_missing(field: Field, text: str, mapped: str) -> str:
    """Whether a cell says that there is no value, which is not the same as being unreadable."""
    known = {"date": f"is_no_date(half_width({mapped}))", "bool": f"is_missing({mapped})"}
    missing = known.get(field.column.type, f"is_missing({mapped})")
    missing = f"coalesce({missing}, is_missing({text}))" if field.cell.values is not None else missing
    if field.cell.other == "null":
        missing = f"({missing} OR {mapped} IS NULL)"
    return missing


def typed(fields: Sequence[Field], *, header_row: int, identity: str) -> str:
    """SELECT over ``raw``: the row's identity, the typed columns, and ``unreadable``, a bit for each bad cell."""
    texts, values, final, bits = [], [], [], []
    for i, field in enumerate(fields):
        text = source_text(field, header_row)
        if field.cell.missing:
            words = ", ".join(literal(word) for word in field.cell.missing)
            text = f"CASE WHEN {text} IN ({words}) THEN '' ELSE {text} END"
        mapped = _mapped(field, f"t{i}")
        texts.append(f"{text} AS t{i}")
        values.append(f"{mapped} AS m{i}, {_value(field, mapped)} AS v{i}")
        final.append(f"TRY_CAST(round_even(v{i}, 0) AS BIGINT)" if field.column.type == "money" else f"v{i}")
        bits.append(
            f"CASE WHEN {final[i]} IS NULL AND NOT {_is_missing(field, f't{i}', f'm{i}')} THEN {1 << i} ELSE 0 END"
        )
    columns = ", ".join(f"{value} AS {field.column.id}" for value, field in zip(final, fields, strict=True))
    return (
        f"SELECT {identity} AS _id, {' + '.join(bits)} AS _unreadable, {columns} FROM"
        f" (SELECT *, {', '.join(values)} FROM (SELECT {ROW}, {', '.join(texts)} FROM raw))"
    )


def exact_sums(fields: Sequence[Field], *, header_row: int) -> dict[str, str]:
    """Exact sum of each money column of ``raw`` in 分, with its fraction, of what can be read."""
    sums = {}
    for field in fields:
        if field.column.type == "money":
            exact = _value(field, _mapped(field, source_text(field, header_row)))
            readable = f"TRY_CAST(round_even({exact}, 0) AS BIGINT) IS NOT NULL"
            sums[field.column.id] = f"coalesce(sum({exact}) FILTER ({readable}), 0)"
    return sums


def reason_code(field: Field) -> str:
    """Reason code for a cell of this field that cannot be read."""
    if field.cell.values is not None and field.cell.other is None:
        return "unlisted_code"
    return unreadable_code(field.column.type)
