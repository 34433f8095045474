"""Errors that carry facts; the sentence is made from them when it is read.

Each class holds one template a language. The facts are keyword arguments, so an error survives pickling on its way
out of a worker process, and a message is chosen in the reader's language at the moment it is printed.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from typing import Any, ClassVar

__all__ = [
    "BadKey",
    "BadMapping",
    "BadNotebookParameter",
    "BadValue",
    "BranchFailed",
    "EmptyFile",
    "KitError",
    "MissingColumn",
    "MissingFile",
    "NoData",
    "UnknownName",
    "UnreadableFile",
    "language",
    "nearest",
]


def language() -> str:
    """Language of messages, ``zh`` or ``en``: ``BRANCH_KIT_LANGUAGE`` if set, else the locale's, else Chinese."""
    asked = os.environ.get("BRANCH_KIT_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "en" if asked.lower().startswith("en") else "zh"


def nearest(name: str, known: Iterable[str], *, in_language: str = "") -> str:
    """Return a hint naming the closest known name, or the known names, as a sentence in the reader's language."""
    names = sorted({str(k) for k in known})
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    zh = (in_language or language()) == "zh"
    if close:
        return f"是否想写 “{close[0]}”？" if zh else f"Did you mean “{close[0]}”?"
    if not names:
        return ""
    shown = ("、" if zh else ", ").join(names[:12]) + (" …" if len(names) > 12 else "")
    return f"可用的有：{shown}。" if zh else f"There are: {shown}."


class KitError(Exception):
    """Base of every error that a user can mend. Facts are keyword arguments; ``str`` makes the sentence."""

    zh: ClassVar[str] = "{message}"
    en: ClassVar[str] = "{message}"

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return self.told(language())

    def told(self, in_language: str) -> str:
        """Return the sentence in a language, ``zh`` or ``en``."""
        facts = dict(self.facts)
        if "known" in facts:
            facts["hint"] = nearest(str(facts.get("name", "")), facts["known"], in_language=in_language)
        return (self.zh if in_language == "zh" else self.en).format_map(facts).strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.facts)


def _rebuild(kind: type[KitError], facts: dict[str, Any]) -> KitError:
    return kind(**facts)


class MissingFile(KitError):
    """A file or folder that is needed is not there (path, need)."""

    zh = "找不到 {path}：{need}。"
    en = "{path} is not there: {need}."


class EmptyFile(KitError):
    """A file has no data row (path)."""

    zh = "{path} 里没有数据行。请向银行要一份完整的，或把它移出 extracts/。"
    en = "{path} has no data row. Ask the bank for a complete one, or move it out of extracts/."


class UnreadableFile(KitError):
    """A file is not what its name says, or cannot be decoded (path, reason)."""

    zh = "读不了 {path}：{reason}。"
    en = "{path} cannot be read: {reason}."


class MissingColumn(KitError):
    """A mandatory column has no source (path, sheet, column, label, table, known)."""

    zh = (
        "{path}{sheet}：缺少必需的列“{label}”（{table}.{column}）。{hint}\n"
        "请在 mapping/ 里写明哪一列是它；文件里有这些列：{available}"
    )
    en = (
        "{path}{sheet}: the mandatory column “{label}” ({table}.{column}) is not mapped. {hint}\n"
        "Name its source in mapping/; the file has: {available}"
    )


class BadMapping(KitError):
    """A mapping names something that does not exist (path, place, name, known)."""

    zh = "{path}，{place}：没有“{name}”。{hint}"
    en = "{path}, {place}: there is no “{name}”. {hint}"


class BadKey(KitError):
    """A key of a configuration file is unknown (path, place, name, known)."""

    zh = "{path}：不认识的键“{place}”。{hint}"
    en = "{path}: unknown key “{place}”. {hint}"


class BadValue(KitError):
    """A value of a configuration file has the wrong type or range (path, place, value, expected)."""

    zh = "{path}：“{place}”写的是 {value}，应为{expected}。"
    en = "{path}: “{place}” is {value}; expected {expected}."


class UnknownName(KitError):
    """A branch, chapter or profile that does not exist (kind, name, known)."""

    zh = "没有{kind}“{name}”。{hint}"
    en = "There is no {kind} “{name}”. {hint}"


class BadNotebookParameter(KitError):
    """A notebook was given a parameter it does not have, or that is no JSON scalar (path, name, known)."""

    zh = "{path}：没有参数“{name}”。{hint}"
    en = "{path}: there is no parameter “{name}”. {hint}"


class NoData(KitError):
    """A question has no answer in this data (message)."""


class BranchFailed(KitError):
    """One chapter of one branch failed (branch, chapter, cell, reason, remedy)."""

    zh = "网点 {branch}，章节 {chapter}，第 {cell} 个单元格：{reason}。{remedy}"
    en = "branch {branch}, chapter {chapter}, cell {cell}: {reason}. {remedy}"
