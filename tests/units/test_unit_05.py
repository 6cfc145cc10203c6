"""Unit 05: every formula the text shows agrees with running code, and every number it quotes."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.oracle import Oracle
from autograder.unit import load_unit
from nand2resnet.training import progress
from tests.units.neighbours import worked_neighbour
from tests.units.slopes import relative_errors
from tests.units.solved import Solved

UNIT = load_unit("05_backpropagation")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)
GOOD = 1e-7
"""The relative error that every backward pass must reach in float64."""
"""Smaller ones are compared relative to this: below it rounding is all one sees."""


# Every backward pass of the reference, against differences


@given(seed=seeds, rows=sizes, columns=sizes)
def test_norm_squared_gradients(seed, rows, columns):
    rng = np.random.default_rng(seed)
    W, x = rng.normal(size=(rows, columns)), rng.normal(size=columns)
    derived = notebook["norm_squared_gradients"](W, x)
    assert max(relative_errors(notebook["norm_squared"], [W, x], derived)) < GOOD


@given(seed=seeds, outputs=sizes, hidden=sizes, inputs=sizes)
def test_tanh_network_gradients(seed, outputs, hidden, inputs):
    rng = np.random.default_rng(seed)
    shapes = ((hidden, inputs), (hidden,), (outputs, hidden), (outputs,), (inputs,))
    arrays = [rng.uniform(-0.8, 0.8, size=shape) for shape in shapes]
    derived = notebook["tanh_network_gradients"](*arrays)
    assert max(relative_errors(notebook["tanh_network"], arrays, derived)) < GOOD


@given(seed=seeds, n=sizes, inputs=sizes, units=sizes)
def test_affine_backward(seed, n, inputs, units):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=s) for s in ((n, inputs), (inputs, units), (units,))]
    dout = rng.normal(size=(n, units))
    _, cache = notebook["affine_forward"](*arrays)

    def weighed(X, W, b):
        return np.sum(dout * (X @ W + b))

    assert max(relative_errors(weighed, arrays, notebook["affine_backward"](dout, cache))) < GOOD


@given(seed=seeds, n=sizes, units=sizes)
def test_relu_backward(seed, n, units):
    rng = np.random.default_rng(seed)
    x = rng.choice([-1, 1], size=(n, units)) * rng.uniform(0.1, 3, size=(n, units))
    dout = rng.normal(size=x.shape)

    def weighed(x):
        return np.sum(dout * np.maximum(x, 0))

    derived = notebook["relu_backward"](dout, notebook["relu_forward"](x)[1])
    assert relative_errors(weighed, [x], [derived])[0] < GOOD


def far_from_kinks(params, X):
    return np.abs(X @ params["W1"] + params["b1"]).min() > 5e-3


@given(seed=seeds, n=sizes, inputs=sizes, hidden=sizes, classes=st.integers(2, 5))
def test_mlp_loss(seed, n, inputs, hidden, classes):
    rng = np.random.default_rng(seed)
    params = notebook["random_params"](inputs, hidden, classes, rng)
    params["b1"], params["b2"] = rng.normal(size=hidden), rng.normal(size=classes)
    X, y = rng.normal(size=(n, inputs)), rng.integers(classes, size=n)
    if not far_from_kinks(params, X):
        return
    loss, grads = notebook["mlp_loss"](params, X, y)
    scores = np.maximum(X @ params["W1"] + params["b1"], 0) @ params["W2"] + params["b2"]
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert np.isclose(loss, -np.log(p[np.arange(n), y]).mean())

    def of_arrays(*arrays):
        return notebook["mlp_loss"](dict(zip(params, arrays, strict=True)), X, y)[0]

    errors = relative_errors(of_arrays, list(params.values()), [grads[k] for k in params])
    assert max(errors) < GOOD


@given(seed=seeds, n=sizes)
def test_backpropagate_through_a_network_that_uses_a_layer_twice(seed, n):
    rng = np.random.default_rng(seed)
    first = notebook["Affine"](rng.normal(size=(3, 3)), rng.normal(size=3))
    last = notebook["Affine"](rng.normal(size=(3, 2)), rng.normal(size=2))
    relu, loss = notebook["Relu"](), notebook["SoftmaxLoss"]()
    layers = [first, relu, first, relu, last, loss]
    X, y = rng.normal(size=(n, 3)), rng.integers(2, size=n)

    def of_arrays(W, b, V, c, X):
        first.params, last.params = {"W": W, "b": b}, {"W": V, "b": c}
        return notebook["backpropagate"](layers, X, y)[0]

    arrays = [*first.params.values(), *last.params.values(), X]
    hidden = X @ arrays[0] + arrays[1]
    again = np.maximum(hidden, 0) @ arrays[0] + arrays[1]
    if min(np.abs(hidden).min(), np.abs(again).min()) < 1e-2:
        return
    _, dX = notebook["backpropagate"](layers, X, y)
    derived = [first.grads["W"], first.grads["b"], last.grads["W"], last.grads["b"], dX]
    assert max(relative_errors(of_arrays, arrays, derived)) < GOOD


@given(seed=seeds, n=st.integers(1, 6), classes=st.integers(2, 5))
def test_the_given_softmax_loss_has_the_delta_of_the_text(seed, n, classes):
    rng = np.random.default_rng(seed)
    scores, y = 3 * rng.normal(size=(n, classes)), rng.integers(classes, size=n)
    loss, dscores = notebook["softmax_loss"](scores, y)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert np.allclose(dscores, (p - np.eye(classes)[y]) / n)
    of_scores = relative_errors(lambda s: notebook["softmax_loss"](s, y)[0], [scores], [dscores])
    assert of_scores[0] < GOOD
    assert np.isfinite(notebook["softmax_loss"](1e4 * scores, y)[0])
    assert loss >= 0


# 1 and 2. Three tellings


def test_the_neuron_of_the_bank_decides_by_the_ratio(capsys):
    told = solved.printed_by("neuron responds:", capsys)
    assert "[0.45  0.3   0.417 0.5  ]" in told
    assert "[ True False False  True]" in told


def test_parameters_of_the_ball_network(capsys):
    assert 64 * 64 * 3 == 12_288
    told = solved.printed_by("3n + 14 =", capsys)
    assert "parameters: 36878  and 3n + 14 = 36878" in told
    assert "36,878 slopes" in solved.source_with("36,878 slopes")


def test_three_tellings_give_the_same_numbers(capsys):
    namespace = dict(notebook)
    for words in ("z1 = w1 * x + b1\na1", '"""The whole network in one line."""', "buffer = 1.0"):
        exec(solved.source_with(words), namespace)
    told = capsys.readouterr().out
    assert "z1 = 5.0, a1 = 5.0, z2 = 2.0, r = -4.0, C = 8.0" in told
    assert "by the chain rule: 12.0  by nudging: 12.0" in told
    assert "dw1 = 12.0, db1 = 4.0, dw2 = -20.0, db2 = -4.0" in told
    slopes = {
        node["name"]: node["slope"]
        for node in notebook_figure().graphs["a chain"]
        if node["name"] in ("w₁", "b₁", "w₂", "b₂")
    }
    assert slopes == {"w₁": 12, "b₁": 4, "w₂": -20, "b₂": -4}
    cost = namespace["cost"]
    point = [namespace[name] for name in ("w1", "b1", "w2", "b2")]
    for k, slope in enumerate((12, 4, -20, -4)):
        sides = [cost(*(v + h * (j == k) for j, v in enumerate(point))) for h in (1e-5, -1e-5)]
        assert np.isclose((sides[0] - sides[1]) / 2e-5, slope)


def notebook_figure():
    from nand2resnet.widgets import ComputationGraph

    return ComputationGraph()


def test_zeros_stand_above_the_diagonal():
    namespace = dict(notebook)
    exec(solved.source_with("The outputs of all four layers"), namespace)
    table = namespace["table"]
    assert np.array_equal(table == 0, np.triu(np.ones((4, 4), dtype=bool), 1))


@given(z=st.floats(-8, 8), y=st.sampled_from([0, 1]))
def test_the_delta_of_the_log_loss(z, y):
    a = 1 / (1 + np.exp(-z))
    assert np.isclose(((1 - y) / (1 - a) - y / a) * a * (1 - a), a - y, atol=1e-9)
    namespace = dict(notebook, h=1e-5)
    exec(solved.source_with("def log_loss_of").partition("for z, label")[0], namespace)
    of = namespace["log_loss_of"]
    assert np.isclose((of(z + 1e-5, y) - of(z - 1e-5, y)) / 2e-5, a - y, atol=1e-6)


@given(seed=seeds)
def test_the_delta_recursion_of_the_text(seed):
    rng = np.random.default_rng(seed)
    W, b, V, c, x = (rng.normal(size=s) for s in ((3, 4), 3, (2, 3), 2, 4))

    def cost(W, b, V, c):
        return np.sum((V @ np.tanh(W @ x + b) + c) ** 2) / 2

    a = np.tanh(W @ x + b)
    delta2 = V @ a + c
    delta1 = (1 - a**2) * (V.T @ delta2)
    derived = [np.outer(delta1, x), delta1, np.outer(delta2, a), delta2]
    assert max(relative_errors(cost, [W, b, V, c], derived)) < GOOD


# 3. The error in print


def test_the_learners_check_finds_the_printed_error(capsys):
    told = solved.printed_by("published_gradients), (", capsys)
    printed, _, yours = told.partition("yours")
    assert printed.count("<- wrong") == 5
    assert "<- wrong" not in yours


@given(y4=st.floats(-0.9, 0.9))
def test_the_printed_slope_and_the_right_one(y4):
    y3 = np.arctanh(y4)
    slope = (np.tanh(y3 + 1e-6) ** 2 - np.tanh(y3 - 1e-6) ** 2) / 2e-6
    assert np.isclose(slope, 2 * y4 * (1 - y4**2), atol=1e-6)
    assert not np.isclose(slope, 2 * (1 + y4) * (1 - y4), atol=1e-3)


def test_a_forgotten_factor_of_two_gives_a_third():
    W, x = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, -3.0])
    halves = [gradient / 2 for gradient in notebook["norm_squared_gradients"](W, x)]
    errors = notebook["gradient_check"](notebook["norm_squared"], [W, x], halves)
    assert np.allclose(errors, 1 / 3, rtol=1e-6)


# 4. Loops and batches


def test_the_batched_layer_is_at_least_twenty_times_as_fast_as_the_loops():
    """Both in one run, one after the other: a ratio, whatever the machine."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, 64)), rng.normal(size=(64, 50)), rng.normal(size=50)
    layers = [notebook[name] for name in ("layer_loop", "layer_vectorized", "layer_batched")]
    loop, vectorized, batched = (notebook["fastest"](layer, *inputs) for layer in layers)
    assert loop >= 20 * batched
    assert loop > vectorized > batched
    assert 300 * 64 * 50 == 960_000


# 6. Networks


def test_all_arrays_of_both_networks_pass_the_check(capsys):
    for words in ("The loss of five digits, as a function of the four", None):
        if words:
            told = solved.printed_by(words, capsys)
        else:
            namespace = dict(notebook)
            exec(solved.source_with("W first for each layer"), namespace)
            capsys.readouterr()
            exec(solved.source_with("slopes = [affine.grads"), namespace)
            told = capsys.readouterr().out
        errors = [float(found) for found in re.findall(r"\de-\d\d", told)]
        assert len(errors) == (4 if words else 6)
        assert max(errors) < GOOD


def test_one_way_back_is_much_faster_than_nudging():
    namespace = dict(notebook)
    exec(solved.source_with("W first for each layer"), namespace)
    exec(solved.source_with("slopes = [affine.grads"), namespace)
    fastest = namespace["fastest"]
    arrays, slopes = namespace["arrays"], namespace["slopes"]
    check = (namespace["gradient_check"], namespace["deep_loss"], arrays, slopes)
    assert fastest(*check, times=1) > 100 * fastest(namespace["deep_loss"], *arrays)


# 7. Learning


@pytest.fixture(scope="module")
def trained():
    namespace = dict(notebook)
    exec(solved.source_with("after = train_mlp(mlp_loss, before"), namespace)
    return namespace


def test_it_reads_at_least_95_percent_of_the_digits(trained):
    X, y = trained["X_test"], trained["y_test"]
    assert len(y) == 299
    assert len(trained["X_train"]) == 1498
    assert trained["accuracy"](trained["after"], X, y) >= 0.95
    assert trained["accuracy"](trained["before"], X, y) < 0.3
    assert sum(array.size for array in trained["after"].values()) == 4_810


@pytest.mark.parametrize("seed", range(4))
def test_that_is_not_the_luck_of_one_seed(trained, seed):
    train, rng = trained["train_mlp"], np.random.default_rng(seed)
    before = trained["random_params"](64, 64, 10, rng)
    digits = trained["X_train"], trained["y_train"]
    after = train(trained["mlp_loss"], before, *digits, 0.3, 32, 40, rng)
    assert trained["accuracy"](after, trained["X_test"], trained["y_test"]) >= 0.95


def test_circles_that_the_training_should_meet(trained):
    namespace = dict(trained)
    exec(solved.source_with("losses = {"), namespace)
    exec(solved.source_with("def yours_on(X, y)").partition("\n\n\nyours =")[0], namespace)
    for name, part in (("learnt from", "train"), ("never seen", "test")):
        came = namespace["yours_on"](trained[f"X_{part}"], trained[f"y_{part}"])
        circles = namespace["losses"][name]
        assert np.abs(np.array(came(namespace["epochs_done"])) - circles).max() < 0.1, name


def test_units_that_start_alike_stay_alike(trained, capsys):
    exec(solved.source_with("np.full_like(array, value)"), dict(trained))
    told = [line for line in capsys.readouterr().out.splitlines() if "all start at" in line]
    shares = []
    for line in told:
        assert ": 1 different hidden unit," in line
        shares.append(float(re.search(r"([\d.]+)% right", line)[1]))
    assert shares[0] < 15 < shares[1] < 60


def test_with_zeros_only_the_last_biases_get_a_slope():
    zeros = {
        name: np.zeros_like(array)
        for name, array in notebook["random_params"](64, 5, 10, np.random.default_rng(0)).items()
    }
    _, grads = notebook["mlp_loss"](zeros, notebook["X_train"], notebook["y_train"])
    assert [name for name in grads if grads[name].any()] == ["b2"]


def test_progress_passes_everything_through():
    assert list(progress(range(7))) == list(range(7))
    assert list(progress([])) == []


# 8. Value


@given(seed=seeds)
def test_a_value_knows_its_slopes(seed):
    rng = np.random.default_rng(seed)
    program = []
    for place in range(3, 9):
        operation = rng.choice(["plus", "times", "tanh"])
        inputs = rng.integers(place, size=1 if operation == "tanh" else 2)
        program.append((operation, *map(int, inputs)))

    def run(numbers, asked):
        return UNIT.probes["expression"](notebook["Value"], list(numbers), program, asked)

    numbers = rng.uniform(-1, 1, size=3)
    derived = np.array(run(numbers, "slopes")[:3])
    errors = relative_errors(lambda n: run(n, "values")[-1], [numbers], [derived])
    assert errors[0] < GOOD


def test_value_is_optional():
    exercise = UNIT.exercises["Value"]
    assert exercise.max_points == 0
    assert "★ (optional, no points)" in solved.source_with("### Exercise: `Value`")


def test_the_graph_that_value_remembers_is_drawn():
    namespace = dict(notebook)
    cell = solved.source_with("graphs.graph_of(f,")
    exec(cell.replace("graphs.graph_of(f,", "figure = graphs.graph_of(f,"), namespace)
    texts = [text.get_text() for text in namespace["figure"].axes[0].texts if text.get_text()]
    f = namespace["f"]
    assert len(texts) == 8
    assert any(text.startswith("y4 = ") for text in texts)
    shapes = [np.array([[v]]) for v in (1.5, 2.0)]
    zeros = [np.zeros(1), np.zeros(1)]
    known = notebook["tanh_network_gradients"](
        shapes[0], zeros[0], shapes[1], zeros[1], np.array([-0.4])
    )
    ours = [namespace[name].grad for name in ("w1", "w2", "x")]
    assert np.allclose(ours, [known[0].item(), known[2].item(), known[4].item()])
    assert np.isclose(f.data, namespace["y4"].data ** 2)


def test_value_agrees_with_torch_where_torch_is(capsys):
    told = solved.printed_by("You will meet it in unit 10.", capsys)
    if "not installed" in told:
        return
    theirs, ours = (line.partition(":")[2].strip() for line in told.splitlines())
    assert theirs == ours


def test_clothes_go_on_from_below():
    below = {"coat": ["shirt", "boots"], "boots": ["socks"], "shirt": []}
    order = worked_neighbour(UNIT, "Value")("coat", below)
    assert order == ["shirt", "socks", "boots", "coat"]


# Hints and docstrings


@given(seed=seeds)
def test_the_neighbours_that_derive_are_right(seed):
    rng = np.random.default_rng(seed)
    W, b, x, s = (rng.normal(size=shape) for shape in ((3, 4), 3, 4, 3))
    derived = worked_neighbour(UNIT, "norm_squared_gradients")(W, x, s)
    assert max(relative_errors(lambda W, x: s @ (W @ x), [W, x], derived)) < GOOD
    derived = worked_neighbour(UNIT, "tanh_network_gradients")(W, b, x, s)
    sine = relative_errors(lambda W, b, x: s @ np.sin(W @ x + b), [W, b, x], derived)
    assert max(sine) < GOOD

    forward, backward = (worked_neighbour(UNIT, f"affine_{way}") for way in ("forward", "backward"))
    X, gamma, dout = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=(5, 3))
    derived = backward(dout, forward(X, gamma)[1])
    scaled = relative_errors(lambda X, g: np.sum(dout * X * g), [X, gamma], derived)
    assert max(scaled) < GOOD

    square, back = (worked_neighbour(UNIT, f"relu_{way}") for way in ("forward", "backward"))
    derived = [back(dout, square(X)[1])]
    assert relative_errors(lambda X: np.sum(dout * X**2), [X], derived)[0] < GOOD

    names = {
        "scale_forward": forward,
        "scale_backward": backward,
        "square_forward": square,
        "square_backward": back,
    }
    value, grads = worked_neighbour(UNIT, "mlp_loss", **names)({"gamma": gamma}, X)
    assert np.isclose(value, np.sum((X * gamma) ** 2))
    of_gamma = relative_errors(lambda g: np.sum((X * g) ** 2), [gamma], [grads["gamma"]])
    assert of_gamma[0] < GOOD


@given(x=st.floats(-1, 1))
def test_the_slope_of_a_chain(x):
    slope = worked_neighbour(UNIT, "backpropagate")([(np.sin, np.cos), (np.exp, np.exp)], x)
    assert np.isclose(slope, np.exp(np.sin(x)) * np.cos(x))


@given(seed=seeds)
def test_the_three_neighbours_measure_the_same_distances(seed):
    rng = np.random.default_rng(seed)
    A, B = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    expected = np.array([[np.linalg.norm(a - b) ** 2 for b in B] for a in A])
    for name in ("layer_loop", "layer_vectorized", "layer_batched"):
        assert np.allclose(worked_neighbour(UNIT, name)(A, B), expected)


def test_the_other_neighbours_do_what_they_say():
    effects = worked_neighbour(UNIT, "gradient_check")(lambda u, v: u * v + v, [2.0, 5.0])
    assert effects == [5.0 - 15.0, 0.0 - 15.0]
    rng = np.random.default_rng(0)
    tired = worked_neighbour(UNIT, "train_mlp")(np.full(5, 10.0), 2, 3, rng)
    assert np.isclose(tired["energy"], 100 - 0.1 * 3 * 50)


# Grading


@pytest.fixture(scope="module")
def oracle():
    return Oracle(UNIT, "a seed")


def judged(oracle, name, **versions):
    """The verdict on one exercise in a notebook with these versions of some exercises."""
    namespace = UNIT.namespace(**versions)
    return oracle.judge(name, oracle.observe_namespace(name, namespace, 5))


@pytest.mark.parametrize(
    ("wrong", "spared"),
    [
        ("affine_forward", ("affine_backward", "mlp_loss", "backpropagate")),
        ("affine_backward", ("mlp_loss", "backpropagate")),
        ("relu_forward", ("relu_backward", "mlp_loss", "backpropagate")),
        ("relu_backward", ("mlp_loss", "backpropagate")),
        ("mlp_loss", ("train_mlp", "backpropagate")),
    ],
)
def test_a_mistake_costs_once(oracle, wrong, spared):
    for mistake in UNIT.exercises[wrong].mistakes[:3]:
        source = UNIT.variant_source(wrong, mistake)
        own = judged(oracle, wrong, **{wrong: source})
        assert own.points < own.max_points
        for name in spared:
            verdict = judged(oracle, name, **{wrong: source})
            assert verdict.points == verdict.max_points, (mistake.name, name)


def test_the_cases_are_as_awkward_as_promised():
    drawn = list(UNIT.exercises["affine_backward"].draw(np.random.default_rng(0)))
    arrays = [case.inputs["cache"][0] for case in drawn]
    plain = [X for X in arrays if isinstance(X, np.ndarray)]
    assert any(len(X) == 1 for X in plain), "a single sample"
    assert any(X.shape[1] == 1 for X in plain), "a single feature"
    assert any(X.dtype == np.float32 for X in plain)
    assert any(X.dtype.kind == "i" for X in plain)
    assert any(np.abs(X).max() > 1e4 for X in plain)
    assert any(np.ptp(X, axis=0).min() == 0 and len(X) > 1 for X in plain), "a constant feature"
    assert len(plain) < len(arrays), "views that are not contiguous"
    batches = [
        case.inputs
        for case in UNIT.exercises["train_mlp"].draw(np.random.default_rng(0))
        if "n" in case.inputs
    ]
    assert any(inputs["n"] % inputs["batch_size"] for inputs in batches), "uneven batches"


def test_a_shuffle_of_ones_own_is_as_good(oracle):
    source = (
        "def train_mlp(loss, params, X, y, lr, batch_size, epochs, rng):\n"
        "    for _ in range(epochs):\n"
        "        left = list(range(len(y)))\n"
        "        while left:\n"
        "            k = min(batch_size, len(left))\n"
        "            rows = [left.pop(rng.integers(len(left))) for _ in range(k)]\n"
        "            slopes = loss(params, X[rows], y[rows])[1]\n"
        "            params = {n: p - lr * slopes[n] for n, p in params.items()}\n"
        "    return params\n"
    )
    verdict = judged(oracle, "train_mlp", train_mlp=source)
    assert verdict.points == verdict.max_points


def test_labels_that_do_not_belong_to_their_pictures_teach_nothing(oracle):
    source = UNIT.reference_source("train_mlp").replace("y[batch]", "y[batch[::-1]]")
    verdict = judged(oracle, "train_mlp", train_mlp=source)
    learns = next(c for c in verdict.criteria if c.name == "it learns digits")
    assert not learns.passed
    assert verdict.diagnosis == "pictures and labels come apart"
