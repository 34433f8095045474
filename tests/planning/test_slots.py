"""An owner's days against brute force: who fits, and how few are moved."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from kit.planning.slots import days_for


def _least_moves(chosen, tasks, room, kept):
    """Fewest of the chosen tasks that leave their day, or None where they do not all fit."""
    places = [day for day, left in enumerate(room) for _ in range(left)]
    if len(chosen) > len(places):
        return None
    cost = np.full((len(chosen), len(places)), 1000)
    for row, task in enumerate(chosen):
        for column, day in enumerate(places):
            if day in range(*tasks[task]):
                had = kept[task] if kept[task] in range(*tasks[task]) else None
                cost[row, column] = had is not None and had != day
    moves = cost[linear_sum_assignment(cost)].sum() if chosen and places else 0
    return None if moves >= 1000 else int(moves)


@st.composite
def owners(draw):
    days = draw(st.integers(1, 6))
    window = st.tuples(st.integers(0, days - 1), st.integers(1, days)).map(lambda w: (w[0], max(w[1], w[0] + 1)))
    tasks = draw(st.lists(window, max_size=10))
    room = draw(st.lists(st.integers(0, 3), min_size=days, max_size=days))
    kept = draw(st.lists(st.none() | st.integers(0, days - 1), min_size=len(tasks), max_size=len(tasks)))
    return tasks, room, kept


@settings(max_examples=4 * settings.default.max_examples)
@given(owners())
def test_the_first_in_order_fit_before_all_others_and_as_few_as_possible_are_moved(owner):
    tasks, room, kept = owner
    got = days_for(tasks, room, kept)
    accepted = []
    for task in range(len(tasks)):
        if _least_moves([*accepted, task], tasks, room, kept) is not None:
            accepted.append(task)
    assert [task for task, day in enumerate(got) if day is not None] == accepted
    assert all(day is None or day in range(*tasks[task]) for task, day in enumerate(got))
    assert all(got.count(day) <= left for day, left in enumerate(room))
    moved = [task for task in accepted if kept[task] in range(*tasks[task]) and got[task] != kept[task]]
    assert len(moved) == _least_moves(accepted, tasks, room, kept)


def test_what_is_due_first_comes_first_and_of_that_the_more_urgent():
    assert days_for([(0, 4), (0, 2), (0, 4)], [1, 1, 1, 1], [None] * 3) == [1, 0, 2]


def test_an_urgent_task_pushes_another_from_its_day_and_nobody_else():
    # The second may go from day 0 to day 1; the third stays where it is.
    assert days_for([(0, 1), (0, 3), (0, 3)], [1, 1, 1], [None, 0, 2]) == [0, 1, 2]


def test_without_any_room_nobody_has_a_day():
    assert days_for([(0, 2), (1, 2)], [0, 0], [None, 1]) == [None, None]
