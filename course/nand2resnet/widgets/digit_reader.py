"""Digit reader: draw a digit, and watch every map of the learner's own trained network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from nand2resnet.tensors import as_arrays
from nand2resnet.widgets.convolution_figure import CONVOLUTION_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call
from nand2resnet.widgets.lenet_figure import LENET_CSS

WHITE = 255
NAME = "LeNet"


class DigitReader(Figure):
    """Paper to draw on, what each layer makes of it, and what the network reads.

    Parameters
    ----------
    model : nn.Module
        The learner's trained network, from pictures (1, 1, H, W) to scores (1, classes).
    prepare : callable
        Makes of pictures, uint8 (N, 1, H, W), what the network was trained on: a tensor on its
        device.
    images : ndarray of uint8, shape (N, 1, H, W)
        Digits to begin with.

    Attributes
    ----------
    ink : list of int
        The paper row by row, from 0 (empty) to 255.
    layers : list of dict
        ``name`` and ``shape`` of each layer but the last, in the order of use.
    levels : bytes
        How strongly each cell of these layers answers, from 0 to 255, one layer after the other;
        255 is the layer's strongest cell. Negative answers count as 0: the ReLU stops them.
    chances : list of float
        What the softmax of the scores gives to each class.
    trouble : str
        What is wrong with the learner's network, in words for the learner, or empty.

    Examples
    --------
    >>> DigitReader(model, prepare, images)  # doctest: +SKIP
    """

    _esm = module_text("digit_reader.js")
    _css = Figure._css + CONVOLUTION_CSS + LENET_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    example = traitlets.Int().tag(sync=True)
    ink: traitlets.List[int] = traitlets.List().tag(sync=True)
    layers: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    levels = traitlets.Bytes().tag(sync=True)
    chances: traitlets.List[float] = traitlets.List().tag(sync=True)

    def __init__(self, model: Any, prepare: Callable[..., Any], images: np.ndarray) -> None:
        self._model, self._prepare = model, prepare
        self._images = np.asarray(images, dtype=np.uint8)
        self._side = self._images.shape[2:]
        first = {"ink": self._images[0].ravel().tolist(), "example": 0}
        super().__init__(scale={"side": list(self._side)}, first=first, **first)
        self._compute()
        self.observe(lambda _: self._compute(), names="ink")
        self.observe(lambda _: self._take_example(), names="example")

    def _take_example(self) -> None:
        """Put the next of the given digits on the paper."""
        self.ink = self._images[self.example % len(self._images)].ravel().tolist()

    def _compute(self) -> None:
        picture = np.array(self.ink, dtype=np.uint8).reshape(1, 1, *self._side)
        try:
            inside: Any = call(look_inside, self._model, self._prepare, picture, name=NAME)
            outputs, chances = inside[0], softmax_of(inside[1])
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.layers, self.levels, self.chances = [], b"", []
            return
        with self.hold_sync():
            self.trouble = ""
            self.layers = [{"name": name, "shape": list(map_.shape)} for name, map_ in outputs]
            self.levels = b"".join(grey(answers) for _, answers in outputs)
            self.chances = chances.tolist()


def look_inside(
    model: Any, prepare: Callable[..., Any], picture: np.ndarray
) -> tuple[list[tuple[str, FloatArray]], Any]:
    """Run a network, and return what each of its innermost layers but the last gave, and scores."""
    import torch  # here, so that the other figures need no PyTorch

    found: list[tuple[str, FloatArray]] = []

    def note(name: str) -> Callable[..., None]:
        def hook(_layer: Any, _inputs: Any, output: Any) -> None:
            found.append((name, as_arrays(output)[0]))

        return hook

    inside = [(name, part) for name, part in model.named_modules() if not any(part.children())]
    hooks = [layer.register_forward_hook(note(name)) for name, layer in inside]
    mode = model.training
    try:
        with torch.no_grad():
            scores = model.eval()(prepare(picture))
    finally:
        model.train(mode)
        for hook in hooks:
            hook.remove()
    return found[:-1], as_arrays(scores)


def softmax_of(scores: Any) -> FloatArray:
    """The chances that scores (1, classes) stand for.

    Raises
    ------
    LearnerTroubleError
        If these are no such scores; the text says what is.
    """
    found = np.asarray(scores, dtype=float)
    if found.ndim != 2 or len(found) != 1:
        raise LearnerTroubleError(
            f"`{NAME}` gave an array of shape {found.shape} for one picture, not (1, classes)."
        )
    if not np.isfinite(found).all():
        raise LearnerTroubleError(
            f"`{NAME}` gave scores that are not finite. Did its training end well?"
        )
    powers = np.exp(found[0] - found.max())
    chances: FloatArray = powers / powers.sum()
    return chances


def grey(answers: FloatArray) -> bytes:
    """Answers of a layer as levels from 0 to 255, relative to the strongest of them."""
    positive = np.maximum(answers, 0)
    return np.rint(WHITE * positive / (positive.max() or 1)).astype(np.uint8).tobytes()
