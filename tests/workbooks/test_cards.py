import pandas as pd

from kit.analysis.products import valued
from kit.engagement import profile
from kit.params import Params
from kit.run.identified import with_families
from kit.text import wording
from kit.workbooks.cards import customer_cards

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")

WORDS = wording("zh")
LISTS = pd.DataFrame({"list": ["wallet", "filing"], "customer_id": ["a", "a"], "amount_fen": [700, 5]})


def _persons(*tiers):
    n = len(tiers)
    return pd.DataFrame({
        "customer_id": list("abc")[:n], "customer_name": list("甲乙丙")[:n],
        "tier": [PARAMS.tier_codes()[rank] for rank in tiers],
        "aum_fen": [fen + (rank > 0) * PARAMS.value_floor_fen for rank, fen in zip(tiers, (5, 9, 7), strict=False)],
        "holds_wmp": [True, False, True][:n], "holds_demand": [True, False, False][:n],
        "wmp_spot_fen": [3, 0, 1][:n], "fund_spot_fen": [None, 4.0, None][:n],
        "missing": ["occupation,goal", "", "age"][:n],
    })  # fmt: skip


def cards(persons):
    return customer_cards(with_families(persons[valued(persons, PARAMS)]), ["customer_name"], LISTS, WORDS)


def test_a_branch_without_anybody_at_the_value_floor_has_no_card():
    assert cards(_persons(0, 0)).empty
    assert cards(_persons()).empty


def test_a_card_joins_who_he_is_what_he_holds_and_what_there_is_to_win():
    made = cards(_persons(1, 2, 1).assign(dormant=[False, False, True]))
    assert made["customer_name"].tolist() == ["乙", "甲"], "the richest first, nobody asleep"
    assert made["held"].tolist() == ["", "活期、理财"]
    assert made["wealth_fen"].tolist() == [4, 3]
    assert made["room_fen"].tolist() == [0, 700]
    assert made["missing"].tolist() == ["", "职业、投资目的"]
