"""One row a customer, and rows of other grains, defined once: SQL files in the subset that DuckDB and Spark share.

Each ``.sql`` file is one subject. Its first comment line is the business definition; its ``-- needs`` lines say which
source columns a derived column cannot do without, so that a missing one is named instead of guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import pyarrow as pa

from kit import columns as col
from kit.book import Book
from kit.database import reading
from kit.errors import NoData
from kit.features.terms import TERMS
from kit.params import WAN, YUAN, Params, SegmentRule
from kit.schema import schema

__all__ = [
    "SUBJECTS",
    "TABLES",
    "Features",
    "bind",
    "contacts_until",
    "definitions",
    "features",
    "frame",
    "needs",
    "settle_dates",
]

# In the order in which one builds on another.
SUBJECTS = (
    "contact_terms",
    "owner",
    "aum",
    "products",
    "activity",
    "primary_account",
    "retention",
    "merchant",
    "relation",
    "touch",
    "movement",
    "grade",
    "due",
    "maturity",
    "deposits",
    "account_class",
    "balance_sheet",
    "suitability",
    "person",
    "segment",
    "services",
    "stage",
    "hidden_value",
    "contacts",
    "sales",
    "events",
    "referrals",
    "journey",
    "allocation",
    "customers",
)
# Rows of another grain than a customer, each with its branch; some of them subjects of their own.
TABLES = (
    "panel",
    "maturities",
    "branch_months",
    "units",
    "capacity",
    "flows",
    "touches",
    "outcomes",
    "contacts",
    "callers",
    "sales",
    "events",
    "matured",
    "referrals",
)
_NEEDS = re.compile(r"^-- needs (\w+): (.+)$", re.MULTILINE)
_PARAMETER = re.compile(r"(?<!:):([a-z]\w*)")
_SQL_TYPES = {
    "money": "BIGINT",
    "int": "BIGINT",
    "bool": "BOOLEAN",
    "date": "DATE",
    "decimal": "DOUBLE",
}
_BASIS = {
    "month_average": "aum_avg_month_fen",
    "spot": "aum_spot_fen",
    "quarter_average": "aum_avg_quarter_fen",
    "year_average": "aum_avg_year_fen",
}
# How the words of Chinese bank systems are read. They are the systems' codes, not a client's choice.
_WORDS = {
    "left_words": ("离职", "离岗", "调离", "退休", "否", "left"),
    "assisting_words": ("协办", "辅办", "协管"),
    "natural_words": ("自然", "自然到访", "自然新增", "到访", "walk-in"),
    "referred_words": ("转介", "厅堂转介", "柜面转介", "内部转介", "referral"),
    "outside_words": ("外拓", "外拓营销", "外出营销", "outreach"),
    "introduced_words": ("存量介绍", "存量客户介绍", "老客户介绍", "客户介绍", "转介绍", "introduced"),
    "one_way_words": ("短信", "微信群发", "SMS"),
    "no_answer_words": ("未接", "未接通", "无人接听", "拒接", "挂机", "空号", "停机", "关机", "no answer"),
    "hung_up_words": ("挂机", "挂断"),
    "visit_words": ("上门", "面访", "到访", "面谈", "visit"),
    "acquiring_words": ("收单", "扫码收款", "一码付", "POS"),
    "closed_words": ("销户", "已销户", "注销", "closed"),
    "class_1_words": ("Ⅰ", "I", "一", "1"),
    "class_2_words": ("Ⅱ", "II", "二", "2"),
    "class_3_words": ("Ⅲ", "III", "三", "3"),
    "credit_words": ("贷", "贷方", "收", "收入", "转入", "C", "credit"),
    "debit_words": ("借", "借方", "支", "支出", "转出", "D", "debit"),
    "contribution_high_words": ("高", "A", "优质"),
    "contribution_middle_words": ("中", "B", "一般"),
    "contribution_low_words": ("低", "C", "D", "E"),
    "no_words": ("无", "否", "0", "没有", "未育"),
}


@dataclass(frozen=True, slots=True)
class Features:
    """The customers of a book, and what could not be computed.

    Attributes
    ----------
    table
        One row a customer, sorted by branch and customer; money in 分 (int64).
    unlocks
        Derived column → groups of source columns (``table.column``); one of each group would make it possible.
    aum_column
        The source column that AUM was taken from.
    tables
        By name, rows of another grain (`TABLES`), sorted by their columns, of which the branch is the first.
    """

    table: pa.Table
    unlocks: Mapping[str, tuple[tuple[str, ...], ...]]
    aum_column: str
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    @property
    def customers(self) -> pd.DataFrame:
        """The table as pandas; a whole-number column that lacks some values becomes float, exact below 2**53."""
        return frame(self.table)


def frame(table: pa.Table) -> pd.DataFrame:
    """Arrow to pandas, each column in one piece and dates as datetime64, so that they compare in one stroke."""
    return table.unify_dictionaries().combine_chunks().to_pandas(date_as_object=False)


@cache
def definitions() -> Mapping[str, str]:
    """Subject → SQL text."""
    return {name: files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in SUBJECTS + TABLES}


@cache
def needs() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Derived column → groups of source columns; of each group at least one must be in the book."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for text in definitions().values():
        for name, sources in _NEEDS.findall(text):
            found[name] = (*found.get(name, ()), tuple(s.strip() for s in sources.split(" or ")))
    return found


def _literal(value: Any) -> str:
    """A parameter as SQL; only numbers, truth, dates, plain names and lists of words can become text."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if "e" in repr(value) else f"{value!r}e0"  # a plain 0.5 is a decimal in Spark
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, tuple):
        return "(" + ", ".join("'" + word.replace("'", "''") + "'" for word in value) + ")"
    if isinstance(value, str) and value.isidentifier():
        return value
    raise TypeError(f"no SQL literal for {type(value).__name__}")


def bind(sql: str, values: Mapping[str, Any]) -> str:
    """SQL with each ``:name`` replaced by its value as a literal, the same text for every engine."""
    return _PARAMETER.sub(lambda match: _literal(values[match[1]]), sql)


def settle_dates(book: Book, params: Params) -> Params:
    """Params with the as-of date filled in: the engagement's own, else the last date of the panel."""
    if params.as_of is not None:
        return params
    last = book.read("customer_month", columns=[col.AS_OF])[col.AS_OF].max()
    if last is None or pd.isna(last):
        raise NoData(message="as_of: the book holds no customer_month row")
    return params.model_copy(update={"as_of": pd.Timestamp(last).date()})


def contacts_until(contacted: pd.Series, params: Params) -> date:
    """Last day that the contact log speaks of: the data's, or that of a later contact.

    A contact noted for a day beyond the weeks of the plan is a slip of the pen.
    """
    made = pd.to_datetime(contacted)
    last = made[made <= pd.Timestamp(params.day) + pd.Timedelta(weeks=params.contact.weeks)].max()
    return params.day if pd.isna(last) else max(params.day, last.date())


def _parameters(book: Book, params: Params, aum_column: str) -> dict[str, Any]:
    day = params.day
    dates = book.read("customer_month", columns=[col.AS_OF])[col.AS_OF].unique()
    months = sorted(pd.Timestamp(each).date() for each in dates)
    dated = book.has(f"contact.{col.CONTACT_DATE}")
    contacted = book.read("contact", [col.CONTACT_DATE])[col.CONTACT_DATE] if dated else pd.Series(dtype=object)
    past = [month for month in months if month <= day]
    if not past:
        raise NoData(message=f"as_of {day}: the first month of the book is {months[0] if months else '—'}")
    known = {name: all(any(book.has(s) for s in group) for group in groups) for name, groups in needs().items()}
    families = ("demand", "time", "cd", "structured", "wmp", "fund", "insurance", "bond", "gold", "custody", "loan")
    p, g, hidden = params.primary, params.grade, params.hidden
    return {
        **_WORDS,
        **p.model_dump(exclude={"strong_from", "weak_below"}),
        "aum_column": aum_column,
        "as_of": day,
        "month": past[-1],
        "month_first": past[0],
        "month_before": past[-2] if len(past) > 1 else past[-1],
        "month_earlier": past[max(len(past) - 3, 0)],
        "value_floor_fen": params.tiers[1].floor_fen,
        "families_known": sum(book.has(f"customer_month.{name}_spot_fen") for name in families) > 1,
        "dormant_aum_fen": round(params.dormancy.aum_at_most_yuan * YUAN),
        "idle_since": day - timedelta(days=params.dormancy.idle_days),
        "familiar_since": (pd.Timestamp(day) - pd.DateOffset(months=params.familiar.months)).date(),
        "flows_since": (pd.Timestamp(day + timedelta(days=1)) - pd.DateOffset(months=params.funds.months)).date()
        - timedelta(days=1),
        "risk_dated": book.has("customer.risk_expiry"),
        "days_30_ago": day - timedelta(days=30),
        "contacts_until": contacts_until(contacted, params),
        "practice_since": (pd.Timestamp(day) - pd.DateOffset(months=params.practice.months)).date(),
        "sms_days": params.practice.sms_days,
        "settle_days": params.practice.settle_days,
        "settled_until": day - timedelta(days=params.practice.settle_days),
        "maturity_days": params.contact.maturity_days,
        "receipts_30d": params.merchant.receipts_30d,
        "receipts_fen": round(params.merchant.receipts_yuan * YUAN),
        "merchant_aum_fen": round(params.merchant.aum_yuan * YUAN),
        "merchant_demand_fen": round(params.merchant.demand_yuan * YUAN),
        "flag_known": book.has("customer_month.merchant_flag"),
        "turnover_fen": round(params.merchant.turnover_yuan * YUAN),
        "turnover_ratio": params.merchant.turnover_ratio,
        "turnover_times": params.merchant.turnover_times,
        "pay_since": day - timedelta(days=62 + p.retention_days),  # this month's payroll, or last month's
        "pay_until": day - timedelta(days=p.retention_days),
        "hidden_flow_fen": round(hidden.flow_yuan * YUAN),
        "hidden_pay_fen": round(hidden.payroll_yuan * YUAN),
        "hidden_sectors": hidden.sectors,
        "txns_known": book.has("txn.amount_fen"),
        "movement_since": day - timedelta(days=params.contact.movement_days),
        "maturity_until": day + timedelta(days=params.contact.maturity_days),
        "strong_from": p.strong_from,
        "weak_below": p.weak_below,
        "rest_rank": len(params.segments.rules) - 1,
        "top_rank": len(params.tiers) - 1,
        "upper_rank": len(params.tiers) // 2,
        **{f"weight_{factor}": weight for factor, weight in g.weights.items()},
        "a_from": g.a_from,
        "b_from": g.b_from,
        "c_from": g.c_from,
        "stage_growth": params.stages.growth,
        "stage_gain_fen": round(params.stages.gain_wan * WAN),
        "products_known": known["product_count"],
        "relation_known": known["familiar"],
        "primary_known": known["primary_grade"],
    }


def _parameter_tables(params: Params) -> dict[str, pa.Table]:
    """The profile's lists as small tables, so that a ladder of any length is a join and not code."""
    floors = [tier.floor_fen for tier in params.tiers]
    ceilings = [*floors[1:], None]
    return {
        "tiers": pa.table(
            {
                "tier": list(params.tier_codes()),
                "tier_rank": list(range(len(floors))),
                # The lowest tier holds whoever owes more than he has.
                "floor_fen": [-(2**62), *floors[1:]],
                "ceiling_fen": pa.array(ceilings, pa.int64()),
                "critical_fen": pa.array(
                    [None if c is None else round(c * params.critical_from) for c in ceilings], pa.int64()
                ),
                "next_tier": pa.array([*params.tier_codes()[1:], None], pa.string()),
            }
        ),
        "stages": pa.table(
            {
                "stage_rank": list(range(1, len(params.stages.order) + 1)),
                "stage": [stage.code for stage in params.stages.order],
                "measure": [stage.measure for stage in params.stages.order],
                "at_least": [stage.at_least for stage in params.stages.order],
            }
        ),
        "occupation_words": _word_rules("sector", params.segments.occupations),
        "purpose_words": _word_rules("purpose", params.funds.purposes),
        "terms": _terms({**TERMS, "step": params.practice.steps}),
        **_segment_rules(params.segments.rules),
        "unknown_occupations": pa.table({"word": pa.array(list(params.segments.unknown_occupations), pa.string())}),
    }


def _word_rules(name: str, groups: Mapping[str, tuple[str, ...]]) -> pa.Table:
    """The words of each group, whose name is the value that they tell; the first group that fits wins."""
    rows = [(i, group, word) for i, (group, words) in enumerate(groups.items()) for word in words]
    rule, told, word = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {"rule": pa.array(rule, pa.int64()), name: pa.array(told, pa.string()), "word": pa.array(word, pa.string())}
    )


def _terms(kinds: Mapping[str, Mapping[str, tuple[str, ...]]]) -> pa.Table:
    """The words of every kind of code below each other."""
    parts = [_word_rules("code", groups) for groups in kinds.values()]
    named = [pa.array([kind] * len(part), pa.string()) for kind, part in zip(kinds, parts, strict=True)]
    return pa.concat_tables([part.append_column("kind", kind) for part, kind in zip(parts, named, strict=True)])


def _segment_rules(rules: Sequence[SegmentRule]) -> dict[str, pa.Table]:
    """The names of the segments by their rank, and a row a clause of their rules; what a clause leaves out is null."""
    clauses = [
        {"segment_rank": rank, "segment_bit": 1 << rank} | clause.model_dump()
        for rank, rule in enumerate(rules)
        for clause in rule.any_of
    ]
    whole, word, flag = pa.int64(), pa.string(), pa.bool_()
    kinds = {
        "segment_rank": whole, "segment_bit": whole, "age_from": whole, "age_to": whole, "gender": word, "sector": word,
        "children": flag, "payroll": flag, "merchant": flag,
    }  # fmt: skip
    names = [rule.code for rule in rules]
    return {
        "segment_names": pa.table({"segment_rank": list(range(len(names))), "segment": names}),
        "segment_clauses": pa.Table.from_pylist(clauses, schema=pa.schema(list(kinds.items()))),
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _open_tables(db: Any, book: Book) -> None:
    """A view for each canonical table with all its columns; what the bank did not send is null."""
    for name, table in schema().items():
        present = set(book.columns(name)) if name in book.tables() else set()
        listed = ", ".join(
            c.id if c.id in present else f"CAST(NULL AS {_SQL_TYPES.get(c.type, 'VARCHAR')}) AS {c.id}"
            for c in table.columns.values()
            if not c.vaulted
        )
        source = f"read_parquet({_quoted(str(book.path(name)))})" if present else "(SELECT 1) WHERE FALSE"
        db.execute(f"CREATE VIEW {name} AS SELECT {listed} FROM {source}")


def features(book: Book, params: Params) -> Features:
    """Compute one row a customer, and the rows of other grains, from the book.

    Parameters
    ----------
    book
        The canonical tables; ``customer`` and ``customer_month`` are needed.
    params
        The engagement's thresholds with its as-of date settled (`settle_dates`).
    """
    wanted = _BASIS[params.aum_basis]
    given = [c for c in (wanted, *_BASIS.values()) if book.has(f"customer_month.{c}")]
    aum_column = given[0] if given else wanted
    values = _parameters(book, params, aum_column)
    with reading(book.root / "book") as db:
        _open_tables(db, book)
        for name, table in _parameter_tables(params).items():
            db.register(name, table)
        for name in SUBJECTS:
            if name == "stage":  # what was held at the panel's start is counted by the same definition
                start = bind(definitions()["products"], values | {"month": values["month_first"]})
                db.execute(f"CREATE TEMP TABLE products_start AS {start}")
            db.execute(f"CREATE TEMP TABLE {name} AS {bind(definitions()[name], values)}")
        table = db.sql("SELECT * FROM customers ORDER BY branch_id, customer_id").to_arrow_table()
        others = {
            name: db.sql(f"SELECT * FROM {_source(name, values)} ORDER BY ALL").to_arrow_table() for name in TABLES
        }
    lacking = {
        name: tuple(group for group in groups if not any(book.has(source) for source in group))
        for name, groups in needs().items()
    }
    missing = {name: groups for name, groups in lacking.items() if groups}
    return Features(
        table=_known(table, missing),
        unlocks=missing,
        aum_column=aum_column,
        tables={name: _known(other, missing) for name, other in others.items()},
    )


def _source(name: str, values: Mapping[str, Any]) -> str:
    """Where the rows of a table come from: a subject that stands already, or its own definition."""
    return name if name in SUBJECTS else f"({bind(definitions()[name], values)})"


def _known(table: pa.Table, missing: Mapping[str, Any]) -> pa.Table:
    return table.drop_columns([name for name in table.column_names if name in missing])
