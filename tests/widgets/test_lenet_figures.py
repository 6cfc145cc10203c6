"""The kernel's side of unit 10's two figures."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from nand2resnet.networks import filled
from nand2resnet.widgets import DigitReader, LayerTable
from nand2resnet.widgets.digit_reader import WHITE
from tests.widgets import lenets

SIZE = (1, 28, 28)
LAYERS = ["c1", "s2", "c3", "s4", "c5", "f6"]


def unwritten(*_):
    raise NotImplementedError("write me")


# LayerTable


def test_rows_are_the_learners_and_their_sums_are_right():
    figure = LayerTable(lenets.layer_table, lenets.LeNet, SIZE)
    assert figure.trouble == ""
    assert [layer["name"] for layer in figure.layers] == ["picture", *LAYERS, "output"]
    assert sum(layer["parameters"] for layer in figure.layers) == 61_706
    for layer in figure.layers:
        if layer["parameters"]:
            product, total = layer["sum"].replace("·", "*").replace(",", "").split("=")
            assert eval(product) == int(total) == layer["parameters"]
        else:
            assert layer["sum"] == ""


def test_how_far_a_cell_sees_is_measured():
    """By the slopes of one cell in the middle along the pixels."""
    figure = LayerTable(lenets.layer_table, lenets.LeNet, SIZE)
    sees = {layer["name"]: layer["sees"] for layer in figure.layers}
    assert sees == {
        "picture": 1,
        "c1": 5,
        "s2": 6,
        "c3": 14,
        "s4": 16,
        "c5": 28,
        "f6": 0,
        "output": 0,
    }
    model, x = lenets.LeNet(), torch.randn(1, *SIZE, requires_grad=True)
    maps = nn.functional.avg_pool2d(model.c1(x), 2)
    model.c3(maps)[0, :, 5, 5].sum().backward()
    assert np.ptp(np.nonzero(x.grad[0, 0].numpy())[0]) + 1 == sees["c3"]


@pytest.mark.parametrize(
    ("layer_table", "says"),
    [
        (unwritten, "is not written yet"),
        (lambda *_: None, "returned NoneType, not a list"),
        (lambda *_: [("c1", 3)], "has a row ('c1', 3)"),
        (lambda *_: [("c1", 3, 4)], "has a row ('c1', 3, 4)"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_trouble_with_the_table_is_told(layer_table, says):
    figure = LayerTable(layer_table, lenets.LeNet, SIZE)
    assert says in figure.trouble
    assert figure.layers == []


def test_an_unwritten_network_is_told():
    figure = LayerTable(lenets.layer_table, unwritten, SIZE)
    assert "is not written yet" in figure.trouble


# DigitReader


@pytest.fixture
def reader():
    return DigitReader(filled(lenets.LeNet()), lenets.prepare, lenets.IMAGES[:3])


def maps_of(figure):
    """The levels of each layer, in the layer's shape."""
    levels = np.frombuffer(figure.levels, dtype=np.uint8)
    found, start = {}, 0
    for layer in figure.layers:
        size = int(np.prod(layer["shape"]))
        found[layer["name"]] = levels[start : start + size].reshape(layer["shape"])
        start += size
    assert start == len(levels)
    return found


def test_maps_and_chances_are_the_networks(reader):
    model, x = filled(lenets.LeNet()), lenets.prepare(lenets.IMAGES[:1])
    with torch.no_grad():
        first = torch.relu(model.c1(x))[0].numpy()
        chances = torch.softmax(model(x), dim=1)[0].numpy()
    assert [layer["name"] for layer in reader.layers] == LAYERS
    shown = maps_of(reader)
    np.testing.assert_allclose(shown["c1"], WHITE * first / first.max(), atol=0.51)
    np.testing.assert_allclose(reader.chances, chances, rtol=1e-5)
    assert all(levels.max() == WHITE for levels in shown.values())


def test_every_stroke_is_followed(reader):
    before, levels = reader.chances, reader.levels
    ink = list(reader.ink)
    ink[14 * 28 : 14 * 28 + 28] = [WHITE] * 28
    reader.ink = ink
    assert reader.chances != before
    assert reader.levels != levels
    assert sum(reader.chances) == pytest.approx(1)


def test_an_empty_paper_is_read_without_trouble(reader):
    reader.ink = [0] * (28 * 28)
    assert reader.trouble == ""
    assert np.isfinite(reader.chances).all()


def test_another_digit_comes_to_the_paper_and_the_first_one_again(reader):
    for example in (1, 2, 3):
        reader.example = example
        np.testing.assert_array_equal(reader.ink, lenets.IMAGES[example % 3].ravel())
    reader.ink = [0] * (28 * 28)
    for name, value in reader.first.items():
        setattr(reader, name, value)
    np.testing.assert_array_equal(reader.ink, lenets.IMAGES[0].ravel())


def test_the_network_is_left_as_it_was():
    model = filled(lenets.LeNet()).train()
    DigitReader(model, lenets.prepare, lenets.IMAGES[:1])
    assert model.training
    assert not any(layer._forward_hooks for layer in model.modules())
    assert all(weight.grad is None for weight in model.parameters())


class Odd(nn.Module):
    """Gives something that is no score for each class."""

    def __init__(self, answer):
        super().__init__()
        self.layer, self.answer = nn.Identity(), answer

    def forward(self, x):
        return self.answer(self.layer(x))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (unwritten, "is not written yet"),
        (lambda x: x, "an array of shape (1, 1, 28, 28)"),
        (lambda _: torch.full((1, 10), torch.nan), "not finite"),
        (lambda x: x.reshape(1, 3), "RuntimeError"),
    ],
)
def test_trouble_with_the_network_is_told(answer, says):
    figure = DigitReader(Odd(answer), lenets.prepare, lenets.IMAGES[:1])
    assert says in figure.trouble
    assert figure.chances == []
    assert not figure._model.layer._forward_hooks


def test_figures_are_loaded_without_torch():
    code = "import sys, nand2resnet.widgets; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
