from __future__ import annotations

from kit.intake.readers import grids


def test_downloads_of_the_statistics_bureau_are_read_as_they_are(shared, rows_of):
    for path in sorted((shared / "zh_messy").glob("*.csv")):
        (grid,) = grids(path)
        assert (grid.encoding, grid.delimiter) == ("gb18030", ",")
        header = next(i for i, row in enumerate(grid.head, start=1) if row[0] == "地区")
        rows, _ = rows_of(grid, after=header)
        provinces = [row for row in rows if row[1] != "地区" and any(row[2:])]
        assert len(provinces) == 31
    found = grids(shared / "zh_messy" / "一般公共预算等.xls")
    assert [len(grid.head) > 0 for grid in found] == [True, False, False]
    assert len(rows_of(found[0])[0]) == 62


def test_a_workbook_with_pivot_sheets_is_read_as_it_is(shared, rows_of):
    found = {grid.name: grid for grid in grids(shared / "bank_churn" / "Churn_Modelling_workbook.xlsx")}
    rows, bad = rows_of(found["Churn_Modelling"])
    assert (len(rows), bad) == (10_000, [])
    assert rows_of(found["Sheet2"], width=6)[0][-1][1] == "Grand Total"
