import pandas as pd
import pyarrow.parquet as pq
import pytest

from kit.analysis.aftersale import referrals, take_up
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.features import frame
from kit.params import WAN, Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def matured(*rows):
    """(told before, something new, held before and after in 万元)."""
    made = pd.DataFrame(rows, columns=["reminded", "renewed", "held_before_fen", "held_after_fen"])
    return made.assign(
        matured_date=pd.Timestamp("2026-06-01"),
        held_before_fen=made["held_before_fen"].astype(float) * WAN,
        held_after_fen=made["held_after_fen"].astype(float) * WAN,
    )


def test_take_up_is_told_apart_by_whether_the_customer_was_told_before():
    found = take_up(
        matured((True, True, 10, 9), (True, False, 10, 8.9), (False, True, 10, None), (False, False, 0, 5)), PARAMS
    )
    assert (found.matured, found.renewed_share, found.reminded_share) == (4, 0.5, 0.5)
    assert found.stayed_share == 0.5  # of the two whose balances are known
    table = found.table.set_index("reminded")
    assert table["matured"].to_dict() == {"yes": 2, "no": 2}
    assert table.loc["yes", "stayed_share"] == 0.5


def test_what_is_not_known_of_a_maturity_is_left_out():
    rows = matured((False, True, 10, 10))
    found = take_up(rows.drop(columns="reminded"), PARAMS)
    assert (found.renewed_share, found.reminded_share, len(found.table)) == (1, None, 0)
    nothing = take_up(rows.iloc[:0], PARAMS)
    assert (nothing.matured, nothing.renewed_share, nothing.reminded_share, len(nothing.table)) == (0, None, None, 0)
    assert take_up(rows.drop(columns="renewed"), PARAMS) == Unavailable(("renewed",))


CUSTOMERS = pd.DataFrame({"customer_id": list("abcdef"), "aum_fen": [w * WAN for w in (1, 1, 5, 30, 1, 1)]})
BROUGHT = pd.DataFrame({
    "customer_id": list("bcdef"), "referrer_id": ["a", "a", "a", "b", "c"],
    "came_date": pd.to_datetime(["2026-01-01", "2026-05-01", "2026-06-01", "2026-06-01", "2025-10-31"]),
    "asked_before": [False, True, True, False, None],
})  # fmt: skip
CONTACTS = pd.DataFrame({"customer_id": ["a", "a", "d", "e"], "contact_step": ["refer", "refer", "refer", "meet"]})


def test_those_brought_within_the_year_are_counted_and_those_at_the_floor_converted():
    found = referrals(BROUGHT, PARAMS, CUSTOMERS, CONTACTS)
    assert (found.came, found.converted, found.aum_fen) == (4, 2, 37 * WAN)
    assert (found.asked, found.asked_came) == (2, 2)  # b came before anybody was asked
    table = found.table.set_index("asked_before")
    assert table.loc["yes", ["brought", "converted"]].tolist() == [2, 2]
    assert table.loc["no", ["brought", "converted"]].tolist() == [2, 0]


def test_who_brings_again_and_again_is_counted_and_not_named():
    found = referrals(BROUGHT, PARAMS, CUSTOMERS, CONTACTS)
    assert (found.brought, found.referrers, found.often, found.often_share) == (5, 3, 1, pytest.approx(3 / 5))


def test_where_nobody_noted_whom_he_asked_the_referrals_stand_alone():
    found = referrals(BROUGHT.drop(columns="asked_before"), PARAMS, CUSTOMERS, CONTACTS[["customer_id"]])
    assert (found.asked, found.came, len(found.table)) == (None, 4, 0)
    nothing = referrals(BROUGHT.iloc[:0], PARAMS, CUSTOMERS, CONTACTS)
    assert (nothing.came, nothing.converted_share, nothing.often_share) == (0, None, None)
    assert referrals(BROUGHT.drop(columns="came_date"), PARAMS, CUSTOMERS, CONTACTS) == Unavailable(("came_date",))


def test_the_referrals_planted_are_found(bank, prepared):
    told = bank[1].totals["practice"]
    rows = {n: frame(pq.read_table(prepared / "data" / f"{n}.parquet")) for n in ("referrals", "customers", "contacts")}
    found = referrals(rows["referrals"], PARAMS, rows["customers"], rows["contacts"])
    assert (found.came, found.converted) == (told["referred"], told["referred_valued"])


def test_of_whom_nobody_knows_whether_he_took_something_new_he_took_not_nothing():
    rows = matured((True, True, 10, 9), (None, None, 10, 9))
    assert take_up(rows, PARAMS).renewed_share == 1
    assert take_up(rows[1:], PARAMS) == Unavailable(("renewed",), 0, 1)
