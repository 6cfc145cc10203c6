"""Unit 03 as a learner meets it in JupyterLab: unsolved, written in Python, and wired."""

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("03")
IN_PYTHON = "def xor(a, b):\n    return int(a != b)\n"


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_unsolved_it_stops_at_the_first_exercise(page, released):
    page.open(released.path.name)
    page.run_all()
    (error,) = page.cell_errors()
    assert error.cell == released.place("step")
    assert "is not written yet" in page.output_text(error.cell)


def test_a_gate_written_in_python_is_named_kindly_and_a_wired_one_passes(page, released):
    released.solve("step", "perceptron", "nand", "not_", "and_", "or_")
    page.open(released.path.name)
    solution, check = released.place("xor-solution"), released.place("xor")
    page.replace_source(solution, IN_PYTHON)
    page.run_all()  # up to the first error, which is the check
    told = page.output_text(check)
    assert "xor is not a circuit yet." in told
    assert "`!=` looks inside a wire" in told
    assert "return int(a != b)" in told
    assert "Which of your gates could answer the question instead?" in told
    assert "Traceback" not in told

    page.replace_source(solution, UNIT.reference_source("xor"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "xor is right in all 4 cases, with 4 NAND gates" in page.output_text(check)


def test_solved_it_runs_through_and_the_circuit_multiplies(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    figure = page.figure("Multiplier circuit")
    figure.get_by_role("switch", name="Input a₀").press("Space")
    expect(figure.locator(".n2r-verdict")).to_contain_text("3 × 3 = 9")
    for name in ("Decision boundary", "Learning boundary", "Step and sigmoid"):
        expect(page.figure(name).locator(".n2r-trouble")).to_be_hidden()
