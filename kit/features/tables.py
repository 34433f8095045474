"""The profile's lists as small tables, so that a ladder, or a list of words, of any length is a join and not code."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from kit.features.terms import ranked, rules
from kit.params import Params, SegmentRule

_BELOW_ALL = -(2**62)  # the lowest tier holds whoever owes more than he has


def parameter_tables(params: Params) -> dict[str, pa.Table]:
    """Tables by the name that the SQL files know them by."""
    return {
        "tiers": _ladder(params),
        "stages": pa.table({
            "stage_rank": list(range(1, len(params.stages.order) + 1)),
            "stage": [stage.code for stage in params.stages.order],
            "measure": [stage.measure for stage in params.stages.order],
            "at_least": [stage.at_least for stage in params.stages.order],
        }),
        "terms": _terms(rules(params)),
        **_segment_rules(params.segments.rules),
    }  # fmt: skip


def _ladder(params: Params) -> pa.Table:
    """A row a tier, lowest first: [floor, ceiling), where the critical band begins, and the next tier."""
    floors, codes = [tier.floor_fen for tier in params.tiers], params.tier_codes()
    critical = [round(floor * params.critical_from) for floor in floors[1:]]
    return pa.table({
        "tier": list(codes),
        "tier_rank": list(range(len(codes))),
        "floor_fen": [_BELOW_ALL, *floors[1:]],
        "ceiling_fen": pa.array([*floors[1:], None], pa.int64()),
        "critical_fen": pa.array([*critical, None], pa.int64()),
        "next_tier": pa.array([*codes[1:], None], pa.string()),
    })  # fmt: skip


def _terms(kinds: Mapping[str, Mapping[str, tuple[str, ...]]]) -> pa.Table:
    """A row a word; of each kind the first that fits wins, and its code is what the word means."""
    rows = [
        {"kind": kind, "rule": rule, "code": code, "word": word, "is_whole": is_whole}
        for kind, groups in kinds.items()
        for rule, (code, word, is_whole) in enumerate(ranked(kind, groups))
    ]
    return pa.Table.from_pylist(rows)


def _segment_rules(segments: Sequence[SegmentRule]) -> dict[str, pa.Table]:
    """The names of the segments by their rank, and a row a clause of their rules; what a clause leaves out is null."""
    clauses = [
        {"segment_rank": rank, "segment_bit": 1 << rank} | clause.model_dump()
        for rank, rule in enumerate(segments)
        for clause in rule.any_of
    ]
    whole, word, flag = pa.int64(), pa.string(), pa.bool_()
    kinds = {
        "segment_rank": whole, "segment_bit": whole, "age_from": whole, "age_to": whole, "gender": word, "sector": word,
        "children": flag, "payroll": flag, "merchant": flag,
    }  # fmt: skip
    names = [rule.code for rule in segments]
    return {
        "segment_names": pa.table({"segment_rank": list(range(len(names))), "segment": names}),
        "segment_clauses": pa.Table.from_pylist(clauses, schema=pa.schema(list(kinds.items()))),
    }
