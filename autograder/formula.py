"""TeX formulas as MathML, which browsers draw without a script."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST_FORMULA = 2000


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
        root = convert_to_element(tex.strip(), display="block" if display else "inline")
        return _written(root)
    except Exception:  # noqa: BLE001 - whatever a half-written formula makes the converter raise.
        return readable


def _written(element: Element) -> str:
    """Write an element with its text escaped; the converter leaves entities in it."""
    attributes = "".join(
        f' {name}="{html.escape(html.unescape(value))}"'
        for name, value in element.attrib.items()
        if name != "xmlns"
    )
    inner = _escaped(element.text) + "".join(
        _written(child) + _escaped(child.tail) for child in element
    )
    tag = element.tag if element.tag.isalpha() else "mrow"
    return f"<{tag}{attributes}>{inner}</{tag}>"


def _escaped(text: str | None) -> str:
    return html.escape(html.unescape(text or ""))
