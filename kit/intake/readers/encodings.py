"""The encoding of text, by its bytes: what it says of itself is often wrong."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

__all__ = ["encoding"]

_FFFD = "\N{REPLACEMENT CHARACTER}"
_COMMON = re.compile("[\t\r\n -~、-〿一-鿿＀-￮]")  # of UTF-16, where most is Chinese


def encoding(path: Path) -> str:
    """Encoding of a text file: UTF-16 by its mark or its zeros, UTF-8 if its bytes agree, else GB18030.

    A character cut in half, as fixed-length fields leave it, does not decide: of UTF-8 and GB18030 the one in which
    fewer bytes of the first text that is not ASCII make no sense.
    """
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        for coding, odd in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
            if len(start) > 8 and odd.count(0) > 0.3 * len(odd) and not start.count(0) > 0.6 * len(start):
                return coding
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        block = b""
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            wrong = {coding: block.decode(coding, "replace").count(_FFFD) for coding in ("utf-8", "gb18030")}
            narrow = "utf-8-sig" if wrong["utf-8"] < wrong["gb18030"] else "gb18030"
            return _wide(start) or narrow
    return "utf-8-sig"


def _wide(start: bytes) -> str:
    """UTF-16 without a mark in which few characters are Latin: they have zeros on one side, and all are common ones."""
    for coding, odd, even in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        if 0 in odd and 0 not in even:
            text = codecs.getincrementaldecoder(coding)("replace").decode(start)
            if len(_COMMON.findall(text)) > 0.95 * len(text):
                return coding
    return ""
