"""What only a person may decide about a source: the question, the likely answers and what speaks for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kit.errors import KitError, language
from kit.schema import Column, schema

__all__ = [
    "IGNORE",
    "LEAVE_OUT",
    "Candidate",
    "Interview",
    "OpenQuestions",
    "Question",
    "Said",
    "column_name",
    "listed",
    "told",
]

IGNORE = "-"
LEAVE_OUT = "leave_out"

# Code, sentence in Chinese and in English: what speaks for an answer, and what an answer means.
_SAID: dict[str, tuple[str, str]] = {
    "same_label": ("表头与“{alias}”相同", "the label is that of “{alias}”"),
    "like_label": ("表头像“{alias}”", "the label resembles “{alias}”"),
    "other_table": ("这个名称属于{table}", "this is a label of the table {table}"),
    "values_fit": ("{share}的值{kind}", "{share} of the values {kind}"),
    "values_differ": ("但只有{share}的值{kind}", "but only {share} of the values {kind}"),
    "allowed": ("{share}的代码是这一列的", "{share} of the codes are this column's"),
    "distinct": ("{filled} 个值里有 {distinct} 个不同", "{distinct} distinct among {filled} values"),
    "codes": ("代码：{codes}", "codes: {codes}"),
    "beside": ("旁边是 {names}", "beside it: {names}"),
    "group": ("在分组表头“{group}”下", "under the group “{group}”"),
    "names_fit": (
        "{count} 个名称里 {known} 个能对上机构表：{shown}",
        "{known} of {count} names are in the branch table: {shown}",
    ),
    "names_sound": ("{count} 个名称像支行名：{shown}", "{count} names sound like branches: {shown}"),
    "read_as": (
        "按{unit}读：中位数 {median}，九成以下不超过 {high}",
        "read as {unit}: median {median}, nine in ten below {high}",
    ),
    "times": ("与“{other}”逐行相差 {factor} 倍", "row by row {factor} times “{other}”"),
    "family": ("同样表头的其他文件中位数是 {median}", "the other files of this layout have a median of {median}"),
    "engagement_date": ("engagement.yml 的数据日期", "the date of engagement.yml"),
    "known_labels": ("{count} 个表头对得上：{names}", "{count} labels fit: {names}"),
    "lacks": ("缺 {names}", "lacks {names}"),
}
_KINDS = {
    "money": ("是金额", "are amounts"), "int": ("是整数", "are whole numbers"), "decimal": ("是数", "are numbers"),
    "date": ("是日期", "are dates"), "bool": ("是“是/否”", "say yes or no"), "secret": ("像号码", "look like numbers"),
    "id": ("像编号", "look like ids"),
}  # fmt: skip

_TITLES: dict[str, tuple[str, str]] = {
    "table": ("这张表是什么？表头：{labels}", "Which table is this? Its labels: {labels}"),
    "label": ("“{label}”{question}？", "“{label}”: {question}?"),
    "column": ("缺少必需的“{column}”，它是哪一列？", "“{column}” is needed: where is it?"),
    "double": ("{labels} 都可以是“{column}”，用哪一列？", "{labels} may each be “{column}”: which is it?"),
    "gone": (
        "上次确认过的“{label}”（{column}）不见了，现在是哪一列？",
        "“{label}” ({column}), confirmed earlier, is gone: which column is it now?",
    ),
    "date": ("没有数据日期，数据是哪一天的？", "No date of its own: of which day is the data?"),
    "branch": ("“{label}”是哪家机构？", "Which branch is “{label}”?"),
    "unit": ("“{label}”的单位是什么？", "What is the unit of “{label}”?"),
    "forbidden": (
        "“{label}”是不该外传的信息，整个文件没有读。要不读这些列、只读其余的吗？",
        "“{label}” is what no bank may hand over, and nothing of the file was read. Read it without these columns?",
    ),
    "use": ("“{label}”没有用到，它是不是下面的列？", "“{label}” is not used: is it one of these?"),
}
_HOW: dict[str, tuple[str, str]] = {
    "table": ("序号、表名（如 customer），- 不读这张表", "a number, a table (customer), - to leave it out"),
    "label": ("序号、列名（如 customer.branch_id），- 不用", "a number, a column (customer.branch_id), - for none"),
    "column": ("序号、表头、=固定值（如 =0101）", "a number, a label, =a fixed value (=0101)"),
    "double": ("序号、表头", "a number, a label"),
    "gone": ("序号、表头、=固定值，- 不再要这一列", "a number, a label, =a fixed value, - to do without"),
    "date": ("序号、=日期（如 =2026-10-31）", "a number, =a date (=2026-10-31)"),
    "branch": ("序号、机构号，- 不是机构，不读", "a number, a branch number, - to leave it out"),
    "unit": ("序号、单位（元、万元 …）", "a number, a unit (元, 万元 …)"),
    "forbidden": ("序号，- 整个文件不读", "a number, - to read nothing of the file"),
}  # fmt: skip


def told(pair: tuple[str, str]) -> str:
    """Return the sentence of a pair, Chinese and English, that the reader understands."""
    return pair[language() != "zh"]


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names one after the other, the first few of many."""
    return ("、" if language() == "zh" else ", ").join(names[:most]) + (" …" if len(names) > most else "")


def column_name(column: Column) -> str:
    """Label and id of a column: 归属机构号 customer.branch_id."""
    return f"{column.label(language())} {column.table}.{column.id}"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that speaks for an answer, or against it; in words when it is read."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        facts: dict[str, Any] = {}
        for key, value in self.facts.items():
            if key == "kind":
                facts[key] = told(_KINDS[value])
            elif key == "table":
                facts[key] = schema()[value].label(language())
            elif isinstance(value, tuple):
                facts[key] = listed(value)
            else:
                facts[key] = f"{value:.0%}" if isinstance(value, float) else value
        return told(_SAID[self.code]).format_map(facts)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible answer, how likely it is from 0 to 1, and why; ``title`` says in both languages what it means."""

    answer: str
    score: float
    evidence: tuple[Said, ...] = ()
    title: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        name = self.answer.partition(":")[0]
        if told(self.title):
            return f"{told(self.title)} → {told(('不用', 'not used')) if name == IGNORE else name}"
        table, _, column = name.partition(".")
        if table in schema() and column in schema()[table].columns:
            name = column_name(schema()[table].columns[column])
        elif name in schema():
            name = f"{schema()[name].label(language())} {name}"
        return {
            IGNORE: told(("不用", "not used")),
            LEAVE_OUT: told(
                (
                    "不读这些列，读其余的；由谁、何时决定记在 mapping/",
                    "without these columns; who decided and when is kept in mapping/",
                )
            ),
            "sheet": told(("工作表名就是机构", "the sheets' names are the branches")),
            "file": told(("文件名里有机构", "the files' names tell the branches")),
        }.get(name, name)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about sheets of one layout.

    Attributes
    ----------
    kind
        ``table``, ``label`` (what an ambiguous label means), ``column`` (a mandatory column has no source),
        ``double`` (several labels for one column), ``gone`` (a confirmed label is gone), ``date``, ``branch`` (which
        branch a sheet's or a file's name means), ``unit``; ``use`` asks about a label that is not needed,
        ``forbidden`` about one that no extract may hold.
    key
        Tells it from every other question; the same when the same files are looked at again.
    places
        File and sheet of each sheet that it is about.
    examples
        Shapes of values, or codes that many rows share; never the text of a cell.
    """

    kind: str
    key: str
    places: tuple[tuple[str, str], ...]
    table: str = ""
    column: str = ""
    label: str = ""
    labels: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    evidence: tuple[Said, ...] = ()
    wording: tuple[str, str] = ("", "")
    blocking: bool = True

    def __str__(self) -> str:
        column = schema()[self.table].columns.get(self.column) if self.table else None
        return told(_TITLES[self.kind]).format(
            label=self.label, labels=listed(self.labels, 30), question=told(self.wording),
            column=column_name(column) if column else "",
        )  # fmt: skip

    @property
    def where(self) -> str:
        """Files and sheets, the first few of many."""
        names = [f"{file} [{sheet}]" if sheet else file for file, sheet in self.places]
        more = told(("，共 {} 处", ", {} in all")).format(len(names)) if len(names) > 3 else ""
        return listed(names, 3) + more

    @property
    def how(self) -> str:
        """What may be answered."""
        return told(_HOW["label" if self.kind == "use" else self.kind])

    def lines(self) -> list[str]:
        """Return the question in lines: where, what, examples, and each candidate with what speaks for it."""
        found = [self.where, str(self)]
        colon, stop = told(("：", ": ")), told(("；", "; "))
        if self.examples:
            found.append(told(("值的样子：{}", "values look like: {}")).format(listed(self.examples)))
        if self.evidence:
            found.append(stop.join(map(str, self.evidence)))
        if self.kind == "table":
            tables = tuple(f"{table.label(language())} {table.id}" for table in schema().values())
            found.append(told(("可选的表：{}", "tables: {}")).format(listed(tables, 20)))
        for number, candidate in enumerate(self.candidates, start=1):
            why = stop.join(map(str, candidate.evidence))
            found.append(f"{number}) {candidate}" + (colon + why if why else ""))
        return found

    def accepted(self, given: str) -> str | None:
        """Return the answer that a reply stands for: a number, a candidate, a name; None if it is no answer."""
        reply = given.strip()
        if not reply:
            return self.candidates[0].answer if self.candidates else None
        if re.fullmatch(r"\d{1,2}", reply) and 1 <= int(reply) <= len(self.candidates):
            return self.candidates[int(reply) - 1].answer
        for candidate in self.candidates:
            if reply in {candidate.answer, candidate.answer.partition(":")[0]}:
                return candidate.answer
        return reply if self._may_be(reply) else None

    def _may_be(self, reply: str) -> bool:
        if reply == IGNORE:
            return self.kind in {"table", "label", "gone", "branch", "use", "forbidden"}
        table, _, column = reply.partition(".")
        return {
            "table": reply in schema(),
            "label": table in schema() and column in schema()[table].columns,
            "use": table in schema() and column in schema()[table].columns,
            "column": reply in self.labels or (len(reply) > 1 and reply[0] == "="),
            "gone": reply in self.labels or (len(reply) > 1 and reply[0] == "="),
            "double": reply in self.labels,
            "date": re.fullmatch(r"=\d{4}-\d\d-\d\d", reply) is not None,
            "branch": True,
            "forbidden": False,
            "unit": reply in {"分", "角", "元", "百元", "千元", "万元", "百万元", "亿元"},
        }[self.kind]


class Interview:
    """The questions that come up while sources are planned, and what is answered already."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.open: dict[str, Question] = {}
        self.answered: set[str] = set()

    def ask(self, question: Question) -> str | None:
        """Return the answer; without one the question is noted, and there is none."""
        answer = self.answers.get(question.key)
        if answer is None:
            self.open.setdefault(question.key, question)
        else:
            self.answered.add(question.key)
        return answer


class OpenQuestions(KitError):
    """Something about the sources is to be answered before a book is made (questions, folder)."""

    zh = "{listed}\n\n有 {count} 个问题要先回答：kit intake {folder} --review，或直接写在 mapping/ 里。"
    en = "{listed}\n\n{count} questions to answer first: kit intake {folder} --review, or write mapping/ yourself."

    def __str__(self) -> str:
        questions = self.facts["questions"]
        blocks = ["\n   ".join([f"{n}. {q.lines()[0]}", *q.lines()[1:]]) for n, q in enumerate(questions, start=1)]
        facts = {"listed": "\n\n".join(blocks), "count": len(questions), "folder": self.facts.get("folder", "DIR")}
        return told((self.zh, self.en)).format_map(facts)
