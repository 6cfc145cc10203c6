"""What is different between two verdicts on one submission, with what a person gave in both."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.standing import with_manual_scores
from autograder.verdict import SubmissionVerdict


@dataclass(frozen=True)
class ExerciseChange:
    """One exercise by the grader alone, before and after; None waits for a human, or is not there.

    ``by_hand`` is the mark that a person gave and that counts instead of both.
    """

    exercise: str
    before: float | None
    after: float | None
    by_hand: float | None = None


@dataclass(frozen=True)
class Change:
    """One submission: its points as they count, before and after, and the exercises that differ.

    ``trouble`` says why it could not be graded again; its marks then stay.
    """

    student: str
    before: float
    after: float
    exercises: tuple[ExerciseChange, ...] = ()
    trouble: str | None = None


def change_of(
    before: SubmissionVerdict, after: SubmissionVerdict, by_hand: Mapping[str, float]
) -> Change:
    """Compare two verdicts, as they count with the marks that a person gave."""
    counted = with_manual_scores(before, by_hand).points
    if after.status == "failed":
        return Change(before.student, counted, counted, trouble=" ".join(after.notes))
    old = {one.exercise: one.points for one in before.exercises}
    new = {one.exercise: one.points for one in after.exercises}
    exercises = tuple(
        ExerciseChange(name, old.get(name), new.get(name), by_hand.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    )
    return Change(before.student, counted, with_manual_scores(after, by_hand).points, exercises)


def median_points(changes: Sequence[Change]) -> tuple[float, float]:
    """The medians of the points before and after."""
    if not changes:
        return 0.0, 0.0
    before = statistics.median(change.before for change in changes)
    return before, statistics.median(change.after for change in changes)
