"""Whole reports without a kernel: the code cells of every chapter, run here, and what they show in both languages."""

import io
import json
import pickle
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from matplotlib.figure import Figure

from kit.chapter import EVERY_BRANCH, Chapter, opening, showing
from kit.document.blocks import Figure as Drawn
from kit.document.blocks import KeyFigures, Table, grid, plain
from kit.document.carry import MIME, from_json
from kit.engagement import chapter_notebooks
from kit.resources import notebooks
from kit.text import Wording

# A figure that is none and was printed all the same; the unit behind the dash that stands for one.
_SLIP = re.compile(r"\b(?:nan|None|NaN|NaT|inf)\b|<NA>|—\s?(?:万|亿|元|户|%)")
# A sentence around a dash; “—” in quotation marks is explained by it.
_NO_FIGURE = re.compile(r"(?<![—“\w\u4e00-\u9fff])—(?![—”])|(?<=[，：为占 ])—(?![—”])")
_ONE_OF_MANY = re.compile(r"(?<![\d.,–-])1\*{0,2} (?:customers|owners|families|branches|accounts|rows|months)\b")
_UNLOCK = ("本节暂缺", "Not available yet")


@dataclass(frozen=True)
class Shown:
    """One thing that a chapter shows: ``kind`` is text, table, kpi or chart; a chart's text is its caption."""

    chapter: str
    kind: str
    text: str
    empty: bool = False

    @property
    def unlocks(self) -> bool:
        """Whether it says what is missing."""
        return any(words in self.text for words in _UNLOCK)

    def faults(self) -> Iterator[str]:
        """What a reader would stumble over."""
        text = self.text.replace("\n", "\n ")  # what ends one line and what begins the next have nothing to do
        if found := _SLIP.search(text):
            yield f"{self.chapter}: “{found[0]}” in: {text}"
        if found := _ONE_OF_MANY.search(text):
            yield f"{self.chapter}: “{found[0]}” in: {text}"
        if self.kind != "table" and _NO_FIGURE.search(text):
            yield f"{self.chapter}: a sentence around a missing figure: {text}"
        if self.empty:
            yield f"{self.chapter}: an empty {self.kind}: {text}"


def _is_empty_table(table: Table) -> bool:
    """Whether no cell behind the first of its row says more than nothing."""
    cells = [plain(cell.text) for row in grid(table, "zh").body for cell in row[1:]]
    return all(re.fullmatch(r"[0.,%—-]*", text) for text in cells)


def _is_empty_chart(figure: Figure) -> bool:
    return not any(
        any(bar.get_width() and bar.get_height() for bar in axes.patches if hasattr(bar, "get_width"))
        or any(len(line.get_xdata()) > 2 for line in axes.lines)
        or axes.collections
        for axes in figure.axes
    )


@cache
def _cells() -> dict[str, tuple[CodeType, ...]]:
    """Chapter → its code cells, without that of the parameters."""
    found = {}
    for name, path in {**chapter_notebooks(), "bank": notebooks() / "bank.ipynb"}.items():
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [c for c in cells if c["cell_type"] == "code" and "parameters" not in c["metadata"].get("tags", [])]
        found[name] = tuple(compile("".join(c["source"]), f"{path.name}[{i}]", "exec") for i, c in enumerate(code))
    return found


class _Both(Wording):
    """Chinese wording that keeps what the English would have said."""

    def __init__(self, _language: str) -> None:
        super().__init__("zh")
        self.english, self.said = Wording("en"), list[str]()

    def __call__(self, key: str, **values: Any) -> str:
        self.said.append(self.english(key, **{**self.values, **values}))
        return super().__call__(key, **values)


class Reader:
    """Reads the report of a branch; a chart of figures that were drawn before is not drawn again."""

    def __init__(self) -> None:
        self.drawn: dict[bytes, bool] = {}
        self.laid_out = True
        self.seen: list[Shown] = []
        self.words = _Both("zh")
        self.chapter, self.is_empty = "", False

    def display(self, data: dict[str, Any], raw: bool = False) -> None:
        last = from_json(data[MIME])[-1]
        kind = {Table: "table", KeyFigures: "kpi", Drawn: "chart"}.get(type(last), "text")
        empty = self.is_empty if kind == "chart" else isinstance(last, Table) and _is_empty_table(last)
        self.seen.append(Shown(self.chapter, kind, data["text/plain"], empty))

    def draw(self, draw: Callable[..., Figure], *args: Any, labels: Any) -> "Reader":
        """This, to be shown in the figure's place."""
        same = pickle.dumps((draw.__qualname__, args))
        if same not in self.drawn:
            figure = draw(*args, labels=labels)
            if self.laid_out:
                figure.draw_without_rendering()
            self.drawn[same] = _is_empty_chart(figure)
        self.is_empty = self.drawn[same]
        return self

    def savefig(self, *_args: Any, **_options: Any) -> None:
        """Nothing: what a figure looks like is not read."""

    def read(self, data: Path, branch: str, only: Collection[str] = ()) -> list[Shown]:
        """Everything that the chapters (``only`` these) show; what the English says besides is told at the end."""
        self.seen.clear()
        self.words.said.clear()
        chapters = only or _cells().keys() - {"concentration" if branch == EVERY_BRANCH else "bank"}
        with redirect_stderr(io.StringIO()) as stderr:
            for self.chapter in chapters:
                names: dict[str, Any] = {"data": str(data), "branch": branch, "language": "zh"}
                for cell in _cells()[self.chapter]:
                    exec(cell, names)
                self.seen += [Shown(self.chapter, "text", text) for text in dict.fromkeys(self.words.said)]
                self.words.said.clear()
        assert stderr.getvalue() == ""
        return list(self.seen)


_READER = Reader()


@pytest.fixture(scope="module")
def read() -> Iterator[Callable[..., list[Shown]]]:
    """All that the chapters of a branch show, given the data folder and the branch."""
    chart = Chapter.chart

    def drawn_once(chapter: Chapter, key: str, draw: Callable[..., Figure], *args: Any, **extra: Any) -> None:
        chart(chapter, key, partial(_READER.draw, draw), *args, **extra)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(showing, "display", _READER.display)
        patched.setattr(opening, "wording", lambda _language: _READER.words)
        patched.setattr(Chapter, "chart", drawn_once)
        yield _READER.read
