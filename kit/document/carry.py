"""Blocks as JSON and back, without loss: how a notebook carries them from the kernel to the report."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from kit.document import blocks

MIME = "application/vnd.branch-kit.blocks+json"
_KINDS: dict[str, Any] = {name: kind for name, kind in vars(blocks).items() if is_dataclass(kind)}


def to_json(found: Iterable[blocks.Block]) -> list[Any]:
    """Lists, dictionaries, texts and numbers; whole numbers stay whole, and a date stays a date."""
    return [_packed(block) for block in found]


def from_json(data: list[Any]) -> tuple[blocks.Block, ...]:
    """The same blocks again.

    Raises
    ------
    KeyError, TypeError, ValueError
        Where they are none, as in a notebook that another program wrote.
    """
    return tuple(_unpacked(node) for node in data)


def _packed(node: Any) -> Any:
    if is_dataclass(node):
        return {"is": type(node).__name__, **{field.name: _packed(getattr(node, field.name)) for field in fields(node)}}
    if isinstance(node, date):
        return {"is": "date", "day": node.isoformat()}
    return [_packed(each) for each in node] if isinstance(node, tuple) else node


def _unpacked(node: Any) -> Any:
    if isinstance(node, list):
        return tuple(_unpacked(each) for each in node)
    if not isinstance(node, dict):
        return node
    if node["is"] == "date":
        return date.fromisoformat(node["day"])
    return _KINDS[node["is"]](**{name: _unpacked(value) for name, value in node.items() if name != "is"})
