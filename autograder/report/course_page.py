"""The report on a whole course: everybody over the units, and who needs somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from autograder.class_folder import write_atomically
from autograder.pages import render_page
from autograder.report import charts
from autograder.report.course import SIGNS, Course, Learner
from autograder.report.formgrader import Formgrader
from autograder.report.links import Links
from autograder.report.roll import Handed, Roll
from autograder.report.stuck import RULES, short

STYLES: Final = ("page.css", "report.css")


def course_report(
    course: Course,
    *,
    path: Path,
    titles: Mapping[str, str] | None = None,
    notebooks: Mapping[str, str] | None = None,
    reports: Mapping[str, str] | None = None,
    feedback_links: Mapping[Handed, str] | None = None,
    roll: Roll | None = None,
    formgrader: Formgrader | None = None,
    made: datetime | None = None,
) -> Path:
    """Write the report on a course as one HTML file; return its path.

    Parameters
    ----------
    course : Course
        The class over the units.
    path : Path
        The file to write.
    titles : mapping, optional
        Titles by unit.
    notebooks : mapping, optional
        Names of the notebooks in the gradebook, by unit.
    reports : mapping, optional
        Relative paths of the reports on single units.
    feedback_links : mapping, optional
        Relative paths of feedback pages by (student, unit).
    roll : Roll, optional
        The class.
    formgrader : Formgrader, optional
        Where links for marking by hand lead.
    made : datetime, optional
        The time the report gives as its own; by default now.
    """
    page = render_page(
        "course_report.html",
        styles=STYLES,
        script="report.js",
        course=course,
        titles={c.unit: (titles or {}).get(c.unit, c.unit) for c in course.columns},
        notebooks=notebooks or {},
        reports=reports or {},
        rules=RULES,
        signs=SIGNS,
        short=short,
        charts=charts,
        lines=_lines(course),
        numbers=[short(column.unit) for column in course.columns],
        groups={learner.student: _groups(learner) for learner in course.learners},
        dated=any(column.due for column in course.columns),
        bands=charts.FILL_OF_BAND,
        links=Links(feedback_links or {}, roll or Roll(), formgrader),
        formgrader=formgrader,
        made=made or datetime.now().astimezone(),
    )
    write_atomically(path, page.encode())
    return path


def _lines(course: Course) -> list[charts.Line]:
    means = [column.mean for column in course.columns]
    people = len(course.learners) or 1
    handed_in = [column.handed_in / people for column in course.columns]
    return [
        charts.Line("handed in", "part", handed_in),
        charts.Line("mean of these", "mean", means),
    ]


def _groups(learner: Learner) -> str:
    """The filters of the page that show this learner."""
    chosen = {
        "stuck": bool(learner.troubles),
        "waiting": any(mark.verdict and mark.verdict.status == "waiting" for mark in learner.marks),
        "late": any(mark.late for mark in learner.marks),
        "missing": bool(learner.marks) and learner.marks[-1].state == "missing",
        "full": bool(learner.marks) and all(mark.share == 1.0 for mark in learner.marks),
    }
    return " ".join(name for name, holds in chosen.items() if holds)
