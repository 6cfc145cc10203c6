"""Unit 10: torch's numbers against ours, every number the text quotes, and how it is graded."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from autograder.oracle import Oracle
from autograder.unit import COURSE, load_unit
from nand2resnet import data
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("10_lenet")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**32 - 1)
GOOD = 1e-7
"""The relative error that every backward pass must reach in float64."""
EXACT = 1e-13
"""Of two ways to the same numbers, both in float64."""
PARAMETERS = {"c1": 156, "s2": 0, "c3": 2_416, "s4": 0, "c5": 48_120, "f6": 10_164, "output": 850}


def relative_error(one, other):
    size = np.linalg.norm(one) + np.linalg.norm(other)
    return np.linalg.norm(np.subtract(one, other)) / size if size else 0.0


@st.composite
def layers(draw):
    """A convolution layer with random numbers, its stride and padding."""
    height, width, stride, pad = (draw(st.integers(low, 3)) for low in (1, 1, 1, 0))
    high = draw(st.integers(max(1, height - 2 * pad), 7))
    wide = draw(st.integers(max(1, width - 2 * pad), 7))
    n, channels, filters = (draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(draw(seeds))
    shapes = (n, channels, high, wide), (filters, channels, height, width), (filters,)
    return [rng.normal(size=shape) for shape in shapes], stride, pad, rng


# 2. The same numbers


@settings(max_examples=40, deadline=None)
@given(layer=layers())
def test_torch_gives_the_numbers_of_unit_09(layer):
    arrays, stride, pad, rng = layer
    out, cache = notebook["conv_forward"](*arrays, stride, pad)
    dout = rng.normal(size=out.shape)
    ours = (out, *notebook["conv_backward"](dout, cache))
    theirs = notebook["our_conv_in_torch"](*arrays, stride, pad, dout)
    for one, other in zip(ours, theirs, strict=True):
        assert other.dtype == np.float64
        assert one.shape == other.shape
        assert relative_error(one, other) < EXACT


@settings(max_examples=15, deadline=None)
@given(layer=layers())
def test_the_short_convolution_is_right_by_differences(layer):
    h = 1e-4
    arrays, stride, pad, rng = layer
    out, cache = notebook["conv_forward"](*arrays, stride, pad)
    dout = rng.normal(size=out.shape)
    for k, derived in enumerate(notebook["conv_backward"](dout, cache)):
        measured = np.zeros(arrays[k].shape)
        for i in np.ndindex(arrays[k].shape):
            ends = []
            for step in (h, -h):
                moved = [array.copy() for array in arrays]
                moved[k][i] += step
                ends.append(np.sum(dout * notebook["conv_forward"](*moved, stride, pad)[0]))
            measured[i] = (ends[0] - ends[1]) / (2 * h)
        assert relative_error(derived, measured) < GOOD or np.linalg.norm(derived) < 1e-3


@given(seed=seeds)
def test_autograd_agrees_with_differences(seed):
    v = np.random.default_rng(seed).normal(size=(2, 3))
    derived = notebook["autograd_gradient"](notebook["bent"], v)
    np.testing.assert_allclose(derived, (1 - np.tanh(v) ** 2) * [[1, 2, 3], [4, 5, 6]], rtol=1e-12)


def test_slopes_are_added_unless_they_are_set_back(capsys):
    v = torch.tensor([3.0, 5.0], requires_grad=True)
    (v[0] ** 2 * v[1]).backward()  # by the cell before
    told = solved.printed_by("# your turn: one line here", capsys, v=v)
    assert "90., 27." in told.replace("  ", " ")
    source = solved.source_with("# your turn: one line here").replace(
        "# your turn: one line here", "v.grad = None"
    )
    names = dict(notebook, v=torch.tensor([3.0, 5.0], requires_grad=True))
    exec(source, names)
    assert "30.,  9." in capsys.readouterr().out


def test_the_notebooks_own_comparison_prints_rounding_errors_only(capsys):
    told = solved.printed_by("theirs = our_conv_in_torch", capsys)
    errors = [float(line.split()[1]) for line in told.splitlines()]
    assert len(errors) == 4
    assert max(errors) < 1e-14


def test_sgd_leaves_the_learning_rate_out_of_its_velocity():
    """v <- rho v + g, w <- w - lr v: the path of unit 06's form while the rate stays the same."""
    w, slopes = torch.tensor([1.0, -2.0], requires_grad=True), ([0.5, 1.0], [-2.0, 3.0], [1.0, 1.0])
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    ours, velocity = np.array([1.0, -2.0]), np.zeros(2)
    for slope in slopes:
        w.grad = torch.tensor(slope)
        optimizer.step()
        velocity = 0.9 * velocity - 0.1 * np.array(slope)
        ours = ours + velocity
    np.testing.assert_allclose(w.detach().numpy(), ours, rtol=1e-6)


# 3. and 4. LeNet


def test_parameters_layer_by_layer():
    rows = notebook["layer_table"](notebook["LeNet"](), (1, 28, 28))
    assert {name: count for name, _, count in rows} == PARAMETERS
    assert [name for name, *_ in rows] == list(PARAMETERS)
    assert sum(PARAMETERS.values()) == 61_706
    shapes = [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120, 1, 1), (84,), (10,)]
    assert [shape for _, shape, _ in rows] == shapes
    assert PARAMETERS["c5"] > 0.75 * 61_706


def test_ours_and_the_original_as_the_text_counts_them(capsys):
    told = solved.printed_by("table = 6 * (3 * 25 + 1)", capsys)
    assert f"ours:     {list(PARAMETERS.values())} together 61706" in told
    assert "original: [156, 12, 1516, 32, 48120, 10164] together 60000" in told


def test_the_table_of_the_text_names_the_shapes():
    text = solved.source_with("| C1 | convolution")
    for shape in ("6 × 28 × 28", "6 × 14 × 14", "16 × 10 × 10", "16 × 5 × 5", "120 × 1 × 1"):
        assert shape in text


def test_hooks_tell_the_order_of_use(capsys):
    names = dict(notebook, small=notebook["EdgeCounter"]())
    exec(solved.source_with("seen = []"), names)
    assert [kind for kind, _ in names["seen"]] == ["Conv2d", "MaxPool2d", "Linear"]


def test_a_strip_of_paper_is_read_five_times():
    """The written question: shapes for 28 x 44, and that C5 is a fully connected layer."""
    model = notebook["LeNet"]()
    x, shapes = torch.randn(1, 1, 28, 44), []
    for layer, bends in ((model.c1, True), (model.s2, False), (model.c3, True), (model.s4, False)):
        x = torch.relu(layer(x)) if bends else layer(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(6, 28, 44), (6, 14, 22), (16, 10, 18), (16, 5, 9)]
    assert tuple(model.c5(x).shape[1:]) == (120, 1, 5)
    maps = torch.randn(3, 16, 5, 5)
    full = functional.linear(maps.flatten(1), model.c5.weight.flatten(1), model.c5.bias)
    assert torch.allclose(model.c5(maps).flatten(1), full, atol=1e-5)
    assert PARAMETERS["c5"] == 120 * (400 + 1)


def test_padding_is_the_frame_of_the_original():
    model, x = notebook["LeNet"](), torch.randn(2, 1, 28, 28)
    bare = functional.conv2d(functional.pad(x, (2, 2, 2, 2)), model.c1.weight, model.c1.bias)
    assert tuple(functional.pad(x, (2, 2, 2, 2)).shape[2:]) == (32, 32)
    assert torch.allclose(model.c1(x), bare, atol=1e-6)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 5), (9, 9)])
def test_a_cell_of_c3_sees_the_piece_that_is_shown(row, column):
    model = notebook["LeNet"]()
    framed = torch.randn(1, 1, 32, 32, requires_grad=True)
    maps = torch.relu(functional.conv2d(framed, model.c1.weight, model.c1.bias))
    # A mean sees all cells of its window, where a maximum has one winner.
    model.c3(functional.avg_pool2d(maps, 2))[0, :, row, column].sum().backward()
    rows, columns = np.nonzero(framed.grad[0, 0].numpy())
    assert rows.min() >= 2 * row
    assert rows.max() < 2 * row + 14
    assert columns.min() >= 2 * column
    assert columns.max() < 2 * column + 14


# 5. Learning


@pytest.fixture(scope="module")
def trained():
    """The notebook after its training, on the digits that stand in where there is no MNIST."""
    names = dict(notebook)
    names["data"] = type("Shipped", (), {"mnist": lambda: data.mnist(download=False)})
    for words in ("device = choose_device()", "pictures = data.mnist()", "loss {:.2f}, accuracy"):
        exec(solved.source_with(words), names)
    names["untrained"] = names["evaluate"](
        names["model"], names["batches"](names["X_test"], names["y_test"], 500)
    )
    exec(solved.source_with("for _ in progress(range(8)):"), names)
    return names


def test_before_training_it_guesses(trained):
    loss, accuracy = trained["untrained"]
    assert loss == pytest.approx(np.log(10), abs=0.1)
    assert accuracy < 0.25


def test_it_learns_to_read(trained):
    assert trained["history"][-1][2] >= 0.93
    losses = [loss for loss, *_ in trained["history"]]
    assert len(losses) == 8
    assert losses[-1] < losses[0] / 5


def test_the_confusion_matrix_counts_every_digit_once(trained):
    names = dict(trained)
    exec(solved.source_with("confusion = np.zeros"), names)
    confusion, truth = names["confusion"], trained["y_test"].cpu().numpy()
    np.testing.assert_array_equal(confusion.sum(axis=1), np.bincount(truth, minlength=10))
    assert np.trace(confusion) / len(truth) == pytest.approx(trained["history"][-1][2])


@pytest.mark.parametrize("forgotten", ["", "optimizer", "rng", "model"])
def test_a_checkpoint_is_complete_to_the_last_bit(trained, capsys, forgotten):
    names = dict(trained)
    exec(solved.source_with("def beginning():"), names)
    exec(solved.source_with("file = io.BytesIO()"), names)
    resume = solved.source_with("kept = torch.load(file)")
    lines = [line for line in resume.splitlines() if f'kept["{forgotten}"]' not in line]
    capsys.readouterr()
    exec("\n".join(lines), names)
    assert f"last bit: {not forgotten}" in capsys.readouterr().out


def test_favourite_pieces_are_cut_from_the_digits(trained):
    names = dict(trained)
    exec(solved.source_with("favourites = []"), names)
    assert len(names["favourites"]) == 16
    assert {piece.shape for piece in names["favourites"]} == {(14, 14)}


# Hints


def test_neighbours_run():
    assert worked_neighbour(UNIT, "autograd_gradient")(3.0) == pytest.approx(27.0)
    rng = np.random.default_rng(0)
    X, W, dout = (rng.normal(size=shape) for shape in ((4, 3), (3, 2), (4, 2)))
    out, dX, dW = worked_neighbour(UNIT, "our_conv_in_torch")(X, W, dout)
    np.testing.assert_allclose(out, X @ W)
    np.testing.assert_allclose(dX, dout @ W.T)
    np.testing.assert_allclose(dW, X.T @ dout)
    model = worked_neighbour(UNIT, "LeNet")(3)
    assert tuple(model(torch.zeros(2, 1, 28, 28)).shape) == (2, 3)
    small = notebook["EdgeCounter"]()
    largest = worked_neighbour(UNIT, "layer_table")(small, torch.zeros(1, 1, 10, 12))
    assert list(largest) == ["edges", "pool", "scores"]
    assert not any(child._forward_hooks for child in small.children())
    number = torch.tensor(0.0, requires_grad=True)
    optimizer = torch.optim.SGD([number], lr=0.5)
    assert worked_neighbour(UNIT, "train_epoch")(number, optimizer, [2.0, 4.0]) == pytest.approx(4)
    pairs = [(torch.zeros(3, 4), None)]
    confident = worked_neighbour(UNIT, "evaluate")(nn.Identity(), pairs)
    assert confident == pytest.approx(0.25)


def test_every_mistake_can_be_named_at_once():
    """The visible checks know what each known mistake gives."""
    path = COURSE / "nand2resnet" / "hints" / "10_lenet.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["checks"].values()
    named = {(entry["exercise"], entry["mistake"]) for check in entries for entry in check}
    known = {(name, m.name) for name, e in UNIT.exercises.items() for m in e.mistakes}
    assert known - named <= LATE, known - named


LATE = {("evaluate", "it learns from the test")}
"""Mistakes that only the hidden cases show."""


# Grading


@pytest.fixture(scope="module")
def oracle():
    return Oracle(UNIT, "a seed")


@pytest.mark.parametrize(
    "wrong", ["autograd_gradient", "our_conv_in_torch", "LeNet", "train_epoch"]
)
def test_a_mistake_costs_once(oracle, wrong):
    mistake = UNIT.exercises[wrong].mistakes[0]
    namespace = UNIT.namespace(**{wrong: UNIT.variant_source(wrong, mistake)})
    for name in UNIT.exercises:
        verdict = oracle.judge(name, oracle.observe_namespace(name, namespace, 5))
        assert (verdict.points < verdict.max_points) == (name == wrong), name


@pytest.mark.parametrize("seed", range(12))
def test_other_right_answers_are_right_whatever_the_seed(seed):
    drawn = Oracle(UNIT, f"s{seed}")
    for name, exercise in UNIT.exercises.items():
        for alternative in exercise.alternatives:
            source = UNIT.variant_source(name, alternative)
            verdict = drawn.judge(name, drawn.observe_version(name, source))
            assert verdict.points == verdict.max_points, (name, alternative.name)


def test_the_cases_are_as_awkward_as_promised():
    drawn = list(UNIT.exercises["our_conv_in_torch"].draw(np.random.default_rng(0)))
    assert {case.inputs["stride"] for case in drawn} == {1, 2, 3}
    assert {case.inputs["pad"] for case in drawn} == {0, 1, 2}
    assert any(case.inputs["w"].shape[2] != case.inputs["w"].shape[3] for case in drawn)
    assert any(len(case.inputs["x"]) == 1 for case in drawn)
    drawn = list(UNIT.exercises["train_epoch"].draw(np.random.default_rng(0)))
    batches = [(len(case.inputs["y"]), case.inputs["size"]) for case in drawn]
    assert any(count % size for count, size in batches), "a shorter last batch"
    assert any(size == 1 for _, size in batches), "batches of one picture"
    assert any(case.inputs["x"].shape[1] == 64 for case in drawn), "real digits"
