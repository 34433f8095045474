from __future__ import annotations

from pathlib import Path

import pytest

from kit.book import Book
from kit.intake import find_sources, intake

ENGAGEMENTS = Path(__file__).parents[1] / "engagements"
DATA = Path(__file__).parents[2] / ".." / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data of ../shared/data is not here")


def take_in(name, out):
    result = intake(find_sources(ENGAGEMENTS / name), out=out, key=b"a key for tests")
    rows = result.reconciliation
    assert (rows["rows_in"] == rows["accepted"] + rows["repeated"] + rows["quarantined"]).all()
    return result, Book(out)


def test_ten_thousand_customers_of_three_countries_tie_to_the_cent(tmp_path):
    result, book = take_in("bank_churn", tmp_path)
    assert result.rows_quarantined == result.reconciliation["cells_quarantined"].sum() == 0
    balances = book.read("customer_month")["aum_spot_fen"]
    assert len(balances) == 10_000
    assert balances.sum() == 76_485_889_288
    assert (balances == 0).sum() == 3_617
    branches = book.read("customer")["branch_id"].value_counts().to_dict()
    assert branches == {"France": 5014, "Germany": 2509, "Spain": 2477}


def test_forty_five_thousand_customers_without_an_id_tie_to_the_cent(tmp_path):
    result, book = take_in("bank_marketing", tmp_path)
    assert result.rows_quarantined == 0
    balances = book.read("customer_month")["aum_avg_year_fen"]
    assert len(balances) == 45_211
    assert balances.sum() == 6_158_968_200
    assert ((balances < 0).sum(), (balances == 0).sum()) == (3_766, 3_514)
    assert book.read("customer")["customer_id"].is_unique
