"""Call a learner's function on copies of its arguments, so that one check cannot spoil the next.

What the methods of ``check`` observe is defined here, for the check and for whoever records in its
place what a function gives.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nand2resnet.tensors import is_tensor


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


def after_call(arguments: tuple[Any, ...]) -> list[Any]:
    """What ``check.untouched`` observes: the arguments as the call left them, but functions."""
    return [argument for argument in arguments if not callable(argument)]


def shape_of(value: Any) -> tuple[Any, ...]:
    """What ``check.shape`` observes: a shape, or for several returned values a tuple of shapes."""
    if isinstance(value, (tuple, list)):
        return tuple(shape_of(part) for part in value)
    return tuple(map(int, np.shape(value)))


def dtype_of(value: Any) -> str | tuple[Any, ...]:
    """What ``check.dtype`` observes: a dtype's name, or for several values a tuple of names."""
    if isinstance(value, (tuple, list)):
        return tuple(dtype_of(part) for part in value)
    if is_tensor(value):
        return str(value.dtype).removeprefix("torch.")
    return np.asarray(value).dtype.name
