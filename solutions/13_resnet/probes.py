"""Inputs for the exercises of unit 13, and how they are put to the learner's networks.

No answer stands here: this file enters the sandbox. Where a network is made of blocks that an
earlier exercise asks for, blocks of this file take their place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.runner.networks import (
    after_moving,
    after_round_trip,
    answers,
    gradient_sizes,
    on_meta,
    parameters,
    shapes_on_meta,
    tensor,
)
from autograder.runner.probing import standing_in
from nand2resnet.networks import filled

Make = Callable[..., nn.Module]


# Blocks that stand in for the learner's


class Thin(nn.Module):
    """A block with one convolution, which has a bias when the shortcuts are of option B."""

    expansion = 1

    def __init__(self, inputs: int, width: int, stride: int = 1, option: str = "B") -> None:
        super().__init__()
        outputs = self.expansion * width
        self.layer = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=option == "B")
        self.shortcut: nn.Module = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From (N, inputs, H, W) to (N, expansion * width, H / stride, W / stride)."""
        return torch.tanh(self.layer(x) + self.shortcut(x))


class Thick(Thin):
    """A block that gives four times its width."""

    expansion = 4

    def __init__(self, inputs: int, width: int, stride: int = 1) -> None:
        super().__init__(inputs, width, stride)


STAND_INS = {"BasicBlock": Thin, "Bottleneck": Thick}


class Nothing(nn.Module):
    """A shortcut that lets nothing through."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Zero."""
        return x.new_zeros(())


# BasicBlock and Bottleneck


def block_output(Block: Make, x: torch.Tensor, settings: Sequence[Any]) -> np.ndarray:
    """What a block gives in evaluation mode."""
    return answers(Block(*settings), x)


def block_in_training(Block: Make, x: torch.Tensor, settings: Sequence[Any]) -> np.ndarray:
    """What a block gives in training mode."""
    return answers(Block(*settings), x, training=True)


def block_without_shortcut(Block: Make, x: torch.Tensor, settings: Sequence[Any]) -> np.ndarray:
    """What a block gives once its module ``shortcut`` has been cut."""
    block = filled(Block(*settings)).eval()
    block.get_submodule("shortcut")  # it must be a module to be found
    block.shortcut = Nothing()
    with torch.no_grad():
        return block(x).numpy()


def block_parameters(Block: Make, settings: Sequence[Any]) -> int:
    """How many numbers a block learns."""
    return parameters(Block(*settings))


def block_expansion(Block: Any) -> int:
    """How many times its width a block gives, as it says itself."""
    return Block.expansion


def block_loaded(Block: Make, x: torch.Tensor, settings: Sequence[Any]) -> np.ndarray:
    """What a second block gives that has loaded the first one's weights."""
    return after_round_trip(partial(Block, *settings), x)


def block_moved(Block: Make, size: Sequence[int], settings: Sequence[Any]) -> Any:
    """The shape of the output after a move to another device, and the devices."""
    return after_moving(partial(Block, *settings), tuple(size))


def block_gradients(Block: Make, x: torch.Tensor, settings: Sequence[Any]) -> Any:
    """The sizes of the gradients by each parameter."""
    return gradient_sizes(Block(*settings), x)


# CifarResNet and ResNet


def network_parameters(Network: Make, settings: Sequence[Any]) -> int:
    """How many numbers a network of stand-ins learns."""
    with standing_in(**STAND_INS):
        return parameters(on_meta(partial(Network, *settings)))


def network_shapes(Network: Make, size: Sequence[int], settings: Sequence[Any]) -> Any:
    """The shapes along a network of stand-ins."""
    with standing_in(**STAND_INS):
        return shapes_on_meta(partial(Network, *settings), tuple(size))


def network_scores(Network: Make, x: torch.Tensor, settings: Sequence[Any]) -> np.ndarray:
    """The scores of a network of stand-ins."""
    with standing_in(**STAND_INS):
        return answers(Network(*settings), x)


def network_loaded(Network: Make, x: torch.Tensor, settings: Sequence[Any]) -> np.ndarray:
    """What a second network of stand-ins gives that has loaded the first one's weights."""
    with standing_in(**STAND_INS):
        return after_round_trip(partial(Network, *settings), x)


def network_moved(Network: Make, size: Sequence[int], settings: Sequence[Any]) -> Any:
    """The shape of the output after a move to another device, and the devices."""
    with standing_in(**STAND_INS):
        return after_moving(partial(Network, *settings), tuple(size))


def is_refused(Network: Make, depth: int) -> bool:
    """Whether a depth is refused as a ValueError."""
    try:
        with standing_in(**STAND_INS), torch.device("meta"):
            Network(depth)
    except ValueError:
        return True
    return False


# plain


def nested(widths: Sequence[int]) -> nn.Module:
    """Blocks inside modules inside modules, and a head without a shortcut; or one block alone."""
    pairs = list(pairwise(widths))
    if len(pairs) == 1:
        return filled(Thin(*pairs[0])).eval()
    blocks = [Thin(*pair, stride=1 + place % 2) for place, pair in enumerate(pairs)]
    inner = nn.Sequential(nn.Sequential(blocks[0]))
    blocks[-1].shortcut = nn.Sequential(blocks[-1].shortcut, nn.BatchNorm2d(widths[-1]))
    return filled(nn.Sequential(inner, *blocks[1:], nn.Conv2d(widths[-1], 2, 1))).eval()


def cut_output(plain: Callable[..., Any], x: torch.Tensor, widths: Sequence[int]) -> Any:
    """What the nested blocks give without shortcuts, and with how many parameters."""
    with torch.no_grad(), standing_in(Cut=Nothing):
        model = plain(nested(widths))
        return {"output": model(x).numpy(), "parameters": parameters(model)}


def cut_in_place(plain: Callable[..., Any], x: torch.Tensor, widths: Sequence[int]) -> Any:
    """What the network that was handed in gives afterwards, and whether it came back."""
    model = nested(widths)
    with torch.no_grad(), standing_in(Cut=Nothing):
        same = plain(model) is model
        return {"same": same, "output": model(x).numpy()}


# train


def small_model() -> nn.Module:
    """Batch norm, a bent layer and scores, in double precision and evaluation mode."""
    layers = nn.BatchNorm1d(2), nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3)
    return filled(nn.Sequential(*layers)).double().eval()


def in_batches(x: np.ndarray, y: np.ndarray, sizes: Sequence[int]) -> list[Any]:
    """The samples in batches of these sizes."""
    rows, labels = torch.tensor(x), torch.tensor(y)
    return list(zip(rows.split(list(sizes)), labels.split(list(sizes)), strict=True))


def trained_weights(
    train: Callable[..., Any],
    x: np.ndarray,
    y: np.ndarray,
    sizes: Sequence[int],
    epochs: int,
    milestones: Sequence[int],
    lr: float,
) -> Any:
    """All weights and running statistics afterwards."""
    model = small_model()
    train(model, in_batches(x, y, sizes), epochs, tuple(milestones), lr)
    return {name: value.double().numpy() for name, value in model.state_dict().items()}


def training_errors(
    train: Callable[..., Any], x: np.ndarray, y: np.ndarray, sizes: Sequence[int], epochs: int
) -> Any:
    """What is returned, as plain numbers if there are some."""
    errors = train(small_model(), in_batches(x, y, sizes), epochs)
    return list(map(float, errors)) if isinstance(errors, list | tuple) else errors


def second_training(
    train: Callable[..., Any], x: np.ndarray, y: np.ndarray, sizes: Sequence[int], lr: float
) -> Any:
    """The last weights, where the network came with slopes that somebody else had left."""
    model = small_model()
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    train(model, in_batches(x, y, sizes), 1, (), lr)
    return model[-1].weight.detach().numpy()


__all__ = ["tensor"]
