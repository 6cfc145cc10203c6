"""How far a minibatch's gradient is from the whole data's, measured for every size of the batch."""

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError
from nand2resnet.widgets.regression_figure import REGRESSION_CSS
from nand2resnet.widgets.regression_learner import Gradient, gradient_of

DRAWS = 150
SEED = 2


class GradientNoise(Figure):
    """Choose the size of a batch and see the gradients of many batches around the exact one.

    For each size, batches are drawn at random and the learner's function computes the gradient of
    each. On the left these gradients, on the right their spread against the size, measured, beside
    the line that theory gives.

    Parameters
    ----------
    squared_error_gradient : callable
        The learner's ``squared_error_gradient(x, y, w, b)``, which returns ``(dw, db)``.
    x, y : array_like of shape (N,)
        The data.
    line : (float, float)
        (w, b), where the gradients are taken.

    Attributes
    ----------
    noise : dict
        Sizes, spreads (measured and by theory), the exact gradient, and for each size the
        gradients of all batches; empty while the function is missing.
    chosen : int
        Number of the chosen size in the list of sizes.

    Examples
    --------
    >>> GradientNoise(squared_error_gradient, x, y)  # doctest: +SKIP
    """

    _esm = module_text("gradient_noise.js")
    _css = Figure._css + REGRESSION_CSS

    noise = traitlets.Dict().tag(sync=True)
    first = traitlets.Int(2).tag(sync=True)
    chosen = traitlets.Int(2).tag(sync=True)

    def __init__(
        self,
        squared_error_gradient: Gradient,
        x: ArrayLike,
        y: ArrayLike,
        line: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        super().__init__()
        x, y, v = (np.asarray(values, dtype=float) for values in (x, y, line))
        try:
            self.noise = measure(squared_error_gradient, x, y, v)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)


def measure(gradient: Gradient, x: FloatArray, y: FloatArray, v: FloatArray) -> dict[str, object]:
    """Measure how the gradients of random batches spread around that of all samples.

    Parameters
    ----------
    gradient : callable
        The learner's ``squared_error_gradient(x, y, w, b)``.
    x, y : ndarray of shape (N,)
        The data.
    v : ndarray of shape (2,)
        The line (w, b).

    Returns
    -------
    dict
        See `GradientNoise.noise`.
    """
    rng = np.random.default_rng(SEED)
    name, n = "squared_error_gradient", len(x)
    exact = gradient_of(gradient, name, x, y, v)
    sizes = [2**power for power in range(int(np.log2(n)) + 1)]
    sizes += [] if sizes[-1] == n else [n]
    gradients = []
    for size in sizes:
        batches = [rng.choice(n, size=size, replace=False) for _ in range(DRAWS)]
        gradients.append([gradient_of(gradient, name, x[rows], y[rows], v) for rows in batches])
    found = np.array(gradients)
    if not np.isfinite(found).all():
        raise LearnerTroubleError(f"`{name}` returned {found[~np.isfinite(found)][0]} for a batch.")
    return {
        "sizes": sizes,
        "measured": spread(found, exact).tolist(),
        "theory": expected_spread(x, y, v, np.array(sizes)).tolist(),
        "exact": exact.tolist(),
        "gradients": found.round(4).tolist(),
    }


def spread(gradients: FloatArray, exact: FloatArray) -> FloatArray:
    """Root of the mean squared distance from the exact gradient, for gradients (S, DRAWS, 2)."""
    distances: FloatArray = np.sqrt(np.mean(np.sum((gradients - exact) ** 2, axis=2), axis=1))
    return distances


def expected_spread(x: FloatArray, y: FloatArray, v: FloatArray, sizes: FloatArray) -> FloatArray:
    """The spread that theory expects of batches drawn without repetition.

    One sample's gradient spreads by σ; the mean of m of them by σ/√m, and, since nobody is drawn
    twice, by √((n - m)/(n - 1)) less.
    """
    n = len(x)
    residuals = v[0] * x + v[1] - y
    each = np.stack([residuals * x, residuals], axis=1)
    sigma = np.sqrt(np.sum(each.var(axis=0)))
    expected: FloatArray = sigma / np.sqrt(sizes) * np.sqrt((n - sizes) / (n - 1))
    return expected
