"""Every number of the profile is what the report goes by: changed in turn, the figures follow, and the words too."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

import kit.chapter
from kit.analysis.success import fit_success
from kit.book import Book
from kit.database import reading
from kit.engagement import CONTEXT, load, profile
from kit.features import _build, frame, settle_dates
from kit.features.binding import Values, bind, book_facts
from kit.features.definitions import SUBJECTS, definitions
from kit.features.tables import parameter_tables
from kit.params import Params
from kit.planning.assignment import assignment
from kit.planning.contacts import contact_plan
from kit.run.prepare import derive, present_staff
from kit.text import LANGUAGES, wording

BRANCH = "0101"
Steps = tuple[str | int, ...]

# What no page follows, and why.
UNSEEN = {
    "tiers.0.floor_wan": "the ladder begins at nothing, and any other number is refused",
    "checks.code_jump": "a check of the intake: tests/intake/test_checks.py",
    "checks.code_rows": "a check of the intake: tests/intake/test_checks.py",
    "checks.panel_jump": "a check of the intake: tests/intake/test_checks.py",
    "checks.sum_tolerance": "a check of the intake: tests/intake/test_checks.py",
    "checks.unit_share": "a check of the intake: tests/intake/test_checks.py",
}
# Parts that the chapters read for themselves, and the first chapters that do.
READ_BY = {
    "top_share_of_customers": ["concentration"], "share_of_aum": ["concentration"], "findings": ["summary"],
    "critical_from": ["stages"], "segments.small_cell": ["segments"], "tier_rule": ["tiers"],
    "dormancy_rules": ["dormancy"], "primary.retention_low": ["primary"], "deposits": ["deposits"], "units": ["units"],
    "practice": ["practice", "pipeline"], "offers": ["needs"], "wallet": ["needs"],
    "compared": ["practice", "concentration", "needs", "segments"], "primary.elsewhere_ratio": ["primary"],
}  # fmt: skip


def _leaves(tree: Any, path: Steps = ()) -> Iterator[tuple[Steps, float]]:
    """Every number of the thresholds with its path."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list | tuple) else ()
    for key, value in items:
        yield from _leaves(value, (*path, key))
    if isinstance(tree, int | float) and not isinstance(tree, bool):
        yield path, tree


def _name(path: Steps) -> str:
    return ".".join(map(str, path))


def _with(params: Params, path: Steps, value: float) -> Params:
    """The thresholds with one number changed."""
    tree = params.model_dump(mode="json")
    part = tree
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return Params(**tree)


def _changed(params: Params, path: Steps, was: float) -> Iterator[Params]:
    """The thresholds with this number smaller or larger, as far as they may be."""
    values = [
        was * 2,
        was * 10,
        was / 2,
        was / 10,
        0,
        was + 1,
        was + 3,
        was - 1,
        was * 0.9,
        was * 1.1,
        100,
        1,
        0.999,
        0.5,
    ]
    for value in dict.fromkeys(round(v) if isinstance(was, int) else v for v in values):
        try:
            made = _with(params, path, value)
        except ValidationError:
            continue
        if value != was:
            yield made


LEAVES = {_name(path): (path, was) for path, was in _leaves(Params(**profile("rural-postal")).model_dump(mode="json"))}


class Bank:
    """A prepared bank, of whose figures those are computed anew that a changed threshold can touch."""

    def __init__(self, data: Path, params: Params, db: Any) -> None:
        self.data, self.db, self.book = data, db, Book(data)
        self.params = settle_dates(self.book, params)
        self.customers, self.outcomes = self._own("customers"), self._own("outcomes")
        self.tables = {name: self._own(name) for name in ("touches", "maturities")}
        self.values = Values(self.params, book_facts(self.book, self.params))
        _build(db, self.book, self.values)
        absent = db.sql("SELECT staff_id FROM staff_state WHERE absence IS NOT NULL").fetchall()
        self.team = present_staff(self.book, {staff for (staff,) in absent})
        self.rows = assignment(self.customers, self.team, self.params).rows
        self.plan = self._plan(self.params)

    def _own(self, name: str) -> pd.DataFrame:
        return frame(pq.read_table(self.data / f"{name}.parquet", filters=[("branch_id", "==", BRANCH)]))

    def definitions_follow(self, params: Params) -> bool:
        """Whether any definition says something else with these thresholds, all that it rests on being as it was."""
        new = Values(params, book_facts(self.book, params))
        tables, was = parameter_tables(params), parameter_tables(self.params)
        other = {name for name, table in tables.items() if not table.equals(was[name])}
        try:
            for name in other:
                self.db.register(name, tables[name])
            return any(
                self.db.sql(f"({bind(name, new)}) EXCEPT SELECT * FROM {name}").fetchone()
                or self.db.sql(f"SELECT * FROM {name} EXCEPT ({bind(name, new)})").fetchone()
                for name in SUBJECTS
                if bind(name, new) != bind(name, self.values)
                or any(re.search(rf"\b{table}\b", definitions()[name]) for table in other)
            )
        finally:
            for name in other:
                self.db.register(name, was[name])

    def _plan(self, params: Params) -> pd.DataFrame:
        return contact_plan(self.customers, self.rows, params, staff=self.team, tables=self.tables)

    def plan_follows(self, params: Params) -> bool:
        """Whether somebody else keeps a customer, or a contact falls on another day or is ordered otherwise."""
        if params.allocation != self.params.allocation:
            return not assignment(self.customers, self.team, params).rows.equals(self.rows)
        model, was = (fit_success(self.outcomes, self.customers, each)[0] for each in (params, self.params))
        return model.stored() != was.stored() or not self._plan(params).equals(self.plan)


@pytest.fixture(scope="module")
def small(bank, prepared) -> Iterator[Bank]:
    with reading(prepared / "data" / "book") as db:
        yield Bank(prepared / "data", load(bank[0]).params, db)


def _told(data: Path, folder: Path, params: Params) -> Path:
    """The data of a run whose report goes by other thresholds."""
    if not folder.exists():
        shutil.copytree(data, folder, copy_function=os.link)
    context = json.loads((data / CONTEXT).read_text(encoding="utf-8"))
    (folder / CONTEXT).unlink(missing_ok=True)
    (folder / CONTEXT).write_text(json.dumps(context | {"params": params.model_dump(mode="json")}), encoding="utf-8")
    return folder


@pytest.fixture
def figures(read, monkeypatch):
    """What the chapters show, a threshold that a sentence names being blotted out: only figures tell of it."""
    words = kit.chapter.wording("zh").given()
    words.entries = {key: re.sub(r"\{params\.[^{}]*\}", "§", str(text)) for key, text in words.entries.items()}
    monkeypatch.setattr(kit.chapter, "wording", lambda _language: words)

    def shown(data: Path, chapters: list[str]) -> list[Any]:
        return [each for each in read(data, BRANCH, chapters) if each.kind != "html" or "kpi" not in each.text]

    return shown


def _readers(name: str) -> list[str]:
    return next((READ_BY[part] for part in sorted(READ_BY, key=len, reverse=True) if name.startswith(part)), [])


@pytest.mark.parametrize("name", sorted(LEAVES.keys() - UNSEEN.keys()))
def test_figures_follow_each_threshold(small, figures, tmp_path, name):
    path, was = LEAVES[name]
    chapters = _readers(name)
    before = figures(_told(small.data, tmp_path / "data", small.params), chapters) if chapters else []
    for params in _changed(small.params, path, was):
        if chapters and figures(_told(small.data, tmp_path / "data", params), chapters) != before:
            return
        if path[0] in ("contact", "allocation") and small.plan_follows(params):
            return
        if small.definitions_follow(params):
            return
    pytest.fail(f"{name}: whatever it is, the figures are the same")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LEAVES.keys() - UNSEEN.keys()))
def test_the_whole_report_follows_each_threshold(bank, prepared, read, tmp_path, name):
    path, was = LEAVES[name]
    engagement = load(bank[0])
    shutil.copytree(prepared / "data", tmp_path / "data")
    before = read(prepared / "data", BRANCH)
    for params in _changed(engagement.params, path, was):
        derive(engagement.model_copy(update={"params": params}), tmp_path / "data", lambda _stage: None, fresh=True)
        if read(tmp_path / "data", BRANCH) != before:
            return
    pytest.fail(f"{name}: whatever it is, the report is the same")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_a_share_typed_into_it(language):
    for key, text in wording(language).entries.items():
        typed = set(re.findall(r"\d+%", re.sub(r"\{[^{}]*\}", "", str(text)))) - {"100%"}
        assert not typed or key.startswith("callbook.load.legend"), (key, typed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_threshold_that_a_sentence_or_label_names_is_printed_as_it_was_set(language):
    tree = Params(**profile("rural-postal")).model_dump(mode="json")
    params = Params(**tree | {"top_share_of_customers": 0.125, "share_of_aum": 0.6}, as_of="2026-10-31")
    words = wording(language).given(params=params)
    named = {key: text for key, text in words.entries.items() if "{params." in str(text)}
    assert len(named) > 60
    assert not [key for key in named if "{params" in words.label(key)]
    assert "12.5%" in words.label("tables.top20_share_of_aum") + words.labels("charts")["top20_share_of_aum"]
    assert "60%" in words.label("index.share_of_customers_holding_80pct")
    assert "60%" in words.labels("charts")["holding_note"]
