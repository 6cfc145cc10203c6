"""Inputs for the exercises of unit 14, and how they are put to the learner's modules.

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
    filled,
    gradient_sizes,
    input_gradient,
    on_meta,
    parameters,
    tensor,
)
from autograder.runner.probing import standing_in
from nand2resnet.blueprints import plan_of

__all__ = ["tensor", "turned"]

Block = Callable[..., nn.Module]
Sizes = Sequence[int]


def turned(values: np.ndarray) -> torch.Tensor:
    """A tensor whose last two axes lie in memory the other way round."""
    return tensor(values).transpose(-1, -2)


# SEBlock


def gates(block: Block, channels: int, reduction: int, bias: bool, x: torch.Tensor) -> Any:
    """The gates of a filled block."""
    with torch.no_grad():
        return filled(block(channels, reduction, bias)).gates(x)


def scaled(block: Block, channels: int, reduction: int, bias: bool, x: torch.Tensor) -> Any:
    """What a filled block gives."""
    return answers(block(channels, reduction, bias), x)


def count(block: Block, *arguments: Any) -> int:
    """How many parameters a block has."""
    return parameters(on_meta(lambda: block(*arguments)))


def by_default(block: Block, channels: int) -> int:
    """How many parameters a block has, made with its channels only."""
    return parameters(on_meta(lambda: block(channels)))


def slopes(block: Block, channels: int, reduction: int, x: torch.Tensor) -> Any:
    """Gradients by the inputs, and their sizes by each parameter."""
    made = block(channels, reduction)
    return input_gradient(made, x), gradient_sizes(block(channels, reduction), x)


def reloaded(block: Block, channels: int, reduction: int, x: torch.Tensor) -> Any:
    """What a second block gives after it has loaded the first one's weights."""
    return after_round_trip(lambda: block(channels, reduction), x)


def moved(block: Block, channels: int, reduction: int, _size: Sizes) -> Any:
    """Whether everything moves to another device."""
    return after_moving(lambda: block(channels, reduction), tuple(_size))


# SEResNet


class Gate(nn.Module):
    """Stands in for SEBlock, of which it has nothing but the way it is made and called."""

    def __init__(self, channels: int, reduction: int = 16, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.ones(channels // reduction + 1000 * bool(bias)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Squeeze nothing, excite nothing."""
        return x * self.weight[:, None, None] + self.bias.mean()


def whole_count(network: Block, *arguments: Any) -> int:
    """How many parameters a network has, with the gates that stand in."""
    with standing_in(SEBlock=Gate):
        return count(network, *arguments)


def whole(network: Block, depth: int, width: int, reduction: int, x: torch.Tensor) -> Any:
    """The scores of a filled network for four classes."""
    with standing_in(SEBlock=Gate):
        return answers(network(depth, 4, width, reduction), x)


def whole_moved(network: Block, depth: int, width: int, reduction: int, _size: Sizes) -> Any:
    """Whether everything of a network moves to another device."""
    with standing_in(SEBlock=Gate):
        return after_moving(lambda: network(depth, 4, width, reduction), tuple(_size))


def whole_reloaded(network: Block, depth: int, width: int, reduction: int, x: torch.Tensor) -> Any:
    """What a second network gives after it has loaded the first one's weights."""
    with standing_in(SEBlock=Gate):
        return after_round_trip(lambda: network(depth, 4, width, reduction), x)


def whole_slopes(network: Block, depth: int, width: int, reduction: int, x: torch.Tensor) -> Any:
    """Whether each parameter has a slope, for how many of them."""
    with standing_in(SEBlock=Gate):
        sizes = gradient_sizes(network(depth, 4, width, reduction), x)
    return len(sizes), sum(norm < 0 for _, norm in sizes)


# capstone


def plan(capstone: Callable[[int], nn.Module], classes: int, _exam: int) -> Any:
    """The plan of the network: it holds no weights, and all that is measured is measured outside.

    ``_exam`` is for the oracle, which sets the exam.
    """
    return plan_of(capstone(classes))
