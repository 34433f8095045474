import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.wallet import cell_quantiles, potential, wallet, wallet_list
from kit.engagement import profile
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def _params(**wallet_rules):
    return Params(**{**profile("rural-postal"), "wallet": wallet_rules}, as_of="2026-10-31")


def _customers(aum, **columns):
    return pd.DataFrame({"aum_fen": aum, "tier": "core"} | columns)


def _peers(values, *traits, quantile=0.9, smallest=1):
    cells = pd.DataFrame(dict(enumerate(traits)), index=range(len(values)))
    return cell_quantiles(pd.Series(values, dtype="int64"), cells, quantile=quantile, smallest=smallest)


def test_nobody_with_money_has_no_potential():
    found = wallet(_customers([0, -5, None]), PARAMS)
    assert (found.customers, found.excluded, found.valued, found.coarser_share) == (0, 3, 0, None)
    assert found.table.empty
    assert found.cells.empty


def test_the_dormant_are_neither_compared_nor_compared_with():
    found = potential(_customers([10, 1000], dormant=[False, True]), PARAMS)
    assert found["peer_fen"].to_dict() == {0: 10}


@pytest.mark.parametrize(("n", "place"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18)])
def test_the_ninth_decile_of_n_is_the_first_below_which_nine_tenths_stand(n, place):
    assert _peers(list(range(1, n + 1)))["peer"].unique().tolist() == [place]


def test_a_cell_that_is_too_small_gives_up_its_last_trait_and_keeps_the_others():
    made = _peers([1, 2, 3, 9, 70, 80], [0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 0, 0], quantile=0.99, smallest=2)
    assert made["traits"].tolist() == [2, 2, 2, 1, 2, 2]
    assert made["peer"].tolist() == [3, 3, 3, 9, 80, 80], "the lone one is compared with all of his first trait"


def test_where_no_cell_is_large_enough_all_are_compared():
    made = _peers([5, 6], [0, 1], quantile=0.9, smallest=30)
    assert (made["traits"].tolist(), made["peer"].tolist()) == ([0, 0], [6, 6])


def test_whoever_holds_the_quantile_or_more_has_no_room():
    floor = PARAMS.value_floor_fen
    customers = _customers([times * floor for times in [1] * 5 + [3] * 4 + [9]])
    found, made = wallet(customers, PARAMS), potential(customers, PARAMS)
    assert made["potential_fen"].tolist() == [2 * floor] * 5 + [0] * 5
    assert (found.valued, found.valued_fen) == (5, 10 * floor)
    assert found.table[["customers", "below", "potential_fen", "potential_each_fen"]].to_numpy().tolist() == [
        [10, 5, 10 * floor, 2 * floor]
    ]
    below = wallet(customers.assign(aum_fen=customers["aum_fen"] // 9 - 1), PARAMS)
    assert (below.valued, below.table["below"].sum()) == (0, 5), "whose assets are under the floor is not of value"


def test_an_unknown_age_is_a_band_of_its_own_and_a_bound_belongs_to_the_band_above():
    customers = _customers([1, 2, 3, 4], age=[29, 30, 44, None])
    made = potential(customers, _params(smallest_cell=2))
    assert made["peer_fen"].tolist() == [4, 3, 3, 4], "29 and the unknown stand alone and are compared with all"


def test_how_many_were_compared_by_fewer_traits_is_told():
    customers = _customers([1] * 40, age=[20] * 39 + [50], occupation_sector=["public"] * 40)
    found = wallet(customers, PARAMS)
    assert (found.coarser, found.customers) == (1, 40)
    assert found.cells.to_numpy().tolist() == [["age+sector", 1, 39], ["all", 1, 1]]


def test_a_tier_that_could_hold_more_than_the_branch_does_is_withheld_and_on_no_list():
    # In value floors: one of ten in "core" has 100, nine have 1: 9 · 99 = 891 beside 109 + 2 · 50. Of two in "vip" one
    # lacks 10.
    floor = PARAMS.value_floor_fen
    customers = _customers([times * floor for times in (100, *[1] * 9, 45, 55)], age=[40] * 10 + [70, 70])
    customers = customers.assign(tier=["core"] * 10 + ["vip"] * 2, branch_id="01", customer_id=list("abcdefghijkl"))
    params = _params(smallest_cell=2, quantile=0.95)
    found = wallet(customers, params)
    assert (found.withheld, found.valued, found.valued_fen) == (("core",), 1, 10 * floor)
    table = found.table.set_index("tier")
    assert table.loc["core", ["below", "potential_fen", "potential_each_fen"]].isna().all()
    assert table.loc["core", ["customers", "aum_fen"]].tolist() == [10, 109 * floor]
    assert wallet_list(customers, params)["customer_id"].tolist() == ["k"]


def test_the_list_is_of_each_branchs_own_measure_the_widest_distance_first():
    floor = PARAMS.value_floor_fen
    rich = _customers([times * floor for times in (1, 5, 9, 4, 8)])
    customers = rich.assign(customer_id=list("abcde"), branch_id=["01"] * 3 + ["02"] * 2)
    found = wallet_list(customers, PARAMS)
    rooms = {"a": 8 * floor, "b": 4 * floor, "d": 4 * floor}
    assert found.to_numpy().tolist() == [[who, room, "below_peers"] for who, room in rooms.items()]
    assert wallet_list(customers.iloc[:0], PARAMS).empty


def _loss(values, fitted, quantile):
    over = values - fitted
    return np.where(over >= 0, quantile * over, (quantile - 1) * over).sum()


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 2)), min_size=1, max_size=40),
    st.sampled_from([0.6, 0.75, 0.9]),
)
def test_no_other_value_of_a_cell_has_a_smaller_check_loss(rows, quantile):
    values, cells = (np.array(column) for column in zip(*rows, strict=True))
    fitted = _peers(values.tolist(), cells.tolist(), quantile=quantile)["peer"].to_numpy()
    for cell in set(cells.tolist()):
        own, told = values[cells == cell], fitted[cells == cell]
        assert len(set(told.tolist())) == 1
        least = min(_loss(own, other, quantile) for other in own)
        assert _loss(own, told[0], quantile) <= least + 1e-6


def test_it_is_the_quantile_regression_on_a_dummy_for_every_cell():
    linprog = pytest.importorskip("scipy.optimize").linprog
    rng = np.random.default_rng(7)
    n, quantile = 400, 0.9
    cells = rng.integers(0, 6, n)
    values = (rng.lognormal(3 + cells / 3, 1, n) * 100).astype("int64")
    design = np.eye(6)[cells]
    solved = linprog(
        np.r_[np.zeros(6), np.full(n, quantile), np.full(n, 1 - quantile)],
        A_eq=np.hstack([design, np.eye(n), -np.eye(n)]),
        b_eq=values,
        bounds=[(None, None)] * 6 + [(0, None)] * (2 * n),
        method="highs",
    )
    fitted = _peers(values.tolist(), cells.tolist(), quantile=quantile)["peer"].to_numpy()
    assert _loss(values, fitted, quantile) == pytest.approx(solved.fun, rel=1e-9)
