"""Step and sigmoid: the learner's own two functions, and what a nudge does to each."""

from collections.abc import Callable

import numpy as np
import traitlets

from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError, call

REACH = (-4.0, 4.0)
POINTS = 401
NUDGE = 0.1
STEEPNESSES = [float(2.0 ** (power / 2)) for power in range(-4, 13)]  # from 1/4 to 64
FIRST = {"steepness": 1.0, "place": 1.0}


class StepAndSigmoid(Figure):
    """Make the sigmoid of k·z steeper, and ask at any z what a small nudge changes.

    Parameters
    ----------
    step, sigmoid : callable
        The learner's: of an array of any shape. While one is not written, the figure says so.

    Attributes
    ----------
    steepness : float
        k, one of `STEEPNESSES`.
    place : float
        z, where the nudge is tried.
    curves : dict
        ``z``, and what the learner's functions give there: ``step`` of z, ``sigmoid`` of k·z.
    nudged : dict
        For "step" and "sigmoid", the value at z and at z + `NUDGE`.
    trouble : str
        What is wrong with the learner's functions, in words for the learner, or empty.

    Examples
    --------
    >>> StepAndSigmoid(step, sigmoid)  # doctest: +SKIP
    """

    _esm = module_text("step_and_sigmoid.js")
    _css = Figure._css + NEURONS_CSS

    trouble = traitlets.Unicode("").tag(sync=True)
    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    steepness = traitlets.Float().tag(sync=True)
    place = traitlets.Float().tag(sync=True)
    curves = traitlets.Dict().tag(sync=True)
    nudged = traitlets.Dict().tag(sync=True)

    def __init__(self, step: Callable[..., object], sigmoid: Callable[..., object]) -> None:
        self._step = step
        self._sigmoid = sigmoid
        super().__init__(
            scale={"reach": REACH, "steepnesses": STEEPNESSES, "nudge": NUDGE},
            first=FIRST,
            **FIRST,
        )
        self._compute()
        self.observe(lambda _: self._compute(), names=["steepness", "place"])

    def _compute(self) -> None:
        """Run the learner's functions on the axis and at the probe, and publish the values."""
        z = np.linspace(*REACH, POINTS)
        asked = np.concatenate([z, [self.place, self.place + NUDGE]])
        try:
            step = values_of(self._step, asked, "step")
            sigmoid = values_of(self._sigmoid, self.steepness * asked, "sigmoid")
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.curves, self.nudged = {}, {}
            return
        self.trouble = ""
        self.curves = {
            "z": z.tolist(),
            "step": step[:POINTS].tolist(),
            "sigmoid": sigmoid[:POINTS].tolist(),
        }
        self.nudged = {"step": step[POINTS:].tolist(), "sigmoid": sigmoid[POINTS:].tolist()}


def values_of(function: Callable[..., object], z: np.ndarray, name: str) -> np.ndarray:
    """Run a function of the learner on an array and make sure that numbers came back.

    Raises
    ------
    LearnerTroubleError
        If it is not written yet, raises, or returns something else.
    """
    returned = call(function, z.copy(), name=name)
    try:
        values = np.asarray(returned, dtype=float)
    except (TypeError, ValueError):
        values = np.array(np.nan)
    if values.shape != z.shape or not np.isfinite(values).all():
        raise LearnerTroubleError(
            f"For an array of {z.size} numbers `{name}` should return as many finite numbers. "
            f"What came has the shape {values.shape}."
        )
    return values
