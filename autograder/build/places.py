"""Where in a unit's files an error comes from, such as ``solutions/02_regression/probes.py:40``."""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from autograder.errors import BadUnit
from autograder.exercise import Mistake
from autograder.unit import BEGIN_SOLUTION, END_SOLUTION, ROOT, Cell, Unit

CHECK_CELL: Final = "<check cell>"
"""What the runner calls the check cell that it executes."""


def place(path: Path, line: int) -> str:
    """A file and a line as an editor opens them."""
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{shown}:{line}"


def place_of_cell(unit: Unit, cell: Cell) -> str:
    """Where a cell begins."""
    return place(unit.path, cell.line)


def place_in_cell(unit: Unit, cell: Cell, line: int) -> str:
    """The line of a cell's text, counted from 1."""
    return place(unit.path, cell.line + line)


def place_of_text(path: Path, text: str) -> str | None:
    """The first line of a file that holds a text; None if there is none."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text in line:
            return place(path, number)
    return None


def place_of_mistake(unit: Unit, exercise: str, mistake: Mistake) -> str:
    """Where exercises.py adds a mistake to an exercise."""
    path = unit.path.parent / "exercises.py"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=owner), attr="mistake"),
                args=[ast.Constant(value=name), *_],
            ) if (owner, name) == (exercise, mistake.name):
                return place(path, node.lineno)
    return place(path, 1)  # made in a loop, say


def place_of_exercise(path: Path, name: str) -> str:
    """Where exercises.py makes an exercise."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=found)]) if found == name:
                return place(path, node.lineno)
    return place(path, 1)


@contextmanager
def errors_of_cells(unit: Unit) -> Iterator[None]:
    """Turn what a unit's cells raise into a BadUnit that says in which line."""
    try:
        yield
    except BadUnit:
        raise
    except Exception as error:
        raise BadUnit(f"{place_of_error(unit, error)}: {told(error)}") from error


def place_of_error(unit: Unit, error: Exception) -> str:
    """The innermost line of the unit's cells that an error passed through."""
    for filename, line in reversed(lines_passed(error)):
        named = re.fullmatch(rf"<cell {re.escape(unit.name)} (line )?(\w+)>", filename)
        if named and named[1]:
            return place(unit.path, int(named[2]) + line)
        if named:
            cell = unit.cell("exercise", named[2])
            return place_in_cell(unit, cell, line_with_markers(cell.source, line))
    return str(unit.path)


def lines_passed(error: Exception) -> list[tuple[str, int]]:
    """The files and lines that an error passed through, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    passed = [(frame.filename, frame.lineno or 1) for frame in frames]
    if isinstance(error, SyntaxError):
        passed.append((error.filename or "", error.lineno or 1))
    return passed


def line_with_markers(source: str, line: int) -> int:
    """The line of a cell's text that is this line of it without the solution's markers."""
    left = line
    for number, text in enumerate(source.splitlines(), 1):
        left -= text.strip() not in (BEGIN_SOLUTION, END_SOLUTION)
        if left == 0:
            return number
    return line


def told(error: Exception) -> str:
    """An error in one line, as Python ends a traceback with it."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}"
