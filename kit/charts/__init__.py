"""Charts: a result of `kit.analysis` becomes a figure. Nothing here computes, saves or shows."""

from kit.charts.concentration import deciles, lorenz, peers
from kit.charts.contact import contacted, load_map, plan_weeks
from kit.charts.coverage import loads_by_owner, tiers_by_role
from kit.charts.deposits import deposits_by_tier, ladder, personal_shares
from kit.charts.dormancy import survival_curve
from kit.charts.familiarity import cadence_by_tier, familiar_by_value
from kit.charts.grades import grade_shares, success_calibration
from kit.charts.growth import waterfall
from kit.charts.handover import owners_before_and_after
from kit.charts.needs import assets_by_tier, families_by_tier, families_held_together, purposes_by_occupation
from kit.charts.practice import came_by_segment, flow_funnel, reached_by_caller, reached_by_order
from kit.charts.primary import grades_by_tier
from kit.charts.quality import completeness_map
from kit.charts.segments import jaccard_map, salon_themes, segments_by_tier
from kit.charts.shrinkage import funnels
from kit.charts.stages import output_trend, stage_funnel, stages_by_tier
from kit.charts.tiers import tier_moves, tier_shares
from kit.charts.units import units_by_state, units_idle, units_on_lines

__all__ = [
    "assets_by_tier",
    "cadence_by_tier",
    "came_by_segment",
    "completeness_map",
    "contacted",
    "deciles",
    "deposits_by_tier",
    "familiar_by_value",
    "families_by_tier",
    "families_held_together",
    "flow_funnel",
    "funnels",
    "grade_shares",
    "grades_by_tier",
    "jaccard_map",
    "ladder",
    "load_map",
    "loads_by_owner",
    "lorenz",
    "output_trend",
    "owners_before_and_after",
    "peers",
    "personal_shares",
    "plan_weeks",
    "purposes_by_occupation",
    "reached_by_caller",
    "reached_by_order",
    "salon_themes",
    "segments_by_tier",
    "stage_funnel",
    "stages_by_tier",
    "success_calibration",
    "survival_curve",
    "tier_moves",
    "tier_shares",
    "tiers_by_role",
    "units_by_state",
    "units_idle",
    "units_on_lines",
    "waterfall",
]
