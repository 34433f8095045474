"""What lies in ``working/`` of a branch: each manager's workbook and calendar, and the branch head's workbook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from kit import columns as col
from kit.analysis.products import valued
from kit.book import Book
from kit.context import Context
from kit.files import replace
from kit.planning.scripts import scripts
from kit.planning.words import call_sheets, word_sheet
from kit.run.identified import Identified, branch_rows
from kit.text import slug, wording
from kit.workbooks.calendar import contact_calendar
from kit.workbooks.cards import customer_cards, full_cards
from kit.workbooks.content import contents
from kit.workbooks.form import Marker, fingerprint
from kit.workbooks.load import owner_load, write_load
from kit.workbooks.sheets import encrypted, lists_workbook
from kit.workbooks.write import manager_workbook

Replies = Mapping[str, Mapping[str, str]]  # owner → what to say to an objection, by its word in the contact log

_OBJECTIONS = ("O1疑诈", "O2冷淡")  # O3 hung up: nobody calls again


@dataclass(frozen=True, slots=True)
class Working:
    """A branch whose workbooks are written: where its run lies (``out``), and the keys of its vault and workbooks."""

    out: Path
    branch: str
    name: str
    context: Context
    password: str = field(repr=False)
    key: bytes = field(repr=False)


def write_working(of: Working) -> None:
    """Write all workbooks of a branch."""
    rows = Identified.read(of.out / "data", of.branch, of.key)
    texts, replies = call_texts(of, rows)
    write_manager_workbooks(of, rows, texts=texts, replies=replies)
    write_branch_workbook(of, rows)


def call_texts(of: Working, rows: Identified) -> tuple[pd.DataFrame, Replies]:
    """The words of each task of a branch's plan, and each owner's replies to objections (R63, R64, R66, R67)."""
    book, customers, context = Book(of.out / "data"), rows.customers, of.context
    branches = book.read("branch") if book.has("branch") else pd.DataFrame(columns=[col.BRANCH_ID])
    script = scripts(context.language, book.root, segments=context.params.segments.codes())
    terms: dict[str, Any] = {"bank": context.bank, "params": context.params, "scripts": script}
    if col.GENDER in rows.profile:
        gender = rows.profile[[col.CUSTOMER_ID, col.GENDER]]
        customers = customers.merge(gender, on=col.CUSTOMER_ID, how="left", validate="one_to_one")
    texts = call_sheets(rows.plan, customers, rows.staff, branches, **terms)
    own = next(iter(branches[branches[col.BRANCH_ID] == of.branch].to_dict("records")), None)
    replies = {}
    for owner in rows.staff[rows.staff[col.STAFF_ID].isin(rows.plan[col.STAFF_ID])].to_dict("records"):
        sheet = word_sheet(own, owner=owner, **terms)
        answers = sheet.set_index("key")["text"].dropna()
        found = {word: answers.get(f"objection.{word[:2]}.reply") for word in _OBJECTIONS}
        replies[str(owner[col.STAFF_ID])] = {word: text for word, text in found.items() if text}
    return texts, replies


def write_manager_workbooks(
    of: Working, rows: Identified, *, texts: pd.DataFrame | None = None, replies: Replies | None = None
) -> None:
    """Write ``working/<branch>/<staff>.xlsx`` and ``.ics`` for each owner of a branch's customers.

    Parameters
    ----------
    texts
        Words of `call_texts`, indexed like the plan; without them the sheets of words are left out.
    """
    words, plan = wording(of.context.language), rows.plan if texts is None else rows.plan.join(texts)
    data_date, start = of.context.params.day.isoformat(), of.context.plan_start.isoformat()
    marker = Marker(fingerprint(of.key), of.branch, "", data_date, start, "")
    cards = full_cards(rows.customers, rows.identity, rows.profile, rows.lists, words)
    made: dict[str, bytes] = {}
    for one in contents(
        marker, plan, rows.customers, cards, rows.owners, identity=rows.identity, replies=replies or {}, words=words
    ):
        owner = one.marker.staff
        heads = {"branch": of.name, "owner": owner or words.label("workbook.nobody")}
        stem = slug(owner) if owner else "unassigned"
        made[f"{stem}.xlsx"] = encrypted(manager_workbook(one.marker, one.pages, words, **heads), of.password)
        if one.tasks[col.DATE].notna().any():
            made[f"{stem}.ics"] = contact_calendar(one.tasks, one.marker, words, **heads)
    folder = of.out / "working" / slug(of.branch)
    for name, content in made.items():
        replace(folder / name, content)
    for left in (path for kind in ("*.xlsx", "*.ics") for path in folder.glob(kind) if path.name not in made):
        left.unlink()  # of an owner who keeps nobody any more


def write_branch_workbook(of: Working, rows: Identified) -> None:
    """Write ``working/<branch>.xlsx``: how full the weeks are, and a sheet a list, each customer with why."""
    words = wording(of.context.language)
    start, params = of.context.plan_start, of.context.params
    known = [c for c in (*rows.identity, col.TIER, col.STAFF_ID, col.AUM_FEN) if c in rows.customers]
    known_of = pd.concat([rows.customers, rows.units])[[col.CUSTOMER_ID, *known]]
    lists = rows.lists.merge(known_of, on=col.CUSTOMER_ID, how="left", validate="many_to_one")
    lists[col.WHY] = [
        words.join([words.label(f"lists.reason.{code}") for code in reason.split("+")]) for reason in lists[col.REASON]
    ]
    columns = [col.RANK, *known, col.STAKE_FEN, col.WHY]
    sheets = {
        words.label(f"labels.list.{name}"): (
            words(f"lists.heading.{name}", branch=of.name),
            each[columns].dropna(axis=1, how="all"),  # a unit has no tier
        )
        for name, each in lists.rename(columns={col.AMOUNT_FEN: col.STAKE_FEN}).groupby(col.LIST, sort=False)
    }
    # A card of each customer at the value floor and above who is awake.
    cards = customer_cards(rows.customers[valued(rows.customers, params)], rows.identity, rows.lists, words)
    if len(cards):
        sheets[words.label("labels.list.card")] = (words("lists.heading.card", branch=of.name), cards)
    load = owner_load(rows.plan, branch_rows(of.out / "data" / "owner_weeks.parquet", of.branch))
    first = partial(write_load, load=load, words=words, branch=of.name) if len(load.planned) else None
    if sheets or first:
        made = lists_workbook(sheets, words, created=start, first=first)
        replace(of.out / "working" / f"{slug(of.branch)}.xlsx", encrypted(made, of.password))
