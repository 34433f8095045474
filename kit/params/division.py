"""How the customers are divided: tiers, dormancy, primary account, products, deposits, units, stages."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator

from kit.params.base import WAN, Code, Family, Frozen


class Tier(Frozen):
    """One rung of the ladder: [floor, next floor)."""

    code: Code
    floor_wan: float = Field(ge=0)
    roles: tuple[str, ...] = ()
    strategy: Literal["", "relate", "deepen", "hunt"] = ""

    @property
    def floor_fen(self) -> int:
        """Lower bound in 分, inclusive."""
        return round(self.floor_wan * WAN)


class TierRule(Frozen):
    """Upgrade at once; so many months below → 关注; so many → fall to the tier of their maximum."""

    watch_after: int = Field(default=3, gt=0)
    fall_after: int = Field(default=6, gt=0)


class Dormancy(Frozen):
    """睡眠 (marketing): AUM at most so much and no active transaction in so many days."""

    aum_at_most_yuan: float = 100
    idle_days: int = Field(default=365, gt=0)


class DormancyRule(Frozen):
    """长期不动户 by a bank's notice, or a rule of compliance; never mixed with the marketing rule."""

    code: Code
    above_yuan: float | None = None
    at_most_yuan: float | None = None
    idle_days: int = Field(gt=0)


class Familiar(Frozen):
    """熟客: two-way contact within so many months and WeChat, a visit or a sale."""

    months: int = Field(default=6, gt=0)


class Merchant(Frozen):
    """Likely merchant: an acquiring flag, or so many receipts in so many days with something to manage behind them.

    Without acquiring data: so much in and out in a month, so many times the balance, in so many transactions.
    """

    receipts: int = Field(default=10, gt=0)
    receipts_days: int = Field(default=30, gt=0)
    receipts_yuan: float = 100
    aum_yuan: float = 20_000
    demand_yuan: float = 10_000
    turnover_yuan: float = 50_000
    turnover_ratio: float = Field(default=5, gt=0)
    turnover_times: int = Field(default=10, gt=0)


class Primary(Frozen):
    """Primary-account score: points for and against, in percent of what the evidence could give; where grades begin.

    Attributes
    ----------
    kinds_at_least
        Of so few kinds of evidence a customer is not judged.
    elsewhere_ratio
        Known assets elsewhere against AUM here from which on a customer of the upper tiers is one to fight for.
    retention_days, retention_low
        Days after payroll, and the share still there from which on down it was only paid through.
    """

    payroll: int = 30
    payroll_months: int = 3
    active: int = 25
    active_txns: int = 6
    autopay: int = 15
    mobile: int = 10
    demand: int = 20
    demand_share: float = 0.1
    same_name_out: int = -30
    pass_through: int = -20
    pass_through_ratio: float = 0.1
    elsewhere_ratio: float = Field(default=1.0, gt=0)
    retention_days: int = Field(default=7, gt=0)
    retention_low: float = 0.1
    strong_from: int = 60
    weak_below: int = 30
    kinds_at_least: int = Field(default=3, gt=0)


class Hidden(Frozen):
    """Hidden value on the lowest tier: inflow or payroll of a month from so much on, or one of these occupations."""

    flow_yuan: float = 20_000
    payroll_yuan: float = 8_000
    sectors: tuple[str, ...] = Field(default=("business", "public"), min_length=1)


class Deposits(Frozen):
    """The limit of 月末偏离度, the steps of the maturity ladder, and how many accounts of each class one may have."""

    deviation_limit: float = Field(default=0.04, gt=0)
    ladder_days: tuple[int, ...] = (30, 90, 180, 365)
    class_limits: tuple[int, int, int] = (1, 5, 5)

    @field_validator("ladder_days")
    @classmethod
    def _rising(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if not days or days[0] <= 0 or any(b <= a for a, b in pairwise(days)):
            raise ValueError("ladder_days: at least one number of days, each above the one before")
        return days


class Units(Frozen):
    """Unit accounts: when one is idle, when it will be 久悬, and the year averages of a base and an effective account.

    Attributes
    ----------
    suspended_months, notice_days
        令〔2003〕5号 Art. 56: still for so long and without debt; so long after the notice it lies in 久悬未取专户.
    soon_days
        Who reaches that time within so many days is told in time.
    near_from
        Share of a line from which on a projected average is near it.
    """

    idle_months: int = Field(default=6, gt=0)
    suspended_months: int = Field(default=12, gt=0)
    notice_days: int = Field(default=30, ge=0)
    soon_days: int = Field(default=90, ge=0)
    base_wan: float = Field(default=10, gt=0)
    effective_wan: float = Field(default=50, gt=0)
    near_from: float = Field(default=0.8, gt=0, lt=1)

    @property
    def lines_fen(self) -> dict[str, int]:
        """基础户 and 有效户: the year average that makes one."""
        return {"base": round(self.base_wan * WAN), "effective": round(self.effective_wan * WAN)}


class Stage(Frozen):
    """One stage of 成长阶段: passed with so many services, product families, or with the assets (1)."""

    code: Code
    measure: Literal["services", "products", "assets"]
    at_least: int = Field(default=1, gt=0)


class Stages(Frozen):
    """The stages in order, and when assets have come: by so large a share of the first ones, and so much."""

    order: tuple[Stage, ...] = (
        Stage(code="dependence", measure="services", at_least=2),
        Stage(code="coverage", measure="products", at_least=3),
        Stage(code="transfer", measure="assets"),
    )
    growth: float = Field(default=0.2, gt=0)
    gain_wan: float = Field(default=1, gt=0)

    @field_validator("order")
    @classmethod
    def _distinct(cls, order: tuple[Stage, ...]) -> tuple[Stage, ...]:
        if not order or len({stage.code for stage in order} | {"none"}) <= len(order):
            raise ValueError("stages.order: at least one stage, each with a code of its own other than none")
        return order


class Evidence(Frozen):
    """When enough is known that a figure, or no row of a table, says something.

    Attributes
    ----------
    coverage_at_least
        From which share of customers on that can be judged a rate is one of them all; below it, it is not printed.
    tolerance_days
        A log may begin so much later than the days that are asked of it, and end so much before the data's date.
    quiet_times
        So many times as long as its rows lie apart on average may it do so, where that is longer.
    gap_days
        Sums of a month are whole where the branch's transactions begin and end so near to its ends.
    """

    coverage_at_least: float = Field(default=0.2, ge=0, le=1)
    tolerance_days: int = Field(default=31, ge=0)
    quiet_times: int = Field(default=3, ge=0)
    gap_days: int = Field(default=10, ge=0)


class Compared(Frozen):
    """How sure a figure is: probabilities of its limits, and how many of the largest customers it is repeated without.

    Attributes
    ----------
    limits
        Of the funnel plot, inner and outer (Spiegelhalter 2005); intervals take the inner.
    leave_out
        Never under ten: what so few hold would tell of one person's balance.
    smallest
        Customers of whom a share, a rate or a quantile is shown by itself; never under ten, for the same reason.
    separation_low
        Share of the differences in AUM below which what explains them is good for a subject and not for an estimate.
    """

    limits: tuple[float, float] = (0.95, 0.998)
    leave_out: tuple[Annotated[int, Field(ge=10)], ...] = (10, 20, 50)
    smallest: int = Field(default=10, ge=10)
    separation_low: float = Field(default=0.1, gt=0, lt=1)

    @field_validator("limits")
    @classmethod
    def _widening(cls, limits: tuple[float, float]) -> tuple[float, float]:
        if not 0 < limits[0] < limits[1] < 1:
            raise ValueError("limits: two probabilities, the second above the first")
        return limits


class KeyProduct(Frozen):
    """A product family that the branch is to sell, and to whom: AUM from so much, an age, segments; left out, no bound.

    What is not known of a customer shuts him out of nothing but the AUM.
    """

    family: Family
    from_wan: float = Field(default=0, ge=0)
    ages: tuple[int, int] | None = None
    segments: tuple[str, ...] = ()


class Offers(Frozen):
    """What may be offered to whom, and what makes a likely buyer.

    Attributes
    ----------
    risk
        Risk level, 1 to 5, of a product family: only to whoever's own level is as high. A family without needs none.
    idle_wan
        Demand money from which on some of it could lie better.
    pair_lift
        Holders of one family hold another so many times as often as all customers do: the one suggests the other.
    """

    risk: dict[Family, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)
    key: tuple[KeyProduct, ...] = ()
    idle_wan: float = Field(default=5, gt=0)
    pair_lift: float = Field(default=1.5, gt=1)

    @field_validator("key")
    @classmethod
    def _once(cls, key: tuple[KeyProduct, ...]) -> tuple[KeyProduct, ...]:
        if len({product.family for product in key}) != len(key):
            raise ValueError("offers.key: a product family stands there once")
        return key


class Funds(Frozen):
    """How many months of transactions are read, and the words that tell what a transaction was for; the first fits."""

    months: int = Field(default=3, gt=0)
    purposes: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Wallet(Frozen):
    """Attainable wallet: the quantile of AUM among customers alike, and when enough of them are alike."""

    quantile: float = Field(default=0.9, gt=0.5, lt=1)
    smallest_cell: int = Field(default=30, gt=1)
    ages: tuple[int, ...] = (30, 45, 60)
    incomes_wan: tuple[float, ...] = (6, 12, 30)
