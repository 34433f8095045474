"""The SQL files: which there are, in which order, and what their columns cannot do without.

Each ``.sql`` file is one subject. Its first comment line is the business definition; the lines under its ``-- needs``
say which source columns derived columns cannot do without (``a, b: x or y, z`` is x or y, and z), so that a missing
one is named instead of guessed; a derived column named there hands on its own needs.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# In the order in which one builds on another.
SUBJECTS = (
    "sent",
    "meanings",
    "contact_read",
    "staff_state",
    "owner",
    "unlisted",
    "panel",
    "aum",
    "txn_sums",
    "evidence",
    "products",
    "activity",
    "primary_account",
    "retention",
    "merchant",
    "relation",
    "touch",
    "movement",
    "grade",
    "due",
    "maturity",
    "deposits",
    "account_class",
    "balance_sheet",
    "suitability",
    "person",
    "segment",
    "services",
    "stage",
    "hidden_value",
    "contacts",
    "sales",
    "events",
    "referrals",
    "journey",
    "allocation",
    "customers",
)
# Rows of another grain than a customer, each with its branch; some of them subjects of their own.
TABLES = (
    "sent",
    "panel",
    "maturities",
    "branch_months",
    "units",
    "capacity",
    "flows",
    "touches",
    "outcomes",
    "unread",
    "contacts",
    "callers",
    "sales",
    "events",
    "matured",
    "referrals",
)
_NEEDS = re.compile(r"^-- needs\n((?:--   .+\n)+)", re.MULTILINE)

Groups = tuple[tuple[str, ...], ...]


@cache
def definitions() -> Mapping[str, str]:
    """Subject → SQL text."""
    names = dict.fromkeys(SUBJECTS + TABLES)
    return {name: files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in names}


@cache
def needs() -> Mapping[str, Groups]:
    """Derived column → groups of source columns; of each group at least one must be in the book."""
    told: dict[str, list[list[str]]] = {}
    for text in definitions().values():
        for line in "".join(_NEEDS.findall(text)).splitlines():
            names, _, groups = line.removeprefix("--").strip().partition(": ")
            for name in names.split(", "):
                if name in told:
                    raise ValueError(f"the needs of {name} stand in two places")
                told[name] = [group.split(" or ") for group in groups.split(", ")]

    def resolved(groups: list[list[str]]) -> Groups:
        found: list[tuple[str, ...]] = []
        for group in groups:
            if len(group) == 1 and group[0] in told:
                found += resolved(told[group[0]])
            else:  # one of several: their sources are one group
                every = (resolved(told[each])[0] if each in told else [each] for each in group)
                found.append(tuple(dict.fromkeys(source for sources in every for source in sources)))
        return tuple(found)

    return {name: resolved(groups) for name, groups in told.items()}
