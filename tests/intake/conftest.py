from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from kit.book import Book
from kit.intake import IntakeResult, find_sources, intake

KEY = b"not a secret: a key for tests"


@dataclass
class Run:
    """An engagement folder that was taken in."""

    folder: Path
    result: IntakeResult

    @property
    def book(self) -> Book:
        return Book(self.folder / "data")

    @property
    def quarantine(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "data" / "quarantine.parquet")

    @property
    def reasons(self) -> list[tuple[int, str, str, bool]]:
        """Row, column, reason and whole_row of each entry of the quarantine."""
        columns = ["row", "column", "reason", "whole_row"]
        return list(self.quarantine[columns].itertuples(index=False, name=None))


def write(folder: Path, extracts: Mapping[str, str | bytes], mappings: Mapping[str, str]) -> Path:
    for kind, files in (("extracts", extracts), ("mapping", mappings)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / kind / name).write_bytes(data)
    return folder


@pytest.fixture
def take_in(tmp_path):
    """Write files and mappings into an engagement folder and take them in."""

    def run(extracts, mappings=None, **options) -> Run:
        folder = write(tmp_path, extracts, mappings or {})
        return Run(folder, intake(find_sources(folder), out=folder / "data", key=KEY, **options))

    return run
