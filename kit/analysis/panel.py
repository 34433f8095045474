"""The month panel as a table of customers by months, which growth, migration and survival read."""

import numpy as np
import pandas as pd

from kit import columns as col


def wide(panel: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row a customer, a column a month in order; NaN where the customer is not on the month's list."""
    row, customers = pd.factorize(panel[col.CUSTOMER_ID])
    month, months = pd.factorize(panel[col.AS_OF], sort=True)
    table = np.full((len(customers), len(months)), np.nan)
    table[row, month] = panel[column]
    index = pd.Index(customers.astype("str"), name=col.CUSTOMER_ID)
    return pd.DataFrame(table, index=index, columns=months.rename(col.AS_OF)).sort_index()
