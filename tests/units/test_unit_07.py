"""Unit 07: every formula the text shows agrees with running code, and every number it quotes."""

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograder.oracle import Oracle
from autograder.unit import load_unit
from tests.units.neighbours import worked_neighbour
from tests.units.slopes import relative_errors
from tests.units.solved import Solved

UNIT = load_unit("07_initialization_and_normalization")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)
GOOD = 1e-7
"""The relative error that every backward pass must reach in float64."""
"""Smaller ones are compared relative to this: below it rounding is all one sees."""
SURE = 7
"""Standard errors that no mean of right numbers is off."""


def fresh(features):
    return {"mean": np.zeros(features), "var": np.ones(features)}


# Every backward pass of the reference, against differences


@given(seed=seeds, n=sizes, features=sizes, eps=st.sampled_from([0.01, 0.5]))
def test_batchnorm_backward(seed, n, features, eps):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=s) for s in ((n, features), (features,), (features,))]
    dout = rng.normal(size=(n, features))
    _, cache = notebook["batchnorm_forward"](*arrays, fresh(features), True, 0.9, eps)

    def weighed(x, gamma, beta):
        centred = x - x.sum(axis=0) / n
        normal = centred / np.sqrt((centred**2).sum(axis=0) / n + eps)
        return np.sum(dout * (gamma * normal + beta))

    derived = notebook["batchnorm_backward"](dout, cache)
    assert max(relative_errors(weighed, arrays, derived, h=1e-3)) < GOOD


@settings(max_examples=30)
@given(seed=seeds, n=st.integers(1, 3), maps=st.integers(1, 3), height=st.integers(1, 3))
def test_spatial_batchnorm_backward(seed, n, maps, height):
    rng = np.random.default_rng(seed)
    x, dout = (rng.normal(size=(n, maps, height, 2)) for _ in range(2))
    gamma, beta = rng.normal(size=maps), rng.normal(size=maps)
    _, cache = notebook["spatial_batchnorm_forward"](x, gamma, beta, fresh(maps), True, 0.9, 0.5)

    def weighed(x, gamma, beta):
        mean = x.mean(axis=(0, 2, 3), keepdims=True)
        var = ((x - mean) ** 2).mean(axis=(0, 2, 3), keepdims=True)
        normal = (x - mean) / np.sqrt(var + 0.5)
        return np.sum(dout * (gamma[:, None, None] * normal + beta[:, None, None]))

    derived = notebook["spatial_batchnorm_backward"](dout, cache)
    assert max(relative_errors(weighed, [x, gamma, beta], derived, h=1e-3)) < GOOD


@given(
    seed=seeds, n=st.integers(3, 6), norm=st.booleans(), name=st.sampled_from(["sigmoid", "tanh"])
)
@settings(max_examples=30)
def test_a_network_of_the_notebooks_layers(seed, n, norm, name):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, 4)), rng.integers(3, size=n)
    first = notebook["Affine"](rng.normal(size=(4, 3)) / 2, rng.normal(size=3))
    layers = [first, notebook[name](), notebook["SoftmaxLoss"]()]
    if norm:
        layers.insert(1, notebook["BatchNorm"](3))
        assume(layers[0].forward(x)[0].var(axis=0).min() > 1e-2)

    def of_arrays(x, W, b):
        first.params = {"W": W, "b": b}
        return notebook["backpropagate"](layers, x, y)[0]

    arrays = [x, *first.params.values()]
    _, dx = notebook["backpropagate"](layers, x, y)
    derived = [dx, first.grads["W"], first.grads["b"]]
    assert max(relative_errors(of_arrays, arrays, derived, h=1e-3)) < GOOD


@given(seed=seeds)
def test_the_relu_layer_passes_what_was_positive(seed):
    z, dout = np.random.default_rng(seed).normal(size=(2, 4, 3))
    relu = notebook["relu"]()
    out, cache = relu.forward(z)
    assert np.array_equal(out, np.where(z > 0, z, 0))
    assert np.array_equal(relu.backward(dout, cache)[0], np.where(z > 0, dout, 0))


# 1. Why deep networks are hard


def test_weights_of_one_layer(capsys):
    told = solved.printed_by("the notes multiply 65,536", capsys)
    assert "50,176 pixels, 50,176,000 weights and 1,000 biases" in told
    assert "65,536,000" in told
    assert 256**2 == 65_536


def test_a_sigmoid_passes_a_quarter_at_most(capsys):
    told = solved.printed_by("largest slope:", capsys)
    assert "largest slope: 0.25 at z = 0.0" in told
    assert "[0.0066 0.0066]" in told


def test_products_vanish_and_explode(capsys):
    cell = solved.source_with("your turn: the weight times the largest slope")
    exec(cell.replace("factor = None", "factor = w / 4"), dict(notebook))
    told = capsys.readouterr().out
    assert "weights of 1: 9.5e-07 after 10 layers, 7.9e-31 after 50" in told
    assert "weights of 4: 1.0e+00" in told
    assert "weights of 8: 1.0e+03 after 10 layers, 1.1e+15" in told


@given(seed=seeds, depth=st.integers(1, 5))
def test_the_product_of_the_text(seed, depth):
    w, b = np.random.default_rng(seed).normal(size=(2, depth))

    def output(first_bias):
        a = 0.4
        for weight, bias in zip(w, [first_bias, *b[1:]], strict=True):
            a = 1 / (1 + np.exp(-(weight * a + bias)))
        return a

    a, slope = 0.4, 1.0
    for number in range(depth):
        a = 1 / (1 + np.exp(-(w[number] * a + b[number])))
        slope *= a * (1 - a) * (w[number] if number else 1)
    measured = (output(b[0] + 1e-5) - output(b[0] - 1e-5)) / 2e-5
    assert np.isclose(slope, measured, atol=1e-9)


# 2. Measure it


def row_of(told, name):
    (line,) = (line for line in told.splitlines() if line.startswith(name))
    return [float(found) for found in re.findall(r"\d\.\d+e[+-]\d+", line)]


def test_three_starts_behave_as_the_text_says(capsys):
    told = solved.printed_by("for initialiser in (zero, one_tenth, one)", capsys)
    assert row_of(told, "tanh, zero") == row_of(told, "relu, zero") == [0, 0]
    signal, gradient = row_of(told, "relu, one_tenth")
    assert signal < 1e-4
    assert gradient < 1e-4
    assert min(row_of(told, "relu, one ")) > 1e10
    signal, gradient = row_of(told, "tanh, one ")
    assert 0.8 < signal < 1
    assert gradient > 1e5


# 3. Weights of the right size


@given(seed=seeds, n=st.integers(20, 200), spread=st.floats(0.01, 2), mean=st.floats(-3, 3))
@settings(max_examples=20)
def test_the_variance_argument_needs_no_mean_of_zero(seed, n, spread, mean):
    rng = np.random.default_rng(seed)
    x, count = rng.normal(mean, 1, size=n), 4000
    z = x @ rng.normal(scale=spread, size=(n, count))
    expected = n * spread**2 * np.mean(x**2)
    assert abs(np.mean(z**2) / expected - 1) < SURE * np.sqrt(2 / count)


@pytest.mark.parametrize("name", ["xavier", "glorot", "kaiming"])
@pytest.mark.parametrize("shape", [(300, 200), (40, 10, 5, 4)])
def test_initialisers_have_the_variances_of_the_text(name, shape):
    W = notebook[name](shape, np.random.default_rng(0))
    window = int(np.prod(shape[2:]))
    n, m = (shape[0], shape[1]) if len(shape) == 2 else (shape[1] * window, shape[0] * window)
    expected = {"xavier": 1 / n, "glorot": 2 / (n + m), "kaiming": 2 / n}[name]
    assert abs(W.var() / expected - 1) < SURE * np.sqrt(2 / W.size)


def test_the_fan_in_of_a_kernel_is_what_one_output_looks_at():
    """Windows of random maps of size 1, weighed by Xavier's kernels, have the size 1."""
    rng = np.random.default_rng(0)
    kernels = notebook["xavier"]((300, 6, 3, 5), rng).reshape(300, -1)
    out = rng.normal(size=(400, 6 * 3 * 5)) @ kernels.T
    assert abs(np.mean(out**2) - 1) < 0.05


def test_half_of_the_mean_square_is_left(capsys):
    cell = solved.source_with("left of the mean square:")
    exec(cell.replace("share = None", "share = np.mean(a**2) / np.mean(z**2)"), dict(notebook))
    assert abs(float(capsys.readouterr().out.split(":")[1]) - 0.5) < 0.01


def test_the_printed_formula_explodes_and_the_right_one_holds(capsys):
    told = solved.printed_by("standard deviation of the outputs:", capsys)
    printed, yours = (float(line.split(":")[1]) for line in told.splitlines())
    assert 1e23 < printed < 1e25
    assert 0.6 < yours < 1
    assert np.isclose(1 / np.sqrt(2 / 512), 16)
    assert np.isclose(np.sqrt(2 / 512), 0.0625)


def size_at_the_end(initialiser, activation, depth=50, scale=1.0):
    layers = notebook["deep_network"](depth, initialiser, activation, scale)
    dout = np.random.default_rng(1).normal(size=(64, notebook["WIDTH"]))
    with np.errstate(all="ignore"):
        signal, gradient = notebook["signal_by_depth"](layers, notebook["X_train"][:64], dout)
    return signal[-1], gradient[2]


def test_which_start_is_good_for_what():
    relu, tanh, sigmoid = (notebook[name] for name in ("relu", "tanh", "sigmoid"))
    for name, activation in (("kaiming", relu), ("xavier", tanh), ("glorot", tanh)):
        assert min(size_at_the_end(notebook[name], activation)) > 0.05, name
        assert max(size_at_the_end(notebook[name], activation)) < 20, name
    assert max(size_at_the_end(notebook["xavier"], relu)) < 1e-6
    for name in ("one_tenth", "xavier", "glorot", "kaiming"):
        assert size_at_the_end(notebook[name], sigmoid)[1] < 1e-20, name
    larger = size_at_the_end(notebook["kaiming"], relu, scale=2**0.25)[0]
    assert 5000 < larger / size_at_the_end(notebook["kaiming"], relu)[0] < 7000
    assert abs(1.19**50 - 6000) < 50


def test_a_positive_bias_counts_next_to_small_weights(capsys):
    told = solved.printed_by("units dead", capsys)
    share = [int(found) for found in re.findall(r"on in (\d+)%", told)]
    dead = [int(found) for found in re.findall(r"(\d+) units dead", told)]
    assert abs(share[1] - share[0]) < 5 < 25 < share[3] - share[2]
    assert 0 < dead[1] < dead[0] < 2 * dead[1]
    assert dead[3] < dead[2] / 5


@pytest.fixture(scope="module")
def starts():
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(
            solved.source_with("initialisers = zero, one_tenth, xavier, kaiming, one"),
            dict(notebook),
        )
    lines = [line for line in out.getvalue().splitlines() if " loss " in line]
    pattern = r"(.*?) +loss.*-> +(\S+), (\d+)% right"
    found = [re.search(pattern, line.rpartition("\r")[2]).groups() for line in lines]
    return {name: (float(loss), int(right)) for name, loss, right in found}


def test_the_start_decides_whether_a_network_learns(starts):
    assert starts["Kaiming"][1] >= 90
    assert starts["zero"][1] < 20
    assert starts["N(0, 0.1²)"][1] < 40
    assert starts["Kaiming"][0] < starts["Xavier"][0] / 5
    assert np.isnan(starts["N(0, 1)"][0])


@given(alpha=st.floats(0, 1), seed=seeds)
@settings(max_examples=20)
def test_the_model_answer_for_a_leaky_relu(alpha, seed):
    z = np.random.default_rng(seed).normal(size=20_000)
    a = np.where(z > 0, z, alpha * z)
    assert abs(np.mean(a**2) / np.mean(z**2) - (1 + alpha**2) / 2) < 0.03
    assert "(1+\\alpha^2)" in solved.source_with("### Written question: the start for a leaky ReLU")


# 4. Batch normalisation


@given(seed=seeds, n=st.integers(2, 8), features=sizes)
def test_in_training_every_feature_gets_mean_beta_and_size_gamma(seed, n, features):
    rng = np.random.default_rng(seed)
    x, (gamma, beta) = 1e3 * rng.normal(size=(n, features)), rng.normal(size=(2, features))
    assume(x.var(axis=0).min() > 1)
    out, (x_hat, kept, inv_std) = notebook["batchnorm_forward"](
        x, gamma, beta, fresh(features), True
    )
    assert np.allclose(out.mean(axis=0), beta)
    assert np.allclose(out.std(axis=0), np.abs(gamma), rtol=1e-4)
    assert np.allclose(x_hat * gamma + beta, out)
    assert kept is gamma
    assert np.allclose(1 / inv_std**2, x.var(axis=0) + 1e-5)


@given(seed=seeds)
def test_running_values_settle_at_the_mean_and_the_biased_variance(seed):
    rng = np.random.default_rng(seed)
    x, running = rng.normal(3, 2, size=(6, 2)), fresh(2)
    for _ in range(300):
        notebook["batchnorm_forward"](x, np.ones(2), np.zeros(2), running, True)
    assert np.allclose(running["mean"], x.mean(axis=0))
    assert np.allclose(running["var"], ((x - x.mean(axis=0)) ** 2).sum(axis=0) / 6)
    alone = [
        notebook["batchnorm_forward"](row[np.newaxis], np.ones(2), np.zeros(2), running, False)[0][
            0
        ]
        for row in x
    ]
    together, _ = notebook["batchnorm_forward"](x, np.ones(2), np.zeros(2), running, False)
    assert np.allclose(alone, together)


def test_blank_pixels_become_beta_and_a_lonely_picture_vanishes(capsys):
    told = solved.printed_by("a picture alone, in training mode", capsys)
    before, after = (
        np.array(
            re.search(rf"variance {name}: *\[(.*?)\]", told, re.DOTALL)[1].split(), dtype=float
        )
        for name in ("before", "after")
    )
    assert np.flatnonzero(after == 0).tolist() == [0, 8, 15]
    assert np.all(before[[0, 8, 15]] == 0)
    assert np.all(after[before > 0.05] == 1)
    assert after[7] == 0.96
    assert "pixel 7, before: 0.0003" in told
    assert "largest entry 0.0" in told


@given(x=st.lists(st.floats(-3, 3), min_size=3, max_size=6, unique=True))
def test_the_slopes_of_mean_and_scale_in_the_text(x):
    x, eps, h = np.array(x), 0.5, 1e-5

    def scale(x):
        return (np.mean((x - x.mean()) ** 2) + eps) ** -0.5

    s, n = scale(x), len(x)
    x_hat = (x - x.mean()) * s
    nudges = h * np.eye(n)
    measured = [(scale(x + nudge) - scale(x - nudge)) / (2 * h) for nudge in nudges]
    assert np.allclose(measured, -(s**2) * x_hat / n, atol=1e-8)


def test_the_notebook_proves_its_own_gradients(capsys):
    namespace = dict(notebook)
    exec(solved.source_with('"""A number made of the outputs: their slopes are G."""'), namespace)
    exec(solved.source_with("numeric = ("), namespace)
    errors = [float(found) for found in re.findall(r"error (\S+)", capsys.readouterr().out)]
    assert len(errors) == 3
    assert max(errors) < GOOD


def test_maps_are_normalised_map_by_map(capsys):
    told = solved.printed_by("place by place:", capsys)
    assert "shape (200, 2, 6, 6)" in told
    assert "[1. 1.]" in told
    places = re.search(r"place by place: \[(.*)\]", told)[1].split()
    assert np.ptp([float(place) for place in places]) > 0.1
    assert "running variances: [0.941 0.92 ]" in told


# 5. What it buys


def trained(depth, lr, steps, scale=1.0, norm=False, initialiser="kaiming", activation="relu"):
    layers = notebook["for_classes"](
        notebook["deep_network"](depth, notebook[initialiser], notebook[activation], scale, norm)
    )
    with np.errstate(all="ignore"):
        notebook["descend"](layers, notebook["X_train"], notebook["y_train"], lr, steps)
        return notebook["accuracy"](layers, notebook["X_test"], notebook["y_test"])


def test_batch_norm_allows_larger_rates():
    assert all(trained(8, lr, 200, norm=True) > 0.85 for lr in (0.03, 0.3, 3.0))
    assert trained(8, 0.03, 200) > 0.8
    assert all(trained(8, lr, 200) < 0.7 for lr in (0.3, 1.0, 3.0))


def test_batch_norm_forgives_a_careless_start():
    assert all(trained(12, 0.05, 300, scale, True) > 0.85 for scale in (0.03, 0.3, 1))
    assert trained(12, 0.05, 300, 3, True) > 0.5
    assert trained(12, 0.05, 300, 1) > 0.85
    assert all(trained(12, 0.05, 300, scale) < 0.2 for scale in (0.03, 0.3, 3))


def test_doubled_weights_change_nothing_behind_a_batch_norm():
    x = notebook["X_train"][:32]
    for scale in (1.0, 2.0):
        layers = notebook["deep_network"](3, notebook["xavier"], notebook["tanh"], scale, True)
        out = x
        for layer in layers:
            out, _ = layer.forward(out)
        if scale == 1.0:
            before = out
    assert np.allclose(before, out, atol=1e-3)


def test_noise_halves_with_four_times_the_batch(capsys):
    told = solved.printed_by("the same digit varies by", capsys)
    noise = np.array([float(found) for found in re.findall(r"varies by (\S+)", told)])
    assert np.all((noise[:-1] / noise[1:] > 1.6) & (noise[:-1] / noise[1:] < 2.7))


@pytest.mark.parametrize("seed", range(3))
def test_small_batches_with_batch_norm_do_not_know_their_digits_exactly(seed):
    rows = np.random.default_rng(seed).permutation(len(notebook["X_train"]))[:200]
    X, y = notebook["X_train"][rows], notebook["y_train"][rows]
    losses = {}
    for norm in (False, True):
        for size in (8, 100):
            layers = notebook["for_classes"](
                notebook["deep_network"](3, notebook["kaiming"], notebook["relu"], norm=norm)
            )
            losses[norm, size] = np.mean(notebook["descend"](layers, X, y, 0.1, 600, size)[-20:])
    assert losses[True, 8] > 5 * losses[True, 100]
    assert losses[False, 8] < 2 * losses[False, 100]


def test_a_dead_network_comes_alive():
    tanh, start = notebook["tanh"], notebook["one_tenth"]
    ends = [
        np.mean(notebook["learn"](notebook["deep_network"](50, start, tanh, norm=norm))[-10:])
        for norm in (False, True)
    ]
    assert abs(ends[0] - np.log(10)) < 0.01
    assert ends[1] < 1.6


@pytest.mark.parametrize(
    ("activation", "low", "high"), [("tanh", 1.07, 1.13), ("relu", 1.17, 1.25)]
)
def test_how_fast_the_gradient_grows_with_batch_norm(activation, low, high):
    layers = notebook["deep_network"](50, notebook["xavier"], notebook[activation], norm=True)
    dout = np.random.default_rng(1).normal(size=(64, notebook["WIDTH"]))
    _, gradient = notebook["signal_by_depth"](layers, notebook["X_train"][:64], dout)
    assert low < (gradient[3] / gradient[-1]) ** (1 / 49) < high


def test_the_way_back_through_maps_is_optional():
    assert UNIT.exercises["spatial_batchnorm_backward"].max_points == 0
    assert "★ (optional, no points)" in solved.source_with(
        "### Exercise: `spatial_batchnorm_backward`"
    )


# Hints


def test_neighbours_do_what_they_say():
    assert worked_neighbour(UNIT, "signal_by_depth")([1, -3], 10, 4) == ([10, 11, 8], [6, 7, 4])
    rng = np.random.default_rng(0)
    even = worked_neighbour(UNIT, "xavier")
    assert np.abs(even((50, 20), rng)).max() <= 1 / 20 < 1.1 * np.abs(even((50, 20), rng)).max()
    assert np.abs(even((6, 2, 3, 5), rng)).max() <= 1 / 90
    careful = worked_neighbour(UNIT, "glorot")
    assert abs(careful((30, 400), rng).std() * 20 - 1) < 0.1
    assert abs(careful((8, 25, 4, 4), rng).std() * 20 - 1) < 0.1
    maxout = worked_neighbour(UNIT, "kaiming")
    weights = maxout((50, 400), rng)
    pair = (
        rng.normal(size=(500, 50)) @ weights[:, :200],
        rng.normal(size=(500, 50)) @ weights[:, 200:],
    )
    assert abs(np.mean(np.maximum(*pair) ** 2) - 1) < 0.1
    running = {"largest": np.array([10.0])}
    x = np.array([[2.0], [-4.0]])
    by_largest = worked_neighbour(UNIT, "batchnorm_forward")
    assert by_largest(x, running, True).tolist() == [[0.5], [-1.0]]
    assert np.allclose(running["largest"], 9.4)
    assert np.allclose(by_largest(x, running, False), x / 9.4)
    sort_columns = worked_neighbour(UNIT, "spatial_batchnorm_forward")
    maps = rng.normal(size=(2, 3, 4, 5))
    assert np.array_equal(sort_columns(maps), np.sort(maps, axis=2))


@given(seed=seeds)
def test_neighbours_that_derive_are_right(seed):
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(size=(2, 4, 3))
    derived = worked_neighbour(UNIT, "batchnorm_backward")(dout)
    centred = relative_errors(lambda x: np.sum(dout * (x - x.mean(axis=0))), [x], [derived])
    assert centred[0] < GOOD
    maps, slopes, b = rng.normal(size=(2, 3, 2, 2)), rng.normal(size=(2, 3, 2, 2)), np.ones(3)
    derived = worked_neighbour(UNIT, "spatial_batchnorm_backward")(slopes)
    errors = relative_errors(
        lambda x, b: np.sum(slopes * (x + b[:, None, None])), [maps, b], derived
    )
    assert max(errors) < GOOD


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
        ("batchnorm_forward", ("batchnorm_backward", "spatial_batchnorm_forward")),
        ("batchnorm_backward", ("spatial_batchnorm_forward", "spatial_batchnorm_backward")),
        ("xavier", ("glorot", "kaiming", "signal_by_depth")),
    ],
)
def test_a_mistake_costs_once(oracle, wrong, spared):
    for mistake in UNIT.exercises[wrong].mistakes:
        source = UNIT.variant_source(wrong, mistake)
        own = judged(oracle, wrong, **{wrong: source})
        assert own.points < own.max_points
        for name in spared:
            verdict = judged(oracle, name, **{wrong: source})
            assert all(criterion.passed for criterion in verdict.criteria), (mistake.name, name)


PIXELS_IN_ANOTHER_ORDER = next(
    alternative
    for alternative in UNIT.exercises["spatial_batchnorm_forward"].alternatives
    if "another order" in alternative.name
)


def test_that_holds_for_hidden_cases_whatever_the_order_of_the_pixels(oracle):
    wrong = UNIT.variant_source(
        "batchnorm_forward", UNIT.exercises["batchnorm_forward"].mistakes[0]
    )
    maps = UNIT.variant_source("spatial_batchnorm_forward", PIXELS_IN_ANOTHER_ORDER)
    name = "spatial_batchnorm_forward"
    namespace = UNIT.namespace(batchnorm_forward=wrong, **{name: maps})
    verdict = oracle.judge(name, oracle.observe_namespace(name, namespace, 5))
    running = next(c for c in verdict.criteria if c.name == "running mean and variance")
    assert running.passed


WEIGHTS = {
    "cut off": "return rng.normal(size=shape).clip(-1.5, 1.5) * 1.14 * {spread}\n",
    "shifted": "return (rng.normal(size=shape) + 0.5) * {spread}\n",
    "a list": "return (rng.normal(size=shape) * {spread}).tolist()\n",
    "turned": "return rng.normal(size=shape[::-1]) * {spread}\n",
    "nothing": "return None\n",
}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_that_are_not_what_the_text_promises_are_refused(oracle, kind):
    spread = "(2 / (shape[0] if len(shape) == 2 else np.prod(shape[1:]))) ** 0.5"
    body = WEIGHTS[kind].format(spread=spread)
    source = f"def kaiming(shape, rng):\n    {body}"
    verdict = judged(oracle, "kaiming", kaiming=source)
    assert verdict.points < verdict.max_points
    assert verdict.criteria[0].message


def test_the_seed_of_a_class_refuses_no_right_weights():
    """Moments of right weights stay within their bounds: a few seeds here, many more by hand."""
    for seed in range(4):
        oracle = Oracle(UNIT, f"class {seed}")
        for name in ("xavier", "glorot", "kaiming"):
            for alternative in UNIT.exercises[name].alternatives:
                source = UNIT.variant_source(name, alternative)
                verdict = oracle.judge(name, oracle.observe_version(name, source))
                assert verdict.points == verdict.max_points, (seed, name, alternative.name)


def test_the_cases_are_as_awkward_as_promised():
    drawn = list(UNIT.exercises["batchnorm_forward"].draw(np.random.default_rng(0)))
    arrays = [case.inputs["x"] for case in drawn if "x" in case.inputs]
    plain = [x for x in arrays if isinstance(x, np.ndarray)]
    assert any(len(x) == 1 for x in plain), "a single sample"
    assert any(x.shape[1] == 1 for x in plain), "a single feature"
    assert any(x.dtype == np.float32 for x in plain)
    assert any(np.abs(x).min() > 9e5 for x in plain), "a large mean"
    assert any(np.ptp(x, axis=0).min() == 0 and len(x) > 1 for x in plain), "a constant feature"
    assert len(plain) < len(arrays), "views that are not contiguous"
    assert any(case.inputs.get("eps") == 0.5 for case in drawn)
    assert any("eps" not in case.inputs for case in drawn), "the default"
    batches = [case.inputs["batches"] for case in drawn if "batches" in case.inputs]
    counts = [{len(x) for x in many if isinstance(x, np.ndarray)} for many in batches]
    assert any(len(different) > 2 for different in counts), "uneven batches"
    backward = list(UNIT.exercises["batchnorm_backward"].draw(np.random.default_rng(0)))
    x_hats = [case.inputs["cache"][0] for case in backward]
    assert any(isinstance(x_hat, np.ndarray) and len(x_hat) == 2 for x_hat in x_hats)
    maps = list(UNIT.exercises["spatial_batchnorm_forward"].draw(np.random.default_rng(0)))
    shapes = {case.inputs["x"].shape for case in maps if isinstance(case.inputs["x"], np.ndarray)}
    assert any(n == 1 for n, *_ in shapes)
    assert any(height != width for *_, height, width in shapes)
