"""What the verdicts of a class say together: plain numbers and names, for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from autograder.standing import State, counted, points_text, standing
from autograder.verdict import CriterionVerdict, Example, ExerciseVerdict, SubmissionVerdict

LOW: Final = 0.5
"""Share of the decided points below which a learner needs help."""
BINS: Final = 10

GRAVITY: Final = ("grader failed", "unreadable", "stopped", "blank", "low")
"""Kinds of concern in the order in which they are shown."""

Key = tuple[str, str]
"""Unit and exercise."""


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
    """How many of the graded submissions passed a criterion."""

    name: str
    passed: int
    graded: int


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


@dataclass(frozen=True)
class Concern:
    """A submission somebody has to look at, and why."""

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
    """A whole class."""

    verdicts: tuple[SubmissionVerdict, ...]
    exercises: tuple[ExerciseCount, ...]
    mistakes: tuple[MistakeCount, ...]
    concerns: tuple[Concern, ...]
    waiting: tuple[Waiting, ...]
    shares: tuple[float, ...]

    @property
    def median_share(self) -> float | None:
        """The share of the decided points that half of the class reaches."""
        return median(self.shares) if self.shares else None

    @property
    def units(self) -> tuple[str, ...]:
        """The units that were handed in."""
        return tuple(dict.fromkeys(verdict.unit for verdict in self.verdicts))

    @property
    def notes(self) -> list[tuple[SubmissionVerdict, str]]:
        """What grading noticed, but for the notes that are given as a concern's reason."""
        reasons = {(id(concern.verdict), concern.reason) for concern in self.concerns}
        return [
            (verdict, note)
            for verdict in self.verdicts
            for note in verdict.notes
            if (id(verdict), note) not in reasons
        ]

    def bins(self) -> list[int]:
        """Submissions by tenths of the decided points; full points count in the last."""
        counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in self.shares)
        return [counts[number] for number in range(BINS)]


def overview(verdicts: Iterable[SubmissionVerdict]) -> Overview:
    """Count what a class did.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner and unit, in any order.
    """
    ordered = tuple(sorted(verdicts, key=lambda verdict: (verdict.student, verdict.unit)))
    usable = [verdict for verdict in ordered if verdict.status not in ("unreadable", "failed")]
    scores = (score(verdict).share for verdict in usable)
    keys = _keys(ordered)
    return Overview(
        verdicts=ordered,
        exercises=tuple(count for key in keys if (count := _count(key, usable)).graded),
        mistakes=_mistakes(usable),
        concerns=_concerns(ordered),
        waiting=tuple(found for key in keys if (found := _waiting(key, usable)).students),
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


def concern_of(verdict: SubmissionVerdict) -> Concern | None:
    """Say why a submission needs somebody's attention, the gravest reason first."""
    first_note = verdict.notes[0] if verdict.notes else None
    if verdict.status == "failed":
        reason = first_note or "the grader gave no reason"
        return Concern(verdict, "grader failed", f"{reason}. Not the learner's fault: grade again")
    if verdict.status == "unreadable":
        error = next((entry.error for entry in verdict.exercises if entry.error), None)
        return Concern(verdict, "unreadable", error or first_note or "it is not a notebook")
    if verdict.status == "stopped":
        return Concern(verdict, "stopped", first_note or "grading reached a limit")
    states = [standing(entry).state for entry in verdict.exercises if entry.points is not None]
    if states and all(state == "blank" for state in states):
        return Concern(verdict, "blank", "no exercise has been written")
    share = score(verdict).share
    if share is not None and share < LOW:
        return Concern(verdict, "low", _what_is_missing(verdict.exercises))
    return None


def _concerns(verdicts: Iterable[SubmissionVerdict]) -> tuple[Concern, ...]:
    """The gravest first, then those with the fewest points."""
    found = [concern for verdict in verdicts if (concern := concern_of(verdict))]
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


def _keys(verdicts: Iterable[SubmissionVerdict]) -> list[Key]:
    """Units in order of name, exercises in the order of the notebook."""
    found = dict.fromkeys(
        (verdict.unit, entry.exercise) for verdict in verdicts for entry in verdict.exercises
    )
    return sorted(found, key=lambda key: key[0])


def _entries(
    key: Key, verdicts: Iterable[SubmissionVerdict]
) -> list[tuple[SubmissionVerdict, ExerciseVerdict]]:
    unit, exercise = key
    return [
        (verdict, entry)
        for verdict in verdicts
        if verdict.unit == unit
        for entry in verdict.exercises
        if entry.exercise == exercise
    ]


def _count(key: Key, verdicts: Sequence[SubmissionVerdict]) -> ExerciseCount:
    entries = [entry for _, entry in _entries(key, verdicts)]
    decided = [entry for entry in entries if entry.points is not None]
    shares = [(entry.points or 0.0) / entry.max_points for entry in decided if entry.max_points]
    return ExerciseCount(
        *key,
        max_points=max((entry.max_points for entry in entries), default=0.0),
        states=Counter(standing(entry).state for entry in entries),
        mean=sum(shares) / len(shares) if shares else None,
        criteria=_criteria([entry.criteria for entry in decided]),
    )


def _criteria(lists: Iterable[tuple[CriterionVerdict, ...]]) -> tuple[CriterionCount, ...]:
    passed: dict[str, list[bool]] = {}
    for criteria in lists:
        for criterion in criteria:
            passed.setdefault(criterion.name, []).append(criterion.passed)
    return tuple(CriterionCount(name, sum(all_), len(all_)) for name, all_ in passed.items())


def _mistakes(verdicts: Iterable[SubmissionVerdict]) -> tuple[MistakeCount, ...]:
    """Group what went wrong by exercise and cause; the most common first, known ones before."""
    groups: dict[tuple[str, str, str], list[tuple[str, ExerciseVerdict]]] = {}
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


def _waiting(key: Key, verdicts: Sequence[SubmissionVerdict]) -> Waiting:
    entries = [pair for pair in _entries(key, verdicts) if pair[1].status == "waiting"]
    most = max((entry.max_points for _, entry in entries), default=0.0)
    return Waiting(*key, most, tuple(verdict.student for verdict, _ in entries))


def in_words(seen: Overview) -> list[str]:
    """Say the three things an instructor asks first, as far as there is an answer."""
    sentences = []
    if seen.median_share is not None:
        sentences.append(
            f"Half of the class has {seen.median_share:.0%} or more of the points decided so far."
        )
    means = [count for count in seen.exercises if count.mean is not None and count.max_points]
    if means and (hardest := min(means, key=lambda count: count.mean or 0.0)).mean != 1.0:
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
