"""Text messages: how many characters a carrier counts, into how many parts it cuts, and what must not stand in one."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["indiscreet", "message_size"]

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
