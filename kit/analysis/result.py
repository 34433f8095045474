"""What every analysis shares: saying which columns it cannot do without, and shares with their denominators."""

import functools
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.document.frames import result_blocks
from kit.document.html import fragment
from kit.params import Params

P = ParamSpec("P")
R = TypeVar("R")


class Result:
    """What an analysis found; a notebook shows it as its headline figures and its tables."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return fragment(*result_blocks(self))


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An analysis that these customers cannot answer, and the derived columns that it lacks.

    Where the columns are there, only ``known`` of ``of`` customers have a value in them.
    """

    columns: tuple[str, ...]
    known: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Judged(Result):
    """Of how many customers (``of``) something is ``known``, and of how many of these it is so (``yes``)."""

    yes: int
    known: int
    of: int

    @property
    def share(self) -> float | None:
        """Of those who can be judged; None where nobody can."""
        return share(self.yes, self.known)

    def suffices(self, params: Params) -> bool:
        """Whether so many can be judged that it is a figure of them all."""
        return self.known > 0 and self.known >= params.evidence.coverage_at_least * self.of

    def lacking(self, params: Params, *columns: str) -> Unavailable | None:
        """What a figure of them all does without where too few can be judged; of nobody it lacks nothing."""
        return Unavailable(columns, self.known, self.of) if self.of and not self.suffices(params) else None


def judged(customers: pd.DataFrame, column: str) -> Judged:
    """What is known of a flag, a grade or a score: not known is no evidence for either side."""
    if column not in customers:
        return Judged(0, 0, len(customers))
    return Judged(int(customers[column].eq(other=True).sum()), int(customers[column].count()), len(customers))


def needs(
    *columns: str, of_most: str = ""
) -> Callable[[Callable[Concatenate[pd.DataFrame, P], R]], Callable[Concatenate[pd.DataFrame, P], R | Unavailable]]:
    """Give `Unavailable` instead of a guess where one of ``columns`` is not among those of the first argument.

    So too where there are customers of whom ``of_most`` is known for less than the coverage that the thresholds ask
    for, which are among the other arguments.
    """

    def wrap(
        analysis: Callable[Concatenate[pd.DataFrame, P], R],
    ) -> Callable[Concatenate[pd.DataFrame, P], R | Unavailable]:
        @functools.wraps(analysis)
        def checked(rows: pd.DataFrame, /, *args: P.args, **kwargs: P.kwargs) -> R | Unavailable:
            lacking = tuple(name for name in (*columns, of_most) if name and name not in rows.columns)
            if lacking:
                return Unavailable(lacking)
            params = next((each for each in args if isinstance(each, Params)), None)
            if of_most and params and (few := judged(rows, of_most).lacking(params, of_most)):
                return few
            return analysis(rows, *args, **kwargs)

        return checked

    return wrap


def share(part: float, whole: float) -> float | None:
    """``part / whole``, or None where there is nothing to divide."""
    return float(part) / float(whole) if whole else None


def ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """``part / whole`` of each row, missing where there is nothing to divide."""
    return part / whole.where(whole > 0)


def part_of_all(amounts: pd.Series) -> pd.Series:
    """Share of each row in their sum, missing where that is not above zero."""
    whole = float(amounts.sum())
    return amounts / (whole if whole > 0 else float("nan"))


def total(fen: pd.Series) -> int:
    """Exact sum of money in 分; missing values count as nothing."""
    return int(fen.fillna(0).astype("int64").sum())


def flagged(customers: pd.DataFrame, column: str) -> pd.Series:
    """Whether a flag is set; for nobody where it is not known, or was not sent."""
    if column not in customers:
        return pd.Series(data=False, index=customers.index)
    return customers[column].eq(other=True).fillna(value=False).astype(bool)


def coded(places: npt.NDArray[np.int64], codes: Iterable[object], name: Hashable = None) -> pd.CategoricalIndex:
    """The codes at these places, in their order; at -1 there is none."""
    order = pd.Index(list(codes))
    return pd.CategoricalIndex(pd.Categorical.from_codes(places, categories=order, ordered=True), name=name)


def ordered(values: pd.Series, codes: Iterable[str]) -> pd.CategoricalIndex:
    """Values as codes in their order, under the values' name; one that is not among them is missing."""
    place, told = pd.factorize(values)  # each text is looked up once, not once a customer
    order = pd.Index(list(codes))
    return coded(np.append(order.get_indexer(told), -1)[place], order, values.name)


def tally(
    rows: pd.DataFrame, codes: pd.CategoricalIndex | pd.Series, /, *, of: str = "customers", **sums: str
) -> pd.DataFrame:
    """Rows of each code in the codes' order, also of a category that has none, and the sums of columns.

    Parameters
    ----------
    of
        What the rows are: the column of their number.
    sums
        Columns of the table, each with the column of ``rows`` that it is the sum of: whole numbers, exactly.
    """
    groups = rows.groupby(codes, observed=False)
    found = {name: groups[column].sum().astype("int64") for name, column in sums.items()}
    return pd.DataFrame({of: groups.size(), **found})


def counted(rows: pd.CategoricalIndex, columns: pd.CategoricalIndex) -> pd.DataFrame:
    """Customers of each row and column, also where there are none; whoever lacks one of the two is left out."""
    height, width = len(rows.categories), len(columns.categories)
    at = rows.codes.astype("int64") * width + columns.codes
    counts = np.bincount(at[(rows.codes >= 0) & (columns.codes >= 0)], minlength=height * width)
    return pd.DataFrame(counts.reshape(height, width), index=rows.categories, columns=columns.categories)


def richest(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers with the most AUM first, those whose AUM is not known last."""
    return customers.sort_values(col.AUM_FEN, ascending=False, kind="stable")


def listed(chosen: pd.DataFrame, amount: pd.Series, reason: str | npt.ArrayLike) -> pd.DataFrame:
    """Customers as rows of a list (`kit.planning.lists.branch_lists`), in the order of ``chosen``.

    ``amount`` is what is at stake, in 分; ``reason`` one code for all of them or a code each.
    """
    return pd.DataFrame({
        col.CUSTOMER_ID: chosen[col.CUSTOMER_ID].to_numpy(),
        col.AMOUNT_FEN: amount.fillna(0).to_numpy(dtype="int64"),
        col.REASON: pd.array(np.broadcast_to(np.asarray(reason, dtype="object"), len(chosen)).tolist(), dtype="str"),
    })  # fmt: skip


def joined(reasons: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Codes of the reasons that hold in each row, in the order of the columns, as `listed` takes several."""
    codes = np.array([f"{code}+" for code in reasons], dtype="object")
    held = np.where(reasons.to_numpy(dtype=bool), codes, "").sum(axis=1)
    return np.array([row.rstrip("+") for row in held], dtype="object")
