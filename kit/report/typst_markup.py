"""Markdown and HTML of a notebook as plain data: the blocks that ``templates/report/typst/report.typ`` draws.

No Typst code is written here. Text stays text from the notebook to the page, so nothing that a client typed
can be read as mark-up. A block is a dictionary with its kind in ``t``; running text is a list of strings and
of such dictionaries. Markdown becomes HTML first: one reader serves both.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import mistune
from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString
from bs4.exceptions import ParserRejectedMarkup

from kit.report.typst_table import Block, Inline, breakable, plain, set_table, wide

__all__ = ["IMAGE_TYPES", "Block", "Inline", "Reader", "code_block", "image_bytes", "plain"]

# Mime types of images, the best first, with the bytes that each kind of file starts with.
IMAGE_TYPES = {
    "image/svg+xml": b"",
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
_DEEPEST = 6  # lists and quotes nested further are drawn at this level: Typst bounds its own depth
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS.union(
    *(
        line.split()
        for line in (
            "address article aside blockquote body center dd details div dl dt figcaption figure footer form",
            "header hr html li main nav ol p pre section summary table ul",
        )
    )
)
_INVISIBLE = frozenset({"head", "link", "meta", "noscript", "script", "style", "template", "title"})
_MARKS = {"b": "strong", "strong": "strong", "em": "em", "i": "em", "s": "del", "del": "del"}
_to_html = mistune.create_markdown(
    renderer=mistune.HTMLRenderer(escape=False, allow_harmful_protocols=True),  # what is harmful is dropped below
    plugins=["table", "strikethrough", "task_lists", "math"],
)


def code_block(text: str, lang: str | None = None) -> Block:
    """Text as it was typed, in the colours of its language if that is known."""
    return {"t": "code", "text": breakable(text.rstrip("\n"), 80), "lang": lang}


def image_bytes(data: Any, mime: str) -> bytes | None:
    """Bytes of an image as a notebook stores it (SVG as text, others in base64); None if it is none."""
    text = "".join(data) if isinstance(data, list) else str(data)
    found = text.encode("utf-8", "replace") if mime == "image/svg+xml" else _decoded(text)
    return found if found and mime in IMAGE_TYPES and found.startswith(IMAGE_TYPES[mime]) else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text)
    except ValueError:
        return None


class Reader:
    """Reads Markdown and HTML into blocks.

    Parameters
    ----------
    keep
        Takes the bytes and the mime type of an image and returns the path under which Typst finds it.
    """

    def __init__(self, keep: Callable[[bytes, str], str]) -> None:
        self.keep = keep
        self.attachments: Mapping[str, Any] = {}

    def markdown(self, source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> list[Block]:
        """Blocks of CommonMark with tables, strike-through and task lists; mathematics is shown as typed.

        ``attachments`` are a Markdown cell's images: file name → {mime type: base64}.
        """
        self.attachments = attachments or {}
        return self._read(str(_to_html(source)), depth=0)

    def html(self, source: str) -> list[Block]:
        """Blocks of an HTML output; its headings are not those of the document."""
        self.attachments = {}
        return self._read(source, depth=1)

    def _read(self, source: str, *, depth: int) -> list[Block]:
        try:  # without a tag in front, bs4 takes some texts for the name of a file
            return self._blocks(BeautifulSoup(f"<body>{source}", "html.parser"), depth)
        except (ParserRejectedMarkup, RecursionError):
            return [code_block(source)]

    def _blocks(self, parent: Tag, depth: int) -> list[Block]:
        found: list[Block] = []
        line: Inline = []

        def flush() -> None:
            inline = _trimmed(_joined(line))
            line.clear()
            images = [node for node in inline if isinstance(node, dict) and node["t"] == "image"]
            if images and len(inline) == 1:
                found.append(images[0] | {"caption": None})
            elif images or plain(inline).strip():
                found.append({"t": "plain" if parent.name == "li" else "para", "c": inline})

        for node in parent.children:
            if isinstance(node, Tag) and (node.name in _BLOCKS or node.find(["table", "pre"])):
                flush()
                found += self._block(node, depth)
            else:
                line += self._inline(node)
        flush()
        return found

    def _block(self, node: Tag, depth: int) -> list[Block]:
        name = node.name
        found: list[Block]
        if name == "table":
            found = self._cards(node) if "kpi" in _classes(node) else self._table(node)
        elif name == "pre":
            code = node.find("code", class_=re.compile("^language-"))
            found = [code_block(node.get_text(), _classes(code)[0].partition("-")[2] if code else None)]
        elif name in _HEADINGS:  # inside a list, a quote or an output it has no place in the contents
            inline = _trimmed(self._inside(node))
            head = {"t": "heading", "level": int(name[1]), "c": inline}
            found = [head if depth == 0 else {"t": "para", "c": [_mark("strong", inline)]}]
        elif name in {"ul", "ol"} and depth < _DEEPEST:
            found = [self._list(node, depth + 1)]
        elif name == "blockquote" and depth < _DEEPEST:
            found = [{"t": "quote", "items": self._blocks(node, depth + 1)}]
        elif name == "div" and "math" in _classes(node):
            found = [code_block(node.get_text().strip("$\n"))]
        else:
            found = [{"t": "rule"}] if name == "hr" else self._blocks(node, depth)
        return found

    def _list(self, node: Tag, depth: int) -> Block:
        items = node.find_all("li", recursive=False)
        start = str(node.get("start") or "")
        return {
            "t": "list",
            "ordered": node.name == "ol",
            "start": int(start) if re.fullmatch(r"\d{1,9}", start, re.ASCII) else 1,
            "tight": not any(item.find("p", recursive=False) for item in items),
            "items": [self._blocks(item, depth) for item in items],
        }

    def _inside(self, node: Tag | None) -> Inline:
        return [] if node is None else _joined(part for child in node.children for part in self._inline(child))

    def _inline(self, node: Any) -> Inline:
        if isinstance(node, NavigableString):
            return [] if isinstance(node, PreformattedString) else [str(node)]
        name, inside = node.name, self._inside(node)
        found: Inline = inside
        if name in _INVISIBLE or name == "br":
            found = [{"t": "br"}] if name == "br" else []
        elif name == "img":
            found = self._image(str(node.get("src") or ""), str(node.get("alt") or ""))
        elif name == "input" and node.get("type") == "checkbox":
            found = ["■ " if node.has_attr("checked") else "□ "]
        elif name in _MARKS:
            found = [_mark(_MARKS[name], inside)]
        elif name in {"code", "kbd", "samp"}:
            found = [{"t": "code", "text": node.get_text()}]
        elif name == "a" and node.get("href"):
            found = [_link(str(node["href"]), inside)]
        elif name == "span" and "math" in _classes(node):
            found = [re.sub(r"^\\\((.*)\\\)$", r"$\1$", node.get_text(), flags=re.DOTALL)]
        elif name in _BLOCKS:  # inside a cell
            found = [" ", *inside, " "]
        return found

    def _image(self, url: str, alt: str) -> Inline:
        """Show an image that travels inside the notebook; nothing is read from disk or from the network."""
        head, _, body = url.partition(",")
        mime, *options = head.removeprefix("data:").split(";")
        data = None
        if url.startswith("attachment:"):
            for mime, text in self.attachments.get(unquote(url).removeprefix("attachment:"), {}).items():
                data = image_bytes(text, mime)
        elif head.startswith("data:") and mime == "image/svg+xml" and "base64" in options:
            data = image_bytes((_decoded(unquote(body)) or b"").decode("utf-8", "replace"), mime)
        elif head.startswith("data:"):
            data = image_bytes(unquote(body), mime)
        return [{"t": "image", "src": self.keep(data, mime), "alt": alt}] if data else [alt]

    def _cards(self, table: Tag) -> list[Block]:
        cards = []
        for td in table.find_all("td"):
            label, value, note = (_trimmed(self._inside(td.find(class_=name))) for name in ("label", "value", "note"))
            cards.append({"label": label, "value": value or _trimmed(self._inside(td)), "note": note})
        return [{"t": "kpi", "cards": cards}] if cards else []

    def _table(self, table: Tag) -> list[Block]:
        parts: dict[str, list[list[Block]]] = {"thead": [], "tbody": [], "tfoot": []}
        totals: list[int] = []
        for tr in _own(table, "tr"):
            cells = [self._cell(td) for td in tr.find_all(["td", "th"], recursive=False)]
            within = tr.parent.name if tr.parent else ""
            if within == "table" and not parts["tbody"] and cells and all(c["head"] for c in cells):
                within = "thead"
            if "total" in _classes(tr):
                totals.append(len(parts["tbody"]))
            if cells:
                parts.get(within, parts["tbody"]).append(cells)
        caption = _trimmed(self._inside(next(_own(table, "caption"), None)))
        return set_table(parts["thead"], parts["tbody"], parts["tfoot"], caption=caption or None, totals=totals)

    def _cell(self, td: Tag) -> Block:
        spans = [str(td.get(name) or "") for name in ("colspan", "rowspan")]
        colspan, rowspan = (int(s) if re.fullmatch("[1-9][0-9]{0,2}", s) else 1 for s in spans)
        align = re.search(r"text-align:\s*(right|left|center)", str(td.get("style") or ""))
        return {
            "c": _trimmed(self._inside(td)),
            "head": td.name == "th",
            "num": "num" in _classes(td) or bool(align and align[1] == "right"),
            "colspan": colspan,
            "rowspan": rowspan,
        }


def _classes(node: Tag) -> list[str]:
    return [str(name) for name in node.get_attribute_list("class") if name]


def _own(table: Tag, name: str) -> Iterator[Tag]:
    """Parts of this table, not of one nested in a cell."""
    return (part for part in table.find_all(name) if part.find_parent("table") is table)


def _mark(kind: str, inside: Inline, **facts: str) -> Block:
    """Mark text; a mark within the same mark is dropped, so that nesting stays shallow."""

    def bare(nodes: Inline) -> Iterator[Any]:
        for node in nodes:
            if isinstance(node, dict) and node["t"] == kind:
                yield from bare(node["c"])
            else:
                yield node | {"c": list(bare(node["c"]))} if isinstance(node, dict) and "c" in node else node

    return {"t": kind, "c": _joined(bare(inside)), **facts}


def _link(url: str, inside: Inline) -> Block:
    web = url.startswith(("http://", "https://", "mailto:")) and plain(inside).strip()
    return _mark("link", inside, url=url) if web else _mark("em", inside)


def _joined(nodes: Iterable[Any]) -> Inline:
    """Join neighbouring texts; white space is one blank, or none where Chinese was merely wrapped."""
    joined: Inline = []
    for node in nodes:
        if isinstance(node, str) and joined and isinstance(joined[-1], str):
            joined[-1] += node
        elif node != "":
            joined.append(node)

    def blank(gap: re.Match[str]) -> str:
        before, after = gap.string[: gap.start()][-1:], gap.string[gap.end() :][:1]
        wrapped = "\n" in gap[0] and before and after and wide(before) and wide(after)
        return "" if wrapped else " "

    for i, node in enumerate(joined[1:], start=1):
        if isinstance(node, str) and joined[i - 1] == {"t": "br"}:  # a new line begins with no blank
            joined[i] = node.lstrip()
    return [breakable(re.sub(r"\s+", blank, node), 30) if isinstance(node, str) else node for node in joined]


def _trimmed(inline: Inline) -> Inline:
    """Drop the blanks at both ends: the page sets its own."""
    ends = {0: str.lstrip, len(inline) - 1: str.rstrip} if len(inline) > 1 else {0: str.strip}
    cut = [ends.get(i, str)(node) if isinstance(node, str) else node for i, node in enumerate(inline)]
    return [node for node in cut if node != ""]
