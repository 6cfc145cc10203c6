"""HTML from a learner, reduced to an allow-list of tags that can only show something."""

from __future__ import annotations

import re
from functools import cache

import nh3

from autograder.sanitize.picture import clean_picture

LARGEST_HTML = 1_000_000
# The parser's time grows with the square of the depth; ten thousand tags take 0.2 s at worst.
MOST_TAGS = 10_000

TAGS = frozenset(
    "a abbr b blockquote br caption code col colgroup dd del details dfn div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub "
    "summary sup table tbody td tfoot th thead tr tt u ul var wbr".split()
)
# With these, what stands between the tags goes too: it is code, style, or not meant to be read.
TAGS_WITH_CONTENT = frozenset(
    "applet embed frameset head iframe math noembed noframes noscript object plaintext script "
    "select style svg template textarea title xmp".split()
)
ATTRIBUTES = {
    "*": {"style"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,", re.IGNORECASE)
_SMALL_NUMBER = re.compile(r"[0-9]{1,4}")


def clean_html(source: str) -> str:
    """Return the part of ``source`` that can do nothing but be looked at.

    No scripts, frames, forms, event handlers, classes, ids or styles (but for ``text-align``);
    links only to the web, to mail and within the page; pictures only as PNG inside the page.

    Parameters
    ----------
    source : str
        Any HTML, well-formed or not.
    """
    source = source.encode("utf-8", "replace").decode()
    if len(source) > LARGEST_HTML or source.count("<") > MOST_TAGS:
        size = f"{len(source):,} characters with {source.count('<'):,} tags"
        return f"<p>[HTML too large to show was left out: {size}]</p>"
    return _cleaner().clean(source)


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(TAGS_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_filtered,
        tag_attribute_values={"th": {"scope": {"col", "row", "colgroup", "rowgroup"}}},
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto", "data"},
        url_relative="pass_through",
    )


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    """Keep, change or (None) drop one attribute of the allow-list; nh3 drops it if this raises."""
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute == "src":
        start = _PICTURE.match(value)
        picture = clean_picture(value[start.end() :]) if start else None
        return f"data:image/png;base64,{picture}" if picture else None
    if attribute in ("width", "height", "colspan", "rowspan", "start"):
        return value if _SMALL_NUMBER.fullmatch(value) else None
    return value
