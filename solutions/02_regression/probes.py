"""Inputs for the exercises of unit 02, and how they are put to the learner's functions.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.runner.probing import standing_in

Deal = Callable[[int, int, np.random.Generator], list[np.ndarray]]


def transposed(rows: np.ndarray) -> np.ndarray:
    """An array whose rows are not contiguous in memory."""
    return np.array(rows).T


def every_other(values: Sequence[float]) -> np.ndarray:
    """A view that skips every second value."""
    return np.array(values)[::2]


def eye(n: int) -> np.ndarray:
    """A table in which each of n samples has a feature of its own."""
    return np.eye(n)


def dealt_three_times(
    minibatches: Callable[..., Any], n: int, batch_size: int, seed: int
) -> list[list[Any]]:
    """Two epochs with one generator, then the first again with a new one of the same seed."""
    rng = np.random.default_rng(seed)
    epochs = [list(minibatches(n, batch_size, rng)) for _ in range(2)]
    return [*epochs, list(minibatches(n, batch_size, np.random.default_rng(seed)))]


def dealing_from(epochs: Sequence[np.ndarray]) -> Deal:
    """Stand in for the learner's minibatches: cut one of the given orders, which chance chooses.

    The orders are data of the case, so a mistake in `minibatches` costs nothing in `sgd`.
    """

    def deal(n: int, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
        order = epochs[rng.integers(len(epochs))]
        return np.split(np.asarray(order), range(batch_size, n, batch_size))

    return deal


def fit(
    sgd: Callable[..., Any],
    x: np.ndarray,
    y: np.ndarray,
    lr: float,
    batch_size: int,
    epochs: int,
    seed: int,
    orders: Sequence[np.ndarray],
) -> Any:
    """What sgd returns, with minibatches that do not depend on the learner's own."""
    with standing_in(minibatches=dealing_from(orders)):
        return sgd(x, y, lr, batch_size, epochs, np.random.default_rng(seed))


def fit_three_times(
    sgd: Callable[..., Any],
    x: np.ndarray,
    y: np.ndarray,
    lr: float,
    batch_size: int,
    epochs: int,
    seed: int,
    orders: Sequence[np.ndarray],
) -> list[Any]:
    """Fit with one seed, with the same seed again, and with another one."""
    seeds = (seed, seed, seed + 1)
    return [fit(sgd, x, y, lr, batch_size, epochs, each, orders) for each in seeds]
