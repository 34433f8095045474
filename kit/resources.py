"""Where notebooks and templates lie: at the top of a clone, or inside the installed wheel."""

import hashlib
import re
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent
_SHARE = _PACKAGE / "_share"


def root() -> Path:
    """Top of the clone, or the working folder where the kit is installed from a wheel."""
    return Path.cwd() if _SHARE.is_dir() else _PACKAGE.parent


def _folder(name: str) -> Path:
    return (_SHARE if _SHARE.is_dir() else _PACKAGE.parent) / name


def notebooks() -> Path:
    """Folder of the chapter notebooks."""
    return _folder("notebooks")


def templates() -> Path:
    """Folder of profiles, wording, report and engagement templates."""
    return _folder("templates")


def read_yaml(path: Path) -> dict[str, Any]:
    """What one of the kit's own files says; by libyaml where it is there, which takes a tenth of the time."""
    import yaml  # noqa: PLC0415 - most commands say nothing that lies in a file

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 - a safe loader


@cache
def code_digest() -> str:
    """One digest of all that makes a report of a bank's data: the package, notebooks, templates, what they stand on."""
    made = hashlib.sha256(_stands_on())
    everything = {*_PACKAGE.rglob("*"), *notebooks().glob("*.ipynb"), *templates().rglob("*")}
    for path in sorted(path for path in everything if path.is_file() and not _by_the_way(path)):
        text = path.read_bytes()
        made.update(f"{path.relative_to(_PACKAGE.parent).as_posix()} {len(text)}\n".encode() + text)
    return made.hexdigest()[:16]


def _by_the_way(path: Path) -> bool:
    """Whether Python, a desktop or an editor left the file."""
    return path.suffix == ".pyc" or path.name.startswith(".")


def _stands_on() -> bytes:
    """The pins of a clone; of an installed wheel, which versions of its dependencies are there."""
    pins = _PACKAGE.parent / "requirements.lock"
    if pins.is_file():
        return pins.read_bytes()
    named = [
        re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in requires("branch-kit") or () if "extra ==" not in line
    ]
    return "\n".join(f"{name}=={version(name)}" for name in named).encode()
