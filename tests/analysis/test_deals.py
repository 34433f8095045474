import pandas as pd
import pytest

from kit.analysis.deals import deals, proposal_list, proposals, yields
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import WAN, Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
_SALES = ["customer_id", "deal_family", "expected_fen", "deal_fen", "deal_date", "deal_source", "deal_role"]
CONTACTS = pd.DataFrame({
    "customer_id": ["a", "a", "a", "b", "z"],
    "contact_date": pd.to_datetime(["2026-02-01", "2026-03-01", "2026-07-01", "2026-05-03", "2026-01-01"]),
})  # fmt: skip


def sales(*rows):
    """(customer, family, expected and sold in 万元, day of 2026, source, role); nothing sold: still open."""
    made = pd.DataFrame(rows, columns=_SALES)
    dates = pd.to_datetime("2026-" + made["deal_date"].astype("str"), errors="coerce")
    money = {c: (made[c].astype("Float64") * WAN).astype("Int64") for c in ("expected_fen", "deal_fen")}
    return made.assign(deal_date=dates, closed=made["deal_fen"].notna(), **money)


def persons(*rows):
    """(customer, risk rank, state of its assessment)."""
    return pd.DataFrame(rows, columns=["customer_id", "risk_rank", "risk_state"]).assign(aum_fen=WAN)


FIVE = sales(
    ("a", "wmp", 10, 8, "06-01", "existing", "理财经理"), ("b", "time", 5, 5, "05-03", "outside", "理财经理"),
    ("c", "fund", 4, None, None, "salon", "理财经理"), ("d", "wmp", 6, 6, "05-01", "activated", None),
    ("e", None, None, 1, "05-01", None, "柜员"),
)  # fmt: skip


def test_deals_are_counted_with_their_amount_and_beside_the_opportunities():
    found = deals(FIVE, PARAMS, CONTACTS)
    assert (found.opportunities, found.deals, found.deal_fen) == (5, 4, 20 * WAN)
    assert found.deal_each_fen == 5 * WAN
    assert found.close_share == pytest.approx(4 / 5)
    assert found.reached_share == pytest.approx(19 / 21)  # of those that an amount was expected of
    assert (found.median_days, found.timed) == (60, 2)  # a: 120 days, b: on the day


def test_a_log_of_deals_alone_has_no_close_rate():
    found = deals(FIVE[FIVE["closed"]], PARAMS, CONTACTS)
    assert (found.close_share, found.deals) == (None, 4)
    assert "shrunk_share" not in found.by_role


def test_who_sold_is_told_by_role_and_few_have_no_raw_rate():
    found = deals(FIVE, PARAMS, CONTACTS).by_role
    assert found["role"].tolist() == ["理财经理", "unknown", "柜员"]
    assert found[["opportunities", "deals"]].values.tolist() == [[3, 2], [1, 1], [1, 1]]
    assert found["raw_share"].isna().all()
    assert found["shrunk_share"].between(0.6, 1).all()


def test_without_contacts_or_sales_what_is_missing_is_left_out():
    assert deals(FIVE, PARAMS, CONTACTS.iloc[:0]).median_days is None
    assert deals(FIVE, PARAMS, CONTACTS[["customer_id"]]).timed == 0
    nothing = deals(FIVE.iloc[:0], PARAMS, CONTACTS)
    assert (nothing.deals, nothing.deal_each_fen, nothing.close_share, len(nothing.by_role)) == (0, None, None, 0)
    assert deals(FIVE.drop(columns="deal_fen"), PARAMS, CONTACTS) == Unavailable(("deal_fen",))


def test_the_gate_compares_the_customers_own_level_with_the_products():
    still = sales(
        ("a", "wmp", 3, None, None, None, None), ("b", "wmp", 4, None, None, None, None),
        ("c", "fund", 5, None, None, None, None), ("d", "fund", 6, None, None, None, None),
        ("b", "time", 2, None, None, None, None), ("a", None, 1, None, None, None, None),
        ("a", "wmp", 9, 9, "05-01", None, None),
    )  # fmt: skip
    people = persons(("a", 2, "valid"), ("b", 1, "valid"), ("c", None, "lapsed"), ("d", None, "unknown"))
    found = proposals(still, PARAMS, people)
    assert (found.opportunities, found.expected_fen) == (6, 21 * WAN)
    assert (found.suited, found.suited_fen, found.stopped, found.unnamed) == (2, 5 * WAN, 3, 1)
    table = found.table.set_index("family")
    assert table.loc["wmp", ["opportunities", "suited", "unsuited"]].tolist() == [2, 1, 1]
    assert table.loc["fund", ["lapsed", "unassessed"]].tolist() == [1, 1]
    assert table.loc["time", "suited"] == 1  # a deposit has no gate
    listed = proposal_list(people, PARAMS, still)
    assert listed["customer_id"].tolist() == ["b", "a", "d", "c"]
    assert listed["amount_fen"].tolist() == [6 * WAN, 4 * WAN, 6 * WAN, 5 * WAN]
    assert listed["reason"].tolist() == [
        "gate_suited+gate_unsuited",
        "gate_suited+gate_unnamed",
        "gate_unassessed",
        "gate_lapsed",
    ]


def test_without_risk_levels_nothing_with_a_level_passes():
    still = sales(("a", "wmp", 3, None, None, None, None), ("a", "time", 3, None, None, None, None))
    found = proposals(still, PARAMS, persons(("a", 5, "valid")).drop(columns=["risk_rank", "risk_state"]))
    assert (found.suited, found.stopped) == (1, 1)
    assert proposals(still.iloc[:0], PARAMS, persons()).opportunities == 0
    assert proposal_list(persons(), PARAMS, still.drop(columns="closed")) == Unavailable(("closed",))


def test_existing_customers_stand_beside_those_from_outside():
    found = yields(FIVE, PARAMS, CONTACTS)
    assert (found.deals, found.unstated) == (3, 1)
    assert (found.existing, found.existing_each_fen) == (2, 7 * WAN)
    assert found.existing_share == pytest.approx(14 / 19)
    assert (found.outside, found.outside_each_fen) == (1, 5 * WAN)
    table = found.table.set_index("deal_source")
    assert table["contacts"].to_dict() == {"existing": 2, "activated": 0, "outside": 1}
    assert table.loc["existing", "deal_contact_fen"] == 4 * WAN


def test_without_dates_of_contacts_no_contact_is_put_to_a_deal():
    found = yields(FIVE, PARAMS, CONTACTS[["customer_id"]])
    assert "contacts" not in found.table
    nothing = yields(FIVE.iloc[:0], PARAMS, CONTACTS)
    assert (nothing.deals, nothing.existing_share, nothing.outside_each_fen) == (0, None, None)
