"""The month panel as a table of customers by calendar months, which growth, migration and survival read."""

from datetime import date

import numpy as np
import pandas as pd

from kit import columns as col


def sent_months(panel: pd.DataFrame) -> list[pd.Timestamp]:
    """Calendar months of which there is any row, each by its last date."""
    days = pd.DatetimeIndex(panel[col.AS_OF].drop_duplicates()).sort_values()
    return list(days[~days.to_period("M").duplicated(keep="last")])


def months_between(first: date, last: date) -> int:
    """Calendar months from one day to another: two snapshots a year apart are twelve, not one."""
    return 12 * (last.year - first.year) + last.month - first.month


def missing_months(sent: list[pd.Timestamp]) -> int:
    """Calendar months between the first and the last that were not sent."""
    return months_between(sent[0], sent[-1]) + 1 - len(sent) if sent else 0


def wide(panel: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row a customer, a column a calendar month in order, sent or not; NaN where nothing is known of the customer.

    A month is named by the last of its dates, or by its end where it was not sent.
    """
    row, customers = pd.factorize(panel[col.CUSTOMER_ID])
    date, dates = pd.factorize(panel[col.AS_OF], sort=True)
    days = pd.DatetimeIndex(dates)
    months = days.to_period("M")
    span = pd.period_range(months.min(), months.max(), freq="M") if len(days) else months
    place, ends = span.get_indexer(months), span.to_timestamp(how="end").normalize().to_numpy(copy=True)
    ends[place] = days.as_unit("ns").to_numpy()
    table = np.full((len(customers), len(span)), np.nan)
    used = ~months.duplicated(keep="last")[date]
    table[row[used], place[date[used]]] = panel[column].to_numpy(dtype="float64", na_value=np.nan)[used]
    index = pd.Index(customers.astype("str"), name=col.CUSTOMER_ID)
    return pd.DataFrame(table, index=index, columns=pd.DatetimeIndex(ends, name=col.AS_OF)).sort_index()


def ends_of(panel: pd.DataFrame, column: str) -> tuple[pd.DataFrame, pd.Series]:
    """What is known of customers at the first and the last month, and the last known AUM of those who are not.

    The first has NaN where he was no customer: not yet, or no longer. A customer who is on the list of one of the two
    without a figure, or may be, is in the second, missing where nothing of him was ever known.
    """
    sent = sent_months(panel)
    ends: list[object] = [*sent[:1], *sent[-1:]] if len(sent) > 1 else []
    rows = panel[panel[col.AS_OF].isin(ends)]
    unknown = rows.loc[rows[column].isna(), col.CUSTOMER_ID].astype("str").unique()
    known = panel.loc[panel[col.CUSTOMER_ID].isin(unknown) & panel[col.AUM_FEN].notna()].sort_values(col.AS_OF)
    last = known.drop_duplicates(col.CUSTOMER_ID, keep="last").set_index(col.CUSTOMER_ID)[col.AUM_FEN]
    found = wide(rows, column).drop(unknown).reindex(columns=pd.Index(ends or [0, 1], dtype="object"))
    return found, last.reindex(pd.Index(unknown, dtype=last.index.dtype))
