"""Sentences of the terminal, in the reader's language: ``templates/messages/<language>/*.yml``.

A sentence is looked up and filled at the moment it is read; a file is loaded at the first need of one of its sentences.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from kit.resources import read_yaml, templates

LANGUAGES = ("zh", "en")


def language() -> str:
    """Language of messages, ``zh`` or ``en``: ``BRANCH_KIT_LANGUAGE`` if set, else the locale's, else Chinese."""
    asked = os.environ.get("BRANCH_KIT_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "en" if asked.lower().startswith("en") else "zh"


class _Facts(dict[str, Any]):
    """Facts of a sentence; one that is not given stays a slot, so that an error still says what it can."""

    def __missing__(self, slot: str) -> str:
        return f"{{{slot}}}"


@cache
def messages(file: str, of_language: str) -> Mapping[str, str]:
    """Sentences of a file of messages in a language, by their path in it: ``notice.sheet_hidden``."""
    return MappingProxyType(dict(flat(read_yaml(templates() / "messages" / of_language / f"{file}.yml"))))


def flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Entries of nested mappings, each under its path: ``first.sms.after_call``."""
    pairs: list[tuple[str, Any]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        pairs += flat(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return pairs


def message(key: str, /, *, in_language: str | None = None, **facts: Any) -> str:
    """Sentence ``key``, ``<file>.<path in it>``, with its facts filled in; in the reader's language unless told."""
    file, _, path = key.partition(".")
    return messages(file, in_language or language())[path].format_map(_Facts(facts))


def listed(names: Sequence[str], most: int = 8, *, in_language: str | None = None) -> str:
    """Names one after the other, the first few of many."""
    comma = "、" if (in_language or language()) == "zh" else ", "
    return comma.join(names[:most]) + (" …" if len(names) > most else "")
