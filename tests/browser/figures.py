"""What tests of figures share: a figure is shown in JupyterLab, looked at, read, and measured."""

import os
from pathlib import Path

from playwright.sync_api import expect

SCREENSHOTS = Path(__file__).parents[2] / "assets" / "screenshots"
CONTRAST_OF_TEXT = 4.5  # WCAG 2.2, 1.4.3
CONTRAST_OF_GRAPHICS = 3.0  # WCAG 2.2, 1.4.11


def learners_code(name):
    """The functions of tests/widgets/NAME.py, as a learner might have written them."""
    return (Path(__file__).parents[1] / "widgets" / f"{name}.py").read_text(encoding="utf-8")


def show(page, cell, name, learners_code="", **options):
    """Run the learner's code and the figure's cell in a new notebook; the figure with this name."""
    page.open_cells(*filter(None, (learners_code, cell)), **options)
    page.run_all()
    figure = page.figure(name)
    expect(figure).to_be_visible()
    assert page.cell_errors() == []
    return figure


def save_screenshot(figure, name):
    """Draw assets/screenshots/NAME.png anew, where N2R_SCREENSHOTS=1 asks for it."""
    if os.environ.get("N2R_SCREENSHOTS") == "1":
        figure.screenshot(path=SCREENSHOTS / f"{name}.png")


def words(figure):
    """What a figure says of what it shows."""
    return figure.locator(".n2r-verdict")


def contrast(figure, selector, attribute):
    """The contrast of an element's colour with the figure's ground (WCAG's formula)."""
    return figure.evaluate(
        """(figure, [selector, attribute]) => {
          const canvas = document.createElement("canvas").getContext("2d");
          const luminance = (colour) => {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => {
              const share = c / 255;
              return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ground = luminance(getComputedStyle(figure).backgroundColor);
          const drawn = luminance(getComputedStyle(figure.querySelector(selector))[attribute]);
          return (Math.max(ground, drawn) + 0.05) / (Math.min(ground, drawn) + 0.05);
        }""",
        [selector, attribute],
    )
