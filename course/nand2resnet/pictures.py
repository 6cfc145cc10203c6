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
    # Here, because reading a picture loads more of matplotlib than a first cell should wait for.
    from matplotlib import cbook, image

    path = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    grey = image.imread(path).mean(axis=2) / FULL
    rows, columns = (size // BLOCK for size in grey.shape)
    blocks = grey[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return blocks.mean(axis=(1, 3))
