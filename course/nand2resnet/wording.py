"""Values in words: short, exact, and the same wherever a learner reads them."""

from __future__ import annotations

import math
import types
from typing import Any

import numpy as np

from nand2resnet.tensors import array_of, is_tensor

LONGEST_VALUE = 72
"""Characters of a value that are shown before it is described instead."""
MOST_VALUES = 12
"""Entries of an array or list that are shown before it is described instead."""
LARGEST_SHOWN_INTEGER_BITS = 200
DIGITS = (6, 9, 12, 17)
"""Significant digits tried in turn until two different numbers look different."""
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(value: Any, digits: int = DIGITS[0]) -> str:
    """Write a number with at most ``digits`` significant digits; floats keep a point."""
    if isinstance(value, np.ndarray):
        value = value[()]
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return whole_number(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        sign = "-" if math.copysign(1.0, value.imag) < 0 else "+"
        real = number(float(value.real), digits)
        return f"({real}{sign}{number(abs(float(value.imag)), digits)}j)"
    text = f"{float(value):.{digits}g}"
    return text if any(mark in text for mark in ".en") else text + ".0"


def whole_number(value: int) -> str:
    """Write an integer; one too long to read (or for Python to print) by its length."""
    if value.bit_length() <= LARGEST_SHOWN_INTEGER_BITS:
        return str(value)
    about = round(value.bit_length() * math.log10(2))
    return f"{'-' if value < 0 else ''}(an integer of about {about} digits)"


def two_numbers(actual: Any, expected: Any) -> tuple[str, str]:
    """Write two different numbers with enough digits to look different."""
    for digits in DIGITS:
        texts = number(actual, digits), number(expected, digits)
        if texts[0] != texts[1]:
            break
    return texts


def shown(value: Any) -> str:
    """Show a value if it is short, else describe it."""
    if is_tensor(value):
        return shown_tensor(value)
    if isinstance(value, np.ndarray):
        return shown_array(value)
    if isinstance(value, (str, bytes)):
        return shortened(repr(value[: LONGEST_VALUE + 1]), LONGEST_VALUE)  # it may be megabytes
    if is_number(value):
        return number(value)
    if isinstance(value, (tuple, list, dict)):
        return shown_collection(value)
    if value is None:
        return "None"
    return name_of(value) or described(value)


def shown_array(array: np.ndarray) -> str:
    """Show a small array as ``array([1.0, 2.0])``, a large one by its shape."""
    if array.ndim == 0 and array.dtype.kind in "biufc":
        return number(array)
    if array.size <= MOST_VALUES and array.dtype.kind in "biufc":
        text = f"array({nested_numbers(array)})"
        if array.size and len(text) <= LONGEST_VALUE:
            return text
    return described(array)


def shown_tensor(tensor: Any) -> str:
    """Show a small tensor as ``tensor([1.0, 2.0])``, a large one by its shape."""
    if not tensor.is_meta and tensor.numel() <= MOST_VALUES:
        text = shown_array(array_of(tensor))
        if text.startswith("array("):
            return text.replace("array(", "tensor(", 1)
    return f"a tensor of shape {tuple(tensor.shape)}"


def nested_numbers(array: np.ndarray) -> str:
    """Write the numbers of an array in nested brackets."""
    if array.ndim == 0:
        return number(array)
    return "[" + ", ".join(nested_numbers(row) for row in array) + "]"


def shown_collection(value: tuple | list | dict, depth: int = 0) -> str:
    """Show a short tuple, list or dict; describe a long or deep one."""
    if len(value) > MOST_VALUES or depth > 2:
        return described(value)
    if isinstance(value, dict):
        inside = ", ".join(
            f"{shown_part(key, depth)}: {shown_part(entry, depth)}" for key, entry in value.items()
        )
        text = "{" + inside + "}"
    else:
        inside = ", ".join(shown_part(entry, depth) for entry in value)
        if isinstance(value, list):
            text = f"[{inside}]"
        else:
            text = f"({inside},)" if len(value) == 1 else f"({inside})"
    return text if len(text) <= LONGEST_VALUE or depth else described(value)


def shown_part(value: Any, depth: int) -> str:
    """Show an entry of a collection."""
    if isinstance(value, (tuple, list, dict)):
        return shown_collection(value, depth + 1)
    return shown(value)


def described(value: Any) -> str:
    """Say what a value is, as a noun with its article."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"a NumPy array of shape {value.shape}"
    if isinstance(value, (bool, np.bool_)):
        return f"the truth value {bool(value)}"
    if is_number(value):
        return f"the number {number(value)}"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if isinstance(value, (tuple, list)):
        noun = "tuple" if isinstance(value, tuple) else "list"
        return f"a {noun} of {counted(len(value), 'value')}"
    if isinstance(value, dict):
        return f"a dict with {counted(len(value), 'key')}"
    return described_object(value)


def described_object(value: Any) -> str:
    """Say what something that is not plain data is."""
    if isinstance(value, types.GeneratorType):
        return "a generator"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return f"the function {value.__name__}"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def name_of(value: Any) -> str | None:
    """The name of a function or class, as one would type it."""
    name = getattr(value, "__name__", None)
    if not callable(value) or not isinstance(name, str):
        return None
    return "lambda" if name == "<lambda>" else name


def call(function_name: str, args: tuple[Any, ...]) -> str:
    """Write a call as one would type it, large arguments by what they are."""
    written = []
    for value in args:
        text = shown(value)
        if isinstance(value, np.ndarray) and not text.startswith("array("):
            text = f"array of shape {value.shape}" if value.ndim else text
        elif is_tensor(value) and not text.startswith("tensor("):
            text = f"tensor of shape {tuple(value.shape)}"
        written.append(text)
    return f"{function_name}({', '.join(written)})"


def counted(count: int, noun: str) -> str:
    """``1 value``, ``3 values``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def in_words(count: int) -> str:
    """Small counts as words."""
    return COUNTS[count] if count < len(COUNTS) else str(count)


def shortened(text: str, longest: int) -> str:
    """Cut a text to ``longest`` characters, showing that it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def is_number(value: Any) -> bool:
    """Whether a value is one Python or NumPy number (or truth value)."""
    if isinstance(value, np.generic):
        # By kind: NumPy derives its time spans from its integers.
        return value.dtype.kind in "biufc"
    return isinstance(value, (int, float, complex))
