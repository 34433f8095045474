"""What the readers give and the rest of intake works with: one table of text, before and after its header is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

HEAD_ROWS = 200  # rows that are looked at to find a header


@dataclass(frozen=True, slots=True)
class Grid:
    """One table of text as a file holds it, before anybody knows where its header stands.

    Attributes
    ----------
    path, name
        The file, and the sheet in it; the name is empty where a file is one table.
    form
        ``delimited``, ``workbook``, ``html``, ``parquet`` or ``database``: who reads it.
    head
        Trimmed cells of the first `HEAD_ROWS` rows, blank rows included: ``head[0]`` is row 1 as a person counts.
        Rows of delimited text may differ in length.
    hidden
        A sheet that its author has hidden.
    named
        Row 1 is the header for certain (Parquet, database).
    merged
        Merged cells: first row, first column, last row, last column, counted from 0.
    more
        Further rows from all over a workbook's sheet, for those who judge columns by their values.
    date1904
        Dates without a format count from 1904.
    encoding, delimiter, quoted
        Of delimited text.
    faulty
        Addresses of the first cells of a workbook's sheet whose formula has no result: they are blank.
    saved
        When a workbook was last saved, as it says itself.
    left_out
        Columns, from 0, whose cells nobody may see: they are blank from the reader on.
    """

    path: Path
    name: str
    form: str
    head: tuple[tuple[str, ...], ...]
    hidden: bool = False
    named: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    more: tuple[tuple[str, ...], ...] = ()
    date1904: bool = False
    encoding: str = ""
    delimiter: str = ""
    quoted: bool = True
    faulty: tuple[str, ...] = ()
    saved: str = ""
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header of a grid stands and what the lines above it say.

    Attributes
    ----------
    headers
        One text a column, the parts of a merged header joined by ``/`` from top to bottom; a column without one is
        ``#`` and its number from 1.
    first_row, header_row
        First and last row of the header, counted from 1; the data begins below ``header_row``.
    above
        Texts of the title lines.
    unit
        Unit of money that a title line or the file's name states for the whole table, empty if none does.
    as_of
        Date that a title line or the file's name states.
    """

    headers: tuple[str, ...]
    first_row: int
    header_row: int
    above: tuple[str, ...] = ()
    unit: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid whose header is known."""

    grid: Grid
    layout: Layout

    @property
    def path(self) -> Path:
        """The file."""
        return self.grid.path

    @property
    def name(self) -> str:
        """The sheet's name, empty where a file is one table."""
        return self.grid.name

    @property
    def headers(self) -> tuple[str, ...]:
        """Header of each column."""
        return self.layout.headers

    @property
    def header_row(self) -> int:
        """Row above the data, counted from 1."""
        return self.layout.header_row

    def leaving_out(self, labels: Sequence[str]) -> Sheet:
        """Return the sheet with the columns of these labels blank."""
        left_out = self.grid.left_out | {i for i, header in enumerate(self.headers) if header in labels}

        def blanked(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
            return tuple(tuple("" if i in left_out else cell for i, cell in enumerate(row)) for row in rows)

        top = self.header_row
        head = self.grid.head[:top] + blanked(self.grid.head[top:])
        return replace(self, grid=replace(self.grid, head=head, more=blanked(self.grid.more), left_out=left_out))

    @property
    def left_out(self) -> tuple[str, ...]:
        """Labels of the columns that are left out."""
        return tuple(self.headers[i] for i in sorted(self.grid.left_out))

    @property
    def names(self) -> tuple[str, str]:
        """Names of the file and of the sheet."""
        return self.path.name, self.name

    @property
    def place(self) -> str:
        """File and sheet as a message names them."""
        return f"{self.path.name} [{self.name}]" if self.name else self.path.name
