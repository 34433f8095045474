"""How a column is printed, from its name: the one place for reports, workbooks and results."""

_NAMED_AS_THEY_ARE = """
    tier segment grade evidence population field finding unit_from unit compared orphan_cause measure keepers
    value role step start_group account_class state dormancy_rule unit_state unit_line pays stage whose flow_step
    grouping rate zone gap merchant_evidence sign family likeness risk_state scheme service_grade factor intent
    period contact_channel outcome objection called_again order deal_source route reminded asked_before strategy
    allocation_reason remark unread_of
"""
# Columns of codes and the group of labels that names them.
CODES = {name: name for name in _NAMED_AS_THEY_ARE.split()} | {
    "next_tier": "tier", "contact_class": "class", "loss_level": "loss", "deposit_kind": "deposit", "finding_of":
    "list", "next_stage": "stage", "occupation_sector": "sector", "source": "purpose", "use": "purpose",
    "primary_grade": "grade", "plan_reason": "reason",
}  # fmt: skip
_TEXT = """
    table parent column unlocks aliases file sheet label reason why refusal detail days_left risk_level missing
    occupation held currency unread_word
""".split()  # noqa: SIM905  # quotes would hide the names
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
