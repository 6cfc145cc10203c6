"""The report's tables for a spreadsheet, in which no text is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.class_folder import write_atomically
from autograder.report.course import Course
from autograder.report.overview import score
from autograder.sanitize import harmless_text
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

Line = list[str | float]


def write_csv(verdicts: Iterable[SubmissionVerdict], path: Path) -> Path:
    """Write one line per submission, a column per exercise, for a spreadsheet; return the path.

    Text that a spreadsheet would run as a formula is given an apostrophe. Exercises that wait for
    a person have an empty field.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner and unit.
    path : Path
        The file to write, in UTF-8 with the mark by which spreadsheets know it.
    """
    ordered = sorted(verdicts, key=lambda verdict: (verdict.student, verdict.unit))
    several = len({verdict.unit for verdict in ordered}) > 1
    columns = list(
        dict.fromkeys(_column(entry, several) for one in ordered for entry in one.exercises)
    )
    header: Line = ["student", "unit", "status", "points", "max_points", "waiting_points"]
    header += [harmless_text(column) for column in columns]
    header += ["diagnoses", "notes"]
    return _write([header, *(_line(one, columns, several) for one in ordered)], path)


def write_course_csv(course: Course, path: Path) -> Path:
    """Write one line per learner, a column per unit with the share of its points; return the path.

    A unit that was not handed in is an empty field.

    Parameters
    ----------
    course : Course
        The class over the units.
    path : Path
        The file to write.
    """
    header: Line = ["student", "name", "mean_share", "falling_behind"]
    header += [harmless_text(column.unit) for column in course.columns]
    lines = [header]
    for learner in course.learners:
        reasons = "; ".join(trouble.words for trouble in learner.troubles)
        line: Line = [harmless_text(learner.student), harmless_text(learner.name)]
        line += ["" if learner.mean is None else round(learner.mean, 4), harmless_text(reasons)]
        line += ["" if mark.share is None else round(mark.share, 4) for mark in learner.marks]
        lines.append(line)
    return _write(lines, path)


def _write(lines: Iterable[Line], path: Path) -> Path:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_NONNUMERIC).writerows(lines)
    write_atomically(path, written.getvalue().encode("utf-8-sig"))
    return path


def _column(entry: ExerciseVerdict, several: bool) -> str:
    return f"{entry.unit}/{entry.exercise}" if several else entry.exercise


def _line(verdict: SubmissionVerdict, columns: Sequence[str], several: bool) -> Line:
    points = {_column(entry, several): entry.points for entry in verdict.exercises}
    diagnoses = [
        f"{entry.exercise}: {entry.diagnosis}" for entry in verdict.exercises if entry.diagnosis
    ]
    line: Line = [harmless_text(text) for text in (verdict.student, verdict.unit)]
    line += [verdict.status, verdict.points, verdict.max_points, score(verdict).waiting]
    for column in columns:
        earned = points.get(column)
        line.append("" if earned is None else earned)
    return [*line, harmless_text("; ".join(diagnoses)), harmless_text("; ".join(verdict.notes))]
