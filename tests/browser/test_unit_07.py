"""Unit 07 as a learner meets it in JupyterLab: as the notes print it, and as it is right."""

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("07")
BEFORE = ("signal_by_depth", "xavier", "glorot")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_the_formula_in_print_is_named_and_the_right_one_passes(page, released):
    printed = next(
        mistake
        for mistake in UNIT.exercises["kaiming"].mistakes
        if mistake.name == "as printed: divided"
    )
    released.solve(*BEFORE)
    solution = released.place("kaiming-solution")
    released.notebook["cells"][solution]["source"] = UNIT.variant_source("kaiming", printed)
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    check = released.place("kaiming")
    told = page.output_text(check)
    assert "through ten layers of your weights and ReLUs" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("kaiming"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ mean_and_spread(kaiming" in page.output_text(check)


def test_solved_it_runs_and_the_switch_brings_the_network_to_life(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    figure = page.page.get_by_role("group", name="Signal and gradient by depth").last
    expect(figure).to_have_attribute("data-state", "dead")
    figure.get_by_role("switch").press("Space")
    expect(figure).to_have_attribute("data-state", "alive")
    figure.get_by_role("button", name="Train 100 steps").click()
    expect(figure).to_have_attribute("data-training", "false", timeout=60_000)
    page.settle()
    assert float(figure.get_attribute("data-loss")) < 1.7
