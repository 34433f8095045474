"""Write docs/requirements.md: where each requirement is computed, shown and tested. `make requirements` runs it.

The requirements are docs/requirements.csv. A public function of kit says in its docstring which it computes, as in
``(R13, R75)``; the chapters and tests are those that call it, and a list of customers is in the branch's
workbook; what a report or a workbook writes by itself is in the workbooks.
"""

import ast
import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_MARK = re.compile(r"\(R\d+(?:, R\d+)*\)")


def functions() -> dict[int, list[str]]:
    """Requirement → the functions that compute it, as ``analysis.tiers.tiers``."""
    found = defaultdict(list)
    for path in sorted((ROOT / "kit").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT / "kit").with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                for number in re.findall(r"\d+", " ".join(_MARK.findall(ast.get_docstring(node) or ""))):
                    found[int(number)].append(f"{module}.{node.name}")
    return found


def _called(source: str) -> set[str]:
    """Names of the kit's functions that a source calls, imported themselves or with their module."""
    nodes = list(ast.walk(ast.parse(source)))
    imports = (n for n in nodes if isinstance(n, ast.ImportFrom) and (n.module or "").split(".")[0] == "kit")
    known = {alias.asname or alias.name for node in imports for alias in node.names}
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    own = {call.id for call in calls if isinstance(call, ast.Name)} & known
    return own | {c.attr for c in calls if isinstance(c, ast.Attribute) and getattr(c.value, "id", "") in known}


def _sources() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path.stem, "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        yield path.relative_to(ROOT / "tests").as_posix(), path.read_text(encoding="utf-8")


def table() -> str:
    callers = defaultdict(list)
    for caller, source in _sources():
        for name in _called(source):
            callers[name].append(caller)
    known, rows = functions(), []
    with (ROOT / "docs" / "requirements.csv").open(encoding="utf-8", newline="") as file:
        for each in csv.DictReader(file):
            computed = known.get(int(each["number"]), [])
            listed = ["the lists"] * any(name.endswith("_list") for name in computed)
            listed += ["the workbooks"] * any(name.startswith(("report.", "workbooks.")) for name in computed)
            seen = sorted({caller for name in computed for caller in callers[name.rpartition(".")[2]]})
            cells = (
                each["number"],
                " · ".join(filter(None, (each["requirement"], each["quotation"]))),
                ", ".join(f"`{name}`" for name in computed),
                ", ".join([caller for caller in seen if not caller.endswith(".py")] + listed),
                ", ".join(caller for caller in seen if caller.endswith(".py")),
            )
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def document() -> str:
    return f"""# The requirements, and where each is met

Made by `make requirements` from requirements.csv, the docstrings, the notebooks and the tests; a test holds it to them.

| # | requirement | function | chapter | test |
|---|---|---|---|---|
{table()}
"""


if __name__ == "__main__":
    (ROOT / "docs" / "requirements.md").write_text(document(), encoding="utf-8")
