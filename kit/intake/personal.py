"""What of a load is personal: the key of a customer, and what goes to the vault instead of the book."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kit import columns as col
from kit import vault
from kit.database import columns
from kit.intake.clean import Terms, vault_text
from kit.intake.load import Field, Load

_ROWS_AT_ONCE = 500_000
_KEYS = {"customer": col.CUSTOMER_ID, "staff": col.STAFF_ID, "unit_account": col.UNIT_ID}  # tables of the vault
_PART = pa.schema([("_id", pa.int64()), *((name, pa.string()) for name in vault.SCHEMA.names[3:])])


def completed(loads: Sequence[Load]) -> list[Load]:
    """Feeds with what the schema adds to their fields.

    A column of the vault that shares another's source is fed beside it. Where every feed with a customer's (a unit's)
    number also gives the legal entity, that is the first part of the key, and so mandatory.
    """
    ids = [{field.column.id for field in load.fields} for load in loads]
    scoped = {
        key for key in (col.CUSTOMER_ID, col.UNIT_ID) if all(col.LEGAL_ENTITY in own for own in ids if key in own)
    }
    every = zip(loads, ids, strict=True)
    return [replace(load, fields=tuple(_fields(load, own, scoped=bool(scoped & own)))) for load, own in every]


def _fields(load: Load, own: set[str], *, scoped: bool) -> Iterator[Field]:
    """The load's fields and those beside them; a legal entity that is part of the key comes first, and is mandatory."""
    entity = [field for field in load.fields if scoped and field.column.id == col.LEGAL_ENTITY]
    yield from (replace(field, column=replace(field.column, need="M")) for field in entity)
    yield from (field for field in load.fields if field not in entity)
    for column in load.table.columns.values():
        if column.beside and column.id not in own:
            for field in load.fields:
                if field.column.id == column.beside and field.cell.values is None:
                    yield replace(field, column=column)


class PersonalTexts:
    """The personal texts of an intake while it runs: encrypted parts in its scratch folder, by the rows' identity."""

    def __init__(self, scratch: Path, key: bytes) -> None:
        self._scratch, self._key = scratch, key
        self._parts: dict[str, list[Path]] = {}

    def add(self, connection: Any, load: Load, terms: Terms, identity: str) -> None:
        """Set aside what ``raw`` holds of a load's persons."""
        table = load.table.id
        if table not in _KEYS:
            return
        texts = {_KEYS[table]: vault.CUSTOMER_NUMBER, "customer_name": col.CUSTOMER_NAME,
                 "unit_name": col.CUSTOMER_NAME, col.MOBILE: col.MOBILE, col.STAFF_PHONE: col.MOBILE}  # fmt: skip
        given = {texts[f.column.id]: vault_text(f, terms) for f in load.fields if f.column.id in texts}
        texts_of = ", ".join(f"{given.get(name, 'NULL::VARCHAR')} AS {name}" for name in _PART.names[1:])
        connection.complete()  # whatever was asked before
        reader = connection.sql(f"SELECT {identity} AS _id, {texts_of} FROM raw").to_arrow_reader()
        parts = self._parts.setdefault(table, [])
        parts.append(self._scratch / f"persons-{table}-{len(parts)}.parquet")
        rows = (pa.Table.from_batches([batch]).cast(_PART) for batch in reader)
        vault.write(parts[-1], rows, key=self._key, schema=_PART)

    def write(self, connection: Any, accepted: dict[str, str], path: Path) -> None:
        """Write the vault of the rows that the book takes, sorted by branch; ``accepted`` is SQL of them by table."""
        if self._parts:
            pieces = (
                piece for table in sorted(self._parts) for piece in self._pieces(connection, table, accepted[table])
            )
            vault.write(path, pieces, key=self._key)

    def _pieces(self, connection: Any, table: str, accepted: str) -> Iterator[pa.Table]:
        """Rows of a table, as many branches at a time as bounds the memory; their texts never enter the database."""
        key = _KEYS[table]
        branch = f"coalesce({col.BRANCH_ID}, '')" if col.BRANCH_ID in columns(connection, table) else "''"
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE persons AS"
            f" SELECT min(_id) AS _id, {branch} AS branch_id, {key} AS customer_id FROM {accepted} GROUP BY ALL"
        )
        block = f"CAST(sum(count(*)) OVER (ORDER BY branch_id) // {_ROWS_AT_ONCE} AS BIGINT)"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE blocks AS SELECT branch_id, {block} AS block FROM persons GROUP BY branch_id"
        )
        for (number,) in connection.execute("SELECT DISTINCT block FROM blocks ORDER BY 1").fetchall():
            connection.complete()
            wanted = connection.sql(
                "SELECT _id, branch_id, customer_id FROM persons JOIN blocks USING (branch_id)"
                f" WHERE block = {number} ORDER BY branch_id, customer_id"
            ).to_arrow_table()
            ids = wanted["_id"].combine_chunks()
            batches = (batch for part in self._parts[table] for batch in vault.batches(part, key=self._key))
            texts = pa.Table.from_batches([batch.filter(pc.is_in(batch["_id"], ids)) for batch in batches], _PART)
            found = texts.take(pc.index_in(wanted["_id"], texts["_id"].combine_chunks()))
            arrays = [pa.repeat(table, len(wanted)), *wanted.columns[1:], *found.columns[1:]]
            yield pa.table(arrays, names=vault.SCHEMA.names).cast(vault.SCHEMA)
