"""Unit 02 as a learner meets it in JupyterLab: unsolved, cell by cell, wrong and right."""

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("02")
SHUFFLED_ONCE = """def sgd(x, y, lr, batch_size, epochs, rng):
    batches = minibatches(len(y), batch_size, rng)
    w, b = 0.0 * x[0], 0.0
    for _ in range(epochs):
        for batch in batches:
            dw, db = squared_error_gradient(x[batch], y[batch], w, b)
            w, b = w - lr * dw, b - lr * db
    return w, b
"""


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def hint_of(exercise, mistake):
    return next(one.hint for one in UNIT.exercises[exercise].mistakes if one.name == mistake)


def test_unsolved_it_stops_at_the_first_exercise(page, released):
    page.open(released.path.name)
    page.run_all()
    (error,) = page.cell_errors()
    assert error.cell == released.place("predict")
    assert "is not written yet" in page.output_text(error.cell)


def test_a_cell_that_needs_unwritten_functions_names_them_one_by_one(page, released):
    released.solve(*(name for name in UNIT.exercises if name not in ("standardize", "sgd")))
    page.open(released.path.name)
    page.run_all()  # up to the check of standardize
    sources = ["".join(cell["source"]) for cell in released.notebook["cells"]]
    demo = next(place for place, source in enumerate(sources) if "fits.progress(" in source)
    page.run_cell(demo)
    assert page.output_text(demo).startswith("`standardize` is not written yet.")
    assert "Traceback" not in page.output_text(demo)

    place = released.place("standardize-solution")
    page.replace_source(place, UNIT.reference_source("standardize"))
    for cell in (place, released.place("sgd-solution"), demo):
        page.run_cell(cell)
    assert "This figure needs `sgd`, which is not written yet." in page.output_text(demo)


def test_one_shuffle_for_all_epochs_is_named_at_once_and_the_right_loop_passes(page, released):
    released.solve(*UNIT.exercises)
    solution, check = released.place("sgd-solution"), released.place("sgd")
    page.open(released.path.name)
    page.replace_source(solution, SHUFFLED_ONCE)
    page.run_all()  # up to the check of sgd
    told = page.output_text(check)
    assert hint_of("sgd", "shuffled once") in told
    assert "1 came; 4 was expected" in told
    assert "Traceback" not in told

    page.replace_source(solution, UNIT.reference_source("sgd"))
    page.run_cell(solution)
    page.run_cell(check)
    told = page.output_text(check)
    assert told.count("✓") == len(UNIT.exercises["sgd"].visible)
    assert page.cell_errors() == []


def test_solved_it_runs_through_and_the_figures_follow(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    outlier = page.figure("One outlier, two lines")
    outlier.get_by_role("slider", name="The twelfth point").press("ArrowUp")
    expect(outlier.get_by_role("status")).to_contain_text("lies 7.4 below")
    for name in ("A line and its cost", "Gradient noise", "One outlier, two lines"):
        expect(page.figure(name).locator(".n2r-trouble")).to_be_hidden()
