"""One notebook executed safely: its parameters checked first, its result whole or not there at all."""

import contextlib
import keyword
import logging
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import strip_color
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from papermill.translators import papermill_translators

from kit.errors import BadNotebookParameter, KitError, MissingFile, UnreadableFile
from kit.files import replacing
from kit.messages import message

KERNEL, LANGUAGE = "python3", "python"  # of a notebook that does not say
LONGEST_REASON = 500


class NotebookFailed(KitError):
    """A notebook did not run to its end (path of what it left, cell counted from 1 in it, reason)."""


class BadParameterValue(KitError):
    """A notebook parameter is no JSON value (path, name, kind: its type)."""


def execute(
    source: Path,
    target: Path,
    parameters: Mapping[str, Any],
    *,
    engine: str | None = "warm",
    timeout: int | None = 600,
    cwd: Path | None = None,
) -> nbformat.NotebookNode:
    """Run the notebook `source` with `parameters` and leave the result at `target`.

    `target` appears whole, or stays as it was. A notebook that fails is left beside it, as
    ``<stem>.failed.ipynb``, to be opened by a person.

    Parameters
    ----------
    source, target
        Notebook files; the folder of `target` is made.
    parameters
        New values of variables that the cell tagged ``parameters`` sets; JSON values.
    engine
        A papermill engine; None is papermill's own.
    timeout
        Seconds that a cell may take; None is no limit.
    cwd
        Folder in which the notebook runs; this process's, unless given.

    Returns
    -------
    nbformat.NotebookNode
        The executed notebook.

    Raises
    ------
    MissingFile, UnreadableFile, BadNotebookParameter, BadParameterValue
        Before anything runs.
    NotebookFailed
        When a cell raised or took too long, or the kernel died.
    """
    nb = _read(source)
    _check(source, nb, parameters)
    kernel, written_in = _kernel(nb)
    if parameters:
        with _quiet():
            nb = parameterize_notebook(nb, dict(parameters), kernel_name=kernel, language=written_in)
    nb.metadata.papermill.update(input_path=source.name, output_path=target.name)
    stopped = _run(nb, kernel, engine, timeout, cwd)
    found = _failure(nb, stopped, timeout)
    failed = target.with_name(f"{target.stem}.failed.ipynb")
    if found:
        _write(nb, failed)
        raise NotebookFailed(path=failed, cell=found[0], reason=found[1])
    _write(nb, target)
    failed.unlink(missing_ok=True)
    return nb


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep papermill's log from the terminal and its dependencies' deprecations from the caller."""
    log = logging.getLogger("papermill")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # without any, Python writes to standard error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _read(source: Path) -> nbformat.NotebookNode:
    if not source.is_file():
        raise MissingFile(path=source, need=message("errors.need.notebook"))
    try:
        with _quiet():
            return load_notebook_node(str(source))
    except (ValueError, AttributeError, KeyError, nbformat.ValidationError):
        raise UnreadableFile(path=source, reason=message("errors.notebook.unreadable")) from None


def _kernel(nb: nbformat.NotebookNode) -> tuple[str, str]:
    """Return a notebook's kernel name and language; papermill refuses a notebook stripped of them."""
    spec = nb.metadata.get("kernelspec", {})
    written_in = nb.metadata.get("language_info", {}).get("name") or spec.get("language") or LANGUAGE
    return spec.get("name") or KERNEL, written_in


def _run(
    nb: nbformat.NotebookNode, kernel: str, engine: str | None, timeout: int | None, cwd: Path | None
) -> Exception | None:
    """Run a notebook in place and return what stopped it, other than an error in a cell."""
    # papermill's own `cwd` would move this whole process
    options = {} if cwd is None else {"resources": {"metadata": {"path": str(cwd)}}}
    try:
        with _quiet():
            papermill_engines.execute_notebook_with_engine(
                engine,
                nb,
                kernel_name=kernel,
                progress_bar=False,
                log_output=False,
                autosave_cell_every=0,
                execution_timeout=timeout,
                extra_arguments=["--log-level=CRITICAL"],  # the kernel's standard error is our terminal
                **options,
            )
    except (CellTimeoutError, RuntimeError, NoSuchKernel) as error:  # a dead kernel is a RuntimeError
        return error
    return None


def _check(source: Path, nb: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> None:
    """Raise unless the notebook has all these parameters, and their values cannot turn into code."""
    cell = next((cell for cell in nb.cells if "parameters" in cell.metadata.tags), None)
    known = [each.name for each in papermill_translators.find_translator(*_kernel(nb)).inspect(cell)] if cell else []
    for name, value in parameters.items():
        if name not in known or not name.isidentifier() or keyword.iskeyword(name):
            raise BadNotebookParameter(path=source, name=name, known=known)
        if not _is_json(value):
            raise BadParameterValue(path=source, name=name, kind=type(value).__name__)


def _is_json(value: Any) -> bool:
    """Whether a value is JSON's, by exact type: a NumPy number or a date would arrive as something else."""
    if type(value) is list:
        return all(map(_is_json, value))
    if type(value) is dict:
        return all(type(key) is str for key in value) and all(map(_is_json, value.values()))
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in {str, int, bool}


def _failure(nb: nbformat.NotebookNode, stopped: Exception | None, timeout: int | None) -> tuple[int, str] | None:
    """Return the cell in which a notebook stopped and the reason, or None."""
    cells = [
        (number, cell, cell.metadata.papermill)
        for number, cell in enumerate(nb.cells, start=1)
        if cell.cell_type == "code"
    ]
    if stopped is None:
        for number, cell, marks in cells:
            if marks.exception is True:
                errors = [each for each in cell.outputs if each.output_type == "error"]
                name, text = (errors[0].ename, errors[0].evalue) if errors else ("CellExecutionError", "")
                # papermill's rule: a notebook may exit when it has nothing more to do
                at_ease = name == "SystemExit" and text in {"", "0"}
                return None if at_ease else (number, _reason(name, text))
        return None
    if isinstance(stopped, CellTimeoutError):
        reason = message("errors.notebook.timeout", seconds=timeout)
    elif isinstance(stopped, DeadKernelError):
        reason = message("errors.notebook.died")
    else:
        reason = _reason(type(stopped).__name__, str(stopped))
    started = [(number, cell) for number, cell, marks in cells if marks.start_time]
    if not started:
        return 0, reason
    number, cell = started[-1]
    name = type(stopped).__name__
    cell.outputs.append(nbformat.v4.new_output("error", ename=name, evalue=reason, traceback=[reason]))
    return number, reason


def _reason(name: str, text: str) -> str:
    """Return an error as a sentence: a KitError's own, else with its class; no long number of a client's."""
    text = strip_color(text).strip()
    if not _is_kit_error(name):
        text = f"{name}: {text}" if text else name
    return re.sub(r"\d{6,}", "******", text)[:LONGEST_REASON]


def _is_kit_error(name: str, kind: type[KitError] = KitError) -> bool:
    return kind.__name__ == name or any(_is_kit_error(name, each) for each in kind.__subclasses__())


def _write(nb: nbformat.NotebookNode, target: Path) -> None:
    """Write a notebook so that a reader finds either the old file or the whole new one."""
    with _quiet(), replacing(target) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as file:
        nbformat.write(nb, file)
