"""The gradient field of x·exp(−(x² + y²)): arrows over level colours, and a probe to move about."""

from collections.abc import Callable, Sequence

import numpy as np
import traitlets

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import (
    FloatArray,
    LearnerTroubleError,
    NumericalGradient,
    measure_gradient,
)

HALF_DIFFERENCE = 1e-5  # rounding and truncation both stay far below what a drawing shows
ARROWS_X = np.linspace(-1.875, 1.875, 16)
ARROWS_Y = np.linspace(-1.375, 1.375, 12)


class GradientField(Figure):
    """Move a probe over a hill and a hollow and read off value, gradient and slope.

    The gradient points straight uphill; the slope in any other direction is a cosine of the angle
    between them, drawn beside the field.

    Parameters
    ----------
    numerical_gradient : callable, optional
        The learner's ``numerical_gradient(f, v, h)``. If given, the arrows and the gradient at the
        probe are its work, compared with the formula. Without it the formula draws everything.
    probe : array_like of shape (2,)
        Where the probe stands at first, |x| ≤ 2 and |y| ≤ 1.5.
    direction : float
        Direction in which the slope is read at first, in degrees against the clock from the
        x axis.

    Attributes
    ----------
    probe : list of float
        Where the probe stands.
    direction : float
        The chosen direction in degrees.
    measured : dict
        The learner's gradient at the probe: ``{"at": [x, y], "gradient": [gx, gy]}``, or empty.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> GradientField()  # doctest: +SKIP
    >>> GradientField(numerical_gradient)  # doctest: +SKIP
    """

    _esm = module_text("gradient_field.js")

    first = traitlets.Dict().tag(sync=True)
    probe = traitlets.List(traitlets.Float()).tag(sync=True)
    direction = traitlets.Float().tag(sync=True)
    arrows = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    measured = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        numerical_gradient: NumericalGradient | None = None,
        probe: Sequence[float] = (-0.4, 0.6),
        direction: float = 100,
    ) -> None:
        first_probe = [float(coordinate) for coordinate in probe]
        super().__init__(
            first={"probe": first_probe, "direction": float(direction)},
            probe=first_probe,
            direction=float(direction),
            arrows=_arrows(gradient),
        )
        if numerical_gradient is not None:
            self._numerical_gradient = numerical_gradient
            self._measure_field()
            self.observe(lambda _: self._measure_probe(), names="probe")

    def _measure_field(self) -> None:
        """Let the learner's function draw every arrow, once: the field does not change."""
        self._measure_probe()
        if not self.trouble:
            self.arrows = _arrows(self._measured_gradient)

    def _measure_probe(self) -> None:
        try:
            measured = self._measured_gradient(np.array(self.probe))
        except LearnerTroubleError as trouble:
            self.trouble = f"{trouble} Until then the formula draws the arrows."
            self.measured = {}
            return
        self.trouble = ""
        self.measured = {"at": self.probe, "gradient": measured.tolist()}

    def _measured_gradient(self, v: FloatArray) -> FloatArray:
        return measure_gradient(self._numerical_gradient, value, v, HALF_DIFFERENCE)


def value(v: FloatArray) -> float:
    """Return x·exp(−(x² + y²)) at the point v = (x, y)."""
    x, y = v
    return float(x * np.exp(-(x**2 + y**2)))


def gradient(v: FloatArray) -> FloatArray:
    """Return the gradient of `value` at the point v = (x, y), by the product rule."""
    x, y = v
    return np.array([1 - 2 * x**2, -2 * x * y]) * np.exp(-(x**2 + y**2))


def _arrows(gradient_at: Callable[[FloatArray], FloatArray]) -> list[list[float]]:
    """List x, y, ∂f/∂x and ∂f/∂y for every arrow."""
    return [
        [x, y, *gradient_at(np.array([x, y])).tolist()]
        for x in ARROWS_X.tolist()
        for y in ARROWS_Y.tolist()
    ]
