"""What grading found out: plain data, made by the oracle, read by gradebook, feedback, report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["graded", "waiting", "unreadable", "stopped", "failed"]
"""graded; waiting for a human; not a notebook of this unit; stopped at a limit; failed (ours)."""


@dataclass(frozen=True)
class CriterionVerdict:
    """One criterion of one exercise: what it earned and, if not all, why."""

    name: str
    points: float
    max_points: float
    passed: bool
    message: str | None = None


@dataclass(frozen=True)
class Example:
    """One call shown in feedback, from a seed that is never graded."""

    call: str
    came: str
    expected: str


@dataclass(frozen=True)
class Entry:
    """What one submission shows on a leaderboard: a pseudonym, and what the oracle measured.

    The pseudonym is the learner's own text, not to be believed; shares are floats, costs integers.
    """

    pseudonym: str
    values: Mapping[str, float | int]


@dataclass(frozen=True)
class ExerciseVerdict:
    """One exercise of one submission."""

    unit: str
    exercise: str
    points: float | None
    max_points: float
    criteria: tuple[CriterionVerdict, ...] = ()
    diagnosis: str | None = None
    hint: str | None = None
    error: str | None = None
    status: Status = "graded"
    example: Example | None = None
    entry: Entry | None = None

    def as_json(self) -> dict[str, Any]:
        """The public form of ``n2r try --json``."""
        keys = ("unit", "exercise", "points", "max_points")
        public: dict[str, Any] = {key: getattr(self, key) for key in keys}
        public["criteria"] = [asdict(criterion) for criterion in self.criteria]
        public |= {"diagnosis": self.diagnosis, "hint": self.hint, "error": self.error}
        return public


@dataclass(frozen=True)
class SubmissionVerdict:
    """One learner's submission of one unit.

    ``notes`` are sentences for the instructor ("the grade cell of `derivative` had been deleted;
    it was put back"); ``seconds`` is the time grading took.
    """

    student: str
    unit: str
    status: Status
    seconds: float
    exercises: tuple[ExerciseVerdict, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """What has been earned so far; written questions count once a human has marked them."""
        return sum(verdict.points or 0.0 for verdict in self.exercises)

    @property
    def max_points(self) -> float:
        """What the unit is worth."""
        return sum(verdict.max_points for verdict in self.exercises)

    def as_json(self) -> list[dict[str, Any]]:
        """The public form of ``n2r grade --json``: one entry per exercise."""
        shared = {"student": self.student, "seconds": round(self.seconds, 3)}
        return [
            verdict.as_json() | {"status": verdict.status} | shared for verdict in self.exercises
        ]
