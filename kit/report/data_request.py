"""The workbook that goes back to the bank: what is missing, doubtful, different or unread; examples are masked."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from kit.analysis.quality import missing_columns
from kit.files import replace
from kit.reconciliation import Reconciliation, read_reconciliation
from kit.report.names import column_name, named, reason_name, table_name
from kit.schema import schema
from kit.text import Wording
from kit.workbooks.sheets import HEAD, LINE, NOTE, TITLE, cell_formats, new_workbook, write_list

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
        "accounts": named(reconciled.rows, words),
    }
    # The same data is the same file, whatever the day.
    with new_workbook(date(2000, 1, 1), title=words.plain("request.title", bank=bank)) as (book, buffer):
        own = {"title": TITLE, "note": NOTE, "head": HEAD | LINE, "line": LINE}
        formats = cell_formats(book, valign="top", text_wrap=True) | {k: book.add_format(v) for k, v in own.items()}
        for name, rows in sheets.items():
            _sheet(book, formats, name, rows, words, bank=bank)
    return buffer.getvalue()


def write_data_request(out: Path, words: Wording, *, bank: str) -> Path:
    """Write ``share/data-request.xlsx`` from the accounts in ``out/data``, where it may be shared; its path."""
    path = out / "share" / "data-request.xlsx"
    replace(path, data_request(read_reconciliation(out / "data"), words, bank=bank))
    return path


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
    asked = [schema()[table].columns.get(column) for table, column, _ in rows]
    told = named(pd.DataFrame(rows, columns=["table", "column", "need"]).assign(unlocks=""), words)
    return told.assign(
        need=[words.label(f"request.need.{'important' if need == 'M' else 'optional'}") for need in told["need"]],
        aliases=[words.join([column.zh, *column.aliases]) if column else "" for column in asked],
    )


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
    other = words.label("request.needed.other")
    needed = [words.label(f"request.needed.{code}", default=other) for code in rows["reason"]]
    rows = rows.assign(label=own, told=told, needed=needed, example=rows["value_masked"])
    return rows[["file", "sheet", "row", "label", "example", "told", "entries", "needed"]]


def _differences(reconciled: Reconciliation, words: Wording) -> pd.DataFrame:
    """Totals rows, sums between tables and the bank's own figures that differ."""
    totals = reconciled.totals[reconciled.totals["status"] == "finding"]
    checks = reconciled.checks
    checks = checks[checks["check"].isin(["sum", "control_total"]) & (checks["status"] == "finding")]
    checks = checks[checks["stated_fen"].notna()]
    kinds = ["control_total" if c == "control_total" else "parts" if "+" in d else d
             for c, d in zip(checks["check"], checks["detail"], strict=True)]  # fmt: skip
    days = checks["as_of"].astype("str").replace({"None": "", "NaT": ""})
    rows = pd.concat(
        [totals.assign(compared="total_row", found_fen=totals["summed_fen"]), checks.assign(compared=kinds, as_of=days)]
    )
    stated, found = rows["stated_fen"].astype("Int64"), rows["found_fen"].astype("Int64")
    difference = found - stated
    share = (difference / stated).where(stated != 0)
    rows = named(rows, words).assign(
        stated_fen=stated, found_fen=found, difference_fen=difference, difference_share=share
    )
    order = ["compared", "file", "sheet", "row", "table", "column", "branch_id", "as_of", "stated_fen", "found_fen"]
    return rows.reindex(columns=[*order, "difference_fen", "difference_share"])


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
            "detail": _detail(row["check"], row["table"], row["detail"], words),
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


def _detail(check: str, table: str, detail: str, words: Wording) -> str:
    """What a finding's detail says: a table, a column, the bank's number; a count of duplicates says nothing more."""
    if check == "duplicate" or not detail:
        return ""
    if check in ("control_total", "panel_jump"):
        return words.plain(f"request.detail.{check}", rows=int(detail))
    return column_name(table, table_name(detail, words), words)


def _sheet(book: Any, formats: Mapping[str, Any], name: str, rows: pd.DataFrame, words: Wording, *, bank: str) -> None:
    """One sheet: title, what it is for, header, rows; frozen below the header, printed a page wide."""
    title, shown = words.label(f"request.{name}.sheet"), rows.head(_MOST)
    sheet, width = book.add_worksheet(title), len(rows.columns) - 1
    purpose = words(f"request.{name}.{'note' if len(rows) else 'none'}")
    sheet.merge_range(1, 0, 1, max(width, 1), purpose, formats["note"])
    sheet.set_row(1, 48)
    write_list(
        sheet, shown, words, formats, heading=words.plain("request.heading", bank=bank, sheet=title), head=_HEAD,
        width=lambda column: _WIDTHS.get(column, _OTHERS), labels="request.column",
    )  # fmt: skip
    if len(shown):  # a cell without a value has its lines too
        rule = {"type": "formula", "criteria": "=TRUE", "format": formats["line"]}
        sheet.conditional_format(_HEAD + 1, 0, _HEAD + len(shown), width, rule)
    if len(rows) > _MOST:
        sheet.write_string(_HEAD + 1 + _MOST, 0, words.plain("request.more", rows=len(rows) - _MOST), formats["note"])
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.hide_gridlines(2)
