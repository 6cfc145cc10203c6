"""A folder that has a set's files, in every form in which they are published or damaged."""

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile

import numpy as np
import pytest

from nand2resnet.data.places import look_in
from nand2resnet.data.sets import load
from tests.data.made_sets import (
    batch,
    cifar_contents,
    cifar_like,
    mnist_contents,
    mnist_like,
    packed,
    write,
)

MNIST_FILES = mnist_contents()
CIFAR_FILES = cifar_contents()
MNIST = mnist_like(MNIST_FILES)
CIFAR10 = cifar_like(CIFAR_FILES)


def load_from(collection, folder, cache=None):
    return load(collection, folder=folder, cache=cache, download=False)


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
@pytest.mark.parametrize("below", [".", "mnist", "MNIST", "MNIST/raw"])
def test_mnist_in_every_layout(tmp_path, below, ending):
    write(tmp_path / below, MNIST_FILES, ending)
    found = load_from(MNIST, tmp_path)
    assert found.name == "mnist"
    assert found.note == (f"MNIST: 7 pictures to learn from and 3 to test on, from {tmp_path}.")
    assert (found.train.images.shape, found.train.images.dtype) == ((7, 1, 28, 28), np.uint8)
    assert (found.test.labels.shape, found.test.labels.dtype) == ((3,), np.int64)
    written = MNIST_FILES["t10k-images-idx3-ubyte"][16:]
    assert found.test.images.tobytes() == written
    assert found.train.labels.tolist() == list(MNIST_FILES["train-labels-idx1-ubyte"][8:])


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
@pytest.mark.parametrize("below", [".", "cifar-10-batches-py", "cifar10/cifar-10-batches-py"])
def test_cifar10_in_every_layout(tmp_path, below, ending):
    write(tmp_path / below, CIFAR_FILES, ending)
    found = load_from(CIFAR10, tmp_path)
    assert found.name == "cifar10"
    assert found.note == (f"CIFAR-10: 20 pictures to learn from and 4 to test on, from {tmp_path}.")
    assert (found.train.images.shape, found.train.images.dtype) == ((20, 3, 32, 32), np.uint8)
    assert found.names[found.train.labels[0]] in found.names


@pytest.mark.parametrize("below", [".", "cifar10"])
def test_cifar10_within_its_archive(tmp_path, below):
    (tmp_path / below).mkdir(exist_ok=True)
    (tmp_path / below / "cifar-10-python.tar.gz").write_bytes(packed(CIFAR_FILES))
    found = load_from(CIFAR10, tmp_path)
    assert len(found.train.labels) == 20
    before = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert before == ["cifar-10-python.tar.gz"]


def test_batches_come_in_their_order(tmp_path):
    write(tmp_path, CIFAR_FILES, ".xz")
    labels = load_from(CIFAR10, tmp_path).train.labels
    one_by_one = []
    for number in range(1, 6):
        folder = tmp_path / str(number)
        some = {name: CIFAR_FILES[name] for name in (f"data_batch_{number}", "test_batch")}
        write(folder, some)
        one_by_one += load_from(CIFAR10, folder).train.labels.tolist()
    assert labels.tolist() == one_by_one


@pytest.mark.parametrize("numbers", [(1,), (2, 5)])
def test_a_part_of_the_batches_is_used_and_named(tmp_path, numbers):
    names = [f"data_batch_{number}" for number in numbers]
    write(tmp_path, {name: CIFAR_FILES[name] for name in (*names, "test_batch")})
    found = load_from(CIFAR10, tmp_path)
    assert found.name == "cifar10"
    assert len(found.train.labels) == 4 * len(numbers)
    assert f"This is {len(numbers)} of 5 training batches ({', '.join(names)})." in found.note


def test_without_the_test_batch_the_digits_stand_in(tmp_path):
    write(tmp_path, {"data_batch_1": CIFAR_FILES["data_batch_1"]})
    found = load_from(CIFAR10, tmp_path)
    assert found.name == "digits"
    assert f"{tmp_path} has no test_batch." in found.note


def test_without_a_training_batch_the_digits_stand_in(tmp_path):
    write(tmp_path, {"test_batch": CIFAR_FILES["test_batch"]})
    assert "has no data_batch_1 or another batch." in load_from(CIFAR10, tmp_path).note


def test_a_folder_that_is_none(tmp_path):
    found = load_from(MNIST, tmp_path / "nowhere")
    assert found.name == "digits"
    assert f"names {tmp_path / 'nowhere'}, which is no folder." in found.note


def test_a_wrong_file_with_the_right_name_is_named_and_left_out(tmp_path):
    other = batch(np.full((4, 3072), 7, np.uint8), [1, 2, 3, 4])
    write(tmp_path, CIFAR_FILES | {"data_batch_3": other})
    found = load_from(CIFAR10, tmp_path)
    assert len(found.train.labels) == 16
    assert "This is 4 of 5 training batches" in found.note
    assert f"{tmp_path / 'data_batch_3'} was left out: it is not the published file" in found.note


def test_a_right_file_elsewhere_makes_up_for_a_wrong_one(tmp_path):
    write(tmp_path / "mnist", MNIST_FILES | {"t10k-labels-idx1-ubyte": b"not mine"})
    write(tmp_path, MNIST_FILES, ".gz")
    found = load_from(MNIST, tmp_path)
    assert found.name == "mnist"
    assert "left out" not in found.note


@pytest.mark.parametrize("ending", [".gz", ".xz"])
@pytest.mark.parametrize("damage", ["cut", "not packed", "empty"])
def test_a_damaged_file_is_named(tmp_path, ending, damage):
    write(tmp_path, MNIST_FILES, ending)
    file = tmp_path / f"train-images-idx3-ubyte{ending}"
    content = file.read_bytes()
    file.write_bytes({"cut": content[:-900], "not packed": b"<html>", "empty": b""}[damage])
    found = load_from(MNIST, tmp_path)
    assert found.name == "digits"
    assert f"{file} was left out" in found.note
    assert "has no train-images-idx3-ubyte." in found.note


def test_a_cut_archive_gives_what_it_still_has(tmp_path):
    content = packed(CIFAR_FILES | {"readme.html": os.urandom(20_000)})
    members = list(CIFAR_FILES)
    assert members[-1] == "test_batch"
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(content[: len(content) - 10_000])
    found = load_from(CIFAR10, tmp_path)
    assert len(found.train.labels) == 20
    assert "is damaged" in found.note


def test_an_archive_that_is_none(tmp_path):
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(b"<html>please log in</html>")
    found = load_from(CIFAR10, tmp_path)
    assert found.name == "digits"
    assert f"{tmp_path / 'cifar-10-python.tar.gz'} was read in part only" in found.note


def test_an_archive_writes_nothing_outside_and_follows_no_link(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(CIFAR_FILES["data_batch_1"])
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("../../data_batch_2", "/test_batch"):
            member = tarfile.TarInfo(name)
            content = CIFAR_FILES[name.rpartition("/")[2]]
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        archive.addfile(link)
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    (folder / "cifar-10-python.tar.gz").write_bytes(gzip.compress(buffer.getvalue()))
    found = load_from(CIFAR10, folder)
    assert "1 of 5 training batches (data_batch_2)" in found.note
    files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"secret", "cifar-10-python.tar.gz"}


def test_a_hostile_batch_is_not_even_read(tmp_path):
    # Its checksum is not the published one.
    write(tmp_path, CIFAR_FILES | {"data_batch_1": b"cos\nabort\n(tR."})
    assert "4 of 5 training batches" in load_from(CIFAR10, tmp_path).note


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_forbidden_file_is_named(tmp_path):
    write(tmp_path, MNIST_FILES)
    (tmp_path / "train-labels-idx1-ubyte").chmod(0)
    assert "cannot be read (Permission denied)" in load_from(MNIST, tmp_path).note


def test_a_folder_with_a_files_name_is_named(tmp_path):
    write(tmp_path, MNIST_FILES)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    (tmp_path / "train-labels-idx1-ubyte").mkdir()
    assert "cannot be read (Is a directory)" in load_from(MNIST, tmp_path).note


# --- What took long to unpack is kept


def test_what_was_unpacked_from_xz_is_kept_and_checked(tmp_path):
    write(tmp_path / "data", CIFAR_FILES, ".xz")
    kept = tmp_path / "cache" / "unpacked"
    first = look_in(tmp_path / "data", CIFAR10.published, kept)
    assert {path.name for path in kept.iterdir()} == set(CIFAR_FILES)
    (kept / "data_batch_1").write_bytes(b"spoiled")
    again = look_in(tmp_path / "data", CIFAR10.published, kept)
    assert again.contents == first.contents == CIFAR_FILES
    assert (kept / "data_batch_1").read_bytes() == CIFAR_FILES["data_batch_1"]


def test_what_is_kept_does_not_count_without_the_file_itself(tmp_path):
    write(tmp_path / "data", CIFAR_FILES, ".xz")
    kept = tmp_path / "cache" / "unpacked"
    look_in(tmp_path / "data", CIFAR10.published, kept)
    (tmp_path / "data" / "data_batch_2.xz").unlink()
    assert "data_batch_2" not in look_in(tmp_path / "data", CIFAR10.published, kept).contents


def test_a_cache_that_cannot_be_written_is_no_trouble(tmp_path):
    write(tmp_path / "data", CIFAR_FILES, ".xz")
    (tmp_path / "cache").write_text("a file where the folder should be")
    found = load_from(CIFAR10, tmp_path / "data", tmp_path / "cache")
    assert len(found.train.labels) == 20


# --- The real files, where there are any


REAL = os.environ.get("NAND2RESNET_DATA", "")
TRY = """
import os
from nand2resnet import data
pictures = getattr(data, {name!r})(download=False)
print(pictures.name, pictures.train.images.shape[1:], pictures.test.images.shape)
print(pictures.train.labels[:8].tolist(), pictures.test.labels[:8].tolist())
print(*pictures.names)
"""


@pytest.mark.skipif(not REAL, reason="NAND2RESNET_DATA names no folder with the real files")
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "mnist",
            [
                "mnist (1, 28, 28) (10000, 1, 28, 28)",
                "[5, 0, 4, 1, 9, 2, 1, 3] [7, 2, 1, 0, 4, 1, 4, 9]",
                "0 1 2 3 4 5 6 7 8 9",
            ],
        ),
        (
            "cifar10",
            [
                "cifar10 (3, 32, 32) (10000, 3, 32, 32)",
                "[6, 9, 9, 4, 1, 1, 2, 7] [3, 8, 8, 0, 6, 6, 1, 6]",
                "airplane automobile bird cat deer dog frog horse ship truck",
            ],
        ),
    ],
)
def test_the_real_files(name, lines, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", TRY.format(name=name)],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    note, *printed = done.stdout.splitlines()
    if printed[0].startswith("digits") and "has no" in note:
        pytest.skip(note)
    assert printed == lines


@pytest.mark.skipif(not REAL, reason="NAND2RESNET_DATA names no folder with the real files")
def test_the_real_names_of_cifar10():
    from pathlib import Path

    from nand2resnet.data import sets

    for below in sets.CIFAR10.folders:
        file = Path(REAL) / below / "batches.meta"
        if file.is_file():
            content = file.read_bytes()
            break
    else:
        pytest.skip("no batches.meta there")
    assert hashlib.md5(content).hexdigest() == "5ff9c542aee3614f3951f8cda6e48888"
    places = [content.index(name.encode()) for name in sets.CIFAR10_COLLECTION.class_names]
    assert places == sorted(places)
