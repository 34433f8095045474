"""How a customer is addressed: 张先生, 欧阳女士; in full where no surname can be told; neutrally without a gender."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "salutation"]

# 复姓: surnames of two characters that are borne today.
_COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离"
    " 长孙 宇文 司徒 鲜于 司空 令狐 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 段干 百里 呼延"
    " 东郭 南门 羊舌 微生 左丘 东门 西门 第五 哥舒 纳兰".split()
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]+")
_UNIT = re.compile(
    "公司|集团|商行|商店|超市|工厂|合作社|经营部|服务部|门市部|事务所|委员会|协会|基金会|中心|学校|中学|小学|大学|医院|诊所|酒店|饭店|宾馆|药房|银行|农场|食堂"
)
_MASK = re.compile("[*×]+|(?<=[\u4e00-\u9fff])[xX]+")
_TITLED = re.compile("(.+?)(先生|女士|小姐)")
_NO_NAME = frozenset({"None", "nan", "NaN", "NaT", "<NA>"})  # what a missing value looks like once it is printed
_SLOT_SIGNS = str.maketrans("{}[]", "｛｝［］")  # no value can look like a slot


def clean(value: object) -> str | None:
    """A value as it may stand in a text, on one line and without control characters; None where there is none."""
    if not isinstance(value, str) or value in _NO_NAME:
        return None
    plain = "".join(sign for sign in value if unicodedata.category(sign)[0] != "C" or sign.isspace())
    return " ".join(plain.split()).translate(_SLOT_SIGNS) or None


def salutation(name: str | None, gender: str | None) -> tuple[str, str] | None:
    """Surname and title of a customer (R63): ``("张", "男")`` is 张先生.

    Parameters
    ----------
    name
        As the bank has it.
    gender
        男 or 女; anything else is not known.

    Returns
    -------
    tuple of str, or None
        What he is called by and the gender of his title, which is empty for a unit; both are empty where the gender
        is not known, for no title is better than a wrong one. None where there is no name, or a number or a mask in
        its place. A surname is cut only from two or three 汉字, or behind a compound one: 扎西多杰, 买买提·艾力 and
        John Smith keep their whole name.
    """
    name = clean(unicodedata.normalize("NFKC", name or ""))
    if not name or any(sign.isdigit() for sign in name):
        return None
    if _UNIT.search(name) and len(name) > 3:
        return name, ""
    if titled := _TITLED.fullmatch(name):
        name, gender = titled[1], gender or ("男" if titled[2] == "先生" else "女")
    called = _called(name)
    if not called:
        return None
    return (called, gender) if gender in ("男", "女") else ("", "")


def _called(name: str) -> str:
    """What a person is called by: the surname, or the whole name where that cannot be told."""
    before, *masked = _MASK.split(name)
    if masked:
        return before[:2] if before[:2] in _COMPOUND else before[:1] if _HAN.fullmatch(before) else ""
    if not _HAN.fullmatch(name):
        return name if any(sign.isalpha() for sign in name) else ""
    if len(name) > 2 and name[:2] in _COMPOUND:
        return name[:2]
    return name[:1] if len(name) <= 3 else name
