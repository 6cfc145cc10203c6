"""The readers of idx files and CIFAR-10's batches: what they read, and what they refuse."""

import os
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nand2resnet.data.batches import read_batch
from nand2resnet.data.idx import read_idx
from tests.data.made_sets import batch, idx

bytes_arrays = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0))


@given(bytes_arrays)
def test_idx_gives_back_what_was_written(array):
    read = read_idx(idx(array))
    assert (read.dtype, read.shape) == (np.uint8, array.shape)
    assert np.array_equal(read, array)
    read[...] = 1


def test_idx_is_big_endian_and_has_rows_first():
    head = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3])
    assert read_idx(head + bytes([1, 2, 3, 4, 5, 6])).tolist() == [[1, 2, 3], [4, 5, 6]]


@given(bytes_arrays, st.data())
def test_a_cut_idx_file_is_refused(array, data):
    content = idx(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(ValueError, match=r"ends within|should hold|does not begin"):
        read_idx(content[:cut])


@given(st.binary(max_size=60))
def test_any_bytes_are_read_as_idx_or_refused(content):
    try:
        read = read_idx(content)
    except ValueError:
        return
    assert idx(read) == content


def test_other_numbers_than_bytes_are_refused():
    with pytest.raises(ValueError, match="type 13, not unsigned bytes"):
        read_idx(bytes([0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0]))


def test_a_longer_idx_file_is_refused():
    with pytest.raises(ValueError, match=r"should hold 6 numbers .* but holds 7"):
        read_idx(idx(np.zeros((2, 3), np.uint8)) + b"x")


@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 3), st.just(3072))),
    st.booleans(),
    st.integers(0, 9),
)
def test_a_batch_gives_back_what_was_written(pixels, in_columns, label):
    labels = [label] * len(pixels)
    images, read = read_batch(batch(pixels, labels, in_columns=in_columns))
    assert (images.dtype, images.shape) == (np.uint8, (len(pixels), 3, 32, 32))
    assert np.array_equal(images.reshape(-1, 3072), pixels)
    assert (read.dtype, read.tolist()) == (np.int64, labels)
    images[...] = 1


def test_a_row_is_red_then_green_then_blue():
    pixels = np.repeat(np.array([[10, 20, 30]], np.uint8), 1024, axis=1)
    pixels[0, 1024 + 32] = 99
    (image,), _ = read_batch(batch(pixels, [3]))
    assert image[:, 0, 0].tolist() == [10, 20, 30]
    assert image[1, 1, 0] == 99


@given(st.integers(0, 4000))
def test_a_cut_batch_is_refused(cut):
    content = batch(np.zeros((1, 3072), np.uint8), [1])
    with pytest.raises(ValueError, match="this batch"):
        read_batch(content[: min(cut, len(content) - 1)])


@given(st.binary(min_size=1, max_size=1), st.integers(0, 3400))
def test_a_damaged_batch_is_read_or_refused(damage, position):
    content = batch(np.zeros((1, 3072), np.uint8), [1])
    try:
        images, labels = read_batch(content[:position] + damage + content[position + len(damage) :])
    except ValueError:
        return
    assert images.shape[1:] == (3, 32, 32)
    assert len(images) == len(labels)


class Hostile:
    """Would run a command of its own when it is unpickled."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    ("function", "argument"),
    [(os.mkdir, "made"), (os.system, "mkdir made"), (eval, "__import__('os').mkdir('made')")],
)
def test_a_batch_runs_no_code(tmp_path, monkeypatch, protocol, function, argument):
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps({"data": Hostile(function, argument)}, protocol)
    with pytest.raises(ValueError, match=rf"asks for \w+\.{function.__name__}, which no batch"):
        read_batch(content)
    assert list(tmp_path.iterdir()) == []
    pickle.loads(content)  # It would have worked.
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


@pytest.mark.parametrize("name", ["numpy.load", "numpy.core.multiarray.scalar", "numpy.memmap"])
def test_a_batch_may_not_name_the_rest_of_numpy(name):
    module, _, function = name.rpartition(".")
    with pytest.raises(ValueError, match=f"asks for {name}, which no batch"):
        read_batch(f"\x80\x02c{module}\n{function}\n.".encode("latin-1"))


def test_a_dotted_name_does_not_reach_around():
    # From protocol 4 on, a name may have dots: numpy.ndarray's module would lead anywhere.
    content = b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__init__\x93."
    with pytest.raises(ValueError, match=r"asks for numpy.ndarray.__init__"):
        read_batch(content)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, "holds a int"),
        ({}, "lacks its pictures"),
        ({b"data": b"x", b"labels": []}, "lacks its pictures"),
    ],
)
def test_another_pickle_is_refused(value, words):
    with pytest.raises(ValueError, match=words):
        read_batch(pickle.dumps(value, 3))


@pytest.mark.parametrize("pixels", [np.zeros((2, 3071), np.uint8), np.zeros((3072,), np.uint8)])
def test_pictures_of_another_size_are_refused(pixels):
    with pytest.raises(ValueError, match=r"not \(N, 3072\)"):
        read_batch(batch(pixels, [1, 2]))


def test_as_many_labels_as_pictures():
    with pytest.raises(ValueError, match="2 pictures but other labels"):
        read_batch(batch(np.zeros((2, 3072), np.uint8), [1]))


def test_an_array_of_other_numbers_is_refused():
    content = batch(np.zeros((1, 3072), np.uint8), [1]).replace(b"U\x02u1", b"U\x02f8")
    with pytest.raises(ValueError, match="something else than bytes"):
        read_batch(content)
