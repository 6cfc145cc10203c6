"""What a class gets wrong: grouped by cause, the most common first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.standing import standing
from autograder.verdict import Example, ExerciseVerdict, SubmissionVerdict

Cause = tuple[str, str, str]
"""Unit, exercise, and what went wrong."""


@dataclass(frozen=True)
class MistakeCount:
    """One mistake and who made it. ``named`` says whether it is one the course knows."""

    unit: str
    exercise: str
    what: str
    hint: str | None
    example: Example | None
    students: tuple[str, ...]
    named: bool

    @property
    def cause(self) -> Cause:
        """What tells this mistake from others."""
        return self.unit, self.exercise, self.what


def mistakes(verdicts: Iterable[SubmissionVerdict]) -> tuple[MistakeCount, ...]:
    """Group what went wrong by exercise and cause; the most common first, known ones before.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        Those that could be graded.
    """
    groups: dict[Cause, list[tuple[str, ExerciseVerdict]]] = {}
    for verdict in verdicts:
        for entry in verdict.exercises:
            if standing(entry).state in ("part", "none") and (what := cause(entry)):
                group = groups.setdefault((entry.unit, entry.exercise, what), [])
                group.append((verdict.student, entry))
    counts = [
        MistakeCount(
            *key,
            hint=next((entry.hint for _, entry in group if entry.hint), None),
            example=next((entry.example for _, entry in group if entry.example), None),
            students=tuple(student for student, _ in group),
            named=any(entry.diagnosis for _, entry in group),
        )
        for key, group in groups.items()
    ]
    return tuple(sorted(counts, key=lambda count: (-len(count.students), not count.named)))


def cause(entry: ExerciseVerdict) -> str | None:
    """What went wrong in an exercise, as precisely as grading found it."""
    if entry.diagnosis or entry.error:
        return entry.diagnosis or entry.error
    return next((c.message for c in entry.criteria if not c.passed and c.message), None)
