"""What the errors of Python and NumPy mean that learners meet most, in one sentence each."""

from __future__ import annotations

import re
from typing import Final

ADVICE: Final = {
    r"bitwise_xor|for \^": "`^` is no power in Python: write `**`.",
    r"truth value of an array": (
        "`if`, `and`, `or` and `not` ask one question about a whole array. np.where chooses entry "
        "by entry."
    ),
    r"'NoneType'": (
        "Something here is None. What changes its argument in place (rng.shuffle, list.sort) "
        "returns nothing, and so does a function without `return`."
    ),
    r"matmul: .* does not have enough dimensions|unsupported operand type\(s\) for @": (
        "`@` multiplies NumPy arrays, no numbers and no lists. np.dot takes numbers, too."
    ),
    r"matmul: .* mismatch|shapes .* not aligned": (
        "Each row of what stands on the left meets each column of what stands on the right, so "
        "the two must be equally long. Print both shapes."
    ),
    r"could not be broadcast together": (
        "Two shapes fit if, read from the right, their sizes are equal or one of them is 1. Print "
        "both shapes."
    ),
    r"arrays can be converted to Python scalars": (
        "The functions of `math`, and float() and int(), take one number. NumPy's take arrays."
    ),
    r"inhomogeneous shape": (
        "An array has rows of one length. Several things of different shapes are returned as a "
        "tuple: return a, b."
    ),
}
"""By a pattern of the error's message."""


def advice(error: BaseException) -> str | None:
    """What an error means, or None if its message is not one of the known ones."""
    message = str(error)
    found = (told for pattern, told in ADVICE.items() if re.search(pattern, message))
    return next(found, None)
