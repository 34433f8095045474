import pandas as pd
import pytest

from kit.analysis.summary import findings
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
WAN = 1_000_000
CODES = ("orphan", "maturing", "upgrade")


def of(*rows):
    return pd.DataFrame(rows, columns=["branch_id", "list", "customers", "amount_fen"])


def people(**aum):
    return pd.DataFrame({"customer_id": list(aum), "aum_fen": [wan * WAN for wan in aum.values()]})


BRANCHES = pd.DataFrame({"branch_id": ["A", "B"], "aum_fen": [100 * WAN, 400 * WAN]})
STAKES = of(
    ("A", "orphan", 1, 30 * WAN),
    ("A", "maturing", 2, 50 * WAN),
    ("A", "filing", 1, 70 * WAN),
    ("B", "orphan", 1, 200 * WAN),
)


def test_the_finding_with_most_money_at_stake_comes_first_with_its_share_beside_the_branches():
    found = findings(people(a=30, b=70), PARAMS, STAKES, BRANCHES, "A", CODES)
    assert [(f.code, f.customers, f.stake_fen, f.share_of_aum) for f in found.top] == [
        ("maturing", 2, 50 * WAN, 0.5),
        ("orphan", 1, 30 * WAN, 0.3),
    ]
    assert [f.median for f in found.top] == [0.25, 0.4]  # B: nothing matures; half is alone
    assert list(found.table["finding_of"]) == ["maturing", "orphan"]


def test_a_list_whose_amount_is_nothing_to_win_or_lose_is_no_finding():
    found = findings(people(b=70), PARAMS, STAKES, BRANCHES, "A", CODES)
    assert "filing" not in set(found.table["finding_of"])


def test_there_are_no_more_findings_than_the_profile_says():
    one = PARAMS.model_copy(update={"findings": 1})
    assert [f.code for f in findings(people(a=30, b=70), one, STAKES, BRANCHES, "A", CODES).top] == ["maturing"]


def test_the_whole_bank_stands_beside_its_branches_median_and_a_branch_alone_beside_none():
    found = findings(people(a=30, b=70, c=400), PARAMS, STAKES, BRANCHES, "*", CODES)
    assert found.top[0].code == "orphan"
    assert found.top[0].stake_fen == 230 * WAN
    assert found.top[0].median == pytest.approx((0.3 + 0.5) / 2)
    assert found.table["median_share"].tolist() == [f.median for f in found.top]
    assert findings(people(a=30, b=70), PARAMS, STAKES, BRANCHES[:1], "A", CODES).top[0].median is None


def test_what_is_not_worth_a_finding_is_none():
    at = {
        wan: findings(people(a=100), PARAMS, of(("A", "orphan", 9, wan * WAN)), BRANCHES, "A", CODES)
        for wan in (1, 0.99)
    }
    assert [found.count for found in at.values()] == [1, 0]
    any_money = PARAMS.model_copy(update={"findings_from_yuan": 0})
    assert findings(people(a=100), any_money, of(("A", "orphan", 9, 1)), BRANCHES, "A", CODES).count == 1


@pytest.mark.parametrize("stakes", [STAKES.iloc[:0], of(("A", "upgrade", 1, 0))], ids=["no list", "nothing at stake"])
def test_without_money_at_stake_there_is_no_finding(stakes):
    found = findings(people(a=0), PARAMS, stakes, BRANCHES, "A", CODES)
    assert (found.count, found.top) == (0, ())
    assert found.table.empty


def test_who_owes_counts_as_nothing_held():
    found = findings(people(a=100, b=-50), PARAMS, STAKES, BRANCHES, "A", CODES)
    assert found.top[0].share_of_aum == 0.5
