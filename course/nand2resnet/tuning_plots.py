"""Pictures for whoever tunes a network: weights, loss curves, settings that were tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import NullFormatter

from nand2resnet.described_figure import DescribedFigure
from nand2resnet.palette import PALETTE
from nand2resnet.plots import COLOURS, QUIET, WIDTH, drawing, new_figure

BINS = 41
ROW_OF_CURVES = 3
HEIGHT_OF_A_CURVE, HEIGHT_OF_WEIGHTS = 1.9, 2.4
"""In inches."""


@drawing
def weights(arrays: Mapping[str, Any], *, alt: str | None = None) -> DescribedFigure:
    """Draw how the weights of several networks are spread, side by side.

    Parameters
    ----------
    arrays : mapping of str to array_like
        The weights by the name of their network, of any shape.
    alt : str, optional
        Description.
    """
    flat = {name: np.ravel(np.asarray(array, dtype=np.float64)) for name, array in arrays.items()}
    reach = max(float(np.quantile(np.abs(values), 0.99)) for values in flat.values())
    bins = np.linspace(-reach, reach, BINS + 1)
    figure = DescribedFigure(WIDTH, HEIGHT_OF_WEIGHTS)
    told = []
    for number, (name, values) in enumerate(flat.items()):
        axes = figure.add_subplot(1, len(flat), number + 1)
        axes.hist(values, bins=bins.tolist(), color=COLOURS[number % len(COLOURS)])
        axes.set(title=name, xlabel="weight", yscale="log", ylim=(0.7, None))
        if number == 0:
            axes.set(ylabel="how many (log scale)")
        nearly_zero = np.mean(np.abs(values) < reach / BINS)
        told.append(f"“{name}” has {nearly_zero:.0%} in the bar at zero")
    figure.alt = (
        alt or f"Histograms of weights from {-reach:.2g} to {reach:.2g}: {'; '.join(told)}."
    )
    return figure


@drawing
def loss_curves(
    curves: Mapping[str, Any],
    told: Mapping[str, str] | None = None,
    *,
    alt: str | None = None,
) -> DescribedFigure:
    """Draw loss curves, each in a frame of its own.

    Parameters
    ----------
    curves : mapping of str to array_like, shape (T,)
        The losses by the name of the run.
    told : mapping of str to str, optional
        What to write beside each name.
    alt : str, optional
        Description.
    """
    rows = -(-len(curves) // ROW_OF_CURVES)
    figure = DescribedFigure(WIDTH, rows * HEIGHT_OF_A_CURVE)
    words = []
    for number, (name, curve) in enumerate(curves.items()):
        losses = np.asarray(curve, dtype=np.float64)
        axes = figure.add_subplot(rows, ROW_OF_CURVES, number + 1)
        axes.plot(losses, color=COLOURS[0])
        title = name if told is None else f"{name}: {told[name]}"
        axes.set(title=title, xlabel="epoch", ylim=(0, 1.1 * float(np.nanmax(losses))))
        if number % ROW_OF_CURVES == 0:
            axes.set(ylabel="loss")
        words.append(
            f"{title}, from {losses[0]:.2f} over {losses[len(losses) // 4]:.2f} after a "
            f"quarter to {losses[-1]:.2f}"
        )
    figure.alt = alt or f"{len(curves)} loss curves: {'; '.join(words)}."
    return figure


@drawing
def trials(
    found: Sequence[tuple[Mapping[str, float], float]], name: str, *, alt: str | None = None
) -> DescribedFigure:
    """Draw settings that were tried, on logarithmic axes, coloured by what they gave.

    Parameters
    ----------
    found : sequence of (dict, float)
        Settings with two names, and the value of each; the larger, the better.
    name : str
        What the value is.
    alt : str, optional
        Description.
    """
    across, up = list(found[0][0])[:2]
    x, y = (np.array([settings[key] for settings, _ in found]) for key in (across, up))
    values = np.array([value for _, value in found], dtype=np.float64)
    figure, axes = new_figure()
    dots = axes.scatter(x, y, c=values, s=60, edgecolors=QUIET)
    best = int(values.argmax())
    axes.plot(x[best], y[best], "o", fillstyle="none", color=PALETTE["vermillion"], markersize=15)
    axes.annotate("best", (x[best], y[best]), (9, 7), textcoords="offset points")
    axes.set(xlabel=across, ylabel=up, xscale="log", yscale="log")
    for axis in (axes.xaxis, axes.yaxis):  # powers of ten say enough, and do not overlap
        axis.set_minor_formatter(NullFormatter())
    figure.colorbar(dots, ax=axes, label=name)
    figure.alt = alt or (
        f"{len(found)} settings of {across} and {up}; {name} goes from {values.min():.3g} to "
        f"{values.max():.3g}, the best at {across} {x[best]:.2g} and {up} {y[best]:.2g}."
    )
    return figure
