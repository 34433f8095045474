"""Running an engagement: prepared once, then every branch by itself, in parallel, with a ledger of what is done.

Nothing of the kit is imported here: papermill loads `kit.run.engine` as its plugin, and must not load the rest with it.
"""

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def _not_installed(module: str) -> Iterator[None]:
    sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # None: not to be imported
    try:
        yield
    finally:
        if sys.modules[module] is None:
            del sys.modules[module]


# Whoever reads a notebook loads jsonschema, which builds 38 grammars of web addresses (4 s) where it finds this; there
# is no web address in a notebook's form, and jsonschema does without.
with _not_installed("rfc3987_syntax"):
    import nbformat  # noqa: F401
