"""When a workbook was last saved, as it says itself: what tells an earlier copy from a later one."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

__all__ = ["saved_at"]

_PARTS = ("docProps/core.xml", "meta.xml")  # of xlsx and of ods
_TIME = re.compile(rb"<(?:dcterms:modified|dc:date)\b[^>]*>([^<]{10,40})<")


def saved_at(source: Path | BinaryIO) -> str:
    """Time at which a workbook was last saved, ISO 8601; empty where it does not say.

    A file's own date is no evidence: copying changes it.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            for part in _PARTS:
                if part in archive.namelist():
                    with archive.open(part) as text:
                        found = _TIME.search(text.read(1 << 16))
                    if found:
                        return found[1].decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        pass
    return ""
