"""The contest of unit 14: digits that are moved and noisy, a budget, and one recipe for everybody.

A network takes part by its plan alone (:mod:`nand2resnet.blueprints`): it is built anew, trained by
the same short recipe as all others, and asked about pictures it has never seen. Nobody can take a
better recipe, or weights from elsewhere.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from nand2resnet import data
from nand2resnet.blueprints import Built, Cost, NoPlanError, cost_of_plan

CLASSES: Final = 10
SIZE: Final = (1, 12, 12)
"""Of one picture: channels, height, width."""
MOST_PARAMETERS: Final = 4_000
MOST_MULTIPLY_ADDS: Final = 100_000
MOST_VALUES: Final = 50_000
"""What all steps together may compute for one picture: pooling is free, but not without end."""
EPOCHS: Final = 12
BATCH: Final = 64
LEARNING_RATE: Final = 0.02
NOISE: Final = 0.1
COPIES: Final = 4
"""How often each picture of the exam comes, each time moved in another way."""

LEARNT, TESTED = (len(part.labels) for part in data.digits().split())
AT_ONCE: Final = (2, BATCH, LEARNT % BATCH or BATCH, COPIES * TESTED)
"""How many pictures a network is given: to count, in a batch, in the last one, in the exam."""

Examples = tuple[torch.Tensor, torch.Tensor]
"""Pictures (N, 1, 12, 12) and labels (N,)."""


@dataclass(frozen=True)
class Result:
    """What a network costs, and how many of the exam's pictures it reads."""

    cost: Cost
    accuracy: float


def exam(seed: int) -> Examples:
    """The test digits, moved, paler or darker, and noisy, in another way for each seed."""
    _, test = data.digits().split()
    rng = np.random.default_rng(seed)
    pictures = [disturbed(test.images, rng) for _ in range(COPIES)]
    return torch.cat(pictures), torch.from_numpy(np.tile(test.labels, COPIES))


def disturbed(images: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    """Digits of 8 x 8 pixels, each somewhere on 12 x 12 pixels of noise.

    Parameters
    ----------
    images : ndarray (N, 8, 8)
        Ink from 0 to 1.
    rng : numpy.random.Generator

    Returns
    -------
    tensor (N, 1, 12, 12)
    """
    count, side = len(images), images.shape[1]
    paper = NOISE * rng.standard_normal((count, *SIZE))
    ink = images * rng.uniform(0.6, 1.4, (count, 1, 1))
    rows, columns = (size - side + 1 for size in SIZE[1:])
    places = zip(rng.integers(rows, size=count), rng.integers(columns, size=count), strict=True)
    for picture, digit, (row, column) in zip(paper[:, 0], ink, places, strict=True):
        picture[row : row + side, column : column + side] += digit
    return torch.from_numpy(paper.astype(np.float32))


def train(
    network: nn.Module, epochs: int = EPOCHS, seed: int = 0, weight_decay: float = 0.0
) -> nn.Module:
    """Train a network by the contest's recipe: Adam, one cycle of the rate, new noise each epoch.

    The network is changed in place, and returned in evaluation mode.

    Parameters
    ----------
    network : nn.Module
        From pictures (N, 1, 12, 12) to scores (N, 10).
    epochs : int
        How often all digits are seen.
    seed : int
        Of the disturbances and the order of the digits.
    weight_decay : float
        How strongly weights are pulled towards 0, as in AdamW; the contest's recipe does without.
    """
    learnt, _ = data.digits().split()
    labels, rng = torch.from_numpy(learnt.labels), np.random.default_rng(seed)
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    if not weights:
        return network.eval()
    steps = epochs * -(-len(labels) // BATCH)
    optimizer = torch.optim.AdamW(weights, lr=LEARNING_RATE, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, steps)
    network.train()
    with one_thread():
        for _ in range(epochs):
            pictures = disturbed(learnt.images, rng)
            for rows in torch.from_numpy(rng.permutation(len(labels))).split(BATCH):
                optimizer.zero_grad()
                F.cross_entropy(network(pictures[rows]), labels[rows]).backward()
                optimizer.step()
                schedule.step()
    return network.eval()


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: for layers as small as these, others only cost time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def accuracy(network: nn.Module, examples: Examples) -> float:
    """The share of pictures that a network gives its largest score at the right place."""
    pictures, labels = examples
    with torch.no_grad():
        said = network.eval()(pictures).argmax(dim=1)
    return float((said == labels).float().mean())


def over_budget(cost: Cost) -> str | None:
    """What is too much, and by how much; None if nothing is."""
    said = []
    for name, spent, most in (
        ("parameters", cost.parameters, MOST_PARAMETERS),
        ("multiply-adds", cost.multiply_adds, MOST_MULTIPLY_ADDS),
    ):
        if spent > most:
            said.append(f"{spent:,} {name}, {spent - most:,} over the budget of {most:,}")
    return "; ".join(said) or None


def cost(plan: Any) -> Cost:
    """What a plan costs for one of the contest's pictures.

    It is counted for every number of pictures that it will be given at once: a plan can compute
    with that number, and could spend more than it can pay for, or all memory there is, on many.

    Raises
    ------
    NoPlanError
        It is no plan, or gives something else than ten scores for each picture.
    """
    found = None
    for pictures in AT_ONCE:
        spent, shape = cost_of_plan(plan, SIZE, MOST_VALUES, pictures)
        if shape != (pictures, CLASSES):
            wanted = (pictures, CLASSES)
            raise NoPlanError(
                f"for {pictures} pictures its output has the shape {shape}; {wanted} was expected"
            )
        if found not in (None, spent):
            raise NoPlanError("it spends another sum on a picture when there are more of them")
        found = spent
    assert found is not None, "there are several numbers of pictures"
    return found


def measured(plan: Any, seed: int) -> Result:
    """Build a plan's network, train it by the recipe, and let it sit the exam of a seed.

    Raises
    ------
    NoPlanError
        It is no plan of a network for the contest, or over the budget; the message says so.
    """
    spent = cost(plan)
    if trouble := over_budget(spent):
        raise NoPlanError(trouble)
    return Result(spent, accuracy(_trained(json.dumps(plan)), exam(seed)))


@functools.lru_cache(maxsize=8)
def _trained(plan: str) -> nn.Module:
    """The trained network of a plan; the same weights at the beginning for whoever asks."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return train(Built(json.loads(plan), MOST_VALUES))
