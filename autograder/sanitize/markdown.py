"""Markdown from a learner, changed so that no renderer can make more of it than text.

The formgrader, JupyterLab and our own feedback page read markdown a little differently, and a
page that is clean as one of them reads it may run a script as another does. So nothing here
depends on where code, math or a link begins: a space goes into every sequence that could start
a tag, a picture, a link to something other than the web, or a TeX command that reaches outside
its formula. Code and formulas read the same with the space in them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from autograder.sanitize.text import clean_text

LONGEST_MARKDOWN = 100_000

# Tags that are allowed bare. None of them goes on formatting the page after an unclosed cell.
_BARE_TAG = r"/?(?:br|hr|kbd|mark|sub|sup)\s*/?>"
_TAG = re.compile(rf"<(?=[A-Za-z/!?])(?!{_BARE_TAG})")
_TEX_COMMAND = re.compile(
    r"\\(?=(?:bbox|class|cssId|data|def|edef|enclose|gdef|href|html\w*|img|includegraphics|let|"
    r"mmlToken|newcommand|newenvironment|renewcommand|renewenvironment|require|style|toggle|"
    r"unicode|url|xdef|Declare\w*|action\w*|texttip|tooltip|mathtip)(?![A-Za-z]))"
)


def clean_markdown(source: Any, attachments: Collection[str] = ()) -> str:
    """Return markdown whose HTML, pictures, links and TeX can do nothing but be looked at.

    Emphasis, lists, tables, code, formulas, links to the web and pictures attached to the cell
    stay. Any other tag is shown as the text it is. Cleaning twice changes nothing more.

    Parameters
    ----------
    source : str, or list of str as notebook files hold it
        Markdown by anybody.
    attachments : collection of str
        Names of the pictures the cell carries. A picture that names another one is taken apart:
        nbconvert gives up on the whole notebook for it.
    """
    carried = "|".join(map(re.escape, attachments)) or "(?!)"
    attached = rf"attachment:(?:{carried})\)"
    # `![alt](` begins a picture, `](` a link's address, `]:` the address of a link defined here.
    picture = rf"!(?=\[)(?!\[[^\[\]\n]*\]\({attached})"
    address = rf"\](?=\(|:)(?!\((?:https?://|#|{attached})|:[ ]?https?://)"
    text = clean_text(source, LONGEST_MARKDOWN)
    text = _TAG.sub("< ", text)
    text = re.sub(address, "] ", re.sub(picture, "! ", text))
    return _TEX_COMMAND.sub(r"\\ ", text)
