import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.document.blocks import Mark
from kit.document.sentences import text_of
from kit.engagement import profile
from kit.params import Params
from kit.report.names import rules_told
from kit.text import LANGUAGES, Wording, figure, markdown, slug, wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
_PLACES = re.compile(r"\{([^{}:]+)")


def test_both_languages_have_the_same_keys_and_placeholders():
    zh, en = (wording(language).entries for language in LANGUAGES)
    assert set(zh) == set(en)
    different = {k for k in zh if set(_PLACES.findall(str(zh[k]))) != set(_PLACES.findall(str(en[k])))}
    # A sentence may leave out a figure that the other language says in words, never use one that is not there.
    assert not different, different


def test_money_to_the_cent_is_exact_beyond_what_a_float_can_hold():
    assert figure(76485889288, "yuan") == "764,858,892.88元"
    assert figure(9007199254740993, "yuan") == "90,071,992,547,409.93元"
    assert figure(-5, "yuan", "en") == "CNY -0.05"


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf")])
@pytest.mark.parametrize("kind", ["money", "yuan", "count", "percent", "ratio", "date"])
def test_what_is_unknown_is_a_dash(nothing, kind):
    assert figure(nothing, kind) == "—"


def test_a_strong_figure_closes_before_a_chinese_letter():
    sentence = wording("zh")("familiarity.reminders.finding", stated=31, reminder_share=0.129)
    parts = text_of(sentence)
    assert parts[parts.index(Mark("strong", ("12.9%",))) + 1].startswith("只")


@pytest.fixture
def say(monkeypatch):
    """A sentence of a template given here."""

    def said(template, **values):
        words = Wording("en")
        monkeypatch.setattr(words, "entries", {"x": template})
        return words("x", **values)

    return said


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, ""])
def test_the_optional_part_of_a_sentence_goes_with_its_figure(say, missing):
    assert say("Deposits 5[[, demand {share:percent} of {n:count}]].", share=missing, n=3) == "Deposits 5."
    assert (
        say("Deposits 5[[, demand {share:percent} of {n:count}]].", share=0.5, n=3) == "Deposits 5, demand 50.0% of 3."
    )
    assert say("Deposits 5[[, demand {share:percent}]].", share=0.0) == "Deposits 5, demand 0.0%."


def test_one_is_said_otherwise_than_none_or_many(say):
    template = "{n:count} {n:|customer is|customers are} left"
    assert [say(template, n=n) for n in (0, 1, 1.4, 2)] == [
        "0 customers are left", "1 customer is left", "1 customer is left", "2 customers are left",
    ]  # fmt: skip


@given(st.text(max_size=60))
def test_a_slug_never_leaves_its_folder(name):
    made = slug(name)
    assert made
    assert not set(made) & set('/\\:*?"<>|.')
    assert made.lower() not in {"con", "nul", "com1", "index", "bank"}


def test_ids_that_differ_only_in_forbidden_characters_get_different_files():
    assert slug("a/b") != slug("a:b")
    assert slug("0101") == "0101"
    assert slug("../x") != slug("x")


@given(st.text(max_size=40))
def test_client_text_cannot_become_markup(text):
    made = markdown(text)
    assert not re.search(r"(?<!\\)[*_`<\[]", made.replace("\\\\", ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sign_in_a_name_is_read_as_it_is_however_many_sentences_stand_around_it(language):
    words = wording(language)
    name = "Farming & migrant (A_B) *"
    assert name in words.plain("common.stage.services", name=name, least=2)
    rules = rules_told(PARAMS.segments.rules, words)
    assert "\\" not in rules
    within = words("common.unlock", title=rules, columns="x")
    assert rules.replace("\n", " ") in "".join(
        part if isinstance(part, str) else part.text[0] for part in text_of(within)
    )


# What a figure may mean, as the analyses name it: a sentence for each, but where there is nothing to say.
MEANINGS = {
    "concentration.claim": "holds short even", "concentration.mean": "lifted level",
    "concentration.interval": "on_them on_nobody", "concentration.split": "between inside",
    "concentration.growth": "up down still",
    "concentration.gains": "holds weight below", "coverage.loads": "alone even uneven",
    "deposits.personal": "below level", "stages.capacity": "level many few", "stages.value": "both money less",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_meaning_of_a_figure_has_its_sentence(language):
    said = [key for key in wording(language).entries if ".so." in key]
    assert sorted(said) == sorted(f"{key}.so.{one}" for key, of in MEANINGS.items() for one in of.split())
