import ast
import importlib
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

import kit
from kit import engagement
from kit.errors import KitError, MissingFile, UnknownName, nearest
from kit.messages import LANGUAGES, listed, message, messages
from kit.resources import templates

FILES = sorted(path.stem for path in (templates() / "messages" / "zh").glob("*.yml"))
MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in Path(kit.__file__).parent.rglob("*.py")}
DERIVED = {"hint", "listed", "count"}  # made of an error's facts, see `KitError.details`


def slots(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def every_key():
    return {f"{file}.{path}": text for file in FILES for path, text in messages(file, "en").items()}


def calls(*names):
    """Calls of functions and classes of the kit by name: the name, what they are given in order, and their keywords."""
    for tree in MODULES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                given = {keyword.arg for keyword in node.keywords}
                yield node.func.id, node.args or [None], given


def kinds(kind=KitError):
    for module in pkgutil.walk_packages(kit.__path__, "kit."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    known, left = [], [kind]
    while left:
        known.append(left.pop())
        left += known[-1].__subclasses__()
    return {each.__name__: each for each in known if each.__module__.startswith("kit.")}


def test_both_languages_have_the_same_files():
    assert sorted(path.stem for path in (templates() / "messages" / "en").glob("*.yml")) == FILES


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_keys_and_slots(file):
    zh, en = (messages(file, language) for language in LANGUAGES)
    assert set(zh) == set(en)
    assert not {key for key in zh if slots(zh[key]) != slots(en[key])}


def test_a_sentence_that_is_called_for_is_there_and_gets_its_facts():
    known = every_key()
    for _, (key, *_), given in calls("message"):
        if isinstance(key, ast.Constant):
            assert key.value in known
            assert slots(known[key.value]) <= given or None in given, key.value


def test_no_sentence_lies_unused():
    used, begun = set(), {"errors."}
    for _, (key, *_), _ in calls("message"):
        literals = [n.value for n in ast.walk(key) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        (begun if isinstance(key, ast.JoinedStr) else used).update(literals[:1] if "." in literals[0] else ())
        used.update(literals)
    left = {key for key in every_key() if key not in used and not any(key.startswith(b) for b in begun - {"errors."})}
    assert {key for key in left if not (key.startswith("errors.") and key.count(".") == 1)} == set()


@pytest.mark.parametrize(("kind", "prefix"), [("Notice", "intake.notice"), ("Evidence", "questions.evidence")])
def test_what_a_person_is_told_has_a_sentence(kind, prefix):
    named = {key.value for _, (key, *_), _ in calls(kind) if isinstance(key, ast.Constant)}
    assert named
    assert {f"{prefix}.{code}" for code in named} <= set(every_key())


def test_why_a_file_cannot_be_read_has_a_sentence_with_its_facts():
    known, found = every_key(), list(calls("unreadable"))
    assert len(found) > 15
    for _, (_, why), given in found:
        if isinstance(why, ast.Constant):
            assert slots(known[f"intake.unreadable.{why.value}"]) == given
    assert {f"intake.unreadable.{why}" for why in ("memory", "time", "crash")} <= set(known)  # as `worker` says


@pytest.mark.parametrize("kind", engagement._EXPECTED)
def test_what_a_configuration_expects_has_a_sentence(kind):
    assert f"errors.expected.{kind}" in every_key()


def test_every_error_has_a_sentence_and_every_sentence_an_error():
    known = {key for key in messages("errors", "zh") if "." not in key}
    found = kinds()
    assert known <= set(found)
    for name, kind in found.items():
        assert name in known or name == "NoData" or kind.__base__ is not KitError or "__str__" in vars(kind), name


def test_an_error_is_raised_with_the_facts_that_its_sentence_needs():
    known = {name: slots(text) for name, text in messages("errors", "zh").items() if "." not in name}
    raised = list(calls(*known))
    assert len(raised) > 40
    for name, _, given in raised:
        assert known[name] - DERIVED <= given or None in given, (name, given)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_that_lacks_a_fact_still_says_what_it_can(language):
    assert "a.csv" in MissingFile(path="a.csv").sentence(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_survives_pickling_and_speaks_the_readers_language(monkeypatch, language):
    monkeypatch.setenv("BRANCH_KIT_LANGUAGE", language)
    error = pickle.loads(pickle.dumps(UnknownName(kind="x", name="0101", known=["0102"])))
    assert "0102" in str(error)
    assert ("There is no" in str(error)) == (language == "en")


def test_an_error_without_a_sentence_of_its_own_has_that_of_its_kind():
    class Special(MissingFile):
        pass

    assert Special(path="p", need="n").sentence("en") == "p is not there: n."


def test_a_fact_is_never_taken_for_a_template():
    assert MissingFile(path="{need}", need="{path}").sentence("en") == "{need} is not there: {path}."


def test_a_misspelt_name_gets_the_nearest_and_a_strange_one_all_of_them():
    assert nearest("costomer", ["customer", "branch"], in_language="en") == "Did you mean “customer”?"
    assert nearest("zzz", ["a", "b"], in_language="zh") == "可用的有：a、b。"
    assert nearest("zzz", [], in_language="zh") == ""


def test_names_are_listed_as_the_language_does_and_the_first_of_many():
    assert listed(["a", "b"], in_language="zh") == "a、b"
    assert listed(list("abc"), 2, in_language="en") == "a, b …"
    assert message("cli.rows", in_language="en", rows=3) == "3 rows"


def test_the_help_of_the_command_loads_no_sentence():
    code = "import sys, kit.cli; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
