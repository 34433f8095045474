import os
from pathlib import Path

import pytest

from kit.demo import Truth, write_bank
from kit.engagement import CONFIG, load
from kit.run.prepare import prepare

os.environ["BRANCH_KIT_LANGUAGE"] = "zh"
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the shared data is not beside the clone: {folder}")
    return folder


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A small synthetic bank: its folder and what was planted in it."""
    folder = tmp_path_factory.mktemp("bank")
    truth = write_bank(folder, branches=3, customers=400)
    (folder / CONFIG).write_text("bank: 示范农村商业银行\n", encoding="utf-8")
    return folder, truth


@pytest.fixture(scope="session")
def prepared(bank: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bank taken in, with features, assignment and plan: a run's folder without reports."""
    out = tmp_path_factory.mktemp("out")
    prepare(load(bank[0]), out, lambda _stage: None)
    return out
