"""What the verdicts of a unit say together: plain numbers and names, for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from autograder.report.mistakes import MistakeCount, mistakes
from autograder.standing import State, counted, points_text, standing
from autograder.verdict import CriterionVerdict, ExerciseVerdict, SubmissionVerdict

LOW: Final = 0.5
"""Share of the decided points below which a learner needs help."""
HARDEST: Final = 6
"""Criteria that are named as the hardest."""

FOR_A_PERSON: Final = ("grader failed", "unreadable", "stopped", "note")
"""Why a person has to look at a submission, the gravest first."""
NEEDS_HELP: Final = ("blank", "low")
"""Why a learner needs help, though all was graded."""
GRAVITY: Final = (*FOR_A_PERSON, *NEEDS_HELP)

Key = tuple[str, str]
"""Unit and exercise."""
Entries = list[tuple[SubmissionVerdict, ExerciseVerdict]]


@dataclass(frozen=True)
class Score:
    """What one submission has earned of what could be decided without a person."""

    earned: float
    decided: float
    waiting: float

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where nothing could be decided."""
        return self.earned / self.decided if self.decided else None


@dataclass(frozen=True)
class CriterionCount:
    """How many of the graded submissions passed a criterion of an exercise."""

    exercise: str
    name: str
    passed: int
    graded: int

    @property
    def share(self) -> float:
        """The share that passed."""
        return self.passed / self.graded


@dataclass(frozen=True)
class ExerciseCount:
    """How the class did in one exercise, over the submissions that could be graded."""

    unit: str
    exercise: str
    max_points: float
    states: Mapping[State, int]
    mean: float | None
    criteria: tuple[CriterionCount, ...]

    @property
    def graded(self) -> int:
        """Submissions in which the exercise has points."""
        return sum(self.states.get(state, 0) for state in ("full", "part", "none", "blank"))

    @property
    def waiting(self) -> int:
        """Submissions in which a person has not marked it yet."""
        return self.states.get("waiting", 0)

    @property
    def right(self) -> int:
        """Submissions in which all of it is right."""
        return self.states.get("full", 0)


@dataclass(frozen=True)
class Concern:
    """A submission somebody has to look at, or a learner who needs help, and why."""

    verdict: SubmissionVerdict
    kind: str
    reason: str


@dataclass(frozen=True)
class Waiting:
    """A written question whose answers nobody has marked yet."""

    unit: str
    question: str
    max_points: float
    students: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """One unit of a class."""

    verdicts: tuple[SubmissionVerdict, ...]
    exercises: tuple[ExerciseCount, ...]
    mistakes: tuple[MistakeCount, ...]
    concerns: tuple[Concern, ...]
    waiting: tuple[Waiting, ...]
    shares: tuple[float, ...]

    @property
    def median_share(self) -> float | None:
        """The share of the decided points that half of what could be graded reaches."""
        return median(self.shares) if self.shares else None

    @property
    def for_a_person(self) -> list[Concern]:
        """Submissions that could not be graded as they should, and those with notes."""
        return [concern for concern in self.concerns if concern.kind in FOR_A_PERSON]

    @property
    def needs_help(self) -> list[Concern]:
        """Learners with little or nothing that is right."""
        return [concern for concern in self.concerns if concern.kind in NEEDS_HELP]

    @property
    def answers_waiting(self) -> int:
        """Written answers that nobody has marked yet."""
        return sum(len(question.students) for question in self.waiting)

    @property
    def nobody_passes(self) -> list[ExerciseCount]:
        """Exercises that are all right in no submission."""
        return [count for count in self.exercises if count.criteria and not count.right]

    @property
    def everybody_passes(self) -> list[ExerciseCount]:
        """Exercises that are all right in every submission."""
        return [c for c in self.exercises if c.criteria and c.right == c.graded]

    @property
    def hardest_criteria(self) -> list[CriterionCount]:
        """The criteria that the smallest share passed, leaving out those that all passed."""
        found = [one for count in self.exercises for one in count.criteria if one.share < 1]
        return sorted(found, key=lambda one: one.share)[:HARDEST]


def overview(verdicts: Iterable[SubmissionVerdict]) -> Overview:
    """Count what a class did in a unit.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner, in any order.
    """
    ordered = tuple(sorted(verdicts, key=lambda verdict: (verdict.student, verdict.unit)))
    usable = [verdict for verdict in ordered if verdict.status not in ("unreadable", "failed")]
    scores = (score(verdict).share for verdict in usable)
    entries = _by_exercise(ordered, usable)
    return Overview(
        verdicts=ordered,
        exercises=tuple(
            count for key, found in entries.items() if (count := _count(key, found)).graded
        ),
        mistakes=mistakes(usable),
        concerns=_concerns(ordered),
        waiting=tuple(
            found for key, them in entries.items() if (found := _waiting(key, them)).students
        ),
        shares=tuple(share for share in scores if share is not None),
    )


def score(verdict: SubmissionVerdict) -> Score:
    """What a submission has earned so far, of what is decided, and what still waits."""
    decided = [exercise for exercise in verdict.exercises if exercise.points is not None]
    waiting = [exercise for exercise in verdict.exercises if exercise.points is None]
    return Score(
        verdict.points,
        sum(exercise.max_points for exercise in decided),
        sum(exercise.max_points for exercise in waiting),
    )


def nothing_written(verdict: SubmissionVerdict) -> bool:
    """Whether every exercise still holds its stub."""
    states = [standing(entry).state for entry in verdict.exercises if entry.points is not None]
    return bool(states) and all(state == "blank" for state in states)


def concern_of(verdict: SubmissionVerdict) -> Concern | None:
    """Say why a submission or its learner needs somebody, the gravest reason first."""
    others = " · ".join(verdict.notes)
    if verdict.status == "failed":
        reason = others or "the grader gave no reason"
        return Concern(verdict, "grader failed", f"{reason}. Not the learner's fault: grade again")
    if verdict.status == "unreadable":
        error = next((entry.error for entry in verdict.exercises if entry.error), None)
        return Concern(verdict, "unreadable", error or others or "it is not a notebook")
    if verdict.status == "stopped":
        return Concern(verdict, "stopped", others or "grading reached a limit")
    return Concern(verdict, "note", others) if others else None


def help_for(verdict: SubmissionVerdict) -> Concern | None:
    """Say what a learner lacks whose submission could be graded and has little that is right."""
    if verdict.status in ("failed", "unreadable", "stopped"):
        return None
    if nothing_written(verdict):
        return Concern(verdict, "blank", "no exercise has been written")
    share = score(verdict).share
    if share is not None and share < LOW:
        return Concern(verdict, "low", _what_is_missing(verdict.exercises))
    return None


def _concerns(verdicts: Iterable[SubmissionVerdict]) -> tuple[Concern, ...]:
    """The gravest first, then those with the fewest points."""
    both = ((concern_of(verdict), help_for(verdict)) for verdict in verdicts)
    found = [concern for pair in both for concern in pair if concern is not None]
    found.sort(key=lambda concern: (GRAVITY.index(concern.kind), concern.verdict.points))
    return tuple(found)


def _what_is_missing(exercises: Sequence[ExerciseVerdict]) -> str:
    names: dict[str, list[str]] = {"blank": [], "wrong": []}
    for entry in exercises:
        state = standing(entry).state
        if state in ("blank", "none", "part"):
            names["blank" if state == "blank" else "wrong"].append(f"`{entry.exercise}`")
    parts = [("not written: ", names["blank"]), ("not right yet: ", names["wrong"])]
    return "; ".join(words + ", ".join(found) for words, found in parts if found)


def _by_exercise(
    ordered: Iterable[SubmissionVerdict], usable: Iterable[SubmissionVerdict]
) -> dict[Key, Entries]:
    """The usable entries of each exercise; the exercises in the order of the notebook."""
    found: dict[Key, Entries] = {
        (entry.unit, entry.exercise): [] for verdict in ordered for entry in verdict.exercises
    }
    for verdict in usable:
        for entry in verdict.exercises:
            found[entry.unit, entry.exercise].append((verdict, entry))
    return dict(sorted(found.items(), key=lambda item: item[0][0]))


def _count(key: Key, found: Entries) -> ExerciseCount:
    entries = [entry for _, entry in found]
    decided = [entry for entry in entries if entry.points is not None]
    shares = [(entry.points or 0.0) / entry.max_points for entry in decided if entry.max_points]
    return ExerciseCount(
        *key,
        max_points=max((entry.max_points for entry in entries), default=0.0),
        states=Counter(standing(entry).state for entry in entries),
        mean=sum(shares) / len(shares) if shares else None,
        criteria=_criteria(key[1], [entry.criteria for entry in decided]),
    )


def _criteria(
    exercise: str, lists: Iterable[tuple[CriterionVerdict, ...]]
) -> tuple[CriterionCount, ...]:
    passed: dict[str, list[bool]] = {}
    for criteria in lists:
        for criterion in criteria:
            passed.setdefault(criterion.name, []).append(criterion.passed)
    return tuple(
        CriterionCount(exercise, name, sum(all_), len(all_)) for name, all_ in passed.items()
    )


def _waiting(key: Key, found: Entries) -> Waiting:
    entries = [pair for pair in found if pair[1].status == "waiting"]
    most = max((entry.max_points for _, entry in entries), default=0.0)
    return Waiting(*key, most, tuple(verdict.student for verdict, _ in entries))


def in_words(seen: Overview) -> list[str]:
    """Say the three things an instructor asks first, as far as there is an answer."""
    sentences = []
    if seen.median_share is not None:
        sentences.append(
            f"Half of those graded have {seen.median_share:.0%} or more of the points decided "
            "so far."
        )
    if hardest := hardest_exercise(seen):
        sentences.append(
            f"The hardest exercise was `{hardest.exercise}`: {hardest.mean:.0%} of its "
            f"{points_text(hardest.max_points)} points."
        )
    if seen.mistakes and len(seen.mistakes[0].students) > 1:
        common = seen.mistakes[0]
        who = counted(len(common.students), "learner")
        sentences.append(
            f"The most common mistake, made by {who} in `{common.exercise}`: {common.what}."
        )
    return sentences


def hardest_exercise(seen: Overview) -> ExerciseCount | None:
    """The exercise with the lowest mean, where all is marked; None if all have all points."""
    means = [
        count
        for count in seen.exercises
        if count.mean is not None and count.max_points and not count.waiting
    ]
    hardest = min(means, key=lambda count: count.mean or 0.0, default=None)
    return None if hardest is None or hardest.mean == 1.0 else hardest
