"""Hints for known mistakes: what each one gives in each visible check, as plain data.

The build writes one ``<unit>.json`` into this folder:

    {"unit": "...", "checks": {"<case key>": [
        {"exercise": "...", "mistake": "...", "hint": "...", "observation": <plain>}]}}

A check that fails looks its case key up; if what came is the observation of a mistake, the hint
of that mistake is shown.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nand2resnet.tensors import array_of, is_tensor
from nand2resnet.wording import is_number

FOLDER = Path(__file__).parent
KEY_LENGTH = 16
SPECIAL_FLOATS = ("nan", "inf", "-inf")


@dataclass(frozen=True)
class Raised:
    """An error that came instead of a value.

    Attributes
    ----------
    error : str
        The name of the error's type.
    message : str
        What it said.
    """

    error: str
    message: str


@dataclass(frozen=True)
class Hint:
    """What one known mistake gives in one check, and the hint for whoever made it."""

    exercise: str
    mistake: str
    hint: str
    observation: Any


def lookup(key: str, folder: Path = FOLDER) -> tuple[Hint, ...]:
    """The hints stored for a case key, in the order in which they were written.

    Parameters
    ----------
    key : str
        From :func:`case_key`.
    folder : Path, optional
        Where the ``*.json`` files lie.
    """
    return tuple(
        Hint(entry["exercise"], entry["mistake"], entry["hint"], from_plain(entry["observation"]))
        for entry in stored(folder).get(key, ())
    )


@functools.cache
def stored(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Everything that the files of a folder hold, by case key; read once."""
    checks: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            unit = json.loads(path.read_text(encoding="utf-8"))["checks"]
        except (OSError, ValueError, KeyError) as error:
            # A damaged file must not stand between a learner and a check.
            warnings.warn(f"{path} cannot be read, its hints are missing: {error}", stacklevel=2)
            continue
        for key, entries in unit.items():
            checks.setdefault(key, []).extend(entries)
    return checks


def case_key(method: str, name: str, args: tuple[Any, ...]) -> str:
    """Identify a visible check by what it calls.

    Parameters
    ----------
    method : str
        The method of ``check``: "call" for ``check(...)`` itself, else its name.
    name : str
        The name of the learner's function, or what ``check.close`` compares.
    args : tuple
        Its arguments. Numbers count to 6 significant digits, arrays and tensors also by shape,
        functions and classes by name, random generators by their state.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    text = "\n".join([method, name, *map("".join, map(written, args))])
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def written(value: Any) -> Iterator[str]:
    """An argument as text that is the same on every machine."""
    value = as_the_learner_sees_it(value)
    if is_number(value):
        yield six_digits(value)
    elif value is None or isinstance(value, (str, bytes)):
        yield repr(value)
    elif isinstance(value, np.ndarray):
        yield f"array{value.shape}["
        yield from written_entries(value)
        yield "]"
    elif isinstance(value, (tuple, list)):
        yield "["
        for entry in value:
            yield from written(entry)
            yield ","
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        for key, entry in value.items():
            yield from written(key)
            yield ":"
            yield from written(entry)
            yield ","
        yield "}"
    elif isinstance(value, np.random.Generator):
        yield f"generator{value.bit_generator.state}"
    else:
        yield getattr(value, "__name__", None) or f"<{type(value).__name__}>"


def as_the_learner_sees_it(value: Any) -> Any:
    """A tensor as its array, an array without axes as its number."""
    if is_tensor(value) and not value.is_meta:
        value = array_of(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value[()]
    return value


def written_entries(array: np.ndarray) -> Iterator[str]:
    """The entries of an array; numbers all at once, because a loop asks for a key at each call."""
    if array.dtype.kind in "biuf":
        numbers = array.ravel().astype(np.float64) + 0.0
        yield "%.5e," * len(numbers) % tuple(numbers.tolist())
        return
    for entry in array.ravel().tolist():
        yield from written(entry)
        yield ","


def six_digits(value: Any) -> str:
    """A number to 6 significant digits; the same for 3, 3.0 and True + 2, and for 0.0 and -0.0."""
    if isinstance(value, (complex, np.complexfloating)):
        if value.imag:
            return f"{six_digits(value.real)}+{six_digits(value.imag)}j"
        value = value.real
    try:
        number = float(value) + 0.0
    except OverflowError:
        return hex(value)
    return f"{number:.5e}"


def to_plain(value: Any) -> Any:
    """Turn an observation into what JSON can hold; :func:`from_plain` turns it back.

    Arrays become ``{"array": nested list, "dtype": str}`` (with "shape" where the list does not
    show it), tuples ``{"tuple": [...]}``, dicts ``{"dict": [[key, value], ...]}``, complex numbers
    ``{"complex": [re, im]}``, infinities and NaN ``{"float": "inf"}``, errors
    ``{"error": "TypeName", "message": "..."}``.

    Raises
    ------
    TypeError
        If the value is or holds something that is not plain data.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return plain_array(np.asarray(value))
    if isinstance(value, (tuple, list, dict)):
        return plain_collection(value)
    if isinstance(value, Raised):
        return {"error": value.error, "message": value.message}
    if isinstance(value, BaseException):
        return {"error": type(value).__name__, "message": str(value)}
    if isinstance(value, complex):
        return {"complex": [plain_float(value.real), plain_float(value.imag)]}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"float": plain_float(value)}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"a {type(value).__name__} is not plain data and cannot be kept as JSON")


def plain_collection(value: tuple | list | dict) -> Any:
    """Turn a tuple, list or dict and all that it holds into plain data."""
    if isinstance(value, dict):
        return {"dict": [[to_plain(key), to_plain(entry)] for key, entry in value.items()]}
    entries = [to_plain(entry) for entry in value]
    return {"tuple": entries} if isinstance(value, tuple) else entries


def plain_array(array: np.ndarray) -> dict[str, Any]:
    """An array as nested lists: complex numbers as pairs, objects one by one."""
    if array.dtype.kind not in "biufcUO":
        raise TypeError(f"an array of dtype {array.dtype} cannot be kept as JSON")
    dtype = array.dtype.newbyteorder("=").str if array.dtype.kind == "U" else array.dtype.name
    plain: dict[str, Any] = {"dtype": dtype}
    if array.dtype.kind == "O":
        entries = [to_plain(entry) for entry in array.ravel()]
        return {"array": entries, **plain, "shape": list(array.shape)}
    if array.dtype.kind in "fc" and array.dtype.itemsize > 8 * (1 + (array.dtype.kind == "c")):
        # Extended precision differs from machine to machine.
        array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
        plain["dtype"] = array.dtype.name
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag], axis=-1)
    plain = {"array": plain_entries(array.tolist()), **plain}
    if array.size == 0:
        plain["shape"] = list(array.shape)
    return plain


def plain_entries(entries: Any) -> Any:
    """Nested lists with infinities and NaN as text."""
    if isinstance(entries, list):
        return [plain_entries(entry) for entry in entries]
    return plain_float(entries) if isinstance(entries, float) else entries


def plain_float(value: float) -> float | str:
    """A float as JSON can hold it: infinities and NaN as text."""
    return value if math.isfinite(value) else str(value)


def from_plain(plain: Any) -> Any:
    """Turn what :func:`to_plain` made back into the value; an error becomes :class:`Raised`."""
    if isinstance(plain, list):
        return [from_plain(entry) for entry in plain]
    if not isinstance(plain, dict):
        return plain
    if "array" in plain:
        return array_from_plain(plain)
    if "tuple" in plain:
        return tuple(from_plain(entry) for entry in plain["tuple"])
    if "dict" in plain:
        return {from_plain(key): from_plain(entry) for key, entry in plain["dict"]}
    if "complex" in plain:
        return complex(*map(float, plain["complex"]))
    if "float" in plain:
        return float(plain["float"])
    return Raised(plain["error"], plain["message"])


def array_from_plain(plain: dict[str, Any]) -> np.ndarray:
    """The array that :func:`plain_array` wrote."""
    dtype = np.dtype(plain["dtype"])
    if dtype.kind == "O":
        array = np.empty(len(plain["array"]), dtype=object)
        for index, entry in enumerate(plain["array"]):
            array[index] = from_plain(entry)
        return array.reshape(plain["shape"])
    entries = plain["array"] if dtype.kind == "U" else numbers_from_plain(plain["array"])
    if dtype.kind != "c":
        array = np.array(entries, dtype=dtype)
        return array.reshape(plain["shape"]) if "shape" in plain else array
    pairs = np.array(entries, dtype=np.float64).reshape(plain.get("shape", np.shape(entries)))
    array = np.empty(pairs.shape[:-1], dtype=dtype)
    array.real, array.imag = pairs[..., 0], pairs[..., 1]
    return array


def numbers_from_plain(entries: Any) -> Any:
    """Nested lists with infinities and NaN as floats again."""
    if isinstance(entries, list):
        return [numbers_from_plain(entry) for entry in entries]
    return float(entries) if entries in SPECIAL_FLOATS else entries
