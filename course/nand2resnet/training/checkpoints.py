"""Checkpoints: a run that is interrupted goes on where it was, with the very same numbers.

A checkpoint holds the weights, the optimizer's and the scaler's state, the states of all random
generators, the epochs so far, and what run it belongs to. The learning rate and the order of the
pictures are computed from the number of the step and from the seed, so they need no place in it.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from nand2resnet.training.errors import CheckpointRefused

FORMAT = 1
"""Of the file; another number means another version of the course."""
DIFFERENCES_TOLD = 4


def save(path: Path, run: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Write a checkpoint so that at any moment the file is whole: the old one, or the new one.

    Parameters
    ----------
    path : Path
        The file. It is replaced in one step, after a neighbour has been written and has reached the
        disk. So it survives a kill or a power cut in the middle of writing.
    run : mapping
        What run it belongs to: recipe, network, pictures.
    state : mapping
        Tensors and plain data only.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        torch.save({"format": FORMAT, "run": dict(run), "state": dict(state)}, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    if os.name == "posix":  # the new name must reach the disk too
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def load(path: Path, run: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read a checkpoint's state, or None where there is no file.

    Only tensors and plain data are read, so that a file from somebody else runs no code.

    Raises
    ------
    CheckpointRefused
        The file is damaged, or belongs to another run; the message says what differs.
    """
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        known = content["format"] == FORMAT
    except (RuntimeError, pickle.UnpicklingError, EOFError, LookupError, TypeError) as error:
        raise CheckpointRefused(
            f"{path} is no checkpoint, or is damaged ({type(error).__name__}). "
            "Delete it to begin anew, or name another file."
        ) from error
    if not known:
        raise CheckpointRefused(f"{path} was written by another version of the course.")
    differences = differing(content["run"], run)
    if differences:
        more = len(differences) - DIFFERENCES_TOLD
        tail = f"; and {more} more differences" if more > 0 else ""
        raise CheckpointRefused(
            f"{path} belongs to another run: {'; '.join(differences[:DIFFERENCES_TOLD])}{tail}. "
            "Name another file, or delete this one to begin anew."
        )
    state: dict[str, Any] = content["state"]
    return state


def differing(saved: Mapping[str, Any], now: Mapping[str, Any], within: str = "") -> list[str]:
    """Every entry in which two runs differ, in words."""
    found = []
    for name in sorted(saved.keys() | now.keys()):
        one, other = saved.get(name), now.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            found += differing(one, other, f"{within}{name}.")
        elif one != other:
            found.append(f"{within}{name} was {one!r} there and is {other!r} now")
    return found
