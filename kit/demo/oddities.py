"""The rows that an intake must not swallow: unreadable, repeated, contradicting, pointing to nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from kit.demo.plan import Calendar

Columns = Mapping[str, pa.Array | Sequence[Any]]

PANEL = "客户资产月报"
REPEATED = "repeated"  # the same row once more: merged and counted, not quarantined
_NOBODY = "199990000009"  # a customer number of a branch that is not there

# File → (intake's reason, what is written over a copy of the file's first row).
_BAD_ROWS: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] = {
    "客户信息": (
        (REPEATED, {}),
        ("second_row", {"职业": "自由职业"}),
        ("missing", {"客户号": ""}),
        ("unknown_branch", {"客户号": "199990000001", "归属机构号": "9999"}),
        ("unknown_branch", {"客户号": "199990000002", "归属机构号": "9999"}),
    ),
    PANEL: (
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


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Cells written over: why an intake sets them aside, in how many rows, and whether it takes the row as well."""

    reason: str
    rows: int
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a file, of one branch.

    ``fate`` is what becomes of bad rows: `REPEATED` or intake's reason; they belong to no branch.
    """

    file: str
    branch: str
    columns: Columns
    fate: str = ""
    spoilt: Spoilt | None = None


@dataclass(frozen=True, slots=True)
class _Overwriting:
    reason: str
    headers: tuple[str, ...]
    text: Callable[[str], str]
    rows: slice
    whole: bool = False
    least: int = 0  # of a smaller branch nothing is spoilt: too few to be noticed


_PAST_MONTH = _Overwriting("not_money", ("月日均AUM", "时点AUM"), lambda _: "abc", slice(2), whole=True)
_OVERWRITTEN: Mapping[str, _Overwriting] = {
    "客户信息": _Overwriting("digits_lost", ("证件号码",), lambda _: "9.99999E+17", slice(1, 3)),
    # One branch kept its list in a spreadsheet, which holds fifteen digits of a number.
    "产品持有": _Overwriting("digits_lost", ("账号",), lambda t: t[:15].ljust(len(t), "0"), slice(None), least=20),
    "活动记录": _Overwriting("mixed_units", ("活动费用",), lambda _: "1500", slice(1, 2)),
}


def _overwritten(change: _Overwriting | None, columns: Columns) -> tuple[Columns, Spoilt | None]:
    size = len(next(iter(columns.values())))
    rows = range(size)[change.rows] if change else range(0)
    if change is None or not rows or size < change.least:
        return columns, None
    spoilt = dict(columns)
    for header in change.headers:
        texts = pa.array(columns[header]).cast(pa.string()).to_pylist()
        spoilt[header] = pa.array([change.text(t) if i in rows else t for i, t in enumerate(texts)], pa.string())
    return spoilt, Spoilt(change.reason, len(rows), change.whole)


def with_oddities(drawn: Iterable[tuple[str, str, Columns]], cal: Calendar) -> Iterator[Block]:
    """What was drawn (file, branch, columns), some cells of each file's first rows spoilt, and bad rows at the end."""
    # A past month is spoilt, so that today's figures do not hang on it.
    spoiling = {**_OVERWRITTEN, f"{PANEL}_{cal.months[1]}": _PAST_MONTH}
    bad = {**_BAD_ROWS, f"{PANEL}_{cal.months[-1]}": _BAD_ROWS[PANEL]}
    first: dict[str, dict[str, Any]] = {}
    for file, branch, columns in drawn:
        if len(next(iter(columns.values()))) == 0:
            continue
        spoilt = None
        if file not in first:
            first[file] = {header: pa.array(column[:1]).to_pylist()[0] for header, column in columns.items()}
            columns, spoilt = _overwritten(spoiling.get(file), columns)  # noqa: PLW2901  # as the bank sends them
        yield Block(file, branch, columns, spoilt=spoilt)
    for file, row in first.items():
        for reason, changes in bad.get(file, ()):
            yield Block(file, "", {header: [value] for header, value in {**row, **changes}.items()}, fate=reason)
