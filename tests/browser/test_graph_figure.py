"""Unit 05's figure in a real browser, with a real kernel behind it.

With N2R_SCREENSHOTS=1 the picture in assets/screenshots is drawn anew.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.figures import save_screenshot, show, words

CELL = "from nand2resnet.widgets import ComputationGraph\nComputationGraph()"
NAME = "Computation graph"
FORTH = ("6", "5", "5", "−5", "2", "-4", "8")  # both ways to write a minus
BACK = {
    "r": -4,
    "z₂": -4,
    "b₂": -4,
    "p₂": -4,
    "a₁": 4,
    "w₂": -20,
    "z₁": 4,
    "b₁": 4,
    "p₁": 4,
    "w₁": 12,
}


@pytest.fixture
def figure(page):
    return show(page, CELL, NAME)


def answer(figure, text):
    """Type a prediction and press Enter."""
    step = figure.get_attribute("data-step")
    figure.get_by_role("textbox").fill(text)
    figure.get_by_role("textbox").press("Enter")
    return step


def predict(figure, text):
    step = answer(figure, text)
    expect(figure).to_have_attribute("data-step", str(int(step) + 1))


def forwards(figure):
    for text in FORTH:
        predict(figure, text)


def test_a_wrong_prediction_is_told_and_may_be_tried_again(figure):
    expect(words(figure)).to_contain_text("What is p₁ = w₁ · x?")
    answer(figure, "5")
    expect(words(figure)).to_contain_text("Not 5. What is p₁ = w₁ · x? Here w₁ = 2, x = 3.")
    predict(figure, "6")
    expect(words(figure)).to_contain_text("Right: p₁ = 6.")
    expect(figure.get_by_text("0 of 1 at the first try")).to_be_visible()
    answer(figure, "four")
    expect(words(figure)).to_contain_text("Type a number")
    expect(figure.get_by_role("status")).to_contain_text("Forwards.")


def test_the_whole_chain_by_keyboard(figure):
    forwards(figure)
    expect(figure).to_have_attribute("data-phase", "back")
    expect(words(figure)).to_contain_text("How fast does C change with r? It is used in C = ½ r²")
    for _ in BACK:
        predict(figure, str(BACK[figure.get_attribute("data-asked")]))
    expect(figure).to_have_attribute("data-phase", "done")
    expect(words(figure)).to_contain_text("w₁: 12")
    expect(figure.get_by_text("17 of 17 at the first try")).to_be_visible()
    expect(figure.get_by_role("textbox")).to_be_disabled()
    expect(figure.get_by_role("img", name="w₁: value 2, slope 12")).to_be_visible()
    figure.get_by_role("button", name="Reset").click()
    expect(figure).to_have_attribute("data-step", "0")


def test_what_comes_back_two_ways_is_added(figure):
    figure.get_by_role("radio", name="a goes two ways").press("Space")
    predict(figure, "3")
    predict(figure, "6")
    predict(figure, "2")
    while figure.get_attribute("data-asked") != "a":
        figure.get_by_role("button", name="Show me").press("Enter")
        expect(figure).not_to_have_attribute("data-step", "3")
    answer(figure, "3")
    expect(words(figure)).to_contain_text("What comes back is added.")
    predict(figure, "5")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_way_back_stands_out(page, theme):
    page.open_cells(CELL, theme=theme)
    page.run_all()
    figure = page.figure(NAME)
    forwards(figure)
    for _ in range(5):
        predict(figure, str(BACK[figure.get_attribute("data-asked")]))
    save_screenshot(figure, f"computation_graph_{theme.split()[1].lower()}")
    slope, ground = figure.evaluate(
        """(figure) => {
          const canvas = document.createElement("canvas").getContext("2d");
          const light = (colour) => {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
            return 0.3 * r + 0.6 * g + 0.1 * b;
          };
          const drawn = getComputedStyle(figure.querySelector(".n2r-link[data-state=back]"));
          return [light(drawn.stroke), light(getComputedStyle(figure).backgroundColor)];
        }"""
    )
    assert abs(slope - ground) > 90
