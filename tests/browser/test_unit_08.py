"""Unit 08 as a learner meets it in JupyterLab: dropout the wrong way round, and all solved."""

import re

import pytest

from autograder.unit import load_unit
from tests.browser.released import Released

UNIT = load_unit("08")
BEFORE = ("elastic_penalty", "project_max_norm")


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_dropout_the_wrong_way_round_is_named_and_the_right_one_passes(page, released):
    swapped = next(
        mistake
        for mistake in UNIT.exercises["dropout_forward"].mistakes
        if mistake.name == "drop_prob taken for the probability to keep"
    )
    released.solve(*BEFORE)
    solution = released.place("dropout_forward-solution")
    wrong = UNIT.variant_source("dropout_forward", swapped)
    released.notebook["cells"][solution]["source"] = wrong
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    check = released.place("dropout_forward")
    told = page.output_text(check)
    assert "how many of 1,000 entries should be zero?" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("dropout_forward"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ share_kept(dropout_forward, 0.2)" in page.output_text(check)


def test_solved_it_searches_and_the_duel_is_fought(page, released):
    released.solve(*UNIT.exercises)
    page.open(released.path.name)
    page.run_all()
    assert page.cell_errors() == []
    search = next(
        place
        for place, cell in enumerate(released.notebook["cells"])
        if "random_search(cross_validated, coarse" in "".join(cell["source"])
    )
    assert re.search(r"\d+\.\d% with lr", page.output_text(search))
    figure = page.figure("Grid against random search")
    won = int(figure.get_attribute("data-won"))
    assert won > int(figure.get_attribute("data-lost"))
    figure.get_by_role("button", name="New landscape").click()
    page.settle()
    assert "Of 100 such landscapes" in figure.inner_text()
