"""What every DuckDB of the kit needs."""

from __future__ import annotations

from typing import Any

__all__ = ["quiet"]


def quiet(db: Any) -> None:
    """No progress bar in scripts; in Jupyter without ipywidgets there is none, and DuckDB 2.0 refuses to be told so."""
    (shown,) = db.execute("SELECT current_setting('enable_progress_bar')").fetchone()
    if shown:
        db.execute("SET enable_progress_bar = false")
