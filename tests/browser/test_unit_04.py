"""Unit 04 as a learner meets it in JupyterLab: unsolved, with a known mistake, and solved."""

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("04")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_unsolved_it_stops_at_the_first_exercise(page, released):
    page.open(released.path.name)
    page.run_all()
    (error,) = page.cell_errors()
    assert error.cell == released.place("sigmoid")
    assert "is not written yet" in page.output_text(error.cell)


def test_an_overflow_gets_its_hint_and_a_stable_softmax_passes(page, released):
    released.solve("sigmoid", "sigmoid_derivative", "tanh", "tanh_derivative")
    released.solve("relu", "relu_derivative", "activation_table", "log_loss")
    page.open(released.path.name)
    solution, check = released.place("softmax-solution"), released.place("softmax")
    (overflow,) = [one for one in UNIT.exercises["softmax"].mistakes if one.name == "overflow"]
    page.replace_source(solution, UNIT.variant_source("softmax", overflow))
    page.run_all()  # up to the first error, which is the check
    told = page.output_text(check)
    assert overflow.hint in told
    assert "Traceback" not in told

    page.replace_source(solution, UNIT.reference_source("softmax"))
    page.run_cell(solution)
    page.run_cell(check)
    assert page.output_text(check).count("✓") == 4


def test_solved_it_runs_through_and_reads_digits(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    figure = page.figure("Class templates")
    figure.get_by_role("slider", name="Steps of training").press("End")
    expect(figure).to_have_attribute("data-steps", "400")
    assert int(figure.get_attribute("data-right")) >= 0.9 * 299
    for name in ("Activation explorer", "Softmax and its temperature", "Class templates"):
        expect(page.figure(name).locator(".n2r-trouble")).to_be_hidden()
