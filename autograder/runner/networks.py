"""What probes.py of the PyTorch units asks of a network: shapes, counts, values, gradients.

Every question has an answer that does not depend on what the author called the layers, nor on the
order in which they were made: see :func:`nand2resnet.networks.filled`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from nand2resnet.networks import filled, kind_of
from nand2resnet.tensors import as_arrays

# A pool of threads does not survive a fork: whoever computes after one would wait for ever.
torch.set_num_threads(1)

Make = Callable[[], nn.Module]
DTYPE = torch.float32


def tensor(values: Any, grad: bool = False) -> torch.Tensor:
    """Build a tensor from an array: floats in single precision, integers as they are."""
    made = torch.as_tensor(np.array(values))
    made = made.to(DTYPE) if made.is_floating_point() else made
    return made.requires_grad_(grad)


def parameters(model: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(weight.numel() for weight in model.parameters())


def answers(model: nn.Module, x: torch.Tensor, training: bool = False) -> np.ndarray:
    """What a network gives for inputs, with weights that are the same for every author."""
    with torch.no_grad():
        return arrays(filled(model).train(training)(x))


def arrays(value: Any) -> Any:
    """What a network gave, as arrays."""
    return as_arrays(value)


def on_meta(make: Make) -> nn.Module:
    """Make a network whose weights have shapes and no values: a large one takes no memory."""
    with torch.device("meta"):
        return make()


def shapes_on_meta(make: Make, size: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
    """The shape after each layer that learns, in the order in which an input goes through.

    Parameters
    ----------
    make : callable
        Makes the network.
    size : tuple of int
        Of the inputs, with the number of samples.

    Returns
    -------
    list of (str, tuple)
        The kind of layer and the shape of what it gives; at the end "output" and its shape.
    """
    model = on_meta(make).eval()
    seen: list[tuple[str, tuple[int, ...]]] = []

    def note(layer: nn.Module, _: Any, output: Any) -> None:
        seen.append((kind_of(layer), tuple(output.shape)))

    for layer in model.modules():
        if any(True for _ in layer.parameters(recurse=False)) and not any(layer.children()):
            layer.register_forward_hook(note)
    output = model(torch.empty(size, device="meta"))
    return [*seen, ("output", tuple(output.shape))]


def input_gradient(model: nn.Module, x: torch.Tensor) -> np.ndarray:
    """The gradient of a fixed weighted sum of the outputs by the inputs, in evaluation mode."""
    x = x.detach().clone().requires_grad_()
    weighted_sum(filled(model).eval()(x)).backward()
    assert x.grad is not None, "a network that does not depend on its input has none"
    return arrays(x.grad)


def gradient_sizes(model: nn.Module, x: torch.Tensor) -> list[tuple[str, float]]:
    """The Euclidean norm of the gradient by each parameter, by kind and size, in a fixed order.

    A parameter that the output does not depend on has the norm -1.
    """
    weighted_sum(filled(model).eval()(x)).backward()
    sizes = []
    for layer in model.modules():
        for name, weight in layer.named_parameters(recurse=False):
            norm = -1.0 if weight.grad is None else float(weight.grad.norm())
            sizes.append((f"{kind_of(layer)}.{name} {tuple(weight.shape)}", norm))
    return sorted(sizes)


def weighted_sum(output: torch.Tensor) -> torch.Tensor:
    """A number that depends on every output in another way."""
    weights = torch.linspace(0.5, 1.5, output.numel(), dtype=output.dtype)
    return (output * weights.reshape(output.shape)).sum()


def after_round_trip(make: Make, x: torch.Tensor) -> np.ndarray:
    """What a second network gives that has loaded the first one's ``state_dict``."""
    first, second = filled(make()), make()
    second.load_state_dict(first.state_dict())
    with torch.no_grad():
        return arrays(second.eval()(x))


def after_moving(make: Make, size: tuple[int, ...]) -> tuple[tuple[int, ...], list[str]]:
    """The shape of the output after the network has moved to another device, and the devices.

    The other device is "meta", which every machine has.
    """
    model = make().to("meta").eval()
    held = [*model.parameters(), *model.buffers()]
    output = model(torch.empty(size, device="meta"))
    return tuple(output.shape), sorted({weight.device.type for weight in [*held, output]})


def modes_differ(model: nn.Module, x: torch.Tensor) -> tuple[bool, bool]:
    """Whether two calls differ in training mode, and whether two do in evaluation mode."""
    filled(model)
    differ = []
    with torch.no_grad():
        for training in (True, False):
            model.train(training)
            differ.append(not torch.equal(model(x), model(x)))
    return differ[0], differ[1]
