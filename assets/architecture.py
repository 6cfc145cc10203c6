"""Draw assets/architecture.svg: what enters the sandbox, what comes out, and what decides a mark.

    python assets/architecture.py

The letters become outlines, so that the picture looks the same wherever it is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from nand2resnet.palette import PALETTE

OUT = Path(__file__).with_suffix(".svg")
WIDTH, HEIGHT = 12.0, 6.6
INK, QUIET = "#222222", "#555555"
BOX_HEIGHT = 0.86


@dataclass(frozen=True)
class Zone:
    """One of the three parts of the picture, from left to right."""

    title: str
    left: float
    width: float
    colour: str


@dataclass(frozen=True)
class Box:
    """A thing of the grader; ``at`` is its middle."""

    text: str
    at: tuple[float, float]
    width: float = 2.9


ZONES = (
    Zone("outside, before", 0.2, 3.5, PALETTE["blue"]),
    Zone("in the sandbox", 4.25, 3.5, PALETTE["vermillion"]),
    Zone("outside, after: what decides a mark", 8.3, 3.5, PALETTE["blue"]),
)
NOTEBOOK = Box("a learner's notebook", (1.95, 5.0))
UNIT = Box("the unit's cells and probes", (1.95, 3.75))
SEED = Box("inputs of hidden cases\n(seed of the class)", (1.95, 2.5))
JOB = Box("merge: a job\nwithout any answer", (1.95, 1.1))
RUNNER = Box("runner: the learner's code\non these inputs", (6.0, 2.9))
LIMITS = Box("no network, no host,\nlimits on everything", (6.0, 5.0))
PARSER = Box("parser that\nbelieves nothing", (10.05, 5.0))
ORACLE = Box("oracle: compares,\nnames the mistake", (10.05, 3.75))
REFERENCE = Box("reference,\nknown mistakes", (10.05, 2.5))
RESULTS = Box("gradebook, feedback,\nreport", (10.05, 1.1))
FILLED = (JOB, RUNNER, ORACLE)


def draw() -> Figure:
    """The whole picture."""
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="none")
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, HEIGHT))
    axes.set_axis_off()
    for zone in ZONES:
        draw_zone(axes, zone)
    for box in (NOTEBOOK, UNIT, SEED, JOB, RUNNER, LIMITS, PARSER, ORACLE, REFERENCE, RESULTS):
        draw_box(axes, box)
    draw_arrows(axes)
    return figure


def draw_zone(axes: Axes, zone: Zone) -> None:
    """A frame with its name; the sandbox's is dashed, so that it is told apart without colour."""
    dashed = "sandbox" in zone.title
    axes.add_patch(
        FancyBboxPatch(
            (zone.left, 0.35),
            zone.width,
            HEIGHT - 0.95,
            boxstyle="round,pad=0,rounding_size=0.18",
            facecolor=(*mpl.colors.to_rgb(zone.colour), 0.07),
            edgecolor=zone.colour,
            linewidth=2,
            linestyle=(0, (6, 3)) if dashed else "solid",
        )
    )
    middle = zone.left + zone.width / 2
    axes.text(middle, HEIGHT - 0.38, zone.title, ha="center", color=INK, size=13, weight="bold")


def draw_box(axes: Axes, box: Box) -> None:
    """A rounded rectangle with its words."""
    x, y = box.at
    axes.add_patch(
        FancyBboxPatch(
            (x - box.width / 2, y - BOX_HEIGHT / 2),
            box.width,
            BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.12",
            facecolor="#ffffff",
            edgecolor=INK if box in FILLED else QUIET,
            linewidth=2.2 if box in FILLED else 1.0,
        )
    )
    axes.text(x, y, box.text, ha="center", va="center", color=INK, size=12, linespacing=1.25)


def draw_arrows(axes: Axes) -> None:
    """What goes where; the two that cross the sandbox's frame say what crosses."""
    # From the left into the job, past the boxes between.
    for box, side in ((NOTEBOOK, 0.32), (UNIT, 0.32), (SEED, 0.32)):
        x, y = box.at
        left = x - box.width / 2
        axes.plot([left, side], [y, y], color=INK, linewidth=1.4)
    axes.plot([0.32, 0.32], [NOTEBOOK.at[1], JOB.at[1]], color=INK, linewidth=1.4)
    arrow(axes, (0.32, JOB.at[1]), (JOB.at[0] - JOB.width / 2, JOB.at[1]))
    arrow(axes, (3.4, 1.1), (6.0, 2.45), curve="angle3,angleA=0,angleB=90", heavy=True)
    axes.text(5.0, 0.82, "cells, probes, inputs", color=INK, size=11, style="italic")
    arrow(axes, (7.45, 2.9), (8.6, 4.85), heavy=True)
    axes.text(
        6.0,
        3.7,
        "observations,\nthrough one pipe",
        color=INK,
        size=11,
        style="italic",
        ha="center",
    )
    for one, other in ((PARSER, ORACLE), (ORACLE, REFERENCE)):
        tail, head = (one, other) if one is PARSER else (other, one)
        direction = 1 if head.at[1] > tail.at[1] else -1
        arrow(
            axes,
            (tail.at[0], tail.at[1] + direction * BOX_HEIGHT / 2),
            (head.at[0], head.at[1] - direction * BOX_HEIGHT / 2),
        )
    x, right = ORACLE.at[0] + ORACLE.width / 2, 11.68
    axes.plot([x, right, right], [3.75, 3.75, 1.1], color=INK, linewidth=1.4)
    arrow(axes, (right, 1.1), (RESULTS.at[0] + RESULTS.width / 2, 1.1))


def arrow(
    axes: Axes,
    tail: tuple[float, float],
    head: tuple[float, float],
    *,
    curve: str = "arc3",
    heavy: bool = False,
) -> None:
    """An arrow; a heavy one crosses the frame of the sandbox."""
    axes.add_patch(
        FancyArrowPatch(
            tail,
            head,
            connectionstyle=curve,
            arrowstyle="-|>",
            mutation_scale=16,
            linewidth=2.6 if heavy else 1.4,
            color=PALETTE["vermillion"] if heavy else INK,
            shrinkA=0,
            shrinkB=0,
        )
    )


if __name__ == "__main__":
    mpl.rcParams["svg.fonttype"] = "path"
    mpl.rcParams["svg.hashsalt"] = OUT.name  # the same bytes each time
    draw().savefig(OUT, metadata={"Date": None}, facecolor="white")
    print(OUT)
