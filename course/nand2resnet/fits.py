"""Pictures of how well something fits: points with lines, and a cost that shrinks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nand2resnet.described_figure import DescribedFigure
from nand2resnet.palette import PALETTE
from nand2resnet.plots import QUIET, drawing, new_figure

POINTS_OF_A_LINE = 201
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")


@drawing
def points_and_lines(
    x: Any,
    y: Any,
    lines: Mapping[str, Callable[[Any], Any]],
    *,
    names: tuple[str, str] = ("x", "y"),
    alt: str | None = None,
) -> DescribedFigure:
    """Draw measured points and what one or several models say.

    Parameters
    ----------
    x, y : array_like, shape (N,)
        The points.
    lines : mapping of str to callable
        By its name in the legend, a function from an array of x to an array of y.
    names : (str, str)
        What the axes show.
    alt : str, optional
        Description.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    figure, axes = new_figure()
    axes.plot(x, y, "o", color=QUIET if len(x) > POINTS_OF_A_LINE else PALETTE["black"], alpha=0.7)
    at = np.linspace(x.min(), x.max(), POINTS_OF_A_LINE)
    told = []
    for (label, line), style in zip(lines.items(), LINES, strict=False):
        heights = np.asarray(line(at), dtype=np.float64)
        axes.plot(at, heights, style, label=label)
        told.append(f"“{label}” goes from {heights[0]:.3g} to {heights[-1]:.3g}")
    axes.set(xlabel=names[0], ylabel=names[1])
    axes.legend()
    figure.alt = alt or (
        f"{len(x)} points, {names[1]} against {names[0]} from {x.min():.3g} to {x.max():.3g}, "
        f"with lines: {'; '.join(told)}."
    )
    return figure


@drawing
def progress(
    excess: Callable[[int, int], float],
    *,
    batch_sizes: Sequence[int],
    epochs: Sequence[int],
    alt: str | None = None,
) -> DescribedFigure:
    """Draw how far above the best possible cost training is, for several sizes of the batches.

    Parameters
    ----------
    excess : callable
        ``excess(batch_size, epochs)`` trains and returns the cost over the best cost, minus 1.
    batch_sizes : sequence of int
        One line for each.
    epochs : sequence of int
        After how many epochs the cost is taken.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    told = []
    for batch_size, style, marker in zip(batch_sizes, LINES, MARKERS, strict=False):
        costs = [float(excess(batch_size, count)) for count in epochs]
        label = f"batches of {batch_size}"
        axes.semilogy(epochs, costs, style, marker=marker, label=label)
        told.append(f"“{label}” is {costs[-1]:.2%} above it after {epochs[-1]} epochs")
    axes.set(xlabel="epochs", ylabel="cost above the best, relative")
    axes.legend()
    figure.alt = alt or (
        "The cost above the best possible one, on a logarithmic axis, against the epochs. "
        f"{'; '.join(told)}."
    )
    return figure
