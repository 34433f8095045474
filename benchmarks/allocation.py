"""分户 of large branches with heavy-tailed assets: seconds, memory and the gap to the proven bound of each."""

import json
import sys
import time

import numpy as np
import pandas as pd
import psutil

from kit import columns as col
from kit.engagement import profile
from kit.params import Params
from kit.planning.assignment import assignment

ROLES = (
    "支局长", "贵宾理财经理", "贵宾理财经理", "理财经理", "理财经理", "理财经理", "大堂经理", "大堂经理",
    "高柜柜员", "高柜柜员", "低柜柜员", "市场经理",
)  # fmt: skip
_SOURCES, _SHARES = np.array(["R1", "R2", "R3", "R4"]), (0.6, 0.15, 0.15, 0.1)


def branch(
    number: int, customers: int = 30_000, roles: tuple[str, ...] = ROLES
) -> tuple[pd.DataFrame, pd.DataFrame, Params]:
    """A branch in which every third customer is an orphan, loads are uneven and a few hold most of the assets."""
    draw = np.random.default_rng(number)
    params = Params(**profile("rural-postal"), as_of="2026-10-31")
    ids = np.array([f"S{number:03d}{i:02d}" for i in range(len(roles))])
    held = np.where(
        draw.random(customers) < 0.3, 0, (draw.pareto(1.2, customers) + 0.02) * draw.lognormal(0, 0.5, customers)
    )
    fen = (held * 2_000_000).astype("int64")
    rank = np.searchsorted([tier.floor_fen for tier in params.tiers], np.maximum(fen, 0), side="right") - 1
    may = np.array([[not tier.roles or role in tier.roles for role in roles] for tier in params.tiers])
    skew = draw.dirichlet(np.full(len(roles), 3.0))
    fitting = skew * may[rank] + 0.002
    owner = (fitting.cumsum(axis=1) / fitting.sum(axis=1, keepdims=True) > draw.random((customers, 1))).argmax(axis=1)
    alone = draw.random(customers) < 0.35
    code = np.array(params.tier_codes())[rank]
    house = draw.permutation(customers) // 2
    rule = draw.choice(_SOURCES, customers, p=_SHARES)
    frame = pd.DataFrame({
        col.CUSTOMER_ID: [f"C{number:03d}{i:06d}" for i in range(customers)],
        col.BRANCH_ID: f"{number:04d}",
        col.STAFF_ID: pd.Series(ids[owner], dtype="str").mask(alone),
        col.OWNER_ROLE: pd.Series(np.array(roles)[owner], dtype="str").mask(alone),
        col.ORPHAN: alone,
        col.HOUSEHOLD_ID: pd.Series([f"H{h}" for h in house], dtype="str").where(draw.random(customers) < 0.3),
        col.AUM_FEN: fen,
        col.TIER: code,
        col.TIER_RANK: rank,
        col.ALLOCATION_RULE: pd.Series(rule, dtype="str"),
        col.RULE_STAFF_ID: pd.Series(ids[draw.integers(0, len(roles), customers)], dtype="str").mask(rule == "R3"),
    })  # fmt: skip
    staff = pd.DataFrame({col.STAFF_ID: ids, col.BRANCH_ID: f"{number:04d}", col.ROLE: roles})
    return frame, staff, params


def seconds(first: str, last: str, customers: str, one_role: str) -> None:
    """A line of figures a branch, from the first to the last."""
    for number in range(int(first), int(last) + 1):
        frame, staff, params = branch(number, int(customers), ("理财经理",) * 12 if one_role == "one" else ROLES)
        if one_role == "one":
            params = params.model_copy(
                update={"tiers": tuple(t.model_copy(update={"roles": ()}) for t in params.tiers)}
            )
        began, processor = time.perf_counter(), time.process_time()
        found = assignment(frame, staff, params).branches.iloc[0]
        print(json.dumps({
            "branch": number, "seconds": time.perf_counter() - began, "processor": time.process_time() - processor,
            "gap": float(found["gap_share"]), "clash": found["clash"],
            "peak_mb": psutil.Process().memory_info().rss / 1e6,
        }), flush=True)  # fmt: skip


if __name__ == "__main__":
    seconds(*sys.argv[1:])
