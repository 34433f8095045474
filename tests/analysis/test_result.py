"""What is not known counts on neither side, and too little of it is no figure."""

import pandas as pd
import pytest

from kit import columns as col
from kit.analysis.result import Judged, Unavailable, judged, needs
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _customers(flags: list[bool | None]) -> pd.DataFrame:
    return pd.DataFrame({col.FAMILIAR: pd.array(flags, dtype="object")})


@needs(of_most=col.FAMILIAR)
def _familiar(customers: pd.DataFrame, _params: object) -> Judged:
    return judged(customers, col.FAMILIAR)


def test_a_rate_is_of_those_who_can_be_judged():
    found = judged(_customers([True, False, None, None]), col.FAMILIAR)
    assert found == Judged(yes=1, known=2, of=4)
    assert found.share == 0.5


def test_nobody_can_be_judged_by_what_was_not_sent():
    assert judged(pd.DataFrame(index=range(3)), col.FAMILIAR) == Judged(0, 0, 3)
    assert judged(pd.DataFrame(index=range(3)), col.FAMILIAR).share is None


@pytest.mark.parametrize(("known", "answered"), [(0, False), (19, False), (20, True), (100, True)])
def test_a_figure_of_a_hundred_needs_twenty_who_can_be_judged(known, answered):
    found = _familiar(_customers([True] * known + [None] * (100 - known)), PARAMS)
    assert found == (Judged(known, known, 100) if answered else Unavailable((col.FAMILIAR,), known, 100))


def test_a_column_that_was_not_sent_is_named_and_a_branch_without_customers_lacks_nothing():
    assert _familiar(pd.DataFrame(index=range(3)), PARAMS) == Unavailable((col.FAMILIAR,))
    assert _familiar(_customers([]), PARAMS) == Judged(0, 0, 0)
