from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from kit.analysis.contact import cadence_days
from kit.analysis.familiarity import cadence, familiarity, reminders
from kit.charts.familiarity import familiar_by_value
from kit.engagement import profile
from kit.params import WAN, Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
COLUMNS = ["tier", "aum_fen", "staff_id", "orphan", "familiar", "last_contact_date", "contacts", "stated", "reminders"]
LABELS = {**wording("zh").labels("charts"), **wording("zh").labels("labels")}

# Cadence by the profile: from 1000万 30 days, from 100万 91, from 0 182, familiar customers 30. To 2026-10-31 it is 30
# days from 10-01, 91 from 08-01 and 182 from 05-02.
BRANCH = [
    ("private", 1000 * WAN, "S1", False, True, "2026-10-01", 8, 8, 2),
    ("private", 300 * WAN, "S1", False, False, "2026-07-31", 2, 2, 2),
    ("vip", 40 * WAN, None, True, False, None, 0, 0, 0),
    ("core", 6 * WAN, "S2", False, True, "2026-05-02", 4, 0, 0),
    ("basic", WAN, "S2", False, True, "2026-05-01", 1, 1, 1),
    ("basic", -50, "S2", False, False, None, 0, 0, 0),
]


def frame(*rows) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=COLUMNS).rename(columns={"stated": "reasons_stated"})
    return made.astype({
        "tier": "str", "staff_id": "str", "orphan": "bool", "familiar": "bool", "aum_fen": "int64",
        "last_contact_date": "datetime64[ns]", "contacts": "int64", "reasons_stated": "int64", "reminders": "int64",
    })  # fmt: skip


def everything(customers: pd.DataFrame):
    return [analysis(customers, PARAMS) for analysis in (familiarity, cadence, reminders)]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("basic", 0, None, True, False, None, 0, 0, 0)],
        [("basic", -5, "S1", False, False, None, 0, 0, 0)] * 3,
        [("vip", 40 * WAN, "S1", False, True, "2026-10-31", 1, 0, 0)] * 3,
    ],
    ids=["nobody", "one without anything", "all owe", "all alike"],
)
def test_the_smallest_branches_give_counts_and_no_warning(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        known, kept, _ = everything(frame(*rows))
    assert known.by_tier["customers"].sum() == known.customers == len(rows)
    assert kept.table["due"].sum() == sum(row[1] >= 0 for row in rows)


def test_nobody_to_know_gives_no_rate():
    known, kept, told = everything(frame())
    assert (known.familiar_share, known.valued_share) == (None, None)
    assert (kept.kept_share, told.reminder_share) == (None, None)


def test_without_contacts_each_analysis_names_what_it_lacks():
    bare = frame(*BRANCH)[["tier", "aum_fen", "staff_id", "orphan"]]
    assert [r.columns for r in everything(bare)] == [
        ("familiar",), ("last_contact_date", "contacts"), ("reminders",),
    ]  # fmt: skip


def test_the_familiar_are_counted_by_tier_and_by_value():
    found = familiarity(frame(*BRANCH), PARAMS)
    assert found.familiar_share == pytest.approx(3 / 6)
    assert found.valued_share == pytest.approx(2 / 4)
    assert (found.strangers, found.strangers_fen) == (2, 340 * WAN)
    tiers = found.by_tier.set_index("tier")
    assert list(tiers["familiar"]) == [1, 0, 1, 1]
    assert tiers.loc["basic", "familiar_share"] == pytest.approx(0.5)
    valued, basic = found.by_value.to_dict("records")
    assert (valued["familiar"], valued["strangers"], basic["familiar"], basic["strangers"]) == (2, 2, 1, 1)
    assert (valued["familiar_fen"], basic["strangers_fen"]) == (1006 * WAN, -50)


def test_the_four_fields_hold_every_customer_and_every_cent_once():
    customers = frame(*BRANCH)
    table = familiarity(customers, PARAMS).by_value
    assert table[["familiar", "strangers"]].to_numpy().sum() == len(customers)
    assert table[["familiar_fen", "strangers_fen"]].to_numpy().sum() == customers["aum_fen"].sum()


def test_owners_come_with_most_strange_assets_first_and_orphans_have_none():
    found = familiarity(frame(*BRANCH), PARAMS).by_owner
    assert list(found["staff_id"]) == ["S1", "S2"]
    assert list(found["familiar_share"]) == pytest.approx([1 / 2, 2 / 3])


def test_without_assignments_there_are_no_owners_and_the_rest_stays():
    found = familiarity(frame(*BRANCH).drop(columns="orphan"), PARAMS)
    assert found.by_owner.empty
    assert found.strangers == 2


def test_a_day_at_the_edge_of_its_rung():
    customers = pd.DataFrame({"aum_fen": [1000 * WAN, 1000 * WAN - 1, 100 * WAN, 100 * WAN - 1, 0, -1]})
    assert cadence_days(customers, PARAMS).tolist()[:5] == [30, 91, 91, 182, 182]
    assert np.isnan(cadence_days(customers, PARAMS).iloc[5])


def test_a_familiar_customer_is_contacted_monthly_whatever_he_holds():
    customers = pd.DataFrame({"aum_fen": [1000 * WAN, 0, -1, 0], "familiar": [True, True, True, None]})
    assert cadence_days(customers, PARAMS).tolist() == [30, 30, 30, 182]
    never = PARAMS.model_copy(update={"contact": PARAMS.contact.model_copy(update={"familiar_days": None})})
    assert cadence_days(customers, never).tolist()[:2] == [30, 182]


def test_contact_on_the_last_day_is_in_time_and_a_day_later_is_not():
    found = cadence(frame(*BRANCH), PARAMS)
    table = found.table.set_index("tier")
    assert list(table["due"]) == [2, 1, 1, 1]
    assert list(table["kept"]) == [1, 0, 0, 0]  # both of the second tier's floor and below are familiar: monthly
    assert found.kept_share == pytest.approx(1 / 5)
    assert found.upper_share == pytest.approx(1 / 3)
    assert (found.overdue, found.overdue_fen) == (2, 340 * WAN)


def test_who_gets_the_contacts_is_told_by_tier():
    found = cadence(frame(*BRANCH), PARAMS)
    assert found.upper_contacts_share == pytest.approx(10 / 15)
    assert found.table["share_of_contacts"].sum() == pytest.approx(1)


def test_reminders_are_a_share_of_the_contacts_with_a_reason():
    found = reminders(frame(*BRANCH), PARAMS)
    assert (found.stated, found.reminders, found.reminder_share) == (11, 5, pytest.approx(5 / 11))
    assert np.isnan(found.table.set_index("tier").loc["vip", "reminder_share"])


def test_the_four_fields_are_drawn_in_shares_and_a_debt_takes_no_place():
    figure = familiar_by_value(familiarity(frame(*BRANCH), PARAMS), labels=LABELS)
    told = [t.get_text() for t in figure.axes[0].texts]
    assert told[::2] == ["33.3%", "33.3%", "16.7%", "16.7%"]
    assert told[-1].endswith("0.0%")
