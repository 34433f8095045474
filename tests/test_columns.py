from __future__ import annotations

from kit import columns
from kit.schema import schema


def _names() -> dict[str, str]:
    return {name: value for name, value in vars(columns).items() if name.isupper()}


def test_a_constant_is_its_column_in_capitals():
    assert {name: value.upper() for name, value in _names().items()} == {name: name for name in _names()}


def test_the_keys_and_the_money_of_the_book_are_there():
    book = {column for table in schema().values() for column in table.columns}
    named = set(_names().values())
    assert {
        "branch_id",
        "customer_id",
        "staff_id",
        "account_id",
        "as_of",
        "aum_spot_fen",
        "balance_fen",
    } <= named & book
