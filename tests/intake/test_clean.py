from __future__ import annotations

import hashlib
import hmac
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.intake import staging

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
    assert ask(f"exact_fen($t, '{power}')", text) == exact


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("", None), ("0", 0), ("-0.00", 0), ("1234.5", 123450), ("1,234.50", 123450), ("￥1,234.50", 123450),
        ("１，２３４．５０", 123450), ("(5)", -500), ("（5.00）", -500), ("5-", -500), ("－１，０００", -100000),
        ("+5", 500),
        ("12元", 1200), (".5", 50), ("5.", 500), ("0.005", 0), ("0.015", 2), ("-0.025", -2),
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
        ("2026-02-30", None), ("20261345", None), ("2026", None), ("12", None), ("3026-01-01", None),
        ("infinity", None),
        ("31/10/2026", None), ("", None), ("99991231", None), ("00000000", None), ("1900-01-01", None),
    ],
)  # fmt: skip
def test_dates_as_banks_write_them(ask, text, day):
    assert ask("in_range(calendar_date($t))", text) == day


@pytest.mark.parametrize(
    "text", ["", "-", "99991231", "9999-12-31", "00000000", "0000-00-00", "19000101", "1900/1/1", "长期"]
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
     ("0", False), ("FALSE", False), ("无", False), ("no", False), ("", None), ("2", None), ("也许", None)],
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
    ("text", "number"),
    [("3", 3), ("3.0", 3), ("1,000", 1000), ("－３", -3), ("3.5", None), ("1e3", None), ("", None), ("40-49", None)],
)
def test_whole_numbers(ask, text, number):
    assert ask("whole($t)", text) == number


def test_a_rate_may_carry_its_sign(ask):
    assert ask("rate($t)", "1.55%") == ask("rate($t)", "1.55") == Decimal("1.55")


@pytest.mark.parametrize(
    ("text", "value"),
    [("0101", "0101"), ('="0101"', "0101"), ("'0101", "0101"), ("１２３", "123"), ("a\tb", "ab"), ("5.10322E+17", None),
     ("1E+17", None), ("", None), ("5118012345678901234", "5118012345678901234")],
)  # fmt: skip
def test_ids_keep_every_digit_or_are_refused(ask, text, value):
    assert ask("plain_id($t)", text) == value


def test_secrets_are_hmac_sha256_whatever_their_spacing(ask):
    expected = hmac.new(KEY, b"99999900000000001X", hashlib.sha256).hexdigest()[:32]
    assert ask("plain_secret($t)", "99999900000000001X") == expected
    assert ask("plain_secret($t)", "999999 0000-0000001x") == expected
    assert ask("plain_secret($t)", "") is None


def test_what_is_shown_of_a_refused_value_is_its_shape(ask):
    assert ask("shape($t)", "张三 13800138000 a") == "字字 99999999999 A"
    assert len(ask("shape($t)", "9" * 99)) == 24
