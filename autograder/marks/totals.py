"""The marks of a unit as nbgrader's gradebook has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.class_folder import ClassFolder
from autograder.database import errors_for_people, open_database
from autograder.errors import ClassTrouble
from autograder.lateness import Lateness, late_ones
from autograder.standing import points_text
from autograder.unit import Unit


@dataclass(frozen=True)
class Mark:
    """One student's mark for one unit.

    Parameters
    ----------
    earned : float
        What grader and people gave.
    penalty : float
        What lateness cost of it.
    waiting : tuple of str
        The exercises and questions that a human must still look at.
    parts : mapping of str to (float, float)
        By exercise or question: what was given, and the most there is.
    comments : mapping of str to str
        What people wrote, by exercise or question.
    """

    student: str
    earned: float
    penalty: float
    waiting: tuple[str, ...]
    parts: Mapping[str, tuple[float, float]]
    comments: Mapping[str, str]
    late: Lateness | None = None

    @property
    def points(self) -> float:
        """What counts, as nbgrader exports it."""
        return max(0.0, self.earned - self.penalty)

    def in_words(self) -> str:
        """What a learner may read beside the mark: its parts, lateness, people's comments."""
        parts = ", ".join(
            f"{name} {points_text(given)} of {points_text(most)}"
            for name, (given, most) in self.parts.items()
        )
        sentences = [f"{MARKS_BY_EXERCISE} {parts}."]
        if self.late is not None:
            sentences.append(f"{str(self.late).capitalize()}.")
        sentences += [f"{name}: {comment}" for name, comment in self.comments.items()]
        return " ".join(sentences)


MARKS_BY_EXERCISE = "Marks by exercise:"


@dataclass(frozen=True)
class UnitMarks:
    """All marks of a unit, by student, and the most there is to get."""

    unit: Unit
    most: float
    marks: Mapping[str, Mark]


def marks_in_gradebook(folder: ClassFolder, unit: Unit) -> UnitMarks:
    """Read the marks of everybody who handed a unit in.

    Raises
    ------
    ClassTrouble
        Nothing of the unit has been graded, or the gradebook cannot be read.
    """
    late = late_ones(folder, unit)
    with errors_for_people(folder.db_url), open_database(folder) as gradebook:
        marks = {
            one.student_id: _mark(one, late.get(one.student_id))
            for one in gradebook.assignment_submissions(unit.name)
        }
    if not marks:
        raise ClassTrouble(
            f"the gradebook of {folder.root} has no marks for {unit.name}; "
            f"`n2r grade {unit.name}` enters them"
        )
    return UnitMarks(unit, unit.max_points, marks)


def _mark(submission: Any, late: Lateness | None) -> Mark:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    comments = [one for notebook in submission.notebooks for one in notebook.comments]
    return Mark(
        student=submission.student_id,
        earned=float(submission.score),
        penalty=float(submission.late_submission_penalty or 0.0),
        waiting=tuple(grade.name for grade in grades if grade.needs_manual_grade),
        parts={grade.name: (float(grade.score), float(grade.max_score)) for grade in grades},
        comments={
            one.name.removesuffix("-solution"): str(one.manual_comment)
            for one in comments
            if one.manual_comment
        },
        late=late,
    )
