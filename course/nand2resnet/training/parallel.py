"""Several GPUs: the same script, started once for each of them.

    torchrun --standalone --nproc-per-node 2 -m nand2resnet.training lenet.ipynb:LeNet ...

``torchrun`` starts the script twice and tells each process, in environment variables, which of how
many it is. Each process keeps a copy of the network and takes its share of every batch; on the way
back, *DistributedDataParallel* averages the gradients over the processes while they are being
computed. So all copies take the same step and stay the same.

Two processes with batches of 32 are one process with batches of 64: same order, same steps, same
losses but for rounding. Three things differ. *Batch normalisation* in each process knows its own
share only: its means are over 32 pictures, not 64, and the running statistics kept are those of the
first process. (``torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)`` averages over all, at the
price of an exchange per layer.) *Dropout* and *augmentation* draw other numbers in each process.

Source: Goyal et al. 2017, "Accurate, Large Minibatch SGD".
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Team:
    """Which process this is, counted from 0, and how many there are."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the one that prints and writes."""
        return self.rank == 0

    def share(self, batch: torch.Tensor) -> torch.Tensor:
        """The part of a batch that this process takes; parts differ by one picture at most."""
        return batch.tensor_split(self.size)[self.rank]

    def copies(self, model: nn.Module, device: torch.device) -> nn.Module:
        """The network as one that averages its gradients with the other processes' copies."""
        if self.size == 1:
            return model
        return DistributedDataParallel(model, [device] if device.type == "cuda" else None)

    def total(self, numbers: torch.Tensor) -> torch.Tensor:
        """The sum over all processes."""
        if self.size > 1:
            distributed.all_reduce(numbers)
        return numbers

    def one_first(self, load: Callable[[], Loaded]) -> Loaded:
        """Load in the first process, then in the others, which find what it has downloaded."""
        if self.leads:
            loaded = load()
        if self.size > 1:
            distributed.barrier()
        if not self.leads:
            with contextlib.redirect_stdout(io.StringIO()):  # the first has said it all
                loaded = load()
        return loaded

    def gathered(self, value: Any) -> list[Any]:
        """What each process has, in their order."""
        values: list[Any] = [value]
        if self.size > 1:
            values *= self.size
            distributed.all_gather_object(values, value)
        return values


def join(device: torch.device) -> Team:
    """Find the other processes, if ``torchrun`` has started any."""
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Team()
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        atexit.register(distributed.destroy_process_group)
    return Team(distributed.get_rank(), distributed.get_world_size())
