"""Computation graph: predict every value on the way forth, and every slope on the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import traitlets

from nand2resnet.widgets.figure import Figure, module_text

FIRST = "a chain"

GRAPH_CSS = (Path(__file__).parent / "computation_graph.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Operation:
    """What a node does with its inputs.

    Attributes
    ----------
    text : str
        How it is written, with the names of the inputs in the place of {0} and {1}.
    value : callable
        From the inputs' values to the node's value.
    slopes : callable
        From the inputs' values to the slope of the node along each input.
    """

    text: str
    value: Callable[..., float]
    slopes: Callable[..., Sequence[float]]


OPERATIONS: Mapping[str, Operation] = {
    "plus": Operation("{0} + {1}", lambda u, v: u + v, lambda _u, _v: (1.0, 1.0)),
    "minus": Operation("{0} − {1}", lambda u, v: u - v, lambda _u, _v: (1.0, -1.0)),
    "times": Operation("{0} · {1}", lambda u, v: u * v, lambda u, v: (v, u)),
    "relu": Operation("max({0}, 0)", lambda u: max(u, 0.0), lambda u: (float(u > 0),)),
    "half square": Operation("½ {0}²", lambda u: u * u / 2, lambda u: (u,)),
}


@dataclass(frozen=True)
class Node:
    """One number of a graph.

    Attributes
    ----------
    name : str
    at : (float, float)
        Column and row of the drawing.
    made_by : str
        A key of `OPERATIONS`, or "" for a number that is given.
    inputs : tuple of str
        The names of the nodes it is made from.
    given : float
        The value of a number that is given.
    asked : bool
        Whether its slope is asked for; that of data is of no use.
    """

    name: str
    at: tuple[float, float]
    made_by: str = ""
    inputs: tuple[str, ...] = ()
    given: float = 0.0
    asked: bool = True


def number(name: str, at: tuple[float, float], value: float, *, asked: bool = True) -> Node:
    """A node that is given."""
    return Node(name, at, given=value, asked=asked)


GRAPHS: Mapping[str, tuple[Node, ...]] = {
    "a chain": (
        number("x", (0, 1), 3.0, asked=False),
        number("w₁", (0, 0), 2.0),
        number("b₁", (1, 2), -1.0),
        number("w₂", (3, 0), -1.0),
        number("b₂", (4, 2), 7.0),
        number("y", (5, 0), 6.0, asked=False),
        Node("p₁", (1, 0.5), "times", ("w₁", "x")),
        Node("z₁", (2, 1), "plus", ("p₁", "b₁")),
        Node("a₁", (3, 1), "relu", ("z₁",)),
        Node("p₂", (4, 0.5), "times", ("w₂", "a₁")),
        Node("z₂", (5, 1), "plus", ("p₂", "b₂")),
        Node("r", (6, 0.5), "minus", ("z₂", "y")),
        Node("C", (7, 0.5), "half square", ("r",)),
    ),
    "a goes two ways": (
        number("a", (0, 0), 2.0),
        number("b", (0, 2), 1.0),
        Node("s", (1.5, 1.5), "plus", ("a", "b")),
        Node("f", (3, 0.75), "times", ("s", "a")),
    ),
    "two hidden units": (
        number("x", (0, 1), 2.0),
        number("w₁", (0, 0), 1.5),
        number("w₂", (0, 2), -1.0),
        number("v₁", (2, -0.4), -1.0),
        number("v₂", (2, 2.4), 4.0),
        Node("z₁", (1, 0.5), "times", ("w₁", "x")),
        Node("z₂", (1, 1.5), "times", ("w₂", "x")),
        Node("h₁", (2, 0.5), "relu", ("z₁",)),
        Node("h₂", (2, 1.5), "relu", ("z₂",)),
        Node("p₁", (3, 0.2), "times", ("v₁", "h₁")),
        Node("p₂", (3, 1.8), "times", ("v₂", "h₂")),
        Node("s", (4, 1), "plus", ("p₁", "p₂")),
        Node("C", (5, 1), "half square", ("s",)),
    ),
}
"""Each graph's nodes, every one after those it is made from; the last one is the cost."""


class ComputationGraph(Figure):
    """Step through a graph of numbers, forwards and then backwards, and predict each one.

    Attributes
    ----------
    graphs : dict
        For each graph its nodes, with values, slopes, and what each hands back to its inputs.
    graph : str
        The one shown.
    step : int
        How many numbers have been found.
    score : list of int
        How many were predicted right at the first try, and how many were predicted.

    Examples
    --------
    >>> ComputationGraph()  # doctest: +SKIP
    """

    _esm = module_text("computation_graph.js")
    _css = Figure._css + GRAPH_CSS

    graphs = traitlets.Dict().tag(sync=True)
    graph = traitlets.Unicode(FIRST).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    score = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)

    def __init__(self) -> None:
        super().__init__(graphs={name: drawn(nodes) for name, nodes in GRAPHS.items()})


def values_of(nodes: Sequence[Node]) -> dict[str, float]:
    """The way forth: the value of every node."""
    values: dict[str, float] = {}
    for node in nodes:
        inputs = [values[name] for name in node.inputs]
        made = OPERATIONS[node.made_by].value(*inputs) if node.made_by else node.given
        values[node.name] = made
    return values


def local_slopes(node: Node, values: Mapping[str, float]) -> Sequence[float]:
    """The slope of a node along each of its inputs."""
    if not node.made_by:
        return ()
    return OPERATIONS[node.made_by].slopes(*(values[name] for name in node.inputs))


def slopes_of(nodes: Sequence[Node]) -> dict[str, float]:
    """The way back: the slope of the last node along every node."""
    values = values_of(nodes)
    slopes = dict.fromkeys(values, 0.0)
    slopes[nodes[-1].name] = 1.0
    for node in reversed(nodes):
        for name, local in zip(node.inputs, local_slopes(node, values), strict=True):
            slopes[name] += slopes[node.name] * local
    return slopes


def drawn(nodes: Sequence[Node]) -> list[dict[str, Any]]:
    """What the drawing needs to know of each node."""
    values, slopes = values_of(nodes), slopes_of(nodes)
    return [
        {
            "name": node.name,
            "at": node.at,
            "made": OPERATIONS[node.made_by].text.format(*node.inputs) if node.made_by else "",
            "inputs": node.inputs,
            "value": values[node.name],
            "slope": slopes[node.name],
            "locals": list(local_slopes(node, values)),
            "asked": node.asked,
        }
        for node in nodes
    ]
