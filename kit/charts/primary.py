"""Chart of primary accounts."""

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.primary import GRADES, PrimaryAccounts
from kit.charts.canvas import Labels, shares_by_tier


def grades_by_tier(result: PrimaryAccounts, *, labels: Labels) -> Figure:
    """Share of strong, medium and weak primary accounts in each tier that has customers."""
    looks = ((theme.ACCENT, "white"), ("#a9bccd", theme.INK), (theme.WARM, "white"))
    parts = {grade: (labels[f"grade.{grade}"], *look) for grade, look in zip(GRADES, looks, strict=True)}
    return shares_by_tier(result.by_tier.dropna(), parts, labels=labels)
