"""Which table a sheet without a mapping is: by its labels, else a question."""

from kit import columns as col
from kit.intake.labels import Labelled, labelled
from kit.intake.propose import AT_MOST, likeness
from kit.intake.questions import IGNORE, Candidate, Evidence, Question
from kit.intake.sources import Family
from kit.messages import language
from kit.schema import aliases, normalise, schema

# What a sheet of customers may be too → the column that its labels must name exactly.
_COMPANIONS = {"customer": "", "customer_month": "", "assignment": col.STAFF_ID, "branch": col.BRANCH_NAME}


def lacking(table: str, have: set[str], *, dated: bool) -> list[str]:
    """Columns that a table needs and a sheet has not; of those of which one is enough, the first.

    ``dated``: a date comes from elsewhere.
    """
    columns = schema()[table]
    found = [c.id for c in columns.mandatory if c.id not in have and not (dated and c.id == col.AS_OF)]
    if columns.either and not any(column.id in have for column in columns.either):
        found.append(columns.either[0].id)
    return found


def choose(family: Family, *, dated: bool) -> tuple[str, Question | None, bool]:
    """Table that knows most of the labels and misses none that it needs; else which it is, and if hardly any knows one.

    Of two that know as many, the one that needs more of them: a customer number and a branch are a customer, though
    an assignment might have both too. A sheet that is both a customer and a customer's month is taken as the month,
    which the customer accompanies.
    """
    known = {table: labelled(family.first.headers, table) for table in schema()}
    best = max(found.score for found in known.values())
    fitting = [table for table, found in known.items() if found.score == best and best]
    complete = [table for table in fitting if not lacking(table, known[table].possible, dated=dated)]
    needs = max((len(schema()[table].mandatory) for table in complete), default=0)
    tied = [table for table in complete if len(schema()[table].mandatory) == needs]
    if {"customer", "customer_month"} <= set(complete):
        tied = ["customer_month"]
    amounts = {c.id for c in schema()["customer_month"].either}
    rivals = [t for t in fitting if t not in complete and set(lacking(t, known[t].possible, dated=dated)) <= amounts]
    if rivals and tied != ["customer_month"] and len(complete) > 0:
        tied = []  # customers' months whose AUM has an unknown label look like accounts
    elif not tied and 2 * best >= len(family.first.headers):
        tied = fitting[:1]
    if len(tied) == 1:
        return tied[0], None, False
    hardly = best < 3 and 2 * best < len(family.first.headers)
    return "", _question(family, known, dated=dated), hardly


def _question(family: Family, known: dict[str, Labelled], *, dated: bool) -> Question:
    ranked, headers = [], family.first.headers
    for table, found in known.items():
        alike = sum(max(likeness(normalise(h)[0], key) for key in aliases(table)) for h in headers) / len(headers)
        lacks = lacking(table, found.possible, dated=dated)
        columns = schema()[table].columns
        score = 0.6 * found.score / len(headers) + 0.4 * alike - 0.1 * len(lacks)
        names = tuple(headers[at[0]] for at in found.exact.values())
        evidence = [Evidence("known_labels", {"count": len(names), "names": names})] if names else []
        evidence += [Evidence("lacks", {"names": tuple(columns[c].label(language()) for c in lacks)})] if lacks else []
        ranked.append(Candidate(table, round(max(score, 0), 3), tuple(evidence)))
    ranked = [one for one in sorted(ranked, key=lambda one: -one.score) if one.score >= 0.2][:AT_MOST]
    ignore = Candidate(IGNORE, 0.1, ())
    return Question("table", f"{family.key}/table", family.places, labels=headers, candidates=(*ranked, ignore))


def companions(family: Family, table: str, fed: set[str], *, branch: bool, dated: bool) -> list[str]:
    """Other tables that a sheet of customers or of their months also is, complete in its labels and fed by no other.

    ``branch``: names of sheets or files may tell the branch.
    """
    if table not in {"customer", "customer_month"}:
        return []
    found = []
    for other, needed in _COMPANIONS.items():
        if other in fed or other == table:
            continue
        labels = labelled(family.first.headers, other)
        lacks = lacking(other, labels.possible, dated=dated)
        if other == "branch" and lacks == [col.BRANCH_ID]:
            lacks = lacking(other, labels.possible | labelled(family.first.headers, "customer").possible, dated=dated)
        if other == "customer" and lacks == [col.BRANCH_ID] and branch:
            lacks = []
        if other == "customer_month" and lacks == [col.AS_OF]:
            lacks = []  # it is asked for: amounts are not left out for want of a date
        if not lacks and (not needed or needed in labels.exact):
            found.append(other)
    return found
