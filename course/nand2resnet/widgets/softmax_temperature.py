"""Softmax and its temperature: five scores under the learner's own softmax."""

from collections.abc import Callable

import numpy as np
import traitlets

from nand2resnet.widgets.activation_explorer import CLASSIFIERS_CSS
from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError
from nand2resnet.widgets.step_and_sigmoid import values_of

REACH = (-5.0, 5.0)
TEMPERATURES = [float(2.0 ** (power / 2)) for power in range(-8, 13)]  # from 1/16 to 64
SHIFT = 1000.0
FIRST = {"scores": [2.0, 1.2, 0.4, -1.0, 1.6], "temperature": 0.5, "shifted": False}


class SoftmaxTemperature(Figure):
    """Raise scores, heat them up or cool them down, and watch the probabilities.

    Parameters
    ----------
    softmax : callable
        The learner's, called with one row of scores divided by the temperature.

    Attributes
    ----------
    scores : list of float
        Five scores.
    temperature : float
        T, one of `TEMPERATURES`.
    shifted : bool
        Whether `SHIFT` is added to all scores.
    probabilities : dict
        ``now`` and, for comparison, ``at_one``, the same scores at temperature 1; empty in trouble.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> SoftmaxTemperature(softmax)  # doctest: +SKIP
    """

    _esm = module_text("softmax_temperature.js")
    _css = Figure._css + NEURONS_CSS + CLASSIFIERS_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    scores: traitlets.List[float] = traitlets.List().tag(sync=True)
    temperature = traitlets.Float().tag(sync=True)
    shifted = traitlets.Bool().tag(sync=True)
    probabilities = traitlets.Dict().tag(sync=True)

    def __init__(self, softmax: Callable[..., object]) -> None:
        self._softmax = softmax
        super().__init__(
            scale={"reach": REACH, "temperatures": TEMPERATURES, "shift": SHIFT}, **FIRST
        )
        self._compute()
        self.observe(lambda _: self._compute(), names=["scores", "temperature", "shifted"])

    def _compute(self) -> None:
        """Run the learner's function and publish what it gives."""
        scores = np.array(self.scores) + (SHIFT if self.shifted else 0.0)
        try:
            now = values_of(self._softmax, scores / self.temperature, "softmax")
            at_one = values_of(self._softmax, scores, "softmax")
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.probabilities = {}
            return
        self.trouble = ""
        self.probabilities = {"now": now.tolist(), "at_one": at_one.tolist()}
