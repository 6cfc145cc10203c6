"""Inputs for the exercises of unit 07, and how they are put to the learner's functions.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.runner.probing import standing_in

Function = Callable[..., Any]
Statistics = Mapping[str, np.ndarray]


def transposed(rows: np.ndarray) -> np.ndarray:
    """An array whose rows are not contiguous in memory."""
    return np.array(rows).T


def every_other(values: np.ndarray) -> np.ndarray:
    """A view that skips every second row."""
    return np.array(values)[::2]


def channels_last(maps: np.ndarray) -> np.ndarray:
    """Maps (N, C, H, W) that lie in memory as (N, H, W, C)."""
    return np.moveaxis(np.moveaxis(np.array(maps), 1, -1).copy(), -1, 1)


# Random weights


def draws(initialiser: Function, shape: Sequence[int], seeds: Sequence[int]) -> Any:
    """Two draws, one after the other, from a generator for each of the seeds."""
    found = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        found.append([initialiser(tuple(shape), rng) for _ in range(2)])
    return found


# Layers to send a signal through


class Layer:
    """A layer with the form of the course; it has no parameters to learn."""

    def __init__(self, **given: np.ndarray) -> None:
        self.params: dict[str, np.ndarray] = {}
        self.grads: dict[str, np.ndarray] = {}
        self.given = given


class Mix(Layer):
    """out = x M."""

    def forward(self, x: np.ndarray) -> Any:
        """The output, and the weights as the cache."""
        return x @ self.given["M"], self.given["M"]

    def backward(self, dout: np.ndarray, cache: Any) -> Any:
        """The slopes along the input, and no others."""
        return dout @ cache.T, {}


class Wave(Layer):
    """out = s sin(x), feature by feature."""

    def forward(self, x: np.ndarray) -> Any:
        """The output, and the input as the cache."""
        return self.given["s"] * np.sin(x), x

    def backward(self, dout: np.ndarray, cache: Any) -> Any:
        """The slopes along the input, and no others."""
        return dout * self.given["s"] * np.cos(cache), {}


class Square(Layer):
    """out = x^2."""

    def forward(self, x: np.ndarray) -> Any:
        """The output, and the input as the cache."""
        return x**2, x

    def backward(self, dout: np.ndarray, cache: Any) -> Any:
        """The slopes along the input, and no others."""
        return 2 * cache * dout, {}


KINDS = {"mix": Mix, "wave": Wave, "square": Square}


def sizes(
    signal_by_depth: Function,
    layers: Sequence[tuple[str, Statistics]],
    x: np.ndarray,
    dout: np.ndarray,
    _asked: int,
) -> Any:
    """The signal (0) or the gradient (1) in a network of such layers."""
    made = [KINDS[kind](**given) for kind, given in layers]
    came = signal_by_depth(made, x, dout)
    # Lists and arrays of numbers are as good; anything else is told as it came.
    return np.asarray(came[_asked]).tolist() if isinstance(came, tuple | list) else came


# Batch normalisation


def output(forward: Function, *inputs: Any) -> Any:
    """The output alone."""
    return forward(*inputs)[0]


def cache(forward: Function, *inputs: Any) -> Any:
    """The cache alone."""
    return tuple(forward(*inputs)[1])


def running_after(
    forward: Function,
    batches: Sequence[np.ndarray],
    gamma: np.ndarray,
    beta: np.ndarray,
    running: dict[str, Any],
    *options: Any,
) -> Any:
    """What the dict that was handed in holds after these batches."""
    for batch in batches:
        forward(batch, gamma, beta, running, *options)
    return dict(running)


def part(backward: Function, dout: np.ndarray, cache: Any, _part: int) -> Any:
    """One of the gradients that a backward pass returns."""
    return backward(dout, cache)[_part]


def asked_of_maps(
    forward: Function,
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running: dict[str, Any],
    training: bool,
    decay: float,
    eps: float,
    _asked: str,
    _known: Mapping[str, Any],
) -> Any:
    """The output, the cache or the running statistics of batch norm for maps.

    ``_known`` stands in for the learner's ``batchnorm_forward`` where it is handed the pixels of
    ``x``, in whatever order, so that a mistake there costs nothing here.
    """
    own = getattr(forward, "__globals__", {}).get("batchnorm_forward")
    given = (gamma, beta, running["mean"], running["var"], training, decay, eps)
    known = answering(_known, own, tuple(np.array(value) for value in given))
    with standing_in(batchnorm_forward=known):
        out, kept = forward(x, gamma, beta, running, training, decay, eps)
    return {"output": out, "cache": tuple(kept), "running": dict(running)}[_asked]


def answering(known: Mapping[str, Any], own: Any, given: tuple[Any, ...]) -> Function:
    """A ``batchnorm_forward`` that knows the answer for some rows; others it leaves to ``own``."""

    def batchnorm_forward(
        x: np.ndarray,
        gamma: np.ndarray,
        beta: np.ndarray,
        running: dict[str, Any],
        training: bool,
        decay: float = 0.9,
        eps: float = 1e-5,
    ) -> Any:
        order = in_order_of(np.asarray(x), known["rows"])
        asked = (gamma, beta, running["mean"], running["var"], training, decay, eps)
        same = all(np.array_equal(a, b) for a, b in zip(asked, given, strict=True))
        if order is None or not same:
            return own(x, gamma, beta, running, training, decay, eps)
        running.update({name: np.array(v) for name, v in known["running"].items()})
        return known["out"][order], (known["x_hat"][order], gamma, known["inv_std"])

    return batchnorm_forward


def in_order_of(x: np.ndarray, rows: np.ndarray) -> np.ndarray | None:
    """For each row of x its place among ``rows``; None if these are not the same rows."""
    if x.shape != rows.shape:
        return None
    here, there = np.lexsort(x.T), np.lexsort(rows.T)
    if not np.array_equal(x[here], rows[there]):
        return None
    order = np.empty(len(x), dtype=int)
    order[here] = there
    return order
