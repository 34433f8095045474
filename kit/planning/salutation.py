"""How a customer is addressed: 张先生, 欧阳女士; in full where no surname can be told; neutrally without a gender."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "salutation"]

# 复姓: surnames of two characters that are borne today.
_TWO = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空令狐闾丘子车亓官司寇巫马公西"
    "颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕段干百里呼延东郭南门羊舌微生左丘东门西门第五哥舒纳兰"
)
_COMPOUND = frozenset(_TWO[i : i + 2] for i in range(0, len(_TWO), 2))
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]+")
_UNIT = re.compile(
    "公司|集团|商行|商店|超市|工厂|合作社|经营部|服务部|门市部|事务所|委员会|协会|基金会"
    "|中心|学校|中学|小学|大学|医院|诊所|酒店|饭店|宾馆|药房|银行|农场|食堂"
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
