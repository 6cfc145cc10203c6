"""Unit 01 as a learner meets it: from the bundle, in JupyterLab, unsolved, wrong and right."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from autograder.build import write_bundle
from autograder.unit import load_unit

UNIT = load_unit("01")
NOTEBOOK = f"{UNIT.name}/{UNIT.notebook_name}.ipynb"
SCREENSHOTS = Path(__file__).parents[2] / "assets" / "screenshots"
WRONG = """def derivative(f, v, h=1e-5):
    return (f(v + h) - f(v)) / h
"""


@pytest.fixture(scope="module")
def bundle(lab, tmp_path_factory):
    """The learner's bundle in JupyterLab's folder; the companion package comes from it too."""
    folder = tmp_path_factory.mktemp("bundle") / "course"
    write_bundle(folder)
    for path in folder.iterdir():
        if not (lab.notebooks / path.name).exists():
            path.rename(lab.notebooks / path.name)
    return lab.notebooks


@pytest.fixture
def released(bundle):
    """A fresh copy of the released notebook; returns its cells and its path."""
    text = UNIT.release.read_text(encoding="utf-8")
    (bundle / NOTEBOOK).write_text(text, encoding="utf-8")
    return json.loads(text)["cells"]


def number_of(cells, grade_id):
    marks = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    return marks.index(grade_id)


def solve(bundle, cells):
    """Write the reference into every solution cell of the notebook on disk."""
    notebook = json.loads((bundle / NOTEBOOK).read_text(encoding="utf-8"))
    for name in UNIT.exercises:
        place = number_of(cells, f"{name}-solution")
        notebook["cells"][place]["source"] = UNIT.reference_source(name)
    (bundle / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")


def save_screenshot(page, name):
    if os.environ.get("N2R_SCREENSHOTS") == "1":
        page.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_unsolved_run_all_stops_at_the_first_exercise_with_its_own_words(page, released):
    page.open(NOTEBOOK)
    page.run_all()
    errors = page.cell_errors()
    first = number_of(released, next(iter(UNIT.exercises)))
    assert [error.cell for error in errors] == [first]
    assert errors[0].name == "CheckFailed"
    assert "is not written yet" in page.output_text(first)
    assert "Traceback" not in page.output_text(first)


def test_a_figure_that_needs_an_unwritten_function_says_which(page, released):
    page.open(NOTEBOOK)
    demos = [
        number
        for number, cell in enumerate(released)
        if "LearningRateExplorer(" in "".join(cell["source"])
    ]
    setups = [n for n, cell in enumerate(released) if cell["cell_type"] == "code" and n < demos[0]]
    for number in setups:
        source = "".join(released[number]["source"])
        if "check(" not in source and "check." not in source:
            page.run_cell(number)
    page.run_cell(demos[0])
    expect(page.cell(demos[0])).to_contain_text("gradient_descent is not written yet")


def test_a_wrong_solution_is_explained_and_the_right_one_passes(page, released):
    page.open(NOTEBOOK)
    solution, check = (number_of(released, name) for name in ("derivative-solution", "derivative"))
    for number in range(solution):
        if released[number]["cell_type"] == "code":
            page.run_cell(number)

    page.replace_source(solution, WRONG)
    page.run_cell(solution)
    page.run_cell(check)
    told = page.output_text(check)
    hints = {mistake.name: mistake.hint for mistake in UNIT.exercises["derivative"].mistakes}
    assert hints["one-sided difference"] in told
    assert "12.61 came; 12.01 was expected" in told
    page.cell(check).scroll_into_view_if_needed()
    save_screenshot(page, "wrong_solution")

    page.replace_source(solution, UNIT.reference_source("derivative"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓" in page.output_text(check)
    assert page.cell_errors() == []


def test_solved_it_runs_through_and_the_explorer_follows_the_keyboard(page, bundle, released):
    solve(bundle, released)
    page.open(NOTEBOOK)
    page.run_all()
    assert page.cell_errors() == []
    figure = page.figure("Learning-rate explorer")
    figure.scroll_into_view_if_needed()
    before = figure.locator(".n2r-path").last.get_attribute("d")
    slider = figure.get_by_role("slider", name="Learning rate")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    page.settle()
    assert figure.locator(".n2r-path").last.get_attribute("d") != before
    save_screenshot(page, "lab")
