"""Thresholds of a profile, typed: what the words of a report mean in numbers.

None of them is a constant in code. A profile in ``templates/profiles`` gives the defaults of a kind of bank, an
engagement overrides them, and each report prints those that it used (口径).
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kit.errors import language

__all__ = [
    "Allocation",
    "Cadence",
    "Checks",
    "Clause",
    "Compared",
    "Contact",
    "ContactClass",
    "ContactCode",
    "ControlTotal",
    "Deposits",
    "Dormancy",
    "DormancyRule",
    "Familiar",
    "FlowStep",
    "Funds",
    "Grade",
    "Hidden",
    "IntentGrade",
    "KeyProduct",
    "Merchant",
    "Messages",
    "Offers",
    "Params",
    "Practice",
    "Primary",
    "SegmentRule",
    "Segments",
    "Stage",
    "Stages",
    "Tier",
    "TierRule",
    "Units",
    "Wallet",
]

YUAN, WAN = 100, 1_000_000  # 分 in 1 元, in 1 万元
FEWEST_SEGMENTS, MOST_SEGMENTS = 4, 8  # 一般分成4-8个客群即可
Family = Literal["demand", "time", "structured", "wmp", "fund", "insurance", "bond", "gold", "custody", "loan", "card"]


def _said(zh: str, en: str) -> str:
    return zh if language() == "zh" else en


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(_Frozen):
    """One rung of the ladder: [floor, next floor)."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    floor_wan: float = Field(ge=0)
    roles: tuple[str, ...] = ()
    strategy: str = ""

    @property
    def floor_fen(self) -> int:
        """Lower bound in 分, inclusive."""
        return round(self.floor_wan * WAN)


class TierRule(_Frozen):
    """Upgrade at once; so many months below → 关注; so many → fall to the tier of their maximum."""

    watch_after: int = Field(default=3, gt=0)
    fall_after: int = Field(default=6, gt=0)


class Dormancy(_Frozen):
    """睡眠 (marketing): AUM at most so much and no active transaction in so many days."""

    aum_at_most_yuan: float = 100
    idle_days: int = Field(default=365, gt=0)


class DormancyRule(_Frozen):
    """长期不动户 by a bank's notice, or a rule of compliance; never mixed with the marketing rule."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    above_yuan: float | None = None
    at_most_yuan: float | None = None
    idle_days: int = Field(gt=0)


class Familiar(_Frozen):
    """熟客: two-way contact within so many months and WeChat, a visit or a sale."""

    months: int = Field(default=6, gt=0)


class Merchant(_Frozen):
    """Likely merchant: an acquiring flag, or many receipts with something to manage behind them.

    Without acquiring data: so much in and out in a month, so many times the balance, in so many transactions.
    """

    receipts_30d: int = 10
    receipts_yuan: float = 100
    aum_yuan: float = 20_000
    demand_yuan: float = 10_000
    turnover_yuan: float = 50_000
    turnover_ratio: float = Field(default=5, gt=0)
    turnover_times: int = Field(default=10, gt=0)


class Primary(_Frozen):
    """Primary-account score: points for and against, and where a grade begins.

    Attributes
    ----------
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


class Hidden(_Frozen):
    """Hidden value on the lowest tier: inflow or payroll of a month from so much on, or one of these occupations."""

    flow_yuan: float = 20_000
    payroll_yuan: float = 8_000
    sectors: tuple[str, ...] = Field(default=("business", "public"), min_length=1)


class Clause(_Frozen):
    """What must be true of a customer, all of it; what is left out does not matter, what is unknown is not true."""

    age_from: int | None = None
    age_to: int | None = None
    gender: str | None = None
    sector: str | None = None
    children: bool = False
    payroll: bool = False
    merchant: bool = False


class SegmentRule(_Frozen):
    """One segment: whoever fits any of the clauses; ``suited`` are the product families to speak of with him."""

    code: str = Field(min_length=1)
    any_of: tuple[Clause, ...] = ()
    suited: tuple[Family, ...] = ()


class Segments(_Frozen):
    """The rules of the segments in their order, and the words that tell occupations, hobbies and channels.

    Attributes
    ----------
    rules
        Four to eight; the first that fits wins. The last has no clause: it takes whom no other fits.
    hobbies, channels
        Theme of an event, and way to the bank, with the words that tell it.
    small_cell
        Customers of one segment with one owner below which no batch is worth its preparation.
    """

    rules: tuple[SegmentRule, ...]
    occupations: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unknown_occupations: tuple[str, ...] = ()
    hobbies: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    channels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    small_cell: int = Field(default=10, gt=0)

    @field_validator("rules")
    @classmethod
    def _batches(cls, rules: tuple[SegmentRule, ...]) -> tuple[SegmentRule, ...]:
        if not FEWEST_SEGMENTS <= len(rules) <= MOST_SEGMENTS:
            zh = f"{FEWEST_SEGMENTS} 至 {MOST_SEGMENTS} 个客群，现为 {len(rules)} 个"
            raise ValueError(_said(zh, f"{FEWEST_SEGMENTS} to {MOST_SEGMENTS} segments, not {len(rules)}"))
        if len(set(_codes(rules))) != len(rules):
            raise ValueError(_said("各不相同的客群 code", "segments whose codes differ"))
        if rules[-1].any_of or not all(rule.any_of for rule in rules[:-1]):
            zh = "每个客群都写 any_of，只有最后一个不写：它收容其余客户"
            raise ValueError(_said(zh, "any_of in every segment but the last, which takes the rest"))
        if any(clause == Clause() for rule in rules for clause in rule.any_of):
            raise ValueError(_said("每条 any_of 至少有一个条件", "at least one condition in each any_of"))
        return rules

    @model_validator(mode="after")
    def _sectors(self) -> Segments:
        asked = {clause.sector for rule in self.rules for clause in rule.any_of} - {None, "other", "unknown"}
        if unknown := sorted(str(sector) for sector in asked - set(self.occupations)):
            known = ", ".join(self.occupations)
            zh = f"rules 里的 sector 都出自 occupations（{known}），没有 {unknown[0]}"
            raise ValueError(_said(zh, f"sectors of the rules that are in occupations ({known}), not {unknown[0]}"))
        return self

    def codes(self) -> tuple[str, ...]:
        """Segments in the order of their rules."""
        return _codes(self.rules)

    @property
    def rest(self) -> str:
        """其他/待识别: the segment of those whom no rule fits."""
        return self.rules[-1].code


def _codes(rules: tuple[SegmentRule, ...]) -> tuple[str, ...]:
    return tuple(rule.code for rule in rules)


class Allocation(_Frozen):
    """分户: which claim on a customer comes first, and the bounds of an even load.

    Attributes
    ----------
    order
        A customer has one claim, the first that fits him: to stay with an owner who is there and may keep him, one of
        the four rules, or to come to who assists him already. The earlier it stands, the more it weighs.
    managers, counter
        Roles that rules 1 and 3, and rule 2, give customers to.
    floor
        Tier from which on a customer won outside is fit for rule 3; the second, if not said.
    count_within, assets_within
        How far an owner may be from the fair share of his role, which is by capacity where the bank gives it.
    moves_at_most
        Share of the customers whom an owner may keep that he gives up at most.
    evenness
        Weight of an even load against that of the first claim, which is 1.
    family_at_most
        A household number of more customers than that is no family.
    """

    order: tuple[Literal["kept", "R1", "R2", "R3", "R4", "assisting"], ...] = (
        "kept", "R1", "R2", "R3", "R4", "assisting",
    )  # fmt: skip
    managers: tuple[str, ...] = ("支局长", "理财经理", "贵宾理财经理")
    counter: tuple[str, ...] = ("高柜柜员", "大堂经理")
    floor: str = ""
    count_within: float = Field(default=0.2, gt=0, lt=1)
    assets_within: float = Field(default=0.3, gt=0, lt=1)
    moves_at_most: float = Field(default=0.2, ge=0, le=1)
    evenness: float = Field(default=0.05, ge=0, lt=1)
    family_at_most: int = Field(default=8, gt=1)

    @field_validator("order")
    @classmethod
    def _once(cls, order: tuple[str, ...]) -> tuple[str, ...]:
        if not order or len(set(order)) != len(order):
            raise ValueError("allocation.order: each claim stands there once")
        return order


class Grade(_Frozen):
    """Weights of the four factors of the service grade and the score at which each grade begins.

    A factor whose columns the bank did not send drops out, and the others carry its weight.
    """

    assets: int = Field(default=40, ge=0)
    contribution: int = Field(default=20, ge=0)
    relation: int = Field(default=20, ge=0)
    potential: int = Field(default=20, ge=0)
    a_from: int = 70
    b_from: int = 50
    c_from: int = 30

    @model_validator(mode="after")
    def _falling(self) -> Grade:
        if not self.a_from > self.b_from > self.c_from:
            raise ValueError(_said("a_from > b_from > c_from", "a_from above b_from above c_from"))
        if not self.weights["assets"]:
            raise ValueError(_said("assets 的权重大于 0：只有它一定有数据", "a weight of assets above 0: always known"))
        return self

    @property
    def weights(self) -> dict[str, int]:
        """Factor → its weight."""
        return {name: getattr(self, name) for name in ("assets", "contribution", "relation", "potential")}


class Cadence(_Frozen):
    """Customers of at least so much are to be contacted at least every so many days."""

    from_wan: float
    every_days: int = Field(gt=0)


ContactCode = Literal["maturity", "special_day", "movement", "intent", "upgrade", "new", "care", "recover"]


class ContactClass(_Frozen):
    """One of the eight classes of occasion for a contact.

    Attributes
    ----------
    period
        What the bank plans this class by.
    within_days
        Before a special day or a maturity: from so many days on. All others: due so many days after it is seen.
    again_days
        Not before so many days have passed since the last contact.
    """

    code: ContactCode
    period: Literal["day", "week", "month"]
    within_days: int = Field(gt=0)
    again_days: int = Field(default=0, ge=0)


class IntentGrade(_Frozen):
    """One grade of intent: when the customer will close, and what it does to the days between two contacts.

    Attributes
    ----------
    closes_months
        Within so many months; None for later, or nobody knows.
    at_most_days, longer_days
        The interval is shortened to so many days, or made so many longer. Who was never graded keeps his interval.
    follow_up
        Whether the grade is an occasion of its own (意向客户).
    """

    code: Literal["A", "B", "C", "D"]
    closes_months: int | None = Field(default=None, gt=0)
    at_most_days: int | None = Field(default=None, gt=0)
    longer_days: int = Field(default=0, ge=0)
    follow_up: bool = False

    @model_validator(mode="after")
    def _followed(self) -> IntentGrade:
        if self.follow_up and not (self.at_most_days and self.closes_months):
            zh = f"{self.code}：follow_up 要同时写 at_most_days 和 closes_months"
            raise ValueError(_said(zh, f"{self.code}: follow_up with both at_most_days and closes_months"))
        return self


class Contact(_Frozen):
    """Contact plan: horizon, capacity, the eight classes in the order in which they claim a day, and the cadence.

    Attributes
    ----------
    order
        A first contact is a call and then an SMS, or the other way round.
    daily_sms
        SMS that an owner writes a day to those who may not be called; they take no call's place.
    merge_days
        What falls so close behind another contact of the customer is spoken of in that one.
    familiar_days
        熟客 are contacted at least so often, whatever they hold; None for no difference.
    festivals, festival_days
        Holidays of the Chinese calendar before which the upper tiers are greeted, from so many days on.
    success_outcomes, success_auc
        A model of likely success is made from at least so many successes and as many failures, and orders the plan
        where it tells held-out customers apart so well.
    """

    weeks: int = Field(default=8, gt=0, le=53)
    daily_contacts: int = Field(default=15, gt=0)
    daily_sms: int = Field(default=50, gt=0)
    order: Literal["call_first", "sms_first"] = "call_first"
    classes: tuple[ContactClass, ...] = (
        ContactClass(code="maturity", period="day", within_days=7),
        ContactClass(code="special_day", period="day", within_days=3),
        ContactClass(code="movement", period="day", within_days=7, again_days=14),
        ContactClass(code="intent", period="week", within_days=7),
        ContactClass(code="upgrade", period="week", within_days=28, again_days=28),
        ContactClass(code="new", period="week", within_days=56),
        ContactClass(code="care", period="month", within_days=28),
        ContactClass(code="recover", period="month", within_days=56, again_days=91),
    )
    intents: tuple[IntentGrade, ...] = (
        IntentGrade(code="A", closes_months=1, at_most_days=7, follow_up=True),
        IntentGrade(code="B", closes_months=3, at_most_days=14, follow_up=True),
        IntentGrade(code="C", closes_months=6, at_most_days=60),
        IntentGrade(code="D", longer_days=30),
    )
    merge_days: int = Field(default=7, ge=0)
    maturity_days: int = Field(default=30, gt=0)
    movement_yuan: float = 50_000
    movement_share: float = 0.2
    movement_days: int = Field(default=30, gt=0)
    new_days: int = Field(default=90, ge=0)
    festivals: tuple[Literal["Spring Festival", "Mid-autumn Festival", "Dragon Boat Festival"], ...] = (
        "Spring Festival",
        "Mid-autumn Festival",
    )
    festival_days: int = Field(default=14, gt=0)
    cadence: tuple[Cadence, ...] = (
        Cadence(from_wan=1000, every_days=30),
        Cadence(from_wan=100, every_days=91),
        Cadence(from_wan=0, every_days=182),
    )
    familiar_days: int | None = Field(default=30, gt=0)
    success_outcomes: int = Field(default=100, gt=0)
    success_auc: float = Field(default=0.6, ge=0.5, lt=1)

    @model_validator(mode="after")
    def _complete(self) -> Contact:
        for name, items, codes in (
            ("classes", self.classes, get_args(ContactCode)),
            ("intents", self.intents, ("A", "B", "C", "D")),
        ):
            if sorted(item.code for item in items) != sorted(codes):
                listed = ", ".join(codes)
                raise ValueError(_said(f"{name} 里 {listed} 各一次", f"{name}: each of {listed} once"))
        if self.of("maturity").within_days * 2 >= self.maturity_days:
            zh = "maturity_days 大于 maturity 的 within_days 的两倍"
            raise ValueError(_said(zh, "maturity_days above twice within_days of maturity"))
        return self

    def of(self, code: str) -> ContactClass:
        """The class with this code."""
        return next(each for each in self.classes if each.code == code)


class Messages(_Frozen):
    """短信: whether the bank's name stands in front (【…】), and whether the customer is told how to refuse more."""

    signature: bool = True
    opt_out: bool = False


class Checks(_Frozen):
    """What the checks of the extracts call a finding; none of them stops a run.

    Attributes
    ----------
    sum_tolerance
        Share of a stated sum by which what was found may differ.
    code_jump
        Change in the share of a code from one month, or file, to the next.
    code_rows
        Rows that a code is expected to have before its appearance or absence means anything.
    panel_jump
        Change in the number of customers of a branch from one month to the next.
    unit_share
        Share of a file's rows at one to ten thousand from which on the file's unit is doubted, not its rows.
    default_codes
        Words that fill a field and say nothing: the field counts as missing.
    """

    sum_tolerance: float = Field(default=0.001, ge=0, lt=1)
    code_jump: float = Field(default=0.1, gt=0, lt=1)
    code_rows: int = Field(default=10, gt=0)
    panel_jump: float = Field(default=0.2, gt=0)
    unit_share: float = Field(default=0.5, gt=0, le=1)
    default_codes: tuple[str, ...] = ("其他", "不便分类", "未知", "待完善", "不详", "未填")


class Deposits(_Frozen):
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


class Units(_Frozen):
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


class Stage(_Frozen):
    """One stage of 成长阶段: passed with so many services, product families, or with the assets (1)."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    measure: Literal["services", "products", "assets"]
    at_least: int = Field(default=1, gt=0)


class Stages(_Frozen):
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


class Compared(_Frozen):
    """How sure a figure is: probabilities of its limits, and how many of the largest customers it is repeated without.

    Attributes
    ----------
    limits
        Of the funnel plot, inner and outer (Spiegelhalter 2005); intervals take the inner.
    leave_out
        Never under ten: what so few hold would tell of one person's balance.
    """

    limits: tuple[float, float] = (0.95, 0.998)
    leave_out: tuple[Annotated[int, Field(ge=10)], ...] = (10, 20, 50)

    @field_validator("limits")
    @classmethod
    def _widening(cls, limits: tuple[float, float]) -> tuple[float, float]:
        if not 0 < limits[0] < limits[1] < 1:
            raise ValueError("limits: two probabilities, the second above the first")
        return limits


class KeyProduct(_Frozen):
    """A product family that the branch is to sell, and to whom: AUM from so much, an age, segments; left out, no bound.

    What is not known of a customer shuts him out of nothing but the AUM.
    """

    family: Family
    from_wan: float = Field(default=0, ge=0)
    ages: tuple[int, int] | None = None
    segments: tuple[str, ...] = ()


class Offers(_Frozen):
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


class Funds(_Frozen):
    """How many months of transactions are read, and the words that tell what a transaction was for; the first fits."""

    months: int = Field(default=3, gt=0)
    purposes: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Practice(_Frozen):
    """What is read of the logs of contacts, sales and events, and how near what belongs together lies.

    Attributes
    ----------
    months
        How far the logs are read back.
    sms_days
        So many days before or after a first contact an SMS still is its SMS.
    warm_days
        A call so many days after an SMS was announced by it.
    hang_up_days
        So long nobody calls again who has hung up.
    visit_days, settle_days
        A visit so long after an invitation came of it; so long after a maturity it is plain what became of the money.
    kept_from
        Share of what he held before a maturity with which a customer has kept his money.
    fewest
        Cases from which on a rate stands by itself; with fewer it is shown shrunk alone.
    steps
        Steps with the words that tell them in the log; the first that fits.
    """

    months: int = Field(default=12, gt=0)
    sms_days: int = Field(default=1, ge=0)
    warm_days: int = Field(default=7, gt=0)
    hang_up_days: int = Field(default=90, gt=0)
    visit_days: int = Field(default=30, ge=0)
    settle_days: int = Field(default=30, ge=0)
    kept_from: float = Field(default=0.9, gt=0, le=1)
    fewest: int = Field(default=30, gt=0)
    steps: dict[str, tuple[str, ...]] = Field(
        default={
            "establish": ("建立联系", "首次联系", "认领"),
            "survey": ("需求排查", "KYC"),
            "invite": ("邀约", "邀请"),
            "meet": ("面谈", "面访"),
            "propose": ("方案", "产品配置", "资产配置"),
            "close": ("成交", "促成"),
            "follow": ("售后", "跟踪"),
            "refer": ("转介",),
            "maturity": ("到期",),
            "special_day": ("特殊日", "生日", "节日"),
        }
    )


class FlowStep(_Frozen):
    """One step of the management of customers: what tells that it is done, and the bank's own name for it, if any."""

    measure: Literal[
        "owned", "segmented", "surveyed", "planned", "contacted", "texted",
        "invited", "met", "proposed", "closed", "followed", "referred",
    ]  # fmt: skip
    name: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, said: Any) -> Any:
        return {"measure": said} if isinstance(said, str) else said

    @property
    def code(self) -> str:
        """Its name, or what it is measured by."""
        return self.name or self.measure


def _steps(*measures: str) -> tuple[FlowStep, ...]:
    return tuple(FlowStep.model_validate(measure) for measure in measures)


class Wallet(_Frozen):
    """Attainable wallet: the quantile of AUM among customers alike, and when enough of them are alike."""

    quantile: float = Field(default=0.9, gt=0.5, lt=1)
    smallest_cell: int = Field(default=30, gt=1)
    ages: tuple[int, ...] = (30, 45, 60)
    incomes_wan: tuple[float, ...] = (6, 12, 30)


class ControlTotal(_Frozen):
    """A figure of the bank's own: rows of a table, or the sum of a money column at its latest date, in 分."""

    table: str
    column: str = ""
    stated: int


class Params(_Frozen):
    """Every threshold of one engagement."""

    profile: str = "rural-postal"
    as_of: date | None = None
    aum_basis: Literal["month_average", "spot", "quarter_average", "year_average"] = "month_average"
    top_share_of_customers: float = Field(default=0.2, gt=0, lt=1)
    share_of_aum: float = Field(default=0.8, gt=0, lt=1)
    findings: int = Field(default=5, gt=0)  # of the summary
    critical_from: float = Field(default=0.9, gt=0, lt=1)
    tiers: tuple[Tier, ...]
    segments: Segments
    tier_rule: TierRule = TierRule()
    dormancy: Dormancy = Dormancy()
    dormancy_rules: tuple[DormancyRule, ...] = ()
    familiar: Familiar = Familiar()
    merchant: Merchant = Merchant()
    primary: Primary = Primary()
    hidden: Hidden = Hidden()
    allocation: Allocation = Allocation()
    grade: Grade = Grade()
    contact: Contact = Contact()
    messages: Messages = Messages()
    deposits: Deposits = Deposits()
    units: Units = Units()
    stages: Stages = Stages()
    flow: tuple[FlowStep, ...] = Field(
        default=_steps("owned", "segmented", "surveyed", "planned", "contacted"), min_length=1
    )
    flow_after: tuple[FlowStep, ...] = _steps("invited", "met", "proposed", "closed", "followed", "referred")
    practice: Practice = Practice()
    offers: Offers = Offers()
    funds: Funds = Funds()
    wallet: Wallet = Wallet()
    checks: Checks = Checks()
    compared: Compared = Compared()

    @field_validator("tiers")
    @classmethod
    def _ladder(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        floors = [tier.floor_wan for tier in tiers]
        if len(tiers) < 2 or floors[0] != 0 or any(b <= a for a, b in pairwise(floors)):
            raise ValueError("at least two tiers, the first from 0, each floor above the one before")
        if len({tier.code for tier in tiers}) != len(tiers):
            raise ValueError("tier codes must differ")
        return tiers

    @field_validator("flow", "flow_after")
    @classmethod
    def _steps_differ(cls, steps: tuple[FlowStep, ...]) -> tuple[FlowStep, ...]:
        if len({step.code for step in steps}) != len(steps):
            raise ValueError(_said("每个环节只写一次", "each step once"))
        return steps

    @model_validator(mode="after")
    def _grades(self) -> Params:
        if self.primary.weak_below > self.primary.strong_from:
            raise ValueError("primary.weak_below must not exceed primary.strong_from")
        if self.allocation.floor not in ("", *self.tier_codes()):
            raise ValueError(f"allocation.floor: one of the tiers {', '.join(self.tier_codes())}")
        if self.tier_rule.watch_after > self.tier_rule.fall_after:
            raise ValueError("tier_rule.watch_after must not exceed tier_rule.fall_after")
        return self

    @property
    def day(self) -> date:
        """The as-of date; it is settled before any analysis runs."""
        if self.as_of is None:
            raise ValueError("as_of is not settled")
        return self.as_of

    def tier_codes(self) -> tuple[str, ...]:
        """Tier codes, lowest first."""
        return tuple(tier.code for tier in self.tiers)

    def upper_tiers(self) -> tuple[str, ...]:
        """The upper half of the ladder: the customers whom other banks compete for."""
        codes = self.tier_codes()
        return codes[len(codes) // 2 :]
