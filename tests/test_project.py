import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml
from mypy import api as mypy

ROOT = Path(__file__).resolve().parents[1]


def _script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_environment_and_lock_hold_the_same_pins():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    assert len(listed) > 100
    assert listed == _script("lock").pins(lock)


def test_every_pin_has_a_hash_and_no_line_an_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index" not in lock
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", lock.strip()))


def test_a_misspelt_method_of_a_data_frame_is_refused(tmp_path):
    module = tmp_path / "module.py"
    lines = [
        "import pandas as pd",
        "def right(customers: pd.DataFrame) -> object:",
        '    return customers.groupby("a")',
        "def wrong(customers: pd.DataFrame) -> object:",
        '    return customers.groupbyy("a")',
    ]
    module.write_text("\n".join([*lines, ""]), encoding="utf-8")
    # The cache of `make check`: whichever comes first reads the stubs, which takes twenty seconds, for both.
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    said, _, refused = mypy.run([*settings, str(module)])
    assert refused
    assert re.fullmatch(r".*module\.py:5: error: .+\nFound 1 error in 1 file .+\n", said), said


def test_the_table_of_requirements_is_that_of_the_code():
    made = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    assert made == _script("requirements").document(), "run `make requirements`"


def test_what_computes_a_requirement_is_shown_in_a_chapter():
    script = _script("requirements")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in script.table().splitlines()]
    assert len(rows) == 120
    assert set(script.functions()) <= {int(number) for number, *_ in rows}
    assert not [row for row in rows if row[2] and not row[3]]


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_chapter_notebook_is_thin_and_has_its_parameters_tagged(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert sum("parameters" in cell["metadata"].get("tags", []) for cell in code) == 1
    for cell in code:
        lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
        named_first = [line for line in lines if line.startswith("from kit.")]  # what it works with
        assert len(lines) - len(named_first) <= 5
        assert not any(line.startswith(("def ", "class ", "for ")) for line in lines)
