"""The ledger decides what is done: a line a step, never a notebook's metadata, never a file's existence."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Ledger:
    """``ledger.jsonl``, appended to and never rewritten; free of personal data."""

    path: Path

    def note(self, branch: str, **facts: Any) -> None:
        """Append what became of a branch: its ``status``, ``done`` or ``failed``, and the like."""
        line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "branch": branch, **facts}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> Iterator[dict[str, Any]]:
        """All lines that are whole; a run that was killed may leave half a line at the end."""
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue

    def last(self, **facts: Any) -> dict[str, dict[str, Any]]:
        """Branch → its last line, where that has these facts."""
        found = {line["branch"]: line for line in self.lines()}
        return {branch: line for branch, line in found.items() if facts.items() <= line.items()}
