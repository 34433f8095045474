"""What was not sent makes nothing false or nothing: it is not known, and all else stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.analysis.contact import contact_practice
from kit.analysis.coverage import coverage, orphans
from kit.analysis.familiarity import cadence, familiarity
from kit.analysis.flow import flow
from kit.analysis.result import Unavailable
from kit.book import Book
from kit.engagement import profile
from kit.features import features
from kit.params import Params

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
DAY = date(2026, 10, 31)
IDS = [f"c{i}" for i in range(20)]
FLAGS = [
    "orphan", "familiar", "hung_up", "contacts", "owners", "step_texted", "step_invited", "step_met", "step_proposed",
    "step_closed", "step_followed", "step_referred",
]  # fmt: skip


def _book() -> dict[str, pd.DataFrame]:
    """Two branches of ten customers each, with every log over the year; a third of them without anything in it."""
    days = [DAY - timedelta(days=n) for n in range(3, 380, 15)]
    talked = [i for n, i in enumerate(IDS) if n % 3]
    contact = [
        {
            "customer_id": i, "contact_date": day, "contact_type": "上门" if n % 5 == 0 else "电话",
            "staff_id": f"S{i[-1]}", "contact_result": "接通" if n % 2 else "挂机",
            "stage": "邀约" if n % 4 == 0 else "面谈", "sms_sent": i in talked[::2],
        }
        for i in talked
        for n, day in enumerate(days)
        if n % 6 == IDS.index(i) % 6
    ]  # fmt: skip
    sale = [{"customer_id": i, "deal_date": day, "deal_amount_fen": 9} for i in talked[::2] for day in days[:: 25 - 5]]
    event = [
        {"event_id": f"e{day}", "customer_id": i, "event_date": day, "invited": True}
        for i in IDS[::4]
        for day in days[::4]
    ]
    kept = [i for n, i in enumerate(IDS) if n % 5]
    return {
        "customer": pd.DataFrame({
            "customer_id": IDS, "branch_id": ["01"] * 10 + ["02"] * 10, "wechat_added": [n % 2 == 0 for n in range(20)],
            "referrer_id": [IDS[9 - n] if n % 3 == 1 else None for n in range(10)]
            + [IDS[29 - n] if n % 3 == 1 else None for n in range(10, 20)], "open_date": date(2026, 3, 1),
        }),
        "customer_month": pd.DataFrame({"customer_id": IDS, "as_of": DAY, "aum_avg_month_fen": 10_000_000}),
        "contact": pd.DataFrame(contact),
        "sale": pd.DataFrame(sale),
        "event": pd.DataFrame(event),
        "assignment": pd.DataFrame({"customer_id": kept, "staff_id": [f"S{i[-1]}" for i in kept]}),
        "staff": pd.DataFrame({"staff_id": [f"S{n}" for n in range(10)], "branch_id": "01"}),
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    def run(tables):
        root = tmp_path_factory.mktemp("book")
        (root / "book").mkdir()
        for name, rows in tables.items():
            pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), root / "book" / f"{name}.parquet")
        return features(Book(root), PARAMS).customers.set_index("customer_id").reindex(IDS)

    return run


@pytest.fixture(scope="module")
def whole(made):
    return made(_book())


def _without(table, *, branch="", before=None, after=None):
    """The book without a table, its rows of a branch, or the first or last months of a log."""
    book = _book()
    own = book["customer"].set_index("customer_id")["branch_id"]
    rows = book.pop(table)
    day = next((c for c in rows if c.endswith("_date")), "")
    if branch:
        book[table] = rows[rows["customer_id"].map(own) != branch]
    elif before or after:
        book[table] = rows[(rows[day] >= (before or date.min)) & (rows[day] <= (after or date.max))]
    return book


CUTS = [
    *[(table, {}) for table in ("contact", "sale", "event", "assignment")],
    *[(table, {"branch": "02"}) for table in ("contact", "sale", "event", "assignment")],
    ("contact", {"before": date(2026, 8, 1)}),
    ("contact", {"after": date(2026, 5, 31)}),
]
# What each table's rows speak of.
NEEDED = {
    "contact": {*FLAGS} - {"orphan", "owners", "step_closed", "step_referred"},
    "sale": {"familiar", "step_proposed", "step_closed", "step_followed"},
    "event": {"step_invited"},
    "assignment": {"orphan", "owners", "familiar"},
}


def test_the_whole_book_knows_yes_and_no_of_everything(whole):
    assert whole[FLAGS].notna().all(axis=None)
    assert [flag for flag in FLAGS if whole[flag].astype(bool).nunique() < 2] == []


@pytest.mark.parametrize(("table", "cut"), CUTS)
def test_what_was_not_sent_is_not_known_and_never_no(made, whole, table, cut):
    found = made(_without(table, **cut))
    for flag in FLAGS:
        if flag not in found:
            assert flag in NEEDED[table]
            continue
        same = found[flag].eq(whole[flag]) & found[flag].notna()
        if flag not in NEEDED[table]:
            assert same.all(), flag
            continue
        others = found["branch_id"].ne(cut.get("branch", found["branch_id"]))
        assert same[others].all(), f"{flag} of the other branch"
        turned = found[flag].notna() & ~same  # a count of contacts may be of fewer months
        assert found.loc[turned, flag].astype(bool).all(), f"{flag} became no"


@pytest.mark.parametrize(("table", "cut"), CUTS)
def test_no_rate_is_one_of_those_alone_of_whom_a_yes_or_a_no_was_left(made, whole, table, cut):
    found = made(_without(table, **cut)).reset_index()
    full = whole.reset_index()
    kept = found[found["branch_id"] != cut.get("branch")] if "branch" in cut else found.iloc[:0]
    plan = pd.DataFrame({"customer_id": IDS, "date": pd.Timestamp(DAY)})
    some = PARAMS.model_copy(update={"flow": tuple(s for s in PARAMS.flow if s.measure in ("owned", "contacted"))})

    def shares(rows):
        # Whoever is not known to be familiar is contacted as his assets ask.
        due = rows.drop(columns="familiar", errors="ignore") if table in ("assignment", "sale") else rows
        made = {
            "covered": coverage(rows, PARAMS), "orphans": orphans(rows, PARAMS), "familiar": familiarity(rows, PARAMS),
            "cadence": cadence(due, PARAMS), "contacted": contact_practice(rows, PARAMS),
            "flow": flow(rows, some, plan),
        }  # fmt: skip
        named = {"covered": "covered_share", "orphans": "customers", "familiar": "familiar_share",
                 "cadence": "kept_share", "contacted": "contacted_share", "flow": "valued_share"}  # fmt: skip
        return {name: None if isinstance(r, Unavailable) else getattr(r, named[name]) for name, r in made.items()}

    of = {"contact": {"familiar", "cadence", "contacted", "flow"}, "sale": {"familiar"}, "event": set(),
          "assignment": {"covered", "orphans", "familiar", "flow"}}  # fmt: skip
    told, before, other = shares(found), shares(full), shares(kept)
    for name in told:
        if name not in of[table]:
            assert told[name] == before[name], name
        elif name == "cadence":  # of the familiar a shorter log tells all the same
            assert told[name] is None or cadence(found, PARAMS).unknown > 0
        elif table == "sale":  # of who has WeChat or was visited it is known all the same
            assert told[name] is None or told[name] > 0
        else:
            assert told[name] is None or (len(kept) and told[name] == other[name]), name
