"""Every number of the profile is what the report goes by: changed in turn, the figures follow, and the words too."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

import kit.chapter.opening
from kit.analysis.success import fit_success
from kit.book import Book
from kit.context import CONTEXT, Context
from kit.database import reading
from kit.engagement import load, profile
from kit.features import _build, frame, settle_dates
from kit.features.binding import Values, bind, book_facts
from kit.features.definitions import SUBJECTS
from kit.features.tables import parameter_tables
from kit.messages import LANGUAGES
from kit.params import WAN, Params
from kit.planning.assignment import assignment
from kit.planning.contacts import contact_plan
from kit.run.prepare import derive
from kit.text import wording

BRANCH = "0101"
Steps = tuple[str | int, ...]

# What nothing follows, and why.
_INTAKE = "a check of the intake, which is not done again: tests/intake/test_checks.py"
_FIXED = "any other number is refused"
_MERCHANT = ("aum_yuan", "demand_yuan", "turnover_ratio", "turnover_yuan")
UNSEEN = {
    "tiers.0.floor_wan": _FIXED,
    **{f"contact.classes.{i}.again_days": _FIXED for i in (0, 1, 3, 6)},
    **{f"checks.{name}": _INTAKE for name in ("code_jump", "code_rows", "panel_jump", "sum_tolerance", "unit_share")},
    # What the synthetic bank does not touch, with where its edge is held instead.
    **{f"merchant.{name}": "tests/features/test_money_in_and_out.py" for name in _MERCHANT},
    **{f"offers.risk.{family}": "tests/analysis/test_prospects.py" for family in ("gold", "structured")},
    **{f"wallet.incomes_wan.{i}": "tests/analysis/test_wallet.py" for i in range(3)},
    "checks.stale_days": "tests/run/test_dates.py",
    "practice.settle_days": "tests/features/test_logs.py",
    "evidence.coverage_at_least": "tests/analysis/test_result.py and tests/test_facts.py",
    "evidence.gap_days": "tests/features/test_evidence.py",
    "stages.order.2.at_least": "assets have come or not; of services and products alone it says how many",
    "compared.separation_low": "how large an effect is called, in words alone",
}
# What the chapters read for themselves, and where.
READ_BY = {
    "top_share_of_customers": "concentration", "share_of_aum": "concentration", "findings": "summary",
    "critical_from": "stages", "segments.small_cell": "segments", "tier_rule": "tiers", "dormancy_rules": "dormancy",
    "primary.retention_low": "primary", "deposits": "deposits", "units": "units", "practice": "practice",
    "practice.kept_from": "pipeline", "practice.visit_days": "pipeline", "practice.refers_often": "pipeline",
    "offers": "needs", "wallet": "needs", "contact.intents": "grades", "compared": "practice",
    "compared.leave_out": "concentration", "compared.limits.1": "bank",
}  # fmt: skip


def _leaves(tree: Any, path: Steps = ()) -> Iterator[tuple[Steps, float]]:
    """Every number of the thresholds with its path."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list | tuple) else ()
    for key, value in items:
        yield from _leaves(value, (*path, key))
    if isinstance(tree, int | float) and not isinstance(tree, bool):
        yield path, tree


def _with(params: Params, path: Steps, value: float) -> Params:
    """The thresholds with one number changed."""
    tree = params.model_dump(mode="json")
    part = tree
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return Params(**tree)


def _changes(params: Params, path: Steps, was: float) -> Iterator[float]:
    """Other numbers that may stand there, smaller and larger."""
    times = (was * by for by in (10, 0.1, 2, 0.5, 0.9, 1.1))  # the coarsest first: most follow at once
    values = (*times, was + 1, was - 1, was + 3, 2, 100, 0.99, 0.5, 0, 1, 10**6)
    for value in dict.fromkeys(round(v) if isinstance(was, int) else v for v in values):
        try:
            _with(params, path, value)
        except ValidationError:
            continue
        if value != was:
            yield value


LEAVES = {
    ".".join(map(str, path)): (path, was)
    for path, was in _leaves(Params(**profile("rural-postal")).model_dump(mode="json"))
}


class Defined:
    """A bank's features, of which those are computed anew that a changed threshold can touch."""

    def __init__(self, data: Path, params: Params, db: Any) -> None:
        self.data, self.db, self.book = data, db, Book(data)
        self.params = settle_dates(self.book, params)
        self.tables = parameter_tables(self.params)
        self.values = Values(self.params, book_facts(self.book, self.params))
        _build(db, self.book, self.values)
        self.sql = {name: bind(name, self.values) for name in SUBJECTS}

    def follow(self, params: Params) -> bool:
        """Whether any definition says something else with these thresholds, all that it rests on being as it was."""
        values = Values(params, book_facts(self.book, params))
        changed = {name: t for name, t in parameter_tables(params).items() if not t.equals(self.tables[name])}
        reads = re.compile(rf"\b({'|'.join(changed) or '-'})\b")
        for name, table in changed.items():
            self.db.register(name, table)
        try:
            for name, was in self.sql.items():
                now = bind(name, values)
                both = f"(({now}) EXCEPT SELECT * FROM {name}) UNION ALL (SELECT * FROM {name} EXCEPT ({now}))"
                if (now != was or reads.search(was)) and self.db.execute(f"{both} LIMIT 1").fetchall():
                    return True
        finally:
            for name in changed:
                self.db.register(name, self.tables[name])
        return False


@pytest.fixture(scope="module")
def defined(bank, prepared) -> Iterator[Defined]:
    with reading(prepared / "data" / "book") as db:
        yield Defined(prepared / "data", load(bank[0]).params, db)


class Planned:
    """A branch in the weeks of a festival, with customers of every sort, and whom to contact when."""

    def __init__(self, data: Path, params: Params) -> None:
        def own(name: str) -> pd.DataFrame:
            return frame(pq.read_table(data / f"{name}.parquet", filters=[("branch_id", "==", BRANCH)]))

        contact = params.contact.model_copy(update={"success_outcomes": 20})
        self.params = params.model_copy(update={"as_of": date(2026, 9, 1), "contact": contact})
        customers, self.outcomes = own("customers").head(150), own("outcomes")
        place = np.arange(len(customers))
        touched = pd.Series(pd.Timestamp("2026-09-01") - pd.to_timedelta(place % 60, unit="D"))
        self.customers = customers.assign(
            intent=np.array(["A", "B", "C", "D", None], dtype="object")[place % 5],
            hung_up=place % 3 > 0,
            aum_fen=customers["aum_fen"].mask(place % 7 == 0, 2000 * WAN).mask(place % 7 == 1, 150 * WAN),
            movement_fen=customers["movement_fen"].mask(place % 7 == 1, 45 * WAN),
            household_id=[f"h{i // 5}" if i < 20 else None for i in place],
            last_touch_date=touched.where(place % 4 != 0),
        )
        staff = frame(pq.read_table(data / "book" / "staff.parquet")).query("branch_id == @BRANCH and ~is_virtual")
        self.team = staff.drop(columns="daily_contacts", errors="ignore")
        self.tables = {"maturities": own("maturities")}
        self.rows = self.kept(self.params)
        self.plan, self.model = self.planned(self.params), self.likely(self.params)

    def kept(self, params: Params) -> pd.DataFrame:
        return assignment(self.customers, self.team, params).rows

    def planned(self, params: Params) -> pd.DataFrame:
        return contact_plan(self.customers, self.rows, params, staff=self.team, tables=self.tables)

    def likely(self, params: Params) -> tuple[bool, bool]:
        model = fit_success(self.outcomes, self.customers, params)[0]
        return model.enough, model.used

    def follows(self, name: str, params: Params) -> bool:
        """Whether somebody else keeps a customer, or a contact falls on another day, or is judged otherwise."""
        if name.startswith("allocation"):
            return not self.kept(params).equals(self.rows)
        if name.startswith("contact.success"):
            return self.likely(params) != self.model
        return not self.planned(params).equals(self.plan)


@pytest.fixture(scope="module")
def planned(bank, prepared) -> Planned:
    return Planned(prepared / "data", load(bank[0]).params)


@pytest.fixture(scope="module")
def figures(prepared, read, tmp_path_factory) -> Iterator[Callable[[str, Params], list[Any]]]:
    """What a chapter shows, a threshold that a sentence names being blotted out: figures alone tell of it."""
    words, folder = kit.chapter.opening.wording("zh").given(), tmp_path_factory.mktemp("told") / "data"
    words.entries = {key: re.sub(r"\{params\.[^{}]*\}", "§", str(text)) for key, text in words.entries.items()}
    shutil.copytree(prepared / "data", folder, copy_function=os.link)
    facts = pq.read_table(folder / "facts.parquet")
    (folder / "facts.parquet").unlink()
    pq.write_table(facts.slice(0, 0), folder / "facts.parquet")  # reckoned with other thresholds they would contradict

    def shown(chapter: str, params: Params) -> list[Any]:
        (folder / CONTEXT).unlink()
        Context.read(prepared / "data").model_copy(update={"params": params}).write(folder)
        return read(folder, "*" if chapter == "bank" else BRANCH, [chapter])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kit.chapter.opening, "wording", lambda _language: words)
        yield shown


@pytest.fixture(scope="module")
def as_they_were(figures, defined) -> Callable[[str], list[Any]]:
    return cache(lambda chapter: figures(chapter, defined.params))


@pytest.mark.parametrize("name", sorted(LEAVES.keys() - UNSEEN.keys()))
def test_the_figures_follow_each_threshold(defined, planned, figures, as_they_were, name):
    path, was = LEAVES[name]
    chapter = next((READ_BY[part] for part in sorted(READ_BY, key=len, reverse=True) if name.startswith(part)), "")
    for value in _changes(defined.params, path, was):
        params = _with(defined.params, path, value)
        if chapter and figures(chapter, params) != as_they_were(chapter):
            return
        if path[0] in ("contact", "allocation") and planned.follows(name, _with(planned.params, path, value)):
            return
        if defined.follow(params):
            return
    pytest.fail(f"{name}: whatever it is, the figures are the same")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LEAVES.keys() - UNSEEN.keys()))
def test_the_report_follows_each_threshold(bank, prepared, read, tmp_path, name):
    path, was = LEAVES[name]
    engagement = load(bank[0])
    shutil.copytree(prepared / "data", tmp_path / "data")
    before = read(prepared / "data", BRANCH)
    for value in _changes(engagement.params, path, was):
        other = engagement.model_copy(update={"params": _with(engagement.params, path, value)})
        derive(other, tmp_path / "data", lambda _stage: None, fresh=True)
        if read(tmp_path / "data", BRANCH) != before:
            return
    pytest.fail(f"{name}: whatever it is, the report is the same")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_a_share_typed_into_it(language):
    for key, text in wording(language).entries.items():
        typed = set(re.findall(r"\d+%", re.sub(r"\{[^{}]*\}", "", str(text)))) - {"100%"}
        assert not typed, (key, typed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_threshold_that_a_label_names_is_printed_as_it_was_set(language):
    tree = Params(**profile("rural-postal")).model_dump(mode="json")
    params = Params(**tree | {"top_share_of_customers": 0.125, "share_of_aum": 0.6, "as_of": "2026-10-31"})
    words = wording(language).given(params=params)
    named = [key for key, text in words.entries.items() if "{params." in str(text)]
    assert len(named) > 60
    assert not [key for key in named if "{params" in words.label(key)]
    for label in (words.label("tables.top20_share_of_aum"), words.labels("charts")["top20_share_of_aum"]):
        assert "12.5%" in label
    for label in (words.label("index.share_of_customers_holding_80pct"), words.labels("charts")["holding_note"]):
        assert "60%" in label
