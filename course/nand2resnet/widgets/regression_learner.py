"""Run the functions of unit 02 that the learner wrote, and make sure that two numbers came back."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

Gradient = Callable[[FloatArray, FloatArray, float, float], object]
Fit = Callable[[FloatArray, FloatArray], object]


def gradient_of(
    function: Gradient, name: str, x: FloatArray, y: FloatArray, v: FloatArray
) -> FloatArray:
    """Run the learner's gradient of a line's cost.

    Parameters
    ----------
    function : callable
        The learner's ``function(x, y, w, b)``, which returns ``(dw, db)``.
    name : str
        What the exercise calls it.
    x, y : ndarray of shape (N,)
        The points.
    v : ndarray of shape (2,)
        The line (w, b).

    Returns
    -------
    ndarray of shape (2,)
        (dw, db), which may be infinite.

    Raises
    ------
    LearnerTroubleError
        If the function is not written yet, raises or returns something else.
    """
    w, b = v.tolist()
    return two_numbers(call(function, x.copy(), y.copy(), w, b, name=name), name, "(dw, db)")


def line_of(function: Fit, name: str, x: FloatArray, y: FloatArray) -> FloatArray:
    """Run the learner's ``function(x, y)``, which returns a line (w, b); see `gradient_of`."""
    return two_numbers(call(function, x.copy(), y.copy(), name=name), name, "(w, b)")


def two_numbers(result: Any, name: str, wanted: str) -> FloatArray:
    """Make an array of shape (2,) of what the learner's function returned, or say what came."""
    if result is None:
        raise LearnerTroubleError(f"`{name}` returned None. Does it end with `return`?")
    try:
        numbers = np.array([np.asarray(part, dtype=np.float64) for part in iter(result)])
    except (TypeError, ValueError):
        numbers = np.array([])
    if numbers.shape != (2,):
        raise LearnerTroubleError(
            f"`{name}` should return the pair {wanted} of two numbers for points with one feature; "
            f"it returned {type(result).__name__} {str(result)[:60]}."
        )
    return numbers
