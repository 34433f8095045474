"""The words of banks' systems, of ``terms.yml``: the one place, for SQL and Python, where it stands what they mean.

They are the systems' own, not a client's choice; a profile has those of steps, sectors and purposes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kit.params import Params
from kit.resources import read_yaml

_SAID = read_yaml(Path(__file__).with_name("terms.yml"))
# Kind of word → code → the words that tell it.
TERMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    kind: {code: tuple(words) for code, words in groups.items()} for kind, groups in _SAID["told"].items()
}
# Codes that fill a field whole.
WORDS: Mapping[str, tuple[str, ...]] = {name: tuple(words) for name, words in _SAID["whole"].items()}


def rules(params: Params) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """`TERMS`, and the words that the profile has for steps, sectors of occupations and purposes of transactions."""
    segments = params.segments
    return {
        **TERMS,
        "step": {str(code): words for code, words in params.practice.steps.items()},
        "sector": {"unknown": segments.unknown_occupations, **segments.occupations},
        "purpose": params.funds.purposes,
    }


def each_word(words: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Each word in small letters, and whether it must be all that was said."""
    for word in words:
        yield word.removeprefix("=").lower(), word.startswith("=")


def ranked(kind: str, groups: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str, bool]]:
    """Code, word and whether it must be all that was said, in the order in which the first that is found counts."""
    words = [(code, word, is_whole) for code, words in groups.items() for word, is_whole in each_word(words)]
    return sorted(words, key=lambda each: -len(each[1])) if kind == "outcome" else words


def meaning(kind: str, said: str, groups: Mapping[str, tuple[str, ...]]) -> str | None:
    """Code of the word that counts of those found in what was said, as ``meanings.sql`` tells it."""
    text = said.lower()
    return next(
        (code for code, word, is_whole in ranked(kind, groups) if (word == text.strip() if is_whole else word in text)),
        None,
    )
