from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from kit.analysis.quality import delivery, missing_columns
from kit.reconciliation import Reconciliation, read_reconciliation


@pytest.fixture
def empty(tmp_path) -> Reconciliation:
    (tmp_path / "book").mkdir()
    return read_reconciliation(tmp_path)


def rows(frame: pd.DataFrame, *records) -> pd.DataFrame:
    """Records with the columns and kinds of an empty frame of the reconciliation."""
    made = pd.DataFrame.from_records(list(records)).reindex(columns=frame.columns)
    for name, kind in frame.dtypes.items():
        values = made[name].astype("object")
        nothing = "" if kind == "str" else 0 if kind in ("int64", "bool") else None
        made[name] = values.where(values.notna(), nothing).astype(kind)
    return made


def test_a_bank_without_accounts_has_no_share_and_no_finding(empty):
    found = delivery(empty)
    assert (found.rows_in, found.accepted_share, found.compared, found.finding_count) == (0, None, 0, 0)
    assert found.ties


def test_lines_of_a_sheet_that_feeds_two_tables_count_once_and_its_rows_for_each(empty):
    sheet = {"file": "a.xlsx", "sheet": "一", "lines_above": 2, "blank": 1, "totals": 1, "notes": 1, "rows_in": 10}
    accounts = replace(
        empty,
        rows=rows(
            empty.rows,
            {**sheet, "table": "customer", "accepted": 8, "repeated": 1, "quarantined": 1},
            {**sheet, "table": "customer_month", "accepted": 10},
        ),
    )
    found = delivery(accounts)
    assert (found.lines, found.other_lines, found.rows_in, found.accepted) == (15, 5, 20, 18)
    assert found.accepted_share == pytest.approx(0.9)
    assert found.ties
    assert found.files.set_index("table").loc["customer", ["lines", "other_lines", "rows_in"]].tolist() == [15, 5, 10]


def test_sheets_are_no_files(empty):
    sheets = [{"file": "a.xlsx", "sheet": name, "table": "customer"} for name in ("一", "二", "三")]
    found = delivery(replace(empty, rows=rows(empty.rows, *sheets, {"file": "b.csv", "table": "customer"})))
    assert (found.file_count, found.files["file_count"].to_list()) == (2, [2])


def test_amounts_are_counted_and_those_that_differ_listed_by_difference(empty):
    day = date(2026, 10, 31)
    check = {"table": "customer_month", "column": "aum_spot_fen", "as_of": day, "rows": 1}
    accounts = replace(
        empty,
        totals=rows(
            empty.totals,
            {
                "file": "a",
                "table": "account",
                "column": "balance_fen",
                "stated_fen": 5,
                "summed_fen": 5,
                "status": "ok",
            },
            {
                "file": "b",
                "table": "account",
                "column": "balance_fen",
                "stated_fen": 5,
                "summed_fen": 4,
                "difference_fen": -1,
                "status": "finding",
            },
        ),
        checks=rows(
            empty.checks,
            {**check, "check": "sum", "stated_fen": 10, "found_fen": 10, "status": "ok", "detail": "a_fen+b_fen"},
            {**check, "check": "sum", "stated_fen": 10, "found_fen": 30, "status": "finding", "detail": "holding"},
            {**check, "check": "sum", "stated_fen": 10, "found_fen": 40, "status": "finding", "detail": "holding"},
            {**check, "check": "control_total", "stated_fen": 0, "found_fen": 90, "status": "finding"},
            {"check": "control_total", "table": "customer", "rows": 3, "failed": 1, "status": "finding", "detail": "4"},
        ),
    )
    found = delivery(accounts)
    assert (found.compared, found.agreeing, found.differing) == (6, 2, 4)
    assert found.amounts[["compared", "times", "difference_fen"]].values.tolist() == [
        ["control_total", 1, 90], ["holding", 2, 50], ["total_row", 1, -1],
    ]  # fmt: skip
    assert found.amounts["difference_share"].tolist() == [pytest.approx(float("nan"), nan_ok=True), 2.5, -0.2]
    assert found.findings["finding"].tolist() == ["control_total"], "a number of rows is no amount"


def test_what_a_join_loses_comes_before_other_findings_and_drift_counts_once(empty):
    lost = {"check": "reference", "column": "staff_id", "rows": 9, "status": "finding", "detail": "staff"}
    drift = {"check": "code_drift", "table": "customer_month", "column": "tier_given", "status": "finding"}
    accounts = replace(
        empty,
        checks=rows(
            empty.checks,
            {**drift, "rows": 100, "failed": 2},
            {**drift, "rows": 10, "failed": 0, "detail": "金卡: 10.0% → 0.0%"},
            {**lost, "table": "contact", "failed": 1},
            {**lost, "table": "sale", "failed": 3},
            {**lost, "check": "unmatched", "table": "customer", "failed": 5, "status": "info", "detail": "assignment"},
        ),
    )  # fmt: skip
    found = delivery(accounts)
    assert (found.joins_checked, found.lost, found.finding_count) == (2, 4, 3)
    assert found.findings[["finding", "table", "parent", "found"]].values.tolist() == [
        ["reference", "sale", "staff", 3],
        ["reference", "contact", "staff", 1],
        ["code_drift", "customer_month", "", 2],
    ]


def test_a_column_that_stands_for_another_is_not_missing_and_a_missing_table_is_one_row(empty):
    accounts = replace(empty, delivered={"customer": ("customer_id", "branch_id", "age", "occupation")})
    listed, others = missing_columns(accounts, need=("M", "M*", "R"))
    names = list(zip(listed["table"], listed["column"], strict=True))
    assert ("customer", "birth_date") not in names
    assert ("customer", "mobile_ok") in names
    assert names.count(("customer_month", "")) == 1
    assert not any(table == "customer_month" and column for table, column in names)
    assert others > 10


def test_units_that_nobody_stated_are_counted_as_assumed(empty):
    field = {"file": "a", "table": "customer_month", "unit": "元"}
    accounts = replace(
        empty,
        fields=rows(
            empty.fields,
            {**field, "column": "aum_spot_fen", "unit_from": "header"},
            {**field, "file": "b", "column": "aum_spot_fen", "unit_from": "header"},
            {**field, "column": "wmp_spot_fen", "unit_from": "default"},
            {**field, "column": "txn_count", "unit": "笔", "unit_from": "default"},
        ),
    )
    found = delivery(accounts)
    assert (found.money_columns, found.assumed) == (2, 1)
