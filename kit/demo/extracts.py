"""In which file the invented bank sends which table, and what stands around it there."""

from collections.abc import Mapping
from dataclasses import dataclass

from kit.demo.oddities import PANEL
from kit.demo.plan import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The form of a file and what surrounds its table.

    Attributes
    ----------
    suffix
        ``.xlsx``, or text.
    encoding, delimiter, dates
        Of text; a workbook has real dates.
    title, dated, notes
        Lines above the table: its title, the date of the data; lines below it.
    wan
        Where it is said that amounts are in 万元: in the ``title``, in a ``line``, in the ``header`` of an amount or
        in each ``cell``; else they are in 元.
    groups
        Upper parts of a merged header, and how many columns each stands over.
    repeat_header
        Once more, before the second branch.
    subtotals, total, off_by
        A row of sums behind each branch, and one at the end that is wrong by so many 分.
    by_branch
        A sheet of the workbook for each.
    draft
        A hidden sheet that looks like the table itself: who reads it counts its rows twice.
    """

    suffix: str = ".csv"
    encoding: str = "gb18030"
    delimiter: str = ","
    dates: str = "%Y%m%d"
    title: str = ""
    dated: bool = False
    notes: tuple[str, ...] = ()
    wan: str = ""
    groups: tuple[tuple[str, int], ...] = ()
    repeat_header: bool = False
    subtotals: bool = False
    total: bool = False
    off_by: int = 0
    by_branch: bool = False
    draft: bool = False


_SOURCE = "数据来源：示范农村商业银行核心系统"
_DAY = "%Y-%m-%d"
_LAYOUTS: Mapping[str, Layout] = {
    "机构表": Layout(
        suffix=".xlsx", title="示范农村商业银行机构一览表", groups=(("机构", 2), ("网点", 4)), draft=True,
        notes=("注：1. 网点类型按县域划分标准填写。", "2. 不含已撤并网点。", _SOURCE),
    ),
    "员工表": Layout(suffix=".xlsx", title="员工花名册", dated=True, notes=("填表人：示范　复核人：示范",)),
    "客户信息": Layout(dates=_DAY, repeat_header=True),
    "存款账户": Layout(suffix=".txt", delimiter="|", dates="%Y/%m/%d", total=True),
    "产品持有": Layout(suffix=".tsv", encoding="utf-8-sig", delimiter="\t", dates=_DAY),
    "管户关系": Layout(suffix=".xlsx", by_branch=True),
    "联系记录": Layout(suffix=".xlsx", title="客户联系台账", notes=("注：电话、短信由系统记录。",)),
    "成交记录": Layout(
        suffix=".xlsx", title="营销成交明细表", dated=True, wan="line", subtotals=True, total=True, notes=(_SOURCE,)
    ),
    "活动记录": Layout(title="沙龙活动登记簿", wan="cell"),
    "网点经营表": Layout(wan="header"),
    "单位账户": Layout(encoding="gbk", dates="%Y年%m月%d日", wan="header", total=True, off_by=10_000),
}  # fmt: skip

# Some of the monthly reports, by how many months lie between them and the last: the warehouse changed its form.
_MONTHS: Mapping[int, Layout] = {
    1: Layout(title=PANEL, subtotals=True, total=True, notes=("注：合计含已销户客户。", _SOURCE)),
    3: Layout(encoding="gbk", title=PANEL, wan="title"),
    4: Layout(encoding="utf-8", delimiter=";"),
}


def layout_of(file: str, cal: Calendar) -> Layout:
    """How a table is sent; a monthly report as it was in its month, the spoilt one without anything else."""
    if not file.startswith(PANEL) or file[-6:] == cal.months[1]:
        return _LAYOUTS.get(file, Layout())
    return _MONTHS.get(cal.count - 1 - cal.months.index(file[-6:]), Layout())
