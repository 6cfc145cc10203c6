"""Unit 13's figure in a real browser, with a real kernel behind it.

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

LEARNERS_CODE = learners_code("residual_networks")
IMPORT = "from nand2resnet.widgets import ShortcutCutter"
CELL = f"{IMPORT}\nShortcutCutter(network_with_cuts, gradients_of)"
NAME = "Cut the shortcuts"


def shown(page, learners_code=LEARNERS_CODE):
    return show(page, CELL, NAME, learners_code=learners_code)


def gradient(figure):
    return 10 ** float(figure.get_attribute("data-gradient"))


def test_shortcuts_are_cut_and_mended_by_mouse_and_keyboard(page):
    figure = shown(page)
    expect(figure).to_have_attribute("data-state", "whole")
    whole = gradient(figure)
    tiles = figure.get_by_role("button", name=re.compile("Cut the shortcut of block"))
    expect(tiles).to_have_count(27)

    tiles.nth(4).click()
    expect(figure).to_have_attribute("data-cuts", "1")
    expect(tiles.nth(4)).to_have_attribute("aria-pressed", "true")
    page.settle()
    assert gradient(figure) / whole == pytest.approx((1.3 / 1.02) ** 2, rel=0.01)
    expect(figure.locator(".n2r-verdict")).to_contain_text("1 of 27 shortcuts cut: 1.6 times that")

    tiles.nth(4).press("Space")
    expect(figure).to_have_attribute("data-cuts", "0")
    tiles.nth(26).press("Enter")
    expect(figure).to_have_attribute("data-cuts", "1")

    figure.get_by_role("button", name="Cut the next from the input").click()
    expect(tiles.nth(0)).to_have_attribute("aria-pressed", "true")
    figure.get_by_role("button", name="Cut the next from the output").click()
    expect(tiles.nth(25)).to_have_attribute("aria-pressed", "true")
    expect(figure).to_have_attribute("data-cuts", "3")


def test_all_cut_the_gradient_explodes_and_words_say_so(page):
    figure = shown(page)
    figure.get_by_role("button", name="Cut all").click()
    expect(figure).to_have_attribute("data-state", "exploding")
    expect(figure.get_by_role("status")).to_contain_text("27 of 27 shortcuts cut")
    save_screenshot(figure, "shortcut_cutter_all_cut")
    figure.get_by_role("radio", name="20 layers").press("Space")
    expect(figure).to_have_attribute("data-cuts", "9")
    figure.get_by_role("button", name="Mend all").click()
    expect(figure).to_have_attribute("data-state", "whole")
    figure.get_by_role("button", name="Reset").click()
    expect(figure.get_by_role("radio", name="56 layers")).to_be_checked()
    expect(figure.get_by_role("button", name=re.compile("Cut the shortcut"))).to_have_count(27)


def test_an_unwritten_network_is_told_without_any_error(page):
    code = (
        "def network_with_cuts(depth, cuts):\n    raise NotImplementedError\n\ngradients_of = None"
    )
    figure = shown(page, learners_code=code)
    expect(figure.locator(".n2r-trouble")).to_contain_text("is not written yet")


def test_colours_stand_out_in_both_themes(page):
    figure = shown(page)
    figure.get_by_role("button", name="Cut the next from the output").click()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.set_theme(theme)
        for selector in (".n2r-verdict span", ".n2r-verdict small", "legend", ".n2r-end"):
            assert contrast(figure, selector, "color") >= CONTRAST_OF_TEXT, (theme, selector)
        assert contrast(figure, ".n2r-block text", "fill") >= CONTRAST_OF_TEXT, theme
        for selector in (".n2r-path", ".n2r-whole", ".n2r-block .n2r-arc", ".n2r-scissors"):
            assert contrast(figure, selector, "stroke") >= CONTRAST_OF_GRAPHICS, (theme, selector)
    save_screenshot(figure, "shortcut_cutter_dark")
