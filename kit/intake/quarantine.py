"""Why a row or a cell did not enter the book, and what else a person should know, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import language

__all__ = ["REASONS", "Notice", "reason"]

# Code on disk, sentence in Chinese and in English. {detail} is filled from the quarantine's own column.
REASONS: dict[str, tuple[str, str]] = {
    "field_count": ("字段数不符（{detail}）", "another number of fields than the header ({detail})"),
    "missing": ("必需的值是空的", "a mandatory value is empty"),
    "bad_bytes": (
        "有不成字的字节，多半是字段被截断了半个汉字",
        "bytes that are no character: most likely a field cut in the middle of one",
    ),
    "not_money": ("不是金额", "not an amount of money"),
    "not_number": ("不是数", "not a number"),
    "not_whole": ("不是整数", "not a whole number"),
    "not_date": ("不是日期", "not a date"),
    "not_flag": ("不是“是/否”", "neither yes nor no"),
    "digits_lost": (
        "号码的末位已丢失（成了科学计数，或被表格软件改成 000）",
        "the last digits of the id are lost (in scientific notation, or made 000 by a spreadsheet)",
    ),
    "bad_checksum": ("身份证号的校验位不对", "the check digit of the citizen's number is wrong"),
    "unlisted_code": ("代码不在代码表里", "the code is not in the list of codes"),
    "mixed_units": (
        "这一列有的格写明了单位，有的没有，单位不能确定",
        "some cells of the column state a unit and this one does not: its unit is uncertain",
    ),
    "date_order": (
        "年、月、日的次序不能确定，请按 2018-07-13 的样子给出",
        "which is the year, the month and the day is uncertain; it should read like 2018-07-13",
    ),
    "out_of_range": ("超出这一列可能的范围", "beyond what the column can hold"),
    "too_long": ("超过 32767 个字", "longer than 32,767 characters"),
    "second_row": ("与 {detail} 主键相同而内容不同", "the same key as {detail} with other content"),
    "unit_mismatch": (
        "同一行里相应的金额正好相差一万倍，元与万元混用",
        "amounts of one row stand at 1 to 10,000: CNY and CNY 10,000 are mixed",
    ),
    "unknown_customer": ("客户号不在客户信息表里", "the customer is not in the customer table"),
    "unknown_branch": ("机构号不在机构表里", "the branch is not in the branch table"),
}

_UNREADABLE = {
    "money": "not_money",
    "decimal": "not_number",
    "int": "not_whole",
    "date": "not_date",
    "bool": "not_flag",
}

_NOTICES = {
    "ignored_columns": ("{place}：这些列没有用到：{names}", "{place}: columns not used: {names}"),
    "ignored_likely": (
        "{place}：这些列没有用到，可能是：{names}",
        "{place}: columns not used that may be something: {names}",
    ),
    "cells_faulty": (
        "{place}：这些格的公式是错误（如 #REF!）或没有算出结果，按空白读了；请在 Excel 里改好、保存后再运行：{names}",
        "{place}: the formulas of these cells are errors (#REF!) or have no result, and were read as blank; mend them"
        " in Excel, save, and run again: {names}",
    ),
    "columns_left_out": (
        "{place}：按 mapping/ 里的决定，没有读这些列：{names}",
        "{place}: columns not read, as was decided in mapping/: {names}",
    ),
    "layout_changed": (
        "{place}：与确认过的格式不同：{names}",
        "{place}: not the layout that was confirmed: {names}",
    ),
    "sheet_skipped": (
        "{place}：认不出这张表，没有读：{names}",
        "{place}: not read, no table fits it: {names}",
    ),
    "sheet_hidden": (
        "{place}：隐藏的工作表，没有读；要读它，请在 Excel 里取消隐藏",
        "{place}: a hidden sheet, not read; unhide it in Excel if it is to be",
    ),
    "sheet_empty": ("{place}：空白的工作表", "{place}: an empty sheet"),
    "sheet_pivot": ("{place}：数据透视表，没有读", "{place}: a pivot table, not read"),
    "sheet_no_header": (
        "{place}：没有找到表头，没有读；如果它是一张表，请在数据上面加一行列名（文本文件的各列用逗号或制表符分开）",
        "{place}: no header, not read; if it is a table, put its columns' names above it (text: with commas or tabs)",
    ),
    "callbook_columns": (
        "{place}：客户经理工作簿缺少这些列，其余照读：{names}；需要的话请从原工作簿补回",
        "{place}: columns of the manager's workbook that are gone; the others were read: {names}. Put them back from"
        " the workbook as it was sent if they are needed",
    ),
    "callbook_renamed": (
        "{place}：这张表改了名（原来是{names}），照读了，不用处理",
        "{place}: this sheet was renamed (from {names}); it was read all the same and nothing is to be done",
    ),
    "callbook_gone": (
        "{place}：客户经理工作簿里没有这些表，其余照读：{names}；误删的话请从原工作簿补回",
        "{place}: sheets of the manager's workbook that are gone; the others were read: {names}. If that was a mistake,"
        " put them back from the workbook as it was sent",
    ),
    "callbook_rows": (
        "{place}：没有入账的，请客户经理改好后再放回来：{names}",
        "{place}: not taken in; the manager may mend it and send it again: {names}",
    ),
    "as_of_assumed": (
        "{place}：没有数据日期，按 {names} 处理",
        "{place}: no data date of its own; taken as of {names}",
    ),
}


def reason(code: str, detail: str = "", *, in_language: str | None = None) -> str:
    """Sentence of a quarantine reason, in the reader's language unless another is asked for."""
    return REASONS[code][(in_language or language()) != "zh"].format(detail=detail)


def unreadable_code(kind: str) -> str:
    """Reason code for a cell that cannot be read as a column type of the schema."""
    return _UNREADABLE.get(kind, "digits_lost")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that intake decided and a person may want to decide otherwise."""

    kind: str
    file: str
    sheet: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.told(self.file)

    def told(self, file: str = "") -> str:
        """Sentence of the notice; without the file where another sentence names it."""
        zh = language() == "zh"
        place = f"{file} [{self.sheet}]".strip() if self.sheet else file
        said = _NOTICES[self.kind][not zh].format(place=place, names=("、" if zh else ", ").join(self.names))
        return said.lstrip("：: ")
