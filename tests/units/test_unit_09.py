"""Unit 09: every formula the text shows agrees with running code, and every number it quotes."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.oracle import Oracle
from autograder.unit import load_unit
from tests.units.neighbours import worked_neighbour
from tests.units.slopes import relative_errors
from tests.units.solved import Solved

UNIT = load_unit("09_convolution")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**32 - 1)
GOOD = 1e-7
"""The relative error that every backward pass must reach in float64."""
"""Smaller ones are compared relative to this: below it rounding is all one sees."""


@st.composite
def geometries(draw):
    """Shapes of pictures and windows, stride and padding, among which everything fits."""
    height, width, stride, pad = (draw(st.integers(low, 3)) for low in (1, 1, 1, 0))
    high = draw(st.integers(max(1, height - 2 * pad), 7))
    wide = draw(st.integers(max(1, width - 2 * pad), 7))
    n, channels = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return (n, channels, high, wide), (height, width), stride, pad


# Every backward pass of the reference, against differences


@settings(max_examples=30)
@given(seed=seeds, geometry=geometries(), filters=st.integers(1, 3))
def test_conv_backward(seed, geometry, filters):
    shape, window, stride, pad = geometry
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=s) for s in (shape, (filters, shape[1], *window), filters)]
    out, cache = notebook["conv_forward"](*arrays, stride, pad)
    dout = rng.normal(size=out.shape)

    def weighed(x, w, b):
        return np.sum(dout * notebook["conv_forward"](x, w, b, stride, pad)[0])

    derived = notebook["conv_backward"](dout, cache)
    assert max(relative_errors(weighed, arrays, derived)) < GOOD


@settings(max_examples=30)
@given(seed=seeds, geometry=geometries(), kind=st.sampled_from(["max", "avg"]))
def test_pooling_backward(seed, geometry, kind):
    shape, (height, width), stride, _ = geometry
    height, width = min(height, shape[2]), min(width, shape[3])
    rng = np.random.default_rng(seed)
    x = rng.permutation(int(np.prod(shape))).reshape(shape) / 4.0  # all different: no ties
    forward, backward = (notebook[f"{kind}_pool_{way}"] for way in ("forward", "backward"))
    out, cache = forward(x, height, width, stride)
    dout = rng.normal(size=out.shape)

    def weighed(x):
        return np.sum(dout * forward(x, height, width, stride)[0])

    assert relative_errors(weighed, [x], [backward(dout, cache)])[0] < GOOD


@settings(max_examples=20)
@given(seed=seeds, n=st.integers(1, 3), pool=st.integers(1, 3), k=st.sampled_from([1, 3]))
def test_cnn_loss(seed, n, pool, k):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, 2, 6, 7)), rng.integers(3, size=n)
    rows = 2 * (6 // pool) * (7 // pool)
    params = notebook["random_cnn"](2, 2, k, rows, 3, rng)
    params["b1"], params["b2"] = rng.normal(size=2), rng.normal(size=3)
    maps, _ = notebook["conv_forward"](X, params["w1"], params["b1"], 1, k // 2)
    # Two cells that tie, or a cell at the kink, have no slope to compare with.
    values = np.sort(np.ravel(maps))
    if np.diff(values).min() < 1e-2 * np.ptp(values) / len(values) or np.abs(values).min() < 3e-3:
        return
    loss, grads = notebook["cnn_loss"](params, X, y, pool)
    assert np.isfinite(loss)

    def of_arrays(*arrays):
        return notebook["cnn_loss"](dict(zip(params, arrays, strict=True)), X, y, pool)[0]

    derived = [grads[name] for name in params]
    assert max(relative_errors(of_arrays, list(params.values()), derived, h=1e-6)) < 1e-6


@given(seed=seeds, n=st.integers(1, 6), classes=st.integers(2, 5))
def test_the_short_layers_of_unit_05(seed, n, classes):
    rng = np.random.default_rng(seed)
    scores, y = 3 * rng.normal(size=(n, classes)), rng.integers(classes, size=n)
    _, dscores = notebook["softmax_loss"](scores, y)
    of_scores = relative_errors(lambda s: notebook["softmax_loss"](s, y)[0], [scores], [dscores])
    assert of_scores[0] < GOOD
    arrays = [rng.normal(size=s) for s in ((n, 3), (3, classes), classes)]
    dout = rng.normal(size=(n, classes))
    derived = notebook["affine_backward"](dout, notebook["affine_forward"](*arrays)[1])
    affine = relative_errors(lambda X, W, b: np.sum(dout * (X @ W + b)), arrays, derived)
    assert max(affine) < GOOD


# Forwards: rung by rung, and the formulas of the text


@settings(max_examples=50)
@given(seed=seeds, geometry=geometries(), filters=st.integers(1, 3))
def test_all_rungs_of_the_ladder_agree(seed, geometry, filters):
    shape, window, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x, w, b = (rng.normal(size=s) for s in (shape, (filters, shape[1], *window), filters))
    by_loops = notebook["conv_loops"](x, w, b, stride, pad)
    np.testing.assert_allclose(notebook["conv_forward"](x, w, b, stride, pad)[0], by_loops)
    columns = notebook["im2col"](x, *window, stride, pad)
    product = w.reshape(filters, -1) @ columns + b[:, np.newaxis]
    np.testing.assert_allclose(product.reshape(by_loops.shape), by_loops)
    if stride == 1:
        framed = notebook["pad2d"](x, pad, "zero")
        np.testing.assert_allclose(notebook["conv_windows"](framed, w, b), by_loops)
    rows, places = (
        notebook["output_size"](size, part, pad, stride)
        for size, part in zip(shape[2:], window, strict=True)
    )
    assert by_loops.shape == (shape[0], filters, rows, places)


@settings(max_examples=30)
@given(seed=seeds, geometry=geometries())
def test_float32_stays_float32_and_views_are_read(seed, geometry):
    """Speed hangs on the first; the second is what `swapaxes` makes of a picture."""
    shape, window, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x, w, b = (rng.normal(size=s).astype(np.float32) for s in (shape, (2, shape[1], *window), 2))
    out, cache = notebook["conv_forward"](x, w, b, stride, pad)
    assert out.dtype == np.float32
    assert all(part.dtype == np.float32 for part in notebook["conv_backward"](out, cache))
    view = np.ascontiguousarray(x.swapaxes(2, 3)).swapaxes(2, 3)
    np.testing.assert_allclose(notebook["conv_forward"](view, w, b, stride, pad)[0], out)


@settings(max_examples=50)
@given(seed=seeds, geometry=geometries())
def test_col2im_is_the_transpose_of_im2col(seed, geometry):
    shape, window, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape)
    columns = notebook["im2col"](x, *window, stride, pad)
    y = rng.normal(size=columns.shape)
    back = notebook["col2im"](y, shape, *window, stride, pad)
    assert np.isclose(np.sum(columns * y), np.sum(x * back), rtol=1e-10, atol=1e-12)
    error = notebook["transpose_test"](
        lambda x: notebook["im2col"](x, *window, stride, pad),
        lambda y: notebook["col2im"](y, shape, *window, stride, pad),
        np.abs(x),
        np.abs(y),
    )
    assert error < 1e-12


@given(seed=seeds)
def test_the_slopes_of_the_written_question(seed):
    """(a) the picture correlated with G; (b), (c) G convolved with w, in a frame of k - 1 zeros."""
    rng = np.random.default_rng(seed)
    x, w, G = rng.normal(size=(6, 7)), rng.normal(size=(3, 3)), rng.normal(size=(4, 5))
    correlate2d, pad2d = notebook["correlate2d"], notebook["pad2d"]
    derived = correlate2d(pad2d(G, 2, "zero"), w[::-1, ::-1]), correlate2d(x, G)
    errors = relative_errors(lambda x, w: np.sum(G * correlate2d(x, w)), [x, w], derived)
    assert max(errors) < GOOD


@given(layers=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), max_size=4))
def test_a_unit_sees_as_far_as_the_formula_says(layers):
    """The first and the last pixel that the first unit's windows touch."""
    first, last = 0, 0
    for kernel, stride in reversed(layers):
        first, last = first * stride, last * stride + kernel - 1
    assert notebook["receptive_field"](layers) == last - first + 1
    if all(stride == 1 for _, stride in layers) and len({kernel for kernel, _ in layers}) == 1:
        assert notebook["receptive_field"](layers) == 1 + len(layers) * (layers[0][0] - 1)


# 1. and 2. Numbers of the text


def test_what_sharing_saves(capsys):
    told = solved.printed_by("as many outputs:", capsys)
    for number in ("520", "23550", "9043200", "11520"):
        assert number in told


def test_25_windows_of_48_numbers(capsys):
    told = solved.printed_by("cut out:", capsys)
    assert "(25, 48)" in told
    assert 64 * 64 * 3 == 12_288


def test_a_true_convolution_writes_the_kernel_the_right_way_up():
    spot = np.zeros((5, 5))
    spot[2, 2] = 1
    kernel = notebook["kernel_few"]
    written = notebook["correlate2d"](spot, kernel[::-1, ::-1])
    np.testing.assert_array_equal(written[1:3, 0:3], kernel)


def test_correlation_is_equivariant(capsys):
    scene = {}
    exec(solved.source_with("arc = np.array"), {**notebook}, scene)
    told = solved.printed_by("moved = np.roll", capsys, **scene)
    assert "the same: True" in told


def test_the_arc_is_found_twice():
    scene = {}
    exec(solved.source_with("arc = np.array"), {**notebook}, scene)
    found = scene["found"]
    peaks = np.argwhere(np.isclose(found, found.max()))
    assert peaks.tolist() == [[1, 1], [8, 10]]


# 3. Sizes and borders


@pytest.mark.parametrize(
    ("words", "size"), [("28 -> 24", 24), ("10, 3, 2, 4", 3), ("7 pixels, a filter of 2", 2)]
)
def test_sizes_that_the_text_quotes(words, size):
    numbers = {"28 -> 24": (28, 5, 0, 1), "10, 3, 2, 4": (10, 3, 2, 4)}
    asked = numbers.get(words, (7, 2, 0, 3))
    assert any(words in cell.source for cell in UNIT.cells)
    assert notebook["output_size"](*asked) == size


def test_zeros_invent_an_edge_and_a_mirror_none(capsys):
    from nand2resnet.pictures import portrait

    across = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
    told = solved.printed_by("small = photo", capsys, photo=portrait(), across=across)
    border = {
        line[:9].strip(): float(re.search(r"border ([\d.]+)", line)[1])
        for line in told.splitlines()
    }
    assert border["reflect"] == 0
    assert border["zero"] > 5 * border["replicate"] > 0


# 5. The ladder


def test_the_last_rung_is_at_least_a_hundred_times_as_fast_as_the_first():
    """All in one run, one after the other: a ratio, whatever the machine."""
    rng = np.random.default_rng(0)
    x, w, b = rng.random((8, 1, 28, 28)), rng.normal(size=(6, 1, 5, 5)), np.zeros(6)
    fastest = notebook["fastest"]
    loops = 8 * fastest(notebook["conv_loops"], x[:1], w, b, 1, 0, times=1)
    windows = fastest(notebook["conv_windows"], x, w, b, times=5)
    yours = fastest(notebook["conv_forward"], x, w, b, 1, 0, times=5)
    assert loops > 10 * windows > 10 * yours
    assert loops > 100 * yours


# 6. The learner's proof


def test_the_notebooks_own_checks_print_small_errors(capsys):
    namespace = dict(notebook)
    exec(solved.source_with("def errors_of(arrays, stride, pad)"), namespace)
    capsys.readouterr()
    exec(solved.source_with("in errors_of(arrays, stride, pad)]"), namespace)
    exec(solved.source_with("lambda x: im2col(x, 3, 2, 2, 1)"), namespace)
    exec(solved.source_with("at the kink of the ReLU"), namespace)
    errors = [float(found) for found in re.findall(r"\d+e[+-]\d\d", capsys.readouterr().out)]
    assert len(errors) == 9 + 1 + 4
    assert max(errors) < GOOD


# 8. Learning


@pytest.fixture(scope="module")
def trained():
    namespace = dict(notebook)
    exec(solved.source_with("def digits_loss"), namespace)
    return namespace


def test_it_reads_at_least_97_percent_of_the_digits(trained):
    X, y = trained["X_test"], trained["y_test"]
    assert len(y) == 299
    assert trained["accuracy"](trained["after"], X, y) >= 0.97
    assert trained["accuracy"](trained["before"], X, y) < 0.3
    assert sum(array.size for array in trained["after"].values()) == 5_450
    assert len(trained["losses"]) == 15 * 47


@pytest.mark.parametrize("seed", range(1, 4))
def test_that_is_not_the_luck_of_one_seed(trained, seed):
    rng = np.random.default_rng(seed)
    before = trained["random_cnn"](1, 32, 3, 512, 10, rng)
    digits = trained["X_train"], trained["y_train"]
    after = trained["train_cnn"](trained["digits_loss"], before, *digits, 0.1, 0.9, 32, 15, rng)
    assert trained["accuracy"](after, trained["X_test"], trained["y_test"]) >= 0.97


def test_left_and_right(trained, capsys):
    namespace = dict(trained)
    for words in ('tests = {"left"', "def linear_loss"):
        exec(solved.source_with(words), namespace)
    capsys.readouterr()
    exec(solved.source_with("seeing = train_cnn("), namespace)
    told = capsys.readouterr().out
    shares = re.findall(r"linear (\d+)%, convolution and max pooling (\d+)%", told)
    (left, left_net), (right, right_net) = ([int(share) for share in pair] for pair in shares)
    assert left >= 85
    assert 40 <= right <= 60
    assert min(left_net, right_net) >= 97


# Hints


@given(seed=seeds)
def test_the_neighbours_about_signals_fit_each_other(seed):
    rng = np.random.default_rng(seed)
    to_columns = worked_neighbour(UNIT, "im2col")
    from_columns = worked_neighbour(UNIT, "col2im")
    signals = rng.normal(size=(2, 9))
    columns = to_columns(signals, 3, 2)
    y = rng.normal(size=columns.shape)
    assert np.isclose(np.sum(columns * y), np.sum(signals * from_columns(y, 9, 3, 2)))
    names = {"signals_to_columns": to_columns, "columns_to_signals": from_columns}
    forward = worked_neighbour(UNIT, "conv_forward", **names)
    backward = worked_neighbour(UNIT, "conv_backward", **names)
    arrays = [signals, rng.normal(size=(4, 3)), rng.normal(size=4)]
    out, cache = forward(*arrays, 2)
    dout = rng.normal(size=out.shape)
    derived = backward(dout, cache)
    errors = relative_errors(lambda *a: np.sum(dout * forward(*a, 2)[0]), arrays, derived)
    assert max(errors) < GOOD


@given(seed=seeds, stride=st.integers(1, 3))
def test_the_neighbours_about_pooling_are_right(seed, stride):
    rng = np.random.default_rng(seed)
    x = rng.permutation(18).reshape(2, 9) / 4.0
    for kind, reduce in (("max", np.max), ("avg", np.mean)):
        forward = worked_neighbour(UNIT, f"{kind}_pool_forward")
        out, cache = forward(x, 3, stride)
        expected = [[reduce(row[p : p + 3]) for p in range(0, 7, stride)] for row in x]
        np.testing.assert_allclose(out, expected)
        dout = rng.normal(size=out.shape)
        back = worked_neighbour(UNIT, f"{kind}_pool_backward")
        if kind == "avg":
            derived = back(dout, cache)
        else:
            derived = np.array([back(d, (row, 3, stride)) for d, row in zip(dout, x, strict=True)])

        def weighed(x, forward=forward, dout=dout):
            return np.sum(dout * forward(x, 3, stride)[0])

        assert relative_errors(weighed, [x], [derived])[0] < GOOD


def test_the_other_neighbours_do_what_they_say():
    image = np.array([[1.0, 3.0, 5.0], [1.0, 3.0, 9.0]])
    np.testing.assert_allclose(worked_neighbour(UNIT, "correlate2d")(image, 2, 2), [[2.0, 5.0]])
    assert worked_neighbour(UNIT, "output_size")(10, 3) == 4
    held = worked_neighbour(UNIT, "pad2d")(image, 1)
    np.testing.assert_array_equal(held[:, -1], [5, 9])
    assert worked_neighbour(UNIT, "receptive_field")([(10, 2), (10, 2)]) == 15
    assert worked_neighbour(UNIT, "conv_parameters")(784, 30) == 23_550
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert worked_neighbour(UNIT, "transpose_test")(lambda x: turn @ x, np.array([3.0, 4.0])) == 0
    rolled = worked_neighbour(UNIT, "train_cnn")(np.zeros(1), [np.ones(1)], 2, 0.5)
    assert rolled == [1 + 1.5]
    params = {"W": np.ones((4, 2)), "b": np.zeros(2)}
    total, grads = worked_neighbour(
        UNIT, "cnn_loss", **{n: notebook[n] for n in ("affine_forward", "affine_backward")}
    )(params, np.ones((3, 1, 2, 2)))
    assert total == 3 * 2 * 2
    assert grads["X"].shape == (3, 1, 2, 2)
    assert (grads["X"] == 1).all()


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
        ("pad2d", ("im2col", "conv_forward", "conv_backward")),
        ("output_size", ("im2col", "col2im", "conv_forward", "max_pool_forward")),
        ("im2col", ("conv_forward", "conv_backward")),
        ("col2im", ("conv_backward",)),
        ("conv_forward", ("conv_backward", "cnn_loss")),
        ("conv_backward", ("cnn_loss",)),
        ("max_pool_forward", ("max_pool_backward", "cnn_loss")),
        ("max_pool_backward", ("cnn_loss",)),
        ("cnn_loss", ("train_cnn",)),
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


def test_whole_windows_that_went_wrong_cost_nothing_in_the_layers_that_use_them(oracle):
    """The reference asks im2col and col2im for lines only; most learners ask for windows."""
    for name, alternative in (
        ("conv_forward", "columns and one product"),
        ("conv_backward", "columns and two products"),
    ):
        (version,) = (a for a in UNIT.exercises[name].alternatives if a.name == alternative)
        versions = {name: UNIT.variant_source(name, version)}
        for earlier in ("im2col", "col2im"):
            mistake = UNIT.exercises[earlier].mistakes[0]
            versions[earlier] = UNIT.variant_source(earlier, mistake)
        verdict = judged(oracle, name, **versions)
        assert verdict.points == verdict.max_points


def test_the_cases_are_as_awkward_as_promised():
    drawn = list(UNIT.exercises["conv_backward"].draw(np.random.default_rng(0)))
    caches = [case.inputs["cache"] for case in drawn]
    plain = [cache for cache in caches if isinstance(cache[0], np.ndarray)]
    assert len(plain) < len(caches), "views that are not contiguous"
    assert {stride for _, _, _, stride, _ in caches} == {1, 2, 3}
    assert {pad for *_, pad in caches} == {0, 1, 2}
    assert any(w.shape[2:] == (1, 1) for _, w, *_ in caches)
    assert any(w.shape[2] != w.shape[3] for _, w, *_ in caches)
    assert any(len(x) == 1 for x, *_ in plain), "a single picture"
    assert {x.shape[1] for x, *_ in plain} >= {1, 2, 3}, "channels"
    assert any(x.dtype == np.float32 for x, *_ in plain)
    assert any(
        stride > 1 and (size + 2 * pad - part) % stride
        for x, w, _, stride, pad in plain
        for size, part in zip(x.shape[2:], w.shape[2:], strict=True)
    ), "uneven strides"
    pools = list(UNIT.exercises["max_pool_backward"].draw(np.random.default_rng(0)))
    windows = [case.inputs["cache"][1:] for case in pools]
    assert any(height != width for height, width, _ in windows)
    assert any(stride < height for height, _, stride in windows)


@pytest.mark.parametrize("winner", ["first", "last", "random"])
def test_any_one_winner_of_a_tie_may_have_it(oracle, winner):
    choose = {
        "first": "at[0]",
        "last": "at[-1]",
        "random": "at[np.random.default_rng(len(at) + 3 * r + c).integers(len(at))]",
    }[winner]
    source = (
        "def max_pool_backward(dout, cache):\n"
        "    x, height, width, stride = cache\n"
        "    dx = np.zeros(x.shape)\n"
        "    for n, a, r, c in np.ndindex(dout.shape):\n"
        "        i, j = r * stride, c * stride\n"
        "        window = x[n, a, i : i + height, j : j + width]\n"
        "        at = np.argwhere(window == window.max())\n"
        f"        p, q = {choose}\n"
        "        dx[n, a, i + p, j + q] += dout[n, a, r, c]\n"
        "    return dx\n"
    )
    verdict = judged(oracle, "max_pool_backward", max_pool_backward=source)
    assert verdict.points == verdict.max_points


def test_avg_pool_backward_is_optional():
    assert UNIT.exercises["avg_pool_backward"].max_points == 0
    assert "★ (optional, no points)" in solved.source_with("### Exercise: `avg_pool_backward`")
