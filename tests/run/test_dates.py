"""The printing day: who says it, how long it is kept, and from when on the data are old."""

from datetime import date

import pytest

from kit.engagement import CONFIG, load, profile
from kit.errors import BadValue
from kit.params import Params
from kit.run import prepare
from kit.run.prepare import printing_day

DATA = Params(**profile("rural-postal"), as_of="2026-10-31")
SAID, STATED, KEPT, TODAY = (date(2026, 11, day) for day in (2, 3, 4, 5))
LAST = {"inputs": "same", "params": {"printed": KEPT.isoformat()}}


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch):
    monkeypatch.setattr(prepare, "_today", lambda: TODAY)


def test_what_is_said_goes_before_what_is_stated_before_what_is_kept_before_today():
    stated = DATA.model_copy(update={"printed": STATED})
    assert printing_day(stated, LAST, "same", said=SAID) == SAID
    assert printing_day(stated, LAST, "same") == STATED
    assert printing_day(DATA, LAST, "same") == KEPT
    assert printing_day(DATA, LAST, "other") == TODAY
    assert printing_day(DATA, {}, "same") == TODAY
    assert printing_day(DATA, {"bank": "of an older kit"}, "same") == TODAY


def test_nothing_is_printed_before_its_data_unless_the_clock_is_behind():
    with pytest.raises(BadValue, match="2026-10-31"):
        printing_day(DATA, {}, "same", said=date(2026, 10, 30))
    behind = DATA.model_copy(update={"printed": date(2026, 9, 1)})
    assert (behind.today, behind.age_days, behind.is_stale) == (DATA.day, 0, False)


def test_data_are_old_after_the_profiles_days_and_not_on_the_last_of_them():
    days = DATA.checks.stale_days
    on = [DATA.model_copy(update={"printed": date.fromordinal(DATA.day.toordinal() + n)}) for n in (days, days + 1)]
    assert [each.is_stale for each in on] == [False, True]


def test_the_demo_is_printed_two_days_after_its_data_on_any_day_and_a_new_engagement_today(tmp_path, kit):
    assert kit("demo", tmp_path / "demo", "--branches", 1, "--customers", 5).returncode == 0
    assert load(tmp_path / "demo").params.printed == date(2026, 11, 2)
    made = kit("new", tmp_path / "new", "--bank", "甲银行", "--profile", "rural-postal", "--language", "zh")
    assert made.returncode == 0
    assert load(tmp_path / "new").params.printed is None
    config = tmp_path / "new" / CONFIG
    config.write_text(config.read_text(encoding="utf-8").replace("# printed", "printed"), encoding="utf-8")
    assert load(tmp_path / "new").params.printed == date(2026, 11, 2)
