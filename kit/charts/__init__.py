"""Charts: a result of `kit.analysis` becomes a figure. Nothing here computes, saves or shows."""

from kit.charts.concentration import deciles, lorenz, peers
from kit.charts.contact import contacted, plan_weeks
from kit.charts.coverage import loads_by_owner, tiers_by_role
from kit.charts.deposits import deposits_by_tier, ladder, personal_shares
from kit.charts.dormancy import survival_curve
from kit.charts.familiarity import cadence_by_tier, familiar_by_value
from kit.charts.growth import waterfall
from kit.charts.primary import families, grades_by_tier
from kit.charts.quality import completeness_map
from kit.charts.segments import segments_by_tier
from kit.charts.tiers import tier_moves, tier_shares

__all__ = [
    "cadence_by_tier",
    "completeness_map",
    "contacted",
    "deciles",
    "deposits_by_tier",
    "familiar_by_value",
    "families",
    "grades_by_tier",
    "ladder",
    "loads_by_owner",
    "lorenz",
    "peers",
    "personal_shares",
    "plan_weeks",
    "segments_by_tier",
    "survival_curve",
    "tier_moves",
    "tier_shares",
    "tiers_by_role",
    "waterfall",
]
