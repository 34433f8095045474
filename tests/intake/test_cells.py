"""What a cell is taken for, or refused as, depends on its column."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from kit.intake import staging
from kit.intake.clean import Terms, doubtful, exact_sum, reason_code, survey, typed
from kit.intake.load import Field
from kit.intake.mapping import Cell
from kit.schema import schema

KEY = b"not a secret: a key for tests"


@pytest.fixture
def connection(tmp_path):
    with staging.database(tmp_path, KEY) as made:
        yield made


def read(connection, name, texts, *, terms=Terms(1), unit_from="", cell=None):  # noqa: B008 - frozen
    """Value and reason of each text in a column."""
    table, _, column = name.partition(".")
    field = Field(schema()[table].columns[column], cell or Cell(column="a"), 0, 2, "元", unit_from)
    connection.register("raw", pa.table({"row_number": range(1, len(texts) + 1), "c0": texts}))
    terms = replace(terms, doubtful=doubtful(survey(connection, [field], terms, {column})))
    select = typed([field], terms, identity="row_number", unusual={column})
    found = connection.execute(
        f"SELECT {column}, CASE WHEN _unreadable <> 0 THEN ({reason_code(field, terms)}) END"
        f" FROM ({select}) JOIN raw ON _id = row_number ORDER BY _id"
    ).fetchall()
    usual = typed([field], terms, identity="row_number", unusual=())
    sooner = connection.execute(f"SELECT {column}, _unreadable FROM ({usual}) ORDER BY _id").fetchall()
    assert all(
        (value, False) == (whole, code is not None)
        for (value, bit), (whole, code) in zip(sooner, found, strict=True)
        if not bit
    )
    if field.column.type == "money":
        (sums,) = connection.execute(f"SELECT {', '.join(exact_sum(field, terms))} FROM raw").fetchall()
        assert sum(sums) == sum(value for value, _ in found if value is not None)
    return found


def test_an_amount_that_states_its_unit_is_certain_whatever_the_columns(connection):
    texts = ["12.5万元", "3亿", "7"]
    assert read(connection, "account.balance_fen", texts, unit_from="header") == [
        (12_500_000, None), (30_000_000_000, None), (700, None),
    ]  # fmt: skip


def test_bare_amounts_beside_such_ones_are_uncertain_where_the_unit_is_only_assumed(connection):
    texts = ["12.5万元", "7", "", "x"]
    assert read(connection, "account.balance_fen", texts, unit_from="default") == [
        (12_500_000, None), (None, "mixed_units"), (None, None), (None, "not_money"),
    ]  # fmt: skip
    assert read(connection, "account.balance_fen", ["5", "7"], unit_from="default") == [(500, None), (700, None)]


@pytest.mark.parametrize(
    ("column", "text", "value", "reason"),
    [
        ("customer.birth_date", "2026-10-31", date(2026, 10, 31), None),
        ("customer.birth_date", "2026-11-01", None, "out_of_range"),
        ("customer.birth_date", "0", None, None),
        ("customer.birth_date", "7/13/2018", None, "date_order"),
        ("customer.birth_date", "13.07.2018", None, "date_order"),
        ("customer.birth_date", "18-07-13", None, "date_order"),
        ("customer.birth_date", "1899-01-01", None, "out_of_range"),
        ("customer.birth_date", "昨天", None, "not_date"),
        ("customer.id_expiry", "2099-12-31", None, None),
        ("customer.id_expiry", "2099-12-30", date(2099, 12, 30), None),
        ("customer.id_expiry", "长期", None, None),
        ("account.maturity_date", "2031-01-01", date(2031, 1, 1), None),
        ("customer.age", "130", 130, None),
        ("customer.age", "131", None, "out_of_range"),
        ("customer.age", "-1", None, "out_of_range"),
        ("customer.age", "999", None, None),
        ("customer.age", "0", None, None),
        ("customer_month.txn_count", "-1", None, "out_of_range"),
        ("customer_month.txn_count", "0", 0, None),
        ("customer.children", "无", "无", None),
        ("customer.children", "-", None, None),
        ("customer.hobby", "无", None, None),
        ("customer.occupation", "其他", "其他", None),
        ("customer.gender", "Male", "男", None),
        ("customer.gender", "２", "女", None),
        ("customer.gender", "9", None, None),
        ("customer.gender", "X", None, "unlisted_code"),
        ("holding.risk_level", "r3", "R3", None),
        ("holding.risk_level", "R6", None, "unlisted_code"),
        ("contact.contact_type", "SMS", "短信", None),
        ("contact.contact_type", "座谈", "座谈", None),
        ("customer.occupation", "字" * 32768, None, "too_long"),
        ("customer.customer_id", "字" * 32768, None, "too_long"),
        ("customer.mobile", "是", None, None),
        ("customer.person_key", "999999190001010010", None, "bad_checksum"),
        ("customer.person_key", "999999190001011000", None, "digits_lost"),
        ("customer.person_key", "5.10322E+17", None, "digits_lost"),
    ],
)  # fmt: skip
def test_a_cell_is_read_or_refused_by_its_column(connection, column, text, value, reason):
    assert read(connection, column, [text], terms=Terms(1, as_of=date(2026, 10, 31))) == [(value, reason)]


def test_without_an_as_of_date_no_day_is_in_the_future(connection):
    assert read(connection, "customer.birth_date", ["2027-01-01"]) == [(date(2027, 1, 1), None)]


def test_serials_count_from_1904_where_the_workbook_does(connection):
    terms = Terms(1, date1904=True)
    assert read(connection, "account.maturity_date", ["41832"], terms=terms) == [(date(2018, 7, 13), None)]
    assert read(connection, "account.maturity_date", ["43294"]) == [(date(2018, 7, 13), None)]


def test_a_mappings_own_codes_come_before_the_schemas(connection):
    cell = Cell(column="a", values={"甲": "男"})
    assert read(connection, "customer.gender", ["甲", "男"], cell=cell) == [("男", None), (None, "unlisted_code")]


@pytest.mark.parametrize("column", ["account.account_id", "customer.customer_id"])
def test_ids_that_end_in_zeros_more_often_than_chance_have_lost_their_digits(connection, column):
    whole = [f"6222021234567{i:05}" for i in range(1, 500)]
    cut = [f"62220212345{i:04}000" for i in range(1, 11)]
    found = read(connection, column, [*whole, *cut])
    assert [reason for _, reason in found] == [None] * 499 + ["digits_lost"] * 10
    by_chance = read(connection, column, [*whole, cut[0]])
    assert all(reason is None for _, reason in by_chance)
    assert all(reason is None for _, reason in read(connection, column, ["62220212345000"] * 50)), "no more than 15"


def test_a_long_key_takes_its_row(take_in):
    run = take_in({"客户.csv": f"客户号,归属机构号,年龄\n{'9' * 32768},01,30\n2,01,131\n"})
    assert run.reasons == [(2, "customer_id", "too_long", True), (3, "age", "out_of_range", False)]
    assert pd.isna(run.book.read("customer")["age"][0])


def test_an_amount_of_more_than_eighteen_digits_is_refused_and_not_cut(connection):
    texts = ["9999999999999999.99", "42468412636842315.62"]
    assert read(connection, "account.balance_fen", texts) == [(999_999_999_999_999_999, None), (None, "not_money")]
