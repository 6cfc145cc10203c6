"""A learner's way through an exercise in JupyterLab: with the keyboard alone, and noted."""

import json

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.lab import PATIENCE_SECONDS
from tests.browser.released import Released

START, UNIT = load_unit("00"), load_unit("01")
IN_FOCUS = "() => (document.activeElement.ariaLabel ?? '') + document.activeElement.textContent"
ACTIVE = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
MOST_TABS = 8


@pytest.fixture(scope="module")
def course(lab):
    """Units 00 and 01 beside each other, `gradient_descent` solved; nothing has been noted."""
    notebooks = {}
    for unit in (START, UNIT):
        (lab.notebooks / "path" / unit.name).mkdir(parents=True)
        notebooks[unit.name] = Released(unit, lab.notebooks / "path" / unit.name)
    notebooks[UNIT.name].solve("gradient_descent")
    (lab.progress / "progress.jsonl").unlink(missing_ok=True)
    return notebooks


def open_unit(page, unit):
    page.open(f"path/{unit.name}/{unit.notebook_name}.ipynb")


def press(page, *keys):
    for key in keys:
        page.page.keyboard.press(key)


def go_to(page, place, key):
    """Press a key that goes on by a cell, as often as it takes to the cell of that number."""
    press(page, *[key] * (place - page.page.evaluate(ACTIVE)))
    page.page.wait_for_function(f"() => ({ACTIVE})() === {place}")
    page.wait_idle()


def tab_to(page, words):
    """Press Tab until what has these words is in focus."""
    for _ in range(MOST_TABS):
        press(page, "Tab")
        if words in page.page.evaluate(IN_FOCUS):
            return
    raise AssertionError(f"Tab does not come to {words!r}")


def visible_hints(cell):
    return [hint for hint in cell.locator("summary").all_inner_texts() if hint]


def test_an_exercise_is_done_with_the_keyboard_alone(page, lab, course):
    open_unit(page, UNIT)
    place = course[UNIT.name].place("derivative")
    press(page, "Escape")
    go_to(page, place - 2, "Shift+Enter")  # the text of the exercise, all before it run

    text = page.cell(place - 2)
    for number, hint in enumerate(("Hint 1, a nudge", "Hint 2, a pointer", "Hint 3"), 1):
        assert len(visible_hints(text)) == number  # the next one stands in the one before
        tab_to(page, hint)
        press(page, "Enter")
    expect(text.locator("code", has_text="def mean_of_neighbours")).to_be_visible()

    press(page, "j", "Enter", "Control+a")
    page.page.keyboard.insert_text(UNIT.reference_source("derivative"))
    press(page, "Escape")
    go_to(page, place + 1, "Shift+Enter")
    assert page.output_text(place).count("✓") == 3
    (line,) = (lab.progress / "progress.jsonl").read_text().splitlines()
    noted = json.loads(line)
    assert (noted["unit"], noted["exercise"], noted["passed"]) == (UNIT.name, "derivative", True)

    figure = course[UNIT.name].place_of("LearningRateExplorer(")
    go_to(page, solved := course[UNIT.name].place("gradient_descent-solution"), "j")
    go_to(page, solved + 1, "Shift+Enter")
    go_to(page, figure, "j")
    press(page, "Control+Enter")
    slider = page.cell(figure).get_by_role("slider", name="Learning rate")
    expect(slider).to_be_visible()
    before = slider.input_value()
    tab_to(page, "Learning rate")
    press(page, "ArrowRight")
    assert float(slider.input_value()) > float(before)
    press(page, "Escape", "j")
    assert page.page.evaluate(ACTIVE) == figure + 1


def test_the_panel_shows_what_passed_and_leads_on(page, lab, course):
    lab.progress.mkdir(exist_ok=True)
    entry = {"unit": START.name, "exercise": "mean_square", "passed": True}
    (lab.progress / "progress.jsonl").write_text(
        json.dumps(entry | {"when": "2030-01-01T12:00:00+00:00"}) + "\n"
    )
    open_unit(page, START)
    place = course[START.name].place_of("show_progress()")
    page.run_cell(place)
    panel = page.cell(place).get_by_role("region", name="Your progress")
    expect(panel).to_contain_text("1 of 123 exercises have passed their checks.")
    expect(panel.get_by_role("row").filter(has_text="00 Start here")).to_contain_text("1 of 1")
    panel.get_by_text("14 units still to come").press("Enter")
    expect(panel.get_by_role("link", name="14 SENet and beyond")).to_be_visible()
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        page.set_theme(theme)
        ink = panel.locator("td").first.evaluate("(cell) => getComputedStyle(cell).color")
        assert (brightness(ink) > 3 * 128) == ("Dark" in theme)
    panel.get_by_role("link", name="Next: derivative in unit 01, Gradient descent").press("Enter")
    heading = page.page.get_by_role("heading", name="Exercise: derivative")
    expect(heading).to_be_attached(timeout=1000 * PATIENCE_SECONDS)
    # Where a second notebook opens, a panel of JupyterLab's own sometimes looks for a lost node.
    page.settle()
    page.console_errors[:] = [one for one in page.console_errors if "removeChild" not in one]


def brightness(colour):
    """The sum of red, green and blue in ``rgb(r, g, b)``."""
    numbers = colour.partition("(")[2].rstrip(")").split(",")
    return sum(map(float, numbers[:3]))
