"""A network as a plan: which layers it has and what flows where, as data that holds no code.

A plan can be looked at, counted, and built anew by somebody who does not trust its author: it is
made of names from two short lists (:data:`LAYERS` and :data:`STEPS`) and of numbers. Weights are
not part of it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import fx, nn

Plan = dict[str, Any]
"""``{"layers": [[kind, settings], ...], "steps": [[name, arguments, options], ...]}``."""

PARTS: Final = ("layers", "steps")
MOST_LAYERS: Final = 200
MOST_STEPS: Final = 400
LARGEST_SETTING: Final = 4096
LARGEST_SIZE: Final = 10**7
LONGEST_SHAPE: Final = 8
STEP, SLICE = "step", "slice"
"""Keys that mark an earlier step's result, and a slice, among the arguments of a step."""

LAYERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Conv2d": (
        *("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation"),
        *("groups", "bias"),
    ),
    "Linear": ("in_features", "out_features", "bias"),
    "BatchNorm2d": ("num_features", "eps", "momentum", "affine"),
    "GroupNorm": ("num_groups", "num_channels", "eps", "affine"),
    "MaxPool2d": ("kernel_size", "stride", "padding", "ceil_mode"),
    "AvgPool2d": ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
    "AdaptiveAvgPool2d": ("output_size",),
    "AdaptiveMaxPool2d": ("output_size",),
    "Flatten": ("start_dim", "end_dim"),
    "Dropout": ("p",),
    "Dropout2d": ("p",),
    "LeakyReLU": ("negative_slope",),
    "PReLU": ("num_parameters",),
    **dict.fromkeys(
        ("ReLU", "ReLU6", "GELU", "SiLU", "ELU", "Tanh", "Sigmoid", "Hardswish", "Identity"), ()
    ),
}
"""The layers of ``torch.nn`` a plan may name, each with the settings that make it."""


def _shape(x: torch.Tensor, dim: int | None = None) -> Any:
    return tuple(x.shape) if dim is None else x.shape[dim]


def _attribute(x: torch.Tensor, name: str) -> Any:
    if name != "shape":
        raise ValueError(f"only `shape` may be asked of a tensor, not `{name}`")
    return _shape(x)


STEPS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "neg": operator.neg,
    "getitem": operator.getitem,
    "getattr": _attribute,
    "size": _shape,
    "cat": torch.cat,
    "flatten": torch.flatten,
    "mean": torch.mean,
    "sum": torch.sum,
    "amax": torch.amax,
    "unsqueeze": torch.unsqueeze,
    "squeeze": torch.squeeze,
    "permute": torch.Tensor.permute,
    "transpose": torch.transpose,
    "reshape": torch.Tensor.reshape,
    "view": torch.Tensor.reshape,
    "contiguous": torch.Tensor.contiguous,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": torch.softmax,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "gelu": F.gelu,
    "silu": F.silu,
    "elu": F.elu,
    "hardswish": F.hardswish,
    "max_pool2d": F.max_pool2d,
    "avg_pool2d": F.avg_pool2d,
    "adaptive_avg_pool2d": F.adaptive_avg_pool2d,
    "adaptive_max_pool2d": F.adaptive_max_pool2d,
    "pad": F.pad,
}
"""What a plan may do besides calling layers."""
ALSO_CALLED: Final = {"iadd": "add", "imul": "mul", "isub": "sub", "relu_": "relu"}


class NoPlanError(ValueError):
    """A network of which no plan can be made, or a plan of which no network can be built."""


@dataclass(frozen=True)
class Cost:
    """What a network costs for one picture.

    Attributes
    ----------
    parameters : int
        How many numbers it learns.
    multiply_adds : int
        Products that are summed in convolutions and linear layers; biases, normalisation,
        activations and pooling are not counted.
    """

    parameters: int
    multiply_adds: int


def plan_of(network: nn.Module) -> Plan:
    """Write down the plan of a network.

    Parameters
    ----------
    network : nn.Module
        Made of layers that :data:`LAYERS` names and of steps that :data:`STEPS` names. Its
        ``forward`` takes one argument, the pictures, and may not decide by their values.

    Returns
    -------
    Plan

    Raises
    ------
    NoPlanError
        Something in it is on neither list, or its ``forward`` cannot be followed.
    """
    if not isinstance(network, nn.Module):
        raise NoPlanError(f"a network (nn.Module) is needed, not {type(network).__name__}")
    network = nn.Sequential(network)  # a layer by itself is a step, and not looked into
    try:
        traced = fx.Tracer().trace(network)
    except Exception as error:
        raise NoPlanError(
            f"its forward cannot be followed: {type(error).__name__}: {error}"
        ) from error
    return _Writer(network).plan(traced)


class _Writer:
    """Writes a traced network down, layer by layer and step by step."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._layers: dict[int, int] = {}
        self._written: list[list[Any]] = []
        self._steps: dict[fx.Node, int] = {}

    def plan(self, graph: fx.Graph) -> Plan:
        """The plan of the graph."""
        steps: list[list[Any]] = []
        for node in graph.nodes:
            steps.append(self._step(node))
            self._steps[node] = len(steps) - 1
        return {"layers": self._written, "steps": steps}

    def _step(self, node: fx.Node) -> list[Any]:
        if node.op == "placeholder":
            return ["input", [], {}]
        if node.op == "get_attr":
            raise NoPlanError(
                f"`{node.target}` is a parameter of its own; put what is learnt into layers"
            )
        arguments = [self._argument(part) for part in node.args]
        options = {key: self._argument(part) for key, part in node.kwargs.items()}
        if node.op == "output":
            return ["output", arguments, options]
        if node.op == "call_module":
            layer = self._layer(self._network.get_submodule(str(node.target)))
            return ["layer", [layer, *arguments], options]
        name = getattr(node.target, "__name__", str(node.target))
        name = ALSO_CALLED.get(name, name)
        if name not in STEPS:
            raise NoPlanError(f"`{name}` is not among the steps a plan may take: {_names(STEPS)}")
        return [name, arguments, options]

    def _layer(self, layer: nn.Module) -> int:
        if id(layer) not in self._layers:
            kind = type(layer).__name__
            if type(layer) is not getattr(nn, kind, None) or kind not in LAYERS:
                raise NoPlanError(f"`{kind}` is not among the layers of a plan: {_names(LAYERS)}")
            if getattr(layer, "padding_mode", "zeros") != "zeros":
                raise NoPlanError("a plan knows padding with zeros only")
            settings = {name: _setting(layer, name) for name in LAYERS[kind]}
            self._layers[id(layer)] = len(self._written)
            self._written.append([kind, settings])
        return self._layers[id(layer)]

    def _argument(self, value: Any) -> Any:
        if isinstance(value, fx.Node):
            return {STEP: self._steps[value]}
        if isinstance(value, slice):
            parts = value.start, value.stop, value.step
            return {SLICE: [self._argument(part) for part in parts]}
        if isinstance(value, tuple | list):
            return [self._argument(part) for part in value]
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise NoPlanError(f"a {type(value).__name__} has no place in a plan")


def _setting(layer: nn.Module, name: str) -> Any:
    value = getattr(layer, name)
    if name in ("bias", "affine"):
        return value is not None and value is not False
    return list(value) if isinstance(value, tuple) else value


def _names(known: Mapping[str, Any]) -> str:
    return ", ".join(sorted(known))


class Built(nn.Module):
    """The network of a plan, built anew with fresh weights.

    Parameters
    ----------
    plan : Plan
        It is believed in nothing: every name and number is checked.
    most_values : int, optional
        What all steps together may compute for one picture.

    Attributes
    ----------
    multiply_adds : int
        What the last call spent on each picture.

    Raises
    ------
    NoPlanError
        It is no plan, or it computes more than it may.
    """

    def __init__(self, plan: Any, most_values: float = math.inf) -> None:
        super().__init__()
        layers, steps = _parts(plan)
        self.layers = nn.ModuleList(_built_layer(entry) for entry in layers)
        self._sums = [_products_per_value(*entry) for entry in layers]
        self._steps = [_checked_step(entry) for entry in steps]
        self._most_values = most_values
        self.multiply_adds = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Take every step of the plan."""
        results: list[Any] = []
        values = self.multiply_adds = 0
        for name, arguments, options in self._steps:
            given = [_resolved(part, results) for part in arguments]
            named = {key: _resolved(part, results) for key, part in options.items()}
            if name == "output":
                return given[0]
            result = x if name == "input" else self._taken(name, given, named)
            results.append(result)
            if not isinstance(result, torch.Tensor):
                _check_size(result)
            else:
                each = result.numel() // len(x)
                values += each
                self.multiply_adds += each * self._sums[arguments[0]] if name == "layer" else 0
            if values > self._most_values:
                raise NoPlanError(f"it computes more than {self._most_values:,} values a picture")
        raise NoPlanError("it has no output")

    def _taken(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        does = self.layers[given.pop(0)] if name == "layer" else STEPS[name]
        return does(*given, **named)


def _products_per_value(kind: str, settings: Mapping[str, Any]) -> int:
    """How many products are summed for each value that a layer gives."""
    if kind == "Conv2d":
        height, width = settings["kernel_size"]
        return int(settings["in_channels"] // settings["groups"] * height * width)
    return int(settings["in_features"]) if kind == "Linear" else 0


def _parts(plan: Any) -> tuple[list[Any], list[Any]]:
    layers, steps = (
        plan.get(key) if isinstance(plan, dict) else None for key in ("layers", "steps")
    )
    if not isinstance(layers, list) or not isinstance(steps, list):
        raise NoPlanError("a plan is a dict with a list of layers and a list of steps")
    layers, steps = (plan[key] for key in PARTS)
    if len(layers) > MOST_LAYERS or len(steps) > MOST_STEPS:
        raise NoPlanError(f"it has more than {MOST_LAYERS} layers, or {MOST_STEPS} steps")
    return layers, steps


def _built_layer(entry: Any) -> nn.Module:
    if not (isinstance(entry, list | tuple) and len(entry) == 2 and isinstance(entry[1], dict)):
        raise NoPlanError("a layer is a pair: its kind and its settings")
    kind, settings = entry
    if kind not in LAYERS or set(settings) != set(LAYERS[kind]):
        raise NoPlanError("a layer of a kind, or with settings, that no plan has")
    for value in settings.values():
        _check_numbers(value)
    made = {key: tuple(v) if isinstance(v, list) else v for key, v in settings.items()}
    try:
        layer: nn.Module = getattr(nn, kind)(**made)
    except Exception as error:
        raise NoPlanError(f"{kind} cannot be made of {settings}: {error}") from error
    return layer


def _checked_step(entry: Any) -> tuple[str, list[Any], dict[str, Any]]:
    if not (isinstance(entry, list | tuple) and len(entry) == 3):
        raise NoPlanError("a step is a name, arguments and options")
    name, arguments, options = entry
    known = name in STEPS or name in ("input", "layer", "output")
    if not known or not isinstance(arguments, list) or not isinstance(options, dict):
        raise NoPlanError("a step that no plan has")
    for value in (arguments, *options.values()):
        _check_numbers(value)
    return name, arguments, options


def _check_numbers(value: Any, depth: int = 0) -> None:
    """Only small numbers, short words and lists of these: whatever else, no plan has."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int | float) and abs(value) <= LARGEST_SETTING:
        return
    if isinstance(value, str) and len(value) <= 16:
        return
    if isinstance(value, dict) and len(value) == 1 and {STEP, SLICE} & set(value):
        value = list(value.values())
    if isinstance(value, list | tuple) and len(value) <= MOST_STEPS and depth < 6:
        for part in value:
            _check_numbers(part, depth + 1)
        return
    raise NoPlanError(f"a number above {LARGEST_SETTING:,}, or what is no number")


def _check_size(result: Any) -> None:
    """Sizes are small; numbers that grow at each step would grow without end."""
    sizes = result if isinstance(result, tuple) else (result,)
    if len(sizes) > LONGEST_SHAPE or not all(
        isinstance(size, int | float) and abs(size) <= LARGEST_SIZE for size in sizes
    ):
        raise NoPlanError("a step that gives neither a tensor nor a size")


def _resolved(value: Any, results: Sequence[Any]) -> Any:
    if isinstance(value, dict):
        if STEP in value:
            place = value[STEP]
            if not isinstance(place, int) or not 0 <= place < len(results):
                raise NoPlanError("a step that takes what does not exist yet")
            return results[place]
        return slice(*(_resolved(part, results) for part in value[SLICE]))
    if isinstance(value, list):
        found = [_resolved(part, results) for part in value]
        return found if any(isinstance(part, torch.Tensor) for part in found) else tuple(found)
    return value


def cost_of(network: nn.Module, size: tuple[int, ...]) -> Cost:
    """Count the parameters and the multiply-adds of a network.

    Parameters
    ----------
    network : nn.Module
        One of which a plan can be made, on any device.
    size : tuple of int
        Of one picture: channels, height, width.

    Returns
    -------
    Cost
    """
    return cost_of_plan(plan_of(network), size)[0]


def cost_of_plan(
    plan: Any, size: tuple[int, ...], most_values: float = math.inf, pictures: int = 2
) -> tuple[Cost, tuple[int, ...]]:
    """Count the cost of a plan for one picture, and give the shape of its output for several.

    It is built where tensors have shapes and no values, so that a large one takes no memory.

    Raises
    ------
    NoPlanError
        It is no plan, it does not fit together, or it computes more values than it may.
    """
    try:
        with torch.device("meta"), torch.no_grad():
            built = Built(plan, most_values).eval()
            output = built(torch.zeros(pictures, *size))
    except NoPlanError:
        raise
    except Exception as error:
        raise NoPlanError(f"it does not fit together: {error}") from error
    parameters = sum(weight.numel() for weight in built.parameters())
    return Cost(parameters, built.multiply_adds), tuple(getattr(output, "shape", ()))
