"""Verify a unit's cells before nbgrader sees them: its own errors name neither file nor line."""

from __future__ import annotations

import re
from typing import Final

from autograder.build.places import place, place_in_cell, place_of_cell, place_of_text
from autograder.errors import BadUnit
from autograder.unit import BEGIN_SOLUTION, END_SOLUTION, Cell, Unit

OPTIONS: Final = frozenset({"exercise", "check", "setup", "demo", "question", "points"})
"""What may stand behind ``# %%``."""
FORBIDDEN: Final = ("BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME")
FILL_IN: Final = "FILL IN"
"""Stands in a skeleton wherever the author has something to write."""
FILES: Final = ("exercises.py", "probes.py")


def verify_cells(unit: Unit) -> None:
    """Refuse what nbgrader would refuse without a word, or let pass.

    Raises
    ------
    BadUnit
        With the file and the line.
    """
    verify_nothing_is_left(unit)
    verify_options(unit)
    seen: dict[str, Cell] = {}
    for cell in unit.cells:
        verify_no_hidden_tests(unit, cell)
        verify_markers(unit, cell)
        first = seen.setdefault(cell.grade_id or f"line {cell.line}", cell)
        if first is not cell:
            raise BadUnit(
                f"{place_of_cell(unit, cell)}: {cell.name!r} is the name of the {first.role} in "
                f"line {first.line} already; choose another name"
            )


def verify_nothing_is_left(unit: Unit) -> None:
    """Nothing of a skeleton may be left to be filled in, in any of the unit's files."""
    for path in (unit.path, *(unit.path.with_name(name) for name in FILES)):
        if where := place_of_text(path, FILL_IN):
            raise BadUnit(f"{where}: something is left to fill in")


def verify_options(unit: Unit) -> None:
    """A misspelt option would make another kind of cell of it."""
    for number, line in enumerate(unit.path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("# %%"):
            unknown = set(re.findall(r"(\w+)=", line)) - OPTIONS
            if unknown:
                raise BadUnit(
                    f"{place(unit.path, number)}: a cell has no option {min(unknown)!r}; there "
                    f"are {', '.join(sorted(OPTIONS))}"
                )


def verify_no_hidden_tests(unit: Unit, cell: Cell) -> None:
    """What nbgrader hides in a cell it shows in its feedback."""
    for number, line in enumerate(cell.source.splitlines(), 1):
        if any(mark in line for mark in FORBIDDEN):
            raise BadUnit(
                f"{place_in_cell(unit, cell, number)}: hidden tests would reach the learner; "
                "hidden cases belong in exercises.py"
            )


def verify_markers(unit: Unit, cell: Cell) -> None:
    """Each solution begins and ends, in a cell that may have one."""
    begun = 0
    for number, line in enumerate(cell.source.splitlines(), 1):
        where = place_in_cell(unit, cell, number)
        if BEGIN_SOLUTION in line:
            if cell.role not in ("exercise", "question"):
                raise BadUnit(f"{where}: a solution outside of an exercise's or question's cell")
            if begun:
                raise BadUnit(f"{where}: the solution before this one has no {END_SOLUTION}")
            begun = number
        elif END_SOLUTION in line:
            if not begun:
                raise BadUnit(f"{where}: {END_SOLUTION} without {BEGIN_SOLUTION} before it")
            begun = 0
    if begun:
        raise BadUnit(f"{place_in_cell(unit, cell, begun)}: this solution has no {END_SOLUTION}")
