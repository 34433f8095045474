"""What the ledger holds done: reports of the same data, the same code and one date; without a kernel."""

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from kit import resources, vault
from kit.context import Context, earlier
from kit.engagement import CONFIG, load, profile
from kit.facts import EVERY_BRANCH as BANK
from kit.params import Params
from kit.resources import code_digest
from kit.run import executor
from kit.run import prepare as preparation
from kit.run.branch import Outcome
from kit.run.ledger import Ledger
from kit.run.manifest import MANIFEST, verify
from kit.run.prepare import inputs_of, printing_day

BRANCHES = ["0101", "0102", "0103"]
ALL = {*BRANCHES, BANK}


class Silent:
    def __getattr__(self, _name):
        return lambda *_args: None


class Bank:
    """A bank whose data are as said, on a day that is said; ``run`` tells which reports were made, and their date."""

    def __init__(self, folder, monkeypatch):
        folder.mkdir()
        (folder / CONFIG).write_text("bank: 甲银行\n", encoding="utf-8")
        self.out, self.engagement, self.aum_column, self.killed_after = (
            folder / "out",
            load(folder),
            "aum_avg_fen",
            None,
        )
        self.today, self.failing, self.index = date(2026, 11, 2), set(), {}
        replaced = {
            "prepare": self._prepare, "write_data_request": lambda *_, **__: None, "_fan_out": self._fan_out,
            "_write_index": lambda _context, _out, _branches, state: setattr(self, "index", state),
        }  # fmt: skip
        for name, by in replaced.items():
            monkeypatch.setattr(executor, name, by)
        monkeypatch.setattr(preparation, "_today", lambda: self.today)
        monkeypatch.setattr(vault, "digest", lambda *_args, **_options: "0")

    def _prepare(self, engagement, out, *_args, fresh=False, printed=None, **_options):
        (out / "data").mkdir(parents=True, exist_ok=True)
        (out / "data" / "fields.parquet").write_text(self.aum_column, encoding="utf-8")
        rows = pd.DataFrame({"branch_id": BRANCHES, "branch_name": BRANCHES, "customers": 9})
        rows.to_parquet(out / "data" / "branches.parquet")
        params = Params(**profile("rural-postal"), profile="rural-postal", as_of=date(2026, 10, 31))
        inputs, last = inputs_of(engagement, out / "data"), {} if fresh else earlier(out / "data")
        params = params.model_copy(update={"printed": printing_day(params, last, inputs, said=printed)})
        Context(
            kit="0.1.0", inputs=inputs, bank=engagement.bank, language="zh", params=params, unlocks={},
            aum_column=self.aum_column, plan_start=date(2026, 11, 1), success=None, holidays_announced=True,
        ).write(out / "data")  # fmt: skip

    def _fan_out(self, tasks, _workers):
        for number, task in enumerate(tasks):
            if number == self.killed_after:
                raise KeyboardInterrupt
            self.made[task.branch] = task.context.params.today
            yield Outcome(task.branch, task.name, 0.1, reason="no" if task.branch in self.failing else "")

    def run(self, **options):
        self.made = {}
        executor.run(self.engagement, self.out, Silent(), **options)
        return self.made

    def killed(self, after, **options):
        self.killed_after = after
        with pytest.raises(KeyboardInterrupt):
            self.run(**options)
        self.killed_after = None
        return self.made

    def printed(self):
        """The dates of the hand-over as it lies there."""
        return {line["printed"] for line in Ledger(self.out / "ledger.jsonl").last().values()}


MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (2, 3, 4))


@pytest.fixture
def bank(tmp_path, monkeypatch):
    return Bank(tmp_path / "bank", monkeypatch)


def test_a_finished_run_stays_as_it_was_on_another_day(bank):
    assert bank.run() == dict.fromkeys(ALL, MONDAY)
    bank.today = TUESDAY
    assert bank.run() == {}
    assert bank.printed() == {"2026-11-02"}
    assert set(bank.index) == ALL


def test_a_run_that_was_killed_goes_on_under_its_own_date(bank):
    assert len(bank.killed(2)) == 2
    bank.today = TUESDAY
    made = bank.run()
    assert len(made) == 2
    assert set(made.values()) == {MONDAY}
    assert bank.printed() == {"2026-11-02"}


def test_a_failed_branch_is_made_again_under_the_date_of_the_others(bank):
    bank.failing = {"0102"}
    bank.run()
    bank.today, bank.failing = TUESDAY, set()
    assert bank.run() == {"0102": MONDAY}


def test_whatever_changes_the_inputs_makes_all_anew_under_the_new_day(bank):
    bank.run()
    bank.today, bank.aum_column = TUESDAY, "aum_spot_fen"
    assert bank.run() == dict.fromkeys(ALL, TUESDAY)
    assert bank.printed() == {"2026-11-03"}


def test_one_branch_of_changed_inputs_sets_the_date_of_all_that_follow(bank):
    bank.run()
    bank.today, bank.aum_column = TUESDAY, "aum_spot_fen"
    assert bank.run(only=["0101"]) == {"0101": TUESDAY, BANK: TUESDAY}
    assert set(bank.index) == {"0101", BANK}, "the index shows no report of another date"
    bank.today = WEDNESDAY
    assert bank.run() == {"0102": TUESDAY, "0103": TUESDAY}


def test_a_fresh_run_bears_its_own_day_and_going_on_with_it_leaves_none_of_the_earlier(bank):
    bank.run()
    bank.today = TUESDAY
    assert bank.killed(1, fresh=True) == {"0101": TUESDAY}
    bank.today = WEDNESDAY
    assert bank.run() == dict.fromkeys(ALL - {"0101"}, TUESDAY)
    assert bank.printed() == {"2026-11-03"}


def test_a_date_that_is_asked_for_is_that_of_all(bank):
    assert bank.run(printed=WEDNESDAY) == dict.fromkeys(ALL, WEDNESDAY)
    assert bank.run() == {}
    assert bank.run(printed=TUESDAY) == dict.fromkeys(ALL, TUESDAY)
    assert bank.run(printed=TUESDAY) == {}
    manifest = json.loads((bank.out / MANIFEST).read_text(encoding="utf-8"))
    assert (manifest["printed"], manifest["code"]) == ("2026-11-03", code_digest())
    assert not any(verify(bank.out).values())


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the clone that the kit takes for its own, and how to have it looked at anew."""
    clone = tmp_path / "clone"
    for name in ("kit", "notebooks", "templates"):
        shutil.copytree(resources.root() / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(resources.root() / "requirements.lock", clone)
    monkeypatch.setattr(resources, "_PACKAGE", clone / "kit")
    code_digest.cache_clear()
    yield clone
    monkeypatch.undo()
    code_digest.cache_clear()


CODE = ["kit/charts/tiers.py", "kit/features/customers.sql", "kit/schema/columns.csv", "notebooks/bank.ipynb",
        "templates/report/html/style.css", "requirements.lock"]  # fmt: skip


@pytest.mark.parametrize("name", CODE)
def test_a_changed_line_of_the_code_makes_the_reports_anew_under_one_date(name, bank, copied):
    bank.run()
    bank.today = TUESDAY
    (copied / "kit" / "charts" / "__pycache__").mkdir()
    (copied / "kit" / "charts" / "__pycache__" / "tiers.pyc").write_bytes(b"compiled")
    (copied / "templates" / ".left.swp").write_bytes(b"left by an editor")
    code_digest.cache_clear()
    assert bank.run() == {}, "of the same code the reports are kept"
    with (copied / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    code_digest.cache_clear()
    assert bank.run() == dict.fromkeys(ALL, TUESDAY)


def test_the_code_of_a_clone_is_the_code_of_its_copy(copied, monkeypatch):
    of_copy = code_digest()
    monkeypatch.setattr(resources, "_PACKAGE", Path(resources.__file__).parent)
    code_digest.cache_clear()
    assert code_digest() == of_copy


def test_an_installed_wheel_stands_on_the_versions_that_are_there(copied, monkeypatch):
    pinned = code_digest()
    (copied / "requirements.lock").unlink()
    code_digest.cache_clear()
    installed = code_digest()
    monkeypatch.setattr(resources, "version", lambda name: "0" if name == "pandas" else "1")
    code_digest.cache_clear()
    assert len({pinned, installed, code_digest()}) == 3
