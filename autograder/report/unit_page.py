"""The report on one unit: the page an instructor reads on Monday morning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from markupsafe import Markup

from autograder.class_folder import write_atomically
from autograder.highlight import code_html
from autograder.leaderboard import boards
from autograder.pages import render_page
from autograder.report import charts
from autograder.report.distribution import UNDECIDED, ZEROS, Distribution, distribution
from autograder.report.formgrader import Formgrader
from autograder.report.learners import table_of
from autograder.report.links import Links
from autograder.report.mistakes import Cause
from autograder.report.overview import LOW, in_words, overview
from autograder.report.punctuality import grading_time, punctuality
from autograder.report.roll import Roll
from autograder.report.specimens import Specimen
from autograder.standing import STANDINGS
from autograder.verdict import SubmissionVerdict

STYLES: Final = ("page.css", "report.css", "code.css")


def class_report(
    verdicts: Iterable[SubmissionVerdict],
    *,
    path: Path,
    unit_titles: Mapping[str, str] | None = None,
    feedback_links: Mapping[tuple[str, str], str] | None = None,
    people: Iterable[str] = (),
    roll: Roll | None = None,
    specimens: Mapping[Cause, Specimen] | None = None,
    formgrader: Formgrader | None = None,
    notebook: str | None = None,
    course_link: str | None = None,
    made: datetime | None = None,
) -> Path:
    """Write the report on a class and a unit as one HTML file; return its path.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner, all of one unit.
    path : Path
        The file to write.
    unit_titles : mapping, optional
        Titles by unit name.
    feedback_links : mapping, optional
        Relative paths of feedback pages by (student, unit).
    people : iterable of str
        Names that no pseudonym on a leaderboard may give away, besides those of the verdicts.
    roll : Roll, optional
        The class, so that who handed nothing in is counted too, with names and times.
    specimens : mapping, optional
        A real piece of code for each cause of a mistake.
    formgrader : Formgrader, optional
        Where links for marking by hand lead; without one there are none.
    notebook : str, optional
        The name of the unit's notebook in the gradebook.
    course_link : str, optional
        Relative path of the report on the whole course.
    made : datetime, optional
        The time the report gives as its own; by default now.
    """
    page = report_html(
        verdicts,
        unit_titles=unit_titles,
        feedback_links=feedback_links,
        people=people,
        roll=roll,
        specimens=specimens,
        formgrader=formgrader,
        notebook=notebook,
        course_link=course_link,
        made=made,
    )
    write_atomically(path, page.encode())
    return path


def report_html(
    verdicts: Iterable[SubmissionVerdict],
    *,
    unit_titles: Mapping[str, str] | None = None,
    feedback_links: Mapping[tuple[str, str], str] | None = None,
    people: Iterable[str] = (),
    roll: Roll | None = None,
    specimens: Mapping[Cause, Specimen] | None = None,
    formgrader: Formgrader | None = None,
    notebook: str | None = None,
    course_link: str | None = None,
    made: datetime | None = None,
) -> str:
    """Return the report as a page; parameters as for :func:`class_report`.

    Raises
    ------
    ValueError
        The verdicts are of several units.
    """
    seen, roll = overview(verdicts), roll or Roll()
    unit = _the_unit(seen.verdicts)
    title = (unit_titles or {}).get(unit, unit)
    made = made or datetime.now().astimezone()
    ungraded = {student for student, of in roll.ungraded if of == unit}
    marks = distribution(seen.verdicts, roll.everybody(seen.verdicts), ungraded)
    known = {verdict.student: roll.hand_in(verdict.student, unit) for verdict in seen.verdicts}
    return render_page(
        "report.html",
        styles=STYLES,
        script="report.js",
        unit=unit,
        title=title,
        seen=seen,
        sentences=in_words(seen),
        marks=marks,
        zeros=ZEROS,
        undecided=UNDECIDED,
        low=LOW,
        table=table_of(seen, _missing(marks, is_open=roll.is_open(unit, made.astimezone()))),
        made=made,
        due=roll.due.get(unit),
        is_open=roll.is_open(unit, made.astimezone()),
        times=punctuality(known),
        bands=charts.FILL_OF_BAND,
        took=grading_time(seen.verdicts),
        histogram=charts.histogram(marks, title="Marks"),
        charts=charts,
        standings=STANDINGS,
        boards=boards(seen.verdicts, people),
        repeated=[found for found in seen.mistakes if len(found.students) > 1],
        single=[found for found in seen.mistakes if len(found.students) == 1],
        links=Links(feedback_links or {}, roll, formgrader, notebook, course_link),
        names=roll.names,
        code=_highlighted(specimens or {}),
    )


def _the_unit(verdicts: Iterable[SubmissionVerdict]) -> str:
    units = {verdict.unit for verdict in verdicts}
    if len(units) > 1:
        raise ValueError(f"one report is on one unit, not on {', '.join(sorted(units))}")
    return units.pop() if units else ""


def _missing(marks: Distribution, *, is_open: bool) -> dict[str, str]:
    """Who has no verdict, and why."""
    absent = "there is still time" if is_open else "not handed in"
    found = dict.fromkeys(marks.zeros.get("not handed in", ()), absent)
    waiting = marks.undecided.get("not graded yet", ())
    return found | dict.fromkeys(waiting, "not graded yet")


def _highlighted(specimens: Mapping[Cause, Specimen]) -> dict[Cause, tuple[Markup, int]]:
    return {
        cause: (Markup(code_html(specimen.source)), specimen.left_out)
        for cause, specimen in specimens.items()
    }
