"""Charts of the service grade and of likely success."""

from matplotlib.figure import Figure

from kit import theme
from kit.analysis.grades import Scorecard
from kit.analysis.success import SuccessModel
from kit.charts.canvas import Labels, canvas, percent_axis, share_bars


def grade_shares(result: Scorecard, *, labels: Labels) -> Figure:
    """Share of customers and of AUM in each service grade."""
    columns = {"share_of_customers": theme.ACCENT, "share_of_aum": theme.TEAL}
    return share_bars(result.table, columns, "service_grade", labels=labels)


def success_calibration(result: SuccessModel, *, labels: Labels) -> Figure:
    """Predicted against observed share of success in each tenth of the held-out contacts; the line is what is ideal."""
    figure, ax = canvas(3.0, left=0.75, top=0.2, bottom=0.55)
    table = result.table
    ax.plot([0, 1], [0, 1], color=theme.RULE, linewidth=1)
    seen = {"color": theme.ACCENT, "marker": "o", "markersize": 6, "linestyle": "none"}
    ax.plot(table["predicted_share"], table["observed_share"], **seen)
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel=labels["predicted_share"], ylabel=labels["observed_share"])
    percent_axis(ax.xaxis)
    percent_axis(ax.yaxis)
    return figure
