"""The HTML report: a document as one self-contained page.

What a notebook of unknown origin holds was cut down when it became blocks, the blocks' texts are escaped, and the page
tells the browser (Content-Security-Policy) to run and to load nothing.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any

import jinja2
from markupsafe import Markup

from kit.document.html import RELATIVE, HtmlWriter
from kit.report.notebook import Document, labels
from kit.resources import templates

# Bounded: pictures are runs of a hundred thousand such characters, and an open run is tried from each of them.
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]{0,30}://", re.IGNORECASE)


def html_page(document: Document) -> str:
    """The page: no script, no external address, every picture inside.

    Raises
    ------
    ValueError
        If the document's ``index`` or ``pdf`` is not a relative address.
    """
    words = labels(document.language)
    writer = HtmlWriter(document.language, words)
    body = Markup(writer.write(document.blocks))  # noqa: S704  # the writer escapes every text
    return page(
        "report.html.j2",
        head=facts({**document.facts, "title": document.title}, words),
        labels=words,
        links=[(words[key], relative_href(document.facts[key])) for key in ("index", "pdf") if key in document.facts],
        toc=[(level, ident, text) for level, ident, text in writer.headings if level <= 3],
        body=body,
    )


def relative_href(address: object) -> str:
    """Return an address that stays among the files handed over; `ValueError` if it has a scheme or root."""
    text = str(address)
    if not RELATIVE.fullmatch(text):
        msg = f"not a relative address: {text!r}"
        raise ValueError(msg)
    return text


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
