"""The canonical model: the tables, their columns, the labels banks give them, and how a label is compared."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

__all__ = ["Column", "Table", "aliases", "normalise", "schema"]

_AND_OTHERS = "…"  # at the end of a list of codes that is open
_BRACKETS = re.compile(r"[(\[{【〔〖](.*?)[)\]}】〕〗]")


@dataclass(frozen=True, slots=True)
class Column:
    """A canonical column.

    ``type`` is one of ``text``, ``cat``, ``money`` (whole 分), ``int``, ``decimal``, ``date``, ``bool``, ``phone``,
    ``secret`` and ``surrogate`` (keyed hashes on entry, of a certificate or account and of a customer's number).
    ``unit`` is what a source without a unit of its own is taken to be in; a ``bool`` with a unit also takes a number
    of it, any above zero being true. ``need`` is ``M`` (mandatory), ``M*`` (at least one column so marked), ``R``
    (recommended) or ``O`` (optional).

    ``values`` are the codes; ``codes`` leads from each way to write one, in capitals, to it, and where the list is
    ``closed`` no other is taken. ``missing`` are words that mean nothing is known beside the general ones, and
    after a ``!`` general ones that are a value here. ``range`` is ``low..high``, either of which may be open or
    ``as_of``. ``kept`` is ``vault`` for what never enters the book.
    """

    table: str
    id: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    type: str
    unit: str
    values: tuple[str, ...]
    need: str
    unlocks_zh: str
    unlocks_en: str
    missing: tuple[str, ...] = ()
    range: str = ""
    kept: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False

    @property
    def vaulted(self) -> bool:
        """Whether the column lies in the vault and not in the book."""
        return bool(self.kept)

    @property
    def beside(self) -> str:
        """The column from whose source this one is read as well, empty for one with a source of its own."""
        return self.kept.partition(":")[2]

    def label(self, language: str) -> str:
        """Name of the column in a language, ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en

    def unlocks(self, language: str) -> str:
        """Return what becomes possible once this column is delivered."""
        return self.unlocks_zh if language == "zh" else self.unlocks_en


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table; ``grain`` names the columns that tell its rows apart (none: every row counts)."""

    id: str
    zh: str
    en: str
    grain: tuple[str, ...]
    columns: Mapping[str, Column]

    def label(self, language: str) -> str:
        """Name of the table in a language, ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en

    @property
    def mandatory(self) -> tuple[Column, ...]:
        """Columns without which the table cannot be."""
        return tuple(c for c in self.columns.values() if c.need == "M")

    @property
    def either(self) -> tuple[Column, ...]:
        """Columns of which at least one is needed."""
        return tuple(c for c in self.columns.values() if c.need == "M*")


def _rows(name: str) -> list[dict[str, str]]:
    with files(__name__).joinpath(name).open(encoding="utf-8") as text:
        return list(csv.DictReader(text, restval=""))


def _split(text: str, mark: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(mark) if part)


@cache
def schema() -> Mapping[str, Table]:
    """Tables of the canonical model by id, each after those it refers to."""
    columns: dict[str, dict[str, Column]] = {}
    for row in _rows("columns.csv"):
        row_aliases, missing = _split(row.pop("aliases"), "|"), _split(row.pop("missing"), "|")
        words = [code.split("=") for code in _split(row.pop("values"), "/")]
        listed = [code for code in words if code != [_AND_OTHERS]]
        columns.setdefault(row["table"], {})[row["id"]] = Column(
            **row,
            aliases=row_aliases,
            missing=missing,
            values=tuple(code[0] for code in listed),
            codes=MappingProxyType({word.upper(): code[0] for code in listed for word in code}),
            closed=bool(listed) and len(listed) == len(words),
        )
    tables = {
        row["id"]: Table(
            id=row["id"],
            zh=row["zh"],
            en=row["en"],
            grain=_split(row["grain"], "|"),
            columns=MappingProxyType(columns[row["id"]]),
        )
        for row in _rows("tables.csv")
    }
    return MappingProxyType(tables)


def normalise(header: str) -> tuple[str, str]:
    r"""Key under which a header is looked up, and the content of its brackets as a hint of the unit.

    Full-width forms, case, white space and a trailing colon or asterisk make no difference:
    ``" 时点ＡＵＭ\n（万元）："`` gives ``("时点aum", "万元")``.
    """
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", header)).strip("\ufeff")
    hints = _BRACKETS.findall(text)
    bare = _BRACKETS.sub("", text).rstrip(":*")
    return (bare or text).casefold(), (hints[-1] if hints else "")


@cache
def aliases(table: str) -> Mapping[str, Column]:
    """Columns of a table by normalised label: the id, the label in each language, and every alias."""
    known: dict[str, Column] = {}
    for column in schema()[table].columns.values():
        for label in (column.id, column.zh, column.en, *column.aliases):
            known[normalise(label)[0]] = column
    return MappingProxyType(known)
