"""What kind of difference there is between two arrays of numbers of one shape.

Each function below looks for one relation and describes it, or returns None. They are tried in
the order of ``RELATIONS``; the first that holds within the tolerance is the answer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from nand2resnet import wording
from nand2resnet.comparison import Tolerance, agree, widened

LARGEST_STUDIED = 1_000_000
"""Entries beyond which no relation is looked for: sorting and transposing would take too long."""
MOST_AXES = 5
ROUNDING = 1e-12
"""Relative error that a relation between exact integers may have, seen in float64."""
LARGEST_WRITTEN_OUT = 1_000_000
"""Factors up to this (or down to one over this) are written as whole numbers (or 1/n)."""
LARGEST_DENOMINATOR = 12
"""Factors such as 2/3 are written as a fraction up to this denominator."""


class Relation(NamedTuple):
    """A kind of difference and the sentence that says it."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Pair:
    """Two different numeric arrays of one shape, and what is known of the call.

    Parameters
    ----------
    actual, expected : ndarray
        What came and what was expected.
    tolerance : Tolerance
        How far apart equal numbers may be.
    inputs : mapping of str to value
        What the function was called with; sizes of these are looked for in factors.
    """

    actual: np.ndarray
    expected: np.ndarray
    tolerance: Tolerance
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def came(self) -> np.ndarray:
        """``actual`` as float64 or complex128."""
        return widened(self.actual)

    @cached_property
    def asked(self) -> np.ndarray:
        """``expected`` as float64 or complex128."""
        return widened(self.expected)

    def equal(self, actual: np.ndarray, expected: np.ndarray) -> bool:
        """Whether two arrays of one shape are equal, by the tolerance of this pair's dtypes."""
        rtol, atol = self.tolerance.between(self.actual.dtype, self.expected.dtype)
        return bool(agree(actual, expected, Tolerance(max(rtol, ROUNDING), atol)).all())

    @property
    def real(self) -> bool:
        """Whether neither side holds complex numbers."""
        return "c" not in (self.actual.dtype.kind, self.expected.dtype.kind)

    @property
    def single(self) -> bool:
        """Whether there is one number only, of which much is true by chance."""
        return self.expected.size == 1

    @property
    def whole(self) -> bool:
        """Whether both hold integers or truth values."""
        return self.actual.dtype.kind in "biu" and self.expected.dtype.kind in "biu"

    @property
    def telling(self) -> bool:
        """Whether a factor or a shift common to all entries would be no coincidence."""
        values = self.asked[self.asked != 0]
        return values.size > 1 and not self.equal(values, np.full_like(values, values.flat[0]))


def relation(pair: Pair) -> Relation | None:
    """The first relation of ``RELATIONS`` that holds between two arrays, if any."""
    if not 0 < pair.expected.size <= LARGEST_STUDIED:
        return None
    with np.errstate(all="ignore"):
        if not np.isfinite(pair.asked).all() or not np.isfinite(pair.came).all():
            return overflow(pair)
        return next((found for look in RELATIONS if (found := look(pair))), None)


def overflow(pair: Pair) -> Relation | None:
    """NaN or infinity came where a finite number was expected."""
    wrong = ~np.isfinite(pair.came) & np.isfinite(pair.asked)
    if not wrong.any():
        return None
    if np.isnan(pair.came[wrong]).any():
        name, cause = "nan (not a number)", "0/0, inf - inf, or the logarithm of a negative number"
    else:
        name, cause = "inf (infinity)", "a division by zero, log(0), or a number grown too large"
    if pair.single:
        return Relation("overflow", f"{name} comes from {cause}.")
    count = f"{wrong.sum()} of {wording.counted(wrong.size, 'value')}"
    verb = "is" if wrong.sum() == 1 else "are"
    return Relation("overflow", f"{count} {verb} {name}: look for {cause}.")


def wrapped(pair: Pair) -> Relation | None:
    """A small integer dtype that ran over its end."""
    dtype = pair.actual.dtype
    if dtype.kind not in "iu" or dtype.itemsize > 4 or not pair.real:
        return None
    limits = np.iinfo(dtype)
    if not ((pair.asked < limits.min) | (pair.asked > limits.max)).any():
        return None
    period = 2.0 ** (8 * dtype.itemsize)
    turned = (np.floor(pair.asked) - limits.min) % period + limits.min
    if not (turned == pair.came).all():
        return None
    return Relation(
        "overflow",
        f"The dtype {dtype} holds only {limits.min} to {limits.max}; larger results wrap around. "
        "Convert to float first.",
    )


def sign(pair: Pair) -> Relation | None:
    """The right size with the wrong sign, everywhere or in places."""
    if pair.equal(-pair.came, pair.asked):
        return Relation("sign", "The sign is wrong." if pair.single else "Every sign is wrong.")
    if not pair.real or not pair.equal(np.abs(pair.came), np.abs(pair.asked)):
        return None
    wrong = int((np.sign(pair.came) * np.sign(pair.asked) < 0).sum())
    if not wrong:
        return None
    return Relation("sign", f"All is right but the sign of {wording.counted(wrong, 'value')}.")


def integer(pair: Pair) -> Relation | None:
    """The decimals are gone: cut off, rounded down or rounded."""
    if not pair.real or pair.equal(pair.asked, np.rint(pair.asked)):
        return None
    if pair.actual.dtype.kind == "f" and not pair.came.any():
        return None
    ways = (("cut off", np.trunc), ("rounded down", np.floor), ("rounded", np.rint))
    for way, rounding in ways:
        if (pair.came == rounding(pair.asked)).all():
            source = "round()" if way == "rounded" else "an integer array, int() or //"
            return Relation("integer", f"The decimals were {way}: look for {source}.")
    return None


def factor(pair: Pair) -> Relation | None:
    """Everything multiplied by one number."""
    ratio = common_ratio(pair)
    if ratio is None:
        return None
    source = source_of_factor(abs(ratio), pair)
    # Between two single numbers there is always a ratio: only one with a source says something.
    if not pair.telling and (source is None or pair.whole):
        return None
    subject = "That is" if pair.single else "Every value is"
    return Relation("factor", f"{subject} {times(ratio)} what was expected{source or ''}.")


def common_ratio(pair: Pair) -> float | None:
    """The real number c for which actual = c * expected, if there is one."""
    at = np.unravel_index(np.argmax(np.abs(pair.asked)), pair.asked.shape)
    if pair.asked[at] == 0 or pair.came[at] == 0:
        return None
    ratio = pair.came[at] / pair.asked[at]
    if not np.isfinite(ratio) or abs(ratio.imag) > 1e-9 * abs(ratio.real):
        return None
    # Dividing, not multiplying: a small factor must not bring all values under atol.
    scaled = pair.came / ratio.real
    return float(ratio.real) if pair.equal(scaled, pair.asked) else None


def times(ratio: float) -> str:
    """``2 times``, ``half of``, ``1/5 of``, ``-2/3 of``, ``1.07 times``."""
    if near(ratio, 0.5):
        return "half of"
    if 0.5 < abs(ratio) < LARGEST_WRITTEN_OUT and near(ratio, round(ratio)):
        return f"{round(ratio)} times"
    if 1 / LARGEST_WRITTEN_OUT < abs(ratio) < 1 and near(1 / ratio, round(1 / ratio)):
        return f"{'-' if ratio < 0 else ''}1/{abs(round(1 / ratio))} of"
    fraction = Fraction(ratio).limit_denominator(LARGEST_DENOMINATOR)
    if fraction.denominator > 1 and near(ratio, float(fraction)):
        return f"{fraction.numerator}/{fraction.denominator} of"
    return f"{wording.number(ratio)} times"


def near(value: float, other: float) -> bool:
    """Whether a factor is meant to be a certain number."""
    return math.isclose(value, other, rel_tol=1e-5)


def source_of_factor(size: float, pair: Pair) -> str | None:
    """Where a factor may come from, as the end of a sentence; None if that cannot be said."""
    for number, name in numbers_of(pair):
        written = wording.number(number)
        for multiple, prefix in ((1, ""), (2, "2 * ")):
            if near(size, multiple * number) or near(size, 1 / (multiple * number)):
                known = f"{written} is {name}"
                total = "" if multiple == 1 else f"{wording.number(multiple * number)} = "
                return f" ({total}{prefix}{written}, and {known})" if prefix else f" ({known})"
    return "" if near(size, 2) or near(size, 0.5) else None


def numbers_of(pair: Pair) -> Iterator[tuple[float, str]]:
    """Numbers that a factor may be, and what they are: sizes first, then plain arguments."""
    for name, value in pair.inputs.items():
        yield from sizes(value, f"`{name}`")
    yield from sizes(pair.expected, "the result")
    for name, value in pair.inputs.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            known = abs(value) in (0, 0.5, 1, 2) or not 1e-300 < abs(value) < 1e300
            if not known:
                yield abs(value), f"`{name}`" if value > 0 else f"the size of `{name}`"


def sizes(value: Any, name: str) -> Iterator[tuple[int, str]]:
    """The sizes of an array, list or tuple that are more than 1."""
    if isinstance(value, (list, tuple)) and len(value) > 1:
        yield len(value), f"the length of {name}"
    if not isinstance(value, np.ndarray):
        return
    if value.ndim == 1 and value.size > 1:
        yield value.size, f"the length of {name}"
    if value.ndim > 1:
        for axis, size in enumerate(value.shape):
            if size > 1:
                yield size, f"the size of {name} along axis {axis}"
        if value.size > 1:
            yield value.size, f"the number of values in {name}"


def shifted(pair: Pair) -> Relation | None:
    """The same number added everywhere."""
    if not pair.telling:
        return None
    gap = (pair.came - pair.asked).flat[0]
    if not pair.equal(pair.came - gap, pair.asked):
        return None
    if not pair.real:
        return Relation("shifted", f"Every value is shifted by {wording.number(gap)}.")
    size, direction = wording.number(abs(gap)), "large" if gap > 0 else "small"
    return Relation("shifted", f"Every value is too {direction} by the same amount, {size}.")


def transposed(pair: Pair) -> Relation | None:
    """Axes in another order, where the shape does not show it."""
    shape = pair.expected.shape
    for order in axis_orders(len(shape)):
        same_shape = tuple(shape[axis] for axis in order) == shape
        if same_shape and pair.equal(pair.came, pair.asked.transpose(order)):
            return transposed_by(order)
    return None


def transposed_by(order: tuple[int, ...]) -> Relation:
    """Say in which order the axes came."""
    if len(order) == 2:
        return Relation("transposed", "It is transposed: rows and columns have changed places.")
    return Relation("transposed", f"The axes came in the order {order}.")


def axis_orders(axes: int) -> Iterator[tuple[int, ...]]:
    """Every order of the axes but the natural one; none for arrays of many axes."""
    if 2 <= axes <= MOST_AXES:
        yield from itertools.islice(itertools.permutations(range(axes)), 1, None)


def permuted(pair: Pair) -> Relation | None:
    """The right values at other places."""
    if pair.single or not pair.real:
        return None
    if not pair.equal(np.sort(pair.came, axis=None), np.sort(pair.asked, axis=None)):
        return None
    # Two arrays of labels 0 and 1 often hold equally many of each: that says nothing.
    if np.unique(pair.asked).size < max(2, min(3, pair.expected.size)):
        return None
    return Relation("permuted", f"The values are right but {new_places(pair)}.")


def new_places(pair: Pair) -> str:
    """How permuted values have moved."""
    axes = range(pair.expected.ndim)
    along = "" if pair.expected.ndim == 1 else " along axis {}"
    for axis in axes:
        if pair.equal(pair.came, np.flip(pair.asked, axis)):
            return "in reverse order" + along.format(axis)
    for axis in axes:
        for step in (1, -1):
            if pair.equal(pair.came, np.roll(pair.asked, step, axis)):
                return f"one place too {'late' if step > 0 else 'early'}" + along.format(axis)
    return "at other places (in another order)"


def wrong_axis(pair: Pair) -> Relation | None:
    """The right total, distributed otherwise."""
    if pair.single or pair.whole:
        return None
    total, expected = pair.came.sum(), pair.asked.sum()
    # A whole total (0, or a number of rows of probabilities) is right by chance or by design.
    if not pair.equal(total, expected) or near_whole(expected):
        return None
    return Relation(
        "axis",
        f"The total is right ({wording.number(expected)}), its parts are not: "
        "is the sum taken along the right axis?",
    )


def near_whole(total: Any) -> bool:
    """Whether a total is a whole number but for rounding."""
    return bool(abs(total - np.rint(total)) <= 1e-5 * max(1.0, abs(total)))


def power(pair: Pair) -> Relation | None:
    """The square, or the square root, of what was expected."""
    if pair.whole or not pair.real:
        return None
    subject = "That is" if pair.single else "Every value is"
    for name, version in (("square", pair.asked**2), ("square root", np.sqrt(pair.asked))):
        if pair.equal(pair.came, version):
            return Relation("values", f"{subject} the {name} of what was expected.")
    return None


def all_zero(pair: Pair) -> Relation | None:
    """Nothing was filled in."""
    if pair.single or pair.came.any():
        return None
    return Relation("values", "Every value that came is 0.")


RELATIONS: tuple[Callable[[Pair], Relation | None], ...] = (
    *(wrapped, sign, integer, all_zero, factor, shifted, transposed, permuted, power, wrong_axis),
)
