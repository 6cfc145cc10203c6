"""Where to draw a circuit: its gates in boxes, the boxes in columns, the wires around them.

A box holds the gates that one call of one of the learner's own gates has made. Boxes stand in
columns, each right of everything it needs. A wire that passes a column gets a lane of its own
there, so that no wire runs through a box that it does not belong to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nand2resnet.circuit import CONSTANTS, Gate, Netlist

GATE_WIDTH, GATE_HEIGHT = 34.0, 24.0
LAYER_WIDTH, ROW_HEIGHT = 58.0, 36.0
BOX_PADDING, BOX_TITLE = 13.0, 16.0
LANE_HEIGHT = 12.0
BOX_GAP, COLUMN_GAP = 14.0, 46.0
SWEEPS = 4
"""How often each column is put into a better order."""

Point = tuple[float, float]


@dataclass
class Box:
    """The gates made by one call, or by one gate that stands alone.

    ``rows`` are its inner layers: lists of indices into the netlist's gates.
    """

    name: str
    gates: list[int]
    layers: list[list[int]] = field(default_factory=list)
    column: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def is_framed(self) -> bool:
        """Whether it is drawn as a box; a lone gate is not."""
        return self.name != "nand"

    @property
    def padding(self) -> float:
        """Room between the frame and the gates."""
        return BOX_PADDING if self.is_framed else 0.0

    @property
    def title(self) -> float:
        """Room for the name above the gates."""
        return BOX_TITLE if self.is_framed else 0.0

    @property
    def width(self) -> float:
        """With its padding."""
        return (len(self.layers) - 1) * LAYER_WIDTH + GATE_WIDTH + 2 * self.padding

    @property
    def height(self) -> float:
        """With its padding and title."""
        most = max(map(len, self.layers))
        return (most - 1) * ROW_HEIGHT + GATE_HEIGHT + 2 * self.padding + self.title


@dataclass
class Lane:
    """A wire's way through a column in which it has no business."""

    wire: int
    column: int
    y: float = 0.0

    height = LANE_HEIGHT


@dataclass(frozen=True)
class Layout:
    """Positions of everything, in pixels.

    Attributes
    ----------
    width, height : float
        Of the drawing, inputs and outputs not included.
    gates : list of (x, y)
        The middle of each gate's left side.
    boxes : list of Box
    wires : dict of (int, int, int) to list of (x, y)
        By wire, gate (or -1 - output) and input pin: the points the wire passes, from left to
        right.
    inputs, outputs : list of float
        The heights of the inputs at the left edge and of the outputs at the right edge.
    """

    width: float
    height: float
    gates: list[Point]
    boxes: list[Box]
    wires: dict[tuple[int, int, int], list[Point]]
    inputs: list[float]
    outputs: list[float]


def lay_out(netlist: Netlist, owners: Sequence[tuple[str, int]]) -> Layout:
    """Find a place for everything.

    Parameters
    ----------
    netlist : Netlist
        Of NAND gates.
    owners : sequence of (str, int)
        For each gate, the name and the number of the call that made it.
    """
    drawer = _Drawer(netlist, owners)
    drawer.place()
    return drawer.layout()


class _Drawer:
    """A drawing in the making."""

    def __init__(self, netlist: Netlist, owners: Sequence[tuple[str, int]]) -> None:
        self.netlist = netlist
        self.inputs = range(len(CONSTANTS), len(CONSTANTS) + netlist.inputs)
        self.boxes: list[Box] = []
        self.box_of: dict[int, Box] = {}
        self.maker: dict[int, int] = {gate.outputs[0]: i for i, gate in enumerate(netlist.gates)}
        calls: dict[tuple[str, int], Box] = {}
        for index, owner in enumerate(owners):
            box = calls.setdefault(owner, Box(owner[0], []))
            box.gates.append(index)
            self.box_of[index] = box
        self.boxes = list(calls.values())
        for box in self.boxes:
            self._layer(box)
        self.columns = 1 + max((box.column for box in self.boxes), default=-1)
        self.lanes = {(lane.wire, lane.column): lane for lane in self._lanes()}
        self.heights: dict[int, float] = {}

    def _gate(self, index: int) -> Gate:
        return self.netlist.gates[index]

    def _layer(self, box: Box) -> None:
        """Put a box's gates into layers, and the box into a column, after all they need."""
        layer: dict[int, int] = {}
        for index in box.gates:
            sources = [self.maker[wire] for wire in self._gate(index).inputs if wire in self.maker]
            inside = [layer[source] for source in sources if source in layer]
            layer[index] = 1 + max(inside, default=-1)
            outside = [self.box_of[source].column for source in sources if source not in layer]
            box.column = max([box.column, *(1 + column for column in outside)])
        box.layers = [
            [index for index in box.gates if layer[index] == depth]
            for depth in range(1 + max(layer.values()))
        ]

    def _lanes(self) -> list[Lane]:
        """The columns that each wire has to pass."""
        last: dict[int, int] = dict.fromkeys(self.netlist.outputs, self.columns)
        for index, box in self.box_of.items():
            for wire in self._gate(index).inputs:
                last[wire] = max(last.get(wire, 0), box.column)
        lanes = []
        for wire, column in last.items():
            if wire < len(CONSTANTS):
                continue
            begins = self.box_of[self.maker[wire]].column + 1 if wire in self.maker else 0
            lanes += [Lane(wire, passed) for passed in range(begins, column)]
        return lanes

    # Order and positions

    def place(self) -> None:
        """Choose the order within the columns by the heights of what each thing is wired to."""
        columns: list[list[Box | Lane]] = [
            [
                *(box for box in self.boxes if box.column == column),
                *(lane for lane in self.lanes.values() if lane.column == column),
            ]
            for column in range(self.columns)
        ]
        edge = len(self.inputs) * ROW_HEIGHT
        filled = [sum(thing.height + BOX_GAP for thing in column) for column in columns]
        self.tallest = max([edge, *filled])
        for position, wire in enumerate(self.inputs):
            self.heights[wire] = (position + 0.5) * self.tallest / len(self.inputs)
        for sweep in range(SWEEPS):
            order = columns if sweep % 2 == 0 else columns[::-1]
            for column in order:
                toward = self._sources if sweep % 2 == 0 else self._targets
                wanted = {id(thing): self._mean(toward(thing), thing.y) for thing in column}
                column.sort(key=lambda thing: wanted[id(thing)])
                self._stack(column)
        self._across()

    def _mean(self, heights: list[float], otherwise: float) -> float:
        return sum(heights) / len(heights) if heights else otherwise

    def _sources(self, thing: Box | Lane) -> list[float]:
        if isinstance(thing, Lane):
            return [self._height_left_of(thing.wire, thing.column)]
        outside = {
            wire
            for index in thing.gates
            for wire in self._gate(index).inputs
            if wire >= len(CONSTANTS) and self.box_of.get(self.maker.get(wire, -1)) is not thing
        }
        return [self._height_left_of(wire, thing.column) for wire in sorted(outside)]

    def _targets(self, thing: Box | Lane) -> list[float]:
        wires = (
            [thing.wire]
            if isinstance(thing, Lane)
            else [self._gate(index).outputs[0] for index in thing.gates]
        )
        found = []
        for wire in wires:
            lane = self.lanes.get((wire, thing.column + 1))
            if lane is not None:
                found.append(lane.y)
            found += [
                self.heights[gate.outputs[0]]
                for index, gate in enumerate(self.netlist.gates)
                if wire in gate.inputs
                and self.box_of[index].column == thing.column + 1
                and gate.outputs[0] in self.heights
            ]
            if thing.column + 1 == self.columns and wire in self.netlist.outputs:
                found.append(self._output_height(self.netlist.outputs.index(wire)))
        return found

    def _height_left_of(self, wire: int, column: int) -> float:
        """Where a wire comes from when it enters a column."""
        lane = self.lanes.get((wire, column - 1))
        return lane.y if lane is not None else self.heights.get(wire, 0.0)

    def _output_height(self, place: int) -> float:
        return (place + 0.5) * self.tallest / len(self.netlist.outputs)

    def _stack(self, column: list[Box | Lane]) -> None:
        """Put the things of a column below one another, spread over the height."""
        gap = (self.tallest - sum(thing.height for thing in column)) / (len(column) + 1)
        top = gap
        for thing in column:
            thing.y = top + thing.height / 2
            top += thing.height + gap
            if isinstance(thing, Box):
                self._stack_gates(thing)

    def _stack_gates(self, box: Box) -> None:
        """Give every gate of a box its height."""
        middle = box.y + box.title / 2
        for layer in box.layers:
            layer.sort(key=lambda index: self._mean(self._inner_sources(index), box.y))
            for row, index in enumerate(layer):
                height = middle + (row - (len(layer) - 1) / 2) * ROW_HEIGHT
                self.heights[self._gate(index).outputs[0]] = height

    def _inner_sources(self, index: int) -> list[float]:
        column = self.box_of[index].column
        return [
            self._height_left_of(wire, column)
            for wire in self._gate(index).inputs
            if wire >= len(CONSTANTS)
        ]

    def _across(self) -> None:
        """Give every column its place from left to right."""
        self.lefts, left = [], COLUMN_GAP
        for column in range(self.columns):
            widths = [box.width for box in self.boxes if box.column == column]
            width = max(widths, default=0.0)
            self.lefts.append((left, left + width))
            for box in self.boxes:
                if box.column == column:
                    box.x = left + (width - box.width) / 2
            left += width + COLUMN_GAP
        self.right = left

    # The result

    def layout(self) -> Layout:
        """The positions, once everything has been placed."""
        gates = []
        for index in range(len(self.netlist.gates)):
            box = self.box_of[index]
            depth = next(d for d, layer in enumerate(box.layers) if index in layer)
            x = box.x + box.padding + depth * LAYER_WIDTH
            gates.append((x, self.heights[self._gate(index).outputs[0]]))
        outputs = [self._output_height(place) for place in range(len(self.netlist.outputs))]
        wires: dict[tuple[int, int, int], list[Point]] = {}
        for index, gate in enumerate(self.netlist.gates):
            for pin, wire in enumerate(gate.inputs):
                x, y = gates[index]
                end = (x, y + (pin - 0.5) * GATE_HEIGHT / 2)
                wires[wire, index, pin] = [*self._way(wire, self.box_of[index], gates), end]
        for place, wire in enumerate(self.netlist.outputs):
            wires[wire, -1 - place, 0] = [
                *self._way(wire, None, gates),
                (self.right, outputs[place]),
            ]
        return Layout(
            self.right,
            self.tallest,
            gates,
            self.boxes,
            wires,
            [self.heights[wire] for wire in self.inputs],
            outputs,
        )

    def _way(self, wire: int, target: Box | None, gates: list[Point]) -> list[Point]:
        """The points a wire passes before it reaches a box (None: the outputs)."""
        if wire < len(CONSTANTS):
            return []
        column = self.columns if target is None else target.column
        if wire in self.maker:
            x, y = gates[self.maker[wire]]
            points, begins = [(x + GATE_WIDTH, y)], self.box_of[self.maker[wire]].column + 1
        else:
            points, begins = [(0.0, self.heights[wire])], 0
        for passed in range(begins, column):
            lane = self.lanes[wire, passed]
            points += [(self.lefts[passed][0], lane.y), (self.lefts[passed][1], lane.y)]
        return points
