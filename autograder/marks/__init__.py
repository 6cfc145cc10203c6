"""Marks out of nbgrader's gradebook and back into Canvas, Moodle, or any spreadsheet.

A mark is what nbgrader's own export gives: what the grader and people gave, less what lateness
cost. One that still waits for a human is not written: the cell stays as it was, and is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from autograder.class_folder import ClassFolder, write_atomically, writing_in
from autograder.collect.people import read_students
from autograder.errors import ClassTrouble
from autograder.marks import canvas, moodle, plain
from autograder.marks.filling import Filled, fill
from autograder.marks.sheet import read_sheet
from autograder.marks.totals import Mark, UnitMarks, marks_in_gradebook
from autograder.unit import load_unit

__all__ = ["SYSTEMS", "Filled", "Mark", "UnitMarks", "marks_in_gradebook", "write_marks"]

System = Literal["canvas", "moodle", "csv"]
SYSTEMS: Final = {"canvas": canvas.plan, "moodle": moodle.plan}
EXPORTS: Final = {
    "canvas": "the gradebook as Canvas exports it (Grades, Export, Export Entire Gradebook)",
    "moodle": "the assignment's grading worksheet (View all submissions, Download grading "
    "worksheet), or the course's grades as Moodle exports them (Grades, Export, Plain text file)",
}


@dataclass(frozen=True)
class Request:
    """What is asked for: units, a system's name, its own table, and where the new one goes.

    ``students`` is the table of ids of ``n2r collect``; ``columns`` are headings by unit; ``scale``
    fits the marks to the points that the system counts a unit of.
    """

    units: Sequence[str]
    system: str
    out: Path
    table: Path | None = None
    students: Path | None = None
    columns: Mapping[str, str] | None = None
    scale: bool = False


def write_marks(folder: ClassFolder, request: Request) -> Filled:
    """Write a class's marks as a table that a system imports; say whom it has, and whom not.

    Raises
    ------
    ClassTrouble
        The table cannot be used, or nothing has been graded. Nothing was written.
    """
    _check(request)
    units = [load_unit(name) for name in dict.fromkeys(request.units)]
    marks = [marks_in_gradebook(folder, unit) for unit in units]
    if request.table is None:
        content, filled = plain.table(marks)
    else:
        sheet = read_sheet(request.table)
        plan = SYSTEMS[request.system](sheet, marks, request.columns or {})
        named = read_students(request.students) if request.students else {}
        content, filled = fill(plan, marks, named, scale=request.scale)
    with writing_in(request.out.parent):
        write_atomically(request.out, content)
    return filled


def _check(request: Request) -> None:
    known = (*SYSTEMS, "csv")
    if request.system not in known:
        raise ClassTrouble(f"there is no format {request.system!r}; there are {', '.join(known)}")
    if request.system in EXPORTS and request.table is None:
        raise ClassTrouble(
            f"--as {request.system} needs --table FILE: {EXPORTS[request.system]}. The marks are "
            "entered there, so that the people are the system's own."
        )
    if request.system == "csv" and request.table is not None:
        raise ClassTrouble("--as csv writes a table of its own and takes no --table")
    if request.table is not None and request.out.resolve() == request.table.resolve():
        raise ClassTrouble(f"{request.out} is the table itself; give the new one another name")
