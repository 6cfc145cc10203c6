"""A notebook earns the same marks wherever it is run."""

from __future__ import annotations

import json

import pytest

from autograder.grading import grade_submission
from autograder.unit import load_unit
from tests.grading.handed_in import solved

WRONG = {
    "derivative": "def derivative(f, v, h=1e-4):\n    return (f(v + h) - f(v)) / h\n",
    "numerical_gradient": "import os\ndef numerical_gradient(f, x, h=1e-4):\n    os._exit(1)\n",
}


def graded(unit, backend):
    """A verdict without its time, and what came out of the cells."""
    notebook = solved(unit, {name: WRONG[name] for name in WRONG if name in unit.exercises})
    done = grade_submission(unit.name, "alice", json.dumps(notebook).encode(), "seed", backend)
    entries = done.verdict.as_json()
    outputs = [cell.get("outputs") for cell in done.notebook.cells]
    return [entry | {"seconds": None} for entry in entries], outputs


@pytest.fixture(scope="module")
def unit():
    return load_unit("01_gradient_descent")


def test_marks_messages_and_outputs_of_a_container(contained, unit):
    verdicts, outputs = graded(unit, "bubblewrap")
    points = [entry["points"] for entry in verdicts if entry["points"] is not None]
    assert 0 < sum(points) < unit.max_points
    assert graded(unit, "container") == (verdicts, outputs)
