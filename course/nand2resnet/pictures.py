"""A real photograph for the units about pictures, from what is installed already."""

from __future__ import annotations

import numpy as np

BLOCK = 6
"""Pixels of the file, along each side, that become one."""
FULL = 255


def portrait() -> np.ndarray:
    """Read a small grey portrait of the computer scientist Grace Hopper.

    An official photograph of the United States Navy, in the public domain; it comes with
    matplotlib's sample data.

    Returns
    -------
    ndarray of float64, shape (100, 85)
        Brightness from 0 (black) to 1 (white), rows from the top.
    """
    return colour_portrait().mean(axis=2)


def colour_portrait() -> np.ndarray:
    """Read the same portrait in colour.

    Returns
    -------
    ndarray of float64, shape (100, 85, 3)
        Red, green and blue from 0 to 1, rows from the top.
    """
    # Here, because reading a picture loads more of matplotlib than a first cell should wait for.
    from matplotlib import cbook, image

    path = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    colours = image.imread(path) / FULL
    rows, columns = (size // BLOCK for size in colours.shape[:2])
    whole = colours[: rows * BLOCK, : columns * BLOCK]
    return whole.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))
