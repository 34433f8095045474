"""After the sale: what becomes of the money that falls due, and whom customers bring (R103, R104)."""

from dataclasses import dataclass

import pandas as pd

from kit import columns as col
from kit.analysis.result import Result, flagged, needs, ratio, share, total
from kit.params import Params


@dataclass(frozen=True, slots=True)
class TakeUp(Result):
    """Days on which something of a customer fell due, long enough ago to tell.

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
def take_up(matured: pd.DataFrame, params: Params) -> TakeUp:
    """到期承接: of what fell due, how much was taken up anew or kept, and who was told in time (R103)."""
    known = matured[col.HELD_BEFORE_FEN].fillna(0) > 0
    known &= matured[col.HELD_AFTER_FEN].notna()
    stays = matured[col.HELD_AFTER_FEN] >= params.practice.kept_from * matured[col.HELD_BEFORE_FEN]
    rows = pd.DataFrame({
        "reminded": flagged(matured, col.REMINDED).map({True: "yes", False: "no"}),
        "renewed": flagged(matured, col.RENEWED).astype("int64"),
        "known": known.astype("int64"),
        "kept": (known & stays).astype("int64"),
    })  # fmt: skip
    groups = rows.groupby("reminded")
    sums = groups[["renewed", "known", "kept"]].sum().reindex(["yes", "no"], fill_value=0)
    table = pd.DataFrame({"matured": groups.size().reindex(["yes", "no"], fill_value=0), "renewed": sums["renewed"]})
    table["renewed_share"] = ratio(table["renewed"], table["matured"])
    table["stayed_share"] = ratio(sums["kept"], sums["known"])
    told = col.REMINDED in matured
    return TakeUp(
        table=table[table["matured"] > 0].reset_index() if told else table.iloc[:0],
        matured=len(rows),
        renewed_share=share(rows["renewed"].sum(), len(rows)),
        stayed_share=share(rows["kept"].sum(), rows["known"].sum()),
        reminded_share=share(table["matured"]["yes"], len(rows)) if told else None,
    )


@needs(col.REFERRER_ID, col.CAME_DATE)
def referrals(brought: pd.DataFrame, params: Params, customers: pd.DataFrame, contacts: pd.DataFrame) -> Referrals:
    """转介绍: customers asked, brought, and of these at the value floor; how many bring others often (R104)."""
    since = pd.Timestamp(params.day) - pd.DateOffset(months=params.practice.months)
    recent = brought[brought[col.CAME_DATE] > since]
    worth = customers.set_index(col.CUSTOMER_ID)
    rows = recent.assign(**{c: recent[col.CUSTOMER_ID].map(worth[c]) for c in (col.AUM_FEN, col.TIER_RANK)})
    told = col.REFERRAL_ASKED_DATE in rows
    asked = (rows[col.REFERRAL_ASKED_DATE] <= rows[col.CAME_DATE]) if told else pd.Series(data=False, index=rows.index)
    converted = (rows[col.TIER_RANK] > 0).astype("int64")
    groups = rows.assign(converted=converted).groupby(asked.map({True: "yes", False: "no"}))
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
        table=(table if told else table.iloc[:0]).rename_axis("asked_before").reset_index(),
        asked=None if steps is None else steps[col.CUSTOMER_ID].nunique(),
        came=len(rows),
        asked_came=int(asked.sum()),
        converted=int(converted.sum()),
        converted_share=share(converted.sum(), len(rows)),
        aum_fen=total(rows[col.AUM_FEN]),
        brought=len(brought),
        referrers=len(each),
        often=len(often),
        often_share=share(often.sum(), len(brought)),
    )
