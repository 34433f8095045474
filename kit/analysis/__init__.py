"""Analyses: pure functions from the customers' frame and `Params` to a frozen result. Nothing here draws or speaks."""

from kit.analysis.balance_sheet import BalanceSheet, Funds, ThreeTables, balance_sheet, funds, three_tables
from kit.analysis.branches import Standing, branch_summary, standing
from kit.analysis.capacity import Capacity, capacity
from kit.analysis.concentration import Concentration, concentration
from kit.analysis.contact import ContactPractice, PlanSummary, contact_practice, plan_summary
from kit.analysis.coverage import (
    Coverage,
    Households,
    Loads,
    Orphans,
    Roles,
    coverage,
    households,
    loads,
    orphans,
    roles,
)
from kit.analysis.deposits import (
    AccountClasses,
    DepositMix,
    Deviation,
    MaturityLadder,
    PersonalShare,
    account_classes,
    deposit_mix,
    deviation,
    maturity_ladder,
    personal_share,
)
from kit.analysis.dormancy import CallBacks, Dormant, dormant, wake_ups, win_backs
from kit.analysis.familiarity import Cadence, Familiarity, Reminders, cadence, familiarity, reminders
from kit.analysis.filing import Backlog, Completeness, backlog, completeness
from kit.analysis.flow import Flow, flow
from kit.analysis.growth import Growth, growth
from kit.analysis.hidden import HiddenValue, hidden_value
from kit.analysis.inequality import GiniInterval, GiniSplit, gini_interval, gini_split
from kit.analysis.migration import Migration, migration
from kit.analysis.primary import Merchants, PrimaryAccounts, merchants, primary_accounts
from kit.analysis.products import ProductMatrix, Products, Whitespace, product_matrix, products, whitespace
from kit.analysis.prospects import KeyProducts, key_products
from kit.analysis.quality import Delivery, delivery
from kit.analysis.result import Unavailable, needs
from kit.analysis.retention import PassThrough, Retention, pass_through, payroll_retention
from kit.analysis.segments import Segments, segments
from kit.analysis.shrinkage import BranchRates, FunnelPlace, RatesCompared, funnel_place, rates_compared
from kit.analysis.stages import NextStage, Stages, ValueChange, next_stage, stages, value_change
from kit.analysis.summary import Finding, Findings, Portrait, findings, portrait
from kit.analysis.survival import Survival, survival
from kit.analysis.tiers import Losses, Tiers, Upgrades, losses, tiers, upgrades
from kit.analysis.units import (
    Payers,
    Salaried,
    UnitActivity,
    YearAverages,
    payers,
    salaried,
    unit_activity,
    year_averages,
)
from kit.analysis.wallet import Wallet, wallet

__all__ = [
    "AccountClasses",
    "Backlog",
    "BalanceSheet",
    "BranchRates",
    "Cadence",
    "CallBacks",
    "Capacity",
    "Completeness",
    "Concentration",
    "ContactPractice",
    "Coverage",
    "Delivery",
    "DepositMix",
    "Deviation",
    "Dormant",
    "Familiarity",
    "Finding",
    "Findings",
    "Flow",
    "Funds",
    "FunnelPlace",
    "GiniInterval",
    "GiniSplit",
    "Growth",
    "HiddenValue",
    "Households",
    "KeyProducts",
    "Loads",
    "Losses",
    "MaturityLadder",
    "Merchants",
    "Migration",
    "NextStage",
    "Orphans",
    "PassThrough",
    "Payers",
    "PersonalShare",
    "PlanSummary",
    "Portrait",
    "PrimaryAccounts",
    "ProductMatrix",
    "Products",
    "RatesCompared",
    "Reminders",
    "Retention",
    "Roles",
    "Salaried",
    "Segments",
    "Stages",
    "Standing",
    "Survival",
    "ThreeTables",
    "Tiers",
    "Unavailable",
    "UnitActivity",
    "Upgrades",
    "ValueChange",
    "Wallet",
    "Whitespace",
    "YearAverages",
    "account_classes",
    "backlog",
    "balance_sheet",
    "branch_summary",
    "cadence",
    "capacity",
    "completeness",
    "concentration",
    "contact_practice",
    "coverage",
    "delivery",
    "deposit_mix",
    "deviation",
    "dormant",
    "familiarity",
    "findings",
    "flow",
    "funds",
    "funnel_place",
    "gini_interval",
    "gini_split",
    "growth",
    "hidden_value",
    "households",
    "key_products",
    "loads",
    "losses",
    "maturity_ladder",
    "merchants",
    "migration",
    "needs",
    "next_stage",
    "orphans",
    "pass_through",
    "payers",
    "payroll_retention",
    "personal_share",
    "plan_summary",
    "portrait",
    "primary_accounts",
    "product_matrix",
    "products",
    "rates_compared",
    "reminders",
    "roles",
    "salaried",
    "segments",
    "stages",
    "standing",
    "survival",
    "three_tables",
    "tiers",
    "unit_activity",
    "upgrades",
    "value_change",
    "wake_ups",
    "wallet",
    "whitespace",
    "win_backs",
    "year_averages",
]
