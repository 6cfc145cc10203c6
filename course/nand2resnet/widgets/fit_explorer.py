"""A line and its cost, side by side: descent with the learner's gradient moves both at once."""

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError
from nand2resnet.widgets.regression_figure import REGRESSION_CSS
from nand2resnet.widgets.regression_learner import Gradient, gradient_of

STEPS = 60
STOPS_PER_DECADE = 12
LOWEST_STOP, HIGHEST_STOP = -24, 1  # from a hundredth of the stable limit to a fifth above it
FIRST_STOP = -3
HALF_WIDTH = {"w": 2.5, "b": 6.0}  # of the part of the plane of all lines that is shown
LEVELS = 11
CORNERS = 72
OUT_OF_SIGHT = 1e4  # nothing is drawn this far away


class FitExplorer(Figure):
    """Choose a first line and a learning rate, and walk through the descent step by step.

    On the left the points with the line of one step, on the right the cost of all lines from above
    with the path of the descent. Every gradient is the learner's.

    Parameters
    ----------
    squared_error_gradient : callable
        The learner's ``squared_error_gradient(x, y, w, b)``, which returns ``(dw, db)``.
    x, y : array_like of shape (N,)
        The points.
    names : (str, str)
        What the axes of the left picture show.

    Attributes
    ----------
    start : list of float
        The first line, (w, b).
    learning_rate : float
        Where the slider stands.
    run : dict
        The path, its costs, and the learning rate it belongs to.

    Examples
    --------
    >>> FitExplorer(squared_error_gradient, load, length)  # doctest: +SKIP
    """

    _esm = module_text("fit_explorer.js")
    _css = Figure._css + REGRESSION_CSS

    data = traitlets.Dict().tag(sync=True)
    surface = traitlets.Dict().tag(sync=True)
    learning_rates = traitlets.List(traitlets.Float()).tag(sync=True)
    limit = traitlets.Float().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    start = traitlets.List(traitlets.Float()).tag(sync=True)
    learning_rate = traitlets.Float().tag(sync=True)
    run = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        squared_error_gradient: Gradient,
        x: ArrayLike,
        y: ArrayLike,
        names: tuple[str, str] = ("x", "y"),
    ) -> None:
        self._gradient = squared_error_gradient
        self._x, self._y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        hessian, best = bottom(self._x, self._y)
        limit = 2 / float(np.linalg.eigvalsh(hessian)[-1])
        rates = limit * 10 ** (np.arange(LOWEST_STOP, HIGHEST_STOP + 1) / STOPS_PER_DECADE)
        first = {
            "start": (best + [-0.75 * HALF_WIDTH["w"], 0.6 * HALF_WIDTH["b"]]).round(2).tolist(),
            "learningRate": float(rates[FIRST_STOP - LOWEST_STOP]),
        }
        super().__init__(
            data={"x": self._x.tolist(), "y": self._y.tolist(), "names": list(names)},
            surface={
                "best": best.tolist(),
                "halfWidth": list(HALF_WIDTH.values()),
                "levels": [level.tolist() for level in level_lines(hessian, best)],
            },
            learning_rates=rates.tolist(),
            limit=limit,
            first=first,
            start=first["start"],
            learning_rate=first["learningRate"],
        )
        self._descend()
        self.observe(lambda _: self._descend(), names=["learning_rate", "start"])

    def _descend(self) -> None:
        v = np.array(self.start)
        path = [v]
        try:
            for _ in range(STEPS):
                slope = gradient_of(
                    self._gradient, "squared_error_gradient", self._x, self._y, path[-1]
                )
                v = path[-1] - self.learning_rate * slope
                if not (np.abs(v) < OUT_OF_SIGHT).all():
                    break
                path.append(v)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.run = {}
            return
        self.trouble = ""
        self.run = {
            "learningRate": self.learning_rate,
            "path": np.array(path).tolist(),
            "costs": [self._cost(v) for v in path],
        }

    def _cost(self, v: FloatArray) -> float:
        return float(np.mean((v[0] * self._x + v[1] - self._y) ** 2) / 2)


def bottom(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the Hessian of the cost, shape (2, 2), and the best line (w, b)."""
    design = np.column_stack([x, np.ones(len(x))])
    best: FloatArray = np.linalg.lstsq(design, y, rcond=None)[0].astype(np.float64)
    return design.T @ design / len(x), best


def level_lines(hessian: FloatArray, best: FloatArray) -> list[FloatArray]:
    """Return closed level lines of the cost, each of shape (M, 2), the highest first.

    Around the bottom the cost rises by ½ (v - best)ᵀ H (v - best), so in the directions of the
    eigenvectors, stretched by 1/√λ, its level lines are circles.
    """
    curvatures, axes = np.linalg.eigh(hessian)
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    ellipse = (axes @ (circle / np.sqrt(curvatures)[:, np.newaxis])).T
    highest = HALF_WIDTH["b"] * float(np.sqrt(curvatures[0])) * 2.2
    return [best + highest * share * ellipse for share in np.linspace(1, 1 / LEVELS, LEVELS)]
