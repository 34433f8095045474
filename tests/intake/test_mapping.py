from __future__ import annotations

import pytest

from kit.errors import BadKey, BadMapping, BadValue, UnreadableFile
from kit.intake.mapping import load_mapping


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
