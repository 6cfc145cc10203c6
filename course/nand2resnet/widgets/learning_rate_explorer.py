"""The learning-rate explorer: the learner's own gradient descent on a curve and seen from above."""

from collections.abc import Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import (
    FloatArray,
    GradientDescent,
    LearnerTroubleError,
    descend,
)

MAX_STEPS = 40
TOLERANCE = 1e-6
STOPS_PER_DECADE = 20
LOWEST_STOP, HIGHEST_STOP = -32, 6  # from a fortieth of the stable limit to twice the limit

# What the picture shows: |x| and |y| from above, the distance from the bottom in the cut.
REACH = {"x": 4.4, "y": 3.1, "cut": 3.0}

ARRIVED = 1e-3  # of the height at the start: at the bottom, to the eye
VISIBLE = 0.05  # of the first distance: a crossing of the valley smaller than this is not seen
CROSSINGS = 4  # so many visible crossings make an oscillation
OUT_OF_SIGHT = 1e4  # nothing is drawn this far away; larger numbers would only upset the drawing
DECIMALS = 4  # a thousandth of a pixel; more would only make the message longer


class LearningRateExplorer(Figure):
    """Watch a learning rate crawl, arrive, swing or fly apart, with the learner's own function.

    On the right the valley ½ vᵀ H v from above, on the left the cut through it along its steepest
    direction. The learner's function runs in the kernel for every stop of the slider, and again
    when the start is moved; moving the slider itself only draws, without a wait.

    Parameters
    ----------
    gradient_descent : callable
        The learner's ``gradient_descent(grad, v0, lr, tolerance, max_steps)``; it returns a path
        of shape (T + 1, D), the start first. While it is not written, the figure says so.
    hessian : array_like of shape (2, 2)
        H, symmetric with positive eigenvalues. The largest, λ_max, sets the stable limit 2/λ_max.
    start : sequence of two floats
        Where the ball lies at first: in the picture, so |x| ≤ 4.4, |y| ≤ 3.1 and at most 3 from
        the bottom along the steepest direction.
    learning_rate : float, optional
        The first learning rate, moved to the nearest stop of the slider; 0.9 of the stable limit
        if it is not given.

    Attributes
    ----------
    learning_rate : float
        Where the slider stands.
    start : list of float
        Where the ball lies.
    runs : list of dict
        What the learner's function did at each of `learning_rates`: ``path``, ``verdict`` and
        ``words``, or only ``trouble``.

    Raises
    ------
    ValueError
        If `hessian` is not symmetric of shape (2, 2) with positive eigenvalues, `start` is not in
        the picture, or `learning_rate` is not positive.

    Examples
    --------
    >>> LearningRateExplorer(gradient_descent)  # doctest: +SKIP
    """

    _esm = module_text("learning_rate_explorer.js")

    curvatures = traitlets.List(traitlets.Float()).tag(sync=True)
    steepest = traitlets.List(traitlets.Float()).tag(sync=True)
    learning_rates = traitlets.List(traitlets.Float()).tag(sync=True)
    reach = traitlets.Dict(REACH).tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    learning_rate = traitlets.Float().tag(sync=True)
    start = traitlets.List(traitlets.Float()).tag(sync=True)
    runs = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        gradient_descent: GradientDescent,
        hessian: ArrayLike = ((1.8, 1.6), (1.6, 4.2)),
        start: Sequence[float] = (-1.5, 2.9),
        learning_rate: float | None = None,
    ) -> None:
        self._gradient_descent = gradient_descent
        self._hessian = _checked_hessian(hessian)
        eigenvalues, eigenvectors = np.linalg.eigh(self._hessian)
        self._steepest = eigenvectors[:, 1] * np.sign(eigenvectors[1, 1] or 1.0)
        limit = 2 / float(eigenvalues[1])
        rates = limit * 10 ** (np.arange(LOWEST_STOP, HIGHEST_STOP + 1) / STOPS_PER_DECADE)
        rate = _nearest(rates, 0.9 * limit if learning_rate is None else learning_rate)
        first_start = _checked_start(start, self._steepest)
        super().__init__(
            curvatures=eigenvalues.tolist(),
            steepest=self._steepest.tolist(),
            learning_rates=rates.tolist(),
            first={"learningRate": rate, "start": first_start},
            learning_rate=rate,
            start=first_start,
        )
        self._run_all()
        self.observe(lambda _: self._run_all(), names="start")

    def _run_all(self) -> None:
        self.runs = [self._run(learning_rate) for learning_rate in self.learning_rates]

    def _run(self, learning_rate: float) -> dict[str, object]:
        """Run the learner's function from the start and say what it did."""
        start = np.array(self.start)
        try:
            path = descend(
                self._gradient_descent,
                lambda v: self._hessian @ v,
                start,
                learning_rate,
                TOLERANCE,
                MAX_STEPS,
            )
        except LearnerTroubleError as trouble:
            return {"trouble": str(trouble)}
        verdict, words = judge(path, self._hessian, self._steepest)
        drawn = _in_sight(path).round(DECIMALS).tolist()
        return {"path": drawn, "verdict": verdict, "words": words}


def judge(path: FloatArray, hessian: FloatArray, steepest: FloatArray) -> tuple[str, str]:
    """Say in a word and in a sentence how a descent into the valley ½ vᵀ H v went.

    Parameters
    ----------
    path : ndarray of shape (T + 1, 2)
        The points, the start first.
    hessian : ndarray of shape (2, 2)
        H.
    steepest : ndarray of shape (2,)
        Unit vector along which the valley is steepest.

    Returns
    -------
    verdict : {"slow", "good", "oscillating", "diverging"}
    words : str
        One sentence that counts what happened.
    """
    with np.errstate(all="ignore"):
        heights = 0.5 * np.einsum("ti,ij,tj->t", path, hessian, path)
        across = path @ steepest
    steps = len(path) - 1
    if steps == 0:
        return _judge_rest(heights[0])
    if not np.isfinite(heights).all() or heights[-1] > heights[0]:
        higher = int(np.argmax(~(heights <= heights[0])))
        return "diverging", (
            f"After {_steps(higher)} the ball is higher than where it started, and it climbs on."
        )
    crossings = _visible_crossings(across)
    if crossings >= CROSSINGS:
        return "oscillating", (
            f"The ball jumps across the valley {crossings} times before the swing dies down."
            if abs(across[-1]) < VISIBLE * abs(across[0])
            else f"The ball jumps across the valley again and again: {crossings} times "
            f"in {_steps(steps)}."
        )
    arrived = heights <= ARRIVED * heights[0]
    if arrived.any():
        return "good", f"The ball reaches the bottom in {_steps(int(np.argmax(arrived)))}."
    left = heights[-1] / heights[0]
    return "slow", f"After {_steps(steps)} the ball still has {100 * left:.2g}% of its height."


def _judge_rest(height: float) -> tuple[str, str]:
    if height <= TOLERANCE:
        return "good", "The ball already lies at the bottom."
    return "slow", "The ball did not take a single step, although it lies on a slope."


def _visible_crossings(across: FloatArray) -> int:
    visible = across[np.abs(across) > VISIBLE * abs(across[0])]
    return int(np.sum(visible[1:] * visible[:-1] < 0))


def _steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


def _checked_start(start: Sequence[float], steepest: FloatArray) -> list[float]:
    x, y = (float(coordinate) for coordinate in start)
    across = float(np.dot([x, y], steepest))
    if abs(x) > REACH["x"] or abs(y) > REACH["y"] or abs(across) > REACH["cut"]:
        raise ValueError(
            f"start must lie in the picture, |x| ≤ {REACH['x']}, |y| ≤ {REACH['y']} and at most "
            f"{REACH['cut']} from the bottom along the steepest direction, got ({x}, {y}), which "
            f"is {abs(across):.2f} from the bottom"
        )
    return [x, y]


def _nearest(rates: FloatArray, wanted: float) -> float:
    """Return the stop nearest to a learning rate, by factor rather than by difference."""
    if wanted <= 0:
        raise ValueError(f"learning_rate must be positive, got {wanted}")
    return float(rates[np.abs(np.log(rates / wanted)).argmin()])


def _in_sight(path: FloatArray) -> FloatArray:
    """Cut a path before the first point that cannot be drawn."""
    lost = ~(np.abs(path) < OUT_OF_SIGHT).all(axis=1)
    return path[: int(np.argmax(lost))] if lost.any() else path


def _checked_hessian(hessian: ArrayLike) -> FloatArray:
    matrix = np.asarray(hessian, dtype=float)
    if matrix.shape != (2, 2) or not np.allclose(matrix, matrix.T):
        raise ValueError(f"hessian must be symmetric of shape (2, 2), got {matrix.tolist()}")
    if np.linalg.eigvalsh(matrix)[0] <= 0:
        raise ValueError(
            f"hessian must have positive eigenvalues (a valley), got {matrix.tolist()} with "
            f"eigenvalues {np.linalg.eigvalsh(matrix).tolist()}"
        )
    return matrix
