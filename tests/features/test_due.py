import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.engagement import profile
from kit.features import features, frame
from kit.params import Params

DAY = dt.date(2026, 10, 31)
PARAMS = Params(**profile("rural-postal"), as_of=DAY)


@pytest.fixture
def made(tmp_path):
    """Customers and the rows of the maturity ladder, of accounts and holdings (customer, days left, 分 and more)."""

    def run(accounts, holdings=(), **without):
        (tmp_path / "book").mkdir()
        account = ["customer_id", "maturity_date", "balance_fen", "account_status", "close_date"]
        holding = ["customer_id", "maturity_date", "amount_fen"]
        for name, columns, rows in (("account", account, accounts), ("holding", holding, holdings)):
            dated = [
                [row[0], DAY + dt.timedelta(row[1]), *row[2:]] + [None] * (len(columns) - len(row)) for row in rows
            ]
            table = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in dated], _SCHEMAS[name])
            if rows:
                pq.write_table(table.drop_columns(without.get(name, [])), tmp_path / "book" / f"{name}.parquet")
        ids = sorted({row[0] for row in (*accounts, *holdings)})
        pq.write_table(
            pa.table({"customer_id": ids, "branch_id": ["01"] * len(ids)}), tmp_path / "book/customer.parquet"
        )
        months = pa.table({"customer_id": ids, "as_of": [DAY] * len(ids), "aum_avg_month_fen": [100] * len(ids)})
        pq.write_table(months, tmp_path / "book" / "customer_month.parquet")
        found = features(Book(tmp_path), PARAMS)
        return found.customers.set_index("customer_id"), frame(found.tables["maturities"])

    return run


_WHOLE, _DAY, _TEXT = pa.int64(), pa.date32(), pa.string()
_SCHEMAS = {
    "account": pa.schema([("customer_id", _TEXT), ("maturity_date", _DAY), ("balance_fen", _WHOLE),
                          ("account_status", _TEXT), ("close_date", _DAY)]),
    "holding": pa.schema([("customer_id", _TEXT), ("maturity_date", _DAY), ("amount_fen", _WHOLE)]),
}  # fmt: skip


def test_what_falls_due_is_the_same_for_the_customer_and_for_the_ladder_and_leaves_closed_accounts_out(made):
    customers, ladder = made(
        [
            ("a", 10, 500, "正常"),
            ("a", 5, 900, "已销户"),
            ("a", 6, 900, "正常", DAY),  # closed on the day
            ("a", 7, 0, "正常"),  # nothing in it
            ("b", 0, 400),  # ends on the day itself
            ("b", 400, 300),
        ],
        [("a", 20, 60), ("b", 3, 7)],
    )
    assert customers["maturing_fen"].to_dict() == {"a": 560, "b": 7}
    assert customers["next_maturity_date"].dt.date.to_dict() == {
        "a": DAY + dt.timedelta(10),
        "b": DAY + dt.timedelta(3),
    }
    assert ladder.groupby("customer_id")["amount_fen"].sum().to_dict() == {"a": 560, "b": 307}


def test_a_date_without_an_amount_is_still_a_date_and_no_step_of_the_ladder(made):
    customers, ladder = made([("a", 10, None)], account=["balance_fen"])
    assert customers.loc["a", "next_maturity_date"].date() == DAY + dt.timedelta(10)
    assert customers.loc["a", "maturing_fen"] == 0
    assert ladder.empty
