"""Inputs for the exercises of unit 12, and how they are put to the learner's networks.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn

from autograder.runner.networks import (
    after_moving,
    after_round_trip,
    answers,
    arrays,
    input_gradient,
    modes_differ,
    on_meta,
    parameters,
    shapes_on_meta,
    tensor,
)
from nand2resnet.networks import filled

__all__ = ["tensor"]

Make = Callable[..., nn.Module]


def pixels(shape: tuple[int, ...], seed: int) -> torch.Tensor:
    """Pictures or maps of random numbers."""
    return tensor(np.random.default_rng(seed).normal(size=tuple(shape)))


class StandIn(nn.Module):
    """Stands where an inception module would, and tells all its numbers apart."""

    def __init__(
        self, in_channels: int, n1: int, reduce3: int, n3: int, reduce5: int, n5: int, pool: int
    ) -> None:
        super().__init__()
        self.mix = nn.Conv2d(in_channels, n1 + n3 + n5 + pool, 1)
        self.scale = 1 + (2 * n1 - 3 * reduce3 + n3 - 5 * reduce5 + 4 * n5 - pool) / 1e3

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From maps to maps of the same height and width."""
        return self.scale * torch.relu(self.mix(x))


# Questions to any module that is made from numbers


def values(make: Make, x: torch.Tensor, *line: Any) -> Any:
    """What it gives."""
    return answers(make(*line), x)


def shape_and_size(make: Make, _size: tuple[int, ...], *line: Any) -> Any:
    """The shape of what it gives for inputs of this size, and how much it learns."""
    model = on_meta(lambda: make(*line)).eval()
    return tuple(model(torch.empty(tuple(_size), device="meta")).shape), parameters(model)


def slopes(make: Make, x: torch.Tensor, *line: Any) -> Any:
    """How its answers depend on the input."""
    return input_gradient(make(*line), x)


def copied(make: Make, x: torch.Tensor, *line: Any) -> Any:
    """What a second one gives that has loaded the first one's weights."""
    return after_round_trip(lambda: make(*line), x)


def moved(make: Make, _size: tuple[int, ...], *line: Any) -> Any:
    """Whether all of it goes to another device."""
    return after_moving(lambda: make(*line), tuple(_size))


def layers(make: Make, _size: tuple[int, ...], *line: Any) -> Any:
    """The shape after each layer that learns."""
    return shapes_on_meta(lambda: make(*line), tuple(_size))


def modes(make: Make, x: torch.Tensor, *line: Any) -> Any:
    """Whether chance plays a part in training, and in evaluation."""
    return modes_differ(make(*line), x)


def dropouts(make: Make, _size: tuple[int, ...], *line: Any) -> Any:
    """With which probabilities numbers are dropped, in training and in evaluation."""
    model = on_meta(lambda: make(*line))
    found = []
    for training in (True, False):
        dropped: list[float] = []
        with mock.patch("torch.nn.functional.dropout", noting(dropped)):
            model.train(training)(torch.empty(tuple(_size), device="meta"))
        found.append(dropped)
    return found


def noting(dropped: list[float]) -> Callable[..., torch.Tensor]:
    """Stand for ``dropout``: drop nothing, and note what would have been dropped."""

    def dropout(
        x: torch.Tensor, p: float = 0.5, training: bool = True, inplace: bool = False
    ) -> torch.Tensor:
        del inplace
        if training and p > 0:
            dropped.append(round(float(p), 6))
        return x

    return dropout


# GoogLeNet, with a stand-in for its block


def with_stand_in(question: Callable[..., Any]) -> Callable[..., Any]:
    """A question to a network that is made with a stand-in for its block."""

    def asked(make: Make, given: Any, *line: Any) -> Any:
        return question(lambda *rest: make(StandIn, *rest), given, *line)

    return asked


plan_values, plan_layers = with_stand_in(values), with_stand_in(layers)
plan_size, plan_modes = with_stand_in(shape_and_size), with_stand_in(modes)
plan_dropouts, plan_copied = with_stand_in(dropouts), with_stand_in(copied)
plan_moved = with_stand_in(moved)


def with_heads(make: Make, x: torch.Tensor, classes: int, width: float, training: bool) -> Any:
    """All scores of a network with auxiliary heads, with nothing dropped."""
    model = filled(make(StandIn, classes, width, True)).train(training)
    with torch.no_grad(), mock.patch("torch.nn.functional.dropout", noting([])):
        return arrays(model(x))


def size_with_heads(make: Make, classes: int, width: float) -> Any:
    """How much a network with auxiliary heads learns."""
    return parameters(on_meta(lambda: make(StandIn, classes, width, True)))


# VGG


def taken_apart(make: Make, x: torch.Tensor, *line: Any) -> Any:
    """What its two parts give, one after the other."""
    model: Any = filled(make(*line)).eval()
    with torch.no_grad():
        return arrays(model.classifier(model.features(x).flatten(1)))


# dense_evaluation


def features_of(channels: int, seed: int) -> nn.Module:
    """Features without padding: windows of 2 x 2, then pooling."""
    layers = nn.Sequential(nn.Conv2d(3, channels, 2), nn.ReLU(), nn.MaxPool2d(2))
    return filled(layers, seed).eval()


def classifier_of(inputs: int, widths: tuple[int, ...], classes: int, seed: int) -> nn.Module:
    """Fully connected layers with ReLU and dropout between them."""
    layers: list[nn.Module] = []
    for width in widths:
        layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(0.9)]
        inputs = width
    return filled(nn.Sequential(*layers, nn.Linear(inputs, classes)), seed).eval()


def dense(
    dense_evaluation: Callable[..., Any],
    features: nn.Module,
    classifier: nn.Sequential,
    x: torch.Tensor,
) -> Any:
    """The map of scores."""
    with torch.no_grad():
        return dense_evaluation(features, classifier, x)


def kept(
    dense_evaluation: Callable[..., Any],
    features: nn.Module,
    classifier: nn.Sequential,
    x: torch.Tensor,
) -> Any:
    """What the network itself gives afterwards: it must be what it was."""
    with torch.no_grad():
        first = dense_evaluation(features, classifier, x)
        again = dense_evaluation(features, classifier, x)
        return first.shape == again.shape and bool(torch.equal(first, again))
