"""Frames on the pipe between runner and grader: bounded JSON and raw arrays, never pickle.

A frame is ``>IQ`` (length of header, length of payload), the header (JSON, UTF-8), the payload
(the arrays' bytes, one after another). The reader trusts nothing: every length, dtype, shape,
depth and size is checked before anything is allocated for it.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

LARGEST_HEADER_BYTES: Final = 4 << 20
LARGEST_PAYLOAD_BYTES: Final = 64 << 20
MOST_VALUES: Final = 200_000
MOST_VALUES_IN_A_STREAM: Final = 1_000_000
MOST_OPAQUE_VALUES: Final = 1_000
MOST_KEYS_OF_ONE_HASH: Final = 100
DEEPEST_NESTING: Final = 40
MOST_DIMENSIONS: Final = 16
LONGEST_INTEGER_BITS: Final = 4096
_WHOLE = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8")
DTYPES: Final = frozenset({*_WHOLE, "<f2", "<f4", "<f8", "<c8", "<c16"})
TAG: Final = "!"
_LENGTHS = struct.Struct(">IQ")
# Without a closing quote it matches to the end, so that no text is looked at twice.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


class MalformedFrame(ValueError):
    """What came over the pipe is not a frame, or is larger or deeper than a frame may be."""


class Opaque:
    """Stands for a value that is not plain data; only the name of its type is known.

    Each is of a subclass with that name, so that whoever names a value's type names the right one.
    """

    @property
    def type_name(self) -> str:
        """The name of the type the value had."""
        return type(self).__name__

    def __repr__(self) -> str:
        return f"<{self.type_name}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opaque) and other.type_name == self.type_name

    __hash__ = None  # type: ignore[assignment]


def opaque(type_name: str) -> Opaque:
    """What stands for a value of a type of that name."""
    name = "".join(letter for letter in type_name[:100] if letter.isprintable())
    value: Opaque = type(name or "object", (Opaque,), {})()
    return value


def pack(message: Any, most_values: float = math.inf) -> bytes:
    """Turn nested plain data into one frame. Anything that is not plain data becomes Opaque.

    Raises
    ------
    MalformedFrame
        It is more than a frame may hold, or more than ``most_values``.
    """
    payload = bytearray()
    tree = _to_tree(message, payload, 0)
    header = json.dumps(tree, separators=(",", ":"), ensure_ascii=True).encode()
    if len(header) > LARGEST_HEADER_BYTES or len(payload) > LARGEST_PAYLOAD_BYTES:
        raise MalformedFrame(
            f"{len(header)} bytes of JSON and {len(payload)} bytes of arrays are more than a "
            "frame may hold"
        )
    if values_in(header) > most_values:
        raise MalformedFrame(f"these are more than {most_values:,} values")
    return _LENGTHS.pack(len(header), len(payload)) + header + bytes(payload)


def unpack(header: bytes, payload: bytes, special: Callable[[str, dict], Any] | None = None) -> Any:
    """Turn a frame's two parts back into data.

    Parameters
    ----------
    special : callable, optional
        Makes a value from a tag this module does not know (the runner's ``build`` values).

    Raises
    ------
    MalformedFrame
        For anything that :func:`pack` would not have written.
    """
    if _nesting(header) > 3 * DEEPEST_NESTING:
        raise MalformedFrame("the header is nested too deeply")
    try:
        tree = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise MalformedFrame(f"the header is not JSON: {error}") from None
    return _Frame(memoryview(payload), len(payload), special).read(tree, 0)


def unpack_whole(frame: bytes, special: Callable[[str, dict], Any] | None = None) -> Any:
    """Turn one whole frame, as :func:`pack` made it, back into data."""
    middle = _LENGTHS.size + _LENGTHS.unpack_from(frame)[0]
    return unpack(frame[_LENGTHS.size : middle], frame[middle:], special)


class FrameReader:
    """Cuts a stream of bytes into messages, holding at most one frame's worth of them."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._values_left = MOST_VALUES_IN_A_STREAM

    def feed(self, data: bytes) -> Iterator[Any]:
        """Take the next bytes; yield every message that is now complete.

        Raises
        ------
        MalformedFrame
            As soon as the stream cannot be one of frames. The reader is of no use after that.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTHS.size:
            header_length, payload_length = _LENGTHS.unpack_from(self._buffer)
            if header_length > LARGEST_HEADER_BYTES or payload_length > LARGEST_PAYLOAD_BYTES:
                raise MalformedFrame("a frame announces more bytes than it may hold")
            middle = _LENGTHS.size + header_length
            end = middle + payload_length
            if len(self._buffer) < end:
                return
            header = bytes(self._buffer[_LENGTHS.size : middle])
            payload = bytes(self._buffer[middle:end])
            del self._buffer[:end]
            values = values_in(header)
            self._values_left -= values
            if values > MOST_VALUES or self._values_left < 0:
                raise MalformedFrame("these are more values than there may be")
            yield unpack(header, payload)


def read_frame(read: Callable[[int], bytes], special: Callable[[str, dict], Any]) -> Any:
    """Read one frame by ``read(n)``, which returns exactly n bytes. For the trusted direction."""
    header_length, payload_length = _LENGTHS.unpack(read(_LENGTHS.size))
    return unpack(read(header_length), read(payload_length), special)


def _to_tree(value: Any, payload: bytearray, depth: int) -> Any:
    if depth > DEEPEST_NESTING:
        return {TAG: "opaque", "type": "too deeply nested value"}
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if value.bit_length() <= LONGEST_INTEGER_BITS else _opaque("huge int")
    if kind is float:
        return value if math.isfinite(value) else {TAG: "float", "name": repr(value)}
    if kind is complex:
        return {TAG: "complex", "parts": [repr(value.real), repr(value.imag)]}
    if isinstance(value, np.ndarray | np.generic):
        return _array_to_tree(value, payload)
    if isinstance(value, list | tuple):
        items = [_to_tree(item, payload, depth + 1) for item in value]
        return items if isinstance(value, list) else {TAG: "tuple", "items": items}
    if isinstance(value, dict):
        pairs = [
            [_to_tree(key, payload, depth + 1), _to_tree(item, payload, depth + 1)]
            for key, item in value.items()
        ]
        return {TAG: "dict", "items": pairs}
    if hasattr(value, "to_tree"):  # a build value, on its way into the sandbox
        return value.to_tree(lambda part: _to_tree(part, payload, depth + 1))
    return _opaque(kind.__name__)


def _opaque(type_name: str) -> dict[str, str]:
    return {TAG: "opaque", "type": str(type_name)[:100]}


def _array_to_tree(value: np.ndarray | np.generic, payload: bytearray) -> Any:
    array = np.asarray(value)
    little = array.dtype.newbyteorder("<")
    if little.str not in DTYPES:
        return _opaque(f"{type(value).__name__} of {array.dtype}")
    order = "scalar" if isinstance(value, np.generic) else _memory_order(array)
    data = array.astype(little).tobytes(order="F" if order == "F" else "C")
    if len(payload) + len(data) > LARGEST_PAYLOAD_BYTES:
        return _opaque(f"array of {len(data) >> 20} MiB")
    place = {"shape": list(array.shape), "order": order, "at": len(payload)}
    payload += data
    return {TAG: "array", "dtype": little.str} | place


def _memory_order(array: np.ndarray) -> str:
    if array.flags.c_contiguous:
        return "C"
    return "F" if array.flags.f_contiguous else "strided"


@dataclass
class _Frame:
    """The frame that is being read: its arrays' bytes, and how much of it there still may be.

    Every array has bytes of its own. Otherwise thousands could be made of the same few.
    """

    payload: memoryview
    bytes_left: int
    special: Callable[[str, dict], Any] | None
    opaques_left: int = MOST_OPAQUE_VALUES

    def read(self, tree: Any, depth: int) -> Any:
        """Make the value that a tree of JSON stands for."""
        if depth > DEEPEST_NESTING + 1:
            raise MalformedFrame("data are nested too deeply")
        if not isinstance(tree, (list, dict)):
            return tree

        def inner(part: Any) -> Any:
            return self.read(part, depth + 1)

        if isinstance(tree, list):
            return [inner(part) for part in tree]
        tag = tree.get(TAG)
        if not isinstance(tag, str):
            raise MalformedFrame("a value has no tag")
        kind = _KINDS.get(tag)
        if kind is None:
            if self.special is None:
                raise MalformedFrame(f"the tag {tag[:20]!r} is unknown")
            return self.special(tag, {key: inner(part) for key, part in tree.items() if key != TAG})
        try:
            return kind(self, tree, inner)
        except MalformedFrame:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            raise MalformedFrame(f"a value tagged {tag!r} is not well formed") from None

    def read_dict(self, tree: dict[str, Any], inner: Callable[[Any], Any]) -> dict[Any, Any]:
        """Make a dict from its pairs."""
        keys = [inner(key) for key, _ in tree["items"]]
        # Keys of one hash are compared each with each: a few thousand would take minutes.
        if len(keys) - len({hash(key) for key in keys}) > MOST_KEYS_OF_ONE_HASH:
            raise MalformedFrame("too many keys of a dict have the same hash")
        return {key: inner(part) for key, (_, part) in zip(keys, tree["items"], strict=True)}

    def read_opaque(self, tree: dict[str, Any]) -> Opaque:
        """Make what stands for a value that is not plain data."""
        self.opaques_left -= 1
        if self.opaques_left < 0:
            raise MalformedFrame("too many values are not plain data")
        return opaque(tree["type"])

    def read_array(self, tree: dict[str, Any]) -> np.ndarray | np.generic:
        """Copy an array out of the payload, in the memory layout it had; or one NumPy scalar."""
        name, shape, start, order = tree["dtype"], tree["shape"], tree["at"], tree["order"]
        if name not in DTYPES or order not in ("C", "F", "strided", "scalar"):
            raise MalformedFrame("an array's dtype or order is not allowed")
        if type(shape) is not list or len(shape) > MOST_DIMENSIONS:
            raise MalformedFrame("an array's shape is not allowed")
        if any(type(size) is not int or not 0 <= size <= LARGEST_PAYLOAD_BYTES for size in shape):
            raise MalformedFrame("an array's shape is not allowed")
        if order == "scalar" and shape:
            raise MalformedFrame("a scalar has no shape")
        dtype = np.dtype(name)
        length = math.prod(shape) * dtype.itemsize
        if type(start) is not int or start < 0 or start + length > len(self.payload):
            raise MalformedFrame("an array reaches beyond the payload")
        self.bytes_left -= length
        if self.bytes_left < 0:
            raise MalformedFrame("arrays share their bytes")
        flat = np.frombuffer(self.payload[start : start + length], dtype)
        if dtype.kind == "b":
            flat = flat.view(np.uint8) != 0  # a byte of 2 would be neither true nor false
        if order == "scalar":
            return flat[0]
        array = flat.reshape(shape, order="F" if order == "F" else "C")
        if order != "strided" or not shape:
            return array.copy(order="F" if order == "F" else "C")
        wide = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)  # every other column: not contiguous
        wide[..., ::2] = array
        return wide[..., ::2]


_NON_FINITE: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_KINDS: Final[dict[str, Callable[[_Frame, dict[str, Any], Callable[[Any], Any]], Any]]] = {
    "array": lambda frame, tree, _: frame.read_array(tree),
    "tuple": lambda _, tree, inner: tuple(inner(part) for part in tree["items"]),
    "dict": lambda frame, tree, inner: frame.read_dict(tree, inner),
    "float": lambda _, tree, __: _NON_FINITE[tree["name"]],
    "complex": lambda _, tree, __: complex(*(float(part) for part in tree["parts"])),
    "opaque": lambda frame, tree, _: frame.read_opaque(tree),
}


def values_in(header: bytes) -> int:
    """How many values, at most, a text of JSON holds, found without making them."""
    marks = (b",", b"[", b"{", b":")
    if sum(map(header.count, marks)) < MOST_VALUES:
        return 1 + sum(map(header.count, marks))
    bare = _STRING.sub(b"", header)
    return 1 + sum(map(bare.count, marks))


def _nesting(header: bytes) -> int:
    """An upper bound of the JSON's nesting, found without recursion."""
    openings = header.count(b"[") + header.count(b"{")
    if openings <= 3 * DEEPEST_NESTING:
        return openings
    codes = np.frombuffer(_STRING.sub(b"", header), np.uint8)
    opening = (codes == ord("[")) | (codes == ord("{"))
    closing = (codes == ord("]")) | (codes == ord("}"))
    if not opening.any():
        return 0
    depth = np.cumsum(opening.astype(np.int32) - closing.astype(np.int32))
    return int(depth.max())
