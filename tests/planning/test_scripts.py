"""Scripts are data: both languages say the same, an engagement's own lie over them, a bad one is left out alone."""

import re

import pytest

from kit.analysis.contact import CLASSES
from kit.engagement import profile, profiles
from kit.params import Messages, Params
from kit.planning.scripts import Script, indiscreet, keep_scripts, scripts
from kit.text import LANGUAGES

UNSIGNED = Messages(signature=False)
SPOKEN_FIRST = (
    "first.call", "first.call_after_sms", "first.close", "first.close_after_sms", "objection.O1.reply",
    "objection.O2.reply",
)  # fmt: skip
SHORT = {"zh": 200, "en": 420}  # characters of a first call: half a minute


def _own(folder, text, name="first.yml", language="zh"):
    path = folder / "scripts" / language / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_both_languages_have_the_same_texts_with_the_same_slots():
    zh, en = (scripts(language) for language in LANGUAGES)
    assert not zh.faults | en.faults
    assert set(zh.texts) == set(en.texts)
    for key in zh.texts.keys() - {"parts.unsaid"}:
        slots = [set(re.findall(r"\{(\w+)\}", each.texts[key])) for each in (zh, en)]
        assert slots[0] == slots[1], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_occasion_and_every_segment_of_a_profile_has_its_words(language):
    texts = scripts(language).texts
    assert {f"ordinary.{name}.{part}" for name in CLASSES for part in ("call", "sms")} <= set(texts)
    for name in profiles():
        assert {f"segment.{code}" for code in Params(**profile(name)).segments.codes()} <= set(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_contact_is_short_and_speaks_of_no_product(language):
    made = scripts(language)
    for key in SPOKEN_FIRST:
        assert not indiscreet(made.texts[key], made.texts["parts.unsaid"]), key
    assert all(len(made.texts[key]) <= SHORT[language] for key in SPOKEN_FIRST[:4])
    assert made.texts["first.call"].count("{pause}") == 3
    assert not any("{topic}" in text for key, text in made.texts.items() if key.startswith("first."))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_says_a_product_or_a_number(language):
    made = scripts(language)
    messages = [key for key in made.texts if ".sms" in key]
    assert len(messages) == 5 + len(CLASSES)
    for key in [*messages, "parts.signature", "parts.opt_out"]:
        assert not indiscreet(made.texts[key], made.texts["parts.unsaid"]), key


def test_a_clause_goes_with_its_slot_and_what_a_text_needs_stands_outside():
    script = Script.of("{hello}，在{address}[[（{landmark}附近）]]。")
    assert script.needs == ("hello", "address")
    assert script.slots == ("hello", "address", "landmark")
    values = {"hello": "您好", "address": "一路", "landmark": ""}
    assert script.fill(values) == "您好，在一路。"
    assert script.fill({**values, "landmark": "广场"}) == "您好，在一路（广场附近）。"
    assert script.fill({**values, "address": "{hello}[["}) == "您好，在{hello}[[。"  # a value is never read again


def test_an_engagement_s_own_text_lies_over_the_kit_s_and_the_others_stay(tmp_path):
    made = scripts("zh", _own(tmp_path, "call: 我是{owner}。\nsms: {alone: '{hello}，我是{owner}'}\n"))
    assert made.texts["first.call"] == "我是{owner}。"
    assert made.texts["first.sms.alone"] == "{hello}，我是{owner}"
    assert made.texts["first.sms.hung_up"] == scripts("zh").texts["first.sms.hung_up"]
    assert not made.faults


def test_a_segment_of_the_bank_s_own_may_have_words_and_takes_those_of_the_rest_without(tmp_path):
    _own(tmp_path, "seafarers: 这趟船什么时候回来？\nfarmingg: 笔误\n", "segment.yml")
    made = scripts("zh", tmp_path, segments=["seafarers", "miners"])
    assert made.topic("seafarers") == "segment.seafarers"
    assert made.topic("miners") == made.topic(None) == "segment.other"
    assert "farming" in str(made.faults["segment.farmingg"])


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("call: '{hello}，我是{ower}'", "first.call", ["scripts/zh/first.yml", "first.call", "“ower”", "“owner”"]),
        ("sms: {alone: '{hello}，{topic}'}", "first.sms.alone", ["“topic”", "hello、"]),
        ("call: '{hello'", "first.call", ["first.call", "[[……]]"]),
        ("call: '{owner.__class__}'", "first.call", ["“owner.__class__”"]),
        ("call: '[[a [[{owner}]] ]]'", "first.call", ["first.call"]),
        ("call: 5", "first.call", ["应是一段文字"]),
        ("call:", "first.call", ["应是一段文字"]),
        ("sms: {alone: '{hello}，定期到期'}", "first.sms.alone", ["“定期”"]),
        ("sms: {alone: '{hello}，拨95588'}", "first.sms.alone", ["“95588”"]),
        ("cal: '{hello}'", "first.cal", ["first.cal", "“first.call”"]),
    ],
)
def test_a_text_that_cannot_be_used_says_file_text_fault_and_remedy(tmp_path, text, key, said):
    made = scripts("zh", _own(tmp_path, text))
    assert set(made.faults) == {key}
    assert all(each in str(made.faults[key]) for each in said), str(made.faults[key])
    assert key == "first.cal" or made.refused(key) == key
    assert made.refused("first.close") is None
    assert "{" not in made.faults[key].sentence("en").replace("{name}", "")


@pytest.mark.parametrize("text", ["call: [", "- a list", "\x00", "nothing"])
def test_a_file_that_is_no_yaml_is_told_and_the_kit_s_words_stand(tmp_path, text):
    made = scripts("zh", _own(tmp_path, text))
    assert list(made.faults) == ["scripts/zh/first.yml"]
    assert "YAML" in str(made.faults["scripts/zh/first.yml"])
    assert made.texts == scripts("zh").texts


def test_a_bad_opening_or_subject_stops_the_texts_that_include_it(tmp_path):
    _own(tmp_path, "retired: '{bad}'\n", "segment.yml")
    made = scripts("zh", tmp_path)
    assert made.refused("ordinary.care.call", "segment.retired") == "segment.retired"
    assert made.refused("ordinary.care.call", "segment.young") is None
    assert made.refused("ordinary.special_day.call", "segment.retired") is None
    _own(tmp_path, "opening: '{bad}'\n", "ordinary.yml")
    assert scripts("zh", tmp_path).refused("ordinary.special_day.call") == "ordinary.opening"


def test_a_message_is_signed_in_front_and_tells_how_to_refuse_only_where_asked():
    made = scripts("zh")
    assert made.script("first.sms.alone", Messages(opt_out=True)).slots[0] == "bank"
    values = dict.fromkeys(made.script("first.sms.alone", Messages()).slots, "甲")
    assert made.script("first.sms.alone", Messages(opt_out=True)).fill(values).startswith("【甲】")
    assert made.script("first.sms.alone", Messages(opt_out=True)).fill(values).endswith("拒收请回复R")
    assert not made.script("first.sms.alone", UNSIGNED).fill(values).startswith("【")


def test_a_run_keeps_the_words_that_it_used(tmp_path):
    folder, data = _own(tmp_path / "bank", "call: 我是{owner}。"), tmp_path / "data"
    keep_scripts(folder, data)
    assert scripts("zh", data).texts == scripts("zh", folder).texts
    (folder / "scripts" / "zh" / "first.yml").unlink()
    keep_scripts(folder, data)
    assert scripts("zh", data).texts == scripts("zh").texts
