"""The month panel as a table of customers by months, which growth, migration and survival read."""

from __future__ import annotations

import pandas as pd

from kit import columns as col

__all__ = ["wide"]


def wide(panel: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row a customer, a column a month in order; NaN where the customer is not on the month's list."""
    return panel.pivot(index=col.CUSTOMER_ID, columns=col.AS_OF, values=column).astype("float64").sort_index(axis=1)
