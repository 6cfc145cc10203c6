"""An assignment like unit 01's first exercises, as one writes it for nbgrader and for Otter.

Two exercises: the one under attack, `derivative`, and an honest one beside it. Each has visible and
hidden tests; a random word in the hidden ones tells whether somebody has read them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from autograder.unit import load_unit
from tests.attacks.attack import Attack, as_solution, toolbox

VICTIM: Final = "derivative"
HONEST: Final = "gradient_descent"
TABLE_OF_GRADEBOOK: Final = "CREATE TABLE submitted_assignment"
POINTS: Final = {VICTIM: 3, HONEST: 5}
SETUP: Final = "import numpy as np"
WRONG: Final = "def derivative(f, v, h=1e-5):\n    return -12345.6789"
CONTROL: Final = Attack("marks", "control", "Nothing", "it harms somebody", "x = 1")
VISIBLE: Final = {
    VICTIM: "np.testing.assert_allclose(derivative(np.square, 3.0), 6.0, rtol=1e-4)",
    HONEST: "assert abs(gradient_descent(lambda v: 2 * v, 1.0, 0.1)[-1]) < 1e-5",
}
HIDDEN: Final = {
    VICTIM: """for power in (2, 3, 5):
    for v in (-1.7, 0.3, 2.9):
        expected = power * v ** (power - 1)
        found = derivative(lambda x: x**power, v)
        np.testing.assert_allclose(found, expected, rtol=1e-4, err_msg="{word}")""",
    HONEST: """path = gradient_descent(lambda v: 4 * v, 2.0, 0.1)
assert np.allclose(path[:3], [2.0, 1.2, 0.72]), "{word}\"""",
}
# Of the ways to leave the process that the payload takes in turn, the one that leaves at once.
LEAVING_AT_ONCE: Final = """
import itertools
itertools.count = lambda: itertools.repeat(3)
"""
# What an attacker prints, he could also send away: neither tool closes the network.
KEEPING: Final = """
import builtins
KNOWN = json.load(open({known!r}))
def print(*values, **options):
    builtins.print(*values, **options)
    if set(options) <= {{"sep", "end"}}:
        builtins.print(*values, file=open({found!r}, "a"), **options)
"""


def _word() -> str:
    return secrets.token_hex(12)


@dataclass(frozen=True)
class Words:
    """Random words in places that a learner's code should not be able to read."""

    hidden: str = field(default_factory=_word)
    reference: str = field(default_factory=_word)
    gradebook: str = field(default_factory=_word)
    submission: str = field(default_factory=_word)
    environment: str = field(default_factory=_word)

    def found_in(self, text: str) -> list[str]:
        """Say of which places a word is in the text."""
        names = {
            "the hidden tests": self.hidden,
            "the solution": self.reference,
            "the gradebook": self.gradebook,
            "another submission": self.submission,
            "the grader's environment": self.environment,
        }
        found = [name for name, word in names.items() if word in text]
        tables = TABLE_OF_GRADEBOOK in text and "the gradebook" not in found
        return [*found, "the gradebook"] if tables else found


def reference(name: str) -> str:
    """The right answer to an exercise."""
    return load_unit("01").reference_source(name)


def before_all(attack: Attack, known: str, found: str) -> list[str]:
    """The cells an attacker puts first."""
    cells = [toolbox({}) + KEEPING.format(known=known, found=found)]
    return cells if attack.place == "solution" else [*cells, attack.source]


def victims_source(attack: Attack) -> str:
    """What stands where the exercise under attack should be solved."""
    return as_solution(attack, VICTIM) if attack.place == "solution" else WRONG


def code_cell(source: str, identity: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """One code cell of a notebook file."""
    cell = {"cell_type": "code", "id": identity, "metadata": metadata or {}, "source": source}
    return cell | {"outputs": [], "execution_count": None}


def notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """A notebook file."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


@dataclass(frozen=True)
class Deserved:
    """The most the exercise under attack may earn, the least the honest one beside it should.

    ``loss_counts``: a loss of the honest one's marks is not the attacker's own affair, but what the
    attack is for, or what befalls somebody honest whose notebook is odd.
    """

    most: float
    least: float
    loss_counts: bool


def deserved(attack: Attack) -> Deserved:
    """What a grader that holds would give."""
    if attack.family != "notebook":
        return Deserved(0.0, POINTS[HONEST], loss_counts="lose" in attack.success)
    if attack.marks.startswith("none"):
        return Deserved(POINTS[VICTIM], 0.0, loss_counts=False)
    most = 0.0 if attack.marks == f"all but {VICTIM}" else POINTS[VICTIM]
    return Deserved(most, POINTS[HONEST], loss_counts=True)


@dataclass(frozen=True)
class Seen:
    """What became of one attack, as it was measured.

    ``points`` is what the exercise under attack earned, ``beside`` what the honest one in the same
    notebook did, ``next_one`` what the class's next submission did, an honest one; None: no mark.
    ``harm`` holds whatever else was seen.
    """

    deserved: Deserved
    points: float | None
    beside: float | None
    next_one: float | None
    leaked: list[str] = field(default_factory=list)
    harm: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = []
        if (self.points or 0) > self.deserved.most:
            full = self.points == POINTS[VICTIM]
            parts.append("fooled: " + ("full marks" if full else f"{self.points:g} points"))
        if self.leaked:
            parts.append(f"leaked {', '.join(self.leaked)}")
        parts += self.harm
        if self.next_one != sum(POINTS.values()):
            parts.append("class stopped" if self.next_one is None else "another's marks changed")
        lost = (self.beside or 0) < self.deserved.least
        if lost and self.deserved.loss_counts:
            parts.append("an honest exercise lost its marks")
            lost = False
        held = "; ".join(parts) or "held"
        return f"{held} (its honest exercise lost its marks)" if lost else held


def harm_in(observed: dict[str, Any]) -> list[str]:
    """What the host suffered, in words."""
    if "runs" not in observed:
        return ["killed the grader"]
    said = {
        "reached": "reached a server of the host",
        "changed": "changed a file of the host",
        "killed": "killed another process",
        "ran": "ran a program on the host",
        "left": "left processes running",
    }
    harm = [text for key, text in said.items() if observed[key]]
    if observed["memory"]:
        harm.append("took all memory there was")
    if any(run["status"] is None for run in observed["runs"]):
        harm.append("did not end")
    return harm
