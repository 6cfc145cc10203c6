"""What a set of labelled pictures is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Pictures(NamedTuple):
    """Pictures and what they show.

    Attributes
    ----------
    images : ndarray of uint8, shape (N, C, H, W)
        From 0 to 255; channels before rows and columns, rows from the top.
    labels : ndarray of int64, shape (N,)
        The number of each picture's class.
    """

    images: np.ndarray
    labels: np.ndarray


class PictureSet(NamedTuple):
    """A data set of pictures, with a part to learn from and a part to test on.

    Attributes
    ----------
    train, test : Pictures
        Sizes differ with what was found: take them from the arrays.
    names : tuple of str
        What the classes are called; ``names[label]``.
    name : str
        "mnist", "cifar10", or "digits" where the shipped digits stand in.
    note : str
        Where the pictures come from, how many there are, and what is missing.
    """

    train: Pictures
    test: Pictures
    names: tuple[str, ...]
    name: str
    note: str
