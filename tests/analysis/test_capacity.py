import warnings

import pandas as pd
import pytest

from kit.analysis.capacity import capacity
from kit.analysis.result import Unavailable
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def months(*rows):
    """(branch, month, customers, AUM, heads)."""
    made = pd.DataFrame(rows, columns=["branch_id", "as_of", "customers", "aum_fen", "heads"])
    return made.assign(as_of=pd.to_datetime(made["as_of"]), capacity_deposit_fen=made["aum_fen"] // 2)


def test_a_branch_without_staff_has_no_output_a_head():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for rows in (months(), months(("01", "2026-10-31", 9, 90, None)), months(("02", "2026-10-31", 9, 90, 3))):
            found = capacity(rows, PARAMS, "01")
            assert (found.heads, found.months, found.aum_each_fen, found.growth_share) == (0, 0, None, None)


def test_output_a_head_stands_beside_the_other_branches():
    found = capacity(
        months(
            ("01", "2025-10-31", 10, 100, 2), ("01", "2026-10-31", 12, 150, 2),
            ("02", "2025-10-31", 10, 100, 1), ("02", "2026-10-31", 10, 110, 1),
            ("03", "2026-10-31", 10, 40, 1),
        ),
        PARAMS, "01",
    )  # fmt: skip
    assert (found.heads, found.aum_each_fen, found.growth_share) == (2, 75, pytest.approx(0.5))
    assert found.months == 12, "of the calendar, however many of them were sent"
    assert found.others_growth_share == pytest.approx(0.1)
    assert (found.place.rank, found.place.of, found.place.median) == (2, 3, 75)
    assert found.table.set_index("whose").loc["own", ["customers_each", "deposit_each_fen"]].tolist() == [6, 37.5]
    assert found.trend["own_fen"].tolist() == [50, 75]
    assert found.trend["others_fen"].tolist() == [100, 75]


def test_the_bank_is_the_sum_of_its_branches_and_has_no_rank():
    found = capacity(months(("01", "2026-10-31", 10, 100, 2), ("02", "2026-10-31", 10, 110, 1)), PARAMS)
    assert (found.heads, found.aum_each_fen, found.place.rank, found.growth_share) == (3, 70, None, None)


def test_a_lone_branch_has_nobody_beside_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = capacity(months(("01", "2026-09-30", 1, 0, 1), ("01", "2026-10-31", 1, 8, 1)), PARAMS, "01")
    assert (found.growth_share, found.others_growth_share, found.place.of) == (None, None, 1)


def test_what_was_not_sent_is_named():
    assert capacity(months().drop(columns="heads"), PARAMS, "01") == Unavailable(("heads",))


def test_staff_in_office_are_counted_and_customers_summed(prepared):
    made = pd.read_parquet(prepared / "data" / "capacity.parquet")
    staff = pd.read_parquet(prepared / "data" / "book" / "staff.parquet")
    there = staff[~staff["is_virtual"].astype(bool) & (staff["staff_status"] != "离职")].groupby("branch_id").size()
    panel = (
        pd.read_parquet(prepared / "data" / "panel.parquet")
        .groupby(["branch_id", "as_of"])["aum_fen"]
        .agg(["count", "sum"])
    )
    made = made.set_index(["branch_id", "as_of"])
    assert (made["heads"] == made.index.get_level_values("branch_id").map(there)).all()
    assert (made["customers"] == panel["count"]).all()
    assert (made["aum_fen"] == panel["sum"]).all()
