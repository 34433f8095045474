"""What the labels of a sheet say by themselves: columns by exact name, and ambiguous labels that context settles."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kit.intake.grid import Sheet
from kit.schema import Column, Forbidden, Meaning, aliases, ambiguous, forbidden, normalise, schema

# The group of a merged header that says no more than what the table is about.
_NEUTRAL = re.compile(
    r"(信息|情况|资料|要素|概况|数据|指标|明细|属性|结构|部分|类)$"
    r"|^(客户|机构|网点|账户|员工|资产|产品|基本|其他)$"
)


def signature(sheet: Sheet) -> tuple[str, ...]:
    """Normalised labels of a sheet: sheets with the same are read in the same way."""
    return tuple(normalise(header)[0] for header in sheet.headers)


def parts(header: str) -> tuple[str, str]:
    """Group of a merged header, empty without one, and the label under it, both normalised."""
    group, _, own = normalise(header)[0].rpartition("/")
    return group, own


def named(header: str, table: str) -> Column | None:
    """Column of a table that a header names exactly.

    A merged header counts as one label (存款/余额: 存款余额; AUM/时点: 时点AUM), or as its lower part if the upper
    adds nothing to it.
    """
    known, asked = aliases(table), ambiguous(table)
    key = normalise(header)[0]
    group, own = parts(header)
    for label in (key, key.replace("/", ""), own + group if group else key):
        if label in asked:
            return None
        if label in known:
            return known[label]
    if group and own not in asked and own in known:
        column = known[own]
        own_labels = [normalise(label)[0] for label in (column.zh, *column.aliases)]
        titles = [normalise(title)[0] for title in (schema()[table].zh, schema()[table].en)]
        if all(_NEUTRAL.search(g) or g in titles or any(g in label for label in own_labels) for g in group.split("/")):
            return column
    return None


@dataclass(frozen=True, slots=True)
class Labelled:
    """Positions of the headers that name each column of a table, and of those that are ambiguous in it."""

    exact: Mapping[str, tuple[int, ...]]
    ambiguous: Mapping[int, tuple[Meaning, ...]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """Number of columns that the sheet may have of the table."""
        return len(self.exact) + min(len(self.possible - set(self.exact)), len(self.ambiguous))

    @property
    def possible(self) -> set[str]:
        """Columns that the sheet may have."""
        return {*self.exact, *(m.column for meanings in self.ambiguous.values() for m in meanings if m.column)}


def labelled(headers: Sequence[str], table: str) -> Labelled:
    """Return what the headers of a sheet are in a table."""
    exact: dict[str, tuple[int, ...]] = {}
    asked, known = {}, ambiguous(table)
    for position, header in enumerate(headers):
        column = named(header, table)
        if column:
            exact[column.id] = (*exact.get(column.id, ()), position)
        elif meanings := known.get(normalise(header)[0]) or known.get(parts(header)[1]):
            asked[position] = meanings
    return Labelled(exact, asked)


def settled(sheet: Sheet, position: int, meanings: Iterable[Meaning]) -> Meaning | None:
    """Meaning of an ambiguous label, where the labels beside it or the words around it leave no other."""
    others = {label for i, h in enumerate(sheet.headers) if i != position for label in (normalise(h)[0], parts(h)[1])}
    group = parts(sheet.headers[position])[0]
    around = [normalise(text)[0] for text in (*sheet.layout.above, sheet.name, sheet.path.stem)]
    near, by_default = [], []
    for meaning in meanings:
        words = [normalise(word)[0] for word in meaning.around]
        if (
            any(word in group for word in words)
            or others & {normalise(b)[0] for b in meaning.beside}
            or any(word in text for word in words for text in around)
        ):
            near.append(meaning)
        elif "*" in meaning.beside:
            by_default.append(meaning)
    fitting = near or by_default
    return fitting[0] if len(fitting) == 1 else None


def forbidden_labels(sheet: Sheet) -> dict[str, Forbidden]:
    """Headers that name what no extract may hold, and what that is, unless their columns are left out."""
    kept = [header for i, header in enumerate(sheet.headers) if i not in sheet.grid.left_out]
    return {header: kind for header in kept for kind in forbidden() if kind.names(header)}
