"""How the customers are managed: owners, grades, contact, messages, and the steps of the work."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from kit.messages import message
from kit.params.base import Frozen


class Allocation(Frozen):
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


class Grade(Frozen):
    """Weights of the four factors of the service grade and the score at which each grade begins.

    A factor whose columns the bank did not send drops out, and the others carry its weight. With so many product
    families as ``most_products`` a relation is as deep as holdings can make it.
    """

    assets: int = Field(default=40, ge=0)
    contribution: int = Field(default=20, ge=0)
    relation: int = Field(default=20, ge=0)
    potential: int = Field(default=20, ge=0)
    a_from: int = 70
    b_from: int = 50
    c_from: int = 30
    most_products: int = Field(default=5, gt=0)

    @model_validator(mode="after")
    def _falling(self) -> Grade:
        if not self.a_from > self.b_from > self.c_from:
            raise ValueError(message("params.grades"))
        if not self.weights["assets"]:
            raise ValueError(message("params.weight"))
        return self

    @property
    def weights(self) -> dict[str, int]:
        """Factor → its weight."""
        return {name: getattr(self, name) for name in ("assets", "contribution", "relation", "potential")}


class Cadence(Frozen):
    """Customers of at least so much are to be contacted at least every so many days."""

    from_wan: float
    every_days: int = Field(gt=0)


ContactCode = Literal["maturity", "special_day", "movement", "intent", "upgrade", "new", "care", "recover"]


WAITING = ("movement", "upgrade", "new", "recover")  # classes that may be spoken of again only after a while


class ContactClass(Frozen):
    """One of the eight classes of occasion for a contact.

    Attributes
    ----------
    period
        What the bank plans this class by.
    within_days
        Before a special day or a maturity: from so many days on. All others: due so many days after it is seen.
    again_days
        Not before so many days have passed since the last contact; of the classes of `WAITING` alone.
    """

    code: ContactCode
    period: Literal["day", "week", "month"]
    within_days: int = Field(gt=0)
    again_days: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _waits(self) -> ContactClass:
        if self.again_days and self.code not in WAITING:
            raise ValueError(message("params.waits", codes=", ".join(WAITING)))
        return self


class IntentGrade(Frozen):
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
            raise ValueError(message("params.follow_up", code=self.code))
        return self


class Contact(Frozen):
    """Contact plan: horizon, capacity, the eight classes in the order in which they claim a day, and the cadence.

    Attributes
    ----------
    order
        A first contact is a call and then an SMS, or the other way round.
    daily_sms
        SMS that an owner writes a day to those who are not called; they take no call's place.
    message_only
        Who is written to and takes no call but on a day that was agreed: dormant customers, and those below the value
        floor (ineffective).
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
    message_only: tuple[Literal["dormant", "ineffective"], ...] = ("dormant", "ineffective")
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
                raise ValueError(message("params.each_once", name=name, codes=", ".join(codes)))
        if self.of("maturity").within_days * 2 >= self.maturity_days:
            raise ValueError(message("params.maturity"))
        return self

    def of(self, code: str) -> ContactClass:
        """The class with this code."""
        return next(each for each in self.classes if each.code == code)


class Messages(Frozen):
    """短信: whether the bank's name stands in front (【…】), and whether the customer is told how to refuse more."""

    signature: bool = True
    opt_out: bool = False


StepCode = Literal[
    "establish", "survey", "invite", "meet", "propose", "close", "follow", "refer", "maturity", "special_day"
]


class Practice(Frozen):
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
    refers_often
        Customers brought from which on somebody brings them again and again.
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
    refers_often: int = Field(default=3, gt=1)
    fewest: int = Field(default=30, gt=0)
    steps: dict[StepCode, tuple[str, ...]] = Field(
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


class FlowStep(Frozen):
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


def steps(*measures: str) -> tuple[FlowStep, ...]:
    """Steps under the names of what they measure."""
    return tuple(FlowStep.model_validate(measure) for measure in measures)
