"""The data sets that ship with the course: handwritten digits, and diabetes patients."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDER = Path(__file__).parent
FULL_INK = 16
"""The largest value of a pixel in the file: every pixel counts 4 by 4 pixels of a scan."""
EVERY_SIXTH = 6
"""One image of six is kept for testing."""


class Digits(NamedTuple):
    """Pictures of handwritten digits and what they show.

    Attributes
    ----------
    images : ndarray of float64, shape (N, 8, 8)
        Ink from 0 (paper) to 1 (full), rows from the top.
    labels : ndarray of int64, shape (N,)
        The digits 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray

    def split(self) -> tuple[Digits, Digits]:
        """Split into a part to learn from and a part to test on.

        Every sixth image is for testing: the split is the same on every machine and every time,
        and has about equally many of each digit. The same 13 people wrote both parts.

        Returns
        -------
        train, test : Digits
            Of ``data.digits()``: 1,498 and 299 images.
        """
        for_test = np.arange(len(self.labels)) % EVERY_SIXTH == EVERY_SIXTH - 1
        return (
            Digits(self.images[~for_test], self.labels[~for_test]),
            Digits(self.images[for_test], self.labels[for_test]),
        )


class Diabetes(NamedTuple):
    """What was measured of diabetes patients, and how their illness went on.

    Attributes
    ----------
    features : ndarray of float64, shape (442, 10)
        One row per patient, in the units of the measurement (see README.md).
    target : ndarray of float64, shape (442,)
        Progression of the illness one year later, from 25 to 346, without a unit.
    names : tuple of str
        What the ten columns are.
    """

    features: np.ndarray
    target: np.ndarray
    names: tuple[str, ...]


def digits() -> Digits:
    """Read 1,797 handwritten digits, 8 by 8 pixels each."""
    with np.load(FOLDER / "digits.npz", allow_pickle=False) as file:
        return Digits(file["images"] / FULL_INK, file["labels"].astype(np.int64))


def diabetes() -> Diabetes:
    """Read ten measurements of 442 patients and the progression of their illness."""
    with np.load(FOLDER / "diabetes.npz", allow_pickle=False) as file:
        return Diabetes(file["features"], file["target"], tuple(map(str, file["names"])))
