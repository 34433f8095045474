"""Blocks as HTML, for JupyterLab and for the page: every text is escaped, and nothing in it can run or load."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from itertools import count
from typing import Any

from kit.document import blocks as doc
from kit.resources import templates
from kit.text import figure

# No scheme, no host, no root: it stays among the files that were handed over.
RELATIVE = re.compile(r"(?!/)[^\s:\\\x00-\x1f]+")
_TAGS = {"strong": "strong", "em": "em", "del": "s", "code": "code"}
_COLUMNS_THAT_FIT = 7


class HtmlWriter:
    """Writes blocks as HTML.

    Parameters
    ----------
    language
        How figures are printed.
    labels
        Words of a page (``figure``, ``table``: with a number; ``picture``); figures and tables have numbers with them.

    Attributes
    ----------
    headings
        Level, id and text of each heading, in order.
    """

    def __init__(self, language: str, labels: Mapping[str, str] | None = None) -> None:
        self.language = language
        self.labels = labels or {}
        self.headings: list[tuple[int, str, str]] = []
        self._numbers = {"figure": count(1), "table": count(1)}
        self._taken: set[str] = set()

    def write(self, blocks: Iterable[doc.Block]) -> str:
        """HTML of some blocks, in order."""
        return "\n".join(self._block(block) for block in blocks)

    def _block(self, block: doc.Block) -> str:
        html = "<hr>"
        match block:
            case doc.Heading():
                html = self._heading(block)
            case doc.Paragraph():
                html = f"<p>{f'<small>{self._text(block.text)}</small>' if block.small else self._text(block.text)}</p>"
            case doc.Quote():
                html = f'<blockquote role="note">{self.write(block.blocks)}</blockquote>'
            case doc.Items():
                html = self._items(block)
            case doc.Table():
                html = self._grid(doc.grid(block, self.language))
            case doc.Grid():
                html = self._grid(block)
            case doc.KeyFigures():
                html = f'<ul class="bk-kpi">{"".join(map(self._card, block.cards))}</ul>'
            case doc.Figure():
                caption = self._caption("figure", (block.title,) * bool(block.title), block.subtitle, block.source)
                html = f"<figure>{self._image(block.picture)}{caption}</figure>"
            case doc.Code():
                html = f'<pre tabindex="0">{escape(block.text)}</pre>'
        return html

    def _heading(self, heading: doc.Heading) -> str:
        text = " ".join(doc.plain(heading.text).split())
        # An id of the heading's own letters, Chinese ones too; the prefix keeps it apart from the page's own ids.
        slug = "-".join(["s", *re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())])
        ident = next(each for n in count(1) if (each := slug if n == 1 else f"{slug}-{n}") not in self._taken)
        self._taken.add(ident)
        level = min(heading.level + bool(self.labels), 6)  # a page has a title above
        self.headings.append((level, ident, text))
        return f'<h{level} id="{escape(ident)}">{self._text(heading.text)}</h{level}>'

    def _text(self, text: doc.Text) -> str:
        return "".join(self._part(part) for part in text)

    def _part(self, part: Any) -> str:
        html = escape(str(part)).replace("\n", "<br>")
        match part:
            case doc.Picture():
                html = self._image(part)
            case doc.Mark(kind="link"):
                html = self._text(part.text)
                html = f'<a href="{escape(part.href)}">{html}</a>' if RELATIVE.fullmatch(part.href) else html
            case doc.Mark():
                html = f"<{_TAGS[part.kind]}>{self._text(part.text)}</{_TAGS[part.kind]}>"
        return html

    def _items(self, items: doc.Items) -> str:
        name, start = ("ol", f' start="{items.start:d}"') if items.ordered else ("ul", "")
        return f"<{name}{start}>{''.join(map(self._item, items.items))}</{name}>"

    def _item(self, blocks: tuple[doc.Block, ...]) -> str:
        first, rest = blocks[:1], blocks[1:]
        head = self._text(first[0].text) if first and isinstance(first[0], doc.Paragraph) else self.write(first)
        return f"<li>{head}{self.write(rest)}</li>"

    def _grid(self, grid: doc.Grid) -> str:
        """A table in a frame to scroll in; its caption outside stays in sight and wraps to the screen."""
        parts = [("thead", grid.head), ("tbody", grid.body), ("tfoot", grid.foot)]
        rows = "".join(f"<{name}>{''.join(map(self._row, part))}</{name}>" for name, part in parts if part)
        columns = max((sum(cell.colspan for cell in row) for _, part in parts for row in part), default=0)
        fit = "bk-scroll" if columns <= _COLUMNS_THAT_FIT else "bk-scroll bk-always"
        name = escape(doc.plain(grid.caption) or self._label("table", "").strip())
        frame = f'<div class="{fit}" role="region" tabindex="0" aria-label="{name}"><table>{rows}</table></div>'
        return f'<figure class="bk-table">{self._caption("table", grid.caption)}{frame}</figure>'

    def _row(self, row: doc.Row) -> str:
        cells = []
        for cell in row:
            name = "th" if cell.head else "td"
            spans = {"colspan": cell.colspan, "rowspan": cell.rowspan}
            facts = ' class="num"' * cell.number + "".join(f' {k}="{n:d}"' for k, n in spans.items() if n > 1)
            cells.append(f"<{name}{facts}>{self._text(cell.text)}</{name}>")
        return f"<tr>{''.join(cells)}</tr>"

    def _caption(self, kind: str, text: doc.Text, *below: str) -> str:
        if not text:
            return ""
        number = f"<b>{escape(self._label(kind, next(self._numbers[kind])))}</b> " if self.labels else ""
        more = "".join(f"<br><small>{escape(line)}</small>" for line in below if line)
        return f"<figcaption>{number}{self._text(text)}{more}</figcaption>"

    def _label(self, kind: str, number: int | str) -> str:
        return self.labels.get(kind, "").format(n=number)

    def _image(self, picture: doc.Picture) -> str:
        data = picture.data
        if picture.mime == "image/svg+xml":
            data = base64.b64encode(data.encode("utf-8", "replace")).decode()
        alternative = escape(picture.alternative or self.labels.get("picture", ""))
        return f'<img src="data:{escape(picture.mime)};base64,{escape(data)}" alt="{alternative}">'

    def _card(self, card: doc.KeyFigure) -> str:
        value = figure(card.value, card.kind, self.language)
        parts = {"label": card.label, "value": value, "note": card.note}
        spans = "".join(f'<span class="{name}">{escape(text)}</span>' for name, text in parts.items() if text)
        return f"<li>{spans}</li>"


def fragment(blocks: Iterable[doc.Block], language: str) -> str:
    """HTML of some blocks by themselves, as JupyterLab shows them."""
    return f'<div class="bk"><style>{_look()}</style>\n{HtmlWriter(language).write(blocks)}</div>'


@cache
def _look() -> str:
    return " ".join((templates() / "report" / "html" / "notebook.css").read_text("utf-8").split())
