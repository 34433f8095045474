"""A mapping file: which source columns feed which canonical columns, and who confirmed it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from kit.errors import BadKey, BadMapping, BadValue, UnreadableFile, language
from kit.schema import schema

__all__ = ["POWERS", "Cell", "Confirmed", "Mapping", "load_mapping"]

# Power of ten that turns a unit into 分.
POWERS = {"分": 0, "角": 1, "元": 2, "百元": 4, "千元": 5, "万元": 6, "百万元": 8, "亿元": 10}
_NUMBERED = re.compile(r"[^{}]*\{(:0?\d{0,2}d?)?\}[^{}]*")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Strict):
    """Where a canonical column's text comes from: a source column, a constant, or the data row's number."""

    column: str | None = None
    value: str | None = None
    row_number: str | None = None
    unit: Literal["分", "角", "元", "百元", "千元", "万元", "百万元", "亿元"] | None = None
    values: dict[str, str] | None = None
    other: Literal["keep", "null"] | None = None
    missing: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_origin(self) -> Cell:
        if sum(origin is not None for origin in (self.column, self.value, self.row_number)) != 1:
            raise ValueError("column | value | row_number")
        if self.row_number is not None and not _NUMBERED.fullmatch(self.row_number):
            raise ValueError("row_number: C{:06d}")
        if self.other is not None and self.values is None:
            raise ValueError("other → values")
        return self


class Confirmed(_Strict):
    """Who answered for a mapping, and when."""

    by: str
    on: dt.date


def _cell(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


class Mapping(_Strict):
    """One mapping file.

    ``file`` is a path relative to the engagement folder, or a pattern inside ``extracts/``; ``tables`` holds
    for each canonical table its columns and their source.
    """

    file: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    tables: dict[str, dict[str, Annotated[Cell, BeforeValidator(_cell)]]]
    confirmed: Confirmed | None = None

    @model_validator(mode="after")
    def _one_character(self) -> Mapping:
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise ValueError("delimiter: , ; | or tab")
        return self


class _TextLoader(yaml.BaseLoader):
    """YAML in which every scalar is text (``no`` and ``0101`` stay so) and no key is given twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  # yaml's own signature
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key} ×2", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def load_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises
    ------
    UnreadableFile
        If it is no YAML.
    BadKey, BadValue
        If a key is unknown or a value has the wrong type.
    BadMapping
        If it names a table or a column that the schema does not have.
    """
    try:
        given = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_TextLoader)  # noqa: S506  # makes text only
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        reason = f"YAML, {_say('第 {} 行', 'line {}').format(line)}: {error.problem}"
        raise UnreadableFile(path=path, reason=reason) from error
    except (UnicodeError, yaml.YAMLError) as error:
        raise UnreadableFile(path=path, reason="YAML, UTF-8") from error
    try:
        mapping = Mapping.model_validate(given if given is not None else {})
    except ValidationError as error:
        raise _explained(path, error) from error
    for table, columns in mapping.tables.items():
        if table not in schema():
            raise BadMapping(path=path, place="tables", name=table, known=tuple(schema()))
        for column in columns:
            if column not in schema()[table].columns:
                known = tuple(schema()[table].columns)
                raise BadMapping(path=path, place=f"tables.{table}", name=column, known=known)
    return mapping


def _say(zh: str, en: str) -> str:
    return zh if language() == "zh" else en


def _explained(path: Path, error: ValidationError) -> BadKey | BadValue:
    """First complaint of pydantic as an error of ours."""
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    place = ".".join(where)
    if first["type"] == "extra_forbidden":
        inner: dict[str, type[BaseModel]] = {"tables": Cell, "confirmed": Confirmed}
        model = inner.get(where[0], Mapping) if len(where) > 1 else Mapping
        return BadKey(path=path, place=place, name=where[-1], known=tuple(model.model_fields))
    kinds = {
        "missing": _say("必填", "a value"),
        "string_type": _say("文字", "text"),
        "dict_type": _say("键值表", "a table of keys and values"),
        "model_type": _say("列名或键值表", "a column's name or a table of keys"),
        "tuple_type": _say("列表", "a list"),
        "literal_error": str(first.get("ctx", {}).get("expected", "")),
        "value_error": str(first.get("ctx", {}).get("error", "")),
    }
    expected = kinds.get(first["type"]) or (_say("日期", "a date") if "date" in first["type"] else first["msg"])
    value = _say("空的", "empty") if first["type"] == "missing" else repr(first["input"])[:60]
    return BadValue(path=path, place=place or "—", value=value, expected=expected)
