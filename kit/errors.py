"""Errors that carry facts; the sentence is made from them when it is read.

The sentence of a class lies under its name in ``templates/messages/<language>/errors.yml``. The facts are keyword
arguments, so an error survives pickling on its way out of a worker process, and a message is chosen in the reader's
language at the moment it is printed.
"""

import difflib
from collections.abc import Iterable
from typing import Any

from kit.messages import language, listed, message, messages


def nearest(name: str, known: Iterable[str], *, in_language: str | None = None) -> str:
    """Return a hint naming the closest known name, or the known names, as a sentence in the reader's language."""
    names = sorted({str(k) for k in known})
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return message("errors.hint.nearest", in_language=in_language, name=close[0])
    shown = listed(names, 12, in_language=in_language)
    return message("errors.hint.known", in_language=in_language, names=shown) if names else ""


class KitError(Exception):
    """Base of every error that a user can mend. Facts are keyword arguments; ``str`` makes the sentence."""

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, in_language: str | None = None) -> str:
        """Return the sentence in a language, ``zh`` or ``en``, or the reader's."""
        known = messages("errors", in_language or language())
        name = next(kind.__name__ for kind in type(self).__mro__ if kind.__name__ in known)
        return message(f"errors.{name}", in_language=in_language, **self.details(in_language)).strip()

    def details(self, in_language: str | None = None) -> dict[str, Any]:
        """Facts as the sentence needs them: with the names that are known goes a hint of the nearest."""
        if "known" not in self.facts:
            return self.facts
        hint = nearest(str(self.facts.get("name", "")), self.facts["known"], in_language=in_language)
        return self.facts | {"hint": hint}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.facts)


def _rebuild(kind: type[KitError], facts: dict[str, Any]) -> KitError:
    return kind(**facts)


class MissingFile(KitError):
    """A file or folder that is needed is not there (path, need)."""


class EmptyFile(KitError):
    """A file has no data row (path)."""


class UnreadableFile(KitError):
    """A file is not what its name says, or cannot be decoded (path, reason)."""


class BadMapping(KitError):
    """A mapping names something that does not exist (path, place, name, known)."""


class BadKey(KitError):
    """A key of a configuration file is unknown (path, place, name, known)."""


class BadValue(KitError):
    """A value of a configuration file has the wrong type or range (path, place, value, expected)."""


class UnknownName(KitError):
    """A branch, chapter or profile that does not exist (kind, name, known)."""


class BadNotebookParameter(KitError):
    """A notebook was given a parameter it does not have, or that is no JSON scalar (path, name, known)."""


class Contradiction(KitError):
    """A page gives a name another value than the facts (name, shown, fact); such a page is not published."""


class NoData(KitError):
    """A question has no answer in this data (message)."""
