from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from kit.analysis.flow import flow
from kit.analysis.result import Unavailable
from kit.analysis.stages import next_stage, stage_list, stages, value_change
from kit.book import Book
from kit.engagement import load, profile
from kit.features import features
from kit.params import Params, Stage, Stages

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
WAN = 1_000_000


def customers(*rows):
    """(stage, its rank, a later one met, services, products, AUM and its target in 万元)."""
    made = pd.DataFrame(
        rows, columns=["stage", "stage_rank", "stage_skipped", "services", "product_count", "aum", "aim"]
    )
    money = {"aum_fen": made["aum"] * WAN, "assets_target_fen": made["aim"] * WAN}
    return made.assign(customer_id=[f"c{i}" for i in range(len(made))], tier="basic", **money)


def test_a_branch_without_customers_has_no_stages_to_show():
    found, step = stages(customers(), PARAMS), next_stage(customers(), PARAMS)
    assert (found.customers, found.first_share, found.last_share, len(found.by_tier)) == (0, None, None, 0)
    assert (step.customers, step.aum_fen) == (0, 0)


def test_who_stands_at_a_later_stage_has_reached_the_earlier_ones():
    found = stages(
        customers(
            ("none", 0, True, 0, 9, 8, 1), ("dependence", 1, False, 2, 1, 1, 2), ("transfer", 3, False, 3, 4, 9, 8)
        ),
        PARAMS,
    )
    assert found.table["stage"].tolist() == ["none", "dependence", "coverage", "transfer"]
    assert found.table["customers"].tolist() == [1, 1, 0, 1]
    assert found.table["reached"].tolist() == [3, 2, 1, 1]
    assert (found.skipped, found.skipped_fen, found.last_customers) == (1, 8 * WAN, 1)
    assert found.by_tier.filter(like="_share").sum(axis=1).tolist() == [pytest.approx(1)]


def test_one_step_is_a_service_a_product_or_the_last_tenth_of_the_assets():
    rows = customers(
        ("none", 0, False, 1, 5, 3, 9), ("none", 0, False, 0, 2, 3, 9),
        ("dependence", 1, False, 2, 2, 4, 9), ("dependence", 1, False, 2, 1, 4, 9),
        ("coverage", 2, False, 2, 3, 9, 10), ("coverage", 2, False, 2, 3, 8.9, 10),
        ("transfer", 3, False, 2, 3, 12, 10),
    )  # fmt: skip
    found, listed = next_stage(rows, PARAMS), stage_list(rows, PARAMS)
    assert found.table["customers"].tolist() == [1, 1, 1]
    assert found.table["lacking_fen"].tolist() == [0, 0, 1 * WAN]
    assert listed["customer_id"].tolist() == ["c4", "c2", "c0"]
    assert listed["reason"].tolist() == ["stage_assets", "stage_products", "stage_services"]
    assert listed["amount_fen"].tolist() == [1 * WAN, 4 * WAN, 3 * WAN]
    assert len(listed) == found.customers


def test_value_is_compared_only_for_those_present_at_both_ends():
    rows = pd.DataFrame({
        "aum_start_fen": [4 * WAN, 40 * WAN, None, -5], "aum_fen": [6 * WAN, 30 * WAN, 9 * WAN, 0],
        "tier_rank": [1, 2, 1, 0], "products_start": [1, 4, None, 0], "product_count": [3, 4, 2, 0],
    })  # fmt: skip
    found = value_change(rows, PARAMS)
    assert (found.customers, found.start_fen, found.aum_fen, found.raised) == (3, 44 * WAN - 5, 36 * WAN, 1)
    assert (found.products_start, found.products_now) == (pytest.approx(5 / 3), pytest.approx(7 / 3))
    assert found.table["tier"].tolist() == ["vip", "basic"]
    assert found.table["net_fen"].sum() == found.aum_fen - found.start_fen
    alone = value_change(rows.iloc[2:3], PARAMS)
    assert (alone.customers, alone.change_share, alone.raised_share, len(alone.table)) == (0, None, None, 0)


def test_what_was_not_sent_is_named():
    assert stages(pd.DataFrame({"tier": []}), PARAMS) == Unavailable(("stage", "stage_skipped", "stage_rank"))


def test_stages_of_one_code_are_refused():
    with pytest.raises(ValidationError, match="code of its own"):
        Stages(order=(Stage(code="a", measure="services"), Stage(code="a", measure="products")))


SERVICES = ("has_autopay", "has_mobile_bank", "has_quickpay", "has_social_card", "merchant_flag")


def told(row, start, first_known, params):
    """Stage of a customer, reckoned one by one from the book."""
    services = sum(row[name] is True for name in SERVICES) + (row["has_payroll"] is True)
    floors = [tier.floor_fen for tier in params.tiers][1:]
    rank, before = (sum(fen >= floor for floor in floors) for fen in (row["highest_fen"], start))
    grown = row["aum_avg_month_fen"] - start >= max(params.stages.gain_wan * WAN, params.stages.growth * start)
    moved = rank > before or grown or (rank >= len(params.tiers) // 2 and rank >= before)
    passed = [services >= 2, row["products"] >= 3, moved]
    reached = next((i for i, good in enumerate(passed) if not good), 3)
    return ("none", "dependence", "coverage", "transfer")[reached], any(passed[reached:])


def test_stages_are_those_reckoned_one_by_one_and_what_was_planted(bank, prepared):
    params = load(bank[0]).params
    made = pq.read_table(prepared / "data" / "customers.parquet").to_pandas().set_index("customer_id")
    months = pq.read_table(prepared / "data" / "book" / "customer_month.parquet").to_pandas()
    first = months[months["as_of"] == months["as_of"].min()].set_index("customer_id")["aum_avg_month_fen"]
    last = months[months["as_of"] == months["as_of"].max()].set_index("customer_id")
    last["products"] = made["product_count"].reindex(last.index)
    lately = months[months["as_of"] > date(2026, 4, 30)]  # the tier held is that of the last six months' highest
    last["highest_fen"] = lately.groupby("customer_id")["aum_avg_month_fen"].max()
    rows = last.astype("object").to_dict("index")
    for who, row in rows.items():
        start = first.get(who, 0)
        if pd.notna(start):  # two amounts of a past month cannot be read
            assert (made.at[who, "stage"], made.at[who, "stage_skipped"]) == told(row, start, who in first, params), who
    assert set(made.loc[made["primary_grade"] == "strong", "stage"]) <= {"dependence", "coverage", "transfer"}
    assert set(made.loc[made["dormant"], "stage"]) == {"none"}
    assert set(made["stage"]) == {"none", "dependence", "coverage", "transfer"}


def test_the_order_of_the_stages_is_the_engagements(bank, prepared):
    order = (Stage(code="covered", measure="products", at_least=2), Stage(code="used", measure="services"))
    params = load(bank[0]).params.model_copy(update={"as_of": PARAMS.as_of, "stages": Stages(order=order)})
    made = features(Book(prepared / "data"), params).customers
    met = [made["product_count"] >= 2, made["services"] >= 1]
    assert (made["stage_rank"] == (met[0].astype(int) + (met[0] & met[1]))).all()
    assert set(stages(made, params).table["stage"]) == {"none", "covered", "used"}
    assert made["aum_start_fen"].notna().sum() == value_change(made, params).customers > 0


def test_a_step_counts_once_all_before_it_are_done():
    rows = pd.DataFrame({
        "customer_id": list("abcd"), "aum_fen": [9 * WAN, 9 * WAN, 1, 9 * WAN], "orphan": [False, False, False, True],
        "segment": ["young", "other", "young", "young"], "contacts": [1, 2, 0, 3],
    })  # fmt: skip
    plan = pd.DataFrame({"customer_id": ["a", "d"], "date": pd.to_datetime(["2026-11-02", None])})
    some = PARAMS.model_copy(update={"flow": tuple(s for s in PARAMS.flow if s.measure != "surveyed")})
    found = flow(rows, some, plan)
    assert found.table["done"].tolist() == [3, 3, 1, 3]
    assert found.table["through"].tolist() == [3, 2, 1, 1]
    assert found.table["valued_through"].tolist() == [2, 1, 1, 1]
    assert (found.valued, found.valued_share, found.narrowest) == (3, pytest.approx(1 / 3), "owned")
    rules = (*PARAMS.segments.rules[:-1], PARAMS.segments.rules[-1].model_copy(update={"code": "nobody_yet"}))
    own = some.model_copy(update={"segments": PARAMS.segments.model_copy(update={"rules": rules})})
    rest = rows.assign(
        segment=rows["segment"].replace("other", "nobody_yet")
    )  # a bank's own name for whom no rule fits
    assert flow(rest, own, plan).table["done"].tolist() == [3, 3, 1, 3]
    assert flow(rows, PARAMS, plan) == Unavailable(("occupation_known",))
    assert flow(rows.iloc[:0], some, plan).valued_share is None


def test_the_whole_flow_goes_on_with_the_steps_that_the_data_tell_of_under_the_banks_own_names():
    rows = pd.DataFrame({
        "customer_id": list("ab"), "aum_fen": [9 * WAN] * 2, "contacts": [1, 1], "step_met": [True, False],
        "step_texted": [True, True], "step_closed": [True, True],
    })  # fmt: skip
    steps = {
        "flow": ["contacted"],
        "flow_after": [{"measure": "texted", "name": "短信预热"}, "met", "proposed", "closed"],
    }
    own = Params(**profile("rural-postal") | steps, as_of="2026-10-31")
    found = flow(rows, own, pd.DataFrame({"customer_id": [], "date": []}), whole=True)
    assert found.table["flow_step"].tolist() == ["contacted", "短信预热", "met", "closed"]
    assert found.table["done"].tolist() == [2, 2, 1, 2]
    assert found.table["through"].tolist() == [2, 2, 1, 1]
    assert (found.steps, found.narrowest) == (4, "met")
    assert flow(rows, own, pd.DataFrame({"customer_id": [], "date": []})).steps == 1


def test_a_step_named_twice_is_refused():
    with pytest.raises(ValidationError, match="一次"):
        Params(**profile("rural-postal") | {"flow": ["owned", "owned"]}, as_of="2026-10-31")
