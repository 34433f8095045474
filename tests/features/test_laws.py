"""Laws of what is derived from a book: a date in the past, the order of rows, amounts, a month that is missing."""

import datetime as dt
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from kit.analysis.growth import growth
from kit.analysis.migration import migration
from kit.book import SET_ASIDE, Book
from kit.database import reading
from kit.engagement import load, profile
from kit.features import features, frame, open_tables, settle_dates
from kit.features.binding import Values, bind, book_facts
from kit.features.tables import parameter_tables
from kit.params import Params

PAST = dt.date(2026, 8, 31)
# By hand, and not from the schema: the dates of which each says that its row was not there before.
DATED = {
    "customer_month": ["as_of"], "account": ["as_of", "open_date"], "holding": ["as_of", "buy_date"],
    "txn": ["txn_date"], "assignment": ["as_of", "assign_date"], "contact": ["contact_date"], "sale": ["deal_date"],
    "event": ["event_date"], "unit_account": ["as_of"], "branch_month": ["as_of"], "target": ["as_of"],
    SET_ASIDE: ["as_of"],
}  # fmt: skip


@pytest.fixture(scope="module")
def full(prepared):
    return Book(prepared / "data")


def rewritten(book, to, change):
    """A book whose tables are what ``change`` makes of each by its name."""
    (to / "book").mkdir(parents=True)
    for path in sorted((book.root / "book").glob("*.parquet")):
        pq.write_table(change(path.stem, pq.read_table(path)), to / "book" / path.name)
    return Book(to)


def until(day):
    """What had been there on a day."""

    def change(name, rows):
        for column in set(DATED.get(name, ())) & set(rows.column_names):
            rows = rows.filter(pc.fill_null(pc.less_equal(rows[column], pa.scalar(day)), fill_value=True))
        return rows

    return change


def same(one, other):
    assert one.unlocks == other.unlocks
    pd.testing.assert_frame_equal(one.customers, other.customers)
    for name, rows in one.tables.items():
        pd.testing.assert_frame_equal(frame(rows), frame(other.tables[name]), obj=name)


def test_a_date_in_the_past_is_a_clean_cut(bank, full, tmp_path):
    params = load(bank[0]).params.model_copy(update={"as_of": PAST})
    cut = rewritten(full, tmp_path, until(PAST))
    listed = pc.unique(pq.read_table(cut.path("customer_month"), columns=["customer_id"])["customer_id"])
    people = pq.read_table(cut.path("customer"))
    opened = pc.fill_null(pc.less_equal(people["open_date"], pa.scalar(PAST)), fill_value=True)
    there = people.filter(pc.or_(opened, pc.is_in(people["customer_id"], value_set=listed)))
    assert there.num_rows < people.num_rows, "some came later"
    pq.write_table(there, cut.path("customer"))
    found = features(full, params)
    same(found, features(cut, params))
    assert found.customers["last_touch_date"].max() <= pd.Timestamp(PAST)


def test_the_order_of_rows_changes_nothing(bank, full, tmp_path):
    params = settle_dates(full, load(bank[0]).params)

    def shuffled(_name, rows):
        return rows.take(pa.array(pd.Series(range(rows.num_rows)).sample(frac=1, random_state=7).to_list()))

    same(features(full, params), features(rewritten(full, tmp_path, shuffled), params))


# --- A book of a few rows -------------------------------------------------------------------------------------------

MONTHS = [dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 31)]
WAN = 1_000_000
PARAMS = Params(**profile("rural-postal"))
KINDS = {
    "as_of": pa.date32(),
    "open_date": pa.date32(),
    "close_date": pa.date32(),
    "maturity_date": pa.date32(),
    "txn_date": pa.date32(),
}


@pytest.fixture
def made(tmp_path):
    """Customers and panel of paths of AUM in 万元, a month each; None: not on the list."""

    def run(paths, *, months=MONTHS, customers=None, set_aside=(), **tables):
        shutil.rmtree(tmp_path / "book", ignore_errors=True)
        (tmp_path / "book").mkdir()
        rows = [
            {"customer_id": who, "as_of": day, "aum_spot_fen": wan * WAN, "aum_avg_month_fen": wan * WAN}
            for who, path in paths.items()
            for day, wan in zip(months, path, strict=True)
            if wan is not None
        ]
        people = [{"customer_id": who, "branch_id": "01"} | (customers or {}).get(who, {}) for who in paths]
        tables |= {"customer": people, "customer_month": rows}
        if set_aside:
            tables[SET_ASIDE] = [
                dict(zip(("branch_id", "customer_id", "as_of"), row, strict=True)) for row in set_aside
            ]
        for name, lines in tables.items():
            columns = dict.fromkeys(key for line in lines for key in line)
            kinds = {c: KINDS.get(c, pa.int64() if c.endswith("_fen") else pa.string()) for c in columns}
            table = pa.table({c: pa.array([line.get(c) for line in lines], kinds[c]) for c in columns})
            pq.write_table(table, tmp_path / "book" / f"{name}.parquet")
        book = Book(tmp_path)
        params = settle_dates(book, PARAMS)
        values = Values(params, book_facts(book, params))
        with reading(book.root / "book") as db:
            open_tables(db, book, values)
            for name, rows in parameter_tables(params).items():
                db.register(name, rows)
            for name in ("sent", "unlisted", "panel", "aum", "movement", "due", "maturity"):
                db.execute(f"CREATE TABLE {name} AS {bind(name, values)}")
            people = db.sql("SELECT * FROM aum JOIN movement USING (customer_id) JOIN maturity USING (customer_id)")
            return people.df().set_index("customer_id"), frame(db.sql("FROM panel ORDER BY ALL").to_arrow_table())

    return run


def steps(made):
    rows = growth(made[1], PARAMS).steps.set_index("step")["customers"]
    return {str(step): int(n) for step, n in rows.items() if n}


def test_gone_from_a_complete_list_has_left_and_set_aside_has_not(made):
    paths = {"a": (9, 9, 9), "b": (9, 9, None), "c": (9, 9, 0), "d": (None, 9, 9), "e": (9, 9, 8)}
    assert steps(made(paths)) == {"new": 1, "same": 1, "down": 1, "emptied": 1, "left": 1}
    kept = made(paths, set_aside=[(None, "b", MONTHS[2]), (None, "d", MONTHS[0])])
    assert steps(kept) == {"same": 1, "down": 1, "emptied": 1, "unknown": 2}
    told = growth(kept[1], PARAMS)
    assert (told.unknown_fen, told.loss_fen, told.gain_fen) == (18 * WAN, -10 * WAN, 0)
    moves = migration(kept[1], PARAMS)
    assert (moves.unknown, moves.left, moves.entered) == (2, 0, 0)
    row = kept[0].loc["b"]
    assert row[["aum_fen", "tier", "loss_level", "at_risk", "movement_fen"]].isna().all()


def test_where_a_row_names_nobody_nobody_of_the_branch_is_gone(made):
    paths = {"a": (9, 9, 9), "b": (9, 9, None)}
    assert steps(made(paths, set_aside=[("01", None, MONTHS[2])])) == {"same": 1, "unknown": 1}
    assert steps(made(paths, set_aside=[("02", None, MONTHS[2])])) == {"same": 1, "left": 1}


def test_a_branch_of_which_a_month_was_not_sent_is_not_gone_and_who_came_later_was_none(made):
    paths = {"a": (9, 9, None), "b": (9, 9, None), "x": (None, 9, 9), "y": (9, 9, 9)}
    branches = {"x": {"branch_id": "02", "open_date": dt.date(2026, 9, 2)}, "y": {"branch_id": "02"}}
    found = made(paths, customers=branches, set_aside=[("02", None, MONTHS[0])])
    assert steps(found) == {"new": 1, "same": 1, "unknown": 2}


def test_many_fewer_than_a_month_before_is_no_complete_list_and_than_a_year_before_may_be(made):
    paths = {f"c{i:02}": (9, 9, 9 if i < 20 else None) for i in range(40)}
    assert steps(made(paths)) == {"same": 20, "unknown": 20}
    yearly = [dt.date(2024, 10, 31), dt.date(2025, 10, 31), MONTHS[2]]
    assert steps(made(paths, months=yearly)) == {"same": 20, "left": 20}


def test_whose_accounts_are_all_closed_has_left_whatever_the_list(made):
    accounts = [
        {"account_id": "1", "customer_id": "b", "close_date": dt.date(2026, 10, 9)},
        {"account_id": "2", "customer_id": "c", "close_date": dt.date(2026, 10, 9)},
        {"account_id": "3", "customer_id": "c", "close_date": None},
    ]
    paths = {"a": (9, 9, 9), "b": (9, 9, None), "c": (9, 9, None)}
    found = made(paths, set_aside=[("01", None, MONTHS[2])], account=accounts)
    assert steps(found) == {"same": 1, "left": 1, "unknown": 1}


def test_the_month_before_is_that_of_the_calendar(made):
    paths = {"a": (9, 9, 1), "b": (1, 1, 9)}
    by_month = made(paths)[0]
    assert (by_month.loc["a", "loss_level"], by_month.loc["a", "movement_fen"]) == ("heavy", 8 * WAN)
    gap = made(paths, months=[dt.date(2025, 8, 31), dt.date(2026, 8, 31), MONTHS[2]])[0]
    assert gap[["spot_before_fen", "loss_level", "movement_fen"]].isna().all(axis=None)


def test_transactions_that_end_before_the_days_looked_at_say_nothing_of_them(made):
    paths = {"a": (9, 9, 1), "b": (9, 9, 9)}
    txn = {"customer_id": "a", "amount_fen": 7, "txn_date": dt.date(2026, 8, 1)}
    assert made(paths, txn=[txn])[0]["movement_fen"].to_dict() == {"a": 8 * WAN, "b": 0}
    found = made(paths, txn=[txn, txn | {"txn_date": MONTHS[2]}])[0]["movement_fen"]
    assert found.to_dict() == {"a": 7, "b": 0}, "nothing moved of who has no row in days that were sent"


def test_a_dropped_month_changes_no_other(made):
    paths = {"a": (9, 9, 1), "b": (1, 1, 9)}
    whole, less = made(paths), made({who: path[:1] + path[2:] for who, path in paths.items()}, months=MONTHS[::2])
    kept = whole[1][whole[1]["as_of"] != pd.Timestamp(MONTHS[1])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, less[1])
    assert steps(whole) == steps(less)
    assert growth(less[1], PARAMS).missing == 1


def test_ten_times_the_money_is_ten_times_the_figures_of_money(made):
    paths = {"a": (9, 9, 1), "b": (1, 1, 9)}
    one = growth(made(paths)[1], PARAMS)
    ten = growth(made({who: [10 * wan for wan in path] for who, path in paths.items()})[1], PARAMS)
    assert [ten.start_fen, ten.gain_fen, ten.loss_fen] == [10 * x for x in (one.start_fen, one.gain_fen, one.loss_fen)]
    assert ten.growth_share == one.growth_share


def test_a_holding_counts_once_though_it_is_in_the_list_of_every_month(made):
    lot = {"customer_id": "a", "product_type": "理财", "amount_fen": 5, "maturity_date": dt.date(2026, 11, 20)}
    found = made({"a": (9, 9, 9)}, holding=[lot | {"as_of": day} for day in MONTHS])
    assert found[0]["maturing_fen"].to_list() == [5]
