"""Does a mutant survive? Its cases run in a forked process, up to the first that goes wrong."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from autograder.audit.forked import Alive
from autograder.exercise import Criterion
from autograder.oracle import (
    SECONDS_PER_REFERENCE_CASE,
    Expectation,
    Oracle,
    Prepared,
    agree,
    judge_value,
    observe_packed,
)
from autograder.runner.main import visible_checks
from autograder.runner.probing import Observation, Patience, Subject, replaying

Fate = Literal["killed", "accepted", "survived"]
"""It loses marks; it gives other answers, which the exercise's `accept` finds right; neither."""

LEAST_SECONDS: Final = 2.0
"""A mutant may take so long for one call, however quick the reference is."""
MANY_TIMES: Final = 20
"""A mutant may take so many times as long as the reference's slowest case."""
LONGER: Final = 10
"""On a busy machine it may take so many times longer still, by the clock on the wall."""

Seen = TypeVar("Seen")


def fate_of(
    oracles: Sequence[Oracle], name: str, source: str, seconds: float, alive: Alive
) -> Fate:
    """What becomes of a mutant with the seeds of these oracles."""
    accepted = False
    for oracle in oracles:
        try:
            namespace = oracle.unit.namespace(**{name: source})
        except Exception:  # noqa: BLE001 - a mutant's cell may raise anything
            return "killed"
        subject = Subject(namespace, oracle.unit.names_of(name), oracle.unit.probes)
        for is_right, is_other in answers(oracle, subject, name, seconds, alive):
            if not is_right:
                return "killed"
            accepted = accepted or is_other
    return "accepted" if accepted else "survived"


def answers(
    oracle: Oracle, subject: Subject, name: str, seconds: float, alive: Alive
) -> Iterator[tuple[bool, bool]]:
    """Whether each answer is right, and whether it is another one than the reference's."""
    expectation = oracle.expectation(name)
    for number, prepared in enumerate(expectation.cases[: expectation.graded]):
        alive(f"case {number + 1}")
        observe = functools.partial(observe_packed, subject, prepared.packed)
        came = patiently(observe, is_timeout, seconds)
        judged = oracle.judge_case(expectation.exercise, prepared, came)
        yield judged.right, is_other_answer(expectation, prepared, came)
    alive("the visible checks")
    check = functools.partial(visible_observations, expectation, subject)
    every = len(expectation.visible)
    seen = patiently(check, lambda seen: len(seen) < every or any(map(is_timeout, seen)), seconds)
    for place, (_, reference) in enumerate(expectation.visible):
        came_here = seen[place] if place < len(seen) else None
        yield judge_value(came_here, reference, Criterion(0)).right, False


def patiently(
    observe: Callable[[Patience], Seen], is_late: Callable[[Seen], bool], seconds: float
) -> Seen:
    """Observe, and once more with more time where the machine was slow and not the mutant.

    A mutant that has computed for so many seconds is late; one that has waited for others while
    the clock went on is not.
    """
    begun = time.process_time()
    seen = observe(Patience(seconds, most_timeouts=1))
    if is_late(seen) and time.process_time() - begun < seconds / 2:
        seen = observe(Patience(LONGER * seconds, most_timeouts=1))
    return seen


def is_timeout(came: Observation) -> bool:
    """Whether a call did not end in time."""
    return came.error is not None and came.error.type == "TimeLimit"


def is_other_answer(expectation: Expectation, prepared: Prepared, came: Observation) -> bool:
    """Whether an answer differs from the reference's, where another one may be right."""
    exercise = expectation.exercise
    criterion = exercise.criteria[prepared.case.criterion]
    if criterion.untouched or not exercise.accepts.keys() & {prepared.case.criterion, None}:
        return False
    return not agree(came, prepared.reference, criterion)


def visible_observations(
    expectation: Expectation, subject: Subject, patience: Patience
) -> list[Observation]:
    """What each visible check sees."""
    came: list[Observation] = []
    with replaying(subject.namespace, expectation.packed.check_replays):
        visible_checks(
            subject,
            expectation.packed.check,
            patience,
            lambda _, observation: came.append(observation),
        )
    return came


@dataclass(frozen=True)
class Pace:
    """How long calls take, in seconds of computing.

    Attributes
    ----------
    all_cases : float
        What the reference computes for all graded cases of one seed and the visible checks.
    mutant_call : float
        What one call of a mutant may take.
    """

    all_cases: float
    mutant_call: float


def pace_of(oracle: Oracle, name: str) -> Pace:
    """Measure the reference."""
    expectation = oracle.expectation(name)
    subject = Subject(oracle.unit.namespace(), oracle.unit.names_of(name), oracle.unit.probes)
    seconds = []
    for prepared in expectation.cases[: expectation.graded]:
        begun = time.process_time()
        observe_packed(subject, prepared.packed, Patience(SECONDS_PER_REFERENCE_CASE))
        seconds.append(time.process_time() - begun)
    begun = time.process_time()
    visible_observations(expectation, subject, Patience(SECONDS_PER_REFERENCE_CASE))
    seconds.append(time.process_time() - begun)
    return Pace(sum(seconds), max(LEAST_SECONDS, MANY_TIMES * max(seconds)))
