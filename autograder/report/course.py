"""A class over the units of the course: everybody's marks, and how each unit went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median
from typing import Literal

from autograder.report.distribution import Distribution, distribution
from autograder.report.learners import level
from autograder.report.overview import Overview, hardest_exercise, overview, score
from autograder.report.punctuality import Punctuality, grading_time, punctuality
from autograder.report.roll import Roll
from autograder.report.stuck import Trouble, troubles
from autograder.verdict import SubmissionVerdict

State = Literal["graded", "unreadable", "failed", "ungraded", "missing", "open"]
SIGNS: dict[State, tuple[str, str]] = {
    "graded": ("…", "waits for a person"),
    "unreadable": ("!", "could not be read"),
    "failed": ("!", "the grader failed"),
    "ungraded": ("…", "handed in, not graded yet"),
    "missing": ("–", "not handed in"),
    "open": ("", "there is still time"),
}
"""What stands in place of a share that is not known, and its meaning in words."""


@dataclass(frozen=True)
class Mark:
    """One learner's unit: a share of the points decided so far, or why there is none."""

    unit: str
    state: State
    share: float | None = None
    late: bool = False
    verdict: SubmissionVerdict | None = None

    @property
    def level(self) -> int | None:
        """The depth of the cell's colour."""
        return level(self.share)

    @property
    def counts(self) -> float | None:
        """What the unit adds to a mean: a unit that was missed adds 0, an undecided one nothing."""
        return 0.0 if self.state in ("missing", "unreadable") else self.share


@dataclass(frozen=True)
class Learner:
    """One learner over the units, in the order of the course."""

    student: str
    name: str
    marks: tuple[Mark, ...]
    troubles: tuple[Trouble, ...]

    @property
    def mean(self) -> float | None:
        """The mean share over the units, in which a missed unit counts as 0."""
        counted = [mark.counts for mark in self.marks if mark.counts is not None]
        return mean(counted) if counted else None


@dataclass(frozen=True)
class Column:
    """One unit of the class."""

    unit: str
    seen: Overview
    marks: Distribution
    punctuality: Punctuality
    due: datetime | None
    is_open: bool

    @property
    def handed_in(self) -> int:
        """How many have handed it in."""
        return self.marks.people - len(self.marks.zeros.get("not handed in", ()))

    @property
    def mean(self) -> float | None:
        """The mean share of those who have handed it in and could be graded."""
        return mean(self.seen.shares) if self.seen.shares else None

    @property
    def hardest(self) -> str | None:
        """The exercise with the lowest mean."""
        found = hardest_exercise(self.seen)
        return found.exercise if found else None

    @property
    def seconds(self) -> float | None:
        """What grading a typical submission took."""
        found = grading_time(self.seen.verdicts)
        return found.typical if found else None

    @property
    def most_seconds(self) -> float | None:
        """What grading the slowest submission took."""
        return max((verdict.seconds for verdict in self.seen.verdicts), default=None)


@dataclass(frozen=True)
class Course:
    """A whole class over all units graded so far."""

    columns: tuple[Column, ...]
    learners: tuple[Learner, ...]

    @property
    def stuck(self) -> list[Learner]:
        """Who is stuck or falling behind, most reasons first, then the lowest mean."""
        found = [learner for learner in self.learners if learner.troubles]
        return sorted(found, key=_gravity)

    @property
    def median(self) -> float | None:
        """The mean share that half of the learners reach."""
        means = [learner.mean for learner in self.learners if learner.mean is not None]
        return median(means) if means else None

    @property
    def answers_waiting(self) -> int:
        """Written answers in all units that nobody has marked yet."""
        return sum(column.seen.answers_waiting for column in self.columns)


def course_of(
    units: Mapping[str, Sequence[SubmissionVerdict]], roll: Roll, now: datetime
) -> Course:
    """Put a class's units together.

    Parameters
    ----------
    units : mapping
        The verdicts of each unit.
    roll : Roll
        Who is in the class.
    now : datetime
        The time of the report, with its zone: until its due date nobody has missed a unit.
    """
    everybody = roll.everybody(verdict for verdicts in units.values() for verdict in verdicts)
    columns = tuple(_column(unit, units[unit], roll, everybody, now) for unit in sorted(units))
    graded = {(one.student, unit): one for unit in units for one in units[unit]}
    learners = []
    for student in everybody:
        marks = tuple(
            _mark(student, column, graded.get((student, column.unit)), roll) for column in columns
        )
        name = roll.names.get(student, "")
        learners.append(Learner(student, name, marks, tuple(troubles(marks))))
    return Course(columns, tuple(learners))


def _column(
    unit: str,
    verdicts: Sequence[SubmissionVerdict],
    roll: Roll,
    everybody: Iterable[str],
    now: datetime,
) -> Column:
    ungraded = {student for student, of in roll.ungraded if of == unit}
    known = {one.student: roll.hand_in(one.student, unit) for one in verdicts}
    return Column(
        unit,
        overview(verdicts),
        distribution(verdicts, everybody, ungraded),
        punctuality(known),
        roll.due.get(unit),
        roll.is_open(unit, now),
    )


def _mark(student: str, column: Column, verdict: SubmissionVerdict | None, roll: Roll) -> Mark:
    unit = column.unit
    if verdict is None:
        waits = (student, unit) in roll.ungraded
        return Mark(unit, "ungraded" if waits else "open" if column.is_open else "missing")
    one = roll.hand_in(student, unit)
    late = one.when is not None and one.due is not None and one.when > one.due
    earned = score(verdict)
    if verdict.status in ("unreadable", "failed") and not earned.earned:
        state: State = "failed" if verdict.status == "failed" else "unreadable"
        return Mark(unit, state, None, late, verdict)
    return Mark(unit, "graded", earned.share, late, verdict)


def _gravity(learner: Learner) -> tuple[int, float, str]:
    share = learner.mean
    return -len(learner.troubles), 1.0 if share is None else share, learner.student
