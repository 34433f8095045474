from __future__ import annotations

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit import vault
from kit.errors import MissingFile

KEY = b"not a secret: a key for tests"


def rows(*branches, size=3):
    return pa.table(
        {
            "table": ["customer"] * size * len(branches),
            "branch_id": [b for b in branches for _ in range(size)],
            "customer_id": [f"{i:032x}" for i in range(size * len(branches))],
            "customer_number": [f"9000{b}{i}" for b in branches for i in range(size)],
            "customer_name": ["赵甲子"] * size * len(branches),
            "mobile": ["199-0000-1234"] * size * len(branches),
        }
    )


@pytest.fixture
def path(tmp_path):
    made = tmp_path / vault.VAULT
    vault.write(made, [rows("01", "02"), rows("03")], key=KEY)
    return made


def test_a_branch_gets_its_own_persons_and_no_others(path):
    found = vault.read(path, key=KEY, branch="02")
    assert found["customer_number"].tolist() == ["9000020", "9000021", "9000022"]
    assert list(found) == ["customer_id", "customer_number", "customer_name", "mobile"]
    assert len(vault.read(path, key=KEY, branch="04")) == 0
    assert len(vault.read(path, key=KEY, branch="02", table="unit_account")) == 0


def test_one_branch_is_read_without_the_others(tmp_path):
    many = [f"{b:02}" for b in range(30)]
    path = tmp_path / vault.VAULT
    vault.write(path, [rows(*many, size=1000)], key=KEY)
    before = path.read_bytes()
    damaged = bytearray(before)
    damaged[len(before) // 2] ^= 1  # of the row groups in the middle
    path.write_bytes(damaged)
    assert len(vault.read(path, key=KEY, branch="00")) == 1000
    with pytest.raises(vault.WrongKey):
        list(vault.batches(path, key=KEY))


def test_nothing_of_it_can_be_read_in_the_file(path):
    content = path.read_bytes()
    for text in ("90000", "赵甲子", "199-0000", "customer", "branch_id"):
        assert text.encode() not in content
    with pytest.raises(OSError, match="encrypt"):
        pq.read_table(path)


@pytest.mark.parametrize("key", [b"", b"another key", KEY + b"\0x"])
def test_another_key_is_said_to_be_wrong(path, key):
    with pytest.raises(vault.WrongKey) as caught:
        vault.read(path, key=key, branch="01")
    assert ".secrets" in str(caught.value)
    assert "赵" not in str(caught.value)


def test_a_vault_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(MissingFile, match="kit intake"):
        vault.read(tmp_path / vault.VAULT, key=KEY, branch="01")


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: os.urandom(len(b)), lambda b: b""])
def test_a_damaged_vault_is_said_to_be_so(path, damage):
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(vault.WrongKey):
        vault.read(path, key=KEY, branch="01")


def test_the_same_persons_have_the_same_digest_though_the_file_is_another(path, tmp_path):
    again = tmp_path / "again.parquet"
    vault.write(again, [rows("01", "02", "03").slice(0, 6), rows("03")], key=KEY)
    assert again.read_bytes() != path.read_bytes()
    assert vault.digest(again, key=KEY) == vault.digest(path, key=KEY)
    vault.write(again, [rows("01")], key=KEY)
    assert vault.digest(again, key=KEY) != vault.digest(path, key=KEY)
