from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import BadKey, BadMapping, BadValue, UnreadableFile
from kit.intake.mapping import Cell, Confirmed, Mapping, load_mapping, save_mapping


@pytest.fixture
def load(tmp_path):
    def read(text):
        path = tmp_path / "source.yml"
        path.write_text(text, encoding="utf-8")
        return load_mapping(path)

    return read


def test_every_form_of_a_cell(load):
    mapping = load(
        "file: a.csv\n"
        "tables:\n"
        "  customer:\n"
        "    customer_id: {row_number: 'C{:06d}'}\n"
        "    branch_id: {value: 0101}\n"
        "    gender: {column: G, values: {1: 男, no: 女}, other: keep, missing: [unknown]}\n"
        "    age: Age\n"
        "confirmed: {by: 张, on: 2026-11-23}\n"
    )
    cells = mapping.tables["customer"]
    assert cells["age"].column == "Age"
    assert cells["branch_id"].value == "0101", "no number, no leading zero lost"
    assert cells["gender"].values == {"1": "男", "no": "女"}, "no truth value either"
    assert mapping.confirmed is not None
    assert mapping.confirmed.on.isoformat() == "2026-11-23"


CUSTOMER = "file: a.csv\ntables: {{customer: {{customer_id: {}}}}}\n"


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("", BadValue, "file"),
        ("- a\n", BadValue, "source.yml"),
        ("file: a.csv\n", BadValue, "tables"),
        ("file: a.csv\ntables: {}\nsheeet: x\n", BadKey, "sheet"),
        ("file: a.csv\ntables: {custmer: {}}\n", BadMapping, "customer"),
        ("file: a.csv\ntables: {customer: {customr_id: A}}\n", BadMapping, "customer_id"),
        ("file: a.csv\ntables: {customer: A}\n", BadValue, "tables.customer"),
        (CUSTOMER.format("{colum: A}"), BadKey, "column"),
        (CUSTOMER.format("[A]"), BadValue, "tables.customer.customer_id"),
        (CUSTOMER.format("{column: A, value: B}"), BadValue, "row_number"),
        (CUSTOMER.format("{}"), BadValue, "row_number"),
        (CUSTOMER.format("{from: table}"), BadValue, "sheet"),
        (CUSTOMER.format("{column: A, nth: 0}"), BadValue, "nth"),
        (CUSTOMER.format("{column: A, form: B}"), BadKey, "from"),
        (CUSTOMER.format("{row_number: 'C{:x}'}"), BadValue, "C{:06d}"),
        (CUSTOMER.format("{column: A, unit: 万}"), BadValue, "万元"),
        (CUSTOMER.format("{column: A, other: keep}"), BadValue, "values"),
        ("file: a.csv\ntables: {}\ndelimiter: ab\n", BadValue, "delimiter"),
        ("file: a.csv\ntables: {}\nconfirmed: {by: x, on: someday}\n", BadValue, "confirmed.on"),
        ("file: a.csv\nfile: b.csv\ntables: {}\n", UnreadableFile, "file"),
        ("file: [\n", UnreadableFile, "source.yml"),
        ("file: !!python/object/apply:os.getcwd []\ntables: {}\n", BadValue, "file"),
    ],
)
def test_a_fault_is_told_with_its_file_its_place_and_what_was_expected(load, text, error, told):
    with pytest.raises(error) as raised:
        load(text)
    assert told in str(raised.value)
    assert "source.yml" in str(raised.value)


def test_what_is_saved_is_read_again_as_it_was_and_can_be_read_by_a_person(tmp_path):
    odd = (
        "a: b",
        "- x",
        "0101",
        "否",
        "no",
        "客户号\n二",
        "#3",
        "a, b",
        "'q\"",
        "~",
        "2026-11-24",
        "null",
        "=1",
        "{x}",
        "",
    )
    mapping = Mapping(
        file="客户资产月报_*.csv",
        sheet="*支行",
        sha256="12",
        header_row=3,
        headers=odd,
        tables={
            "customer": {
                "customer_id": Cell(column="0101"),
                "branch_id": Cell.model_validate({"from": "sheet", "values": {"城东": "0101", "no": ""}}),
                "gender": Cell(column="性别", nth=2, values={"1": "男"}, other="null", missing=("-", "无")),
            },
            "branch": {},
        },
        ignored=("备注", "no"),
        confirmed=Confirmed(by="张三", on=date(2026, 11, 24)),
    )
    path = tmp_path / "mapping" / "a.yml"
    save_mapping(path, mapping)
    assert load_mapping(path) == mapping
    text = path.read_text(encoding="utf-8")
    assert "file: 客户资产月报_*.csv" in text
    assert "customer_id: '0101'" in text
    assert "branch_id: {from: sheet, values: {城东: '0101', 'no': ''}}" in text
    keys = [line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    order = ["file", "sheet", "sha256", "header_row", "headers", "tables", "ignored", "confirmed"]
    assert [key for key in keys if key in order] == order


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12), max_size=6),
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=6), st.text("01是 :'\"")
    ),
)
def test_any_label_survives_being_saved(headers, values):
    mapping = Mapping(file="a.csv", headers=headers, tables={"customer": {"gender": Cell(column="G", values=values)}})
    with tempfile.TemporaryDirectory() as folder:
        save_mapping(Path(folder) / "a.yml", mapping)
        assert load_mapping(Path(folder) / "a.yml") == mapping
