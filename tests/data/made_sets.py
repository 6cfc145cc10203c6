"""Small sets in the form in which MNIST and CIFAR-10 are published, with their own checksums."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import struct
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from nand2resnet.data.published import CIFAR10, MNIST, Part, Published, Remote
from nand2resnet.data.sets import CIFAR10_COLLECTION, MNIST_COLLECTION, Collection


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def idx(array: np.ndarray) -> bytes:
    """An idx file of unsigned bytes."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def mnist_contents(train: int = 7, test: int = 3, seed: int = 0) -> dict[str, bytes]:
    """The four files of a set of so many pictures, by name."""
    rng = np.random.default_rng(seed)
    files = {}
    for part, count in (("train", train), ("t10k", test)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        files[f"{part}-images-idx3-ubyte"] = idx(images)
        files[f"{part}-labels-idx1-ubyte"] = idx(rng.integers(0, 10, count, dtype=np.uint8))
    return files


def batch(pixels: np.ndarray, labels: list[int], *, in_columns: bool = False) -> bytes:
    """A batch as Python 2 pickled those of CIFAR-10: protocol 2, text as bytes."""
    raw = pixels.tobytes(order="F" if in_columns else "C")
    alignment = 2 * b"J\xff\xff\xff\xff" + b"K\x00"
    kind = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNN" + alignment + b"tb"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01("
        + b"".join(map(integer, pixels.shape))
        + b"t"
        + kind
        + (b"\x88" if in_columns else b"\x89")
        + text(raw)
        + b"tb"
    )
    numbers = b"](" + b"".join(map(integer, labels)) + b"e"
    return b"".join(
        [
            b"\x80\x02}(",
            text(b"batch_label") + text(b"training batch 1 of 5"),
            text(b"labels") + numbers,
            text(b"data") + array,
            text(b"filenames") + b"](" + text(b"a.png") + b"e",
            b"u.",
        ]
    )


def integer(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def text(value: bytes) -> bytes:
    return b"T" + struct.pack("<i", len(value)) + value


def cifar_contents(each: int = 4, seed: int = 0) -> dict[str, bytes]:
    """Five batches and a test batch of so many pictures, by name."""
    rng = np.random.default_rng(seed)
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    return {
        name: batch(
            rng.integers(0, 256, (each, 3072), dtype=np.uint8), rng.integers(0, 10, each).tolist()
        )
        for name in names
    }


def packed(contents: Mapping[str, bytes], folder: str = "cifar-10-batches-py/") -> bytes:
    """A .tar.gz of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(folder + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


def mnist_like(contents: Mapping[str, bytes], *addresses: str) -> Collection:
    """How to load these contents; an address is the beginning of each file's."""
    published = replace(
        MNIST,
        required=tuple(Part(name, md5(content)) for name, content in contents.items()),
        remotes=tuple(
            remote(f"{name}.gz", gzip.compress(content, mtime=0), *(a + name for a in addresses))
            for name, content in contents.items()
        ),
        room=100_000,
    )
    return replace(MNIST_COLLECTION, published=published)


def cifar_like(contents: Mapping[str, bytes], *addresses: str) -> Collection:
    """How to load these contents; an address is the archive's."""
    published: Published = replace(
        CIFAR10,
        required=tuple(Part(p.name, md5(contents[p.name])) for p in CIFAR10.required),
        batches=tuple(Part(p.name, md5(contents[p.name])) for p in CIFAR10.batches),
        remotes=(remote("cifar-10-python.tar.gz", packed(contents), *addresses),),
        room=1_000_000,
    )
    return replace(CIFAR10_COLLECTION, published=published)


def remote(name: str, content: bytes, *addresses: str) -> Remote:
    return Remote(name, len(content), md5(content), addresses)


def write(folder: Path, contents: Mapping[str, bytes], ending: str = "") -> None:
    """Write files into a folder, packed as their ending says."""
    pack = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}[ending]
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / (name + ending)).write_bytes(pack(content))
