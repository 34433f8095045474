import base64
import io

import nbformat
import pytest

from kit.charts.canvas import canvas, distinct, number_axis, percent_axis
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


def test_a_sign_that_stayed_escaped_is_refused_and_a_path_of_windows_is_not():
    with pytest.raises(GateRefused, match="in the text"):
        _checked(to_html(_report("# 甲章\n\n一切正常", "# 乙章")).replace("一切正常", "Farming \\&amp; migrant"))
    _checked(to_html(_report("# 甲章\n\n一切正常", "# 乙章")).replace("一切正常", "C:\\extracts\\客户.xlsx"))


def _with_axis(ticks, labels=None):
    figure, ax = canvas()
    ax.set(xlim=(ticks[0], ticks[-1]))
    ax.set_xticks(ticks, labels)
    if labels is None:
        percent_axis(ax.xaxis)
    svg = io.StringIO()
    figure.savefig(svg, format="svg")
    data = base64.b64encode(svg.getvalue().encode()).decode()
    image = f'<img src="data:image/svg+xml;base64,{data}" alt="">'
    return to_html(_report("# 甲章", "# 乙章")).replace("</main>", f"{image}</main>")


def test_an_axis_with_two_equal_labels_is_refused():
    with pytest.raises(GateRefused, match="1%” twice on an axis"):
        _checked(_with_axis([0.005, 0.01, 0.014], ["0%", "1%", "1%"]))
    _checked(_with_axis([0.005, 0.01, 0.014], ["0%", "1%", "2%"]))


def test_a_rounded_axis_takes_as_many_decimals_as_tell_its_ticks_apart():
    _checked(_with_axis([0.005, 0.01, 0.0125, 0.014]))
    told = {0.2: ["0%", "20%"], 0.005: ["0.0%", "0.5%"], 0.00125: ["0.0%", "0.1%"]}
    for step, labels in told.items():
        _, ax = canvas()
        percent_axis(ax.xaxis)
        assert ax.xaxis.get_major_formatter().format_ticks([0, step]) == labels
    number_axis(ax.yaxis)
    assert ax.yaxis.get_major_formatter().format_ticks([1000, 1000.5, -0.0]) == ["1,000.0", "1,000.5", "0.0"]


def test_two_branches_whose_names_begin_alike_have_their_id_on_an_axis():
    long = "示范农村商业银行股份有限公司"
    assert distinct([f"{long}城东支行", f"{long}城西支行", "滨江支行"], ["01", "02", "03"]) == [
        "示范农村商业 01",
        "示范农村商业 02",
        "滨江支行",
    ]
