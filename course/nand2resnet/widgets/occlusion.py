"""Occlusion: a grey patch over a picture, and what a trained network still says about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from nand2resnet.widgets.convolution_figure import CONVOLUTION_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call
from nand2resnet.widgets.network_figure import NETWORKS_CSS

GREY = 127
SMALLEST_PATCH, LARGEST_PATCH, STEP = 4, 16, 2
"""In pixels; the map tries a place at every `STEP` pixels."""
BARS = 5
NAME = "probabilities"


class Occlusion(Figure):
    """Pictures to choose from, a patch to move, and the probabilities a network gives.

    Parameters
    ----------
    probabilities : callable
        ``probabilities(images)`` takes pictures, uint8 (N, C, H, W), and gives (N, classes): the
        learner's trained network.
    images : ndarray of uint8, shape (M, C, H, W)
        Pictures to choose from, grey (C = 1) or in colour (C = 3).
    labels : sequence of int
        What they show.
    names : sequence of str
        Names of the classes.

    Attributes
    ----------
    chosen : int
        Which of the pictures.
    size : int
        Side of the patch in pixels.
    place : list of int
        Row and column of the patch's middle.
    wants_map : bool
        Whether every place is to be tried.
    picture : list
        The picture with the patch on it: rows of [red, green, blue].
    shares : list of float
        The probability of each class.
    map : list of list of float
        The probability of the true class by place of the patch; empty until asked for.
    trouble : str
        What is wrong with the learner's network, in words for the learner, or empty.

    Examples
    --------
    >>> Occlusion(probabilities, images, labels, names)  # doctest: +SKIP
    """

    _esm = module_text("occlusion.js")
    _css = Figure._css + CONVOLUTION_CSS + NETWORKS_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Int().tag(sync=True)
    size = traitlets.Int().tag(sync=True)
    place: traitlets.List[int] = traitlets.List().tag(sync=True)
    wants_map = traitlets.Bool().tag(sync=True)
    picture: traitlets.List[Any] = traitlets.List().tag(sync=True)
    shares: traitlets.List[float] = traitlets.List().tag(sync=True)
    alone = traitlets.Float().tag(sync=True)
    map: traitlets.List[list[float]] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        probabilities: Callable[..., object],
        images: np.ndarray,
        labels: Sequence[int],
        names: Sequence[str],
    ) -> None:
        self._probabilities = probabilities
        self._images = np.asarray(images, dtype=np.uint8)
        self._labels = [int(label) for label in labels]
        rows, columns = self._images.shape[2:]
        first = {
            "chosen": 0,
            "size": min(2 * SMALLEST_PATCH, rows),
            "place": [rows // 2, columns // 2],
            "wants_map": False,
        }
        scale = {
            "names": [str(name) for name in names],
            "labels": self._labels,
            "sizes": [SMALLEST_PATCH, min(LARGEST_PATCH, rows), STEP],
            "bars": BARS,
        }
        super().__init__(scale=scale, first=first, **first)
        self._compute()
        self.observe(lambda _: self._compute(), names=["chosen", "size", "place", "wants_map"])

    def _compute(self) -> None:
        image = self._images[self.chosen]
        patched = with_patch(image, self.place[0], self.place[1], self.size)
        try:
            bare, covered = self._ask(np.stack([image, patched]))
            tried = self._map(image) if self.wants_map else []
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.picture, self.shares, self.map = [], [], []
            return
        self.trouble = ""
        with self.hold_sync():
            self.alone = float(bare[self._labels[self.chosen]])
            self.picture = in_colour(patched)
            self.shares = covered.tolist()
            self.map = tried

    def _map(self, image: np.ndarray) -> list[list[float]]:
        """The probability of the true class with the patch at every place."""
        rows, columns = (range(0, side, STEP) for side in image.shape[1:])
        patched = np.stack([with_patch(image, r, c, self.size) for r in rows for c in columns])
        found = self._ask(patched)[:, self._labels[self.chosen]]
        result: list[list[float]] = found.reshape(len(rows), len(columns)).round(4).tolist()
        return result

    def _ask(self, images: np.ndarray) -> FloatArray:
        answer = call(self._probabilities, images, name=NAME)
        return shares_of(answer, (len(images), len(self.scale["names"])))


def with_patch(image: np.ndarray, row: int, column: int, size: int) -> np.ndarray:
    """A copy of a picture (C, H, W) with a grey square around a pixel, cut off at the border."""
    patched = image.copy()
    top, left = row - size // 2, column - size // 2
    patched[:, max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = GREY
    return patched


def in_colour(image: np.ndarray) -> list[list[list[int]]]:
    """A picture (C, H, W) as rows of [red, green, blue]."""
    three = np.broadcast_to(image, (3, *image.shape[1:])) if len(image) == 1 else image
    rows: list[list[list[int]]] = np.moveaxis(three, 0, -1).astype(int).tolist()
    return rows


def shares_of(answer: object, shape: tuple[int, int]) -> FloatArray:
    """Make sure that probabilities came back.

    Raises
    ------
    LearnerTroubleError
        If something else came back; the text says what.
    """
    try:
        found = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise LearnerTroubleError(
            f"`{NAME}` returned {type(answer).__name__}, which is not an array of numbers."
        ) from None
    if found.shape != shape:
        raise LearnerTroubleError(
            f"`{NAME}` returned an array of shape {found.shape}; here it should be {shape}: a "
            "probability for each picture and each class."
        )
    if not np.isfinite(found).all() or not np.allclose(found.sum(axis=1), 1, atol=1e-3):
        raise LearnerTroubleError(
            f"What `{NAME}` returned does not add up to 1 for every picture. Is there a softmax?"
        )
    return found
