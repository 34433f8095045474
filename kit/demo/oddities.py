"""The rows that an intake must not swallow: unreadable, repeated, contradicting, pointing to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["REPEATED", "bad_rows", "spoil"]

REPEATED = "repeated"  # the same row once more: merged and counted, not quarantined
_NOBODY = "199990000009"  # a customer number of a branch that is not there

# File → (intake's reason, what is written over a copy of the file's first row).
_SPOILT: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] = {
    "客户信息": (
        (REPEATED, {}),
        ("second_row", {"职业": "自由职业"}),
        ("missing", {"客户号": ""}),
        ("unknown_branch", {"客户号": "199990000001", "归属机构号": "9999"}),
        ("unknown_branch", {"客户号": "199990000002", "归属机构号": "9999"}),
    ),
    "客户资产月报": (
        (REPEATED, {}),
        ("second_row", {"月日均AUM": "0.07"}),
        ("missing", {"客户号": ""}),
        ("not_date", {"数据日期": "20261345"}),
        ("unknown_customer", {"客户号": _NOBODY}),
    ),
    "存款账户": (
        (REPEATED, {}),
        ("not_money", {"账号": "9991999900000000001", "账户余额": "见附件"}),
        ("unknown_customer", {"账号": "9991999900000000002", "客户号": _NOBODY}),
    ),
    "交易流水": (("not_date", {"交易日期": "20261345"}), ("unknown_customer", {"客户号": _NOBODY})),
    "管户关系": ((REPEATED, {}),),
    "联系记录": (("unknown_customer", {"客户号": _NOBODY}),),
}


def bad_rows(subject: str, first: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Reason and cells of each bad row of a file, made from its first row."""
    return [(reason, {**first, **changes}) for reason, changes in _SPOILT.get(subject, ())]


def spoil(columns: Mapping[str, pa.Array], headers: Sequence[str], rows: int) -> dict[str, pa.Array]:
    """Write ``abc`` into the first rows of the columns named."""
    size = len(next(iter(columns.values())))
    first = pa.array(np.arange(size) < rows)
    return {
        name: pc.if_else(first, "abc", column.cast(pa.string())) if name in headers else column
        for name, column in columns.items()
    }
