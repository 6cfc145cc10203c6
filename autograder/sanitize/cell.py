"""A cell of a table that people open in a spreadsheet."""

from __future__ import annotations

import re
from typing import Final

from autograder.sanitize.text import clean_text

LONGEST_CELL: Final = 10_000
_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?%?|-")
# A spreadsheet takes a cell that begins so as a formula; one that splits lines at another
# character, or reads quotes its own way, can come to begin a cell in the middle of ours.
_FORMULA = re.compile(r"(^|[;,\t\r\n\"'|])(\s*)(?=[=+\-@＝＋－＠])")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute what begins so, or what stands behind a separator."""
    return not _NUMBER.fullmatch(text.strip()) and _FORMULA.search(text) is not None


def harmless_cell(text: str) -> str:
    """One line of text that no spreadsheet takes for a formula; numbers stay as they are."""
    return harmless_text(text) if is_formula(text) else text


def harmless_text(text: str) -> str:
    """One line of text, of which nothing is a formula, nor a number."""
    line = " ".join(clean_text(text, LONGEST_CELL).split())
    return _FORMULA.sub(r"\1\2'", line)
