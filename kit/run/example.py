"""A small synthetic bank, made once, for notebooks that are opened before anything was run."""

from __future__ import annotations

from pathlib import Path

from kit.demo import write_bank
from kit.engagement import CONFIG, CONTEXT, load
from kit.resources import root
from kit.run.prepare import prepare

__all__ = ["example_data"]


def example_data() -> Path:
    """Data folder of the example, ``reports/example/data``."""
    out = root() / "reports" / "example"
    if not (out / "data" / CONTEXT).is_file():
        folder = out / "bank"
        write_bank(folder, branches=2, customers=500)
        (folder / CONFIG).write_text("bank: 示范农村商业银行\n", encoding="utf-8")
        prepare(load(folder), out, lambda _stage: None)
    return out / "data"
