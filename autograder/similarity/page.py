"""The pairs as a page with both sides beside each other; nothing of learners' runs in it."""

from __future__ import annotations

import html
from datetime import datetime
from pathlib import Path
from typing import Final

from markupsafe import Markup

from autograder.class_folder import write_atomically
from autograder.highlight import code_html
from autograder.pages import render_page
from autograder.similarity import ALIKE, FEWEST_STATEMENTS, Comparison

STYLES: Final = ("page.css", "similar.css")
MOST_PAIRS: Final = 100


def write_page(
    comparison: Comparison, path: Path, title: str, made: datetime | None = None
) -> Path:
    """Write the page on a comparison; return its path.

    Parameters
    ----------
    title : str
        The unit's.
    made : datetime, optional
        The time the page gives as its own; by default now.
    """
    page = render_page(
        "similar.html",
        styles=STYLES,
        title=title,
        seen=comparison,
        shown=comparison.pairs[:MOST_PAIRS],
        left_out=max(0, len(comparison.pairs) - MOST_PAIRS),
        fewest=FEWEST_STATEMENTS,
        alike=ALIKE,
        marked_code=marked_code,
        made=made or datetime.now().astimezone(),
    )
    write_atomically(path, page.encode())
    return path


def marked_code(source: str, same: frozenset[int]) -> Markup:
    """Source code with the lines that are the same marked, by a sign as well as by colour."""
    lines = code_html(source).split("\n")
    if len(lines) != len(source.split("\n")):
        lines = html.escape(source).split("\n")
    marked = [
        f'<span class="same"><span class="sign">▌</span>{line}</span>'
        if number in same
        else f'<span class="sign"> </span>{line}'
        for number, line in enumerate(lines)
    ]
    return Markup("\n".join(marked))
