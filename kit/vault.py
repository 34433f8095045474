"""The vault: what call lists need of a person (number, name, telephone), apart from the book and encrypted.

A Parquet file under modular encryption: footer, statistics and pages alike. Each file has data keys of its own, wrapped
by a key that is derived from the engagement's; nothing in it can be read without that.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kit import columns as col
from kit.errors import KitError, MissingFile
from kit.keys import derived
from kit.messages import message

VAULT = "vault.parquet"
CUSTOMER_NUMBER = "customer_number"
_COLUMNS = ("table", col.BRANCH_ID, col.CUSTOMER_ID, CUSTOMER_NUMBER, col.CUSTOMER_NAME, col.MOBILE)
SCHEMA = pa.schema([(name, pa.string()) for name in _COLUMNS])
_ROWS_A_GROUP = 5_000  # so that one branch is read without the others
_NONCE = 12


class WrongKey(KitError):
    """The vault was written under another key, or is damaged (path)."""


class _Kms(pe.KmsClient):  # type: ignore[misc]  # pyarrow is untyped
    """Wraps a file's data keys with the vault's own key, in this process."""

    def __init__(self, key: bytes) -> None:
        super().__init__()
        self._cipher = AESGCM(derived(key, "vault"))

    def wrap_key(self, key_bytes: bytes, _master_key_identifier: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, key_bytes, None))

    def unwrap_key(self, wrapped_key: bytes, _master_key_identifier: str) -> bytes:
        wrapped = base64.b64decode(wrapped_key)
        return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], None)


def _factory(key: bytes) -> Any:
    return pe.CryptoFactory(lambda _configuration: _Kms(key))


def write(path: Path, rows: Iterable[pa.Table], *, key: bytes, schema: pa.Schema = SCHEMA) -> None:
    """Write tables of ``schema``, in their order, under the engagement's key."""
    configuration = pe.EncryptionConfiguration(footer_key="vault", uniform_encryption=True, data_key_length_bits=256)
    properties = _factory(key).file_encryption_properties(pe.KmsConnectionConfig(), configuration)
    with pq.ParquetWriter(path, schema, compression="zstd", encryption_properties=properties) as writer:
        for table in rows:
            writer.write_table(table, row_group_size=_ROWS_A_GROUP)


def _open(path: Path, key: bytes) -> Any:
    if not path.is_file():
        raise MissingFile(path=path, need=message("errors.need.vault"))
    try:
        properties = _factory(key).file_decryption_properties(pe.KmsConnectionConfig(), pe.DecryptionConfiguration())
        return pq.ParquetFile(path, decryption_properties=properties)
    except (OSError, InvalidTag, pa.ArrowInvalid) as error:
        raise WrongKey(path=path) from error


def batches(path: Path, *, key: bytes) -> Iterator[pa.RecordBatch]:
    """All rows of a file that `write` wrote, piece by piece."""
    with _open(path, key) as file:
        try:
            yield from file.iter_batches()
        except OSError as error:
            raise WrongKey(path=path) from error


def read(path: Path, *, key: bytes, branch: str | None, table: str = "customer") -> pd.DataFrame:
    """Persons of one branch (None: of all), a row each; only the row groups that hold them are read and decrypted.

    Returns
    -------
    DataFrame
        customer_id (the book's surrogate; of ``staff`` the number), customer_number, customer_name, mobile; NA where
        the bank gave none.

    Raises
    ------
    MissingFile, WrongKey
        If there is no vault, or it is not to be opened with this key.
    """
    with _open(path, key) as file:
        wanted = {"table": table} | ({} if branch is None else {col.BRANCH_ID: branch})
        mine = [i for i in range(file.num_row_groups) if _may_hold(file.metadata.row_group(i), wanted)]
        try:
            rows = file.read_row_groups(mine) if mine else SCHEMA.empty_table()
        except OSError as error:
            raise WrongKey(path=path) from error
    for name, value in wanted.items():
        rows = rows.filter(pc.equal(rows[name], value))
    persons: pd.DataFrame = rows.drop_columns(["table", col.BRANCH_ID]).to_pandas()
    return persons


def digest(path: Path, *, key: bytes) -> str:
    """Keyed digest of what a vault holds; the file itself is another each time it is written."""
    made = hmac.new(derived(key, "vault digest"), digestmod=hashlib.sha256)
    for batch in batches(path, key=key):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            made.update(repr(row).encode())
    return made.hexdigest()


def _may_hold(group: Any, wanted: Mapping[str, str]) -> bool:
    known = {name: group.column(SCHEMA.get_field_index(name)).statistics for name in wanted}
    return all(k is None or not k.has_min_max or k.min <= wanted[name] <= k.max for name, k in known.items())
