"""No attack reaches the host, harms it, or outlives the run."""

from __future__ import annotations

import pytest

from tests.attacks.attack import attacks, full
from tests.attacks.hostile import with_own_cells
from tests.attacks.target import Target

HOST = attacks("host")
TOGETHER = [one for one in HOST if not one.alone]


def achieved(target: Target, notebook, monkeypatch) -> list[str]:
    """What the payloads say they could do."""
    shown = target.grade(notebook, monkeypatch).shown
    return [text.partition("\\n")[0][:200] for text in shown.split("came:")[1:]]


def test_payloads_together(unit, target, monkeypatch):
    assert achieved(target, with_own_cells(unit, target, TOGETHER), monkeypatch) == []


@pytest.mark.parametrize("attack", [one for one in HOST if one.always], ids=str)
def test_payloads_that_bring_the_runner_down(attack, unit, target, full_marks, monkeypatch):
    outcome = target.grade(with_own_cells(unit, target, [attack]), monkeypatch)
    assert "came:" not in outcome.shown
    assert outcome.marks == full_marks | {"derivative": 0.0}


@full
@pytest.mark.parametrize("attack", HOST, ids=str)
def test_each_payload_by_itself(attack, unit, target, full_marks, monkeypatch):
    outcome = target.grade(with_own_cells(unit, target, [attack]), monkeypatch)
    assert "came:" not in outcome.shown
    assert "TimeLimit" not in outcome.shown, "the attack did not come to its end"
    assert outcome.marks == full_marks | {"derivative": 0.0}
