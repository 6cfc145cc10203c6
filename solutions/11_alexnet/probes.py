"""Inputs for the exercises of unit 11, and how they are put to the learner's code.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

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
from nand2resnet.networks import filled

__all__ = ["tensor"]

Settings = Sequence[Any]
PLAIN: dict[str, Callable[..., nn.Module]] = {
    "linear": nn.Linear,
    "flat": nn.Flatten,
    "relu": nn.ReLU,
}

# The first layers on "meta" make PyTorch load a large part of itself: here, so that it happens once
# and not in each process that asks.
nn.Conv2d(1, 1, 1, device="meta")(torch.empty(1, 1, 1, 1, device="meta")).relu()


def every_other(values: Any) -> torch.Tensor:
    """A tensor that skips every second row of what lies in memory."""
    return tensor(values)[:, :, ::2]


def network(layers: Sequence[Sequence[Any]], device: str = "cpu") -> nn.Module:
    """A network of the layers named; the word "again" uses the layer before once more."""
    made: list[nn.Module] = []
    with torch.device(device):
        for kind, *arguments in layers:
            if kind == "again":
                made.append(made[-1])
            elif kind == "conv":
                channels, filters, window, stride, padding, groups = arguments
                made.append(nn.Conv2d(channels, filters, window, stride, padding, groups=groups))
            else:
                made.append(PLAIN[kind](*arguments))
    return nn.Sequential(*made)


def calmed(maps: torch.Tensor) -> torch.Tensor:
    """Stands where a network normalises: another arithmetic than the learner's."""
    return maps / (1 + maps.abs().mean(dim=1, keepdim=True))


def with_defaults(local_response_norm: Callable[..., Any], x: torch.Tensor) -> Any:
    """The layer as the paper has it."""
    return local_response_norm(x)


def five(ten_crop: Callable[..., Any], images: torch.Tensor, size: int) -> Any:
    """The first five of the ten patches."""
    return ten_crop(images, size)[:, :5]


def counted(multiply_adds: Callable[..., Any], model: nn.Module, size: Sequence[int]) -> Any:
    """The size as the text gives it: a tuple."""
    return multiply_adds(model, tuple(size))


def left_behind(multiply_adds: Callable[..., Any], model: nn.Module, size: Sequence[int]) -> Any:
    """A second count of the same network, and how many hooks are on it then."""
    found = [multiply_adds(model, tuple(size)) for _ in range(2)]
    return found[1], sum(len(layer._forward_hooks) for layer in model.modules())


def learns(network: Callable[..., nn.Module], settings: Settings) -> int:
    """How many numbers a network learns."""
    return parameters(on_meta(lambda: network(*settings)))


def shapes(network: Callable[..., nn.Module], settings: Settings, size: Sequence[int]) -> Any:
    """Kind and output of each layer that learns."""
    found = shapes_on_meta(lambda: network(*settings), tuple(size))
    return [[kind, *shape] for kind, shape in found]


def values(
    network: Callable[..., nn.Module], settings: Settings, x: torch.Tensor, calm: bool
) -> Any:
    """What a network says with given weights, with or without something that normalises."""
    return answers(network(*settings, *([calmed] if calm else [])), x)


def dropped(network: Callable[..., nn.Module], settings: Settings, x: torch.Tensor) -> Any:
    """For each fully connected layer, whether training puts more zeros among its inputs.

    And whether two answers are the same outside of training.
    """
    model = filled(network(*settings))
    zeros: dict[bool, list[float]] = {True: [], False: []}

    def note(_: nn.Module, inputs: Any, __: Any) -> None:
        zeros[model.training].append(float((inputs[0] == 0).float().mean()))

    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            layer.register_forward_hook(note)
    with torch.no_grad():
        model.train()(x)
        one, other = (model.eval()(x) for _ in range(2))
    calm = zeros[False][: len(zeros[True])]
    more = [many > few + 0.1 for many, few in zip(zeros[True], calm, strict=True)]
    return more, bool(torch.equal(one, other))


def share_kept(network: Callable[..., nn.Module], settings: Settings, x: torch.Tensor) -> Any:
    """About which share of what fc7 and fc8 are given survives dropout, in quarters."""
    model = filled(network(*settings))
    alive: dict[bool, list[float]] = {True: [], False: []}

    def note(_: nn.Module, inputs: Any, __: Any) -> None:
        alive[model.training].append(float((inputs[0] != 0).float().mean()))

    for layer in [layer for layer in model.modules() if isinstance(layer, nn.Linear)][1:]:
        layer.register_forward_hook(note)
    with torch.no_grad():
        for training in (True, False):
            model.train(training)(x)
    return [round(4 * some / every) / 4 for some, every in zip(*alive.values(), strict=True)]


def slopes(network: Callable[..., nn.Module], settings: Settings, x: torch.Tensor) -> Any:
    """How long the gradient of each weight is."""
    return gradient_sizes(network(*settings), x)


def round_trip(network: Callable[..., nn.Module], settings: Settings, x: torch.Tensor) -> Any:
    """What a second network says that was given the weights of the first."""
    return after_round_trip(lambda: network(*settings), x)


def moved(network: Callable[..., nn.Module], settings: Settings, size: Sequence[int]) -> Any:
    """Whether all of it moves to another device."""
    return after_moving(lambda: network(*settings), tuple(size))


def drawn(network: Callable[..., nn.Module], settings: Settings, seed: int) -> Any:
    """What a network says to a random picture of 224 x 224."""
    return answers(network(*settings), picture(seed))


def dropped_when_drawn(network: Callable[..., nn.Module], settings: Settings) -> Any:
    """As :func:`dropped` and :func:`share_kept`, with random pictures of 224 x 224."""
    pictures = picture(0, 3)
    return dropped(network, settings, pictures), share_kept(network, settings, pictures)


def picture(seed: int, count: int = 1) -> torch.Tensor:
    """Random pictures, large enough for the whole network."""
    return torch.randn(count, 3, 224, 224, generator=torch.Generator().manual_seed(seed))
