"""What the checks of the extracts call a finding, and the bank's own figures."""

from pydantic import Field

from kit.params.base import Frozen


class Checks(Frozen):
    """What the checks of the extracts call a finding; none of them stops a run.

    Attributes
    ----------
    sum_tolerance
        Share of a stated sum, of whatever kind, by which what was found may differ and still agrees.
    code_jump
        Change in the share of a code from one month, or file, to the next.
    code_rows
        Rows that a code is expected to have before its appearance or absence means anything.
    panel_jump
        Change in the number of customers of a branch from one month to the next.
    unit_share
        Share of a file's rows at one to ten thousand from which on the file's unit is doubted, not its rows.
    stale_days
        Data older than so many days on the printing day are said to be, on page one and on the console.
    default_codes
        Words that fill a field and say nothing: the field counts as missing.
    """

    sum_tolerance: float = Field(default=0.00001, ge=0, lt=1)
    code_jump: float = Field(default=0.1, gt=0, lt=1)
    code_rows: int = Field(default=10, gt=0)
    panel_jump: float = Field(default=0.2, gt=0)
    unit_share: float = Field(default=0.5, gt=0, le=1)
    stale_days: int = Field(default=45, ge=0)
    default_codes: tuple[str, ...] = ("其他", "不便分类", "未知", "待完善", "不详", "未填")


class ControlTotal(Frozen):
    """A figure of the bank's own: rows of a table, or the sum of a money column at its latest date, in 分."""

    table: str
    column: str = ""
    stated: int
