"""Markdown and HTML of a notebook as plain data: the blocks that ``templates/report/typst/report.typ`` draws.

No Typst code is written here. Text stays text from the notebook to the page, so nothing a client typed can be read
as mark-up. A block is a dictionary with its kind in ``t``; running text is a list of strings and such dictionaries.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import mistune
from bs4 import BeautifulSoup, Comment, NavigableString, Tag

__all__ = ["IMAGE_TYPES", "Block", "Inline", "KeepImage", "html_blocks", "markdown_blocks", "plain"]

Block = dict[str, Any]
Inline = list[Any]
KeepImage = Callable[[bytes, str], str]

# Mime types of images, the best first, with the bytes that each kind of file starts with.
IMAGE_TYPES = {
    "image/svg+xml": b"",
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
_LINE_EMS = 50.0  # width of the text at table size, in ems
_SMALLEST = 0.6
_NUMBER = re.compile(
    r"[<>≤≥≈~]?\s*\(?[+\-−–]?\s*(CNY|RMB|[¥￥$€£])?\s*[+\-−–]?\d[\d,]*(\.\d+)?(e[+\-]?\d+)?\)?"
    r"\s*(%|‰|‱|pp|bn|[mkx]|[万亿]?[元户人笔张天个次年月岁分]?|[万亿]|个?百分点)",
    re.IGNORECASE,
)
_NOTHING = {"", "-", "–", "—", "nan", "nat", "none", "<na>", "n/a", "...", "…", "*"}
_BLOCK_TAGS = {
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "figure"),
    *("figcaption", "footer", "form", "header", "hr", "html", "li", "main", "nav", "ol", "p", "section", "summary", "ul"),
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_INVISIBLE = {"head", "link", "meta", "noscript", "script", "style", "template", "title"}
_parse = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough", "task_lists", "math"])


def plain(inline: Iterable[Any]) -> str:
    """Text of an inline list without its marks."""
    return "".join(
        node if isinstance(node, str) else " " if node["t"] == "br" else node.get("text") or plain(node.get("c", []))
        for node in inline
    )


# ---- Markdown ----


def markdown_blocks(
    source: str, keep: KeepImage, attachments: Mapping[str, Mapping[str, str]] | None = None
) -> list[Block]:
    """Blocks of a Markdown text.

    Parameters
    ----------
    source
        CommonMark with tables, strike-through and task lists. HTML tags are dropped, their text is kept; mathematics
        is shown as it was typed.
    keep
        Takes the bytes and the mime type of an image and returns the path under which Typst finds it.
    attachments
        A Markdown cell's attachments: file name → {mime type: base64}.
    """
    return _Markdown(keep, attachments or {}).blocks(_parse(source))


class _Markdown:
    def __init__(self, keep: KeepImage, attachments: Mapping[str, Mapping[str, str]]) -> None:
        self.keep = keep
        self.attachments = attachments

    def blocks(self, tokens: Iterable[Mapping[str, Any]], *, nested: bool = False) -> list[Block]:
        found: list[Block] = []
        for token in tokens:
            found += self._block(token, nested=nested)
        return found

    def _block(self, token: Mapping[str, Any], *, nested: bool) -> list[Block]:
        kind = token["type"]
        if kind in {"paragraph", "block_text", "heading"}:
            inline = self.inline(token["children"])
            if len(inline) == 1 and isinstance(inline[0], dict) and inline[0]["t"] == "image":
                return [inline[0] | {"caption": None}]
            if kind == "heading" and nested:  # a heading inside a list or a call-out has no place in the contents
                return [_para([{"t": "strong", "c": inline}])]
            if kind == "heading":
                return [{"t": "heading", "level": token["attrs"]["level"], "c": inline}]
            return [{"t": "para" if kind == "paragraph" else "plain", "c": inline}]
        if kind == "list":
            return [self._list(token)]
        if kind == "block_quote":
            return [{"t": "quote", "items": self.blocks(token["children"], nested=True)}]
        if kind == "block_code":
            return [code_block(token["raw"], (token.get("attrs") or {}).get("info"))]
        if kind == "block_math":
            return [code_block(token["raw"])]
        if kind == "thematic_break":
            return [{"t": "rule"}]
        if kind == "block_html":
            return html_blocks(token["raw"])
        if kind == "table":
            return [self._table(token)]
        return []

    def _list(self, token: Mapping[str, Any]) -> Block:
        items = []
        for item in token["children"]:
            blocks = self.blocks(item["children"], nested=True)
            if item["type"] == "task_list_item":
                blocks.insert(0, {"t": "plain", "c": ["☑ " if item["attrs"]["checked"] else "□ "]})
            items.append(blocks)
        attrs = token["attrs"]
        start = min(int(attrs.get("start", 1)), 10**9)
        return {"t": "list", "ordered": attrs["ordered"], "start": start, "tight": token["tight"], "items": items}

    def _table(self, token: Mapping[str, Any]) -> Block:
        head: list[list[Block]] = []
        body: list[list[Block]] = []
        for part in token["children"]:
            rows = [part] if part["type"] == "table_head" else part["children"]
            for row in rows:
                cells = [
                    _cell(
                        self.inline(c["children"]), head=c["attrs"]["head"], num=c["attrs"].get("align") == "right"
                    )
                    for c in row["children"]
                ]
                (head if part["type"] == "table_head" else body).append(cells)
        return _table(head, body, [], caption=None)

    def inline(self, tokens: Iterable[Mapping[str, Any]]) -> Inline:
        nodes: Inline = []
        for token in tokens:
            nodes += self._inline(token)
        return _joined(nodes)

    def _inline(self, token: Mapping[str, Any]) -> Inline:
        kind = token["type"]
        if kind == "text":
            return [html.unescape(token["raw"])]
        if kind in {"strong", "emphasis", "strikethrough"}:
            mark = {"strong": "strong", "emphasis": "em", "strikethrough": "del"}[kind]
            return [{"t": mark, "c": self.inline(token["children"])}]
        if kind == "link":
            return [_link(token["attrs"]["url"], self.inline(token["children"]))]
        if kind == "image":
            return self._image(token)
        if kind == "codespan":
            return [{"t": "code", "text": token["raw"]}]
        if kind in {"inline_math", "block_math"}:
            return [f"${token['raw']}$"]
        if kind == "linebreak" or (kind == "inline_html" and token["raw"].lower().startswith("<br")):
            return [{"t": "br"}]
        return ["\n"] if kind == "softbreak" else []

    def _image(self, token: Mapping[str, Any]) -> Inline:
        alt = plain(self.inline(token["children"]))
        data, mime = self._image_data(token["attrs"]["url"])
        if data is None:
            return [alt]
        return [{"t": "image", "src": self.keep(data, mime), "alt": alt}]

    def _image_data(self, url: str) -> tuple[bytes | None, str]:
        """Bytes of an image that travels inside the notebook; nothing is read from disk or from the network."""
        if url.startswith("attachment:"):
            for mime, data in self.attachments.get(unquote(url).removeprefix("attachment:"), {}).items():
                return image_bytes(data, mime), mime
        head, _, body = url.partition(",")
        mime, *options = head.removeprefix("data:").split(";")
        if not head.startswith("data:"):
            return None, ""
        text = unquote(body)
        if mime == "image/svg+xml" and "base64" in options:
            return _decoded(text), mime
        return image_bytes(text, mime), mime


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text)
    except ValueError:
        return None


def image_bytes(data: Any, mime: str) -> bytes | None:
    """Bytes of an image as a notebook stores it (SVG as text, others as base64); None if they are no such image."""
    text = "".join(data) if isinstance(data, list) else str(data)
    found = text.encode("utf-8", "replace") if mime == "image/svg+xml" else _decoded(text)
    return found if found and mime in IMAGE_TYPES and found.startswith(IMAGE_TYPES[mime]) else None


def code_block(text: str, info: str | None = None) -> Block:
    """Text as it was typed; ``info`` names its language."""
    lang = (info or "").split(maxsplit=1)[0:1]
    return {"t": "code", "text": text.rstrip("\n"), "lang": lang[0].strip("{}.") if lang else None}


# ---- HTML ----


def html_blocks(source: str) -> list[Block]:
    """Blocks of an HTML fragment: its tables as tables, ``table.kpi`` as cards, all else as text without its tags."""
    soup = BeautifulSoup(source, "html.parser")
    found: list[Block] = []
    line: Inline = []

    def flush() -> None:
        inline = _joined(line)
        line.clear()
        if plain(inline).strip():
            found.append(_para(inline))

    def walk(parent: Tag) -> None:
        for node in parent.children:
            name = node.name if isinstance(node, Tag) else None
            if name is None or not (name in _BLOCK_TAGS | _HEADINGS | {"pre", "table"} or _has_block(node)):
                line.extend(_html_inline(node))
                continue
            flush()
            if name == "table":
                found.append(_cards(node) if "kpi" in _classes(node) else _html_table(node))
            elif name == "pre":
                found.append(code_block(node.get_text()))
            elif name in _HEADINGS:
                line.append({"t": "strong", "c": _inside(node)})
            else:
                walk(node)
            flush()

    walk(soup)
    flush()
    return [block for block in found if block["t"] != "table" or block["rows"]]


def _has_block(node: Any) -> bool:
    return isinstance(node, Tag) and node.find(["table", "pre"]) is not None


def _classes(node: Tag) -> list[str]:
    return list(node.get_attribute_list("class"))


def _inside(node: Tag | None) -> Inline:
    return [] if node is None else _joined(part for child in node.children for part in _html_inline(child))


def _html_inline(node: Any) -> Inline:
    if isinstance(node, Comment) or (isinstance(node, Tag) and node.name in _INVISIBLE):
        return []
    if isinstance(node, NavigableString):
        return [str(node)]
    if node.name == "br":
        return [{"t": "br"}]
    if node.name == "img":
        return [str(node.get("alt") or "")]
    inside = _inside(node)
    mark = {"b": "strong", "strong": "strong", "em": "em", "i": "em", "s": "del", "del": "del"}.get(node.name)
    if mark:
        return [{"t": mark, "c": inside}]
    if node.name in {"code", "kbd", "samp"}:
        return [{"t": "code", "text": plain(inside)}]
    return [_link(str(node["href"]), inside)] if node.name == "a" and node.get("href") else inside


def _cards(table: Tag) -> Block:
    cards = []
    for td in table.find_all("td"):
        label, value, note = (_inside(td.find(class_=name)) for name in ("label", "value", "note"))
        cards.append({"label": label, "value": value or _inside(td), "note": note})
    return {"t": "kpi", "cards": cards} if cards else _para([])


def _html_table(table: Tag) -> Block:
    head: list[list[Block]] = []
    body: list[list[Block]] = []
    foot: list[list[Block]] = []
    totals: list[int] = []
    for tr in _own(table, "tr"):
        cells = [_html_cell(td) for td in tr.find_all(["td", "th"], recursive=False)]
        within = tr.parent.name if tr.parent else ""
        first_rows_of_th = not body and not foot and within == "table" and cells and all(c["head"] for c in cells)
        if within == "thead" or first_rows_of_th:
            head.append(cells)
        elif within == "tfoot":
            foot.append(cells)
        else:
            if "total" in _classes(tr):
                totals.append(len(body))
            body.append(cells)
    caption = next(_own(table, "caption"), None)
    return _table(head, body, foot, caption=_inside(caption) or None, totals=totals)


def _own(table: Tag, name: str) -> Iterator[Tag]:
    """Parts of this table, not of one nested in a cell."""
    return (part for part in table.find_all(name) if part.find_parent("table") is table)


def _html_cell(td: Tag) -> Block:
    spans = [str(td.get(name) or "1") for name in ("colspan", "rowspan")]
    colspan, rowspan = (min(int(s), 1000) if s.isdecimal() and int(s) > 0 else 1 for s in spans)
    return _cell(_inside(td), head=td.name == "th", num="num" in _classes(td), colspan=colspan, rowspan=rowspan)


# ---- what both share ----


def _para(inline: Inline) -> Block:
    return {"t": "para", "c": inline}


def _link(url: str, inside: Inline) -> Any:
    web = url.startswith(("http://", "https://", "mailto:")) and plain(inside).strip()
    return {"t": "link", "url": url, "c": inside} if web else {"t": "em", "c": inside}


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _joined(nodes: Iterable[Any]) -> Inline:
    """Neighbouring texts as one, white space as one blank, and none where a line of Chinese was merely wrapped."""
    joined: Inline = []
    for node in nodes:
        if isinstance(node, str) and joined and isinstance(joined[-1], str):
            joined[-1] += node
        elif node != "":
            joined.append(node)

    def blank(gap: re.Match[str]) -> str:
        before, after = gap.string[: gap.start()][-1:], gap.string[gap.end() :][:1]
        wrapped = "\n" in gap[0] and before and after and _wide(before) and _wide(after)
        return "" if wrapped else " "

    return [re.sub(r"\s+", blank, node) if isinstance(node, str) else node for node in joined]


def _cell(inline: Inline, *, head: bool, num: bool, colspan: int = 1, rowspan: int = 1) -> Block:
    return {"c": inline, "head": head, "num": num, "colspan": colspan, "rowspan": rowspan}


def _table(
    head: list[list[Block]],
    body: list[list[Block]],
    foot: list[list[Block]],
    *,
    caption: Inline | None,
    totals: Iterable[int] = (),
) -> Block:
    """A table block: each cell in its place, numbers to the right, and the type smaller where the table is wide."""
    cells: list[Block] = []
    start = [0, len(head), len(head) + len(body), len(head) + len(body) + len(foot)]
    parts = [list(_placed(part, above)) for part, above in zip((head, body, foot), start, strict=False)]
    for cell in (cell for part in parts for cell in part):
        cell["c"] = [_breakable(node, 24) if isinstance(node, str) else node for node in cell["c"]]
        cells.append(cell)
    columns = max((c["x"] + c["colspan"] for c in cells), default=0)
    width = 0.0
    for x in range(columns):
        column = [c for c in cells if c["x"] == x and c["colspan"] == 1]
        if _numeric([c for c in column if c["y"] >= len(head) and not c["head"]]):
            for cell in column:
                cell["num"] = not (cell["head"] and cell["y"] >= len(head))
        width += max((_narrowest(c) for c in column), default=0.0) + 1.2
    return {
        "t": "table",
        "caption": caption,
        "columns": columns,
        "rows": start[-1],
        "heads": len(head),
        "rules": [len(head) + y for y in totals] + ([start[2]] if foot else []),
        "scale": round(max(_SMALLEST, min(1.0, _LINE_EMS / max(width, 1.0))), 3),
        **dict(zip(("head", "body", "foot"), parts, strict=True)),
    }


def _placed(rows: list[list[Block]], above: int) -> Iterator[Block]:
    """Cells with their column ``x`` and row ``y``; a span is cut where it meets another or leaves its part."""
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (x, y) in taken:
                x += 1
            across = next((i for i in range(1, cell["colspan"]) if (x + i, y) in taken), cell["colspan"])
            down = min(cell["rowspan"], len(rows) - y)
            taken |= {(x + i, y + j) for i in range(across) for j in range(down)}
            yield cell | {"x": x, "y": above + y, "colspan": across, "rowspan": down}
            x += across


def _numeric(column: list[Block]) -> bool:
    texts = [(plain(c["c"]).strip(), c["num"]) for c in column]
    numbers = [num or (_NUMBER.fullmatch(t) and not re.match(r"0\d", t)) for t, num in texts if t.lower() not in _NOTHING]
    return bool(numbers) and all(numbers)


def _narrowest(cell: Block) -> float:
    """Ems that a cell needs at least: its longest word, or a few characters where the line may break anywhere."""
    text = plain(cell["c"])
    word = max((len(w) for w in re.findall(r"[^\s\u200b\u2e80-\uffef]+", text)), default=0)
    return max(word * 0.58, min(6.0, sum(1.0 if _wide(c) else 0.58 for c in text)))


def _breakable(text: str, longest: int) -> str:
    """Text whose endless words (addresses, hashes) may be broken, so that they stay inside their column."""
    return re.sub(rf"[^\s\u2e80-\uffef]{{{longest}}}(?=[^\s\u2e80-\uffef])", "\\g<0>\u200b", text)
