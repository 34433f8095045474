"""What the documents and the comments of the templates name is there: files, names of the code, commands and their options."""

import importlib
import itertools
import re
from pathlib import Path

import pytest
import typer

from kit.cli import app

ROOT = Path(__file__).resolve().parents[1]
_TEXTS = (".csv", ".css", ".ipynb", ".j2", ".json", ".md", ".py", ".sql", ".typ", ".yml")
_FOLDERS = ("kit", "templates", "docs", "tests", "notebooks", "benchmarks", ".ci")
DOCUMENTS = [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), ROOT / "reports" / "README.md"]
TEMPLATES = [path for path in ROOT.glob("templates/**/*") if path.suffix in _TEXTS]
CODE = [*ROOT.glob("kit/**/*.py"), *ROOT.glob("notebooks/*.ipynb")]


def _ids(paths):
    return [path.relative_to(ROOT).as_posix() for path in paths]


def _files():
    skipped = {".venv", ".git", "reports", "demo"}
    return [
        path.relative_to(ROOT).as_posix()
        for top in ROOT.iterdir()
        if top.name not in skipped
        for path in ([top] if top.is_file() else top.rglob("*"))
        if "__pycache__" not in path.parts
    ]


FILES = _files()


def _expanded(path):
    """``templates/wording/{zh,en}/<name>.yml`` as the patterns of the files that it means."""
    parts = re.split(r"\{([\w,]+)\}", path)
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    return [re.sub(r"<[^>]*>|NN|…", "*", "".join(chosen)) for chosen in itertools.product(*choices)]


def _is_there(path):
    return any(True for _ in ROOT.glob(path.rstrip("/"))) if path else False


def _paths(text):
    folders = "|".join(map(re.escape, _FOLDERS))
    yield from re.findall(rf"(?<![\w/.<>-])((?:{folders})/[\w{{}},.*<>/-]*[\w*>}}/])", text)


def _quoted(text):
    """What stands in backticks, and the lines of code."""
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [*re.findall(r"`([^`\n]+)`", rest), *(line for block in blocks for line in block.splitlines())]


@pytest.mark.parametrize("path", [*DOCUMENTS, *TEMPLATES], ids=_ids([*DOCUMENTS, *TEMPLATES]))
def test_every_path_is_there(path):
    text = path.read_text(encoding="utf-8")
    named = {*_paths(text)} - {"notebooks/"}  # of a run
    assert [name for name in sorted(named) if not all(map(_is_there, _expanded(name)))] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=_ids(DOCUMENTS))
def test_every_file_is_there_by_its_name_and_every_link_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    made = {"customers.parquet"}
    known = {Path(name).name for name in FILES} | made
    named = {
        Path(part).name for part in _quoted(text) if re.fullmatch(r"[\w/.-]+\.(py|sql|csv|j2|typ|css|ipynb|yml)", part)
    }
    assert sorted(named - known) == []
    links = re.findall(r"\]\((?!#|\w+:)([^)#]+)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []


def _resolves(name):
    """Whether ``kit.planning.scripts.scripts`` can be imported or is an attribute of what can."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            fields = getattr(found, "model_fields", None) or getattr(found, "__dataclass_fields__", {})
            if part in fields:
                found = fields[part]
            elif hasattr(found, part):
                found = getattr(found, part)
            else:
                return False
        return True
    return False


@pytest.mark.parametrize("path", [*DOCUMENTS, *TEMPLATES, *CODE], ids=_ids([*DOCUMENTS, *TEMPLATES, *CODE]))
def test_every_name_of_the_code_is_there(path):
    text = path.read_text(encoding="utf-8")
    named = {*re.findall(r"`(kit(?:\.\w+)+)(?:\(\))?`", text)} - {"kit.run_script"}
    assert [name for name in sorted(named) if not _resolves(name)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=_ids(DOCUMENTS))
def test_every_name_of_a_module_is_there(path):
    """``NAME`` of ``kit/planning/lists.py``; ``kit/run/executor.py``: ``run``."""
    text = path.read_text(encoding="utf-8")
    of_module = [
        (name, module)
        for names, module in re.findall(r"((?:`[\w.]+`(?:, | or | and )?)+) (?:of|in) `(kit/[\w/]+)\.py`", text)
        for name in re.findall(r"`([\w.]+)`", names)
    ]
    of_module += [(name, module) for module, name in re.findall(r"`?\b(kit/[\w/]+)\.py:(\w[\w.]*)", text)]
    missing = [(name, module) for name, module in of_module if not _resolves(f"{module.replace('/', '.')}.{name}")]
    assert missing == []


COMMANDS = typer.main.get_command(app).commands


@pytest.mark.parametrize("path", DOCUMENTS, ids=_ids(DOCUMENTS))
def test_every_command_and_option_exists(path):
    quoted = _quoted(path.read_text(encoding="utf-8"))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    made = {target for part in quoted for target in re.findall(r"\bmake ([a-z][\w-]*)", part)}
    assert sorted(made - targets) == []
    for part in quoted:
        for command, rest in re.findall(r"(?:^|[;\s]|\\)kit ([a-z]\w*)([^#`]*)", part):
            assert command in COMMANDS, part
            options = {option for parameter in COMMANDS[command].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options, part


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_every_command_has_a_row_of_the_readme_with_its_options(name):
    rows = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.startswith("| `kit ")]
    told = {command: row for row in rows for command in re.findall(r"`kit (\w+)", row)}
    assert set(told) == set(COMMANDS)
    for command, row in told.items():
        options = {option for parameter in COMMANDS[command].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", row)) <= options, row
