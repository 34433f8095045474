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

from kit.errors import KitError
from kit.report import typst as report
from kit.report.typst import PdfFailed, TypstPDFExporter, to_pdf
from kit.report.typst_markup import Reader, plain

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
CARD = '<td><span class="label">客户</span><span class="value">5,000</span></td>'
KPI = f'<table class="kpi"><tr>{CARD}</tr></table>'


def shown(mime: str, data: str, **meta):
    return new_output("display_data", {mime: data}, metadata={"branch_kit": meta} if meta else {})


def notebook(*outputs, ours=OURS, source="secret = 1"):
    nb = new_notebook(cells=[new_code_cell(source, outputs=list(outputs))])
    if ours is not None:
        nb.metadata["branch_kit"] = dict(ours)
    return nb


def table(rows: int) -> str:
    body = "".join(f'<tr><td>客户{i}</td><td class="num">{i},000.00</td></tr>' for i in range(rows))
    head = "<thead><tr><th>客户名</th><th>金额</th></tr></thead>"
    foot = '<tfoot><tr><td>合计</td><td class="num">9.00</td></tr></tfoot>'
    return f"<table><caption>余额清单</caption>{head}<tbody>{body}</tbody>{foot}</table>"


def chapters():
    outputs = []
    for name in ("资产集中度", "客户分层"):
        outputs += [
            shown("text/markdown", f"# {name}\n\n最大的客户持有 **83.6%** 的资产。\n\n## 口径\n\n- 一\n  - 二\n"),
            shown("text/html", KPI),
            shown("image/svg+xml", SVG, alt="洛伦兹曲线", caption="金融资产的集中"),
            shown("text/html", table(60)),
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


def texts(blocks) -> str:
    return "".join(plain(b["c"]) if "c" in b else b.get("text", "") for b in blocks)


def reader() -> Reader:
    return Reader(lambda data, mime: "/x.svg")


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
    nb = notebook(shown("text/markdown", "# One\n\n“It isn’t much” — text."), ours=OURS | {"language": "en"})
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
    first = to_pdf(notebook(shown("text/markdown", "# 一"), ours=None))
    assert first == to_pdf(notebook(shown("text/markdown", "# 一"), ours=None))
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
    nb = notebook(shown("text/plain", "seen"), ours=None)
    nb.cells.append(new_markdown_cell("gone", metadata={"tags": ["drop"]}))
    config = Config(TagRemovePreprocessor={"remove_cell_tags": ["drop"]}, TemplateExporter={"exclude_input": True})
    exporter = TypstPDFExporter(config=config)
    text = "".join(pages(exporter.from_notebook_node(nb)[0], tmp_path))
    assert "seen" in text
    assert "secret" not in text
    assert "gone" not in text


def test_exporting_leaves_the_notebook_as_it_was():
    nb = notebook(*chapters(), ours=None)
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
        shown("text/html", "<table></table><table class='kpi'></table><table><tr></tr></table>"),
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
    assert to_pdf(notebook(output, ours=None)).startswith(b"%PDF")


def test_damaged_image_is_said_to_be_one_and_the_others_stay(tmp_path):
    outputs = [
        shown("image/svg+xml", "<svg", alt="a", caption="坏图"),
        shown("image/svg+xml", SVG, alt="b", caption="好图"),
    ]
    text = "".join(pages(to_pdf(notebook(*outputs)), tmp_path))
    assert "文件已损坏" in text
    assert "图1好图" in text


def test_image_without_alternative_text_gets_its_caption_or_a_word():
    with opened(to_pdf(notebook(shown("image/svg+xml", SVG), shown("image/svg+xml", SVG, caption="曲线")))) as doc:
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
    assert to_pdf(notebook(*as_markdown, *as_cell, *streams, ours=meta)).startswith(b"%PDF")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(NASTY, min_size=1, max_size=60))
def test_typed_text_is_on_the_page_as_it_was_typed(tmp_path, text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    nb = notebook(shown("text/html", f"<p>BEGIN{escaped}END</p>"))
    assert "BEGIN" + re.sub(r"\s", "", text) + "END" in "".join(pages(to_pdf(nb), tmp_path))


@given(st.text(NASTY))
def test_escaped_markdown_reads_as_typed(text):
    from kit.text import markdown

    assert texts(reader().markdown(f"x{markdown(text)}x")).replace("\u200b", "") == f"x{' '.join(text.split())}x"


def test_character_without_a_glyph_is_named_and_not_lost(tmp_path):
    text = "".join(pages(to_pdf(notebook(shown("text/markdown", "好😀"))), tmp_path))
    assert "好〔U+1F600〕" in text


# ---- tables ----


def cells(block, part="body"):
    return [(plain(c["c"]), c["num"]) for c in block[part]]


def test_numbers_of_a_data_frame_stand_to_the_right_and_codes_do_not():
    frame = pd.DataFrame({"code": ["0101", "0102"], "sum": ["1,234.50", "-3%"], "name": ["a", "b"]})
    [block] = reader().html(frame.to_html())
    assert cells(block)[:4] == [("0", False), ("0101", False), ("1,234.50", True), ("a", False)]
    assert cells(block, "head") == [("", False), ("code", False), ("sum", True), ("name", False)]


def test_spans_keep_every_cell_in_its_column():
    rows = ("<td rowspan=2>a</td><td>b</td>", "<td>c</td>", "<td colspan=2>d</td>")
    source = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    [block] = reader().html(source)
    assert [(plain(c["c"]), c["x"], c["y"]) for c in block["body"]] == [
        ("a", 0, 0),
        ("b", 1, 0),
        ("c", 1, 1),
        ("d", 0, 2),
    ]


def test_very_wide_table_is_cut_and_repeats_its_index():
    frame = pd.DataFrame(123456.789, index=["row"], columns=[f"column_{i}" for i in range(20)])
    panels = reader().html(frame.to_html())
    assert len(panels) > 1
    assert all(cells(panel)[0] == ("row", False) for panel in panels)
    assert sum(len(panel["body"]) - 1 for panel in panels) == 20


def test_long_heads_of_figures_are_folded_only_where_room_is_short():
    frame = pd.DataFrame({"name": ["a name"], "Share of customers": ["7.5%"]})
    [roomy] = reader().html(frame.to_html())
    crowded = pd.concat([frame, *(frame[["Share of customers"]].add_suffix(f" {i}") for i in range(6))], axis=1)
    [narrow] = reader().html(crowded.to_html())
    assert {"t": "br"} not in roomy["head"][2]["c"]
    assert narrow["head"][2]["c"] == ["Share of", {"t": "br"}, "customers"]
    assert plain(narrow["head"][2]["c"]) == "Share of customers"


def test_text_around_a_table_stays_in_its_place():
    kinds = [b["t"] for b in reader().html("before<table><tr><td>x</td></tr></table><div>after<pre>code</pre></div>")]
    assert kinds == ["para", "table", "para", "code"]


def test_a_line_that_is_broken_by_hand_begins_without_a_blank():
    [paragraph] = reader().markdown("**名称**\\\n第一句\\\n第二句")
    assert paragraph["c"][1:] == [{"t": "br"}, "第一句", {"t": "br"}, "第二句"]


def test_wrapped_chinese_gets_no_blank_and_wrapped_english_does():
    assert texts(reader().markdown("资产\n集中")) == "资产集中"
    assert texts(reader().markdown("one\ntwo")) == "one two"


def test_blank_between_two_marks_stays_and_those_at_the_ends_go():
    assert [plain(b["c"]) for b in reader().html("<p> <b>a</b> <i>b</i> c </p>")] == ["a b c"]


def test_labels_are_the_same_in_both_languages():
    labels = report._labels()
    assert labels["zh"].keys() == labels["en"].keys()
