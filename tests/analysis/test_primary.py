import warnings

import pandas as pd
import pytest

from kit.analysis.primary import focus_list, merchant_list, merchants, primary_accounts, primary_focus
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _customers(*rows, **more):
    """Customers by (id, tier, grade, aum)."""
    made = pd.DataFrame(rows, columns=["customer_id", "tier", "primary_grade", "aum_fen"])
    return made.assign(aum_fen=made["aum_fen"].astype("float64"), **more)


def _merchants(**columns):
    made = pd.DataFrame({"customer_id": [*"abc"], "tier": "basic", "aum_fen": [1.0, 2.0, 4.0]} | columns)
    return made.assign(merchant_like=made.filter(like="merchant_").any(axis=1))


def test_a_branch_without_customers_has_no_share_no_focus_and_no_warning():
    nobody = _customers(primary_payroll=[], primary_same_name_out=[], primary_elsewhere=[])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, focus, listed = (
            primary_accounts(nobody, PARAMS),
            primary_focus(nobody, PARAMS),
            focus_list(nobody, PARAMS),
        )
    assert (found.strong_share, found.judged, focus.customers, focus.aum_fen, len(focus.gaps)) == (None, 0, 0, 0, 0)
    assert found.grades["customers"].tolist() == [0, 0, 0]
    assert list(listed) == ["customer_id", "amount_fen", "reason"]


def test_only_the_upper_tiers_are_fought_for_and_a_weak_grade_alone_tells_of_nothing_elsewhere():
    rows = [(str(i), tier, "weak", 1) for i, tier in enumerate(("basic", "core", "vip", "private", "vip"))]
    customers = _customers(*rows, primary_same_name_out=True, primary_elsewhere=[True] * 4 + [False])
    assert focus_list(customers, PARAMS)["customer_id"].tolist() == ["2", "3"]
    assert primary_focus(customers, PARAMS).weak == 1


def test_as_much_elsewhere_is_reason_enough_whatever_the_grade():
    rows = [("a", "vip", "strong", 5), ("b", "vip", "strong", 9), ("c", "basic", "strong", 9)]
    found = focus_list(_customers(*rows, primary_elsewhere=[True, False, True], assets_elsewhere=True), PARAMS)
    assert found.to_numpy().tolist() == [["a", 5, "elsewhere"]]


def test_reasons_are_what_speaks_against_and_then_what_is_known_to_lack_most_money_first():
    customers = _customers(
        ("a", "vip", "weak", 5), ("b", "vip", "weak", 9), ("c", "vip", None, 7),
        primary_payroll=[False, True, None], primary_mobile=[True, True, True],
        primary_same_name_out=[True, True, None], primary_pass_through=[False, None, True], primary_elsewhere=True,
    )  # fmt: skip
    found = focus_list(customers, PARAMS)
    assert found["customer_id"].tolist() == ["b", "c", "a"]
    assert found["reason"].tolist() == ["same_name_out", "pass_through", "same_name_out+no_payroll"]


def test_the_chapter_counts_whom_the_list_names_and_each_gap_with_its_money():
    customers = _customers(
        ("a", "vip", "weak", 5), ("b", "private", "weak", 9), ("c", "private", "strong", 7),
        primary_payroll=[False, False, True], primary_pass_through=[True, None, False],
        primary_elsewhere=[True, True, False],
    )  # fmt: skip
    found, listed = primary_focus(customers, PARAMS), focus_list(customers, PARAMS)
    assert (found.customers, found.aum_fen) == (len(listed), listed["amount_fen"].sum()) == (2, 14)
    assert found.table["aum_fen"].tolist() == [9, 5]
    assert found.gaps.to_numpy().tolist() == [["no_payroll", 2, 14], ["pass_through", 1, 5]]


def test_grades_and_evidence_are_of_those_who_can_be_judged_and_the_others_stand_apart():
    rows = [("a", "vip", "strong", 6), ("b", "vip", "weak", 2), ("c", "basic", None, 9), ("d", "basic", None, 1)]
    evidence = {"primary_payroll": [True, None, None, False], "demand_averaged": [True, False, None, None]}
    found = primary_accounts(_customers(*rows, **evidence), PARAMS)
    assert (found.customers, found.judged, found.strong_share, found.averaged, found.spot) == (4, 2, 0.5, 1, 1)
    grades = found.grades.set_index("grade")
    assert grades["customers"].to_dict() == {"strong": 1, "medium": 0, "weak": 1, "unknown": 2}
    assert grades["share_of_customers"].tolist()[:3] == [0.5, 0, 0.5]
    assert grades["share_of_aum"].tolist()[:3] == [0.75, 0, 0.25]
    assert grades.loc["unknown", ["share_of_customers", "share_of_aum"]].isna().all()
    assert found.by_tier.set_index("tier").loc["basic"].isna().all(), "none of them can be judged"
    reasons = found.reasons.set_index("evidence")
    assert reasons.loc["payroll", ["judged", "customers", "share"]].tolist() == [2, 1, 0.5]
    assert reasons.loc["mobile", ["judged", "customers", "share"]].isna().all()


def test_where_hardly_anybody_can_be_judged_there_is_no_grade_and_no_focus():
    rows = [(str(i), "vip", None, 1) for i in range(10)]
    unknown = _customers(*rows, primary_elsewhere=None)
    assert primary_accounts(unknown, PARAMS) == Unavailable(("primary_grade",), 0, 10)
    assert primary_focus(unknown, PARAMS) == Unavailable(("primary_elsewhere",), 0, 10)
    assert merchants(unknown.assign(merchant_like=None), PARAMS) == Unavailable(("merchant_like",), 0, 10)


def test_grades_tell_how_much_lies_on_demand_and_how_many_months_it_covers():
    rows = [("a", "vip", "strong", 1), ("b", "vip", "strong", 1), ("c", "vip", "weak", 1)]
    grades = primary_accounts(_customers(*rows, demand_share=[0.2, 0.4, None], demand_cover=[1, 2, 9]), PARAMS).grades
    strong = grades.set_index("grade").loc["strong"]
    assert strong[["median_demand_share", "median_demand_cover"]].tolist() == pytest.approx([0.3, 1.5])
    assert "median_demand_cover" not in primary_accounts(_customers(*rows), PARAMS).grades


def test_a_merchant_is_listed_with_every_piece_of_evidence_by_what_moves():
    customers = _merchants(
        merchant_flagged=[True, False, False], merchant_receipts=[True, True, False], turnover_fen=[5.0, 8.0, None]
    )
    found = merchant_list(customers)
    assert found["customer_id"].tolist() == ["b", "a"]
    assert found["amount_fen"].tolist() == [8, 5]
    assert found["reason"].tolist() == ["merchant_receipts", "merchant_flagged+merchant_receipts"]
    chapter = merchants(customers, PARAMS)
    assert (chapter.customers, chapter.aum_fen) == (2, 3)
    assert chapter.evidence.to_numpy().tolist() == [["merchant_flagged", 1, 1, 5], ["merchant_receipts", 2, 3, 13]]


def test_without_turnover_a_merchant_stands_by_his_aum():
    assert merchant_list(_merchants(merchant_flagged=[True, False, True]))["amount_fen"].tolist() == [4, 1]


def test_what_was_not_sent_is_named():
    bare = _customers().drop(columns="primary_grade")
    assert primary_accounts(bare, PARAMS) == Unavailable(("primary_grade",))
    assert primary_focus(bare, PARAMS) == focus_list(bare, PARAMS) == Unavailable(("primary_elsewhere",))
    assert merchants(bare, PARAMS) == merchant_list(bare) == Unavailable(("merchant_like",))
