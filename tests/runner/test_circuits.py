"""What a netlist computes, and that a netlist from the sandbox is not believed."""

import copy
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.runner.circuits import GATES, gates_before, read_netlist, sizes, truth_table
from autograder.runner.probing import Patience
from autograder.runner.recording import Recorder
from nand2resnet.circuit import Gate, Netlist, Workbench
from nand2resnet.hints import case_key

ALLOWED = {name: sizes(meaning) for name, meaning in GATES.items()}


@st.composite
def netlists(draw):
    """A random circuit of any of the named gates."""
    inputs = draw(st.integers(1, 4))
    bench = Workbench(inputs, earlier=ALLOWED)
    wires = [0, 1, *bench.inputs]
    for name in draw(st.lists(st.sampled_from(sorted(GATES)), max_size=8)):
        # By their places: hypothesis would look inside the wires.
        places = [draw(st.integers(0, len(wires) - 1)) for _ in range(GATES[name].inputs)]
        sources = [wires[place] for place in places]
        made = bench.parts[name](*sources)
        wires += list(made) if isinstance(made, tuple) else [made]
    returned = draw(st.lists(st.integers(0, len(wires) - 1), min_size=1, max_size=3))
    return bench.netlist(tuple(wires[place] for place in returned))


@settings(deadline=None)
@given(netlist=netlists())
def test_a_netlist_is_read_back_as_it_was(netlist):
    assert read_netlist(netlist.as_data(), ALLOWED) == netlist


@settings(deadline=None)
@given(netlist=netlists())
def test_a_circuit_of_nands_computes_the_same_as_its_gates(netlist):
    """Put every gate's own NANDs in its place; the truth table stays."""
    bench = Workbench(netlist.inputs)
    nand = bench.parts["nand"]

    def xor(a, b):
        middle = nand(a, b)
        return nand(nand(a, middle), nand(b, middle))

    def both(a, b):
        inverted = nand(a, b)
        return nand(inverted, inverted)

    def full(a, b, c):
        return xor(xor(a, b), c), nand(nand(a, b), nand(c, xor(a, b)))

    made_of = {
        "nand": nand,
        "not_": lambda a: nand(a, a),
        "and_": both,
        "or_": lambda a, b: nand(nand(a, a), nand(b, b)),
        "xor": xor,
        "half_adder": lambda a, b: (xor(a, b), both(a, b)),
        "full_adder": full,
    }
    wires = {0: 0, 1: 1, **dict(enumerate(bench.inputs, 2))}
    for gate in netlist.gates:
        made = made_of[gate.name](*(wires[wire] for wire in gate.inputs))
        wires |= dict(zip(gate.outputs, made if isinstance(made, tuple) else (made,), strict=True))
    expanded = bench.netlist(tuple(wires[wire] for wire in netlist.outputs))
    assert np.array_equal(truth_table(expanded), truth_table(netlist))


def test_a_perceptron_fires_above_its_threshold_and_is_silent_at_it():
    def table(threshold):
        gate = Gate("perceptron", (2, 3), (4,), (1.0, 1.0), threshold)
        return truth_table(Netlist(2, (gate,), (4,))).tolist()

    assert table(0.5) == [0, 1, 1, 1]
    assert table(1.0) == [0, 0, 0, 1]
    assert table(-1.0) == [1, 1, 1, 1]


GOOD = Netlist(2, (Gate("nand", (2, 3), (4,)),), (4,)).as_data()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("gates", 0, "inputs"), (2, 4)),  # its own output
        (("gates", 0, "inputs"), (2,)),
        (("gates", 0, "inputs"), (2, -1)),
        (("gates", 0, "inputs"), (2, True)),
        (("gates", 0, "name"), "xor"),
        (("gates", 0, "name"), ["nand"]),
        (("gates", 0), None),
        (("gates",), [GOOD["gates"][0]] * 6000),
        (("outputs",), (5,)),
        (("outputs",), ()),
        (("outputs",), None),
        (("inputs",), 400),
        (("inputs",), "2"),
        ((), [1, 2]),
        ((), None),
    ],
)
def test_a_netlist_that_cannot_be_is_refused(place, value):
    data = {"all": copy.deepcopy(GOOD) | {"gates": [dict(GOOD["gates"][0])]}}
    *way, last = ("all", *place)
    spoiled = data
    for step in way:
        spoiled = spoiled[step]
    spoiled[last] = value
    with pytest.raises(ValueError):  # noqa: PT011 - any of the sentences will do
        read_netlist(data["all"], {"nand": (2, 1)})


@pytest.mark.parametrize("weights", [(1.0,), (1.0, float("nan")), (1.0, "2"), (1.0, None)])
def test_a_perceptron_needs_its_weights(weights):
    gate = Gate("perceptron", (2, 3), (4,), weights)
    with pytest.raises(ValueError):  # noqa: PT011
        read_netlist(Netlist(2, (gate,), (4,)).as_data(), {"perceptron": (0, 1)})


def test_only_what_was_made_before_is_there():
    assert list(gates_before("or_")) == ["nand", "not_", "and_"]
    assert gates_before("nand") == {}
    assert list(gates_before("multiply_2bit")) == list(GATES)


# The recorder in the place of check.circuit


def recorded(source, **options):
    namespace = {}
    exec(source, namespace)
    reports = []
    recorder = Recorder(namespace, Patience(5), lambda *report: reports.append(report))
    recorder.circuit(namespace["f"], **options)
    return reports[0]


def test_the_truth_table_is_observed_under_the_key_of_the_check():
    key, observation = recorded("def f(a, b):\n    return nand(a, b)", expected=[1, 1, 1, 0])
    assert key == case_key("circuit", "f", (2,))
    assert observation.value.tolist() == [1, 1, 1, 0]


def test_earlier_gates_are_right_whatever_the_learner_made_of_them():
    source = "def and_(a, b):\n    return a\ndef f(a, b):\n    return not_(and_(a, b))"
    assert recorded(source, expected=[1, 1, 1, 0])[1].value.tolist() == [1, 1, 1, 0]


def test_a_gate_is_not_made_of_itself_or_of_later_ones():
    source = "def xor(a, b):\n    return half_adder(a, b)[0]\nf = xor"
    assert recorded(source, expected=[0, 1, 1, 0])[1].error.type == "NameError"


def test_looking_inside_is_an_observation():
    _, observation = recorded("def f(a, b):\n    return a and b", expected=[0, 0, 0, 1])
    assert observation.error.type == "LooksInside"


@pytest.mark.parametrize("name", GATES)
def test_named_gates_do_what_their_names_say(name):
    by_python = {
        "nand": lambda a, b: not (a and b),
        "not_": lambda a: not a,
        "and_": lambda a, b: a and b,
        "or_": lambda a, b: a or b,
        "xor": lambda a, b: a != b,
        "half_adder": lambda a, b: (a != b, a and b),
        "full_adder": lambda a, b, c: ((a + b + c) in (1, 3), a + b + c >= 2),
    }
    for bits in itertools.product((0, 1), repeat=GATES[name].inputs):
        wanted = by_python[name](*bits)
        assert GATES[name].bits(*bits) == (wanted if isinstance(wanted, tuple) else (wanted,))
