"""Multiplier circuit: the learner's own gates, wired as they wired them, under current."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from nand2resnet.circuit import NAND, Netlist, NotACircuit, Workbench, globals_of, replaced, rows
from nand2resnet.widgets.circuit_layout import GATE_HEIGHT, GATE_WIDTH, lay_out
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError, call

INPUTS = ("a₁", "a₀", "b₁", "b₀")
OUTPUTS = ("p₃", "p₂", "p₁", "p₀")
BOXES = ("not_", "and_", "or_", "xor", "half_adder", "full_adder")
"""The learner's own gates that are drawn as boxes."""
FIRST = [1, 0, 1, 1]  # 2 × 3
MOST_DRAWN = 400

Function = Callable[..., object]


class MultiplierCircuit(Figure):
    """Press the input bits of the learner's multiplier, and see the current run.

    The drawing is what the learner's function connects. What each wire carries is what the
    learner's ``nand`` says, gate by gate.

    Parameters
    ----------
    multiply_2bit : callable
        The learner's ``multiply_2bit(a1, a0, b1, b0)``, returning four bits. While it is not
        written, the figure says so.
    nand : callable
        The learner's ``nand(a, b)``.

    Attributes
    ----------
    bits : list of int
        What the inputs are set to.
    circuit : dict
        What to draw, and for each of the 16 inputs what every wire carries, as a text of 0s and
        1s. Empty in trouble.
    trouble : str
        What is wrong with the learner's functions, in words for the learner, or empty.

    Examples
    --------
    >>> MultiplierCircuit(multiply_2bit, nand)  # doctest: +SKIP
    """

    _esm = module_text("multiplier_circuit.js")
    _css = Figure._css + (Path(__file__).parent / "circuit.css").read_text(encoding="utf-8")

    trouble = traitlets.Unicode("").tag(sync=True)
    first = traitlets.List(traitlets.Int(), FIRST).tag(sync=True)
    bits = traitlets.List(traitlets.Int(), FIRST).tag(sync=True)
    circuit = traitlets.Dict().tag(sync=True)

    def __init__(self, multiply_2bit: Function, nand: Function) -> None:
        super().__init__()
        try:
            netlist, owners = built(multiply_2bit)
            carried = ["".join(map(str, current(netlist, nand, bits))) for bits in rows(4)]
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            return
        self.circuit = drawn(netlist, owners) | {"carried": carried}


def built(circuit: Function) -> tuple[Netlist, list[tuple[str, int]]]:
    """Build the learner's circuit, and note which call of which gate made each NAND.

    Returns
    -------
    netlist : Netlist
    owners : list of (str, int)
        For each gate, the name and the number of the outermost call of one of `BOXES` that made
        it; a NAND of the circuit itself belongs to itself.

    Raises
    ------
    LearnerTroubleError
        If a function is not written yet, looks inside a wire, or returns something else than four
        wires.
    """
    name = "multiply_2bit"
    bench = Workbench(len(INPUTS), of=NAND)
    owners: list[tuple[str, int]] = []
    open_calls: list[tuple[str, int]] = []
    calls = 0

    def nand(*wires: Any, **by_name: Any) -> Any:
        made = bench.parts[NAND](*wires, **by_name)
        owners.append(open_calls[0] if open_calls else (NAND, -1 - len(owners)))
        return made

    def boxed(box: str, own: Function) -> Function:
        def made(*wires: Any, **by_name: Any) -> Any:
            nonlocal calls
            calls += 1
            open_calls.append((box, calls))
            try:
                return own(*wires, **by_name)
            finally:
                open_calls.pop()

        return made

    try:
        notebook = globals_of(circuit)
    except NotACircuit:
        raise LearnerTroubleError(f"This figure needs your function `{name}`.") from None
    boxes = {box: boxed(box, notebook[box]) for box in BOXES if box in notebook}
    with replaced(notebook, {**boxes, NAND: nand}):
        returned = call(circuit, *bench.inputs, name=name)
    try:
        netlist = bench.netlist(returned)
    except NotACircuit as error:
        raise LearnerTroubleError(f"`{name}`: {error}") from None
    if len(netlist.outputs) != len(OUTPUTS):
        raise LearnerTroubleError(
            f"`{name}` returned {len(netlist.outputs)} of the four bits p3, p2, p1 and p0."
        )
    if not 0 < len(netlist.gates) <= MOST_DRAWN:
        raise LearnerTroubleError(
            f"`{name}` connects {len(netlist.gates)} NANDs: too "
            f"{'many' if netlist.gates else 'few'} to draw."
        )
    return netlist, owners


def current(netlist: Netlist, nand: Function, bits: tuple[int, ...]) -> list[int]:
    """What every wire carries when the inputs are set, by the learner's own ``nand``.

    Raises
    ------
    LearnerTroubleError
        If ``nand`` is not written yet, raises, or gives something else than 0 or 1.
    """
    carried = [0, 1, *bits]
    for gate in netlist.gates:
        one, other = (carried[wire] for wire in gate.inputs)
        made = call(nand, one, other, name="nand")
        try:
            bit = int(made)  # type: ignore[call-overload]
        except (TypeError, ValueError):
            bit = -1
        if bit not in (0, 1):
            raise LearnerTroubleError(f"`nand({one}, {other})` gave {made!r}; a bit was needed.")
        carried.append(bit)
    return carried


def drawn(netlist: Netlist, owners: list[tuple[str, int]]) -> dict[str, Any]:
    """What the drawing needs to know: names, places and ways."""
    layout = lay_out(netlist, owners)
    depths = netlist.layers()
    depth_of = {
        gate.outputs[0]: depth + 1 for gate, depth in zip(netlist.gates, depths, strict=True)
    }
    return {
        "inputs": INPUTS,
        "outputs": OUTPUTS,
        "outputWires": list(netlist.outputs),
        "width": layout.width,
        "height": layout.height,
        "gateSize": [GATE_WIDTH, GATE_HEIGHT],
        "inputHeights": layout.inputs,
        "outputHeights": layout.outputs,
        "gates": [
            {"x": x, "y": y, "wire": gate.outputs[0], "inputs": list(gate.inputs), "depth": depth}
            for (x, y), gate, depth in zip(layout.gates, netlist.gates, depths, strict=True)
        ],
        "boxes": [
            {
                "name": box.name,
                "x": box.x,
                "y": box.y - box.height / 2,
                "width": box.width,
                "height": box.height,
            }
            for box in layout.boxes
            if box.is_framed
        ],
        "wires": [
            {"wire": wire, "way": way, "depth": depth_of.get(wire, 0)}
            for (wire, _, _), way in layout.wires.items()
        ],
        "layers": 1 + max(depths, default=-1),
    }
