"""What kind of difference there is between two arrays of numbers of different shapes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from nand2resnet import wording
from nand2resnet.comparison import Tolerance, agree
from nand2resnet.relations import (
    LARGEST_STUDIED,
    MOST_AXES,
    Relation,
    axis_orders,
    near_whole,
    transposed_by,
)

Equal = Callable[[np.ndarray, np.ndarray], bool]


def shape_relation(actual: np.ndarray, expected: np.ndarray, tolerance: Tolerance) -> Relation:
    """Say how the shapes differ and, where it can be seen, what was done to the values."""

    def equal(left: np.ndarray, right: np.ndarray) -> bool:
        return left.shape == right.shape and bool(agree(left, right, tolerance).all())

    found = None
    if 0 < actual.size <= LARGEST_STUDIED and 0 < expected.size <= LARGEST_STUDIED:
        with np.errstate(all="ignore"):
            found = (
                transposed(actual, expected, equal)
                or reshaped(actual, expected, equal)
                or not_summed(actual, expected, equal)
                or summed_too_far(actual, expected, equal)
                or cut_or_longer(actual, expected, equal)
                or summed_along_another_axis(actual, expected, equal)
            )
    kind, sentence = found or Relation("shape", "")
    return Relation(kind, f"{two_shapes(actual, expected)} {sentence}".rstrip())


def two_shapes(actual: np.ndarray, expected: np.ndarray) -> str:
    """Say both shapes; a single number has none."""
    if expected.ndim == 0:
        return f"An array of shape {actual.shape} came; one number was expected."
    if actual.ndim == 0:
        return f"One number came; an array of shape {expected.shape} was expected."
    return f"The shape is {actual.shape}; {expected.shape} was expected."


def transposed(actual: np.ndarray, expected: np.ndarray, equal: Equal) -> Relation | None:
    """The same values with the axes in another order."""
    for order in axis_orders(expected.ndim):
        if equal(actual, expected.transpose(order)):
            return transposed_by(order)
    return None


def reshaped(actual: np.ndarray, expected: np.ndarray, equal: Equal) -> Relation | None:
    """The same values in the same order, in another shape."""
    if not equal(actual.ravel(), expected.ravel()):
        return None
    if expected.ndim == 0:
        return Relation("shape", "The value is right: take it out of the array.")
    if actual.squeeze().shape != expected.squeeze().shape:
        return Relation("shape", "The values are right: reshape them.")
    if actual.ndim > expected.ndim:
        return Relation("shape", "The values are right: drop the axis of length 1.")
    return Relation("shape", "The values are right: keep an axis of length 1 (keepdims=True).")


def not_summed(actual: np.ndarray, expected: np.ndarray, equal: Equal) -> Relation | None:
    """A sum or mean that was not taken."""
    for axes in groups_of_axes(actual.ndim):
        for name, reduced in (("sum", actual.sum(axis=axes)), ("mean", actual.mean(axis=axes))):
            if equal(np.asarray(reduced), expected):
                missing = f"the {name}{along(axes, actual.ndim)}"
                return Relation("axis", f"What is missing is {missing}.")
    return None


def summed_too_far(actual: np.ndarray, expected: np.ndarray, equal: Equal) -> Relation | None:
    """A sum or mean over more axes than asked for."""
    for axes in groups_of_axes(expected.ndim):
        for name, reduced in (
            ("sum", expected.sum(axis=axes)),
            ("mean", expected.mean(axis=axes)),
        ):
            if equal(actual, np.asarray(reduced)):
                done = f"the {name}{along(axes, expected.ndim)} of what was expected"
                return Relation("axis", f"It is {done}: give sum() or mean() an axis.")
    return None


def along(axes: tuple[int, ...], ndim: int) -> str:
    """Name the axes of a sum, unless all are meant."""
    if len(axes) == ndim:
        return ""
    return f" along {'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))}"


def groups_of_axes(ndim: int) -> Iterator[tuple[int, ...]]:
    """Every non-empty group of axes, small groups first."""
    if ndim <= MOST_AXES:
        for size in range(1, ndim + 1):
            yield from itertools.combinations(range(ndim), size)


def summed_along_another_axis(
    actual: np.ndarray, expected: np.ndarray, equal: Equal
) -> Relation | None:
    """As many axes as expected, of other lengths, and the same total or mean."""
    if actual.ndim != expected.ndim:
        return None
    for name, came, asked in (
        ("total", actual.sum(), expected.sum()),
        ("mean", actual.mean(), expected.mean()),
    ):
        if equal(np.asarray(came), np.asarray(asked)) and not near_whole(asked):
            total = wording.number(asked)
            question = "was the sum taken along another axis?"
            return Relation("axis", f"The {name} is right ({total}): {question}")
    return None


def cut_or_longer(actual: np.ndarray, expected: np.ndarray, equal: Equal) -> Relation | None:
    """Some entries too many or too few at one end of one axis."""
    axes = [
        axis
        for axis in range(expected.ndim)
        if actual.ndim == expected.ndim and actual.shape[axis] != expected.shape[axis]
    ]
    if len(axes) != 1:
        return None
    axis = axes[0]
    length, wanted = actual.shape[axis], expected.shape[axis]
    common = min(length, wanted)
    for end, part in (("end", slice(common)), ("beginning", slice(-common, None))):
        window = (slice(None),) * axis + (part,)
        if equal(actual[window], expected[window]):
            return Relation("shape", too_many_or_few(length, wanted, end, axis, expected.ndim))
    return None


def too_many_or_few(length: int, wanted: int, end: str, axis: int, ndim: int) -> str:
    """Say how many entries are missing or too many, and at which end of which axis."""
    place = f"at the {end}" + ("" if ndim == 1 else f" of axis {axis}")
    count = abs(wanted - length)
    verb = "is" if count == 1 else "are"
    if length < wanted:
        return f"What came is right, but {count} {verb} missing {place}."
    return f"The rest is right, but {count} {verb} too many {place}."
