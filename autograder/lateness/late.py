"""Who handed in late, by how much, and what it cost: for marks, terminal and report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from autograder.class_folder import ClassFolder
from autograder.database import database_file, open_database
from autograder.lateness.marked import marked_late
from autograder.unit import Unit

UNITS: Final = (("day", 86_400), ("h", 3_600), ("min", 60))


@dataclass(frozen=True)
class Lateness:
    """One late submission.

    Parameters
    ----------
    seconds : float or None
        After the due date, extension included; None where only Canvas or Moodle says "late".
    penalty : float
        Points that were taken off.
    extension : timedelta or None
        What the student had been given.
    """

    student: str
    seconds: float | None
    penalty: float = 0.0
    extension: timedelta | None = None

    def __str__(self) -> str:
        """Say it in words: ``late by 1 day 3 h, which cost 2 points``."""
        said = "late, nobody knows by how much" if self.seconds is None else ""
        said = said or f"late by {in_words(self.seconds or 0.0)}"
        if self.extension:
            said += f" after an extension of {in_words(self.extension.total_seconds())}"
        return said + (f", which cost {self.penalty:.4g} points" if self.penalty else "")


def late_ones(folder: ClassFolder, unit: Unit) -> dict[str, Lateness]:
    """Every late submission of a unit, by student; nothing before anything has been graded."""
    file = database_file(folder.db_url)
    if file is not None and not file.exists():
        return {}
    marked = marked_late(folder, unit.name)
    found = {}
    with open_database(folder) as gradebook:
        for submission in gradebook.assignment_submissions(unit.name):
            student, seconds = submission.student_id, submission.total_seconds_late
            unknown = submission.timestamp is None and student in marked
            if seconds > 0 or unknown:
                penalty = float(submission.late_submission_penalty or 0.0)
                known = None if unknown else float(seconds)
                found[student] = Lateness(student, known, penalty, submission.extension)
    return found


def in_words(seconds: float) -> str:
    """Write a time in its two largest units: ``2 days 3 h``, ``45 min``."""
    parts, rest = [], max(60, int(seconds))
    for name, size in UNITS:
        number, rest = divmod(rest, size)
        if number:
            plural = "s" if name == "day" and number > 1 else ""
            parts.append(f"{number} {name}{plural}")
    return " ".join(parts[:2])
