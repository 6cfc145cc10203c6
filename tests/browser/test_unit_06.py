"""Unit 06 as a learner meets it in JupyterLab: a known mistake is named, then the race runs."""

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("06")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_adam_without_its_correction_is_named_and_the_right_one_passes(page, released):
    names = list(UNIT.exercises)
    mistake = next(m for m in UNIT.exercises["adam"].mistakes if m.name == "no bias correction")
    released.solve(*names[: names.index("adam")])
    solution, check = released.place("adam-solution"), released.place("adam")
    released.notebook["cells"][solution]["source"] = UNIT.variant_source("adam", mistake)
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    told = page.output_text(check)
    assert "How long is your very first step" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("adam"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ only_w(adam" in page.output_text(check)


def test_solved_it_runs_through_and_the_race_follows_the_keyboard(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    figure = page.figure("Optimiser race")
    figure.scroll_into_view_if_needed()
    figure.get_by_role("radio", name="saddle", exact=True).press("Space")
    expect(figure.locator(".n2r-verdict")).to_contain_text("Adam is first, after 94 steps")
