"""Show each picture a little differently every time: whole batches at once, on the device.

An augmentation is a function of a batch (N, C, H, W) and a source of chance; every picture of the
batch draws for itself. Pictures come scaled, so that 0 is the mean colour of the training set, and
what moves in from outside is 0.

    train(model, pictures, recipe, augment=crop_and_flip)
    train(model, digits, recipe, augment=in_turn(shift, cutout))
    train(model, pictures, recipe, augment=partial(crop_and_flip, padding=2))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch.nn.functional import pad

Augment = Callable[[torch.Tensor, torch.Generator | None], torch.Tensor]


def crop_and_flip(
    images: torch.Tensor, generator: torch.Generator | None = None, padding: int = 4
) -> torch.Tensor:
    """Pad, cut a window of the old size from anywhere, and mirror half of the pictures.

    Parameters
    ----------
    images : Tensor, shape (N, C, H, W)
        A batch.
    generator : torch.Generator, optional
        The source of chance, on the same device; by default the global one.
    padding : int
        Pixels on each side; a picture moves by as many at most.

    Returns
    -------
    Tensor, shape (N, C, H, W)
        Source: He et al. 2016, "Deep Residual Learning", section 4.2.
    """
    rows, columns = windows(images, generator, padding)
    mirrored = chance(len(images), 2, images, generator)[:, None].bool()
    return cut(images, rows, torch.where(mirrored, columns.flip(1), columns), padding)


def shift(
    images: torch.Tensor, generator: torch.Generator | None = None, pixels: int = 2
) -> torch.Tensor:
    """Move each picture by up to some pixels each way, and mirror none: a mirrored 2 is no 2."""
    return cut(images, *windows(images, generator, pixels), pixels)


def flip(images: torch.Tensor, generator: torch.Generator | None = None) -> torch.Tensor:
    """Mirror half of the pictures left to right."""
    mirrored = chance(len(images), 2, images, generator)[:, None, None, None].bool()
    return torch.where(mirrored, images.flip(3), images)


def cutout(
    images: torch.Tensor, generator: torch.Generator | None = None, side: int = 8
) -> torch.Tensor:
    """Hide a square of each picture, so that the network does not rely on one place.

    The square's centre may be anywhere, so near the border a part of the square falls outside.
    Source: DeVries and Taylor 2017, "Improved Regularization of Convolutional Neural Networks with
    Cutout".
    """
    inside = []
    for size in images.shape[2:]:
        first = chance(len(images), size, images, generator)[:, None] - side // 2
        place = torch.arange(size, device=images.device)
        inside.append((place >= first) & (place < first + side))
    rows, columns = inside
    return images.masked_fill((rows[:, :, None] & columns[:, None, :])[:, None], 0)


def in_turn(*augmentations: Augment) -> Augment:
    """Several augmentations as one, the first of them first."""
    return partial(_in_turn, augmentations=augmentations)


def _in_turn(
    images: torch.Tensor,
    generator: torch.Generator | None = None,
    augmentations: tuple[Augment, ...] = (),
) -> torch.Tensor:
    for augmentation in augmentations:
        images = augmentation(images, generator)
    return images


def chance(
    count: int, below: int, images: torch.Tensor, generator: torch.Generator | None
) -> torch.Tensor:
    """Whole numbers from 0 up to ``below``, which is left out: one for each picture."""
    return torch.randint(below, (count,), device=images.device, generator=generator)


def windows(
    images: torch.Tensor, generator: torch.Generator | None, padding: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows (N, H) and columns (N, W) of a window in each padded picture."""
    first = [chance(len(images), 2 * padding + 1, images, generator)[:, None] for _ in range(2)]
    height, width = (torch.arange(size, device=images.device) for size in images.shape[2:])
    return first[0] + height, first[1] + width


def cut(
    images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor, padding: int
) -> torch.Tensor:
    """From each padded picture its own rows and columns, in the order given."""
    padded = pad(images, (padding,) * 4)
    picture = torch.arange(len(images), device=images.device)[:, None, None, None]
    channel = torch.arange(images.shape[1], device=images.device)[None, :, None, None]
    return padded[picture, channel, rows[:, None, :, None], columns[:, None, None, :]]


def name_of(augment: Augment | None) -> str:
    """An augmentation in words, for the notes of a run and for its checkpoint."""
    if augment is None:
        return "none"
    if isinstance(augment, partial):
        if augment.func is _in_turn:
            return ", ".join(map(name_of, augment.keywords["augmentations"]))
        settings = ", ".join(f"{name}={value!r}" for name, value in augment.keywords.items())
        return f"{name_of(augment.func)}({settings})"
    return getattr(augment, "__name__", type(augment).__name__)
