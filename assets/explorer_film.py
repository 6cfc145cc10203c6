"""Film the learning-rate explorer in a real JupyterLab: assets/learning_rate_explorer.gif.

    python assets/explorer_film.py

It solves unit 01's exercise for the figure, moves the slider by the keyboard, and keeps what is
seen on the way.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Locator, expect, sync_playwright

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for the tests' JupyterLab

from tests.browser.lab import LabPage, LabServer  # noqa: E402
from tests.browser.test_figures import EXPLORER, LEARNERS_CODE  # noqa: E402

OUT: Final = ROOT / "assets" / "learning_rate_explorer.gif"
NAME: Final = "Learning-rate explorer"
CHROMIUM: Final = "/usr/bin/chromium"
FRAMES: Final = 22
KEYS_A_FRAME: Final = 2
MILLISECONDS: Final = 250
WIDTH: Final = 800


def main() -> None:
    """Film it, there and back."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        server = LabServer(Path(folder))
        page = LabPage(server, browser)
        try:
            page.open_cells(LEARNERS_CODE, EXPLORER)
            page.run_all()
            frames = film(page, page.figure(NAME))
        finally:
            page.close()
            server.stop()
    first, *others = [*frames, *frames[-2:0:-1]]
    first.save(OUT, save_all=True, append_images=others, duration=MILLISECONDS, loop=0)


def film(page: LabPage, figure: Locator) -> list[Image.Image]:
    """The figure on the way from the smallest learning rate to the largest."""
    slider = figure.get_by_role("slider", name="Learning rate")
    expect(slider).to_be_visible()
    slider.press("Home")
    frames = []
    for _ in range(FRAMES):
        page.settle()
        frames.append(reduced(figure.screenshot()))
        for _ in range(KEYS_A_FRAME):
            slider.press("ArrowRight")
    return frames


def reduced(screenshot: bytes) -> Image.Image:
    """A frame in a film's size, with few colours."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    size = (WIDTH, round(picture.height * WIDTH / picture.width))
    return picture.resize(size, Image.Resampling.LANCZOS).quantize(160)


if __name__ == "__main__":
    main()
