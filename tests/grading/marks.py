"""What a gradebook says, as plain data that can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

COURSE_ID = "nand2resnet"


@contextmanager
def gradebook(class_dir: Path, url: str | None = None) -> Iterator[Gradebook]:
    """The gradebook in the class folder, or the one at a URL."""
    with Gradebook(url or f"sqlite:///{class_dir / 'gradebook.db'}", COURSE_ID) as opened:
        yield opened


def marks(class_dir: Path, unit: str, url: str | None = None) -> dict[str, dict[str, Any]]:
    """By student: scores, flags and comments by cell, penalty, time."""
    with gradebook(class_dir, url) as book:
        return {one.student_id: _submission(one) for one in book.assignment_submissions(unit)}


def scores(class_dir: Path, unit: str) -> dict[str, dict[str, float | None]]:
    return {student: one["scores"] for student, one in marks(class_dir, unit).items()}


def _submission(submission: Any) -> dict[str, Any]:
    (notebook,) = submission.notebooks
    return {
        "scores": {grade.name: grade.auto_score for grade in notebook.grades},
        "by hand": {grade.name: grade.manual_score for grade in notebook.grades},
        "to look at": {grade.name for grade in notebook.grades if grade.needs_manual_grade},
        "comments": {comment.name: comment.comment for comment in notebook.comments},
        "penalty": notebook.late_submission_penalty,
        "time": submission.timestamp,
        "total": submission.score,
    }


def cells(class_dir: Path, unit: str) -> dict[str, Any]:
    """Everything the gradebook knows of the unit's own cells."""
    with gradebook(class_dir) as book:
        (notebook,) = book.find_assignment(unit).notebooks
        return {
            "kernel": notebook.kernelspec,
            "grade": {c.name: (c.max_score, c.cell_type) for c in notebook.grade_cells},
            "solution": {c.name for c in notebook.solution_cells},
            "task": {c.name for c in notebook.task_cells},
            "source": {
                c.name: (c.cell_type, c.locked, c.source, c.checksum) for c in notebook.source_cells
            },
        }


def give_by_hand(class_dir: Path, unit: str, student: str, cell: str, points: float) -> None:
    """What the formgrader does when an instructor types a score."""
    with gradebook(class_dir) as book:
        (notebook,) = book.find_submission(unit, student).notebooks
        grade = next(grade for grade in notebook.grades if grade.name == cell)
        grade.manual_score = points
        grade.needs_manual_grade = False
        book.db.commit()


def comment_by_hand(class_dir: Path, unit: str, student: str, cell: str, text: str) -> None:
    with gradebook(class_dir) as book:
        (notebook,) = book.find_submission(unit, student).notebooks
        comment = next(comment for comment in notebook.comments if comment.name == cell)
        comment.manual_comment = text
        book.db.commit()
