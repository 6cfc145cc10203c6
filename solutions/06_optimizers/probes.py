"""Inputs for the exercises of unit 06, and how they are put to the learner's functions.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]
Step = Callable[..., Any]


def transposed(rows: np.ndarray) -> np.ndarray:
    """An array whose rows are not contiguous in memory."""
    return np.array(rows).T


def every_other(values: np.ndarray) -> np.ndarray:
    """A view that skips every second entry."""
    return np.array(values)[::2]


def slope_of_quadratic(hessian: np.ndarray) -> Callable[[Any], Any]:
    """The gradient H w of a quadratic valley."""
    return lambda w: np.array(hessian) @ w


def slope_of_quartic(weights: np.ndarray) -> Callable[[Any], Any]:
    """The gradient of a sum of weighted fourth powers: what is read ahead shows."""
    return lambda w: 4 * np.array(weights) * np.asarray(w) ** 3


def weights_only(step: Step, w: Any, dw: Any, state: dict[str, Any], *settings: float) -> Any:
    """The weights after one step; what is remembered is not looked at."""
    return step(w, dw, state, *settings)[0]


def after_steps(
    step: Step, w: Any, gradients: Sequence[Any], rates: Sequence[float], *settings: float
) -> Any:
    """The weights after each of several steps, which begin with nothing to remember."""
    state, path = {}, []
    for gradient, lr in zip(gradients, rates, strict=True):
        w, state = step(w, gradient, state, lr, *settings)
        path.append(np.array(w))
    return path


def two_arrays_by_turns(
    step: Step, first: Any, second: Any, gradients: Sequence[Any], lr: float
) -> Any:
    """The same for two arrays that are optimised in turn, each with a state of its own."""
    arrays, states, path = [first, second], [{}, {}], []
    for number, gradient in enumerate(gradients):
        turn = number % 2
        arrays[turn], states[turn] = step(arrays[turn], gradient, states[turn], lr)
        path.append(np.array(arrays[turn]))
    return path


def after_steps_on(
    step: Step,
    w: Any,
    grad: Callable[[Any], Any],
    rates: Sequence[float],
    momenta: Sequence[float],
) -> Any:
    """The weights after each of several steps that take the gradient as a function."""
    state, path = {}, []
    for lr, momentum in zip(rates, momenta, strict=True):
        w, state = step(w, grad, state, lr, momentum)
        path.append(np.array(w))
    return path


def tiring(share: float) -> Step:
    """A step rule with a memory: the n-th step is ``share``^n as long."""

    def step(w: Any, dw: Any, state: Mapping[str, Any], lr: float) -> Any:
        strength = state.get("strength", 1.0) * share
        return w - lr * strength * dw, {"strength": strength}

    return step


def plain() -> Step:
    """A step rule without a memory."""
    return lambda w, dw, state, lr: (w - lr * dw, state)


def slower_and_slower(first: float) -> Callable[[int], float]:
    """A learning rate for each step: ``first``, then a half of it, a third, and so on."""
    return lambda t: first / (1 + t)


def always(lr: float) -> Callable[[int], float]:
    """The same learning rate for each step."""
    return lambda _: lr


def valley(params: Arrays, X: np.ndarray, y: np.ndarray) -> Any:
    """A toy loss that pulls the params towards the means of the batch."""
    away = {"w": params["w"] - X.mean(axis=0), "b": params["b"] - y.mean()}
    return float(sum(np.sum(a**2) for a in away.values()) / 2), away


def trained(
    train_with: Callable[..., Any],
    step: Step,
    params: Arrays,
    X: np.ndarray,
    y: np.ndarray,
    lr_at: Callable[[int], float],
    batch_size: int,
    epochs: int,
) -> Any:
    """The trained params and the losses on the way."""
    given = {name: np.array(array) for name, array in params.items()}
    rng = np.random.default_rng(0)
    after, losses = train_with(step, valley, given, X, y, lr_at, batch_size, epochs, rng)
    return {"trained": dict(after), "losses": [float(loss) for loss in losses]}


def learnt(
    train_with: Callable[..., Any], X: np.ndarray, y: np.ndarray, epochs: int, seed: int
) -> Any:
    """A template of each digit, trained to be near the pictures with its label."""

    def templates(params: Arrays, X: np.ndarray, y: np.ndarray) -> Any:
        away = params["templates"][y] - X
        pull = np.zeros_like(params["templates"])
        np.add.at(pull, y, away / len(y))
        return float(np.mean(np.sum(away**2, axis=1)) / 2), {"templates": pull}

    start = {"templates": np.zeros((10, X.shape[1]))}
    rng = np.random.default_rng(seed)
    after, _ = train_with(plain(), templates, start, X, y, always(1.0), 32, epochs, rng)
    return after["templates"]
