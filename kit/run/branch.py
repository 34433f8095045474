"""One branch from its data to its report: chapters → one notebook → HTML and PDF → call lists."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from kit import __version__, vault
from kit import columns as col
from kit.errors import KitError, language
from kit.features import frame
from kit.report.assemble import assemble
from kit.report.gate import check_html, check_pdf
from kit.report.html import to_html
from kit.report.typst import to_pdf
from kit.report.workbook import encrypted, workbook
from kit.run.cards import cards
from kit.run.files import replace
from kit.run.notebook import NotebookFailed, execute
from kit.text import slug, wording

__all__ = ["BANK", "Outcome", "Task", "work"]

BANK = "*"  # the task that makes the report over all branches


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to make one branch's report; everything in it can cross to another process."""

    branch: str
    name: str
    bank: str
    as_of: date
    prepared: date
    chapters: tuple[tuple[str, Path], ...]
    out: Path
    language: str
    password: str = field(repr=False)
    key: bytes = field(repr=False)
    engine: str | None
    timeout: int

    @property
    def stem(self) -> str:
        """File name of the branch."""
        return "bank" if self.branch == BANK else slug(self.branch)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task; ``chapter``, ``cell`` and ``reason`` where it failed."""

    branch: str
    name: str
    seconds: float
    chapter: str = ""
    cell: int | None = None
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether the report could not be made."""
        return bool(self.reason)


def work(task: Task) -> Outcome:
    """Make one report; a failure is an outcome and not an exception, so that the other branches go on."""
    began, chapter = time.monotonic(), ""
    try:
        executed = []
        for name, source in task.chapters:
            chapter = name
            target = task.out / "notebooks" / task.stem / source.name
            parameters = {"data": str(task.out / "data"), "branch": task.branch, "language": task.language}
            executed.append(execute(source, target, parameters, engine=task.engine, timeout=task.timeout))
        chapter = "report"
        _render(task, executed)
        if task.branch != BANK:
            chapter = "call lists"
            persons = _Persons.of(task)
            _call_lists(task, persons)
            _lists(task, persons)
    except NotebookFailed as error:
        cell, reason = error.facts.get("cell"), str(error.facts.get("reason"))
        return Outcome(task.branch, task.name, time.monotonic() - began, chapter, cell, reason)
    except KitError as error:
        return Outcome(task.branch, task.name, time.monotonic() - began, chapter, None, str(error))
    except Exception as error:  # noqa: BLE001 - one branch's accident must not end the others; its text may hold data
        where = f"{type(error).__name__}（{'程序错误' if language() == 'zh' else 'a fault of the kit'}）"
        return Outcome(task.branch, task.name, time.monotonic() - began, chapter, None, where)
    return Outcome(task.branch, task.name, time.monotonic() - began)


def _render(task: Task, executed: list[Any]) -> None:
    words = wording(task.language)
    share = task.out / "share"
    folder = share if task.branch == BANK else share / "branches"
    home = {} if task.branch == BANK else {"branch_id": task.branch}
    whole = assemble(
        executed,
        {
            "title": words("common.report"),
            "bank": task.bank,
            **home,
            "branch_name": task.name,
            "as_of": task.as_of.isoformat(),
            "prepared": task.prepared.isoformat(),
            "language": task.language,
            "kit_version": __version__,
            "footer": words("common.footer", bank=task.bank, as_of=task.as_of, version=__version__),
            "index": "index.html" if task.branch == BANK else "../index.html",
            "pdf": f"{task.stem}.pdf",
        },
    )
    titles = [words(f"{name}.title") for name, _ in task.chapters]
    html, pdf = to_html(whole), to_pdf(whole)
    check_html(html, branch_name=task.name, chapters=titles)
    check_pdf(pdf, branch_name=task.name, min_pages=2)
    replace(folder / f"{task.stem}.html", html.encode())
    replace(folder / f"{task.stem}.pdf", pdf)


@dataclass(frozen=True, slots=True)
class _Persons:
    """A branch's customers with what only its encrypted workbooks may show: names, numbers, telephones."""

    rows: pd.DataFrame
    units: pd.DataFrame  # what the vault knows of the branch's units, under their own numbers
    shown: list[str]  # columns of the vault that hold anything

    @classmethod
    def of(cls, task: Task) -> _Persons:
        customers = frame(pq.read_table(task.out / "data" / "customers.parquet", filters=_own(task)))
        vaulted, units = (
            vault.read(task.out / "data" / vault.VAULT, key=task.key, branch=task.branch, table=table)
            for table in ("customer", "unit_account")
        )
        shown = [c for c in (vault.CUSTOMER_NUMBER, col.CUSTOMER_NAME, col.MOBILE) if vaulted[c].notna().any()]
        return cls(customers.merge(vaulted, on=col.CUSTOMER_ID, validate="one_to_one"), units, shown)

    def have(self, *columns: str) -> list[str]:
        """Those of ``columns`` that the bank's data gave."""
        return [column for column in columns if column in self.rows]


def _own(task: Task) -> list[tuple[str, str, str]]:
    return [(col.BRANCH_ID, "==", task.branch)]


def _call_lists(task: Task, persons: _Persons) -> None:
    """An encrypted workbook for each owner of the branch who has anybody to call."""
    words = wording(task.language)
    plan = frame(pq.read_table(task.out / "data" / "plan.parquet", filters=_own(task)))
    known = persons.have(
        col.TIER, col.SEGMENT, col.AUM_FEN, col.UPGRADE_GAP_FEN, col.NEXT_MATURITY_DATE, col.SERVICE_GRADE
    )
    rows = plan.merge(
        persons.rows[[col.CUSTOMER_ID, *persons.shown, *known]], on=col.CUSTOMER_ID, validate="many_to_one"
    ).sort_values([col.DATE, col.PRIORITY], na_position="last")
    weeks = int(rows[col.BATCH].max()) if rows[col.BATCH].notna().any() else 0
    columns = [col.DATE, *persons.shown, col.CONTACT_CLASS, *known, col.REASON]
    for owner, listed in rows.groupby(col.STAFF_ID, dropna=False):
        name = words.label("workbook.nobody") if pd.isna(owner) else str(owner)
        heading = words("workbook.heading", branch=task.name, owner=name, weeks=weeks)
        made = workbook({words.label("workbook.sheet"): (heading, listed[columns])}, words)
        file = "unassigned" if pd.isna(owner) else slug(str(owner))
        replace(task.out / "working" / task.stem / f"{file}.xlsx", encrypted(made, task.password))


def _lists(task: Task, persons: _Persons) -> None:
    """One encrypted workbook for the branch: a sheet a list, each customer with what is at stake and why."""
    words = wording(task.language)
    lists = frame(pq.read_table(task.out / "data" / "lists.parquet", filters=_own(task)))
    known = persons.have(col.TIER, col.STAFF_ID, col.AUM_FEN)
    known_of = pd.concat([persons.rows, persons.units])[[col.CUSTOMER_ID, *persons.shown, *known]]
    rows = lists.merge(known_of, on=col.CUSTOMER_ID, how="left", validate="many_to_one")
    rows[col.WHY] = [
        words.join([words.label(f"lists.reason.{code}") for code in reason.split("+")]) for reason in rows[col.REASON]
    ]
    columns = [col.RANK, *persons.shown, *known, col.STAKE_FEN, col.WHY]
    sheets = {
        words.label(f"labels.list.{name}"): (
            words(f"lists.heading.{name}", branch=task.name),
            each[columns].dropna(axis=1, how="all"),  # a unit has no tier
        )
        for name, each in rows.rename(columns={col.AMOUNT_FEN: col.STAKE_FEN}).groupby(col.LIST, sort=False)
    }
    made = cards(persons.rows, persons.shown, lists, words)
    if len(made):
        sheets[words.label("labels.list.card")] = (words("lists.heading.card", branch=task.name), made)
    if sheets:
        replace(task.out / "working" / f"{task.stem}.xlsx", encrypted(workbook(sheets, words), task.password))
