"""The model of the assignment against the published optima of OR-Library, and against every possible answer."""

import csv
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.planning.optimum import loads_of, optimise
from kit.planning.solver import Limit, Model

OPEN = float("inf")


def capacity(owner, owners, at_most, gives=()):
    weights = np.zeros((1, owners))
    weights[0, owner] = 1.0
    return Limit("capacity", weights, at_most, gives=gives)


def instances(path):
    """Profits and resources (owners by units) and capacities of each instance in a file of OR-Library."""
    numbers = iter(int(word) for word in path.read_text().split())
    for _ in range(next(numbers)):
        owners, units = next(numbers), next(numbers)
        profit, resource = (
            np.array([next(numbers) for _ in range(owners * units)], dtype=float).reshape(owners, units)
            for _ in range(2)
        )
        yield profit, resource, [next(numbers) for _ in range(owners)]


@pytest.mark.parametrize("name", ["gap1", "gap4"])
def test_the_known_optima_of_or_library_are_found(shared, name):
    with (shared / "gap" / "optima.csv").open() as file:
        known = [float(row[name]) for row in csv.DictReader(file)]
    found = []
    for profit, resource, room in instances(shared / "gap" / f"{name}.txt"):
        owners, units = profit.shape
        limits = tuple(capacity(i, owners, most) for i, most in enumerate(room))
        cost = (profit.max() - profit).T
        answer = optimise(Model(cost, resource.T[None], limits, np.ones(units, dtype=bool)))
        used = np.bincount(answer.owner, resource[answer.owner, np.arange(units)], owners)
        assert (used <= room).all()
        assert answer.bound <= answer.value + 1e-6
        found.append(profit[answer.owner, np.arange(units)].sum())
    assert found == known


@given(st.data())
def test_no_other_answer_is_cheaper_and_the_bound_is_below_it(data):
    units, owners = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    whole = st.integers(0, 9)
    cost = np.array(data.draw(st.lists(st.lists(whole, min_size=owners, max_size=owners), min_size=units,
                                       max_size=units)), dtype=float)  # fmt: skip
    load = np.array(data.draw(st.lists(st.integers(1, 4), min_size=units, max_size=units)), dtype=float)
    room = data.draw(st.lists(st.integers(0, 12), min_size=owners, max_size=owners))
    loads = np.broadcast_to(load[:, None], (units, owners))[None]
    limits = tuple(capacity(i, owners, most, ((OPEN, 1.0),)) for i, most in enumerate(room))
    answer = optimise(Model(cost, loads, limits, np.ones(units, dtype=bool)))

    def beyond(choice):
        used = np.bincount(choice, load, owners)
        return np.maximum(used - room, 0).sum()

    choices = [np.array(each) for each in product(range(owners), repeat=units)]
    fitting = [choice for choice in choices if beyond(choice) == 0]
    if fitting:
        assert beyond(answer.owner) == 0
        least = min(cost[np.arange(units), choice].sum() for choice in fitting)
        assert cost[np.arange(units), answer.owner].sum() <= least + max(0.003 * least, 1e-6)
        assert answer.clash == ()
    else:
        assert answer.clash
        assert answer.gave.sum() > 0
    assert answer.bound <= answer.value + 1e-6


def test_loads_are_what_the_units_of_each_owner_lay_on_him():
    loads = np.array([[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]])
    model = Model(np.zeros((3, 2)), loads, (), np.ones(3, dtype=bool))
    assert loads_of(model, np.array([0, 1, 0])).tolist() == [[4.0, 2.0]]
