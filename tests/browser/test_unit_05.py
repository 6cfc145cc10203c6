"""Unit 05 as a learner meets it in JupyterLab: as the notes print it, and as it is right."""

import pytest

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("05")
BEFORE = ("norm_squared_gradients", "gradient_check")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_the_formula_in_print_is_named_and_the_right_one_passes(page, released):
    printed = next(
        mistake
        for mistake in UNIT.exercises["tanh_network_gradients"].mistakes
        if mistake.name == "as printed: a factor is lost"
    )
    wrong = UNIT.variant_source("tanh_network_gradients", printed)
    released.solve(*BEFORE)
    solution = released.place("tanh_network_gradients-solution")
    released.notebook["cells"][solution]["source"] = wrong
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    check = released.place("tanh_network_gradients")
    told = page.output_text(check)
    assert "tanh_network_gradients" in told
    assert "Which outputs make f flat?" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("tanh_network_gradients"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ errors_of(tanh_network_gradients" in page.output_text(check)


def test_solved_it_trains_with_a_bar_and_the_figure_asks(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    training = next(
        place
        for place, cell in enumerate(released.notebook["cells"])
        if "after = train_mlp(mlp_loss, before" in "".join(cell["source"])
    )
    assert "of 299" in page.output_text(training)
    figure = page.figure("Computation graph")
    figure.get_by_role("textbox").fill("6")
    figure.get_by_role("button", name="Check").click()
    page.settle()
    assert "Right: p₁ = 6." in figure.locator(".n2r-verdict").inner_text()
