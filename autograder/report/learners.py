"""The table of learners of one unit: who, with which points, and where to read more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.report.overview import Overview, Score, score
from autograder.standing import Standing, standing
from autograder.verdict import ExerciseVerdict, SubmissionVerdict


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
    """One learner; ``verdict`` is None where nothing has been graded, and ``missing`` says why."""

    student: str
    verdict: SubmissionVerdict | None
    score: Score
    level: int | None
    cells: tuple[Cell, ...]
    groups: str
    missing: str = ""


@dataclass(frozen=True)
class Table:
    """All learners of one unit."""

    exercises: tuple[str, ...]
    rows: tuple[Row, ...]


def table_of(seen: Overview, missing: Mapping[str, str]) -> Table:
    """Set the class out in rows.

    Parameters
    ----------
    seen : Overview
        What was graded.
    missing : mapping
        Who has no verdict, and why.
    """
    names = tuple(dict.fromkeys(entry.exercise for one in seen.verdicts for entry in one.exercises))
    person = {concern.verdict.student for concern in seen.for_a_person}
    helped = {concern.verdict.student for concern in seen.needs_help}
    rows = [_row(verdict, names, person, helped) for verdict in seen.verdicts]
    rows += [_empty_row(student, why, len(names)) for student, why in missing.items()]
    return Table(names, tuple(sorted(rows, key=lambda row: row.student)))


def level(share: float | None) -> int | None:
    """The depth of a cell's colour: 0 nothing, 1 under half, 2 half and more, 3 most, 4 all."""
    if share is None:
        return None
    if share >= 1:
        return 4
    return 0 if share <= 0 else 1 if share < 0.5 else 2 if share < 0.8 else 3


def _row(
    verdict: SubmissionVerdict, names: Sequence[str], person: set[str], helped: set[str]
) -> Row:
    entries = {entry.exercise: entry for entry in verdict.exercises}
    earned = score(verdict)
    chosen = {
        "person": verdict.student in person,
        "help": verdict.student in helped,
        "waiting": earned.waiting > 0,
        "full": earned.share == 1.0,
    }
    return Row(
        verdict.student,
        verdict,
        earned,
        None if verdict.status == "failed" else level(earned.share),
        tuple(_cell(entries.get(name)) for name in names),
        _joined(chosen.items()),
    )


def _joined(groups: Iterable[tuple[str, bool]]) -> str:
    return " ".join(name for name, holds in groups if holds)


def _empty_row(student: str, why: str, columns: int) -> Row:
    nothing = (Cell(None, None, None),) * columns
    return Row(student, None, Score(0.0, 0.0, 0.0), None, nothing, "missing", why)


def _cell(entry: ExerciseVerdict | None) -> Cell:
    if entry is None:
        return Cell(None, None, None)
    stands = standing(entry)
    if entry.points is None or stands.state in ("trouble", "blank"):
        return Cell(entry, stands, 0 if stands.state == "blank" else None)
    share = entry.points / entry.max_points if entry.max_points else float(stands.state == "full")
    return Cell(entry, stands, level(share))
