"""Learning boundary: the learner's own perceptron rule, epoch by epoch."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import traitlets

from nand2resnet.widgets.decision_boundary import CORNERS, GATES, NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError, call

EPOCHS = 15
CLOUDS = 14  # examples in each of the two clouds
FIRST = {"examples": "two clouds", "epoch": 3}


def cloud_examples(distance: float, seed: int) -> tuple[list[list[float]], list[int]]:
    """Two clouds whose middles are ``distance`` apart: label 0 to the left, 1 to the right."""
    rng = np.random.default_rng(seed)
    labels = np.arange(2 * CLOUDS) % 2
    middles = np.stack([(labels - 0.5) * distance, (labels - 0.5) * distance / 2], axis=1)
    points = middles + rng.normal(size=middles.shape) + np.array([1.5, 0.5])
    return points.round(2).tolist(), labels.tolist()


EXAMPLES: dict[str, tuple[list[list[float]], list[int]]] = {
    "two clouds": cloud_examples(4.5, 25),
    "clouds that mix": cloud_examples(2.2, 5),
    **{
        name: ([list(map(float, corner)) for corner in CORNERS], labels)
        for name, labels in GATES.items()
    },
}


class LearningBoundary(Figure):
    """Watch a neuron learn: its line after each epoch, and the mistakes it made on the way.

    The learner's function is run for every number of epochs up to `EPOCHS`.

    Parameters
    ----------
    perceptron_learn : callable
        The learner's ``perceptron_learn(x, y, epochs)``; it returns weights of shape (2,), a
        threshold and the mistakes in each epoch. While it is not written, the figure says so.

    Attributes
    ----------
    examples : str
        One of `EXAMPLES`.
    epoch : int
        How many epochs are shown.
    learnt : dict
        ``lines``: weights and threshold after 0, 1, ... epochs; ``mistakes``: in each epoch;
        ``wrong``: for each of the lines, which examples it gets wrong. Empty in trouble.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> LearningBoundary(perceptron_learn)  # doctest: +SKIP
    """

    _esm = module_text("learning_boundary.js")
    _css = Figure._css + NEURONS_CSS

    trouble = traitlets.Unicode("").tag(sync=True)
    sets = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    epochs = traitlets.Int(EPOCHS).tag(sync=True)
    examples = traitlets.Unicode().tag(sync=True)
    epoch = traitlets.Int().tag(sync=True)
    learnt = traitlets.Dict().tag(sync=True)

    def __init__(self, perceptron_learn: Callable[..., object]) -> None:
        self._perceptron_learn = perceptron_learn
        sets = {name: {"points": x, "labels": y} for name, (x, y) in EXAMPLES.items()}
        super().__init__(sets=sets, first=FIRST, **FIRST)
        self._learn()
        self.observe(lambda _: self._learn(), names=["examples"])

    def _learn(self) -> None:
        """Run the learner's function for every number of epochs, and publish what it found."""
        points, labels = EXAMPLES[self.examples]
        x, y = np.array(points), np.array(labels)
        try:
            runs = [learn(self._perceptron_learn, x, y, epochs) for epochs in range(EPOCHS + 1)]
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.learnt = {}
            return
        self.trouble = ""
        self.learnt = {
            "lines": [[*w.tolist(), b] for w, b, _ in runs],
            "mistakes": runs[-1][2],
            "wrong": [((x @ w > b) != y).tolist() for w, b, _ in runs],
        }


def learn(
    perceptron_learn: Callable[..., object], x: np.ndarray, y: np.ndarray, epochs: int
) -> tuple[np.ndarray, float, list[int]]:
    """Run the learner's rule and make sure that weights, threshold and mistakes came back.

    Raises
    ------
    LearnerTroubleError
        If the function is not written yet, raises, or returns something else.
    """
    name = "perceptron_learn"
    returned = call(perceptron_learn, x.copy(), y.copy(), epochs, name=name)
    try:
        w, b, mistakes = cast("tuple[Any, Any, Any]", returned)
        weights = np.asarray(w, dtype=float)
        threshold, counts = float(b), [int(count) for count in mistakes]
    except (TypeError, ValueError):
        raise LearnerTroubleError(
            f"`{name}` should return three things: the weights, the threshold and the list of "
            "mistakes."
        ) from None
    if weights.shape != (2,) or len(counts) != epochs:
        raise LearnerTroubleError(
            f"From examples with 2 inputs and {epochs} epochs, `{name}` returned weights of shape "
            f"{weights.shape} and {len(counts)} numbers of mistakes."
        )
    return weights, threshold, counts
