"""One real piece of code for each mistake of a class, without its author's name."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from autograder.errors import UnreadableNotebook
from autograder.leaderboard import LONG_ENOUGH, letters
from autograder.report.mistakes import Cause, MistakeCount
from autograder.sanitize import clean_text
from autograder.submissions import LARGEST_SUBMISSION_BYTES, read_file

CANDIDATES: Final = 5
"""Learners whose code is looked at for each mistake; the shortest is shown."""
MOST_LINES: Final = 30

Answers = Mapping[str, str]
"""Source by exercise."""


@dataclass(frozen=True)
class Specimen:
    """Code as a learner wrote it, without docstrings; ``left_out`` lines follow."""

    source: str
    left_out: int = 0


def specimens(
    mistakes: Iterable[MistakeCount],
    answers_of: Callable[[str], Answers],
    names: Mapping[str, str],
) -> dict[Cause, Specimen]:
    """Choose a piece of code for each mistake: the shortest of the first few learners'.

    Code in which its author's name stands is not chosen: the report shows it without one.

    Parameters
    ----------
    mistakes : iterable of MistakeCount
        Of one unit.
    answers_of : callable
        What a student wrote, by exercise.
    names : mapping
        Full names by student.
    """
    answers_of = cache(answers_of)
    found = {}
    for mistake in mistakes:
        sources = [
            bare
            for student in mistake.students[:CANDIDATES]
            if (bare := without_docstrings(answers_of(student).get(mistake.exercise, "")))
            and not _names_its_author(bare, (student, names.get(student, "")))
        ]
        if sources:
            found[mistake.cause] = _shown(min(sources, key=lambda source: (len(source), source)))
    return found


def read_answers(path: Path) -> Answers:
    """The solution cells of a notebook by exercise; none where it cannot be read."""
    try:
        notebook = json.loads(read_file(path, LARGEST_SUBMISSION_BYTES))
        return dict(filter(None, map(_answer, notebook["cells"])))
    except (OSError, UnreadableNotebook, ValueError, TypeError, KeyError, AttributeError):
        return {}


def without_docstrings(source: str) -> str:
    """The code without docstrings and empty lines at its ends, if Python can read it.

    They are the exercise's own text, which whoever reads the report knows.
    """
    text = clean_text(source).strip()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    lines = text.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            _blank_docstring(node, lines)
    return "\n".join(line for line in lines if line != _GONE).strip()


_GONE: Final = "\0"


def _blank_docstring(node: Any, lines: list[str]) -> None:
    first, rest = node.body[0], node.body[1:]
    alone = rest and first.lineno > node.lineno and rest[0].lineno > first.end_lineno
    if alone and ast.get_docstring(node, clean=False) is not None:
        for number in range(first.lineno - 1, first.end_lineno):
            lines[number] = _GONE


def _answer(cell: Any) -> tuple[str, str] | None:
    mark = cell["metadata"].get("nbgrader", {})
    if not mark.get("solution") or mark.get("grade") or cell["cell_type"] != "code":
        return None
    return str(mark["grade_id"]).removesuffix("-solution"), "".join(cell["source"])


def _names_its_author(source: str, names: Iterable[str]) -> bool:
    told = letters(source)
    parts = {letters(part) for name in names for part in (name, *name.split())}
    return any(len(part) >= LONG_ENOUGH and part in told for part in parts)


def _shown(source: str) -> Specimen:
    lines = source.splitlines()
    return Specimen("\n".join(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES))
