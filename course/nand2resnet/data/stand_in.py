"""The digits that ship with the course, in the size of another data set, to stand in for it."""

from __future__ import annotations

import numpy as np

from nand2resnet.data.pictures import Pictures

MNIST_DIGIT, MNIST_SIDE = 20, 28
"""As in MNIST, a digit of 20 by 20 pixels lies in the middle of 28 by 28."""


def as_mnist(ink: np.ndarray, labels: np.ndarray) -> Pictures:
    """Digits as MNIST has them.

    Parameters
    ----------
    ink : ndarray, shape (N, H, W)
        From 0 to 1.
    labels : ndarray of int64, shape (N,)

    Returns
    -------
    Pictures
        Images of shape (N, 1, 28, 28).
    """
    margin = (MNIST_SIDE - MNIST_DIGIT) // 2
    digits = np.pad(resized(ink, MNIST_DIGIT), ((0, 0), (margin, margin), (margin, margin)))
    return Pictures(_as_bytes(digits)[:, np.newaxis], labels)


def as_cifar10(ink: np.ndarray, labels: np.ndarray) -> Pictures:
    """Digits as grey pictures of the size of CIFAR-10's.

    Parameters
    ----------
    ink : ndarray, shape (N, H, W)
        From 0 to 1.
    labels : ndarray of int64, shape (N,)

    Returns
    -------
    Pictures
        Images of shape (N, 3, 32, 32), the three channels alike.
    """
    grey = _as_bytes(resized(ink, 32))
    return Pictures(np.repeat(grey[:, np.newaxis], 3, axis=1), labels)


def resized(images: np.ndarray, side: int) -> np.ndarray:
    """Enlarge pictures by linear interpolation between the centres of their pixels.

    Parameters
    ----------
    images : ndarray, shape (N, H, W)
    side : int
        Height and width to enlarge to.

    Returns
    -------
    ndarray, shape (N, side, side)
    """
    rows, columns = (_interpolation(length, side) for length in images.shape[1:])
    return rows @ images @ columns.T


def _interpolation(length: int, side: int) -> np.ndarray:
    """The matrix, shape (side, length), that interpolates a line of pixels."""
    centres = np.clip((np.arange(side) + 0.5) * length / side - 0.5, 0, length - 1)
    return np.maximum(0, 1 - np.abs(centres[:, np.newaxis] - np.arange(length)))


def _as_bytes(ink: np.ndarray) -> np.ndarray:
    return np.round(255 * ink).astype(np.uint8)
