"""Decision boundary: the line that the learner's own neuron draws, under sliders."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import traitlets

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
GATES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}
REACH = (-0.6, 1.6)
PLACES = 81  # along each axis of the plane that is asked
FIRST = {
    "gate": "AND",
    "weights": [1.0, 1.0],
    "threshold": 0.5,
}  # an OR: one corner of AND is wrong

NEURONS_CSS = (Path(__file__).parent / "neurons.css").read_text(encoding="utf-8")


class DecisionBoundary(Figure):
    """Turn and shift the line of one neuron until it is a gate; XOR never will be.

    The learner's function is asked at every place of the plane, at every movement of a slider.

    Parameters
    ----------
    perceptron : callable
        The learner's ``perceptron(x, w, b)`` for x of shape (N, 2), w of shape (2,) and a number b.
        While it is not written, the figure says so.

    Attributes
    ----------
    gate : str
        One of `GATES`.
    weights : list of float
        w₁ and w₂.
    threshold : float
        b.
    asked : dict
        What the learner's function answered: at the corners, and on the grid, row by row from
        below; empty if it could not be asked.
    best : dict of str to int
        For each gate, the most corners that were right so far.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> DecisionBoundary(perceptron)  # doctest: +SKIP
    """

    _esm = module_text("decision_boundary.js")
    _css = Figure._css + NEURONS_CSS

    trouble = traitlets.Unicode("").tag(sync=True)
    plane = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    gate = traitlets.Unicode().tag(sync=True)
    weights = traitlets.List(traitlets.Float()).tag(sync=True)
    threshold = traitlets.Float().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    best = traitlets.Dict().tag(sync=True)

    def __init__(self, perceptron: Callable[..., object]) -> None:
        self._perceptron = perceptron
        axis = np.linspace(*REACH, PLACES)
        across, up = np.meshgrid(axis, axis)
        grid = np.stack([across.ravel(), up.ravel()], axis=1)
        self._places = np.concatenate([np.array(CORNERS, dtype=float), grid])
        super().__init__(
            plane={"corners": CORNERS, "gates": GATES, "reach": REACH, "places": PLACES},
            first=FIRST,
            best=dict.fromkeys(GATES, 0),
            **FIRST,
        )
        self._ask()
        self.observe(lambda _: self._ask(), names=["weights", "threshold", "gate"])

    def _ask(self) -> None:
        """Ask the learner's neuron everywhere, and publish what it says."""
        try:
            answers = answers_of(
                self._perceptron, self._places, np.array(self.weights), self.threshold
            )
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.asked = {}
            return
        corners, grid = answers[: len(CORNERS)], answers[len(CORNERS) :]
        right = int(np.sum(corners == np.array(GATES[self.gate])))
        self.trouble = ""
        self.best = self.best | {self.gate: max(self.best[self.gate], right)}
        self.asked = {"corners": corners.tolist(), "grid": "".join(map(str, grid))}


def answers_of(
    perceptron: Callable[..., object], x: FloatArray, w: FloatArray, b: float
) -> np.ndarray:
    """Ask the learner's neuron about many inputs at once.

    Parameters
    ----------
    perceptron : callable
        The learner's.
    x : ndarray of shape (N, 2)
    w : ndarray of shape (2,)
    b : float

    Returns
    -------
    ndarray of int, shape (N,)
        0 or 1 for each input.

    Raises
    ------
    LearnerTroubleError
        If the function is not written yet, raises, or answers anything else.
    """
    returned = call(perceptron, x.copy(), w.copy(), b, name="perceptron")
    try:
        answers = np.asarray(returned, dtype=float)
    except (TypeError, ValueError):
        answers = np.array(np.nan)
    if answers.shape != (len(x),):
        raise LearnerTroubleError(
            f"For {len(x)} inputs at once, `perceptron` returned something of shape "
            f"{answers.shape}. The figure needs one answer for each input: shape ({len(x)},)."
        )
    if not np.isin(answers, (0, 1)).all():
        raise LearnerTroubleError("`perceptron` returned something else than 0 and 1.")
    return answers.astype(int)
