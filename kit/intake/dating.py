"""The day of a monthly table without a date column: from a title or a file's name, the engagement's, or a question."""

import datetime as dt
from collections.abc import Mapping, Sequence

from kit import columns as col
from kit.intake.branches import branch_of
from kit.intake.grid import Sheet
from kit.intake.quarantine import Notice
from kit.intake.questions import Candidate, Evidence, Interview, Question
from kit.intake.sources import Family


def dated(family: Family, as_of: dt.date | None) -> bool:
    """Whether sheets without a date column of their own have a date from elsewhere."""
    return as_of is not None or all(sheet.layout.as_of for sheet in family.sheets)


def settle_dates(
    families: Sequence[Family],
    assumed: Sequence[tuple[Sheet, str]],
    loads: Sequence[tuple[Sheet, str]],
    branches: Mapping[str, str],
    interview: Interview,
    as_of: dt.date | None,
) -> list[Notice]:
    """Say which sheets take the engagement's date; ask, where several of one table would and may be several months.

    Sheets of one workbook that are named for branches are of one day.
    """
    notices, day = [], Candidate(f"={as_of}", 0.5, (Evidence("engagement_date"),))
    for table in dict.fromkeys(table for _, table in assumed):
        ours = [sheet for sheet, fed in assumed if fed == table]
        one_book = len({s.path for s in ours}) == 1 and len(ours) == sum(fed == table for _, fed in loads)
        if not one_book or (len(ours) > 1 and not all(branch_of(s.name, branches) for s in ours)):
            for family in families:
                if places := tuple(s.names for s in ours if s in family.sheets):
                    key, labels = f"{family.key}/date/{table}.{col.AS_OF}", family.first.headers
                    interview.ask(Question("date", key, places, table, col.AS_OF, labels=labels, candidates=(day,)))
        notices += [Notice("as_of_assumed", *s.names, (str(as_of),)) for s in ours]
    return notices
