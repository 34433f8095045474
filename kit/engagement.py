"""``engagement.yml``: what a consultant says of one bank. Typed, frozen; an unknown key is an error."""

import json
import os
import re
import secrets as randomness
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from textwrap import shorten
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kit.errors import BadKey, BadValue, MissingFile, UnknownName, nearest
from kit.messages import message
from kit.params import YUAN, ControlTotal, Params
from kit.resources import notebooks, read_yaml, templates
from kit.schema import HOME, currencies, schema

CONFIG = "engagement.yml"
_SECRETS = ".secrets"


class _File(BaseModel):
    """The keys of ``engagement.yml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str | None = Field(default=None, min_length=1)
    bank: str = Field(min_length=1)
    profile: str = "rural-postal"
    language: Literal["zh", "en"] = "zh"
    as_of: date | None = None
    printed: date | None = None
    chapters: tuple[str, ...] = Field(default=(), strict=False)
    control_totals: dict[str, Any] = Field(default_factory=dict)
    rates: dict[str, Any] = Field(default_factory=dict)
    params: dict[str, Any] = Field(default_factory=dict)


class Secrets(BaseModel):
    """The engagement's key and password; kept beside ``engagement.yml``, never in the output tree.

    ``extracts`` are the passwords of encrypted files that the bank sent, by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    password: str
    extracts: dict[str, str] = Field(default_factory=dict)


class Engagement(BaseModel):
    """One bank's engagement, ready to run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    name: str
    bank: str
    language: Literal["zh", "en"]
    chapters: tuple[str, ...]
    params: Params
    control_totals: tuple[ControlTotal, ...] = ()
    rates: dict[str, Decimal] = Field(default_factory=dict)

    @cached_property
    def secrets(self) -> Secrets:
        """Key and password, made at the first need; ``BRANCH_KIT_PASSWORD`` overrides the password."""
        kept = _secrets(self.folder)
        asked = os.environ.get("BRANCH_KIT_PASSWORD")
        return kept.model_copy(update={"password": asked}) if asked else kept

    def password(self, path: Path) -> str | None:
        """Password of an encrypted workbook: kept in ``.secrets``, our own of a returned one, or the environment's."""
        from kit.intake.readers.kinds import opens  # noqa: PLC0415 - most commands read no workbook

        kept, own = self.secrets.extracts.get(path.name), self.secrets.password
        return kept or (own if opens(path, own) else os.environ.get("BRANCH_KIT_EXTRACT_PASSWORD"))


def _secrets(folder: Path) -> Secrets:
    path = folder / _SECRETS
    if path.exists():
        return Secrets(**json.loads(path.read_text(encoding="utf-8")))
    made = Secrets(key=randomness.token_hex(32), password=randomness.token_urlsafe(9))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(made.model_dump_json())
    return made


def profiles() -> list[str]:
    """Names of the profiles that come with the kit."""
    return sorted(path.stem for path in (templates() / "profiles").glob("*.yml"))


def profile(name: str) -> dict[str, Any]:
    """Thresholds of a profile, with those of the one it extends under them."""
    path = templates() / "profiles" / f"{name}.yml"
    if name not in profiles():
        raise UnknownName(kind=message("errors.kind.profile"), name=name, known=profiles())
    content = read_yaml(path)
    base = content.pop("extends", None)
    return _merged(profile(base) if base else {}, content)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return base | {
        key: _merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
        for key, value in over.items()
    }


def chapter_notebooks() -> dict[str, Path]:
    """Chapter name → its notebook, in reading order: ``02_concentration.ipynb`` is ``concentration``."""
    return {path.stem.partition("_")[2]: path for path in sorted(notebooks().glob("[0-9][0-9]_*.ipynb"))}


_EXPECTED = ("string", "date", "int", "float", "dict", "tuple", "missing", "literal", "greater", "less")


def _raise(error: ValidationError, path: Path, model: type[BaseModel], prefix: str = "") -> None:
    """The first fault of a configuration as one message with file, place, expectation and nearest match."""
    fault = error.errors()[0]
    place = prefix + ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        fields: Any = model
        for part in fault["loc"][:-1]:
            fields = (
                getattr(fields.model_fields.get(part), "annotation", None) if hasattr(fields, "model_fields") else None
            )
        known = tuple(getattr(fields, "model_fields", {}))
        raise BadKey(path=path, place=place, name=str(fault["loc"][-1]), known=known) from None
    expected = str(fault["msg"]).removeprefix("Value error, ")
    if kind := next((each for each in _EXPECTED if fault["type"].startswith(each)), None):
        expected = message(f"errors.expected.{kind}", expected=fault.get("ctx", {}).get("expected", ""))
    if fault["type"] == "literal_error":
        hint = nearest(str(fault["input"]), re.findall(r"'([^']*)'", fault["ctx"]["expected"]))
        expected += f" ({hint})"
    value = "—" if fault["type"] == "missing" else shorten(repr(fault["input"]), 80, placeholder=" …")
    raise BadValue(path=path, place=place or "params", value=value, expected=expected) from None


def _control_total(path: Path, name: str, value: object) -> ControlTotal:
    """The bank's own figure: ``customer: 30000`` in rows, ``customer_month.aum_spot: 1234567.89`` in 元."""
    place = f"control_totals.{name}"
    table, _, column = name.partition(".")
    money = {c.id for t in schema().values() for c in t.columns.values() if t.id == table and c.type == "money"}
    if column and column not in money:
        column = f"{column}_fen"
    if table not in schema() or (column and column not in money):
        known = [*schema(), *(f"{table}.{c.removesuffix('_fen')}" for c in sorted(money))]
        raise BadKey(path=path, place=place, name=name, known=known)
    try:
        number = Decimal(str(value).replace(",", ""))
        stated = number * YUAN if column else number
        exact = not isinstance(value, bool) and stated == int(stated)
    except (InvalidOperation, ValueError, OverflowError):
        exact = False
    if not exact:
        expected = message("errors.expected.yuan" if column else "errors.expected.rows")
        raise BadValue(path=path, place=place, value=repr(value), expected=expected)
    return ControlTotal(table=table, column=column, stated=int(stated))


def _rate(path: Path, name: str, value: object) -> tuple[str, Decimal]:
    """元 for one of another currency, by its code or any of the bank's words for it: ``USD: 7.1``."""
    place, codes = (
        f"rates.{name}",
        {word.upper(): code for code, words in currencies().items() for word in (code, *words)},
    )
    code = codes.get(name.strip().upper(), HOME)
    if code == HOME:
        raise BadKey(path=path, place=place, name=name, known=[each for each in currencies() if each != HOME])
    plain = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,8})?", plain) or not Decimal(plain):
        raise BadValue(path=path, place=place, value=repr(value), expected=message("errors.expected.rate"))
    return code, Decimal(plain)


def load(folder: Path) -> Engagement:
    """Read ``folder/engagement.yml``.

    Raises
    ------
    MissingFile, BadKey, BadValue, UnknownName
        With the file, the place in it, what was expected and the nearest match.
    """
    path = folder / CONFIG
    if not path.is_file():
        raise MissingFile(path=path, need=message("errors.need.engagement", file=CONFIG, folder=folder))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第 {mark.line + 1} 行 / line {mark.line + 1}" if mark else "—"
        raise BadValue(path=path, place=place, value="…", expected="YAML (UTF-8)") from None
    if not isinstance(content, dict):
        raise BadValue(path=path, place="—", value=type(content).__name__, expected="bank: …")
    try:
        stated = _File(**content)
    except ValidationError as error:
        _raise(error, path, _File)
    try:
        dates = {name: day for name in ("as_of", "printed") if (day := getattr(stated, name))}
        overrides = {**stated.params, **dates}
        params = Params(**_merged(profile(stated.profile), overrides), profile=stated.profile)
    except ValidationError as error:
        _raise(error, path, Params, "params.")
    known = chapter_notebooks()
    for chapter in stated.chapters:
        if chapter not in known:
            raise UnknownName(kind=message("errors.kind.chapter"), name=chapter, known=known)
    return Engagement(
        folder=folder,
        name=stated.name or folder.resolve().name,
        bank=stated.bank,
        language=stated.language,
        chapters=stated.chapters or tuple(known),
        params=params,
        rates=dict(_rate(path, name, value) for name, value in stated.rates.items()),
        control_totals=tuple(_control_total(path, name, value) for name, value in stated.control_totals.items()),
    )
