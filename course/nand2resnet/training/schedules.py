"""How the learning rate changes during a run: a formula of the step's number, and no state.

A schedule without state needs no place in a checkpoint, and its curve can be drawn before the run:
``[learning_rate(recipe, step, 100) for step in range(300)]``.
"""

from __future__ import annotations

import math

from nand2resnet.training.recipe import Recipe

CYCLE_RISES = 0.3
"""The part of a "one cycle" run in which the learning rate grows, unless warmup says another."""
STEP_FACTOR = 0.1


def learning_rate(recipe: Recipe, step: int, steps_per_epoch: int) -> float:
    """The learning rate of one step.

    Parameters
    ----------
    recipe : Recipe
        Its learning rate, schedule, milestones, warmup and epochs count.
    step : int
        Counted from 0 through all epochs.
    steps_per_epoch : int
        Batches in an epoch.

    Returns
    -------
    float
        With w steps of warmup, T steps in all and p = (step - w) / (T - w):
        rate * (step + 1) / w while step < w; then, for "cosine", rate * (1 + cos(pi p)) / 2;
        for "one cycle", rate * (1 - p); for "steps", rate * 0.1 ** (milestones passed).

    Notes
    -----
    Sources: Loshchilov and Hutter 2017, "SGDR", equation 5, without restarts; Smith and Topin
    2018, "Super-Convergence"; Goyal et al. 2017, "Accurate, Large Minibatch SGD", for the warmup.
    """
    total = recipe.epochs * steps_per_epoch
    rising = recipe.warmup * steps_per_epoch
    if recipe.schedule == "one cycle" and not rising:
        rising = CYCLE_RISES * total
    if step + 1 < rising:
        return recipe.learning_rate * (step + 1) / rising
    passed = min(max((step - rising) / max(total - rising, 1), 0), 1)
    if recipe.schedule == "cosine":
        return recipe.learning_rate * (1 + math.cos(math.pi * passed)) / 2
    if recipe.schedule == "one cycle":
        return recipe.learning_rate * (1 - passed)
    milestones = sum(step >= milestone * steps_per_epoch for milestone in recipe.milestones)
    return recipe.learning_rate * STEP_FACTOR**milestones
