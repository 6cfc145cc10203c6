"""When numbers count as equal: a tolerance by dtype, NaN equal to NaN, integers exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nand2resnet.wording import is_number

NUMERIC_KINDS = "biufc"
"""NumPy's kinds of dtype that hold numbers: bool, integers, floats, complex."""

DEFAULTS = {2: (1e-2, 1e-2), 4: (1e-4, 1e-6), 8: (1e-6, 1e-9)}
"""Relative and absolute tolerance by the bytes of one real number (float16, 32, 64)."""
EXACT = (0.0, 0.0)


@dataclass(frozen=True)
class Tolerance:
    """How far apart two numbers may be; what is None depends on their dtypes.

    Parameters
    ----------
    rtol, atol : float, optional
        ``actual`` counts as ``expected`` when they differ by at most
        ``atol + rtol * abs(expected)``.
    single : bool
        Numbers of single precision went in: then one right way may round to them in between, and
        another answer in double precision, so both get the patience of single precision.
    """

    rtol: float | None = None
    atol: float | None = None
    single: bool = False

    def between(self, actual: np.dtype, expected: np.dtype) -> tuple[float, float]:
        """The relative and absolute tolerance for two dtypes: that of the coarser float.

        An answer of half precision where none was asked for counts as one of single precision:
        otherwise whoever rounds enough is right.
        """
        came, asked = bytes_of_a_real(actual), bytes_of_a_real(expected)
        sizes = [size for size in (came and max(4, came), asked) if size]
        if sizes and self.single:
            sizes.append(4)
        rtol, atol = DEFAULTS[min(sizes)] if sizes else EXACT
        return (
            rtol if self.rtol is None else self.rtol,
            atol if self.atol is None else self.atol,
        )


def hold_single_precision(values: Any) -> bool:
    """Whether a number in nested values is of single precision."""
    if isinstance(values, np.ndarray | np.generic):
        return bytes_of_a_real(values.dtype) == 4
    if isinstance(values, Mapping):
        return any(map(hold_single_precision, values.values()))
    return isinstance(values, list | tuple) and any(map(hold_single_precision, values))


def bytes_of_a_real(dtype: np.dtype) -> int | None:
    """Bytes of one real number of a float or complex dtype, at most 8; None for integers."""
    if dtype.kind not in "fc":
        return None
    return min(8, dtype.itemsize // (2 if dtype.kind == "c" else 1))


def agree(actual: np.ndarray, expected: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """Entry by entry, whether two numeric arrays of one shape are equal within tolerance.

    Parameters
    ----------
    actual, expected : ndarray
        Numbers, of the same shape.
    tolerance : Tolerance
        How far apart they may be.

    Returns
    -------
    ndarray of bool
        Of the same shape.
    """
    rtol, atol = tolerance.between(actual.dtype, expected.dtype)
    with np.errstate(all="ignore"):
        same = np.asarray(actual == expected)
        if same.all() or ((rtol, atol) == EXACT and actual.dtype.kind not in "fc"):
            return same
        left, right = widened(actual), widened(expected)
        gap = np.abs(left - right)
        near = np.isfinite(gap) & (gap <= atol + np.abs(rtol * right))
        both_nan = np.isnan(left) & np.isnan(right)
    return np.asarray(same | near | both_nan)


def widened(array: np.ndarray) -> np.ndarray:
    """Numbers as float64 or complex128, in which differences are taken."""
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def as_numbers(value: Any) -> np.ndarray | None:
    """A number as a 0-d array, or an array of numbers as it is; None for anything else.

    A Python integer too large for 64 bits becomes a float64, or None where even that is too
    small.
    """
    if isinstance(value, np.ndarray):
        return np.asarray(value) if value.dtype.kind in NUMERIC_KINDS else None
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        try:
            return np.asarray(float(value))
        except OverflowError:
            return None
    return np.asarray(value) if is_number(value) else None


def is_whole(value: Any) -> bool:
    """Whether a value is one integer (or truth value) by its type."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "biu"
    return is_number(value) and isinstance(value, (int, np.integer, np.bool_))
