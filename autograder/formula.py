"""TeX formulas as MathML, which browsers draw without a script."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST_FORMULA: Final = 2000

# What the converter does not know, in terms of what it does.
_REWRITTEN: Final = (
    (re.compile(r"\\(begin|end)\{(?:aligned|split)\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin|end)\{(?:gather\*?|gathered|multline\*?)\}"), r"\\\1{matrix}"),
    (re.compile(r"\\mathrm\{([A-Za-z ]+)\}"), r"\\text{\1}"),
    (re.compile(r"\\arg(?![A-Za-z])"), r"\\operatorname{arg}"),
    (re.compile(r"\\\\\[[^\]]*\]"), r"\\\\"),
)
# In a line of its own these carry what stands below them below, not beside.
_LIMITS: Final = frozenset(("lim", "max", "min", "sup", "inf", "argmax", "argmin"))


def formula_html(tex: str, *, display: bool = False) -> str:
    r"""Return a formula as MathML, or, where it cannot be read, its TeX as code.

    The converter lets TeX write any tag and attribute (``\text{<script>}``, ``\href``), so what
    this returns is escaped but not clean: pass the page through ``clean_html(formulas=True)``.

    Parameters
    ----------
    tex : str
        The formula, without its dollar signs.
    display : bool
        A line of its own.
    """
    readable = f"<code>{html.escape(tex.strip())}</code>"
    if len(tex) > LONGEST_FORMULA:
        return readable
    from latex2mathml.converter import convert_to_element

    try:
        root = convert_to_element(_rewritten(tex), display="block" if display else "inline")
        return _written(root, display)
    except Exception:  # noqa: BLE001 - whatever a half-written formula makes the converter raise.
        return readable


def _rewritten(tex: str) -> str:
    for pattern, replacement in _REWRITTEN:
        tex = pattern.sub(replacement, tex)
    return tex.strip()


def _written(element: Element, display: bool) -> str:
    """Write an element with its text escaped; the converter leaves entities in it."""
    attributes = "".join(
        f' {name}="{html.escape(html.unescape(value))}"'
        for name, value in element.attrib.items()
        if name != "xmlns"
    )
    inner = _escaped(element.text) + "".join(
        _written(child, display) + _escaped(child.tail) for child in element
    )
    tag = element.tag if element.tag.isalpha() else "mrow"
    if display and tag == "msub" and element[0].text in _LIMITS:
        tag = "munder"
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _escaped(text: str | None) -> str:
    return html.escape(html.unescape(text or ""))
