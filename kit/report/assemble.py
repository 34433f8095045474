"""The executed chapters of one branch as one notebook, with what its cover says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import nbformat

__all__ = ["assemble"]

_UNSHOWN = {"lab", "parameters", "injected-parameters"}


def assemble(chapters: Sequence[Any], facts: Mapping[str, Any]) -> Any:
    """One notebook of the chapters in order, without the cells for the analyst alone (``lab``, parameters)."""
    whole = nbformat.v4.new_notebook(metadata={"branch_kit": dict(facts)})
    for number, chapter in enumerate(chapters, start=1):
        for cell in chapter.cells:
            if not _UNSHOWN & set(cell.metadata.get("tags", [])):
                copy = nbformat.from_dict(cell)
                copy["id"] = f"{number:02d}-{cell.get('id', len(whole.cells))}"
                whole.cells.append(copy)
    return whole
