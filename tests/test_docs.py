"""What the documents and the comments of the templates name is there: files, names of the code, commands."""

import importlib
import itertools
import re
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
import typer

from kit.cli import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), ROOT / "reports" / "README.md"]
TEMPLATES = [path for path in ROOT.glob("templates/**/*") if path.is_file()]
CODE = [*ROOT.glob("kit/**/*.py"), *ROOT.glob("notebooks/*.ipynb")]
FOLDERS = ("kit", "templates", "docs", "tests", "notebooks", "benchmarks", ".ci")
COMMANDS = typer.main.get_command(app).commands
TARGETS = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _each(paths):
    return pytest.mark.parametrize("path", paths, ids=[path.relative_to(ROOT).as_posix() for path in paths])


def _quoted(text):
    """What stands in backticks, and the lines of code."""
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    for block in blocks:
        text = text.replace(block, "")
    return [*re.findall(r"`([^`\n]+)`", text), *(line for block in blocks for line in block.splitlines())]


def _is_there(path):
    """``templates/wording/{zh,en}/<name>.yml``: whether there are such files, in both folders."""
    parts = re.split(r"\{([\w,]+)\}", path.rstrip("/"))
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    patterns = [re.sub(r"<[^>]*>|NN", "*", "".join(chosen)) for chosen in itertools.product(*choices)]
    return all(any(True for _ in ROOT.glob(pattern)) for pattern in patterns)


@_each([*DOCUMENTS, *TEMPLATES])
def test_every_path_is_there(path):
    folders = "|".join(map(re.escape, FOLDERS))
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(rf"(?<![\w/.<>-])((?:{folders})/[\w{{}},.*<>/-]*[\w*>}}/])", text))
    of_a_run = {name for name in named if name.startswith("notebooks/<branch>")}
    assert [name for name in sorted(named - of_a_run) if not _is_there(name)] == []


@_each(DOCUMENTS)
def test_every_file_is_there_by_its_name_and_every_link_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    known = {file.name for folder in FOLDERS for file in ROOT.glob(f"{folder}/**/*")} | {
        each.name for each in ROOT.iterdir()
    }
    kinds = r"[\w/.-]+\.(py|sql|csv|j2|typ|css|ipynb|yml|lock|toml)"
    assert sorted({Path(part).name for part in _quoted(text) if re.fullmatch(kinds, part)} - known) == []
    links = re.findall(r"\]\((?!#|\w+:)([^)#]+)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []


def _resolves(name):
    """Whether ``kit.planning.scripts.scripts`` can be imported, or is something of what can."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        with suppress(ModuleNotFoundError):
            found = importlib.import_module(".".join(parts[:length]))
            for part in parts[length:]:
                fields = getattr(found, "model_fields", None) or getattr(found, "__dataclass_fields__", {})
                found = getattr(found, part, fields.get(part))
            return found is not None
    return False


@_each([*DOCUMENTS, *TEMPLATES, *CODE])
def test_every_name_of_the_code_is_there(path):
    """As in: `kit.planning.word_sheet`; and `LISTS` of `kit/planning/lists.py`, `kit/run/executor.py:run`."""
    text = path.read_text(encoding="utf-8")
    names = set(re.findall(r"(?<!`)`(kit(?:\.\w+)+)`(?!`)", text))
    found = re.findall(r"((?:`[\w.]+`(?:, | or | and )?)+) (?:of|in) `(kit/[\w/]+)\.py`", text)
    of_modules = [(name, module) for quoted, module in found for name in re.findall(r"`([\w.]+)`", quoted)]
    of_modules += [(name, module) for module, name in re.findall(r"`(kit/[\w/]+)\.py:([\w.]+)`", text)]
    names |= {f"{module.removesuffix('/__init__').replace('/', '.')}.{name}" for name, module in of_modules}
    assert [name for name in sorted(names) if not _resolves(name)] == []


@_each([*DOCUMENTS, *ROOT.glob("templates/messages/*/*.yml")])
def test_every_command_with_its_options_and_every_target_exists(path):
    text = path.read_text(encoding="utf-8")
    for part in _quoted(text) if path.suffix == ".md" else text.splitlines():
        assert set(re.findall(r"\bmake ([a-z][\w-]*)", part)) <= TARGETS, part
        for command, rest in re.findall(r"(?<!the )(?<!another )\bkit (?!run kit)([a-z]+)([^#`]*)", part):
            assert command in COMMANDS, part
            assert set(re.findall(r"--[a-z-]+", rest)) <= _options(command), part


def _options(command):
    return {option for parameter in COMMANDS[command].params for option in parameter.opts if option[0] == "-"}


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_every_command_has_its_row_in_the_readme_and_no_option_that_it_has_not(name):
    rows = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.startswith("| `kit ")]
    told = {command: row for row in rows for command in re.findall(r"`kit (\w+)", row)}
    assert set(told) == set(COMMANDS)
    assert not [row for command, row in told.items() if not set(re.findall(r"--[a-z-]+", row)) <= _options(command)]
    assert set(re.findall(r"--[a-z]+", told["run"])) == _options("run")


def test_the_picture_of_the_rooms_is_that_of_the_layers():
    drawn = re.findall(r"^│ (.+?) +│ ", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.MULTILINE)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert drawn == settings["tool"]["importlinter"]["contracts"][0]["layers"]
