"""Unit 14 as a learner meets it in JupyterLab: one mistake, and everything solved."""

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("14")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_a_gate_without_a_sigmoid_is_named(page, released):
    mistake = next(m for m in UNIT.exercises["SEBlock"].mistakes if "without" in m.name)
    solution, check = released.place("SEBlock-solution"), released.place("SEBlock")
    released.notebook["cells"][solution]["source"] = UNIT.variant_source("SEBlock", mistake)
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    told = page.output_text(check)
    assert "Can a gate be more than open?" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("SEBlock"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ gates_of(SEBlock" in page.output_text(check)


def test_solved_a_digit_fades_and_the_budget_is_told(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    cells = ["".join(cell["source"]) for cell in released.notebook["cells"]]
    counted = next(place for place, text in enumerate(cells) if "for bias in (True" in text)
    assert "28,088,024" in page.output_text(counted)
    mine = next(place for place, text in enumerate(cells) if text.startswith("mine = contest"))
    assert "of 4,000 parameters" in page.output_text(mine)
    figure = page.figure("Channel gates")
    figure.get_by_role("button", name="Close the channel that 1 needs most").click()
    expect(figure.locator(".n2r-verdict")).to_contain_text("digits lose a fifth or more")
