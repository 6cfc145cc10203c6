"""What kind of difference there is between what came and what was expected, in plain words.

The checks in a learner's notebook and the grader's oracle both ask this module, so that a value
that passes here passes there. Values are compared as plain data: numbers, text, arrays, tuples,
lists and dicts. Nothing is called on them that their own code could have replaced.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nand2resnet import wording
from nand2resnet.comparison import Tolerance, agree, as_numbers, hold_single_precision, is_whole
from nand2resnet.relations import Pair, relation
from nand2resnet.shapes import shape_relation

DEEPEST = 50
"""Levels of tuples, lists and dicts that are compared."""
MOST_REORDERED = 4
"""Returned values whose order is looked at."""


@dataclass(frozen=True)
class Difference:
    """How what came differs from what was expected.

    Attributes
    ----------
    kind : str
        One of "type", "shape", "transposed", "factor", "sign", "shifted", "axis", "permuted",
        "overflow", "integer", "dtype", "keys", "length", "values".
    text : str
        One or two sentences for the learner: what came, what was expected, how they differ.
    first : str
        Only where they first differ, for places where ``text`` would say too much; may be empty.
    """

    kind: str
    text: str
    first: str = ""


DIFFERENT = Difference("values", "They differ.")
"""The answer of a brief comparison."""


def explain(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Difference | None:
    """Say how ``actual`` differs from ``expected``, or None if they are equal.

    NumPy scalars, 0-d arrays and Python numbers are the same thing, a truth value is 0 or 1, a
    tuple equals a list. An array is expected as an array, of exactly its shape. NaN equals NaN.

    Parameters
    ----------
    actual, expected : plain data
        None, numbers, text, arrays, and tuples, lists and dicts of these.
    rtol, atol : float, optional
        Numbers are equal when they differ by at most ``atol + rtol * abs(expected)``. By default
        the coarser dtype of the two decides: float64 1e-6 and 1e-9, float32 1e-4 and 1e-6,
        float16 1e-2 and 1e-2, integers exact.
    inputs : mapping of str to value, optional
        The arguments of the call by name: their sizes are looked for in factors ("5 times: 5 is
        the length of `x`"). If one is of single precision, so is the default tolerance.

    Returns
    -------
    Difference or None
        The first difference.
    """
    tolerance = Tolerance(rtol, atol, hold_single_precision(inputs or {}))
    return compare(actual, expected, Context(tolerance, inputs or {}))


def equal(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> bool:
    """Say whether :func:`explain` would return None, without working out what it would say.

    Parameters
    ----------
    actual, expected, rtol, atol, inputs
        As for :func:`explain`.

    Returns
    -------
    bool
        True if nothing differs.
    """
    tolerance = Tolerance(rtol, atol, hold_single_precision(inputs or {}))
    return compare(actual, expected, Context(tolerance, brief=True)) is None


@dataclass(frozen=True)
class Context:
    """What holds for one comparison, and the place it has reached.

    In a ``brief`` one nobody reads what the difference is, only that there is one.
    """

    tolerance: Tolerance
    inputs: Mapping[str, Any] = field(default_factory=dict)
    where: tuple[str, ...] = ()
    brief: bool = False

    def inside(self, place: str) -> Context:
        """The context of a part of the values."""
        return replace(self, where=(*self.where, place))

    def found(self, kind: str, text: str, first: str = "") -> Difference:
        """A difference at this place."""
        if not self.where:
            return Difference(kind, text, first)
        place = ", ".join(self.where)
        start = f"{place[0].upper()}{place[1:]}: "
        return Difference(kind, start + text, start + first if first else "")

    def unlike(self, actual: Any, wanted: str, advice: str = "") -> Difference:
        """A difference of type."""
        came = wording.described(actual)
        text = f"{came[0].upper()}{came[1:]} came; {wanted} was expected."
        return self.found("type", f"{text} {advice}".rstrip())


def compare(actual: Any, expected: Any, context: Context) -> Difference | None:
    """Compare two values at one place, by what is expected there."""
    actual, expected = unwrapped(actual), unwrapped(expected)
    if actual is expected:
        return None
    if len(context.where) > DEEPEST:
        return context.found("type", f"The values are nested more than {DEEPEST} deep.")
    if expected is None:
        return context.unlike(actual, "None")
    if actual is None:
        wanted = wording.described(expected)
        return context.unlike(None, wanted, "Does the function end with `return`?")
    if wording.is_number(expected):
        return compare_numbers(actual, expected, context)
    for expected_type, comparison in COMPARISONS:
        if isinstance(expected, expected_type):
            return comparison(actual, expected, context)
    return compare_objects(actual, expected, context)


def unwrapped(value: Any) -> Any:
    """What a 0-d array holds; any other value as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def compare_arrays(actual: Any, expected: np.ndarray, context: Context) -> Difference | None:
    """Compare with an array of at least one axis."""
    if isinstance(actual, (list, tuple)):
        advice = "Return a NumPy array, for instance np.array(...)."
        return context.unlike(actual, wording.described(expected), advice)
    if not isinstance(actual, np.ndarray) and not wording.is_number(actual):
        return context.unlike(actual, wording.described(expected))
    came, asked = as_numbers(actual), as_numbers(expected)
    if came is not None and asked is not None:
        return compare_numeric_arrays(came, asked, context)
    if np.shape(actual) != expected.shape:
        wanted = wording.described(expected)
        return context.found("shape", f"The shape is {np.shape(actual)}; {wanted} was expected.")
    if asked is not None:
        return unlike_dtypes(actual, expected, context)
    return compare_other_arrays(actual, expected, context)


def unlike_dtypes(actual: np.ndarray, expected: np.ndarray, context: Context) -> Difference:
    """Say that an array does not hold numbers."""
    text = f"The array has dtype {actual.dtype}; numbers ({expected.dtype}) were expected."
    if actual.dtype.kind == "O":
        text += " That happens when None, lists or rows of different lengths are put into it."
    return context.found("dtype", text)


def compare_other_arrays(actual: Any, expected: np.ndarray, context: Context) -> Difference | None:
    """Compare arrays of text, objects, dates or records, of the same shape."""
    if expected.dtype.kind in "OUS":
        flat = [np.asarray(array).ravel().tolist() for array in (actual, expected)]
        return compare_entries(flat[0], flat[1], context, "entry {}")
    if actual.dtype != expected.dtype:
        text = f"The array has dtype {actual.dtype}; {expected.dtype} was expected."
        return context.found("dtype", text)
    if actual.tobytes() != expected.tobytes():
        return context.found("values", "The values of the arrays differ.")
    return None


def compare_numeric_arrays(
    actual: np.ndarray, expected: np.ndarray, context: Context
) -> Difference | None:
    """Compare two arrays of numbers."""
    if actual.shape != expected.shape:
        return unlike_shapes(actual, expected, context)
    wrong = ~agree(actual, expected, context.tolerance)
    if not wrong.any():
        return None
    if context.brief:
        return DIFFERENT
    at = tuple(int(axis[0]) for axis in np.nonzero(wrong))
    came, asked = wording.two_numbers(actual[at], expected[at])
    first = f"First difference, at {list(at)}: {came} came, {asked} was expected."
    found = relation(Pair(actual, expected, context.tolerance, context.inputs))
    kind, sentence = found or ("values", how_many(wrong))
    return context.found(kind, f"{sentence} {first}", first)


def unlike_shapes(actual: np.ndarray, expected: np.ndarray, context: Context) -> Difference:
    """Say how the shapes of two arrays of numbers differ."""
    if context.brief:
        return DIFFERENT
    kind, text = shape_relation(actual, expected, context.tolerance)
    return context.found(kind, text)


def how_many(wrong: np.ndarray) -> str:
    """Say how many values differ, and whether they lie in one row or column."""
    count, size = int(wrong.sum()), wrong.size
    if count == size:
        return "All values differ." if size > 1 else "The value differs."
    verb = "differs" if count == 1 else "differ"
    text = f"{count} of {size} values {verb}"
    for axis in range(wrong.ndim if count > 1 and wrong.ndim > 1 else 0):
        lines = np.nonzero(wrong.any(axis=tuple(set(range(wrong.ndim)) - {axis})))[0]
        if len(lines) == 1 and wrong.shape[axis] > 1:
            return f"{text}, all of them at index {lines[0]} of axis {axis}."
    return f"{text}."


def compare_numbers(actual: Any, expected: Any, context: Context) -> Difference | None:
    """Compare with one number."""
    if isinstance(actual, np.ndarray) and actual.dtype.kind in "biufc":
        asked = as_numbers(expected)
        if asked is not None:
            return unlike_shapes(actual, asked, context)
    if not wording.is_number(actual):
        return context.unlike(actual, wording.described(expected))
    came, asked = as_numbers(actual), as_numbers(expected)
    if both_whole_and_exact(actual, expected, context.tolerance):
        if int(actual) == int(expected):
            return None
    elif came is not None and asked is not None and agree(came, asked, context.tolerance).all():
        return None
    if context.brief:
        return DIFFERENT
    written = wording.two_numbers(actual, expected)
    text = f"{written[0]} came; {written[1]} was expected."
    if came is None or asked is None:
        return context.found("values", text, text)
    found = relation(Pair(came, asked, context.tolerance, context.inputs))
    kind, sentence = found or ("values", "")
    return context.found(kind, f"{text} {sentence}".rstrip(), text)


def both_whole_and_exact(actual: Any, expected: Any, tolerance: Tolerance) -> bool:
    """Whether two integers are compared without any tolerance."""
    return tolerance == Tolerance() and is_whole(actual) and is_whole(expected)


def compare_texts(actual: Any, expected: str | bytes, context: Context) -> Difference | None:
    """Compare with text."""
    if isinstance(actual, str) != isinstance(expected, str):
        return context.unlike(actual, wording.described(expected))
    if not isinstance(actual, (str, bytes)):
        return context.unlike(actual, wording.described(expected))
    if actual == expected:
        return None
    text = f"{wording.shown(actual)} came; {wording.shown(expected)} was expected."
    same = common_start(actual, expected)
    more = f" They differ from character {same} on (counted from 0)." if same > 2 else ""
    return context.found("values", text + more, text)


def common_start(actual: str | bytes, expected: str | bytes) -> int:
    """How many characters two texts share before they differ."""
    pairs = enumerate(zip(actual, expected, strict=False))
    return next((index for index, (came, asked) in pairs if came != asked), len(actual))


def compare_sequences(actual: Any, expected: tuple | list, context: Context) -> Difference | None:
    """Compare with a tuple or list."""
    returned = expected if isinstance(expected, tuple) and not context.where else None
    if isinstance(actual, np.ndarray) and len(actual) == len(expected):
        actual = list(actual)
    if not isinstance(actual, (tuple, list)):
        advice = ""
        if returned is not None:
            advice = "Return the values separated by commas: `return first, second`."
        return context.unlike(actual, wording.described(expected), advice)
    if len(actual) != len(expected):
        return unlike_lengths(actual, expected, context)
    if returned is not None and len(returned) <= len(wording.ORDINALS):
        return compare_returned_values(actual, returned, context)
    found = compare_entries(actual, expected, context, "entry {}")
    if found is None or context.brief:
        return found
    arrays = list_of_numbers(actual), list_of_numbers(expected)
    if arrays[0] is None or arrays[1] is None:
        return found
    return compare_numeric_arrays(arrays[0], arrays[1], context) or found


def compare_returned_values(actual: Any, expected: tuple, context: Context) -> Difference | None:
    """Compare the several values that a function returned."""
    count = len(expected)
    place = "the returned value" if count == 1 else "the {} of the " + wording.in_words(count)
    place += " returned values" if count > 1 else ""
    found = compare_entries(actual, expected, context, place, wording.ORDINALS)
    if found is None or context.brief or not 1 < count <= MOST_REORDERED:
        return found
    bare = replace(context, inputs={})
    for order in itertools.islice(itertools.permutations(range(count)), 1, None):
        reordered = [actual[index] for index in order]
        if compare_entries(reordered, expected, bare, "{}") is None:
            text = f"The {wording.in_words(count)} returned values are right but in another order."
            return context.found("permuted", text)
    return found


def compare_entries(
    actual: Any, expected: Any, context: Context, place: str, names: tuple[str, ...] = ()
) -> Difference | None:
    """Compare two sequences of one length, entry by entry."""
    for index, (came, asked) in enumerate(zip(actual, expected, strict=True)):
        inner = context.inside(place.format(names[index] if names else index))
        found = compare(came, asked, inner)
        if found is not None:
            return found
    return None


def list_of_numbers(value: tuple | list) -> np.ndarray | None:
    """A flat list of at least two numbers as an array; None for anything else."""
    if len(value) < 2 or not all(wording.is_number(entry) for entry in value):
        return None
    array = np.array(list(value))
    return array if array.dtype.kind in "biufc" else None


def unlike_lengths(actual: tuple | list, expected: tuple | list, context: Context) -> Difference:
    """Say how many values came, and whether those that came are right."""
    if context.brief:
        return DIFFERENT
    came, asked = wording.counted(len(actual), "value"), len(expected)
    text = f"{came} came; {asked} {'was' if asked == 1 else 'were'} expected."
    common = min(len(actual), len(expected))
    for end, part in (("end", slice(common)), ("beginning", slice(-common, None))):
        if common and compare_entries(actual[part], expected[part], context, "{}") is None:
            state = "missing" if len(actual) < asked else "too many"
            count = abs(len(actual) - asked)
            text += f" The others are right: {count} {'is' if count == 1 else 'are'} {state}"
            return context.found("length", f"{text} at the {end}.")
    return context.found("length", text)


def compare_dicts(actual: Any, expected: dict, context: Context) -> Difference | None:
    """Compare with a dict, by key."""
    if not isinstance(actual, dict):
        return context.unlike(actual, wording.described(expected))
    came = {comparable_key(key): value for key, value in actual.items()}
    asked = {comparable_key(key): value for key, value in expected.items()}
    missing, extra = asked.keys() - came.keys(), came.keys() - asked.keys()
    if missing or extra:
        return context.found("keys", unlike_keys(asked, came, missing, extra))
    for key, value in asked.items():
        found = compare(came[key], value, context.inside(f"key {wording.shown(key)}"))
        if found is not None:
            return found
    return None


def comparable_key(key: Any) -> Any:
    """A key as it can be looked up: every NaN is the same key."""
    return "nan" if isinstance(key, float) and key != key else key


def unlike_keys(asked: dict, came: dict, missing: set, extra: set) -> str:
    """Say which keys are missing and which nobody asked for."""
    sentences = []
    for start, keys, order in (("Missing", missing, asked), ("Not expected", extra, came)):
        names = [wording.shown(key) for key in order if key in keys]
        if names:
            plural = "keys" if len(names) > 1 else "key"
            shown = wording.shortened(", ".join(names), wording.LONGEST_VALUE)
            sentences.append(f"{start} in the dict: the {plural} {shown}.")
    return " ".join(sentences)


def compare_objects(actual: Any, expected: Any, context: Context) -> Difference | None:
    """Compare values that are not plain data: dates and records of NumPy by their bytes."""
    wanted = wording.described(expected)
    if type(actual) is not type(expected):
        return context.unlike(actual, wanted)
    if isinstance(expected, np.generic) and actual.tobytes() == expected.tobytes():
        return None
    text = f"{wording.described(expected)} was expected, and another one came."
    return context.found("values", text)


Comparison = Callable[[Any, Any, Context], "Difference | None"]
COMPARISONS: tuple[tuple[type | tuple[type, ...], Comparison], ...] = (
    (np.ndarray, compare_arrays),
    ((str, bytes), compare_texts),
    ((tuple, list), compare_sequences),
    (dict, compare_dicts),
)
