"""Unit 02's figures in a real browser, with a real kernel behind them.

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

LEARNERS_CODE = learners_code("learners_code")
POINTS = """import numpy as np
from nand2resnet import data
load = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0])
length = np.array([2.6, 3.7, 4.0, 5.3, 5.6, 6.3, 7.5, 7.8])
patients = data.diabetes()
bmi = (patients.features[:, 2] - patients.features[:, 2].mean()) / patients.features[:, 2].std()
"""
EXPLORER = POINTS + (
    "from nand2resnet.widgets import FitExplorer\n"
    "FitExplorer(squared_error_gradient, load, length, ('load in kg', 'length in cm'))"
)
NOISE = POINTS + (
    "from nand2resnet.widgets import GradientNoise\n"
    "GradientNoise(squared_error_gradient, bmi, patients.target)"
)
OUTLIER = (
    "from nand2resnet.widgets import OutlierLines\n"
    "OutlierLines(normal_equation, absolute_error_gradient)"
)


def test_a_step_and_the_learning_rate_move_line_and_path_together(page):
    figure = show(page, EXPLORER, "A line and its cost", learners_code=LEARNERS_CODE)
    save_screenshot(figure, "fit_explorer")
    line, path = (figure.locator(".n2r-path").nth(i) for i in (0, 1))
    step = figure.get_by_role("slider", name="Step")
    rate = figure.get_by_role("slider", name="Learning rate")
    first_line, first_path = line.get_attribute("d"), path.get_attribute("d")
    first_cost = float(figure.get_attribute("data-cost"))

    step.press("ArrowRight")
    expect(step).to_have_attribute("aria-valuetext", "step 4 of 60")
    assert line.get_attribute("d") != first_line
    assert path.get_attribute("d") == first_path
    assert float(figure.get_attribute("data-cost")) < first_cost

    rate.press("End")
    expect(rate).to_have_attribute("aria-valuetext", re.compile("above the stable limit"))
    expect(figure.get_by_text("This step made the cost larger")).to_be_visible()
    assert path.get_attribute("d") != first_path

    start = figure.get_by_role("slider", name="The first line, slope and intercept")
    before = start.get_attribute("aria-valuetext")
    start.press("ArrowRight")
    expect(start).not_to_have_attribute("aria-valuetext", before)

    figure.get_by_role("button", name="Reset").click()
    expect(start).to_have_attribute("aria-valuetext", before)
    expect(figure.get_by_role("status")).to_contain_text("Step 3:")
    page.settle()
    assert path.get_attribute("d") == first_path


def test_larger_batches_draw_the_dots_together(page):
    figure = show(page, NOISE, "Gradient noise", learners_code=LEARNERS_CODE)
    save_screenshot(figure, "gradient_noise")
    size = figure.get_by_role("slider", name="Size of the batch")
    expect(size).to_have_attribute("aria-valuetext", "4 of 442 samples")
    before = float(figure.get_attribute("data-spread"))
    size.press("ArrowRight")
    size.press("ArrowRight")
    expect(size).to_have_attribute("aria-valuetext", "16 of 442 samples")
    assert float(figure.get_attribute("data-spread")) == pytest.approx(before / 2, rel=0.2)
    size.press("End")
    expect(figure.get_by_text("no chance, no noise")).to_be_visible()
    figure.get_by_role("button", name="Reset").click()
    expect(size).to_have_attribute("aria-valuetext", "4 of 442 samples")


def test_the_outlier_drags_one_line_and_not_the_other(page):
    figure = show(page, OUTLIER, "One outlier, two lines", learners_code=LEARNERS_CODE)
    save_screenshot(figure, "outlier_lines")
    point = figure.get_by_role("slider", name="The twelfth point")
    squares, absolute = (float(figure.get_attribute(name)) for name in ("data-l2", "data-l1"))
    for _ in range(3):
        point.press("Shift+ArrowUp")
    expect(point).to_have_attribute("aria-valuetext", re.compile("y −0.75"))
    page.settle()
    assert float(figure.get_attribute("data-l2")) > squares + 0.2
    assert abs(float(figure.get_attribute("data-l1")) - absolute) < 0.1

    figure.get_by_role("button", name="Put it among the others").click()
    expect(figure.get_by_text("the two lines agree")).to_be_visible()
    figure.locator(".n2r-plot").click(position={"x": 500, "y": 40})
    expect(figure.get_by_text("It drags the L2 line along")).to_be_visible()
    figure.get_by_role("button", name="Reset").click()
    expect(figure.get_by_role("status")).to_contain_text("lies 7.6 below")


@pytest.mark.parametrize(
    ("cell", "name", "missing"),
    [
        (EXPLORER, "A line and its cost", "squared_error_gradient"),
        (NOISE, "Gradient noise", "squared_error_gradient"),
        (OUTLIER, "One outlier, two lines", "normal_equation"),
    ],
)
def test_unwritten_functions_are_told_without_any_error(page, cell, name, missing):
    unwritten = "\n".join(
        f"def {function}(*line):\n    raise NotImplementedError('write me')"
        for function in ("squared_error_gradient", "normal_equation", "absolute_error_gradient")
    )
    figure = show(page, cell, name, learners_code=unwritten)
    expect(figure.locator(".n2r-trouble")).to_contain_text(f"{missing} is not written yet")


@pytest.mark.parametrize(
    ("cell", "name", "lines"),
    [
        (EXPLORER, "A line and its cost", (".n2r-path", ".n2r-residuals")),
        (NOISE, "Gradient noise", (".n2r-measured", ".n2r-cut")),
        (OUTLIER, "One outlier, two lines", (".n2r-line-l1", ".n2r-line-l2", ".n2r-cut")),
    ],
)
def test_colours_stand_out_in_both_themes(page, cell, name, lines):
    figure = show(page, cell, name, learners_code=LEARNERS_CODE)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.set_theme(theme)
        for selector in (".n2r-reading", ".n2r-verdict small"):
            assert contrast(figure, selector, "color") >= CONTRAST_OF_TEXT, (theme, selector)
        assert contrast(figure, ".n2r-axis-name", "fill") >= CONTRAST_OF_TEXT, theme
        for selector in lines:
            assert contrast(figure, selector, "stroke") >= CONTRAST_OF_GRAPHICS, (theme, selector)
