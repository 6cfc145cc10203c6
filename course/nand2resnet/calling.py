"""Call a learner's function on copies of its arguments, so that one check cannot spoil the next.

What each method of ``check`` observes is defined here once, for the check itself and for the
build, which records what known mistakes give.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nand2resnet.hints import Raised


@dataclass(frozen=True)
class Called:
    """A call that came to its end.

    Attributes
    ----------
    value : Any
        What the function returned.
    arguments : tuple
        Its own copies of the arguments, as it left them.
    """

    value: Any
    arguments: tuple[Any, ...]


def call(function: Callable[..., Any], args: tuple[Any, ...]) -> Called:
    """Call ``function`` by position on a copy of each argument of its own."""
    copies = tuple(own_copy(argument) for argument in args)
    return Called(function(*copies), copies)


def own_copy(argument: Any) -> Any:
    """A deep copy; what cannot be copied (a generator, an open file) is passed as it is."""
    try:
        return copy.deepcopy(argument)
    except Exception:  # noqa: BLE001 - any object's own __deepcopy__ may raise anything
        return argument


def observe(method: str, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What the check ``method`` observes of ``function(*args)``.

    "call", "shape", "dtype" and "gradient": what the function returns. "untouched": a tuple of
    the arguments that can be changed, as the function left them. "raises": the error as
    :class:`~nand2resnet.hints.Raised`, or what the function returned if there was none.
    """
    if method == "raises":
        try:
            return call(function, args).value
        except Exception as error:  # noqa: BLE001 - the error is what is observed
            return Raised(type(error).__name__, str(error))
    called = call(function, args)
    return changeable(called.arguments) if method == "untouched" else called.value


def changeable(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments that a function could change in place and that can be compared."""
    return tuple(value for value in args if is_changeable(value))


def is_changeable(value: Any) -> bool:
    """Whether a value is an array, or a collection that a function could change."""
    return isinstance(value, (np.ndarray, list, dict)) or (
        isinstance(value, tuple) and any(map(is_changeable, value))
    )
