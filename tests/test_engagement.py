import pickle
from pathlib import Path

import pytest

from kit.engagement import CONFIG, load, profile, profiles
from kit.errors import BadKey, BadValue, MissingFile, UnknownName
from kit.params import Params


def _load(folder: Path, text: str):
    (folder / CONFIG).write_text(text, encoding="utf-8")
    return load(folder)


def test_the_bank_name_alone_is_enough(tmp_path):
    engagement = _load(tmp_path, "bank: 甲银行\n")
    assert engagement.params.profile == "rural-postal"
    assert engagement.chapters == (
        "summary", "quality", "concentration", "tiers", "coverage", "familiarity", "segments", "needs", "primary",
        "dormancy", "deposits", "units", "stages", "assignment", "grades", "contact", "practice", "words", "pipeline",
    )  # fmt: skip


def test_a_misspelt_key_names_the_file_and_the_nearest(tmp_path):
    with pytest.raises(BadKey) as caught:
        _load(tmp_path, "bank: 甲\nprofle: rural-postal\n")
    assert CONFIG in str(caught.value)
    assert "“profle”" in str(caught.value)
    assert "“profile”" in str(caught.value)


def test_a_misspelt_threshold_names_its_nearest(tmp_path):
    with pytest.raises(BadKey) as caught:
        _load(tmp_path, "bank: 甲\nparams: {dormancy: {idle_day: 3}}\n")
    assert "params.dormancy.idle_day" in str(caught.value)
    assert "idle_days" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("bank: 3\n", "bank"),
        ("bank: 甲\nas_of: soon\n", "as_of"),
        ("bank: 甲\nlanguage: fr\n", "language"),
        ("bank: 甲\nparams: {dormancy: {idle_days: many}}\n", "params.dormancy.idle_days"),
        ("profile: rural-postal\n", "bank"),
    ],
)
def test_an_ill_typed_value_says_where_and_what_was_expected(tmp_path, text, place):
    with pytest.raises(BadValue) as caught:
        _load(tmp_path, text)
    assert f"“{place}”" in str(caught.value)
    assert "应为" in str(caught.value)


_RULES = [f"{{code: s{i}, any_of: [{{age_from: {i}}}]}}" for i in range(9)]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([*_RULES[:2], "{code: rest}"], "4 至 8 个客群，现为 3 个"),
        ([*_RULES[:8], "{code: rest}"], "4 至 8 个客群，现为 9 个"),
        ([*_RULES[:3], "{code: s0}"], "各不相同的客群 code"),
        (_RULES[:4], "只有最后一个不写"),
        (["{code: nobody}", *_RULES[:2], "{code: rest}"], "只有最后一个不写"),
        (["{code: all, any_of: [{}]}", *_RULES[:2], "{code: rest}"], "至少有一个条件"),
    ],
    ids=["three", "nine", "two of one name", "no rest", "a rule without a clause", "a clause without a condition"],
)
def test_segments_that_cannot_be_managed_in_batches_are_refused(tmp_path, rules, said):
    with pytest.raises(BadValue) as caught:
        _load(tmp_path, f"bank: 甲\nparams: {{segments: {{rules: [{', '.join(rules)}]}}}}\n")
    assert "“params.segments.rules”" in str(caught.value)
    assert said in str(caught.value)


def test_a_rule_for_an_occupation_that_no_word_tells_is_refused(tmp_path):
    rules = ", ".join([*_RULES[:3], "{code: vets, any_of: [{sector: vet}]}", "{code: rest}"])
    with pytest.raises(BadValue) as caught:
        _load(tmp_path, f"bank: 甲\nparams: {{segments: {{rules: [{rules}]}}}}\n")
    assert "“params.segments”" in str(caught.value)
    assert "没有 vet" in str(caught.value)


_LADDER = "[{{code: basic, floor_wan: 0}}, {{code: core, floor_wan: 5, {more}}}]"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ("tiers: " + _LADDER.format(more="strategy: abc"), "'relate'"),
        ("tiers: " + _LADDER.format(more="strategy: depen"), "“deepen”"),
        ("hidden: {sectors: [bussiness]}", "“business”"),
        ("offers: {key: [{family: wpm}]}", "“wmp”"),
        ("allocation: {floor: privat}", "“private”"),
        ("practice: {steps: {establsh: [认领]}}", "“establish”"),
        ("aum_basis: month_avrage", "“month_average”"),
        (
            f"segments: {{rules: [{', '.join(_RULES[:3])}, {{code: x, any_of: [{{gender: 女性}}]}}, {{code: rest}}]}}",
            "“女”",
        ),
        ("tiers: [{code: basic, floor_wan: 0}, {code: 财富.客户, floor_wan: 5}]", "tiers.1.code"),
    ],
)
def test_a_setting_that_names_what_there_is_not_is_refused_with_the_nearest(tmp_path, params, said):
    with pytest.raises(BadValue) as caught:
        _load(tmp_path, f"bank: 甲\nparams:\n  {params}\n")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("count", [4, 8])
def test_four_to_eight_segments_of_the_banks_own_are_taken_in_their_order(tmp_path, count):
    rules = ", ".join([*_RULES[: count - 1], "{code: 其余}"])
    segments = _load(tmp_path, f"bank: 甲\nparams: {{segments: {{rules: [{rules}]}}}}\n").params.segments
    assert segments.codes() == (*(f"s{i}" for i in range(count - 1)), "其余")
    assert segments.rest == "其余"


@pytest.mark.parametrize("name", profiles())
def test_each_profile_has_the_segments_of_its_kind_of_bank(name):
    params = Params(**profile(name))
    assert ("farming" in params.segments.codes()) == (name == "rural-postal")
    families = [family for rule in params.segments.rules for family in rule.suited]
    assert families


def test_the_banks_own_totals_are_rows_or_exact_fen(tmp_path):
    stated = "{customer: 30000, customer_month.aum_spot: 1234567.89, account.balance_fen: '1,000'}"
    totals = _load(tmp_path, f"bank: 甲\ncontrol_totals: {stated}\n").control_totals
    assert [(t.table, t.column, t.stated) for t in totals] == [
        ("customer", "", 30000), ("customer_month", "aum_spot_fen", 123456789), ("account", "balance_fen", 100000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("totals", "error", "said"),
    [
        ("{custmer: 1}", BadKey, "“customer”"),
        ("{customer_month.aum_spt: 1}", BadKey, "customer_month.aum_spot"),
        ("{customer.age: 1}", BadKey, "control_totals.customer.age"),
        ("{customer: many}", BadValue, "整数行数"),
        ("{customer: 1.5}", BadValue, "整数行数"),
        ("{customer: true}", BadValue, "整数行数"),
        ("{customer: .nan}", BadValue, "整数行数"),
        ("{customer_month.aum_spot: 1.005}", BadValue, "两位小数"),
        ("{customer_month.aum_spot: [1]}", BadValue, "两位小数"),
        ("30000", BadValue, "control_totals"),
    ],
)
def test_a_control_total_that_cannot_be_says_what_was_expected(tmp_path, totals, error, said):
    with pytest.raises(error, match="control_totals") as caught:
        _load(tmp_path, f"bank: 甲\ncontrol_totals: {totals}\n")
    assert said in str(caught.value)


def test_a_file_that_is_no_yaml_says_the_line(tmp_path):
    with pytest.raises(BadValue, match="line 2"):
        _load(tmp_path, "bank: 甲\n  x: [\n")


def test_an_unknown_profile_or_chapter_names_those_there_are(tmp_path):
    with pytest.raises(UnknownName, match="rural-postal"):
        _load(tmp_path, "bank: 甲\nprofile: rural\n")
    with pytest.raises(UnknownName, match="concentration"):
        _load(tmp_path, "bank: 甲\nchapters: [concentraton]\n")


def test_a_folder_without_settings_says_how_to_begin(tmp_path):
    with pytest.raises(MissingFile, match="kit new"):
        load(tmp_path)


@pytest.mark.parametrize("name", profiles())
def test_every_profile_is_complete(name):
    params = Params(**profile(name), profile=name)
    assert len(params.tiers) == 4


def test_an_error_survives_pickling_with_its_sentence():
    error = BadKey(path="a.yml", place="x", name="profle", known=("profile",))
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_secrets_are_made_once_and_kept_from_others(tmp_path):
    engagement = _load(tmp_path, "bank: 甲\n")
    first = engagement.secrets
    assert load(tmp_path).secrets == first
    assert (tmp_path / ".secrets").stat().st_mode & 0o077 == 0
