"""Inputs for the exercises of unit 05, and how they are put to the learner's functions.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]


def transposed(rows: np.ndarray) -> np.ndarray:
    """An array whose rows are not contiguous in memory."""
    return np.array(rows).T


def every_other(values: np.ndarray) -> np.ndarray:
    """A view that skips every second row."""
    return np.array(values)[::2]


def half_square_of_sum(directions: Sequence[np.ndarray]) -> Callable[..., float]:
    """Half the square of the sum of all arrays' entries, each times its direction's."""

    def f(*arrays: np.ndarray) -> float:
        parts = zip(arrays, directions, strict=True)
        return float(sum(np.sum(array * d) for array, d in parts) ** 2 / 2)

    return f


def part(backward: Callable[..., Any], dout: np.ndarray, cache: Any, _part: int) -> Any:
    """One of the gradients that a backward pass returns."""
    return backward(dout, cache)[_part]


def loss(mlp_loss: Callable[..., Any], params: Arrays, X: np.ndarray, y: np.ndarray) -> Any:
    """The loss without the gradients."""
    return mlp_loss(dict(params), X, y)[0]


def gradients(
    mlp_loss: Callable[..., Any],
    params: Arrays,
    X: np.ndarray,
    y: np.ndarray,
    _names: Sequence[str],
) -> Any:
    """Some of the gradients, without the loss."""
    grads = mlp_loss(dict(params), X, y)[1]
    return {name: grads[name] for name in _names}


class Layer:
    """A layer with parameters and their gradients."""

    def __init__(self, **params: np.ndarray) -> None:
        self.params = {name: np.array(array) for name, array in params.items()}
        self.grads: dict[str, np.ndarray] = {}


class Bend(Layer):
    """out = s x^2, feature by feature."""

    def forward(self, x: np.ndarray) -> Any:
        """The output and a cache."""
        return self.params["s"] * x**2, (x, self.params["s"])

    def backward(self, dout: np.ndarray, cache: Any) -> Any:
        """The slopes along the input and the parameter."""
        x, s = cache
        return 2 * s * x * dout, {"s": np.sum(dout * x**2, axis=0)}


class Wave(Layer):
    """out = a sin(x) + c, with two parameters."""

    def forward(self, x: np.ndarray) -> Any:
        """The output and a cache."""
        return self.params["a"] * np.sin(x) + self.params["c"], (x, self.params["a"])

    def backward(self, dout: np.ndarray, cache: Any) -> Any:
        """The slopes along the input and the parameters."""
        x, a = cache
        grads = {"c": np.sum(dout, axis=0), "a": np.sum(dout * np.sin(x), axis=0)}
        return dout * a * np.cos(x), grads


class Cube(Layer):
    """out = x^3; it has no parameters."""

    def forward(self, x: np.ndarray) -> Any:
        """The output and a cache."""
        return x**3, x

    def backward(self, dout: np.ndarray, cache: Any) -> Any:
        """The slope along the input, and no others."""
        return 3 * cache**2 * dout, {}


class Weighed(Layer):
    """The loss: the sum of the outputs, each times its label."""

    def forward(self, x: np.ndarray, y: np.ndarray) -> Any:
        """The loss and a cache."""
        return float(np.sum(x * y)), (x, y)

    def backward(self, dout: Any, cache: Any) -> Any:
        """The slope along each output."""
        return dout * cache[1], {}


KINDS = {"bend": Bend, "wave": Wave, "cube": Cube}


def network(
    backpropagate: Callable[..., Any],
    layers: Sequence[tuple[str, Arrays]],
    places: Sequence[int],
    x: np.ndarray,
    y: np.ndarray,
    _asked: str,
    _calls: int = 1,
) -> Any:
    """Run a network in which layer number ``places[k]`` stands in place k; tell what is asked."""
    made = [KINDS[kind](**params) for kind, params in layers]
    for _ in range(_calls):
        loss, dx = backpropagate([*(made[place] for place in places), Weighed()], x, y)
    if _asked == "loss":
        return loss
    if _asked == "dx":
        return dx
    return [{name: layer.grads[name] for name in layer.params} for layer in made]


def valley(params: Arrays, X: np.ndarray, y: np.ndarray) -> Any:
    """A toy loss that pulls the params towards the means of the batch."""
    away = {"w": params["w"] - X.mean(axis=0), "b": params["b"] - y.mean()}
    return float(sum(np.sum(a**2) for a in away.values()) / 2), away


def trained(
    train_mlp: Callable[..., Any],
    params: Arrays,
    X: np.ndarray,
    y: np.ndarray,
    lr: float,
    batch_size: int,
    epochs: int,
) -> Any:
    """The trained params, and what has become of those that were handed in."""
    given = {name: np.array(array) for name, array in params.items()}
    rng = np.random.default_rng(0)
    after = train_mlp(valley, given, X, y, lr, batch_size, epochs, rng)
    return {"trained": dict(after), "given": given}


def batches(train_mlp: Callable[..., Any], n: int, batch_size: int, epochs: int, seed: int) -> Any:
    """Which samples the loss was handed, batch by batch, and which labels with them."""
    seen = []

    def watching(params: Arrays, X: np.ndarray, y: np.ndarray) -> Any:
        seen.append([np.array(X[:, 0]), np.array(y)])
        return 0.0, {"w": np.zeros_like(params["w"])}

    X, y = np.arange(n)[:, np.newaxis] + np.zeros((1, 2)), np.arange(n)
    rng = np.random.default_rng(seed)
    train_mlp(watching, {"w": np.zeros(2)}, X, y, 0.1, batch_size, epochs, rng)
    return seen


def learnt(
    train_mlp: Callable[..., Any],
    X: np.ndarray,
    y: np.ndarray,
    lr: float,
    batch_size: int,
    epochs: int,
    seed: int,
) -> Any:
    """A template of each digit, trained to be near the pictures with its label."""

    def templates(params: Arrays, X: np.ndarray, y: np.ndarray) -> Any:
        away = params["templates"][y] - X
        pull = np.zeros_like(params["templates"])
        np.add.at(pull, y, away / len(y))
        return float(np.mean(np.sum(away**2, axis=1)) / 2), {"templates": pull}

    start = {"templates": np.zeros((10, X.shape[1]))}
    rng = np.random.default_rng(seed)
    return train_mlp(templates, start, X, y, lr, batch_size, epochs, rng)["templates"]


def expression(
    Value: Callable[..., Any],
    numbers: Sequence[float],
    program: Sequence[Sequence[Any]],
    _asked: str,
    _times: int = 1,
) -> Any:
    """Build an expression step by step, go back through it, and tell its values or its slopes."""
    values = [Value(number) for number in numbers]
    for operation, *places in program:
        inputs = [values[place] for place in places]
        if operation == "plus":
            values.append(inputs[0] + inputs[1])
        elif operation == "times":
            values.append(inputs[0] * inputs[1])
        else:
            values.append(inputs[0].tanh())
    if _asked == "values":
        return [value.data for value in values]
    for _ in range(_times):
        values[-1].backward()
    return [value.grad for value in values]
