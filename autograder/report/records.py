"""What the report reads from nbgrader's gradebook: few queries, however large the class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from autograder.class_folder import ClassFolder
from autograder.database import database_file, errors_for_people, open_database
from autograder.report.cover import Cover
from autograder.report.roll import Handed, HandIn, Roll
from autograder.unit import Unit


@dataclass
class HumanMarks:
    """What people added to one submission in the gradebook, by exercise or question."""

    scores: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


def human_marks(folder: ClassFolder, unit: Unit | Cover) -> dict[str, HumanMarks]:
    """Manual scores and comments of a unit, by student."""
    if not _exists(folder):
        return {}
    from nbgrader.api import Comment, Grade, GradeCell, SolutionCell

    found: dict[str, HumanMarks] = {}
    with errors_for_people(folder.db_url), open_database(folder) as gradebook:
        scores = _of_unit(gradebook, unit.name, Grade, GradeCell, Grade.manual_score)
        for student, name, score in scores.filter(Grade.manual_score.isnot(None)):
            found.setdefault(student, HumanMarks()).scores[name] = float(score)
        comments = _of_unit(gradebook, unit.name, Comment, SolutionCell, Comment.manual_comment)
        for student, name, comment in comments.filter(Comment.manual_comment.isnot(None)):
            if comment:
                marks = found.setdefault(student, HumanMarks())
                marks.comments[name.removesuffix("-solution")] = str(comment)
    return found


def roll_of(folder: ClassFolder, ungraded: Iterable[Handed] = ()) -> Roll:
    """Who is in the class, when what is due, and when it was handed in.

    Parameters
    ----------
    folder : ClassFolder
        The class.
    ungraded : iterable
        Students and units that were handed in and have no verdict.
    """
    waiting = frozenset(ungraded)
    if not _exists(folder):
        return Roll(ungraded=waiting)
    from nbgrader.api import Assignment, Student

    with errors_for_people(folder.db_url), open_database(folder) as gradebook:
        people = gradebook.db.query(Student.id, Student.first_name, Student.last_name)
        names = {id_: " ".join(filter(None, parts)) for id_, *parts in people}
        dates = gradebook.db.query(Assignment.name, Assignment.duedate)
        due = {unit: _in_utc(date) for unit, date in dates if date is not None}
        hand_ins = _hand_ins(gradebook, due)
    return Roll(names, due, hand_ins, waiting)


def names_of_people(folder: ClassFolder) -> list[str]:
    """The names of the gradebook's students, as far as somebody has written them there."""
    if not _exists(folder):
        return []
    with errors_for_people(folder.db_url), open_database(folder) as gradebook:
        parts = [(student.first_name, student.last_name) for student in gradebook.students]
    whole = [" ".join(filter(None, names)) for names in parts]
    return [name for names in (*parts, whole) for name in names if name]


def _exists(folder: ClassFolder) -> bool:
    file = database_file(folder.db_url)
    return file is None or file.exists()


def _of_unit(gradebook: Any, unit: str, table: Any, cell: Any, value: Any) -> Any:
    """Students, cells and a value of theirs, for all submissions of a unit at once."""
    from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook

    return (
        gradebook.db.query(SubmittedAssignment.student_id, cell.name, value)
        .select_from(table)
        .join(cell, cell.id == table.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == table.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == unit)
    )


def _hand_ins(gradebook: Any, due: dict[str, datetime]) -> dict[Handed, HandIn]:
    from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook

    rows = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            Assignment.name,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            SubmittedNotebook.id,
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    )
    found = {}
    for student, unit, when, extension, page in rows:
        limit = due.get(unit)
        if limit is not None and extension is not None:
            limit += extension
        found[student, unit] = HandIn(when and _in_utc(when), limit, page)
    return found


def _in_utc(moment: datetime) -> datetime:
    """A time of the gradebook, which keeps UTC without saying so."""
    return moment.replace(tzinfo=UTC)
