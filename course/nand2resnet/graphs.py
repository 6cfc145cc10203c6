"""A picture of how a number was made: of anything that knows its parents, value and slope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from nand2resnet import wording
from nand2resnet.described_figure import DescribedFigure
from nand2resnet.palette import PALETTE
from nand2resnet.plots import QUIET, drawing

COLUMN, ROW = 1.5, 0.95
"""Inches from one node to the next, across and down."""
BOX = {"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": PALETTE["black"]}


class Made(Protocol):
    """A number that remembers how it was made."""

    data: float
    grad: float
    parents: tuple[Any, ...]


@drawing
def graph_of(
    result: Made, names: Mapping[str, Made] | None = None, *, alt: str | None = None
) -> DescribedFigure:
    """Draw all that a number was made from, with values and slopes, from left to right.

    Parameters
    ----------
    result : object
        Has ``data``, ``grad`` and ``parents``, and so have its parents.
    names : mapping of str to object, optional
        What to write beside some of the nodes.
    alt : str, optional
        Description.
    """
    columns = placed(result)
    called = {id(node): name for name, node in (names or {}).items()}
    tallest = max(map(len, columns))
    figure = DescribedFigure(COLUMN * len(columns), ROW * max(2, tallest))
    axes = figure.add_subplot()
    at = {
        id(node): ((column + 0.5) / len(columns), 1 - (row + 0.5) / len(nodes))
        for column, nodes in enumerate(columns)
        for row, node in enumerate(nodes)
    }
    for node in (node for nodes in columns for node in nodes):
        for parent in node.parents:
            arrow = {"arrowstyle": "-|>", "color": QUIET, "shrinkA": 26, "shrinkB": 30}
            axes.annotate("", at[id(node)], at[id(parent)], arrowprops=arrow)
        name = called.get(id(node))
        text = f"{f'{name} = ' if name else ''}{node.data:.3g}\nslope {node.grad:.3g}"
        axes.text(*at[id(node)], text, ha="center", va="center", fontsize=9, bbox=BOX)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_axis_off()
    number = sum(map(len, columns))
    told = ", ".join(f"{name} {node.grad:.3g}" for name, node in (names or {}).items())
    figure.alt = alt or (
        f"A graph of {wording.counted(number, 'number')} that leads to {result.data:.3g}."
        + (f" Slopes: {told}." if told else "")
    )
    return figure


def placed(result: Made) -> list[list[Made]]:
    """The nodes in columns: each one column to the right of the last of its parents."""
    depth: dict[int, int] = {}
    nodes: dict[int, Made] = {}

    def visit(node: Made) -> int:
        if id(node) not in depth:
            depth[id(node)] = 1 + max(map(visit, node.parents), default=-1)
            nodes[id(node)] = node
        return depth[id(node)]

    columns: list[list[Made]] = [[] for _ in range(visit(result) + 1)]
    for key, node in nodes.items():
        columns[depth[key]].append(node)
    return columns
