"""A mapping file: which source columns feed which canonical columns, and who confirmed it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kit.errors import BadKey, BadMapping, BadValue, UnreadableFile
from kit.messages import message
from kit.schema import schema

# Power of ten that turns a unit into 分.
POWERS = {"分": 0, "角": 1, "元": 2, "百元": 4, "千元": 5, "万元": 6, "百万元": 8, "亿元": 10}
_NUMBERED = re.compile(r"[^{}]*\{(:0?\d{0,2}d?)?\}[^{}]*")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Cell(_Strict):
    """Where a canonical column's text comes from.

    A source column (``nth`` of those with this label, from 1), a constant, the data row's number, or the name of the
    ``sheet`` or of the ``file``: a branch's. ``meaning`` records what an ambiguous label was said to mean, ``blank``
    what an empty flag was.
    """

    column: str | None = None
    nth: int | None = Field(default=None, ge=1)
    value: str | None = None
    row_number: str | None = None
    named_by: Literal["sheet", "file"] | None = Field(default=None, alias="from")
    meaning: str | None = None
    unit: Literal["分", "角", "元", "百元", "千元", "万元", "百万元", "亿元"] | None = None
    values: dict[str, str] | None = None
    other: Literal["keep", "null"] | None = None
    missing: tuple[str, ...] = ()
    blank: Literal["no", "unknown"] | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Cell:
        if sum(origin is not None for origin in (self.column, self.value, self.row_number, self.named_by)) != 1:
            raise ValueError("column | value | row_number | from")
        if self.row_number is not None and not _NUMBERED.fullmatch(self.row_number):
            raise ValueError("row_number: C{:06d}")
        if self.other is not None and self.values is None:
            raise ValueError("other → values")
        return self


class Confirmed(_Strict):
    """Who answered for a mapping, and when."""

    by: str
    on: dt.date


_Cell = Annotated[Cell, BeforeValidator(lambda given: {"column": given} if isinstance(given, str) else given)]


class Mapping(_Strict):
    """One mapping file.

    ``file`` is a path relative to the engagement folder, or a pattern inside ``extracts/``; ``sheet`` a name or a
    pattern, the first sheet if it is not said; ``tables`` holds for each canonical table its columns and their source,
    none if the sheet is not to be read. ``left_out`` are columns that no extract may hold and whose cells are
    not read. ``headers`` are all labels of the layout that was answered about, in its file
    of this ``sha256``, with its header in ``header_row``; ``ignored`` those that feed nothing.
    """

    file: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sha256: str | None = None
    header_row: int | None = Field(default=None, ge=1)
    headers: tuple[str, ...] | None = None
    tables: dict[str, dict[str, _Cell]]
    ignored: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
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
        reason = message("intake.unreadable.line", line=line, problem=error.problem)
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


class _Dumper(yaml.SafeDumper):
    """Text that is not ASCII as it is; short lists and cells on one line; quotes where a reader would see no text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # yaml's own signature
        return True


def _scalar(dumper: yaml.SafeDumper, text: str) -> Any:
    """A text, bare where another reader of YAML does not take it for a number, a date, yes or no."""
    try:
        bare = yaml.safe_load(text) == text
    except yaml.YAMLError:
        bare = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if bare else "'")


_Dumper.add_representer(str, _scalar)


def _written(value: Any) -> str:
    text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**9)
    return text.removesuffix("\n").removesuffix("\n...")


def _dumped(model: _Strict) -> dict[str, Any]:
    return model.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True, mode="json")


def save_mapping(path: Path, mapping: Mapping) -> None:
    """Write a mapping as a person would: keys in the order of the model, a line a column, Chinese as it is."""
    given, lines = _dumped(mapping), []
    for key in Mapping.model_fields:
        if key == "tables":
            lines.append("tables:" if mapping.tables else "tables: {}")
            for table, cells in mapping.tables.items():
                lines.append(f"  {table}:" if cells else f"  {table}: {{}}")
                for column, cell in cells.items():
                    entry = _dumped(cell)
                    lines.append(f"    {column}: {_written(entry['column'] if set(entry) == {'column'} else entry)}")
        elif key in given:
            lines.append(f"{key}: {_written(given[key])}")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text("\n".join([*lines, ""]), encoding="utf-8")
    temporary.replace(path)


def _explained(path: Path, error: ValidationError) -> BadKey | BadValue:
    """First complaint of pydantic as an error of ours."""
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    place = ".".join(where)
    if first["type"] == "extra_forbidden":
        inner: dict[str, type[BaseModel]] = {"tables": Cell, "confirmed": Confirmed}
        model = inner.get(where[0], Mapping) if len(where) > 1 else Mapping
        return BadKey(
            path=path, place=place, name=where[-1], known=tuple(f.alias or key for key, f in model.model_fields.items())
        )
    kind, context = "date" if "date" in first["type"] else first["type"], first.get("ctx", {})
    expected = str(context.get("expected") or context.get("error") or first["msg"])
    if kind in {"missing", "string_type", "dict_type", "model_type", "tuple_type", "date"}:
        expected = message(f"intake.expected.{kind}")
    value = message("intake.expected.nothing") if kind == "missing" else repr(first["input"])[:60]
    return BadValue(path=path, place=place or "—", value=value, expected=expected)
