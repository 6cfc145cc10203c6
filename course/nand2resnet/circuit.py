"""Run a learner's function on wires instead of numbers, and write down what it connects.

A wire stands for a bit that has no value yet. The parts a circuit may be made of (``nand``, say)
are replaced by stand-ins that compute nothing: they note which wires they connect and hand out new
ones. What is noted is a :class:`Netlist`.

    netlist = record(xor, 2)
    netlist.count("nand")
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from nand2resnet import wording

MOST_GATES: Final = 5_000
CONSTANTS: Final = (0, 1)
"""Wires 0 and 1 always carry 0 and 1; the inputs come next, then what the gates give."""

PERCEPTRON: Final = "perceptron"
NAND: Final = "nand"
ADVICE: Final = {
    NAND: "Connect wires by calling `nand`, or gates that you have made of it, and nothing else.",
    PERCEPTRON: "Hand the wires to `perceptron` and to nothing else.",
}

Function = Callable[..., Any]


class NotACircuit(Exception):
    """What was done with the wires cannot be done in a circuit; the message says what."""


class LooksInside(NotACircuit):
    """A wire was asked for its value, as `if`, `and`, `==` or `+` ask."""


@dataclass(frozen=True)
class Gate:
    """One part of a circuit.

    Attributes
    ----------
    name : str
        "nand", "perceptron" or another gate's name.
    inputs, outputs : tuple of int
        The numbers of its wires.
    weights : tuple of float
        Of a perceptron, one for each input.
    threshold : float
        Of a perceptron.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    weights: tuple[float, ...] = ()
    threshold: float = 0.0


@dataclass(frozen=True)
class Netlist:
    """What is connected to what.

    Attributes
    ----------
    inputs : int
        How many inputs there are; they are the wires 2, 3, ...
    gates : tuple of Gate
        In the order in which they were made: none needs a later one.
    outputs : tuple of int
        The wires that were returned.
    single : bool
        Whether one wire was returned, rather than a tuple of them.
    """

    inputs: int
    gates: tuple[Gate, ...]
    outputs: tuple[int, ...]
    single: bool = True

    def count(self, name: str) -> int:
        """How many gates of that name there are."""
        return sum(gate.name == name for gate in self.gates)

    def layers(self) -> list[int]:
        """For each gate, how many gates lie on the longest way to it from the inputs."""
        reached = dict.fromkeys(range(len(CONSTANTS) + self.inputs), -1)
        for gate in self.gates:
            layer = 1 + max((reached[wire] for wire in gate.inputs), default=-1)
            reached.update(dict.fromkeys(gate.outputs, layer))
        return [reached[gate.outputs[0]] for gate in self.gates]

    def as_data(self) -> dict[str, Any]:
        """The netlist as dicts, tuples and numbers."""
        return asdict(self)


def record(circuit: Function, inputs: int, *, of: str = NAND) -> Netlist:
    """Build a netlist by calling a function on wires.

    Parameters
    ----------
    circuit : callable
        Takes ``inputs`` wires and returns a wire or a tuple of wires.
    inputs : int
        How many wires it takes.
    of : {"nand", "perceptron"}
        What the circuit is made of. The global name ``of`` of the circuit's notebook is replaced
        while the circuit is built; other gates count by what they are made of.

    Raises
    ------
    NotACircuit
        If the function does anything with a wire but connect it.
    """
    bench = Workbench(inputs, of=of)
    with replaced(globals_of(circuit), bench.parts):
        return bench.netlist(circuit(*bench.inputs))


class Wire:
    """A place for a bit. Whoever asks for its value is told that there is none.

    Parameters
    ----------
    number : int
        Tells it from the other wires.
    advice : str
        What to do instead of asking.
    """

    __slots__ = ("advice", "number")

    def __init__(self, number: int, advice: str) -> None:
        self.number = number
        self.advice = advice

    def __repr__(self) -> str:
        return f"<wire {self.number}>"


QUESTIONS: Final = {
    "`if`, `and`, `or` or `not`": ("bool",),
    "`==`": ("eq",),
    "`!=`": ("ne",),
    "`<` or `>`": ("lt", "le", "gt", "ge"),
    "`+`": ("add", "radd"),
    "`-`": ("sub", "rsub", "neg", "pos"),
    "`*`": ("mul", "rmul"),
    "`@`": ("matmul", "rmatmul"),
    "`/`": ("truediv", "rtruediv"),
    "`//` or `%`": ("floordiv", "rfloordiv", "mod", "rmod", "divmod", "rdivmod"),
    "`**`": ("pow", "rpow"),
    "`&`": ("and", "rand"),
    "`|`": ("or", "ror"),
    "`^`": ("xor", "rxor"),
    "`~`": ("invert",),
    "`<<` or `>>`": ("lshift", "rlshift", "rshift", "rrshift"),
    "Taking its size": ("abs",),
    "Rounding": ("round", "trunc", "floor", "ceil"),
    "Making a number of it": ("int", "float", "complex"),
    "Using it as an index": ("index",),
    "Looking it up in a dict or set": ("hash",),
}
"""What a learner may have written, and the special methods that Python calls for it."""


def refusing(written: str) -> Function:
    """A special method that refuses to answer."""

    def refuse(self: Wire, *_: Any) -> Any:
        raise LooksInside(
            f"{written} looks inside a wire, but a circuit is built before any wire has a value. "
            f"{self.advice}"
        )

    return refuse


for _written, _methods in QUESTIONS.items():
    for _method in _methods:
        setattr(Wire, f"__{_method}__", refusing(_written))


class Workbench:
    """Where one circuit is built: its wires so far, and the stand-ins for its parts.

    Parameters
    ----------
    inputs : int
        How many inputs the circuit has.
    of : {"nand", "perceptron"}
        What it is made of.
    earlier : mapping of str to (int, int), optional
        Gates that are noted as they are, not by what they are made of: how many inputs and
        outputs each has.

    Attributes
    ----------
    inputs : tuple of Wire
        What to call the circuit with.
    parts : dict of str to callable
        The stand-ins by name.
    """

    def __init__(
        self, inputs: int, *, of: str = NAND, earlier: Mapping[str, tuple[int, int]] | None = None
    ) -> None:
        self._advice = ADVICE[of]
        self._gates: list[Gate] = []
        self._wires = 0
        self._new_wires(len(CONSTANTS))
        self.inputs = self._new_wires(inputs)
        self.parts: dict[str, Function] = {
            name: self._gate(name, *sizes) for name, sizes in (earlier or {}).items()
        }
        self.parts[of] = self._perceptron if of == PERCEPTRON else self._gate(NAND, 2, 1)

    @property
    def size(self) -> int:
        """How many gates have been made so far."""
        return len(self._gates)

    def netlist(self, returned: Any) -> Netlist:
        """The netlist, once the circuit has returned.

        Raises
        ------
        NotACircuit
            If something else than wires was returned.
        """
        single = not isinstance(returned, (tuple, list)) and np.ndim(returned) == 0
        wires = [returned] if single else list(returned)
        for wire in wires:
            if not is_bit(wire):
                came = wording.described(wire)
                wanted = "A wire" if single else "Wires"
                end = " Does the function end with `return`?" if wire is None else ""
                raise NotACircuit(f"{wanted} should be returned; {came} came.{end}")
        outputs = tuple(map(number_of, wires))
        return Netlist(len(self.inputs), tuple(self._gates), outputs, single)

    def _new_wires(self, count: int) -> tuple[Wire, ...]:
        first, self._wires = self._wires, self._wires + count
        return tuple(Wire(number, self._advice) for number in range(first, self._wires))

    def _connect(
        self,
        name: str,
        sources: Sequence[Any],
        outputs: int = 1,
        weights: tuple[float, ...] = (),
        threshold: float = 0.0,
    ) -> tuple[Wire, ...]:
        """Note one more gate and hand out the wires it gives."""
        if len(self._gates) == MOST_GATES:
            raise NotACircuit(f"This makes more than {MOST_GATES} gates. Does a loop never end?")
        for source in sources:
            if not is_bit(source):
                raise NotACircuit(
                    f"`{name}` was given {wording.described(source)}. It takes wires, 0 or 1."
                )
        made = self._new_wires(outputs)
        numbers = tuple(wire.number for wire in made)
        wired = tuple(map(number_of, sources))
        self._gates.append(Gate(name, wired, numbers, weights, threshold))
        return made

    def _gate(self, name: str, inputs: int, outputs: int) -> Function:
        """The stand-in for a gate."""

        def gate(*sources: Any, **by_name: Any) -> Any:
            given = (*sources, *by_name.values())
            if len(given) != inputs:
                raise TypeError(f"{name} takes {inputs} inputs, but {len(given)} were given")
            made = self._connect(name, given, outputs)
            return made if outputs > 1 else made[0]

        gate.__name__ = name
        return gate

    def _perceptron(self, x: Any, w: Any, b: Any) -> Any:
        """The stand-in for ``perceptron``: one for each column of ``w`` and each row of ``x``."""
        inputs, thresholds = np.array(x, dtype=object), np.asarray(b)
        weights = np.asarray(w)
        if weights.dtype.kind not in "biuf" or thresholds.dtype.kind not in "biuf":
            raise NotACircuit("The weights and the threshold of a perceptron are numbers.")
        if inputs.ndim == 0 or weights.ndim == 0 or inputs.shape[-1] != weights.shape[0]:
            raise ValueError(
                f"x of shape {inputs.shape} and w of shape {weights.shape} do not fit: a "
                "perceptron has one weight for each input"
            )
        columns = weights.reshape(weights.shape[0], -1).astype(float).T
        limits = np.broadcast_to(thresholds, weights.shape[1:]).astype(float).ravel()
        made = np.empty((*inputs.shape[:-1], len(columns)), dtype=object)
        for row in np.ndindex(inputs.shape[:-1]):
            for number, (column, limit) in enumerate(zip(columns, limits, strict=True)):
                strengths = tuple(map(float, column))
                (wire,) = self._connect(PERCEPTRON, list(inputs[row]), 1, strengths, float(limit))
                made[(*row, number)] = wire
        shaped = made.reshape((*inputs.shape[:-1], *weights.shape[1:]))
        return shaped[()] if shaped.ndim == 0 else shaped


def is_bit(value: Any) -> bool:
    """Whether a value is a wire, or the number 0 or 1."""
    if isinstance(value, Wire):
        return True
    return wording.is_number(value) and value in CONSTANTS


def number_of(bit: Any) -> int:
    """The number of the wire that carries a bit."""
    return bit.number if isinstance(bit, Wire) else int(bit)


def globals_of(function: Function) -> dict[str, Any]:
    """The namespace in which a function looks up the names it does not define."""
    while isinstance(function, functools.partial):
        function = function.func
    found = getattr(inspect.unwrap(function), "__globals__", None)
    if not isinstance(found, dict):
        raise NotACircuit("This is not a function written in the notebook.")
    return found


@contextlib.contextmanager
def replaced(namespace: dict[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    """Put values into a namespace and, at the end, what was there before."""
    before = {name: namespace[name] for name in values if name in namespace}
    namespace.update(values)
    try:
        yield
    finally:
        for name in values:
            namespace.pop(name, None)
        namespace.update(before)


# Truth tables


def rows(inputs: int) -> list[tuple[int, ...]]:
    """Every combination of bits, in the order in which one counts: 00, 01, 10, 11."""
    return list(np.ndindex(*(2,) * inputs))


def inputs_of(table: Any) -> int:
    """How many inputs a truth table has, given one entry for each combination of bits.

    Raises
    ------
    ValueError
        If the number of entries is not a power of two.
    """
    inputs = len(table).bit_length() - 1
    if len(table) != 2**inputs:
        raise ValueError(f"a truth table has 2, 4, 8, ... rows, not {len(table)}")
    return inputs


def assignment(names: Sequence[str], bits: Sequence[int]) -> str:
    """A row in words: ``a = 1, b = 0``."""
    return ", ".join(f"{name} = {bit}" for name, bit in zip(names, bits, strict=True))
