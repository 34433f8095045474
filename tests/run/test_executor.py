"""Nothing of a run is left behind when one of its processes is killed; with a real kernel."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

TELLS = Path(__file__).parent / "notebooks" / "tells.ipynb"
RUN = """
import sys
from pathlib import Path
from kit.run.executor import pool_of
from kit.run.notebook import execute

if __name__ == "__main__":
    with pool_of(1) as pool:
        pool.submit(execute, *map(Path, sys.argv[1:]), {}, timeout=None).result()
"""
LONGEST_SECONDS = 300  # to wait for an end that comes in one or two, unless the machine is busy


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def family(tmp_path: Path) -> Iterator[dict[str, psutil.Process]]:
    """The process of a run, its worker and the worker's kernel, which is at a cell that does not end."""
    told, log, script = tmp_path / "told", tmp_path / "log", tmp_path / "run.py"
    script.write_text(RUN, encoding="utf-8")
    command = [sys.executable, str(script), str(TELLS), str(tmp_path / "out.ipynb")]
    with log.open("w") as errors, subprocess.Popen(command, env=os.environ | {"TOLD": str(told)}, stderr=errors) as run:
        try:
            while not (told.is_file() and told.read_text().endswith("\n")):  # the kernel tells who it is
                assert run.poll() is None, log.read_text()
                time.sleep(0.1)
            kernel = psutil.Process(int(told.read_text()))
            worker, above, *_ = kernel.parents()
            assert above.pid == run.pid
            yield {"run": above, "worker": worker, "kernel": kernel}
        finally:
            run.kill()
    for left in filter(_lives, (worker, kernel)):
        left.kill()


@pytest.mark.parametrize(("killed", "ends"), [("run", ["worker", "kernel"]), ("worker", ["kernel"])])
def test_nothing_outlives_the_process_that_is_killed(killed, ends, family):
    family[killed].kill()
    given_up = time.monotonic() + LONGEST_SECONDS
    while any(_lives(family[name]) for name in ends) and time.monotonic() < given_up:
        time.sleep(0.1)
    assert [name for name in ends if _lives(family[name])] == []
