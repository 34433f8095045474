"""Safe execution of one notebook, with real kernels."""

from __future__ import annotations

import ast
import json
import math
import multiprocessing
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil
import pytest

from kit.errors import BadNotebookParameter, MissingFile, UnreadableFile
from kit.run.engine import WarmEngine
from kit.run.notebook import BadParameterValue, NotebookFailed, execute

NOTEBOOKS = Path(__file__).parent / "notebooks"


@pytest.fixture(autouse=True, scope="module")
def kernels_end_here() -> Iterator[None]:
    yield
    WarmEngine.shutdown()


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("BRANCH_KIT_LANGUAGE", "en")


def notebook(name: str) -> Path:
    return NOTEBOOKS / f"{name}.ipynb"


def shown(nb: Any) -> list[Any]:
    """What a reader of the notebook sees, without the moments at which it ran."""
    return [(cell.source, cell.get("execution_count"), cell.get("outputs")) for cell in nb.cells]


def test_misspelt_parameter_names_the_nearest_and_nothing_is_written(tmp_path):
    target = tmp_path / "made" / "out.ipynb"
    with pytest.raises(BadNotebookParameter, match="Did you mean “branch_id”") as caught:
        execute(notebook("shows"), target, {"brnach_id": "0101"})
    assert caught.value.facts["known"] == ["branch_id", "top"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "value",
    [
        Path("x"),
        ("a",),
        date(2026, 10, 31),
        np.int64(1),
        np.float64(1),
        math.nan,
        {1: "a"},
        [{"a": {2}}],
        b"x",
    ],
)
def test_value_that_is_not_json_is_refused_before_anything_runs(tmp_path, value):
    with pytest.raises(BadParameterValue, match="“top”"):
        execute(notebook("shows"), tmp_path / "out.ipynb", {"top": value})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["top = 1; import os", "", "class"])
def test_parameter_name_cannot_be_code(tmp_path, name):
    with pytest.raises(BadNotebookParameter):
        execute(notebook("shows"), tmp_path / "out.ipynb", {name: 1})


def test_parameters_arrive_as_they_were_given(tmp_path):
    values = {
        "城东支行": ["\"quoted\" 'twice'", "back\\slash\nline", {"a b": [1, -2.5, True, None]}],
        "{x}": "{y}",
    }
    nb = execute(notebook("stripped"), tmp_path / "{out}.ipynb", {"values": values})
    assert ast.literal_eval(nb.cells[-1].outputs[0].data["text/plain"]) == values


def test_missing_and_unreadable_notebooks_are_named(tmp_path):
    with pytest.raises(MissingFile):
        execute(tmp_path / "none.ipynb", tmp_path / "out.ipynb", {})
    for text in ("", "[]", "{}", "nonsense"):
        (tmp_path / "in.ipynb").write_text(text)
        with pytest.raises(UnreadableFile):
            execute(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {})


def test_plain_engine_gives_the_same_outputs(tmp_path):
    parameters = {"branch_id": "城东", "top": 5}
    nbs = [
        execute(notebook("shows"), tmp_path / "out.ipynb", parameters, engine=engine)
        for engine in ("warm", "warm", None)
    ]
    assert shown(nbs[0]) == shown(nbs[1]) == shown(nbs[2])
    assert "城东" in json.dumps(shown(nbs[0]), ensure_ascii=False)


def test_result_is_at_the_target_whole_and_alone(tmp_path):
    (tmp_path / "out.failed.ipynb").write_text("of an earlier run")
    nb = execute(notebook("shows"), tmp_path / "out.ipynb", {})
    assert [path.name for path in tmp_path.iterdir()] == ["out.ipynb"]
    assert nbformat.read(tmp_path / "out.ipynb", as_version=4) == nb
    assert str(NOTEBOOKS) not in (tmp_path / "out.ipynb").read_text(encoding="utf-8")


def test_notebook_runs_in_the_folder_asked_for(tmp_path):
    (tmp_path / "there").mkdir()
    here = Path.cwd()
    for engine in ("warm", None):
        nb = execute(notebook("sees"), tmp_path / "out.ipynb", {}, engine=engine, cwd=tmp_path / "there")
        assert nb.cells[0].outputs[0].data["text/plain"] == "(None, 'there')"
    assert Path.cwd() == here


def test_failure_leaves_the_old_target_and_a_notebook_to_open(tmp_path):
    target = tmp_path / "out.ipynb"
    target.write_text("of last month")
    with pytest.raises(NotebookFailed) as caught:
        execute(notebook("raises"), target, {})
    assert target.read_text() == "of last month"
    facts = caught.value.facts
    assert facts["path"] == tmp_path / "out.failed.ipynb"
    assert facts["cell"] == 2
    nb = nbformat.read(facts["path"], as_version=4)
    assert nb.cells[facts["cell"] - 1].outputs[0].ename == "ValueError"
    assert len(list(tmp_path.iterdir())) == 2


def test_reason_masks_long_numbers(tmp_path):
    with pytest.raises(NotebookFailed) as caught:
        execute(notebook("raises"), tmp_path / "out.ipynb", {})
    assert caught.value.facts["reason"] == "ValueError: Unable to parse string '******'"


def test_error_of_the_kit_speaks_for_itself(tmp_path):
    with pytest.raises(NotebookFailed) as caught:
        execute(notebook("raises_kit_error"), tmp_path / "out.ipynb", {})
    assert caught.value.facts["reason"] == "这里没有数据"


@pytest.mark.parametrize("engine", ["warm", None])
@pytest.mark.parametrize(("name", "reason"), [("hangs", "not done in 1 seconds"), ("dies", "the kernel died")])
def test_timeout_and_dead_kernel_fail_like_an_error(tmp_path, capfd, engine, name, reason):
    with pytest.raises(NotebookFailed, match=reason) as caught:
        execute(notebook(name), tmp_path / "out.ipynb", {}, engine=engine, timeout=1)
    assert caught.value.facts["cell"] == 2
    nb = nbformat.read(tmp_path / "out.failed.ipynb", as_version=4)
    assert nb.cells[0].outputs[0].data["text/plain"] == "'before'"
    assert reason in nb.cells[1].outputs[-1].evalue
    assert capfd.readouterr() == ("", "")


def test_unknown_kernel_is_a_failure_too(tmp_path):
    nb = nbformat.read(notebook("pid"), as_version=4)
    nb.metadata.kernelspec.name = "no-such-kernel"
    nbformat.write(nb, tmp_path / "in.ipynb")
    with pytest.raises(NotebookFailed, match="no-such-kernel"):
        execute(tmp_path / "in.ipynb", tmp_path / "out.ipynb", {})


def test_failure_survives_the_way_out_of_a_worker_whose_kernel_ends_with_it(tmp_path):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        nb = pool.submit(execute, notebook("pid"), tmp_path / "pid.ipynb", {}).result()
        failure = pool.submit(execute, notebook("raises"), tmp_path / "out.ipynb", {}).exception()
        pool.submit(execute, notebook("pid"), tmp_path / "pid.ipynb", {}).result()
    assert isinstance(failure, NotebookFailed)
    assert failure.facts["cell"] == 2
    assert not psutil.pid_exists(int(nb.cells[0].outputs[0].data["text/plain"]))


@pytest.mark.parametrize(
    "error",
    [NotebookFailed(path="a", cell=2, reason="b"), BadParameterValue(path="a", name="b", kind="set")],
)
def test_errors_survive_pickling(error):
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_nothing_is_left_when_the_result_cannot_be_written(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        execute(notebook("pid"), tmp_path / "out.ipynb", {})
    assert not list(tmp_path.iterdir())
