"""The fan-out: prepare once, make each branch's report in a process of its own, keep the ledger, write the index."""

import hashlib
import multiprocessing
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import psutil
import pyarrow.parquet as pq

from kit import __version__
from kit import columns as col
from kit.context import CONTEXT, Context
from kit.engagement import Engagement, chapter_notebooks
from kit.errors import KitError, UnknownName
from kit.facts import EVERY_BRANCH
from kit.features import frame
from kit.files import digest, replace
from kit.intake import Password
from kit.messages import message
from kit.params import Params
from kit.planning.scripts import scripts
from kit.report.data_request import write_data_request
from kit.report.index import Column, index_html
from kit.resources import notebooks
from kit.run.branch import Outcome, Task, work
from kit.run.ledger import Ledger
from kit.run.manifest import write_manifest
from kit.run.prepare import prepare
from kit.text import figure, slug, wording

_INDEX = {
    "customers": "count",
    "aum_fen": "money",
    "top20_share_of_aum": "percent",
    "share_of_customers_holding_80pct": "percent",
    "gini": "ratio",
    "upgrade_customers": "count",
}
_SUMMED = ("customers", "aum_fen", "upgrade_customers")


class Progress(Protocol):
    """What a run tells while it goes on."""

    def stage(self, name: str) -> None:
        """A stage of the preparation begins."""

    def reading(self, name: str, done: int, of: int, rows: int) -> None:
        """A file of the extracts is read: how many are done of how many, and its rows so far."""

    def branches(self, total: int, kept: int) -> None:
        """So many reports are to be made; so many are done already."""

    def finished(self, outcome: Outcome) -> None:
        """One report is made, or failed."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did: its folder, each branch's outcome, and the branches that an earlier run had done.

    ``dates`` are the thresholds with the data's date and the printing day; ``bad_scripts`` are the engagement's own
    words that could not be used.
    """

    out: Path
    outcomes: tuple[Outcome, ...]
    kept: tuple[str, ...]
    taken: Any
    branches: pd.DataFrame
    dates: Params
    bad_scripts: tuple[KitError, ...] = ()

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Outcomes of the branches that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.failed)


def run(
    engagement: Engagement,
    out: Path,
    progress: Progress,
    *,
    only: Sequence[str] = (),
    workers: int | None = None,
    fresh: bool = False,
    printed: date | None = None,
    engine: str | None = "warm",
    timeout: int = 600,
    password: Password | None = None,
) -> RunResult:
    """Run an engagement into ``out``.

    Parameters
    ----------
    only
        Ids or names of the branches to report on; all if empty.
    workers
        Processes; as many as there are processors, unless said.
    fresh
        Make every report again, and the contact plan anew; otherwise the plan of the last run goes on, and the reports
        whose inputs have not changed since the ledger called them done stay.
    printed
        The printing day, one for the whole hand-over (`kit.run.prepare.printing_day`). Reports of another date are
        made again.
    engine
        Papermill engine; None for papermill's own.
    password
        Called with the path of an encrypted workbook; the engagement's own way if not said.

    Raises
    ------
    KitError
        Before any report is made: bad input, or a branch that does not exist.
    """
    taken = prepare(
        engagement, out, progress.stage, password=password, reading=progress.reading, fresh=fresh, printed=printed
    )
    write_data_request(out, wording(engagement.language), bank=engagement.bank)
    context, branches = Context.read(out / "data"), frame(pq.read_table(out / "data" / "branches.parquet"))
    chosen = _chosen(branches, only)
    ledger, day = Ledger(out / "ledger.jsonl"), context.params.today
    hand_over = {"inputs": _fingerprint(out / "data"), "printed": day.isoformat()}
    done = set() if fresh else {b for b, line in ledger.last(**hand_over).items() if line["status"] == "done"}
    of_all = {"out": out.resolve(), "context": context, "engine": engine, "timeout": timeout}
    every = _tasks(engagement, branches, chosen, of_all)
    tasks = [task for task in every if task.branch not in done]
    kept = tuple(branch for branch in chosen if branch in done)
    progress.branches(len(tasks), len(kept))
    outcomes = []
    for outcome in _fan_out(tasks, workers):
        ledger.note(outcome.branch, **hand_over, **outcome.noted())
        outcomes.append(outcome)
        progress.finished(outcome)
    _write_index(context, out, branches, ledger.last(**hand_over))
    write_manifest(out, printed=day)
    own = scripts(engagement.language, engagement.folder, segments=engagement.params.segments.codes())
    outcomes.sort(key=lambda outcome: outcome.branch)
    return RunResult(out, tuple(outcomes), kept, taken, branches, context.params, tuple(own.faults.values()))


def _chosen(branches: pd.DataFrame, only: Sequence[str]) -> list[str]:
    ids = [str(branch) for branch in branches[col.BRANCH_ID]]
    names = dict(zip(branches[col.BRANCH_NAME].astype(str), ids, strict=True))
    for asked in only:
        if asked not in ids and asked not in names:
            raise UnknownName(kind=message("errors.kind.branch"), name=asked, known=[*ids, *names])
    return [asked if asked in ids else names[asked] for asked in only] or ids


def _fingerprint(data: Path) -> str:
    """One digest of all that a report is made from: what it was prepared from, its printing day and its plan."""
    made_from = [path for name in (CONTEXT, "plan.parquet") if (path := data / name).is_file()]
    return hashlib.sha256("|".join(map(digest, made_from)).encode()).hexdigest()[:16]


def _tasks(
    engagement: Engagement, branches: pd.DataFrame, chosen: Sequence[str], of_all: Mapping[str, Any]
) -> list[Task]:
    """A task a branch and one for the bank; ``of_all`` are the fields that all have in common."""
    known, secrets = chapter_notebooks(), engagement.secrets
    rows = branches.set_index(col.BRANCH_ID)
    chapters = tuple((name, known[name]) for name in engagement.chapters)
    task = partial(Task, password=secrets.password, key=bytes.fromhex(secrets.key), **of_all)
    # The largest first: the last one to finish is then a small one.
    order = sorted(chosen, key=lambda branch: (-int(rows["customers"][branch]), branch))
    # The bank's overview says itself what the concentration chapter says of one branch among others.
    overview = ("bank", notebooks() / "bank.ipynb")
    first = tuple(c for c in chapters if c[0] in ("summary", "quality"))
    over_all = (*first, overview, *(c for c in chapters if c not in first and c[0] != "concentration"))
    whole = task(branch=EVERY_BRANCH, name=engagement.bank, chapters=over_all)
    named = (task(branch=branch, name=str(rows[col.BRANCH_NAME][branch]), chapters=chapters) for branch in order)
    return [*named, whole]


def _fan_out(tasks: Sequence[Task], workers: int | None) -> Iterator[Outcome]:
    """Outcomes as they come, from processes of their own (papermill changes the folder of a whole process)."""
    if not tasks:
        return
    os.environ.setdefault("BRANCH_KIT_PRELOAD", "kit.chapter kit.charts seaborn")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker a processor: more threads wait for each other
    with pool_of(min(workers or os.cpu_count() or 1, len(tasks))) as pool:
        waiting = {pool.submit(work, task): task for task in tasks}
        for future in as_completed(waiting):
            task = waiting[future]
            try:
                yield future.result()
            except BrokenProcessPool:
                yield Outcome(task.branch, task.name, 0.0, reason=message("errors.run.worker_ended"))


def pool_of(workers: int) -> ProcessPoolExecutor:
    """Processes that end with this one, however it ends, and their kernels with them."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_the_run)


def _end_with_the_run() -> None:
    """Watch for the end of the run: a worker that waits for its next task is told nothing when the run is killed."""
    run, worker = multiprocessing.parent_process(), psutil.Process()

    def watch() -> None:
        if run:
            run.join()
        for child in worker.children(recursive=True):
            child.kill()
        worker.kill()

    threading.Thread(target=watch, daemon=True).start()


def _write_index(context: Context, out: Path, branches: pd.DataFrame, state: Mapping[str, Mapping[str, Any]]) -> None:
    """Write ``share/index.html``; ``state`` has the ledger's line of each report of this hand-over."""
    words = wording(context.language).given(params=context.params)
    ids = branches[col.BRANCH_ID].astype(str)
    rows = branches.assign(
        name=branches[col.BRANCH_NAME],
        stem=[slug(branch) for branch in ids],
        ready=[state.get(branch, {}).get("status") == "done" for branch in ids],
    )
    names = dict(zip(ids, rows["name"], strict=True)) | {EVERY_BRANCH: context.bank}
    made = state.get(EVERY_BRANCH, {}).get("status") == "done"
    whole = {words("bank.title"): "bank.html", "PDF": "bank.pdf"} if made else {}
    html = index_html(
        rows,
        meta={
            "bank": context.bank,
            "title": words("common.report"),
            "as_of": context.params.day.isoformat(),
            "language": context.language,
            "kit_version": __version__,
            "links": whole,
        },
        columns=[
            Column(key, words.label(f"index.{key}"), kind, bar=key == "aum_fen", summed=key in _SUMMED)
            for key, kind in _INDEX.items()
        ],
        failed={names[b]: f"{line.get('chapter', '')}" for b, line in state.items() if line["status"] == "failed"},
        fmt=lambda value, kind: figure(value, kind, context.language),
    )
    replace(out / "share" / "index.html", html.encode())
