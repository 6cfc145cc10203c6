"""Unit 09's figures in a real browser, with a real kernel behind them.

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
    words,
)

LEARNERS_CODE = learners_code("convolutions")
SLIDING = "from nand2resnet.widgets import SlidingKernel\nSlidingKernel(correlate2d)"
FILTER = "from nand2resnet.widgets import FilterExplorer\nFilterExplorer(correlate2d)"
FIELD = "from nand2resnet.widgets import ReceptiveField\nReceptiveField(receptive_field)"
POOLING = "from nand2resnet.widgets import Pooling\nPooling(max_pool_forward, avg_pool_forward)"
SLIDING_NAME, FILTER_NAME, FIELD_NAME, POOLING_NAME = (
    "Sliding kernel",
    "Filter explorer",
    "Receptive field",
    "Pooling",
)


def shown(page, cell, name, learners_code=LEARNERS_CODE, **options):
    return show(page, cell, name, learners_code=learners_code, **options)


def test_each_cell_of_the_map_points_back_to_its_window(page):
    figure = shown(page, SLIDING, SLIDING_NAME)
    save_screenshot(figure, "sliding_kernel")
    expect(figure).to_have_attribute("data-window", "2,3")
    cell = figure.get_by_role("slider", name="Cell of the map")
    before = figure.locator(".n2r-sum").inner_text()
    cell.press("ArrowRight")
    expect(figure).to_have_attribute("data-window", "2,4")
    assert figure.locator(".n2r-sum").inner_text() != before
    value = figure.get_attribute("data-value")
    assert figure.locator(".n2r-sum").inner_text().endswith("= " + value.replace("-", "−"))
    figure.get_by_role("slider", name="Stride").press("ArrowRight")
    expect(words(figure)).to_contain_text("8 × 8 → 3 × 3")
    expect(figure).to_have_attribute("data-window", "4,4")
    for _ in range(2):
        figure.get_by_role("slider", name="Padding").press("ArrowRight")
    expect(words(figure)).to_contain_text("12 × 12 → 5 × 5")
    expect(figure.get_by_role("status")).to_contain_text("5 by 5 cells")
    figure.get_by_role("radio", name="sum").press("Space")
    expect(figure.locator(".n2r-sum")).to_contain_text("+ 1·")
    figure.get_by_role("button", name="Reset").click()
    expect(words(figure)).to_contain_text("8 × 8 → 6 × 6")
    map_of_cells = figure.locator(".n2r-pointed-at")
    box = map_of_cells.bounding_box()
    map_of_cells.hover(position={"x": box["width"] - 8, "y": 8})
    expect(figure).to_have_attribute("data-window", "0,5")


def test_weights_are_changed_and_presets_chosen(page):
    figure = shown(page, FILTER, FILTER_NAME)
    save_screenshot(figure, "filter_explorer")
    expect(figure).to_have_attribute("data-preset", "edges across")
    expect(words(figure)).to_contain_text("drawn in middle grey")
    before = figure.get_attribute("data-checksum")
    figure.get_by_role("radio", name="blur").press("Space")
    expect(figure).to_have_attribute("data-preset", "blur")
    expect(figure).not_to_have_attribute("data-checksum", before)
    expect(words(figure)).to_contain_text("add up to 1.00")
    middle = figure.get_by_role("spinbutton", name="Weight in row 2, column 2")
    middle.fill("2")
    expect(figure).to_have_attribute("data-preset", "")
    middle.press("ArrowUp")
    expect(middle).to_have_value("2.5")
    expect(figure.get_by_role("status")).to_contain_text("Your own filter")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-checksum", before)


def test_the_field_grows_layer_by_layer(page):
    figure = shown(page, FIELD, FIELD_NAME)
    save_screenshot(figure, "receptive_field")
    expect(figure).to_have_attribute("data-pixels", "5")
    expect(words(figure)).to_contain_text("Yours says 5 pixels")
    add = figure.get_by_role("button", name="Add this layer")
    add.press("Enter")
    expect(figure).to_have_attribute("data-pixels", "9")
    figure.get_by_role("slider", name="Its stride").press("End")
    figure.get_by_role("slider", name="Its kernel").press("End")
    add.press("Enter")
    expect(figure).to_have_attribute("data-pixels", "17")
    expect(figure.get_by_role("status")).to_contain_text("sees 17 pixels. Yours says 17.")
    add.press("Enter")
    expect(figure).to_have_attribute("data-layers", "5")
    expect(figure.get_by_text("too many to draw")).to_be_visible()
    expect(add).to_be_disabled()
    for count in range(4, -1, -1):
        figure.get_by_role("button", name="Take the top one off").click()
        expect(figure).to_have_attribute("data-layers", str(count))
    expect(words(figure)).to_contain_text("a pixel sees itself")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-pixels", "5")


def test_a_wrong_formula_is_shown_to_disagree(page):
    code = (
        f"{LEARNERS_CODE}\n\n"
        "def receptive_field(layers):\n    return 1 + sum(kernel - 1 for kernel, _ in layers)\n"
    )
    figure = shown(page, FIELD, FIELD_NAME, learners_code=code)
    expect(words(figure)).to_contain_text("Yours says 5 pixels")
    figure.get_by_role("button", name="Add this layer").click()
    expect(words(figure)).to_contain_text("Yours says 7 pixels")
    expect(words(figure)).to_contain_text("but 9 are lit: who is right?")


def test_a_shift_is_followed_through_the_pooling(page):
    figure = shown(page, POOLING, POOLING_NAME)
    save_screenshot(figure, "pooling")
    expect(figure).to_have_attribute("data-side", "4")
    figure.get_by_role("button", name="Move the pattern right").click()
    expect(words(figure)).to_contain_text(re.compile(r"changes \d+ of 64 cells"))
    changed = [int(n) for n in figure.get_attribute("data-changed").split(",")]
    assert 0 < changed[1] < changed[0]
    expect(figure.get_by_role("button", name="Move the pattern right")).to_be_disabled()
    figure.get_by_role("radio", name="mean").press("Space")
    expect(figure.locator(".n2r-sum")).to_contain_text("The mean of")
    figure.get_by_role("slider", name="Window").press("ArrowRight")
    expect(figure).to_have_attribute("data-side", "3")
    cell = figure.get_by_role("slider", name="Cell of the pooled map")
    cell.press("ArrowDown")
    expect(cell).to_have_attribute("aria-valuetext", re.compile("row 3, column 2"))
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-changed", "0,0")
    expect(figure.get_by_role("status")).to_contain_text("The largest of")


@pytest.mark.parametrize(
    ("cell", "name", "missing"),
    [
        (SLIDING, SLIDING_NAME, "correlate2d"),
        (FILTER, FILTER_NAME, "correlate2d"),
        (FIELD, FIELD_NAME, "receptive_field"),
        (POOLING, POOLING_NAME, "max_pool_forward"),
    ],
)
def test_unwritten_functions_are_told_without_any_error(page, cell, name, missing):
    code = f"{LEARNERS_CODE}\n\ndef {missing}(*line):\n    raise NotImplementedError('write me')\n"
    figure = shown(page, cell, name, learners_code=code)
    expect(figure.locator(".n2r-trouble")).to_contain_text(f"{missing} is not written yet")


@pytest.mark.parametrize(
    ("cell", "name", "parts"),
    [
        (SLIDING, SLIDING_NAME, {".n2r-above": "fill", ".n2r-below": "fill"}),
        (FILTER, FILTER_NAME, {".n2r-above": "fill", ".n2r-below": "fill"}),
        (FIELD, FIELD_NAME, {".n2r-unit.n2r-lit": "fill", ".n2r-sight.n2r-lit": "stroke"}),
        (POOLING, POOLING_NAME, {".n2r-above": "fill", ".n2r-ring": "stroke"}),
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
