"""Whatever mess a table is written in, another reader finds the same table where the truth says that it lies."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.demo.files import MONEY
from messy_bank.delivery import Delivery
from messy_bank.mess import Mess
from messy_bank.style import Style

AS_OF = date(2026, 10, 31)
AMOUNTS = pa.array([Decimal("1234567.80"), Decimal("-5.00"), None, Decimal("0.01")], MONEY)


def text(value: object) -> str:
    return "" if value is None else f"{value:%Y%m%d}" if isinstance(value, date) else str(value)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_table_in_any_mess_is_the_same_table(messy, read_rows, data) -> None:
    sent = data.draw(messy())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "extracts"
        told = sent.write(folder)
        if sent.mess.form == "sql":
            return  # read by its query, see the intake's own tests
        assert set(told) == {path.name for path in folder.iterdir()}
        found = [
            row
            for name, file in told.items()
            for row in read_rows(folder / name, file, sent.table, password=sent.mess.password).itertuples(
                index=False, name=None
            )
        ]
    assert found == [tuple(map(text, row)) for row in sent.rows()]


@pytest.mark.parametrize(
    ("style", "said"),
    [
        (Style(), ["1234567.80", "-5.00", "", "0.01"]),
        (Style(unit="万元"), ["123.456780", "-0.000500", "", "0.000001"]),
        (Style(numbers="grouped"), ["1,234,567.80", "-5.00", "", "0.01"]),
        (Style(numbers="full_width"), ["１，２３４，５６７．８０", "－５．００", "", "０．０１"]),
        (Style(numbers="brackets"), ["1234567.80", "（5.00）", "", "0.01"]),
        (Style(numbers="trailing", unit="万元"), ["123.456780", "0.000500-", "", "0.000001"]),
        (Style(numbers="signed"), ["￥1,234,567.80", "￥-5.00", "", "￥0.01"]),
        (Style(numbers="named", unit="万元"), ["123.456780万元", "-0.000500万元", "", "0.000001万元"]),
    ],
)
def test_an_amount_is_written_in_each_style_the_same_in_text_and_in_a_workbook(style: Style, said: list[str]) -> None:
    assert style.written(AMOUNTS).cast(pa.string()).fill_null("").to_pylist() == said
    assert [cell or "" for cell in style.cells(AMOUNTS)] == said


@pytest.mark.parametrize(
    ("style", "said"),
    [
        (Style(), "20180713"),
        (Style(dates="%Y年%m月%d日"), "2018年07月13日"),
        (Style(dates="serial"), 43294),
        (Style(dates="serial", date1904=True), 41832),
        (Style(dates="real"), date(2018, 7, 13)),
    ],
)
def test_a_date_is_written_in_each_style(style: Style, said: object) -> None:
    assert style.cells(pa.array([date(2018, 7, 13), None])) == [said, None]


def test_a_sum_that_is_wrong_is_told_with_its_difference(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, "表", Mess(total=True, off_by=1, encoding="utf-8"), as_of=AS_OF)
    delivery.append({"号": ["甲", "乙"], "额": [Decimal("1.00"), Decimal("2.50")]}, label="城东支行")
    [total] = delivery.close()["表.csv"].sheets[""].totals
    assert (total.row, total.label) == (4, "合计")
    assert (dict(total.stated_fen), dict(total.difference_fen)) == ({"额": 351}, {"额": 1})
    assert (tmp_path / "表.csv").read_text("utf-8").splitlines()[-1] == "合计,3.51"


def test_a_branch_that_has_no_rows_gets_no_file(tmp_path: Path) -> None:
    assert Delivery(tmp_path, "表", Mess(), as_of=AS_OF).close() == {}
    assert not list(tmp_path.iterdir())


def test_merged_headers_stand_over_their_first_column(tmp_path: Path) -> None:
    groups = {"活期余额": ("存款",), "定期余额": ("存款",), "姓名": ("客户", "基本")}
    delivery = Delivery(tmp_path, "表", Mess(groups=groups, encoding="utf-8"), as_of=AS_OF)
    delivery.append(
        {"客户号": ["1"], "姓名": ["甲"], "活期余额": ["2"], "定期余额": ["3"], "备注": ["4"]}, label="城东支行"
    )
    sheet = delivery.close()["表.csv"].sheets[""]
    assert sheet.headers == ("客户号", "客户/基本/姓名", "存款/活期余额", "存款/定期余额", "备注")
    assert (tmp_path / "表.csv").read_text("utf-8").splitlines()[:3] == [
        "客户号,客户,存款,,备注", ",基本,活期余额,定期余额,", ",姓名,,,",
    ]  # fmt: skip
