"""The package and its command, as they are met first."""

import importlib.metadata
import subprocess
import sys
from datetime import date

import pytest
from typer.testing import CliRunner

import kit
from kit.cli import app
from kit.engagement import CONFIG
from kit.run import executor


def _python(*args):
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, check=True, encoding="utf-8").stdout


def test_the_package_is_the_command():
    assert "from a bank's extracts" in " ".join(_python("-m", "kit", "--help").lower().split())


def test_the_version_is_that_of_what_is_installed():
    assert kit.__version__ == importlib.metadata.version("branch-kit")


def test_importing_the_kit_changes_nothing_and_a_run_does_not_wait_for_grammars_of_web_addresses():
    code = """
import sys
before = set(sys.modules)
import kit
assert set(sys.modules) - before == {"kit"}, set(sys.modules) - before
import kit.run.executor
assert "jsonschema" in sys.modules
assert not [name for name in sys.modules if name.startswith(("rfc3987_syntax", "lark"))]
import rfc3987_syntax.utils
"""
    _python("-c", code)


@pytest.mark.parametrize(
    ("said", "printed"), [([], None), (["--printed", "2026-11-02"], date(2026, 11, 2)), (["--printed", "2.11."], "no")]
)
def test_the_date_on_the_covers_can_be_said(said, printed, tmp_path, monkeypatch):
    asked = []

    def run(*_args, **options):
        asked.append(options["printed"])
        raise SystemExit

    monkeypatch.setattr(executor, "run", run)
    (tmp_path / CONFIG).write_text("bank: 甲银行\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["run", str(tmp_path), *said])
    assert asked == ([] if printed == "no" else [printed]), done.output
    assert (done.exit_code == 2) == (printed == "no")
