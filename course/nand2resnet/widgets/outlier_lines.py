"""Drag one point away from the others, and watch the L2 line follow and the L1 line stay."""

import numpy as np
import traitlets

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError
from nand2resnet.widgets.regression_figure import REGRESSION_CSS
from nand2resnet.widgets.regression_learner import Fit, Gradient, gradient_of, line_of

REACH = {"x": [-3.2, 3.2], "y": [-6.0, 9.0]}
OTHERS_X = np.linspace(-2.75, 2.25, 11)
SCATTER = np.array([0.2, -0.35, 0.1, 0.3, -0.2, -0.1, 0.35, -0.25, 0.15, 0.05, -0.25])
OTHERS_Y = 0.8 * OTHERS_X + 1 + SCATTER
FIRST_OUTLIER = (2.75, -4.5)
STEPS = 600
FIRST_RATE, RATE_HALVED_AFTER = 0.5, 40


class OutlierLines(Figure):
    """Drag the twelfth point: the lines of least squares and of least absolute residuals follow.

    Parameters
    ----------
    normal_equation : callable
        The learner's ``normal_equation(x, y)``: the L2 line is its work.
    absolute_error_gradient : callable
        The learner's ``absolute_error_gradient(x, y, w, b)``: descent with it and a shrinking
        learning rate finds the L1 line.

    Attributes
    ----------
    outlier : list of float
        Where the twelfth point lies.
    lines : dict
        ``{"l2": [w, b], "l1": [w, b], "others": [w, b]}``, the last without the twelfth point;
        empty while a function is missing.

    Examples
    --------
    >>> OutlierLines(normal_equation, absolute_error_gradient)  # doctest: +SKIP
    """

    _esm = module_text("outlier_lines.js")
    _css = Figure._css + REGRESSION_CSS

    reach = traitlets.Dict(REACH).tag(sync=True)
    others: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    first = traitlets.List(traitlets.Float()).tag(sync=True)
    outlier = traitlets.List(traitlets.Float()).tag(sync=True)
    lines = traitlets.Dict().tag(sync=True)

    def __init__(self, normal_equation: Fit, absolute_error_gradient: Gradient) -> None:
        self._normal_equation = normal_equation
        self._absolute_error_gradient = absolute_error_gradient
        super().__init__(
            others=np.column_stack([OTHERS_X, OTHERS_Y]).tolist(),
            first=list(FIRST_OUTLIER),
            outlier=list(FIRST_OUTLIER),
        )
        self._fit()
        self.observe(lambda _: self._fit(), names="outlier")

    def _fit(self) -> None:
        x, y = np.append(OTHERS_X, self.outlier[0]), np.append(OTHERS_Y, self.outlier[1])
        try:
            squared = line_of(self._normal_equation, "normal_equation", x, y)
            absolute = least_absolute(self._absolute_error_gradient, x, y)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.lines = {}
            return
        self.trouble = ""
        self.lines = {
            "outlier": self.outlier,
            "l2": squared.tolist(),
            "l1": absolute.tolist(),
            "others": np.polyfit(OTHERS_X, OTHERS_Y, 1).tolist(),
        }


def least_absolute(gradient: Gradient, x: FloatArray, y: FloatArray) -> FloatArray:
    """Descend to the line with the least mean absolute residual.

    The gradient does not fade towards the bottom, so the learning rate has to; the mean of the
    last half of the path smooths what hopping is left.

    Parameters
    ----------
    gradient : callable
        The learner's ``absolute_error_gradient(x, y, w, b)``.
    x, y : ndarray of shape (N,)
        The points.

    Returns
    -------
    ndarray of shape (2,)
        (w, b).
    """
    v = np.array([0.0, float(np.median(y))])
    path = []
    for step in range(STEPS):
        rate = FIRST_RATE / (1 + step / RATE_HALVED_AFTER)
        v = v - rate * gradient_of(gradient, "absolute_error_gradient", x, y, v)
        path.append(v)
    line: FloatArray = np.mean(path[STEPS // 2 :], axis=0)
    if not np.isfinite(line).all():
        raise LearnerTroubleError(
            "Descent with `absolute_error_gradient` ran away to infinity. Does its check pass?"
        )
    return line
