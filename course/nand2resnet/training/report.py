"""What is written down of a run, so that its figures can be believed and had again."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import nn

import nand2resnet
from nand2resnet.data.pictures import PictureSet
from nand2resnet.training.loop import Epoch, History
from nand2resnet.training.recipe import Recipe


def report(
    history: History, recipe: Recipe, pictures: PictureSet, model: nn.Module, start_up: float
) -> dict[str, Any]:
    """A run as plain data.

    Parameters
    ----------
    history : History
        What ``train`` returned.
    recipe, pictures, model
        What it was given.
    start_up : float
        Seconds from the start of the program to the first step: imports, reading the pictures,
        their way to the device. What ``torch.compile`` takes is part of the first epoch.

    Returns
    -------
    dict
        Every epoch; ``seconds``: those with and without the start-up, and those of training alone;
        ``images_per_second``: the median epoch's, the first left out, for it warms up.
    """
    now = history.epochs[history.resumed_after :]
    return {
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "data": {
            "name": pictures.name,
            "note": pictures.note,
            "train": len(pictures.train.labels),
            "test": len(pictures.test.labels),
        },
        "recipe": asdict(recipe),
        "augment": history.augment,
        "device": history.device,
        "processes": history.processes,
        "versions": versions(),
        "seconds": {
            "with_start_up": start_up + history.seconds,
            "without_start_up": history.seconds,
            "training": sum(epoch.seconds for epoch in now),
        },
        "images_per_second": usual_speed(now),
        "resumed_after": history.resumed_after,
        "epochs": [asdict(epoch) for epoch in history.epochs],
    }


def usual_speed(epochs: Sequence[Epoch]) -> float | None:
    """Pictures a second in the median epoch; None if there was none."""
    speeds = [epoch.images_per_second for epoch in epochs[1:] or epochs]
    return statistics.median(speeds) if speeds else None


def versions() -> dict[str, str | None]:
    """Of everything that decides about a run's numbers and its speed."""
    return {
        "nand2resnet": nand2resnet.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "system": platform.platform(),
    }
