import pyarrow.parquet as pq
import pytest

from kit.analysis.coverage import orphans, roles
from kit.analysis.dormancy import dormant, win_backs
from kit.analysis.filing import backlog
from kit.analysis.hidden import hidden_value
from kit.analysis.primary import merchants, primary_focus
from kit.analysis.prospects import key_products
from kit.analysis.segments import strangers
from kit.analysis.tiers import losses, upgrades
from kit.analysis.wallet import wallet
from kit.engagement import profile
from kit.features import frame
from kit.params import Params
from kit.planning.lists import LISTS, branch_lists
from kit.text import LANGUAGES, wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


@pytest.fixture(scope="module")
def data(prepared):
    return {
        name: frame(pq.read_table(prepared / "data" / f"{name}.parquet"))
        for name in ("customers", "panel", "units", "contacts", "sales", "assignment", "lists")
    }


def test_each_branch_has_its_lists_ranked_from_one_and_no_customer_twice_in_one(data):
    lists, units = data["lists"], data["lists"]["list"].str.startswith("unit_")
    assert not lists[~units].duplicated(["list", "customer_id"]).any()
    for _, rows in lists.groupby(["branch_id", "list"]):
        assert list(rows["rank"]) == list(range(1, len(rows) + 1))
    for rows, known, key in ((lists[~units], "customers", "customer_id"), (lists[units], "units", "unit_id")):
        branch = data[known].groupby(key)["branch_id"].first()
        assert (rows["branch_id"] == rows["customer_id"].map(branch)).all()


def test_a_list_holds_whom_its_chapter_counts_and_what_it_sums(data):
    customers, lists = data["customers"], data["lists"]
    for branch, own in customers.groupby("branch_id"):
        mine = lists[lists["branch_id"] == branch].groupby("list")["amount_fen"].agg(["size", "sum"]).to_dict("index")
        panel = data["panel"][data["panel"]["branch_id"] == branch]
        near, alone, wrong = upgrades(own, PARAMS), orphans(own, PARAMS), roles(own, PARAMS)
        back = win_backs(own, PARAMS, panel)
        assert mine["upgrade"] == {"size": near.customers, "sum": near.gap_fen}
        assert mine["orphan"] == {"size": alone.customers, "sum": alone.aum_fen}
        assert mine["misheld"] == {"size": wrong.misheld, "sum": wrong.misheld_fen}
        assert mine["win_back"] == {"size": back.customers, "sum": back.gone_fen}
        first, trade, low = primary_focus(own, PARAMS), merchants(own, PARAMS), hidden_value(own, PARAMS)
        assert mine.get("focus", {"size": 0, "sum": 0}) == {"size": first.customers, "sum": first.aum_fen}
        assert mine["merchant"]["size"] == trade.customers
        assert mine["hidden"] == {"size": low.customers, "sum": low.inflow_fen}
        unknown = strangers(own, PARAMS)
        assert mine.get("identify", {"size": 0, "sum": 0}) == {"size": unknown.listed, "sum": unknown.listed_fen}
        assert mine["wake"]["size"] == dormant(own, PARAMS).dormant
        filing, room, offers = backlog(own, PARAMS), wallet(own, PARAMS), key_products(own, PARAMS)
        assert mine["filing"] == {"size": filing.customers, "sum": filing.aum_fen}
        assert mine["wallet"] == {"size": room.valued, "sum": room.valued_fen}
        assert {f: mine[f"offer_{f}"]["size"] for f in offers.table["family"]} == dict(
            zip(offers.table["family"], offers.table["prospects"], strict=True)
        )
        assert mine.get("loss", {"size": 0})["size"] == losses(own, PARAMS).customers


def test_a_list_whose_columns_the_bank_did_not_send_is_left_out(data):
    lacking = ["dormant", "orphan", "missing", "risk_state", "holds_wmp", "holds_time", "holds_fund", "holds_insurance"]
    bare = data["customers"].drop(columns=lacking)
    gone = {"wake", "orphan", "misheld", "filing", "reassess"}
    gone |= {"offer_wmp", "offer_time", "offer_fund", "offer_insurance"}
    assert set(branch_lists(bare, PARAMS, data)["list"]) == set(data["lists"]["list"]) - gone


def test_a_bank_without_anybody_on_a_list_has_no_rows(data):
    found = branch_lists(data["customers"].iloc[:0], PARAMS, {name: rows.iloc[:0] for name, rows in data.items()})
    assert found.empty
    assert list(found) == ["branch_id", "list", "rank", "customer_id", "amount_fen", "reason"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_and_reason_has_its_words(data, language):
    words = wording(language)
    for name in LISTS:
        assert len(words.label(f"labels.list.{name}", default="")) in range(1, 32)
        assert f"lists.heading.{name}" in words
    for reason in data["lists"]["reason"].str.split("+").explode().unique():
        assert f"lists.reason.{reason}" in words
    for code in words.labels("summary.finding"):
        assert code in LISTS
