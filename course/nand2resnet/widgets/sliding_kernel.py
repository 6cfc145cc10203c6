"""Sliding kernel: every cell of a feature map shows the window it was made from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import traitlets

from nand2resnet import data
from nand2resnet.widgets.convolution_figure import CONVOLUTION_CSS, map_of
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError, call

INK = 16
"""Of a full pixel: whole numbers are easier to follow."""
PICTURE = 7
"""Which of the digits is shown."""
KERNELS = {
    "edge across": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "edge down": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "sum": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
}
WIDEST_PADDING, LONGEST_STRIDE = 2, 3
FIRST = {"kernel": "edge across", "pad": 0, "stride": 1}


class SlidingKernel(Figure):
    """A digit, a kernel, and the map that the learner's own function makes of them.

    Parameters
    ----------
    correlate2d : callable
        The learner's ``correlate2d(image, kernel)``. Padding and stride are done around it.

    Attributes
    ----------
    kernel : str
        A key of `KERNELS`.
    pad, stride : int
        Zeros around the digit; how far the window jumps.
    padded, map : list of list of float
        The digit in its frame, and the map; empty in trouble.
    shown : dict
        The kernel's weights, pad and stride that `map` belongs to.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> SlidingKernel(correlate2d)  # doctest: +SKIP
    """

    _esm = module_text("sliding_kernel.js")
    _css = Figure._css + CONVOLUTION_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    kernel = traitlets.Unicode().tag(sync=True)
    pad = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    padded: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    map: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, correlate2d: Callable[..., object]) -> None:
        self._correlate2d = correlate2d
        self._picture = INK * data.digits().images[PICTURE]
        names, limits = list(KERNELS), [WIDEST_PADDING, LONGEST_STRIDE]
        super().__init__(scale={"kernels": names, "limits": limits, "ink": INK}, **FIRST)
        self._compute()
        self.observe(lambda _: self._compute(), names=["kernel", "pad", "stride"])

    def _compute(self) -> None:
        padded = np.pad(self._picture, self.pad)
        kernel = np.array(KERNELS[self.kernel], dtype=float)
        shape = tuple(np.subtract(padded.shape, kernel.shape) + 1)
        try:
            answer = call(self._correlate2d, padded.copy(), kernel.copy(), name="correlate2d")
            every = map_of(answer, shape, "correlate2d")
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.padded, self.map, self.shown = [], [], {}
            return
        self.trouble = ""
        with self.hold_sync():
            self.padded = padded.tolist()
            self.map = every[:: self.stride, :: self.stride].tolist()
            shown = {"weights": KERNELS[self.kernel], "pad": self.pad, "stride": self.stride}
            self.shown = shown
