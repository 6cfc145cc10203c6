"""Unit 06's figure in a real browser, with a real kernel behind it.

With N2R_SCREENSHOTS=1 the pictures in assets/screenshots are drawn anew.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.figures import learners_code, save_screenshot, show, words

LEARNERS_CODE = learners_code("learners_code")
CELL = """from nand2resnet.widgets import OptimizerRace
OptimizerRace(
    sgd_momentum=sgd_momentum, nesterov=nesterov, adagrad=adagrad, rmsprop=rmsprop, adam={adam}
)"""
NAME = "Optimiser race"


def shown(page, adam="adam", **options):
    return show(page, CELL.format(adam=adam), NAME, learners_code=LEARNERS_CODE, **options)


def row(figure, racer):
    return figure.locator(f".n2r-race-row[data-racer={racer}]")


def way(figure, racer):
    """The drawing of a racer's way, seen from above."""
    line = figure.locator(".n2r-plot").first.locator(f".n2r-race-path[data-racer={racer}]")
    return line.get_attribute("d")


def test_rates_and_momentum_by_keyboard(page):
    figure = shown(page)
    expect(words(figure)).to_contain_text("RMSProp is first, after 23 steps")
    others = way(figure, "adam")
    rate = figure.get_by_role("slider", name="Learning rate of Plain descent")
    rate.press("ArrowRight")
    rate.press("ArrowRight")
    expect(rate).to_have_attribute("aria-valuetext", "0.0631: there after 64 steps")
    rate.press("ArrowRight")
    expect(row(figure, "descent")).to_contain_text("still 0.33 too high after 120 steps")
    rate.press("End")
    expect(row(figure, "descent")).to_contain_text(re.compile("flew out at step"))
    expect(words(figure)).to_contain_text("Out of the picture: Plain descent.")
    assert way(figure, "adam") == others

    momentum = figure.get_by_role("slider", name="Momentum ρ")
    momentum.press("Home")
    expect(row(figure, "sgd_momentum")).to_contain_text("still")
    page.settle()
    assert way(figure, "adam") != others
    figure.get_by_role("button", name="Reset").click()
    expect(row(figure, "descent")).to_contain_text("there after 102 steps")
    page.settle()
    assert way(figure, "adam") == others


def test_other_tracks_and_who_sits_out(page):
    figure = shown(page)
    figure.get_by_role("radio", name="turned ravine", exact=True).press("Space")
    expect(words(figure)).to_contain_text("Nesterov is first, after 58 steps")
    figure.get_by_role("checkbox", name="Nesterov races").press("Space")
    expect(words(figure)).to_contain_text("RMSProp is first")
    assert way(figure, "nesterov") == ""
    expect(figure.get_by_role("status")).to_contain_text("RMSProp is first")
    figure.get_by_role("radio", name="Rosenbrock", exact=True).press("Space")
    expect(words(figure)).to_contain_text("Momentum is first")


def test_steps_one_by_one_and_played(page):
    figure = shown(page)
    steps = figure.get_by_role("slider", name="Steps shown")
    whole = way(figure, "descent")
    steps.press("Home")
    steps.press("ArrowRight")
    expect(figure).to_have_attribute("data-steps-shown", "1")
    assert way(figure, "descent").count("L") == 1
    figure.get_by_role("button", name="Play").press("Enter")
    expect(figure).to_have_attribute("data-steps-shown", "120")
    expect(figure.get_by_role("button", name="Play")).to_be_visible()
    assert way(figure, "descent") == whole


def test_the_start_moves_by_keyboard_and_by_mouse(page):
    figure = shown(page)
    start = figure.get_by_role("slider", name="Start")
    before = way(figure, "adagrad")
    start.press("ArrowLeft")
    expect(start).to_have_attribute("aria-valuetext", re.compile("x 3.83, y 1.000"))
    page.settle()
    assert way(figure, "adagrad") != before
    figure.locator(".n2r-plot").first.click(position={"x": 120, "y": 60})
    expect(start).to_have_attribute("aria-valuetext", re.compile("x −"))


def test_the_others_race_while_one_is_not_written(page):
    figure = shown(page, adam="unwritten")
    expect(row(figure, "adam")).to_contain_text("unwritten is not written yet")
    expect(words(figure)).to_contain_text("RMSProp is first")
    assert way(figure, "adam") == ""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_every_racer_stands_out(page, theme):
    figure = shown(page, theme=theme)
    page.page.set_viewport_size({"width": 1280, "height": 1300})
    save_screenshot(figure, f"optimizer_race_{theme.split()[1].lower()}")
    contrasts = figure.evaluate(
        """(figure) => {
          const canvas = document.createElement("canvas").getContext("2d");
          const light = (colour) => {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
            return 0.3 * r + 0.6 * g + 0.1 * b;
          };
          const ground = light(getComputedStyle(figure).backgroundColor);
          return [...figure.querySelector(".n2r-plot").querySelectorAll(".n2r-race-path")]
            .map((line) => Math.abs(light(getComputedStyle(line).stroke) - ground));
        }"""
    )
    assert len(contrasts) == 6
    assert min(contrasts) > 60
