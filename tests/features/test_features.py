import json
import re

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kit.analysis.tiers import tier_ranks
from kit.book import Book
from kit.engagement import load
from kit.errors import UnknownName
from kit.features import settle_dates
from kit.features.binding import _PARAMETER, Values, bind, book_facts, literal
from kit.features.definitions import SUBJECTS, TABLES, definitions, needs
from kit.features.terms import WORDS
from kit.keys import surrogate
from kit.schema import schema


@pytest.mark.parametrize("subject", SUBJECTS + TABLES)
def test_every_definition_begins_with_its_business_meaning(subject):
    first = definitions()[subject].splitlines()[0]
    assert first.startswith("-- ")
    assert not first.startswith("-- needs")


def test_every_need_is_a_column_of_the_schema():
    for name, groups in needs().items():
        for source in (s for group in groups for s in group):
            table, _, column = source.partition(".")
            assert column in schema()[table].columns, (name, source)


@pytest.mark.parametrize("subject", definitions())
def test_a_file_says_once_what_it_needs(subject):
    assert len(re.findall("-- needs", definitions()[subject])) <= 1


@pytest.mark.parametrize("subject", SUBJECTS + TABLES)
def test_sql_keeps_to_the_subset_that_spark_shares(subject):
    sql = re.sub(r"--.*", "", definitions()[subject])
    assert not re.search(r"::|\bQUALIFY\b|\bFILTER\b|\bILIKE\b|\bEXCLUDE\b", sql, re.IGNORECASE)


def test_a_parameter_that_could_become_code_is_refused():
    with pytest.raises(TypeError):
        literal("1; DROP TABLE customer")
    assert literal(("a'b",)) == "('a''b')"


def test_a_parameter_that_nothing_stands_behind_is_named_with_its_file_and_the_nearest(bank, monkeypatch):
    monkeypatch.setattr("kit.features.binding.definitions", lambda: {"aum": "SELECT :as_off, :tiers"})
    values = Values(load(bank[0]).params, {"as_of": 1})
    with pytest.raises(UnknownName, match=r"aum\.sql :“as_off”.*as_of"):
        bind("aum", values)
    monkeypatch.setattr("kit.features.binding.definitions", lambda: {"aum": "SELECT :merchant.nothing"})
    with pytest.raises(UnknownName, match=r"merchant\.nothing"):
        bind("aum", values)


def test_every_parameter_of_the_sql_is_bound_and_every_one_that_is_bound_is_used(bank, prepared):
    book = Book(prepared / "data")
    params = settle_dates(book, load(bank[0]).params)
    values = Values(params, book_facts(book, params))
    assert all(bind(subject, values) for subject in definitions())
    used = {name for sql in definitions().values() for name in _PARAMETER.findall(sql)}
    assert {*values.facts, *WORDS} - used == set()


def test_customers_are_what_was_planted(bank, prepared):
    truth = pd.read_parquet(bank[0] / "truth_customers.parquet")
    key = bytes.fromhex(load(bank[0]).secrets.key)
    truth["customer_id"] = [surrogate(key, number) for number in truth["customer_id"]]
    made = pq.read_table(prepared / "data" / "customers.parquet").to_pandas()
    both = truth.merge(
        made, on="customer_id", how="outer", suffixes=("_told", ""), validate="one_to_one", indicator=True
    )
    assert (both["_merge"] == "both").all()
    assert (both["aum_fen_told"] == both["aum_fen"]).all()
    assert (both["tier_told"] == both["tier"]).all()
    assert (both["dormant_told"] == both["dormant"]).all()
    assert (both["merchant"] == both["merchant_like"]).all()
    assert (both["primary"] == (both["primary_grade"] == "strong")).all()
    assert (both["segment_told"] == both["segment"]).all()
    assert (both["rules_fitting"] == both["segments_fitting"]).all()
    assert (both["segments_fitting"] == [int(bits).bit_count() for bits in both["segment_bits"]]).all()
    assert (both["orphan_told"] == both["orphan"]).all()
    assert both["elsewhere_fen_told"].equals(both["elsewhere_fen"])
    assets = (both["elsewhere_fen"] > 0) & (both["elsewhere_fen"] >= both["aum_fen"])
    against = both["primary_same_name_out"].astype(bool) | both["primary_pass_through"].astype(bool)
    assert (both["primary_elsewhere"] == assets | against & (both["primary_grade"] != "strong")).all()
    assert (both["maturing_30d"] == (both["maturing_fen"] > 0)).all()


def test_branches_are_what_was_planted(bank, prepared):
    told = json.loads((bank[0] / "truth.json").read_text(encoding="utf-8"))["branches"]
    made = pd.read_parquet(prepared / "data" / "branches.parquet").set_index("branch_id")
    assert len(made) == len(told) == 3
    for branch in told:
        row = made.loc[branch["branch_id"]]
        assert row["branch_name"] == branch["branch_name"]
        assert row["customers"] == branch["customers"]
        assert row["aum_fen"] == branch["aum_fen"]
        assert row["gini"] == pytest.approx(branch["gini"], abs=1e-12)
        assert row["top20_share_of_aum"] == pytest.approx(branch["top20_share_of_aum"], abs=1e-12)
        assert row["share_of_customers_holding_80pct"] == pytest.approx(branch["share_of_customers_holding_80pct"])
        assert row["dormant_customers"] == branch["dormant"]
        assert row["unidentified_share"] == pytest.approx(branch["segments"]["other"] / branch["customers"])
        assert row["overlap_share"] == pytest.approx(branch["overlap"] / branch["customers"])
        assert row["orphan_fen"] == branch["orphans"]["aum_fen"]
        for tier, group in branch["tiers"].items():
            assert (row[f"{tier}_customers"], row[f"{tier}_fen"]) == (group["customers"], group["aum_fen"])


def test_money_on_disk_is_whole_cents(prepared):
    kinds = pq.read_schema(prepared / "data" / "customers.parquet")
    money = [field for field in kinds if field.name.endswith("_fen")]
    assert len(money) > 4
    assert all(str(field.type) == "int64" for field in money)


def test_the_panel_has_each_month_of_each_customer_once_in_the_branches_order(prepared):
    panel = pq.read_table(prepared / "data" / "panel.parquet").to_pandas()
    months = pq.read_table(prepared / "data" / "book" / "customer_month.parquet").to_pandas()
    assert len(panel) == len(panel.drop_duplicates(["customer_id", "as_of"]))
    assert panel["aum_fen"].count() == len(months), "beside them those whose row was set aside, who did not leave"
    assert panel["aum_fen"].sum() == months["aum_avg_month_fen"].sum()
    keys = list(panel[["branch_id", "customer_id", "as_of"]].itertuples(index=False, name=None))
    assert keys == sorted(keys)


def test_the_last_month_of_the_panel_is_what_the_customers_table_says(prepared):
    panel = pq.read_table(prepared / "data" / "panel.parquet").to_pandas()
    customers = pq.read_table(prepared / "data" / "customers.parquet").to_pandas().set_index("customer_id")
    last = panel[panel["as_of"] == panel["as_of"].max()].set_index("customer_id")
    both = customers.loc[last.index]
    for told, column in (("branch_id", "branch_id"), ("aum_fen", "aum_fen"), ("held_rank", "tier_rank")):
        assert (last[told] == both[column]).all(), column


def test_a_frame_is_ranked_as_the_panel_is_also_at_each_floor_and_below_nothing(bank, prepared):
    params, panel = load(bank[0]).params, pq.read_table(prepared / "data" / "panel.parquet").to_pandas()
    panel = panel.dropna(subset="aum_fen")
    assert (tier_ranks(panel["aum_fen"], params) == panel["tier_rank"]).all()
    edges = [fen + by for tier in params.tiers for fen in [tier.floor_fen] for by in (-1, 0, 1)]
    assert list(tier_ranks(pd.Series(edges), params)) == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3]
    assert params.value_floor_fen == params.tiers[1].floor_fen
