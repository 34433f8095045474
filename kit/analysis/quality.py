"""How far the figures can be trusted: where every row went, what does not agree, what is missing."""

from dataclasses import dataclass

import pandas as pd

from kit.analysis.result import Result, share
from kit.params import Params
from kit.reconciliation import Reconciliation
from kit.schema import schema

# Columns of which one is enough; the others are then not missing.
_EITHER = (
    {"customer.birth_date", "customer.age", "customer.age_band"},
    {f"customer_month.aum_{basis}_fen" for basis in ("avg_month", "avg_quarter", "avg_year", "spot")},
)
_LISTED = 6  # rows of a table in a chapter; the data request has them all
_LONGEST = 12  # characters of a word that is printed; a sentence may name somebody
_NO_DATA = ("lines_above", "blank", "totals", "notes", "repeated_headers", "unfilled")
_JOINS, _AMOUNTS = ("reference", "unmatched"), ("sum", "control_total")


@dataclass(frozen=True, slots=True)
class Delivery(Result):
    """Reconciliation of everything that the bank delivered.

    Attributes
    ----------
    lines
        Lines of all sheets: ``head`` (titles and headers), blank, totals and notes, and the data rows.
    rows_in, accepted, repeated, quarantined
        Data rows; the first is the sum of the others where ``ties``.
    files
        A row a table: ``file_count``, ``lines``, ``other_lines``, ``rows_in``, ``accepted``, ``repeated``,
        ``quarantined``.
    reasons
        ``table``, ``column``, ``reason``, ``whole_rows``, ``single_cells``; most frequent first.
    units
        Money columns by unit and where the unit came from.
    amounts
        What was compared and does not agree: ``compared`` (what with), ``table``, ``column``, stated, found,
        difference in 分 and as a share.
    joins_checked, lost
        References between tables, and the rows that find no match.
    findings
        What a join loses (``parent`` is where it should be found), then the other findings: ``finding``, ``table``,
        ``column``, ``parent``, ``looked_at``, ``found``, ``found_share``.
    missing
        Recommended columns, and tables, that were not sent.
    """

    file_count: int
    lines: int
    other_lines: int
    rows_in: int
    accepted: int
    repeated: int
    quarantined: int
    cells_quarantined: int
    accepted_share: float | None
    quarantined_share: float | None
    ties: bool
    files: pd.DataFrame
    reasons: pd.DataFrame
    reason_count: int
    reasons_more: int
    assumed: int
    money_columns: int
    units: pd.DataFrame
    compared: int
    agreeing: int
    differing: int
    amounts: pd.DataFrame
    joins_checked: int
    lost: int
    finding_count: int
    findings: pd.DataFrame
    missing_count: int
    optional_count: int
    missing: pd.DataFrame
    refused_count: int
    refused: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Foreign(Result):
    """Amounts in other currencies: ``converted`` ones and those that are ``apart``, in no sum for want of a rate.

    ``table`` has a row a column and currency: its rate, the ``amounts``, ``sent_fen`` in that currency and
    ``counted_fen`` in 元, missing where there is no rate.
    """

    table: pd.DataFrame
    amounts: int
    converted: int
    apart: int


def foreign(reconciled: Reconciliation) -> Foreign:
    """外币: amounts in other currencies, by whether the engagement has a rate for them."""
    told = reconciled.checks[reconciled.checks["check"] == "currency"]
    table = pd.DataFrame({
        "table": told["table"], "column": told["column"], "currency": told["detail"].str.replace(" ", " × "),
        "amounts": told["rows"], "sent_fen": told["stated_fen"],
        "counted_fen": told["found_fen"].where(told["failed"] == 0),
    })  # fmt: skip
    amounts, apart = int(told["rows"].sum()), int(told["failed"].sum())
    return Foreign(table=table.reset_index(drop=True), amounts=amounts, converted=amounts - apart, apart=apart)


def delivery(reconciled: Reconciliation) -> Delivery:
    """Where every line of the bank's files went, what joining them loses, who is in twice (R3, R49)."""
    rows = reconciled.rows
    rows = rows.assign(other_lines=rows[list(_NO_DATA)].sum(axis=1))
    rows["lines"] = rows["other_lines"] + rows["rows_in"]
    measures = ["lines", "other_lines", "rows_in", "accepted", "repeated", "quarantined"]
    tables = rows.groupby("table", sort=False)
    files = pd.DataFrame({"file_count": tables["file"].nunique(), **tables[measures].sum()}).reset_index()
    sheets = rows.drop_duplicates(["file", "sheet"])
    reasons = _reasons(reconciled.quarantine)
    amounts, compared, agreeing = _amounts(reconciled)
    joins = reconciled.checks[reconciled.checks["check"].isin(_JOINS) & (reconciled.checks["status"] != "info")]
    findings = _findings(reconciled.checks)
    missing, optional = missing_columns(reconciled, need=("M", "M*", "R"))
    total = {name: int(rows[name].sum()) for name in ("rows_in", "accepted", "repeated", "quarantined")}
    units = _units(reconciled)
    return Delivery(
        file_count=int(rows["file"].nunique()),
        lines=int(sheets["lines"].sum()),
        other_lines=int(sheets["other_lines"].sum()),
        **total,
        cells_quarantined=int(rows["cells_quarantined"].sum()),
        accepted_share=share(total["accepted"], total["rows_in"]),
        quarantined_share=share(total["quarantined"], total["rows_in"]),
        ties=bool((rows["rows_in"] == rows["accepted"] + rows["repeated"] + rows["quarantined"]).all()),
        files=files,
        reasons=reasons.head(_LISTED),
        reason_count=len(reasons),
        reasons_more=max(len(reasons) - _LISTED, 0),
        assumed=int(units.loc[units["unit_from"].isin(["assumed", "default", "schema"]), "money_columns"].sum()),
        money_columns=int(units["money_columns"].sum()),
        units=units,
        compared=compared,
        agreeing=agreeing,
        differing=compared - agreeing,
        amounts=amounts.head(_LISTED),
        joins_checked=len(joins.drop_duplicates(["check", "table", "column", "detail"])),
        lost=int(joins["failed"].sum()),
        finding_count=len(findings),
        findings=findings.head(2 * _LISTED),
        missing_count=len(missing),
        optional_count=optional,
        missing=missing,
        refused_count=len(reconciled.refused),
        refused=reconciled.refused[["file", "sheet", "reason"]].rename(columns={"reason": "refusal"}).head(_LISTED),
    )


def _reasons(quarantine: pd.DataFrame) -> pd.DataFrame:
    counted = quarantine.assign(
        whole_rows=quarantine["entries"].where(quarantine["whole_row"], 0),
        single_cells=quarantine["entries"].where(~quarantine["whole_row"], 0),
    )
    sums = counted.groupby(["table", "column", "reason"])[["whole_rows", "single_cells"]].sum().reset_index()
    order = (sums["whole_rows"] + sums["single_cells"]).sort_values(ascending=False, kind="stable").index
    return sums.loc[order].reset_index(drop=True)


def _units(reconciled: Reconciliation) -> pd.DataFrame:
    """Money columns by unit and origin of the unit; files of one table with one answer count once."""
    money = {f"{table.id}.{c.id}" for table in schema().values() for c in table.columns.values() if c.type == "money"}
    fields = reconciled.fields
    fields = fields[(fields["table"] + "." + fields["column"]).isin(money)]
    distinct = fields.drop_duplicates(["table", "column", "unit", "unit_from"])
    sizes = distinct.groupby(["unit", "unit_from"]).size().rename("money_columns").reset_index()
    return sizes.sort_values("money_columns", ascending=False, kind="stable").reset_index(drop=True)


def _amounts(reconciled: Reconciliation) -> tuple[pd.DataFrame, int, int]:
    """What does not agree, largest share first; and how many were compared, and agree."""
    checks = reconciled.checks[reconciled.checks["check"].isin(_AMOUNTS) & reconciled.checks["stated_fen"].notna()]
    totals = reconciled.totals
    listed = pd.concat(
        [
            pd.DataFrame({
                "compared": checks["check"].where(checks["check"] == "control_total", checks["detail"]),
                "table": checks["table"], "column": checks["column"], "status": checks["status"],
                "stated_fen": checks["stated_fen"], "found_fen": checks["found_fen"],
            }),
            pd.DataFrame({
                "compared": "total_row", "table": totals["table"], "column": totals["column"],
                "status": totals["status"],
                "stated_fen": totals["stated_fen"].astype("Int64"), "found_fen": totals["summed_fen"].astype("Int64"),
            }),
        ],
        ignore_index=True,
    )  # fmt: skip
    listed["compared"] = listed["compared"].where(~listed["compared"].str.contains("+", regex=False), "parts")
    bad = listed[listed["status"] == "finding"].drop(columns="status")
    keys = ["compared", "table", "column"]
    sums = bad.groupby(keys, sort=False)[["stated_fen", "found_fen"]].sum()
    sums.insert(0, "times", bad.groupby(keys, sort=False).size())
    sums["difference_fen"] = sums["found_fen"] - sums["stated_fen"]
    sums["difference_share"] = [share(d, s) for d, s in zip(sums["difference_fen"], sums["stated_fen"], strict=True)]
    order = sums["difference_fen"].abs().sort_values(ascending=False, kind="stable").index
    return sums.loc[order].reset_index(), len(listed), int((listed["status"] != "finding").sum())


def _findings(checks: pd.DataFrame) -> pd.DataFrame:
    """Rows that a join loses, most first, then the other findings in the order of the checks."""
    others = checks[(checks["status"] == "finding") & (checks["check"] != "sum")]
    others = others[~((others["check"] == "control_total") & others["stated_fen"].notna())]
    drift = others["check"] == "code_drift"  # the summary has the number; its own rows are for the data request
    others = others[~drift | (others["detail"] == "")]
    joined = others["check"].isin(_JOINS)
    keys = ["check", "table", "column", "parent"]
    sums = others.assign(parent=others["detail"].where(joined, "")).groupby(keys, sort=False)[["rows", "failed"]].sum()
    found = sums.reset_index().rename(columns={"check": "finding", "rows": "looked_at", "failed": "found"})
    found["found_share"] = [
        share(f, r) if f <= r else None for f, r in zip(found["found"], found["looked_at"], strict=True)
    ]
    lost = found[found["finding"].isin(_JOINS)].sort_values("found", ascending=False, kind="stable")
    return pd.concat([lost, found[~found["finding"].isin(_JOINS)]], ignore_index=True)


def missing_columns(reconciled: Reconciliation, *, need: tuple[str, ...]) -> tuple[pd.DataFrame, int]:
    """Columns of such need that were not sent (``table``, ``column``, ``unlocks``), and how many others were not.

    A table of which nothing was sent is one row without a column. Of columns that stand for each other one is enough.
    """
    sent = {f"{table}.{column}" for table, columns in reconciled.delivered.items() for column in columns}
    spared = set().union(*(group for group in _EITHER if group & sent))
    rows, others = [], 0
    for table in schema().values():
        if table.id not in reconciled.delivered:
            rows.append((table.id, ""))
            continue
        for column in table.columns.values():
            name = f"{table.id}.{column.id}"
            if name in sent | spared:
                continue
            if column.need in need:
                rows.append((table.id, column.id))
            else:
                others += 1
    return pd.DataFrame(rows, columns=["table", "column"]).assign(unlocks=""), others


@dataclass(frozen=True, slots=True)
class Unread(Result):
    """Contacts whose way or result no list of words knows; ``table`` has the commonest, fit to be printed."""

    table: pd.DataFrame
    contacts: int
    words: int


def unread(rows: pd.DataFrame, params: Params) -> Unread:
    """What the contact log says and nobody understands: a word that is long or rare could tell of a customer."""
    said = rows.groupby(["kind", "said"])["times"].sum().sort_values(ascending=False, kind="stable").reset_index()
    plain = (said["said"].str.len() <= _LONGEST) & ~said["said"].str.contains(r"\d")
    shown = said[plain & (said["times"] >= params.compared.smallest)].head(_LISTED)
    return Unread(
        table=shown.set_axis(["unread_of", "unread_word", "contacts"], axis="columns"),
        contacts=int(said["times"].sum()),
        words=len(said),
    )
