"""The branch head's page: each owner's weeks, coloured by how full they are, and what did not fit."""

from __future__ import annotations

from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from kit.planning.load import Load
from kit.report.workbook import COLOUR
from kit.text import Wording

__all__ = ["load_sheet"]

_HEAD, _DAYS, _FIRST = 3, 4, 5  # rows, counted from 0: weeks, their work days, the first owner
_WEEKS = 2  # column of the first week
_FULL, _BUSY = 0.95, 0.7
_COLOURS = {"full": "#f4b6ae", "busy": "#fbe3a8", "calm": "#d7ead3"}


def load_sheet(book: Any, load: Load, words: Wording, *, branch: str) -> None:
    """Add the load view to a workbook, on one page whatever the number of owners (R61, R83)."""
    sheet = book.add_worksheet(words.label("callbook.load.sheet"))
    cell = {"border": 1, "border_color": "#d9dee4", "align": "center"}
    shapes = {
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": COLOUR}),
        "note": book.add_format({"font_color": "#5f6b7a"}),
        "head": book.add_format(
            cell | {"bold": True, "bg_color": COLOUR, "font_color": "#ffffff", "text_wrap": True, "valign": "vcenter"}
        ),
        "days": book.add_format(cell | {"font_color": "#5f6b7a", "font_size": 9}),
        "count": book.add_format(cell | {"num_format": "#,##0"}),
        "percent": book.add_format(cell | {"num_format": "0%"}),
        "owner": book.add_format(cell | {"align": "left"}),
        **{name: book.add_format(cell | {"bg_color": colour}) for name, colour in _COLOURS.items()},
    }
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, words("callbook.load.title", branch=branch, weeks=len(load.weeks)), shapes["title"])
    sheet.write_string(1, 0, words.label("callbook.load.note"), shapes["note"])
    _head(sheet, load, words, shapes)
    for i, owner in enumerate(load.planned.index, start=_FIRST):
        _owner(sheet, i, owner, load, shapes)
    _colours(sheet, load, shapes)
    for j, name in enumerate(_COLOURS):
        sheet.write_string(2, _WEEKS + j, words.label(f"callbook.load.legend.{name}"), shapes[name])
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, _WEEKS + len(load.weeks) + 3 + len(load.left_over.columns), 10.5)
    sheet.freeze_panes(_FIRST, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)


def _head(sheet: Any, load: Load, words: Wording, shapes: dict[str, Any]) -> None:
    """Weeks with their days, the totals, and the reasons why a contact has no day."""
    heads = [words.label("callbook.load.owner"), words.label("callbook.load.daily")]
    heads += [
        f"{words('callbook.load.week', week=number)}\n{week['first']:%m-%d}–{week['last']:%m-%d}"
        for number, week in load.weeks.iterrows()
    ]
    heads += [words.label(f"callbook.load.{name}") for name in ("planned", "capacity", "used")]
    heads += [words.label(f"labels.reason.{reason}") for reason in load.left_over.columns]
    for j, text in enumerate(heads):
        sheet.write_string(_HEAD, j, text, shapes["head"])
        sheet.write_blank(_DAYS, j, None, shapes["days"])
    for j, days in enumerate(load.weeks["days"], start=_WEEKS):
        sheet.write_string(_DAYS, j, words("callbook.load.days", days=int(days)), shapes["days"])
    sheet.set_row(_HEAD, 32)


def _owner(sheet: Any, i: int, owner: str, load: Load, shapes: dict[str, Any]) -> None:
    """One owner: planned a week, in all, capacity, the share used, and what is left over by reason."""
    weeks, daily = load.planned.loc[owner], int(load.daily[owner])
    capacity, planned = daily * int(load.weeks["days"].sum()), int(weeks.sum())
    sheet.write_string(i, 0, str(owner), shapes["owner"])
    told = [daily, *map(int, weeks), planned, capacity]
    for j, count in enumerate(told, start=1):
        sheet.write_number(i, j, count, shapes["count"])
    end = _WEEKS + len(weeks)
    if capacity:
        sheet.write_number(i, end + 2, planned / capacity, shapes["percent"])
    else:
        sheet.write_blank(i, end + 2, None, shapes["percent"])
    for j, count in enumerate(load.left_over.loc[owner], start=end + 3):
        sheet.write_number(i, j, int(count), shapes["count"])


def _colours(sheet: Any, load: Load, shapes: dict[str, Any]) -> None:
    """Each week's cells, by the share of that owner's time in that week."""
    last = _FIRST + len(load.planned) - 1
    for j, days in enumerate(load.weeks["days"], start=_WEEKS):
        if days and last >= _FIRST:
            own = xl_rowcol_to_cell(_FIRST, j)
            most = f"($B{_FIRST + 1}*{int(days)})"
            for name, test in (("full", f">={_FULL}*"), ("busy", f">={_BUSY}*"), ("calm", ">=0*")):
                rule = {"type": "formula", "criteria": f"={own}{test}{most}", "format": shapes[name]}
                sheet.conditional_format(_FIRST, j, last, j, rule | {"stop_if_true": True})
