"""What fills the slots of the words: who is addressed, by whom, from which branch, about which products."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from kit import columns as col
from kit.params import Params
from kit.planning.scripts import Scripts
from kit.text import wording

OF_BRANCH = {
    "branch": col.BRANCH_NAME, "address": col.BRANCH_ADDRESS, "landmark": col.LANDMARK,
    "branch_phone": col.BRANCH_PHONE,
}  # fmt: skip
OF_OWNER = {"owner": col.STAFF_NAME, "role": col.ROLE, "phone": col.STAFF_PHONE}
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


def slots_of(
    tasks: pd.DataFrame,
    persons: pd.DataFrame | None,
    staff: pd.DataFrame,
    branches: pd.DataFrame,
    bank: str,
    params: Params,
    scripts: Scripts,
) -> pd.DataFrame:
    """A column a slot, None where it is not known; beside them the ``topic``, and whether ``nobody`` is the owner."""
    house = clean(bank)
    who = _matched(persons, col.CUSTOMER_ID, tasks, [col.CUSTOMER_NAME, col.GENDER, col.SEGMENT, col.RISK_RANK])
    owner = _matched(staff, col.STAFF_ID, tasks, OF_OWNER.values())
    branch = _matched(branches, col.BRANCH_ID, tasks, OF_BRANCH.values())
    made = {slot: _each(clean, owner[column]) for slot, column in OF_OWNER.items()}
    made |= {slot: _each(clean, branch[column]) for slot, column in OF_BRANCH.items()}
    made["branch"] = _each(lambda name: short_name(name, house), made["branch"])
    greeted = _each(lambda name, gender: _greeting(name, gender, scripts), who[col.CUSTOMER_NAME], who[col.GENDER])
    for i, slot in enumerate(("hello", "surname", "title")):
        made[slot] = pd.Series([each[i] for each in greeted], index=tasks.index, dtype="object")
    suited = {rule.code: rule.suited for rule in params.segments.rules}
    made["suited"] = _each(
        lambda code, rank: products(suited.get(code, ()), rank or 0, params, scripts),
        who[col.SEGMENT], who[col.RISK_RANK],
    )  # fmt: skip
    made["topic"] = _each(scripts.topic, who[col.SEGMENT])
    frame = pd.DataFrame(made).assign(bank=house, pause=scripts.texts["parts.pause"])
    return frame.assign(nobody=tasks[col.STAFF_ID].isna())


def _matched(rows: pd.DataFrame | None, key: str, tasks: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Columns of the row that each task belongs to, missing where there is none or it does not say."""
    given = pd.DataFrame(columns=[key]) if rows is None or key not in rows else rows.dropna(subset=[key])
    known = given.drop_duplicates(key).set_index(key).reindex(columns=list(columns)).astype("object")
    return known.reindex(tasks[key].astype("object")).set_axis(tasks.index)


def _each(make: Callable[..., Any], *columns: pd.Series) -> pd.Series:
    """What ``make`` makes of the values of each row, once for each that differ; what is missing is None."""
    given = [column.to_numpy(dtype="object", copy=True) for column in columns]
    for values, column in zip(given, columns, strict=True):
        values[column.isna().to_numpy()] = None
    rows = list(zip(*given, strict=True))
    made = {row: make(*row) for row in dict.fromkeys(rows)}
    return pd.Series([made[row] for row in rows], index=columns[0].index, dtype="object")


def _greeting(name: object, gender: object, scripts: Scripts) -> tuple[str | None, str | None, str | None]:
    """Greeting, surname and title; None of each without a name."""
    found = salutation(clean(name), clean(gender))
    if found is None:
        return None, None, None
    surname, title = found[0], scripts.texts.get(f"parts.title.{found[1]}", "")
    if not surname:
        return scripts.texts["parts.hello_neutral"], "", ""
    return " ".join(greeted(scripts.texts["parts.hello"], {"surname": surname, "title": title}).split()), surname, title


def greeted(text: str, values: Mapping[str, str | None]) -> str:
    """A greeting with surname and title."""
    for slot in ("surname", "title"):
        text = text.replace(f"{{{slot}}}", values[slot] or "")
    return text


def short_name(branch: str | None, bank: str | None) -> str | None:
    """A branch's name without the bank's before it: the texts say both."""
    return branch.removeprefix(bank) or branch if branch and bank else branch


def products(families: Any, rank: int | None, params: Params, scripts: Scripts) -> str | None:
    """Names of the families that a risk level allows (None: all); None where there are none."""
    risk = params.offers.risk
    allowed = [f for f in families if rank is None or rank >= risk.get(f, 0)]
    return wording(scripts.language).join([scripts.texts[f"parts.product.{f}"] for f in allowed]) or None


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
