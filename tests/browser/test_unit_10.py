"""Unit 10 as a learner meets it in JupyterLab: a famous mistake is named, and mended."""

import pytest

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("10")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_slopes_that_pile_up_are_named(page, released):
    mistake = next(m for m in UNIT.exercises["train_epoch"].mistakes if m.name == "slopes pile up")
    released.solve(*(name for name in UNIT.exercises if name != "train_epoch"))
    solution = released.place("train_epoch-solution")
    wrong = UNIT.variant_source("train_epoch", mistake)
    released.notebook["cells"][solution]["source"] = wrong
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    check = released.place("train_epoch")
    told = page.output_text(check)
    assert "Does it only ever grow?" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]
    table = page.figure("Layer table")
    assert table.get_attribute("data-together") == "61706"

    page.replace_source(solution, UNIT.reference_source("train_epoch"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ modes_of(train_epoch): [True, True, True]" in page.output_text(check)
