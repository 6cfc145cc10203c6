"""Fill a system's own table with marks; leave everything else in it as it was."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from autograder.errors import ClassTrouble
from autograder.marks.matching import Someone, match
from autograder.marks.sheet import Sheet, written
from autograder.marks.totals import MARKS_BY_EXERCISE, Mark, UnitMarks
from autograder.sanitize import harmless_cell, is_formula
from autograder.standing import points_text
from autograder.unit import Unit

Fate = Literal["written", "waiting", "kept", "not in the table", "left out"]


@dataclass(frozen=True)
class Column:
    """The column of a unit; ``most`` is what the system counts it of, by row (None: not known)."""

    place: int
    most: Mapping[int, float | None]


@dataclass(frozen=True)
class Plan:
    """Where the marks go in a table.

    Parameters
    ----------
    people : mapping of int to Someone
        By number of row.
    columns : mapping of str to Column
        By unit.
    kept : tuple of int
        The columns that are written, in this order.
    identity : tuple of int
        Those by which the system knows people; they cannot be changed.
    comments : int or None
        A column for feedback in words.
    final : tuple of str
        What a mark never replaces, such as Canvas's EX (excused).
    """

    sheet: Sheet
    people: Mapping[int, Someone]
    columns: Mapping[str, Column]
    kept: tuple[int, ...]
    identity: tuple[int, ...]
    comments: int | None = None
    final: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """What became of one student's mark."""

    student: str
    unit: str
    fate: Fate
    mark: Mark
    reason: str = ""


@dataclass(frozen=True)
class Filled:
    """What became of all marks; ``idle`` are the people of the table who have none."""

    lines: tuple[Line, ...]
    idle: tuple[str, ...] = ()
    doubtful: tuple[tuple[str, str], ...] = field(default=())

    @property
    def complete(self) -> bool:
        """Whether every mark was written."""
        return all(line.fate == "written" for line in self.lines)


def fill(
    plan: Plan,
    marks: Sequence[UnitMarks],
    named: Mapping[str, str],
    *,
    scale: bool = False,
) -> tuple[bytes, Filled]:
    """Enter the marks; the new table as bytes, and what became of each mark.

    Parameters
    ----------
    scale : bool
        Whether marks are scaled to the points that the system counts a unit of.

    Raises
    ------
    ClassTrouble
        The system counts a unit of other points than the unit has, and nobody asked for that.
    """
    sheet = plan.sheet
    students = {student for one in marks for student in one.marks}
    matching = match(plan.people, students, named)
    dangerous = {
        row for row in plan.people if any(is_formula(sheet.rows[row][one]) for one in plan.identity)
    }
    row_of = {student: row for row, student in matching.students.items()}
    rows = [list(row) for row in sheet.rows]
    lines: list[Line] = []
    for one in marks:
        column = plan.columns[one.unit.name]
        for student, mark in sorted(one.marks.items()):
            row = row_of.get(student)
            fate, reason = _fate(mark, row, rows, column, plan, dangerous)
            if fate == "written" and row is not None:
                rows[row][column.place] = _number(one, mark, row, column, sheet, scale=scale)
                _comment(rows[row], plan, mark)
            lines.append(Line(student, one.unit.name, fate, mark, reason))
    kept = [row for number, row in enumerate(rows) if number not in dangerous]
    new = replace(sheet, heading=_chosen(sheet.heading, plan), rows=_safe(kept, plan))
    doubtful = tuple((plan.people[row].name, why) for row, why in matching.doubtful.items())
    idle = tuple(
        one.name
        for row, one in plan.people.items()
        if row not in matching.students and row not in matching.doubtful
    )
    return written(new), Filled(tuple(lines), idle, doubtful)


def _fate(
    mark: Mark,
    row: int | None,
    rows: Sequence[Sequence[str]],
    column: Column,
    plan: Plan,
    dangerous: set[int],
) -> tuple[Fate, str]:
    if row is None:
        return "not in the table", ""
    if row in dangerous:
        return "left out", "what the system knows them by would be a formula in a spreadsheet"
    if mark.waiting:
        return "waiting", ", ".join(mark.waiting)
    cell = rows[row][column.place].strip()
    if cell in plan.final:
        return "kept", f"the table says {cell}"
    return "written", ""


def _number(
    one: UnitMarks, mark: Mark, row: int, column: Column, sheet: Sheet, *, scale: bool
) -> str:
    """The mark as the table writes numbers; with semicolons between fields, a decimal comma."""
    most, points = column.most.get(row), mark.points
    if most is not None and most != one.most:
        if not scale:
            raise ClassTrouble(_other_points(one.unit, one.most, most, sheet))
        points *= most / one.most
    text = points_text(points)
    return text.replace(".", ",") if sheet.delimiter == ";" else text


def _other_points(unit: Unit, ours: float, theirs: float, sheet: Sheet) -> str:
    return (
        f"{unit.name} is worth {points_text(ours)} points, and {sheet.path.name} counts it of "
        f"{points_text(theirs)}.\nSet it to {points_text(ours)} points there and export the table "
        "again, or give --scale to have the marks scaled. Nothing was written."
    )


def _comment(row: list[str], plan: Plan, mark: Mark) -> None:
    """Feedback in words, unless somebody has written some there; as HTML, which it is taken for."""
    if plan.comments is None:
        return
    there = row[plan.comments].strip()
    if not there or there.startswith(MARKS_BY_EXERCISE):
        row[plan.comments] = html.escape(mark.in_words(), quote=False)


def _chosen(row: Sequence[str], plan: Plan) -> tuple[str, ...]:
    return tuple(row[place] for place in plan.kept)


def _safe(rows: Sequence[Sequence[str]], plan: Plan) -> tuple[tuple[str, ...], ...]:
    safe = [
        [cell if place in plan.identity else harmless_cell(cell) for place, cell in enumerate(row)]
        for row in rows
    ]
    return tuple(_chosen(row, plan) for row in safe)
