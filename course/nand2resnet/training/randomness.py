"""Chance that can be repeated: seeds for each use, and the states of all generators."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch


def seed_of(*numbers: int) -> int:
    """One seed from several numbers, such as a run's seed, an epoch and what it is for.

    Seeds that differ in any place give streams that have nothing to do with each other, which
    ``seed + epoch`` would not.
    """
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)


def seed_everything(seed: int) -> None:
    """Seed the generators that a network or a learner's own code may draw from."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - the old one is the one that must not surprise
    torch.manual_seed(seed)


def random_states() -> dict[str, Any]:
    """The states of all generators, as plain numbers and tensors."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    states = {
        "python": random.getstate(),
        "numpy": (kind, torch.from_numpy(np.asarray(keys).astype(np.int64)), *rest),
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state()
    if torch.backends.mps.is_available():
        states["mps"] = torch.mps.get_rng_state()
    return states


def restore(states: dict[str, Any]) -> None:
    """Go on drawing where the states were taken."""
    random.setstate(states["python"])
    kind, keys, *rest = states["numpy"]
    np.random.set_state((kind, keys.numpy().astype(np.uint32), *rest))  # noqa: NPY002
    torch.set_rng_state(states["torch"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])
    if "mps" in states and torch.backends.mps.is_available():
        torch.mps.set_rng_state(states["mps"])
