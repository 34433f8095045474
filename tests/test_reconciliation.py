from __future__ import annotations

import pandas as pd
import pytest

from kit.reconciliation import read_reconciliation


@pytest.fixture
def data(tmp_path):
    (tmp_path / "book").mkdir()
    return tmp_path


def test_an_intake_that_left_no_accounts_gives_empty_frames_with_their_columns(data):
    found = read_reconciliation(data)
    for name in ("rows", "quarantine", "totals", "fields", "refused", "checks", "completeness"):
        frame = getattr(found, name)
        assert frame.empty
        assert len(frame.columns) > 3
    assert found.delivered == {}


def test_what_an_older_file_lacks_is_nothing(data):
    pd.DataFrame(
        {"file": ["a.csv"], "sheet": [None], "table": ["customer"], "rows_in": [3], "accepted": [3]}
    ).to_parquet(data / "reconciliation.parquet")
    (row,) = read_reconciliation(data).rows.to_dict("records")
    assert (row["sheet"], row["rows_in"], row["totals"], row["blank"]) == ("", 3, 0, 0)


def test_the_quarantine_is_counted_by_file_column_and_reason_with_its_first_entry(data):
    entries = [
        ("a.csv", 9, "age", "not_whole", "字"),
        ("a.csv", 4, "age", "not_whole", "A"),
        ("b.csv", 2, "age", "missing", ""),
    ]
    pd.DataFrame(
        [
            {"file": f, "sheet": "", "row": r, "table": "customer", "column": c, "value_masked": v, "reason": why,
             "detail": "", "whole_row": False}
            for f, r, c, why, v in entries
        ]
    ).to_parquet(data / "quarantine.parquet")  # fmt: skip
    found = read_reconciliation(data).quarantine
    assert found[["file", "entries", "row", "value_masked"]].values.tolist() == [
        ["a.csv", 2, 9, "字"],
        ["b.csv", 1, 2, ""],
    ]


def test_a_totals_row_belongs_to_the_table_that_its_sheet_feeds(data):
    pd.DataFrame({"file": ["a.xlsx"], "sheet": ["一"], "table": ["account"]}).to_parquet(
        data / "reconciliation.parquet"
    )
    pd.DataFrame({"file": ["a.xlsx", "x"], "sheet": ["一", ""], "column": ["balance_fen", "balance_fen"]}).to_parquet(
        data / "totals.parquet"
    )
    assert read_reconciliation(data).totals["table"].tolist() == ["account", ""]
