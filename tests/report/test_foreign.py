"""What other programs wrote becomes blocks in which nothing runs, loads or leads away."""

import nbformat
import pytest

from kit.document import blocks as doc
from kit.document.html import HtmlWriter
from kit.report.foreign import picture, read_html, read_markdown
from kit.report.html import html_page
from kit.report.notebook import document_of

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.mark.parametrize("read", [read_html, read_markdown])
@pytest.mark.parametrize(
    "hostile",
    [
        "<p>x</p><script>alert(1)</script>",
        "x<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="//evil.example/a">x</a>',
        "x<svg onload=alert(1)><script>1</script></svg>",
        "x<style>p{background:url(//evil.example)}</style>",
        '<p style="background:url(//evil.example)" onclick="alert(1)">x</p>',
        '<form action="//evil.example"><input name=a value=b>x</form>',
        "x<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
        "x<!-- <script>alert(1)</script> -->",
    ],
)
def test_nothing_that_runs_or_leads_away_is_left(read, hostile):
    html = HtmlWriter("en").write(read(hostile))
    assert "x" in html
    for bad in (
        "<script",
        "onerror",
        "onload",
        "onclick",
        "javascript:",
        "data:text",
        "evil.example",
        "<form",
        "style",
    ):
        assert bad not in html


def test_text_is_escaped_once():
    assert HtmlWriter("en").write(read_html("<p>&lt;b&gt; &amp; c</p>")) == "<p>&lt;b&gt; &amp; c</p>"


def test_a_picture_that_is_none_is_refused():
    assert picture(PNG, "image/png") == doc.Picture(PNG, "image/png")
    assert picture(PNG, "image/jpeg") is None
    assert picture("@@", "image/png") is None
    assert picture("", "image/svg+xml") is None


def test_any_notebook_becomes_the_same_blocks_for_the_page_and_for_paper():
    outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="a warning"),
        nbformat.v4.new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m"),
        nbformat.v4.new_output("display_data", {"image/png": PNG}, metadata={"image/png": {"alt": "a dot"}}),
        nbformat.v4.new_output("display_data", {"text/html": "<script>1</script>", "text/plain": "as text"}),
        nbformat.v4.new_output("error", ename="ValueError", evalue="bad", traceback=["secret"]),
        nbformat.v4.new_output("display_data", {"application/x-unknown": "?"}),
    ]
    cells = [nbformat.v4.new_markdown_cell("# A study\n\ntext"), nbformat.v4.new_code_cell("x = 1", outputs=outputs)]
    nb = nbformat.v4.new_notebook(cells=cells)
    shown = (
        doc.Heading(1, ("A study",), chapter=True),
        doc.Paragraph(("text",)),
        doc.Code("x = 1", "python"),
        doc.Code("a warning"),
        doc.Code("red"),
        doc.Figure(doc.Picture(PNG, "image/png", "a dot")),
        doc.Code("as text"),
        doc.Code("ValueError: bad"),
        doc.Paragraph(("This output cannot be shown (application/x-unknown)",), small=True),
    )
    assert document_of(nb).blocks == shown
    assert document_of(nb, code=False).blocks == (*shown[:2], *shown[4:])
    html = html_page(document_of(nb, code=False))
    assert "A study" in html
    assert "x = 1" not in html
