"""Source code as a row of tokens in which the learner's own names are all one.

Comments, documentation and layout are left out. Names of the language, of modules and what is in
them, and of the unit's exercises stay: nobody hides a copy by renaming ``np.sum``.
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from typing import Final

from autograder.highlight import LONGEST_HIGHLIGHTED
from autograder.sanitize import clean_text
from autograder.unit import Unit

OWN_NAME: Final = "name"
SOME_TEXT: Final = "'text'"
MOST_GIVEN_LINES: Final = 4
AS_GIVEN: Final = "    # ... as given ..."


@dataclass(frozen=True)
class Token:
    """A token, and the line of the source it stands in, from 0."""

    text: str
    line: int


def shown_source(source: str, given: str = "") -> str:
    """The source as a page shows it, so that lines have the same numbers there.

    What stands at its beginning exactly as ``given``, such as long documentation, is cut short.
    """
    lines = clean_text(source, LONGEST_HIGHLIGHTED).strip("\n").split("\n")
    pairs = zip(lines, given.strip("\n").split("\n"), strict=False)
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    if same > MOST_GIVEN_LINES:
        lines[1:same] = [AS_GIVEN]
    return "\n".join(lines)


def known_names(unit: Unit) -> frozenset[str]:
    """The names that every learner of a unit has in common: imports, exercises."""
    names = {name for exercise in unit.exercises for name in unit.names_of(exercise)}
    for cell in unit.cells:
        if cell.role == "setup":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names |= {alias.asname or alias.name for alias in node.names}
    return frozenset(names)


def tokens_of(source: str, known: frozenset[str]) -> list[Token]:
    """Split source code, right or wrong, into tokens that renaming does not change."""
    from pygments.lexers import PythonLexer
    from pygments.token import Comment, Name, String, Text, Whitespace

    found: list[Token] = []
    line, before = 0, ("", "")
    for kind, value in PythonLexer(stripnl=False).get_tokens(source):
        if kind in Text or kind in Whitespace or kind in Comment or kind in String.Doc:
            line += value.count("\n")
            continue
        text = value
        if kind in String:
            text = SOME_TEXT
        elif kind in Name and _is_own(kind, value, before, known):
            text = OWN_NAME
        if not (text == SOME_TEXT and found and found[-1] == Token(SOME_TEXT, line)):
            found.append(Token(text, line))
        before = (before[1], value)
        line += value.count("\n")
    return found


def _is_own(kind: object, value: str, before: tuple[str, str], known: frozenset[str]) -> bool:
    """Whether the learner chose the name: neither built in, nor given, nor in somebody's module."""
    from pygments.token import Name

    if before[1] == ".":
        return before[0] == "self"
    built_in = kind in Name.Builtin or kind in Name.Exception or kind in Name.Function.Magic  # type: ignore[operator]
    return not built_in and value not in known
