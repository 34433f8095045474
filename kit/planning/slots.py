"""One owner's calendar: which tasks fit it at all, the first in order before all others, and on which days."""

from collections import deque
from collections.abc import Sequence

Task = tuple[int, int]  # first day on which it may be done, and the day after the last
_FAR = 1 << 30


def days_for(
    tasks: Sequence[Task], room: Sequence[int], kept: Sequence[int | None], late: Sequence[int] = ()
) -> list[int | None]:
    """Day of each task, or None for those that do not fit (R56, R57, R61).

    Who gets a day is decided in the order of the tasks: one is left out only where no day of its window can be freed by
    moving those before it (the greedy rule of a transversal matroid: no other choice takes more of the first ones).
    Of those that fit, as few as possible leave the day that they had (shortest augmenting paths); the others follow in
    the order of their last day, and then of the tasks, each on its earliest free day.

    Parameters
    ----------
    tasks
        Most urgent first.
    room
        How many tasks each day takes.
    kept
        Day that a task had in an earlier plan.
    late
        Places of tasks that go before all others, and that are done after their window where there is no day in it.
    """
    windows, trial, days = list(tasks), _Days(room), _Days(room)
    fit = {i for i in late if trial.put(i, windows[i])}
    missed = [i for i in late if i not in fit]
    for i in missed:
        windows[i] = (windows[i][1], len(room))
    first = {*late}
    fit |= {i for i in (*missed, *(i for i in range(len(tasks)) if i not in first)) if trial.put(i, windows[i])}
    for i in sorted(fit):
        if kept[i] is not None and kept[i] in range(*windows[i]):
            days.keep(i, windows[i], kept[i])
    for i in sorted(fit, key=lambda i: (windows[i][1], i)):
        if i not in days.day:
            days.put(i, windows[i])
    return [days.day.get(i) for i in range(len(tasks))]


class _Days:
    """Days with the tasks on them; a task costs one on any day but the one that it had, if it had one."""

    def __init__(self, room: Sequence[int]) -> None:
        self.room = list(room)
        self.on: list[set[int]] = [set() for _ in room]
        self.window: dict[int, Task] = {}
        self.day: dict[int, int] = {}
        self.had: dict[int, int] = {}
        self.closed = [False] * len(self.room)  # full for good: whoever is there can go nowhere else

    def keep(self, task: int, window: Task, day: int | None) -> None:
        """Note the day that a task had, and put it there while there is room."""
        assert day is not None
        self.had[task], self.window[task] = day, window
        if self.room[day]:
            self._set(task, day)

    def put(self, task: int, window: Task) -> bool:
        """Put a task on the earliest free day of its window, or on one that is freed at the least cost."""
        self.window[task] = window
        free = next((day for day in range(*window) if self.room[day]), None)
        if free is not None and task not in self.had:
            self._set(task, free)
        elif not all(self.closed[day] for day in range(*window)):
            for mover, day in self._moves(task):
                if mover in self.day:
                    self.on[self.day[mover]].remove(mover)
                    self.room[self.day[mover]] += 1
                self._set(mover, day)
        return task in self.day

    def _set(self, task: int, day: int) -> None:
        self.room[day] -= 1
        self.on[day].add(task)
        self.day[task] = day

    def _cost(self, task: int, day: int) -> int:
        return int(self.had.get(task, day) != day)

    def _moves(self, task: int) -> list[tuple[int, int]]:
        """Moves (task, to) that place a task, the one onto a free day first; none where no day can be freed."""
        far, came = [_FAR] * len(self.room), dict[int, tuple[int, int | None]]()
        waiting = deque[int]()

        def reach(mover: int, since: int | None, so_far: int) -> None:
            for day in range(*self.window[mover]):
                if (cost := so_far + self._cost(mover, day)) < far[day]:
                    far[day], came[day] = cost, (mover, since)
                    waiting.append(day)

        reach(task, None, 0)
        reached = [day for day in came if self.room[day]]
        while waiting and not any(far[day] == 0 for day in reached):  # nothing costs less than nothing in the end
            day = waiting.popleft()
            for mover in sorted(self.on[day]):
                reach(mover, day, far[day] - self._cost(mover, day))
            reached = [day for day in came if self.room[day]]
        if not reached:
            for day in came:
                self.closed[day] = True
            return []
        at: int | None = min(reached, key=lambda day: (far[day], day))
        moves = []
        while at is not None:
            mover, since = came[at]
            moves.append((mover, at))
            at = since
        return moves
