"""Every named quantity of a branch a second time: from the bank's book, by the written definitions, in plain pandas.

Nothing here is imported from ``kit`` or copied from it: that the two agree says that both read the definitions alike.
The numbers are those of the definitions; the ladder and the rules of the segments are the profile's YAML. Who keeps
whom and what is planned are read as they were decided, and counted.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

WAN, YUAN = 1_000_000, 100
UNKNOWN = "unknown"
FAMILIES = {
    "demand": ("demand_spot_fen",), "time": ("time_spot_fen", "cd_spot_fen"), "structured": ("structured_spot_fen",),
    "wmp": ("wmp_spot_fen",), "fund": ("fund_spot_fen",), "insurance": ("insurance_spot_fen",),
    "bond": ("bond_spot_fen",), "gold": ("gold_spot_fen",), "custody": ("custody_spot_fen",),
    "loan": ("loan_spot_fen",),
}  # fmt: skip
SERVICES = ("has_payroll", "has_autopay", "has_mobile_bank", "has_quickpay", "has_social_card", "merchant_flag")
TWO_WAY = ("接通", "已回复", "已见面")


@dataclass(frozen=True)
class Bank:
    """The book of a bank, what was decided on it, its profile, and the printing day that deadlines count from."""

    tables: Mapping[str, pd.DataFrame]
    profile: Mapping[str, Any]
    printed: pd.Timestamp

    @classmethod
    def read(cls, data: Path, profile: Path) -> "Bank":
        """The bank of a run's folder ``data``."""
        tables = {path.stem: _table(path) for path in data.glob("book/*.parquet")}
        made = {"decided": _table(data / "assignment.parquet"), "plan": _table(data / "plan.parquet")}
        asked = json.loads((data / "context.json").read_text(encoding="utf-8"))["params"]
        printed = pd.Timestamp(asked.get("printed") or asked["as_of"])
        return cls(tables | made, yaml.safe_load(profile.read_text(encoding="utf-8")), printed)

    @cached_property
    def day(self) -> pd.Timestamp:
        """The data date: the last month-end of the months."""
        return self.tables["customer_month"]["as_of"].max()

    @cached_property
    def floors(self) -> list[int]:
        """The floor of each tier in 分, lowest first."""
        return [round(tier["floor_wan"] * WAN) for tier in self.profile["tiers"]]

    @property
    def value_floor(self) -> int:
        """价值客户: at or above the second rung's floor."""
        return self.floors[1]

    def rank(self, aum: pd.Series) -> pd.Series:
        """Rung of [low, high) of an amount; debts are on the lowest."""
        rungs = np.searchsorted(self.floors, aum.fillna(0).clip(lower=0), side="right") - 1
        return pd.Series(rungs, index=aum.index, dtype="Int64").mask(aum.isna())

    def months(self, column: str) -> pd.DataFrame:
        """A row a customer and a column a month, of what the months have."""
        months = self.tables["customer_month"]
        return months.pivot(index="customer_id", columns="as_of", values=column).sort_index(axis=1)

    @cached_property
    def now(self) -> pd.DataFrame:
        """The month of the data date, a row a customer of the list; nothing where his row is not there."""
        months, listed = self.tables["customer_month"], self.tables["customer"]["customer_id"]
        return months[months["as_of"] == self.day].set_index("customer_id").reindex(listed)

    @cached_property
    def people(self) -> pd.DataFrame:
        """A row a customer with whatever is said of him."""
        customers = self.tables["customer"]
        found = customers[customers["open_date"].isna() | (customers["open_date"] <= self.day)].set_index("customer_id")
        for column in (aum, tier, owner, dormant, merchant, families, primary, contacted, familiar, fitting, stage):
            told = column(self, found)
            found = found.join(told if isinstance(told, pd.DataFrame) else told.rename(column.__name__), how="left")
        return found


def _table(path: Path) -> pd.DataFrame:
    table = pd.read_parquet(path)
    dates = [name for name in table if name in {"as_of", "date", "due"} or name.endswith("_date")]
    return table.assign(**{name: pd.to_datetime(table[name]) for name in dates})


# What is said of a customer.


def aum(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """AUM: the month average at the data date."""
    return bank.now["aum_avg_month_fen"].astype("Int64")


def tier(bank: Bank, people: pd.DataFrame) -> pd.DataFrame:
    """Tier held: up at once; three months in a row below are 关注; three more, down to that of the six's highest."""
    ranks = bank.rank(bank.months("aum_avg_month_fen").stack()).unstack().astype("float64")
    held = ranks.T.rolling(6, min_periods=1).max().T
    last = {"held": held.iloc[:, -1], "held_first": ranks.iloc[:, 0], "late": ranks.iloc[:, -3:].max(axis=1)}
    return pd.DataFrame(last).astype("Int64").assign(watched=last["late"] < last["held"])


def owner(bank: Bank, people: pd.DataFrame) -> pd.DataFrame:
    """Main owner, and whether he is none: nobody, a virtual one, or one who left (the lowest number of several)."""
    rows = bank.tables["assignment"]
    main = rows[rows["owner_type"].fillna("主办").eq("主办") & ~(rows["assign_date"] > bank.day)]
    staff = bank.tables["staff"].set_index("staff_id")
    gone = staff["is_virtual"].fillna(False).astype(bool) | staff["staff_status"].str.contains("离职", na=False)
    by = main.groupby("customer_id")["staff_id"]
    owners = by.min().reindex(people.index)
    nobody = owners.isna() | owners.map(gone).fillna(False).astype(bool)
    return pd.DataFrame({
        "owner": owners.mask(nobody), "role": owners.mask(nobody).map(staff["role"]),
        "owners": by.nunique().reindex(people.index).fillna(0), "orphan": nobody.astype("boolean"),
    })  # fmt: skip


def dormant(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """睡眠: AUM ≤ ¥100 and no active transaction in 365 days, by the months or the transactions, the later."""
    moves = bank.tables["txn"]
    moves = moves[moves["is_active_txn"].fillna(False).astype(bool) & (moves["txn_date"] <= bank.day)]
    seen = pd.concat([bank.now["last_active_date"], moves.groupby("customer_id")["txn_date"].max()], axis=1).max(axis=1)
    idle = (bank.day - seen.reindex(people.index)).dt.days
    return (idle >= 365).astype("boolean").mask(idle.isna()) & (people["aum"] <= 100 * YUAN)


def merchant(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """疑似商户: the flag; or ≥10 receipts of ≥¥100 in 30 days, plus AUM ≥2万 or demand ≥1万."""
    moves = bank.tables["txn"]
    recent = (moves["txn_date"] <= bank.day) & (moves["txn_date"] > bank.day - pd.Timedelta(days=30))
    received = moves[recent & moves["channel"].eq("收单") & moves["direction"].eq("贷")]
    sums = received.groupby("customer_id")["amount_fen"].agg(["size", "sum"]).reindex(people.index).fillna(0)
    many = ((sums["size"] >= 10) & (sums["sum"] >= 100 * YUAN)).astype("boolean")
    behind = (people["aum"] >= 2 * WAN) | (bank.now["demand_avg_month_fen"] >= WAN).astype("boolean")
    return bank.now["merchant_flag"].astype("boolean") | (many & behind)


def families(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """Product families held, of those that the bank sends: a balance above zero, or a card."""
    sent = [[name for name in columns if name in bank.now] for columns in FAMILIES.values()]
    held = [(bank.now[columns].fillna(0) > 0).any(axis=1) for columns in sent if columns]
    return sum(each.astype(int) for each in [*held, bank.now["credit_card"].fillna(False).astype(bool)])


def primary(bank: Bank, people: pd.DataFrame) -> pd.DataFrame:
    """主账户: points over the evidence present ÷ what it could give; *elsewhere* only by evidence against."""
    now, out = bank.now, bank.now["outflow_fen"]
    passing = now["pass_through"].astype("boolean") | (now["aum_avg_month_fen"] / out.where(out > 0) < 0.1)
    away = now["same_name_out"].astype("boolean")
    demand = now["demand_avg_month_fen"].div(now["deposit_avg_month_fen"].where(now["deposit_avg_month_fen"] > 0))
    pro = {
        30: now["payroll_months"] >= 3, 25: now["txn_count"] >= 6, 15: now["has_autopay"],
        10: now["has_mobile_bank"], 20: demand >= 0.1,
    }  # fmt: skip
    points = sum(points * holds.astype(float) for points, holds in pro.items())
    score = (points - 30 * away.astype(float) - 20 * passing.astype(float)) * 100 / sum(pro)
    known = (now["other_bank_assets_fen"] >= people["aum"].clip(lower=0)) & now["other_bank_assets_fen"].gt(0)
    return pd.DataFrame({
        "strong": (score >= 60).astype("boolean").mask(score.isna()),
        "elsewhere": ((score < 30) & (away | passing)) | known.fillna(False).astype(bool),
    })  # fmt: skip


def contacted(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """Whether anybody contacted him in the twelve months; a log that was sent says no where it has no row."""
    log = bank.tables["contact"]
    recent = log[log["contact_date"] > bank.day - pd.DateOffset(months=12)]
    return pd.Series(people.index.isin(recent["customer_id"]), index=people.index).astype("boolean")


def familiar(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """熟客: two-way contact in six months with the present owner and (WeChat or visit or sale); without owner no."""
    start, log, sales = bank.day - pd.DateOffset(months=6), bank.tables["contact"], bank.tables["sale"]
    own = log[(log["contact_date"] > start) & log["contact_result"].isin(TWO_WAY)]
    own = own[own["staff_id"] == own["customer_id"].map(people["owner"])]
    visits = own.loc[own["contact_type"] == "上门", "customer_id"]
    sold = sales.loc[(sales["deal_date"] > start) & (sales["deal_date"] <= bank.day), "customer_id"]
    close = people["wechat_added"].astype("boolean") | people.index.isin(visits) | people.index.isin(sold)
    return ~people["orphan"] & people.index.isin(own["customer_id"]) & close


def fitting(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """How many rules of the segments fit; what is unknown is not true."""
    before = (people["birth_date"].dt.month * 100 + people["birth_date"].dt.day) > bank.day.month * 100 + bank.day.day
    age = bank.day.year - people["birth_date"].dt.year - before
    rules = bank.profile["segments"]
    words = {UNKNOWN: rules["unknown_occupations"], **rules["occupations"]}
    sector = (
        people["occupation"]
        .fillna("")
        .map(lambda said: next((code for code, of in words.items() if any(word in said for word in of)), ""))
    )
    holds: Mapping[str, Callable[[Any], pd.Series]] = {
        "age_from": lambda least: age >= least, "age_to": lambda most: age <= most,
        "sector": lambda code: sector == code, "merchant": lambda _: people["merchant"].fillna(False).astype(bool),
        "payroll": lambda _: bank.now["payroll_months"] >= 3,
        "children": lambda _: ~people["children"].fillna("无").isin(["无", "0"]),
    }  # fmt: skip
    fits = [
        reduce(or_, [reduce(and_, [holds[what](told) for what, told in clause.items()]) for clause in rule["any_of"]])
        for rule in rules["rules"][:-1]
    ]
    return sum(each.astype(int) for each in fits)


def stage(bank: Bank, people: pd.DataFrame) -> pd.Series:
    """Whether all three stages are reached: two services, three families, assets that came or stay high."""
    first = bank.months("aum_avg_month_fen").iloc[:, 0].reindex(people.index).fillna(0)
    start, gain = bank.rank(first), people["aum"] - first
    served = sum(bank.now[each].fillna(False).astype(int) for each in SERVICES) >= 2
    came = (gain >= WAN) & (gain >= 0.2 * first)
    high = (start >= len(bank.floors) // 2) & (people["held"] >= start)
    return served & (people["families"] >= 3) & ((people["held"] > start) | came | high)


# What is counted of a branch.


def facts(bank: Bank, branch: str) -> dict[str, float | None]:
    """Every named quantity of the branch; None where it is not known."""
    own = bank.people[bank.people["branch_id"] == branch]
    decided = bank.tables["decided"]
    plan = bank.tables["plan"]
    of = {
        **concentration(own["aum"]),
        **ladder(bank, own),
        **losses(bank, own),
        **ownership(bank, own),
        **households(own),
        **to_act_on(bank, own),
        **judged(own),
        **needs(bank, own),
        **handover(bank, own, decided[decided["branch_id"] == branch]),
        **planned(plan[plan["branch_id"] == branch]),
    }
    return {name: None if value is None or value is pd.NA else float(value) for name, value in of.items()}


def concentration(aum: pd.Series) -> dict[str, Any]:
    """Top 20%, smallest share holding 80%, Gini in population form; negative balances in sums, zero in shares."""
    known = aum.dropna().astype("int64")
    held = np.sort(known.clip(lower=0).to_numpy())[::-1]
    reached = np.cumsum(held)
    n, whole = len(held), int(held.sum())
    ascending = 2 * np.arange(1, n + 1) - n - 1
    return {
        "customers": len(aum), "unknown_customers": aum.isna().sum(), "aum_fen": known.sum(),
        "zero_customers": (known == 0).sum(), "negative_customers": (known < 0).sum(),
        "negative_fen": known[known < 0].sum(),
        "top20_share_of_aum": reached[math.ceil(n * 0.2) - 1] / whole,
        "share_of_customers_holding_80pct": (int((reached < 0.8 * whole).sum()) + 1) / n,
        "gini": float((ascending * held[::-1].astype(float)).sum()) / (n * whole),
    }  # fmt: skip


def ladder(bank: Bank, own: pd.DataFrame) -> dict[str, Any]:
    """Customers and AUM by tier held, and those whose tier held at the last month is not that of the first."""
    codes = [tier["code"] for tier in bank.profile["tiers"]]
    groups = {code: own["held"] == rank for rank, code in enumerate(codes)}
    groups["upper"] = own["held"] >= len(codes) // 2
    compared = own[own["held_first"].notna() & own["held"].notna()]
    sums = {f"{name}_fen": own.loc[of, "aum"].sum() for name, of in groups.items()}
    return {f"{name}_customers": of.sum() for name, of in groups.items()} | sums | {
        "tier_up_customers": (compared["held"] > compared["held_first"]).sum(),
        "tier_down_customers": (compared["held"] < compared["held_first"]).sum(),
        "watched_customers": own["watched"].sum(),
    }  # fmt: skip


def losses(bank: Bank, own: pd.DataFrame) -> dict[str, Any]:
    """临界: [90%, 100%) of the floor above the tier. 流失: average, now or a month ago, at the floor; spot below."""
    average = bank.months("aum_avg_month_fen").reindex(own.index)
    spot = bank.months("aum_spot_fen").reindex(own.index)
    floor = bank.value_floor

    def lost(at: int) -> pd.Series:
        heavy = (average.iloc[:, at - 1] >= floor) & (average.iloc[:, at] < floor)
        return ((average.iloc[:, at] >= floor) | heavy) & (spot.iloc[:, at] < floor)

    above = own["held"].map(dict(enumerate(bank.floors[1:]))).astype("Int64")
    gaps = (above - own["aum"])[(own["aum"] >= above * 0.9).fillna(False)]
    return {
        "upgrade_customers": len(gaps), "upgrade_gap_fen": gaps.sum(), "loss_customers": lost(-1).sum(),
        "recovered_customers": (lost(-2) & (spot.iloc[:, -1] >= floor)).sum(),
    }  # fmt: skip


def ownership(bank: Bank, own: pd.DataFrame) -> dict[str, Any]:
    """Share of AUM with an owner in office, more than one main owner, and owners whose role the tier does not allow."""
    weight, kept = own["aum"].clip(lower=0), own[~own["orphan"] & own["role"].notna()]
    misheld = kept[~_allowed(bank, kept["held"], kept["role"])]
    return {
        "covered_share_of_aum": weight[~own["orphan"]].sum() / weight.sum(),
        "double_customers": (own["owners"] > 1).sum(),
        "misheld_customers": len(misheld), "misheld_fen": misheld["aum"].sum(),
    }  # fmt: skip


def _allowed(bank: Bank, rank: pd.Series, role: pd.Series) -> pd.Series:
    roles = [tier["roles"] for tier in bank.profile["tiers"]]
    return pd.Series([who in roles[of] for of, who in zip(rank, role, strict=True)], index=rank.index, dtype=bool)


def households(own: pd.DataFrame) -> dict[str, Any]:
    """Families of two to eight of whom every member's owner is known, and those divided among several in office."""
    of = own[own["household_id"].notna()].groupby("household_id")
    family = of.size().between(2, 8)
    return {"families": family.sum(), "split_families": (family & (of["owner"].nunique() > 1)).sum()}


def to_act_on(bank: Bank, own: pd.DataFrame) -> dict[str, Any]:
    """到期: lots ending in (printing day, + 30 days]. 赢回: once at the value floor, below it now and not asleep."""
    accounts, holdings = bank.tables["account"], bank.tables["holding"].rename(columns={"amount_fen": "balance_fen"})
    open_ones = accounts[accounts["account_status"].ne("销户") & ~(accounts["close_date"] <= bank.day)]
    lots = pd.concat([open_ones, holdings])[["customer_id", "maturity_date", "balance_fen"]]
    ends = lots["maturity_date"]
    due = lots[(ends > bank.printed) & (ends <= bank.printed + pd.Timedelta(days=30)) & lots["balance_fen"].gt(0)]
    due = due[due["customer_id"].isin(own.index)]
    peak = bank.months("aum_avg_month_fen").max(axis=1).reindex(own.index)
    gone = (peak - own["aum"])[(peak >= bank.value_floor) & (own["aum"] < bank.value_floor) & ~own["dormant"]]
    return {
        "maturing_customers": due["customer_id"].nunique(), "maturing_fen": due["balance_fen"].sum(),
        "win_back_customers": len(gone), "win_back_fen": gone.sum(),
    }  # fmt: skip


def judged(own: pd.DataFrame) -> dict[str, Any]:
    """Of a flag: for whom it holds, their AUM, who can be judged, and the share of these."""
    flags = {
        "orphan": "orphan", "familiar": "familiar", "contacted": "contacted", "dormant": "dormant",
        "primary": "strong", "merchant": "merchant",
    }  # fmt: skip
    told: dict[str, Any] = {}
    for name, column in flags.items():
        known = own[own[column].notna()]
        holds = known[known[column].astype(bool)]
        figures = (len(holds), holds["aum"].sum(), len(known), len(holds) / len(known) if len(known) else None)
        enough = len(known) >= 0.2 * len(own)
        kinds = ("customers", "fen", "known", "share")
        told |= {f"{name}_{kind}": value if enough else None for kind, value in zip(kinds, figures, strict=True)}
    return told


def needs(bank: Bank, own: pd.DataFrame) -> dict[str, Any]:
    """Not dormant but under the value floor; upper tiers elsewhere; deposits, families, segments and stages."""
    now = bank.now.reindex(own.index)
    focus = own[(own["held"] >= len(bank.floors) // 2) & own["elsewhere"]]
    return {
        "ineffective_customers": ((own["aum"] < bank.value_floor) & ~own["dormant"]).sum(),
        "focus_customers": len(focus), "focus_fen": focus["aum"].sum(),
        "deposit_fen": now["deposit_spot_fen"].sum(),
        "demand_share": now["demand_avg_month_fen"].sum() / now["deposit_avg_month_fen"].sum(),
        "mean_families": own["families"].mean(),
        "overlap_share": (own["fitting"] >= 2).mean(), "unidentified_share": (own["fitting"] == 0).mean(),
        "last_stage_share": own["stage"].mean(),
    }  # fmt: skip


def handover(bank: Bank, own: pd.DataFrame, decided: pd.DataFrame) -> dict[str, Any]:
    """Who is to have another owner than before, who nobody, and who one whose role his tier does not allow."""
    rows, roles = decided.set_index("customer_id"), bank.tables["staff"].set_index("staff_id")["role"]
    rows = rows.assign(aum=own["aum"], held=own["held"], role=rows["staff_id"].map(roles))
    moved = rows[rows["staff_id"].notna() & (rows["staff_id"] != rows["staff_id_before"].fillna(""))]
    kept = rows[rows["role"].notna()]
    return {
        "moved_customers": len(moved), "moved_fen": moved["aum"].sum(),
        "unassigned_customers": rows["staff_id"].isna().sum(),
        "misheld_after_customers": (~_allowed(bank, kept["held"], kept["role"])).sum(),
    }  # fmt: skip


def planned(plan: pd.DataFrame) -> dict[str, Any]:
    """Contacts of the plan: with a day; due after its last; left without one; first ones of a new owner."""
    dated, later = plan["date"].notna(), plan["reason"].eq("later")
    return {
        "plan_customers": plan["customer_id"].nunique(), "plan_contacts": len(plan), "planned_contacts": dated.sum(),
        "later_contacts": later.sum(), "left_over_contacts": (~dated & ~later).sum(),
        "first_contacts": plan["first_contact"].sum(),
    }  # fmt: skip
