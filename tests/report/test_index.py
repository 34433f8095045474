import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kit.report.index import Column, index_html

COLUMNS = [Column("customers", "客户数", "count", summed=True), Column("aum_fen", "资产", "money", bar=True)]


def _page(rows, failed=None):
    return BeautifulSoup(
        index_html(
            pd.DataFrame(rows), meta={"bank": "示范银行", "title": "报告", "language": "zh"}, columns=COLUMNS,
            failed=failed or {}, fmt=lambda value, kind: f"{value}",
        ),
        "html.parser",
    )  # fmt: skip


ROWS = [
    {"name": "城东<b>", "stem": "0101", "ready": True, "customers": 3, "aum_fen": 100},
    {"name": "城西", "stem": "0102", "ready": False, "customers": 4, "aum_fen": -5},
]


def test_every_branch_has_its_row_and_only_a_finished_one_its_links():
    page = _page(ROWS)
    rows = page.select("table.bk-branches tbody tr")
    assert [row.th.get_text(strip=True) for row in rows] == ["城东<b>", "城西"]
    assert [a["href"] for a in rows[0].select("a")] == ["branches/0101.html"] * 2 + ["branches/0101.pdf"]
    assert rows[1].select("a") == []


def test_sums_stand_below_and_a_failed_branch_is_named_with_its_reason():
    page = _page(ROWS, {"城西": "tiers"})
    assert "7" in page.tfoot.get_text()
    assert "tiers" in page.select_one(".bk-failed").get_text()


def test_an_address_that_leaves_the_folder_is_refused():
    with pytest.raises(ValueError, match="relative"):
        _page([{**ROWS[0], "stem": "//example.com/x y"}])
