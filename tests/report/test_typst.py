from __future__ import annotations

import base64
import io
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from traitlets.config import Config

from kit.document.blocks import Column, Figure, Heading, Items, KeyFigure, KeyFigures, Mark, Paragraph, Picture, Table
from kit.document.carry import MIME, to_json
from kit.document.sentences import blocks_of
from kit.errors import KitError
from kit.report import typst as report
from kit.report.foreign import read_html, read_markdown
from kit.report.notebook import document_of, labels
from kit.report.typst import PdfFailed, TypstPDFExporter, pdf_file
from kit.report.typst_blocks import TypstWriter

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="80"><rect width="300" height="80"/></svg>'
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OURS = {
    "title": "存量客户管理诊断报告",
    "bank": "示范农村商业银行",
    "branch_id": "0101",
    "branch_name": "城东支行",
    "as_of": "2026-10-31",
    "prepared": "2026-11-23",
    "language": "zh",
}


def shown(mime: str, data: str):
    return new_output("display_data", {mime: data})


def ours(*blocks):
    return new_output("display_data", {MIME: to_json(blocks), "text/html": "", "text/plain": ""})


def drawn(svg: str, title: str = "", alternative: str = ""):
    return ours(Figure(Picture(svg, alternative=alternative), title))


def notebook(*outputs, facts=OURS, source="secret = 1"):
    nb = new_notebook(cells=[new_code_cell(source, outputs=list(outputs))])
    if facts is not None:
        nb.metadata["branch_kit"] = dict(facts)
    return nb


def table(rows: int) -> Table:
    columns = (Column("name", "客户名", "text"), Column("aum_fen", "金额", "wan"))
    body = tuple((f"客户{i}", i * 10**9) for i in range(rows))
    return Table(columns, body, "余额清单", ("合计", 9 * 10**6))


def chapters():
    outputs = []
    for name in ("资产集中度", "客户分层"):
        share = Paragraph(("最大的客户持有 ", Mark("strong", ("83.6%",)), " 的资产。"))
        inner = Items(((Paragraph(("二",)),),))
        outputs += [
            ours(
                Heading(1, (name,), chapter=True), share, Heading(2, ("口径",)), Items(((Paragraph(("一",)), inner),))
            ),
            ours(KeyFigures((KeyFigure("客户", 5000, kind="count"),))),
            drawn(SVG, "金融资产的集中", "洛伦兹曲线"),
            ours(table(60)),
        ]
    return outputs


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def pages(pdf: bytes, folder: Path) -> list[str]:
    """Text of each page, without white space."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    path = folder / "x.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return [re.sub(r"[\s\u200b]", "", page) for page in done.stdout.decode().split("\f")]


def to_pdf(nb, *, name="") -> bytes:
    return pdf_file(document_of(nb, name=name))


def plain(inline) -> str:
    """Text of inline data without its marks."""
    return "".join(node if isinstance(node, str) else plain(node.get("text", [])) for node in inline).replace("\n", " ")


def texts(blocks) -> str:
    return "".join(plain(block["text"]) for block in blocks)


def html(source: str):
    return TypstWriter("en").write(read_html(source))


def markdown(source: str):
    return TypstWriter("en").write(read_markdown(source))


# ---- the report ----


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return to_pdf(notebook(*chapters()))


def test_report_is_tagged_titled_and_declares_pdf_ua(pdf):
    with opened(pdf) as doc:
        assert doc.Root.MarkInfo.Marked
        assert str(doc.Root.Lang) == "zh-CN"
        assert doc.Root.ViewerPreferences.DisplayDocTitle
        with doc.open_metadata() as xmp:
            assert xmp["pdfuaid:part"] == "1"
            assert xmp["dc:title"] == "城东支行 · 存量客户管理诊断报告"


def test_english_report_says_so_and_counts_its_pages_in_english(tmp_path):
    nb = notebook(shown("text/markdown", "# One\n\n“It isn’t much” — text."), facts=OURS | {"language": "en"})
    pdf = to_pdf(nb)
    with opened(pdf) as doc:
        assert str(doc.Root.Lang).startswith("en")
        last = len(doc.pages)
    assert f"Page{last}of{last}" in pages(pdf, tmp_path)[last - 1]


def test_every_page_is_a4(pdf):
    with opened(pdf) as doc:
        assert {tuple(round(float(x)) for x in page.mediabox) for page in doc.pages} == {(0, 0, 595, 842)}


def test_every_font_is_embedded_and_text_is_noto(pdf):
    with opened(pdf) as doc:
        fonts = [o for o in doc.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)
        names = {str(font.FontName).split("+")[-1] for font in fonts}
        assert names == {"NotoSansSC-Regular", "NotoSerifSC-Regular"}


def test_outline_holds_chapters_and_their_sections(pdf):
    with opened(pdf) as doc, doc.open_outline() as outline:
        found = {item.title: [child.title for child in item.children] for item in outline.root}
    assert found["资产集中度"] == ["口径"]
    assert found["客户分层"] == ["口径"]


def test_cover_contents_running_head_and_page_numbers_are_there(pdf, tmp_path):
    cover, contents, third, *_ = found = pages(pdf, tmp_path)
    assert all(word in cover for word in ("示范农村商业银行", "城东支行", "存量客户管理诊断报告", "2026年10月31日"))
    assert "目录" in contents
    assert "资产集中度" in contents
    assert third.startswith("示范农村商业银行·城东支行资产集中度")
    assert f"第3页/共{len(found) - 1}页" in third


def test_a_chapter_starts_a_page(pdf, tmp_path):
    starts = [page for page in pages(pdf, tmp_path)[2:] if "支行客户分层客户分层" in page]
    assert len(starts) == 1


def test_table_head_is_repeated_on_each_page_and_the_total_is_not(pdf, tmp_path):
    first_chapter = [page for page in pages(pdf, tmp_path)[2:] if "·城东支行资产集中度" in page]
    text = "".join(first_chapter)
    assert text.count("客户名金额") == len(first_chapter) > 1
    assert text.count("合计") == 1


def test_figures_and_tables_are_numbered_and_captioned(pdf, tmp_path):
    text = "".join(pages(pdf, tmp_path))
    assert [text.count(f"{n}") for n in ("图1金融资产的集中", "图2金融资产的集中", "表2余额清单")] == [
        1,
        1,
        1,
    ]


def test_code_and_stderr_stay_out_of_our_reports(tmp_path):
    warned = new_output("stream", name="stderr", text="FutureWarning")
    text = "".join(pages(to_pdf(notebook(shown("text/markdown", "# 一"), warned)), tmp_path))
    assert "secret" not in text
    assert "FutureWarning" not in text


def test_same_notebook_gives_same_bytes(pdf):
    assert to_pdf(notebook(*chapters())) == pdf


def test_notebook_without_dates_has_none_in_its_pdf():
    first = to_pdf(notebook(shown("text/markdown", "# 一"), facts=None))
    assert first == to_pdf(notebook(shown("text/markdown", "# 一"), facts=None))
    assert b"CreationDate" not in first


# ---- any notebook ----


def test_nbconvert_writes_the_pdf_of_an_arbitrary_notebook(tmp_path):
    frame = pd.DataFrame({"a": [1, 2]})
    cells = [
        new_markdown_cell("## Study $x_1$"),
        new_code_cell("frame", outputs=[shown("text/html", frame.to_html())]),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "x.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "typst-pdf", "x.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    text = "".join(pages((tmp_path / "x.pdf").read_bytes(), tmp_path))
    assert "Study$x_1$" in text
    assert "frame" in text


def test_no_input_and_removed_cells_are_respected(tmp_path):
    nb = notebook(shown("text/plain", "seen"), facts=None)
    nb.cells.append(new_markdown_cell("gone", metadata={"tags": ["drop"]}))
    config = Config(TagRemovePreprocessor={"remove_cell_tags": ["drop"]}, TemplateExporter={"exclude_input": True})
    exporter = TypstPDFExporter(config=config)
    text = "".join(pages(exporter.from_notebook_node(nb)[0], tmp_path))
    assert "seen" in text
    assert "secret" not in text
    assert "gone" not in text


def test_exporting_leaves_the_notebook_as_it_was():
    nb = notebook(*chapters(), facts=None)
    before = nbformat.writes(nb)
    TypstPDFExporter(exclude_input=True).from_notebook_node(nb)
    assert nbformat.writes(nb) == before


@pytest.mark.parametrize(
    "output",
    [
        new_output("display_data", {}),
        shown("application/vnd.nobody+json", "{}"),
        shown("image/svg+xml", SVG),
        shown("image/png", PNG),
        shown("image/png", "@@ no base64"),
        shown("image/png", base64.b64encode(b"not a picture").decode()),
        shown("image/svg+xml", "<svg"),
        shown("image/svg+xml", SVG.replace("<rect", '<image href="/etc/hostname"/><rect')),
        shown("image/svg+xml", SVG.replace("<rect", "<text y='20'>中文 😀</text><rect")),
        shown("text/latex", r"$\frac{1}{2}$"),
        shown("text/html", "<script>alert(1)</script>"),
        shown("text/html", "<![if nonsense <table><tr><td>"),
        shown("text/html", "<b>" * 3000),
        shown("text/html", "<ul><li>" * 40 + "deep"),
        shown("text/html", "<table></table><table><tr></tr></table>"),
        ours(KeyFigures(()), Table((), ()), Items(()), Heading(3, ())),
        shown("text/html", "<table><tr><td rowspan=9 colspan=3>a<td>b</tr><tr><td colspan=99>c<td>d</table>"),
        shown(
            "text/html",
            pd.DataFrame(1.5, index=range(3), columns=[f"column_{i}" for i in range(40)]).to_html(),
        ),
        shown("text/markdown", "### deep first\n# \n# \u200b\n##### 😀\n> # in a quote\n\n- # in a list"),
        shown("text/markdown", ">" * 50 + " x\n\n" + "- " * 50 + "x\n\n" + "*a **b " * 50),
        new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m \x00\x07\ud800 한글 😀" + "x" * 500),
        new_output("error", ename="ValueError", evalue="bad", traceback=[]),
    ],
    ids=lambda output: str(output)[:60],
)
def test_whatever_a_cell_shows_there_is_a_pdf(output):
    assert to_pdf(notebook(output, facts=None)).startswith(b"%PDF")


def test_damaged_image_is_said_to_be_one_and_the_others_stay(tmp_path):
    outputs = [
        drawn("<svg", "坏图", "a"),
        drawn(SVG, "好图", "b"),
    ]
    text = "".join(pages(to_pdf(notebook(*outputs)), tmp_path))
    assert "文件已损坏" in text
    assert "图1好图" in text


def test_image_without_alternative_text_gets_its_caption_or_a_word():
    with opened(to_pdf(notebook(shown("image/svg+xml", SVG), drawn(SVG, "曲线")))) as doc:
        found = {str(o.Alt) for o in doc.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o}
    assert found == {"图", "曲线"}


def test_attached_image_is_shown_and_an_external_one_is_its_text(tmp_path):
    cell = new_markdown_cell(
        f"![in](attachment:a%20b.png) ![data](data:image/png;base64,{PNG}) ![away](http://x.invalid/a.png)",
        attachments={"a b.png": {"image/png": PNG}},
    )
    pdf = to_pdf(new_notebook(cells=[cell]))
    with opened(pdf) as doc:
        assert {str(o.Alt) for o in doc.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o} == {
            "in",
            "data",
        }
    assert "away" in "".join(pages(pdf, tmp_path))


def test_title_falls_back_to_first_chapter_then_to_the_file():
    def title(nb, name=""):
        with opened(to_pdf(nb, name=name)) as doc, doc.open_metadata() as xmp:
            return xmp["dc:title"]

    assert title(new_notebook(cells=[new_markdown_cell("## a\n# The study")]), "file") == "The study"
    assert title(new_notebook(cells=[new_markdown_cell("text")]), "file") == "file"
    assert title(new_notebook()) == "Report"


def test_what_typst_says_reaches_the_user_and_survives_pickling(monkeypatch):
    believed = report._shown() | {"😀"}
    monkeypatch.setattr(report, "_shown", lambda: believed)
    with pytest.raises(KitError, match="could not be displayed") as caught:
        to_pdf(notebook(shown("text/markdown", "😀")))
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), PdfFailed)


# ---- text is text ----

NASTY = "#[]$@*_\\`<>~/=-+\"'{}()|&%!?:;.,0123456789 \n\tabcXYZé中文，。“”"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text() | st.text(NASTY), min_size=8, max_size=8))
def test_no_text_breaks_a_document(parts):
    as_markdown = [shown("text/markdown", f"# {part}\n\n{part}\n\n- {part}\n\n> {part}") for part in parts]
    as_cell = [shown("text/html", f"<table><caption>{p}</caption><tr><td>{p}</td></tr></table>") for p in parts]
    streams = [new_output("stream", name="stdout", text=part) for part in parts]
    meta = OURS | {"title": parts[0], "bank": parts[1], "branch_name": parts[2], "footer": parts[3]}
    assert to_pdf(notebook(*as_markdown, *as_cell, *streams, facts=meta)).startswith(b"%PDF")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(NASTY, min_size=1, max_size=60))
def test_typed_text_is_on_the_page_as_it_was_typed(tmp_path, text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    nb = notebook(shown("text/html", f"<p>BEGIN{escaped}END</p>"))
    assert "BEGIN" + re.sub(r"\s", "", text) + "END" in "".join(pages(to_pdf(nb), tmp_path))


@given(st.text(NASTY))
def test_escaped_markdown_reads_as_typed(text):
    from kit import text as wording

    for read in (read_markdown, blocks_of):  # as another program reads it, and as the kit does
        [block] = read(f"x{wording.markdown(text)}x")
        assert block == Paragraph((f"x{' '.join(text.split())}x",))


def test_character_without_a_glyph_is_named_and_not_lost(tmp_path):
    text = "".join(pages(to_pdf(notebook(shown("text/markdown", "好😀"))), tmp_path))
    assert "好〔U+1F600〕" in text


# ---- tables ----


def cells(block, part="body"):
    return [(plain(c["c"]), c["num"]) for c in block[part]]


def test_numbers_of_a_data_frame_stand_to_the_right_and_codes_do_not():
    frame = pd.DataFrame({"code": ["0101", "0102"], "sum": ["1,234.50", "-3%"], "name": ["a", "b"]})
    [block] = html(frame.to_html())
    assert cells(block)[:4] == [("0", False), ("0101", False), ("1,234.50", True), ("a", False)]
    assert cells(block, "head") == [("", False), ("code", False), ("sum", True), ("name", False)]


def test_spans_keep_every_cell_in_its_column():
    rows = ("<td rowspan=2>a</td><td>b</td>", "<td>c</td>", "<td colspan=2>d</td>")
    source = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    [block] = html(source)
    assert [(plain(c["c"]), c["x"], c["y"]) for c in block["body"]] == [
        ("a", 0, 0),
        ("b", 1, 0),
        ("c", 1, 1),
        ("d", 0, 2),
    ]


def test_very_wide_table_is_cut_and_repeats_its_index():
    frame = pd.DataFrame(123456.789, index=["row"], columns=[f"column_{i}" for i in range(20)])
    panels = html(frame.to_html())
    assert len(panels) > 1
    assert all(cells(panel)[0] == ("row", False) for panel in panels)
    assert sum(len(panel["body"]) - 1 for panel in panels) == 20


def test_long_heads_of_figures_are_folded_only_where_room_is_short():
    frame = pd.DataFrame({"name": ["a name"], "Share of customers": ["7.5%"]})
    [roomy] = html(frame.to_html())
    crowded = pd.concat([frame, *(frame[["Share of customers"]].add_suffix(f" {i}") for i in range(6))], axis=1)
    [narrow] = html(crowded.to_html())
    assert roomy["head"][2]["c"] == ["Share of customers"]
    assert narrow["head"][2]["c"] == ["Share of\ncustomers"]
    assert plain(narrow["head"][2]["c"]) == "Share of customers"


def test_text_around_a_table_stays_in_its_place():
    kinds = [b["t"] for b in html("before<table><tr><td>x</td></tr></table><div>after<pre>code</pre></div>")]
    assert kinds == ["paragraph", "table", "paragraph", "code"]


def test_a_line_that_is_broken_by_hand_begins_without_a_blank():
    [paragraph] = markdown("**名称**\\\n第一句\\\n第二句")
    assert paragraph["text"][1:] == ["\n第一句\n第二句"]


def test_wrapped_chinese_gets_no_blank_and_wrapped_english_does():
    assert texts(markdown("资产\n集中")) == "资产集中"
    assert texts(markdown("one\ntwo")) == "one two"


def test_blank_between_two_marks_stays_and_those_at_the_ends_go():
    assert [plain(b["text"]) for b in html("<p> <b>a</b> <i>b</i> c </p>")] == ["a b c"]


def test_labels_are_the_same_in_both_languages():
    assert labels("zh").keys() == labels("en").keys()
    assert labels("zh")["lang"] == "zh-CN"
