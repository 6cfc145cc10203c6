"""Unit 09 as a learner meets it in JupyterLab: one famous mistake, and everything solved."""

import pytest

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("09")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_the_empty_slice_at_pad_0_is_named(page, released):
    """What 27 of 153 learners got wrong."""
    mistake = next(m for m in UNIT.exercises["conv_backward"].mistakes if m.name == "0:-0")
    wrong = UNIT.variant_source("conv_backward", mistake)
    released.solve(*(name for name in UNIT.exercises if name != "conv_backward"))
    solution = released.place("conv_backward-solution")
    released.notebook["cells"][solution]["source"] = wrong
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    check = released.place("conv_backward")
    told = page.output_text(check)
    assert "What is x[0:-0]?" in told.replace("`", "")
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("conv_backward"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ part_of(conv_backward" in page.output_text(check)


def test_solved_it_learns_with_a_bar_and_the_figures_answer(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    places = {
        words: next(
            place
            for place, cell in enumerate(released.notebook["cells"])
            if words in "".join(cell["source"])
        )
        for words in ("after = train_cnn(digits_loss", "seeing = train_cnn(")
    }
    assert "of 299" in page.output_text(places["after = train_cnn(digits_loss"])
    assert "on the right: linear" in page.output_text(places["seeing = train_cnn("])
    figure = page.figure("Receptive field")
    figure.get_by_role("button", name="Add this layer").click()
    page.settle()
    assert "Yours says 9 pixels" in figure.locator(".n2r-verdict").inner_text()
