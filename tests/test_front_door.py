"""The package and its command, as they are met first."""

import importlib.metadata
import subprocess
import sys

import kit


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
