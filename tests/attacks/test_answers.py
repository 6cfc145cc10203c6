"""No answer but the right one is taken for right, whatever it is made of.

Here the forger gets through to the oracle with any observation he likes, for every case at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.grading import oracle_for
from autograder.job import Observed
from autograder.runner.frames import opaque
from autograder.runner.probing import Observation, Trouble
from autograder.unit import load_unit, unit_names

Forge = Callable[[Any], Any]


def numbers(change: Callable[[np.ndarray], Any]) -> Forge:
    """Change every number, array and text in an answer, and keep its form."""

    def forge(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(forge, value))
        if isinstance(value, dict):
            return {key: forge(part) for key, part in value.items()}
        if isinstance(value, str):
            return f"not {value}"
        array = np.asarray(value)
        if array.dtype.kind not in "biufc":
            return value
        changed = np.asarray(change(array))
        return changed if isinstance(value, np.ndarray) else changed[()]

    return forge


LONG_LIST = list(range(100_000))
LARGE_ARRAY = np.zeros((3000, 1000))
LONG_TEXT = "\ud800\x1b" * 500_000
FORGERIES: dict[str, Forge] = {
    "no number": numbers(lambda array: np.full(array.shape, np.nan)),
    "infinite": numbers(lambda array: np.full(array.shape, np.inf)),
    "no number, and complex": numbers(lambda array: np.full(array.shape, complex("nan+nanj"))),
    "next to nothing": numbers(lambda array: np.full(array.shape, 0.005, np.float16)),
    "ones, true": numbers(lambda array: np.ones(array.shape, bool)),
    "nearly right, of half precision": numbers(lambda array: nearly(array).astype(np.float16)),
    "nearly right": numbers(lambda array: nearly(array)),
    "one axis more": numbers(lambda array: array[None]),
    "text": numbers(lambda array: array.astype(str)),
    "None": lambda _: None,
    "a list that never was": lambda _: [],
    "a dict that never was": lambda _: {},
    "a thing": lambda _: opaque("thing"),
    "a long list": lambda _: LONG_LIST,
    "a large array": lambda _: LARGE_ARRAY,
    "deep": lambda _: [[[[[[[[[[[[1]]]]]]]]]]]],
    "a huge number": lambda _: 10**4000,
    "text of a megabyte": lambda _: LONG_TEXT,
}


NEARLY = {"nearly right", "nearly right, of half precision", "text"}


def nearly(array: np.ndarray) -> np.ndarray:
    """Wrong by half a percent."""
    return np.asarray(array * 1.005 + 0.0005)


def forged(unit: str, exercise: str, forge: Forge) -> float | None:
    """The points for forged answers to everything."""
    oracle = oracle_for(unit, "a seed")
    expectation = oracle.expectation(exercise)
    observed = Observed(
        [(key, Observation(forge(right.value))) for key, right in expectation.visible],
        {
            number: Observation(forge(case.reference.value), after=case.reference.after)
            for number, case in enumerate(expectation.cases)
        },
    )
    return oracle.judge(exercise, observed).points


EXERCISES = [(unit, exercise) for unit in unit_names() for exercise in load_unit(unit).exercises]


@pytest.fixture(scope="module", params=EXERCISES, ids=map("-".join, EXERCISES))
def exercise_of_unit(request):
    """Both tests of an exercise come one after the other: its mistakes answer once for both."""
    return request.param


def test_forged_answers_earn_nothing(exercise_of_unit):
    unit, exercise = exercise_of_unit
    assert (
        forged(unit, exercise, lambda right: right)
        == load_unit(unit).exercises[exercise].max_points
    )
    # Where many answers are right, as `accept` says, one that is nearly right may be right.
    judged = bool(load_unit(unit).exercises[exercise].accepts)
    names = set(FORGERIES) - (NEARLY if judged else set())
    earned = {name: forged(unit, exercise, FORGERIES[name]) for name in names}
    assert {name: points for name, points in earned.items() if points} == {}


def test_an_error_of_every_kind_earns_nothing(exercise_of_unit):
    unit, exercise = exercise_of_unit
    oracle = oracle_for(unit, "a seed")
    every = ("ValueError", "TypeError", "KeyError", "IndexError", "RuntimeError", "Exception")
    came = Observation(error=Trouble("NotImplementedError", every, "x"))
    expectation = oracle.expectation(exercise)
    cases = dict.fromkeys(range(len(expectation.cases)), came)
    observed = Observed([(key, came) for key, _ in expectation.visible], cases)
    assert oracle.judge(exercise, observed).points == 0
