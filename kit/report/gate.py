"""The acceptance gate: each rendered file has its own branch's name, its chapters, and no trace of an accident."""

import re
from base64 import b64decode
from collections.abc import Sequence
from html import escape, unescape

from kit.errors import KitError

_EXTERNAL = re.compile(
    r"""(?:src|href|action|data)\s*=\s*["']?\s*(?:[a-z]+:)?//|url\(\s*["']?(?:[a-z]+:)?//|https?://""", re.IGNORECASE
)
_ACCIDENTS = re.compile(
    r"(?<![\w.])(?:nan|NaN|None|NaT|<NA>|inf|-inf)(?![\w.])|\ufffd|Traceback \(most recent call last\)"
)
_ESCAPED = re.compile(r"\\[`*_{}\[\]<>()#+!|~$&^=:]")  # what `kit.text.markdown` makes of a sign, read by nobody
_SVG = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
_AXIS = re.compile(r'<g id="matplotlib\.axis_\d+">')
_TICK = re.compile(r'<g id="[xy]tick_\d+">(?:(?!<g id="[xy]tick_).)*?<!-- (.*?) -->', re.DOTALL)
_PAGES = re.compile(rb"/Type\s*/Page(?![s\w])")


class GateRefused(KitError):
    """A rendered file is not fit to be handed over (file, reason)."""


def check_html(html: str, *, branch_name: str, chapters: Sequence[str]) -> None:
    """Refuse a page that lacks its branch's name or a chapter, or holds an external address or an accident's trace.

    Of accidents are a sign that stayed escaped, and an axis with two equal labels.

    Raises
    ------
    GateRefused
        With the first reason found.
    """
    markup = re.sub(r"data:image/[\w.+-]+;base64,[A-Za-z0-9+/=\s]+", "", html)
    if "<script" in markup.lower():
        raise GateRefused(file="HTML", reason="<script>")
    if found := _EXTERNAL.search(markup):
        raise GateRefused(file="HTML", reason=f"external address: {found[0][:40]}")
    masthead = markup.partition("<header")[2].partition("</header>")[0]
    if " ".join(branch_name.split()) not in _text(masthead):
        raise GateRefused(file="HTML", reason="its own branch's name is not in its head")
    main = markup.partition("<main")[2].partition("</main>")[0]
    places = [main.find(f">{escape(title)}</h2>") for title in chapters]  # as the kit itself writes a heading
    if -1 in places or places != sorted(places):
        raise GateRefused(file="HTML", reason=f"chapters expected: {', '.join(chapters)}")
    if found := _ACCIDENTS.search(_text(main)):
        raise GateRefused(file="HTML", reason=f"“{found[0]}” in the text")
    drawn = [b64decode(image).decode("utf-8", "replace") for image in _SVG.findall(html)]
    for text in (unescape(main), *drawn):
        if found := _ESCAPED.search(text):
            raise GateRefused(file="HTML", reason=f"“{found[0]}” in the text")
    for axis in (part for svg in drawn for part in _AXIS.split(svg)[1:]):
        labels = _TICK.findall(axis)
        if twice := next((label for label in labels if labels.count(label) > 1), None):
            raise GateRefused(file="HTML", reason=f"“{unescape(twice)}” twice on an axis")


def _text(markup: str) -> str:
    """Text of markup that the kit wrote: there no ``<`` or ``>`` is anything but a tag's."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def check_pdf(pdf: bytes, *, branch_name: str, min_pages: int) -> None:
    """Refuse a PDF that is too short, untagged, or whose metadata do not name its branch.

    Typst writes the XMP packet uncompressed (PDF/UA demands it), so no PDF library is needed at run time.

    Raises
    ------
    GateRefused
        With the first reason found.
    """
    if not pdf.startswith(b"%PDF-"):
        raise GateRefused(file="PDF", reason="not a PDF")
    if b"pdfuaid" not in pdf:
        raise GateRefused(file="PDF", reason="not tagged as PDF/UA")
    title = re.search(rb"<dc:title>(.*?)</dc:title>", pdf, re.DOTALL)
    told = _text(title[1].decode("utf-8", "replace")) if title else ""
    if " ".join(branch_name.split()) not in " ".join(told.split()):
        raise GateRefused(file="PDF", reason="its own branch's name is not in its title")
    pages = re.search(rb"<xmpTPg:NPages>(\d+)</xmpTPg:NPages>", pdf)
    number = int(pages[1]) if pages else len(_PAGES.findall(pdf))
    if number < min_pages:
        raise GateRefused(file="PDF", reason=f"{number} pages, at least {min_pages} expected")
