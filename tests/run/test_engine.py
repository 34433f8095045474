"""The engine ``warm``, with real kernels."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from kit.run.engine import WarmEngine

NOTEBOOKS = Path(__file__).parent / "notebooks"


@pytest.fixture(autouse=True, scope="module")
def no_kernel_left() -> Iterator[None]:
    yield
    WarmEngine.shutdown()
    assert not kernels()


def kernels() -> list[int]:
    children = psutil.Process().children()
    return [child.pid for child in children if any("ipykernel" in word for word in child.cmdline())]


def run(name: str, **options: Any) -> list[str]:
    """Run a notebook and return what its cells show: text, or that it is a picture."""
    nb = papermill.execute_notebook(
        str(NOTEBOOKS / f"{name}.ipynb"), None, engine_name="warm", progress_bar=False, **options
    )
    outputs = [output for cell in nb.cells for output in cell.outputs if "data" in output]
    return ["a picture" if "image/png" in output.data else output.data["text/plain"] for output in outputs]


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_next_notebook_finds_no_trace_of_the_last_and_the_kernel_stays():
    WarmEngine.shutdown()
    in_a_new_kernel = run("finds_traces")
    before = kernels()
    run("leaves_traces")
    assert run("finds_traces") == in_a_new_kernel
    assert in_a_new_kernel[-1] == "a picture"
    assert kernels() == before
    assert len(before) == 1


def test_notebook_sees_the_environment_and_folder_of_its_own_run(tmp_path, monkeypatch):
    assert run("sees") == [str((None, Path.cwd().name))]
    monkeypatch.setenv("SEEN", "now")
    monkeypatch.chdir(tmp_path)
    assert run("sees") == [str(("now", tmp_path.name))]
    monkeypatch.undo()
    assert run("sees") == [str((None, Path.cwd().name))]


def test_helper_module_is_the_one_beside_the_notebook(tmp_path):
    answers = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "helper.py").write_text(f"answer = {name!r}")
        answers += run("helper_says", resources={"metadata": {"path": str(folder)}})
    assert answers == ["'first'", "'second'"]


def test_kernel_is_replaced_after_an_error_in_a_cell():
    before = run("pid")
    with pytest.raises(PapermillExecutionError):
        run("raises")
    assert not kernels()
    assert run("pid") != before


def test_timeout_is_raised_marked_failed_and_replaces_the_kernel(tmp_path):
    with pytest.raises(CellTimeoutError):
        papermill.execute_notebook(
            str(NOTEBOOKS / "hangs.ipynb"),
            str(tmp_path / "out.ipynb"),
            engine_name="warm",
            progress_bar=False,
            execution_timeout=1,
        )
    assert not kernels()
    nb = papermill.iorw.load_notebook_node(str(tmp_path / "out.ipynb"))
    assert [cell.metadata.papermill.status for cell in nb.cells] == ["completed", "failed", "pending"]


def test_death_of_the_kernel_is_raised_and_the_next_notebook_runs():
    with pytest.raises(DeadKernelError):
        run("dies")
    assert run("pid") == [str(kernels()[0])]


@pytest.mark.parametrize("name", ["exits", "cripples"])
def test_kernel_that_cannot_be_wiped_is_replaced(name):
    before = run("pid")
    run(name)
    assert run("pid") != before


def test_kernel_killed_while_idle_is_replaced():
    before = run("pid")
    psutil.Process(int(before[0])).kill()
    assert run("pid") != before


def test_kernel_is_replaced_after_its_share_of_notebooks(monkeypatch):
    WarmEngine.shutdown()
    monkeypatch.setattr(WarmEngine, "max_notebooks", 2)
    first, second, third = run("pid"), run("pid"), run("pid")
    assert first == second != third


def test_kernel_that_holds_too_much_memory_is_not_kept(monkeypatch):
    monkeypatch.setattr(WarmEngine, "max_rss_bytes", 1)
    run("pid")
    assert not kernels()


def test_only_the_start_of_a_kernel_is_tried_again(monkeypatch):
    WarmEngine.shutdown()
    from papermill.clientwrap import PapermillNotebookClient

    start = PapermillNotebookClient.start_new_kernel_client
    tries = []

    def collides_once(client: Any) -> Any:
        tries.append(client)
        if len(tries) == 1:
            client.km.provisioner.process.kill()
        return start(client)

    monkeypatch.setattr(PapermillNotebookClient, "start_new_kernel_client", collides_once)
    assert run("pid")[0] in map(str, kernels())
    assert len(tries) == 2


def test_preloaded_module_is_there_and_a_misspelt_one_is_named(monkeypatch):
    WarmEngine.shutdown()
    monkeypatch.setenv("BRANCH_KIT_PRELOAD", "colorsys, no_such_module")
    with pytest.raises(RuntimeError, match="no_such_module"):
        run("pid")
    assert not kernels()
    monkeypatch.setenv("BRANCH_KIT_PRELOAD", "colorsys")
    run("pid")


def test_processes_that_a_notebook_started_end_with_its_kernel():
    (child,) = run("starts_process")
    WarmEngine.shutdown()
    assert not alive(int(child))


def test_command_line_leaves_no_kernel(tmp_path):
    target = tmp_path / "out.ipynb"
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "warm",
        str(NOTEBOOKS / "pid.ipynb"),
        str(target),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (cell,) = papermill.iorw.load_notebook_node(str(target)).cells
    assert not alive(int(cell.outputs[0].data["text/plain"]))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_forked_child_starts_a_kernel_of_its_own_and_stops_it():
    script = f"""
import multiprocessing, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_engine import alive, kernels, run

def child(queue):
    queue.put(int(run("pid")[0]))

if __name__ == "__main__":
    mine = int(run("pid")[0])
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    process = fork.Process(target=child, args=(queue,))
    process.start()
    theirs = queue.get()
    process.join()
    assert process.exitcode == 0
    assert mine != theirs
    assert not alive(theirs)
    assert int(run("pid")[0]) == mine
"""
    subprocess.run([sys.executable, "-c", script], check=True)
