from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.errors import MissingFile, UnknownName


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    customers = pa.table({"customer_id": ["0001", "0002"], "branch_id": ["01", "01"], "mobile_ok": [True, None]})
    accounts = pa.table(
        {
            "account_id": ["a"],
            "balance_fen": pa.array([None], pa.int64()),
            "rate": pa.array([Decimal("1.55")], pa.decimal128(18, 6)),
            "maturity_date": [dt.date(2026, 11, 1)],
        }
    )
    pq.write_table(customers, folder / "customer.parquet")
    pq.write_table(accounts, folder / "account.parquet")
    return Book(tmp_path)


def test_a_folder_without_a_book_says_so(tmp_path):
    with pytest.raises(MissingFile):
        Book(tmp_path)


def test_tables_come_in_the_order_of_the_schema(book):
    assert book.tables() == ("customer", "account")


def test_what_is_there_can_be_asked(book):
    assert book.has("customer")
    assert book.has("customer.mobile_ok")
    assert not book.has("customer.occupation")
    assert not book.has("txn.amount_fen")
    assert book.columns("txn") == ()
    assert len(book.read("customer")) == 2


def test_ids_stay_text_and_unknown_money_stays_whole(book):
    customers, accounts = book.read("customer"), book.read("account")
    assert customers["customer_id"].tolist() == ["0001", "0002"]
    assert customers["mobile_ok"].isna().tolist() == [False, True]
    assert accounts["balance_fen"].dtype == "Int64"
    assert accounts["balance_fen"].isna().all()
    assert accounts["rate"].tolist() == [1.55]
    assert accounts["maturity_date"].tolist() == [dt.date(2026, 11, 1)]


def test_only_the_columns_asked_for_are_read(book):
    pd.testing.assert_index_equal(book.read("customer", ["branch_id"]).columns, pd.Index(["branch_id"]))


def test_a_misspelt_table_or_column_names_the_nearest(book):
    with pytest.raises(UnknownName, match="account"):
        book.path("acount")
    with pytest.raises(UnknownName, match="branch_id"):
        book.read("customer", ["brnach_id"])
