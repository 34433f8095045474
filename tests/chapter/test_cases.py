"""Banks that send little or send it badly: what their files cannot carry is not claimed."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kit.engagement import load
from kit.run.prepare import prepare

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


class Case:
    """A bank of the shared cases, taken in and prepared."""

    def __init__(self, data: Path, read: Callable[..., list[Any]]) -> None:
        self.data, self._read = data, read

    def rows(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.data / f"{name}.parquet")

    def fact(self, name: str) -> float:
        return float(self.rows("facts").query("branch_id == '*' and name == @name")["value"].iloc[0])

    def says(self, *chapters: str) -> str:
        """What these chapters say of the bank, in both languages."""
        return "\n".join(shown.text for shown in self._read(self.data, "*", chapters))


@pytest.fixture
def case(tmp_path, read) -> Callable[[str], Case]:
    if not CASES.is_dir():
        pytest.skip(f"the shared cases are not beside the clone: {CASES}")

    def prepared(name: str) -> Case:
        folder = shutil.copytree(CASES / name, tmp_path / name)
        prepare(load(folder), tmp_path / "out", lambda _stage: None)
        return Case(tmp_path / "out" / "data", read)

    return prepared


def test_the_control_has_its_customers_and_its_sum(case):
    base = case("base")
    assert (base.fact("customers"), base.fact("aum_fen"), base.fact("unknown_customers")) == (60, 562200174, 0)


def test_an_unreadable_balance_is_not_known_and_nobody_has_left(case):
    bank = case("bad-cell-is-no-loss")
    unknown = set(bank.rows("customers").query("aum_fen.isna()")["customer_id"])
    assert (bank.fact("unknown_customers"), len(unknown)) == (5, 5)
    steps = bank.says("concentration")
    assert "清零或离开" not in steps
    assert not unknown & set(bank.rows("lists").query("list in ['win_back', 'loss', 'wake']")["customer_id"])


def test_a_demand_balance_alone_says_nothing_of_where_the_primary_account_is(case):
    bank = case("primary-needs-evidence")
    assert pd.isna(bank.fact("primary_share"))
    assert pd.isna(bank.fact("focus_customers"))
    said = bank.says("summary", "primary")
    assert "主账户争过来" not in said
    assert "Win the primary account" not in said
    assert "本节暂缺" in said


def test_money_that_came_in_is_read_from_the_transactions_where_no_month_states_it(case):
    said = case("hidden-value-without-flows").says("primary")
    assert "no customer shows" not in said


def test_deposits_sent_in_parts_have_a_demand_share(case):
    assert case("deposits-in-parts-and-payroll").fact("demand_share") == 1


def test_a_plan_that_reaches_into_an_unannounced_year_has_nobody_called_on_new_years_day(case):
    planned = case("plan-into-2027").rows("plan")["date"].dropna()
    assert len(planned) > 0
    assert date(2027, 1, 1) not in set(pd.to_datetime(planned).dt.date)
