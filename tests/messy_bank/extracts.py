"""Which table the invented bank sends in which mess: each plausible, together all that an intake must stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from messy_bank.mess import Mess
from messy_bank.style import Style

__all__ = ["PASSWORD", "Sent", "sent"]

PASSWORD = "shifan-2026"  # of an invented bank's workbook
_SOURCE = "数据来源：示范农村商业银行核心系统"
_DAY = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Sent:
    """How one table is sent.

    ``renamed`` are labels that differ from the usual ones; ``answers`` say what those mean that nobody can know: the
    canonical column, and the meaning if the label has several.
    """

    table: str
    mess: Mess
    title: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_SENT: Mapping[str, Sent] = {
        "机构表": Sent(
            "branch",
            Mess(
                form="xlsx", title=True, unit_in="line", blank_lines=True, beside=("hidden", "pivot", "empty"),
                groups={
                    "机构号": ("机构",), "机构名称": ("机构",),
                    **dict.fromkeys(("网点类型", "网点地址", "标志性建筑", "网点电话"), ("网点",)),
                },
                notes=("注：1. 网点类型按县域划分标准填写。", "2. 不含已撤并网点。", _SOURCE),
            ),
            title="示范农村商业银行机构一览表",
        ),
        "员工表": Sent(
            "staff",
            Mess(form="xls", title=True, dated=True, style=Style(typed=True), notes=("填表人：示范　复核人：示范",)),
            title="员工花名册",
        ),
        "客户信息": Sent(
            "customer",
            Mess(style=Style(dates=_DAY), repeat_header=True),
            renamed={"归属机构号": "机构号"},
            answers={"机构号": ("branch_id", "owner")},
        ),
        "存款账户": Sent(
            "account",
            Mess(form="txt", delimiter="|", style=Style(numbers="brackets", dates="%Y/%m/%d"), total=True),
        ),
        "产品持有": Sent(
            "holding",
            Mess(form="tsv", encoding="utf-8-sig", delimiter="\t", style=Style(numbers="signed", dates=_DAY)),
        ),
        "交易流水": Sent("txn", Mess()),
        "管户关系": Sent("assignment", Mess(form="xlsx", split="sheet", style=Style(dates="real"))),
        "联系记录": Sent(
            "contact",
            Mess(form="ods", title=True, style=Style(dates="real"), notes=("注：电话、短信由系统记录。",)),
            title="客户联系台账",
            renamed={"异议类型": "客户顾虑"},
            answers={"客户顾虑": ("objection", "")},
        ),
        "成交记录": Sent(
            "sale",
            Mess(
                form="xlsx", password=PASSWORD, title=True, unit_in="line", dated=True, total=True, subtotals=True,
                style=Style(typed=True, unit="万元", dates="real"),
                groups={
                    "成交产品": ("成交情况", "产品"),
                    "预计金额": ("成交情况", "金额"), "达成金额": ("成交情况", "金额"),
                    "成交日期": ("成交情况", "其他"), "业绩来源": ("成交情况", "其他"),
                },
                notes=(_SOURCE,),
            ),
            title="营销成交明细表",
        ),
        "活动记录": Sent(
            "event",
            Mess(form="xlsm", style=Style(numbers="named", unit="万元", dates="serial", date1904=True), title=True),
            title="沙龙活动登记簿",
        ),
        "网点经营表": Sent("branch_month", Mess(unit_in="header", style=Style(unit="万元"))),
        "单位账户": Sent(
            "unit_account",
            Mess(
                form="html.xls", encoding="gbk", unit_in="header", total=True, off_by=10_000,
                style=Style(unit="万元", numbers="full_width", dates="%Y年%m月%d日"),
            ),
        ),
}  # fmt: skip

# The monthly reports, the latest first: each system change of the warehouse left its own form.
_MONTHS = (
    Mess(),
    Mess(style=Style(numbers="trailing"), title=True, dated=True, blank_lines=True, subtotals=True, total=True,
         notes=("注：合计含已销户客户。", _SOURCE)),
    Mess(form="txt", encoding="utf-16-le", delimiter="\t", style=Style(dates="serial")),
    Mess(encoding="gbk", title=True, unit_in="title", style=Style(unit="万元")),
    Mess(encoding="utf-8", delimiter=";", split="file"),
    Mess(form="parquet", style=Style(typed=True)),
    Mess(style=Style(dates="%Y年%m月%d日")),
    Mess(unit_in="file", style=Style(unit="万元", dates="%Y/%m/%d")),
    Mess(form="tab.xls", encoding="gbk", delimiter="\t"),
    Mess(encoding="utf-16-be", delimiter="|", unit_in="line", style=Style(unit="万元")),
)  # fmt: skip
_RENAMED_AT = 6  # the place of the report in which a label has another name


def sent(name: str, *, months_ago: int | None = None) -> Sent:
    """How a table is sent; a monthly report by how many months lie between it and the last one."""
    if name in _SENT:
        return _SENT[name]
    if months_ago == _RENAMED_AT:
        answers = {"客户等级": ("tier_given", "value")}
        return Sent("customer_month", _MONTHS[_RENAMED_AT], renamed={"行内客户等级": "客户等级"}, answers=answers)
    ago = len(_MONTHS) if months_ago is None else months_ago
    return Sent("customer_month", _MONTHS[ago] if ago < len(_MONTHS) else Mess(), title="客户资产月报")
