"""Read the batches of CIFAR-10 without letting them run any code.

They are pickles, and a pickle may call whatever Python has. So this reader knows three names only,
those that the published batches use, and each stands for a few lines in this file rather than for
NumPy's own function.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np

from nand2resnet.data.pictures import Pictures

CHANNELS, SIDE = 3, 32


def read_batch(content: bytes) -> Pictures:
    """Read one batch, such as ``data_batch_1`` or ``test_batch``.

    Parameters
    ----------
    content : bytes
        The whole file, unpacked.

    Returns
    -------
    Pictures
        Images of shape (N, 3, 32, 32): red, green, blue.

    Raises
    ------
    ValueError
        When this is no such batch, or asks for anything else than an array of bytes and a list of
        labels.
    """
    try:
        batch = _PlainUnpickler(io.BytesIO(content), encoding="bytes").load()
    except ValueError:
        raise
    # A damaged pickle raises almost anything.
    except Exception as error:
        raise ValueError(f"this batch cannot be read: {error}") from error
    if not isinstance(batch, dict):
        raise ValueError(f"this batch holds a {type(batch).__name__}, not a table of arrays")
    pixels, labels = batch.get(b"data"), batch.get(b"labels")
    if not isinstance(pixels, _Array) or not isinstance(labels, list):
        raise ValueError("this batch lacks its pictures (data) or its labels")
    images = pixels.values()
    if images.ndim != 2 or images.shape[1] != CHANNELS * SIDE * SIDE:
        raise ValueError(f"this batch has pictures of shape {images.shape}, not (N, 3072)")
    if len(labels) != len(images) or not all(type(label) is int for label in labels):
        raise ValueError(f"this batch has {len(images)} pictures but other labels than that")
    return Pictures(
        images.reshape(-1, CHANNELS, SIDE, SIDE), np.array(labels, dtype=np.int64).reshape(-1)
    )


class _Array:
    """What the pickle says of an array, kept until it is known to be complete."""

    shape: tuple[int, ...] = ()
    in_columns = False
    content = b""

    def __setstate__(self, state: object) -> None:
        match state:
            case (int(), tuple(shape), _Kind(name=b"u1"), in_columns, bytes(content)):
                self.shape, self.in_columns, self.content = shape, bool(in_columns), content
            case _:
                raise ValueError("this batch holds an array of something else than bytes")

    def values(self) -> np.ndarray:
        order: Any = "F" if self.in_columns else "C"
        flat = np.frombuffer(self.content, np.uint8)
        return np.array(flat.reshape(self.shape, order=order), order="C")


class _Kind:
    """Stands for ``numpy.dtype``."""

    def __init__(self, name: object, *_: object) -> None:
        self.name = name

    def __setstate__(self, state: object) -> None:
        """Byte order and alignment, which a byte has none of."""


class _ArrayType:
    """Stands for ``numpy.ndarray``, which the pickle only names."""


def _empty_array(*_: object) -> _Array:
    """Stands for the function that begins an array; its content follows."""
    return _Array()


KNOWN: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy", "ndarray"): _ArrayType,
    ("numpy", "dtype"): _Kind,
}
"""Everything that a batch may name."""


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return KNOWN[module, name]
        except KeyError:
            raise ValueError(
                f"this batch asks for {module}.{name}, which no batch of CIFAR-10 needs: "
                "it was not read"
            ) from None

    def persistent_load(self, name: object) -> Any:
        raise ValueError(f"this batch refers to {name!r}, outside of itself: it was not read")
