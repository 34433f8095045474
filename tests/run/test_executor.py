"""Nothing of a run is left behind when one of its processes is killed; with real kernels."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

HANGS = Path(__file__).parent / "notebooks" / "hangs.ipynb"
RUN = """
import sys
from pathlib import Path
from kit.run.executor import pool_of
from kit.run.notebook import execute

if __name__ == "__main__":
    with pool_of(1) as pool:
        pool.submit(execute, *map(Path, sys.argv[1:]), {}).result()
"""


def _is_kernel(process):
    try:
        return any("ipykernel" in word for word in process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


@pytest.fixture
def family(tmp_path):
    """The process of a run, its worker and the worker's kernel, in the middle of a notebook."""
    target, script = tmp_path / "out.ipynb", tmp_path / "run.py"
    script.write_text(RUN, encoding="utf-8")
    command = [sys.executable, str(script), str(HANGS), str(target)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as started:
        run = psutil.Process(started.pid)
        while not (target.is_file() and '"completed"' in target.read_text(encoding="utf-8")):
            assert started.poll() is None, "the run has ended"
            time.sleep(0.1)
        kernels: list[psutil.Process] = []
        while not kernels:  # a process that is just being started has no command line yet
            assert started.poll() is None, "the run has ended"
            every = [run, *run.children(recursive=True)]
            kernels = [each for each in every if _is_kernel(each)]
            time.sleep(0.1)
        (kernel,) = kernels
        yield {"run": run, "worker": kernel.parent(), "kernel": kernel}
        for each in every:
            if each.is_running():
                each.kill()


@pytest.mark.parametrize("killed", ["run", "worker"])
def test_the_kernel_ends_with_whoever_is_killed(killed, family):
    family[killed].kill()
    _, left = psutil.wait_procs(family.values(), timeout=60)
    assert not left
