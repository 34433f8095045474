"""Data frames and results of analyses as blocks: heads, kinds and names of codes from the columns' names."""

from dataclasses import fields
from typing import Any

import pandas as pd

from kit.document.blocks import Block, Column, KeyFigure, KeyFigures, Paragraph, Table, Value, value_of
from kit.messages import language
from kit.tables import CODES, kind_of
from kit.text import Wording, figure, wording

_MOST = 20  # rows of a result's table that are shown; its caption says how many there are
_SUMMED = ("count", "wan", "percent")
# Their sum would be no figure, or of what feeds several tables one more than once.
_NO_SUM = ("mean", "median", "gap_each", "file_count", "lines", "other_lines")


def table_of(frame: pd.DataFrame, words: Wording, *, caption: str = "", total: bool = False) -> Table:
    """Frame as a table.

    Parameters
    ----------
    frame
        Columns are printed by `kit.tables.kind_of`, headed by ``tables.<column>``; codes are named by ``labels``.
    total
        Add a row with the sums of counts, money and shares.
    """
    columns = tuple(Column(str(c), words.label(f"tables.{c}"), kind_of(str(c))) for c in frame.columns)
    values = [[_value(each, column.name, words) for each in frame[column.name]] for column in columns]
    return Table(columns, tuple(zip(*values, strict=True)), caption, _total(frame, columns, words) if total else ())


def result_blocks(result: Any) -> tuple[tuple[Block, ...], str]:
    """A result in the terminal's language, and that language: its figures, then the first rows of its tables."""
    words = wording(language())
    values = {field.name: getattr(result, field.name) for field in fields(result)}
    tables = (
        table_of(frame.head(_MOST), words, caption=f"{words.label(f'tables.{name}')} · {len(frame):,}")
        for name, frame in values.items()
        if isinstance(frame, pd.DataFrame)
    )
    cards = tuple(
        KeyFigure(words.label(f"tables.{name}"), _value(value, name, words), kind=_kind(name, value))
        for name, value in values.items()
        if pd.api.types.is_scalar(value)
    )
    title = Paragraph((str(type(result).__doc__).partition("\n")[0],), small=True)
    figures = (KeyFigures(cards),) if cards else ()
    return (title, *figures, *tables), words.language


def _kind(name: str, value: Any) -> str:
    kind = kind_of(name)
    return "ratio" if kind == "count" and isinstance(value, float) and not value.is_integer() else kind


def _value(found: Any, column: str, words: Wording) -> Value:
    value = value_of(found)
    if column not in CODES:
        return value
    own = figure(value, "text", words.language)  # a bank may have codes of its own, roles above all
    return words.label(f"labels.{CODES[column]}.{value}", default=own)


def _total(frame: pd.DataFrame, columns: tuple[Column, ...], words: Wording) -> tuple[Value, ...]:
    sums = (
        value_of(frame[c.name].sum()) if c.kind in _SUMMED and not c.name.startswith(_NO_SUM) else None
        for c in columns[1:]
    )
    return (words.label("tables.total"), *sums)
