"""Analyses: pure functions from the customers' frame and `Params` to a frozen result. Nothing here draws or speaks."""

from kit.analysis.branches import Standing, branch_summary, standing
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
from kit.analysis.growth import Growth, growth
from kit.analysis.migration import Migration, migration
from kit.analysis.primary import Merchants, PrimaryAccounts, Products, merchants, primary_accounts, products
from kit.analysis.quality import Completeness, Delivery, completeness, delivery
from kit.analysis.result import Unavailable, needs
from kit.analysis.segments import Segments, segments
from kit.analysis.summary import Finding, Findings, Portrait, findings, portrait
from kit.analysis.survival import Survival, survival
from kit.analysis.tiers import Losses, Tiers, Upgrades, losses, tiers, upgrades

__all__ = [
    "AccountClasses",
    "Cadence",
    "CallBacks",
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
    "Growth",
    "Households",
    "Loads",
    "Losses",
    "MaturityLadder",
    "Merchants",
    "Migration",
    "Orphans",
    "PersonalShare",
    "PlanSummary",
    "Portrait",
    "PrimaryAccounts",
    "Products",
    "Reminders",
    "Roles",
    "Segments",
    "Standing",
    "Survival",
    "Tiers",
    "Unavailable",
    "Upgrades",
    "account_classes",
    "branch_summary",
    "cadence",
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
    "growth",
    "households",
    "loads",
    "losses",
    "maturity_ladder",
    "merchants",
    "migration",
    "needs",
    "orphans",
    "personal_share",
    "plan_summary",
    "portrait",
    "primary_accounts",
    "products",
    "reminders",
    "roles",
    "segments",
    "standing",
    "survival",
    "tiers",
    "upgrades",
    "wake_ups",
    "win_backs",
]
