"""Unit 12 as a learner meets it in JupyterLab: its figure, one mistake, and a check passed.

With N2R_SCREENSHOTS=1 the picture in assets/screenshots is drawn anew.
"""

import pytest
from playwright.sync_api import expect

from autograder.unit import load_unit
from tests.browser.figures import (
    CONTRAST_OF_GRAPHICS,
    CONTRAST_OF_TEXT,
    contrast,
    learners_code,
    save_screenshot,
    show,
)
from tests.browser.released import Released

UNIT = load_unit("12")
LEARNERS_CODE = learners_code("inceptions")
CELL = "from nand2resnet.widgets import InceptionModule\nInceptionModule(Inception)"
NAME = "Inception module"


def shown(page, learners_code=LEARNERS_CODE):
    return show(page, CELL, NAME, learners_code=learners_code)


def test_1_x_1_convolutions_are_switched_off_and_on(page):
    figure = shown(page)
    save_screenshot(figure, "inception_module")
    words = figure.locator(".n2r-verdict")
    expect(words).to_contain_text("256 channels come out, 163,696 parameters. Yours has as many.")
    work = int(figure.get_attribute("data-work"))
    five = figure.get_by_role("checkbox", name="1 × 1 before 5 × 5")
    five.press("Space")
    expect(words).to_contain_text("256 channels come out")
    expect(words).not_to_contain_text("Yours")
    assert int(figure.get_attribute("data-work")) > 1.5 * work
    figure.get_by_role("checkbox", name="1 × 1 after the pooling").press("Space")
    expect(words).to_contain_text("416 channels come out")
    figure.get_by_role("combobox", name="Module").select_option("4a")
    expect(words).to_contain_text(f"{192 + 208 + 48 + 480} channels come out")
    expect(figure.get_by_role("status")).to_contain_text("multiply-adds")
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-work", str(work))
    expect(five).to_be_checked()


def test_another_number_of_parameters_is_told(page):
    code = LEARNERS_CODE.replace("conv(reduce5, n5, 5)", "conv(reduce5, n5, 3)")
    figure = shown(page, learners_code=code)
    expect(figure.locator(".n2r-verdict")).to_contain_text("Yours has 155,504: who is right?")


def test_an_unwritten_class_is_told_without_any_error(page):
    code = "def Inception(*line):\n    raise NotImplementedError('write me')\n"
    figure = shown(page, learners_code=code)
    expect(figure.locator(".n2r-trouble")).to_contain_text("Inception is not written yet")


def test_colours_stand_out_in_both_themes(page):
    figure = shown(page)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.set_theme(theme)
        assert contrast(figure, ".n2r-verdict span", "color") >= CONTRAST_OF_TEXT, theme
        assert contrast(figure, ".n2r-branches text", "fill") >= CONTRAST_OF_TEXT, theme
        assert contrast(figure, ".n2r-branches .n2r-faint", "fill") >= CONTRAST_OF_TEXT, theme
        assert contrast(figure, ".n2r-cost", "fill") >= CONTRAST_OF_GRAPHICS, theme


@pytest.fixture
def released(lab):
    """The learner's notebook, fresh, in JupyterLab's folder."""
    return Released(UNIT, lab.notebooks)


def test_a_forgotten_relu_is_named(page, released):
    mistake = next(m for m in UNIT.exercises["Inception"].mistakes if "in front of 3 x 3" in m.name)
    released.solve("MLPConv", "Inception")
    solution, check = released.place("Inception-solution"), released.place("Inception")
    released.notebook["cells"][solution]["source"] = UNIT.variant_source("Inception", mistake)
    released.save()
    page.open(released.path.name)
    page.run_all()  # up to the first error, which is the check
    told = page.output_text(check)
    assert "How many ReLUs does the branch of 3 x 3 have?" in told
    assert "Traceback" not in told
    assert [error.cell for error in page.cell_errors()] == [check]

    page.replace_source(solution, UNIT.reference_source("Inception"))
    page.run_cell(solution)
    page.run_cell(check)
    assert "✓ channels_at(Inception" in page.output_text(check)
