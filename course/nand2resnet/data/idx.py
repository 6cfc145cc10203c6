"""Read the file format of MNIST, called idx: a short head, then the numbers."""

from __future__ import annotations

import math
import struct

import numpy as np

UNSIGNED_BYTES = 8
"""The code of the only type of number that MNIST uses."""


def read_idx(content: bytes) -> np.ndarray:
    """Read the bytes of an idx file.

    Its head is two zero bytes, a byte for the type of number, a byte for the number of dimensions,
    and each dimension as a big-endian 32-bit integer.

    Parameters
    ----------
    content : bytes
        The whole file, unpacked.

    Returns
    -------
    ndarray of uint8
        With the shape that the head states; it may be changed.

    Raises
    ------
    ValueError
        When this is no idx file of unsigned bytes, or has another length than its head says.
    """
    if len(content) < 4 or content[:2] != b"\0\0":
        raise ValueError("this is no idx file: it does not begin with two zero bytes")
    kind, dimensions = content[2], content[3]
    if kind != UNSIGNED_BYTES:
        raise ValueError(f"this idx file holds numbers of type {kind}, not unsigned bytes (8)")
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise ValueError(f"this idx file ends within its head, after {len(content)} bytes")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != math.prod(shape):
        raise ValueError(
            f"this idx file should hold {math.prod(shape)} numbers for its shape {shape}, "
            f"but holds {len(content) - start}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
