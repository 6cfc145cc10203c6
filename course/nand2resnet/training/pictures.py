"""Pictures on the device: moved there once, as bytes, and scaled batch by batch.

The 50,000 training pictures of CIFAR-10 are 154 MB of bytes. So they fit on any GPU, and nothing
has to be read, decoded or copied while the network trains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from nand2resnet.training.errors import TrainingError

LEVELS = 256
"""Values of a byte."""


class Pictures(Protocol):
    """Pictures and what they show, as nand2resnet.data gives them."""

    @property
    def images(self) -> np.ndarray:
        """Bytes of shape (N, C, H, W)."""

    @property
    def labels(self) -> np.ndarray:
        """Whole numbers of shape (N,)."""


class PictureSet(Protocol):
    """Pictures to train on, and others to test on."""

    @property
    def train(self) -> Pictures:
        """What the network learns from."""

    @property
    def test(self) -> Pictures:
        """What it has not seen."""


@dataclass(frozen=True, eq=False)
class OnDevice:
    """Pictures on a device, with the mean and the spread that scale them.

    ``images`` are bytes (N, C, H, W), ``labels`` whole numbers (N,), ``mean`` and ``spread`` of
    shape (C, 1, 1), in the units of the bytes.
    """

    images: torch.Tensor
    labels: torch.Tensor
    mean: torch.Tensor
    spread: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, which: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The pictures of these numbers, scaled to float32, and their labels."""
        return (self.images[which].float() - self.mean) / self.spread, self.labels[which]


def to_device(pictures: PictureSet, device: torch.device) -> tuple[OnDevice, OnDevice]:
    """Move both parts of a set to the device, with the scale of the training part for both.

    Raises
    ------
    TrainingError
        There are no pictures, or they are not of the form that is asked for.
    """
    check(pictures.train, "training")
    check(pictures.test, "test")
    mean, spread = channel_statistics(pictures.train.images)
    scale = [torch.tensor(one, dtype=torch.float32, device=device) for one in (mean, spread)]

    def moved(part: Pictures) -> OnDevice:
        images, labels = torch.tensor(part.images), torch.tensor(part.labels, dtype=torch.int64)
        return OnDevice(images.to(device), labels.to(device), *scale)

    return moved(pictures.train), moved(pictures.test)


def check(part: Any, name: str) -> None:
    """Refuse what is no pictures, in words."""
    images, labels = np.asarray(part.images), np.asarray(part.labels)
    if images.ndim != 4 or images.dtype != np.uint8:
        raise TrainingError(
            f"The {name} images are an array of {images.dtype} of shape {images.shape}; they must "
            "be bytes (uint8) of shape (N, C, H, W). They are scaled on the device, not before."
        )
    if len(images) == 0:
        raise TrainingError(
            f"There are no {name} pictures. Where do the data come from? If the folder "
            "NAND2RESNET_DATA is set, look what it holds."
        )
    if labels.shape != (len(images),):
        raise TrainingError(
            f"There are {len(images)} {name} images, but labels of shape {labels.shape}; "
            "there must be one label per image."
        )


def channel_statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel, in whole-number arithmetic until the last step.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, C, H, W)
        Counting how often each of the 256 values occurs needs no large array of floats, and gives
        the same result in any order.

    Returns
    -------
    mean, spread : ndarray of float64, shape (C, 1, 1)
        The spread of a channel that is the same everywhere is given as 1, to divide by.
    """
    channels = (torch.from_numpy(np.ascontiguousarray(c)).ravel() for c in images.swapaxes(0, 1))
    counts = np.stack([torch.bincount(values, minlength=LEVELS).numpy() for values in channels])
    often, values = counts / counts.sum(1, keepdims=True), np.arange(LEVELS)
    mean = often @ values
    spread = np.sqrt((often * (values - mean[:, None]) ** 2).sum(1))
    spread[spread == 0] = 1
    return mean.reshape(-1, 1, 1), spread.reshape(-1, 1, 1)
