"""The unit of an amount, where it is said, and whether the first rows make it doubtful."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from kit.intake.grid import Sheet
from kit.intake.mapping import POWERS, Cell
from kit.intake.markers import stated_currency
from kit.intake.questions import Candidate, Evidence
from kit.intake.values import amount, percentile
from kit.schema import Column, normalise

ENOUGH = 50  # non-zero amounts under which nothing is asked
_POOR = Decimal(1_000)  # 元: nine of ten customers below it is no AUM
_RICH = Decimal(100_000_000)  # 元: nor half of them above it
_FACTOR = 10_000
_NEAR = (Decimal("0.5"), Decimal(2))  # of the factor, between sheets
_SAME = (Decimal("0.999"), Decimal("1.001"))  # of the factor, row by row
_SHARE = 0.95


def unit_of(column: Column, cell: Cell, header: str, sheet: Sheet) -> tuple[str, str]:
    """Unit that an amount is read in, and who says so: ``mapping``, ``header``, ``title``, ``file`` or ``default``."""
    if column.type != "money":
        return "", ""
    hint = normalise(header)[1].removeprefix("人民币")
    if cell.unit:
        return cell.unit, "mapping"
    if hint in POWERS:
        return hint, "header"
    if sheet.layout.unit in POWERS:
        titled = any(
            sheet.layout.unit in normalise(line)[0] or sheet.layout.unit in line for line in sheet.layout.above
        )
        return sheet.layout.unit, "title" if titled else "file"
    return column.unit, "default"


def currency_of(column: Column, header: str, sheet: Sheet) -> str:
    """Currency that an amount's label, or else a title line or the file's name, states; empty for 元 or none."""
    if column.type != "money":
        return ""
    return stated_currency([header] if normalise(header)[1] in POWERS else (*sheet.layout.above, *sheet.names))


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of one column in the first rows of one sheet, in 元 by the unit that is assumed; None: no number."""

    sheet: Sheet
    column: Column
    label: str
    unit: str
    stated_by: str
    values: tuple[Decimal | None, ...]

    @property
    def some(self) -> list[Decimal]:
        """Amounts above and below zero, by size."""
        return sorted(value for value in self.values if value)


def amounts(sheet: Sheet, column: Column, label: str, unit: tuple[str, str], texts: Iterable[str]) -> Amounts:
    """Return the amounts that the text of a column holds."""
    factor = Decimal(10) ** (POWERS[unit[0]] - 2)
    read = (amount(text) for text in texts)
    return Amounts(sheet, column, label, *unit, tuple(None if n is None else n * factor for n in read))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Amounts whose unit is doubtful, all of which an answer is about, and the units that it may be.

    Where nobody, or a title line for all of them, states the unit of a sheet's amounts, they have one unit: the
    columns are asked about together. ``alone``: it is about this sheet and not about others of its layout.
    """

    columns: tuple[Amounts, ...]
    candidates: tuple[Candidate, ...]
    alone: bool


def doubts(found: Sequence[Amounts]) -> Iterator[Doubt]:
    """Amounts of the sheets of one layout whose unit the first rows make doubtful, unless a person confirmed it."""
    enough, asked = [one for one in found if len(one.some) >= ENOUGH], set()
    for one in enough:
        others = [o for o in enough if o.column is one.column and o.sheet is not one.sheet]
        beside = [o for o in enough if o.sheet is one.sheet and o.column is not one.column]
        for kind, look in (("family", _unlike_others), ("column", _ten_thousandth), ("level", _level)):
            candidates = look(one, others if kind == "family" else beside)
            alone = kind == "family"
            place = (one.sheet.path, one.sheet.name) if alone else None
            if not candidates or one.stated_by == "mapping" or (one.column.id, place) in asked:
                continue
            columns = [one] if kind == "column" or one.stated_by == "header" else [
                o for o in found if o.sheet is one.sheet and o.stated_by == one.stated_by and o.unit == one.unit
            ]  # fmt: skip
            asked |= {(o.column.id, place) for o in columns}
            yield Doubt(tuple(columns), candidates, alone)
            break


def _unlike_others(one: Amounts, others: Sequence[Amounts]) -> tuple[Candidate, ...] | None:
    """The median of most sheets of the layout is some ten thousand times this one's, or the reverse."""
    own, rest = median(one.some), [median(other.some) for other in others]
    unlike = [other for other in rest if _times(other, own) or _times(own, other)]
    if not rest or 2 * len(unlike) < len(rest) or (2 * len(unlike) == len(rest) and own > median(unlike)):
        return None
    usual = median(unlike)
    smaller = own < usual
    return _choices(one, up=smaller, why=(Evidence("family", {"median": _money(usual)}),))


def _times(large: Decimal, small: Decimal) -> bool:
    return small > 0 and _NEAR[0] * _FACTOR <= large / small <= _NEAR[1] * _FACTOR


def _ten_thousandth(one: Amounts, beside: Sequence[Amounts]) -> tuple[Candidate, ...] | None:
    """Row by row the ten-thousandth part of another column, as if the two had different units."""
    for other in beside:
        pairs = [(a, b) for a, b in zip(one.values, other.values, strict=False) if a and b]
        low, high = (edge * _FACTOR for edge in _SAME)
        if len(pairs) >= ENOUGH and sum(low <= b / a <= high for a, b in pairs) >= _SHARE * len(pairs):
            return _choices(one, up=True, why=(Evidence("times", {"other": other.label, "factor": f"1/{_FACTOR:,}"}),))
    return None


def _level(one: Amounts, _: Sequence[Amounts]) -> tuple[Candidate, ...] | None:
    """Hardly any AUM above what a wallet holds, or most of it above what a rich person has."""
    if not one.column.id.startswith("aum_"):
        return None
    if percentile(one.some, 90) < _POOR:
        return _choices(one, up=True)
    return _choices(one, up=False) if median(one.some) > _RICH else None


def _choices(one: Amounts, *, up: bool, why: tuple[Evidence, ...] = ()) -> tuple[Candidate, ...]:
    """Return the unit as a factor of ten thousand makes it, then as it was read."""
    power = POWERS[one.unit] + (4 if up else -4)
    other = next((unit for unit, known in POWERS.items() if known == power), "")
    found = []
    for unit, score in [(other, 0.8), (one.unit, 0.2)] if other else [(one.unit, 0.5)]:
        factor = Decimal(10) ** (POWERS[unit] - POWERS[one.unit])
        middle, high = (_money(value * factor) for value in (median(one.some), percentile(one.some, 90)))
        read_as = Evidence("read_as", {"unit": unit, "median": middle, "high": high})
        found.append(Candidate(unit, score, (read_as, *why)))
    return tuple(found)


def _money(yuan: Decimal) -> str:
    return f"{yuan:,.0f} 元" if abs(yuan) >= _POOR else f"{yuan:,.2f} 元"
