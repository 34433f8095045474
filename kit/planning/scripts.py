"""What is said to a customer, as data: ``templates/scripts/<language>/*.yml``, an engagement's ``scripts/`` over it.

A text has slots, ``{owner}``, and clauses that go with them, ``[[, landline {branch_phone}]]``. A text that cannot be
used is refused alone, with what is wrong; the others go on.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kit.errors import BadKey, BadValue, KitError
from kit.messages import flat
from kit.params import Messages
from kit.resources import templates
from kit.text import OPTIONAL

FOLDER = "scripts"
# Slot → the column of the model that fills it; the bank's name and the pause are always there.
SOURCES: Mapping[str, str] = {
    "hello": "customer.customer_name", "surname": "customer.customer_name", "title": "customer.customer_name",
    "branch": "branch.branch_name", "address": "branch.branch_address", "landmark": "branch.landmark",
    "branch_phone": "branch.branch_phone", "owner": "staff.staff_name", "role": "staff.role", "phone": "staff.phone_ok",
    "suited": "customer.risk_level",
}  # fmt: skip
_EVERYWHERE = ("bank", *(slot for slot in SOURCES if slot != "suited"))
_SLOT = re.compile(r"\{([^{}]*)\}")
_MESSAGE = ".sms"  # in the key of every message
_SIGNED = ("parts.signature", "parts.opt_out")  # what stands before and behind each
_NO_TEXT = re.compile(r"parts\.unsaid")
# Kind of a text, by its key → slots that it may have, beside those of every text.
_SLOTS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"parts\.(signature|opt_out)"), ("bank",)),
    (re.compile(r"parts\.hello"), ("surname", "title")),
    (re.compile(r"parts\..*|objection\.\w+\.(said|next)"), ()),
    (re.compile(r"ordinary\.\w+\.call"), (*_EVERYWHERE, "pause", "opening", "topic")),
    (re.compile(r"segment\..*"), (*_EVERYWHERE, "pause", "suited")),
    (re.compile(r".*\.sms(\..*)?"), _EVERYWHERE),
    (re.compile(r".*"), (*_EVERYWHERE, "pause")),
)  # fmt: skip
# 3GPP TS 23.038: the default alphabet, and what is written with an escape before it and counts twice.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = "\f^{}\\[~]|€"
_GSM = re.compile(f"[{re.escape(_BASIC + _ESCAPED)}]*")
_WIDE = re.compile(f"[{re.escape(_ESCAPED)}]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_LIMITS = {"gsm": (160, 153), "ucs": (70, 67)}  # alone, and in each part of several


class UnknownSlot(KitError):
    """A text has a slot that nothing fills (path, template, name, known)."""


class BrokenScript(KitError):
    """A text's brackets do not match, or it is no text (path, template)."""


class IndiscreetMessage(KitError):
    """A message says what no message may (path, template, word)."""


@dataclass(frozen=True, slots=True)
class Script:
    """A text ready to be filled: its pieces, what each needs, and whether it goes where that is missing."""

    pieces: tuple[tuple[tuple[str, ...], bool], ...]

    @classmethod
    def of(cls, text: str) -> Script:
        """Cut a text at its slots and optional clauses: literals and slots take turns in a piece."""
        return cls(tuple((tuple(_SLOT.split(piece)), bool(i % 2)) for i, piece in enumerate(OPTIONAL.split(text))))

    @property
    def needs(self) -> tuple[str, ...]:
        """Slots without which there is no text."""
        return tuple(dict.fromkeys(slot for piece, optional in self.pieces if not optional for slot in piece[1::2]))

    @property
    def slots(self) -> tuple[str, ...]:
        """All slots."""
        return tuple(dict.fromkeys(slot for piece, _ in self.pieces for slot in piece[1::2]))

    def fill(self, values: Mapping[str, str]) -> str:
        """The text; a clause goes with a slot that is empty."""
        return "".join(
            text if i % 2 == 0 else values[text]
            for piece, optional in self.pieces
            if not (optional and any(not values[slot] for slot in piece[1::2]))
            for i, text in enumerate(piece)
        )


@dataclass(frozen=True, slots=True)
class Scripts:
    """The texts of one language, by key (``first.sms.after_call``), and what is wrong with those that are refused.

    ``faults`` are keyed by the text that they keep from being used, or by the file that could not be read.
    """

    language: str
    texts: Mapping[str, str]
    faults: Mapping[str, KitError]

    def topic(self, segment: object) -> str:
        """Key of what is spoken of with a segment; a bank's own without words of its own takes those of the rest."""
        return f"segment.{segment}" if f"segment.{segment}" in self.texts else "segment.other"

    def script(self, key: str, messages: Messages, topic: str = "segment.other") -> Script:
        """A text with what it includes: the opening of a call and its topic, the signature of a message."""
        included = {"opening": self.texts["ordinary.opening"], "topic": self.texts[topic]}
        text = self.texts[key]
        if _MESSAGE in key:
            before, after = self.texts["parts.signature"], self.texts["parts.opt_out"]
            text = before * messages.signature + text + after * messages.opt_out
        return Script.of(_SLOT.sub(lambda slot: included.get(slot[1], slot[0]), text))

    def refused(self, key: str, topic: str = "segment.other") -> str | None:
        """Key of the fault that keeps a text from being used: its own, or that of one that it includes."""
        used = [
            key,
            *["ordinary.opening"] * ("{opening}" in self.texts[key]),
            *[topic] * ("{topic}" in self.texts[key]),
        ]
        shared = [each for each in self.texts if each.startswith("parts.")]
        used += shared if _MESSAGE in key else [each for each in shared if each not in _SIGNED]
        return next((each for each in used if each in self.faults), None)


def scripts(language: str, folder: Path | None = None, *, segments: Iterable[str] = ()) -> Scripts:
    """The scripts of a language (R53, R63, R64), those in ``folder/scripts/<language>/*.yml`` over the kit's.

    Parameters
    ----------
    folder
        An engagement's folder, or the ``data`` folder of a run, which keeps a copy; None for the kit's own.
    segments
        Codes of the bank's segments: each may have a subject of its own, ``segment.<code>``.
    """
    texts = dict(_kits_own(language))
    known = {*texts, *(f"segment.{code}" for code in segments)}
    faults, files = dict[str, KitError](), dict[str, Path]()
    for path in sorted((folder / FOLDER / language).glob("*.yml")) if folder else ():
        name = Path(FOLDER) / language / path.name
        try:
            own = dict(flat(_content(path), f"{path.stem}."))
        except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
            mark = getattr(error, "problem_mark", None)
            place = f"line {mark.line + 1}" if mark else "—"
            faults[str(name)] = BadValue(path=name, place=place, value="…", expected="YAML (UTF-8): call: …")
            continue
        for key in own.keys() - known:
            faults[key] = BadKey(path=name, place=key, name=key, known=known)
        texts |= {key: value for key, value in own.items() if key in known}
        files |= dict.fromkeys(own.keys() & known, name)
    unsaid = str(texts["parts.unsaid"])
    faults |= {key: found for key, path in files.items() if (found := _fault(key, texts[key], path, unsaid))}
    return Scripts(language, {key: str(text) for key, text in texts.items()}, faults)


@cache
def _kits_own(language: str) -> Mapping[str, Any]:
    paths = sorted((templates() / FOLDER / language).glob("*.yml"))
    return {key: text for path in paths for key, text in flat(_content(path), f"{path.stem}.")}


def _content(path: Path) -> dict[str, Any]:
    return {str(key): value for key, value in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items()}


def _fault(key: str, text: object, path: Path, unsaid: str) -> KitError | None:
    """What is wrong with a text that an engagement wrote itself."""
    if _NO_TEXT.fullmatch(key):
        return None
    known = next(slots for kind, slots in _SLOTS if kind.fullmatch(key))
    found = [slot for slot in _SLOT.findall(str(text)) if slot not in known]
    if found:
        return UnknownSlot(path=path, template=key, name=found[0], known=known)
    bare = _SLOT.sub("·", OPTIONAL.sub(r"\1", str(text)))
    if not isinstance(text, str) or re.search(r"[{}]|\[\[|\]\]", bare):
        return BrokenScript(path=path, template=key)
    word = indiscreet(bare, unsaid) if _MESSAGE in key or key in _SIGNED else ""
    return IndiscreetMessage(path=path, template=key, word=word) if word else None


def keep_scripts(folder: Path, data: Path) -> None:
    """Copy an engagement's own scripts beside the data of a run, which tells what was said with what words."""
    shutil.rmtree(data / FOLDER, ignore_errors=True)
    for path in sorted((folder / FOLDER).glob("*/*.yml")):
        target = data / FOLDER / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def message_size(text: str) -> tuple[int, int]:
    """Characters of a message as a carrier counts them, and its parts (R64).

    In the GSM alphabet 160 septets fit one message and 153 each part of a longer one; with any other character, such
    as a 汉字, it is 70 and 67 units of UTF-16. What takes two is never cut in half.

    Returns
    -------
    tuple of int
        Characters, parts; 0, 0 for no text.
    """
    plain = _GSM.fullmatch(text) is not None
    alone, each = _LIMITS["gsm" if plain else "ucs"]
    double = (_WIDE if plain else _ASTRAL).findall(text)
    size = len(text) + len(double)
    if size <= alone:
        return size, int(size > 0)
    if not double:
        return size, -(-size // each)
    parts, room, wide = 1, each, set(double)
    for sign in text:
        width = 2 if sign in wide else 1
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return size, parts


def indiscreet(text: str, unsaid: str, allowed: Iterable[str] = ()) -> str:
    """The first digits or product word in a message, which tells neither balances, products nor numbers (R64).

    Parameters
    ----------
    text
        The message as it would be sent.
    unsaid
        Regular expression of what no message says.
    allowed
        Texts that may stand in it whatever they hold: the branch's address and telephones, names, a role.

    Returns
    -------
    str
        Empty where there is nothing to object to.
    """
    for known in sorted({each for each in allowed if each}, key=len, reverse=True):
        text = text.replace(known, "·")
    found = re.search(rf"\d+|{unsaid}", text, re.IGNORECASE)
    return found[0] if found else ""
