"""Unit 13 as a learner meets it in JupyterLab: one famous mistake, and everything solved."""

import pytest

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("13")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_the_relu_before_the_addition_is_named(page, released):
    mistakes = UNIT.exercises["BasicBlock"].mistakes
    mistake = next(m for m in mistakes if m.name == "ReLU before the addition")
    solution = released.place("BasicBlock-solution")
    released.notebook["cells"][solution]["source"] = UNIT.variant_source("BasicBlock", mistake)
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    check = released.place("BasicBlock")
    told = page.output_text(check)
    assert "Can the branch subtract?" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("BasicBlock"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ output_of(BasicBlock" in page.output_text(check)


def test_solved_56_layers_train_and_the_figure_answers(page, released):
    released.solve(*UNIT.exercises)
    for cell in released.notebook["cells"]:  # once through the pictures will do
        cell["source"] = "".join(cell["source"]).replace("small_set, 4)", "small_set, 1)")
    released.save()
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    figure = page.figure("Cut the shortcuts")
    before = float(figure.get_attribute("data-gradient"))
    figure.get_by_role("button", name="Cut all").click()
    page.settle()
    assert float(figure.get_attribute("data-gradient")) > before + 1  # ten times as large
