"""The look: one palette and one pair of typefaces for charts, HTML and PDF, the same on every machine."""

from functools import cache
from typing import Any

from pylopdf_fonts_zh_cn import sans_path, serif_path

INK, MUTED, RULE, TINT, PAPER = "#1f2933", "#5f6b7a", "#d9dee4", "#f3f6f9", "#ffffff"
ACCENT, TEAL, WARM, ALARM = "#1f4e79", "#2a9d8f", "#d9822b", "#b5473c"
CYCLE = (ACCENT, TEAL, WARM, "#7b8ea3", ALARM, "#8ab6d6", "#6d597a", "#b8a44c")
SANS = "Noto Sans SC"


def rc() -> dict[str, Any]:
    """Matplotlib settings of the kit's charts."""
    from cycler import cycler  # noqa: PLC0415 - drawing only

    return {
        "font.family": [SANS],
        "font.size": 9,
        "text.color": INK,
        "text.parse_math": False,  # a `$` in a client's name is a dollar sign
        "axes.unicode_minus": False,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": RULE,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=CYCLE),
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "legend.frameon": False,
        "figure.dpi": 100,
        "savefig.dpi": 200,
        "svg.fonttype": "path",  # the reader needs no font
        "svg.hashsalt": "branch-kit",  # the same figure is the same file
    }


@cache
def _register() -> None:
    from matplotlib import font_manager  # noqa: PLC0415 - drawing only

    for path in (sans_path(), serif_path()):
        font_manager.fontManager.addfont(str(path))


def use() -> None:
    """Set matplotlib to the kit's look and fonts."""
    import matplotlib as mpl  # noqa: PLC0415 - drawing only

    _register()
    mpl.rcParams.update(rc())
