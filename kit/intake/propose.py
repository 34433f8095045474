"""Ranked proposals for labels that no exact name settles, with their evidence; none is ever accepted silently."""

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache

from kit.intake.grid import Sheet
from kit.intake.labels import parts
from kit.intake.questions import Candidate, Evidence
from kit.intake.values import Profile, fit
from kit.schema import Column, normalise, schema

AT_MOST = 3
_ENOUGH = 0.45
_ELSEWHERE = 0.85  # what the label of another table is worth in this one
_WEIGHTS = {"label": 0.55, "values": 0.3, "near": 0.15}
_NOTHING_KNOWN = 0.5


def likeness(one: str, other: str) -> float:
    """Likeness of two normalised labels, from 0 to 1: characters in order, and how many they share."""
    if one == other:
        return 1.0
    shared = len(set(one) & set(other)) / max(len(set(one) | set(other)), 1)
    inside = 0.8 if min(len(one), len(other)) > 1 and (one in other or other in one) else 0.0
    return max(SequenceMatcher(None, one, other).ratio() * 0.9, shared, inside)


@cache
def _names(column: Column) -> tuple[tuple[str, str], ...]:
    return tuple((normalise(label)[0], label) for label in (column.zh, *column.aliases, column.en, column.id))


def _closest(header: str, column: Column) -> tuple[float, str]:
    """Likeness of a header to the closest name of a column, and that name."""
    _, own = parts(header)
    forms = {normalise(header)[0].replace("/", ""), own}
    return max((likeness(form, key), label) for key, label in _names(column) for form in forms)


def _judged(
    sheet: Sheet, position: int, column: Column, found: Profile, *, answer: str, home: bool = True
) -> Candidate:
    header = sheet.headers[position]
    alike, alias = _closest(header, column)
    fitting, group = fit(found, column), parts(header)[0]
    about = (normalise(schema()[column.table].zh)[0], *(key for key, _ in _names(column)))
    near = max(likeness(group, key) for key in about) if group else 0.0  # the group of a merged header
    values = _NOTHING_KNOWN if fitting is None else fitting
    score = _WEIGHTS["label"] * alike + _WEIGHTS["values"] * values + _WEIGHTS["near"] * max(near, alike)
    evidence = []
    if alike >= 0.4:
        evidence.append(Evidence("same_label" if alike == 1 else "like_label", {"alias": alias}))
    if not home:
        evidence.append(Evidence("other_table", {"table": column.table}))
        score *= _ELSEWHERE
    evidence += judged_values(found, column, fitting)
    if near >= 0.5:
        evidence.append(Evidence("group", {"group": header.rpartition("/")[0]}))
    evidence.append(beside(sheet, position))
    return Candidate(answer, round(score, 3), tuple(evidence))


def beside(sheet: Sheet, position: int) -> Evidence:
    """Return which labels stand beside one."""
    names = tuple(sheet.headers[i] for i in (position - 1, position + 1) if 0 <= i < len(sheet.headers))
    return Evidence("beside", {"names": names})


def judged_values(found: Profile, column: Column, fitting: float | None) -> list[Evidence]:
    """What values say for a column: the share that reads as its type or is among its codes, and how many differ."""
    if fitting is None:
        return []
    evidence, kind = [], "id" if column.id.endswith("_id") else column.type
    if kind in {"cat", "text"}:
        evidence += [Evidence("allowed", {"share": fitting})] if found.codes and column.values else []
    else:
        evidence.append(Evidence("values_fit" if fitting >= 0.5 else "values_differ", {"share": fitting, "kind": kind}))
    if found.codes:
        return [*evidence, Evidence("codes", {"codes": found.codes})]
    return [*evidence, Evidence("distinct", {"filled": found.filled, "distinct": found.distinct})]


def for_label(
    sheet: Sheet, position: int, found: Profile, *, home: Sequence[str], taken: Iterable[str] = ()
) -> tuple[Candidate, ...]:
    """Columns that a label may be, best first: those of the tables ``home`` that are not ``taken``, then of others."""
    gone, ranked = set(taken), []
    for table in schema().values():
        for column in table.columns.values():
            name = f"{table.id}.{column.id}"
            if name not in gone and _closest(sheet.headers[position], column)[0] >= 0.4:
                ranked.append(_judged(sheet, position, column, found, answer=name, home=table.id in home))
    ranked.sort(key=lambda one: (-one.score, one.answer))
    return tuple(one for one in ranked if one.score >= _ENOUGH)[:AT_MOST]


def for_column(
    sheet: Sheet,
    column: Column,
    positions: Iterable[int],
    found: Callable[[int], Profile],
    *,
    answer: Callable[[int], str],
    least: float = _ENOUGH - 0.1,
) -> tuple[Candidate, ...]:
    """Labels of a sheet that may be a column, best first; ``answer`` names the label at a position."""
    ranked = [_judged(sheet, i, column, found(i), answer=answer(i)) for i in sorted(positions)]
    return tuple(one for one in sorted(ranked, key=lambda one: -one.score) if one.score >= least)[:AT_MOST]
