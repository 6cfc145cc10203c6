"""No attack earns a mark, and none takes one from the honest exercises beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from autograder.unit import Unit
from tests.attacks.attack import Attack, attacks, full
from tests.attacks.hostile import VICTIM, with_own_cells, with_solutions
from tests.attacks.target import Target

Marks = dict[str, Any]
ALL = [*attacks("marks"), *attacks("gradebook")]
OWN_CELLS = [one for one in ALL if one.place == "own cell"]
SOLUTIONS = [one for one in ALL if one.place == "solution"]
TOGETHER = [one for one in OWN_CELLS if not one.alone]
AT_ONCE = 5  # the exercises of the unit


def wrong_marks(
    unit: Unit, target: Target, group: Sequence[Attack], honest: Marks, monkeypatch: Any
) -> Marks:
    """What differs from the marks there should be: (given, right) by exercise."""
    solutions = group[0].place == "solution"
    make = with_solutions if solutions else with_own_cells
    victims = list(unit.exercises)[: len(group)] if solutions else [VICTIM]
    given = target.grade(make(unit, target, group), monkeypatch).marks
    should = honest | dict.fromkeys(victims, 0.0)
    names = victims if any(one.costs for one in group) else should
    return {name: (given[name], should[name]) for name in names if given[name] != should[name]}


def culprits(
    unit: Unit, target: Target, group: Sequence[Attack], honest: Marks, monkeypatch: Any
) -> Marks:
    """Nothing if the group failed; else the attacks that succeed by themselves."""
    wrong = wrong_marks(unit, target, group, honest, monkeypatch)
    if not wrong or len(group) == 1:
        return {str(group[0]): wrong} if wrong else {}
    alone = {str(one): wrong_marks(unit, target, [one], honest, monkeypatch) for one in group}
    return {name: found for name, found in alone.items() if found} or {"together": wrong}


def test_payloads_in_cells_of_their_own(unit, target, full_marks, monkeypatch):
    assert culprits(unit, target, TOGETHER, full_marks, monkeypatch) == {}


@pytest.mark.parametrize("start", range(0, len(SOLUTIONS), AT_ONCE))
def test_payloads_that_are_solutions(start, unit, target, full_marks, monkeypatch):
    group = SOLUTIONS[start : start + AT_ONCE]
    assert culprits(unit, target, group, full_marks, monkeypatch) == {}


@pytest.mark.parametrize("attack", [one for one in OWN_CELLS if one.always], ids=str)
def test_payloads_that_bring_the_runner_down(attack, unit, target, full_marks, monkeypatch):
    assert wrong_marks(unit, target, [attack], full_marks, monkeypatch) == {}


@full
@pytest.mark.parametrize("attack", [one for one in ALL if not one.always], ids=str)
def test_each_payload_by_itself(attack, unit, target, full_marks, monkeypatch):
    assert wrong_marks(unit, target, [attack], full_marks, monkeypatch) == {}
