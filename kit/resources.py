"""Where notebooks and templates lie: at the top of a clone, or inside the installed wheel."""

from __future__ import annotations

from pathlib import Path

__all__ = ["notebooks", "root", "templates"]

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
