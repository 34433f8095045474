"""Units, owners and limits as a mixed-integer model, solved by HiGHS."""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

Array = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]
Steps = tuple[tuple[float, float], ...]  # (width, price of each unit in it), prices rising

_INFEASIBLE = 2  # of `scipy.optimize.milp`'s states
_NODES = 500  # of a search: no clock, so that every machine finds the same
_C = ctypes.CDLL("ucrtbase" if os.name == "nt" else None)
_REDIRECTED = threading.Lock()  # a process has one standard output


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """``sum(weights * loads) <= at_most``.

    Attributes
    ----------
    name
        Family of the limit: what clashes is named by it.
    weights
        Measures by owners.
    steps
        What going beyond costs, as part of the objective; none where the limit is to hold.
    gives
        How dear it is that the limit gives way where not all can hold; none where it never does.
    """

    name: str
    weights: Array
    at_most: float
    steps: Steps = ()
    gives: Steps = ()


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Each unit goes to one owner; ``cost`` (units by owners) is infinite where it may not.

    ``loads`` (measures by units by owners) is what a unit lays on its owner. Units not ``whole`` may be divided.
    """

    cost: Array
    loads: Array
    limits: tuple[Limit, ...]
    whole: Bits


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A solution: shares of units by owners, what each limit is beyond, the objective and its bound."""

    shares: Array
    beyond: Array
    value: float
    bound: float


def solve(model: Model, gap: float) -> Found | None:
    """Least cost by HiGHS, or None where the limits cannot hold."""
    unit, owner = np.nonzero(np.isfinite(model.cost))
    (measures, units, owners), pairs = model.loads.shape, len(unit)
    steps = [(at, *step) for at, limit in enumerate(model.limits) for step in limit.steps]
    loads, rows = measures * owners, len(model.limits)
    # Columns: shares of units, loads of owners, steps beyond the limits.
    one_owner = sparse.csr_array((np.ones(pairs), (unit, np.arange(pairs))), shape=(units, pairs))
    loading = sparse.vstack([
        sparse.csr_array((each[unit, owner], (owner, np.arange(pairs))), shape=(owners, pairs)) for each in model.loads
    ])  # fmt: skip
    weights = sparse.csr_array(np.array([limit.weights.ravel() for limit in model.limits]).reshape(rows, loads))
    at = [step[0] for step in steps]
    room = sparse.csr_array((-np.ones(len(at)), (at, np.arange(len(at)))), shape=(rows, len(at)))
    matrix = sparse.block_array(
        [[one_owner, None, None], [loading, -sparse.eye_array(loads), None], [None, weights, room if at else None]],
        format="csc",
    )
    at_most = np.array([limit.at_most for limit in model.limits])
    search = partial(
        milp,
        np.concatenate([model.cost[unit, owner], np.zeros(loads), [step[2] for step in steps]]),
        integrality=np.concatenate([model.whole[unit], np.zeros(loads + len(at))]),
        bounds=Bounds(
            np.concatenate([np.zeros(pairs), np.full(loads, -np.inf), np.zeros(len(at))]),
            np.concatenate([np.ones(pairs), np.full(loads, np.inf), [step[1] for step in steps]]),
        ),
        constraints=LinearConstraint(
            matrix,
            np.concatenate([np.ones(units), np.zeros(loads), np.full(rows, -np.inf)]),
            np.concatenate([np.ones(units), np.zeros(loads), at_most]),
        ),
    )
    with _quiet():
        for presolve in (True, False):  # of a rare model that can be solved HiGHS makes an error when it simplifies it
            result = search(options={"mip_rel_gap": gap, "node_limit": _NODES, "presolve": presolve})
            if result.x is not None or result.status == _INFEASIBLE:
                break
    if result.x is None:
        return None
    shares = np.zeros((units, owners))
    shares[unit, owner] = result.x[:pairs]
    bound = result.fun if result.mip_dual_bound is None else result.mip_dual_bound
    further = np.bincount(at, result.x[pairs + loads :], rows).astype(float) if at else np.zeros(rows)
    return Found(shares, further, result.fun, bound)


@contextmanager
def _quiet() -> Iterator[None]:
    """What C code prints goes nowhere: of rare searches HiGHS says a line that none of its options silences.

    C may keep the line for later, so that its buffers are emptied before the standard output is there again.
    """
    with _REDIRECTED:
        try:
            terminal = os.dup(1)
        except OSError:  # there is none
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with suppress(AttributeError, OSError, ValueError):  # none, broken or closed: not ours to say
            sys.stdout.flush()
        _C.fflush(None)
        os.dup2(nowhere, 1)
        try:
            yield
        finally:
            _C.fflush(None)
            os.dup2(terminal, 1)
            os.close(nowhere)
            os.close(terminal)
