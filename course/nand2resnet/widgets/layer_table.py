"""Layer table: a network's layers as rows and as volumes, and what each of them is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import traitlets

from nand2resnet.widgets.convolution_figure import CONVOLUTION_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError, call
from nand2resnet.widgets.lenet_figure import LENET_CSS

Row = tuple[str, tuple[int, ...], int]
NAME = "layer_table"


class LayerTable(Figure):
    """The rows that the learner's function gives for a network, and its volumes drawn.

    Parameters
    ----------
    layer_table : callable
        The learner's ``layer_table(model, input_size)``.
    network : callable
        Makes the learner's network, such as the class ``LeNet``.
    input_size : tuple of int
        (C, H, W), the shape of one picture.

    Attributes
    ----------
    layers : list of dict
        The picture and then each layer: its ``name``, ``shape``, ``parameters``, the ``sum`` these
        come from, and ``sees``, how many pixels a cell depends on along one side (0: all).
    trouble : str
        What is wrong with the learner's function or network, in words for the learner, or empty.

    Examples
    --------
    >>> LayerTable(layer_table, LeNet, (1, 28, 28))  # doctest: +SKIP
    """

    _esm = module_text("layer_table.js")
    _css = Figure._css + CONVOLUTION_CSS + LENET_CSS

    layers: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        layer_table: Callable[..., object],
        network: Callable[[], Any],
        input_size: Sequence[int],
    ) -> None:
        super().__init__()
        size = tuple(input_size)
        try:
            model = call(network, name=getattr(network, "__name__", "network"))
            rows = rows_of(call(layer_table, model, size, name=NAME))
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            return
        self.layers = described(rows, dict(model.named_modules()), size)  # type: ignore[attr-defined]


def rows_of(answer: object) -> list[Row]:
    """Make sure that a list of rows came back from the learner.

    Raises
    ------
    LearnerTroubleError
        If something else came back; the text says what.
    """
    if not isinstance(answer, list | tuple) or not answer:
        raise LearnerTroubleError(
            f"`{NAME}` returned {type(answer).__name__}, not a list with a row for each layer."
        )
    rows = []
    for row in answer:
        try:
            name, shape, parameters = row
            rows.append((str(name), tuple(int(side) for side in shape), int(parameters)))
        except (TypeError, ValueError):
            raise LearnerTroubleError(
                f"`{NAME}` has a row {row!r}; a row is (name, shape, number of parameters)."
            ) from None
    return rows


def described(
    rows: Sequence[Row], modules: dict[str, Any], size: tuple[int, ...]
) -> list[dict[str, Any]]:
    """The picture and the rows, with where their parameters come from and how far they see.

    Layers that do not look through a window are taken to see everything from there on.
    """
    found = [{"name": "picture", "shape": list(size), "parameters": 0, "sum": "", "sees": 1}]
    sees, jump = 1, 1
    for name, shape, parameters in rows:
        layer = modules.get(name)
        window, stride = side_of(layer, "kernel_size"), side_of(layer, "stride")
        if hasattr(layer, "in_features"):
            sees = 0
        elif sees and window:
            sees, jump = sees + (window - 1) * jump, jump * max(stride, 1)
        shown = {"name": name, "shape": list(shape), "parameters": parameters}
        found.append(shown | {"sum": sum_of(layer), "sees": min(sees, max(size[1:]))})
    return found


def side_of(layer: Any, name: str) -> int:
    """The first side of a window or stride; 0 where a layer has none."""
    return int(np.ravel(getattr(layer, name, 0))[0])


def sum_of(layer: Any) -> str:
    """How many parameters a layer has, as a sum to check by hand; empty where it has none."""
    weight = getattr(layer, "weight", None)
    if weight is None or len(weight.shape) < 2:
        return ""
    outputs, *inputs = (int(side) for side in weight.shape)
    bias = getattr(layer, "bias", None) is not None
    product = " · ".join(map(str, inputs))
    total = outputs * (math.prod(inputs) + bias)
    return f"({product}{' + 1' if bias else ''}) · {outputs} = {total:,}"
