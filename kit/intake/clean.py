"""SQL that turns the text of a source into typed columns; the macros it calls are in ``clean.sql``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from kit.intake.feeds import Field
from kit.intake.quarantine import unreadable_code
from kit.intake.readers import ROW

__all__ = ["SQL_TYPES", "exact_number", "exact_sum", "install", "reason_code", "source_text", "typed"]

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
    """Trimmed text of a field: a column of the source, a constant, or the number of the data row."""
    cell = field.cell
    if field.position is not None:
        return f"c{field.position}"
    if cell.row_number is not None:
        before, _, rest = cell.row_number.partition("{")
        form, _, after = rest.partition("}")
        number = f"CAST({ROW} - {header_row} AS VARCHAR)"
        width = form.strip(":d").lstrip("0") or "0"
        padded = f"lpad({number}, greatest({width}, length({number}))::INTEGER, '0')"
        return f"{literal(before)} || {padded} || {literal(after)}"
    return literal((cell.value or "").strip())


def _given(field: Field, header_row: int) -> str:
    """Trimmed text of a field, empty where it is one of the mapping's own words for what is missing."""
    text = source_text(field, header_row)
    if not field.cell.missing:
        return text
    words = ", ".join(literal(word) for word in field.cell.missing)
    return f"CASE WHEN {text} IN ({words}) THEN '' ELSE {text} END"


def _mapped(field: Field, text: str) -> str:
    """Text after the mapping's code table; NULL for a code that it does not list."""
    if field.cell.values is None:
        return text
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(to)}" for code, to in field.cell.values.items())
    return f"CASE {text} {cases} ELSE {text if field.cell.other == 'keep' else 'NULL'} END"


def _value(field: Field, text: str) -> str:
    """Typed value of a field; NULL if missing or unreadable."""
    column = field.column
    if column.type == "money":
        return f"fen({text}, 'e{field.power}')" if _whole_fen(field) else f"rounded(number({text}, 'e{field.power}'))"
    macros = {
        "secret": "plain_secret",
        "decimal": "rate",
        "int": "whole",
        "date": "calendar_date",
        "bool": "flag",
    }
    macro = macros.get(column.type, "plain_text")
    if column.type == "bool" and column.unit:
        macro = "flag_or_phone" if column.unit == "号码" else "flag_or_number"
    elif column.type == "text" and column.id.endswith("_id"):
        macro = "plain_id"
    return f"{macro}({text})"


def _whole_fen(field: Field) -> bool:
    """Whether two decimals in the source's unit are whole 分."""
    return field.power >= 2


def _is_missing(field: Field, text: str, mapped: str) -> str:
    """Whether a cell says that there is no value, which is not the same as being unreadable."""
    known = {"date": f"is_no_date(half_width({mapped}))", "bool": f"is_missing({mapped})"}
    missing = known.get(field.column.type, f"is_missing({mapped})")
    missing = f"coalesce({missing}, is_missing({text}))" if field.cell.values is not None else missing
    if field.cell.other == "null":
        missing = f"({missing} OR {mapped} IS NULL)"
    return missing


def typed(fields: Sequence[Field], *, header_row: int, identity: str) -> str:
    """SELECT over ``raw``: the row's identity, the typed columns, and ``_unreadable``, a bit a bad cell."""
    texts, values, final, bits = [], [], [], []
    for i, field in enumerate(fields):
        texts.append(f"{_given(field, header_row)} AS t{i}")
        mapped = _mapped(field, f"t{i}")
        values.append(f"{mapped} AS m{i}, {_value(field, mapped)} AS v{i}")
        final.append(f"in_range(v{i})" if field.column.type == "date" else f"v{i}")
        missing = _is_missing(field, f"t{i}", f"m{i}")
        bits.append(f"CASE WHEN {final[i]} IS NOT NULL OR {missing} THEN 0 ELSE {1 << i} END")
    columns = ", ".join(f"{value} AS {field.column.id}" for value, field in zip(final, fields, strict=True))
    return (
        f"SELECT {identity} AS _id, {' + '.join(bits)} AS _unreadable, {columns} FROM"
        f" (SELECT *, {', '.join(values)} FROM (SELECT {ROW}, {', '.join(texts)} FROM raw))"
    )


def exact_sum(field: Field, *, header_row: int) -> tuple[str, str]:
    """Return the two SQL sums that add up to a money column of ``raw`` in exact 分, over what can be read.

    The second is of the cells that have fractions of a 分, or are written in an unusual way.
    """
    text, power = _mapped(field, _given(field, header_row)), f"'e{field.power}'"
    usual = f"usual_fen({text}, {power})" if _whole_fen(field) else "NULL"
    unusual = f"CASE WHEN {usual} IS NULL THEN exact_fen({text}, {power}) END"
    return f"CAST(coalesce(sum({usual}), 0) AS DECIMAL(38, 0))", f"coalesce(sum({unusual}), 0)"


def exact_number(field: Field, text: str) -> str:
    """SQL of the exact number in a text as this field reads it: 分 for money, else as it stands."""
    return f"exact_fen({text}, 'e{field.power}')" if field.column.type == "money" else f"number({text}, 'e0')"


def reason_code(field: Field) -> str:
    """Reason code for a cell of this field that cannot be read."""
    if field.cell.values is not None and field.cell.other is None:
        return "unlisted_code"
    return unreadable_code(field.column.type)
