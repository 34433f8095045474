"""The papermill engine ``warm``: one kernel, kept from notebook to notebook and reset in between.

A new kernel costs 0.6 s and its imports one to four seconds more; a kept one costs some milliseconds.
``papermill --engine warm in.ipynb out.ipynb`` works for any notebook; one whose kernel is not IPython's runs
as with papermill's own engine.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import time
from contextvars import Context
from importlib.resources import files
from multiprocessing.util import Finalize
from queue import Empty
from typing import Any, ClassVar

if "papermill.engines" not in sys.modules:
    # papermill loads this module, its plugin, in the middle of its own import. Whoever imports this one first
    # must step aside, or papermill would find it half made; the import system goes on with papermill's copy.
    del sys.modules[__name__]
    import papermill.engines  # noqa: F401

import psutil
import zmq
from jupyter_core.utils import ensure_event_loop, run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger

ANSWER_SECONDS = 30  # to reset a kernel that is full of data may take a while


class WarmEngine(NBClientEngine):  # type: ignore[misc]  # papermill is untyped
    """Run notebooks one after another in a kept kernel, each as if the kernel were new.

    A process (and in it a thread) has one kernel of each name. It is replaced after an error, a timeout,
    `max_notebooks` notebooks, or when it holds more than `max_rss_bytes` after the reset; it ends with its
    process, or at `shutdown`.

    Attributes
    ----------
    max_notebooks
        Notebooks that a kernel runs before a new one takes its place; a start costs as much as half a report.
    max_rss_bytes
        Resident memory, in bytes, beyond which an emptied kernel is not kept.
    start_attempts
        Times that a kernel start is tried: starts at the same moment can collide on a port.
    preload
        Modules that a new kernel imports at once; those named in ``BRANCH_KIT_PRELOAD`` come on top.
    """

    max_notebooks: ClassVar[int] = 500
    max_rss_bytes: ClassVar[int] = 2 * 2**30
    start_attempts: ClassVar[int] = 3
    preload: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,  # noqa: FBT001, FBT002
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Execute the notebook of `nb_man` in place.

        Raises
        ------
        nbclient.exceptions.CellTimeoutError, nbclient.exceptions.DeadKernelError
            When a cell takes too long or the kernel dies; an error in a cell is papermill's to raise.
        """
        options = {name: kwargs[name] for name in kwargs.keys() - {"input_path", "timeout", "startup_timeout"}}
        options |= {"timeout": execution_timeout or kwargs.get("timeout"), "startup_timeout": start_timeout}
        options |= {"log_output": log_output, "stdout_file": stdout_file, "stderr_file": stderr_file}
        client = _Client(nb_man, kernel_name=kernel_name, log=logger, **options)
        kernel = _kept(client) or cls._new(client)
        if kernel is None:
            client.execute()
            return
        client.km, client.kc, client.owns_km = kernel.manager, kernel.client, False
        try:
            kernel.context.run(client.execute)
        except BaseException:
            kernel.stop(now=True)
            raise
        if nb_man.nb.metadata.papermill.get("exception"):
            kernel.stop(now=True)
        else:
            cls._keep(kernel)

    @classmethod
    def shutdown(cls) -> None:
        """Stop every kernel that this process keeps."""
        for kernel in [each for each in _kernels if each.owner == os.getpid()]:
            kernel.stop()
        _this_thread.close()

    @classmethod
    def _new(cls, client: Any) -> _Kernel | None:
        """Start a kernel, or return None where its state could not be reset because it is not IPython's."""
        if not any("ipykernel" in word for word in client.create_kernel_manager().kernel_spec.argv):
            return None
        # without a history, or each cell ever run would stay in memory
        client.extra_arguments = [*client.extra_arguments, "--HistoryManager.enabled=False"]
        for attempt in range(1, cls.start_attempts + 1):
            try:
                kernel = _Kernel(client)
                break
            except RuntimeError:
                if attempt == cls.start_attempts:
                    raise
        preload = [*cls.preload, *os.environ.get("BRANCH_KIT_PRELOAD", "").replace(",", " ").split()]
        source = files("kit.run").joinpath("kernel_state.py").read_text(encoding="utf-8")
        setup = f"{source}\nsys.modules['branch_kit_kernel_state'] = KernelState({preload!r})\n"
        if not kernel.runs(f"exec({setup!r}, {{}})"):
            kernel.stop(now=True)
            raise RuntimeError(f"the kernel {kernel.name} could not be prepared; preloaded: {preload}")
        return kernel

    @classmethod
    def _keep(cls, kernel: _Kernel) -> None:
        """Reset a kernel and put it aside for the next notebook, or stop it."""
        kernel.notebooks += 1
        worn = kernel.notebooks >= cls.max_notebooks
        if not worn and kernel.runs(f"{STATE}.reset()") and kernel.rss_bytes() <= cls.max_rss_bytes:
            _this_thread.kernels[kernel.name] = kernel
        else:
            kernel.stop()


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill is untyped
    """papermill's client, but a cell that timed out or lost its kernel is marked failed, not completed."""

    def execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        try:
            return super().execute_cell(cell, cell_index, **options)
        except (CellTimeoutError, DeadKernelError):
            self.nb_man.cell_exception(cell, cell_index=cell_index)
            raise


class _Kernel:
    """A running kernel and its client, started by a notebook's client and outliving it."""

    def __init__(self, client: Any) -> None:
        self.context = _this_thread.context
        self.owner = os.getpid()
        self.environ = dict(os.environ)  # what the kernel inherits
        self.name = client.kernel_name
        self.manager = client.create_kernel_manager()
        if self.manager.has_trait("transport_encryption") and zmq.has("curve"):
            self.manager.transport_encryption = "auto"  # other users of the machine can reach its loopback
        self.context.run(client.start_new_kernel)
        self.client = self.context.run(client.start_new_kernel_client)
        self.process = psutil.Process(self.manager.provisioner.pid)
        self.notebooks = 0
        _kernels.add(self)
        _stop_at_exit(self.owner)

    def runs(self, code: str) -> bool:
        """Run code in the kernel, out of sight of the notebook; whether it went well."""

        async def answer() -> bool:
            request = self.client.execute(code, silent=True)
            deadline = time.monotonic() + ANSWER_SECONDS
            while await self.manager.is_alive() and time.monotonic() < deadline:
                with contextlib.suppress(Empty):
                    reply = await self.client.get_shell_msg(timeout=1)
                    if reply["parent_header"].get("msg_id") == request:
                        return bool(reply["content"]["status"] == "ok")
            return False

        return bool(self.context.run(run_sync(answer)))

    def rss_bytes(self) -> int:
        """Resident memory of the kernel's process."""
        with contextlib.suppress(psutil.Error):
            return int(self.process.memory_info().rss)
        return 0

    def prepare(self, folder: str) -> bool:
        """Make ready for a notebook in `folder`, with this process's environment; whether it went well."""
        now = {name: os.environ.get(name) for name in os.environ.keys() | self.environ.keys()}
        changes = {name: value for name, value in now.items() if value != self.environ.get(name)}
        return self.runs(f"{STATE}.prepare({folder!r}, {changes!r})")

    def stop(self, *, now: bool = False) -> None:
        """Stop the kernel and all that it has started: politely, or `now`."""
        _kernels.discard(self)
        family = [self.process]
        with contextlib.suppress(psutil.Error):
            family += self.process.children(recursive=True)
        if now:
            _kill(family)
        self.client.stop_channels()
        with contextlib.suppress(RuntimeError):  # its thread is at work with it
            self.context.run(run_sync(self.manager.shutdown_kernel), now=now)
        _kill(family)


class _ThisThread(threading.local):
    """What a thread owns: its kernels by name, and a context that keeps their event loop to itself."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.owner = os.getpid()
        self.context = Context()
        self.kernels: dict[str, _Kernel] = {}

    def close(self) -> None:
        loop = self.context.run(ensure_event_loop)
        if not loop.is_running():
            loop.close()
        self.start()


def _kill(processes: list[Any]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _kept(client: Any) -> _Kernel | None:
    """Take the kernel that is kept for this client's notebook, ready to use."""
    if _this_thread.owner != os.getpid():
        _this_thread.start()  # after a fork: the kernels are the parent's, and so is the loop
    kernel = _this_thread.kernels.pop(client.kernel_name, None)
    folder = client.resources.get("metadata", {}).get("path") or os.getcwd()  # noqa: PTH109
    if kernel and not kernel.prepare(str(folder)):
        kernel.stop(now=True)
        kernel = None
    return kernel


@functools.cache
def _stop_at_exit(owner: int) -> None:  # noqa: ARG001 - once a process
    # Unlike atexit, a finalizer also runs at the end of a multiprocessing worker.
    Finalize(None, WarmEngine.shutdown, exitpriority=100)


STATE = "__import__('sys').modules['branch_kit_kernel_state']"
_kernels: set[_Kernel] = set()
_this_thread = _ThisThread()
