"""Plain and residual networks, shallow and deep, as they trained: measured once, kept, drawn here.

``degradation.json`` beside this file holds every epoch of every run and says what was run, on what.
``assets/degradation.py`` of the repository made it, and makes it anew.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nand2resnet import plots
from nand2resnet.described_figure import DescribedFigure
from nand2resnet.failure import CheckFailed
from nand2resnet.palette import PALETTE

FILE = Path(__file__).with_suffix(".json")
LINES = {
    "plain-20": ("blue", "--", "o"),
    "plain-56": ("vermillion", "--", "s"),
    "residual-20": ("blue", "-", "o"),
    "residual-56": ("vermillion", "-", "s"),
}
"""Colour by depth, line by kind, and a marker for whoever sees no colours."""


@cache
def measured() -> dict[str, Any]:
    """Everything that ``degradation.json`` holds.

    Returns
    -------
    dict
        ``provenance``, a dict of texts, and ``runs``: for each network its ``training_error`` and
        ``learning_rate`` by epoch.
    """
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def run(network: str) -> dict[str, Any]:
    """The run of one network, such as ``"plain-20"``."""
    runs: dict[str, dict[str, Any]] = measured()["runs"]
    if network not in runs:
        raise CheckFailed(f"There is no run of {network!r}. There are: {', '.join(runs)}.")
    return runs[network]


def provenance() -> str:
    """What was run, on what, and when: one line each."""
    return "\n".join(f"{name}: {text}" for name, text in measured()["provenance"].items())


@plots.drawing
def training_errors(*networks: str, alt: str | None = None) -> DescribedFigure:
    """Draw the training error of networks against the epoch.

    Parameters
    ----------
    *networks : str
        Such as ``"plain-20"`` and ``"residual-56"``.
    alt : str, optional
        Description.
    """
    figure, axes = plots.new_figure()
    told = []
    for network in networks:
        errors = np.array(run(network)["training_error"])
        colour, line, marker = LINES[network]
        axes.plot(
            np.arange(1, len(errors) + 1),
            100 * errors,
            line,
            marker=marker,
            color=PALETTE[colour],
            label=network,
        )
        told.append(f"{network} from {errors[0]:.0%} to {errors[-1]:.0%}")
    axes.set(xlabel="epoch", ylabel="training error in %", title=measured()["provenance"]["what"])
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.alt = alt or f"The training error, epoch after epoch: {'; '.join(told)}."
    return figure
