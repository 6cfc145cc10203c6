"""Give a network of PyTorch the same weights everywhere, however its author has arranged it."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
import torch
from torch import nn

SPREAD = 0.1
"""Of biases, running means, and the scales of normalisation around 1."""


def filled(model: nn.Module, seed: int = 0) -> nn.Module:
    """Fill every weight of a network with values that depend on what it is, not where it stands.

    Two networks of the same layers then have the same weights, also where their authors gave the
    layers other names or made them in another order. So their outputs can be compared.

    Parameters
    ----------
    model : nn.Module
        The network; it is changed in place.
    seed : int
        Other seeds give other weights.

    Returns
    -------
    nn.Module
        The same network.

    Notes
    -----
    The values are drawn by the kind of layer, the parameter's name in it and its shape. Weights
    keep the size of a signal: their standard deviation is sqrt(2 / inputs), He's.
    Source: He et al. 2015, "Delving Deep into Rectifiers", equation 10.
    """
    with torch.no_grad():
        for layer in model.modules():
            own = [*layer.named_parameters(recurse=False), *layer.named_buffers(recurse=False)]
            for name, weight in own:
                if weight.is_floating_point():
                    values = values_for(kind_of(layer), name, tuple(weight.shape), seed)
                    weight.copy_(torch.from_numpy(values))
    return model


def kind_of(layer: nn.Module) -> str:
    """The name of one of PyTorch's layers; what authors call their own says nothing."""
    kind = type(layer)
    return kind.__name__ if kind.__module__.startswith("torch.") else "own"


def values_for(kind: str, name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """The values of one parameter or buffer, of the shape asked for."""
    text: Any = f"{kind} {name} {shape} {seed}".encode()
    rng = np.random.default_rng(list(hashlib.sha256(text).digest()))
    drawn = rng.standard_normal(shape)
    if len(shape) > 1:
        return drawn * math.sqrt(2 / math.prod(shape[1:]))
    if name == "running_var":
        return np.exp(SPREAD * drawn)
    centre = 1.0 if name == "weight" else 0.0
    return np.asarray(centre + SPREAD * drawn)
