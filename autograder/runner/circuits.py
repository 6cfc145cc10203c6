"""What a circuit computes: a netlist of gates and perceptrons, evaluated on every input.

Inside the sandbox this serves the visible checks, whose truth tables a learner sees anyway.
Outside, a unit's exercises.py evaluates with it the netlist that came from the sandbox, and
believes nothing it says but what is connected to what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nand2resnet.circuit import CONSTANTS, MOST_GATES, PERCEPTRON, Gate, Netlist, rows

MOST_INPUTS: Final = 12


@dataclass(frozen=True)
class Meaning:
    """What a gate does: how many wires go in and come out, and the bits for the bits."""

    inputs: int
    outputs: int
    bits: Callable[..., tuple[int, ...]]


def added(*bits: int) -> tuple[int, ...]:
    """The sum of one-digit numbers, as its two binary digits: sum and carry."""
    return sum(bits) % 2, sum(bits) // 2


GATES: Final[dict[str, Meaning]] = {
    "nand": Meaning(2, 1, lambda a, b: (1 - a * b,)),
    "not_": Meaning(1, 1, lambda a: (1 - a,)),
    "and_": Meaning(2, 1, lambda a, b: (a * b,)),
    "or_": Meaning(2, 1, lambda a, b: (max(a, b),)),
    "xor": Meaning(2, 1, lambda a, b: (added(a, b)[0],)),
    "half_adder": Meaning(2, 2, added),
    "full_adder": Meaning(3, 2, added),
}
"""The named gates, in the order in which the course makes each of those before it."""


def gates_before(name: str) -> dict[str, tuple[int, int]]:
    """The gates that the gate of that name may be made of, with their inputs and outputs."""
    names = list(GATES)
    earlier = names[: names.index(name)] if name in GATES else names
    return {earlier_name: sizes(GATES[earlier_name]) for earlier_name in earlier}


def sizes(meaning: Meaning) -> tuple[int, int]:
    """How many wires go in and come out."""
    return meaning.inputs, meaning.outputs


def truth_table(netlist: Netlist) -> np.ndarray:
    """What comes out for every combination of input bits, in counting order.

    Returns
    -------
    ndarray of int64, shape (2**inputs,) for a single output, else (2**inputs, outputs)
    """
    table = np.array([outputs(netlist, bits) for bits in rows(netlist.inputs)], dtype=np.int64)
    return table[:, 0] if netlist.single else table


def outputs(netlist: Netlist, bits: tuple[int, ...]) -> tuple[int, ...]:
    """What comes out for one combination of input bits."""
    carried = dict(enumerate((*CONSTANTS, *bits)))
    for gate in netlist.gates:
        given = [carried[wire] for wire in gate.inputs]
        if gate.name == PERCEPTRON:
            weighed = sum(w * bit for w, bit in zip(gate.weights, given, strict=True))
            made: tuple[int, ...] = (int(weighed > gate.threshold),)
        else:
            made = GATES[gate.name].bits(*given)
        carried.update(zip(gate.outputs, made, strict=True))
    return tuple(carried[wire] for wire in netlist.outputs)


def read_netlist(data: Any, allowed: Mapping[str, tuple[int, int]]) -> Netlist:
    """Take a netlist from data that nobody vouches for.

    Parameters
    ----------
    data : Any
        What :meth:`Netlist.as_data` gives, perhaps.
    allowed : mapping of str to (int, int)
        The gates that may occur, with their inputs and outputs; of perceptrons any number of
        inputs is right.

    Raises
    ------
    ValueError
        If it is not a netlist of these gates.
    """
    try:
        inputs = whole(data["inputs"], MOST_INPUTS + 1)
        gates: list[Gate] = []
        wires = len(CONSTANTS) + inputs
        if len(data["gates"]) > MOST_GATES:
            raise ValueError("too many gates")
        for part in data["gates"]:
            gates.append(read_gate(part, wires, allowed))
            wires += len(gates[-1].outputs)
        returned = tuple(whole(wire, wires) for wire in data["outputs"])
        single = data["single"] is True
        if single and len(returned) != 1:
            raise ValueError("a single output is one wire")
        return Netlist(inputs, tuple(gates), returned, single)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no netlist of {', '.join(allowed)}") from error


def read_gate(part: Any, wires: int, allowed: Mapping[str, tuple[int, int]]) -> Gate:
    """Take one gate, which may use the first ``wires`` wires; its outputs are the next ones."""
    name = part["name"]
    if name not in allowed:
        raise ValueError(f"the gate {str(name)[:40]!r} is none of {', '.join(allowed)}")
    sources = tuple(whole(wire, wires) for wire in part["inputs"])
    if name == PERCEPTRON:
        weights = tuple(number(weight) for weight in part["weights"])
        if len(weights) != len(sources):
            raise ValueError("a perceptron has one weight for each input")
        return Gate(name, sources, (wires,), weights, number(part["threshold"]))
    going_in, coming_out = allowed[name]
    if len(sources) != going_in:
        raise ValueError(f"{name} has {going_in} inputs")
    return Gate(name, sources, tuple(range(wires, wires + coming_out)))


def whole(value: Any, limit: int) -> int:
    """A whole number from 0 to below a limit."""
    if type(value) is not int or not 0 <= value < limit:
        raise ValueError(f"{str(value)[:40]} is not the number of a wire")
    return value


def number(value: Any) -> float:
    """A number that is not NaN."""
    if type(value) not in (int, float) or value != value:
        raise ValueError(f"{str(value)[:40]} is not a number")
    return float(value)
