"""Codes of the bank's own, in Chinese: tiers, segments and stages named as its people name them."""

import shutil

import pyarrow.parquet as pq
import pytest

from kit.engagement import load
from kit.params import Params
from kit.run.prepare import derive

TIERS = {"basic": "大众客户", "core": "财富客户", "vip": "贵宾客户", "private": "私行客户"}
SEGMENTS = {
    "retired": "老年", "business": "商户", "public": "公职", "payroll": "代发", "family": "亲子", "young": "青年",
    "farming": "三农", "other": "55岁以下其他",
}  # fmt: skip
STAGES = {"dependence": "依赖", "coverage": "覆盖", "transfer": "转移"}


@pytest.fixture(scope="module")
def renamed(bank, prepared, tmp_path_factory):
    """The bank's data, made anew with codes of its own."""
    engagement = load(bank[0])
    tree = engagement.params.model_dump(mode="json")
    for parts, names in (
        (tree["tiers"], TIERS),
        (tree["segments"]["rules"], SEGMENTS),
        (tree["stages"]["order"], STAGES),
    ):
        for part in parts:
            part["code"] = names[part["code"]]
    tree["allocation"]["floor"] = "财富客户"
    for product in tree["offers"]["key"]:
        product["segments"] = [SEGMENTS[segment] for segment in product["segments"]]
    data = tmp_path_factory.mktemp("renamed") / "data"
    shutil.copytree(prepared / "data", data)
    derive(engagement.model_copy(update={"params": Params(**tree)}), data, lambda _stage: None, fresh=True)
    return data


def test_the_customers_are_divided_as_under_any_other_names(prepared, renamed):
    ours, theirs = (pq.read_table(data / "customers.parquet").to_pandas() for data in (renamed, prepared / "data"))
    assert (ours["tier"] == theirs["tier"].map(TIERS)).all()
    assert (ours["segment"] == theirs["segment"].map(SEGMENTS)).all()
    assert (ours["stage"] == theirs["stage"].map(STAGES).fillna("none")).all()
    assert ours["service_score"].equals(theirs["service_score"])
    branches = pq.read_table(renamed / "branches.parquet").column_names
    assert {f"{code}_customers" for code in TIERS.values()} <= set(branches)


@pytest.mark.parametrize("branch", ["0101", "*"])
def test_the_report_is_written_in_the_banks_own_names(renamed, read, branch):
    shown = read(renamed, branch)
    text = "\n".join(each.text for each in shown)
    assert not [fault for each in shown for fault in each.faults()]
    assert not {code for code in ("dependence", "farming") if code in text}
    for names in (TIERS, SEGMENTS, STAGES):
        assert all(name in text for name in names.values()), names
