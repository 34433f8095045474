"""The data request of a run or an intake, written where it may be shared."""

from __future__ import annotations

from pathlib import Path

from kit.engagement import Engagement
from kit.files import replace
from kit.reconciliation import read_reconciliation
from kit.report.data_request import data_request
from kit.text import wording

__all__ = ["write_data_request"]


def write_data_request(engagement: Engagement, out: Path) -> Path:
    """Write ``share/data-request.xlsx`` from the accounts in ``out/data``; its path."""
    path = out / "share" / "data-request.xlsx"
    made = data_request(read_reconciliation(out / "data"), wording(engagement.language), bank=engagement.bank)
    replace(path, made)
    return path
