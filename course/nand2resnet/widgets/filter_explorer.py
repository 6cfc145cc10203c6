"""Filter explorer: nine weights under the learner's hand, and what they make of a photograph."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import traitlets

from nand2resnet.pictures import portrait
from nand2resnet.widgets.convolution_figure import CONVOLUTION_CSS, map_of
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

NINTH = round(1 / 9, 3)
PRESETS: dict[str, list[float]] = {
    "as it is": [0, 0, 0, 0, 1, 0, 0, 0, 0],
    "blur": [NINTH] * 9,
    "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    "edges across": [1, 0, -1, 2, 0, -2, 1, 0, -1],
    "edges down": [1, 2, 1, 0, 0, 0, -1, -2, -1],
    "all edges": [0, 1, 0, 1, -4, 1, 0, 1, 0],
}
FIRST = {"weights": PRESETS["edges across"]}
WHITE = 255
NEARLY_ZERO = 0.01


class FilterExplorer(Figure):
    """A photograph, a filter of 3 x 3 weights to edit, and what the learner's function gives.

    Parameters
    ----------
    correlate2d : callable
        The learner's ``correlate2d(image, kernel)``.

    Attributes
    ----------
    weights : list of float
        The nine weights, row by row.
    picture, result : list of list of int
        Grey values 0 to 255; the result is empty in trouble.
    total : float
        What the weights add up to.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> FilterExplorer(correlate2d)  # doctest: +SKIP
    """

    _esm = module_text("filter_explorer.js")
    _css = Figure._css + CONVOLUTION_CSS

    scale = traitlets.Dict({"presets": PRESETS}).tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    weights: traitlets.List[float] = traitlets.List().tag(sync=True)
    picture: traitlets.List[list[int]] = traitlets.List().tag(sync=True)
    result: traitlets.List[list[int]] = traitlets.List().tag(sync=True)
    total = traitlets.Float().tag(sync=True)

    def __init__(self, correlate2d: Callable[..., object]) -> None:
        self._correlate2d = correlate2d
        self._photo = portrait()
        super().__init__(picture=as_grey(self._photo), **FIRST)
        self._compute()
        self.observe(lambda _: self._compute(), names="weights")

    def _compute(self) -> None:
        kernel = np.array(self.weights, dtype=float).reshape(3, 3)
        shape = tuple(size - 2 for size in self._photo.shape)
        try:
            answer = call(self._correlate2d, self._photo.copy(), kernel, name="correlate2d")
            found = map_of(answer, shape, "correlate2d")
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.result = []
            return
        self.trouble = ""
        self.total = float(kernel.sum())
        self.result = as_grey(visible(found, self.total))


def visible(found: FloatArray, total: float) -> FloatArray:
    """A map as brightness: around middle grey where the weights add up to 0, else as it is."""
    if abs(total) > NEARLY_ZERO:
        return found / max(total, 1.0) if total > 0 else 1 + found / max(-total, 1.0)
    return 0.5 + found / (2 * (np.abs(found).max() or 1.0))


def as_grey(brightness: FloatArray) -> list[list[int]]:
    """Brightness from 0 to 1 as whole numbers from 0 to 255; what lies beyond is cut off."""
    levels: list[list[int]] = np.rint(WHITE * np.clip(brightness, 0, 1)).astype(int).tolist()
    return levels
