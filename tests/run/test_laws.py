"""What must not matter does not, and what must follow does: a bank changed in ways whose outcome is known."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit import columns as col
from kit.engagement import load
from kit.facts import EVERY_BRANCH, FACTS
from kit.features import frame
from kit.run.prepare import derive

Book = dict[str, pd.DataFrame]
PLANNED = [
    name for name, fact in FACTS.items() if fact.population == "plan" or name.startswith(("moved", "misheld_after"))
]
NEAR = 1e-9


@pytest.fixture
def derived(bank, prepared, tmp_path) -> Callable[[Callable[[Book], None]], pd.DataFrame]:
    """The facts of the bank, a row a fact and a column a branch, when its book was changed."""

    def facts(change: Callable[[Book], None]) -> pd.DataFrame:
        data = tmp_path / "data"
        shutil.copytree(prepared / "data", data, copy_function=os.link)
        (data / "plan.parquet").unlink()  # a plan goes on from the one before
        book = {p.stem: pq.read_table(p).to_pandas(types_mapper=pd.ArrowDtype) for p in (data / "book").iterdir()}
        change(book)
        shutil.rmtree(data / "book")
        (data / "book").mkdir()
        for name, rows in book.items():
            pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), data / "book" / f"{name}.parquet")
        derive(load(bank[0]), data, lambda _stage: None)
        return _facts(data)

    return facts


def _facts(data: Path) -> pd.DataFrame:
    rows = frame(pq.read_table(data / "facts.parquet"))
    return rows.set_index(["name", col.BRANCH_ID])["value"].unstack()


@pytest.fixture(scope="module")
def before(prepared) -> pd.DataFrame:
    return _facts(prepared / "data")


def _same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_like=True, rtol=NEAR)


def test_the_order_of_the_rows_does_not_matter(derived, before):
    def shuffled(book: Book) -> None:
        for name, rows in book.items():
            book[name] = rows.sample(frac=1, random_state=7)

    _same(derived(shuffled), before)


def test_other_numbers_for_the_customers_change_who_is_chosen_among_equals_and_no_figure(derived, before):
    def renamed(book: Book) -> None:
        for name, rows in book.items():
            for column in rows.columns.intersection(["customer_id", "household_head_id", "referrer_customer_id"]):
                book[name][column] = "x" + rows[column].str[::-1]

    after = derived(renamed)
    _same(after.drop(index=PLANNED), before.drop(index=PLANNED))
    other = (after.loc[PLANNED] - before.loc[PLANNED]).drop(index="moved_fen").abs()
    assert (other <= 0.01 * before.loc["plan_contacts"]).all(axis=None)


def test_ten_times_the_money_is_ten_times_the_sums_and_the_same_concentration(derived, before):
    def richer(book: Book) -> None:
        for rows in book.values():
            for column in rows.columns[rows.columns.str.endswith("_fen")]:
                rows[column] *= 10

    after = derived(richer)
    for name in ("aum_fen", "deposit_fen", "negative_fen"):
        assert after.loc[name].equals(10 * before.loc[name])
    same = [
        "customers",
        "gini",
        "top20_share_of_aum",
        "share_of_customers_holding_80pct",
        "demand_share",
        "familiar_share",
    ]
    _same(after.loc[same], before.loc[same])


def test_two_branches_merged_have_together_what_each_had(derived, before):
    def merged(book: Book) -> None:
        for rows in book.values():
            if "branch_id" in rows:
                rows["branch_id"] = rows["branch_id"].replace({"0102": "0101"})
        book["branch"] = book["branch"].drop_duplicates("branch_id")

    after, one = derived(merged), ["0101", "0102"]
    added = [name for name, fact in FACTS.items() if fact.unit in ("customers", "fen") and name not in PLANNED]
    assert after.loc[added, "0101"].to_dict() == before.loc[added, one].sum(axis=1).to_dict()
    assert after.loc[added, EVERY_BRANCH].equals(before.loc[added, EVERY_BRANCH])
