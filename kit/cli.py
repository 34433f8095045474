"""The command ``kit``."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.prompt import Prompt

from kit.errors import KitError, MissingFile
from kit.messages import message

if TYPE_CHECKING:
    from kit.engagement import Engagement
    from kit.intake import Refused

app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="From a bank's extracts to a report for every branch and a call list for every manager.",
)  # fmt: skip
out_console, err_console = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="the engagement folder, with engagement.yml in it")]
Out = Annotated[
    Path | None, typer.Option("--out", help="where the reports go; reports/<name of the engagement> if not said")
]


def _print(text: object) -> None:
    out_console.print(escape(str(text)), highlight=False)


def _complain(text: object) -> None:
    err_console.print(escape(str(text)), highlight=False, style="red")


class _Progress:
    """A run's progress: a bar on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self.bar = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=out_console, disable=not out_console.is_terminal, transient=True,
        )  # fmt: skip
        self.task = self.bar.add_task("", total=None)

    def stage(self, name: str) -> None:
        text = message(f"cli.stage.{name}")
        self.bar.update(self.task, description=text)
        _print(f"· {text}")

    def reading(self, name: str, done: int, of: int, rows: int) -> None:
        counted = message("cli.rows", rows=f"{rows:,}") if rows else ""
        self.bar.update(self.task, description=f"{escape(name)} {counted}", total=of, completed=done)

    def branches(self, total: int, kept: int) -> None:
        self.bar.update(self.task, description=message("cli.reports"), total=total, completed=0)
        if kept:
            _print(message("cli.kept", kept=kept))

    def finished(self, outcome: object) -> None:
        self.bar.advance(self.task)
        name, seconds, failed = (getattr(outcome, key) for key in ("name", "seconds", "failed"))
        mark = "✗" if failed else "✓"
        _print(f"{mark} {name}  {seconds:.1f} s")


class _Passwords:
    """The password of an encrypted workbook: what the engagement or the environment has, else asked, once a file."""

    def __init__(self, progress: _Progress, engagement: Engagement) -> None:
        self.progress, self.engagement = progress, engagement
        self.known: dict[Path, str] = {}

    def __call__(self, path: Path) -> str | None:
        given = self.engagement.password(path)
        if given or not sys.stdin.isatty():
            return given
        if path not in self.known:
            self.progress.bar.stop()
            question = message("cli.password", file=path.name)
            self.known[path] = Prompt.ask(question, password=True, console=err_console)
            self.progress.bar.start()
        return self.known[path]


@app.command()
def run(
    folder: Folder,
    branch: Annotated[
        list[str] | None, typer.Option("--branch", help="only this branch, by id or name; may be repeated")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="processes; one a processor if not said")
    ] = None,
    out: Out = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="make every report again, and the contact plan anew")] = False,  # noqa: FBT002 - a flag
    printed: Annotated[
        datetime | None,
        typer.Option(
            "--printed",
            formats=["%Y-%m-%d"],
            help="date on the covers, from which plan and deadlines count; unless said, that of the reports as they "
            "are, else today",
        ),
    ] = None,
) -> None:
    """Make every branch's report: kit run bank --branch 0101 --out reports/bank."""
    from kit.run.executor import run as run_engagement  # noqa: PLC0415 - other commands need not wait for pandas

    engagement, target = _opened(folder, out)
    progress = _Progress()
    with progress.bar, _asking(folder):
        result = run_engagement(
            engagement,
            target,
            progress,
            only=branch or (),
            workers=workers,
            fresh=fresh,
            printed=printed.date() if printed else None,
            password=_Passwords(progress, engagement),
        )
    for notice in result.taken.notices:
        _print(f"! {notice}")
    if lost := result.taken.rows_quarantined:
        _print(message("cli.quarantined", lost=lost, where=target / "data" / "quarantine.parquet"))
    if result.dates.is_stale:
        _print(message("cli.stale", as_of=result.dates.day, printed=result.dates.today, days=result.dates.age_days))
    for bad in result.failed:
        cell = f"#{bad.cell}" if bad.cell else "—"
        again = f"kit run {folder}" + ("" if bad.branch == "*" else f" --branch {bad.branch}")
        place = {"name": bad.name, "branch": bad.branch, "chapter": bad.chapter, "cell": cell}
        _complain(message("cli.failed", **place, reason=bad.reason, again=again))
    _print(message("cli.index", index=target / "share" / "index.html"))
    secrets, returned = folder / ".secrets", folder / "extracts" / "returned"
    _print(message("cli.workbooks", working=target / "working", secrets=secrets, returned=returned))
    for fault in result.bad_scripts:
        _complain(f"✗ {fault}")
    _not_read(result.taken.refused)
    raise typer.Exit(1 if result.failed or result.taken.refused or result.bad_scripts else 0)


@app.command()
def intake(
    folder: Folder,
    out: Out = None,
    review: Annotated[bool, typer.Option("--review", help="ask what is open; answers go into mapping/")] = False,  # noqa: FBT002 - a flag
    by: Annotated[str | None, typer.Option("--by", help="who answers; asked if not said")] = None,
) -> None:
    """Read and check the extracts only: kit intake bank --review --by "Li Na"."""
    from kit.report.data_request import write_data_request  # noqa: PLC0415
    from kit.run.prepare import take_in  # noqa: PLC0415
    from kit.text import wording  # noqa: PLC0415

    engagement, target = _opened(folder, out)
    progress = _Progress()
    passwords = _Passwords(progress, engagement)
    if review:
        from kit.intake.review import Review, on_terminal  # noqa: PLC0415

        asked = Review(engagement.folder, engagement.params.as_of, password=passwords)
        for path in on_terminal(asked, _folded(), by):
            _print(message("cli.written", path=path))
    with progress.bar, _asking(folder):
        taken = take_in(engagement, target, password=passwords, reading=progress.reading)
    for row in taken.reconciliation.to_dict("records"):
        _print(message("cli.reconciled", **{str(column): value for column, value in row.items()}))
    for notice in taken.notices:
        _print(f"! {notice}")
    request = write_data_request(target, wording(engagement.language), bank=engagement.bank)
    _print(message("cli.request", request=request))
    _not_read(taken.refused)
    raise typer.Exit(1 if taken.refused else 0)


def _not_read(refused: Sequence[Refused]) -> None:
    for each in refused:
        _complain(message("cli.not_read", refused=each))


def _folded(*, stderr: bool = False) -> Console:
    """Console that folds at 80 columns: questions are read, not parsed."""
    return Console(stderr=stderr, width=min(80, out_console.width), highlight=False)


@contextmanager
def _asking(folder: Path) -> Iterator[None]:
    """End with the open questions, printed all at once and numbered, and how to answer them."""
    from kit.intake import OpenQuestions  # noqa: PLC0415

    try:
        yield
    except OpenQuestions as open_questions:
        _not_read(open_questions.facts.get("refused", ()))
        from kit.intake.review import show  # noqa: PLC0415

        questions, console = open_questions.facts["questions"], _folded(stderr=True)
        for number, question in enumerate(questions, start=1):
            show(console, number, question)
            console.print()
        console.print(escape(message("cli.questions", count=len(questions), folder=folder, mapping=folder / "mapping")))
        raise typer.Exit(2) from None


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="the folder to make")],
    bank: Annotated[str | None, typer.Option("--bank", help="the bank's name")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="rural-postal, state-owned or joint-stock")] = None,
    report_language: Annotated[str | None, typer.Option("--language", help="zh or en")] = None,
) -> None:
    """Begin an engagement with three questions: kit new bank."""
    from kit.engagement import CONFIG, profiles  # noqa: PLC0415

    if (folder / CONFIG).exists():
        raise typer.BadParameter(message("cli.new.exists", path=folder / CONFIG))
    bank = bank or Prompt.ask(message("cli.new.bank"))
    profile = profile or Prompt.ask(message("cli.new.profile"), choices=profiles(), default="rural-postal")
    report_language = report_language or Prompt.ask(message("cli.new.language"), choices=["zh", "en"], default="zh")
    for name in ("extracts", "mapping"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write_config(folder, bank=bank.replace('"', "”"), profile=profile, language=report_language, unsaid="# ")
    _print(message("cli.new.next", extracts=folder / "extracts", folder=folder))


def _write_config(folder: Path, **filled: str | None) -> None:
    from kit.engagement import CONFIG  # noqa: PLC0415
    from kit.resources import templates  # noqa: PLC0415

    text = (templates() / "engagement" / CONFIG).read_text(encoding="utf-8")
    (folder / CONFIG).write_text(text.format(**filled), encoding="utf-8")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="the folder to make")] = Path("demo"),
    branches: Annotated[int, typer.Option("--branches", min=1)] = 6,
    customers: Annotated[int, typer.Option("--customers", min=1, help="a branch")] = 5000,
    seed: Annotated[int, typer.Option("--seed")] = 20261031,
) -> None:
    """Write a synthetic bank's extracts: kit demo demo --branches 6 --customers 5000."""
    from kit.demo import write_bank  # noqa: PLC0415
    from kit.engagement import CONFIG  # noqa: PLC0415

    write_bank(folder, branches=branches, customers=customers, seed=seed)
    if not (folder / CONFIG).exists():
        _write_config(folder, bank="示范农村商业银行", profile="rural-postal", language="zh", unsaid="")
    _print(message("cli.demo", folder=folder, branches=branches, customers=customers))


@app.command()
def status(folder: Folder, out: Out = None) -> None:
    """Say what the ledger holds, branch by branch: kit status bank."""
    from kit.run.ledger import Ledger  # noqa: PLC0415

    _, target = _opened(folder, out)
    last = Ledger(target / "ledger.jsonl").last()
    if not last:
        raise MissingFile(path=target / "ledger.jsonl", need=f"kit run {folder}")
    for branch, line in sorted(last.items()):
        _print(f"{line['at']}  {line['status']:<6}  {branch}  {line.get('chapter', '')}")


@app.command()
def verify(folder: Folder, out: Out = None) -> None:
    """Compare the files of a run with its manifest: kit verify bank."""
    from kit.run.manifest import verify as compare  # noqa: PLC0415

    _, target = _opened(folder, out)
    found = compare(target)
    for kind, names in found.items():
        for name in names:
            _print(f"{kind}: {name}")
    if any(found.values()):
        raise typer.Exit(1)
    _print(message("cli.verified", target=target))


@app.command()
def purge(
    folder: Folder,
    out: Out = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Remove data, call lists and keys; reports and the ledger stay: kit purge bank --yes."""
    _, target = _opened(folder, out)
    if not yes:
        typer.confirm(message("cli.purge.confirm", target=target, folder=folder), abort=True)
    for name in ("data", "working", "notebooks"):
        shutil.rmtree(target / name, ignore_errors=True)
    with suppress(FileNotFoundError):
        (folder / ".secrets").unlink()
    _print(message("cli.purge.done"))


@app.command()
def lab(folder: Folder, out: Out = None) -> None:
    """Open JupyterLab on the notebooks, with this engagement's data: kit lab bank."""
    from kit.context import CONTEXT  # noqa: PLC0415
    from kit.resources import notebooks  # noqa: PLC0415

    _, target = _opened(folder, out)
    if (target / "data" / CONTEXT).is_file():
        (target / "data" / CONTEXT).touch()  # notebooks open the newest run
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(notebooks())])  # noqa: S606 - ourselves


def _opened(folder: Path, out: Path | None) -> tuple[Engagement, Path]:
    """An engagement, and where its reports go."""
    from kit.engagement import load  # noqa: PLC0415
    from kit.resources import root  # noqa: PLC0415
    from kit.text import slug  # noqa: PLC0415

    engagement = load(folder)
    return engagement, out or root() / "reports" / slug(engagement.name)


def main() -> None:
    """Run the command; bad usage or input ends with 2 and one message, never a traceback."""
    try:
        app(standalone_mode=True)
    except KitError as error:
        _complain(error)
        sys.exit(2)
