"""What the contact log says of the next contact, and the service grade, through the SQL itself."""

from datetime import date

import duckdb
import pandas as pd
import pytest

from kit.engagement import profile
from kit.features.binding import Values, bind
from kit.features.tables import parameter_tables
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
LOG = ["customer_id", "staff_id", "contact_date", "contact_type", "contact_result", "objection", "sms_sent"]
KINDS = {"contact_date": "DATE", "next_date": "DATE", "sms_sent": "BOOLEAN"}


def _asked(name, *rows, since=None, extra=""):
    """Rows of a subject for the customers of a log."""
    names = [*LOG, "stage", "intent_level", "next_date"]
    log = pd.DataFrame([dict.fromkeys(names) | row for row in rows], columns=names)
    ids = sorted({*log["customer_id"], "c0"})
    with duckdb.connect() as db:
        db.register("log", log)
        listed = ", ".join(f"CAST({n} AS {KINDS.get(n, 'VARCHAR')}) AS {n}" for n in names)
        db.execute(f"CREATE TABLE contact AS SELECT {listed} FROM log")
        db.register("people", pd.DataFrame({"customer_id": ids}))
        db.execute("CREATE TABLE customer AS SELECT customer_id, '0101' AS branch_id FROM people")
        db.execute("CREATE TABLE owner AS SELECT customer_id, 's1' AS owner_id FROM people")
        given = f"DATE '{since}'" if since else "CAST(NULL AS DATE)"
        db.execute(
            f"CREATE TABLE assignment AS SELECT customer_id, owner_id AS staff_id, {given} AS assign_date FROM owner"
        )
        db.execute(
            "CREATE TABLE sent AS SELECT '0101' AS branch_id, 'contact' AS source, DATE '2020-01-01' AS known_since"
        )
        if extra:
            db.execute(extra)
        others = {"sale": "deal_product, sale_source", "staff": "staff_status", "account": "product_name"}
        for table, names_of in (others | {"txn": "summary, txn_type, channel"}).items():
            texts = names_of.replace(",", " VARCHAR,")
            db.execute(
                f"CREATE TABLE {table} ({texts} VARCHAR, txn_date DATE, is_active_txn BOOLEAN, is_interest BOOLEAN)"
            )
        db.execute("ALTER TABLE customer ADD COLUMN occupation VARCHAR")
        db.register("terms", parameter_tables(PARAMS)["terms"])
        day = date(2026, 10, 31)
        values = Values(
            PARAMS,
            {
                "as_of": day,
                "flows_since": day,
                "familiar_since": date(2026, 4, 30),
                "practice_since": date(2025, 10, 31),
            },
        )
        for subject in ("meanings", "contact_read"):
            db.execute(f"CREATE TABLE {subject} AS {bind(subject, values)}")
        return db.sql(f"SELECT * FROM ({bind(name, values)}) ORDER BY ALL").df()


def _touch(*rows, **options):
    return _asked("touch", *rows, **options).set_index("customer_id")


@pytest.mark.parametrize(
    ("row", "hung_up"),
    [({"contact_result": "挂机"}, True), ({"objection": "O3"}, True), ({"objection": "O3挂机"}, True),
     ({"contact_result": "未接通"}, False), ({"objection": "O2冷淡"}, False)],
)  # fmt: skip
def test_whoever_hung_up_once_is_known_for_it_whoever_called_and_whenever(row, hung_up):
    before = {"customer_id": "c1", "contact_date": "2020-01-01", "staff_id": "s9"} | row
    after = {"customer_id": "c1", "contact_date": "2026-11-05", "contact_result": "接通"}
    found = _touch(before, after)
    assert found.loc["c1", "hung_up"] == hung_up
    assert not found.loc["c0", "hung_up"]


def test_nobody_is_reached_by_a_call_that_rings_out_but_by_the_sms_behind_it():
    rung = {"customer_id": "c1", "contact_date": "2026-11-02", "contact_result": "未接通"}
    found = _touch({"customer_id": "c1", "contact_date": "2026-10-01", "contact_result": "接通"}, rung)
    assert str(found.loc["c1", "last_touch_date"])[:10] == "2026-10-01"
    assert (
        str(_touch(rung | {"sms_sent": True}).loc["c1", "last_touch_date"])[:10] == "2026-11-02"
    )  # after the data, too


def test_the_latest_intent_counts_and_one_of_half_a_year_ago_no_longer():
    found = _touch(
        {"customer_id": "c1", "contact_date": "2026-06-01", "intent_level": "A"},
        {"customer_id": "c1", "contact_date": "2026-07-01", "intent_level": "C"},
        {"customer_id": "c1", "contact_date": "2026-08-01"},
        {"customer_id": "c2", "contact_date": "2026-04-30", "intent_level": "A"},
    )
    assert found.loc["c1", "intent"] == "C"
    assert pd.isna(found.loc["c2", "intent"])


def test_a_date_agreed_stands_until_the_customer_was_reached_on_it_or_later():
    agreed = {"customer_id": "c1", "contact_date": "2026-10-01", "next_date": "2026-11-10"}
    assert str(_touch(agreed).loc["c1", "asked_date"])[:10] == "2026-11-10"
    done = _touch(agreed, {"customer_id": "c1", "contact_date": "2026-11-10"})
    assert pd.isna(done.loc["c1", "asked_date"])


def test_attempts_are_what_could_be_answered_and_an_objection_is_no_success():
    call = {"customer_id": "c1", "contact_type": "电话"}
    found = _touch(
        call | {"contact_date": "2026-10-01", "contact_result": "接通"},
        call | {"contact_date": "2026-10-02", "contact_result": "接通", "objection": "O2"},
        call | {"contact_date": "2026-10-03", "contact_result": "未接通"},
        call | {"contact_date": "2026-10-04", "contact_type": "短信", "contact_result": "已发送"},
    )
    assert found.loc["c1", ["attempts", "successes"]].tolist() == [3, 1]


def test_an_outcome_knows_only_what_came_before_its_day():
    extra = (
        "CREATE TABLE customers AS SELECT customer_id, branch_id, 1 AS tier_rank, 50 AS age, 'other' AS segment,"
        " 2 AS product_count FROM customer"
    )
    call = {"customer_id": "c1", "contact_type": "电话"}
    found = _asked(
        "outcomes",
        call | {"contact_date": "2026-10-01", "contact_result": "接通"},
        call | {"contact_date": "2026-10-05", "contact_result": "未接通"},
        call | {"contact_date": "2026-10-05", "contact_result": "接通"},
        call | {"contact_date": "2026-10-09", "contact_result": "接通"},
        extra=extra,
    )
    told = found.sort_values(["contact_date", "succeeded"])[["succeeded", "attempts", "successes"]].to_numpy().tolist()
    assert told == [[True, 0, 0], [False, 1, 1], [True, 1, 1], [True, 3, 2]]


def test_the_day_on_which_an_owner_was_given_the_customer_is_known():
    assert str(_touch(since="2026-09-01").loc["c0", "owner_since"])[:10] == "2026-09-01"


def _grade(rows):
    """Factors, score and grade of customers: tier, familiar, products, contribution and its grade, gap."""
    names = ["customer_id", "tier_rank", "familiar", "product_count", "contribution", "contribution_grade", "gap"]
    people = pd.DataFrame(rows, columns=names)
    with duckdb.connect() as db:
        db.register("people", people)
        db.execute("CREATE TABLE aum AS SELECT customer_id, tier_rank, gap::BIGINT AS upgrade_gap_fen FROM people")
        db.execute("CREATE TABLE products AS SELECT customer_id, product_count::BIGINT AS product_count FROM people")
        db.execute("CREATE TABLE primary_account AS SELECT customer_id, FALSE AS primary_elsewhere FROM people")
        db.execute("CREATE TABLE merchant AS SELECT customer_id, FALSE AS merchant_like FROM people")
        db.execute("CREATE TABLE relation AS SELECT customer_id, CAST(familiar AS BOOLEAN) AS familiar FROM people")
        db.execute(
            "CREATE TABLE customer_month AS SELECT customer_id, DATE '2026-10-31' AS as_of,"
            " CAST(contribution AS DOUBLE) AS contribution,"
            " CAST(contribution_grade AS VARCHAR) AS contribution_grade FROM people"
        )
        facts = {"month": date(2026, 10, 31)}
        return db.sql(f"SELECT * FROM ({bind('grade', Values(PARAMS, facts))}) ORDER BY customer_id").df()


def test_four_factors_make_the_score_and_the_grade():
    found = _grade([("c1", 3, True, 5, 900.0, None, 1), ("c2", 0, False, 0, 100.0, None, None)])
    assert found["service_score"].tolist() == [100, 0]
    assert found["service_grade"].tolist() == ["A", "D"]


def test_contribution_is_a_rank_and_where_only_a_grade_is_sent_its_place():
    def told(*values):
        rows = [(f"c{i}", 0, False, 0, *value, None) for i, value in enumerate(values)]
        return _grade(rows)["factor_contribution"].tolist()

    assert told((10.0, None), (20.0, None), (90.0, None)) == [0, 0.5, 1]
    assert told((None, "高"), (None, "B"), (None, "D")) == [1, 0.5, 0]
    assert pd.isna(told((None, "?"))[0])


def test_a_factor_that_is_missing_drops_out_and_the_rest_is_rescaled():
    # Assets 2/3 of 40, relation 1 of 20, potential 0 of 20: of 80, not of 100.
    found = _grade([("c1", 2, True, 5, None, None, None)])
    assert found["service_score"].tolist() == pytest.approx([(40 * 2 / 3 + 20) / 80 * 100])
    half = _grade([("c1", 2, None, 5, None, None, None)])
    assert half["factor_relation"].tolist() == [1]  # products alone
    none = _grade([("c1", 2, None, None, None, None, None)])
    assert none["service_score"].tolist() == pytest.approx([(40 * 2 / 3) / 60 * 100])
