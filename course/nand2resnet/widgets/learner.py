"""Run a function the learner wrote, and put whatever goes wrong into words a figure can show."""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from nand2resnet.failure import called

FloatArray = NDArray[np.float64]
Gradient = Callable[[FloatArray], FloatArray]
GradientDescent = Callable[[Gradient, FloatArray, float, float, int], object]
NumericalGradient = Callable[[Callable[[FloatArray], float], FloatArray, float], object]

# A step needs one gradient; code that asks twice a step is slow but right.
GRADIENTS_PER_STEP = 4


class LearnerTroubleError(Exception):
    """The learner's function gave nothing the figure can draw; the text says why and what to do."""


def descend(
    gradient_descent: GradientDescent,
    grad: Gradient,
    start: FloatArray,
    learning_rate: float,
    tolerance: float,
    max_steps: int,
) -> FloatArray:
    """Run the learner's ``gradient_descent`` and make sure that a path came back.

    Parameters
    ----------
    gradient_descent : callable
        The learner's ``gradient_descent(grad, v0, lr, tolerance, max_steps)``.
    grad : callable
        Gradient of the landscape, from shape (D,) to shape (D,).
    start : ndarray of shape (D,)
        Where the ball is put.
    learning_rate, tolerance : float
        Handed to the learner's function.
    max_steps : int
        Handed to the learner's function, which is stopped when it goes on for much longer.

    Returns
    -------
    ndarray of shape (T + 1, D)
        The path, `start` first. May end in infinities: a path that diverges is a result.

    Raises
    ------
    LearnerTroubleError
        If the function is not written yet, raises, never ends, or returns something else.
    """
    limit = GRADIENTS_PER_STEP * (max_steps + 1)
    grad = _ending(grad, limit, max_steps)
    arguments = (grad, start.copy(), learning_rate, tolerance, max_steps)
    return _checked_path(call(gradient_descent, *arguments, name="gradient_descent"), start)


def measure_gradient(
    numerical_gradient: NumericalGradient,
    f: Callable[[FloatArray], float],
    v: FloatArray,
    h: float,
) -> FloatArray:
    """Run the learner's ``numerical_gradient`` at a point and make sure a gradient came back.

    Parameters
    ----------
    numerical_gradient : callable
        The learner's ``numerical_gradient(f, v, h)``.
    f : callable
        Function from shape (D,) to a number.
    v : ndarray of shape (D,)
        The point.
    h : float
        Half the distance between the two points of a difference.

    Returns
    -------
    ndarray of shape (D,)
        The learner's gradient, finite.

    Raises
    ------
    LearnerTroubleError
        If the function is not written yet, raises, or returns something else.
    """
    gradient = _as_floats(
        call(numerical_gradient, f, v.copy(), h, name="numerical_gradient"), "numerical_gradient"
    )
    if gradient.shape != v.shape:
        raise LearnerTroubleError(
            f"`numerical_gradient` returned an array of shape {gradient.shape} for a point of "
            f"shape {v.shape}. The gradient has one number for each coordinate."
        )
    if not np.isfinite(gradient).all():
        raise LearnerTroubleError(
            f"`numerical_gradient` returned {gradient} at the point {v}. "
            f"It was called with h = {h}: is h what you divide by?"
        )
    return gradient


def call(function: Callable[..., object], *args: object, name: str) -> object:
    """Call a function the learner wrote.

    Its prints and warnings are dropped: a figure calls it at every movement of a slider.

    Parameters
    ----------
    function : callable
        The function.
    *args : object
        What it is called with.
    name : str
        What the exercise calls the function.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    LearnerTroubleError
        If `function` cannot be called, is not written yet or raises anything.
    """
    if not callable(function):
        raise LearnerTroubleError(
            f"This figure needs the function `{name}` itself; it got {type(function).__name__}."
        )
    try:
        with _quiet():
            return function(*args)
    except LearnerTroubleError:
        raise
    except NotImplementedError as error:
        raise LearnerTroubleError(
            f"`{_raised_by(error, name)}` is not written yet: write it above, then run this cell "
            "again."
        ) from None
    except KeyboardInterrupt:
        raise LearnerTroubleError(f"`{name}` was interrupted before it returned.") from None
    except Exception as error:  # noqa: BLE001 - whatever a learner's function raises is shown
        raise LearnerTroubleError(
            f"`{name}` raised {type(error).__name__}{_at_line(error.__traceback__)}: {error}"
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    with (
        redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def _raised_by(error: NotImplementedError, name: str) -> str:
    """Name the unwritten function: perhaps one that the learner's function calls."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    innermost = "" if traceback is None else called(traceback.tb_frame.f_code)
    return innermost if innermost.isidentifier() and innermost != call.__name__ else name


def _at_line(traceback: TracebackType | None) -> str:
    """Say where in the learner's function: the innermost line of the file or cell it stands in."""
    frames = []
    while traceback is not None:
        frames.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    if len(frames) < 2:  # the call itself failed: wrong number of arguments
        return ""
    cell = frames[1][0]  # frames[0] is ours
    line = [number for filename, number in frames if filename == cell][-1]
    return f" in line {line} of its cell"


def _ending(grad: Gradient, limit: int, max_steps: int) -> Gradient:
    """Make `grad` raise after `limit` calls: a loop without end would hang the kernel."""
    calls = 0

    def counted(v: FloatArray) -> FloatArray:
        nonlocal calls
        calls += 1
        if calls > limit:
            raise LearnerTroubleError(
                f"`gradient_descent` was still asking for gradients after {limit} calls, although "
                f"max_steps is {max_steps}. Does its loop end?"
            )
        return grad(v)

    return counted


def _checked_path(result: object, start: FloatArray) -> FloatArray:
    path = _as_floats(result, "gradient_descent")
    if path.ndim != start.ndim + 1 or path.shape[1:] != start.shape or len(path) == 0:
        raise LearnerTroubleError(
            f"`gradient_descent` returned an array of shape {path.shape}. From a start of shape "
            f"{start.shape} the path has shape (T + 1, {start.size}): the start and every point "
            "after it, one a row."
        )
    if not np.allclose(path[0], start):
        raise LearnerTroubleError(
            f"The path of `gradient_descent` begins at {path[0]}, but the ball was put at {start}. "
            "The first row is the start; keep a copy of each point, not the same array."
        )
    return path


def _as_floats(result: object, name: str) -> FloatArray:
    if result is None:
        raise LearnerTroubleError(f"`{name}` returned None. Does it end with `return`?")
    try:
        return np.asarray(result, dtype=float)
    except (TypeError, ValueError):
        raise LearnerTroubleError(
            f"`{name}` returned {type(result).__name__}, which is not an array of numbers."
        ) from None
