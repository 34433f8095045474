"""Tables and headline figures as the small HTML that JupyterLab shows and both report formats read."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from kit.text import Wording, figure

__all__ = ["CODES", "html_table", "kind_of", "kpi_cards"]

# Columns of codes and the group of labels that names them.
CODES = {
    "tier": "tier", "next_tier": "tier", "segment": "segment", "grade": "grade", "evidence": "evidence",
    "population": "population", "contact_class": "class", "loss_level": "loss", "field": "field", "finding": "finding",
    "unit_from": "unit_from", "unit": "unit", "compared": "compared", "orphan_cause": "orphan_cause",
    "measure": "measure", "keepers": "keepers", "value": "value",
    "role": "role", "step": "step", "start_group": "start_group", "deposit_kind": "deposit",
    "account_class": "account_class",
    "state": "state", "finding_of": "list", "dormancy_rule": "dormancy_rule",
    "unit_state": "unit_state", "unit_line": "unit_line", "pays": "pays",
    "stage": "stage", "next_stage": "stage", "whose": "whose", "flow_step": "flow_step",
    "grouping": "grouping", "rate": "rate",
    "zone": "zone", "gap": "gap", "merchant_evidence": "merchant_evidence", "sign": "sign",
    "family": "family", "occupation_sector": "sector", "source": "purpose",
    "use": "purpose", "likeness": "likeness", "primary_grade": "grade", "risk_state": "risk_state",
    "scheme": "scheme",
    "service_grade": "service_grade", "factor": "factor", "intent": "intent", "period": "period",
    "plan_reason": "reason", "contact_channel": "contact_channel",
    "outcome": "outcome", "objection": "objection", "called_again": "called_again", "order": "order",
    "deal_source": "deal_source", "route": "route", "reminded": "reminded", "asked_before": "asked_before",
    "strategy": "strategy", "allocation_reason": "allocation_reason", "remark": "remark",
}  # fmt: skip
_TEXT = (
    "table",
    "parent",
    "column",
    "unlocks",
    "aliases",
    "file",
    "sheet",
    "label",
    "reason",
    "why",
    "refusal",
    "detail",
    "days_left",
    "risk_level",
    "missing",
    "occupation",
    "held",
)
_OF_ITS_OWN = {
    "stated_fen": "cents", "found_fen": "cents", "difference_fen": "cents",  # what must agree is printed to the cent
    "found_share": "near", "difference_share": "near", "gini": "ratio", "mean": "decimal",
    "mean_start": "decimal", "mean_now": "decimal", "mean_points": "decimal",
    "mean_missing_met": "decimal", "mean_missing_unmet": "decimal",
    "gini_low": "ratio", "gini_high": "ratio", "hhi": "decimal",
    "dispersion": "decimal", "median_demand_cover": "decimal",
    "cv_before": "ratio", "max_min_before": "decimal", "gini_before": "ratio",
    "cv": "ratio", "max_min": "decimal", "customers_each": "decimal", "balance": "ratio", "separation": "ratio",
}  # fmt: skip
_AVERAGES = ("mean", "median", "gap_each")  # their sum would be no figure
_NUMBER = ("", ' class="num"')


def kind_of(column: str) -> str:
    """How a column is printed, from its name; see `kit.text.figure`."""
    if column in _OF_ITS_OWN:
        return _OF_ITS_OWN[column]
    if column.endswith("_fen"):
        return "wan"
    if "share" in column:
        return "percent"
    if column.endswith("date"):
        return "date"
    ids = column in CODES or column in _TEXT or column.endswith(("_id", "_name", "_number", "mobile"))
    return "text" if ids else "count"


def _cells(row: Any, columns: Sequence[str], words: Wording) -> str:
    cells = []
    for column in columns:
        value = row[column]
        if column in CODES:
            own = figure(value, "text", words.language)  # a bank may have codes of its own, roles above all
            text, kind = words.label(f"labels.{CODES[column]}.{value}", default=own), "text"
        else:
            kind = kind_of(column)
            text = figure(value, kind, words.language)
        cells.append(f"<td{_NUMBER[kind != 'text']}>{escape(text)}</td>")
    return "".join(cells)


def html_table(frame: pd.DataFrame, words: Wording, *, caption: str, total: bool = False) -> str:
    """Frame as an HTML table.

    Parameters
    ----------
    frame
        Columns are printed by `kind_of`, headed by ``tables.<column>``; codes are named by ``labels``.
    total
        Add a row with the sums of counts, money and shares.
    """
    columns = list(frame.columns)
    head = "".join(f"<th{_NUMBER[kind_of(c) != 'text']}>{escape(words.label(f'tables.{c}'))}</th>" for c in columns)
    body = "".join(f"<tr>{_cells(row, columns, words)}</tr>" for _, row in frame.iterrows())
    foot = ""
    if total:
        sums = []
        for i, column in enumerate(columns):
            summable = kind_of(column) in ("count", "wan", "percent") and not column.startswith(_AVERAGES)
            text = figure(frame[column].sum(), kind_of(column), words.language) if summable else ""
            sums.append(
                f"<td>{escape(words.label('tables.total'))}</td>"
                if i == 0
                else f"<td{_NUMBER[True]}>{escape(text)}</td>"
            )
        foot = f"<tfoot><tr>{''.join(sums)}</tr></tfoot>"
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
    )


def kpi_cards(cards: Sequence[Sequence[str]]) -> str:
    """Headline figures: (label, value, note) each."""
    cells = "".join(
        f'<td><span class="label">{escape(label)}</span><span class="value">{escape(value)}</span>'
        f'<span class="note">{escape(note)}</span></td>'
        for label, value, note in cards
    )
    return f'<table class="kpi"><tbody><tr>{cells}</tr></tbody></table>'
