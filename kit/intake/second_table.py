"""A second table in a sheet, below the first, above it or beside it: told, and never read as the first."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from kit.errors import KitError
from kit.intake.grid import HEAD_ROWS, Sheet
from kit.intake.markers import NUMBER, is_date
from kit.messages import listed, message
from kit.schema import aliases, known_labels, normalise, schema

Cells = tuple[str, ...]

_KNOWN = 0.6  # share of a header's cells that are labels of the schema
_ROWS_APART = 2  # by which two tables that stand beside each other end: a total or a note is one


class SecondTable(KitError):
    """A sheet holds more than one table (place, at, labels): ``at`` a row's number or a column's letters."""


def names_columns(cells: Sequence[str], printed: Iterable[Cells]) -> bool:
    """Whether a row is the header of another table than the one whose header was ``printed``.

    Three of five cells name columns of one table, at least two, none is a value, and fewer than half stand where the
    header has them: a printed page may repeat it with a label changed.
    """
    filled = [(i, cell) for i, cell in enumerate(cells) if cell]
    labels = {normalise(cell)[0] for _, cell in filled}
    known = max(map(len, _columns(labels))) if len(labels & known_labels()) > 1 else 0
    if known < 2 or known < _KNOWN * len(filled) or any(is_date(c) or NUMBER.fullmatch(c) for _, c in filled):
        return False
    return all(2 * sum(i < len(row) and row[i] == cell for i, cell in filled) < len(filled) for row in printed)


def _columns(labels: set[str]) -> list[set[str]]:
    """Columns of each table of the schema that labels name."""
    return [{known[label].id for label in labels & set(known)} for known in map(aliases, schema())]


def _second(sheet: Sheet, at: str, labels: Sequence[str]) -> SecondTable:
    """Error of a second table; of its labels it names only those that the schema knows."""
    known = [label for label in labels if normalise(label)[0] in known_labels()]
    return SecondTable(place=sheet.place, at=at, labels=listed(known[:4]))


def in_row(sheet: Sheet, number: int, cells: Sequence[str]) -> SecondTable:
    """Error of a table whose header stands in a row."""
    return _second(sheet, message("intake.place.row", number=number), cells)


def find_second_table(sheet: Sheet) -> SecondTable | None:
    """Second table among the first rows of a sheet, if there is one."""
    layout, head = sheet.layout, sheet.grid.head
    if sheet.grid.named:
        return None
    printed = [*head[layout.first_row - 1 : layout.header_row], sheet.headers]
    for number, cells in enumerate(head, start=1):
        if not layout.first_row <= number <= layout.header_row and names_columns(cells, printed):
            return in_row(sheet, *max((number, cells), (layout.first_row, sheet.headers)))
    for left, right in pairwise(_blocks(sheet)):
        if _are_two(sheet, left, right):
            from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 - only where there is something to tell

            letters = xl_col_to_name(right.start)
            at = message("intake.place.column", letters=letters)
            return _second(sheet, at, sheet.headers[right.start : right.stop])
    return None


def _blocks(sheet: Sheet) -> Iterator[range]:
    """Runs of columns with at least two labels of the schema, between columns without a label or a cell."""
    below = sheet.grid.head[sheet.header_row :]
    blank = [
        header.startswith("#") and not any(j < len(row) and row[j] for row in below)
        for j, header in enumerate(sheet.headers)
    ]
    for is_blank, run in groupby(range(len(blank)), key=blank.__getitem__):
        columns = list(run)
        if not is_blank and sum(normalise(sheet.headers[j])[0] in known_labels() for j in columns) > 1:
            yield range(columns[0], columns[-1] + 1)


def _are_two(sheet: Sheet, left: range, right: range) -> bool:
    """Whether two blocks of columns name the same column of a table, or end in different rows."""
    labels = [{normalise(sheet.headers[j])[0] for j in block} for block in (left, right)]
    if any(ours & theirs for ours, theirs in zip(*map(_columns, labels), strict=True)):
        return True
    head = sheet.grid.head
    ends = [max((i for i, row in enumerate(head) if any(row[b.start : b.stop])), default=0) for b in (left, right)]
    return len(head) < HEAD_ROWS and abs(ends[0] - ends[1]) >= _ROWS_APART
