"""One branch from its data to its report: chapters → one notebook → HTML and PDF → call lists."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from kit import __version__
from kit import columns as col
from kit.book import Book
from kit.engagement import CONTEXT
from kit.errors import KitError, language
from kit.params import Params
from kit.planning.load import owner_load
from kit.report.gate import check_html, check_pdf
from kit.report.html import html_page
from kit.report.load import load_sheet
from kit.report.notebook import report_of
from kit.report.typst import pdf_file
from kit.report.workbook import encrypted, workbook
from kit.run.callbooks import write_callbooks
from kit.run.cards import cards
from kit.run.files import replace
from kit.run.notebook import NotebookFailed, execute
from kit.run.persons import Persons, rows_of
from kit.run.words import said
from kit.text import Wording, slug, wording

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
            persons = Persons.of(task.out / "data", task.branch, task.key)
            _callbooks(task, persons)
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
    document = report_of(
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
    html, pdf = html_page(document), pdf_file(document)
    check_html(html, branch_name=task.name, chapters=titles)
    check_pdf(pdf, branch_name=task.name, min_pages=2)
    replace(folder / f"{task.stem}.html", html.encode())
    replace(folder / f"{task.stem}.pdf", pdf)


def _callbooks(task: Task, persons: Persons) -> None:
    """A workbook and a calendar for each owner of the branch."""
    plan, params = _plan(task), _params(task)
    texts, replies = said(task, persons, plan, params)
    write_callbooks(task, persons, plan, params, start=_start(task), spoken=texts, replies=replies)


def _plan(task: Task) -> pd.DataFrame:
    """The branch's plan, a row a contact."""
    return rows_of(task.out / "data" / "plan.parquet", task.branch)


def _facts(task: Task) -> dict[str, Any]:
    """What the run knows of itself."""
    found: dict[str, Any] = json.loads((task.out / "data" / CONTEXT).read_text(encoding="utf-8"))
    return found


def _params(task: Task) -> Params:
    """The thresholds of the run."""
    return Params(**_facts(task)["params"])


def _start(task: Task) -> date:
    """The first day of the plan."""
    return date.fromisoformat(_facts(task)["plan_start"])


def _load(task: Task, words: Wording) -> Callable[[Any], None] | None:
    """The page of the branch head, as what adds it to a workbook; none where nobody keeps anybody."""
    book = Book(task.out / "data")
    daily: dict[str, int] = {}
    if book.has(f"staff.{col.DAILY_CONTACTS}"):
        staff = book.read("staff", [col.STAFF_ID, col.DAILY_CONTACTS]).dropna()
        daily = dict(zip(staff[col.STAFF_ID], staff[col.DAILY_CONTACTS].astype(int), strict=True))
    found = owner_load(_plan(task), daily, _params(task), start=_start(task))
    return partial(load_sheet, load=found, words=words, branch=task.name) if len(found.planned) else None


def _lists(task: Task, persons: Persons) -> None:
    """One encrypted workbook for the branch: a sheet a list, each customer with what is at stake and why."""
    words = wording(task.language)
    lists = rows_of(task.out / "data" / "lists.parquet", task.branch)
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
    first = _load(task, words)
    if sheets or first:
        made_of = workbook(sheets, words, first=first)
        replace(task.out / "working" / f"{task.stem}.xlsx", encrypted(made_of, task.password))
