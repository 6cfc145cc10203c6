"""What can go wrong in a training run, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

SIGNS_OF_FULL_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
"""In what PyTorch says on devices where the error has no type of its own."""


class TrainingError(Exception):
    """A run that cannot begin or go on; the message says why and what to do."""


class OutOfMemory(TrainingError):
    """The device cannot hold the network, a batch and all that lies between them."""


class CheckpointRefused(TrainingError):
    """A checkpoint that is damaged, or belongs to another run."""


@contextmanager
def memory_explained(device: torch.device, batch: int, precision: str) -> Iterator[None]:
    """Turn PyTorch's errors about memory into one that says what to lower.

    Parameters
    ----------
    device : torch.device
        Where the run is.
    batch : int
        Pictures in a batch.
    precision : str
        The recipe's; on a GPU, 16 bits would be advice.

    Raises
    ------
    OutOfMemory
        In place of PyTorch's error.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        if not tells_of_memory(error):
            raise
        advice = [f"batch={max(1, batch // 2)} instead of {batch}, with half the learning rate"]
        if device.type == "cuda" and precision == "float32":
            advice.append("precision='auto': in 16 bits, most of it halves")
        advice.append("a narrower network, or smaller pictures")
        lines = "\n".join(f"  {number}. {line}" for number, line in enumerate(advice, 1))
        raise OutOfMemory(
            f"The memory of the device {str(device)!r} is full. Lower what it has to hold:\n"
            f"{lines}\nIn a notebook, restart the kernel first: an earlier run may fill it still."
        ) from error


def tells_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory is full; on some devices it is a plain RuntimeError."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return any(sign in str(error).lower() for sign in SIGNS_OF_FULL_MEMORY)
