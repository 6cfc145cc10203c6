"""Markdown from a learner, changed so that no renderer can make more of it than text.

The formgrader, JupyterLab and our own feedback page read markdown a little differently, and a
page that is clean as one of them reads it may run a script as another does. So nothing here
depends on where code, math or a link begins: a space goes into every sequence that could start
a tag, a picture, a link to something other than the web, or a TeX command that reaches outside
its formula. Code and formulas read the same with the space in them.
"""

from __future__ import annotations

import re
from typing import Any

from autograder.sanitize.text import clean_text

LONGEST_MARKDOWN = 100_000

# Tags that are allowed bare. None of them goes on formatting the page after an unclosed cell.
_BARE_TAG = r"/?(?:br|hr|kbd|mark|sub|sup)\s*/?>"
_TAG = re.compile(rf"<(?=[A-Za-z/!?])(?!{_BARE_TAG})")
# `![alt](attachment:name)` is a picture the notebook carries; any other is fetched from elsewhere.
_REMOTE_PICTURE = re.compile(r"!(?=\[)(?!\[[^\[\]\n]*\]\(attachment:[\w.-]+\))")
# `](` begins a link's address, `]:` the address of a link defined elsewhere.
_ADDRESS = re.compile(r"\](?=\(|:)(?!\((?:https?://|#|attachment:[\w.-]+\))|:[ ]?https?://)")
_TEX_COMMAND = re.compile(
    r"\\(?=(?:bbox|class|cssId|data|def|edef|enclose|gdef|href|html\w*|img|includegraphics|let|"
    r"mmlToken|newcommand|newenvironment|renewcommand|renewenvironment|require|style|toggle|"
    r"unicode|url|xdef|Declare\w*|action\w*|texttip|tooltip|mathtip)(?![A-Za-z]))"
)


def clean_markdown(source: Any) -> str:
    """Return markdown whose HTML, pictures, links and TeX can do nothing but be looked at.

    Emphasis, lists, tables, code, formulas, links to the web and pictures attached to the cell
    stay. Any other tag is shown as the text it is. Cleaning twice changes nothing more.
    """
    text = clean_text(source, LONGEST_MARKDOWN)
    text = _TAG.sub("< ", text)
    text = _REMOTE_PICTURE.sub("! ", text)
    text = _ADDRESS.sub("] ", text)
    return _TEX_COMMAND.sub(r"\\ ", text)
