"""What a chapter notebook works with: the branch's customers, and ways to say, tabulate and chart a result.

A cell is a line or two: compute with `kit.analysis`, then ``say``, ``table`` or ``chart`` it. A result that the data
cannot give is announced once, with the columns that would unlock it, and skipped after that.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import display

from kit import columns as col
from kit.analysis.branches import Standing, standing
from kit.analysis.contact import rated
from kit.analysis.result import Unavailable, judged
from kit.analysis.summary import Finding
from kit.book import Book
from kit.chapter.method import method
from kit.context import Context
from kit.document.blocks import Block, Figure, Heading, KeyFigure, KeyFigures, Picture, Quote, plain
from kit.document.carry import MIME, to_json
from kit.document.frames import table_of
from kit.document.html import fragment
from kit.document.plain import to_plain
from kit.document.sentences import blocks_of, text_of
from kit.errors import Contradiction
from kit.facts import EVERY_BRANCH, contradictions
from kit.features.definitions import needs
from kit.params import Params
from kit.planning.scripts import Scripts, scripts
from kit.planning.words import lacking
from kit.reconciliation import Reconciliation, read_reconciliation
from kit.report.names import named, rules_told, shares_told
from kit.report.quotes import quoted
from kit.schema import schema
from kit.tables import CODES
from kit.text import Wording, figure

# Tables of rows that are logged as they happen, and what they come from.
_LOGS = {"contacts": "contact", "callers": "contact", "sales": "sale", "events": "event"}


@dataclass(frozen=True)
class Chapter:
    """One chapter of one branch.

    Attributes
    ----------
    customers
        Rows of this branch (``data/customers.parquet``).
    branches
        All branches, to compare with.
    tables
        What reads the rows of a table, given its name and the branch.
    """

    name: str
    branch_id: str
    branch_name: str
    bank: str
    customers: pd.DataFrame
    branches: pd.DataFrame
    params: Params
    words: Wording
    context: Context
    data: Path
    tables: Callable[[str, str], pd.DataFrame]

    def reconciliation(self) -> Reconciliation:
        """What the intake wrote about itself: the bank's, not the branch's."""
        return read_reconciliation(self.data)

    @property
    def plan(self) -> pd.DataFrame:
        """The branch's contact plan."""
        return self.rows("plan")

    def rows(self, name: str, *, everywhere: bool = False) -> pd.DataFrame:
        """Rows of ``data/<name>.parquet`` that are this branch's, or every branch's.

        Of a log that is silent of this branch, and was not sent for it over the profile's months, no column but the
        branch: that it has no row says nothing.
        """
        own = self.tables(name, self.branch_id)
        if name in _LOGS and own.empty and not self.reaches(_LOGS[name]):
            return own[[col.BRANCH_ID]]
        return self.tables(name, EVERY_BRANCH) if everywhere else own

    def reaches(self, source: str) -> bool:
        """Whether a log that was sent for the branch reaches over the profile's months; of nobody there is none."""
        sent = self.tables("sent", self.branch_id)
        known = pd.to_datetime(sent.loc[sent["source"] == source, "known_since"])
        since = pd.Timestamp(self.params.day) - pd.DateOffset(months=self.params.practice.months)
        return self.customers.empty or bool((known <= since).any())

    def sent(self, *sources: str) -> str:
        """Which of these tables were sent for the branch, and from when to when they reach: no row there is a no."""
        rows, told = self.rows("sent"), []
        for source in sources:
            found = rows[rows["source"] == source]
            first, last = found["first_date"].min(), found["last_date"].max()
            ended = found["known_since"].isna().all()
            key = "none" if found.empty else "undated" if pd.isna(last) else "ended" if ended else "window"
            of = len(self.branches) if self.branch_id == EVERY_BRANCH else 0
            name = schema()[source].label(self.words.language)
            told.append(
                self.words.plain(f"common.sent.{key}", name=name, first=first, last=last, branches=len(found), of=of)
            )
        return self.words.plain("common.sent.told", told=self.words.join(told))

    def title(self) -> None:
        """Heading of the chapter and the question that it answers."""
        question = self.words(f"{self.name}.question", **self._facts)
        self._show(Heading(1, text_of(self.words(f"{self.name}.title")), chapter=True), *blocks_of(question))

    def section(self, key: str, result: Any = None, *, of: str = "", by: str = "", **extra: Any) -> None:
        """Heading of a section and its finding, or what is missing for it.

        ``of`` names the count that the finding is about: where the result has none of it, the sentence is
        ``<key>.none``. Where that, or a figure of the sentence, is missing, it says why instead. ``by`` names what of
        the result says what that means: the sentence ``<key>.so.<its value>``, if there is one, follows.
        """
        self._show(
            Heading(2, text_of(self.words(f"{self.name}.{key}.title"))),
            *blocks_of(self._finding(key, result, of, by, extra)),
        )

    def _finding(self, key: str, result: Any, of: str, by: str, extra: dict[str, Any]) -> str:
        if isinstance(result, Unavailable):
            return self._unlock(key, result)
        values = self._values(result) | extra
        said = f"{self.name}.{key}.{'finding' if _speaks(result, of) else 'none'}"
        if (said.endswith(".none") and said not in self.words) or not self.words.knows(said, **values):
            said = "common.no_figure"
        so = f"{self.name}.{key}.so.{getattr(result, by, '')}"
        told = self.words(said, **values)
        return told + self.words(so, **values) if said.endswith(".finding") and so in self.words else told

    def account(self, key: str, result: Any, field: str, *, of: str) -> None:
        """A section that is a finding and its table, or, where there is nothing ``of`` it, a line without a heading."""
        if _speaks(result, of):
            self.section(key, result)
            self.table(key, result, field)
        else:
            said = self.words(f"{self.name}.{key}.none", **self._values(result))
            self._say(f"**{self.words(f'{self.name}.{key}.title')}** · {said}")

    def say(self, key: str, result: Any = None, *, of: str = "", **extra: Any) -> None:
        """A sentence whose figures are those of ``result``; none where they, or what it is ``of``, are missing."""
        values = self._values(result) | extra
        if _speaks(result, of) and self._knows(key, **values):
            self._say(self.words(f"{self.name}.{key}", **values))

    def say_each(self, key: str, results: Iterable[Finding]) -> None:
        """A sentence ``<key>.<code>`` a result."""
        for each in results:
            self.say(f"{key}.{each.code}", each)

    def kpi(self, result: Any, **extra: Any) -> None:
        """The chapter's headline figures as cards, without those that the data cannot give."""
        if isinstance(result, Unavailable):
            return
        values = self._values(result) | extra
        lacking = [f"{{{name}." for name, value in extra.items() if isinstance(value, Unavailable)]
        told = self.words.labels(f"{self.name}.kpi")
        names = [key.partition(".")[0] for key in told if key.endswith(".value")]
        names = [name for name in names if not any(field in told[f"{name}.value"] for field in lacking)]
        cards = tuple(
            KeyFigure(*(
                self._line(f"kpi.{card}.{part}", **values) if self._knows(f"kpi.{card}.{part}", **values) else ""
                for part in ("label", "value", "note")
            ))
            for card in names
            if self._knows(f"kpi.{card}.value", **values)
        )  # fmt: skip
        if cards:
            self._show(KeyFigures(cards))

    def table(self, key: str, result: Any, field: str = "table", *, of: str = "", total: bool = False) -> None:
        """A frame of the result as a table with the caption ``<chapter>.<key>.table``."""
        if not _speaks(result, of):
            return
        self.frame(key, getattr(result, field), total=total, **self._values(result))

    def frame(self, key: str, rows: pd.DataFrame, *, total: bool = False, **values: Any) -> None:
        """A frame as a table with the caption ``<chapter>.<key>.table``; one of nothing, or of zeros, is left out."""
        figures = rows.select_dtypes("number")
        if rows.empty or (len(figures.columns) and not figures.fillna(0).any(axis=None)):
            return
        if col.BRANCH_ID in rows:
            known = dict(zip(self.branches[col.BRANCH_ID], self.branches[col.BRANCH_NAME], strict=True))
            rows = rows.assign(**{col.BRANCH_ID: rows[col.BRANCH_ID].map(known)})
            rows = rows.rename(columns={col.BRANCH_ID: col.BRANCH_NAME})
        caption = self._line(f"{key}.table", **self._facts | values)
        self._show(table_of(named(rows, self.words), self.words, caption=caption, total=total))

    def chart(self, key: str, draw: Callable[..., Any], result: Any, *args: Any, of: str = "", **extra: Any) -> None:
        """A figure with its caption and its words for those who cannot see it; none where these lack a figure."""
        values = self._values(result) | extra
        if self.customers.empty or not _speaks(result, of) or not self._knows(f"{key}.alt", **values):
            return
        drawn = draw(result, *args, labels=self.words.labels("charts") | self.words.labels("labels"))
        svg = io.StringIO()
        drawn.savefig(svg, format="svg", metadata={"Date": None})
        picture = Picture(svg.getvalue(), alternative=self._line(f"{key}.alt", **values))
        self._show(Figure(picture, self._line(f"{key}.chart", **values)))

    def each(
        self, key: str, result: Any, field: str = "table", *, spoken: pd.DataFrame | None = None, **groups: str
    ) -> None:
        """A paragraph for each row of a frame: ``<key>.each``, and what ``<key>.own`` has to say of the row's code.

        The first column is the code. A cell of shares by code is said as a list; ``groups`` names its labels. Of
        ``spoken`` (`kit.planning.words.word_sheet`) the words for a segment are the figure ``script``.
        """
        if not _speaks(result, ""):
            return
        rows = getattr(result, field)
        scripts_of = {} if spoken is None else dict(zip(spoken["key"], spoken["text"], strict=True))
        for row in rows.to_dict("records"):
            code, own = row[rows.columns[0]], f"{self.name}.{key}.own"
            told = {column: shares_told(row[column], group, self.words) for column, group in groups.items()}
            own_words = self.words.labels(f"{own}.{code}") or self.words.labels(f"{own}.default")
            told |= {"script": scripts_of.get(f"segment.{code}", "")}
            values = self._facts | row | told | own_words | {"name": self.name_of(CODES[rows.columns[0]], code)}
            self._say(self.words(f"{self.name}.{key}.each", **values))

    def names_in(self, kind: str, result: Any, *fields: str) -> dict[str, str]:
        """Printed names of a result's codes, for its sentences: ``first`` is named ``first_name``."""
        if isinstance(result, Unavailable):
            return {}
        return {f"{field}_name": self.name_of(kind, getattr(result, field)) for field in fields}

    def name_of(self, kind: str, code: str | None) -> str:
        """Printed name of a code: ``name_of("tier", "vip")``."""
        return self.words.label(f"labels.{kind}.{code}", default=code or "")

    def names_of(self, kind: str, codes: Iterable[str]) -> str:
        """Printed names of codes, one after the other."""
        return self.words.join([self.name_of(kind, code) for code in codes])

    def rules(self) -> str:
        """The rules of the segments, in words."""
        return rules_told(self.params.segments.rules, self.words)

    @cached_property
    def scripts(self) -> Scripts:
        """The words that the run used, in the language of this report."""
        return scripts(self.words.language, self.data, segments=self.params.segments.codes())

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return {"branch": self.branch_name, "bank": self.bank, **method(self.context, self.words)}

    @cached_property
    def facts(self) -> Mapping[str, float | None]:
        """The branch's facts (``data/facts.parquet``); one that is not known is None."""
        rows = self.rows("facts", everywhere=True).dropna(subset="value")
        own = rows[rows[col.BRANCH_ID] == self.branch_id]
        return defaultdict(lambda: None, zip(own["name"], own["value"], strict=True))

    @cached_property
    def own_row(self) -> dict[Hashable, Any] | None:
        """The branch as the bank's table of branches has it; None where this is the whole bank."""
        known = self._book("branch", col.BRANCH_ID)
        own = known[known[col.BRANCH_ID] == self.branch_id].to_dict("records")
        return None if self.branch_id == EVERY_BRANCH else {col.BRANCH_NAME: self.branch_name, **dict(*own)}

    def lacking(self) -> pd.DataFrame:
        """What the texts of the plan lack; see `kit.planning.words.lacking`."""
        fed = self.reconciliation().fields
        named = bool(((fed["table"] == "customer") & (fed["column"] == col.CUSTOMER_NAME)).any())
        staff, branches = self._book("staff", col.STAFF_ID), self._book("branch", col.BRANCH_ID)
        return lacking(
            self.plan, self.customers, staff, branches, named=named, params=self.params, scripts=self.scripts
        )

    def quotes(self, spoken: pd.DataFrame, *prefixes: str) -> None:
        """Texts of `kit.planning.words.word_sheet` whose keys begin so, each under its name, as said or sent."""
        for quote in quoted(spoken, prefixes, self.scripts, self.words):
            self._show(quote)

    def _book(self, table: str, key: str) -> pd.DataFrame:
        book = Book(self.data)
        return book.read(table) if book.has(table) else pd.DataFrame(columns=[key], dtype="str")

    def definitions(self, **extra: str) -> None:
        """口径: the thresholds, denominators and dates behind this chapter's figures."""
        said = blocks_of(self.words(f"{self.name}.definitions", **self._facts, **extra))
        self._show(Heading(2, text_of(self.words("common.definitions"))), Quote(said))

    def stale(self) -> None:
        """Say so where the data are old on the printing day."""
        if self.params.is_stale:
            self.say("stale")

    def holidays(self) -> None:
        """Say so where the plan reaches into a year whose holidays are not announced yet."""
        if not self.context.holidays_announced:
            self.say("calendar_note")

    def coverage(self, *columns: str) -> None:
        """Of how many customers each of these flags, grades or scores is known, where not of all: rates are theirs."""
        customers = rated(self.customers, self.params)
        for column in columns:
            known = judged(customers, column)
            if 0 < known.known < known.of:
                name = self.words.label(f"tables.{column}", default=column)
                self._say(self.words("common.judged", name=name, known=known.known, of=known.of))

    def standing(self, column: str) -> Standing:
        """Where this branch stands among the bank's branches."""
        return standing(self.branches, self.branch_id, column, self.params)

    def place(self, found: Standing | None, kind: str = "percent") -> str:
        """Rank of the branch where it is more than chance, else the branches' median; nothing beside no other."""
        if found is None or found.median is None:
            return ""
        key = "rank" if found.rank else "alike" if found.alike else "median"
        median = figure(found.median, kind, self.words.language)
        return self.words.plain(f"common.place.{key}", rank=found.rank, of=found.of, median=median)

    def beside(self, rate: str) -> None:
        """Where the branch stands in a headline rate of the branches, if there is one to stand beside."""
        if place := self.place(self.standing(f"{rate}_share")):
            self._say(self.words("common.beside", name=self.name_of("rate", rate), place=place))

    def variant(self, key: str) -> str:
        """``key`` for a branch, ``key_bank`` for the whole bank: a section that differs between the two."""
        return f"{key}_bank" if self.branch_id == EVERY_BRANCH else key

    def _knows(self, key: str, **values: Any) -> bool:
        return self.words.knows(f"{self.name}.{key}", **values)

    def _values(self, result: Any) -> dict[str, Any]:
        """Figures of a result and of the branch, by which a sentence is written.

        Raises
        ------
        Contradiction
            Where a figure has the name of a fact and another value.
        """
        for name, shown, known in contradictions(result, self.facts):
            raise Contradiction(name=name, shown=shown, fact=known)
        found = {f.name: getattr(result, f.name) for f in fields(result)} if is_dataclass(result) else {}
        return self._facts | found | {"facts": self.facts}

    def _unlock(self, key: str, result: Unavailable) -> str:
        """Call-out that names the missing columns as the bank would call them, or of how few there are values."""
        sources = {**needs(), **({} if result.of else self.context.unlocks)}
        groups = dict.fromkeys(tuple(g) for name in result.columns for g in sources.get(name, ()))
        named = [self.words("common.either").join(self._source(source) for source in group) for group in groups]
        return self.words(
            "common.too_few" if result.of else "common.unlock",
            known=result.known,
            of=result.of,
            title=self.words.plain(f"{self.name}.{key}.title"),
            columns=self.words("common.both").join(named or result.columns),
        )

    def _source(self, source: str) -> str:
        table, _, column = source.partition(".")
        found, language = schema()[table], self.words.language
        return f"{found.label(language)}·{found.columns[column].label(language)}"

    def _line(self, key: str, **values: Any) -> str:
        """A wording as one line without marks: a caption, a label."""
        return plain(text_of(self.words(f"{self.name}.{key}", **values)))

    def _say(self, sentence: str) -> None:
        self._show(*blocks_of(sentence))

    def _show(self, *blocks: Block) -> None:
        """Blocks for the report, beside them what JupyterLab and a terminal show."""
        language = self.words.language
        html, text = fragment(blocks, language), to_plain(blocks, language)
        display({MIME: to_json(blocks), "text/html": html, "text/plain": text}, raw=True)


def _speaks(result: Any, of: str) -> bool:
    """Whether there is anything to show: the data can answer, and there is something ``of`` what is shown.

    Less than zero, as a sum of debts, is no more of it than zero.
    """
    if isinstance(result, Unavailable) or not of:
        return not isinstance(result, Unavailable)
    found = getattr(result, of)
    return bool(found > 0 if isinstance(found, int | float) else found)
