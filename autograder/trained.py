"""Cases and judgements of training exercises: was every sample shown, and was anything learnt.

What is graded is small (a few hundred digits, two seconds), and nothing but inputs go into the
sandbox: the labels of the digits to be read stay here.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from autograder.exercise import Accept, Case
from nand2resnet import data

PIXELS: Final = 64
CLASSES: Final = 10
SMUDGE: Final = 0.02
"""Noise on every pixel of the pictures, so that no table of known pictures helps."""
SAMPLES_IN_ORDER: Final = 10
"""Of fewer samples, chance makes the same order again now and then."""


def pictures(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Smudged digits to learn from, float32 of shape (count, 64), and their labels."""
    digits = data.digits()
    order = rng.permutation(len(digits.labels))[:count]
    shown = digits.images[order].reshape(-1, PIXELS)
    shown = shown + SMUDGE * rng.normal(size=shown.shape)
    return shown.astype(np.float32), digits.labels[order]


def every_turn(case: Case, observation: Any, _reference: Any) -> bool | str:
    """Judge which samples each step of a training loop saw.

    The case holds ``n`` samples, a ``batch_size`` and a number of ``epochs``; what came back is,
    for each step, the numbers of the samples and of the labels it was given.
    """
    n, size, epochs = (case.inputs[name] for name in ("n", "batch_size", "epochs"))
    seen = [(np.asarray(rows), np.asarray(labels)) for rows, labels in observation.value]
    per_epoch = -(-n // size)
    if any(len(rows) != len(labels) or (rows != labels).any() for rows, labels in seen):
        return "pictures and labels come apart"
    if n % size and len(seen) == epochs * (per_epoch - 1):
        return "the last batch is dropped"
    if len(seen) != epochs * per_epoch:
        return f"there were {len(seen)} steps, not {epochs * per_epoch} ({per_epoch} an epoch)"
    orders = []
    for first in range(0, len(seen), per_epoch):
        batches = [rows for rows, _ in seen[first : first + per_epoch]]
        order = np.concatenate(batches)
        if sorted(order) != list(range(n)):
            return "drawn with replacement"
        if sorted(map(len, batches), reverse=True)[:-1] != [size] * (per_epoch - 1):
            return f"the batches of an epoch have sizes {[len(rows) for rows in batches]}"
        orders.append(order.tolist())
    if size < n and n >= SAMPLES_IN_ORDER:
        if all(order == sorted(order) for order in orders):
            return "never shuffled"
        if len(orders) > 1 and all(order == orders[0] for order in orders):
            return "shuffled once"
    return True


def reads_digits(enough: float) -> Accept:
    """Judge trained templates by how many digits they read that were never shown.

    Parameters
    ----------
    enough : float
        The share of these digits that must be right.

    Returns
    -------
    callable
        For :meth:`Exercise.accept`. The case holds the pictures ``X`` that were shown; what came
        back is one picture for each digit, of shape (10, 64): a digit is read as the nearest one.
    """

    def judge(case: Case, observation: Any, _reference: Any) -> bool | str:
        templates = np.asarray(observation.value, dtype=float)
        if templates.shape != (CLASSES, PIXELS):
            return f"the trained templates have the shape {templates.shape}, not (10, 64)"
        images, labels = unseen(case.inputs["X"])
        distances = ((images[:, np.newaxis] - templates) ** 2).sum(axis=2)
        right = float(np.mean(distances.argmin(axis=1) == labels))
        if not right >= enough:
            return f"{right:.0%} of digits never seen before are right; {enough:.0%} are needed"
        return True

    return judge


def unseen(shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The digits, and their labels, that are not among those shown, smudged or not."""
    digits = data.digits()
    images = digits.images.reshape(-1, PIXELS)
    squares = (images**2).sum(axis=1)[:, np.newaxis]
    distances = squares - 2 * images @ shown.T + (shown**2).sum(axis=1)
    fresh = distances.min(axis=1) > 4 * PIXELS * SMUDGE**2
    return images[fresh], digits.labels[fresh]
