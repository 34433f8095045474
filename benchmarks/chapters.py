"""The figures of all chapters of one branch: computed alone, and with sentences, tables and charts."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kit.chapter import Chapter, opening, showing
from kit.engagement import chapter_notebooks

SHOWS = ("title", "kpi", "section", "account", "say", "each", "table", "frame", "chart", "definitions", "holidays")


def figures(data: str, branch: str) -> None:
    """Figures of every chapter, once: for the memory that they take."""
    seconds(Path(data), branch, shown=False)


def shown(data: str, branch: str) -> None:
    """Figures of every chapter with what is shown of them."""
    seconds(Path(data), branch, shown=True)


def seconds(data: Path, branch: str, *, shown: bool) -> dict[str, float]:
    """Chapter → processor seconds of its cells, with the data read in them."""
    silent = patch.multiple(Chapter, **{name: lambda *_args, **_options: None for name in SHOWS})
    taken = {}
    opening.reader.cache_clear()  # the data are read once for all chapters of a branch: that counts too
    with nullcontext() if shown else silent, patch.object(showing, "display"):
        for name, path in chapter_notebooks().items():
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            code = [c for c in cells if c["cell_type"] == "code" and "parameters" not in c["metadata"].get("tags", [])]
            names: dict[str, Any] = {"data": str(data), "branch": branch, "language": "zh"}
            began = time.process_time()
            for cell in code:
                exec("".join(cell["source"]), names)
            taken[name] = time.process_time() - began
    return taken
