"""Inputs for the exercises of unit 08, and how they are put to the learner's functions.

No answer stands here: this file enters the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np


def transposed(rows: np.ndarray) -> np.ndarray:
    """An array whose rows are not contiguous in memory."""
    return np.array(rows).T


def every_other(values: np.ndarray) -> np.ndarray:
    """A view that skips every second row."""
    return np.array(values)[::2]


def part(function: Callable[..., Any], *inputs: Any) -> Any:
    """One of the things that a function returns; its number comes last."""
    *arguments, number = inputs
    return function(*arguments)[number]


def dropped(
    dropout_forward: Callable[..., Any],
    x: np.ndarray,
    drop_prob: float,
    _seeds: Sequence[int],
) -> Any:
    """In training: what went in, and for each seed what came out, with the parts of the cache."""
    before, runs = np.array(x), []
    for seed in _seeds:
        given, rng = np.array(before) if runs else x, np.random.default_rng(seed)
        out, (mask, probability, training) = dropout_forward(given, drop_prob, rng, True)
        runs.append([np.array(out), mask, probability, training])
    return {"x": before, "runs": runs}


def dropped_in_a_row(
    dropout_forward: Callable[..., Any], x: np.ndarray, drop_prob: float, _seed: int
) -> Any:
    """Two masks that were drawn from one generator, one after the other."""
    rng = np.random.default_rng(_seed)
    masks = []
    for _ in range(2):
        _, (mask, _, _) = dropout_forward(np.array(x), drop_prob, rng, True)
        masks.append(mask)
    return masks


def augmented(augment: Callable[..., Any], images: np.ndarray, _seeds: Sequence[int]) -> Any:
    """What becomes of the pictures, for each seed."""
    return [augment(np.array(images), np.random.default_rng(seed)) for seed in _seeds]


def dealt(k_fold: Callable[..., Any], n: int, k: int, _seeds: Sequence[int]) -> Any:
    """The pairs of (training, validation), for each seed."""
    return [k_fold(n, k, np.random.default_rng(seed)) for seed in _seeds]


def searched(
    random_search: Callable[..., Any],
    ranges: Mapping[str, Sequence[float]],
    trials: int,
    _seeds: Sequence[int],
) -> Any:
    """For each seed the settings that were tried, and what the search says it has found."""
    runs = []
    for seed in _seeds:
        asked: list[list[float]] = []

        def score(settings: Mapping[str, float], asked: list[list[float]] = asked) -> float:
            asked.append([float(settings[name]) for name in ranges])
            return 37.0 * len(asked) % 101

        bounds = {name: (low, high) for name, (low, high) in ranges.items()}
        found = random_search(score, bounds, trials, np.random.default_rng(seed))
        if isinstance(found, list | tuple):
            told = [[*(settings[name] for name in ranges), value] for settings, value in found]
            found = np.array(told, dtype=float)
        runs.append({"asked": np.array(asked), "found": found})
    return runs
