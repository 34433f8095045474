"""After the sale: what becomes of the money that falls due, and whom customers bring (R103, R104)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, Unavailable, flagged, needs, ratio, share, total
from kit.analysis.tiers import at_the_floor
from kit.params import Params

_SAID = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class TakeUp(Result):
    """Days on which something of a customer fell due, long enough ago to tell; shares are of those that are known.

    ``table`` has a row each for those told of it before (``yes``) and not (``no``): matured, renewed, renewed_share,
    stayed_share. Renewed is who took a new deposit or product within the profile's days; kept, of those whose balances
    before and after are known, who still holds nearly as much.
    """

    table: pd.DataFrame
    matured: int
    renewed_share: float | None
    stayed_share: float | None
    reminded_share: float | None


@dataclass(frozen=True, slots=True)
class Referrals(Result):
    """Customers brought by others.

    Attributes
    ----------
    table
        A row each for those whose referrer had been asked before (``yes``) and had not (``no``): brought, converted,
        converted_share, aum_fen. Converted is who stands at the value floor.
    asked, came
        Customers asked to bring somebody, and customers brought, both in the profile's months.
    referrers, often
        Who has ever brought anybody, and who brings them often; ``often_share`` of all brought came of the latter.
    """

    table: pd.DataFrame
    asked: int | None
    came: int
    asked_came: int
    converted: int
    converted_share: float | None
    aum_fen: int
    brought: int
    referrers: int
    often: int
    often_share: float | None


@needs(col.MATURED_DATE, col.RENEWED)
def take_up(matured: pd.DataFrame, params: Params) -> TakeUp | Unavailable:
    """到期承接: of what fell due, how much was taken up anew or kept, and who was told in time (R103)."""
    known = matured[col.HELD_BEFORE_FEN].fillna(0) > 0
    known &= matured[col.HELD_AFTER_FEN].notna()
    stays = matured[col.HELD_AFTER_FEN] >= params.practice.kept_from * matured[col.HELD_BEFORE_FEN]
    renewed = matured[col.RENEWED].notna()
    if renewed.sum() < params.evidence.coverage_at_least * len(matured):
        return Unavailable((col.RENEWED,), int(renewed.sum()), len(matured))
    rows = pd.DataFrame({
        "reminded": matured.get(col.REMINDED, pd.Series(index=matured.index, dtype="object")).map(_SAID),
        "told": renewed.astype("int64"),
        "renewed": flagged(matured, col.RENEWED).astype("int64"),
        "known": known.astype("int64"),
        "kept": (known & stays).astype("int64"),
    })  # fmt: skip
    groups = rows.groupby("reminded")
    sums = groups[["told", "renewed", "known", "kept"]].sum().reindex(["yes", "no"], fill_value=0)
    table = pd.DataFrame({"matured": groups.size().reindex(["yes", "no"], fill_value=0), "renewed": sums["renewed"]})
    table["renewed_share"] = ratio(table["renewed"], sums["told"])
    table["stayed_share"] = ratio(sums["kept"], sums["known"])
    reminded = rows["reminded"].notna().sum()
    return TakeUp(
        table=table[table["matured"] > 0].reset_index(),
        matured=len(rows),
        renewed_share=share(rows["renewed"].sum(), rows["told"].sum()),
        stayed_share=share(rows["kept"].sum(), rows["known"].sum()),
        reminded_share=share(table["matured"]["yes"], reminded)
        if reminded >= params.evidence.coverage_at_least * len(rows)
        else None,
    )


@needs(col.REFERRER_ID, col.CAME_DATE)
def referrals(brought: pd.DataFrame, params: Params, customers: pd.DataFrame, contacts: pd.DataFrame) -> Referrals:
    """转介绍: customers asked, brought, and of these at the value floor; how many bring others often (R104)."""
    since = pd.Timestamp(params.day) - pd.DateOffset(months=params.practice.months)
    recent = brought[brought[col.CAME_DATE] > since]
    worth = customers.set_index(col.CUSTOMER_ID)
    rows = recent.assign(**{col.AUM_FEN: recent[col.CUSTOMER_ID].map(worth[col.AUM_FEN])})
    asked = rows.get(col.ASKED_BEFORE, pd.Series(index=rows.index, dtype="object")).map(_SAID)
    converted = at_the_floor(rows, params).astype("int64")
    groups = rows.assign(converted=converted).groupby(asked)
    table = pd.DataFrame({
        "brought": groups.size(), "converted": groups["converted"].sum(),
        "aum_fen": groups[col.AUM_FEN].apply(total).astype("int64"),
    }).reindex(["yes", "no"])  # fmt: skip
    table = table.dropna().astype("int64")
    table["converted_share"] = table["converted"] / table["brought"]
    each = brought[col.REFERRER_ID].value_counts()
    often = each[each >= params.practice.refers_often]
    steps = contacts[contacts[col.CONTACT_STEP] == "refer"] if col.CONTACT_STEP in contacts else None
    return Referrals(
        table=table.rename_axis("asked_before").reset_index(),
        asked=None if steps is None else steps[col.CUSTOMER_ID].nunique(),
        came=len(rows),
        asked_came=int((asked == "yes").sum()),
        converted=int(converted.sum()),
        converted_share=share(converted.sum(), rows[col.AUM_FEN].notna().sum()),
        aum_fen=total(rows[col.AUM_FEN]),
        brought=len(brought),
        referrers=len(each),
        often=len(often),
        often_share=share(often.sum(), len(brought)),
    )
