"""Inputs for the exercises of unit 10, and how they are put to the learner's functions.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.runner.networks import (
    after_moving,
    after_round_trip,
    answers,
    input_gradient,
    parameters,
    shapes_on_meta,
    tensor,
)
from nand2resnet.networks import filled

PICTURE = (1, 28, 28)


# Functions of one tensor, for autograd_gradient


def weighted_tanh(weights: np.ndarray) -> Callable[[torch.Tensor], torch.Tensor]:
    """The sum of weights times tanh(v)."""

    def f(v: torch.Tensor) -> torch.Tensor:
        return (torch.tensor(weights, dtype=v.dtype) * torch.tanh(v)).sum()

    return f


def quadratic(matrix: np.ndarray) -> Callable[[torch.Tensor], torch.Tensor]:
    """The quadratic form v^T A v of all entries of v; every entry is used many times."""

    def f(v: torch.Tensor) -> torch.Tensor:
        row = v.reshape(-1)
        return row @ torch.tensor(matrix, dtype=v.dtype) @ row

    return f


def log_of_sum(scale: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """The logarithm of the sum of exponentials."""

    def f(v: torch.Tensor) -> torch.Tensor:
        return torch.logsumexp(scale * v.reshape(-1), dim=0)

    return f


# our_conv_in_torch


def part(
    convolution: Callable[..., Any],
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    stride: int,
    pad: int,
    dout: np.ndarray,
    _part: int,
) -> Any:
    """One of the four results."""
    return convolution(x, w, b, stride, pad, dout)[_part]


def dtypes(convolution: Callable[..., Any], *inputs: Any) -> list[str]:
    """The kinds of the four results, and the types of the numbers in them."""
    return [f"{type(r).__name__} of {getattr(r, 'dtype', '?')}" for r in convolution(*inputs)]


# LeNet


def count(LeNet: Callable[..., nn.Module], classes: int) -> int:
    """How many numbers it learns."""
    return parameters(LeNet(classes))


def shapes(LeNet: Callable[..., nn.Module], samples: int) -> Any:
    """What each layer that learns gives, in the order in which they are run through."""
    return shapes_on_meta(LeNet, (samples, *PICTURE))


def pictures(samples: int, seed: int) -> torch.Tensor:
    """Pictures of noise."""
    return tensor(np.random.default_rng(seed).uniform(-1, 1, size=(samples, *PICTURE)))


def scores(LeNet: Callable[..., nn.Module], samples: int, training: bool, _seed: int) -> Any:
    """The scores, with weights that are the same for everybody."""
    return answers(LeNet(), pictures(samples, _seed), training)


def slopes(LeNet: Callable[..., nn.Module], samples: int, _seed: int) -> Any:
    """The slopes of a weighted sum of the scores, added up along rows and columns of pixels."""
    found = input_gradient(LeNet(), pictures(samples, _seed))
    return found.sum(axis=2), found.sum(axis=3)


def same_after_loading(LeNet: Callable[..., nn.Module], samples: int, _seed: int) -> bool:
    """Whether a network that has loaded the state of another gives the same scores."""
    x, model = pictures(samples, _seed), LeNet()
    return np.array_equal(after_round_trip(lambda: LeNet(), x), answers(model, x))


def moved(LeNet: Callable[..., nn.Module]) -> Any:
    """The shape and the devices after a move."""
    return after_moving(LeNet, (2, *PICTURE))


# layer_table


class InLine(nn.Module):
    """Layers in a line, one group inside another."""

    def __init__(self, channels: int, filters: int, classes: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(channels, filters, (3, 2), stride=2, bias=False),
            nn.BatchNorm2d(filters),
            nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)),
        )
        self.tell = nn.Linear(filters, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From pictures to scores."""
        return self.tell(self.look(x).mean((2, 3)))


class Crossing(nn.Module):
    """Its layers are made in another order than they are used."""

    def __init__(self, channels: int, filters: int, classes: int) -> None:
        super().__init__()
        self.end = nn.Linear(filters, classes)
        self.drop = nn.Dropout(0.5)
        self.second = nn.Conv2d(filters, filters, 1)
        self.first = nn.Conv2d(channels, filters, 3, padding=1)
        self.norm = nn.BatchNorm2d(filters)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From pictures to scores."""
        x = torch.relu(self.second(self.norm(torch.relu(self.first(x)))))
        return self.end(self.drop(x.amax((2, 3))))


NETWORKS = {"in line": InLine, "crossing": Crossing}


def network(kind: str, channels: int, filters: int, classes: int) -> nn.Module:
    """One of the networks."""
    return NETWORKS[kind](channels, filters, classes)


def table(
    layer_table: Callable[..., Any],
    kind: str,
    channels: int,
    filters: int,
    classes: int,
    size: Sequence[int],
) -> Any:
    """The table of a network; of its rows name, shape and parameters."""
    model = network(kind, channels, filters, classes)
    return layer_table(model, (channels, *size))


def left(
    layer_table: Callable[..., Any],
    kind: str,
    channels: int,
    filters: int,
    classes: int,
    size: Sequence[int],
    training: bool,
) -> Any:
    """How many rows there are, and what has become of the network."""
    model = network(kind, channels, filters, classes).train(training)
    rows = layer_table(model, (channels, *size))
    return {
        "rows": len(rows) > 0,
        "mode": model.training,
        "hooks": sum(len(layer._forward_hooks) for layer in model.modules()),
        "pictures counted": int(model.state_dict()[counter(model)]),
    }


def counter(model: nn.Module) -> str:
    """The name of the number of batches that batch norm has seen."""
    return next(name for name in model.state_dict() if name.endswith("num_batches_tracked"))


# train_epoch and evaluate


class Noting(nn.Module):
    """A small classifier that notes how it is asked."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, 5)
        self.scores = nn.Linear(5, classes)
        self.asked: list[Any] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From (N, features) to (N, classes)."""
        self.asked.append([len(x), self.training, torch.is_grad_enabled()])
        return self.scores(torch.tanh(self.hidden(x)))


class Noisy(nn.Module):
    """A small classifier with dropout and batch norm: its mode makes a difference."""

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, 6)
        self.norm = nn.BatchNorm1d(6)
        self.drop = nn.Dropout(0.5)
        self.scores = nn.Linear(6, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From (N, features) to (N, classes)."""
        return self.scores(self.drop(torch.tanh(self.norm(self.hidden(x)))))


def in_batches(x: np.ndarray, y: np.ndarray, size: int) -> Any:
    """Pairs of images and labels, once: a generator, like the notebook's."""
    images, labels = tensor(x), tensor(y)
    for first in range(0, len(y), size):
        yield images[first : first + size], labels[first : first + size]


def weights_after(
    train_epoch: Callable[..., Any],
    x: np.ndarray,
    y: np.ndarray,
    classes: int,
    size: int,
    lr: float,
    momentum: float,
    epochs: int,
) -> Any:
    """The weights of a small classifier after some epochs."""
    model = filled(Noting(x.shape[1], classes))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    for _ in range(epochs):
        train_epoch(model, in_batches(x, y, size), optimizer)
    return {name: weight.detach() for name, weight in model.named_parameters()}


def loss_of(
    train_epoch: Callable[..., Any],
    x: np.ndarray,
    y: np.ndarray,
    classes: int,
    size: int,
    lr: float,
) -> Any:
    """What an epoch returns."""
    model = filled(Noting(x.shape[1], classes))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return train_epoch(model, in_batches(x, y, size), optimizer)


def modes(
    trains: Callable[..., Any], x: np.ndarray, y: np.ndarray, size: int, training: bool
) -> Any:
    """Batch by batch: how many pictures came, and whether the model was in training mode."""
    model = filled(Noting(x.shape[1], 3)).train(training)
    trains(model, in_batches(x, y, size), torch.optim.SGD(model.parameters(), lr=0.1))
    return [[samples, was_training] for samples, was_training, _ in model.asked]


def judgement(
    evaluate: Callable[..., Any], x: np.ndarray, y: np.ndarray, classes: int, size: int, _part: int
) -> Any:
    """The loss or the accuracy; the network is handed over in evaluation mode."""
    model = filled(Noting(x.shape[1], classes)).eval()
    return evaluate(model, in_batches(x, y, size))[_part]


def in_use(evaluate: Callable[..., Any], x: np.ndarray, y: np.ndarray, size: int) -> Any:
    """The loss of a network with dropout and batch norm that was learning, and what it noted."""
    model = filled(Noisy(x.shape[1], 3)).train()
    loss, _ = evaluate(model, in_batches(x, y, size))
    return loss, int(model.norm.num_batches_tracked)


def gradients_kept(evaluate: Callable[..., Any], x: np.ndarray, y: np.ndarray, size: int) -> Any:
    """Batch by batch: whether a graph was kept; and the weights afterwards."""
    model = filled(Noting(x.shape[1], 3)).eval()
    evaluate(model, in_batches(x, y, size))
    return [kept for _, _, kept in model.asked], model.scores.bias.detach()
