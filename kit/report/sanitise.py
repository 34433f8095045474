"""HTML of unknown origin, cut down to what can neither run nor load anything.

Only listed elements and attributes survive, and text is escaped when it is written out again; so what a
browser reads is what was checked here, whatever the input looked like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag
from markupsafe import Markup

__all__ = ["clean", "relative_href"]

_KEPT = frozenset(
    """a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup
    table tbody td tfoot th thead tr u ul var""".split()  # noqa: SIM905  # sixty quotes hide the names
)
# These go with their content, which is no text for a reader. Other unknown elements leave theirs behind.
_DROPPED = frozenset(
    """applet audio base canvas embed form frame frameset head iframe link math meta noembed noframes
    noscript object plaintext script select style svg template textarea title video xmp""".split()  # noqa: SIM905
)
_DIGITS = re.compile(r"\d{1,4}")
# No scheme, no host, no root: it stays among the files that were handed over.
_RELATIVE = re.compile(r"(?!/)[^\s:\\\x00-\x1f]+")
_PICTURE = re.compile(r"data:image/(?:svg\+xml|png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_ANY = re.compile(r".*", re.DOTALL)
_EVERYWHERE: Mapping[str, re.Pattern[str]] = {
    "class": _ANY,
    "title": _ANY,
    "lang": re.compile(r"[A-Za-z\-]+"),
}
_ATTRIBUTES: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "a": {"href": _RELATIVE},
    "img": {"src": _PICTURE, "alt": _ANY, "width": _DIGITS, "height": _DIGITS},
    "td": {"colspan": _DIGITS, "rowspan": _DIGITS},
    "th": {"colspan": _DIGITS, "rowspan": _DIGITS, "scope": re.compile(r"(?:row|col)(?:group)?")},
    "ol": {"start": _DIGITS},
    "col": {"span": _DIGITS},
    "colgroup": {"span": _DIGITS},
}


def relative_href(address: object) -> str:
    """Return an address that stays among the files handed over; `ValueError` if it has a scheme or root."""
    text = str(address)
    if not _RELATIVE.fullmatch(text):
        msg = f"not a relative address: {text!r}"
        raise ValueError(msg)
    return text


def clean(html: object) -> Markup:
    """Cut HTML down to known elements and attributes.

    Parameters
    ----------
    html : str
        A fragment, well formed or not.

    Returns
    -------
    markupsafe.Markup
        A balanced fragment without scripts, styles, ids, event handlers, forms, frames or addresses that
        leave the folder. Pictures inside it (``data:``) stay; others become their alternative text.
    """
    soup = BeautifulSoup(str(html), "html.parser")
    for text in soup.find_all(string=lambda s: isinstance(s, PreformattedString)):
        text.extract()  # comments, CDATA and declarations are written out raw
    for tag in soup.find_all(_DROPPED):
        tag.extract()
    for tag in soup.find_all():
        _clean_tag(tag)
    return Markup(soup.decode(formatter="minimal"))  # noqa: S704  # known elements and escaped text only


def _clean_tag(tag: Tag) -> None:
    allowed = {**_EVERYWHERE, **_ATTRIBUTES.get(tag.name, {})}
    kept: dict[str, Any] = {}
    for name, value in tag.attrs.items():
        text = " ".join(value) if isinstance(value, list) else str(value)
        if name in allowed and allowed[name].fullmatch(text):
            kept[name] = text
    if "class" in kept:  # bk- is the page's own
        kept["class"] = [c for c in kept["class"].split() if not c.startswith("bk-")]
    tag.attrs = kept
    if tag.name == "img" and "src" not in kept:
        tag.replace_with(NavigableString(kept.get("alt", "")))
    elif tag.name not in _KEPT or (tag.name == "a" and "href" not in kept):
        tag.unwrap()
