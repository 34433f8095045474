"""A named quantity has one value and one definition, and no page may show another."""

import re
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kit import columns as col
from kit.analysis.coverage import Orphans, orphans
from kit.analysis.summary import Finding, Findings
from kit.chapter import open_chapter
from kit.engagement import profile
from kit.errors import Contradiction
from kit.facts import EVERY_BRANCH, FACTS, branch_summary, contradictions, facts_table, reckoned
from kit.features import frame
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
BRANCH = "0101"


@pytest.fixture(scope="module")
def tables(prepared):
    names = ("facts", "branches", "customers", "panel", "assignment", "plan")
    return {name: frame(pq.read_table(prepared / "data" / f"{name}.parquet")) for name in names}


@pytest.fixture
def own(tables):
    """The branch's rows of a table."""
    return lambda name: tables[name][tables[name][col.BRANCH_ID] == BRANCH].copy()


def test_every_fact_has_a_row_a_branch_and_one_for_the_bank(tables):
    rows = tables["facts"]
    assert rows.groupby(col.BRANCH_ID)["name"].nunique().eq(len(FACTS) + 2 * len(PARAMS.tiers)).all()
    assert set(rows[col.BRANCH_ID]) == {*tables["branches"][col.BRANCH_ID], EVERY_BRANCH}
    assert rows["coverage"].between(0, 1).all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fact_is_defined_in_the_language_of_the_report(language, tables):
    table = facts_table({BRANCH: dict.fromkeys(FACTS)}, tables["customers"], PARAMS, wording(language))
    chinese = [bool(re.search(r"[\u4e00-\u9fff]", said)) for said in table["definition"]]
    assert chinese == [language == "zh"] * len(FACTS)


def test_what_the_branches_count_adds_up_to_what_the_bank_does(tables):
    rows = tables["facts"].set_index(["name", col.BRANCH_ID])["value"].unstack()
    added = [name for name, fact in FACTS.items() if fact.unit in ("customers", "fen", "contacts")]
    sums = rows.drop(columns=EVERY_BRANCH).sum(axis=1)
    assert sums[added].to_dict() == rows.loc[added, EVERY_BRANCH].to_dict()


def test_a_flag_is_of_those_who_can_be_judged_and_unknown_where_too_few_can(own):
    customers = own("customers")
    for known, told in ((len(customers) // 2, 2), (3, None)):
        flags = [True, True, *[False] * (known - 2), *[None] * (len(customers) - known)]
        familiar = pd.Series(flags, index=customers.index, dtype="object")
        found = reckoned(customers.assign(**{col.FAMILIAR: familiar}), PARAMS, own)
        assert found["familiar_customers"] == told
        assert found["familiar_share"] == (told and told / known)
        assert found["familiar_known"] == (told and known)


def test_what_was_not_sent_is_unknown_and_no_column_of_the_branches(own):
    customers = own("customers").drop(columns=[col.ORPHAN, col.FAMILIAR])
    found = reckoned(customers, PARAMS, own)
    assert (found["orphan_customers"], found["familiar_share"], found["covered_share_of_aum"]) == (None, None, None)
    assert not {"orphan_customers", "familiar_share"} & {*branch_summary({BRANCH: found}, PARAMS)}


def test_a_result_that_gives_a_fact_another_value_is_refused_by_name(own, tables):
    shown = orphans(own("customers"), PARAMS)
    facts = tables["facts"].query("branch_id == @BRANCH").set_index("name")["value"]
    assert not [*contradictions(shown, facts)]
    other = replace(shown, customers=shown.customers + 1)
    assert isinstance(other, Orphans)
    assert [*contradictions(other, facts)] == [("orphan_customers", shown.customers + 1, shown.customers)]


def test_a_finding_of_the_first_page_is_held_to_the_facts_too(own, tables):
    facts = tables["facts"].query("branch_id == @BRANCH").set_index("name")["value"]
    count, stake = (int(facts[f"maturing_{unit}"]) for unit in ("customers", "fen"))
    found = Finding(code="maturing", customers=count, stake_fen=stake, share_of_aum=None, median=None)
    assert not [*contradictions(found, facts)]
    page = Findings(top=(replace(found, stake_fen=stake + 1),), table=pd.DataFrame(), count=1)
    assert [*contradictions(page, facts)] == [("maturing_fen", stake + 1, stake)]


def test_a_chapter_that_would_print_it_fails_so_that_nothing_is_published(own, prepared):
    chapter = open_chapter("coverage", str(prepared / "data"), BRANCH)
    shown = orphans(own("customers"), PARAMS)
    with pytest.raises(Contradiction, match="orphan_customers"):
        chapter.section("orphans", replace(shown, customers=shown.customers + 1), of="customers")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_a_chapter_says_within_a_sentence_has_no_sign_escaped(language, prepared):
    chapter = open_chapter("summary", str(prepared / "data"), EVERY_BRANCH, language)
    told = [chapter.sent("assignment", "contact"), chapter.place(chapter.standing("dormant_share"))]
    assert all(told)
    assert not any("\\" in each for each in told)
