"""The kernel's side of unit 09's four figures."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet import data
from nand2resnet.pictures import portrait
from nand2resnet.widgets import FilterExplorer, Pooling, ReceptiveField, SlidingKernel
from nand2resnet.widgets.filter_explorer import PRESETS
from nand2resnet.widgets.receptive_field import WIDEST_PICTURE, refusal, tower
from nand2resnet.widgets.sliding_kernel import INK, KERNELS, PICTURE
from tests.widgets import convolutions

WRONG_ANSWERS = [
    (convolutions.unwritten, "is not written yet"),
    (lambda *_: None, "returned None"),
    (lambda *_: "a map", "is not an array of numbers"),
    (lambda image, _: image, "here it should be"),
    (lambda image, kernel: np.full(np.subtract(image.shape, kernel.shape) + 1, np.nan), "finite"),
]


# SlidingKernel


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_map_is_the_learners(kernel):
    figure = SlidingKernel(convolutions.correlate2d)
    for figure.kernel, figure.pad, figure.stride in itertools.product([kernel], (0, 2), (1, 3)):
        padded = np.pad(INK * data.digits().images[PICTURE], figure.pad)
        every = convolutions.correlate2d(padded, np.array(KERNELS[kernel]))
        np.testing.assert_allclose(figure.map, every[:: figure.stride, :: figure.stride])
        np.testing.assert_array_equal(figure.padded, padded)
        assert (figure.shown["pad"], figure.shown["stride"]) == (figure.pad, figure.stride)


@pytest.mark.parametrize(("correlate2d", "says"), WRONG_ANSWERS)
def test_trouble_with_the_sliding_kernel_is_told(correlate2d, says):
    figure = SlidingKernel(correlate2d)
    assert says in figure.trouble
    assert figure.map == []


# FilterExplorer


def test_presets_do_what_they_are_called():
    figure = FilterExplorer(convolutions.correlate2d)
    figure.weights = PRESETS["as it is"]
    assert figure.result == [row[1:-1] for row in figure.picture[1:-1]]
    plain = np.array(figure.result)
    figure.weights = PRESETS["blur"]
    assert np.abs(np.diff(figure.result)).mean() < np.abs(np.diff(plain)).mean()
    figure.weights = PRESETS["sharpen"]
    assert np.abs(np.diff(figure.result)).mean() > np.abs(np.diff(plain)).mean()
    for name in ("edges across", "edges down", "all edges"):
        figure.weights = PRESETS[name]
        assert figure.total == 0
        assert abs(np.median(figure.result) - 127.5) < 10, name  # even tones come out grey


def test_all_weights_zero_make_an_even_grey():
    figure = FilterExplorer(convolutions.correlate2d)
    figure.weights = [0.0] * 9
    assert set(np.ravel(figure.result)) == {128}


def test_negative_weights_turn_light_into_dark():
    figure = FilterExplorer(convolutions.correlate2d)
    figure.weights = [0, 0, 0, 0, -1, 0, 0, 0, 0]
    turned = np.array([row[1:-1] for row in figure.picture[1:-1]])
    np.testing.assert_allclose(np.array(figure.result), 255 - turned, atol=1)


@pytest.mark.parametrize(("correlate2d", "says"), WRONG_ANSWERS)
def test_trouble_with_the_filter_explorer_is_told(correlate2d, says):
    figure = FilterExplorer(correlate2d)
    assert says in figure.trouble
    assert figure.result == []


def test_the_portrait():
    photo = portrait()
    assert photo.shape == (100, 85)
    assert photo.min() >= 0
    assert photo.max() <= 1
    assert photo.std() > 0.1


# ReceptiveField

layers_of_a_net = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), max_size=4)


@given(layers=layers_of_a_net)
def test_what_is_lit_is_what_the_top_unit_depends_on(layers):
    """By brute force: which pixels change the top unit, if all sums are added up."""
    pixels = convolutions.receptive_field(layers)
    signal = np.eye(pixels)
    for kernel, stride in layers:
        places = range(0, signal.shape[1] - kernel + 1, stride)
        signal = np.stack([signal[:, p : p + kernel].sum(axis=1) for p in places], axis=1)
    assert signal.shape[1] == 1
    seen = np.count_nonzero(signal)
    lit = [sum(level["lit"]) for level in tower(layers)]
    # A stride longer than the next kernel leaves pixels out in between; the field still spans them.
    assert lit[0] == pixels >= seen
    assert lit[-1] == 1


@given(layers=layers_of_a_net)
def test_units_stand_above_the_middle_of_what_they_see(layers):
    levels = tower(layers)
    for below, above, (kernel, _) in zip(levels, levels[1:], layers, strict=False):
        lowest = below["at"][below["lit"].index(True)]
        gap = below["at"][1] - below["at"][0] if len(below["at"]) > 1 else 0
        first = above["at"][above["lit"].index(True)]
        assert np.isclose(first, lowest + (kernel - 1) / 2 * gap)


def said_by(figure):
    """What the learner's function says, layer by layer."""
    return [level["said"] for level in figure.levels[1:]]


def test_layers_are_added_until_the_picture_is_too_wide():
    figure = ReceptiveField(convolutions.receptive_field)
    assert said_by(figure) == [3, 5]
    figure.layers = [[5, 3], [3, 2]]
    assert said_by(figure) == [5, 11]
    figure.kernel, figure.stride = 5, 3
    assert figure.refused == ""
    figure.layers = [[5, 3], [3, 2], [5, 1]]
    assert "too many to draw" in figure.refused
    assert refusal([(1, 1)] * 7) == "6 layers are as high as this figure goes."
    assert refusal([(WIDEST_PICTURE, 1)]) == ""
    figure.layers = []
    assert said_by(figure) == []
    assert [sum(level["lit"]) for level in figure.levels] == [1]


@pytest.mark.parametrize(
    ("receptive_field", "says"),
    [
        (convolutions.unwritten, "is not written yet"),
        (lambda _: None, "whole number"),
        (lambda _: 2.5, "it returned float"),
        (lambda _: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_trouble_with_the_receptive_field_is_told(receptive_field, says):
    figure = ReceptiveField(receptive_field)
    assert says in figure.trouble
    assert said_by(figure) == [None, None]
    assert len(figure.levels) == 3  # the picture does not depend on the learner


# Pooling


@pytest.mark.parametrize(("kind", "reduce"), [("max", np.max), ("mean", np.mean)])
def test_the_pooled_map_is_the_learners(kind, reduce):
    figure = Pooling(convolutions.max_pool_forward, convolutions.avg_pool_forward)
    for figure.kind, figure.window, figure.stride in itertools.product([kind], (1, 3), (1, 2)):
        picture = np.array(figure.map)[np.newaxis, np.newaxis]
        expected, _ = convolutions.pool(
            reduce, picture, figure.window, figure.window, figure.stride
        )
        np.testing.assert_allclose(figure.pooled, expected[0, 0])


def test_a_shift_changes_less_after_pooling():
    figure = Pooling(convolutions.max_pool_forward, convolutions.avg_pool_forward)
    assert figure.changed == [0, 0]
    figure.window, figure.stride, figure.shift = 4, 2, [0, 1]
    most, fewer = figure.changed
    assert 0 < fewer < most
    figure.kind = "mean"
    assert figure.changed[1] > fewer


@pytest.mark.parametrize(
    ("pool", "says"),
    [
        (convolutions.unwritten, "is not written yet"),
        (lambda *_: None, "should return the pair"),
        (lambda x, *_: (x, None), "here it should be (1, 1, 4, 4)"),
    ],
)
def test_trouble_with_pooling_is_told(pool, says):
    figure = Pooling(pool, convolutions.avg_pool_forward)
    assert says in figure.trouble
    assert figure.pooled == []
    figure.kind = "mean"
    assert figure.trouble == ""
