import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: on busy processors two threads wait for each other

import fcntl
import gc
import io
import pickle
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from kit.cli import main
from kit.demo.files import MONEY
from kit.engagement import CONFIG, load
from kit.intake import IntakeResult
from kit.run import executor
from kit.run import prepare as preparation
from kit.run.engine import WarmEngine
from kit.run.executor import RunResult, run
from kit.run.prepare import prepare
from kit.schema import Column, aliases, normalise, schema
from messy_bank import FileTruth, Truth, write_bank
from messy_bank.delivery import Delivery
from messy_bank.mess import SUFFIXES, Mess
from messy_bank.style import DATES, NUMBERS, UNITS, Style

os.environ["BRANCH_KIT_LANGUAGE"] = "zh"
gc.freeze()  # the libraries stay: drawing asks the collector to look through them a hundred times a report
gc.set_threshold(100_000, 50, 100)
ROOT = Path(__file__).resolve().parents[1]
for profile, examples in {"test": 25, "slow": 150, "fuzz": 10_000}.items():
    settings.register_profile(profile, max_examples=examples, deadline=None)
settings.load_profile("test")


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the shared data is not beside the clone: {folder}")
    return folder


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
    """A folder that the first of the test run's workers fills and all of them read, and what its maker returned."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    made = root / f"{name}.pickle"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            (root / name).mkdir()
            made.write_bytes(pickle.dumps(make(root / name)))
        return root / name, pickle.loads(made.read_bytes())


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A small synthetic bank: its folder and what was planted in it."""

    def make(folder: Path) -> Truth:
        truth = write_bank(folder, branches=3, customers=400)
        (folder / CONFIG).write_text("bank: 示范农村商业银行\nprinted: 2026-10-31\n", encoding="utf-8")
        assert load(folder).secrets.key, "made here, lest two workers make two"
        return truth

    return _once(tmp_path_factory, "bank", make)


@pytest.fixture(scope="session")
def taken(bank: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, IntakeResult]:
    """The folder of a run that has taken in the bank, and what became of its files."""
    return _once(tmp_path_factory, "out", lambda out: prepare(load(bank[0]), out, lambda _stage: None))


@pytest.fixture(scope="session")
def prepared(taken: tuple[Path, IntakeResult]) -> Path:
    """The bank taken in, with features, assignment and plan: a run's folder without reports."""
    return taken[0]


class _Heard:
    """Everything that a run tells."""

    def __init__(self) -> None:
        self.text: list[str] = []

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *told: self.text.append(repr(told))


@pytest.fixture(scope="session")
def _whole_run(bank: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, str]:
    def make(out: Path) -> tuple[RunResult, str]:
        heard = _Heard()
        with redirect_stdout(io.StringIO()) as said, redirect_stderr(said):
            result = run(load(bank[0]), out, heard, workers=2)
        return result, "\n".join([*heard.text, said.getvalue()])

    return _once(tmp_path_factory, "run", make)[1]


@pytest.fixture(scope="session")
def ran(_whole_run: tuple[RunResult, str]) -> RunResult:
    """A run on the bank, whole: nothing may be changed in its folder."""
    return _whole_run[0]


@pytest.fixture(scope="session")
def told(_whole_run: tuple[RunResult, str]) -> str:
    """All that this run said on its way."""
    return _whole_run[1]


class _Here(Executor):
    """What a run's processes do, done in this one, whose kernel stays warm from one run to the next."""

    def __init__(self, _workers: int) -> None:
        """As many workers as there are, they are one."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*args, **options))
        return done


@pytest.fixture(scope="session")
def here() -> Iterator[Callable[[], AbstractContextManager[Any]]]:
    """Has the runs within a ``with`` make their reports in this process."""
    yield lambda: patch.object(executor, "pool_of", _Here)
    WarmEngine.shutdown()


@pytest.fixture
def in_process(here: Callable[[], AbstractContextManager[Any]]) -> Iterator[None]:
    """The test's runs make their reports in its own process: another, and another kernel, have a cost of their own."""
    with here():
        yield


def _kit(*args: Any, typed: str = "", language: str = "zh") -> subprocess.CompletedProcess[str]:
    """A command of the kit, as somebody types it, in this process: what it ended with and wrote."""
    out, err, code = io.StringIO(), io.StringIO(), None
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setattr(sys, "argv", ["kit", *map(str, args)])
        patched.setattr(sys, "stdin", io.StringIO(typed))
        patched.setenv("BRANCH_KIT_LANGUAGE", language)
        try:
            main()
        except SystemExit as end:
            code = end.code
    return subprocess.CompletedProcess(args, code or 0, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def kit() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command of the kit, ``typed`` being what is answered."""
    return _kit


@pytest.fixture
def reports_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs write no managers' workbooks: encrypting them costs more than the small report beside them."""
    monkeypatch.setattr("kit.run.branch.write_working", lambda _task: None)


@pytest.fixture
def not_read_again(taken: tuple[Path, IntakeResult], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run on the bank goes on from what was read of its files before."""

    def again(_engagement: Any, out: Path, **_options: Any) -> IntakeResult:
        shutil.copytree(taken[0] / "data", out / "data", dirs_exist_ok=True)
        return taken[1]

    monkeypatch.setattr(preparation, "take_in", again)


AS_OF = date(2026, 10, 31)
_TABLES = ("customer", "customer_month", "account", "holding", "unit_account")
_BRANCHES = ("城东支行", "河口镇支行", "滨江支行")
_BOOKS = ("xlsx", "xlsm", "xls", "xlsb", "ods")
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "gbk", "gb18030")


@dataclass(frozen=True)
class Messy:
    """A table of the model, cut into blocks, and a mess to write it in."""

    table: str
    blocks: tuple[dict[str, pa.Array], ...]
    mess: Mess

    def write(self, folder: Path, name: str = "清单") -> dict[str, FileTruth]:
        """Files in ``folder``, which is made, and what they hold; a database lies beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        delivery = Delivery(folder, name, self.mess, as_of=AS_OF, title="示范银行清单")
        for label, block in zip(_BRANCHES, self.blocks, strict=False):
            delivery.append(block, label=label)
        return delivery.close()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{self.table} {list(self.blocks[0])} {self.rows()} in {len(self.blocks)}: {self.mess}")

    def rows(self) -> list[tuple[Any, ...]]:
        """The clean table: texts, exact amounts and dates."""
        return [row for block in self.blocks for row in zip(*(c.to_pylist() for c in block.values()), strict=True)]


def _array(draw: st.DrawFn, column: Column, numbers: range, extra: str) -> pa.Array:  # noqa: C901, PLR0911  # a case a type
    """Values of one column; those of an id are all different."""
    size = len(numbers)

    def some(values: st.SearchStrategy[Any]) -> list[Any]:
        optional = values if column.need == "M" else st.none() | values
        return draw(st.lists(optional, min_size=size, max_size=size))

    if column.id in ("customer_id", "unit_id"):
        return pa.array([f"1{number:011d}" for number in numbers])
    if column.type in ("secret", "surrogate"):
        return pa.array([f"999{number:015d}1" for number in numbers])
    if column.type == "money":
        fen = some(st.integers(-(10**11), 10**12))
        return pa.array([None if x is None else Decimal(x).scaleb(-2) for x in fen], MONEY)
    if column.type == "date":
        if column.id == "as_of":
            return pa.array([AS_OF] * size)
        return pa.array(some(st.dates(date(1990, 1, 2), AS_OF)), pa.date32())
    if column.type == "bool":
        return pa.array(some(st.sampled_from(("是", "否"))), pa.string())
    if column.type == "int":
        return pa.array(some(st.integers(0, 99)), pa.int64())
    if column.id.endswith("_id") or column.id == "legal_entity":
        return pa.array(some(st.from_regex(r"0\d{3,7}[1-9]", fullmatch=True, alphabet="0123456789")), pa.string())
    if column.values:
        return pa.array(some(st.sampled_from(column.values).filter(lambda code: code != "…")), pa.string())
    words = st.text(f"赵钱孙李甲乙Ｂab12（）,;|'\"·{extra}", min_size=1, max_size=6).map(lambda tail: "示" + tail)
    return pa.array(some(words), pa.string())


@st.composite
def _messes(draw: st.DrawFn, labels: list[str], blocks: int) -> Mess:
    form = draw(st.sampled_from(tuple(SUFFIXES)))
    book, named = form in _BOOKS, form in ("parquet", "sql")
    plain = form == "html.xls"
    yes = st.booleans()
    unit = "元" if named else draw(st.sampled_from(tuple(UNITS)))
    numbers = draw(st.sampled_from(tuple(NUMBERS)))
    places = ("line", "title", "header", "file")
    unit_in = "" if numbers == "named" or named else draw(st.sampled_from(places if unit != "元" else ("", *places)))
    style = Style(
        numbers=numbers,
        dates=draw(st.sampled_from(DATES)),
        unit=unit,
        typed=(book or named) and numbers != "named" and draw(yes),
        date1904=form in ("xlsx", "xlsm", "xls") and draw(yes),
    )
    kinds = {"xlsx": ("hidden", "pivot", "empty"), "xlsm": ("hidden", "pivot", "empty")}.get(form, ("pivot", "empty"))
    splits = ("", "sheet", "file") if book else ("",) if form == "sql" else ("", "file")
    cuts = sorted(draw(st.sets(st.integers(1, len(labels)), min_size=2, max_size=3)))
    depth = draw(st.integers(0, 2)) if not named and len(cuts) > 1 and len(labels) > 2 else 0
    groups = {
        label: ("余额情况", f"第{place}类")[:depth]
        for place, (start, end) in enumerate(pairwise(cuts), start=1)
        for label in labels[start:end]
        if depth and end - start > 1  # over one column, unmerged, it could be anything
    }
    return Mess(
        form=form,
        encoding=draw(st.sampled_from(("utf-8", "gbk", "gb18030") if plain else _ENCODINGS)),
        delimiter="\t" if form in ("tsv", "tab.xls") else draw(st.sampled_from(",;|\t")),
        password=draw(st.sampled_from(("",) * 30 + ("口令2026",))) if form in ("xlsx", "xlsm") else "",
        style=style,
        title=draw(yes),
        unit_in=unit_in,
        dated=draw(yes),
        groups=groups,
        blank_lines=draw(yes),
        repeat_header=draw(yes),
        subtotals=draw(yes),
        total=draw(yes),
        off_by=draw(st.sampled_from((0, 0, 1, -100_00))),
        notes=draw(st.sampled_from(((), ("数据来源：核心系统",), ("注：1. 不含销户。", "2. 余额为时点数。")))),
        beside=tuple(sorted(draw(st.sets(st.sampled_from(kinds))))) if book else (),
        split=draw(st.sampled_from(splits)) if blocks > 1 else "",
    )


@st.composite
def _messy(draw: st.DrawFn, first: int = 1) -> Messy:
    table = schema()[draw(st.sampled_from(_TABLES))]
    kinds = ("text", "cat", "money", "date", "bool", "int", "secret", "surrogate")
    optional = [c for c in table.columns.values() if c.need != "M" and c.type in kinds and c.unit != "号码"]
    chosen = draw(st.lists(st.sampled_from(optional), min_size=2, max_size=5, unique_by=lambda c: c.id))
    needed = [*table.mandatory, *table.either[:1]]
    columns = [c for c in table.columns.values() if c in needed or c in chosen]
    columns.sort(key=lambda c: c.id not in ("customer_id", "unit_id"))  # a total's label stands in a text column
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=len(_BRANCHES)))
    mess = draw(_messes([c.zh for c in columns], len(sizes)))
    extra = "" if mess.encoding == "gbk" else "䶮"
    starts = [first + sum(sizes[:i]) for i in range(len(sizes))]
    blocks = [
        {c.zh: _array(draw, c, range(start, start + size), extra) for c in columns}
        for start, size in zip(starts, sizes, strict=True)
    ]
    return Messy(table.id, tuple(blocks), mess)


def amount(value: Any, unit: str) -> str:
    """An amount in 元 with two decimals; what is none as it is."""
    value = f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)
    text = unicodedata.normalize("NFKC", value).replace(",", "").lstrip("￥¥")
    if text.endswith("万元"):
        text, unit = text.removesuffix("万元"), "万元"
    elif text.endswith("元"):
        text, unit = text.removesuffix("元"), "元"
    if text.endswith("-") or text.startswith("("):
        text = "-" + text.strip("()-")
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return text
    return f"{Decimal(text) * (10_000 if unit == '万元' else 1):.2f}"


def day(value: Any, *, date1904: bool = False) -> str:
    """A date as 20261031; what is none as it is."""
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    text = str(value).removesuffix(".0")
    if re.fullmatch(r"\d{5}", text):
        return f"{(date(1904, 1, 1) if date1904 else date(1899, 12, 30)) + timedelta(int(text)):%Y%m%d}"
    parts = re.fullmatch(r"(\d{4})\D?(\d\d)\D?(\d\d)日?", text)
    return "".join(parts.groups()) if parts else text


def _plain(value: Any, table: str, label: str, *, unit: str, date1904: bool) -> str:
    if value in ("", None):
        return ""
    column = aliases(table).get(normalise(label)[0])
    kind = column.type if column else "text"
    if kind == "money":
        return amount(value, unit)
    if kind == "date":
        return day(value, date1904=date1904)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@pytest.fixture(scope="session")
def plain_value() -> Callable[..., str]:
    """What a cell says by other means than intake's: an amount in 元 with two decimals, a date as 20261031."""
    return _plain


@pytest.fixture(scope="session")
def messy() -> Callable[..., st.SearchStrategy[Messy]]:
    """Any table of the model in any layout, form, encoding and style; ``first`` is the number in its first id."""
    return _messy


@dataclass
class Manager:
    """Fills in a workbook as a manager would: by sheet, data row from 1, and the label of the column."""

    source: Any  # a path, or the bytes of a workbook

    def __post_init__(self) -> None:
        self.book = openpyxl.load_workbook(self.source)

    def sheet(self, name: str) -> tuple[Any, int, list[Any]]:
        """The sheet, the row of its header and its labels: the row below the hidden one with the codes."""
        sheet = self.book[name]
        at = next(i for i in range(1, 21) if any(re.match(r"(key|contact|customer)\.", str(c.value)) for c in sheet[i]))
        return sheet, at + 1, [cell.value for cell in sheet[at + 1]]

    def rows(self, name: str, label: str) -> list[Any]:
        """What a column holds."""
        sheet, head, labels = self.sheet(name)
        return [sheet.cell(i, labels.index(label) + 1).value for i in range(head + 1, sheet.max_row + 1)]

    def fill(self, name: str, row: int, **cells: Any) -> "Manager":
        """Write cells; of two columns of one name the last, which is the one to be filled in."""
        sheet, head, labels = self.sheet(name)
        for label, value in cells.items():
            sheet.cell(head + row, len(labels) - labels[::-1].index(label)).value = value
        return self

    def save(self, path: Path, on: str = "2026-11-06") -> Path:
        """Save, as if on that day."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.properties.modified = datetime.fromisoformat(on)
        self.book.save(path)
        return path


@pytest.fixture(scope="session")
def manager() -> Callable[[Any], Manager]:
    """Somebody who opens a workbook of the kit, fills it in and saves it."""
    return Manager


@pytest.fixture
def through_office(tmp_path: Path) -> Callable[[Path, str], Path]:
    """Has LibreOffice open a workbook and save it in another form (xlsx, ods, xls, pdf)."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not there: soffice, of the Debian package libreoffice-calc")

    def saved(path: Path, form: str) -> Path:
        profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
        command = [office, "--headless", profile, "--convert-to", form, "--outdir", str(tmp_path / form), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return tmp_path / form / f"{path.stem}.{form}"

    return saved
