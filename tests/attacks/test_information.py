"""No attack learns an answer, or anything else that is not its own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from autograder.oracle import Oracle
from autograder.unit import ROOT, Unit
from tests.attacks.attack import attacks, full
from tests.attacks.hostile import all_blank
from tests.attacks.target import Outcome, Target

INFORMATION = attacks("information")
NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?")
SHORTEST_TELLING_NUMBER = 8  # characters: 12.0 can be anything


def numbers_of(value: Any) -> set[float]:
    """Every floating-point number in nested data."""
    if isinstance(value, np.ndarray | np.generic):
        value = np.asarray(value).astype(float).ravel().tolist()
    if isinstance(value, dict):
        return set().union(*map(numbers_of, value.values()), set())
    if isinstance(value, list | tuple):
        return set().union(*map(numbers_of, value), set())
    return {value} if isinstance(value, float) else set()


def answers(unit: Unit, seed: str) -> set[float]:
    """The expected values of all hidden cases, but for what an input says anyway."""
    oracle = Oracle(unit, seed)
    expected: set[float] = set()
    given: set[float] = set()
    for name in unit.exercises:
        for prepared in oracle.expectation(name).cases:
            expected |= numbers_of(prepared.reference.value)
            for value in prepared.case.inputs.values():
                given |= numbers_of(getattr(value, "arguments", value))
    return {number for number in expected - given if len(repr(number)) >= SHORTEST_TELLING_NUMBER}


def learnt(unit: Unit, target: Target, outcome: Outcome) -> list[str]:
    """What an attack should not have found out."""
    found = []
    printed = set(map(float, NUMBER.findall(outcome.shown)))
    secret = answers(unit, f"seed {target.token}")
    assert len(secret) > 30
    if printed & secret:
        found.append(f"expected values: {sorted(printed & secret)[:5]}")
    telling = {line.strip() for name in unit.exercises for line in own_lines(unit, name)}
    telling |= {".mistake(", "BEGIN SOLUTION", "root:x:0", "seen:", str(ROOT), "a note of"}
    return found + [text for text in telling if text in outcome.shown]


def own_lines(unit: Unit, name: str) -> list[str]:
    """Lines that stand in a solution and nowhere in the notebook the learner gets."""
    released = unit.release.read_text()
    lines = unit.reference_source(name).splitlines()
    return [line for line in lines if len(line.strip()) > 25 and line.strip() not in released]


def test_payloads_together(unit, target, monkeypatch):
    outcome = target.grade(all_blank(unit, target, INFORMATION), monkeypatch)
    assert learnt(unit, target, outcome) == []
    assert outcome.graded.verdict.points == 0


@full
@pytest.mark.parametrize("attack", INFORMATION, ids=str)
def test_each_payload_by_itself(attack, unit, target, monkeypatch):
    outcome = target.grade(all_blank(unit, target, [attack]), monkeypatch)
    assert learnt(unit, target, outcome) == []
    assert "TimeLimit" not in outcome.shown, "the attack did not come to its end"


def test_no_answer_goes_into_the_sandbox(unit):
    """Not one expected value of an exercise is in what the runner is told about it."""
    from autograder.runner.frames import unpack_whole

    oracle = Oracle(unit, "a seed")
    for name in unit.exercises:
        expectation = oracle.expectation(name)
        told: set[float] = set()
        for packed in expectation.packed.cases:
            inputs = unpack_whole(packed.inputs, lambda _, parts: parts)
            told |= numbers_of(inputs) | numbers_of(dict(packed.replays))
        for other in unit.exercises:
            for packed in oracle.expectation(other).packed.cases:
                told |= numbers_of(packed.replays.get(name, {}))
        answered = {
            number
            for case in expectation.cases
            for number in numbers_of(case.reference.value) - numbers_of(dict(case.case.inputs))
        }
        telling = {number for number in answered if len(repr(number)) >= SHORTEST_TELLING_NUMBER}
        assert telling, name
        assert telling & told == set(), name
