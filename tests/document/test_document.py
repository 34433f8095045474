"""One document: blocks survive the notebook, every renderer prints the same figures, and a result shows itself."""

import importlib
import json
import pkgutil
from dataclasses import is_dataclass
from datetime import date

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

import kit.analysis
from kit.analysis.result import Result
from kit.analysis.tiers import Upgrades
from kit.document import blocks as doc
from kit.document.carry import MIME, from_json, to_json
from kit.document.frames import table_of
from kit.document.html import HtmlWriter
from kit.document.plain import to_plain
from kit.document.sentences import blocks_of, text_of
from kit.report.typst_blocks import TypstWriter
from kit.text import wording

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.none() | words | numbers | st.dates()
text = st.recursive(
    st.lists(words | st.builds(doc.Picture, words), max_size=3).map(tuple),
    lambda inner: st.builds(doc.Mark, st.sampled_from(["strong", "em", "code", "link"]), inner).map(lambda m: (m,)),
    max_leaves=4,
)
columns = st.lists(st.builds(doc.Column, words, words, st.sampled_from(["wan", "percent", "date", "text"])), max_size=3)


@st.composite
def table(draw):
    heads = tuple(draw(columns))
    row = st.tuples(*(values for _ in heads))
    return doc.Table(heads, tuple(draw(st.lists(row, max_size=3))), draw(words), draw(st.just(()) | row))


cells = st.lists(st.builds(doc.Cell, text, st.booleans(), st.booleans()), max_size=3).map(tuple)
rows = st.lists(cells, max_size=2).map(tuple)
simple = (
    st.builds(doc.Heading, st.integers(1, 6), text, st.booleans())
    | st.builds(doc.Paragraph, text, st.booleans())
    | table()
    | st.builds(doc.Grid, rows, rows, rows, text)
    | st.builds(doc.KeyFigures, st.lists(st.builds(doc.KeyFigure, words, values, words), max_size=2).map(tuple))
    | st.builds(doc.Figure, st.builds(doc.Picture, words), words, words, words)
    | st.builds(doc.Code, words, words)
    | st.just(doc.Rule())
)
blocks = st.recursive(
    simple,
    lambda inner: (
        st.builds(doc.Quote, st.lists(inner, max_size=2).map(tuple))
        | st.builds(doc.Items, st.lists(st.lists(inner, max_size=2).map(tuple), max_size=2).map(tuple))
    ),
    max_leaves=3,
)


@settings(deadline=None)
@given(st.lists(blocks, max_size=3).map(tuple))
def test_blocks_survive_the_notebook(found):
    output = nbformat.v4.new_output("display_data", {MIME: to_json(found)})
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    read = nbformat.reads(nbformat.writes(nb), as_version=4).cells[0].outputs[0].data[MIME]
    again = from_json(read)
    assert again == found
    assert json.dumps(to_json(again)) == json.dumps(to_json(found))  # 1 and 1.0 are equal, and not the same


FRAME = pd.DataFrame(
    {
        "tier": ["mass", None, "甲<b>"],
        "aum_fen": [2**62, -1, 0],
        "share": [0.12345, float("nan"), 1.0],
        "gini": [0.5, None, 0.25],
        "last_date": [date(2026, 10, 31), None, date(2026, 1, 2)],
        "customers": [1234, 0, 5],
    }
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_renderer_prints_the_same_figures(language):
    made = table_of(FRAME, wording(language), caption="一览", total=True)
    page = BeautifulSoup(HtmlWriter(language).write([made]), "html.parser")
    html = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in page.find_all("tr")]
    [data] = TypstWriter(language).write([made])
    cells = [cell for part in ("head", "body", "foot") for cell in data[part]]
    paper = [["".join(cell["c"]) for cell in cells if cell["y"] == y] for y in range(data["rows"])]
    assert html == paper == [line.split(" | ") for line in to_plain([made], language).splitlines()[1:]]
    assert html[1][1:] == ["4,611,686,018,427.39", "12.3%", "0.500", "2026-10-31", "1,234"]
    assert html[2] == ["—", "-0.00", "—", "—", "—", "0"]
    assert html[3][0] == "甲<b>"  # a code of the bank's own
    assert html[4][4:] == ["", "1,239"]


def test_which_column_is_a_number_is_known_and_not_guessed():
    frame = pd.DataFrame({"branch_id": ["12", "7"], "customers": [12, 7], "as_of_date": ["2026-01-01", None]})
    made = table_of(frame, wording("zh"))
    page = BeautifulSoup(HtmlWriter("zh").write([made]), "html.parser")
    assert [cell.get("class") for cell in page.tbody.tr.find_all("td")] == [None, ["num"], ["num"]]
    [data] = TypstWriter("zh").write([made])
    assert [cell["num"] for cell in data["body"][:3]] == [False, True, True]


def test_values_stay_exact_until_they_are_printed():
    made = table_of(FRAME, wording("zh"), total=True)
    assert made.rows[0][1] == 2**62
    assert [type(value) for value in made.rows[0]] == [str, int, float, float, date, int]
    assert made.rows[1] == ("—", -1, None, None, None, 0)
    assert made.total[1] == 2**62 - 1


def test_a_figure_says_its_title_what_is_below_it_and_its_source():
    shown = doc.Figure(doc.Picture("<svg/>", alternative="曲线"), "集中度", "各网点", "来源：月报")
    html, [data] = HtmlWriter("zh").write([shown]), TypstWriter("zh").write([shown])
    places = [html.index(each) for each in ("<img", "集中度", "各网点", "来源")]
    assert places == sorted(places)
    assert [data["title"], data["subtitle"], data["source"]] == ["集中度", "各网点", "来源：月报"]
    assert data["picture"]["alt"] == "曲线"


# ---- our own wording ----


def test_wording_becomes_paragraphs_lists_and_quotations():
    assert blocks_of("**甲**和乙\n\n- 一\n- **二**\n\n> 三\n> 四") == (
        doc.Paragraph((doc.Mark("strong", ("甲",)), "和乙")),
        doc.Items(((doc.Paragraph(("一",)),), (doc.Paragraph((doc.Mark("strong", ("二",)),)),))),
        doc.Quote((doc.Paragraph(("三\n四",)),)),
    )


def test_strong_text_ends_before_a_letter_and_a_sign():
    # CommonMark does not close it before a Chinese character or full stop where a sign comes first.
    for told in ("占**84.6%**的资产", "不超过**<0.1%**：再怎么调"):
        assert [type(part) for part in text_of(told)] == [str, doc.Mark, str]


@settings(deadline=None)
@given(st.text())
def test_client_text_is_never_mark_up(name):
    from kit.text import markdown

    assert doc.plain(text_of(f"x{markdown(name)}x")) == f"x{' '.join(name.split())}x"


# ---- results ----


@pytest.mark.parametrize(("language", "label", "head"), [("zh", "客户数", "一般核心"), ("en", "Customers", "Core")])
def test_a_result_shows_itself(language, label, head, monkeypatch):
    monkeypatch.setenv("BRANCH_KIT_LANGUAGE", language)
    table = pd.DataFrame({"tier": ["core"] * 30, "customers": [1234] * 30, "gap_fen": [10**9] * 30})
    page = BeautifulSoup(Upgrades(table=table, customers=5000, gap_fen=10**10)._repr_html_(), "html.parser")
    assert [label, "5,000"] == [part.get_text() for part in page.select_one(".bk-kpi li").find_all("span")]
    assert label in page.thead.get_text()
    assert page.figcaption.get_text().endswith(" · 30")
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in page.tbody.find_all("tr")]
    assert rows == [[head, "1,234", "1,000.00"]] * 20


def test_every_result_of_an_analysis_shows_itself():
    silent = set()
    for module in pkgutil.iter_modules(kit.analysis.__path__):
        found = importlib.import_module(f"kit.analysis.{module.name}")
        own = [each for each in vars(found).values() if is_dataclass(each) and each.__module__ == found.__name__]
        silent |= {each.__name__ for each in own if not issubclass(each, Result)}
    assert {name for name in silent if not name.startswith("_")} == {"Unavailable"}
