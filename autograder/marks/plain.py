"""A table of our own, for any spreadsheet: a row for each student, three columns for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.marks.filling import Filled, Line
from autograder.marks.sheet import Sheet, written
from autograder.marks.totals import Mark, UnitMarks
from autograder.sanitize import harmless_cell
from autograder.standing import points_text


def table(marks: Sequence[UnitMarks]) -> tuple[bytes, Filled]:
    """Return the table as bytes, in UTF-8 with the mark by which spreadsheets know it."""
    heading = ["student"]
    for one in marks:
        name = one.unit.name
        heading += [name, f"{name} of", f"{name} remarks"]
    students = sorted({student for one in marks for student in one.marks})
    rows = []
    for student in students:
        row = [harmless_cell(student)]
        for one in marks:
            row += _cells(one, one.marks.get(student))
        rows.append(tuple(row))
    sheet = Sheet(Path(), tuple(heading), tuple(rows), bom=True)
    return written(sheet), Filled(tuple(_lines(marks)))


def _cells(one: UnitMarks, mark: Mark | None) -> list[str]:
    if mark is None:
        return ["", points_text(one.most), "nothing handed in"]
    remarks = [str(mark.late)] if mark.late else []
    if mark.waiting:
        remarks.append(f"waits for a person: {', '.join(mark.waiting)}")
    points = "" if mark.waiting else points_text(mark.points)
    return [points, points_text(one.most), harmless_cell("; ".join(remarks))]


def _lines(marks: Sequence[UnitMarks]) -> list[Line]:
    return [
        Line(student, one.unit.name, "waiting" if mark.waiting else "written", mark,
             ", ".join(mark.waiting))
        for one in marks
        for student, mark in sorted(one.marks.items())
    ]  # fmt: skip
