"""Which basin? Predict where the ball comes to rest, then let the learner's own descent roll it."""

from dataclasses import dataclass

import numpy as np
import traitlets

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import (
    FloatArray,
    GradientDescent,
    LearnerTroubleError,
    descend,
)

MAX_STEPS = 200
TOLERANCE = 0.03
LEARNING_RATES = (0.05, 0.2, 0.4, 0.6)
REACH = (-6.0, 6.0)
OUT_OF_SIGHT = 100.0  # nothing is drawn this far away

# Each well takes depth·exp(−((x − middle)/width)²/2) away from the flat ground; the narrow one in
# the middle is stable only below a learning rate of width²·2/depth = 0.21, the others below 0.66.
WELLS = ((1.7, -3.3, 0.75), (2.4, -0.9, 0.5), (1.2, 1.7, 0.7))
WALL_STEEPNESS, WALL_PLACE, WALL_WIDTH = 1.6, 5.3, 0.2
LANDMARKS = (
    {"letter": "A", "name": "left valley", "x": -3.3},
    {"letter": "B", "name": "narrow valley", "x": -0.9},
    {"letter": "C", "name": "right valley", "x": 1.7},
    {"letter": "D", "name": "shelf", "x": 4.25},
)
HILLTOPS = (-2.02, 0.35)  # between A and B, between B and C
SHELF = (3.6, 5.0)
NOWHERE = "E"

# Start and learning rate of the balls offered one after the other; then from the beginning again.
BALLS = (
    (-4.6, 0.05),
    (0.2, 0.05),
    (5.6, 0.2),
    (-0.2, 0.6),
    (-1.4, 0.4),
    (3.0, 0.6),
    (-1.7, 0.2),
    (-2.3, 0.6),
)


@dataclass(frozen=True)
class Ending:
    """Where a ball ended: a landmark's letter or `NOWHERE`, and a sentence that says why."""

    letter: str
    words: str


class WhichBasin(Figure):
    """Predict in which valley a ball ends, then press Run and see.

    The landscape has three valleys and a shelf. The learner chooses a start and a learning rate,
    predicts, and their own function rolls the ball; right predictions are counted.

    Parameters
    ----------
    gradient_descent : callable
        The learner's ``gradient_descent(grad, v0, lr, tolerance, max_steps)``; it returns a path
        of shape (T + 1, D), the start first. While it is not written, the figure says so.

    Attributes
    ----------
    start : float
        Where the ball lies.
    learning_rate : float
        One of `LEARNING_RATES`.
    prediction : str
        ``"A"`` ... ``"E"``, or empty while nothing is predicted.
    result : dict
        After a run the path, the ending and its words; empty before.
    score : list of int
        Right predictions and all predictions.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> WhichBasin(gradient_descent)  # doctest: +SKIP
    """

    _esm = module_text("which_basin.js")

    landscape = traitlets.Dict().tag(sync=True)
    start = traitlets.Float().tag(sync=True)
    learning_rate = traitlets.Float().tag(sync=True)
    prediction = traitlets.Unicode("").tag(sync=True)
    result = traitlets.Dict().tag(sync=True)
    score = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)

    def __init__(self, gradient_descent: GradientDescent) -> None:
        self._gradient_descent = gradient_descent
        self._ball = 0
        start, learning_rate = BALLS[0]
        x = np.linspace(*REACH, 361)
        super().__init__(
            landscape={
                "x": x.tolist(),
                "height": height(x).tolist(),
                "landmarks": list(LANDMARKS),
                "nowhere": NOWHERE,
                "learningRates": list(LEARNING_RATES),
            },
            start=start,
            learning_rate=learning_rate,
        )
        self._new_round()
        self.observe(lambda _: self._new_round(), names=["start", "learning_rate"])
        self.on_msg(self._obey)

    def _obey(self, _: object, message: object, __: object) -> None:
        """Do what a button asks for."""
        match message:
            case {"button": "run"}:
                self._run()
            case {"button": "next"}:
                self._offer(self._ball + 1)
            case {"button": "reset"}:
                self.score = [0, 0]
                self._offer(0)

    def _offer(self, ball: int) -> None:
        self._ball = ball % len(BALLS)
        self.start, self.learning_rate = BALLS[self._ball]
        self._new_round()

    def _new_round(self) -> None:
        """Forget the last ball, and tell at once, not after a prediction, what would not run."""
        self.result = {}
        self.prediction = ""
        self._roll()

    def _run(self) -> None:
        """Roll the ball and score the prediction: once, and only one made before."""
        if self.result or not self.prediction:
            return
        path = self._roll()
        if path is None:
            return
        ending = where_it_ended(path)
        right = ending.letter == self.prediction
        self.score = [self.score[0] + right, self.score[1] + 1]
        in_sight = path[np.cumsum(~(np.abs(path) < OUT_OF_SIGHT)) == 0]
        self.result = {
            "path": in_sight.tolist(),
            "ending": ending.letter,
            "words": ending.words,
            "right": right,
        }

    def _roll(self) -> FloatArray | None:
        """Return the path of the learner's function, shape (T + 1,), or say what is wrong."""
        try:
            path = descend(
                self._gradient_descent,
                slope,
                np.array([self.start]),
                self.learning_rate,
                TOLERANCE,
                MAX_STEPS,
            )
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            return None
        self.trouble = ""
        return path[:, 0]


def height(x: FloatArray) -> FloatArray:
    """Return the height of the landscape: flat ground with three wells between two walls."""
    walls = np.logaddexp(0, (x - WALL_PLACE) / WALL_WIDTH) + np.logaddexp(
        0, (-x - WALL_PLACE) / WALL_WIDTH
    )
    wells = [depth * np.exp(-(((x - at) / width) ** 2) / 2) for depth, at, width in WELLS]
    return WALL_STEEPNESS * WALL_WIDTH * walls - sum(wells)


def slope(x: FloatArray) -> FloatArray:
    """Return the derivative of `height`."""
    walls = np.tanh((x - WALL_PLACE) / WALL_WIDTH / 2) - np.tanh((-x - WALL_PLACE) / WALL_WIDTH / 2)
    wells = [
        depth * np.exp(-(((x - at) / width) ** 2) / 2) * (x - at) / width**2
        for depth, at, width in WELLS
    ]
    return WALL_STEEPNESS * walls / 2 + sum(wells)


def where_it_ended(path: FloatArray) -> Ending:
    """Say where a ball came to rest, and how.

    Parameters
    ----------
    path : ndarray of shape (T + 1,)
        The ball's places, the start first.

    Returns
    -------
    Ending
        A ball that is still moving at the end of its path is nowhere.
    """
    end, steps = path[-1], len(path) - 1
    if not np.isfinite(end) or abs(slope(end)) >= TOLERANCE:
        return Ending(NOWHERE, f"After {steps} steps it is still moving: it never settles.")
    if SHELF[0] < end < SHELF[1]:
        return Ending(
            "D",
            f"It stops on the shelf after {steps} steps, where the slope is smaller than the "
            f"tolerance of {TOLERANCE}. There is no minimum there; the ball cannot know.",
        )
    basins = np.searchsorted(HILLTOPS, path)
    jumps = int(np.count_nonzero(np.diff(basins)))
    letter = LANDMARKS[int(basins[-1])]["letter"]
    over = {0: "", 1: " It jumped over a hill on its way."}
    return Ending(
        str(letter),
        f"It comes to rest in valley {letter} after {steps} steps."
        + over.get(jumps, f" It jumped over hills {jumps} times on its way."),
    )
