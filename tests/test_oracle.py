"""Every fact of a branch is what its written definition says: reckoned a second time from the book, by other hands."""

from pathlib import Path

import pandas as pd
import pytest

from kit.facts import FACTS
from oracle import Bank, facts

PROFILE = Path(__file__).parents[1] / "templates" / "profiles" / "rural-postal.yml"
BRANCHES = ("0101", "0102")
TIERS = ("basic", "core", "vip", "private")


@pytest.fixture(scope="module")
def book(prepared):
    return Bank.read(prepared / "data", PROFILE)


@pytest.fixture(scope="module")
def told(book):
    return {branch: facts(book, branch) for branch in BRANCHES}


@pytest.fixture(scope="module")
def written(prepared):
    """What the run wrote of each branch: fact → value, None where it is not known."""
    rows = pd.read_parquet(prepared / "data" / "facts.parquet")
    values = rows.assign(value=rows["value"].astype("object").where(rows["value"].notna(), None))
    return {branch: dict(zip(own["name"], own["value"], strict=True)) for branch, own in values.groupby("branch_id")}


@pytest.mark.parametrize("branch", BRANCHES)
def test_no_fact_is_left_out(branch, told, written):
    assert (
        {*told[branch]}
        == {*written[branch]}
        == {*FACTS, *(f"{t}_{unit}" for t in TIERS for unit in ("customers", "fen"))}
    )


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_fact_is_what_its_definition_says(branch, told, written):
    others = {name: (value, written[branch][name]) for name, value in told[branch].items()}
    wrong = {name: pair for name, pair in others.items() if pair[0] != pytest.approx(pair[1], rel=1e-9, abs=1e-9)}
    assert not wrong, f"fact: (by its definition, by the run) {wrong}"


def test_what_these_branches_have_none_of_proves_nothing(told):
    zero = {name for name in told["0101"] if not any(told[branch][name] for branch in BRANCHES)}
    assert zero <= {"unknown_customers", "recovered_customers", "double_customers", "unassigned_customers"}


@pytest.mark.parametrize("branch", BRANCHES)
def test_what_was_decided_keeps_its_own_laws(branch, book):
    people, decided, plan = book.people, book.tables["decided"], book.tables["plan"]
    own = people.index[people["branch_id"] == branch]
    rows = decided[decided["branch_id"] == branch]
    assert sorted(rows["customer_id"]) == sorted(own), "each customer is given once"
    staff = book.tables["staff"].set_index("staff_id")
    givers = staff.loc[rows["staff_id"].dropna().unique()]
    assert not givers["is_virtual"].any()
    assert not givers["staff_status"].eq("离职").any()
    assert (
        rows["moved"] == (rows["staff_id"] != people["owner"].reindex(rows["customer_id"]).fillna("").to_numpy())
    ).all()
    contacts = plan[(plan["branch_id"] == branch) & plan["date"].notna()]
    assert contacts["staff_id"].equals(contacts["customer_id"].map(rows.set_index("customer_id")["staff_id"]))
    assert not contacts.duplicated(["customer_id", "date"]).any()
    silent = people.index[people["do_not_call"].fillna(False).astype(bool)]
    assert not contacts["customer_id"].isin(silent).any()
