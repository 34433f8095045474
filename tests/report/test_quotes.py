from kit.document.blocks import Mark, Quote
from kit.document.plain import to_plain
from kit.engagement import profile
from kit.params import Params
from kit.planning.scripts import scripts
from kit.planning.words import word_sheet
from kit.report.quotes import quoted
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")


def quotes(*prefixes, branch=None, language="zh"):
    made = scripts(language)
    spoken = word_sheet(branch, bank="示范*银行", params=PARAMS, scripts=made)
    return list(quoted(spoken, prefixes, made, wording(language)))


def shown(*prefixes, **options):
    return [to_plain([quote], "zh") for quote in quotes(*prefixes, **options)]


def test_a_text_keeps_its_lines_under_its_name_and_no_value_becomes_markup():
    quote = quotes("first.call")[0]
    assert isinstance(quote, Quote)
    [paragraph] = quote.blocks
    name, lines = paragraph.text
    assert name == Mark("strong", ("电话（先打电话）",))
    assert len(lines.split("\n")) == 5
    assert lines.startswith("\n")
    assert "示范*银行" in lines.split("\n")[1]


def test_a_message_says_its_size_and_an_objection_what_follows():
    assert "字，按 2 条计费" in shown("first.sms.after_call")[0]
    assert "characters, billed as" in shown("first.sms.after_call", language="en")[0]
    suspects, _, hangs_up = shown("objection")
    assert suspects.startswith("O1 · 怀疑身份，担心是诈骗")
    assert "之后：挂断后发短信" in suspects
    assert "按 2 条计费" in hangs_up
    assert "不要再打电话" in hangs_up


def test_a_text_that_lacks_something_says_what():
    (told,) = shown("objection.O1", branch={"branch_name": "城东支行"})
    assert "缺机构表·网点地址。" in told
    assert "[[" not in told
