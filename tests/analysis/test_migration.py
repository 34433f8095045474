import warnings

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.analysis.migration import migration
from kit.charts.tiers import tier_moves
from kit.engagement import profile
from kit.features.binding import Values, bind
from kit.features.tables import parameter_tables
from kit.params import Params
from kit.text import wording

PARAMS = Params(**profile("rural-postal"), as_of="2026-10-31")
WAN = [1, 10, 100, 1000]  # an AUM of each rung: basic, core, vip, private


def panel(*paths):
    """The panel of a customer for each path of ranks, a digit a month; a dot: not on the list."""
    days = pd.date_range("2025-10-31", periods=max(map(len, paths), default=0), freq="ME")
    rows = [
        (f"c{i}", day, WAN[int(rank)] * 1_000_000)
        for i, path in enumerate(paths)
        for day, rank in zip(days, path, strict=True)
        if rank != "."
    ]
    return panel_of(pd.DataFrame(rows, columns=["customer_id", "as_of", "aum_fen"]))


def panel_of(months, unlisted=()):
    """What ``panel.sql`` makes of months, and of those in which nobody knows of a customer."""
    rows = months.astype({"customer_id": "str", "as_of": "datetime64[ns]", "aum_fen": "Int64"})
    not_known = pd.DataFrame(unlisted, columns=["customer_id", "as_of"]).astype({"as_of": "datetime64[ns]"})
    with duckdb.connect() as db:
        people = pd.concat([rows["customer_id"], not_known["customer_id"].astype("str")]).drop_duplicates()
        db.register("customer", people.to_frame().assign(branch_id="0101"))
        db.register("customer_month", rows)
        db.register("unlisted", not_known)
        db.register("tiers", parameter_tables(PARAMS)["tiers"])
        return db.sql(bind("panel", Values(PARAMS, {"aum_column": "aum_fen"}))).df()


def held(path):
    rows = panel(path, "0" * len(path)).query("customer_id == 'c0'").set_index("as_of")["held_rank"]
    months = pd.date_range("2025-10-31", periods=len(path), freq="ME")
    return "".join("." if pd.isna(rank) else str(int(rank)) for rank in rows.reindex(months).ffill())


@pytest.mark.parametrize(
    ("assets", "tiers"),
    [
        ("2", "2"),  # one month alone
        ("0123", "0123"),  # upgrade at once
        ("0300", "0333"),  # even for one month's money
        ("211111", "222222"),  # five months below: still held
        ("2111111", "2222221"),  # the sixth: to the tier of the six months' maximum
        ("2000001", "2222221"),  # which any of the six may have reached
        ("3001000", "3333331"),
        ("20000020000000", "22222222222200"),  # back for a month, and the count begins anew
        ("20000000000000", "22222200000000"),
        ("3222222111111", "3333332222221"),  # once more, a step at a time
        ("32111111", "33333321"),  # always the highest of the last six months
        ("..12", "..12"),  # came later
        ("2000.000", "22222220"),  # a month off the list is no month below
        ("201..0.000", "2222222221"),  # of the months below, the highest, however many between are not known
        ("20....00000", "22222222220"),  # four that are not known: the count goes on
        ("20.....0", "22222220"),  # six months apart the rule may have acted unseen: anew by the assets
        ("1.....2", "1111112"),
    ],
)
def test_a_customer_rises_at_once_and_falls_after_six_months(assets, tiers):
    assert held(assets) == tiers


def test_three_months_below_are_watched_and_two_are_not():
    found = migration(panel("2111", "2211", "1222"), PARAMS)
    assert found.watched == 1
    assert found.watch.set_index("tier").loc["vip"].to_list() == [1, 10_000_000]
    assert (found.fallen_by_assets, found.downgraded, found.upgraded, found.kept) == (2, 0, 1, 2)


def test_the_matrix_has_entry_and_exit_and_counts_each_customer_once():
    found = migration(panel("00", "02", "22", "1.", ".3", "10"), PARAMS)
    rows = {start: {end: n for end, n in row.items() if n} for start, row in found.matrix.T.to_dict().items()}
    assert rows == {
        "private": {},
        "vip": {"vip": 1},
        "core": {"core": 1, "exit": 1},
        "basic": {"vip": 1, "basic": 1},
        "entry": {"private": 1},
    }
    assert (found.compared, found.entered, found.left, found.upgraded, found.kept) == (6, 1, 1, 1, 3)


def test_who_came_and_went_between_the_two_dates_is_in_neither():
    assert migration(panel("0.0", ".1."), PARAMS).compared == 1


@pytest.mark.parametrize(("paths", "months"), [((), 0), (("1", "2"), 1)])
def test_without_two_months_nobody_is_compared_and_nothing_warns(paths, months):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = migration(panel(*paths), PARAMS)
    assert (found.months, found.compared, found.watched, found.matrix.to_numpy().sum()) == (months, 0, 0, 0)


@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.text(".0123", min_size=n, max_size=n), min_size=1, max_size=9)))
def test_a_tier_held_is_never_below_the_assets_and_the_matrix_sums(paths):
    rows = panel(*paths)
    assert (rows["held_rank"] >= rows["tier_rank"]).all()
    assert ((rows["held_rank"] >= rows["late_rank"]) & (rows["late_rank"] >= rows["tier_rank"])).all()
    found = migration(rows, PARAMS)
    moves = found.upgraded + found.downgraded + found.kept + found.entered + found.left
    assert found.matrix.to_numpy().sum() == found.compared == moves


def test_twelve_snapshots_a_year_apart_are_no_twelve_months():
    days = pd.date_range("2015-10-31", periods=12, freq="12ME")
    rows = panel("222111111111", "222222222222")
    later = dict(zip(sorted(rows["as_of"].unique()), days, strict=True))
    yearly = panel_of(rows.assign(as_of=rows["as_of"].map(later)))
    found = migration(yearly, PARAMS)
    assert (found.months, found.missing, found.followed) == (12, 121, 1)
    assert (found.watched, found.downgraded) == (0, 1)
    monthly = migration(rows, PARAMS)
    assert (monthly.missing, monthly.followed) == (0, 12)


def test_who_is_not_known_at_an_end_neither_rose_fell_came_nor_left():
    months = panel("12", "21", "22")
    gone = (months["as_of"] == months["as_of"].max()) & (months["customer_id"] == "c1")
    rows = panel_of(months[~gone], unlisted=months.loc[gone, ["customer_id", "as_of"]])
    found = migration(rows, PARAMS)
    assert (found.compared, found.unknown, found.unknown_fen) == (2, 1, 100_000_000)
    assert (found.upgraded, found.kept, found.left, found.entered) == (1, 1, 0, 0)


def test_the_heat_map_names_entry_and_exit():
    labels = wording("zh").labels("charts") | wording("zh").labels("labels")
    axes = tier_moves(migration(panel("00", "1."), PARAMS), labels=labels).axes[0]
    assert axes.get_yticklabels()[-1].get_text() == labels["tier.entry"]
    assert axes.get_xticklabels()[-1].get_text() == labels["tier.exit"]
