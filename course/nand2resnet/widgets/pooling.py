"""Pooling: a pattern that moves by a pixel, and what is left of the movement after pooling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import traitlets

from nand2resnet.widgets.convolution_figure import CONVOLUTION_CSS, map_of
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

PATTERN = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0, 1, 2, 1, 0, 0, 0, 0],
    [0, 3, 9, 4, 0, 0, 0, 0],
    [0, 1, 5, 2, 0, 0, 0, 0],
    [0, 0, 0, 0, 2, 8, 1, 0],
    [0, 0, 0, 0, 6, 3, 0, 0],
    [0, 0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
]
KINDS = {"max": "max_pool_forward", "mean": "avg_pool_forward"}
LARGEST_WINDOW, LONGEST_STRIDE = 4, 4
FARTHEST = 1
"""How far the pattern can be moved without falling out."""
FIRST = {"kind": "max", "window": 2, "stride": 2, "shift": [0, 0]}


class Pooling(Figure):
    """A map, its pooled map by the learner's functions, and how both change with a shift.

    Parameters
    ----------
    max_pool_forward, avg_pool_forward : callable
        The learner's, ``(x, height, width, stride) -> (out, cache)``.

    Attributes
    ----------
    kind : {"max", "mean"}
    window, stride : int
    shift : [int, int]
        Rows and columns by which the pattern has been moved.
    map, pooled : list of list of float
        The pooled map is empty in trouble.
    changed : list of int
        How many cells of the map and of the pooled map are not what they are without the shift.
    shown : dict
        Kind, window, stride and shift that `pooled` belongs to.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> Pooling(max_pool_forward, avg_pool_forward)  # doctest: +SKIP
    """

    _esm = module_text("pooling.js")
    _css = Figure._css + CONVOLUTION_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    window = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    shift: traitlets.List[int] = traitlets.List().tag(sync=True)
    map: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    pooled: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    changed: traitlets.List[int] = traitlets.List().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    def __init__(
        self, max_pool_forward: Callable[..., object], avg_pool_forward: Callable[..., object]
    ) -> None:
        self._pools = {"max": max_pool_forward, "mean": avg_pool_forward}
        limits = {"limits": [LARGEST_WINDOW, LONGEST_STRIDE], "farthest": FARTHEST}
        super().__init__(scale=limits, **FIRST)
        self._compute()
        self.observe(lambda _: self._compute(), names=["kind", "window", "stride", "shift"])

    def _compute(self) -> None:
        still = np.array(PATTERN, dtype=float)
        moved = np.roll(still, self.shift, axis=(0, 1))
        try:
            before, after = self._pooled(still), self._pooled(moved)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.map, self.pooled, self.changed, self.shown = moved.tolist(), [], [], {}
            return
        self.trouble = ""
        with self.hold_sync():
            self.map, self.pooled = moved.tolist(), after.tolist()
            self.changed = [int(np.sum(moved != still)), int(np.sum(~np.isclose(before, after)))]
            self.shown = {name: getattr(self, name) for name in FIRST}

    def _pooled(self, picture: FloatArray) -> FloatArray:
        name = KINDS[self.kind]
        x = picture[np.newaxis, np.newaxis].copy()
        side = (len(picture) - self.window) // self.stride + 1
        answer = call(self._pools[self.kind], x, self.window, self.window, self.stride, name=name)
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise LearnerTroubleError(f"`{name}` should return the pair (out, cache).")
        return map_of(answer[0], (1, 1, side, side), name)[0, 0]
