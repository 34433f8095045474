"""One branch from its data to its report: chapters → one notebook → HTML and PDF → call lists."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit import __version__
from kit.errors import KitError
from kit.facts import EVERY_BRANCH
from kit.files import replace
from kit.messages import message
from kit.report.gate import check_html, check_pdf
from kit.report.html import html_page
from kit.report.notebook import report_of
from kit.report.typst import pdf_file
from kit.run.notebook import NotebookFailed, execute
from kit.run.working import Working, write_working
from kit.text import slug, wording


@dataclass(frozen=True, slots=True)
class Task(Working):
    """What a worker needs to make one branch's report; everything in it can cross to another process."""

    chapters: tuple[tuple[str, Path], ...]
    engine: str | None
    timeout: int

    @property
    def stem(self) -> str:
        """File name of the branch."""
        return "bank" if self.branch == EVERY_BRANCH else slug(self.branch)


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

    def noted(self) -> dict[str, Any]:
        """What the ledger keeps of it: no reason, which may hold what a notebook said."""
        where = {"chapter": self.chapter, "cell": self.cell} if self.failed else {}
        return {"status": "failed" if self.failed else "done", "seconds": round(self.seconds, 2), **where}


def work(task: Task) -> Outcome:
    """Make one report; a failure is an outcome and not an exception, so that the other branches go on."""
    began, chapter, cell, reason = time.monotonic(), "", None, ""
    try:
        executed = []
        for name, source in task.chapters:
            chapter = name
            target = task.out / "notebooks" / task.stem / source.name
            parameters = {"data": str(task.out / "data"), "branch": task.branch, "language": task.context.language}
            executed.append(execute(source, target, parameters, engine=task.engine, timeout=task.timeout))
        chapter = "report"
        _render(task, executed)
        if task.branch != EVERY_BRANCH:
            chapter = "call lists"
            write_working(task)
    except NotebookFailed as error:
        cell, reason = error.facts["cell"], str(error.facts["reason"])
    except KitError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - one branch's accident must not end the others; its text may hold data
        reason = f"{type(error).__name__}（{message('errors.run.fault')}）"
    return Outcome(task.branch, task.name, time.monotonic() - began, chapter if reason else "", cell, reason)


def _render(task: Task, executed: list[Any]) -> None:
    context, share = task.context, task.out / "share"
    words, as_of = wording(context.language), context.params.day
    folder = share if task.branch == EVERY_BRANCH else share / "branches"
    home = {} if task.branch == EVERY_BRANCH else {"branch_id": task.branch}
    document = report_of(
        executed,
        {
            "title": words("common.report"),
            "bank": context.bank,
            **home,
            "branch_name": task.name,
            "as_of": as_of.isoformat(),
            "prepared": context.params.today.isoformat(),
            "language": context.language,
            "kit_version": __version__,
            "footer": words("common.footer", bank=context.bank, as_of=as_of, version=__version__),
            "index": "index.html" if task.branch == EVERY_BRANCH else "../index.html",
            "pdf": f"{task.stem}.pdf",
        },
    )
    titles = [words(f"{name}.title") for name, _ in task.chapters]
    html, pdf = html_page(document), pdf_file(document)
    check_html(html, branch_name=task.name, chapters=titles)
    check_pdf(pdf, branch_name=task.name, min_pages=2)
    replace(folder / f"{task.stem}.html", html.encode())
    replace(folder / f"{task.stem}.pdf", pdf)
