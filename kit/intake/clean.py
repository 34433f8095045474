"""SQL that turns the text of a source into typed columns; the macros it calls are in ``clean.sql``."""

import datetime as dt
import hashlib
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from kit import columns as col
from kit.database import literal
from kit.intake.load import Field
from kit.intake.readers import ROW

SQL_TYPES = {
    "text": "VARCHAR",
    "cat": "VARCHAR",
    "secret": "VARCHAR",
    "surrogate": "VARCHAR",
    "phone": "VARCHAR",
    "money": "BIGINT",
    "int": "BIGINT",
    "decimal": "DECIMAL(18, 6)",
    "date": "DATE",
    "bool": "BOOLEAN",
}
_UNREADABLE = {
    "money": "not_money",
    "decimal": "not_number",
    "int": "not_whole",
    "date": "not_date",
    "bool": "not_flag",
}  # why a cell of a type cannot be read
_HASH_BLOCK = 64
_HASHED = ("secret", "surrogate")
_CHANCE_OF_ZEROS = 1e-3  # that a number ends in 000


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms the text of a sheet is read.

    Attributes
    ----------
    header_row
        Row above the data.
    as_of
        Day after which nothing that lies in the past can be; None: not known.
    date1904
        Whether serials of dates count from 1904.
    doubtful
        Columns of which a part is not certain, see `doubtful`.
    """

    header_row: int
    as_of: dt.date | None = None
    date1904: bool = False
    doubtful: frozenset[str] = frozenset()


def install(connection: Any, key: bytes) -> None:
    """Define the macros of ``clean.sql``, with the engagement's key for what is hashed on entry."""
    connection.execute(files(__package__).joinpath("clean.sql").read_text(encoding="utf-8"))
    if len(key) > _HASH_BLOCK:
        key = hashlib.sha256(key).digest()
    for pad, byte in (("inner_pad", 0x36), ("outer_pad", 0x5C)):
        padded = bytes(b ^ byte for b in key.ljust(_HASH_BLOCK, b"\0"))
        connection.execute(f"SET VARIABLE {pad} = ?::BLOB", [padded])


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
    """Trimmed text of a field, empty where it is one of the column's or the mapping's own words for what is missing."""
    text = source_text(field, header_row)
    missing = [word for word in field.column.missing if not word.startswith("!")]
    words = ", ".join(literal(word) for word in (*missing, *field.cell.missing))
    return f"CASE WHEN {text} IN ({words}) THEN '' ELSE {text} END" if words else text


def _mapped(field: Field, text: str) -> str:
    """Text after the mapping's code table; NULL for a code that it does not list."""
    if field.cell.values is None:
        return text
    cases = " ".join(f"WHEN {literal(code)} THEN {literal(to)}" for code, to in field.cell.values.items())
    return f"CASE {text} {cases} ELSE {text if field.cell.other == 'keep' else 'NULL'} END"


def _coded(field: Field, text: str, *, usual: bool) -> str:
    """Code of a text after the schema's own list, written as it may be; NULL for one that a closed list lacks."""
    column = field.column
    same = " OR ".join(f"{text} = {literal(code)}" for code in column.values)
    if usual:
        return f"CASE WHEN {same} THEN {text} END"
    cases = " ".join(f"WHEN {literal(word)} THEN {literal(code)}" for word, code in column.codes.items())
    other = "NULL" if column.closed else f"plain_text({text})"
    written = f"CASE upper(half_width({text})) {cases} ELSE {other} END"
    return f"CASE WHEN {text} = '' THEN NULL WHEN {same} THEN {text} ELSE {written} END"


def _value(field: Field, text: str, terms: Terms, entity: str | None = None, *, usual: bool = False) -> str:
    """Typed value of a field, whatever its range; NULL if missing or unreadable, or not written as is usual."""
    column, prefix = field.column, "usual_" if usual else ""
    if column.type == "money" and column.id in terms.doubtful:
        return "NULL" if usual else f"rounded(stated_amount({text}))"
    if column.type == "money":
        return f"{prefix}fen({text}, 'e{field.power}')"
    if column.type == "date":
        first_day = f"DATE '{'1904-01-01' if terms.date1904 else '1899-12-30'}'"
        return f"usual_date({text})" if usual else f"calendar_date({text}, {first_day})"
    if column.type in _HASHED:
        return _hashed(field, text, terms, entity, usual=usual)
    if column.codes and field.cell.values is None:
        return _coded(field, text, usual=usual)
    value = f"{prefix}{_macro(field)}({text})"
    kept = [word[1:] for word in column.missing if word.startswith("!")]
    if kept:
        value = f"CASE WHEN {' OR '.join(f'{text} = {literal(word)}' for word in kept)} THEN {text} ELSE {value} END"
    return f"keyed_hash({value})" if column.vaulted else value


def _macro(field: Field) -> str:
    column = field.column
    if column.type == "bool" and column.unit:
        return "flag_or_phone" if column.unit == "号码" else "flag_or_number"
    if column.type == "text" and (column.id.endswith("_id") or column.id == col.LEGAL_ENTITY):
        return "plain_id"
    return {"decimal": "rate", "int": "whole", "bool": "flag", "phone": "phone"}.get(column.type, "plain_text")


def _hashed(field: Field, text: str, terms: Terms, entity: str | None, *, usual: bool) -> str:
    prefix = "usual_" if usual else ""
    if field.column.type == "surrogate":
        given = text if entity is None else f"{entity}, {text}"
        value = f"{prefix}{'plain' if entity is None else 'scoped'}_surrogate({given})"
    else:
        value = f"{prefix}plain_secret({text})"
    # Conditions under which an id is not what the bank's system holds.
    compact = text if usual else f"compact({text})"
    lost = [f"ends_in_zeros({compact})"] if field.column.id in terms.doubtful else []
    lost += [f"is_misspelt_citizen({compact})"] if field.column.id == col.PERSON_KEY else []
    return f"CASE WHEN {' OR '.join(lost)} THEN NULL ELSE {value} END" if lost else value


def _within(field: Field, value: str, terms: Terms, dated: str) -> str:
    """Value if it lies in the range of its column, else NULL; a row of a later date (``dated``) has its own day."""
    low, _, high = field.column.range.partition("..")
    ends = [("<=", high), (">=", low)]
    day = f"greatest(DATE '{terms.as_of.isoformat()}', {dated})" if terms.as_of else ""
    tests = [f"{value} {sign} {end}" for sign, given in ends if (end := day if given == "as_of" else given)]
    value = f"in_range({value})" if field.column.type == "date" else value
    return f"CASE WHEN {' AND '.join(tests)} THEN {value} END" if tests else value


def _is_missing(field: Field, text: str, mapped: str) -> str:
    """Whether a cell says that there is no value, which is not the same as being unreadable."""
    if field.column.type == "phone":
        return "TRUE"  # whether it can be read is for the column whose source it shares to say
    macro = "is_no_date" if field.column.type == "date" else "is_missing"
    missing = f"({mapped} = '' OR {macro}(half_width({mapped})))"
    missing = f"coalesce({missing}, is_missing({text}))" if field.cell.values is not None else missing
    if field.cell.other == "null":
        missing = f"({missing} OR {mapped} IS NULL)"
    return missing


def typed(fields: Sequence[Field], terms: Terms, *, identity: str, unusual: Collection[str]) -> str:
    """SELECT over ``raw``: the row's identity, the typed columns, and ``_unreadable``, a bit a bad cell.

    A column that is not among the ``unusual`` is read by the short half of its macro, for DuckDB plans the whole of
    them longer than it takes to read a small file; what that half cannot read has a bit too. Of what goes to the vault
    only a keyed hash stands here, so that rows with other persons differ.
    """
    texts, values, final, bits = [], [], [], []
    scoping = (i for i, f in enumerate(fields) if f.column.id == col.LEGAL_ENTITY and f.column.need == "M")
    dated = next((f"v{i}" for i, f in enumerate(fields) if f.column.id == col.AS_OF), "NULL")
    entity = next((_mapped(fields[i], f"t{i}") for i in scoping), None)  # part of a customer's key, if mandatory
    for i, field in enumerate(fields):
        usual = field.column.id not in unusual
        texts.append(f"{_given(field, terms.header_row)} AS t{i}")
        mapped = _mapped(field, f"t{i}")
        values.append(f"{mapped} AS m{i}, {_value(field, mapped, terms, entity, usual=usual)} AS v{i}")
        final.append(_within(field, f"v{i}", terms, dated))
        missing = f"t{i} = '' OR m{i} = ''" if usual else _is_missing(field, f"t{i}", f"m{i}")
        if field.cell.blank == "no":
            final[-1] = f"CASE WHEN {missing} THEN FALSE ELSE {final[-1]} END"
        bits.append(f"CASE WHEN {final[i]} IS NOT NULL OR {missing} THEN 0 ELSE {1 << i} END")
    columns = ", ".join(f"{value} AS {field.column.id}" for value, field in zip(final, fields, strict=True))
    return (
        f"SELECT {identity} AS _id, {' + '.join(bits)} AS _unreadable, {columns} FROM"
        f" (SELECT *, {', '.join(values)} FROM (SELECT {ROW}, {', '.join(texts)} FROM raw))"
    )


def vault_text(field: Field, terms: Terms) -> str:
    """Plain text of a field for the vault, over ``raw``."""
    text = _mapped(field, _given(field, terms.header_row))
    macro = "plain_id" if field.column.type == "surrogate" else _macro(field)
    return f"{macro}({text})"


def exact_sum(field: Field, terms: Terms) -> tuple[str, str]:
    """Return the two SQL sums that add up to a money column of ``raw`` in exact 分, over what can be read.

    The second is of the cells that have fractions of a 分, or are written in an unusual way.
    """
    text, power = _mapped(field, _given(field, terms.header_row)), f"'e{field.power}'"
    if field.column.id in terms.doubtful:
        return "CAST(0 AS DECIMAL(38, 0))", f"coalesce(sum(stated_amount({text})), 0)"
    usual = f"usual_fen({text}, {power})"
    unusual = f"CASE WHEN {usual} IS NULL THEN amount({text}, {power}) END"
    return f"CAST(coalesce(sum({usual}), 0) AS DECIMAL(38, 0))", f"coalesce(sum({unusual}), 0)"


def exact_number(field: Field, text: str) -> str:
    """SQL of the exact number in a text as this field reads it: 分 for money, else as it stands."""
    return f"amount({text}, 'e{field.power}')" if field.column.type == "money" else f"number({text}, 'e0')"


def survey(
    connection: Any, fields: Sequence[Field], terms: Terms, unusual: Collection[str]
) -> Counter[tuple[str, str]]:
    """What ``raw`` shows of columns that may be doubtful; counts of several chunks of a sheet may be added up."""
    asked: dict[tuple[str, str], str] = {}
    for field in fields:
        text, compact = _mapped(field, _given(field, terms.header_row)), "compact" * (field.column.id in unusual)
        if field.column.type in _HASHED:
            for what, macro in (("long", "is_long_number"), ("zeros", "ends_in_zeros")):
                asked[field.column.id, what] = f"CASE WHEN strlen({text}) >= 16 THEN {macro}({compact}({text})) END"
        elif field.column.type == "money" and field.unit_from == "default" and field.column.id in unusual:
            asked[field.column.id, "stated"] = f"stated_amount({text}) IS NOT NULL"
    if not asked:
        return Counter()
    counts = ", ".join(f"count(*) FILTER ({condition})" for condition in asked.values())
    found = connection.execute(f"SELECT {counts} FROM raw").fetchone()
    return Counter(dict(zip(asked, found, strict=True)))


def doubtful(seen: Mapping[tuple[str, str], int]) -> frozenset[str]:
    """Columns of which a part is not certain, by what `survey` saw of the whole sheet.

    Ids that end in 000 more often than five standard deviations above chance: a spreadsheet has cut them. Amounts
    without a unit in a column whose unit is only assumed, where other cells state one.
    """
    found = {name for (name, what), count in seen.items() if what == "stated" and count}
    for (name, what), zeros in seen.items():
        expected = seen.get((name, "long"), 0) * _CHANCE_OF_ZEROS
        if what == "zeros" and zeros > 2 + expected + 5 * math.sqrt(expected):
            found.add(name)
    return frozenset(found)


def reason_code(field: Field, terms: Terms) -> str:
    """SQL of the reason code for a cell of this field, over ``raw``, that cannot be read."""
    text = _mapped(field, _given(field, terms.header_row))
    mapped_code = field.cell.values is not None and field.cell.other is None
    closed = field.cell.values is None and field.column.closed
    usual = "unlisted_code" if mapped_code or closed else _UNREADABLE.get(field.column.type, "digits_lost")
    source = source_text(field, terms.header_row)
    cases = [(f"too_long({source})", "too_long"), (f"is_broken({source})", "bad_bytes")]
    if field.column.type == "date":
        cases.append((f"is_other_order(half_width({text}))", "date_order"))
    if field.column.type in ("int", "decimal", "date"):
        cases.append((f"{_value(field, text, terms)} IS NOT NULL", "out_of_range"))
    if field.column.type == "money" and field.column.id in terms.doubtful:
        cases.append((f"amount({text}, 'e{field.power}') IS NOT NULL", "mixed_units"))
    if field.column.id == col.PERSON_KEY:
        cases.append((f"is_misspelt_citizen(compact({text})) AND NOT ends_in_zeros(compact({text}))", "bad_checksum"))
    return f"CASE {' '.join(f'WHEN {test} THEN {literal(code)}' for test, code in cases)} ELSE {literal(usual)} END"
