"""Markdown and HTML that other programs wrote, as blocks: cut down by nh3 first, then read once."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

import mistune
import nh3
from bs4 import BeautifulSoup, NavigableString, Tag

from kit.document import blocks as doc
from kit.text import is_wide

# Mime types of images, the best first, with the bytes that each kind of file starts with.
IMAGE_TYPES = {
    "image/svg+xml": b"",
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
_DEEPEST = 6  # lists and quotes nested further are shown at this level: Typst bounds its own depth
_MARKS = {"b": "strong", "strong": "strong", "em": "em", "i": "em", "s": "del", "del": "del", "code": "code",
          "kbd": "code", "samp": "code"}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {*_HEADINGS} | set(
    """address article aside blockquote center dd details div dl dt figcaption figure footer header hr li main nav ol
    p pre section summary table ul""".split()  # noqa: SIM905  # thirty quotes would hide the names
)
_PARTS = {"a", "br", "caption", "img", "input", "span", "tbody", "td", "tfoot", "th", "thead", "tr"}
# These go with their content, which is no text for a reader. Other unknown elements leave theirs behind.
_DROPPED = {"math", "noscript", "script", "select", "style", "svg", "template", "textarea", "title", "video"}
_ATTRIBUTES = {
    "a": {"href"}, "code": {"class"}, "div": {"class"}, "img": {"src", "alt"}, "input": {"type", "checked"},
    "ol": {"start"}, "span": {"class"}, "td": {"colspan", "rowspan", "style"}, "th": {"colspan", "rowspan", "style"},
}  # fmt: skip
_to_html = mistune.create_markdown(
    renderer=mistune.HTMLRenderer(escape=False, allow_harmful_protocols=True),  # what is harmful is cut out below
    plugins=["table", "strikethrough", "task_lists", "math"],
)
# What is printed for a number or its absence, with the marks and units that go with figures: a plain data frame does
# not say which of its columns are numbers.
_NUMBER = re.compile(
    r"[<>≤≥≈~]?\s*\(?[+\-−–]?\s*(CNY|RMB|[¥￥$€£])?\s*[+\-−–]?(?!0\d)\d[\d,]*(\.\d+)?(e[+\-]?\d+)?\)?"
    r"\s*(%|‰|‱|pp|bn|[mkx]|[万亿]?[元户人笔张天个次年月岁分]?|[万亿]|个?百分点)",
    re.IGNORECASE,
)
_NOTHING = {"", "-", "–", "—", "nan", "nat", "none", "<na>", "n/a", "...", "…"}


def read_markdown(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> tuple[doc.Block, ...]:
    """Blocks of CommonMark with tables, strike-through and task lists; mathematics is shown as typed.

    ``attachments`` are a Markdown cell's images: file name → {mime type: base64}.
    """
    for name, types in (attachments or {}).items():
        for mime, data in types.items():
            source = source.replace(f"attachment:{quote(name)}", f"data:{mime};base64,{data}")
    return _read(str(_to_html(source)), depth=0)


def read_html(source: str) -> tuple[doc.Block, ...]:
    """Blocks of an HTML output; its headings are not those of the document."""
    return _read(source, depth=1)


def picture(data: Any, mime: str, alternative: str = "") -> doc.Picture | None:
    """An image as a notebook stores it (SVG as text, others in base64); None if it is none."""
    text = "".join(data) if isinstance(data, list) else str(data)
    if mime == "image/svg+xml":
        return doc.Picture(text, mime, alternative) if text else None
    found = _decoded(text)
    if mime not in IMAGE_TYPES or not found or not found.startswith(IMAGE_TYPES[mime]):
        return None
    return doc.Picture(base64.b64encode(found).decode(), mime, alternative)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


def _read(source: str, *, depth: int) -> tuple[doc.Block, ...]:
    clean = nh3.clean(
        source.encode("utf-8", "replace").decode(),
        tags=_BLOCKS | _PARTS | _MARKS.keys(),
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties={"text-align"},
        link_rel=None,
    )
    try:  # without a tag in front, bs4 takes some texts for the name of a file
        return _blocks(BeautifulSoup(f"<div>{clean}</div>", "html.parser").contents[0], depth)
    except RecursionError:
        return (doc.Code(source),)


def _blocks(parent: Any, depth: int) -> tuple[doc.Block, ...]:
    found: list[doc.Block] = []
    line: list[Any] = []
    for node in (*parent.children, None):
        own = isinstance(node, Tag) and (node.name in _BLOCKS or node.find(["table", "pre"]))
        if node is not None and not own:
            line += _inline(node)
            continue
        text = _trimmed(_joined(line))
        line.clear()
        if len(text) == 1 and isinstance(text[0], doc.Picture):
            found.append(doc.Figure(text[0]))
        elif doc.plain(text).strip() or any(isinstance(part, doc.Picture) for part in text):
            found.append(doc.Paragraph(text))
        found += _block(node, depth) if own else ()
    return tuple(found)


def _block(node: Any, depth: int) -> tuple[doc.Block, ...]:
    name = node.name
    found: tuple[doc.Block, ...]
    if name == "table":
        found = _table(node)
    elif name == "pre":
        code = node.find("code", class_=re.compile("^language-"))
        language = code["class"][0].partition("-")[2] if code else ""
        found = (doc.Code(node.get_text().rstrip("\n"), language),)
    elif name in _HEADINGS:  # inside a list, a quote or an output it has no place in the contents
        level, text = _HEADINGS[name], _trimmed(_inside(node))
        head = doc.Heading(level, text, chapter=level == 1)
        found = (head if depth == 0 else doc.Paragraph((_mark("strong", text),)),)
    elif name in {"ul", "ol"} and depth < _DEEPEST:
        found = (_items(node, depth + 1),)
    elif name == "blockquote" and depth < _DEEPEST:
        found = (doc.Quote(_blocks(node, depth + 1)),)
    elif name == "div" and "math" in node.get("class", ()):
        found = (doc.Code(node.get_text().strip("$\n")),)
    else:
        found = (doc.Rule(),) if name == "hr" else _blocks(node, depth)
    return found


def _items(node: Any, depth: int) -> doc.Items:
    items = node.find_all("li", recursive=False)
    start = str(node.get("start") or "")
    return doc.Items(
        tuple(_blocks(item, depth) for item in items),
        ordered=node.name == "ol",
        start=int(start) if re.fullmatch(r"\d{1,9}", start, re.ASCII) else 1,
    )


def _inside(node: Any) -> doc.Text:
    return () if node is None else _joined(part for child in node.children for part in _inline(child))


def _inline(node: Any) -> doc.Text:
    if isinstance(node, NavigableString):
        return (re.sub(r"\s+", _blank, str(node)),)
    name, inside = node.name, _inside(node)
    found: doc.Text = inside
    if name == "br":
        found = ("\n",)
    elif name == "img":
        found = (_image(str(node.get("src") or ""), str(node.get("alt") or "")),)
    elif name == "input" and node.get("type") == "checkbox":
        found = ("■ " if node.has_attr("checked") else "□ ",)
    elif name in _MARKS:
        found = (_mark(_MARKS[name], (node.get_text(),) if _MARKS[name] == "code" else inside),)
    elif name == "a" and node.get("href"):
        found = (_mark("link", inside, href=str(node["href"])),)
    elif name == "span" and "math" in node.get("class", ()):
        found = (re.sub(r"^\\\((.*)\\\)$", r"$\1$", node.get_text(), flags=re.DOTALL),)
    elif name in _BLOCKS:  # inside a cell
        found = (" ", *inside, " ")
    return found


def _image(url: str, alternative: str) -> doc.Picture | str:
    """An image that travels inside the notebook, else its words; nothing is read from disk or from the network."""
    head, _, body = url.partition(",")
    mime = head.removeprefix("data:").partition(";")[0]
    data = unquote(body)
    if mime == "image/svg+xml":
        data = _decoded(data).decode("utf-8", "replace")
    return (picture(data, mime, alternative) if head.startswith("data:") else None) or alternative


def _table(table: Any) -> tuple[doc.Block, ...]:
    parts: dict[str, list[doc.Row]] = {"thead": [], "tbody": [], "tfoot": []}
    for row in (each for each in table.find_all("tr") if each.find_parent("table") is table):
        cells = tuple(_cell(cell) for cell in row.find_all(["td", "th"], recursive=False))
        within = row.parent.name
        if not (table.find("thead") or parts["tbody"]) and all(cell.head for cell in cells):
            within = "thead"
        if cells:
            parts[within].append(cells)
    caption = _trimmed(_inside(table.find("caption", recursive=False)))
    found = doc.Grid(tuple(parts["thead"]), tuple(parts["tbody"]), tuple(parts["tfoot"]), caption)
    return (_aligned(found),) if any(parts.values()) else ()


def _cell(cell: Any) -> doc.Cell:
    spans = [str(cell.get(name) or "") for name in ("colspan", "rowspan")]
    colspan, rowspan = (int(s) if re.fullmatch("[1-9][0-9]{0,2}", s) else 1 for s in spans)
    return doc.Cell(
        _trimmed(_inside(cell)), cell.name == "th", cell.get("style") == "text-align:right", colspan, rowspan
    )


def _aligned(grid: doc.Grid) -> doc.Grid:
    """The grid with its columns of figures, the spanned ones apart, known as such."""
    parts = {part: doc.placed(getattr(grid, part)) for part in ("head", "body", "foot")}
    columns: dict[int, list[doc.Cell]] = {}
    for x, cell in (each for row in (*parts["body"], *parts["foot"]) for each in row):
        if cell.colspan == 1 and not cell.head:
            columns.setdefault(x, []).append(cell)
    numeric = {x for x, cells in columns.items() if _numeric(cells)}

    def known(x: int, cell: doc.Cell, part: str) -> doc.Cell:
        return replace(cell, number=x in numeric and cell.colspan == 1 and (part == "head" or not cell.head))

    rows: dict[str, Any] = {
        part: tuple(tuple(known(*each, part) for each in row) for row in found) for part, found in parts.items()
    }
    return replace(grid, **rows)


def _numeric(cells: Iterable[doc.Cell]) -> bool:
    texts = [(doc.plain(cell.text).strip(), cell.number) for cell in cells]
    numbers = [number or bool(_NUMBER.fullmatch(text)) for text, number in texts if text.lower() not in _NOTHING]
    return bool(numbers) and all(numbers)


def _mark(kind: str, inside: doc.Text, href: str = "") -> doc.Mark:
    """Mark text; a mark within the same mark is dropped, so that nesting stays shallow."""

    def bare(text: doc.Text) -> Iterator[Any]:
        for part in text:
            if isinstance(part, doc.Mark):
                yield from bare(part.text) if part.kind == kind else (replace(part, text=_joined(bare(part.text))),)
            else:
                yield part

    return doc.Mark(kind, _joined(bare(inside)), href)


def _blank(gap: re.Match[str]) -> str:
    """White space as one blank, or none where Chinese was merely wrapped."""
    before, after = gap.string[: gap.start()][-1:], gap.string[gap.end() :][:1]
    wrapped = "\n" in gap[0] and before and after and is_wide(before) and is_wide(after)
    return "" if wrapped else " "


def _joined(parts: Iterable[Any]) -> doc.Text:
    """Neighbouring texts as one; no blank stands beside another or at the ends of a line."""
    joined: list[Any] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            part = joined.pop() + part  # noqa: PLW2901
        joined += [re.sub(" *\n *", "\n", re.sub("  +", " ", part)) if isinstance(part, str) else part] if part else []
    return tuple(joined)


def _trimmed(text: doc.Text) -> doc.Text:
    """Drop the blanks at both ends: the page sets its own."""
    ends = {0: str.lstrip, len(text) - 1: str.rstrip} if len(text) > 1 else {0: str.strip}
    cut = [ends.get(i, str)(part) if isinstance(part, str) else part for i, part in enumerate(text)]
    return tuple(part for part in cut if part != "")
