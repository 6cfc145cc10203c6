"""Unit 03: every formula the text shows agrees with running code, and every number it quotes."""

import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.oracle import Oracle
from autograder.runner.circuits import truth_table
from autograder.unit import load_unit
from nand2resnet.circuit import record
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("03_perceptron")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
corners = notebook["corners"]
step, perceptron, sigmoid = (notebook[name] for name in ("step", "perceptron", "sigmoid"))
learn = notebook["perceptron_learn"]
TABLES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}


# 1. Weighing evidence


def test_the_worked_saturday_has_evidence_of_four(capsys):
    assert "going: 4  above the threshold? False" in solved.printed_by("evidence for going", capsys)


@pytest.mark.parametrize(("threshold", "goes"), [(5, "fine"), (3, "fine or (friend and bus)")])
def test_what_decides_on_saturday(threshold, goes):
    for fine, friend, bus in itertools.product((0, 1), repeat=3):
        answer = perceptron(np.array([fine, friend, bus]), np.array([6, 2, 2]), threshold)
        assert answer == bool(eval(goes, {"fine": fine, "friend": friend, "bus": bus}))


def test_a_bias_is_a_threshold_with_the_opposite_sign(capsys):
    told = solved.printed_by("b is a bias,", capsys).splitlines()
    assert told[0].endswith("[1 1 1 0]")
    assert told[1].endswith("[0 0 0 0]")


@given(
    x=st.lists(st.integers(-4, 4), min_size=2, max_size=2),
    w=st.lists(st.integers(-4, 4), min_size=2, max_size=2),
    b=st.integers(-9, 9),
)
def test_the_two_conventions_agree_when_the_sign_is_turned(x, w, b):
    bias = -b
    assert perceptron(np.array(x), np.array(w), b) == (np.dot(w, x) + bias > 0)


# 2. Gates


def test_the_table_of_gates_is_what_the_gates_do():
    text = next(cell.source for cell in UNIT.cells if "| NAND (not AND) |" in cell.source)
    rows = re.findall(r"^\| (\d) \| (\d) \| (\d) \| (\d) \| (\d) \| (\d) \|$", text, re.MULTILINE)
    names = ("and_", "or_", "nand", "xor")
    for a, b, *answers in ([int(digit) for digit in row] for row in rows):
        assert [int(notebook[name](a, b)) for name in names] == answers
    assert len(rows) == 4


def test_and_or_and_nor_with_the_numbers_of_the_text():
    ones = np.array([1, 1])
    assert perceptron(corners, ones, 1.5).tolist() == TABLES["AND"]
    assert perceptron(corners, ones, 0.5).tolist() == TABLES["OR"]
    assert perceptron(corners, -ones, -0.5).tolist() == [1, 0, 0, 0]


# 3. Circuits


@pytest.mark.parametrize(
    ("exercise", "inputs", "does"),
    [
        ("nand", 2, lambda a, b: not (a or b)),
        ("not_", 1, lambda _: 1),
        ("and_", 2, lambda a, b: a and not b),
        ("or_", 2, lambda a, b: b or not a),
        ("xor", 2, lambda a, b: a == b),
        ("half_adder", 2, lambda a, b: (a or b, a and b)),
        ("full_adder", 2, lambda a, b: notebook["bits"](2 * a + b + 1, 3)),
        (
            *("multiply_2bit", 4),
            lambda a, b, c, d: notebook["bits"]((2 * a + b) + (2 * c + d), 3),
        ),
        ("xor_network", 2, lambda a, b: a == b),
    ],
)
def test_the_worked_neighbours_do_what_they_say(exercise, inputs, does):
    neighbour = worked_neighbour(UNIT, exercise)
    for bits in itertools.product((0, 1), repeat=inputs):
        assert np.array_equal(neighbour(*bits), does(*bits)), bits


@given(table=st.lists(st.sampled_from([0, 1]), min_size=8, max_size=8))
def test_nand_makes_every_table(table):
    """The recipe of the text: an AND for each row with a 1, and the OR of them all."""
    names = ("nand", "not_", "and_", "or_")
    namespace = {name: notebook[name] for name in names}
    source = "def f(a, b, c):\n    found = 0\n"
    for number, answer in enumerate(table):
        if answer:
            bits = zip("abc", notebook["bits"](number, 3), strict=True)
            x, y, z = (name if bit else f"not_({name})" for name, bit in bits)
            source += f"    found = or_(found, and_({x}, and_({y}, {z})))\n"
    for name in names:
        exec(UNIT.reference_source(name), namespace)
    namespace["np"], namespace["perceptron"] = np, perceptron
    exec(source + "    return found", namespace)
    assert truth_table(record(namespace["f"], 3)).tolist() == table


def test_gate_counts_that_the_text_quotes():
    def fewest(name, inputs):
        exercise = UNIT.exercises[name]
        sources = [UNIT.variant_source(name, version) for version in exercise.alternatives]
        counts = [
            record(UNIT.namespace(**{name: source})[name], inputs).count("nand")
            for source in [*sources, UNIT.reference_source(name)]
        ]
        return counts[-1], min(counts)

    assert fewest("xor", 2) == (4, 4)
    assert fewest("multiply_2bit", 4) == (20, 14)
    text = next(cell.source for cell in UNIT.cells if "For those who like to save" in cell.source)
    assert "ours takes 20 NANDs, 14 are enough" in text


@given(a=st.integers(0, 255), b=st.integers(0, 255))
def test_eight_places_add(a, b):
    namespace = dict(notebook)
    exec(solved.source_with("def add(a, b, places=8)"), namespace)
    assert namespace["add"](a, b) == (a + b) % 256


# 4. One neuron is not enough


def test_the_search_finds_what_the_text_says(capsys):
    told = solved.printed_by("neurons are right, the best gets", capsys).splitlines()
    assert 33**3 == 35_937
    for line in told[:3]:
        assert line.endswith("gets 4 of 4")
    assert re.match(r"XOR : +0 neurons are right, the best gets 3 of 4", told[3])


@given(
    w=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2),
    b=st.floats(-1e3, 1e3),
)
def test_no_neuron_is_xor(w, b):
    assert perceptron(corners, np.array(w), b).tolist() != TABLES["XOR"]


def test_your_xor_is_three_layers_deep():
    assert 1 + max(record(notebook["xor"], 2).layers()) == 3
    assert 1 + max(record(notebook["xor_network"], 2, of="perceptron").layers()) == 2


def test_the_region_of_the_network_is_a_band():
    for total in np.linspace(-0.45, 2.45, 30):
        for share in (0.0, 0.3, 1.0):
            fires = notebook["xor_network"](total * share, total * (1 - share))
            assert fires == (0.5 < total < 1.5)


def test_the_house_is_found_through_smudges_and_lost_with_a_pixel(capsys):
    namespace = {**notebook}
    exec(solved.source_with("W1 = np.stack"), namespace)
    assert namespace["houses"].tolist() == [1, 0, 0, 1, 0]
    assert namespace["shapes"].tolist() == [[1, 1], [1, 0], [0, 1], [1, 1], [0, 1]]
    smudges = namespace["smudged"].sum() - namespace["house"].sum()
    assert smudges > 3


# 5. Learning


def test_the_worked_example_of_the_rule():
    w, b, mistakes = learn(np.array([[2.0, 1.0]]), np.array([1]), 1)
    assert (w.tolist(), b, mistakes) == ([2.0, 1.0], -1.0, [1])


@st.composite
def separable_sets(draw):
    """Examples that a known line separates, with some room."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size, inputs = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    w, b = rng.normal(size=inputs), rng.normal()
    x = rng.normal(size=(4 * size, inputs))
    kept = np.abs(x @ w - b) > 0.2 * np.linalg.norm(w)
    return x[kept], (x[kept] @ w > b).astype(int), np.append(w, b)


@given(examples=separable_sets())
def test_the_rule_makes_no_more_mistakes_than_the_theorem_allows(examples):
    x, y, known = examples
    if not len(x):
        return
    extended = np.hstack([x, -np.ones((len(x), 1))])
    gamma = np.min((2 * y - 1) * (extended @ known)) / np.linalg.norm(known)
    radius = np.linalg.norm(extended, axis=1).max()
    w, b, mistakes = learn(x, y, 60)
    assert sum(mistakes) <= (radius / gamma) ** 2
    if mistakes[-1] == 0:
        assert np.array_equal(perceptron(x, w, b), y)


def test_numbers_about_convergence(capsys):
    told = solved.printed_by("mistakes by epoch {made}", capsys)
    assert "[1, 3, 3, 2, 1, 0, 0, 0, 0, 0]: 10 in all; allowed are 51" in told


def test_xor_never_comes_to_an_end():
    mistakes = learn(corners, np.array(TABLES["XOR"]), 400)[2]
    assert min(mistakes) > 0


def test_threes_and_eights(capsys):
    assert len(notebook["train"][0]) == 301
    namespace = dict(notebook)
    exec(solved.source_with("pictures never seen before"), namespace)
    told = capsys.readouterr().out
    assert "mistakes by epoch: [16, 12, 8, 0, 0, 0]" in told
    assert "54 of 56 right" in told
    weights = namespace["w"].reshape(8, 8)
    left_of_the_middle = weights[2:6, 1:4].sum()
    assert left_of_the_middle > weights[2:6, 4:7].sum(), "ink at the left speaks for an 8"
    assert left_of_the_middle > 0


def circles_of(words):
    """Where the circles of a figure are drawn that shows what should come out: (x, heights)."""
    to_meet = lambda at, circles, **_: (at, circles)  # noqa: E731
    drawn = {**notebook, "plots": SimpleNamespace(to_meet=to_meet)}
    *before, figure = solved.source_with(words).strip().splitlines()
    exec("\n".join(before), drawn)
    return eval(figure, drawn)


def test_circles_that_perceptron_learn_should_meet():
    epochs, circles = circles_of('learning = {"AND"')
    assert epochs == list(range(1, 8))
    assert circles["AND"] == learn(corners, np.array(TABLES["AND"]), 7)[2]
    assert circles["3s and 8s"] == learn(*notebook["train"], 5)[2]


# 6. The sigmoid


def test_circles_that_the_sigmoid_should_meet():
    z, circles = circles_of('{"sigmoid": heights}')
    assert np.allclose(circles["sigmoid"], sigmoid(np.array(z)), atol=5e-5)


def test_a_step_has_no_slopes(capsys):
    assert "cost: 0.5  slopes: [0. 0. 0.]" in solved.printed_by("slopes(step, v))", capsys)


@given(
    v=st.lists(st.floats(-4, 4), min_size=3, max_size=3),
)
def test_the_cost_of_a_step_is_flat_nearly_everywhere(v):
    v = np.array(v)
    if np.abs(corners @ v[:2] - v[2]).min() > 1e-3:
        assert not notebook["slopes"](step, v).any()


@given(z=st.floats(-30, 30))
def test_the_two_forms_of_the_sigmoid_agree(z):
    assert np.isclose(sigmoid(z), 1 / (1 + np.exp(-z)), rtol=1e-12, atol=0)
    assert np.isclose(sigmoid(z), np.exp(z) / (1 + np.exp(z)), rtol=1e-9, atol=0)
    assert np.isclose(sigmoid(z) + sigmoid(-z), 1)


@given(k=st.floats(0.1, 100), z=st.floats(-0.2, 0.2))
def test_slope_of_a_steep_sigmoid(k, z):
    """k/4 at the middle; k s(1 - s) anywhere, as the model answer uses it."""
    h = 1e-6 / k
    slope = (sigmoid(k * (z + h)) - sigmoid(k * (z - h))) / (2 * h)
    s = sigmoid(k * z)
    assert np.isclose(slope, k * s * (1 - s), rtol=1e-4, atol=1e-8)
    middle = (sigmoid(k * h) - sigmoid(-k * h)) / (2 * h)
    assert np.isclose(middle, k / 4, rtol=1e-6)


def test_numbers_of_the_model_answer():
    s = sigmoid(100 * 0.5)
    assert np.isclose(100 * s * sigmoid(-50.0), 2e-20, rtol=0.05)
    assert 100 / 4 == 25


def test_softplus_of_the_hint_is_right():
    softplus = worked_neighbour(UNIT, "sigmoid")
    z = np.array([-1000.0, -2.0, 0.0, 3.0, 1000.0])
    assert np.allclose(softplus(z), np.logaddexp(0, z))


def test_descent_finds_nand(capsys):
    told = solved.printed_by("v = v - 5 * slopes(sigmoid, v)", capsys)
    weights, threshold = re.search(r"weights \[(.*?)\] threshold (\S+) cost", told).groups()
    first, second = map(float, weights.split())
    assert first == second
    assert np.isclose(float(threshold) / first, 1.5, atol=0.02)
    assert np.round(first / -2, 1) > 3, "a steeper step"


def test_the_cost_is_a_staircase_for_the_step():
    weights = np.linspace(-8, 8, 401)
    costs = [notebook["cost"](step, np.array([w, -2, -3])) for w in weights]
    assert len(set(costs)) <= 3


# Grading


@pytest.fixture(scope="module")
def oracle():
    return Oracle(UNIT, "a seed")


def verdict_of(oracle, name, source):
    return oracle.judge(name, oracle.observe_version(name, source))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("and_", "def and_(a, b):\n    return a and b"),
        ("or_", "def or_(a, b):\n    return a | b"),
        ("xor", "def xor(a, b):\n    return {(0, 1): 1, (1, 0): 1}.get((a, b), 0)"),
        ("half_adder", "def half_adder(a, b):\n    return divmod(a + b, 2)[::-1]"),
        ("nand", "def nand(a, b):\n    return 1 - (a and b)"),
        ("xor_network", "def xor_network(a, b):\n    return abs(a - b)"),
    ],
)
def test_circuits_written_in_python_earn_nothing_and_are_named(oracle, name, source):
    verdict = verdict_of(oracle, name, source)
    assert verdict.points == 0
    assert verdict.diagnosis in ("looks inside", "without a perceptron", "without perceptrons")
    assert "looks inside a wire" in verdict.error


def test_gates_of_later_exercises_do_not_count(oracle):
    verdict = verdict_of(oracle, "and_", "def and_(a, b):\n    return half_adder(a, b)[1]")
    assert verdict.points == 0


def test_a_wrong_gate_costs_its_own_point_only(oracle):
    wrong = "def or_(a, b):\n    return nand(a, b)"
    namespace = UNIT.namespace(or_=wrong)
    verdict = oracle.judge("full_adder", oracle.observe_namespace("full_adder", namespace, 5))
    assert verdict.points == verdict.max_points
    assert verdict_of(oracle, "or_", wrong).points == 0


def test_gates_are_counted_in_nands_only_if_all_parts_are_right(oracle):
    def remark(**versions):
        namespace = UNIT.namespace(**versions)
        verdict = oracle.judge("half_adder", oracle.observe_namespace("half_adder", namespace, 5))
        return verdict.criteria[0].message

    assert remark() == "6 NAND gates, right for every input"
    assert remark(xor="def xor(a, b):\n    return a") == "2 gates, right for every input"


def test_a_wrong_neuron_does_not_cost_the_gate_built_from_it(oracle):
    wrong = "def perceptron(x, w, b):\n    raise NotImplementedError"
    for name in ("nand", "xor_network"):
        observed = oracle.observe_namespace(name, UNIT.namespace(perceptron=wrong), 5)
        verdict = oracle.judge(name, observed)
        assert verdict.points == verdict.max_points, name


def test_three_layers_are_one_too_many(oracle):
    deep = "def xor_network(a, b):\n    return xor(a, b)"
    (criterion,) = verdict_of(oracle, "xor_network", deep).criteria
    assert criterion.message == "it is right, but 3 layers deep; two are enough"


def test_two_neurons_are_one_too_many_for_nand(oracle):
    source = (
        "def nand(a, b):\n"
        "    both = perceptron(np.array([a, b]), np.array([1, 1]), 1.5)\n"
        "    return perceptron(np.array([both]), np.array([-1]), -0.5)"
    )
    (criterion,) = verdict_of(oracle, "nand", source).criteria
    assert criterion.message == "it is made of 2 perceptrons; one is enough"


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "1001",
        {"netlist": None},
        {"netlist": {"inputs": 2, "gates": (), "outputs": (2,), "single": "yes"}},
        {"netlist": {"inputs": 9, "gates": (), "outputs": (2,), "single": True}},
    ],
)
def test_a_forged_netlist_is_not_believed(oracle, forged):
    observed = oracle.observe_version("xor", UNIT.reference_source("xor"))
    for number, observation in observed.cases.items():
        observed.cases[number] = type(observation)(forged)
    verdict = oracle.judge("xor", observed)
    assert verdict.points == 0
