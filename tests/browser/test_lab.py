"""The harness itself: what a test relies on not to miss."""

import pytest

from tests.browser.lab import CellError

BUTTON_THAT_FAILS = """
import ipywidgets
button = ipywidgets.Button(description="Fail")
button.on_click(lambda _: 1 / 0)
button
"""
SLIDER_WHOSE_OBSERVER_FAILS = """
import ipywidgets
slider = ipywidgets.IntSlider(description="Slide")
slider.observe(lambda _: {}["missing"], names="value")
slider
"""
FIGURE_WHOSE_SCRIPT_FAILS = """
import anywidget

class Figure(anywidget.AnyWidget):
    _esm = '''export default { render({ el }) {
      const button = document.createElement("button");
      button.textContent = "Fail";
      button.onclick = () => { throw new Error("in the script of a figure"); };
      el.append(button);
    } };'''

Figure()
"""
LOG_WITH_A_TRACEBACK = """
import sys
print("Traceback (most recent call last): ...", file=sys.__stderr__, flush=True)
"""


def test_notebook_runs_and_shows_its_outputs(page):
    page.open_cells("print('one')", "1 + 1", "# nothing")
    page.run_all()
    assert [page.output_text(i).strip() for i in range(3)] == ["one", "2", ""]
    assert page.cell_errors() == []


def test_cell_that_raises_is_told_and_stops_the_rest(page):
    page.open_cells("x = 1", "raise ValueError('here')", "print('never')")
    page.run_all()
    assert page.cell_errors() == [CellError(1, "ValueError", "here")]
    assert page.output_text(2) == ""


def test_source_can_be_replaced_and_run_alone(page):
    page.open_cells("x = 1\nx", "print('untouched')")
    page.replace_source(0, "def double(x):\n    return 2 * x\n\ndouble(21)")
    page.run_cell(0)
    assert page.output_text(0).strip() == "42"
    assert page.output_text(1) == ""


@pytest.mark.parametrize(
    ("cell", "role", "key", "error"),
    [
        (BUTTON_THAT_FAILS, "button", "Enter", "ZeroDivisionError"),
        (SLIDER_WHOSE_OBSERVER_FAILS, "slider", "ArrowRight", "KeyError"),
        (FIGURE_WHOSE_SCRIPT_FAILS, "button", "Enter", "in the script of a figure"),
    ],
)
def test_exception_behind_a_widget_is_detected(page, cell, role, key, error):
    page.open_cells(cell)
    page.run_all()
    assert page.hidden_errors() == []
    page.cell(0).locator(".jp-OutputArea-output").get_by_role(role).press(key)
    (found,) = page.forget_hidden_errors()
    assert error in found
    assert page.cell_errors() == []


def test_traceback_in_the_servers_log_is_detected(page):
    page.open_cells(LOG_WITH_A_TRACEBACK)
    page.run_all()
    (found,) = page.forget_hidden_errors()
    assert "Traceback (most recent call last): ..." in found
