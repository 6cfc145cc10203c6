"""Pictures of what a function of two numbers decides, place by place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nand2resnet.described_figure import DescribedFigure
from nand2resnet.palette import PALETTE
from nand2resnet.plots import drawing, new_figure

PLACES = 80
"""Along each axis of the plane; even, so that lines at round numbers run between the places."""
ROOM = 0.5
"""Around the points, in their units."""
PALE = {0: "#ffffff", 1: "#bfe3f7"}


@drawing
def where_it_fires(
    f: Callable[[float, float], Any],
    points: Any,
    labels: Sequence[int],
    *,
    alt: str | None = None,
) -> DescribedFigure:
    """Colour the places of the plane where a function of two numbers gives 1, and draw points.

    Parameters
    ----------
    f : callable
        Takes two numbers and returns 0 or 1.
    points : array_like, shape (N, 2)
        Points to draw.
    labels : sequence of length N
        Their labels, 0 or 1: circles are drawn empty or filled.
    alt : str, optional
        Description.
    """
    points = np.asarray(points, dtype=np.float64)
    low, high = points.min(axis=0) - ROOM, points.max(axis=0) + ROOM
    across, up = (np.linspace(low[axis], high[axis], PLACES) for axis in (0, 1))
    fires = np.array([[int(f(float(x), float(y))) for x in across] for y in up])
    figure, axes = new_figure(height=4.4)
    axes.contourf(across, up, fires, levels=[-0.5, 0.5, 1.5], colors=[PALE[0], PALE[1]])
    axes.contour(across, up, fires, levels=[0.5], colors=PALETTE["blue"], linewidths=1.5)
    for (x, y), label in zip(points, labels, strict=True):
        look = PALETTE["blue"] if label else "white"
        axes.plot(x, y, "o", markersize=13, color=look, markeredgecolor=PALETTE["black"])
        axes.annotate(str(int(label)), (x, y), (11, 7), textcoords="offset points")
    axes.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.locator_params(nbins=5)
    axes.set_aspect("equal")
    inside = [f"({x:g}, {y:g})" for x, y in points if f(float(x), float(y))]
    figure.alt = alt or (
        f"The plane, coloured where the function gives 1: {fires.mean():.0%} of what is shown. "
        f"Of the points, {', '.join(inside) or 'none'} lie in it."
    )
    return figure
