"""PyTorch's tensors as plain data, without importing PyTorch where nobody has."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor of PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def as_arrays(value: Any) -> Any:
    """A value with the tensors in it turned into NumPy arrays.

    Parameters
    ----------
    value : any
        A tensor, tuples, lists and dicts of tensors, or anything else.

    Returns
    -------
    any
        Tensors as arrays, without their gradients and on the CPU; half precision of the kind that
        NumPy does not know (bfloat16) as single precision. Everything else is as it was.

    Raises
    ------
    NotImplementedError
        A tensor is on the device "meta", where tensors have a shape and no values.
    """
    if is_tensor(value):
        return array_of(value)
    # Only plain collections hold plain data; a learner's own kind of list is left as it is.
    if type(value) is tuple or type(value) is list:
        return type(value)(map(as_arrays, value))
    if type(value) is dict:
        return {key: as_arrays(entry) for key, entry in value.items()}
    return value


def array_of(tensor: Any) -> np.ndarray:
    """The values of one tensor."""
    plain = tensor.detach().cpu()
    if plain.dtype is sys.modules["torch"].bfloat16:
        plain = plain.float()
    array: np.ndarray = plain.resolve_conj().resolve_neg().numpy()
    return array
