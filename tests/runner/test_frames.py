"""The protocol: what goes in comes out, and nothing that comes in does harm."""

from __future__ import annotations

import contextlib
import json
import struct
import sys
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.runner.frames import (
    DTYPES,
    LARGEST_HEADER_BYTES,
    LARGEST_PAYLOAD_BYTES,
    MOST_OPAQUE_VALUES,
    MOST_VALUES,
    MOST_VALUES_IN_A_STREAM,
    FrameReader,
    MalformedFrame,
    Opaque,
    pack,
    unpack,
    unpack_whole,
)

# A megabyte, from the beginning of the payload.
ARRAY = b'{"!":"array","dtype":"<f8","shape":[131072],"order":"C","at":0}'

arrays = hnp.arrays(
    st.sampled_from([np.dtype(name) for name in sorted(DTYPES)]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=20)
    | arrays
    | hnp.arrays(st.sampled_from([np.dtype(name) for name in sorted(DTYPES)]), ()).map(
        lambda array: array[()]  # a NumPy scalar, which cannot be changed in place
    )
)
plain_data = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(one: object, other: object) -> bool:
    """Equality of type and value, with NaN equal to itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return repr(one) == repr(other)


@contextlib.contextmanager
def within(megabytes: int) -> Iterator[None]:
    """Fail if more memory than this is allocated at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes << 20
    finally:
        tracemalloc.stop()


@given(plain_data)
def test_what_goes_in_comes_out(value: object) -> None:
    assert same(unpack_whole(pack(value)), value)


@given(st.lists(plain_data, min_size=1, max_size=3), st.integers(1, 50))
def test_messages_survive_any_cut_of_the_stream(values: list[object], size: int) -> None:
    stream = b"".join(map(pack, values))
    reader = FrameReader()
    read = [
        message
        for start in range(0, len(stream), size)
        for message in reader.feed(stream[start : start + size])
    ]
    assert same(read, values)


@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_memory_layout_is_kept(layout: str) -> None:
    whole = np.arange(24.0).reshape(4, 6)
    array = {"C": whole, "F": np.asfortranarray(whole), "strided": whole[:, ::2]}[layout]
    again = unpack_whole(pack(array))
    assert np.array_equal(again, array)
    assert again.flags.c_contiguous == array.flags.c_contiguous
    assert again.flags.f_contiguous == array.flags.f_contiguous
    assert again.flags.writeable


@pytest.mark.parametrize("value", [object(), len, {1, 2}, b"bytes", np.array([{}])])
def test_anything_else_is_known_by_its_type_alone(value: object) -> None:
    assert isinstance(unpack_whole(pack(value)), Opaque)


@settings(max_examples=7000, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused_or_ignored(data: bytes) -> None:
    reader = FrameReader()
    with contextlib.suppress(MalformedFrame):
        list(reader.feed(data))


@settings(max_examples=3000, deadline=None)
@given(plain_data, st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_frame_is_refused_or_read(value: object, place: int, byte: int) -> None:
    frame = bytearray(pack(value))
    frame[12 + place % (len(frame) - 12)] = byte
    with contextlib.suppress(MalformedFrame):
        unpack_whole(bytes(frame))


@pytest.mark.parametrize(
    "lengths",
    [(LARGEST_HEADER_BYTES + 1, 0), (2**32 - 1, 0), (1, LARGEST_PAYLOAD_BYTES + 1), (1, 2**64 - 1)],
)
def test_a_frame_that_announces_too_much_is_refused_before_it_is_read(
    lengths: tuple[int, int],
) -> None:
    with within(1), pytest.raises(MalformedFrame, match="more bytes"):
        list(FrameReader().feed(struct.pack(">IQ", *lengths)))


@pytest.mark.parametrize(
    "header",
    [
        b'{"!":"array","dtype":"<f8","shape":[1000000000],"order":"C","at":0}',
        b'{"!":"array","dtype":"<f8","shape":[65536,65536,65536,65536],"order":"C","at":0}',
        b'{"!":"array","dtype":"<f8","shape":[-1],"order":"C","at":0}',
        b'{"!":"array","dtype":"<f8","shape":[1.0],"order":"C","at":0}',
        b'{"!":"array","dtype":"<f8","shape":[true],"order":"C","at":0}',
        b'{"!":"array","dtype":"<f8","shape":[1],"order":"C","at":-8}',
        b'{"!":"array","dtype":"<f8","shape":[1],"order":"C","at":8}',
        b'{"!":"array","dtype":"|O8","shape":[1],"order":"C","at":0}',
        b'{"!":"array","dtype":"<f8","shape":[' + b"1," * 40 + b'1],"order":"C","at":0}',
        b'{"!":"dict","items":[[[],1]]}',
        b'{"!":"float","name":"1"}',
        b'{"!":"complex","parts":[1' + b"0" * 400 + b",0]}",
        b'{"!":"build","builder":"x","arguments":{}}',
        b'{"!":5}',
        b"{}",
        b"[" * 100_000,
        b"[" * 60 + b"]" * 60,
        b"1" * 10_000,
        b"\xff\xfe",
        b"",
    ],
)
def test_a_forged_header_is_refused(header: bytes) -> None:
    with pytest.raises(MalformedFrame):
        unpack(header, b"\0" * 8)


@pytest.mark.parametrize("arrays", [2, 60_000])
def test_arrays_do_not_share_bytes(arrays: int) -> None:
    """Sixty thousand arrays of the same megabyte are 4 MB on the pipe, and 60 GB here."""
    header, payload = b"[" + b",".join([ARRAY] * arrays) + b"]", bytes(1 << 20)
    with within(128), pytest.raises(MalformedFrame, match="share"):
        unpack(header, payload)


def framed(header: bytes) -> bytes:
    """A frame without arrays."""
    return struct.pack(">IQ", len(header), 0) + header


def test_a_frame_holds_a_bounded_number_of_values() -> None:
    frame = framed(b"[" + b",".join([b"[]"] * MOST_VALUES) + b"]")
    with within(8), pytest.raises(MalformedFrame, match="values"):
        list(FrameReader().feed(frame))
    with pytest.raises(MalformedFrame, match="values"):
        pack([[]] * MOST_VALUES, MOST_VALUES)


def test_a_stream_holds_a_bounded_number_of_values() -> None:
    frame = pack([0] * (MOST_VALUES // 2 - 1))
    stream = frame * (2 * MOST_VALUES_IN_A_STREAM // MOST_VALUES + 2)
    messages = FrameReader().feed(stream)
    assert len(next(messages)) == MOST_VALUES // 2 - 1
    with pytest.raises(MalformedFrame, match="values"):
        list(messages)


def test_keys_with_the_same_hash_are_few() -> None:
    same_hash = sys.hash_info.modulus
    pairs = [[number * same_hash, 0] for number in range(60_000)]
    header = json.dumps({"!": "dict", "items": pairs}).encode()
    with pytest.raises(MalformedFrame, match="same hash"):
        unpack(header, b"")
    assert unpack_whole(pack(dict.fromkeys(range(-60_000, 0)))) == dict.fromkeys(range(-60_000, 0))


@pytest.mark.parametrize("text", ["[" * 5000, '"' * 5000, "\\" * 5001, '{"' * 5000, "," * 400_000])
def test_text_may_hold_what_json_is_made_of(text: str) -> None:
    assert unpack_whole(pack(text)) == text
    assert unpack_whole(pack([text, {text: 1}])) == [text, {text: 1}]


@pytest.mark.parametrize("start", [b'"', b'"\\"', b'\\"', b"\\", b'"\\\\'])
def test_an_unfinished_string_takes_no_time(start: bytes) -> None:
    with pytest.raises(MalformedFrame):
        unpack(start * ((LARGEST_HEADER_BYTES - 10) // len(start)), b"")


def test_the_name_of_a_type_is_one_line_of_printable_text() -> None:
    opaque = unpack(b'{"!":"opaque","type":"\\u001b[2J\\u202eevil\\n\\ud800"}', b"")
    assert repr(opaque) == "<[2Jevil>"
    header = b"[" + b",".join([b'{"!":"opaque","type":"x"}'] * (MOST_OPAQUE_VALUES + 1)) + b"]"
    with pytest.raises(MalformedFrame, match="plain data"):
        unpack(header, b"")


def test_a_truth_value_is_true_or_false() -> None:
    header = b'{"!":"array","dtype":"|b1","shape":[3],"order":"C","at":0}'
    assert unpack(header, bytes([0, 1, 2])).tobytes() == bytes([0, 1, 1])
