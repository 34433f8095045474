"""Whom to act on: one list a finding, each customer with what is at stake and why."""

from collections.abc import Callable, Mapping
from functools import partial
from inspect import signature

import pandas as pd

from kit import columns as col
from kit.analysis.coverage import misheld_list, orphan_list
from kit.analysis.deals import proposal_list
from kit.analysis.deposits import maturing_list, passed_list
from kit.analysis.dormancy import wake_list, win_back_list
from kit.analysis.filing import filing_list
from kit.analysis.handover import handover_list
from kit.analysis.hidden import hidden_list
from kit.analysis.invitations import invite_list
from kit.analysis.practice import sms_missed_list
from kit.analysis.primary import focus_list, merchant_list
from kit.analysis.products import FAMILIES, reassess_list
from kit.analysis.prospects import prospect_list
from kit.analysis.result import Unavailable
from kit.analysis.segments import identify_list
from kit.analysis.stages import stage_list
from kit.analysis.tiers import loss_list, upgrade_list
from kit.analysis.units import salaried_list, unit_idle_list, unit_line_list
from kit.analysis.wallet import wallet_list
from kit.params import Params

Chooser = Callable[..., pd.DataFrame | Unavailable]


def _by_name(*choosers: Chooser) -> dict[str, Chooser]:
    return {choose.__name__.removesuffix("_list"): choose for choose in choosers}


# In the order of the workbook's sheets. Each names as its parameters what it reads: the customers, the thresholds, or a
# table of another grain.
LISTS: Mapping[str, Chooser] = {
    **_by_name(upgrade_list, loss_list, maturing_list, passed_list, orphan_list, misheld_list, handover_list, wake_list,
               win_back_list, filing_list, reassess_list),
    **{f"offer_{family}": partial(prospect_list, family=family) for family in FAMILIES},
    **_by_name(wallet_list, stage_list, salaried_list, unit_idle_list, unit_line_list, focus_list, merchant_list,
               hidden_list, identify_list, sms_missed_list, invite_list, proposal_list),
}  # fmt: skip
_COLUMNS = [col.BRANCH_ID, col.LIST, col.RANK, col.CUSTOMER_ID, col.AMOUNT_FEN, col.REASON]


def branch_lists(customers: pd.DataFrame, params: Params, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every list of every branch, below each other.

    Parameters
    ----------
    customers
        ``kit.features`` customers of all branches.
    tables
        Rows of other grains by name (``kit.features.TABLES``).

    Returns
    -------
    DataFrame
        branch_id, list, rank (from 1, most urgent first), customer_id, amount_fen, reason: codes of
        ``lists.reason``, joined by ``+``. A list whose columns the bank did not send has no rows.
    """
    branch = customers.set_index(col.CUSTOMER_ID)[col.BRANCH_ID]
    found = []
    given = {**tables, "customers": customers, "params": params}
    for name, choose in LISTS.items():
        rows = choose(*(given[what] for what in signature(choose).parameters if what in given))
        if not isinstance(rows, Unavailable):
            if col.BRANCH_ID not in rows:  # a unit's account says its own
                rows = rows.assign(**{col.BRANCH_ID: rows[col.CUSTOMER_ID].map(branch)})
            found.append(rows.assign(**{col.LIST: name}))
    made = pd.concat(found, ignore_index=True)
    made[col.RANK] = made.groupby([col.BRANCH_ID, col.LIST]).cumcount() + 1
    return made.sort_values(col.BRANCH_ID, kind="stable", ignore_index=True)[_COLUMNS]


def list_stakes(lists: pd.DataFrame) -> pd.DataFrame:
    """Each list of each branch in one row: branch_id, list, customers, amount_fen, as the summary compares them."""
    groups = lists.groupby([col.BRANCH_ID, col.LIST])[col.AMOUNT_FEN]
    return groups.agg(customers="size", amount_fen="sum").reset_index()
