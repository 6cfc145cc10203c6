"""Unit 11 as a learner meets it in JupyterLab: a famous mistake is named, and mended."""

import pytest

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("11")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_dropout_in_the_wrong_layers_is_named(page, released):
    """What the slides say."""
    mistakes = UNIT.exercises["AlexNet"].mistakes
    mistake = next(m for m in mistakes if m.name == "dropout after convolutions")
    released.solve(*(name for name in UNIT.exercises if name != "AlexNet"))
    solution = released.place("AlexNet-solution")
    wrong = UNIT.variant_source("AlexNet", mistake)
    released.notebook["cells"][solution]["source"] = wrong
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    check = released.place("AlexNet")
    told = page.output_text(check)
    assert "Compare with the last column." in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]
    assert page.figure("Error by year").get_attribute("data-last") == "2.251"

    page.replace_source(solution, UNIT.reference_source("AlexNet"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ dropped(AlexNet): [False, True, True]" in page.output_text(check)
