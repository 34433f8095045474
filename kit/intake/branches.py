"""Branches that only the name of a sheet or of a file tells: which branch a name means, and how sure that is."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from kit.intake.grid import Sheet
from kit.intake.questions import Candidate, Evidence
from kit.schema import normalise

_SOUNDS = re.compile(r"(支行|分行|分理处|营业部|营业室|营业所|储蓄所|分社|信用社|支局|网点|所)$")
_PARTS = re.compile(r"[\s_\-—·.（）()\[\]【】]+")


def name_of(sheet: Sheet, named_by: str) -> str:
    """Name of a sheet, or of its file without its ending."""
    return sheet.name if named_by == "sheet" else sheet.path.stem


def branch_of(text: str, known: Mapping[str, str]) -> str | None:
    """Branch id that a name means, by id or name of the branch table (text → id); without one, the name itself.

    A name inside the text counts (客户信息_城东支行), the longest of several, and a text inside one name only
    (城东: 城东支行).
    """
    if not known:
        sounding = [part for part in _PARTS.split(text) if _SOUNDS.search(part)]
        return sounding[-1] if sounding else None
    key = normalise(text)[0]
    exact = {branch for label, branch in known.items() if normalise(label)[0] == key}
    if len(exact) == 1:
        return exact.pop()
    inside = {label for label in known if _holds(key, normalise(label)[0])}
    longest = {known[label] for label in inside if len(label) == max(map(len, inside))}
    if len(longest) == 1:
        return longest.pop()
    around = {branch for label, branch in known.items() if len(key) > 1 and key in normalise(label)[0]}
    return around.pop() if len(around) == 1 and not inside and not re.fullmatch(r"[\d#]+", key) else None


def _holds(text: str, label: str) -> bool:
    """Whether a label stands in a text; an id only by itself, not as a part of a longer number."""
    if re.fullmatch(r"[0-9a-z]+", label):
        return re.search(rf"(?<![0-9a-z]){re.escape(label)}(?![0-9a-z])", text) is not None
    return len(label) > 1 and label in text


def close(text: str, known: Mapping[str, str]) -> tuple[Candidate, ...]:
    """Branches whose name is like a text."""
    found = get_close_matches(text, list(known), n=3, cutoff=0.3)
    alias = {known[label]: label for label in reversed(list(known)) if label in found}
    ids = dict.fromkeys(known[label] for label in found)
    return tuple(Candidate(branch, 0.5, (Evidence("like_label", {"alias": alias[branch]}),)) for branch in ids)


def origins(sheets: Sequence[Sheet], known: Mapping[str, str]) -> tuple[Candidate, ...]:
    """Whether the sheets' or the files' names tell the branch, likelier first."""
    found = []
    for named_by in ("sheet", "file"):
        names = list(dict.fromkeys(name_of(sheet, named_by) for sheet in sheets))
        named = {name: branch for name in names if name and (branch := branch_of(name, known))}
        distinct = len(set(named.values())) == len(named)
        if named and 2 * len(named) >= len(names) and (distinct or named_by == "file"):
            shown = tuple(f"{name} → {branch}" if known else name for name, branch in list(named.items())[:3])
            facts = {"count": len(names), "known": len(named), "shown": shown}
            score = (0.9 if known else 0.7) * len(named) / len(names)
            found.append(
                Candidate(named_by, round(score, 3), (Evidence("names_fit" if known else "names_sound", facts),))
            )
    return tuple(sorted(found, key=lambda one: -one.score))
