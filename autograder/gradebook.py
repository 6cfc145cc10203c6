"""Verdicts in nbgrader's gradebook, through nbgrader's own API: one session, few transactions.

Scores and comments are read from the graded notebook, as nbgrader's SaveAutoGrades does. What a
human has entered, a score or a comment, is never changed.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.class_folder import ClassFolder
from autograder.database import errors_for_people, open_database, transaction
from autograder.errors import ClassTrouble
from autograder.lateness import enter_rules, read_rules
from autograder.unit import Unit


@dataclass(frozen=True)
class Marks:
    """What a graded notebook says: scores by grade cell (None: a human decides), comments."""

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]


@dataclass(frozen=True)
class Entry:
    """What the gradebook is told about one submission.

    Parameters
    ----------
    timestamp : str or None
        The text of nbgrader's timestamp.txt.
    marks : Marks or None
        None where the grader itself failed: scores stay, and a human is asked to look.
    reason : str or None
        Why nothing could be graded; it stands as the comment on every cell.
    same_submission : bool
        The gradebook already took marks from this very submission. Then what a human gave is
        still right, unless the automatic score has changed.
    """

    student: str
    timestamp: str | None
    marks: Marks | None
    reason: str | None = None
    same_submission: bool = False


def marks_of(notebook: Any) -> Marks:
    """Read scores and comments from a graded notebook (a NotebookNode) as nbgrader does."""
    from nbgrader import utils  # two seconds

    scores, comments = {}, {}
    for cell in notebook.cells:
        if utils.is_grade(cell):
            scores[cell.metadata.nbgrader.grade_id] = utils.determine_grade(cell)[0]
        if utils.is_solution(cell):
            unchanged = cell.metadata.nbgrader.checksum == utils.compute_checksum(cell)
            comments[cell.metadata.nbgrader.grade_id] = "No response." if unchanged else None
    return Marks(scores, comments)


class ClassGradebook:
    """An open gradebook, for one unit.

    Raises
    ------
    ClassTrouble
        On every use: the database cannot be read or written.
    """

    def __init__(self, folder: ClassFolder, unit: Unit) -> None:
        with errors_for_people(folder.db_url):
            self._gradebook = open_database(folder)
        self._folder = folder
        self._unit = unit

    def close(self) -> None:
        """Give the connection back."""
        self._gradebook.close()

    def register(self) -> None:
        """Enter the unit and its cells as ``nbgrader generate_assignment`` would.

        Raises
        ------
        ClassTrouble
            Exercises have come or gone since submissions were entered.
        """
        with self._transaction() as gradebook:
            register(gradebook, self._unit)

    def scores(self) -> dict[str, dict[str, float | None]]:
        """The automatic scores by student and grade cell, as the gradebook has them."""
        with self._transaction() as gradebook:
            return scores(gradebook, self._unit)

    def record(self, entries: Sequence[Entry]) -> None:
        """Enter some submissions in one transaction: all of them, or none."""
        with self._transaction() as gradebook:
            for entry in entries:
                record(gradebook, self._unit, entry)

    def enter_rules(self) -> None:
        """Enter due date and extensions; the penalties are for nbgrader to decide."""
        rules = read_rules(self._folder.root)
        with self._transaction() as gradebook:
            enter_rules(gradebook, self._unit.name, rules)

    def assign_late_penalties(self) -> None:
        """Enter due date and extensions; let nbgrader's plugin decide on every submission."""
        rules = read_rules(self._folder.root)
        with self._transaction() as gradebook:
            enter_rules(gradebook, self._unit.name, rules)
            assign_late_penalties(gradebook, self._unit, self._folder)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        with errors_for_people(self._folder.db_url), transaction(self._gradebook):
            yield self._gradebook


# What is done within a transaction


def register(gradebook: Any, unit: Unit) -> None:
    """Enter a unit, its notebook, and its graded, solution and locked cells."""
    from nbgrader import utils

    released = _release(unit)
    gradebook.update_or_create_assignment(unit.name)
    _make_room(gradebook, unit, released)
    for cell in released.cells:
        if "nbgrader" not in cell.metadata:
            continue
        mark = cell.metadata.nbgrader
        place = (mark.grade_id, unit.notebook_name, unit.name)
        kind = {"cell_type": cell.cell_type}
        if utils.is_grade(cell):
            gradebook.update_or_create_grade_cell(*place, max_score=float(mark.points), **kind)
        if utils.is_solution(cell):
            gradebook.update_or_create_solution_cell(*place)
        content = {"source": cell.source, "checksum": mark.checksum}
        locked = utils.is_locked(cell)
        gradebook.update_or_create_source_cell(*place, locked=locked, **kind, **content)


def _make_room(gradebook: Any, unit: Unit, released: Any) -> None:
    """See that the gradebook has the unit's notebook, and in it no cell that is gone."""
    from nbgrader import utils
    from nbgrader.api import MissingEntry

    marked = [cell for cell in released.cells if "nbgrader" in cell.metadata]
    now = {
        cell.metadata.nbgrader.grade_id
        for cell in marked
        if utils.is_grade(cell) or utils.is_solution(cell)
    }
    try:
        notebook = gradebook.find_notebook(unit.notebook_name, unit.name)
    except MissingEntry:
        notebook = None
    if notebook is not None:
        before = {cell.name for cell in (*notebook.grade_cells, *notebook.solution_cells)}
        if before == now:
            _forget(gradebook, notebook, {cell.metadata.nbgrader.grade_id for cell in marked})
            return
        if notebook.submissions:
            raise ClassTrouble(_other_exercises(unit, came=now - before, went=before - now))
        gradebook.remove_notebook(unit.notebook_name, unit.name)
    kernel = json.dumps(released.metadata.get("kernelspec", {}))
    gradebook.add_notebook(unit.notebook_name, unit.name, kernelspec=kernel)


def _forget(gradebook: Any, notebook: Any, names: set[str]) -> None:
    """Take out the locked cells that the unit no longer has; they carry no marks."""
    for cell in notebook.source_cells:
        if cell.name not in names:
            gradebook.db.delete(cell)


def _other_exercises(unit: Unit, came: set[str], went: set[str]) -> str:
    return (
        f"the exercises of {unit.name} have changed since this class was first graded (new: "
        f"{', '.join(sorted(came)) or 'none'}; gone: {', '.join(sorted(went)) or 'none'}), and "
        "its gradebook holds marks for the old ones.\nGrade with the version of the course that "
        "was handed out, or move the gradebook away to start a new one."
    )


def record(gradebook: Any, unit: Unit, entry: Entry) -> None:
    """Enter one submission: student, time, scores, comments, and what a human must look at."""
    gradebook.update_or_create_student(entry.student)
    timestamp = parsed_timestamp(entry.timestamp)
    with gradebook.db.no_autoflush:  # half-made rows are none of the database's business
        gradebook.update_or_create_submission(unit.name, entry.student, timestamp=timestamp)
    notebook = gradebook.find_submission_notebook(unit.notebook_name, unit.name, entry.student)
    record_notebook(notebook, entry)


def record_notebook(notebook: Any, entry: Entry) -> None:
    """Enter scores, comments and flags of one submitted notebook (nbgrader's table row)."""
    for grade in notebook.grades:
        if entry.marks is None:
            grade.needs_manual_grade = True
            continue
        score = entry.marks.scores[grade.name]
        looked_at = entry.same_submission and grade.auto_score == score
        grade.auto_score = score
        if grade.manual_score is None:
            grade.needs_manual_grade = score is None
        elif not looked_at:
            grade.needs_manual_grade = True
    for comment in notebook.comments:
        if entry.reason is not None:
            comment.auto_comment = entry.reason
        elif entry.marks is not None:
            comment.auto_comment = entry.marks.comments[comment.name]


def scores(gradebook: Any, unit: Unit) -> dict[str, dict[str, float | None]]:
    """The automatic scores of a unit's submissions, in one query."""
    from nbgrader.api import Assignment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook

    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, GradeCell.name, Grade.auto_score)
        .select_from(Grade)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == unit.name)
    )
    found: dict[str, dict[str, float | None]] = {}
    for student, cell, score in rows:
        found.setdefault(student, {})[cell] = score
    return found


def assign_late_penalties(gradebook: Any, unit: Unit, folder: ClassFolder) -> None:
    """What nbgrader's AssignLatePenalties does, for all submissions of a unit at once."""
    from nbgrader.preprocessors import AssignLatePenalties

    settings = copy.deepcopy(folder.settings)
    settings.CourseDirectory.root = str(folder.root)  # where a policy finds class.toml
    penalties = AssignLatePenalties(config=settings)
    penalties.init_plugin()
    for submission in gradebook.assignment_submissions(unit.name):
        for notebook in submission.notebooks:
            late = submission.total_seconds_late
            penalty = None
            if late > 0:
                penalty = penalties.plugin_inst.late_submission_penalty(
                    submission.student_id, notebook.score, late
                )
            if penalty is not None:
                penalty = min(max(penalty, 0.0), notebook.score)
            notebook.late_submission_penalty = penalty


def parsed_timestamp(text: str | None) -> Any:
    """The time in timestamp.txt as nbgrader reads it; None if it is no time."""
    from nbgrader.utils import parse_utc

    try:
        return parse_utc(text)
    except (ValueError, OverflowError):
        return None


def _release(unit: Unit) -> Any:
    import nbformat  # a second

    if not unit.release.exists():
        raise ClassTrouble(f"{unit.release} is missing; `n2r build {unit.name}` makes it")
    return nbformat.read(unit.release, as_version=4)
