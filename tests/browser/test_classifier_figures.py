"""Unit 04's figures in a real browser, with a real kernel behind them.

With N2R_SCREENSHOTS=1 the pictures in assets/screenshots are drawn anew.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.figures import (
    CONTRAST_OF_GRAPHICS,
    CONTRAST_OF_TEXT,
    contrast,
    learners_code,
    save_screenshot,
    show,
)

LEARNERS_CODE = learners_code("classifiers")
EXPLORER = (
    "from nand2resnet.widgets import ActivationExplorer\n"
    "ActivationExplorer(SINGLE, activation_table)"
)
SOFTMAX = "from nand2resnet.widgets import SoftmaxTemperature\nSoftmaxTemperature(softmax)"
TEMPLATES = (
    "from nand2resnet import data\n"
    "from nand2resnet.widgets import ClassTemplates\n"
    "ClassTemplates(train_linear_classifier, *data.digits().split())"
)
EXPLORER_NAME, SOFTMAX_NAME, TEMPLATES_NAME = (
    "Activation explorer",
    "Softmax and its temperature",
    "Class templates",
)


def shown(page, cell, name, learners_code=LEARNERS_CODE, **options):
    return show(page, cell, name, learners_code=learners_code, **options)


def test_a_saturated_unit_passes_hardly_anything_and_a_dead_one_nothing(page):
    figure = shown(page, EXPLORER, EXPLORER_NAME)
    save_screenshot(figure, "activation_explorer")
    expect(figure).to_have_attribute("data-state", "saturated")
    curve = figure.locator(".n2r-smooth").first.get_attribute("d")
    figure.get_by_role("radio", name="ReLU", exact=True).press("Space")
    expect(figure).to_have_attribute("data-state", "flat")
    expect(figure.get_by_text("A unit that is here for every input is dead")).to_be_visible()
    assert figure.locator(".n2r-smooth").first.get_attribute("d") != curve

    place = figure.get_by_role("slider", name="Place z")
    for _ in range(9):
        place.press("Shift+ArrowRight")
    expect(figure).to_have_attribute("data-place", "0.5")
    expect(figure).to_have_attribute("data-state", "open")
    expect(figure.get_by_role("status")).to_contain_text("ReLU, z 0.5, value 0.5, slope 1.")
    figure.locator(".n2r-plot").first.click(position={"x": 60, "y": 100})
    expect(figure).to_have_attribute("data-state", "flat")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-chosen", "sigmoid")
    expect(figure).to_have_attribute("data-place", "-4.0")


def test_the_leak_is_offered_where_there_is_one(page):
    figure = shown(page, EXPLORER, EXPLORER_NAME)
    leak = figure.get_by_role("slider", name="Slope a on the left")
    expect(leak).to_be_hidden()
    figure.get_by_role("radio", name="PReLU").press("Space")
    expect(figure).to_have_attribute("data-slope", "0.250000")
    leak.press("End")
    expect(figure).to_have_attribute("data-slope", "2.000000")


def test_missing_stars_are_announced(page):
    code = LEARNERS_CODE + "\n\nactivation_table = table_without_stars\n"
    figure = shown(page, EXPLORER, EXPLORER_NAME, learners_code=code)
    expect(figure.get_by_role("radio", name="ELU", exact=True)).to_be_visible()
    expect(figure.get_by_role("radio", name=re.compile("SELU"))).to_have_count(0)
    expect(figure.get_by_text("SELU ★ and maxout ★ will appear here")).to_be_visible()


def test_heat_scores_and_a_shift(page):
    figure = shown(page, SOFTMAX, SOFTMAX_NAME)
    save_screenshot(figure, "softmax_temperature")
    heat = figure.get_by_role("slider", name="Temperature T")
    heat.press("Home")
    expect(figure.get_by_text("This is almost argmax")).to_be_visible()
    heat.press("End")
    expect(figure.get_by_text("all classes come out nearly alike")).to_be_visible()
    figure.get_by_role("button", name="Reset").click()
    expect(heat).to_have_attribute("aria-valuetext", "0.5")
    expect(figure).to_have_attribute("data-top", "A")
    before = figure.get_attribute("data-probability")
    shift = figure.get_by_role("checkbox", name="add 1000 to all scores")
    shift.press("Space")
    page.settle()
    expect(shift).to_be_checked()
    assert figure.get_attribute("data-probability") == before
    figure.get_by_role("slider", name="Score of D").press("End")
    expect(figure).to_have_attribute("data-top", "D")
    expect(figure).to_have_attribute("data-sum", "1.000000")
    expect(figure.get_by_role("status")).to_contain_text("D 1.00")


def test_templates_appear_while_it_learns(page):
    figure = shown(page, TEMPLATES, TEMPLATES_NAME)
    expect(figure).to_have_attribute("data-steps", "1")
    zero = figure.get_by_role("img", name=re.compile("Template of 0"))
    # In the middle of a 0 there is no ink: that is what speaks most against it.
    expect(zero).to_have_attribute("aria-label", re.compile("against it at row [45], column [45]"))
    first = figure.get_attribute("data-right")
    before = zero.inner_html()
    learn = figure.get_by_role("button", name="Learn")
    learn.click()
    figure.get_by_role("button", name="Pause").click()
    learn.click()
    expect(figure).to_have_attribute("data-steps", "400", timeout=60_000)
    expect(learn).to_be_visible()
    assert zero.inner_html() != before
    assert int(figure.get_attribute("data-right")) > int(first)
    steps = figure.get_by_role("slider", name="Steps of training")
    steps.press("ArrowLeft")
    expect(figure).to_have_attribute("data-steps", "256")
    steps.press("End")
    expect(figure).to_have_attribute("data-steps", "400")
    save_screenshot(figure, "class_templates")
    expect(figure.get_by_role("status")).to_contain_text("After 400 steps")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-steps", "1")


@pytest.mark.parametrize(
    ("cell", "name", "missing"),
    [
        (EXPLORER, EXPLORER_NAME, "sigmoid"),
        (SOFTMAX, SOFTMAX_NAME, "softmax"),
        (TEMPLATES, TEMPLATES_NAME, "train_linear_classifier"),
    ],
)
def test_unwritten_functions_are_told_without_any_error(page, cell, name, missing):
    code = f"{LEARNERS_CODE}\n\ndef {missing}(*line):\n    raise NotImplementedError('write me')\n"
    code += "\nSINGLE['sigmoid'] = (sigmoid, sigmoid_derivative)\n"
    figure = shown(page, cell, name, learners_code=code)
    expect(figure.locator(".n2r-trouble")).to_contain_text(f"{missing} is not written yet")


@pytest.mark.parametrize(
    ("cell", "name", "parts"),
    [
        (EXPLORER, EXPLORER_NAME, {".n2r-smooth": "stroke", ".n2r-here-dot": "fill"}),
        (SOFTMAX, SOFTMAX_NAME, {".n2r-probability": "fill", ".n2r-at-one": "stroke"}),
        (TEMPLATES, TEMPLATES_NAME, {".n2r-against": "fill", ".n2r-for": "fill"}),
    ],
)
def test_colours_stand_out_in_both_themes(page, cell, name, parts):
    figure = shown(page, cell, name)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.set_theme(theme)
        assert contrast(figure, ".n2r-verdict span", "color") >= CONTRAST_OF_TEXT, theme
        for selector, attribute in parts.items():
            drawn = contrast(figure, selector, attribute)
            assert drawn >= CONTRAST_OF_GRAPHICS, (theme, selector, drawn)
