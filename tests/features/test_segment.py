"""Each rule of the segments, at its edges, through the SQL itself."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd
import pytest

from kit.engagement import profile
from kit.features.binding import Values, bind
from kit.features.tables import parameter_tables
from kit.params import Params

DAY = date(2026, 10, 31)
RURAL = profile("rural-postal")


def placed(*people, segments=None):
    """Segment and bits of each customer: his birth date, occupation, children, gender, payroll, merchant."""
    params = Params(**RURAL | ({"segments": RURAL["segments"] | segments} if segments else {}), as_of=DAY)
    columns = ["birth_date", "occupation", "children", "gender", "primary_payroll", "merchant_like"]
    rows = pd.DataFrame(
        [{**dict.fromkeys(columns[:4]), "primary_payroll": False, "merchant_like": False} | p for p in people]
    )
    rows["customer_id"] = [f"c{i}" for i in range(len(rows))]
    rows["age"] = [person.get("age") for person in people]
    values = Values(params, {"as_of": DAY, "flows_since": DAY})
    with duckdb.connect() as db:
        db.register("rows", rows)
        db.execute(
            "CREATE TABLE customer AS SELECT customer_id, CAST(birth_date AS DATE) AS birth_date,"
            " CAST(age AS BIGINT) AS age, CAST(occupation AS VARCHAR) AS occupation,"
            " CAST(children AS VARCHAR) AS children, CAST(gender AS VARCHAR) AS gender FROM rows"
        )
        db.execute("CREATE TABLE merchant AS SELECT customer_id, merchant_like FROM rows")
        db.execute("CREATE TABLE primary_account AS SELECT customer_id, primary_payroll FROM rows")
        for name, table in parameter_tables(params).items():
            db.register(name, table)
        for table in ("contact (contact_type, contact_result, objection, stage)", "sale (deal_product, sale_source)",
                      "staff (staff_status)", "txn (summary, txn_type, channel, is_active_txn, is_interest)",
                      "account (product_name)"):  # fmt: skip
            db.execute(f"CREATE TABLE {table.replace(',', ' VARCHAR,').replace(')', ' VARCHAR, txn_date DATE)')}")
        for name in ("meanings", "person"):
            db.execute(f"CREATE TABLE {name} AS {bind(name, values)}")
        found = db.sql(f"SELECT * FROM ({bind('segment', values)}) ORDER BY customer_id").df()
    return list(zip(found["segment"], found["segment_bits"], strict=True))


def test_nothing_known_is_the_rest_and_fits_no_rule():
    assert placed({}) == [("other", 0)]


def test_one_is_sixty_on_his_birthday_and_not_the_day_before():
    assert placed({"birth_date": "1966-10-31"}, {"birth_date": "1966-11-01"}) == [("retired", 1), ("other", 0)]


def test_one_is_young_until_the_day_he_is_thirty():
    assert placed({"birth_date": "1996-11-01"}, {"birth_date": "1996-10-31"}) == [("young", 32), ("other", 0)]


@pytest.mark.parametrize(("age", "segment"), [(27, "young"), (28, "family"), (50, "family"), (51, "other")])
def test_a_family_has_children_and_its_ages_count_at_both_ends(age, segment):
    assert placed({"age": age, "children": "1"})[0][0] == segment


@pytest.mark.parametrize("children", [None, "无", "0"])
def test_no_children_or_unknown_ones_make_no_family(children):
    assert placed({"age": 40, "children": children}) == [("other", 0)]


def test_an_occupation_is_placed_by_the_first_word_that_fits():
    told = ["退休教师", "个体工商户", "教师", "农民工", "企业职工", "其他", "在校学生"]
    assert [segment for segment, _ in placed(*({"occupation": job} for job in told))] == [
        "retired", "business", "public", "farming", "other", "other", "other",
    ]  # fmt: skip


def test_the_first_rule_wins_and_every_rule_that_fits_is_kept():
    found = placed({"age": 29, "occupation": "教师", "children": "2", "primary_payroll": True, "merchant_like": True})
    assert found == [("business", 2 + 4 + 8 + 16 + 32)]


def test_two_clauses_of_one_rule_count_once():
    assert placed({"age": 66, "occupation": "退休人员"}) == [("retired", 1)]


def test_a_bank_may_let_women_retire_at_fifty_five_and_name_a_segment_itself():
    own = {
        "rules": [
            {"code": "退休", "any_of": [{"age_from": 60}, {"age_from": 55, "gender": "女"}]},
            {"code": "学生", "any_of": [{"sector": "student"}]},
            {"code": "代发", "any_of": [{"payroll": True}]},
            {"code": "待识别"},
        ]
    }
    people = [
        {"age": 55, "gender": "女"}, {"age": 55, "gender": "男"}, {"age": 54, "gender": "女"}, {"age": 55},
        {"age": 20, "occupation": "在校学生", "primary_payroll": True},
    ]  # fmt: skip
    assert placed(*people, segments=own) == [
        ("退休", 1), ("待识别", 0), ("待识别", 0), ("待识别", 0), ("学生", 2 + 4),
    ]  # fmt: skip
