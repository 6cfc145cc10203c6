"""Time from a movement of the learning-rate slider to the new drawing, in a real browser.

Prints one JSON object:

    python -m tests.benchmarks.slider_latency
"""

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.lab import CHROMIUM, CHROMIUM_ARGUMENTS, LabPage, LabServer

MOVES = 200
WARM_UP = 20
PAUSE_MS = 60  # between two movements, as a hand makes them

LEARNERS_CODE = (Path(__file__).parents[1] / "widgets" / "learners_code.py").read_text()
CELL = (
    "from nand2resnet.widgets import LearningRateExplorer\nLearningRateExplorer(gradient_descent)"
)
# From the input event until the drawing stands in the page, and until the frame after that one
# begins, when it has been painted.
MEASURE = """
async (figure, [moves, pause]) => {
  const slider = figure.querySelector("input[type=range]");
  const times = [];
  for (let i = 0; i < moves; i++) {
    const before = figure.dataset.drawnLearningRate;
    slider.value = String(i % 38);
    const start = performance.now();
    const drawn = new Promise((done) => {
      const observer = new MutationObserver(() => {
        if (figure.dataset.drawnLearningRate === before) return;
        observer.disconnect();
        const inPage = performance.now() - start;
        requestAnimationFrame(() => requestAnimationFrame(
          () => done({ drawn: inPage, painted: performance.now() - start })));
      });
      observer.observe(figure, { attributeFilter: ["data-drawn-learning-rate"] });
    });
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    times.push(await drawn);
    await new Promise((next) => setTimeout(next, pause));
  }
  return times;
}
"""


def measure() -> dict[str, float]:
    """Return median and 95th percentile in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = LabServer(Path(folder) / "lab")
        try:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=list(CHROMIUM_ARGUMENTS)
            )
            page = LabPage(server, browser)
            page.open_cells(LEARNERS_CODE, CELL)
            page.run_all()
            figure = page.figure("Learning-rate explorer")
            times = figure.evaluate(MEASURE, [WARM_UP + MOVES, PAUSE_MS])[WARM_UP:]
            page.close()
            browser.close()
        finally:
            server.stop()
    drawn = [time["drawn"] for time in times]
    painted = [time["painted"] for time in times]
    return {
        "drawing_median_ms": round(statistics.median(drawn), 1),
        "drawing_p95_ms": round(statistics.quantiles(drawn, n=20)[-1], 1),
        "painted_frame_median_ms": round(statistics.median(painted), 1),
        "moves": MOVES,
    }


if __name__ == "__main__":
    print(json.dumps({"slider_latency": measure()}))
