import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet.circuit import Workbench, record
from nand2resnet.widgets import MultiplierCircuit
from nand2resnet.widgets.circuit_layout import GATE_HEIGHT, GATE_WIDTH, lay_out
from nand2resnet.widgets.multiplier_circuit import built
from tests.widgets import neurons

RIGHT = (neurons.multiply_2bit, neurons.multiply_by_rows)


def product(figure, bits):
    """What the lamps show."""
    row = figure.circuit["carried"][int("".join(map(str, bits)), 2)]
    return int("".join(row[wire] for wire in figure.circuit["outputWires"]), 2)


@pytest.mark.parametrize("circuit", RIGHT)
def test_lamps_show_the_product(circuit):
    figure = MultiplierCircuit(circuit, neurons.nand)
    assert figure.trouble == ""
    for a1, a0, b1, b0 in itertools.product((0, 1), repeat=4):
        assert product(figure, (a1, a0, b1, b0)) == (2 * a1 + a0) * (2 * b1 + b0)


def test_a_lost_carry_shows():
    figure = MultiplierCircuit(neurons.multiply_without_carry, neurons.nand)
    assert product(figure, (1, 1, 1, 1)) == 5


def test_wires_carry_what_the_learners_own_nand_says():
    always = MultiplierCircuit(neurons.multiply_2bit, lambda *_: 1)
    gates = {gate["wire"] for gate in always.circuit["gates"]}
    assert {row[wire] for row in always.circuit["carried"] for wire in gates} == {"1"}


def test_every_gate_of_the_learner_is_drawn_and_counted():
    figure = MultiplierCircuit(neurons.multiply_2bit, neurons.nand)
    netlist = record(neurons.multiply_2bit, 4)
    assert len(figure.circuit["gates"]) == netlist.count("nand") == 20
    assert [gate["inputs"] for gate in figure.circuit["gates"]] == [
        list(gate.inputs) for gate in netlist.gates
    ]
    names = sorted(box["name"] for box in figure.circuit["boxes"])
    assert names == ["and_"] * 4 + ["half_adder"] * 2
    assert figure.circuit["layers"] == 1 + max(netlist.layers())


def test_the_notebooks_gates_are_as_before():
    before = dict(vars(neurons))
    MultiplierCircuit(neurons.multiply_2bit, neurons.nand)
    assert vars(neurons) == before


@pytest.mark.parametrize(
    ("circuit", "nand", "says"),
    [
        (neurons.unwritten, neurons.nand, "is not written yet"),
        (neurons.multiply_2bit, neurons.unwritten, "`unwritten` is not written yet"),
        (neurons.multiply_by_looking, neurons.nand, "looks inside a wire"),
        (neurons.multiply_one_digit, neurons.nand, "returned 1 of the four bits"),
        (lambda *_: None, neurons.nand, "None came"),
        (lambda *wires: wires, neurons.nand, "0 NANDs: too few to draw"),
        (neurons.multiply_2bit, lambda *_: "1 or so", "a bit was needed"),
        (neurons.multiply_2bit, lambda *_: 2, "a bit was needed"),
        (3, neurons.nand, "needs your function"),
    ],
)
def test_trouble_is_told(circuit, nand, says):
    figure = MultiplierCircuit(circuit, nand)
    assert says in figure.trouble
    assert figure.circuit == {}


# The drawing


@st.composite
def circuits(draw):
    """A random circuit of NANDs, some of them in boxes."""
    bench = Workbench(4)
    wires, owners = [0, 1, *bench.inputs], []
    for call in range(draw(st.integers(1, 6))):
        name = draw(st.sampled_from(["nand", "and_", "full_adder"]))
        for _ in range(1 if name == "nand" else draw(st.integers(1, 5))):
            places = [draw(st.integers(0, len(wires) - 1)) for _ in range(2)]
            wires.append(bench.parts["nand"](*(wires[place] for place in places)))
            owners.append((name, call))
    places = draw(st.lists(st.integers(0, len(wires) - 1), min_size=1, max_size=4))
    return bench.netlist(tuple(wires[place] for place in places)), owners


def sound(netlist, owners):
    layout = lay_out(netlist, owners)
    frames = [(b.x, b.y - b.height / 2, b.width, b.height) for b in layout.boxes]
    for (x, y, w, h), (u, v, p, q) in itertools.combinations(frames, 2):
        apart = x + w <= u or u + p <= x or y + h <= v + 1e-6 or v + q <= y + 1e-6
        assert apart, "two boxes overlap"
    for (x, y), (u, v) in itertools.combinations(layout.gates, 2):
        assert abs(x - u) >= GATE_WIDTH or abs(y - v) >= GATE_HEIGHT, "two gates overlap"
    for x, y in layout.gates:
        assert 0 <= x <= layout.width - GATE_WIDTH
        assert 0 <= y <= layout.height
    for (wire, gate, _), way in layout.wires.items():
        xs = [x for x, _ in way]
        assert xs == sorted(xs), "a wire goes back"
        if wire >= 2:
            assert len(way) >= 2
        if gate >= 0:
            assert way[-1][0] == layout.gates[gate][0], "a wire misses its gate"
        else:
            assert way[-1] == (layout.width, layout.outputs[-1 - gate])


@given(circuits())
def test_any_circuit_is_drawn_soundly(circuit):
    sound(*circuit)


@pytest.mark.parametrize("circuit", RIGHT)
def test_multipliers_are_drawn_soundly(circuit):
    sound(*built(circuit))


def test_wires_that_pass_a_column_keep_clear_of_its_boxes():
    netlist, owners = built(neurons.multiply_2bit)
    layout = lay_out(netlist, owners)
    for (_, gate, _), way in layout.wires.items():
        own = layout.boxes and next((b for b in layout.boxes if gate in b.gates), None)
        for (left, y), (right, z) in itertools.pairwise(way):
            if y != z:
                continue
            for box in layout.boxes:
                inside = box.x < right and left < box.x + box.width
                if box is own or not inside or right - left < box.width:
                    continue
                assert abs(y - box.y) >= box.height / 2 - 1e-6
    assert np.isfinite(layout.height)
