"""The HTML report: an executed notebook as one self-contained page, through nbconvert and our own templates.

Nothing that a notebook holds is trusted: its outputs are sanitised one by one, what comes from metadata is
escaped, and the page tells the browser (Content-Security-Policy) to run and to load nothing.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jinja2
import yaml
from bs4 import BeautifulSoup
from bs4.element import Tag
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter

from kit.report.sanitise import clean, relative_href
from kit.resources import templates

__all__ = ["ReportHTMLExporter", "facts", "labels", "page", "to_html"]

# Bounded: pictures are runs of a hundred thousand such characters, and an open run is tried from each of them.
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{0,30}://", re.IGNORECASE)
# What is printed for a number or its absence, with the marks and units that go with figures.
_UNIT = r"(?:%|‰|倍|个百分点|[万亿]?元|[万亿户人笔次天个]|[kKMB]|pp)?"
_NUMBER = re.compile(r"\(?[+\-−–]?[¥￥$€£]?\s*\d[\d,. ]*(?:e[+-]?\d+)?\)?\s*" + _UNIT + "|[-–—]|NaN|None|NaT|<NA>|")
_COLUMNS_THAT_FIT = 7


@dataclass(frozen=True, slots=True)
class Section:
    """A heading as the contents list shows it."""

    id: str
    text: str
    sections: tuple[Section, ...] = ()


class ReportHTMLExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert is untyped
    """nbconvert exporter of a report, or any notebook: code hidden, outputs sanitised, nothing external."""

    def __init__(self, config: Any = None, **kw: Any) -> None:
        kw.setdefault("extra_template_basedirs", [str(templates() / "report")])
        kw.setdefault("template_name", "html")
        super().__init__(config=config, **kw)
        self.sanitize_html = True
        self.exclude_input = self.exclude_input_prompt = self.exclude_output_prompt = self.exclude_raw = True
        self.exclude_anchor_links = True
        self.optimistic_validation = True  # once at the end, not after each preprocessor
        # No widget, script or diagram source: an output that also has a picture or text shows that.
        pictures = ("image/svg+xml", "image/png", "image/jpeg")
        self.display_data_priority = ["text/html", "text/markdown", *pictures, "text/latex", "text/plain"]

    def default_filters(self) -> Any:
        """Add our sanitiser to nbconvert's filters."""
        yield from super().default_filters()
        yield "clean", clean

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Render a notebook as a complete page."""
        fragments, resources = super().from_notebook_node(nb, resources, **kw)
        meta = nb.metadata.get("branch_kit", {})
        words = labels(meta.get("language"))
        soup = BeautifulSoup(fragments, "html.parser")
        title = str(meta.get("title") or nb.metadata.get("title") or _take_title(soup) or "")
        title = title or resources.get("metadata", {}).get("name") or words["untitled"]
        _arrange_figures(soup, words)
        _arrange_tables(soup, words)
        html = page(
            "report.html.j2",
            head=facts({**meta, "title": title}, words),
            labels=words,
            links=[(words[key], relative_href(meta[key])) for key in ("index", "pdf") if meta.get(key)],
            toc=_contents(soup),
            body=Markup(soup.decode()),  # noqa: S704  # every fragment was sanitised
        )
        return html, resources


@functools.cache
def _exporter() -> ReportHTMLExporter:
    return ReportHTMLExporter()


def to_html(nb: Any, *, name: str = "") -> str:
    """Render an executed notebook as one self-contained HTML page.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        Executed notebook, left as it is. ``metadata.branch_kit`` may hold title, bank, branch_name, as_of,
        prepared, language, kit_version, footer, and the relative addresses ``index`` and ``pdf``.
    name : str
        Title of last resort, where neither the metadata nor a level-1 heading gives one.

    Returns
    -------
    str
        The page: no script, no external address, every picture inside.

    Raises
    ------
    ValueError
        If ``index`` or ``pdf`` is not a relative address.
    """
    html, _ = _exporter().from_notebook_node(nb, resources={"metadata": {"name": name}})
    return str(html)


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    text = (templates() / "report" / "html" / "labels.yml").read_text("utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(text)
    return loaded


def labels(language: object) -> dict[str, str]:
    """Words of the page itself, in English if asked for, else in Chinese."""
    return dict(_words()["en" if str(language or "").lower().startswith("en") else "zh"])


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates() / "report" / "html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(template: str, **values: Any) -> str:
    """Render a page template; an address that is mentioned in its text is printed without its scheme."""
    return _SCHEME.sub("", _environment().get_template(template).render(**values))


def facts(meta: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """Head and foot of a page, from its metadata: plain text that the template escapes."""
    said = {key: str(value) for key, value in meta.items() if value not in (None, "")}
    names = {key: said.get(key, "") for key in ("title", "branch_name", "bank", "footer")}
    dates = [(words[key], said[key]) for key in ("as_of", "prepared") if key in said]
    version = [f"{words['version']} {said['kit_version']}"] if "kit_version" in said else []
    named = [names[key] for key in ("branch_name", "title", "bank") if names[key]]
    colophon = [*reversed(named), *(f"{label} {date}" for label, date in dates), *version]
    return {**names, "facts": dates, "page_title": " · ".join(named), "colophon": colophon}


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _take_title(soup: BeautifulSoup) -> str:
    heading = soup.find("h1")
    return _text(heading.extract()) if heading else ""


def _number(soup: BeautifulSoup, caption: Tag, label: str) -> None:
    mark = soup.new_tag("b")
    mark.string = label
    caption.insert(0, mark, " ")


def _arrange_figures(soup: BeautifulSoup, words: Mapping[str, str]) -> None:
    """Give a number to each figure with a caption, and a role or a text to what has no words for itself."""
    for number, caption in enumerate(soup.select("figure > figcaption"), start=1):
        _number(soup, caption, words["figure"].format(n=number))
    for image in soup.find_all("img"):
        image["alt"] = image.get("alt") or words["picture"]
    for quote in soup.find_all("blockquote"):
        quote["role"] = "note"
    for block in soup.find_all("pre"):
        block["tabindex"] = "0"


def _arrange_tables(soup: BeautifulSoup, words: Mapping[str, str]) -> None:
    """Draw headline figures as cards; give other tables a frame to scroll in and, to captions, a number."""
    number = 0
    for table in soup.find_all("table"):
        if "kpi" in table.get_attribute_list("class"):
            _draw_cards(soup, table)
            continue
        if not table.select_one(".num"):
            _align_numbers(table)
        columns = max((len(row.find_all(["td", "th"])) for row in table.find_all("tr")), default=0)
        fit = "bk-scroll" if columns <= _COLUMNS_THAT_FIT else "bk-scroll bk-always"
        scroll = table.wrap(soup.new_tag("div", attrs={"class": fit, "role": "region", "tabindex": "0"}))
        frame = scroll.wrap(soup.new_tag("figure", attrs={"class": "bk-table"}))
        caption = table.find("caption")
        if caption is None:
            scroll["aria-label"] = words["table"].format(n="").strip()
            continue
        # Outside the scrolling frame it stays in sight and wraps to the screen, not to the table.
        number += 1
        caption.name = "figcaption"
        caption["id"] = scroll["aria-labelledby"] = table["aria-labelledby"] = f"table-{number}"
        _number(soup, caption, words["table"].format(n=number))
        frame.insert(0, caption.extract())


def _draw_cards(soup: BeautifulSoup, table: Tag) -> None:
    cards = soup.new_tag("ul", attrs={"class": "bk-kpi"})
    for cell in table.find_all("td"):
        cell.name, cell.attrs = "li", {}
        cards.append(cell.extract())
    table.replace_with(cards)


def _align_numbers(table: Tag) -> None:
    """Set columns of numbers flush right in a table that does not say which they are: a plain data frame."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
    for column in range(1, max(map(len, rows), default=0) + 1):  # from the right: heads may span the index columns
        cells = [row[-column] for row in rows if len(row) >= column]
        texts = [_text(cell) for cell in cells if cell.name == "td"]
        if any(texts) and all(map(_NUMBER.fullmatch, texts)):
            for cell in cells:
                cell["class"] = [*(c for c in cell.get_attribute_list("class") if c), "num"]


def _contents(soup: BeautifulSoup) -> tuple[Section, ...]:
    """Give each heading a unique id and its level below the title's; return the two upper levels."""
    headings = soup.find_all(re.compile("^h[1-6]$"))
    shift = 2 - min((int(tag.name[1]) for tag in headings), default=2)
    taken: set[str] = set()
    chapters: list[tuple[str, str, list[Section]]] = []
    for tag in headings:
        ident = _unique(_slug(_text(tag)), taken)
        level = min(int(tag.name[1]) + shift, 6)
        tag.name, tag["id"] = f"h{level}", ident
        if level == 2 or (level == 3 and not chapters):
            chapters.append((ident, _text(tag), []))
        elif level == 3:
            chapters[-1][2].append(Section(ident, _text(tag)))
    return tuple(Section(ident, text, tuple(inner)) for ident, text, inner in chapters)


def _slug(text: str) -> str:
    """Id of a heading's own letters, Chinese ones too; the prefix keeps it apart from the page's own ids."""
    return "-".join(["s", *re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())])


def _unique(slug: str, taken: set[str]) -> str:
    ident, n = slug, 1
    while ident in taken:
        n += 1
        ident = f"{slug}-{n}"
    taken.add(ident)
    return ident
