"""The canonical model: the tables, their columns, the labels banks give them, and how a label is compared."""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

# Longest first: what ends in 百元 also ends in 元.
MONEY_UNITS = ("百万元", "万元", "千元", "百元", "亿元", "元", "角", "分")
_UNIT = "|".join(MONEY_UNITS)
HOME = "CNY"  # the currency of everything that names no other
_AND_OTHERS = "…"  # at the end of a list of codes that is open
_BRACKETS = re.compile(r"[(\[{【〔〖](.*?)[)\]}】〕〗]")
_UNIT_DRESS = re.compile(r"^(金额|货币|计量)?单位[:为]?|人民币:?|rmb|cny|[¥￥]", re.IGNORECASE)
_UNIT_BEHIND = re.compile(rf"(.+?)[:,_/\-](?:人民币)?({_UNIT})")
_UNIT_JOINED = re.compile(rf"(.+?)(?:人民币)?({_UNIT})")


class _Named:
    """What has a name in each language."""

    __slots__ = ()
    zh: str
    en: str

    def label(self, language: str) -> str:
        """Name in a language, ``zh`` or ``en``."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Column(_Named):
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
    codes: Mapping[str, str] = field(default_factory=dict, compare=False)
    closed: bool = False

    @property
    def vaulted(self) -> bool:
        """Whether the column lies in the vault and not in the book."""
        return bool(self.kept)

    @property
    def beside(self) -> str:
        """The column from whose source this one is read as well, empty for one with a source of its own."""
        return self.kept.partition(":")[2]

    def unlocks(self, language: str) -> str:
        """Return what becomes possible once this column is delivered."""
        return self.unlocks_zh if language == "zh" else self.unlocks_en


@dataclass(frozen=True, slots=True)
class Table(_Named):
    """A canonical table; ``grain`` names the columns that tell its rows apart (none: every row counts).

    ``since`` are the dates of which each says that its row was not there before.
    """

    id: str
    zh: str
    en: str
    grain: tuple[str, ...]
    columns: Mapping[str, Column]
    since: tuple[str, ...] = ()

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
def currencies() -> Mapping[str, tuple[str, ...]]:
    """Currencies by code, each with the words and numbers that banks write for it."""
    return MappingProxyType({row["code"]: _split(row["words"], "|") for row in _rows("currencies.csv")})


@cache
def schema() -> Mapping[str, Table]:
    """Tables of the canonical model by id, each after those it refers to."""
    columns: dict[str, dict[str, Column]] = {}
    for row in _rows("columns.csv"):
        row_aliases, missing = _split(row.pop("aliases"), "|"), _split(row.pop("missing"), "|")
        if row["values"] == "currencies":
            row["values"] = "/".join(["=".join((code, *words)) for code, words in currencies().items()] + [_AND_OTHERS])
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
    tables = {}
    for row in _rows("tables.csv"):
        grain, since = (_split(row.pop(name), "|") for name in ("grain", "since"))
        tables[row["id"]] = Table(**row, grain=grain, since=since, columns=MappingProxyType(columns[row["id"]]))
    return MappingProxyType(tables)


def compact(text: str) -> str:
    """Return a text in half-width forms, without white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def folded(text: str) -> str:
    """Return a text as texts are compared: half-width, without white space, in small letters."""
    return compact(text).casefold()


def money_units(text: str) -> tuple[str, ...]:
    """Units of money that a statement of units names: ``单位：人民币万元、户`` gives ``("万元",)``.

    Every part must be a short word of its own: ``50万元以上`` states no unit.
    """
    return tuple(dict.fromkeys(unit for unit, _ in _stated(text)))


def money_currency(text: str) -> tuple[str, ...]:
    """Currency that a statement of units names: ``单位：万美元`` and ``币种：USD`` give ``("USD",)``, ``万元`` none."""
    found = {code for _, code in _stated(re.sub("^币种:?", "", compact(text)))}
    return () if HOME in found else tuple(found)


def _stated(text: str) -> list[tuple[str, str]]:
    """Units of money in a statement of units, each with its currency."""
    bare = _UNIT_DRESS.sub("", compact(text))
    parts = [_UNIT_DRESS.sub("", part) for part in re.split(r"[、,/;及和]", bare)]
    found = [(part, HOME) if part in MONEY_UNITS else _foreign(part) for part in parts]
    return [each for each in found if each]


def _foreign(part: str) -> tuple[str, str] | None:
    """万美元 is the unit 万元 of USD; None for what is no unit of another currency."""
    word = re.sub("^(百万|[百千万亿])", "", part).upper()
    codes = (code for code, words in currencies().items() if word in (code, *words) and not word.isdigit())
    code = next(codes, HOME)
    return None if code == HOME else (part[: len(part) - len(word)] + "元", code)


def _undressed(header: str) -> tuple[str, list[str]]:
    text = compact(header).strip("\ufeff")
    bare = _BRACKETS.sub("", text).rstrip(":*")
    return (bare or text).casefold(), _BRACKETS.findall(text)


@lru_cache(maxsize=1 << 14)
def normalise(header: str) -> tuple[str, str]:
    r"""Key under which a header is looked up, and its unit or else the content of its brackets as a hint.

    Full-width forms, case, white space and a trailing colon or asterisk make no difference:
    ``" 时点ＡＵＭ\n（单位：万元）："`` gives ``("时点aum", "万元")``. A unit of money may also stand behind a mark,
    ``余额：万元``, or close to a label that the schema knows, ``存款余额万元``.
    """
    key, brackets = _undressed(header)
    stated = [units[0] for bracket in brackets if len(units := money_units(bracket)) == 1]
    if stated:
        return key, stated[-1]
    if not brackets and key not in known_labels():
        if found := _UNIT_BEHIND.fullmatch(key):
            return found[1], found[2]
        if (found := _UNIT_JOINED.fullmatch(key)) and found[1] in known_labels():
            return found[1], found[2]
    return key, (brackets[-1] if brackets else "")


@cache
def known_labels() -> frozenset[str]:
    """Every label that the schema knows, whatever the table, as `normalise` gives it."""
    return frozenset(
        _undressed(label)[0]
        for table in schema().values()
        for column in table.columns.values()
        for label in (column.id, column.zh, column.en, *column.aliases)
    )


@cache
def aliases(table: str) -> Mapping[str, Column]:
    """Columns of a table by normalised label: the id, the label in each language, and every alias."""
    known: dict[str, Column] = {}
    for column in schema()[table].columns.values():
        for label in (column.id, column.zh, column.en, *column.aliases):
            known[normalise(label)[0]] = column
    return MappingProxyType(known)


@dataclass(frozen=True, slots=True)
class Meaning(_Named):
    """One of the things that an ambiguous label of a table may mean.

    ``column`` is empty where the model has no column for it. Labels ``beside`` it in the sheet (``*``: any), or words
    ``around`` it (the group of a merged header, a title line, the sheet's or the file's name) settle that it is this
    one. The question stands with the first meaning of a label.
    """

    table: str
    id: str
    column: str
    beside: tuple[str, ...]
    around: tuple[str, ...]
    zh: str
    en: str
    question_zh: str
    question_en: str

    def question(self, language: str) -> str:
        """What is asked about its label, in a language."""
        return self.question_zh if language == "zh" else self.question_en


@cache
def ambiguous(table: str) -> Mapping[str, tuple[Meaning, ...]]:
    """What the ambiguous labels of a table may mean, by normalised label."""
    known: dict[str, tuple[Meaning, ...]] = {}
    for row in _rows("ambiguous.csv"):
        labels, row["id"] = _split(row.pop("labels"), "|"), row.pop("meaning")
        beside, around = (_split(row.pop(name), "|") for name in ("beside", "around"))
        if row["table"] == table:
            meaning = Meaning(**row, beside=beside, around=around)
            for label in labels:
                known[normalise(label)[0]] = (*known.get(normalise(label)[0], ()), meaning)
    return MappingProxyType(known)


@dataclass(frozen=True, slots=True)
class Forbidden(_Named):
    """What no extract may hold (C3 of JR/T 0171-2020): a pattern of its labels, and of those that only sound alike."""

    zh: str
    en: str
    pattern: str
    but: str

    def names(self, header: str) -> bool:
        """Whether a header is a label of such data."""
        text = re.sub(r"[\s_\-.]+", " ", unicodedata.normalize("NFKC", header)).casefold()
        return bool(re.search(self.pattern, text)) and not (self.but and re.search(self.but, text))


@cache
def forbidden() -> tuple[Forbidden, ...]:
    """Kinds of data that are refused on sight of their label."""
    return tuple(Forbidden(**row) for row in _rows("forbidden.csv"))
