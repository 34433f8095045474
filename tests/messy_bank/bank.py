"""The invented bank in all the mess that an intake must stand, and what was planted in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from kit.demo.bank import draw_bank
from kit.demo.oddities import PANEL, Block, Columns, with_oddities
from kit.demo.plan import Calendar, calendar
from messy_bank.answers import Answer, mapping_text
from messy_bank.delivery import Delivery, FileTruth
from messy_bank.extracts import PASSWORD, Sent, sent
from messy_bank.facts import facts_of
from messy_bank.refused import write_refused
from messy_bank.truth import FACTS, Facts, Truth, group_truth

__all__ = ["write_bank"]


def write_bank(
    folder: Path,
    *,
    branches: int = 6,
    customers: int = 5000,
    seed: int = 20261031,
    as_of: date = date(2026, 10, 31),
    months: int = 13,
    full: bool = False,
) -> Truth:
    """The rows of the demo's bank in ``folder/extracts``, in other files.

    Beside them lie ``mapping/`` with the answers to what only a person knows, the password of an encrypted extract in
    ``.secrets``, ``truth.json`` and ``truth_customers.parquet``. ``full`` adds files that are to be refused.
    """
    cal = calendar(as_of, months)
    for name in ("extracts", "mapping"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    facts: list[Facts] = []

    def drawn() -> Iterator[tuple[str, str, Columns]]:
        for branch, files in draw_bank(branches=branches, customers=customers, seed=seed, cal=cal):
            for file, columns in files:
                yield file, branch.plan.name, columns
            facts.append(facts_of(branch, cal))

    extracts = _Extracts(folder, cal, as_of)
    for block in with_oddities(drawn(), cal):
        extracts.append(block)
    with pq.ParquetWriter(folder / "truth_customers.parquet", FACTS) as customers_truth:
        for branch_facts in facts:
            customers_truth.write_table(branch_facts.table())
    files, questions = extracts.finish()
    if full:
        files |= write_refused(folder / "extracts")
    _keep_passwords(folder, {name: PASSWORD for name, file in files.items() if file.encrypted})
    truth = Truth(
        as_of=as_of.isoformat(),
        seed=seed,
        branches=tuple({"branch_id": f.plan.branch_id, "branch_name": f.plan.name, **group_truth([f])} for f in facts),
        totals=group_truth(facts),
        files=files,
        questions=questions,
    )
    (folder / "truth.json").write_text(truth.to_json(), encoding="utf-8", newline="\n")
    return truth


def _keep_passwords(folder: Path, passwords: Mapping[str, str]) -> None:
    path = folder / ".secrets"
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {"key": "2a" * 32, "password": "open-in-the-tests"}
    path.write_text(json.dumps(kept | {"extracts": passwords}), encoding="utf-8")
    path.chmod(0o600)


class _Extracts:
    """The bank's files while they grow, and what becomes of their rows."""

    def __init__(self, folder: Path, cal: Calendar, as_of: date) -> None:
        self._folder, self._as_of = folder, as_of
        ago = {f"{PANEL}_{month}": cal.count - 1 - i for i, month in enumerate(cal.months)}
        self._ago = {name: count for name, count in ago.items() if name != f"{PANEL}_{cal.months[1]}"}  # it is spoilt
        self._sent: dict[str, Sent] = {}
        self._open: dict[str, Delivery] = {}

    def append(self, block: Block) -> None:
        """Add one branch's rows, or a bad one, to a file."""
        if block.file not in self._open:
            self._begin(block.file)
        new = self._sent[block.file].renamed
        columns = {new.get(header, header): column for header, column in block.columns.items()}
        self._open[block.file].append(columns, label=block.branch, fate=block.fate)
        if block.spoilt:
            self._open[block.file].note(block.spoilt)

    def _begin(self, name: str) -> None:
        how = sent(name, months_ago=self._ago.get(name))
        self._sent[name] = how
        self._open[name] = Delivery(
            self._folder / "extracts", name, how.mess, as_of=self._as_of, title=how.title, database=self._folder
        )

    def finish(self) -> tuple[dict[str, FileTruth], tuple[Answer, ...]]:
        """Close the files and write the mapping files."""
        files: dict[str, FileTruth] = {}
        answers: list[Answer] = []
        for name, delivery in self._open.items():
            closed = delivery.close()
            files |= closed
            answers += self._answer(name, closed)
        return files, tuple(answers)

    def _answer(self, name: str, files: Mapping[str, FileTruth]) -> list[Answer]:
        """Write down what the labels of a file mean that nobody can know."""
        about = self._sent[name]
        found: list[Answer] = []
        for file in files if about.answers else ():
            for sheet, facts in files[file].sheets.items():
                given = [Answer(file, label, about.table, *answer) for label, answer in about.answers.items()]
                text = mapping_text(about.table, facts.headers, given, file=file, sheet=sheet, on=self._as_of)
                (self._folder / "mapping" / f"{Path(file).stem}.yml").write_text(text, encoding="utf-8")
                found += given
        return found
