"""Unit 07's figure in a real browser, with a real kernel behind it.

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

LEARNERS_CODE = learners_code("deep_networks")
WITHOUT = (
    "from nand2resnet.widgets import SignalByDepth\n"
    "SignalByDepth(signal_by_depth, deep_network, STARTS, ACTIVATIONS, X[:64])"
)
TRAINED = WITHOUT.replace("X[:64])", "X[:64], learn)")
NAME = "Signal and gradient by depth"


def shown(page, cell, learners_code=LEARNERS_CODE, **options):
    return show(page, cell, NAME, learners_code=learners_code, **options)


def trained(page, figure):
    figure.get_by_role("button", name="Train 100 steps").click()
    expect(figure).to_have_attribute("data-training", "false", timeout=60_000)
    page.settle()
    return float(figure.get_attribute("data-loss"))


def test_a_dead_network_comes_alive_when_the_switch_is_turned(page):
    figure = shown(page, TRAINED)
    expect(figure).to_have_attribute("data-state", "dead")
    expect(figure.locator(".n2r-verdict")).to_contain_text(
        re.compile(r"at layer 50: \d\.\d · 10⁻⁶;")
    )
    assert trained(page, figure) == pytest.approx(2.303, abs=0.02)
    expect(figure.locator(".n2r-verdict")).to_contain_text("as good as blind guessing")

    figure.get_by_role("switch", name="batch norm before each activation").press("Space")
    expect(figure).to_have_attribute("data-state", "alive")
    expect(figure.locator(".n2r-verdict")).to_contain_text("you trained before ended at 2.30")
    assert trained(page, figure) < 1.7
    expect(figure.get_by_role("status")).to_contain_text(re.compile("Alive. Signal at layer 50"))
    save_screenshot(figure, "signal_by_depth_alive")

    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-state", "dead")
    expect(figure).to_have_attribute("data-loss", "")
    expect(figure.get_by_role("switch")).not_to_be_checked()


def test_starts_scale_and_depth_by_keyboard(page):
    figure = shown(page, WITHOUT)
    expect(figure.get_by_role("switch")).to_have_count(0)
    expect(figure.get_by_role("button", name="Train 100 steps")).to_have_count(0)
    figure.get_by_role("radio", name="ReLU").press("Space")
    figure.get_by_role("radio", name="Kaiming", exact=True).press("Space")
    expect(figure).to_have_attribute("data-state", "alive")
    alive = float(figure.get_attribute("data-signal"))

    scale = figure.get_by_role("slider", name="Scale of the weights")
    scale.press("ArrowRight")
    expect(scale).to_have_attribute("aria-valuetext", "× 1.19")
    expect(figure).to_have_attribute("data-state", "exploding")
    larger = float(figure.get_attribute("data-signal"))
    assert larger - alive == pytest.approx(3.76, abs=0.02)  # 1.19 to the power 50
    save_screenshot(figure, "signal_by_depth")

    depth = figure.get_by_role("slider", name="Depth")
    depth.press("Home")
    expect(depth).to_have_attribute("aria-valuetext", "2 layers")
    expect(figure).to_have_attribute("data-state", "alive")
    expect(figure.locator(".n2r-verdict")).to_contain_text("Signal at layer 2")
    figure.get_by_role("radio", name="zero").press("Space")
    expect(figure.locator(".n2r-verdict")).to_contain_text("Signal at layer 2: 0; gradient")


def test_an_unwritten_function_is_told_without_any_error(page):
    code = f"{LEARNERS_CODE}\n\ndef signal_by_depth(*line):\n    raise NotImplementedError\n"
    figure = shown(page, WITHOUT, learners_code=code)
    expect(figure.locator(".n2r-trouble")).to_contain_text("signal_by_depth is not written yet")


def test_colours_stand_out_in_both_themes(page):
    figure = shown(page, TRAINED)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.set_theme(theme)
        for selector in (".n2r-verdict span", ".n2r-verdict small", "legend", ".n2r-check"):
            assert contrast(figure, selector, "color") >= CONTRAST_OF_TEXT, (theme, selector)
        for choice in ("tanh", "ReLU"):
            figure.get_by_role("radio", name=choice).press("Space")
            page.settle()
            assert contrast(figure, ".n2r-path", "stroke") >= CONTRAST_OF_GRAPHICS, theme
    save_screenshot(figure, "signal_by_depth_dark")
