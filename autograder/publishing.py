"""Feedback pages and class reports, from kept verdicts and what people added in the gradebook."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from autograder.class_folder import ClassFolder, write_atomically, writing_in
from autograder.database import database_file, open_database
from autograder.errors import GraderError
from autograder.feedback import feedback_html
from autograder.kept import load_verdicts
from autograder.report import class_report, leaderboard_page, write_csv
from autograder.standing import with_manual_scores
from autograder.submissions import SECRET, TIMESTAMP
from autograder.unit import Unit
from autograder.verdict import SubmissionVerdict

FEEDBACK: Final = "feedback"
REPORTS: Final = "reports"


@dataclass
class HumanMarks:
    """What people added to one submission in the gradebook, by exercise or question."""

    scores: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


def write_feedback(folder: ClassFolder, unit: Unit) -> Iterator[Path]:
    """Write each submission's feedback page, in nbgrader's layout; yield its path."""
    added = human_marks(folder, unit)
    for verdict in verdicts_of(folder, unit):
        page = feedback_page(folder, unit, verdict, added.get(verdict.student, HumanMarks()))
        path = feedback_path(folder, unit, verdict.student)
        with writing_in(folder.root / FEEDBACK):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, page.encode())
            _copy_what_the_exchange_needs(folder.graded_notebook(unit, verdict.student), path)
        yield path


def feedback_page(
    folder: ClassFolder, unit: Unit, verdict: SubmissionVerdict, added: HumanMarks
) -> str:
    """One submission's feedback page."""
    return feedback_html(
        _graded(folder, unit, verdict),
        verdict,
        comments=added.comments,
        manual_scores=added.scores,
        unit_title=title_of(unit),
    )


def _copy_what_the_exchange_needs(graded: Path, page: Path) -> None:
    """Put beside a page what tells `nbgrader release_feedback` whose submission it belongs to."""
    for name in (TIMESTAMP, SECRET):
        if (graded.parent / name).exists():
            write_atomically(page.with_name(name), (graded.parent / name).read_bytes())
        else:  # an earlier submission's
            page.with_name(name).unlink(missing_ok=True)


class Report(NamedTuple):
    """Where the report of a unit lies.

    ``leaderboard`` is a page for the class, where learners asked to be on one.
    """

    page: Path
    table: Path
    leaderboard: Path | None


def write_report(folder: ClassFolder, unit: Unit) -> Report:
    """Write the report of a unit: a page, a table and perhaps a leaderboard."""
    added, people = human_marks(folder, unit), names_of_people(folder)
    verdicts = [
        with_manual_scores(verdict, added.get(verdict.student, HumanMarks()).scores)
        for verdict in verdicts_of(folder, unit)
    ]
    reports = folder.root / REPORTS
    with writing_in(reports):
        reports.mkdir(parents=True, exist_ok=True)
        links = {
            (verdict.student, unit.name): os.path.relpath(path, reports)
            for verdict in verdicts
            if (path := feedback_path(folder, unit, verdict.student)).exists()
        }
        page = class_report(
            verdicts,
            path=reports / f"{unit.name}.html",
            unit_titles={unit.name: title_of(unit)},
            feedback_links=links,
            people=people,
        )
        place = reports / f"{unit.name}-leaderboard.html"
        board = leaderboard_page(verdicts, path=place, title=title_of(unit), people=people)
        return Report(page, write_csv(verdicts, reports / f"{unit.name}.csv"), board)


def verdicts_of(folder: ClassFolder, unit: Unit) -> list[SubmissionVerdict]:
    """The kept verdicts of a unit.

    Raises
    ------
    GraderError
        Nothing has been graded yet.
    """
    verdicts = load_verdicts(folder, unit.name)
    if not verdicts:
        raise GraderError(
            f"nothing of {unit.name} has been graded in {folder.root}; "
            f"`n2r grade {unit.name}` does that"
        )
    return verdicts


def feedback_path(folder: ClassFolder, unit: Unit, student: str) -> Path:
    """Where nbgrader looks for a feedback page."""
    return folder.root / FEEDBACK / student / unit.name / f"{unit.notebook_name}.html"


def title_of(unit: Unit) -> str:
    """The unit's title: the first heading of its notebook."""
    for cell in unit.cells:
        if cell.role == "prose" and cell.source.startswith("# "):
            return cell.source.splitlines()[0].removeprefix("# ")
    return unit.name


def human_marks(folder: ClassFolder, unit: Unit) -> dict[str, HumanMarks]:
    """Manual scores and comments of a unit, by student."""
    file = database_file(folder.db_url)
    if file is not None and not file.exists():
        return {}
    found: dict[str, HumanMarks] = {}
    with open_database(folder) as gradebook:
        for submission in gradebook.assignment_submissions(unit.name):
            marks = found.setdefault(submission.student_id, HumanMarks())
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if grade.manual_score is not None:
                        marks.scores[grade.name] = float(grade.manual_score)
                for comment in notebook.comments:
                    if comment.manual_comment:
                        name = comment.name.removesuffix("-solution")
                        marks.comments[name] = str(comment.manual_comment)
    return found


def names_of_people(folder: ClassFolder) -> list[str]:
    """The names of the gradebook's students, as far as somebody has written them there."""
    file = database_file(folder.db_url)
    if file is not None and not file.exists():
        return []
    with open_database(folder) as gradebook:
        parts = [(student.first_name, student.last_name) for student in gradebook.students]
    whole = [" ".join(filter(None, names)) for names in parts]
    return [name for names in (*parts, whole) for name in names if name]


def _graded(folder: ClassFolder, unit: Unit, verdict: SubmissionVerdict) -> dict | None:
    import nbformat  # a second

    path = folder.graded_notebook(unit, verdict.student)
    if verdict.status == "unreadable" or not path.exists():
        return None
    notebook: dict = nbformat.read(path, as_version=4)
    return notebook
