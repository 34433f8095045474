"""From extracts to the data that every chapter reads: intake → features → assignment → plan → branch summaries."""

import hashlib
import multiprocessing
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kit import __version__, vault
from kit import columns as col
from kit.analysis.success import fit_success
from kit.book import Book
from kit.context import Context, earlier
from kit.engagement import CONFIG, Engagement
from kit.errors import BadValue, KitError
from kit.facts import branch_summary, by_branch, facts_table
from kit.features import features, frame, settle_dates
from kit.features.completeness import files
from kit.files import digest, replacing
from kit.intake import IntakeResult, Password, find_sources, intake
from kit.intake import Progress as Reading
from kit.messages import language
from kit.params import Params
from kit.planning.assignment import Assigned, assignment
from kit.planning.calendar import work_days
from kit.planning.capacities import owner_weeks
from kit.planning.contacts import PLAN, contact_plan, plan_start
from kit.planning.lists import branch_lists, list_stakes
from kit.planning.scripts import keep_scripts
from kit.resources import code_digest
from kit.schema import schema
from kit.text import wording


class NoReport(KitError):
    """A table without which there is no report was not delivered, or could not be read (table, refused)."""

    def details(self, _: str | None = None) -> dict[str, Any]:
        """Facts, the refused files below each other."""
        return self.facts | {"listed": "".join(f"\n✗ {each}" for each in self.facts["refused"])}


_ACCOUNTS = ("reconciliation", "control_sums", "quarantine", "totals", "fields", "refused", "checks", "learnt")
ROWS_A_GROUP = 20_000  # of a table, so that one branch is read without the others
SIDE_BY_SIDE = 100_000  # customers of a bank from which on another process is worth its start


def take_in(
    engagement: Engagement, out: Path, *, password: Password | None = None, reading: Reading | None = None
) -> IntakeResult:
    """Intake of an engagement's extracts into ``out/data``; see `kit.intake.intake`."""
    return intake(
        find_sources(engagement.folder),
        out=out / "data",
        key=bytes.fromhex(engagement.secrets.key),
        as_of=engagement.params.as_of,
        password=password or engagement.password,
        limits=engagement.params.checks,
        control_totals=engagement.control_totals,
        rates=engagement.rates,
        progress=reading,
    )


def prepare(
    engagement: Engagement,
    out: Path,
    stage: Callable[[str], None],
    *,
    password: Password | None = None,
    reading: Reading | None = None,
    fresh: bool = False,
    printed: date | None = None,
) -> IntakeResult:
    """Fill ``out/data``; each file is whole or not there. ``fresh`` forgets plan and printing day of an earlier run."""
    stage("intake")
    taken = take_in(engagement, out, password=password, reading=reading)
    for table in ("customer", "customer_month"):
        if table not in taken.tables:
            raise NoReport(table=schema()[table].label(language()), refused=taken.refused)
    derive(engagement, out / "data", stage, fresh=fresh, printed=printed)
    return taken


def derive(
    engagement: Engagement,
    data: Path,
    stage: Callable[[str], None],
    *,
    fresh: bool = False,
    printed: date | None = None,
) -> None:
    """From the book in ``data`` all that the chapters read beside it, the contact plan from that of an earlier run."""
    book = Book(data)
    keep_scripts(engagement.folder, data)
    inputs, last = inputs_of(engagement, data), {} if fresh else earlier(data)
    params = settle_dates(book, engagement.params)
    params = params.model_copy(update={"printed": printing_day(params, last, inputs, said=printed)})
    stage("features")
    made = features(book, params)
    filed = files(book, made.table, params)
    customers = frame(filed.customers)
    staff = present_staff(book, made.absent)
    stage("planning")
    assigned = _assigned(customers, staff, params)
    owners, staff = assigned.rows, staff.drop_duplicates(col.STAFF_ID)
    tables = {name: frame(table) for name, table in made.tables.items()}
    model, likely = fit_success(tables["outcomes"], customers, params)
    previous = _earlier_plan(data) if last.get("bank") == engagement.bank else None
    plan = contact_plan(customers, owners, params, staff=staff, tables=tables, previous=previous, success=likely)
    start = plan_start(params, tables["touches"])
    weeks = owner_weeks(plan, staff, params, start=start)
    lists = branch_lists(customers, params, tables | {"assignment": owners})
    known, below = _branches(book)
    found = by_branch(customers, params, tables | {"assignment": owners, "plan": plan}, below)
    summary = branch_summary(found, params)
    summary.insert(1, col.BRANCH_NAME, [known.get(b) or b for b in summary[col.BRANCH_ID]])
    for name, table in {"customers": filed.customers, "completeness": filed.completeness, **made.tables}.items():
        _write(table, data / f"{name}.parquet")
    made_here = {
        "assignment": owners, "allocation": assigned.branches, "remarks": assigned.remarks, "plan": plan,
        "owner_weeks": weeks, "lists": lists, "stakes": list_stakes(lists), "branches": summary,
        "facts": facts_table(found, customers, params, wording(engagement.language)),
    }  # fmt: skip
    for name, rows in made_here.items():
        _write(_dates(pa.Table.from_pandas(rows, preserve_index=False)), data / f"{name}.parquet")
    Context(
        kit=__version__,
        inputs=inputs,
        bank=engagement.bank,
        language=engagement.language,
        params=params,
        aum_column=made.aum_column,
        unlocks={col.MISSING: (("customer.occupation",),), **made.unlocks},
        plan_start=start,
        success=model,
        holidays_announced=work_days(start - timedelta(days=1), weeks=params.contact.weeks).announced,
    ).write(data)


def _branches(book: Book) -> tuple[dict[str, str], list[str]]:
    """Names of the branches that the bank lists, and those of them that are no head office."""
    listed = book.read("branch") if "branch" in book.tables() else pd.DataFrame({col.BRANCH_ID: []})
    names = dict(zip(listed[col.BRANCH_ID], listed.get(col.BRANCH_NAME, listed[col.BRANCH_ID]), strict=True))
    return names, [branch for branch in names if branch not in set(listed.get(col.PARENT_BRANCH_ID, ()))]


def inputs_of(engagement: Engagement, data: Path) -> str:
    """One digest of what a run is prepared from: what intake took in, the engagement's words, thresholds and the code.

    The printing day and the contact plan of an earlier run are no part of it.
    """
    accounts = [path for name in _ACCOUNTS if (path := data / f"{name}.parquet").is_file()]
    read = [*sorted((data / "book").glob("*.parquet")), *accounts, *sorted((data / "scripts").rglob("*.yml"))]
    said = [code_digest(), engagement.model_dump_json(exclude={"folder"}), *(f"{p.name}:{digest(p)}" for p in read)]
    said.append(vault.digest(data / vault.VAULT, key=bytes.fromhex(engagement.secrets.key)))
    return hashlib.sha256("|".join(said).encode()).hexdigest()[:16]


def printing_day(params: Params, last: Mapping[str, Any], inputs: str, *, said: date | None = None) -> date:
    """The day from which all that a run plans counts: said, the engagement's, that of a run that goes on, else today.

    Parameters
    ----------
    last
        The context of the run that may go on: it does where it was prepared from the same ``inputs``.

    Raises
    ------
    BadValue
        Where it is said to lie before the data's date.
    """
    stated = said or params.printed
    if stated and stated < params.day:
        raise BadValue(path="--printed" if said else CONFIG, place="printed", value=stated, expected=f" ≥ {params.day}")
    kept = last["params"]["printed"] if last.get("inputs") == inputs else None
    return stated or (date.fromisoformat(kept) if kept else _today())


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day where the report is printed


def _earlier_plan(data: Path) -> pd.DataFrame | None:
    """The contact plan that lies in ``data``, if it is of a kit that planned as this one does."""
    path = data / "plan.parquet"
    goes_on = path.is_file() and set(PLAN) <= set(pq.read_schema(path).names)
    return frame(pq.read_table(path)) if goes_on else None


def _dates(table: pa.Table) -> pa.Table:
    """Instants as the dates that they are."""
    for place, kind in enumerate(table.schema):
        if pa.types.is_timestamp(kind.type):
            table = table.set_column(place, kind.name, table.column(place).cast(pa.date32()))
    return table


def _assigned(customers: pd.DataFrame, staff: pd.DataFrame, params: Params) -> Assigned:
    """Who keeps whom: branches one after the other, or side by side where there are enough customers to be worth it."""
    if len(customers) < SIDE_BY_SIDE or customers[col.BRANCH_ID].nunique() < 2:
        return assignment(customers, staff, params)
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as workers:
        return assignment(customers, staff, params, each=workers.map)


def present_staff(book: Book, absent: Collection[str]) -> pd.DataFrame:
    """Staff who can keep customers: neither virtual nor gone. A role or branch that was not sent is missing."""
    if "staff" not in book.tables():
        return pd.DataFrame({col.STAFF_ID: [], col.BRANCH_ID: [], col.ROLE: []}, dtype="str")
    staff = frame(pq.read_table(book.path("staff")))
    for name in sorted({col.ROLE, col.BRANCH_ID} - {*staff}):
        staff[name] = pd.Series(pd.NA, index=staff.index, dtype="str")
    return staff[~staff[col.STAFF_ID].isin(absent)]


def _write(table: pa.Table, path: Path) -> None:
    with replacing(path) as temporary:
        pq.write_table(table, temporary, row_group_size=ROWS_A_GROUP, compression="lz4")  # the quickest to read
