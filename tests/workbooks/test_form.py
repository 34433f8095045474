import pytest

from kit.engagement import profile, profiles
from kit.features.terms import TERMS, meaning
from kit.params import Params
from kit.schema import schema
from kit.text import LANGUAGES
from kit.workbooks.form import (
    CONTACT,
    FACTS,
    WAY_OF_RESULT,
    Marker,
    choices,
    fingerprint,
    read_marker,
    words_of_labels,
)

MARKER = Marker("f" * 16, "0101", "S1", "2026-10-31", "2026-11-02", "abc")


def test_a_marker_is_read_back_and_another_sheet_has_none():
    assert read_marker([("x", "y"), *MARKER.rows(), ("", "choice")]) == MARKER
    assert read_marker([("form", "another"), *MARKER.rows()[1:]]) is None
    assert read_marker([("branch", "0101")]) is None
    assert read_marker([]) is None
    assert not MARKER.newer
    assert Marker(**{**dict(MARKER.rows()), "version": "2"}).newer


def test_a_fingerprint_tells_engagements_apart_and_nothing_of_the_key():
    key = bytes.fromhex("00" * 32)
    assert fingerprint(key) == fingerprint(key) != fingerprint(b"another")
    assert key.hex() not in fingerprint(key)


@pytest.mark.parametrize("entry", [e for e in (*CONTACT, *FACTS) if e.kind == "choice"], ids=lambda e: e.column)
def test_a_choice_is_a_word_that_the_book_takes_whatever_the_language(entry):
    column = schema()[entry.table].columns[entry.column]
    for language in LANGUAGES:
        offered = choices(entry.column, language)
        assert offered
        assert len(set(offered.values())) == len(offered), "each has a label of its own"
        assert {words_of_labels(entry.column)[label] for label in offered.values()} == set(offered)
    if column.closed:
        assert set(choices(entry.column, "zh")) <= set(column.values)


def test_a_result_says_in_which_way_and_whether_anybody_answered():
    results = set(choices("contact_result", "zh"))
    assert set(WAY_OF_RESULT) <= results
    told = {result: meaning("outcome", result, TERMS["outcome"]) for result in results}
    assert all(told.values()), "a choice of ours is a word that we know"
    assert {result for result, code in told.items() if code not in ("connected", "message")} == {
        "未接通", "挂机", "拒接", "空号", "停机",
    }  # fmt: skip
    assert told["挂机"] == "hung_up"
    ways = {result: meaning("way", way, TERMS["way"]) for result, way in WAY_OF_RESULT.items()}
    assert ways == {"已发送": "sms", "已回复": "wechat", "已见面": "visit"}


@pytest.mark.parametrize("name", profiles())
def test_what_a_manager_can_choose_is_known_to_every_profile(name):
    segments = Params(**profile(name), as_of="2026-10-31").segments

    def known(word, groups):
        return any(part in word for parts in groups.values() for part in parts)

    assert all(known(word, segments.occupations) for word in choices("occupation", "zh"))
    assert not any(part in word for word in choices("occupation", "zh") for part in segments.unknown_occupations)
    assert all(known(word, segments.hobbies) for word in choices("hobby", "zh"))
    assert all(known(word, segments.channels) for word in choices("channel_pref", "zh"))
