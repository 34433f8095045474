"""The rows that an intake must not swallow: unreadable, repeated, contradicting, pointing to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from kit.demo.delivery import FileTruth, Spoilt
from kit.demo.forms import Held, write_workbook
from kit.demo.mess import REPEATED, Mess
from kit.demo.style import Style

__all__ = ["SPOILT_MONTH", "bad_rows", "spoil", "write_refused"]

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
        ("digits_lost", {"账号": "9.992E+18"}),
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


@dataclass(frozen=True, slots=True)
class _Overwritten:
    reason: str
    headers: tuple[str, ...]
    text: Callable[[str], str]
    rows: range
    whole: bool = False
    least: int = 0  # of a smaller branch nothing is spoilt: too few to be noticed


SPOILT_MONTH = "past month"
_EVERY = range(10**9)
_OVERWRITTEN: Mapping[str, _Overwritten] = {
    SPOILT_MONTH: _Overwritten("not_money", ("月日均AUM", "时点AUM"), lambda _: "abc", range(2), whole=True),
    "客户信息": _Overwritten("digits_lost", ("证件号码",), lambda _: "9.99999E+17", range(1, 3)),
    # One branch kept its list in a spreadsheet, which holds fifteen digits of a number.
    "产品持有": _Overwritten("digits_lost", ("账号",), lambda t: t[:15].ljust(len(t), "0"), _EVERY, least=20),
    "活动记录": _Overwritten("mixed_units", ("活动费用",), lambda _: "1500", range(1, 2)),
}


def spoil(name: str, columns: Mapping[str, Any]) -> tuple[Mapping[str, Any], Spoilt | None]:
    """Write over some cells of the first rows of a file."""
    plan = _OVERWRITTEN.get(name)
    size = len(next(iter(columns.values())))
    rows = [row for row in plan.rows[:size] if row < size] if plan else []
    if plan is None or not rows or size < plan.least:
        return columns, None
    spoilt = dict(columns)
    for header in plan.headers:
        column = columns[header]
        if not pa.types.is_string(column.type):
            column = column.cast(pa.string())
        texts = column.to_pylist()
        for row in rows:
            texts[row] = plan.text(texts[row])
        spoilt[header] = pa.array(texts, pa.string())
    return spoilt, Spoilt(plan.reason, len(rows), plan.whole)


def write_refused(folder: Path) -> dict[str, FileTruth]:
    """Write files that no intake may take: a workbook cut off in transit, and the passwords of customers."""
    whole = Held(Style(), rows=[["客户号", "客户名称"], *([f"1000100{i:05d}", "示范客户"] for i in range(200))])
    damaged, secret = folder / "客户信息_补发.xlsx", folder / "网银签约.csv"
    write_workbook(damaged, {"Sheet1": whole}, Mess(form="xlsx"), made=date(2026, 1, 1), database=folder)
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    secret.write_text("客户号,签约日期,登录密码\r\n100010000001,20260105,888888\r\n", encoding="gb18030", newline="")
    return {
        damaged.name: FileTruth("客户信息", "xlsx", refused="damaged"),
        secret.name: FileTruth("网银签约", "csv", encoding="gb18030", delimiter=",", refused="password"),
    }
