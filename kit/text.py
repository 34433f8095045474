"""Wording: sentences live in ``templates/wording/<language>/*.yml``; the computed number writes them.

A template is an ordinary format string whose specs are kinds of figures: ``{aum_fen:money}``, ``{share:percent}``,
``{customers:count}``; ``{customers:|customer|customers}`` is the word for one or for more. A value without a spec is
client text and is escaped, so that a name cannot become Markdown. ``[[, demand {share:percent}]]`` is left out where
one of its figures is missing: no sentence stands around a dash. A label may name a threshold: ``{params.findings}``.
"""

from __future__ import annotations

import copy
import hashlib
import math
import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from kit.errors import UnknownName
from kit.messages import LANGUAGES, flat
from kit.resources import read_yaml, templates

NOTHING = "—"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&^=:])")
_THRESHOLD = re.compile(r"\{params\.[^{}]*\}")
OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_RESERVED = {"con", "prn", "aux", "nul", "index", "bank"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)}


def markdown(text: str) -> str:
    """Client text with every character that Markdown might read as mark-up escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def is_wide(char: str) -> bool:
    """Whether a character takes the room of two."""
    return unicodedata.east_asian_width(char) in "WF"


def _is_nothing(value: Any) -> bool:
    # A missing number, date or text: None, NaN, NaT and pandas.NA are the only values unequal to themselves or null.
    if value is None:
        return True
    try:
        return bool(value != value) or (isinstance(value, float) and math.isinf(value))  # noqa: PLR0124
    except TypeError:  # pandas.NA has no truth value
        return True


def _money(fen: float, language: str) -> str:
    yuan = fen / 100
    size = abs(yuan)
    if language == "zh":
        for unit, name in ((1e8, "亿元"), (1e4, "万元")):
            if size >= unit:
                return f"{yuan / unit:,.2f}{name}"
        return f"{yuan:,.2f}元"
    for unit, name in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if size >= unit:
            return f"CNY {yuan / unit:,.2f}{name}"
    return f"CNY {yuan:,.2f}"


def _yuan(fen: int, language: str) -> str:
    """Exact to the cent, from integers only: 76485889288 → 764,858,892.88."""
    text = _cents(fen)
    return f"{text}元" if language == "zh" else f"CNY {text}"


def _cents(fen: int) -> str:
    whole, cents = divmod(abs(int(fen)), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{cents:02d}"


def _near(share: float) -> str:
    """Percentage that is 0 or 100 only where nothing, or all, is meant: 15 rows of 113,321 are not 0.0%."""
    text = f"{share:.1%}"
    if text in ("0.0%", "-0.0%") and share:
        return "<0.1%" if share > 0 else ">-0.1%"
    return ">99.9%" if text == "100.0%" and share != 1 else text


def figure(value: Any, kind: str, language: str = "zh") -> str:
    """One figure as it is printed.

    Parameters
    ----------
    value
        Money in 分, shares as fractions, counts, dates; missing values give a dash.
    kind
        ``money`` (rounded to a readable unit), ``yuan`` (exact to the cent), ``cents`` (the same without its unit) and
        ``wan`` (万元) for table columns, ``count``, ``some`` (a count of which zero is none), ``percent``, ``near`` (a
        percentage never rounded to nothing or all), ``rule`` (a percentage that is a threshold, as it was set),
        ``points`` (percentage points, signed), ``ratio``, ``decimal``, ``date`` or ``text``.
    """
    if _is_nothing(value):
        return NOTHING
    plain = {  # z: a zero has no minus
        "money": lambda: _money(value, language),
        "yuan": lambda: _yuan(value, language),
        "wan": lambda: f"{value / 1e6:,.2f}",
        "count": lambda: f"{round(value):,}",
        "some": lambda: f"{round(value):,}",
        "percent": lambda: f"{value:z.1%}",
        "cents": lambda: _cents(value),
        "near": lambda: _near(value),
        "rule": lambda: f"{100 * value:.10g}%",
        "points": lambda: f"{value * 100:+z.1f}",
        "ratio": lambda: f"{value:.3f}",
        "decimal": lambda: f"{value:z,.1f}",
        "date": lambda: value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)[:10],
        "text": lambda: str(value),
    }
    return plain[kind]()


class _Formatter(string.Formatter):
    def __init__(self, language: str, *, marked: bool = True) -> None:
        self.language, self.marked = language, marked

    def format_field(self, value: Any, format_spec: str) -> str:
        kind, *forms = format_spec.split("|")
        if forms:
            return forms[_is_nothing(value) or round(value) != 1]
        if kind:
            return figure(value, kind, self.language)
        if isinstance(value, str):
            return markdown(value) if self.marked else value
        return figure(value, "text", self.language)

    def knows(self, template: str, values: Mapping[str, Any]) -> bool:
        """Whether every value of a template is there; an empty text is none, nor is zero of ``some``."""
        for _, name, kind, _ in self.parse(template):
            value = self.get_field(name, (), values)[0] if name else 0
            if value == "" if isinstance(value, str) else _is_nothing(value) or (kind == "some" and not value):
                return False
        return True


@cache
def _load(language: str) -> Mapping[str, Any]:
    folder = templates() / "wording" / language
    if not folder.is_dir():
        raise UnknownName(kind="语言 / language", name=language, known=LANGUAGES)
    loaded: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yml")):
        loaded |= {f"{path.stem}.{key}": value for key, value in flat(read_yaml(path))}
    return MappingProxyType(loaded)


class Wording:
    """The sentences and labels of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.entries = _load(language)
        self.values: Mapping[str, Any] = {}
        self._formatter = _Formatter(language)

    def given(self, **values: Any) -> Wording:
        """The same wording, which knows values that any sentence or label may name: the thresholds, ``params``."""
        known = copy.copy(self)
        known.values = values
        return known

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __call__(self, key: str, **values: Any) -> str:
        """Sentence ``key`` with its figures filled in; a missing key or value is the kit's own mistake."""
        return self._told(key, values, self._formatter)

    def plain(self, key: str, **values: Any) -> str:
        """Sentence ``key`` as it is read: for a cell or a title, or to stand as a value in another sentence."""
        return self._told(key, values, _Formatter(self.language, marked=False))

    def _told(self, key: str, values: Mapping[str, Any], formatter: _Formatter) -> str:
        if key not in self.entries:
            raise UnknownName(kind="wording", name=key, known=self.entries)
        values = {**self.values, **values}
        told = OPTIONAL.sub(lambda part: part[1] * formatter.knows(part[1], values), str(self.entries[key]))
        return formatter.vformat(told, (), values)

    def knows(self, key: str, **values: Any) -> bool:
        """Whether sentence ``key`` has all the figures that it cannot do without."""
        return self._formatter.knows(OPTIONAL.sub("", str(self.entries[key])), {**self.values, **values})

    def label(self, key: str, default: str | None = None) -> str:
        """A label, without figures but thresholds; ``default`` where there is none."""
        return self._filled(str(self.entries.get(key, key.rsplit(".", 1)[-1] if default is None else default)))

    def labels(self, prefix: str) -> dict[str, str]:
        """Labels under ``prefix``, keyed by what follows it."""
        cut = len(prefix) + 1
        return {
            key[cut:]: self._filled(str(value)) for key, value in self.entries.items() if key.startswith(f"{prefix}.")
        }

    def _filled(self, label: str) -> str:
        """A label with the thresholds that this wording was given, or without any."""
        return _THRESHOLD.sub(
            lambda slot: self._formatter.vformat(slot[0], (), self.values) if self.values else "", label
        )

    def join(self, parts: Sequence[str]) -> str:
        """Items of a list as running text."""
        return ("、" if self.language == "zh" else ", ").join(parts)


@cache
def wording(language: str) -> Wording:
    """The wording of a language, loaded once."""
    return Wording(language)


def slug(name: str) -> str:
    """File name for a branch or staff id that cannot leave its folder, nor be a name that Windows reserves.

    Ids made of letters, digits, ``-`` and ``_`` stay as they are; any other gets its safe characters and a short
    digest, so that two ids never share a file.
    """
    safe = re.sub(r"[^\w-]+", "-", name).strip("-")[:40]
    if safe and safe == name and safe.lower() not in _RESERVED:
        return safe

    return f"{safe or 'id'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
