"""Does a mutant survive? Its cases run in a forked process, up to the first that goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

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
MANY_TIMES: Final = 20
"""A mutant may take so many times as long as the reference's slowest case."""


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
        came = observe_packed(subject, prepared.packed, Patience(seconds, most_timeouts=1))
        judged = oracle.judge_case(expectation.exercise, prepared, came)
        yield judged.right, is_other_answer(expectation, prepared, came)
    alive("the visible checks")
    for right in visible_answers(expectation, subject, seconds):
        yield right, False


def is_other_answer(expectation: Expectation, prepared: Prepared, came: Observation) -> bool:
    """Whether an answer differs from the reference's, where another one may be right."""
    exercise = expectation.exercise
    criterion = exercise.criteria[prepared.case.criterion]
    if criterion.untouched or not exercise.accepts.keys() & {prepared.case.criterion, None}:
        return False
    return not agree(came, prepared.reference, criterion)


def visible_answers(expectation: Expectation, subject: Subject, seconds: float) -> list[bool]:
    """Whether each visible check gives what the reference gives."""
    came: list[Observation] = []
    with replaying(subject.namespace, expectation.packed.check_replays):
        visible_checks(
            subject,
            expectation.packed.check,
            Patience(seconds, most_timeouts=1),
            lambda _, observation: came.append(observation),
        )
    return [
        place < len(came) and judge_value(came[place], reference, Criterion(0)).right
        for place, (_, reference) in enumerate(expectation.visible)
    ]


@dataclass(frozen=True)
class Pace:
    """How long calls take, in seconds.

    Attributes
    ----------
    all_cases : float
        What the reference takes for all graded cases of one seed.
    mutant_call : float
        What one call of a mutant may take: long enough for a right one on a busy machine.
    """

    all_cases: float
    mutant_call: float


def pace_of(oracle: Oracle, name: str) -> Pace:
    """Measure the reference."""
    expectation = oracle.expectation(name)
    subject = Subject(oracle.unit.namespace(), oracle.unit.names_of(name), oracle.unit.probes)
    seconds = []
    for prepared in expectation.cases[: expectation.graded]:
        begun = time.monotonic()
        observe_packed(subject, prepared.packed, Patience(SECONDS_PER_REFERENCE_CASE))
        seconds.append(time.monotonic() - begun)
    return Pace(sum(seconds), max(LEAST_SECONDS, MANY_TIMES * max(seconds, default=0.0)))
