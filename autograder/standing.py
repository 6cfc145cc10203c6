"""How an exercise stands, in a word, a sign and a number that mean the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from autograder.oracle import NOT_WRITTEN
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

State = Literal["full", "part", "none", "blank", "waiting", "trouble"]


@dataclass(frozen=True)
class Standing:
    """A state with its sign and its word: colour is never all there is to see."""

    state: State
    sign: str
    word: str


STANDINGS: Final[dict[State, Standing]] = {
    "full": Standing("full", "✓", "right"),
    "part": Standing("part", "◐", "partly right"),
    "none": Standing("none", "✗", "not right yet"),
    "blank": Standing("blank", "–", "not written"),
    "waiting": Standing("waiting", "…", "waits for a person"),
    "trouble": Standing("trouble", "!", "could not be graded"),
}


def standing(verdict: ExerciseVerdict) -> Standing:
    """Tell how one exercise of one submission stands."""
    return STANDINGS[_state(verdict)]


def _state(verdict: ExerciseVerdict) -> State:
    if verdict.status in ("unreadable", "failed"):
        return "trouble"
    if verdict.points is None:
        return "waiting"
    if verdict.error == NOT_WRITTEN and verdict.points == 0:
        return "blank"
    if verdict.points >= verdict.max_points and all(part.passed for part in verdict.criteria):
        return "full"
    return "part" if verdict.points > 0 or any(c.passed for c in verdict.criteria) else "none"


def with_manual_scores(
    verdict: SubmissionVerdict, scores: Mapping[str, float]
) -> SubmissionVerdict:
    """Return the verdict with the points a person gave, by exercise or question, in it."""
    marked = tuple(
        replace(entry, points=scores[entry.exercise], status="graded")
        if entry.exercise in scores
        else entry
        for entry in verdict.exercises
    )
    return replace(verdict, exercises=marked)


def points_text(points: float) -> str:
    """Write points without needless decimals: ``2``, ``1.5``, ``0.33``."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Write a number with its noun: ``1 learner``, ``3 learners``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
