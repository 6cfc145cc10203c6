"""Unit 11's figures in a real browser, with a real kernel behind them.

With N2R_SCREENSHOTS=1 the pictures in assets/screenshots are drawn anew.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.figures import (
    CONTRAST_OF_GRAPHICS,
    CONTRAST_OF_TEXT,
    contrast,
    save_screenshot,
    show,
    words,
)

BRIGHTNESS = """
import numpy as np
from nand2resnet.pictures import colour_portrait

photo = (255 * colour_portrait()[10:74, 12:76]).astype(np.uint8).transpose(2, 0, 1)
images = np.stack([photo[:, ::2, ::2], photo[:, ::2, ::2][:, :, ::-1]])
names = ("night", "face", "tree", "house", "sea", "cat", "sun")


def probabilities(images):
    middle = images[:, :, 8:16, 12:20].mean(axis=(1, 2, 3)) / 255
    scores = np.stack([0.4 + 0 * middle, 3 * middle, *[0 * middle] * 5], axis=1)
    shares = np.exp(3 * scores)
    return shares / shares.sum(axis=1, keepdims=True)
"""
BY_YEAR = "from nand2resnet.widgets import ErrorByYear\nErrorByYear()"
OCCLUSION = (
    "from nand2resnet.widgets import Occlusion\nOcclusion(probabilities, images, [1, 1], names)"
)
YEAR_NAME, OCCLUSION_NAME = "Error by year", "Occlusion"


def shown(page, cell, name, code=BRIGHTNESS, **options):
    return show(page, cell, name, learners_code=code, **options)


def test_without_an_idea_the_line_stops_falling(page):
    figure = shown(page, BY_YEAR, YEAR_NAME)
    save_screenshot(figure, "error_by_year")
    expect(figure).to_have_attribute("data-last", "2.251")
    assert figure.get_by_text("2013", exact=True).count() == 1  # a year is not rounded
    figure.get_by_role("checkbox", name="convolutional networks (2012)").press("Space")
    expect(figure).to_have_attribute("data-last", "25.77")
    expect(words(figure)).to_contain_text("XRCE, 2011")
    expect(figure.get_by_role("status")).to_contain_text("Without convolutional networks")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-last", "2.251")
    squeeze = figure.get_by_role("checkbox", name="squeeze and excitation (2017)")
    expect(squeeze).to_be_checked()
    squeeze.click()
    expect(words(figure)).to_contain_text("2.48%")


def test_the_patch_follows_pointer_and_keys(page):
    figure = shown(page, OCCLUSION, OCCLUSION_NAME)
    patch = figure.get_by_role("slider", name="Place of the patch")
    before = float(figure.get_attribute("data-share"))
    patch.press("Shift+ArrowUp")
    expect(figure).to_have_attribute("data-place", "11,16")
    expect(patch).to_have_attribute("aria-valuetext", re.compile("row 12, column 17: .* face"))
    covered = float(figure.get_attribute("data-share"))
    assert covered < before
    figure.get_by_role("slider", name="Side of the patch").press("ArrowRight")
    expect(figure.locator(".n2r-value")).to_have_text("10 pixels")
    photo = figure.locator(".n2r-large").first
    box = photo.bounding_box()
    photo.hover(position={"x": box["width"] - 4, "y": box["height"] - 4})
    expect(figure).to_have_attribute("data-place", "31,31")
    expect(words(figure)).to_contain_text("Still its first guess")
    expect(figure.get_by_role("status")).to_contain_text("without the patch")


def test_every_place_is_tried_on_request(page):
    figure = shown(page, OCCLUSION, OCCLUSION_NAME)
    expect(figure).to_have_attribute("data-map", "")
    figure.get_by_role("button", name="Try every place").press("Enter")
    expect(figure).to_have_attribute("data-map", "16x16")
    expect(figure.get_by_text(re.compile("from .* to .*"))).to_be_visible()
    save_screenshot(figure, "occlusion")
    expect(figure.get_by_role("img", name=re.compile("dark where the patch hurts"))).to_be_visible()
    figure.get_by_role("button", name="Another picture").click()
    expect(figure).to_have_attribute("data-chosen", "1")
    figure.get_by_role("button", name="Hide the map").click()
    expect(figure).to_have_attribute("data-map", "")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-chosen", "0")


def test_an_unwritten_network_is_told_without_any_error(page):
    code = (
        f"{BRIGHTNESS}\n\ndef probabilities(images):\n    raise NotImplementedError('write me')\n"
    )
    figure = shown(page, OCCLUSION, OCCLUSION_NAME, code=code)
    expect(figure.locator(".n2r-trouble")).to_contain_text("probabilities is not written yet")


@pytest.mark.parametrize(
    ("cell", "name", "parts"),
    [
        (BY_YEAR, YEAR_NAME, {".n2r-path": "stroke", ".n2r-dots circle": "fill"}),
        (OCCLUSION, OCCLUSION_NAME, {".n2r-share.n2r-right": "backgroundColor"}),
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
