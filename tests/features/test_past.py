"""A date in the past is a clean cut: what came later is as if it had never been sent."""

import datetime as dt

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.engagement import profile
from kit.features import features, frame
from kit.params import Params

MAY, JUNE, JULY = dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 31)
THEN = Params(**profile("rural-postal"), as_of=JUNE, printed=dt.date(2026, 8, 3))
LATER = dt.date(2026, 7, 15)
# table → rows known in June, and those of July.
BANK = {
    "customer": (
        [{"customer_id": "a", "branch_id": "01", "open_date": dt.date(2020, 1, 1)},
         {"customer_id": "b", "branch_id": "01", "open_date": None}],
        [{"customer_id": "c", "branch_id": "01", "open_date": LATER}],
    ),
    "customer_month": (
        [{"customer_id": who, "as_of": day, "aum_avg_month_fen": 900_000_00} for who in "ab" for day in (MAY, JUNE)],
        [{"customer_id": who, "as_of": JULY, "aum_avg_month_fen": 100_00} for who in "abc"],
    ),
    "assignment": (
        [{"customer_id": "a", "staff_id": "s1", "assign_date": dt.date(2025, 1, 1)}],
        [{"customer_id": "b", "staff_id": "s0", "assign_date": LATER}],
    ),
    "account": (
        [{"customer_id": "a", "maturity_date": dt.date(2026, 9, 1), "balance_fen": 500, "open_date": MAY}],
        [{"customer_id": "b", "maturity_date": dt.date(2026, 9, 1), "balance_fen": 700, "open_date": LATER}],
    ),
    "holding": (
        [{"customer_id": "b", "maturity_date": dt.date(2026, 9, 1), "amount_fen": 300, "buy_date": MAY}],
        [{"customer_id": "b", "maturity_date": dt.date(2026, 9, 1), "amount_fen": 900, "buy_date": LATER}],
    ),
    "contact": (
        [{"customer_id": "a", "contact_date": dt.date(2026, 6, 1), "contact_result": "接通", "staff_id": "s1"}],
        [{"customer_id": "b", "contact_date": LATER, "contact_result": "挂断", "staff_id": "s1"}],
    ),
    "txn": (
        [{"customer_id": "a", "txn_date": dt.date(2026, 6, 20), "amount_fen": 5}],
        [{"customer_id": "a", "txn_date": LATER, "amount_fen": 10_000_000_00}],
    ),
}  # fmt: skip


@pytest.fixture
def known(tmp_path):
    """The features of a book, by the parts of the bank that it holds."""

    def of(*parts):
        (root := tmp_path / "-".join(map(str, parts)) / "book").mkdir(parents=True)
        for name, rows in BANK.items():
            schema = pa.Table.from_pylist([each for part in rows for each in part]).schema
            pq.write_table(
                pa.Table.from_pylist([each for part in parts for each in rows[part]], schema), root / f"{name}.parquet"
            )
        return features(Book(root.parent), THEN)

    return of


def test_nothing_that_came_later_counts_on_a_date_in_the_past(known):
    whole, cut = known(0, 1), known(0)
    pd.testing.assert_frame_equal(whole.customers, cut.customers)
    assert whole.customers["customer_id"].tolist() == ["a", "b"]
    assert not whole.customers["hung_up"].any()
    for name, table in whole.tables.items():
        pd.testing.assert_frame_equal(frame(table), frame(cut.tables[name]))
