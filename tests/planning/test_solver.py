"""The solver says nothing: what its C code prints does not reach the standard output, nor does ours get lost."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kit.planning import solver
from kit.planning.solver import Limit, Model, solve

MODEL = Model(
    cost=np.array([[1.0, 2.0], [2.0, 1.0]]),
    loads=np.ones((1, 2, 2)),
    limits=(Limit("capacity", np.array([[1.0, 0.0]]), 1.0),),
    whole=np.ones(2, dtype=bool),
)
SEEN = """
import sys
sys.path.insert(0, {tests!r})
from planning import test_solver as made
print("before")
made.solver.milp = made.talkative
assert made.solve(made.MODEL, 0.01).value == 2
print("after")
"""


def talkative(*args, **options):
    """HiGHS in one of the rare searches of which it prints a line, straight to the output and through C's buffer."""
    os.write(1, b"straight\n")
    solver._C.puts(b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();")
    return MILP(*args, **options)


MILP = solver.milp


def test_what_c_prints_during_a_search_is_not_seen_and_what_comes_after_it_is(monkeypatch, capfd):
    monkeypatch.setattr(solver, "milp", talkative)
    assert solve(MODEL, 0.01).value == 2
    solver._C.puts(b"after")
    solver._C.fflush(None)
    assert capfd.readouterr() == ("after\n", "")


def test_output_that_c_holds_back_in_a_pipe_is_not_seen_either(pytestconfig):
    script = SEEN.format(tests=str(pytestconfig.rootpath / "tests"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "before\nafter\n", "")


def test_searches_of_two_threads_leave_the_output_as_it_was(monkeypatch, capfd):
    monkeypatch.setattr(solver, "milp", talkative)
    with ThreadPoolExecutor(2) as pool:
        assert [found.value for found in pool.map(lambda _: solve(MODEL, 0.01), range(8))] == [2] * 8
    os.write(1, b"after\n")
    assert capfd.readouterr() == ("after\n", "")


def test_a_search_that_fails_leaves_the_output_as_it_was(monkeypatch, capfd):
    def failing(*_args, **_options):
        raise MemoryError

    monkeypatch.setattr(solver, "milp", failing)
    with pytest.raises(MemoryError):
        solve(MODEL, 0.01)
    os.write(1, b"after\n")
    assert capfd.readouterr() == ("after\n", "")


def test_without_a_standard_output_there_is_nothing_to_silence():
    script = "import os, runpy; os.close(1); from kit.planning.solver import Limit, Model, solve; import numpy as np\n"
    script += (
        "m = Model(np.ones((1, 1)), np.ones((1, 1, 1)), (Limit('c', np.ones((1, 1)), 1.0),), np.ones(1, dtype=bool))\n"
    )
    script += "assert solve(m, 0.01).value == 1"
    done = subprocess.run([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
