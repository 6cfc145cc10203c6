"""Unit 03's figures in a real browser, with a real kernel behind them.

With N2R_SCREENSHOTS=1 the pictures in assets/screenshots are drawn anew.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.figures import learners_code, save_screenshot, show, words

LEARNERS_CODE = learners_code("neurons")
THEMES = ("JupyterLab Light", "JupyterLab Dark")


def cell(figure, *functions):
    return f"from nand2resnet.widgets import {figure}\n{figure}({', '.join(functions)})"


BOUNDARY = cell("DecisionBoundary", "perceptron")
LEARNING = cell("LearningBoundary", "perceptron_learn")
SIGMOID = cell("StepAndSigmoid", "step", "sigmoid")
CIRCUIT = cell("MultiplierCircuit", "multiply_2bit", "nand")


def shown(page, source, name, learners_code=LEARNERS_CODE, **options):
    return show(page, source, name, learners_code=learners_code, **options)


def lightness(figure, selector, attribute):
    """How light an element's colour is, and how light its figure's ground, from 0 to 255."""
    return figure.evaluate(
        """(figure, [selector, attribute]) => {
          const canvas = document.createElement("canvas").getContext("2d");
          const light = (colour) => {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
            return 0.3 * r + 0.6 * g + 0.1 * b;
          };
          const drawn = getComputedStyle(figure.querySelector(selector))[attribute];
          return [light(drawn), light(getComputedStyle(figure).backgroundColor)];
        }""",
        [selector, attribute],
    )


def assert_stands_out(figure, selector, attribute):
    drawn, ground = lightness(figure, selector, attribute)
    assert abs(drawn - ground) > 90, (selector, drawn, ground)


class TestDecisionBoundary:
    NAME = "Decision boundary"

    def test_sliders_make_gates_by_keyboard(self, page):
        figure = shown(page, BOUNDARY, self.NAME)
        expect(figure).to_have_attribute("data-right", "2")
        threshold = figure.get_by_role("slider", name="Threshold b")
        for _ in range(4):
            threshold.press("ArrowRight")
        expect(words(figure)).to_contain_text("All four corners are right")
        expect(figure.get_by_role("status")).to_contain_text("AND: 4 of 4")
        save_screenshot(figure, "decision_boundary")

        line = figure.locator(".n2r-border").get_attribute("d")
        firing = figure.locator(".n2r-firing").get_attribute("d")
        figure.get_by_role("slider", name="Weight w₁").press("ArrowLeft")
        page.settle()
        assert figure.locator(".n2r-border").get_attribute("d") != line
        assert figure.locator(".n2r-firing").get_attribute("d") != firing

        figure.get_by_role("radio", name="OR", exact=True).press("Space")
        expect(words(figure)).to_contain_text("Best so far: 2 of 4.")
        figure.get_by_role("button", name="Reset").click()
        expect(figure).to_have_attribute("data-gate", "AND")
        expect(figure).to_have_attribute("data-right", "2")

    def test_xor_tells_why(self, page):
        figure = shown(page, BOUNDARY, self.NAME)
        why = figure.get_by_role("button", name="Show why")
        expect(why).to_be_hidden()
        figure.get_by_role("radio", name="XOR").press("Space")
        expect(figure).to_have_attribute("data-right", "3")
        why.press("Enter")
        expect(words(figure)).to_contain_text("The ones lie at opposite corners")
        expect(figure.locator(".n2r-diagonal").first).to_be_visible()
        figure.get_by_role("button", name="Hide why").press("Enter")
        expect(figure.locator(".n2r-diagonal").first).to_be_hidden()

    def test_unwritten_function_is_told(self, page):
        unwritten = "def perceptron(x, w, b):\n    raise NotImplementedError"
        figure = shown(page, BOUNDARY, self.NAME, learners_code=unwritten)
        expect(figure.locator(".n2r-trouble")).to_contain_text("perceptron is not written yet")

    def test_colours_stand_out_in_both_themes(self, page):
        figure = shown(page, BOUNDARY, self.NAME)
        for theme in THEMES:
            page.set_theme(theme)
            assert_stands_out(figure, ".n2r-border", "stroke")
            assert_stands_out(figure, ".n2r-table td", "color")
            assert_stands_out(figure, ".n2r-ring", "stroke")


class TestLearningBoundary:
    NAME = "Learning boundary"

    def test_epochs_go_on_until_it_has_converged(self, page):
        figure = shown(page, LEARNING, self.NAME)
        expect(figure).to_have_attribute("data-epoch", "3")
        line = figure.locator(".n2r-border").get_attribute("d")
        more = figure.get_by_role("button", name="One more epoch")
        for _ in range(3):
            more.press("Enter")
        expect(figure).to_have_attribute("data-state", "learning")
        assert figure.locator(".n2r-border").get_attribute("d") != line
        save_screenshot(figure, "learning_boundary")
        more.press("Enter")
        expect(figure).to_have_attribute("data-state", "converged")
        expect(figure.get_by_role("status")).to_contain_text("Epoch 7 passed without a mistake")

        slider = figure.get_by_role("slider", name="Epochs")
        slider.press("Home")
        expect(words(figure)).to_contain_text("there is no line yet")
        slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", "1 of 15")
        figure.get_by_role("button", name="Reset").click()
        expect(figure).to_have_attribute("data-epoch", "3")

    def test_xor_does_not_come_to_an_end(self, page):
        figure = shown(page, LEARNING, self.NAME)
        figure.get_by_role("radio", name="XOR").press("Space")
        expect(figure.locator(".n2r-example")).to_have_count(4)
        figure.get_by_role("slider", name="Epochs").press("End")
        expect(words(figure)).to_contain_text("It has not come to an end.")
        expect(figure.get_by_role("button", name="One more epoch")).to_be_disabled()

    def test_unwritten_function_is_told(self, page):
        unwritten = "def perceptron_learn(x, y, epochs):\n    raise NotImplementedError"
        figure = shown(page, LEARNING, self.NAME, learners_code=unwritten)
        told = figure.locator(".n2r-trouble")
        expect(told).to_contain_text("perceptron_learn is not written yet")

    def test_colours_stand_out_in_both_themes(self, page):
        figure = shown(page, LEARNING, self.NAME)
        for theme in THEMES:
            page.set_theme(theme)
            assert_stands_out(figure, ".n2r-border", "stroke")
            assert_stands_out(figure, ".n2r-bar", "fill")
            assert_stands_out(figure, ".n2r-verdict small", "color")


class TestStepAndSigmoid:
    NAME = "Step and sigmoid"

    def test_steeper_is_flatter_beside_the_middle(self, page):
        figure = shown(page, SIGMOID, self.NAME)
        expect(words(figure)).to_contain_text("changes nothing at the step")
        change = float(figure.get_attribute("data-change"))
        curve = figure.locator(".n2r-smooth").get_attribute("d")
        steepness = figure.get_by_role("slider", name="Steepness k")
        steepness.press("End")
        expect(figure).to_have_attribute("data-steepness", "64")
        expect(words(figure)).to_contain_text("it is flat here")
        assert float(figure.get_attribute("data-change")) < change
        assert figure.locator(".n2r-smooth").get_attribute("d") != curve

        place = figure.get_by_role("slider", name="Place z")
        for _ in range(2):
            place.press("Shift+ArrowLeft")
        expect(words(figure)).to_contain_text("makes the step jump")
        save_screenshot(figure, "step_and_sigmoid")
        figure.get_by_role("button", name="Reset").click()
        expect(figure).to_have_attribute("data-place", "1.00")

    def test_the_place_is_dragged(self, page):
        figure = shown(page, SIGMOID, self.NAME)
        figure.locator(".n2r-plot").click(position={"x": 120, "y": 120})
        expect(figure).to_have_attribute("data-place", re.compile(r"^-[123]\."))

    def test_unwritten_function_is_told(self, page):
        unwritten = LEARNERS_CODE + "\ndef sigmoid(z):\n    raise NotImplementedError"
        figure = shown(page, SIGMOID, self.NAME, learners_code=unwritten)
        expect(figure.locator(".n2r-trouble")).to_contain_text("sigmoid is not written yet")

    def test_colours_stand_out_in_both_themes(self, page):
        figure = shown(page, SIGMOID, self.NAME)
        for theme in THEMES:
            page.set_theme(theme)
            for selector in (".n2r-step", ".n2r-smooth"):
                assert_stands_out(figure, selector, "stroke")
            assert_stands_out(figure, ".n2r-curve-name", "fill")


class TestMultiplierCircuit:
    NAME = "Multiplier circuit"

    def test_bits_are_switched_by_keyboard_and_click(self, page):
        figure = shown(page, CIRCUIT, self.NAME)
        expect(words(figure)).to_contain_text("2 × 3 = 6")
        expect(figure.get_by_text("20 NANDs, 7 layers deep")).to_be_visible()
        save_screenshot(figure, "multiplier_circuit")
        wires = figure.locator(".n2r-wire[data-bit='1']")
        lit = wires.count()

        figure.get_by_role("switch", name="Input a₀").press("Space")
        expect(words(figure)).to_contain_text("3 × 3 = 9")
        expect(figure.get_by_role("status")).to_contain_text("11 × 11 = 1001 in binary")
        expect(figure).to_have_attribute("data-lamps", "1001")
        assert wires.count() != lit
        expect(figure.get_by_role("switch", name="Input a₀")).to_be_checked()

        figure.get_by_role("switch", name="Input b₁").press("Enter")
        expect(figure).to_have_attribute("data-product", "3")
        figure.get_by_role("switch", name="Input b₁").click()
        expect(figure).to_have_attribute("data-product", "9")

    def test_the_table_sets_the_inputs(self, page):
        figure = shown(page, CIRCUIT, self.NAME)
        product = figure.get_by_role("button", name="3 times 1 gives 3")
        product.press("Enter")
        expect(figure).to_have_attribute("data-bits", "1101")
        expect(product).to_have_attribute("aria-pressed", "true")
        figure.get_by_role("button", name="Reset").click()
        expect(figure).to_have_attribute("data-bits", "1011")

    def test_a_lost_carry_is_seen(self, page):
        lossy = LEARNERS_CODE + "\nmultiply_2bit = multiply_without_carry"
        figure = shown(page, CIRCUIT, self.NAME, learners_code=lossy)
        name = "3 times 3 gives 5, and should give 9"
        figure.get_by_role("button", name=name).click()
        expect(words(figure)).to_contain_text("3 × 3 = 5")
        expect(words(figure)).to_contain_text("It should be 9: the lamps say 0101, not 1001.")

    def test_looking_inside_the_wires_is_told(self, page):
        looking = LEARNERS_CODE + "\nmultiply_2bit = multiply_by_looking"
        figure = shown(page, CIRCUIT, self.NAME, learners_code=looking)
        expect(figure.locator(".n2r-trouble")).to_contain_text("looks inside a wire")
        expect(figure.get_by_role("switch")).to_have_count(0)

    @pytest.mark.parametrize("theme", THEMES)
    def test_colours_stand_out(self, page, theme):
        page.page.emulate_media(reduced_motion="reduce")
        figure = shown(page, CIRCUIT, self.NAME, theme=theme)
        assert_stands_out(figure, ".n2r-wire[data-bit='1']", "stroke")
        assert_stands_out(figure, ".n2r-nand[data-bit='0'] path", "stroke")
        assert_stands_out(figure, ".n2r-products td", "color")
