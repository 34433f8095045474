from __future__ import annotations

import re

import pytest

from kit.intake.mapping import POWERS
from kit.schema import MONEY_UNITS, aliases, known_labels, money_units, normalise, schema

TYPES = {"text", "cat", "money", "int", "decimal", "date", "bool", "phone", "secret", "surrogate"}
COLUMNS = [column for table in schema().values() for column in table.columns.values()]


@pytest.mark.parametrize("table", schema())
def test_no_label_names_two_columns_of_a_table(table):
    owner: dict[str, str] = {}
    for column in schema()[table].columns.values():
        for label in (column.id, column.zh, column.en, *column.aliases):
            key = normalise(label)[0]
            assert owner.setdefault(key, column.id) == column.id, f"{table}: {label}"
            assert aliases(table)[key] is column


def test_every_table_has_its_key_and_its_labels():
    for table in schema().values():
        assert set(table.grain) <= set(table.columns)
        assert table.label("zh") != table.label("en")


@pytest.mark.parametrize("column", COLUMNS, ids=lambda c: f"{c.table}.{c.id}")
def test_every_column_is_complete_in_both_languages(column):
    assert re.search("[\u4e00-\u9fff]", column.zh), "a Chinese label"
    assert column.en.isascii()
    assert column.unlocks("zh") != column.unlocks("en")
    assert column.type in TYPES
    assert column.need in {"M", "M*", "R", "O"}
    assert re.fullmatch("[a-z][a-z0-9_]*", column.id)


@pytest.mark.parametrize("column", [c for c in COLUMNS if c.values], ids=lambda c: f"{c.table}.{c.id}")
def test_each_code_stands_for_itself_and_each_way_to_write_it_for_one(column):
    assert all(column.codes[code.upper()] == code for code in column.values)
    assert set(column.codes.values()) == set(column.values)


def test_a_range_has_ends_that_are_numbers_or_the_as_of_date():
    for column in COLUMNS:
        assert re.fullmatch(r"((-?\d+)?\.\.(-?\d+|as_of)?)?", column.range), column.id


def test_what_lies_in_the_vault_is_said_of_columns_that_are_there():
    for table in schema().values():
        for column in table.columns.values():
            assert column.kept.partition(":")[0] in {"", "vault"}
            assert column.beside in {"", *table.columns}
    assert [c.id for c in COLUMNS if c.vaulted] == ["staff_phone", "customer_name", "mobile", "unit_name"]


def test_a_list_of_codes_is_closed_unless_it_says_so():
    customer, staff = schema()["customer"].columns, schema()["staff"].columns
    assert customer["gender"].closed
    assert customer["gender"].codes["FEMALE"] == "女"
    assert not staff["role"].closed
    assert "…" not in staff["role"].values


def test_money_says_its_unit_in_its_name_and_in_its_column():
    for column in COLUMNS:
        assert (column.type == "money") == column.id.endswith("_fen")
        assert column.type != "money" or column.unit in {"元", "万元"}


def test_the_smallest_extract_is_a_customer_a_branch_a_date_and_an_amount():
    assert [c.id for c in schema()["customer"].mandatory] == ["customer_id", "branch_id"]
    assert [c.id for c in schema()["customer_month"].mandatory] == ["as_of", "customer_id"]
    assert {"aum_avg_month_fen", "aum_spot_fen"} <= {c.id for c in schema()["customer_month"].either}


@pytest.mark.parametrize(
    ("header", "key", "unit"),
    [
        ("", "", ""),
        ("客户号", "客户号", ""),
        (" 时点ＡＵＭ\n（万元）：", "时点aum", "万元"),
        ("客户 ID *", "客户id", ""),
        ("\ufeff机构号:", "机构号", ""),
        ("户数【户】", "户数", "户"),
        ("(备注)", "(备注)", "备注"),
        ("时点AUM（单位：万元）", "时点aum", "万元"),
        ("时点AUM(人民币万元)", "时点aum", "万元"),
        ("时点AUM（万元，含理财）", "时点aum", "万元"),
        ("时点AUM(万元)(折人民币)", "时点aum", "万元"),
        ("户均AUM(元/户)", "户均aum", "元"),
        ("时点AUM：万元", "时点aum", "万元"),
        ("某某余额_千元", "某某余额", "千元"),
        ("时点AUM万元", "时点aum", "万元"),
        ("时点AUM百元", "时点aum", "百元"),
        ("积分", "积分", ""),
        ("总分", "总分", ""),
        ("净收入元", "净收入元", ""),
        ("50万元以上", "50万元以上", ""),
    ],
)
def test_a_header_is_compared_without_its_dress(header, key, unit):
    assert normalise(header) == (key, unit)


def test_every_unit_of_money_has_its_power_of_ten():
    assert set(MONEY_UNITS) == set(POWERS)
    assert all(not later.endswith(unit) for i, unit in enumerate(MONEY_UNITS) for later in MONEY_UNITS[i + 1 :])


def test_every_label_normalises_to_itself_though_it_may_end_in_a_unit():
    for table in schema():
        for label, column in aliases(table).items():
            assert label in known_labels()
            assert normalise(column.zh)[0] in aliases(table)
            assert normalise(label)[0] == label


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("单位：人民币万元", ("万元",)),
        ("万元、户", ("万元",)),
        ("元/万元", ("元", "万元")),
        ("户", ()),
        ("50万元以上", ()),
        ("", ()),
    ],
)
def test_a_statement_of_units_gives_its_units_of_money(text, units):
    assert money_units(text) == units
