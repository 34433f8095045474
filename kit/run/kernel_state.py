"""The state of a new kernel, inside it: what a notebook changed is put back before the next one comes.

This text is run in the kernel, never imported by the kit, so it asks for nothing but the standard library and
IPython. Modules stay imported, for that is what makes a kept kernel fast; the rest is as it was in a new one.
"""

from __future__ import annotations

import builtins
import copy
import gc
import importlib
import logging
import os
import random
import sys
import time
import warnings
from typing import Any

from IPython import get_ipython


class KernelState:
    """The state of a new kernel, and the way back to it.

    Parameters
    ----------
    preload
        Names of modules to import before the state is taken.
    """

    def __init__(self, preload: list[str]) -> None:
        for name in preload:
            importlib.import_module(name)
        self.shell: Any = get_ipython()
        self.builtins = dict(vars(builtins))
        self.names = dict(self.shell.user_ns)
        self.environ = dict(os.environ)
        self.path = list(sys.path)
        self.streams = (sys.stdout, sys.stderr)
        self.filters = list(warnings.filters)
        self.handlers = list(logging.root.handlers)
        self.level = logging.root.level
        self.modules = set(sys.modules)
        self.config = copy.deepcopy(dict(self.shell.config))
        self.settings = [(each, each.trait_values(config=True)) for each in self.shell.configurables]

    def prepare(self, folder: str, changes: dict[str, str | None]) -> None:
        """Start a notebook in `folder`, with a new kernel's environment and these changes (None removes)."""
        os.chdir(folder)
        environ = {**self.environ, **changes}
        for name in os.environ.keys() - environ.keys():
            del os.environ[name]
        for name, value in environ.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if hasattr(time, "tzset"):
            time.tzset()
        self.shell.history_manager.dir_hist[:] = [folder]

    def reset(self) -> None:
        """Put back what the last notebook changed. Whatever goes wrong here is a reason for a new kernel."""
        vars(builtins).update(self.builtins)  # first: everything below may need them
        for name in vars(builtins).keys() - self.builtins.keys():
            del vars(builtins)[name]
        if self.shell.exit_now:
            raise RuntimeError("the notebook has asked the kernel to exit")
        sys.stdout, sys.stderr = self.streams
        self._forget_local_modules()
        os.chdir(os.path.abspath(os.sep))  # noqa: PTH100 - the notebook's folder may be gone, and must not be held
        sys.path[:] = self.path
        self.shell.reset()
        self.shell.history_manager.db_input_cache.clear()
        self.shell.user_ns.clear()
        self.shell.user_ns.update(self.names)
        self._forget_settings()
        self._forget_callbacks()
        for library, restore in RESTORE.items():
            if library in sys.modules:
                restore(sys.modules[library], self)
        logging.root.handlers[:] = self.handlers
        logging.root.setLevel(self.level)
        warnings.resetwarnings()  # also makes each module forget what it has warned of
        filters: Any = warnings.filters
        filters[:] = self.filters
        random.seed()
        gc.collect()
        gc.freeze()  # what is left are modules: the next collection need not look at them (40 ms with pandas)

    def _forget_local_modules(self) -> None:
        """Forget what was imported from the notebook's own folders: the next one may mean another file."""
        new = sorted(sys.modules.keys() - self.modules)
        files = {name: str(getattr(sys.modules[name], "__file__", None) or "") for name in new}
        local = {
            name
            for name in new
            if "." not in name and files[name] and _imported_from(sys.modules[name]) not in self.path
        }
        # a compiled module cannot be imported twice
        local -= {name.partition(".")[0] for name in new if not files[name].endswith((".py", ".pyc")) and files[name]}
        for name in new:
            if name.partition(".")[0] in local:
                del sys.modules[name]
        self.modules = set(sys.modules)

    def _forget_settings(self) -> None:
        """Undo ``%config``."""
        self.shell.config.clear()
        self.shell.config.update(copy.deepcopy(self.config))
        for configurable, values in self.settings:
            for name, value in values.items():
                if getattr(configurable, name) != value:
                    setattr(configurable, name, value)

    def _forget_callbacks(self) -> None:
        """Take out hooks that the notebook itself defined; those of libraries stay with their library."""
        for callbacks in self.shell.events.callbacks.values():
            callbacks[:] = [each for each in callbacks if getattr(each, "__module__", "") != "__main__"]
        for formatter in self.shell.display_formatter.formatters.values():
            for printers in (formatter.type_printers, formatter.deferred_printers):
                for kind, printer in list(printers.items()):
                    if getattr(printer, "__module__", "") == "__main__":
                        del printers[kind]
        self.shell.ast_transformers.clear()


def _imported_from(module: Any) -> str:
    """Return the folder that holds a top-level module or package."""
    places = [*(getattr(module, "__path__", None) or []), getattr(module, "__file__", None) or ""]
    return os.path.dirname(str(places[0]))  # noqa: PTH120


def _restore_matplotlib(matplotlib: Any, state: KernelState) -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    backend = state.environ.get("MPLBACKEND", "")
    inline = "inline" in backend
    if pyplot:
        pyplot.close("all")
        if matplotlib.get_backend() != backend:
            if inline:
                state.shell.enable_matplotlib("inline")
            pyplot.switch_backend(backend)
    else:
        matplotlib.rcParams["backend"] = backend
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated parameters are put back like the others
        matplotlib.rcParams.update({k: v for k, v in matplotlib.rcParamsOrig.items() if k != "backend"})
    # on loading, the inline backend makes pyplot interactive: without that, no figure would be shown
    matplotlib.rcParams["interactive"] = inline and "matplotlib_inline.backend_inline" in sys.modules


def _restore_inline(backend: Any, state: KernelState) -> None:
    inline = backend.InlineBackend.instance(parent=state.shell)
    for name in ("print_figure_kwargs", "figure_formats", "close_figures"):
        setattr(inline, name, inline.traits()[name].default())
    inline.update_config(state.shell.config)
    backend.select_figure_formats(state.shell, inline.figure_formats, **inline.print_figure_kwargs)


def _restore_pandas(pandas: Any, state: KernelState) -> None:  # noqa: ARG001 - called like the others
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated options are reset like the others
        pandas.reset_option("all")


def _restore_numpy(numpy: Any, state: KernelState) -> None:  # noqa: ARG001 - called like the others
    numpy.random.seed()
    numpy.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    numpy.set_printoptions(
        precision=8, threshold=1000, edgeitems=3, linewidth=75, suppress=False, nanstr="nan", infstr="inf",
        formatter=None, sign="-", floatmode="maxprec", legacy=False,
    )  # fmt: skip


RESTORE = {
    "matplotlib": _restore_matplotlib,
    "matplotlib_inline.backend_inline": _restore_inline,
    "pandas": _restore_pandas,
    "numpy": _restore_numpy,
}
