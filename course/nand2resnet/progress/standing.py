"""Where a learner stands: each exercise's state, each unit's count, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nand2resnet.contents import ExerciseEntry, UnitEntry
from nand2resnet.progress.record import Entry

State = Literal["new", "tried", "passed", "lost"]
"""Never judged; refused so far; passed; or passed once, and refused when it was last checked."""


@dataclass(frozen=True)
class ExerciseStanding:
    """An exercise, its state, and the moment at which it came into that state."""

    exercise: ExerciseEntry
    state: State
    since: datetime | None = None


@dataclass(frozen=True)
class UnitStanding:
    """A unit and how its exercises stand."""

    unit: UnitEntry
    exercises: tuple[ExerciseStanding, ...]

    @property
    def needed(self) -> tuple[ExerciseStanding, ...]:
        """The exercises that carry points."""
        return tuple(each for each in self.exercises if not each.exercise.is_optional)

    @property
    def passed(self) -> int:
        """How many of the exercises that carry points have passed."""
        return sum(each.state == "passed" for each in self.needed)

    @property
    def is_done(self) -> bool:
        """Whether all exercises that carry points have passed."""
        return self.passed == len(self.needed)

    @property
    def is_begun(self) -> bool:
        """Whether any of its checks has judged anything."""
        return any(each.state != "new" for each in self.exercises)


@dataclass(frozen=True)
class NextStep:
    """What to do next: the first exercise with points that has not passed."""

    unit: UnitEntry
    exercise: ExerciseStanding


def standing(course: Iterable[UnitEntry], entries: Iterable[Entry]) -> tuple[UnitStanding, ...]:
    """How every unit stands, after these entries, oldest first."""
    last: dict[tuple[str, str], Entry] = {}
    ever_passed = set()
    for entry in entries:
        last[entry.key] = entry
        if entry.passed:
            ever_passed.add(entry.key)

    def standing_of(unit: UnitEntry, exercise: ExerciseEntry) -> ExerciseStanding:
        entry = last.get((unit.name, exercise.name))
        if entry is None:
            return ExerciseStanding(exercise, "new")
        refused: State = "lost" if entry.key in ever_passed else "tried"
        since = datetime.fromisoformat(entry.when)
        return ExerciseStanding(exercise, "passed" if entry.passed else refused, since)

    return tuple(
        UnitStanding(unit, tuple(standing_of(unit, exercise) for exercise in unit.exercises))
        for unit in course
    )


def next_step(units: Iterable[UnitStanding]) -> NextStep | None:
    """The first exercise that is still to be done, in the order of the course; None at the end."""
    for each in units:
        for exercise in each.needed:
            if exercise.state != "passed":
                return NextStep(each.unit, exercise)
    return None
