from __future__ import annotations

import warnings

import pandas as pd
import pytest

from kit.analysis.cards import cards, salons
from kit.analysis.medoids import agreement
from kit.analysis.result import Unavailable
from kit.analysis.schemes import occupations, schemes, separation
from kit.analysis.segments import cells, cube, identify_list, overlap, segments, strangers
from kit.charts.segments import salon_themes, segments_by_tier
from kit.engagement import profile
from kit.params import WAN, Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
LABELS = {**wording("zh").labels("charts"), **wording("zh").labels("labels")}
ANALYSES = (segments, overlap, cells, strangers, cube, schemes, occupations, agreement, cards, salons)
CODES = PARAMS.segments.codes()

# segment, bits, tier, AUM, owner, familiar, grade, age, sector, children, payroll, risk, time deposits, hobby, channel
COLUMNS = [
    "segment", "segment_bits", "tier", "aum_fen", "staff_id", "familiar", "service_grade", "age", "occupation_sector",
    "has_children", "primary_payroll", "risk_rank", "time_spot_fen", "hobby", "channel_pref",
]  # fmt: skip
BRANCH = [
    ("retired", 1, "private", 900 * WAN, "S1", True, "A", 70, "retired", None, False, 2, 800 * WAN, "舞、书法", "柜面"),
    ("retired", 1, "core", 8 * WAN, "S1", False, "C", 64, "unknown", None, False, None, 6 * WAN, "书法", "柜面"),
    ("retired", 1 + 64, "core", 7 * WAN, "S2", False, "C", 66, "farming", None, False, 1, 0, None, None),
    ("public", 4 + 8, "vip", 40 * WAN, "S1", False, "B", 40, "public", True, True, 3, 0, "跑步", "手机银行"),
    ("payroll", 8 + 16, "basic", 2 * WAN, "S2", True, "D", 35, "employee", True, True, None, 0, "钓鱼", None),
    ("other", 0, "core", 6 * WAN, "S2", False, "D", 45, "unknown", None, False, 1, 0, "收藏", "线上"),
    ("other", 0, "basic", -50, None, False, "D", 50, "other", None, False, None, 0, None, None),
]  # fmt: skip


def frame(*rows) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=COLUMNS)
    made["customer_id"] = [f"c{i}" for i in range(len(made))]
    made["branch_id"] = "0101"
    made["orphan"] = made["staff_id"].isna()
    made["segments_fitting"] = [int(bits).bit_count() for bits in made["segment_bits"]]
    made["occupation_known"] = made["occupation_sector"] != "unknown"
    made["merchant_like"] = False
    made["demand_spot_fen"] = made["aum_fen"] - made["time_spot_fen"]
    made["holds_demand"], made["holds_time"] = made["demand_spot_fen"] > 0, made["time_spot_fen"] > 0
    return made.astype({
        "segment": "str", "tier": "str", "staff_id": "str", "service_grade": "str", "occupation_sector": "str",
        "segment_bits": "int64", "segments_fitting": "int64", "aum_fen": "int64", "time_spot_fen": "int64",
        "demand_spot_fen": "int64", "familiar": "bool", "orphan": "bool", "primary_payroll": "bool",
        "merchant_like": "bool", "occupation_known": "bool", "holds_demand": "bool", "holds_time": "bool",
        "has_children": "object", "risk_rank": "float", "age": "float", "hobby": "str", "channel_pref": "str",
    })  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        [],
        BRANCH[-1:],
        [BRANCH[-1]] * 3,
        [BRANCH[0]] * 3,
        [(*BRANCH[0][:3], 0, *BRANCH[0][4:])] * 3,
    ],
    ids=["nobody", "one who owes", "three who owe", "all alike", "all have nothing"],
)
def test_the_smallest_branches_give_counts_and_no_warning(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = {analysis.__name__: analysis(frame(*rows), PARAMS) for analysis in ANALYSES}
    assert found["segments"].table["customers"].sum() == found["segments"].customers == len(rows)
    assert found["overlap"].customers == 0
    assert found["schemes"].apart is None
    assert not found["agreement"].compared
    assert found["cube"].table.filter(like="grade").to_numpy().sum() == len(rows)


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda a: a.__name__)
def test_without_its_columns_an_analysis_names_them(analysis):
    assert isinstance(analysis(frame(*BRANCH)[["tier", "aum_fen"]], PARAMS), Unavailable)


def test_segments_alone_need_no_other_column():
    bare = frame(*BRANCH)[["customer_id", "tier", "aum_fen", "segment", "segments_fitting"]]
    assert segments(bare, PARAMS).occupation_known is None
    assert cards(bare, PARAMS).table["held"].tolist() == [{}] * 4
    assert schemes(bare, PARAMS).table.set_index("scheme")["groups"].dropna().index.tolist() == ["rules"]
    assert agreement(bare, PARAMS).profiles == 1


def test_each_customer_is_in_one_segment_and_the_empty_ones_are_there():
    found = segments(frame(*BRANCH), PARAMS)
    table = found.table.set_index("segment")
    assert list(table.index) == list(CODES)
    assert table["customers"].tolist() == [3, 0, 1, 1, 0, 0, 0, 2]
    assert table.at["retired", "aum_fen"] == 915 * WAN
    assert (found.groups, found.smallest, found.smallest_customers) == (4, "business", 0)
    assert found.unidentified == pytest.approx(2 / 7)


def test_overlap_is_counted_before_the_first_rule_wins():
    found = overlap(frame(*BRANCH), PARAMS)
    table = found.table.set_index("segment")
    assert (table.at["payroll", "fits"], table.at["payroll", "placed"], table.at["payroll", "took"]) == (2, 1, 1)
    assert (found.customers, found.fullest) == (3, 2)
    assert found.share == pytest.approx(3 / 7) == segments(frame(*BRANCH), PARAMS).overlap


def test_jaccard_is_both_over_either_and_unknown_where_neither_fits():
    found = overlap(frame(*BRANCH), PARAMS)
    assert found.jaccard.at["payroll", "public"] == pytest.approx(1 / 2)
    assert found.jaccard.at["retired", "farming"] == pytest.approx(1 / 3)
    assert found.jaccard.at["retired", "public"] == 0
    assert pd.isna(found.jaccard.at["business", "young"])
    assert (found.first, found.second, found.both, found.closest) == ("public", "payroll", 1, 0.5)


def test_rules_that_share_nobody_have_no_closest_pair():
    found = overlap(frame(BRANCH[0], BRANCH[5]), PARAMS)
    assert (found.first, found.second, found.both, found.closest) == (None, None, 0, None)


def test_the_smallest_cell_is_named_and_an_orphan_is_in_none():
    found = cells(frame(*BRANCH), PARAMS)
    assert found.table["customers"].sum() == 6
    assert (found.cells, found.small) == (5, 5)
    assert (found.segment, found.staff_id, found.smallest) == ("retired", "S2", 1)
    retired = found.table.iloc[0]
    assert (retired["owners"], retired["customers_each"], retired["small_cells"]) == (2, 1.5, 2)


def test_the_unfamiliar_of_no_segment_are_those_to_ask():
    found = strangers(frame(*BRANCH), PARAMS)
    assert (found.strangers, found.unplaced, found.unplaced_fen) == (5, 2, 6 * WAN - 50)
    assert found.unplaced_share == pytest.approx(2 / 5)
    assert found.familiar_unplaced_share == 0
    assert (found.listed, found.listed_fen) == (1, 6 * WAN)


def test_the_list_to_identify_begins_at_the_value_floor_and_says_what_is_lacking():
    rows = identify_list(
        frame(*BRANCH, (*BRANCH[5][:2], "vip", 30 * WAN, *BRANCH[5][4:8], "employee", *BRANCH[5][9:])), PARAMS
    )
    assert rows["customer_id"].tolist() == ["c7", "c5"]
    assert rows["reason"].tolist() == ["unplaced_no_rule", "unplaced_no_occupation"]
    assert rows["amount_fen"].tolist() == [30 * WAN, 6 * WAN]


def test_the_cube_holds_each_customer_once():
    found = cube(frame(*BRANCH), PARAMS)
    table = found.table.set_index(["segment", "tier"])
    assert table.to_numpy().sum() == found.customers == 7
    assert table.loc[("retired", "core")].tolist() == [0, 0, 2, 0]
    assert (found.segment, found.tier, found.best) == ("retired", "private", 1)


def test_separation_is_worked_by_hand():
    # Ranks 1 2 | 3 4: within 1, around 5, so 1 - (1/2) / (5/3).
    assert separation(pd.Series([1, 2, 30, 400]), pd.Series(list("aabb"))) == pytest.approx(0.7)
    assert separation(pd.Series([1, 400, 2, 30]), pd.Series(list("aabb"))) == 0
    assert separation(pd.Series([1, 2, 3]), pd.Series(list("abc"))) is None


def test_each_scheme_is_measured_alike():
    found = schemes(frame(*BRANCH), PARAMS)
    table = found.table.set_index("scheme")
    assert table["groups"].tolist() == [3, 2, 5, 3]
    assert table["unplaced_share"].tolist() == pytest.approx([2 / 7, 1 / 7, 2 / 7, 3 / 7])
    assert table["overlap_share"].tolist() == pytest.approx([3 / 7, 2 / 7, 0, 0])
    assert table.at["product", "largest_group_share"] == pytest.approx(4 / 6)
    assert table.at["product", "balance"] == pytest.approx(0.9182958340544896)  # entropy of 1/3 and 2/3, in bits
    assert found.product_overlap == pytest.approx(2 / 7)


def test_a_sector_of_few_tells_nobodys_assets():
    found = occupations(frame(*[BRANCH[3]] * 9, *[BRANCH[4]] * 10), PARAMS)
    table = found.table.set_index("occupation_sector")
    assert table["median_fen"].isna().to_dict() == {"public": True, "employee": False}
    assert table.at["employee", "lower_fen"] == 2 * WAN
    assert found.separation == pytest.approx(1)
    assert found.highest is None


def test_a_card_offers_by_the_risk_level_in_force():
    card = cards(frame(*BRANCH), PARAMS).table.set_index("segment").loc["retired"]
    assert card["suited"] == {
        "time": None,
        "bond": None,
        "insurance": pytest.approx(1 / 3),
        "wmp": pytest.approx(1 / 3),
    }
    assert card["held"] == {"demand": 1.0, "time": pytest.approx(2 / 3)}
    assert card["median_age"] == 66
    assert card["hobby"] == {"calligraphy": 1.0, "dance": 0.5}
    assert card["channel"] == {"counter": 1.0}


def test_one_hobby_may_tell_several_themes_and_another_none():
    found = salons(frame(*BRANCH), PARAMS)
    assert (found.known, found.theme, found.theme_customers) == (4, "calligraphy", 2)
    assert found.table.set_index("segment").loc["retired"].to_dict() == {
        "dance": 1,
        "calligraphy": 2,
        "fishing": 0,
        "sport": 0,
    }


def test_the_charts_draw_each_rule_and_segment():
    customers = frame(*BRANCH)
    assert len(segments_by_tier(segments(customers, PARAMS), labels=LABELS).axes[0].get_yticklabels()) == len(CODES)
    themes = salon_themes(salons(customers, PARAMS), labels=LABELS).axes[0].get_xticklabels()
    assert [label.get_text() for label in themes] == ["歌舞戏曲", "书画摄影", "垂钓", "运动"]
