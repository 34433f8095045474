"""`make bench`: the kit's ways beside the plain ones, as ratios. ``BENCH_ROWS`` rows of csv, 10 million unless said."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks import chapters, extracts
from benchmarks.measure import apart
from kit.demo import write_bank
from kit.demo.extracts import Layout, layout_of
from kit.demo.plan import calendar
from kit.engagement import CONFIG, chapter_notebooks, load
from kit.intake import find_sources, intake
from kit.run.engine import WarmEngine
from kit.run.notebook import execute
from kit.run.prepare import prepare


def median_seconds(action: Callable[[], object], runs: int) -> float:
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def beside(name: str, ours: float, plain: float) -> None:
    print(f"{name:<58} {ours:8.2f} s   plain {plain:8.2f} s   ratio {plain / ours:5.1f}")


def memory_beside(name: str, ours: tuple[float, float], plain: tuple[float, float]) -> None:
    beside(name, ours[0], plain[0])
    print(f"{'':<58} {ours[1]:8.0f} MB  plain {plain[1]:8.0f} MB  ratio {plain[1] / ours[1]:5.1f}")


def large_extracts() -> None:
    rows = int(os.environ.get("BENCH_ROWS", "10_000_000"))
    with tempfile.TemporaryDirectory() as scratch:
        book, folder = Path(scratch, "book.xlsx"), Path(scratch, "bank")
        text = folder / "extracts" / "客户资产月报.csv"
        text.parent.mkdir(parents=True)
        extracts.write_workbook(book)
        ours = min(apart("benchmarks.extracts", "read_workbook", book) for _ in range(2))
        memory_beside(
            "xlsx 200,000 x 25: kit, pandas + openpyxl",
            ours,
            apart("benchmarks.extracts", "read_workbook_plainly", book),
        )
        extracts.write_text(text, rows)
        ours = apart("benchmarks.extracts", "take_in", folder)
        plain = apart("benchmarks.extracts", "read_text_plainly", text)
        memory_beside(f"csv GB18030, {rows:,} rows: intake, pandas.read_csv alone", ours, plain)


def read_plainly(path: Path, layout: Layout) -> pd.DataFrame:
    """Text read by pandas, who is told what the kit finds out: encoding, delimiter and header row."""
    above = int(bool(layout.title))
    return pd.read_csv(path, sep=layout.delimiter, encoding=layout.encoding, skiprows=above, dtype=str)


def large_branch() -> None:
    """Figures of every chapter for a branch of 30,000 customers; the plain way also says, tabulates and draws them."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch, "bank"), Path(scratch, "out")
        write_bank(folder, branches=1, customers=30_000)
        (folder / CONFIG).write_text("bank: bench\n", encoding="utf-8")
        prepare(load(folder), out, lambda _stage: None)
        chapters.seconds(out / "data", "0101", shown=True)  # what is loaded and cached once
        shown = chapters.seconds(out / "data", "0101", shown=True)
        for name, computed in chapters.seconds(out / "data", "0101", shown=False).items():
            beside(f"30,000 customers, {name}: figures, with what is shown", computed, shown[name])
        runs = [chapters.seconds(out / "data", "0101", shown=False) for _ in range(5)]
        quickest = {name: min(run[name] for run in runs) for name in shown}
        diagnosis = [name for name, path in chapter_notebooks().items() if path.name < "20"]
        for told, names in (("diagnostic chapters (to be under 2 s)", diagnosis), ("chapters", list(shown))):
            ours, plain = (sum(seconds[name] for name in names) for seconds in (quickest, shown))
            beside(f"30,000 customers, all {len(names)} {told}", ours, plain)
        memory_beside(
            "30,000 customers, all chapters in a new process",
            apart("benchmarks.chapters", "figures", out / "data", "0101"),
            apart("benchmarks.chapters", "shown", out / "data", "0101"),
        )


def large_assignments() -> None:
    """Who keeps whom in ``BENCH_BRANCHES`` branches (100 unless said) of 30,000 customers and 12 staff, on one core."""
    count = os.environ.get("BENCH_BRANCHES", "100")
    command = [sys.executable, "-m", "benchmarks.allocation", "1", count, "30000", "roles"]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    rows = pd.DataFrame([json.loads(line) for line in told])
    for name, unit in (("processor", "s"), ("seconds", "s"), ("peak_mb", "MB"), ("gap", "of the bound")):
        print(f"{count} assignments of 30,000 x 12: {name:<20} median {rows[name].median():8.4f}   "
              f"largest {rows[name].max():8.4f} {unit}")  # fmt: skip


def main() -> None:
    large_extracts()
    large_branch()
    large_assignments()
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch, "bank"), Path(scratch, "out")
        write_bank(folder, branches=2, customers=5000)
        (folder / CONFIG).write_text("bank: bench\n", encoding="utf-8")
        engagement = load(folder)
        prepare(engagement, out, lambda _stage: None)

        source, given = chapter_notebooks()["concentration"], {"data": str(out / "data")}
        warm = lambda: execute(source, out / "w.ipynb", given)  # noqa: E731
        warm()
        plain = median_seconds(lambda: execute(source, out / "p.ipynb", given, engine=None), 3)
        beside("a chapter: engine warm, papermill's own", median_seconds(warm, 5), plain)
        WarmEngine.shutdown()

        cal, files = calendar(date(2026, 10, 31), 13), list((folder / "extracts").iterdir())
        texts = {path: layout_of(path.stem, cal) for path in files if path.suffix != ".xlsx"}
        typed = median_seconds(lambda: intake(find_sources(folder), out=Path(scratch, "book"), key=bytes(32)), 2)
        read = median_seconds(lambda: [read_plainly(path, layout) for path, layout in texts.items()], 2)
        beside(f"intake of {len(files)} files, pandas.read_csv of the {len(texts)} texts alone", typed, read)


if __name__ == "__main__":
    main()
