"""Circuits are recorded from a learner's functions, and nobody looks inside a wire."""

import functools
import itertools
import math

import numpy as np
import pytest

from nand2resnet.check import CheckFailed, check
from nand2resnet.circuit import (
    MOST_GATES,
    QUESTIONS,
    LooksInside,
    NotACircuit,
    Wire,
    Workbench,
    inputs_of,
    record,
    rows,
)

NOTEBOOK = """
import numpy as np

def nand(a, b):
    return 1 - a * b

def perceptron(x, w, b):
    return ((x @ w - b) > 0).astype(int) if np.ndim(x @ w) else int(x @ w - b > 0)

def not_(a):
    return nand(a, a)

def xor(a, b):
    middle = nand(a, b)
    return nand(nand(a, middle), nand(b, middle))

def half_adder(a, b):
    return xor(a, b), not_(nand(a, b))

def layered(a, b):
    hidden = perceptron(np.array([a, b]), np.array([[1, -1], [1, -1]]), np.array([0.5, -1.5]))
    return perceptron(hidden, np.array([1, 1]), 1.5)
"""


@pytest.fixture
def notebook():
    namespace = {}
    exec(NOTEBOOK, namespace)
    return namespace


def written(notebook, source):
    """A function of the notebook."""
    exec(source, notebook)
    return notebook["f"]


# Recording


def test_a_circuit_is_what_is_connected_to_what(notebook):
    netlist = record(notebook["half_adder"], 2)
    assert [gate.inputs for gate in netlist.gates] == [
        *((2, 3), (2, 4), (3, 4), (5, 6)),
        *((2, 3), (8, 8)),
    ]
    assert netlist.outputs == (7, 9)
    assert not netlist.single
    assert netlist.count("nand") == 6
    assert netlist.layers() == [0, 1, 1, 2, 0, 1]


def test_recording_leaves_the_notebook_as_it_was(notebook):
    before = dict(notebook)
    record(notebook["xor"], 2)
    with pytest.raises(LooksInside):
        record(written(notebook, "def f(a):\n    return not a"), 1)
    del notebook["f"]
    assert notebook == before


def test_perceptrons_are_recorded_with_their_weights(notebook):
    first, second, last = record(notebook["layered"], 2, of="perceptron").gates
    assert (first.weights, first.threshold) == ((1, 1), 0.5)
    assert (second.weights, second.threshold) == ((-1, -1), -1.5)
    assert last.inputs == first.outputs + second.outputs


def test_constants_are_wires_too(notebook):
    netlist = record(written(notebook, "def f(a):\n    return nand(a, 1)"), 1)
    assert netlist.gates[0].inputs == (2, 1)
    assert record(written(notebook, "def f(a):\n    return np.int64(0)"), 1).outputs == (0,)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return int(a != b)", "`!=` looks inside"),
        ("return 1 if a and b else 0", "`if`, `and`, `or` or `not` looks inside"),
        ("return 1 - a * b", "`*` looks inside"),
        ("return a ^ b", "`^` looks inside"),
        ("return [[0, 1], [1, 0]][a][b]", "index looks inside"),
        ("return {(0, 0): 0}[a, b]", "dict or set looks inside"),
        ("return perceptron(np.array([a, b]), np.array([-2, -2]), -3)", "`*` looks inside"),
        ("return np.logical_and(a, b)", "`or` or `not` looks inside"),
        ("nand(a, b)", "None came. Does the function end with `return`?"),
        ("return '1'", "the text '1' came"),
        ("return nand(a, 2)", "given the number 2"),
        ("return nand(a, nand)", "given the function nand"),
    ],
)
def test_whoever_does_anything_else_is_told_what(notebook, body, says):
    with pytest.raises(NotACircuit) as raised:
        record(written(notebook, f"def f(a, b):\n    {body}"), 2)
    assert says in str(raised.value)


def test_every_question_to_a_wire_is_refused():
    wire = Workbench(1).inputs[0]
    asked = [
        *(bool, int, float, hash, abs, round, math.floor, math.ceil, math.trunc, complex),
        *(lambda w: -w, lambda w: ~w, lambda w: [1, 2][w], lambda w: divmod(w, 2)),
        *(lambda w: w == 1, lambda w: w != 1, lambda w: w < 1, lambda w: w in (0, 1)),
        *(lambda w: 1 - w, lambda w: w + w, lambda w: w // 2, lambda w: 2**w, lambda w: w << 1),
        *(lambda w: np.int64(1) & w, lambda w: np.array([w]) @ np.array([1])),
    ]
    for question in asked:
        with pytest.raises(LooksInside):
            question(wire)
    methods = set(itertools.chain(*QUESTIONS.values()))
    assert all(f"__{method}__" in vars(Wire) for method in methods)


def test_a_loop_without_end_is_stopped(notebook):
    f = written(notebook, "def f(a):\n    while True:\n        a = nand(a, a)")
    with pytest.raises(NotACircuit, match=f"more than {MOST_GATES} gates"):
        record(f, 1)


def test_shapes_of_a_layer_must_fit(notebook):
    f = written(notebook, "def f(a, b):\n    return perceptron(np.array([a, b]), np.ones(3), 1.0)")
    with pytest.raises(ValueError, match="one weight for each input"):
        record(f, 2, of="perceptron")


def test_partial_functions_and_lambdas_have_a_notebook(notebook):
    notebook["g"] = functools.partial(notebook["nand"], 1)
    assert record(written(notebook, "f = lambda a: nand(a, a)"), 1).count("nand") == 1
    with pytest.raises(NotACircuit):
        record(print, 1)


def test_rows_are_in_counting_order():
    assert rows(2) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert inputs_of([0] * 8) == 3
    with pytest.raises(ValueError, match="not 3"):
        inputs_of([0, 0, 0])


# check.circuit


def test_a_right_circuit_passes_and_its_gates_are_counted(notebook, capsys):
    check.circuit(notebook["xor"], expected=[0, 1, 1, 0])
    assert capsys.readouterr().out == "✓ xor is right in all 4 cases, with 4 NAND gates\n"
    check.circuit(notebook["half_adder"], expected=[(0, 0), (1, 0), (1, 0), (0, 1)])
    check.circuit(notebook["layered"], expected=[0, 1, 1, 0], of="perceptron")
    assert "with 3 perceptrons" in capsys.readouterr().out


def test_a_circuit_that_is_too_deep_is_refused_although_it_is_right(notebook, capsys):
    table = [0, 1, 1, 0]
    check.circuit(notebook["layered"], expected=table, of="perceptron", layers=2)
    assert "with 3 perceptrons in 2 layers" in capsys.readouterr().out
    with pytest.raises(CheckFailed, match="right in all 4 cases, but it is 3 layers deep"):
        check.circuit(notebook["xor"], expected=table, layers=2)
    wire = written(notebook, "def f(a):\n    return a")
    check.circuit(wire, expected=[0, 1], layers=2)


def test_the_first_wrong_row_is_shown(notebook):
    f = written(notebook, "def f(first, second):\n    return nand(first, second)")
    with pytest.raises(CheckFailed) as failed:
        check.circuit(f, expected=[0, 1, 1, 0])
    assert str(failed.value) == (
        "f is not right yet: 1 of 4 cases is wrong.\n"
        "With first = 0, second = 0: 1 came; 0 was expected."
    )


def test_several_outputs_are_compared_one_by_one(notebook):
    f = written(notebook, "def f(a, b):\n    return nand(a, b), xor(a, b)")
    with pytest.raises(CheckFailed, match="The first of the two returned values: 1 came; 0 was"):
        check.circuit(f, expected=[(0, 0), (1, 0), (1, 0), (0, 1)])


def test_looking_inside_is_named_kindly_with_the_line(notebook):
    import linecache

    source = "def f(a, b):\n    return int(a != b)\n"
    linecache.cache["<cell 1>"] = (len(source), None, source.splitlines(True), "<cell 1>")
    exec(compile(source, "<cell 1>", "exec"), notebook)
    with pytest.raises(CheckFailed) as failed:
        check.circuit(notebook["f"], expected=[0, 1, 1, 0])
    told = str(failed.value).splitlines()
    assert told[0] == "f is not a circuit yet."
    assert told[1].startswith("`!=` looks inside a wire")
    assert told[2].strip().endswith("line 2, in f: return int(a != b)")


def test_an_unwritten_part_is_named(notebook):
    exec("def not_(a):\n    raise NotImplementedError('Replace this line.')", notebook)
    with pytest.raises(CheckFailed, match="`not_` is not written yet"):
        check.circuit(notebook["half_adder"], expected=[(0, 0), (1, 0), (1, 0), (0, 1)])
