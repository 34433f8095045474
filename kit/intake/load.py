"""One load: a sheet into a canonical table, column by column."""

from dataclasses import dataclass

from kit.intake.grid import Sheet
from kit.intake.mapping import Cell, Confirmed
from kit.schema import Column, Table


@dataclass(frozen=True, slots=True)
class Field:
    """A canonical column and where its text comes from; ``power`` of ten turns a source's number into 分.

    ``currency`` is what the label or the title states the amounts to be in, empty for 元 or where the rows say it.
    ``unit_from`` says who stated the ``unit`` of an amount: ``mapping``, ``header``, ``title``, ``file``, or
    ``default`` if nobody did.
    """

    column: Column
    cell: Cell
    position: int | None
    power: int
    unit: str = ""
    unit_from: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """One sheet feeding one table; ``dated`` if its date is the engagement's, for want of one of its own."""

    sheet: Sheet
    table: Table
    fields: tuple[Field, ...]
    dated: bool = False
    confirmed: Confirmed | None = None
