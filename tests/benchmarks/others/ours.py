"""This grader, on the host of the attack suite and with what that suite asserts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from autograder.unit import load_unit
from tests.attacks.attack import Attack, toolbox
from tests.attacks.hostile import VICTIM, all_blank, before_all, with_solutions
from tests.attacks.target import Outcome, Target
from tests.attacks.test_information import learnt
from tests.benchmarks.others.stock import WRONG, deserved
from tests.grading.handed_in import solved


class Ours:
    """Grades the attacks of the suite one by one."""

    adapted: Mapping[str, str] = {}

    def __init__(self, target: Target) -> None:
        self._target = target
        self._unit = load_unit("01")

    def applies(self, _: Attack) -> bool:
        """They were written for it."""
        return True

    def attack(self, attack: Attack) -> str:
        """Grade one hostile notebook; what went wrong, or that it held."""
        with pytest.MonkeyPatch.context() as monkeypatch:
            try:
                outcome = self._target.grade(self._hostile(attack), monkeypatch)
            except AssertionError as error:
                return str(error).partition("\n")[0]
            except Exception as error:  # noqa: BLE001 - whatever it is, it would stop a class
                return f"class stopped ({type(error).__name__})"
        return self._said(attack, outcome)

    def _hostile(self, attack: Attack) -> dict[str, Any] | bytes:
        if attack.family == "notebook":
            return attack.make(solved(self._unit))
        if attack.family == "information":
            return all_blank(self._unit, self._target, [attack])
        if attack.place == "solution":
            return with_solutions(self._unit, self._target, [attack])
        made = solved(self._unit, {VICTIM: WRONG})
        return before_all(made, toolbox(self._target.known), attack.source)

    def _said(self, attack: Attack, outcome: Outcome) -> str:
        marks = outcome.marks
        parts = []
        if attack.family == "information":
            if any(marks.values()):
                parts.append("fooled")
            parts += [f"leaked {text}" for text in learnt(self._unit, self._target, outcome)]
            return "; ".join(parts) or "held"
        should = self._should(attack)
        wrong = {name for name in marks if marks[name] != should[name]}
        if any((marks[name] or 0) > should[name] for name in wrong):
            parts.append("fooled: " + ", ".join(sorted(wrong)))
        if attack.family == "host" and "came:" in outcome.shown:
            parts.append("reached the host")
        lost = any((marks[name] or 0) < should[name] for name in wrong)
        if lost and deserved(attack).loss_counts:
            parts.append("an honest exercise lost its marks")
            lost = False
        held = "; ".join(parts) or "held"
        return f"{held} (its honest exercises lost marks)" if lost else held

    def _should(self, attack: Attack) -> dict[str, float]:
        """The marks an honest grader gives."""
        full = {name: one.max_points for name, one in self._unit.exercises.items()}
        if attack.family == "notebook" and attack.marks.startswith("none"):
            return dict.fromkeys(full, 0.0)
        blank = attack.family != "notebook" or attack.marks == f"all but {VICTIM}"
        return full | {VICTIM: 0.0} if blank else full
