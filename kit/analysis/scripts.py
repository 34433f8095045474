"""Which words of the contact plan are ready, and what the others lack."""

from dataclasses import dataclass

import pandas as pd

from kit.analysis.result import Result, share


@dataclass(frozen=True, slots=True)
class Readiness(Result):
    """Texts of the plan, calls and messages together.

    Attributes
    ----------
    table
        A row a column that texts lack, the most first: table, column, call_texts, messages.
    texts, ready, lacking
        How many are wanted, can be used as they are, and lack something; ``share`` is that of the ready ones.
    refused
        Texts whose own template cannot be used.
    """

    table: pd.DataFrame
    calls: int
    messages: int
    texts: int
    ready: int
    lacking: int
    share: float | None
    refused: int


def readiness(lacking: pd.DataFrame) -> Readiness:
    """How many calls and messages of the plan have their words, and which column would complete the others (R63, R64).

    Parameters
    ----------
    lacking
        ``kit.planning.lacking``: codes of what the call and the message of each task lack.
    """
    codes = {part: lacking[part].dropna().astype("str") for part in ("call", "sms")}
    ready = sum(int((each == "").sum()) for each in codes.values())
    refused = sum(int(each.str.startswith("!").sum()) for each in codes.values())
    texts = sum(len(each) for each in codes.values())
    counts = pd.DataFrame(
        {"call_texts": _counted(codes["call"]), "messages": _counted(codes["sms"])}, dtype="Int64"
    ).fillna(0)  # fmt: skip
    counts = counts.astype("int64").rename_axis("source").reset_index()
    place = counts.pop("source").astype("str").str.partition(".")
    table = pd.DataFrame({"table": place[0], "column": place[2]}).join(counts) if len(counts) else _NOTHING
    order = (-(table["call_texts"] + table["messages"])).sort_values(kind="stable").index
    return Readiness(
        table=table.loc[order].reset_index(drop=True),
        calls=len(codes["call"]),
        messages=len(codes["sms"]),
        texts=texts,
        ready=ready,
        lacking=texts - ready,
        share=share(ready, texts),
        refused=refused,
    )


_NOTHING = pd.DataFrame({"table": [], "column": [], "call_texts": [], "messages": []})


def _counted(codes: pd.Series) -> pd.Series:
    """How many texts lack each column."""
    told = codes[(codes != "") & ~codes.str.startswith("!")]
    return told.str.split("+").explode().value_counts().sort_index()
