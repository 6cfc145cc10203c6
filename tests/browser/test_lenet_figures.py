"""Unit 10's figures in a real browser, with a real kernel behind them.

With N2R_SCREENSHOTS=1 the pictures in assets/screenshots are drawn anew.
"""

import re

import pytest
import torch
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
from tests.widgets import lenets

LEARNERS_CODE = learners_code("lenets")
TABLE = "from nand2resnet.widgets import LayerTable\nLayerTable(layer_table, LeNet, (1, 28, 28))"
READER = (
    "from nand2resnet.widgets import DigitReader\nmodel = loaded('lenet.pt')\n"
    "DigitReader(model, prepare, IMAGES[7:12])"
)
TABLE_NAME, READER_NAME = "Layer table", "Digit reader"
UNWRITTEN_TABLE = "def layer_table(model, size):\n    raise NotImplementedError('me')\n"
UNWRITTEN_NETWORK = """\
class Unwritten(LeNet):
    def forward(self, x):
        raise NotImplementedError('me')

def loaded(path):
    return Unwritten()
"""


@pytest.fixture(scope="module", autouse=True)
def _trained(lab):
    """A network that can read, beside the notebooks: to train one takes longer than to look."""
    torch.save(lenets.trained(3).state_dict(), lab.notebooks / "lenet.pt")


def shown(page, cell, name, learners_code=LEARNERS_CODE, **options):
    return show(page, cell, name, learners_code=learners_code, **options)


def test_rows_light_up_volumes(page):
    figure = shown(page, TABLE, TABLE_NAME)
    save_screenshot(figure, "layer_table")
    expect(figure).to_have_attribute("data-together", "61706")
    expect(figure).to_have_attribute("data-chosen", "c1")
    expect(words(figure)).to_contain_text("each cell sees 5 × 5 pixels")
    expect(words(figure)).to_contain_text("(1 · 5 · 5 + 1) · 6 = 156 parameters")
    row = figure.get_by_role("radio", name="Layer c1")
    row.press("ArrowDown")
    expect(figure).to_have_attribute("data-chosen", "s2")
    expect(words(figure)).to_contain_text("nothing to learn")
    expect(figure.locator(".n2r-volume.n2r-lit text").first).to_have_text("s2")
    figure.locator(".n2r-volume").nth(5).hover()
    expect(figure).to_have_attribute("data-chosen", "c5")
    expect(words(figure)).to_contain_text("(16 · 5 · 5 + 1) · 120 = 48,120")
    expect(figure.get_by_role("status")).to_contain_text("c5: 120 by 1 by 1, 120 numbers")
    figure.get_by_role("row").filter(has_text="f6").hover()
    expect(figure).to_have_attribute("data-chosen", "f6")


def test_a_digit_is_drawn_with_the_mouse(page):
    figure = shown(page, READER, READER_NAME)
    save_screenshot(figure, "digit_reader")
    first = figure.get_attribute("data-maps")
    expect(figure.locator(".n2r-maps > div")).to_have_count(6)
    figure.get_by_role("button", name="Empty paper").click()
    expect(words(figure)).to_contain_text("The paper is empty")
    expect(figure).to_have_attribute("data-ink", "0")
    paper = figure.get_by_role("application")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    mouse = page.page.mouse
    mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    mouse.up()
    expect(words(figure)).to_contain_text(re.compile(r"It reads a \d"))
    page.settle()
    assert figure.get_attribute("data-maps") != first
    expect(figure.get_by_role("status")).to_contain_text(re.compile(r"It reads a \d, \d"))
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-maps", first)


def test_a_digit_is_drawn_from_the_keyboard(page):
    figure = shown(page, READER, READER_NAME)
    figure.get_by_role("button", name="Empty paper").click()
    expect(figure).to_have_attribute("data-ink", "0")
    paper = figure.get_by_role("application")
    for _ in range(2):
        paper.press("Shift+ArrowUp")
    paper.press("Space")
    expect(paper).to_have_attribute("aria-label", "Paper: the pen is down, at row 6, column 14")
    for _ in range(4):
        paper.press("Shift+ArrowDown")
    paper.press("Space")
    expect(paper).to_have_attribute("aria-label", "Paper: the pen is up, at row 22, column 14")
    expect(words(figure)).to_contain_text(re.compile(r"It reads a \d"))
    expect(figure).not_to_have_attribute("data-ink", "0")
    drawn = figure.get_attribute("data-ink")
    paper.press("ArrowRight")
    page.settle()
    assert figure.get_attribute("data-ink") == drawn, "a lifted pen leaves no ink"
    figure.get_by_role("button", name="Another digit").click()
    expect(figure).not_to_have_attribute("data-ink", drawn)


@pytest.mark.parametrize(
    ("cell", "name", "code"),
    [
        (TABLE, TABLE_NAME, UNWRITTEN_TABLE),
        (READER, READER_NAME, UNWRITTEN_NETWORK),
    ],
)
def test_unwritten_code_is_told_without_any_error(page, cell, name, code):
    figure = shown(page, cell, name, learners_code=f"{LEARNERS_CODE}\n\n{code}")
    expect(figure.locator(".n2r-trouble")).to_contain_text("is not written yet")


@pytest.mark.parametrize(
    ("cell", "name", "parts"),
    [
        (TABLE, TABLE_NAME, {".n2r-lit .n2r-weight-bar": "fill", ".n2r-lit .n2r-sheet": "stroke"}),
        (READER, READER_NAME, {".n2r-best .n2r-chance i": "backgroundColor"}),
    ],
)
def test_colours_stand_out_in_both_themes(page, cell, name, parts):
    figure = shown(page, cell, name)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.set_theme(theme)
        if (name, theme) == (READER_NAME, "JupyterLab Dark"):
            save_screenshot(figure, "digit_reader_dark")
        assert contrast(figure, ".n2r-verdict span", "color") >= CONTRAST_OF_TEXT, theme
        for selector, attribute in parts.items():
            drawn = contrast(figure, selector, attribute)
            assert drawn >= CONTRAST_OF_GRAPHICS, (theme, selector, drawn)
