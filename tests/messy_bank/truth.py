"""What was planted, reckoned from the generator's own arrays: a test holds the kit's figures against it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from kit.demo.balances import LADDER
from kit.demo.plan import Bits, BranchPlan, Ints
from messy_bank.answers import Answer
from messy_bank.delivery import FileTruth

__all__ = [
    "DEFINITIONS",
    "FACTS",
    "Due",
    "Facts",
    "Truth",
    "gini",
    "group_truth",
    "share_holding",
    "top_share",
]

SEGMENTS = ("retired", "business", "public", "payroll", "family", "young", "farming", "other")
DEFINITIONS = {
    "aum_fen": "月日均AUM at as_of; sums are plain, negatives included",
    "tier": "of the highest AUM of the last six months; [low, high) in fen: "
    + ", ".join(f"{code} {low}" for code, low in LADDER.items()),
    "gini": "population form over all customers, AUM clipped at 0",
    "top20_share_of_aum": "share of the clipped AUM that the ceil(20%) richest customers hold",
    "share_of_customers_holding_80pct": "smallest share of customers holding 80% of the clipped AUM",
    "dormant": "AUM at most 100 yuan and no active transaction in (as_of - 365 days, as_of]",
    "orphan": "no main owner, or he is virtual or has left",
    "segments": "the first rule that fits; overlap: customers whom two rules or more fit",
    "maturing": "deposits, certificates and wealth products maturing in (as_of, as_of + days]",
    "units": "accounts still for a year (due; owing if in debt, due_unknown if not said), nearly so (soon), half of it"
    " (idle); falling below 10 or 50 万元 by the year's end, or near from below, if today's balance stays",
    "practice": "calls, those reached, those within 90 days after the customer hung up; each member of staff's first"
    " call of a customer, an SMS at most 7 days before it or none; days on which something of a customer fell due in"
    " the year, to 30 days ago, and was followed by something new within 30 days; customers brought by others in the"
    " year, and those of them at the value floor",
    "repeated": "the same row again: merged; quarantined: rows set aside, cells: single cells, by intake's reason",
}


FACTS = pa.schema(
    [
        ("customer_id", pa.string()), ("branch_id", pa.string()), ("tier", pa.string()),
        ("aum_fen", pa.int64()), ("spot_fen", pa.int64()), ("dormant", pa.bool_()), ("merchant", pa.bool_()),
        ("primary", pa.bool_()), ("segment", pa.string()), ("rules_fitting", pa.int64()),
        ("orphan", pa.bool_()), ("maturing_30d", pa.bool_()),
        ("elsewhere_fen", pa.int64()),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """What matures: its customer (place in the branch) and amount."""

    who: Ints
    amount_fen: Ints


@dataclass(frozen=True, slots=True)
class Facts:
    """The planted facts of one branch, a place in each array per customer."""

    plan: BranchPlan
    customer_id: pa.Array
    tier: Ints  # place on ``LADDER``
    aum_fen: Ints
    spot_fen: Ints
    dormant: Bits
    merchant: Bits
    primary: Bits
    segment: Ints  # place in ``SEGMENTS``
    rules_fitting: Ints
    orphan: Bits
    due_30d: Due
    due_90d: Due
    units: Mapping[str, int]
    elsewhere_fen: Ints  # -1 where nobody asked
    practice: Mapping[str, int]

    def table(self) -> pa.Table:
        """One row a customer, as in ``truth_customers.parquet``."""
        n = len(self.aum_fen)
        maturing = np.zeros(n, dtype=np.bool_)
        maturing[self.due_30d.who] = True
        columns = [
            self.customer_id,
            [self.plan.branch_id] * n,
            np.array(list(LADDER))[self.tier].tolist(),
            self.aum_fen,
            self.spot_fen,
            self.dormant,
            self.merchant,
            self.primary,
            np.array(SEGMENTS)[self.segment].tolist(),
            self.rules_fitting,
            self.orphan,
            maturing,
            pa.array(self.elsewhere_fen, mask=self.elsewhere_fen < 0),
        ]
        return pa.table(columns, schema=FACTS)


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything planted in one bank.

    ``branches`` and ``totals`` hold the figures named in ``DEFINITIONS``; ``files`` is by file name; ``questions`` are
    those that an intake would ask without the mapping files.
    """

    as_of: str
    seed: int
    branches: tuple[Mapping[str, Any], ...]
    totals: Mapping[str, Any]
    files: Mapping[str, FileTruth]
    questions: tuple[Answer, ...]

    def to_json(self) -> str:
        """Write the truth as text, the same for the same bank."""
        content = {
            "as_of": self.as_of,
            "seed": self.seed,
            "definitions": DEFINITIONS,
            "totals": self.totals,
            "branches": self.branches,
            "questions": [asdict(answer) for answer in self.questions],
            "files": {name: file.to_dict() for name, file in sorted(self.files.items())},
        }
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _sum(values: Ints) -> int:
    return int(values.sum())


def gini(aum_fen: Ints) -> float | None:
    """Gini index in the population form over amounts clipped at 0; none where nobody has anything."""
    x = np.sort(np.maximum(aum_fen, 0))
    n, total = len(x), _sum(x)
    if total == 0:
        return None
    # Python's integers: rank times fen outgrows int64 in a large bank.
    weighted: int = sum(rank * fen for rank, fen in enumerate(x.tolist(), start=1))
    return (2 * weighted - (n + 1) * total) / (n * total)


def top_share(aum_fen: Ints, share: int = 20) -> float | None:
    """Share of the clipped AUM held by the richest ``share`` percent of customers, rounded up."""
    x = np.sort(np.maximum(aum_fen, 0))[::-1]
    total = _sum(x)
    return _sum(x[: -(-len(x) * share // 100)]) / total if total else None


def share_holding(aum_fen: Ints, percent: int = 80) -> float | None:
    """Smallest share of customers that together hold ``percent`` of the clipped AUM."""
    x = np.sort(np.maximum(aum_fen, 0))[::-1]
    total = _sum(x)
    if total == 0:
        return None
    least = -(-total * percent // 100)
    return int(np.searchsorted(np.cumsum(x), least) + 1) / len(x)


def group_truth(facts: Sequence[Facts]) -> dict[str, Any]:
    """Figures of one branch, or of all taken together."""

    def all_of(name: str) -> Any:
        return np.concatenate([getattr(f, name) for f in facts])

    aum, orphan, tier = all_of("aum_fen"), all_of("orphan"), all_of("tier")
    return {
        "customers": len(aum),
        "aum_fen": _sum(aum),
        "spot_fen": _sum(all_of("spot_fen")),
        "gini": gini(aum),
        "top20_share_of_aum": top_share(aum),
        "share_of_customers_holding_80pct": share_holding(aum),
        "tiers": {
            code: {"customers": int((tier == place).sum()), "aum_fen": _sum(aum[tier == place])}
            for place, code in enumerate(LADDER)
        },
        "zero": int((aum == 0).sum()),
        "negative": int((aum < 0).sum()),
        "dormant": int(all_of("dormant").sum()),
        "merchants": int(all_of("merchant").sum()),
        "primary": int(all_of("primary").sum()),
        "segments": dict(zip(SEGMENTS, np.bincount(all_of("segment"), minlength=len(SEGMENTS)).tolist(), strict=True)),
        "overlap": int((all_of("rules_fitting") > 1).sum()),
        "orphans": {"customers": int(orphan.sum()), "aum_fen": _sum(aum[orphan])},
        **{
            f"maturing_{days}d": {
                "lots": sum(len(due.who) for due in dues),
                "customers": sum(len(np.unique(due.who)) for due in dues),
                "amount_fen": sum(_sum(due.amount_fen) for due in dues),
            }
            for days in (30, 90)
            for dues in [[getattr(f, f"due_{days}d") for f in facts]]
        },
        "units": {name: sum(f.units[name] for f in facts) for name in facts[0].units},
        "practice": {name: sum(f.practice[name] for f in facts) for name in facts[0].practice},
    }
