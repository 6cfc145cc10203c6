"""Feedback pages and reports, from kept verdicts and what people added in the gradebook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from autograder.class_folder import ClassFolder, write_atomically, writing_in
from autograder.errors import GraderError
from autograder.feedback import feedback_html
from autograder.kept import load_verdicts
from autograder.report import (
    class_report,
    course_report,
    leaderboard_page,
    write_course_csv,
    write_csv,
)
from autograder.report.course import course_of
from autograder.report.cover import Cover, cover_of, read_cover
from autograder.report.formgrader import Formgrader
from autograder.report.mistakes import mistakes
from autograder.report.records import HumanMarks, human_marks, names_of_people, roll_of
from autograder.report.roll import Handed, Roll
from autograder.report.specimens import Answers, read_answers, specimens
from autograder.standing import with_manual_scores
from autograder.submissions import SECRET, TIMESTAMP, students_with
from autograder.unit import Unit
from autograder.verdict import SubmissionVerdict

FEEDBACK: Final = "feedback"
REPORTS: Final = "reports"
COURSE_PAGE: Final = "course.html"


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


class CourseReport(NamedTuple):
    """Where the report on the course lies, and those on its units."""

    page: Path
    table: Path
    units: tuple[Report, ...]


def write_report(
    folder: ClassFolder, unit: Unit, *, formgrader: Formgrader | None = None
) -> Report:
    """Write the report of a unit: a page, a table and perhaps a leaderboard.

    Parameters
    ----------
    folder : ClassFolder
        The class.
    unit : Unit
        The unit.
    formgrader : Formgrader, optional
        Where links for marking by hand lead; by default to one on this machine.
    """
    verdicts = marked_verdicts(folder, unit)
    roll = roll_of(folder, _ungraded(folder, [unit.name]))
    roll = _with_whoever_handed_in(folder, roll)
    return _write_unit(folder, cover_of(unit), verdicts, roll, formgrader or Formgrader())


def write_course(
    folder: ClassFolder,
    *,
    formgrader: Formgrader | None = None,
    now: datetime | None = None,
    on_unit: Callable[[int, int], None] | None = None,
) -> CourseReport:
    """Write the report of every unit that has been graded, then the one on the course.

    Parameters
    ----------
    folder : ClassFolder
        The class.
    formgrader : Formgrader, optional
        As for :func:`write_report`.
    now : datetime, optional
        The time of the report, with its zone; by default that of the clock.
    on_unit : callable
        Told, after each unit, how many are done, and of how many.

    Raises
    ------
    GraderError
        Nothing has been graded yet.
    """
    formgrader, made = formgrader or Formgrader(), now or datetime.now().astimezone()
    names = _graded_units(folder)
    if not names:
        raise GraderError(f"nothing has been graded in {folder.root}; `n2r grade UNIT` does that")
    covers = {name: read_cover(name) for name in names}
    units = {name: marked_verdicts(folder, covers[name]) for name in names}
    roll = _with_whoever_handed_in(folder, roll_of(folder, _ungraded(folder, names)))
    written = []
    for done, (name, verdicts) in enumerate(units.items(), 1):
        written.append(_write_unit(folder, covers[name], verdicts, roll, formgrader, made))
        if on_unit is not None:
            on_unit(done, len(names))
    course, reports = course_of(units, roll, made), folder.root / REPORTS
    links = [_feedback_links(folder, covers[name], units[name]) for name in names]
    page = course_report(
        course,
        path=reports / COURSE_PAGE,
        titles={name: cover.title for name, cover in covers.items()},
        notebooks={name: cover.notebook_name for name, cover in covers.items()},
        reports={name: f"{name}.html" for name in names},
        feedback_links={key: path for found in links for key, path in found.items()},
        roll=roll,
        formgrader=formgrader,
        made=made,
    )
    table = write_course_csv(course, reports / "course.csv")
    return CourseReport(page, table, tuple(written))


def verdicts_of(folder: ClassFolder, unit: Unit | Cover) -> list[SubmissionVerdict]:
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


def marked_verdicts(folder: ClassFolder, unit: Unit | Cover) -> list[SubmissionVerdict]:
    """The kept verdicts of a unit, with the points that people gave in place of the grader's."""
    added = human_marks(folder, unit)
    return [
        with_manual_scores(verdict, added[verdict.student].scores)
        if verdict.student in added
        else verdict
        for verdict in verdicts_of(folder, unit)
    ]


def feedback_path(folder: ClassFolder, unit: Unit | Cover, student: str) -> Path:
    """Where nbgrader looks for a feedback page."""
    return folder.root / FEEDBACK / student / unit.name / f"{unit.notebook_name}.html"


def title_of(unit: Unit) -> str:
    """The unit's title: the first heading of its notebook."""
    return cover_of(unit).title


def _write_unit(
    folder: ClassFolder,
    unit: Cover,
    verdicts: Sequence[SubmissionVerdict],
    roll: Roll,
    formgrader: Formgrader,
    made: datetime | None = None,
) -> Report:
    people = names_of_people(folder)
    reports = folder.root / REPORTS
    with writing_in(reports):
        reports.mkdir(parents=True, exist_ok=True)
        page = class_report(
            verdicts,
            path=reports / f"{unit.name}.html",
            unit_titles={unit.name: unit.title},
            feedback_links=_feedback_links(folder, unit, verdicts),
            people=people,
            roll=roll,
            specimens=specimens(mistakes(_usable(verdicts)), _answers_of(folder, unit), roll.names),
            formgrader=formgrader,
            notebook=unit.notebook_name,
            course_link=COURSE_PAGE if (reports / COURSE_PAGE).exists() or made else None,
            made=made,
        )
        place = reports / f"{unit.name}-leaderboard.html"
        board = leaderboard_page(verdicts, path=place, title=unit.title, people=people)
        return Report(page, write_csv(verdicts, reports / f"{unit.name}.csv"), board)


def _usable(verdicts: Iterable[SubmissionVerdict]) -> Iterator[SubmissionVerdict]:
    ordered = sorted(verdicts, key=lambda verdict: verdict.student)
    return (verdict for verdict in ordered if verdict.status not in ("unreadable", "failed"))


def _answers_of(folder: ClassFolder, unit: Cover) -> Callable[[str], Answers]:
    place = folder.autograded
    return lambda student: read_answers(place / student / unit.name / f"{unit.notebook_name}.ipynb")


def _feedback_links(
    folder: ClassFolder, unit: Cover, verdicts: Iterable[SubmissionVerdict]
) -> dict[Handed, str]:
    paths = {one.student: feedback_path(folder, unit, one.student) for one in verdicts}
    return {
        (student, unit.name): os.path.relpath(path, folder.root / REPORTS)
        for student, path in paths.items()
        if path.exists()
    }


def _graded_units(folder: ClassFolder) -> list[str]:
    """The units with a verdict, in the order of the course."""
    return sorted({path.parent.name for path in (folder.ours / "verdicts").glob("*/*.json")})


def _ungraded(folder: ClassFolder, units: Iterable[str]) -> set[Handed]:
    """What lies in submitted/ and has no verdict."""
    return {
        (student, unit)
        for unit in units
        for student in students_with(folder, unit)
        if not (folder.ours / "verdicts" / unit / f"{student}.json").exists()
    }


def _with_whoever_handed_in(folder: ClassFolder, roll: Roll) -> Roll:
    """Add to the class whoever has a verdict in any unit, though the gradebook lacks them."""
    ids = {path.stem for path in (folder.ours / "verdicts").glob("*/*.json")}
    return replace(roll, names=dict.fromkeys(sorted(ids), "") | dict(roll.names))


def _graded(folder: ClassFolder, unit: Unit, verdict: SubmissionVerdict) -> dict | None:
    import nbformat  # a second

    path = folder.graded_notebook(unit, verdict.student)
    if verdict.status == "unreadable" or not path.exists():
        return None
    notebook: dict = nbformat.read(path, as_version=4)
    return notebook
