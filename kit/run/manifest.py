"""``manifest.json``: every file that a run left, with its digest, so that a later look can tell what changed."""

import json
from datetime import date
from pathlib import Path

from kit import __version__
from kit.errors import MissingFile
from kit.files import digest, replace
from kit.resources import code_digest

MANIFEST = "manifest.json"


def _files(out: Path) -> dict[str, str]:
    found = (p for p in sorted(out.rglob("*")) if p.is_file() and p.name not in (MANIFEST, "ledger.jsonl"))
    return {path.relative_to(out).as_posix(): digest(path) for path in found}


def write_manifest(out: Path, *, printed: date) -> None:
    """Write which kit made a run, the date that it bears, and the digests of all its files."""
    content = {"kit": __version__, "code": code_digest(), "printed": printed.isoformat(), "files": _files(out)}
    replace(out / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode())


def verify(out: Path) -> dict[str, list[str]]:
    """Files that were changed, are missing or came later than the manifest; three empty lists if all is well."""
    path = out / MANIFEST
    if not path.is_file():
        raise MissingFile(path=path, need="kit run")
    stated: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["files"]
    now = _files(out)
    return {
        "changed": [name for name in stated if name in now and now[name] != stated[name]],
        "missing": [name for name in stated if name not in now],
        "new": [name for name in now if name not in stated],
    }
