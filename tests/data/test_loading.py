"""Loading a set: which place it comes from, what the cache keeps, and who stands in."""

import gzip
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nand2resnet import data
from nand2resnet.data import sets
from nand2resnet.data.downloading import Patience
from nand2resnet.data.published import CIFAR10, MNIST
from nand2resnet.data.sets import load
from tests.data.file_server import answers, sends, sends_page, stalls, trickles
from tests.data.made_sets import (
    cifar_contents,
    cifar_like,
    mnist_contents,
    mnist_like,
    packed,
    write,
)

MNIST_FILES = mnist_contents()
CIFAR_FILES = cifar_contents()
ARCHIVE = packed(CIFAR_FILES)
HASTY = Patience(answer=0.5, pauses=(0.01,), window=0.2)
ONLINE_NOTE = "run this cell again when you are online"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def served_mnist(server, behave=sends):
    """MNIST in small, from this server."""
    for name, content in MNIST_FILES.items():
        address = server.serve(f"/{name}", behave(gzip.compress(content, mtime=0)))
    return mnist_like(MNIST_FILES, address.rpartition("/")[0] + "/")


def served_cifar(server, *behaviours):
    """CIFAR-10 in small, from this server."""
    return cifar_like(CIFAR_FILES, server.serve("/archive", *(behaviours or [sends(ARCHIVE)])))


def loaded(collection, cache, folder=None, *, download=True):
    return load(collection, folder=folder, cache=cache, download=download, patience=HASTY)


# --- From the network into the cache


def test_mnist_is_downloaded_and_kept(server, cache):
    collection = served_mnist(server)
    first = loaded(collection, cache)
    assert (first.name, len(first.train.labels)) == ("mnist", 7)
    assert len(server.requests) == 4
    again = loaded(collection, cache)
    assert len(server.requests) == 4
    assert np.array_equal(again.train.images, first.train.images)
    assert sorted(path.name for path in (cache / "mnist").iterdir()) == sorted(
        f"{name}.gz" for name in MNIST_FILES
    )


def test_cifar10_is_downloaded_and_unpacked(server, cache):
    collection = served_cifar(server)
    first = loaded(collection, cache)
    assert (first.name, len(first.train.labels)) == ("cifar10", 20)
    home = cache / "cifar-10-batches-py"
    assert {path.name: path.read_bytes() for path in home.iterdir()} == CIFAR_FILES
    loaded(collection, cache)
    assert len(server.requests) == 1


def test_a_spoiled_file_of_the_cache_is_downloaded_again(server, cache):
    collection = served_mnist(server)
    loaded(collection, cache)
    spoiled = cache / "mnist" / "t10k-labels-idx1-ubyte.gz"
    spoiled.write_bytes(spoiled.read_bytes()[:-9])
    assert "t10k" in loaded(collection, cache, download=False).note
    again = loaded(collection, cache)
    assert (again.name, "left out" in again.note) == ("mnist", False)
    assert [path for path, _ in server.requests[4:]] == ["/t10k-labels-idx1-ubyte"]


def test_a_lost_batch_is_downloaded_again(server, cache):
    collection = served_cifar(server)
    loaded(collection, cache)
    (cache / "cifar-10-batches-py" / "data_batch_4").unlink()
    assert "4 of 5 training batches" in loaded(collection, cache, download=False).note
    assert len(loaded(collection, cache).train.labels) == 20


def test_a_part_in_the_cache_is_better_than_nothing(server, cache):
    some = {name: CIFAR_FILES[name] for name in ("data_batch_2", "test_batch")}
    write(cache / "cifar-10-batches-py", some)
    found = loaded(served_cifar(server, answers(404)), cache)
    assert found.name == "cifar10"
    assert "1 of 5 training batches (data_batch_2)" in found.note
    assert "it answered 404 Not Found" in found.note


def test_the_folder_comes_before_the_network(server, cache, tmp_path):
    some = {name: CIFAR_FILES[name] for name in ("data_batch_2", "test_batch")}
    write(tmp_path / "mine", some)
    found = loaded(served_cifar(server), cache, tmp_path / "mine")
    assert f"from {tmp_path / 'mine'}" in found.note
    assert server.requests == []


def test_a_folder_without_enough_is_said_and_passed_over(server, cache, tmp_path):
    (tmp_path / "mine").mkdir()
    found = loaded(served_mnist(server), cache, tmp_path / "mine")
    assert found.name == "mnist"
    assert f"{tmp_path / 'mine'} has no train-images-idx3-ubyte" in found.note


def test_without_download_it_never_goes_online(server, cache):
    found = loaded(served_mnist(server), cache, download=False)
    assert found.name == "digits"
    assert server.requests == []
    assert not cache.exists()


# --- Several programs, and one that is ended

PROGRAM = """
import sys
from pathlib import Path
from nand2resnet.data.downloading import Patience
from nand2resnet.data.sets import load
from tests.data.made_sets import cifar_contents, cifar_like
collection = cifar_like(cifar_contents(), sys.argv[1])
patience = Patience(window=60)
found = load(collection, folder=None, cache=Path(sys.argv[2]), download=True, patience=patience)
print(found.name, len(found.train.labels))
"""


def program(address, cache):
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, address, str(cache)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": f"{root / 'course'}{os.pathsep}{root}"},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_programs_download_it_once(server, cache):
    slowly = trickles(ARCHIVE, chunk=len(ARCHIVE) // 20, pause=0.1)
    address = server.serve("/archive", slowly)
    programs = [program(address, cache) for _ in range(3)]
    printed = [process.communicate(timeout=60)[0] for process in programs]
    assert [text.splitlines()[-1] for text in printed] == ["cifar10 20"] * 3
    assert len(server.requests) == 1


def test_after_a_kill_the_rest_is_downloaded(server, cache):
    half = len(ARCHIVE) // 2
    address = server.serve("/archive", stalls(ARCHIVE, after=half), sends(ARCHIVE))
    killed = program(address, cache)
    partial = cache / "cifar-10-batches-py" / "cifar-10-python.tar.gz.part"
    until = time.monotonic() + 60
    while not (partial.exists() and partial.stat().st_size == half):
        assert time.monotonic() < until
        time.sleep(0.02)
    killed.kill()
    killed.communicate(timeout=10)
    assert loaded(cifar_like(CIFAR_FILES, address), cache).name == "cifar10"
    assert server.ranges("/archive") == ["", f"bytes={half}-"]


# --- The digits stand in, and it is said why


def test_without_a_network_the_digits_stand_in(server, cache):
    found = loaded(served_mnist(server, lambda _: answers(404)), cache)
    assert found.name == "digits"
    assert "train-images-idx3-ubyte.gz could not be downloaded" in found.note
    assert ONLINE_NOTE in found.note


def test_behind_a_login_page_it_says_so(server, cache):
    found = loaded(served_cifar(server, sends_page), cache)
    assert found.name == "digits"
    assert "open any page in a browser first" in found.note


def test_a_full_disk_is_said(server, cache):
    (cache / "mnist").mkdir(parents=True)
    (cache / "mnist" / "train-images-idx3-ubyte.gz.part").symlink_to("/dev/full")
    found = loaded(served_mnist(server), cache)
    assert found.name == "digits"
    assert f"in {cache}, and there is no room left: delete something first." in found.note


def test_too_little_room_is_said_before_anything_is_downloaded(server, cache):
    collection = served_cifar(server)
    huge = replace(collection.published, room=10**18)
    found = loaded(replace(collection, published=huge), cache)
    assert "CIFAR-10 needs 1,000,000,000,000 MB in" in found.note
    assert server.requests == []


def test_a_cache_that_cannot_be_made_is_said(server, cache):
    cache.write_text("a file where the folder should be")
    found = loaded(served_mnist(server), cache)
    assert found.name == "digits"
    assert f"MNIST could not be kept in {cache} (" in found.note


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_cache_is_said(server, cache):
    cache.mkdir(mode=0o500)
    found = loaded(served_mnist(server), cache)
    assert found.name == "digits"
    assert f"MNIST could not be kept in {cache} (Permission denied)." in found.note


def test_without_a_cache_the_digits_stand_in(server):
    found = loaded(served_mnist(server), None)
    assert found.name == "digits"
    assert server.requests == []


@pytest.mark.parametrize(
    ("collection", "shape"),
    [(sets.MNIST_COLLECTION, (1, 28, 28)), (sets.CIFAR10_COLLECTION, (3, 32, 32))],
    ids=["mnist", "cifar10"],
)
def test_the_digits_in_the_size_of_the_set(collection, shape):
    found = load(collection, folder=None, cache=None, download=False)
    train, test = data.digits().split()
    for part, original in ((found.train, train), (found.test, test)):
        assert part.images.shape == (len(original.labels), *shape)
        assert part.images.dtype == np.uint8
        assert part.labels.dtype == np.int64
        assert np.array_equal(part.labels, original.labels)
        assert part.images.min() == 0
        assert part.images.max() == 255
    assert found.names == tuple("0123456789")


def test_a_digit_keeps_its_shape_when_it_is_enlarged():
    ink = data.digits().images[:1]
    grey = sets.as_cifar10(ink, np.array([0])).images
    assert np.array_equal(grey[0, 0], grey[0, 2])
    blocks = grey[0, 0].reshape(8, 4, 8, 4).mean(axis=(1, 3)) / 255
    assert np.corrcoef(blocks.ravel(), ink.ravel())[0, 1] > 0.97
    digit = sets.as_mnist(ink, np.array([0])).images[0, 0]
    assert digit[4:24, 4:24].sum() == digit.sum() > 0


def test_enlarging_is_linear_between_the_centres_of_pixels():
    ramp = np.array([[[0.0, 1.0], [0.0, 1.0]]])
    # Centres of the four columns: at -0.25, 0.25, 0.75 and 1.25 of the two.
    from nand2resnet.data.stand_in import resized

    assert resized(ramp, 4)[0, 0].tolist() == [0, 0.25, 0.75, 1]


# --- As a notebook calls it

NOTEBOOK = """
from nand2resnet import data
for _ in range(2):
    pictures = data.mnist({argument})
print(pictures.name, pictures.train.images.shape[1:])
import sys
print("ssl" in sys.modules, "torch" in sys.modules)
"""


def run_notebook(tmp_path, argument="", **environment):
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK.format(argument=argument)],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path), "NAND2RESNET_DATA": ""} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_note_is_printed_once(tmp_path):
    note, *rest = run_notebook(tmp_path, "download=False")
    assert note.startswith("MNIST is not here, so the 1,797 small handwritten digits")
    assert ONLINE_NOTE in note
    assert rest == ["digits (1, 28, 28)", "False False"]


def test_a_process_can_be_kept_offline(tmp_path):
    # An address that would be asked is a proxy that is not there: it would be named.
    lines = run_notebook(tmp_path, NAND2RESNET_OFFLINE="1", https_proxy="http://127.0.0.1:9")
    assert "could not be downloaded" not in lines[0]
    assert lines[1:] == ["digits (1, 28, 28)", "False False"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep their caches elsewhere")
def test_the_cache_is_where_the_system_keeps_caches(tmp_path):
    lines = run_notebook(tmp_path, NAND2RESNET_OFFLINE="", https_proxy="http://127.0.0.1:9")
    assert (tmp_path / "nand2resnet" / "mnist").is_dir()
    assert "there is no connection to it" in lines[0]
    assert lines[1] == "digits (1, 28, 28)"


# --- The table of what is published


@pytest.mark.parametrize("published", [MNIST, CIFAR10], ids=["MNIST", "CIFAR-10"])
def test_the_table_is_whole(published):
    assert len({part.md5 for part in published.parts}) == len(published.parts)
    for remote in published.remotes:
        assert len(remote.md5) == 32
        assert len(remote.addresses) >= 2
        assert all(address.startswith("https://") for address in remote.addresses)
        assert all(address.endswith(remote.name) for address in remote.addresses)
    assert published.room > sum(remote.size for remote in published.remotes)
    sums = {part.md5 for part in published.parts} | {each.md5 for each in published.remotes}
    readme = (Path(data.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert [md5 for md5 in sums if md5 not in readme] == []
