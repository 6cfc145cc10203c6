"""Unit 08's figures in a real browser, with a real kernel behind them.

With N2R_SCREENSHOTS=1 the pictures in assets/screenshots are drawn anew.
"""

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

LEARNERS_CODE = learners_code("tuners")
CAPACITY = "from nand2resnet.widgets import CapacityExplorer\nCapacityExplorer()"
SUBNETWORKS = "from nand2resnet.widgets import Subnetworks\nSubnetworks(dropout_forward)"
DUEL = "from nand2resnet.widgets import SearchDuel\nSearchDuel(random_search)"
CAPACITY_NAME, SUBNETWORKS_NAME, DUEL_NAME = (
    "Underfitting and overfitting",
    "Subnetworks and their average",
    "Grid against random search",
)


def shown(page, cell, name, learners_code=LEARNERS_CODE):
    return show(page, cell, name, learners_code=learners_code)


def test_each_remedy_cures_and_too_few_units_underfit(page):
    figure = shown(page, CAPACITY, CAPACITY_NAME)
    save_screenshot(figure, "capacity_explorer")
    expect(figure).to_have_attribute("data-fit", "Overfitting")
    curve = figure.locator(".n2r-fitted").get_attribute("d")
    units = figure.get_by_role("slider", name="ReLU units")
    units.press("Home")
    expect(figure).to_have_attribute("data-fit", "Underfitting")
    assert figure.locator(".n2r-fitted").get_attribute("d") != curve
    for _ in range(2):
        units.press("ArrowRight")
    expect(figure).to_have_attribute("data-fit", "About right")
    reset = figure.get_by_role("button", name="Reset")
    for name, presses in (("Dots", 3), ("Price λ", 3)):
        reset.click()
        expect(figure).to_have_attribute("data-fit", "Overfitting")
        for _ in range(presses):
            figure.get_by_role("slider", name=name).press("ArrowRight")
        expect(figure).to_have_attribute("data-fit", "About right")
    expect(figure.get_by_role("status")).to_contain_text("About right. On its own dots")
    figure.get_by_role("slider", name="Price λ").press("End")
    expect(figure).to_have_attribute("data-fit", "Underfitting")


def test_fifty_subnetworks_meet_test_mode(page):
    figure = shown(page, SUBNETWORKS, SUBNETWORKS_NAME)
    save_screenshot(figure, "subnetworks")
    expect(figure).to_have_attribute("data-count", "50")
    close = float(figure.get_attribute("data-gap"))
    count = figure.get_by_role("slider", name="Subnetworks")
    count.press("Home")
    expect(figure).to_have_attribute("data-count", "1")
    assert float(figure.get_attribute("data-gap")) > 2 * close
    assert figure.locator(".n2r-subnetworks path").count() == 1
    first = figure.locator(".n2r-average").first.get_attribute("d")
    figure.get_by_role("button", name="Draw others").click()
    page.settle()
    assert figure.locator(".n2r-average").first.get_attribute("d") != first
    figure.get_by_role("slider", name="drop_prob").press("Home")
    expect(figure).to_have_attribute("data-gap", "0.0000")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-count", "50")
    expect(figure.get_by_role("status")).to_contain_text("one run for the price of many")


def test_random_search_wins_where_one_setting_matters(page):
    figure = shown(page, DUEL, DUEL_NAME)
    save_screenshot(figure, "search_duel")
    expect(figure).to_have_attribute("data-tried", "16")
    assert int(figure.get_attribute("data-won")) > int(figure.get_attribute("data-lost"))
    assert figure.locator(".n2r-shadows rect").count() == 32
    places = figure.locator(".n2r-tries").last.inner_html()
    figure.get_by_role("button", name="New landscape").click()
    page.settle()
    assert figure.locator(".n2r-tries").last.inner_html() != places
    figure.get_by_role("slider", name="Trials for each").press("End")
    expect(figure).to_have_attribute("data-tried", "25")
    figure.get_by_role("radio", name="both").press("Space")
    expect(figure.locator(".n2r-shadows rect")).to_have_count(0)
    assert int(figure.get_attribute("data-won")) < int(figure.get_attribute("data-lost"))
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-tried", "16")
    expect(figure.get_by_role("status")).to_contain_text("Of 100 such landscapes")


@pytest.mark.parametrize(
    ("cell", "name", "missing"),
    [
        (SUBNETWORKS, SUBNETWORKS_NAME, "dropout_forward"),
        (DUEL, DUEL_NAME, "random_search"),
    ],
)
def test_unwritten_functions_are_told_without_any_error(page, cell, name, missing):
    code = f"{LEARNERS_CODE}\n\ndef {missing}(*line):\n    raise NotImplementedError('write me')\n"
    figure = shown(page, cell, name, learners_code=code)
    expect(figure.locator(".n2r-trouble")).to_contain_text(f"{missing} is not written yet")


@pytest.mark.parametrize(
    ("cell", "name", "parts"),
    [
        (CAPACITY, CAPACITY_NAME, {".n2r-fitted": "stroke", ".n2r-error-own": "stroke"}),
        (
            SUBNETWORKS,
            SUBNETWORKS_NAME,
            {
                ".n2r-average": "stroke",
                ".n2r-in-test-mode": "stroke",
                ".n2r-measured-dots circle": "fill",
            },
        ),
        (DUEL, DUEL_NAME, {".n2r-tries circle": "stroke", ".n2r-top-line": "stroke"}),
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
