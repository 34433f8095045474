"""What is said and sent, as quotations under their names."""

from collections.abc import Iterator, Sequence

import pandas as pd

from kit.document.blocks import Mark, Paragraph, Quote
from kit.document.sentences import text_of
from kit.planning.scripts import Scripts
from kit.text import Wording


def quoted(spoken: pd.DataFrame, prefixes: Sequence[str], scripts: Scripts, words: Wording) -> Iterator[Quote]:
    """The texts (`kit.planning.words.word_sheet`) whose keys begin with one of ``prefixes``, in their order.

    A message says how long it is; an objection what to do after it; a text that lacks something what that is.
    """
    for row in spoken[spoken["key"].str.startswith(tuple(prefixes))].to_dict("records"):
        size = "" if pd.isna(row["parts"]) else words("words.size", chars=row["chars"], parts=row["parts"])
        told = row["problem"] if pd.isna(row["text"]) else row["text"]
        after = scripts.texts.get(row["key"].removesuffix("reply") + "next")  # of an objection alone
        then = text_of(words("words.then", what=after)) if after else ()
        name = Mark("strong", (_name(row["key"], scripts, words),))
        lines = "\n".join([size, *told.splitlines(), *map(str, then)])
        yield Quote((Paragraph((name, lines)),))


def _name(key: str, scripts: Scripts, words: Wording) -> str:
    kind, _, code = key.partition(".")
    if kind == "segment":
        return words.label(f"labels.segment.{code}", default=code)
    if kind == "objection":
        code = code.removesuffix(".reply")
        return f"{code} · {scripts.texts[f'objection.{code}.said']}"
    return words.label(f"words.name.{code}")
