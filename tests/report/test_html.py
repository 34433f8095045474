import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from kit.document.blocks import Figure, Picture
from kit.document.carry import MIME, to_json
from kit.report.html import html_page
from kit.report.notebook import document_of

FACTS = {"title": "诊断报告", "bank": "示范银行", "branch_name": "城东支行", "language": "zh", "as_of": "2026-10-31"}


def _notebook(*outputs, facts=FACTS):
    cells = [
        nbformat.v4.new_code_cell(
            "secret_code()", outputs=[nbformat.v4.new_output("display_data", data=data, metadata=meta)]
        )
        for data, meta in outputs
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"branch_kit": facts} if facts else {})


def to_html(nb):
    return html_page(document_of(nb, code=False))


def _text(html):
    return re.sub(r"base64,[A-Za-z0-9+/=\s]+", "base64,", html)


def test_code_is_never_shown():
    assert "secret_code" not in to_html(_notebook(({"text/markdown": "# 章"}, {})))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script><p>x</p>",
        '<img src="http://beacon.example/x.png" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<iframe src="https://example.com"></iframe>',
        '<table style="background:url(https://example.com/x)"><tr><td>1</td></tr></table>',
    ],
)
def test_what_could_run_or_load_is_cut_out(hostile):
    html = _text(to_html(_notebook(({"text/html": hostile, "text/plain": "x"}, {}))))
    assert "<script" not in html
    assert "onerror" not in html
    assert "javascript:" not in html
    assert "://" not in html


def test_client_text_in_the_head_is_escaped():
    html = to_html(_notebook(({"text/markdown": "# 章"}, {}), facts={**FACTS, "branch_name": "<b>&支行"}))
    assert "<b>&支行" not in html
    assert "<b>&支行" in BeautifulSoup(html, "html.parser").header.get_text()


def test_a_figure_keeps_its_words_and_gets_a_number():
    blocks = to_json([Figure(Picture("<svg/>", alternative="曲线"), "集中度")])
    soup = BeautifulSoup(to_html(_notebook(({MIME: blocks, "text/plain": ""}, {}))), "html.parser")
    assert soup.figure.img["alt"] == "曲线"
    assert "图 1" in soup.figcaption.get_text()
    assert soup.figure.img["src"].startswith("data:image/svg+xml;base64,")


def test_ids_are_unique_and_every_entry_of_the_contents_leads_somewhere():
    text = "# 章\n\n## 一节\n\n## 一节\n\n# 章\n"
    soup = BeautifulSoup(to_html(_notebook(({"text/markdown": text}, {}))), "html.parser")
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = [a["href"][1:] for a in soup.select("nav.bk-toc a")]
    assert len(links) == 4
    assert set(links) <= set(ids)


def test_a_large_picture_is_no_trouble():
    # A pattern that was tried from every character of a picture once made a page take a minute.
    picture = "<svg>" + "a" * 400_000 + "</svg>"
    assert to_html(_notebook(({"image/svg+xml": picture, "text/plain": ""}, {})))


def test_links_leave_the_folder_of_reports_for_nowhere():
    nb = _notebook(({"text/markdown": "# 章"}, {}), facts={**FACTS, "index": "https://example.com"})
    with pytest.raises(ValueError, match="relative"):
        to_html(nb)
