"""A report holds where there is hardly anything to report: a right figure, or a sentence why there is none."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.engagement import CONFIG, load
from kit.run.executor import run
from kit.run.prepare import derive
from kit.schema import schema

BRANCHES = ("0101", "0102", "0103")
WAN = 1_000_000
Book = dict[str, pd.DataFrame]


def _own(book: Book, branch: str, table: str = "customer_month") -> pd.Series:
    """Rows of a table that belong to a customer of the branch."""
    customers = book["customer"]
    ids = customers.loc[customers["branch_id"] == branch, "customer_id"]
    return book[table]["customer_id"].isin(ids)


def _keep(book: Book, branch: str, customers: int) -> None:
    everybody = book["customer"]
    dropped = everybody.index[everybody["branch_id"] == branch][customers:]
    book["customer"] = everybody.drop(dropped)


def _nobody(book: Book, branch: str) -> None:
    _keep(book, branch, 0)


def _one_customer(book: Book, branch: str) -> None:
    _keep(book, branch, 1)


def _three_customers(book: Book, branch: str) -> None:
    _keep(book, branch, 3)


def _one_customer_in_the_bank(book: Book) -> None:
    book["customer"] = book["customer"].head(1)
    book["branch"] = book["branch"].head(1)


def _money(book: Book, branch: str, fen: int, table: str = "customer_month") -> None:
    own, rows = _own(book, branch, table), book[table]
    for column in rows.columns[rows.columns.str.endswith("_fen")]:
        rows.loc[own, column] = fen


def _all_balances_zero(book: Book, branch: str) -> None:
    _money(book, branch, 0)


def _all_balances_zero_everywhere(book: Book) -> None:
    for table in ("customer_month", "account", "holding"):
        _money(book, BRANCHES[0], 0, table)


def _all_balances_equal(book: Book, branch: str) -> None:
    _money(book, branch, 10 * WAN)


def _all_balances_negative(book: Book, branch: str) -> None:
    _money(book, branch, -100)


def _one_holds_all(book: Book, branch: str) -> None:
    _money(book, branch, 0)
    rows = book["customer_month"]
    one = rows["customer_id"] == rows.loc[_own(book, branch), "customer_id"].iloc[0]
    for column in rows.columns[rows.columns.str.endswith("_fen")]:
        rows.loc[one, column] = 900 * WAN


def _a_tier_is_empty(book: Book, branch: str) -> None:
    rows = book["customer_month"]
    aum = rows.columns[rows.columns.str.startswith("aum_")]
    own = _own(book, branch)
    rows.loc[own, aum] = rows.loc[own, aum].clip(upper=20 * WAN)


def _one_date_only(book: Book) -> None:
    for table in ("customer_month", "branch_month"):
        book[table] = book[table][book[table]["as_of"] == book[table]["as_of"].max()]


def _no_staff(book: Book) -> None:
    del book["staff"], book["assignment"]


def _no_staff_table_but_owners(book: Book) -> None:
    del book["staff"]


def _no_contact_log(book: Book) -> None:
    del book["contact"]


def _only_what_is_mandatory(book: Book) -> None:
    for table in set(book) - {"customer", "customer_month"}:
        del book[table]
    for table in book:
        needed = [c.id for c in schema()[table].columns.values() if c.need == "M"]
        book[table] = book[table][[*needed, *(["aum_spot_fen"] if table == "customer_month" else [])]]


# Where three branches lie side by side each has an edge of its own, and the bank has all of them.
BRANCH_EDGES = (
    (_nobody, _one_customer, _three_customers),
    (_all_balances_zero, _all_balances_equal, _all_balances_negative),
    (_one_holds_all, _a_tier_is_empty),
)
BANK_EDGES = (
    _only_what_is_mandatory, _one_date_only, _one_customer_in_the_bank, _all_balances_zero_everywhere, _no_staff,
    _no_staff_table_but_owners, _no_contact_log,
)  # fmt: skip


def _named(*edges: Any) -> str:
    return ", ".join(edge.__name__.strip("_").replace("_", " ") for edge in edges)


def _at_length(edges: Sequence[Any], often: int) -> list[Any]:
    """All edges; those behind the first few are met by `make test-slow` alone."""
    return [*edges[:often], *(pytest.param(edge, marks=pytest.mark.slow) for edge in edges[often:])]


@pytest.fixture
def edged(bank, prepared, tmp_path) -> Callable[..., Path]:
    """The data of a run on a book changed by edges of its branches, or of the bank."""

    def run(*edges: Any) -> Path:
        data = tmp_path / "data"
        shutil.copytree(prepared / "data", data, copy_function=os.link)
        book = {p.stem: pq.read_table(p).to_pandas(types_mapper=pd.ArrowDtype) for p in (data / "book").iterdir()}
        for edge, branch in zip(edges, BRANCHES, strict=False):
            edge(book) if edge in BANK_EDGES else edge(book, branch)
        shutil.rmtree(data / "book")
        (data / "book").mkdir()
        for name, rows in book.items():
            pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), data / "book" / f"{name}.parquet")
        derive(load(bank[0]), data, lambda _stage: None)
        return data

    return run


def _checked(shown: list[Any]) -> list[str]:
    assert len(shown) > 30
    return [fault for each in shown for fault in each.faults()]


@pytest.mark.parametrize("edges", _at_length(BRANCH_EDGES, 1), ids=lambda edges: _named(*edges))
def test_reports_of_branches_say_figures_or_why_there_are_none(edges, edged, read):
    data = edged(*edges)
    branches = (*BRANCHES[: len(edges)], "*")
    faults = [fault for branch in branches for fault in _checked(read(data, branch))]
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.mark.parametrize("edge", _at_length(BANK_EDGES, 2), ids=_named)
def test_reports_of_a_bank_say_figures_or_why_there_are_none(edge, edged, read):
    data = edged(edge)
    faults = [*_checked(read(data, BRANCHES[0])), *_checked(read(data, "*"))]
    assert not faults, "\n".join(dict.fromkeys(faults))


class _Silent:
    def __getattr__(self, _name):
        return lambda *_args: None


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_a_bank_of_three_customers_and_a_branch_of_none_are_run_whole(language, tmp_path):
    extracts = tmp_path / "bank" / "extracts"
    extracts.mkdir(parents=True)
    (extracts.parent / CONFIG).write_text(f"bank: 小银行\nlanguage: {language}\n", encoding="utf-8")
    for name, rows in {
        "机构表": ["机构号,机构名称", "0101,城东支行", "0102,新设支行"],
        "客户信息": ["客户号,归属机构号", "100001,0101", "100002,0101", "100003,0101"],
        "客户资产月报": [
            "客户号,数据日期,AUM月日均（元）",
            "100001,2026-10-31,1200000.00", "100002,2026-10-31,0.00", "100003,2026-10-31,-3.50",
        ],
    }.items():  # fmt: skip
        (extracts / f"{name}.csv").write_text("\n".join(rows), encoding="utf-8")
    ran = run(load(extracts.parent), tmp_path / "out", _Silent(), workers=1)
    assert not ran.failed, ran.failed
    for file in ("branches/0101.pdf", "branches/0102.pdf", "bank.pdf"):
        assert (ran.out / "share" / file).read_bytes().startswith(b"%PDF")
    for notebook in (ran.out / "notebooks").rglob("*.ipynb"):
        assert '"stderr"' not in notebook.read_text(encoding="utf-8"), notebook
