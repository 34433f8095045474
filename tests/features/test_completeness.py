from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.book import Book
from kit.engagement import profile
from kit.features.completeness import files
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


@pytest.fixture
def made(tmp_path):
    def run(owned: dict, **columns) -> pd.DataFrame:
        (tmp_path / "book").mkdir()
        ids = [str(i) for i in range(len(next(iter(owned.values()))))]
        book = {"customer_id": ids, "branch_id": owned["branch_id"], **columns}
        pq.write_table(pa.table(book), tmp_path / "book" / "customer.parquet")
        customers = pa.table({"customer_id": ids, **owned})
        return files(Book(tmp_path), customers, PARAMS).completeness.to_pandas()

    return run


def _owned(n: int) -> dict:
    return {"branch_id": ["01"] * n, "staff_id": ["a"] * n, "tier": ["basic"] * n}


def test_default_codes_fill_a_field_and_say_nothing(made):
    found = made(
        _owned(5),
        occupation=["教师", "不便分类的其他从业人员", "其他", None, "O'Brien's"],
        education=["本科", "未知", "高中（其他地区）", None, "其他"],
    ).set_index("field")
    assert found["filled"].to_dict() == {"occupation": 2, "education": 2}
    assert found["customers"].tolist() == [5, 5]


def test_one_of_several_columns_is_enough_and_a_number_on_file_is_what_counts_of_a_mobile(made):
    day = pd.Timestamp("1990-01-01").date()
    found = made(
        _owned(3),
        birth_date=pa.array([day, None, None], pa.date32()),
        age=pa.array([None, 40, None], pa.int64()),
        mobile_ok=pa.array([True, False, None]),
    ).set_index("field")
    assert found["filled"].to_dict() == {"age": 2, "mobile": 1}


def test_a_row_each_branch_owner_tier_and_field_and_nobody_is_lost(made):
    owned = {"branch_id": ["01", "01", "02"], "staff_id": ["a", None, None], "tier": ["vip", "basic", "basic"]}
    found = made(owned, gender=["男", None, "女"], hobby=[None, None, None] * 1)
    assert len(found) == 6
    assert found.groupby("field")["customers"].sum().to_dict() == {"gender": 3, "hobby": 3}
    assert found.groupby("field")["filled"].sum().to_dict() == {"gender": 2, "hobby": 0}


def test_a_bank_that_sends_none_of_the_fields_gives_an_empty_table_with_its_columns(made):
    found = made(_owned(1))
    assert list(found.columns) == ["branch_id", "staff_id", "tier", "field", "customers", "filled"]
    assert found.empty
