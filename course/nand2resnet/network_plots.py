"""Pictures of networks beside each other: how wrong they are, and what they cost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import NullFormatter

from nand2resnet.described_figure import DescribedFigure
from nand2resnet.ilsvrc import ENTRIES, HUMAN_ERROR, YEARS, best_without
from nand2resnet.palette import PALETTE
from nand2resnet.plots import COLOURS, QUIET, WIDTH, drawing, new_figure


@drawing
def error_by_year(without: Collection[str] = (), *, alt: str | None = None) -> DescribedFigure:
    """Draw the smallest top-5 error of the ImageNet challenge by year.

    Parameters
    ----------
    without : collection of str, optional
        Ideas (of ``nand2resnet.ilsvrc.IDEAS``) to do without: of each year only entries count that
        did not use them.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    best = list(best_without(without))
    axes.plot([e.year for e in ENTRIES], [e.error for e in ENTRIES], ".", color=QUIET)
    errors = [entry.error for _, entry in best]
    axes.step(YEARS, errors, "o-", where="post", color=PALETTE["blue"])
    for year, entry in best:
        axes.annotate(f"{entry.error:.3g}", (year, entry.error), (3, 6), textcoords="offset points")
    axes.axhline(HUMAN_ERROR, color=PALETTE["vermillion"], linestyle="--", linewidth=1)
    axes.annotate(
        f"a trained person: {HUMAN_ERROR}",
        (YEARS[0], HUMAN_ERROR),
        (0, -13),
        textcoords="offset points",
    )
    axes.set(xlabel="year of the challenge", ylabel="top-5 error in %", ylim=(0, 31))
    told = ", ".join(f"{year} {entry.error:.3g} ({entry.team})" for year, entry in best)
    figure.alt = alt or f"The smallest top-5 error so far, in per cent, by year: {told}."
    return figure


@drawing
def shares(
    sums: Mapping[str, Sequence[float]], layers: Sequence[str], *, alt: str | None = None
) -> DescribedFigure:
    """Draw, for each of several sums over the layers of a network, how much each layer is of it.

    Parameters
    ----------
    sums : mapping of str to sequence of float
        By the name of the sum, what each layer adds to it.
    layers : sequence of str
        The layers' names.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    width, told = 0.8 / len(sums), []
    for number, (name, parts) in enumerate(sums.items()):
        of_all = 100 * np.asarray(parts, dtype=np.float64) / sum(parts)
        at = np.arange(len(layers)) + (number - (len(sums) - 1) / 2) * width
        bars = axes.bar(at, of_all, width, label=name, color=COLOURS[number])
        axes.bar_label(bars, fmt="%.0f", fontsize=8)
        each = (f"{layer} {share:.0f}" for layer, share in zip(layers, of_all, strict=True))
        told.append(f"{name}: {', '.join(each)}")
    axes.set(ylabel="share in %")
    axes.set_xticks(range(len(layers)), layers)
    axes.legend()
    figure.alt = alt or f"How much each layer has, in per cent. {'; '.join(told)}."
    return figure


@drawing
def colour_pictures(
    pictures: Any, *, titles: Sequence[str] | None = None, columns: int = 6, alt: str
) -> DescribedFigure:
    """Draw colour pictures side by side.

    Parameters
    ----------
    pictures : array_like, shape (N, H, W, 3)
        Red, green and blue, from 0 to 1.
    titles : sequence of str, optional
        What to write above each.
    columns : int
        How many stand in a row.
    alt : str
        Description.
    """
    pictures = np.asarray(pictures)
    rows, side = -(-len(pictures) // columns), WIDTH / columns
    height = side * pictures.shape[1] / pictures.shape[2] + (0 if titles is None else 0.3)
    figure = DescribedFigure(WIDTH, rows * height, alt)
    for index, picture in enumerate(pictures):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.imshow(picture)
        axes.set_axis_off()
        if titles is not None:
            axes.set_title(titles[index], fontsize=8)
    return figure


@drawing
def learning_curve(history: Any, *, alt: str | None = None) -> DescribedFigure:
    """Draw the error of a network by epoch, while it learned and on what it had not seen.

    Parameters
    ----------
    history : nand2resnet.training.loop.History
        What ``train`` returned.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    at = [epoch.number for epoch in history.epochs]
    lines = {
        "while training": [100 * (1 - epoch.accuracy) for epoch in history.epochs],
        "not seen before": [100 * (1 - epoch.test_accuracy) for epoch in history.epochs],
    }
    for (name, errors), marker in zip(lines.items(), ("o", "s"), strict=True):
        axes.plot(at, errors, marker=marker, label=name)
    axes.set(xlabel="epoch", ylabel="top-1 error in %", ylim=(0, None))
    axes.legend()
    told = "; ".join(
        f"{name}: from {errors[0]:.0f} to {errors[-1]:.0f}" for name, errors in lines.items()
    )
    figure.alt = alt or f"Top-1 error in per cent over {len(at)} epochs. {told}."
    return figure


MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HEIGHT_OF_COSTS = 3.2
"""In inches."""


@drawing
def cost_against_accuracy(
    networks: Mapping[str, tuple[float, float, float]],
    *,
    accuracy: str = "right, per cent",
    alt: str | None = None,
) -> DescribedFigure:
    """Draw how good networks are against what they cost: parameters left, multiply-adds right.

    Parameters
    ----------
    networks : mapping of str to (float, float, float)
        By name: parameters, multiply-adds for a picture, and how good it is.
    accuracy : str, optional
        What says how good they are: the name of the upright axis.
    alt : str, optional
        Description.
    """
    figure = DescribedFigure(WIDTH, HEIGHT_OF_COSTS)
    left, right = figure.subplots(1, 2, sharey=True)
    costs = (left, "parameters"), (right, "multiply-adds for a picture")
    for axes, name in costs:
        axes.set(xscale="log", xlabel=name)
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.margins(x=0.15, y=0.15)
    left.set(ylabel=accuracy)
    told = []
    for number, (name, (parameters, multiply_adds, good)) in enumerate(networks.items()):
        look = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)]}
        for axes, cost in ((left, parameters), (right, multiply_adds)):
            axes.plot([cost], [good], **look, markersize=9, linestyle="none", label=name)
        told.append(f"{name} {parameters:.3g} parameters, {multiply_adds:.3g}, {good:.3g}")
    names = left.get_legend_handles_labels()
    figure.legend(*names, loc="outside upper center", ncols=len(networks), columnspacing=1.2)
    figure.alt = alt or (
        f"Networks by parameters, multiply-adds for a picture, and {accuracy}: {'; '.join(told)}."
    )
    return figure


@drawing
def race(
    accuracies: Mapping[str, Sequence[float]],
    *,
    chance: float | None = None,
    alt: str | None = None,
) -> DescribedFigure:
    """Draw the learning curves of several networks in one frame, each named at its end.

    Parameters
    ----------
    accuracies : mapping of str to sequence of float
        By name: the share of right answers after each epoch.
    chance : float, optional
        The share that blind guessing gets right.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    for number, (name, shares) in enumerate(accuracies.items()):
        epochs = np.arange(1, len(shares) + 1)
        marker = MARKERS[number % len(MARKERS)]
        axes.plot(epochs, 100 * np.asarray(shares), marker=marker, label=name)
    if chance is not None:
        axes.axhline(100 * chance, color=QUIET, linestyle="--", linewidth=1, label="guessing")
    axes.set(xlabel="epoch", ylabel="right on the test pictures, per cent", ylim=(0, 102))
    axes.legend()
    told = ", ".join(f"{name} {shares[-1]:.1%}" for name, shares in accuracies.items())
    figure.alt = alt or f"Learning curves of {len(accuracies)} networks. In the end: {told}."
    return figure
