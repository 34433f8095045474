"""Why a row or a cell did not enter the book, and what else a person should know, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import language

__all__ = ["REASONS", "Notice", "reason"]

# Code on disk, sentence in Chinese and in English. {detail} is filled from the quarantine's own column.
REASONS: dict[str, tuple[str, str]] = {
    "field_count": ("字段数不符（{detail}）", "another number of fields than the header ({detail})"),
    "missing": ("必需的值是空的", "a mandatory value is empty"),
    "not_money": ("不是金额", "not an amount of money"),
    "not_number": ("不是数", "not a number"),
    "not_whole": ("不是整数", "not a whole number"),
    "not_date": ("不是日期", "not a date"),
    "not_flag": ("不是“是/否”", "neither yes nor no"),
    "digits_lost": (
        "号码已成科学计数，末位丢失",
        "the id is in scientific notation: its last digits are lost",
    ),
    "unlisted_code": ("代码不在映射表里", "the code is not in the mapping"),
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
    "sheet_skipped": (
        "{place}：认不出这张表，没有读：{names}",
        "{place}: not read, no table fits it: {names}",
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
        zh = language() == "zh"
        place = f"{self.file} [{self.sheet}]" if self.sheet else self.file
        return _NOTICES[self.kind][not zh].format(place=place, names=("、" if zh else ", ").join(self.names))
