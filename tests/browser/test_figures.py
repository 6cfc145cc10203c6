"""Unit 01's figures in a real browser, with a real kernel behind them.

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

LEARNERS_CODE = learners_code("learners_code")

EXPLORER = (
    "from nand2resnet.widgets import LearningRateExplorer\nLearningRateExplorer(gradient_descent)"
)
FIELD = "from nand2resnet.widgets import GradientField\nGradientField(numerical_gradient)"
BASIN = "from nand2resnet.widgets import WhichBasin\nWhichBasin(gradient_descent)"


def shown(page, cell, name, learners_code=LEARNERS_CODE, **options):
    return show(page, cell, name, learners_code=learners_code, **options)


def path_of(figure):
    """The drawing of the path from above."""
    return figure.locator(".n2r-plot").last.locator(".n2r-path").get_attribute("d")


class TestLearningRateExplorer:
    NAME = "Learning-rate explorer"

    def test_slider_moves_by_keyboard_and_the_verdict_follows(self, page):
        figure = shown(page, EXPLORER, self.NAME)
        expect(figure.get_by_text("Oscillating", exact=True)).to_be_visible()
        save_screenshot(figure, "learning_rate_explorer")
        first_path = path_of(figure)
        slider = figure.get_by_role("slider", name="Learning rate")

        slider.press("ArrowRight")
        slider.press("ArrowRight")
        expect(figure.get_by_text("Diverging", exact=True)).to_be_visible()
        expect(slider).to_have_attribute("aria-valuetext", "0.449, above the stable limit 0.4")
        assert path_of(figure) != first_path

        slider.press("Home")
        expect(figure.get_by_text("Slow", exact=True)).to_be_visible()
        for _ in range(2):
            slider.press("PageUp")
        expect(figure.get_by_role("status")).to_contain_text(re.compile("stable limit"))

        figure.get_by_role("button", name="Reset").click()
        expect(figure.get_by_text("Oscillating", exact=True)).to_be_visible()
        assert path_of(figure) == first_path

    def test_start_moves_by_keyboard_and_by_mouse(self, page):
        figure = shown(page, EXPLORER, self.NAME)
        start = figure.get_by_role("slider", name="Start point, seen from above")
        across = figure.get_by_role("slider", name="Start point along the steepest direction")
        first_path = path_of(figure)

        start.press("ArrowLeft")
        expect(start).to_have_attribute("aria-valuetext", re.compile("x −1.60, y 2.90"))
        page.settle()
        assert path_of(figure) != first_path

        before = across.get_attribute("aria-valuetext")
        start.press("Shift+ArrowDown")
        expect(across).not_to_have_attribute("aria-valuetext", before)

        figure.locator(".n2r-plot").last.click(position={"x": 80, "y": 60})
        expect(start).to_have_attribute("aria-valuetext", re.compile("x −[234]"))

        across.scroll_into_view_if_needed()
        ball = across.locator(".n2r-ball").bounding_box()
        before = across.get_attribute("aria-valuetext")
        page.page.mouse.move(ball["x"] + 5, ball["y"] + 5)
        page.page.mouse.down()
        page.page.mouse.move(ball["x"] + 45, ball["y"] + 5, steps=4)
        page.page.mouse.up()
        expect(across).not_to_have_attribute("aria-valuetext", before)
        page.settle()
        moved = across.locator(".n2r-ball").bounding_box()
        assert moved["x"] == pytest.approx(ball["x"] + 37, abs=2)  # its middle is at the pointer

    def test_spoken_text_follows_once_the_slider_rests(self, page):
        figure = shown(page, EXPLORER, self.NAME)
        spoken = figure.get_by_role("status")
        expect(spoken).to_contain_text("Oscillating. The ball jumps across the valley")
        figure.get_by_role("slider", name="Learning rate").press("End")
        expect(spoken).to_contain_text("Diverging. After 1 step the ball is higher")

    def test_colours_stand_out_in_both_themes(self, page):
        figure = shown(page, EXPLORER, self.NAME)
        slider = figure.get_by_role("slider", name="Learning rate")
        for theme in ("JupyterLab Light", "JupyterLab Dark"):
            page.set_theme(theme)
            for selector in (".n2r-verdict span", ".n2r-verdict small", ".n2r-label"):
                assert contrast(figure, selector, "color") >= CONTRAST_OF_TEXT, (theme, selector)
            assert contrast(figure, ".n2r-axes text", "fill") >= CONTRAST_OF_TEXT, theme
            assert contrast(figure, ".n2r-curve", "stroke") >= CONTRAST_OF_GRAPHICS, theme
            for key in ("Home", "End"):
                slider.press(key)
                page.settle()
                assert contrast(figure, ".n2r-path", "stroke") >= CONTRAST_OF_GRAPHICS, theme

    def test_unwritten_function_is_told_without_any_error(self, page):
        unwritten = (
            "def gradient_descent(grad, v0, lr, tolerance, max_steps):\n"
            "    raise NotImplementedError('write me')"
        )
        figure = shown(page, EXPLORER, self.NAME, learners_code=unwritten)
        message = "gradient_descent is not written yet: write it above, then run this cell again."
        expect(figure.locator(".n2r-trouble")).to_have_text(message)
        expect(figure.get_by_role("status")).to_have_text(message)
        expect(figure.locator(".n2r-plot")).to_have_count(2)

        page.replace_source(0, LEARNERS_CODE)
        page.run_all()
        expect(page.figure(self.NAME).get_by_text("Oscillating", exact=True)).to_be_visible()

    def test_function_that_raises_while_the_slider_moves_is_told(self, page):
        picky = LEARNERS_CODE.replace(
            "    path = [",
            "    if lr > 0.4:\n        raise ValueError('too much')\n    path = [",
            1,
        )
        figure = shown(page, EXPLORER, self.NAME, learners_code=picky)
        slider = figure.get_by_role("slider", name="Learning rate")
        slider.press("End")
        expect(figure.locator(".n2r-trouble")).to_contain_text("raised ValueError in line")
        slider.press("Home")
        expect(figure.get_by_text("Slow", exact=True)).to_be_visible()
        expect(figure.locator(".n2r-trouble")).to_be_hidden()


class TestGradientField:
    NAME = "Gradient field"

    def test_probe_and_direction_move_by_keyboard(self, page):
        figure = shown(page, FIELD, self.NAME)
        save_screenshot(figure, "gradient_field")
        expect(figure.locator(".n2r-compared")).to_contain_text("agrees with the formula")
        probe = figure.get_by_role("slider", name="Probe")
        direction = figure.get_by_role("slider", name="Direction")

        arrow = figure.locator(".n2r-gradient").first.get_attribute("d")
        probe.press("ArrowRight")
        expect(probe).to_have_attribute("aria-valuetext", "x −0.35, y 0.60, height −0.216")
        assert figure.locator(".n2r-gradient").first.get_attribute("d") != arrow

        direction.press("ArrowUp")
        expect(direction).to_have_attribute("aria-valuetext", re.compile("^105 degrees, slope"))

        figure.get_by_role("button", name="Turn uphill").click()
        expect(figure.get_by_text("straight uphill, as steep as it gets")).to_be_visible()
        slope = float(figure.get_attribute("data-slope"))
        # |∇f| at (−0.35, 0.6): exp(−0.4825)·√((1 − 2·0.35²)² + (2·0.35·0.6)²)
        assert slope == pytest.approx(0.6173 * (0.755**2 + 0.42**2) ** 0.5, abs=2e-4)

        figure.get_by_role("button", name="Reset").click()
        expect(probe).to_have_attribute("aria-valuetext", "x −0.40, y 0.60, height −0.238")
        expect(figure.get_by_role("status")).to_contain_text("In the direction of 100°")

    def test_top_is_level_in_every_direction(self, page):
        figure = shown(page, FIELD.replace("numerical_gradient", "probe=(0.7071, 0)"), self.NAME)
        expect(figure.get_by_text("on the top, no direction leads up or down")).to_be_visible()

    def test_wrong_gradient_is_compared_with_the_formula(self, page):
        wrong = LEARNERS_CODE.replace("(2 * h)", "h")
        figure = shown(page, FIELD, self.NAME, learners_code=wrong)
        expect(figure.locator(".n2r-compared")).to_contain_text(
            ": (0.809, 0.571). The formula: (0.404, 0.285)."
        )

    def test_colours_stand_out_in_the_dark_theme(self, page):
        figure = shown(page, FIELD, self.NAME, theme="JupyterLab Dark")
        for selector in (".n2r-reading", ".n2r-verdict small", ".n2r-compared"):
            assert contrast(figure, selector, "color") >= CONTRAST_OF_TEXT, selector
        for selector in (".n2r-gradient", ".n2r-direction", ".n2r-arrows"):
            assert contrast(figure, selector, "stroke") >= CONTRAST_OF_GRAPHICS, selector


class TestWhichBasin:
    NAME = "Which basin?"

    def test_predict_run_and_score_by_keyboard(self, page):
        figure = shown(page, BASIN, self.NAME)
        run = figure.get_by_role("button", name="Run")
        expect(run).to_be_disabled()

        figure.get_by_role("radio", name="D shelf").press("Space")
        expect(figure.get_by_text("You predict D. Press Run.")).to_be_visible()
        figure.get_by_role("radio", name="D shelf").press("ArrowUp")
        expect(figure.get_by_text("You predict C. Press Run.")).to_be_visible()
        run.press("Enter")
        expect(figure).to_have_attribute("data-phase", "rolling")
        expect(figure).to_have_attribute("data-phase", "done")
        verdict = figure.locator(".n2r-verdict")
        expect(verdict).to_contain_text("You predicted C. It comes to rest in valley A")
        expect(figure.locator(".n2r-score")).to_have_text("0 of 1 predictions right")
        expect(run).to_be_disabled()

        for _ in range(3):
            figure.get_by_role("button", name="Next ball").press("Enter")
        expect(figure.get_by_role("radio", name="0.6")).to_be_checked()
        figure.get_by_role("radio", name="A left valley").press("Space")
        run.press("Enter")
        expect(verdict).to_contain_text("It jumped over a hill on its way.")
        expect(figure.get_by_role("status")).to_contain_text("Right. It comes to rest in valley A")
        expect(figure.locator(".n2r-score")).to_have_text("1 of 2 predictions right")
        save_screenshot(figure, "which_basin")

        figure.get_by_role("button", name="Reset").press("Enter")
        expect(figure.locator(".n2r-score")).to_be_empty()
        expect(figure.get_by_role("slider", name="Start of the ball")).to_have_attribute(
            "aria-valuetext", re.compile("^−4.60, height")
        )

    def test_moving_the_ball_or_another_rate_asks_again(self, page):
        figure = shown(page, BASIN, self.NAME)
        figure.get_by_role("radio", name="A left valley").press("Space")
        figure.get_by_role("button", name="Run").press("Enter")
        expect(figure).to_have_attribute("data-phase", "done")
        figure.get_by_role("slider", name="Start of the ball").press("ArrowRight")
        expect(figure).to_have_attribute("data-phase", "predict")
        expect(figure.get_by_role("radio", name="A left valley")).not_to_be_checked()
        expect(figure.get_by_text("Start −4.50, learning rate 0.05.")).to_be_visible()
        figure.get_by_role("radio", name="0.05").press("ArrowRight")
        expect(figure.get_by_text("Start −4.50, learning rate 0.2.")).to_be_visible()

    def test_reader_who_wants_no_motion_sees_the_end_at_once(self, page):
        page.page.emulate_media(reduced_motion="reduce")
        figure = shown(page, BASIN, self.NAME)
        figure.evaluate(
            """(figure) => {
              figure.phases = [];
              new MutationObserver(() => figure.phases.push(figure.dataset.phase))
                .observe(figure, { attributeFilter: ["data-phase"] });
            }"""
        )
        figure.get_by_role("radio", name="A left valley").press("Space")
        figure.get_by_role("button", name="Run").press("Enter")
        expect(figure).to_have_attribute("data-phase", "done")
        assert "rolling" not in figure.evaluate("(figure) => figure.phases")

    def test_unwritten_function_is_told_and_run_stays_off(self, page):
        unwritten = "def gradient_descent(*args):\n    raise NotImplementedError"
        figure = shown(page, BASIN, self.NAME, learners_code=unwritten)
        expect(figure.locator(".n2r-trouble")).to_contain_text(
            "gradient_descent is not written yet"
        )
        figure.get_by_role("radio", name="A left valley").press("Space")
        page.settle()
        expect(figure.get_by_role("button", name="Run")).to_be_disabled()

    def test_colours_stand_out_in_the_dark_theme(self, page):
        figure = shown(page, BASIN, self.NAME, theme="JupyterLab Dark")
        for selector in (".n2r-verdict span", ".n2r-verdict small", "legend", "label"):
            assert contrast(figure, selector, "color") >= CONTRAST_OF_TEXT, selector
        assert contrast(figure, ".n2r-note", "fill") >= CONTRAST_OF_TEXT
        assert contrast(figure, ".n2r-curve", "stroke") >= CONTRAST_OF_GRAPHICS
