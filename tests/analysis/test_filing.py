import pandas as pd
import pytest

from kit.analysis.filing import backlog, completeness, filing_list
from kit.analysis.result import Unavailable
from kit.charts.quality import completeness_map
from kit.engagement import profile
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _files(*records):
    names = ["branch_id", "staff_id", "tier", "field", "customers", "filled"]
    return pd.DataFrame.from_records(records, columns=names)


FILES = _files(
    ("01", "a", "basic", "age", 10, 10), ("01", "a", "basic", "occupation", 10, 4),
    ("01", "", "vip", "age", 10, 5), ("01", "", "vip", "occupation", 10, 1),
    ("01", "b", "vip", "age", 2, 0), ("01", "b", "vip", "occupation", 2, 0),
    ("02", "c", "basic", "age", 20, 20), ("02", "c", "basic", "occupation", 20, 20),
)  # fmt: skip


def test_completeness_is_of_all_fields_and_ranked_among_the_branches():
    found = completeness(FILES, "01", PARAMS)
    assert (found.customers, found.field_count) == (22, 2)
    assert found.share == pytest.approx(20 / 44)
    assert (found.standing.rank, found.standing.of) == (2, 2)
    assert found.occupation_share == pytest.approx(5 / 22)
    assert (found.emptiest, found.emptiest_share) == ("occupation", pytest.approx(5 / 22))
    assert found.by_field["bank_share"].tolist() == pytest.approx([25 / 42, 35 / 42])


def test_owners_and_tiers_of_fewer_than_ten_customers_show_no_share():
    found = completeness(FILES, "01", PARAMS)
    assert found.by_owner["staff_id"].isna().tolist() == [True, False], (
        "the emptiest first; those without an owner count"
    )
    assert found.by_owner["customers"].tolist() == [10, 10]
    few = completeness(FILES[(FILES["staff_id"] != "")], "01", PARAMS)
    assert few.by_tier["vip"].isna().all()
    assert few.by_tier.loc["age", "basic"] == 1


def test_the_bank_is_all_branches_beside_each_other():
    found = completeness(FILES, "*", PARAMS)
    assert (found.customers, found.standing.rank) == (42, None)
    assert found.by_owner["branch_id"].tolist() == ["01", "02"]


def test_a_bank_that_sends_no_fields_has_no_completeness():
    found = completeness(FILES.iloc[:0], "01", PARAMS)
    assert (found.customers, found.field_count, found.share, found.occupation_share) == (0, 0, None, None)
    assert found.emptiest is None


@pytest.mark.parametrize("branch", ["01", "*"])
def test_the_chart_has_a_row_a_field_and_sets_the_bank_apart_for_a_branch_only(branch):
    words = wording("zh")
    drawn = completeness_map(
        completeness(FILES, branch, PARAMS), labels=words.labels("charts") | words.labels("labels")
    )
    heads = [tick.get_text() for tick in drawn.axes[0].get_xticklabels()]
    assert [tick.get_text() for tick in drawn.axes[0].get_yticklabels()] == ["职业", "年龄"]
    assert (heads[-1] == "全行") == (branch == "01")


def _customers(*rows):
    made = pd.DataFrame(rows, columns=["customer_id", "tier", "aum_fen", "missing"])
    return made.assign(aum_fen=made["aum_fen"].astype("int64") * 1_000_000)


def test_a_branch_whose_files_are_full_has_no_backlog():
    found = backlog(_customers(("a", "vip", 9, "")), PARAMS)
    assert (found.customers, found.share, found.others) == (0, 0, 0)
    nobody = backlog(_customers(), PARAMS)
    assert (nobody.customers, nobody.share) == (0, None)
    assert backlog(_customers().drop(columns="missing"), PARAMS) == Unavailable(("missing",))


BACKLOG = _customers(
    ("a", "core", 10, "goal"), ("b", "core", 20, ""), ("c", "vip", 90, "occupation,goal"), ("d", "core", 4, "goal")
)


def test_the_backlog_is_of_the_valued_and_the_others_are_counted():
    found = backlog(BACKLOG, PARAMS)
    assert (found.customers, found.no_occupation, found.aum_fen, found.others) == (2, 1, 100_000_000, 1)
    assert found.share == pytest.approx(2 / 3)
    assert found.table["tier"].tolist() == ["vip", "core"]


def test_the_list_names_what_each_file_lacks_and_begins_with_the_richest():
    found = filing_list(BACKLOG, PARAMS)
    assert found.to_numpy().tolist() == [
        ["c", 90_000_000, "missing_occupation+missing_goal"],
        ["a", 10_000_000, "missing_goal"],
    ]
