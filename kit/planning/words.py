"""What to say to each customer: the words of a call and of a message, filled in from the scripts."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kit import columns as col
from kit.analysis.contact import CLASSES
from kit.analysis.result import flagged, joined
from kit.params import Params
from kit.planning.fillings import OF_BRANCH, OF_OWNER, clean, greeted, products, short_name, slots_of
from kit.planning.scripts import SOURCES, Scripts, message_size
from kit.schema import schema
from kit.text import wording

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

REFUSED = "!"  # before the key of a template that cannot be used, where the column stands that a text lacks
_NOBODY = "assignment.staff_id"  # in place of the owner's columns where nobody keeps the customer
_HUNG_UP = "first.sms.hung_up"
_CALLED = ("call", "call_sms", "sms_call")  # channels with a call; the others only write
_WRITTEN = ("sms", "call_sms", "sms_call")
_MESSAGES = {"call": "after_call", "call_sms": "after_call", "sms_call": "before_call"}
# What of a task decides what its texts lack, beside its customer.
_ASKED = [col.BRANCH_ID, col.STAFF_ID, col.CONTACT_CLASS, col.FIRST_CONTACT, col.CHANNEL, col.REASON]


def call_sheets(
    tasks: pd.DataFrame,
    persons: pd.DataFrame | None,
    staff: pd.DataFrame,
    branches: pd.DataFrame,
    *,
    bank: str,
    params: Params,
    scripts: Scripts,
) -> pd.DataFrame:
    """Words for each task of the contact plan, in the language of the scripts (R53, R62, R63, R64, R65, R68, R69, R70).

    A first contact says who calls and where he is to be found, and speaks of no product. Any other opens with its
    occasion and then speaks of what the customer's segment needs; of products it names only those that his own risk
    level, in force, allows. Which of call and message comes first is the task's ``channel``; whoever hung up, or is
    only to be written to, gets no call. The message of a first contact is always sent.

    Parameters
    ----------
    tasks
        Rows of the plan: customer_id, branch_id, staff_id, contact_class, channel, reason, first_contact. A task whose
        customer asked not to be called, or without a channel, gets no words.
    persons
        customer_id, customer_name, gender, segment, risk_rank, as far as they are known; None: nothing is.
    staff, branches
        The book's tables: staff_id, staff_name, role, with staff_phone from the vault; branch_id, branch_name,
        branch_address, landmark, branch_phone.
    bank
        The bank's name, which signs messages.

    Returns
    -------
    DataFrame
        Indexed like ``tasks``: call_text, close_text, sms_text, sms_chars and sms_parts as a carrier counts them, and
        ``problem``: which columns would fill what a text lacks. A text that lacks a slot is NA; all else goes on.
    """
    rows = tasks.reset_index(drop=True)
    slots = slots_of(rows, persons, staff, branches, bank, params, scripts)
    keys = _keys(rows)
    codes = {part: _codes(keys[part], slots, params, scripts) for part in keys}
    texts = {part: _texts(keys[part], codes[part], slots, params, scripts) for part in keys}
    sizes = [message_size(text) if isinstance(text, str) else (None, None) for text in texts["sms"]]
    return pd.DataFrame({
        **{f"{part}_text": text for part, text in texts.items()},
        "sms_chars": pd.array([size for size, _ in sizes], dtype="Int64"),
        "sms_parts": pd.array([parts for _, parts in sizes], dtype="Int64"),
        "problem": _problems(pd.DataFrame(codes), scripts),
    }).set_axis(tasks.index)  # fmt: skip


def lacking(
    tasks: pd.DataFrame,
    customers: pd.DataFrame,
    staff: pd.DataFrame,
    branches: pd.DataFrame,
    *,
    named: bool,
    params: Params,
    scripts: Scripts,
) -> pd.DataFrame:
    """What the call and the message of each task lack, found without the vault (R63, R64).

    Parameters
    ----------
    staff
        Of the book: ``phone_ok`` says whether there is a telephone.
    named
        Whether the bank sent its customers' names.

    Returns
    -------
    DataFrame
        ``call`` and ``sms``: the columns that are lacking, as ``table.column`` joined by ``+``; empty where the text
        is ready, NA where none is wanted. A template that cannot be used stands as `REFUSED` and its key.
    """
    of_customer = customers.reindex(columns=[col.CUSTOMER_ID, col.SEGMENT, col.RISK_RANK])
    asked = [column for column in _ASKED if column in tasks]
    about = tasks[[col.CUSTOMER_ID, *asked]].merge(of_customer, on=col.CUSTOMER_ID, how="left", validate="many_to_one")
    alike = about.groupby([*asked, col.SEGMENT, col.RISK_RANK], dropna=False, sort=False).ngroup()
    rows = about[~alike.duplicated()].reset_index(drop=True)
    persons = of_customer.assign(**{col.CUSTOMER_NAME: "某" if named else None})
    known = pd.Series("1", index=staff.index).where(flagged(staff, col.PHONE_OK))
    slots = slots_of(rows, persons, staff.assign(**{col.STAFF_PHONE: known}), branches, "·", params, scripts)
    keys = _keys(rows)
    codes = pd.DataFrame({part: _codes(keys[part], slots, params, scripts) for part in ("call", "sms")})
    return codes.reindex(alike).set_axis(tasks.index)


def word_sheet(
    branch: Mapping[Hashable, Any] | None,
    *,
    bank: str,
    params: Params,
    scripts: Scripts,
    owner: Mapping[Hashable, Any] | None = None,
) -> pd.DataFrame:
    """Every text as one owner of a branch would say it, to ×× whoever it may be.

    Claiming the customer by call and message, in either order (R53, R62, R63, R64, R65, R69, R70), and the objections
    with their replies (R66, R67, R68).

    Parameters
    ----------
    branch, owner
        A row of the book's tables (the owner's with staff_phone); None for signs in their place.

    Returns
    -------
    DataFrame
        key (``first.call``, ``first.sms.no_answer``, ``objection.O1.reply``, ``segment.retired`` …), text (NA where
        something is lacking), chars, parts (of messages alone), problem.
    """
    texts = scripts.texts
    signs = {name.rpartition(".")[2]: text for name, text in texts.items() if name.startswith("parts.placeholder.")}
    values: dict[str, str | None] = {**signs, "bank": clean(bank), "pause": texts["parts.pause"]}
    values["hello"] = greeted(texts["parts.hello"], values)
    for row, names in ((branch, OF_BRANCH), (owner, OF_OWNER)):
        if row is not None:
            values |= {slot: clean(row.get(column)) for slot, column in names.items()}
            values["branch"] = short_name(values["branch"], values["bank"])
    suited = {rule.code: products(rule.suited, None, params, scripts) for rule in params.segments.rules}
    spoken = {key: key for key in texts if key.startswith(("first.", "ordinary.")) or key.endswith(".reply")}
    spoken |= {key: _HUNG_UP for key in spoken if not texts[key]}  # nobody calls again: the message is the reply
    spoken |= {f"segment.{code}": scripts.topic(code) for code in params.segments.codes()}
    rows = []
    for key, used in spoken.items():
        own = values | {"suited": suited.get(key.partition(".")[2])}
        if fault := scripts.refused(used):
            text, code = None, REFUSED + fault
        else:
            script = scripts.script(used, params.messages)
            code = "+".join(
                dict.fromkeys(SOURCES[slot] for slot in script.needs if own[slot] is None and slot in SOURCES)
            )
            text = None if code else script.fill({slot: value or "" for slot, value in own.items()})
        size = message_size(text) if text and ".sms" in used else (len(text) if text else None, None)
        rows.append((key, text, *size, code))
    made = pd.DataFrame(rows, columns=["key", "text", "chars", "parts", "problem"])
    return made.assign(problem=_problems(made[["problem"]], scripts), **made[["chars", "parts"]].astype("Int64"))


def _keys(tasks: pd.DataFrame) -> pd.DataFrame:
    """Key of the text that each part of a task takes; NA where it takes none."""
    first = flagged(tasks, col.FIRST_CONTACT)
    channel = tasks[col.CHANNEL].where(tasks[col.REASON] != "do_not_call")
    called, written = channel.isin(_CALLED), channel.isin(_WRITTEN) | (first & (channel == "call"))
    occasion = "ordinary." + tasks[col.CONTACT_CLASS].where(tasks[col.CONTACT_CLASS].isin(CLASSES), "care").astype(
        "str"
    )
    message = channel.map(_MESSAGES).fillna("alone").mask(tasks[col.REASON] == "hung_up", "hung_up").astype("str")

    def by_kind(written_first: str, claiming: str, other: pd.Series | str) -> pd.Series:
        kinds = [first & (channel == "sms_call"), first]
        return pd.Series(np.select(kinds, [written_first, claiming], np.asarray(other, dtype="object")), tasks.index)

    return pd.DataFrame({
        "call": by_kind("first.call_after_sms", "first.call", occasion + ".call").where(called),
        "close": by_kind("first.close_after_sms", "first.close", "ordinary.close").where(called),
        "sms": (occasion + ".sms").mask(first, "first.sms." + message).where(written),
    })  # fmt: skip


def _groups(keys: pd.Series, slots: pd.DataFrame, scripts: Scripts) -> Iterator[tuple[Places, str, str]]:
    """Tasks that take the same text: their places, its key and its topic, which is the rest's where it has none."""
    about = keys.isin([key for key, text in scripts.texts.items() if "{topic}" in text])
    topics = slots["topic"].where(about, "segment.other")
    for (key, topic), rows in pd.Series(np.arange(len(keys)), index=keys.index).groupby([keys, topics], sort=False):
        yield rows.to_numpy(), str(key), str(topic)


def _codes(keys: pd.Series, slots: pd.DataFrame, params: Params, scripts: Scripts) -> pd.Series:
    """What each text lacks, see `lacking`."""
    made = np.full(len(keys), None, dtype="object")
    gone = {slot: slots[slot].isna().to_numpy() for slot in SOURCES}
    for at, key, topic in _groups(keys, slots, scripts):
        if fault := scripts.refused(key, topic):
            made[at] = REFUSED + fault
            continue
        needs = [slot for slot in scripts.script(key, params.messages, topic).needs if slot in SOURCES]
        own = [gone[slot][at] for slot in needs if slot in OF_OWNER]
        nobody = slots["nobody"].to_numpy()[at] & np.any([np.zeros(len(at), dtype=bool), *own], axis=0)
        flags: dict[str, Flags] = {}
        for slot in needs:
            lacks = gone[slot][at] & ~nobody if slot in OF_OWNER else gone[slot][at]
            flags[SOURCES[slot]] = flags.get(SOURCES[slot], False) | lacks
        made[at] = joined(pd.DataFrame({**flags, _NOBODY: nobody}))
    return pd.Series(made, index=keys.index, dtype="object")


def _texts(keys: pd.Series, codes: pd.Series, slots: pd.DataFrame, params: Params, scripts: Scripts) -> pd.Series:
    """The texts that lack nothing."""
    made = np.full(len(keys), None, dtype="object")
    values = {slot: slots[slot].where(slots[slot].notna(), "").to_numpy() for slot in (*SOURCES, "bank", "pause")}
    for at, key, topic in _groups(keys.where(codes == ""), slots, scripts):
        script = scripts.script(key, params.messages, topic)
        rows = zip(*(values[slot][at] for slot in script.slots), strict=True) if script.slots else [()] * len(at)
        made[at] = [script.fill(dict(zip(script.slots, row, strict=True))) for row in rows]
    return pd.Series(made, index=keys.index, dtype="str")


def _problems(codes: pd.DataFrame, scripts: Scripts) -> pd.Series:
    """A sentence for each row whose texts lack something; NA for the others."""
    rows = [tuple(row) for row in codes.fillna("").to_numpy()]
    problems = {row: _problem([c for c in dict.fromkeys("+".join(row).split("+")) if c], scripts) for row in set(rows)}
    return pd.Series([problems[row] for row in rows], index=codes.index, dtype="str")


def _problem(codes: list[str], scripts: Scripts) -> str | None:
    words = wording(scripts.language)
    columns = [_source(code, scripts.language) for code in codes if not code.startswith(REFUSED)]
    told = [words.plain("words.problem", columns=words.join(columns))] if columns else []
    told += [scripts.faults[c.removeprefix(REFUSED)].sentence(scripts.language) for c in codes if c.startswith(REFUSED)]
    return " ".join(told) or None


def _source(code: str, language: str) -> str:
    table, _, column = code.partition(".")
    found = schema()[table]
    return f"{found.label(language)}·{found.columns[column].label(language)}"
