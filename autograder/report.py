"""The class report: one page an instructor reads on Monday morning, and a table for a spreadsheet.

Both take verdicts, nothing else; marks a person has given are put in before with
:func:`autograder.standing.with_manual_scores`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from autograder import charts
from autograder.class_folder import write_atomically
from autograder.leaderboard import boards
from autograder.overview import Concern, Overview, Score, in_words, overview, score
from autograder.pages import render_page
from autograder.sanitize import clean_text
from autograder.standing import STANDINGS, Standing, standing
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

STYLES: Final = ("page.css", "report.css")
MARKS: Final = tuple(f"{tenth * 10}%" for tenth in range(11))

# A spreadsheet takes a cell that begins so as a formula; one that splits lines at ; or tabs, or
# reads quotes its own way, can come to begin a cell in the middle of ours.
_FORMULA = re.compile(r"(^|[;,\t\r\n\"'|])(\s*)(?=[=+\-@＝＋－＠])")


@dataclass(frozen=True)
class Cell:
    """One learner's result in one exercise, as the table shows and sorts it."""

    entry: ExerciseVerdict | None
    standing: Standing | None
    level: int | None

    @property
    def order(self) -> float:
        """What the column is sorted by: points, with what has none at the end."""
        return -1.0 if self.entry is None or self.entry.points is None else self.entry.points


@dataclass(frozen=True)
class Row:
    """One submission."""

    verdict: SubmissionVerdict
    score: Score
    level: int | None
    cells: tuple[Cell, ...]
    concern: Concern | None
    link: str | None

    @property
    def groups(self) -> str:
        """The filters of the page that show this row."""
        full = self.score.share == 1.0
        chosen = {
            "help": self.concern is not None,
            "waiting": self.score.waiting > 0,
            "notes": bool(self.verdict.notes),
            "full": full,
        }
        return " ".join(name for name, holds in chosen.items() if holds)


@dataclass(frozen=True)
class Table:
    """All submissions of one unit."""

    unit: str
    title: str
    exercises: tuple[str, ...]
    max_points: float
    rows: tuple[Row, ...]


def class_report(
    verdicts: Iterable[SubmissionVerdict],
    *,
    path: Path,
    unit_titles: Mapping[str, str] | None = None,
    feedback_links: Mapping[tuple[str, str], str] | None = None,
    people: Iterable[str] = (),
    made: datetime | None = None,
) -> Path:
    """Write the report on a class as one HTML file; return its path.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner and unit.
    path : Path
        The file to write.
    unit_titles : mapping, optional
        Titles by unit name.
    feedback_links : mapping, optional
        Relative paths of feedback pages by (student, unit).
    people : iterable of str
        Names that no pseudonym on a leaderboard may give away, besides those of the verdicts.
    made : datetime, optional
        The time the report gives as its own; by default now.
    """
    page = report_html(
        verdicts,
        unit_titles=unit_titles,
        feedback_links=feedback_links,
        people=people,
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
    made: datetime | None = None,
) -> str:
    """Return the report as a page; parameters as for :func:`class_report`."""
    seen, titles = overview(verdicts), unit_titles or {}
    tables = [
        _table(seen, unit, titles.get(unit, unit), feedback_links or {}) for unit in seen.units
    ]
    return render_page(
        "report.html",
        styles=STYLES,
        script="report.js",
        seen=seen,
        sentences=in_words(seen),
        tables=tables,
        titles={unit: titles.get(unit, unit) for unit in seen.units},
        made=made or datetime.now().astimezone(),
        seconds=sum(verdict.seconds for verdict in seen.verdicts),
        histogram=charts.histogram(
            seen.bins(),
            MARKS,
            title="Scores",
            below="share of the points decided so far",
            median=seen.median_share,
        ),
        charts=charts,
        standings=STANDINGS,
        boards=boards(seen.verdicts, people),
        repeated=[found for found in seen.mistakes if len(found.students) > 1],
        single=[found for found in seen.mistakes if len(found.students) == 1],
    )


def leaderboard_page(
    verdicts: Iterable[SubmissionVerdict],
    *,
    path: Path,
    title: str,
    people: Iterable[str] = (),
    made: datetime | None = None,
) -> Path | None:
    """Write a unit's leaderboards as a page that a class may see; return its path.

    It holds pseudonyms and what was measured, and nothing else of anybody. Where nobody is to be
    shown there is no page, and an earlier one is taken away.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner.
    path : Path
        The file to write.
    title : str
        The unit's.
    people : iterable of str
        As for :func:`class_report`.
    made : datetime, optional
        The time the page gives as its own; by default now.
    """
    found = boards(verdicts, people)
    if not any(board.places for board in found):
        path.unlink(missing_ok=True)
        return None
    page = render_page(
        "leaderboard.html",
        styles=STYLES,
        title=title,
        boards=found,
        made=made or datetime.now().astimezone(),
    )
    write_atomically(path, page.encode())
    return path


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
    ordered = overview(verdicts).verdicts
    several = len({verdict.unit for verdict in ordered}) > 1
    columns = list(
        dict.fromkeys(_column(entry, several) for one in ordered for entry in one.exercises)
    )
    written = io.StringIO()
    lines = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    lines.writerow(
        ["student", "unit", "status", "points", "max_points", "waiting_points"]
        + [_harmless(column) for column in columns]
        + ["diagnoses", "notes"]
    )
    for verdict in ordered:
        lines.writerow(_csv_line(verdict, columns, several))
    write_atomically(path, written.getvalue().encode("utf-8-sig"))
    return path


def _column(entry: ExerciseVerdict, several: bool) -> str:
    return f"{entry.unit}/{entry.exercise}" if several else entry.exercise


def _csv_line(
    verdict: SubmissionVerdict, columns: Sequence[str], several: bool
) -> list[str | float]:
    points = {_column(entry, several): entry.points for entry in verdict.exercises}
    diagnoses = [
        f"{entry.exercise}: {entry.diagnosis}" for entry in verdict.exercises if entry.diagnosis
    ]
    line: list[str | float] = [_harmless(text) for text in (verdict.student, verdict.unit)]
    line += [verdict.status, verdict.points, verdict.max_points, score(verdict).waiting]
    for column in columns:
        earned = points.get(column)
        line.append("" if earned is None else earned)
    return [*line, _harmless("; ".join(diagnoses)), _harmless("; ".join(verdict.notes))]


def _harmless(text: str) -> str:
    """One line of text that no spreadsheet takes for a formula."""
    line = " ".join(clean_text(text, 2000).split())
    return _FORMULA.sub(r"\1\2'", line)


def _table(seen: Overview, unit: str, title: str, links: Mapping[tuple[str, str], str]) -> Table:
    verdicts = [verdict for verdict in seen.verdicts if verdict.unit == unit]
    names = tuple(dict.fromkeys(entry.exercise for one in verdicts for entry in one.exercises))
    concerns = {id(concern.verdict): concern for concern in seen.concerns}
    rows = tuple(
        _row(verdict, names, concerns.get(id(verdict)), links.get((verdict.student, unit)))
        for verdict in verdicts
    )
    most = max((verdict.max_points for verdict in verdicts), default=0.0)
    return Table(unit, title, names, most, rows)


def _row(
    verdict: SubmissionVerdict, names: Sequence[str], concern: Concern | None, link: str | None
) -> Row:
    entries = {entry.exercise: entry for entry in verdict.exercises}
    earned = score(verdict)
    return Row(
        verdict,
        earned,
        None if verdict.status == "failed" else level(earned.share),
        tuple(_cell(entries.get(name)) for name in names),
        concern,
        quote(link, safe="/._-") if link else None,
    )


def _cell(entry: ExerciseVerdict | None) -> Cell:
    if entry is None:
        return Cell(None, None, None)
    stands = standing(entry)
    if entry.points is None or stands.state in ("trouble", "blank"):
        return Cell(entry, stands, 0 if stands.state == "blank" else None)
    share = entry.points / entry.max_points if entry.max_points else float(stands.state == "full")
    return Cell(entry, stands, level(share))


def level(share: float | None) -> int | None:
    """The depth of a cell's colour: 0 nothing, 1 under half, 2 half and more, 3 most, 4 all."""
    if share is None:
        return None
    if share >= 1:
        return 4
    return 0 if share <= 0 else 1 if share < 0.5 else 2 if share < 0.8 else 3
