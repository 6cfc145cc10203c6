"""A file that is not what it should be is refused or graded, and stops nothing."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from autograder.build.source import notebook_bytes
from autograder.errors import UnreadableNotebook
from autograder.feedback import feedback_html
from autograder.grading import read_notebook
from tests.attacks.attack import attacks, full
from tests.grading.handed_in import released, solved

NOTEBOOKS = attacks("notebook")
REFUSED = [one for one in NOTEBOOKS if one.marks == "none"]
GRADED = [one for one in NOTEBOOKS if one.marks != "none"]
QUICK = (
    "duplicated_cells",
    "lone_surrogates",
    "exchanged_ids",
    "own_grade_cells",
    "strange_metadata",
)


def grade_ids(cells):
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    return sorted(name for name in ids if name is not None)


def grade(attack, unit, target, monkeypatch):
    outcome = target.grade(attack.make(solved(unit)), monkeypatch)
    text = notebook_bytes(outcome.graded.notebook).decode()
    assert len(text) < 4 << 20
    feedback_html(json.loads(text), outcome.graded.verdict, unit_title="a unit").encode()
    json.dumps(outcome.graded.verdict.as_json()).encode()
    assert grade_ids(outcome.graded.notebook.cells) == grade_ids(released(unit)["cells"])
    return outcome


def test_values_are_counted_before_they_are_made(unit):
    (attack,) = (one for one in NOTEBOOKS if one.name == "many_values")
    data = attack.make(solved(unit))
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableNotebook, match="values"):
            read_notebook(data, unit)
        assert tracemalloc.get_traced_memory()[1] < 3 * len(data) + (64 << 10)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("attack", REFUSED, ids=str)
def test_what_cannot_be_graded_is_refused(attack, unit, target, monkeypatch):
    outcome = grade(attack, unit, target, monkeypatch)
    assert outcome.graded.verdict.status == "unreadable"
    assert set(outcome.marks.values()) == {0.0}
    assert outcome.graded.verdict.notes


@pytest.mark.parametrize(
    "attack",
    [one if one.name in QUICK else pytest.param(one, marks=full) for one in GRADED],
    ids=str,
)
def test_what_can_be_graded_keeps_its_marks(attack, unit, target, full_marks, monkeypatch):
    outcome = grade(attack, unit, target, monkeypatch)
    marks = {"all": full_marks, "all but derivative": full_marks | {"derivative": 0.0}}
    assert outcome.marks == marks.get(attack.marks, dict.fromkeys(full_marks, 0.0))
    assert outcome.graded.verdict.max_points == unit.max_points
