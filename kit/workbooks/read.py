"""A manager's workbook that came back: its sheets with the place of each column, and what of it cannot be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit import columns as col
from kit.messages import language
from kit.text import wording
from kit.workbooks.form import CONTACT, CUSTOMERS, FACTS, KEY_CODES, KEYS, TASKS, Entry, Marker, fingerprint, labels_of

Head = Sequence[Sequence[str]]  # the first rows of a sheet

_LOOKED_AT = 20  # rows in which the hidden row of codes must stand, whatever was put above it
_ENTRIES = {entry.code: entry for entry in (*CONTACT, *FACTS)}
_OF_TASKS = {entry.code for entry in CONTACT}


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet with cells to be filled in: the row of its header, and the position of each column by its name."""

    name: str
    header_row: int
    at: Mapping[str, int]
    width: int
    entries: tuple[Entry, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells its rows apart."""
        return KEYS if self.entries is CONTACT else KEYS[:1]

    @property
    def filled(self) -> list[Entry]:
        """Entries whose columns are there."""
        return [entry for entry in self.entries if entry.column in self.at]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of a workbook, or of one of its sheets: a kind, and the labels that it is about."""

    kind: str
    sheet: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Sheets that can be read, what cannot be, and what else a person should know.

    ``refused`` are a workbook of an ``other`` engagement or of a ``newer`` kit, and sheets whose ``head`` is gone, or a
    ``column`` without which no row is known; ``remarks`` are other ``columns`` that are gone, and sheets that were
    ``renamed`` or are ``gone``.
    """

    sheets: tuple[FilledSheet, ...]
    refused: tuple[Remark, ...]
    remarks: tuple[Remark, ...] = ()


def read_workbook(marker: Marker, heads: Mapping[str, Head], *, key: bytes) -> ReadBack:
    """Return the sheets of a workbook in which anything may have been filled in (R82).

    Parameters
    ----------
    heads
        Name of each sheet that can be seen → its first rows.
    key
        The engagement's: workbooks of another are refused.
    """
    if marker.newer or marker.engagement != fingerprint(key):
        return ReadBack((), (Remark("newer" if marker.newer else "other"),))
    sheets, refused, remarks = [], [], []
    lacking = {sheet: labels_of(sheet) for sheet in (*TASKS, CUSTOMERS)}
    renamed = []
    for name, head in heads.items():
        own = next((sheet for sheet, names in lacking.items() if name in names), None)
        found = _filled_sheet(name, head)
        if own:
            del lacking[own]
        if found is None:
            refused += [Remark("head", name)] if own else []
            continue
        renamed += [] if own else [name]
        gone = [code for code in found.keys if code not in found.at]
        gone += [entry.column for entry in found.entries if entry.needed and entry.column not in found.at]
        if gone:
            refused.append(Remark("column", name, (label_of(gone[0]),)))
            continue
        left = tuple(label_of(entry.column) for entry in found.entries if entry.column not in found.at)
        remarks += [Remark("columns", name, left)] if left else []
        sheets.append(found)
    remarks += _missing(renamed, list(lacking))
    return ReadBack(tuple(sheets), tuple(refused), tuple(remarks))


def _filled_sheet(name: str, head: Head) -> FilledSheet | None:
    """Sheet with the codes of its hidden row; None for one that is not filled in, or has lost that row."""
    for number, row in enumerate(head[:_LOOKED_AT], start=1):
        entries = {_ENTRIES[code].column: place for place, code in enumerate(row) if code in _ENTRIES}
        keys = {KEY_CODES[code]: place for place, code in enumerate(row) if code in KEY_CODES}
        if entries:
            tasks = not _OF_TASKS.isdisjoint(row)
            return FilledSheet(name, number + 1, entries | keys, len(row), CONTACT if tasks else FACTS)
    return None


def _missing(renamed: Sequence[str], lacking: Sequence[str]) -> list[Remark]:
    """What became of the sheets: those with another name are read all the same, those that are gone are named."""
    gone = tuple(wording(language()).label(f"workbook.sheet.{sheet}") for sheet in lacking)
    remarks = [Remark("renamed", sheet, gone) for sheet in renamed if gone]  # else it is a copy
    return [*remarks, Remark("gone", "", gone)] if len(gone) > len(renamed) else remarks


def label_of(column: str) -> str:
    """A column as the head of its sheet calls it, in the reader's language."""
    hidden = column in (col.CUSTOMER_ID, col.CONTACT_CLASS, col.DUE)
    return wording(language()).label(f"workbook.{'key' if hidden else 'column'}.{column}")
