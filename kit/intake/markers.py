"""What people print around a table: titles, units, dates, notes, page marks, and the labels of totals and pivots."""

import calendar
import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from kit.schema import MONEY_UNITS, folded, money_currency, money_units

_UNIT = "|".join(MONEY_UNITS)
_Y, _M, _D = r"((?:19|20)\d\d)", r"(1[0-2]|0?[1-9])", r"(3[01]|[12]\d|0?[1-9])"
# A day, a month, a quarter or the end of a year. Digits on either side would make it a number.
_DAY = rf"{_Y}(?:[-/.年]{_M}[-/.月]{_D}日?|(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9]))"
_MONTH = rf"{_Y}(?:年{_M}月|[-/.]{_M}|(1[0-2]|0[1-9]))"
_QUARTER = rf"{_Y}年?(?:第?([一二三四1-4])季度?|[Qq]([1-4]))"
_YEAR_END = rf"{_Y}年(?:末|底|度末)"
_STATED = re.compile(rf"(?<!\d)(?:{_DAY}|{_QUARTER}|{_MONTH}|{_YEAR_END})(?!\d)")
_DATE = re.compile(rf"{_DAY}([ T]?\d\d?:\d\d(:\d\d)?)?|{_MONTH}(?:[末底])?|{_QUARTER}末?|{_Y}年?[末底度]?")
_DATE_LABEL = re.compile(
    r"((数据|统计|报表|截止|业务|会计|报告)(日期|时间|时点|期间|期|月份|年月|日)?|(日期|时间|时点|期间|月份)|截[至止]"
    r"|as ?of|date)[:于为至 ]*$",
    re.IGNORECASE,
)
# The day on which a table was printed is not the day that it describes.
_PRINTED = re.compile(
    r"(打印|制表|制单|导出|填报|填表|下载|生成|查询|编制|报送|创建|更新|print(ed)?|export(ed)?)"
    r"(日期|时间|日| on| date)?[:_ ]*[\d年月日./-]{6,11}( ?\d\d?:\d\d(:\d\d)?)?"
    r"|\d{6,8}(打印|制表|导出|下载|生成|更新)",
    re.IGNORECASE,
)
_UNIT_PLACES = re.compile(r"单位[:为 ]*([^\s()\[\]]+)|[(\[【]([^)\]】]*)[)\]】]|(?:^|[\s_\-:])([^\s_\-:()]*元)")

NUMBER = re.compile(
    r"[(+\-¥$]*\d[\d,]*(\.\d*)?(e[+-]?\d+)?[)%‰\-]*(分|角|[百千]?元|[百千]?万元?|亿元?)?|\.\d+|true|false|[\dx*]{6,}"
)
_SIGNED = (
    r"(制表|打印|填表|审核|复核|编制|填报|报送|经办|负责|联系|查询|导出|下载)"
    r"(人|者|员|单位|部门|机构|日期|时间|条件|电话)?[:].*"
)
_LEAD = re.compile(
    rf"[(\[]?(金额|货币|计量)?单位[:为]?(人民币)?({_UNIT}|[户笔个人次%]).*|[(\[]?(人民币)?:?({_UNIT})[)\]]?|{_SIGNED}"
    r"|(数据|统计|报表|截止|截至|业务|会计|报告)(日期|时间|时点|期间|月份|年月|日|口径|来源|范围|人|部门)?[:].*"
    r"|(日期|时间|指标|数据库|币种|机构|网点|支行|部门|范围|条件|表号|文号|密级|编号|页码|页数)[:].*|截[至止].{4,16}"
    r"|(内部|秘密|机密|商密).{0,6}|附[件表].{0,4}|[-—]*第\d+页.*|[-—]*(page)?\d+(/|of)\d+[-—]*|[-—]+\d+[-—]+|共\d+页"
    r"|(unit|date|as ?of|printed|page)[: ].*"
)
_TITLE = re.compile(r".{2,}(明细|清单|名单|名册|台账|月报|日报|周报|季报|年报|[^图代]表)(\(.*\))?")
_NOTE = re.compile(
    r"(备注|说明|附注|注释|脚注|资料来源|数据来源|数据出处|来源|口径说明?|指标解释|提示|特别说明|声明|免责声明"
    r"|notes?|source|remarks?|disclaimer)(\d|[一二三四五六七八九十])?[:.、].*"
    rf"|[(]?注([)]|[)]?\d*[:、.]|[)]?\d+).*|(主管|会计|行长)[:].*|{_SIGNED}"
    r"|(总|合计)?(记录|数据|行|笔|条)总?数[:=]\d+.*|(end|eof)"  # an interface file's last line
)
_FOOTNOTE = re.compile(r"[*＊※†①-⑩].{5,}")  # as written: NFKC makes ① a 1
_WHOLE = r"本?[页表日月季年期]|全[行辖部省市县区国]|各.{1,4}|所有.{0,4}|以上.{0,4}|人民币|外币|本外币|报表"
_PLACE = r".{1,20}(行|部|社|所|处|中心|网点|机构|经理|柜员|[省市县区镇乡])"
_TOTAL = re.compile(
    rf"(.{{0,20}}小计|({_WHOLE}|{_PLACE})?(合计|总计|共计|累计|总合计)|.{{1,20}}汇总|承前页|过次页|转下页|合计总额)[数额]?(\(.*\))?"
    r"|(.{0,20}sub-?total|(grand|page|overall)?totals?|.{2,20}total)(\(.*\))?"
)
_PIVOT = re.compile(r"(rowlabels|columnlabels|行标签|列标签|(求和|计数|平均值|最大值|最小值|数值计数|乘积)项[:].+)")
_PIVOT_MEASURE = re.compile(r"(count|sum|average|max|min|product)of.+")


def is_date(text: str) -> bool:
    """Whether a text is a day, a month, a quarter or a year, and nothing else."""
    return _DATE.fullmatch(unicodedata.normalize("NFKC", text)) is not None


def is_lead(text: str) -> bool:
    """Whether a text states a unit, a date, an author, a place or a page for the whole table."""
    return _LEAD.fullmatch(folded(text)) is not None


def is_title(text: str) -> bool:
    """Whether a text looks like the title of a table."""
    return _TITLE.fullmatch(folded(text)) is not None


def is_note(text: str) -> bool:
    """Whether a text is the first line of what stands below a table: note, source, signature."""
    return _NOTE.fullmatch(folded(text)) is not None or _FOOTNOTE.fullmatch(text.strip()) is not None


def is_total(text: str) -> bool:
    """Whether a text is the label of a total, whole: 合 计, 城南支行小计：, Grand Total; not 存款合计 or 会计."""
    return _TOTAL.fullmatch(folded(text).rstrip(":")) is not None


def is_pivot(rows: Iterable[tuple[str, ...]]) -> bool:
    """Whether the first rows of a sheet are those of a pivot table.

    Row Labels or 行标签 are enough, and 求和项：…; ``Sum of …`` could be a column's name, so it counts only alone in
    its row and where a Grand Total stands below.
    """
    cells = [[bare for cell in row if (bare := folded(cell))] for row in rows]
    if any(_PIVOT.fullmatch(cell) for row in cells for cell in row):
        return True
    measures = any(len(row) == 1 and _PIVOT_MEASURE.fullmatch(row[0]) for row in cells)
    return measures and any(cell in {"grandtotal", "总计"} for row in cells for cell in row)


def stated_unit(lines: Iterable[str]) -> str:
    """Unit of money that lines state for a table; empty if none does, or if they disagree.

    A unit counts after 单位, in brackets of its own, or alone between marks: 客户月报_202610(万元), never within
    a text: 50万元以上客户.
    """
    return _only(money_units(piece) for piece in _units(lines))


def stated_currency(lines: Iterable[str]) -> str:
    """Currency that lines state for the amounts of a table, beside their unit or behind 币种; empty for 元 or none."""
    lines = list(lines)
    return _only(money_currency(text) for text in (*_units(lines), *(part for line in lines for part in line.split())))


def _units(lines: Iterable[str]) -> list[str]:
    """Pieces of lines that may state a unit."""
    texts = (re.sub(r"币种:?\s*\S+", "", unicodedata.normalize("NFKC", line)) for line in lines)
    return [piece for text in texts for part in _UNIT_PLACES.findall(text) for piece in part]


def _only(stated: Iterable[tuple[str, ...]]) -> str:
    found = set().union(*stated)
    return found.pop() if len(found) == 1 else ""


def _end(match: re.Match[str]) -> date | None:
    """Last day of the day, month, quarter or year that was matched."""
    y1, m1, d1, m2, d2, y2, q1, q2, y3, m3, m4, m5, y4 = match.groups()
    year = int(y1 or y2 or y3 or y4)
    quarter = q1 or q2
    month = int(m1 or m2 or m3 or m4 or m5 or 12)
    if quarter:
        month = 3 * ("一二三四".find(quarter) + 1 or int(quarter))
    last = calendar.monthrange(year, month)[1]
    day = int(d1 or d2 or last)
    return date(year, month, day) if day <= last else None


def stated_date(lines: Iterable[str]) -> date | None:
    """Date that lines state for a table: one behind a label such as 数据日期 before any other; None if they disagree.

    A month, a quarter or a year stands for its last day, a range for its end. Days of printing do not count.
    """
    labelled: set[date] = set()
    others: set[date] = set()
    for line in lines:
        text = re.sub(r"\s*([:年月])\s*", r"\1", unicodedata.normalize("NFKC", line))
        text = _PRINTED.sub(" ", text)
        found = [(match, day) for match in _STATED.finditer(text) if (day := _end(match))]
        start = 0
        for i, (match, day) in enumerate(found):
            start = start or match.start()
            after = text[match.end() : found[i + 1][0].start()] if i + 1 < len(found) else ""
            if re.fullmatch(r"\s*(至|到|-|—|–|~|--|——)\s*", after):
                continue
            (labelled if _DATE_LABEL.search(text[:start]) else others).add(day)
            start = 0
    days = labelled or others
    return days.pop() if len(days) == 1 else None
