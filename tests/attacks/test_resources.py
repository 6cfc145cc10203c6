"""No attack uses more than a submission may, lasts longer, or costs the honest exercises."""

from __future__ import annotations

import pytest

from autograder.build.source import notebook_bytes
from autograder.receiving import LARGEST_OUTPUTS
from autograder.sandbox import bubblewrap
from tests.attacks.attack import attacks, full
from tests.attacks.hostile import with_own_cells

RESOURCES = attacks("resources")
TOGETHER = [one for one in RESOURCES if not one.alone]
LARGEST_GRADED_NOTEBOOK = 1 << 20


def check(outcome, should) -> None:
    assert outcome.marks == should
    assert "came:" not in outcome.shown
    assert len(notebook_bytes(outcome.graded.notebook)) < LARGEST_GRADED_NOTEBOOK < LARGEST_OUTPUTS


@pytest.fixture
def should(full_marks):
    """The marks of whoever solved all but one exercise."""
    return full_marks | {"derivative": 0.0}


def test_payloads_together(unit, target, should, monkeypatch):
    check(target.grade(with_own_cells(unit, target, TOGETHER), monkeypatch), should)


@pytest.mark.parametrize("attack", [one for one in RESOURCES if one.always], ids=str)
def test_payloads_that_bring_the_runner_down(attack, unit, target, should, monkeypatch):
    check(target.grade(with_own_cells(unit, target, [attack]), monkeypatch), should)


@full
@pytest.mark.parametrize("attack", [one for one in RESOURCES if not one.always], ids=str)
def test_each_payload_by_itself(attack, unit, target, should, monkeypatch):
    check(target.grade(with_own_cells(unit, target, [attack]), monkeypatch), should)


@full
@pytest.mark.parametrize("name", ["memory", "memory_of_many", "memory_without_a_process"])
def test_memory_without_a_control_group(name, unit, target, should, monkeypatch):
    monkeypatch.setattr(bubblewrap, "make_group", lambda _: None)
    (attack,) = (one for one in RESOURCES if one.name == name)
    check(target.grade(with_own_cells(unit, target, [attack]), monkeypatch), should)
