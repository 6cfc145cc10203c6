"""Receptive field: layers on top of each other, and what one unit at the top depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import traitlets

from nand2resnet.widgets.convolution_figure import CONVOLUTION_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError, call

LARGEST_KERNEL, LONGEST_STRIDE = 5, 3
WIDEST_PICTURE = 47
"""Pixels: more are too small to be seen."""
MOST_LAYERS = 6
MARGIN = 3
"""Pixels shown on either side of what the unit sees."""
FIRST = {"layers": [[3, 1], [3, 2]], "kernel": 3, "stride": 1}
Layers = Sequence[Sequence[int]]


class ReceptiveField(Figure):
    """Grow a net layer by layer, and watch how far its last unit sees.

    Parameters
    ----------
    receptive_field : callable
        The learner's ``receptive_field([(kernel, stride), ...])``.

    Attributes
    ----------
    layers : list of [int, int]
        Kernel and stride of each layer, input side first.
    kernel, stride : int
        Of the layer that may be added next.
    levels : list of dict
        From the picture up: the places of the units along the picture (``at``), which of them are
        seen (``lit``), the layer's ``kernel`` and ``stride``, and what the learner's function
        ``said`` for the layers up to it; None in trouble.
    refused : str
        Why the next layer cannot be added, or empty.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> ReceptiveField(receptive_field)  # doctest: +SKIP
    """

    _esm = module_text("receptive_field.js")
    _css = Figure._css + CONVOLUTION_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    layers: traitlets.List[list[int]] = traitlets.List().tag(sync=True)
    kernel = traitlets.Int().tag(sync=True)
    stride = traitlets.Int().tag(sync=True)
    levels: traitlets.List[dict[str, object]] = traitlets.List().tag(sync=True)
    refused = traitlets.Unicode("").tag(sync=True)

    def __init__(self, receptive_field: Callable[..., object]) -> None:
        self._receptive_field = receptive_field
        super().__init__(scale={"limits": [LARGEST_KERNEL, LONGEST_STRIDE]}, **FIRST)
        self._compute()
        self.observe(lambda _: self._compute(), names=["layers", "kernel", "stride"])

    def _compute(self) -> None:
        depths = range(1, len(self.layers) + 1)
        said: list[int | None] = [None] * len(self.layers)
        trouble = ""
        try:
            said = [self._answer(depth) for depth in depths]
        except LearnerTroubleError as error:
            trouble = str(error)
        with self.hold_sync():
            self.trouble = trouble
            self.refused = refusal([*self.layers, [self.kernel, self.stride]])
            self.levels = [
                level | {"kernel": layer[0], "stride": layer[1], "said": answer}
                for level, layer, answer in zip(
                    tower(self.layers), [(1, 1), *self.layers], [None, *said], strict=True
                )
            ]

    def _answer(self, depth: int) -> int:
        layers = [(kernel, stride) for kernel, stride in self.layers[:depth]]
        answer = call(self._receptive_field, layers, name="receptive_field")
        if isinstance(answer, bool | float) or not isinstance(answer, int | np.integer):
            raise LearnerTroubleError(
                f"`receptive_field` should return a whole number; for {layers} it returned "
                f"{type(answer).__name__}."
            )
        return int(answer)


def seen_by_one(layers: Layers) -> list[tuple[int, int]]:
    """How many units of each level, from the picture up, one unit at the top depends on.

    Also how far apart neighbours of that level are, in pixels.
    """
    jumps = [1]
    for _, stride in layers:
        jumps.append(jumps[-1] * stride)
    counts = [1]
    for kernel, stride in reversed(layers):
        counts.insert(0, (counts[0] - 1) * stride + kernel)
    return list(zip(counts, jumps, strict=True))


def tower(layers: Layers) -> list[dict[str, object]]:
    """The units of each level: their middles along the picture, and which of them are seen.

    Source: unit u of a layer covers the units u s, ..., u s + k - 1 of the level below it, so its
    middle lies (k - 1) / 2 of their jumps to the right of the first one's.
    """
    pixels, _ = seen_by_one(layers)[0]
    left, right = -MARGIN - 0.5, pixels - 1 + MARGIN + 0.5
    found: list[dict[str, object]] = []
    offset = 0.0
    kernels = [1, *(kernel for kernel, _ in layers)]
    previous = 1
    for (count, jump), kernel in zip(seen_by_one(layers), kernels, strict=True):
        offset += (kernel - 1) / 2 * previous
        previous = jump
        before, after = int((offset - left) // jump), int((right - offset) // jump)
        units = range(-before, after + 1)
        places = [offset + unit * jump for unit in units]
        found.append({"at": places, "lit": [0 <= unit < count for unit in units]})
    return found


def refusal(layers: Layers) -> str:
    """Why these layers cannot be drawn, or nothing."""
    if len(layers) > MOST_LAYERS:
        return f"{MOST_LAYERS} layers are as high as this figure goes."
    pixels, _ = seen_by_one(layers)[0]
    if pixels > WIDEST_PICTURE:
        return f"With this layer the unit would see {pixels} pixels: too many to draw."
    return ""
