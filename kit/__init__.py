"""branch-kit: how a branch's customers are divided, and how they are to be managed."""

import sys

__version__ = "0.1.0"

# Whoever reads a notebook loads jsonschema, which builds 38 grammars of web addresses (3 s) where it finds this; there
# is no web address in a notebook's form, and jsonschema does without.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: not to be imported
