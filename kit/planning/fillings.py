"""What fills the slots of the words: who is addressed, by whom, from which branch, about which products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from kit import columns as col
from kit.params import Params
from kit.planning.salutation import clean, salutation
from kit.planning.scripts import Scripts
from kit.text import wording

__all__ = ["OF_BRANCH", "OF_OWNER", "greeted", "products", "short_name", "slots_of"]

OF_BRANCH = {
    "branch": col.BRANCH_NAME, "address": col.BRANCH_ADDRESS, "landmark": col.LANDMARK,
    "branch_phone": col.BRANCH_PHONE,
}  # fmt: skip
OF_OWNER = {"owner": col.STAFF_NAME, "role": col.ROLE, "phone": col.STAFF_PHONE}


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
