from __future__ import annotations

import hashlib
import hmac
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.intake import staging
from kit.keys import surrogate

KEY = b"k" * 80  # longer than a block of SHA-256


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Value of a macro of clean.sql for a text."""
    with staging.database(tmp_path_factory.mktemp("scratch"), KEY) as connection:
        yield lambda call, text: connection.execute(f"SELECT {call}", {"t": text}).fetchall()[0][0]


POWERS = {"e0": 0, "e2": 2, "e6": 6}


@given(
    amount=st.decimals(min_value=-(10**9), max_value=10**9, places=7, allow_nan=False),
    places=st.integers(0, 7),
    power=st.sampled_from(["e2", "e6"]),
    grouped=st.booleans(),
)
def test_money_is_the_decimal_rounded_half_even_to_the_fen(ask, amount, places, power, grouped):
    amount = amount.quantize(Decimal(1).scaleb(-places))
    text = f"{amount:,f}" if grouped else f"{amount:f}"
    exact = amount.scaleb(POWERS[power])
    assert ask(f"fen($t, '{power}')", text) == int(exact.to_integral_value(ROUND_HALF_EVEN))
    assert ask(f"amount($t, '{power}')", text) == exact


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("", None), ("0", 0), ("-0.00", 0), ("1234.5", 123450), ("1,234.50", 123450), ("￥1,234.50", 123450),
        ("１，２３４．５０", 123450), ("(5)", -500), ("（5.00）", -500), ("5-", -500), ("－１，０００", -100000),
        ("+5", 500),
        ("12元", 1200), ("12.5万元", 12500000), ("3亿", 30000000000), ("3 千元", 300000), ("5百万", 500000000),
        ("7角", 70),
        ("-1.5万", -1500000), ("(2)万元", -2000000), ("RMB 1,234.50", 123450), ("人民币12元", 1200), ("$5", None),
        ("1 234 567.50", 123456750), ("1\u2009234.50", 123450), ("1\u00a0234", 123400), ("－（５）", None),
        ("- 5", -500),
        ("￥-5.00", -500), ("5.00\ufeff", 500), ("12 34", None), ("1,2345", None), ("50%", None), ("万元", None),
        (".5", 50), ("5.", 500), ("0.005", 0), ("0.015", 2), ("-0.025", -2),
        ("abc", None), ("1,23", None), ("1.2.3", None), ("1E+05", None), ("1.2E+17", None), ("--5", None), ("(5", None),
        ("99999999999999999999", None),
    ],
)  # fmt: skip
def test_money_as_banks_write_it(ask, text, fen):
    assert ask("fen($t, 'e2')", text) == fen


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-31", date(2026, 10, 31)), ("2026/10/31", date(2026, 10, 31)), ("20261031", date(2026, 10, 31)),
        ("2026年10月31日", date(2026, 10, 31)), ("2026.10.31", date(2026, 10, 31)), ("2018/7/3", date(2018, 7, 3)),
        ("2026-1-3", date(2026, 1, 3)), ("2026-10-31 00:00:00", date(2026, 10, 31)),
        ("２０２６－１０－３１", date(2026, 10, 31)),
        ("20261031 23:59:59", date(2026, 10, 31)), ("20261031235959", date(2026, 10, 31)),
        ("2026-10-31T08:00", date(2026, 10, 31)),
        ("202610", date(2026, 10, 31)), ("2026-02", date(2026, 2, 28)), ("2018年7月", date(2018, 7, 31)),
        ("43294", date(2018, 7, 13)), ("43294.5", date(2018, 7, 13)),
        ("2018年07月13日", date(2018, 7, 13)), ("2018-7", date(2018, 7, 31)), ("2018.07", date(2018, 7, 31)),
        ("2018年7月13日 8时5分", date(2018, 7, 13)), ("２０１８年７月１３日", date(2018, 7, 13)),
        ("12785", date(1935, 1, 1)),
        ("7/13/2018", None), ("13.07.2018", None), ("18-07-13", None), ("18.7.13", None), ("民国107年7月13日", None),
        ("2018.1", None),
        ("2026-02-30", None), ("20261345", None), ("2026", None), ("12", None), ("3026-01-01", None),
        ("infinity", None),
        ("31/10/2026", None), ("", None), ("99991231", None), ("00000000", None), ("1900-01-01", None),
    ],
)  # fmt: skip
def test_dates_as_banks_write_them(ask, text, day):
    assert ask("in_range(calendar_date($t, DATE '1899-12-30'))", text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "99991231",
        "9999-12-31",
        "9999年12月31日",
        "9999-12-31 23:59:59",
        "99999999",
        "00000000",
        "0000-00-00",
        "0",
        "19000101",
        "1900/1/1",
        "1900-01-00",
        "0001-01-01",
        "00010101",
        "长期",
    ],
)
def test_placeholders_are_no_date_rather_than_a_bad_one(ask, text):
    assert ask("is_no_date($t)", text)


@pytest.mark.parametrize("text", ["", "-", "--", "#N/A", "n/a", "NULL", "null", "空", "无", "\\N", "NaN"])
def test_words_for_missing_are_missing(ask, text):
    assert ask("is_missing($t)", text)
    assert ask("plain_text($t)", text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("是", True), ("Y", True), ("1", True), ("true", True), ("有", True), ("yes", True), ("否", False), ("N", False),
     ("0", False), ("FALSE", False), ("无", False), ("no", False), ("Ｙ", True), ("１", True), ("是\u200b", True),
     ("", None), ("2", None), ("也许", None)],
)  # fmt: skip
def test_flags(ask, text, value):
    assert ask("flag($t)", text) is value


def test_a_count_or_an_amount_is_a_flag_where_the_column_says_so(ask):
    assert ask("flag_or_number($t)", "3") is True
    assert ask("flag_or_number($t)", "0.00") is False
    assert ask("flag_or_number($t)", "三") is None


@pytest.mark.parametrize("text", ["19900001234", "199****1234", "0571-00001234", "+86 199 0000 1234"])
def test_a_telephone_number_means_that_the_customer_can_be_reached(ask, text):
    assert ask("flag_or_phone($t)", text) is True


@pytest.mark.parametrize(
    "text",
    ["00000000000", "11111111111", "13800000000", "138-0000-0000", "13800138000", "12345678901", "8613800000000"],
)
def test_a_number_that_fills_the_field_reaches_nobody(ask, text):
    assert ask("flag_or_phone($t)", text) is False
    assert ask("phone($t)", text) is None


def test_a_telephone_number_is_kept_as_it_is_written(ask):
    assert ask("phone($t)", "199-0000-1234") == "199-0000-1234"
    assert ask("phone($t)", "是") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("3.0", 3),
        ("1,000", 1000),
        ("－３", -3),
        ("3.5", None),
        ("1e3", None),
        ("", None),
        ("40-49", None),
        ("30岁", 30),
        ("12笔", 12),
        ("6 个月", 6),
    ],
)
def test_whole_numbers(ask, text, number):
    assert ask("whole($t)", text) == number


def test_a_rate_may_carry_its_sign(ask):
    assert ask("rate($t)", "1.55%") == ask("rate($t)", "1.55") == ask("rate($t)", "１．５５％") == Decimal("1.55")
    assert ask("rate($t)", "15.5‰") == Decimal("1.55")


@pytest.mark.parametrize(
    ("text", "value"),
    [("0101", "0101"), ('="0101"', "0101"), ("'0101", "0101"), ("１２３", "123"), ("a\tb", "ab"),
     ("00\u200b12_x000D_", "0012"), ("５Ａ", "5A"),
     ("5.10322E+17", None),
     ("1E+17", None), ("", None), ("5118012345678901234", "5118012345678901234")],
)  # fmt: skip
def test_ids_keep_every_digit_or_are_refused(ask, text, value):
    assert ask("plain_id($t)", text) == value


def test_secrets_are_hmac_sha256_whatever_their_spacing(ask):
    expected = hmac.new(KEY, b"99999900000000001X", hashlib.sha256).hexdigest()[:32]
    assert ask("plain_secret($t)", "99999900000000001X") == expected
    assert ask("plain_secret($t)", "999999 0000-0000001x") == expected
    assert ask("plain_secret($t)", "") is None


def test_a_surrogate_is_that_of_python(ask):
    assert ask("plain_surrogate($t)", "0012") == surrogate(KEY, "0012")
    assert ask("scoped_surrogate('01', $t)", "0012") == surrogate(KEY, "01", "0012")
    assert ask("scoped_surrogate('', $t)", "0012") is None
    assert surrogate(KEY, "0", "10012") != surrogate(KEY, "01", "0012")


def citizen(first17):
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


@given(region=st.integers(100000, 999999), day=st.dates(date(1900, 1, 1), date(2026, 1, 1)), serial=st.integers(0, 999))
def test_a_citizens_number_is_right_if_its_last_character_is(ask, region, day, serial):
    right = citizen(f"{region}{day:%Y%m%d}{serial:03}")
    wrong = right[:17] + ("0" if right[17] != "0" else "1")
    assert ask("is_misspelt_citizen($t)", right) is False
    assert ask("is_misspelt_citizen($t)", wrong) is True


@pytest.mark.parametrize("text", ["", "123", "999999100010000001", "E12345678", "11010119000101001"])
def test_what_is_no_citizens_number_is_not_held_against_its_check_digit(ask, text):
    assert ask("is_misspelt_citizen($t)", text) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [("王小\u200b明\ufeff", "王小明"), ("_x000D_甲_x000A_", "甲"), ("\u00a0甲\x00", "甲"), ("ＡＢ（股）", "ＡＢ（股）"),
     ("\u200b", None), ("字" * 32767, "字" * 32767), ("字" * 32768, None)],
)  # fmt: skip
def test_text_is_kept_but_for_what_cannot_be_seen(ask, text, value):
    assert ask("plain_text($t)", text) == value


def test_what_is_shown_of_a_refused_value_is_its_shape(ask):
    assert ask("shape($t)", "张三 13800138000 a") == "字字 99999999999 A"
    assert len(ask("shape($t)", "9" * 99)) == 24
