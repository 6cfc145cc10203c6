"""Python source as HTML with a class per kind of token; the page's style sheet gives colours."""

from __future__ import annotations

import html

from autograder.sanitize import clean_text

LONGEST_HIGHLIGHTED = 20_000


def code_html(source: str) -> str:
    """Return source code as escaped HTML for a ``<pre>``, long code without colours.

    Parameters
    ----------
    source : str
        Python, right or wrong.
    """
    text = clean_text(source, 5 * LONGEST_HIGHLIGHTED).strip("\n")
    if len(text) > LONGEST_HIGHLIGHTED:
        return html.escape(text)
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    formatter = HtmlFormatter(nowrap=True, classprefix="py-")
    highlighted: str = highlight(text, PythonLexer(stripnl=False), formatter)
    return highlighted.rstrip("\n")
