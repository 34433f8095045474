import nbformat
import pytest

from kit.report.gate import GateRefused, check_html, check_pdf
from kit.report.html import html_page
from kit.report.notebook import document_of
from kit.report.typst import pdf_file

FACTS = {"title": "诊断报告", "bank": "示范银行", "branch_name": "城东支行", "language": "zh"}


def to_html(nb):
    return html_page(document_of(nb))


def to_pdf(nb):
    return pdf_file(document_of(nb))


def _report(*texts):
    outputs = [nbformat.v4.new_output("display_data", data={"text/markdown": text}) for text in texts]
    cells = [nbformat.v4.new_code_cell("", outputs=[output]) for output in outputs]
    return nbformat.v4.new_notebook(cells=cells, metadata={"branch_kit": FACTS})


def _checked(html, branch="城东支行", chapters=("甲章", "乙章")):
    check_html(html, branch_name=branch, chapters=chapters)


def test_a_good_report_passes():
    nb = _report("# 甲章\n\nNone of these words: 无。Information", "# 乙章")
    _checked(to_html(_report("# 甲章\n\n一切正常", "# 乙章")))
    check_pdf(to_pdf(nb), branch_name="城东支行", min_pages=2)


def test_the_report_of_another_branch_is_refused():
    with pytest.raises(GateRefused):
        _checked(to_html(_report("# 甲章", "# 乙章")), branch="城西支行")
    with pytest.raises(GateRefused):
        check_pdf(to_pdf(_report("# 甲章")), branch_name="城西支行", min_pages=1)


@pytest.mark.parametrize("texts", [("# 甲章",), ("# 乙章", "# 甲章")])
def test_a_missing_or_misplaced_chapter_is_refused(texts):
    with pytest.raises(GateRefused):
        _checked(to_html(_report(*texts)))


@pytest.mark.parametrize("accident", ["均值为 nan 元", "共 None 户", "日期 NaT", "豆腐 \ufffd"])
def test_the_trace_of_an_accident_is_refused(accident):
    with pytest.raises(GateRefused):
        _checked(to_html(_report(f"# 甲章\n\n{accident}", "# 乙章")))


@pytest.mark.parametrize("bad", ["<script>1</script>", '<img src="//example.com/x">', "https://example.com"])
def test_an_external_address_or_script_is_refused(bad):
    html = to_html(_report("# 甲章", "# 乙章")).replace("</main>", f"{bad}</main>")
    with pytest.raises(GateRefused):
        _checked(html)


def test_a_pdf_that_is_none_or_too_short_is_refused():
    with pytest.raises(GateRefused):
        check_pdf(b"hello", branch_name="城东支行", min_pages=1)
    with pytest.raises(GateRefused):
        check_pdf(to_pdf(_report("# 甲章")), branch_name="城东支行", min_pages=50)
