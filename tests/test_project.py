import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]


def _lock_module():
    spec = importlib.util.spec_from_file_location("lock", ROOT / ".ci" / "lock.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_environment_and_lock_hold_the_same_pins():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    assert len(listed) > 100
    assert listed == _lock_module().pins(lock)


def test_every_pin_has_a_hash_and_no_line_an_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", lock.strip()))


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_chapter_notebook_is_thin_and_has_its_parameters_tagged(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in code) == 1
    for cell in code:
        lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
        assert len(lines) <= 5
        assert not any(line.startswith(("def ", "class ", "for ")) for line in lines)


def test_commands_of_the_readme_exist():
    from kit.cli import app

    known = {command.callback.__name__ for command in app.registered_commands}
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        used = set(re.findall(r"^kit (\w+)", text, re.MULTILINE))
        assert used, name
        assert used <= known
