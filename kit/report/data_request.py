"""The workbook that goes back to the bank: what is missing, doubtful, different or unread; examples are masked."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from kit.analysis.quality import missing_columns
from kit.document.blocks import Value
from kit.document.frames import table_of
from kit.reconciliation import Reconciliation
from kit.report.names import column_name, reason_name, table_name, unlocked
from kit.schema import schema
from kit.text import Wording
from kit.workbooks.sheets import COLOUR, new_workbook

__all__ = ["data_request"]

_MOST = 2_000  # rows of a sheet; the rest is counted
_WIDTHS = {
    "table": 16, "column": 18, "label": 18, "need": 10, "unlocks": 34, "aliases": 48, "file": 30, "sheet": 14, "row": 9,
    "entries": 9, "example": 22, "told": 40, "needed": 40, "compared": 18, "place": 16, "branch_id": 12, "as_of": 12,
    "stated_fen": 20, "found_fen": 20, "difference_fen": 18, "difference_share": 11, "finding": 22, "detail": 36,
}  # fmt: skip
_OTHERS = 11
_HEAD = 3  # row of the header, counted from 0: below the title and what the sheet is for


def data_request(reconciled: Reconciliation, words: Wording, *, bank: str) -> bytes:
    """Workbook of six sheets in the engagement's language; amounts in 元, examples as shapes of what was read.

    Parameters
    ----------
    reconciled
        What the intake wrote about itself.
    words
        Sentences and labels are those of ``request``.

    Returns
    -------
    bytes
        xlsx without formulas or links; it names no customer and may leave the bank's network and return to it.
    """
    sheets = {
        "missing": _missing(reconciled, words),
        "doubtful": _doubtful(reconciled, words),
        "differences": _differences(reconciled, words),
        "refused": reconciled.refused.rename(columns={"reason": "told"}),
        "explain": _explain(reconciled, words),
        "accounts": _rows_accounted(reconciled, words),
    }
    # The same data is the same file, whatever the day.
    with new_workbook(date(2000, 1, 1), title=words("request.title", bank=bank)) as (book, buffer):
        formats = _formats(book)
        for name, rows in sheets.items():
            _sheet(book, formats, name, rows, words, bank=bank)
    return buffer.getvalue()


def _missing(reconciled: Reconciliation, words: Wording) -> pd.DataFrame:
    """Columns not sent, the important ones first; of a table not sent, what it needs to be of use."""
    rows = []
    for needs in (("M", "M*", "R"), ("O",)):
        for table, column in missing_columns(reconciled, need=needs)[0][["table", "column"]].itertuples(index=False):
            if column:
                rows.append((table, column, needs[0]))
            elif needs[0] == "M":
                known = schema()[table].columns.values()
                rows += [(table, "", "M"), *((table, c.id, "M") for c in known if c.need != "O")]
    told = []
    for table, column, need in rows:
        known_column = schema()[table].columns.get(column)
        names = [known_column.zh, *known_column.aliases] if known_column else []
        told.append(
            {
                "table": table_name(table, words),
                "column": column_name(table, column, words),
                "need": words.label(f"request.need.{'important' if need == 'M' else 'optional'}"),
                "unlocks": unlocked(table, column, words),
                "aliases": words.join(names),
            }
        )
    return pd.DataFrame(told, columns=["table", "column", "need", "unlocks", "aliases"])


def _doubtful(reconciled: Reconciliation, words: Wording) -> pd.DataFrame:
    """What is in quarantine, a row each file, column and reason, with the first as the example."""
    keys = ["file", "sheet", "table", "column"]
    labels = reconciled.fields.drop_duplicates(keys)[[*keys, "label"]]
    rows = reconciled.quarantine.merge(labels, on=keys, how="left", validate="many_to_one")
    own = [
        str(label) if isinstance(label, str) and label else column_name(table, column, words) if column else ""
        for label, table, column in zip(rows["label"], rows["table"], rows["column"], strict=True)
    ]
    told = [reason_name(code, detail, words) for code, detail in zip(rows["reason"], rows["detail"], strict=True)]
    needed = [_needed(code, words) for code in rows["reason"]]
    rows = rows.assign(label=own, told=told, needed=needed, example=rows["value_masked"])
    return rows[["file", "sheet", "row", "label", "example", "told", "entries", "needed"]]


def _needed(code: str, words: Wording) -> str:
    return words.label(f"request.needed.{code}", default=words.label("request.needed.other"))


def _differences(reconciled: Reconciliation, words: Wording) -> pd.DataFrame:
    """Totals rows, sums between tables and the bank's own figures that differ."""
    totals = reconciled.totals[reconciled.totals["difference_fen"] != 0]
    checks = reconciled.checks
    checks = checks[checks["check"].isin(["sum", "control_total"]) & (checks["status"] == "finding")]
    checks = checks[checks["stated_fen"].notna()]
    kinds = ["control_total" if c == "control_total" else "parts" if "+" in d else d
             for c, d in zip(checks["check"], checks["detail"], strict=True)]  # fmt: skip
    columns = [column_name(t, c, words) for t, c in zip(checks["table"], checks["column"], strict=True)]
    first = pd.DataFrame({
        "compared": "total_row", "file": totals["file"], "sheet": totals["sheet"], "row": totals["row"],
        "table": [table_name(t, words) for t in totals["table"]],
        "column": [column_name(t, c, words) for t, c in zip(totals["table"], totals["column"], strict=True)],
        "stated_fen": totals["stated_fen"], "found_fen": totals["summed_fen"],
    })  # fmt: skip
    second = pd.DataFrame({
        "compared": kinds, "table": [table_name(t, words) for t in checks["table"]], "column": columns,
        "branch_id": checks["branch_id"], "as_of": checks["as_of"].astype("str").replace({"None": "", "NaT": ""}),
        "stated_fen": checks["stated_fen"], "found_fen": checks["found_fen"],
    })  # fmt: skip
    order = ["compared", "file", "sheet", "row", "table", "column", "branch_id", "as_of", "stated_fen", "found_fen"]
    rows = pd.concat([frame.reindex(columns=order).astype("object") for frame in (first, second)], ignore_index=True)
    difference, stated = rows["found_fen"] - rows["stated_fen"], rows["stated_fen"]
    shares = [d / s if s else None for d, s in zip(difference, stated, strict=True)]
    return rows.assign(difference_fen=difference, difference_share=pd.Series(shares, index=rows.index, dtype="object"))


def _explain(reconciled: Reconciliation, words: Wording) -> pd.DataFrame:
    """Findings that only the bank can explain, and units that no file states."""
    checks = reconciled.checks
    asked = checks[(checks["status"] == "finding") & ~checks["check"].isin(["sum"])]
    asked = asked[~((asked["check"] == "control_total") & asked["stated_fen"].notna())]
    asked = asked[~((asked["check"] == "code_drift") & (asked["detail"] == ""))]
    fields = reconciled.fields[reconciled.fields["unit_from"].isin(["assumed", "default", "schema"])]
    fields = fields.drop_duplicates(["table", "column", "unit"])
    rows = [
        {
            "finding": words.label(f"labels.finding.{row['check']}"),
            "table": table_name(row["table"], words),
            "column": column_name(row["table"], row["column"], words) if row["column"] else "",
            "branch_id": row["branch_id"],
            "as_of": "" if row["as_of"] is None else str(row["as_of"]),
            "looked_at": row["rows"],
            "found": row["failed"],
            "detail": _detail(row, words),
        }
        for row in asked.to_dict("records")
    ]
    rows += [
        {
            "finding": words.label("request.unit_assumed"),
            "table": table_name(row["table"], words),
            "column": column_name(row["table"], row["column"], words),
            "detail": words.label(f"labels.unit.{row['unit']}"),
        }
        for row in fields.to_dict("records")
    ]
    order = ["finding", "table", "column", "branch_id", "as_of", "looked_at", "found", "detail"]
    return pd.DataFrame(rows, columns=order)


def _detail(row: Mapping[Hashable, Any], words: Wording) -> str:
    """What a finding's detail says: a table, a column, the bank's number; a count of duplicates says nothing more."""
    if row["check"] == "duplicate" or not row["detail"]:
        return ""
    if row["check"] in ("control_total", "panel_jump"):
        return words(f"request.detail.{row['check']}", rows=int(row["detail"]))
    return column_name(row["table"], table_name(row["detail"], words), words)


def _rows_accounted(reconciled: Reconciliation, words: Wording) -> pd.DataFrame:
    """Where the lines of each file went."""
    rows = reconciled.rows
    return rows.assign(table=[table_name(table, words) for table in rows["table"]])


def _formats(book: Any) -> dict[str, Any]:
    cell = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#d9dee4"}
    head = {"bold": True, "bg_color": COLOUR, "font_color": "#ffffff", "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": COLOUR}),
        "note": book.add_format({"font_color": "#5f6b7a", "text_wrap": True, "valign": "top"}),
        "head": book.add_format(cell | head),
        "text": book.add_format(cell),
        "count": book.add_format(cell | {"num_format": "#,##0", "text_wrap": False}),
        "cents": book.add_format(cell | {"num_format": "#,##0.00", "text_wrap": False}),
        "near": book.add_format(cell | {"num_format": "0.0%", "text_wrap": False}),
    }


def _sheet(book: Any, formats: Mapping[str, Any], name: str, rows: pd.DataFrame, words: Wording, *, bank: str) -> None:
    """One sheet: title, what it is for, header, rows; frozen below the header, printed a page wide."""
    title = words.label(f"request.{name}.sheet")
    table = table_of(rows.head(_MOST), words)
    sheet = book.add_worksheet(title)
    sheet.write_string(0, 0, words("request.heading", bank=bank, sheet=title), formats["title"])
    purpose = words(f"request.{name}.{'note' if len(rows) else 'none'}")
    sheet.merge_range(1, 0, 1, max(len(table.columns) - 1, 1), "", formats["note"])
    sheet.write_string(1, 0, purpose, formats["note"])
    sheet.set_row(1, 48)
    for j, column in enumerate(table.columns):
        sheet.set_column(j, j, _WIDTHS.get(column.name, _OTHERS))
        label = words.label(f"request.column.{column.name}", default=column.label)
        sheet.write_string(_HEAD, j, label, formats["head"])
        for i, values in enumerate(table.rows, start=_HEAD + 1):
            _cell(sheet, i, j, values[j], column.kind, formats)
    if len(rows) > _MOST:
        sheet.write_string(_HEAD + 1 + _MOST, 0, words("request.more", rows=len(rows) - _MOST), formats["note"])
    sheet.freeze_panes(_HEAD + 1, 0)
    if len(rows):
        sheet.autofilter(_HEAD, 0, _HEAD + len(table.rows), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    sheet.hide_gridlines(2)


def _cell(sheet: Any, i: int, j: int, value: Value, kind: str, formats: Mapping[str, Any]) -> None:
    if value is None:
        sheet.write_blank(i, j, None, formats["text"])
    elif isinstance(value, str | date):
        sheet.write_string(i, j, str(value), formats["text"])
    else:
        sheet.write_number(i, j, value / 100 if kind == "cents" else value, formats.get(kind, formats["text"]))
