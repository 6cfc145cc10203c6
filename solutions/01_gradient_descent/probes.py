"""Inputs for the exercises of unit 01, and how they are put to the learner's functions.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.runner.probing import standing_in


def power(exponent: int) -> Callable[[Any], Any]:
    """f(v) = v**exponent, for numbers and arrays."""
    return lambda v: v**exponent


def wave(frequency: float) -> Callable[[Any], Any]:
    """f(v) = sin(frequency * v), for numbers and arrays."""
    return lambda v: np.sin(frequency * v)


def monomial(exponents: np.ndarray) -> Callable[[Any], Any]:
    """The product of v_i**exponents_i over all entries of v: the entries work together."""
    return lambda v: np.prod(np.asarray(v) ** exponents)


def quadratic(hessian: np.ndarray, centre: np.ndarray) -> Callable[[Any], Any]:
    """1/2 (v - centre)^T H (v - centre), for v of any shape with as many entries as centre."""

    def f(v: Any) -> Any:
        away = np.ravel(v) - np.ravel(centre)
        return away @ hessian @ away / 2

    return f


def slope_of_quadratic(hessian: np.ndarray, centre: np.ndarray) -> Callable[[Any], Any]:
    """H (v - centre), in v's shape."""

    def grad(v: Any) -> Any:
        away = np.ravel(v) - np.ravel(centre)
        return (hessian @ away).reshape(np.shape(v))

    return grad


def constant_slope(slope: np.ndarray) -> Callable[[Any], Any]:
    """The same slope everywhere."""
    return lambda _: np.array(slope)


def identity_slope() -> Callable[[Any], Any]:
    """The slope of 1/2 ||v||^2, which is v: the very array that was passed in."""
    return lambda v: v


def transposed(rows: np.ndarray) -> np.ndarray:
    """An array whose rows are not contiguous in memory."""
    return np.array(rows).T


def every_other(values: Sequence[float]) -> np.ndarray:
    """A view that skips every second value."""
    return np.array(values)[::2]


def check_against(
    gradient_check: Callable[..., Any], f: Any, x: Any, df: np.ndarray, numeric: np.ndarray
) -> Any:
    """The relative error, with a numerical gradient that does not depend on the learner's own.

    `numeric` is the gradient of `f` at `x`, so a central difference written in place gives the
    same.
    """
    with standing_in(numerical_gradient=lambda *_, **__: np.array(numeric)):
        return gradient_check(f, x, df)
