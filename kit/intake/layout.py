"""Where the header of a table stands among title lines, and what those lines say."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np

from kit.intake.grid import Grid, Layout
from kit.intake.header_cells import Row, clean_cell, extent, fill_forward, is_complete, is_unit, joined, numbered
from kit.intake.markers import NUMBER, is_date, is_lead, is_pivot, is_title, stated_date, stated_unit
from kit.schema import known_labels, normalise

_HEADER_ROWS = 3
_COLUMNS_SCORED = 300  # enough to know a header; a sheet may have 16,384
_PIVOT_ROWS = 12
_LEAD_CELLS = 12  # a line above a table has fewer
_VALUES_AT_MOST = 1 / 3
_BETTER_BY = 0.3
_NOTHING = frozenset({"", "-", "--", "—", "——", "/", "无", "空", "n/a", "#n/a", "null"})
_BLANK, _TEXT, _CODE, _VALUE, _DATE = range(5)
_CODES = re.compile(r"[a-z]{1,4}[-_]?\d{3,}|[yn是否男女]")  # codes and flags


@dataclass(frozen=True, slots=True)
class Skipped:
    """A grid that is no table to read: ``hidden``, ``empty``, ``pivot`` or ``no_header``."""

    reason: str


def find_layout(grid: Grid) -> Layout | Skipped:
    """Header of a grid by evidence, or why the grid is left out.

    Each row is a candidate unless it holds one cell of several columns, only states units, dates and authors, consists
    of values, or stands below rows of values. Its score is the sum of

    - 2 × share of its cells that are labels of the schema, whatever the table,
    - 1 × share of the table's width that it fills,
    - 1 × share of its cells that are text above a column of values,
    - −2 × share of its cells that are values (a year or a date above other values is a label),
    - −1 × share of its cells that occur again below in their column, unless nearly all the row does: a printed page,
    - −¼ if a blank row follows.

    The topmost wins unless a lower one is better by 0.3. The header then takes in the rows above and below, three in
    all, that merged cells, gaps filled by the next row, units or column numbers tie to it.

    Two columns may have the same header: which of them is meant is for the mapping to ask.
    """
    if grid.hidden:
        return Skipped("hidden")
    rows = [tuple(clean_cell(cell) for cell in row) for row in grid.head]
    if grid.named:
        return Layout(numbered(rows[0]), 1, 1)
    rows = [row[: extent(row)] for row in rows]
    filled = [row for row in rows if row]
    if not filled:
        return Skipped("empty")
    if is_pivot(filled[:_PIVOT_ROWS]):
        return Skipped("pivot")
    width = max(map(len, rows))
    table = _Table(grid, [row + ("",) * (width - len(row)) for row in rows])
    row = table.best()
    if row is None:
        return Skipped("no_header")
    first, last = table.block(row)
    above = tuple(" ".join(filter(None, line)) for line in rows[:first] if line)
    names = (grid.name, grid.path.stem)
    return Layout(
        headers=table.headers(first, last),
        first_row=first + 1,
        header_row=last + 1,
        above=above,
        unit=stated_unit(above) or next(filter(None, (stated_unit([name]) for name in names)), ""),
        as_of=stated_date(above) or next(filter(None, (stated_date([name]) for name in names)), None),
    )


def _kind(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").casefold()
    if plain in _NOTHING:
        return _BLANK
    if is_date(text):
        return _DATE
    if NUMBER.fullmatch(plain):
        return _VALUE
    return _CODE if _CODES.fullmatch(plain) else _TEXT


def _states(text: str) -> bool:
    """Whether a text says something of the whole table: a unit, a date, an author, a title."""
    return is_lead(text) or is_title(text)


class _Table:
    """The first rows of a grid, all of one width, and what kind of cell each holds."""

    def __init__(self, grid: Grid, rows: list[Row]) -> None:
        self.rows = rows
        self.delimited = grid.form == "delimited"
        self.merged = [cells for cells in grid.merged if cells[0] < len(rows)]
        self.kinds = np.array([[_kind(cell) for cell in row[:_COLUMNS_SCORED]] for row in rows], dtype=np.int8)
        self.filled = (self.kinds > _BLANK).sum(axis=1)
        self.widest = int(self.filled.max())
        self._last: dict[tuple[int, str], int] = {}
        for number, row in enumerate(rows):
            self._last.update(((j, cell), number) for j, cell in enumerate(row[:_COLUMNS_SCORED]) if cell)

    def best(self) -> int | None:
        """Row with the best evidence of being a header, counted from 0."""
        best, most = None, 0.0
        for row in range(len(self.rows)):
            score = self._score(row)
            if score is not None and (best is None or score > most + _BETTER_BY):
                best, most = row, score
        return best

    def _is_lead(self, row: int) -> bool:
        """Whether a row only states things of the whole table: one cell of several columns, or every cell does."""
        cells = [cell for cell in self.rows[row] if cell]
        if len(set(cells)) == 1:  # a merged title may be repeated over its cells
            return self.widest > 2 or _states(cells[0])
        if len(cells) > _LEAD_CELLS:
            return False
        stated = sum(map(_states, cells))
        dates = sum(map(is_date, cells))
        sparse = 2 * len(cells) <= max(self.widest, 4)  # a line above may reach beyond a narrow table
        return stated > 0 and (stated + min(dates, 1) == len(cells) or (sparse and any(map(is_lead, cells))))

    def _below(self, row: int, kind: int) -> Any:
        """Columns in which at least half of what stands below a row is of a kind, or of one that says more."""
        kinds = self.kinds[row + 1 :]
        same = (kinds >= kind).sum(axis=0)
        return (same > 0) & (2 * same >= (kinds > _BLANK).sum(axis=0))

    def _labels(self, row: int) -> Any:
        """Columns in which a row holds a label: text, a code above none, or one of several dates above others."""
        kinds = self.kinds[row]
        codes = (kinds == _CODE) & ~(self.kinds[row + 1 :] == _CODE).any(axis=0)
        dates = (kinds == _DATE) & ~self._below(row, _DATE)
        return (kinds == _TEXT) | codes | (dates & (dates.sum() > 1))

    def _score(self, row: int) -> float | None:
        filled = int(self.filled[row])
        if not filled or self._is_lead(row):
            return None
        labels = self._labels(row)
        values = 1 - labels.sum() / filled
        if values > _VALUES_AT_MOST:
            return None
        cells = self.rows[row][:_COLUMNS_SCORED]
        known = self._known(row) / filled
        contrast = (labels & self._below(row, _CODE)).sum() / filled
        if not known and not contrast and not self._is_tabular(row):
            return None
        if self._is_below_data(row) or self.rows[row] in self.rows[:row]:
            return None
        again = sum(self._last[j, cell] > row for j, cell in enumerate(cells) if cell) / filled
        repeated = self.rows[row] in self.rows[row + 1 :] or (known > 0 and self._is_nearly_repeated(row))
        detached = row + 1 < len(self.rows) and not self.filled[row + 1]
        score = 2 * known + filled / self.widest + contrast - 2 * values - 0.25 * detached
        return float(score if repeated else score - again)

    def _is_below_data(self, row: int) -> bool:
        """Whether rows of values as wide as this one stand above it: then it is a printed page's header again."""
        values = (self.kinds[:row] >= _CODE).sum(axis=1)
        return bool(((3 * values >= self.filled[:row]) & (2 * self.filled[:row] > self.filled[row])).sum() > 1)

    def _is_nearly_repeated(self, row: int) -> bool:
        """Whether a row below has the same text in four of five columns: a page's header of which one label differs."""
        cells = self.rows[row][:_COLUMNS_SCORED]
        same = (sum(a == b and bool(a) for a, b in zip(cells, other, strict=False)) for other in self.rows[row + 1 :])
        return 5 * max(same, default=0) >= 4 * int(self.filled[row])

    def _known(self, row: int) -> int:
        return sum(normalise(cell)[0] in known_labels() for cell in self.rows[row][:_COLUMNS_SCORED] if cell)

    def _is_tabular(self, row: int) -> bool:
        """Whether what stands below has several columns too: prose has not."""
        below = self.filled[row + 1 :]
        return self.widest > 1 and self.filled[row] > 1 and 2 * (below > 1).sum() >= (below > 0).sum()

    def block(self, row: int) -> tuple[int, int]:
        """First and last row of the header around its best row."""
        first, last = self._staircase(row)
        while last - first < _HEADER_ROWS - 1 and first and self._is_group_row(first - 1):
            first -= 1
        while last - first < _HEADER_ROWS - 1 and last + 1 < len(self.rows) and self._continues(last + 1, first):
            last += 1
        if last + 1 < len(self.rows) and self._is_numbering(last + 1):
            last += 1
        return first, last

    def _is_tied(self, row: int) -> bool:
        """Whether merged cells tie a row to the next: one reaches down, or spans several labels as a group does."""
        lower = [j for j, cell in enumerate(self.rows[row + 1]) if cell]
        for top, left, bottom, right in self.merged:
            if top <= row < bottom and lower:
                return True
            below = [j for j in lower if left <= j <= right]
            whole = 2 * len(below) > len(lower) and (left <= lower[0] or sum(map(bool, self.rows[row])) == 1)
            if top == bottom == row and len(below) > 1 and not whole:
                return True
        return False

    def _is_group_row(self, row: int) -> bool:
        """Whether a row holds the group labels of the row below it."""
        upper, lower = self.rows[row], self.rows[row + 1]
        groups = [j for j, cell in enumerate(upper) if cell]
        alone = any(not lower[j] for j in groups)  # a label that has no part below
        dates = int((self.kinds[row] == _DATE).sum())
        if alone or len(groups) > 2 or dates == 2:  # a line above has one date at most, and little else
            labels = not (self.kinds[row] == _VALUE).any()
        else:
            labels = self._all_labels(row)
        # Few cells, but groups by their merges, and nothing that is said of the whole table.
        merged = self._is_tied(row) and not any(map(_states, filter(None, upper)))
        if not groups or not labels or (self._is_lead(row) and not merged):
            return False
        if self._is_tied(row) or self._is_repeated_below(row):
            return True
        if len(groups) < 2 or self._has_merges(row):
            return False
        if alone:
            return any(cell and not upper[j] for j, cell in enumerate(lower))
        ends = [*groups[1:], extent(lower)]
        return all(end - start > 1 for start, end in zip(groups, ends, strict=True))

    def _is_repeated_below(self, row: int) -> bool:
        """Whether a row repeats its groups over their cells, and a label for the row below, as HTML text may."""
        upper, lower = self.rows[row], self.rows[row + 1]
        doubled = any(cell and cell == upper[j + 1] for j, cell in enumerate(upper[:-1]))
        return doubled and any(cell and cell == lower[j] for j, cell in enumerate(upper))

    def _has_merges(self, row: int) -> bool:
        return any(top <= row <= bottom for top, _, bottom, _ in self.merged)

    def _all_labels(self, row: int) -> bool:
        return int(self._labels(row).sum()) == int(self.filled[row])

    def _continues(self, row: int, first: int) -> bool:
        """Whether a row belongs to the header above it: by merged cells, as units, or as labels below groups."""
        upper, cells = self.rows[row - 1], [cell for cell in self.rows[row] if cell]
        if not cells or all(map(is_unit, cells)):
            return bool(cells)
        if not self._all_labels(row) or self.rows[row] == upper:
            return False
        reached = any(first <= top < row <= bottom for top, _, bottom, _ in self.merged)
        if reached or self._is_tied(row - 1) or self._is_repeated_below(row - 1):
            return True
        labels, known = self._labels(row), self._known(row)
        group = any(not upper[j] and any(upper[:j]) for j in np.flatnonzero(labels))
        contrast = (labels & self._below(row, _CODE)).sum() if group else 0
        return len(cells) > 1 and (
            5 * known >= 3 * len(cells) or bool(group and 2 * max(known, contrast) >= len(cells))
        )

    def _staircase(self, row: int) -> tuple[int, int]:
        """Rows around a row that read as a header without merged cells: the row alone if none do.

        It begins with a label that has nothing below, as a table does with its key and a line above does not.
        """
        for depth in range(_HEADER_ROWS - 1, 0, -1):
            for first in range(max(row - depth, 0), min(row, len(self.rows) - depth - 1) + 1):
                block = range(first, first + depth + 1)
                rows, width = [self.rows[i] for i in block], max(extent(self.rows[i]) for i in block)
                if all(rows[0][:2]) and is_complete(rows, 0, width) and all(map(self._may_be_header, block)):
                    return block[0], block[-1]
        return row, row

    def _may_be_header(self, row: int) -> bool:
        cells = [cell for cell in self.rows[row] if cell]
        return bool(cells) and not any(map(_states, cells)) and self._all_labels(row) and not self._has_merges(row)

    def _is_numbering(self, row: int) -> bool:
        """Whether a row only numbers the columns, as printed forms do: 1, 2, 3 … or 甲, 乙, 1, 2."""
        cells = [cell for cell in self.rows[row] if cell and cell not in {"甲", "乙", "丙", "丁", "栏次", "行次"}]
        return len(cells) > 3 and cells == [str(number) for number in range(1, len(cells) + 1)]

    def headers(self, first: int, last: int) -> Row:
        """Header of each column, the parts of a merged one joined."""
        block = [row for row in range(first, last + 1) if not (row > first and self._is_numbering(row))]
        width = self._width(first, last)
        parts = [list(self.rows[row][:width]) for row in block]
        for depth, row in enumerate(block):
            across = [m for m in self.merged if m[0] <= row <= m[2] and m[0] >= first]
            for top, left, _, right in across:
                parts[depth][left : right + 1] = [self.rows[top][left]] * (min(right + 1, width) - left)
            if not across and depth + 1 < len(block):
                fill_forward(parts, depth)
        return numbered([joined(column) for column in zip(*parts, strict=True)])

    def _width(self, first: int, last: int) -> int:
        """Columns of the table: as far as its header reaches, or its rows.

        One record of delimited text with more fields is a bad record, so there half of the rows must reach further.
        """
        header = max(extent(row) for row in self.rows[first : last + 1])
        below = sorted(extent(row) for row in self.rows[last + 1 :] if any(row))
        if not below:
            return header
        return max(header, below[len(below) // 2] if self.delimited else below[-1])
