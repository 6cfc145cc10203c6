"""HTML from a learner, reduced to an allow-list of tags that can only show something."""

from __future__ import annotations

import re
from functools import cache

import nh3

from autograder.sanitize.picture import clean_picture

LARGEST_HTML = 1_000_000
# The parser's time grows with the square of the depth; ten thousand tags take 0.2 s at worst.
MOST_TAGS = 10_000

TAGS = """
    a abbr b blockquote br caption code col colgroup dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub
    summary sup table tbody td tfoot th thead tr tt u ul var wbr
"""
# With these, what stands between the tags goes too: it is code, style, or not meant to be read.
TAGS_WITH_CONTENT = """
    applet embed frameset head iframe math noembed noframes noscript object plaintext script
    select style svg template textarea title xmp
"""
FORMULA_TAGS = """
    math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot
    mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none
"""
FORMULA_ATTRIBUTES = """
    accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form
    height largeop linethickness lspace mathcolor mathvariant maxsize minsize movablelimits
    notation rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width
"""
ATTRIBUTES = {
    "*": {"style"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_MATHML = frozenset(FORMULA_TAGS.split())
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,", re.IGNORECASE)
_SMALL_NUMBER = re.compile(r"[0-9]{1,4}")


def clean_html(source: str, *, formulas: bool = False) -> str:
    """Return the part of ``source`` that can do nothing but be looked at.

    No scripts, frames, forms, event handlers, classes, ids or styles (but for ``text-align``);
    links only to the web, to mail and within the page; pictures only as PNG inside the page.

    Parameters
    ----------
    source : str
        Any HTML, well-formed or not.
    formulas : bool
        Keep MathML: for pages into which we have set formulas ourselves.
    """
    source = source.encode("utf-8", "replace").decode()
    if len(source) > LARGEST_HTML or source.count("<") > MOST_TAGS:
        size = f"{len(source):,} characters with {source.count('<'):,} tags"
        return f"<p>[HTML too large to show was left out: {size}]</p>"
    return _cleaner(formulas).clean(source)


@cache
def _cleaner(formulas: bool) -> nh3.Cleaner:
    tags, dropped = set(TAGS.split()), set(TAGS_WITH_CONTENT.split())
    attributes = {tag: set(names) for tag, names in ATTRIBUTES.items()}
    if formulas:
        shown = set(FORMULA_TAGS.split())
        tags, dropped = tags | shown, dropped - shown
        attributes |= {tag: set(FORMULA_ATTRIBUTES.split()) for tag in shown}
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=dropped,
        attributes=attributes,
        attribute_filter=_filtered,
        tag_attribute_values={"th": {"scope": {"col", "row", "colgroup", "rowgroup"}}},
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto", "data"},
    )


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    """Keep, change or (None) drop one attribute of the allow-list; nh3 drops it if this raises."""
    if tag in _MATHML:
        return value
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute == "src":
        start = _PICTURE.match(value)
        picture = clean_picture(value[start.end() :]) if start else None
        return f"data:image/png;base64,{picture}" if picture else None
    if attribute in ("width", "height", "colspan", "rowspan", "start"):
        return value if _SMALL_NUMBER.fullmatch(value) else None
    return value
