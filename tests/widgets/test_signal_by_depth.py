"""The kernel's side of unit 07's figure."""

import numpy as np
import pytest

from nand2resnet.widgets import SignalByDepth
from nand2resnet.widgets.signal_by_depth import OFF_THE_SCALE, powers_of_ten
from tests.widgets import deep_networks as nets

BATCH = nets.X[:64]


def made(measure=nets.signal_by_depth, network=nets.deep_network, train=None, starts=nets.STARTS):
    return SignalByDepth(measure, network, starts, nets.ACTIVATIONS, BATCH, train)


@pytest.fixture
def figure():
    return made(train=nets.learn)


def ends(figure):
    """Powers of ten: the signal behind the last layer, the gradient behind the first."""
    return figure.sizes["signal"][-1], figure.sizes["gradient"][1]


def test_the_first_state_is_a_dead_network_that_a_switch_brings_to_life(figure):
    assert (figure.depth, figure.activation, figure.start) == (50, "tanh", "N(0, 0.1²)")
    assert max(ends(figure)) < -3
    figure.asked += 1
    assert np.abs(np.array(figure.losses[-10:]) - np.log(10)).max() < 0.02
    figure.norm = True
    assert max(np.abs(ends(figure))) < 3
    assert figure.losses == []
    assert len(figure.earlier) == 100
    figure.asked += 1
    assert np.mean(figure.losses[-10:]) < 1.7


@pytest.mark.parametrize("norm", [False, True])
@pytest.mark.parametrize("activation", nets.ACTIVATIONS)
@pytest.mark.parametrize("depth", [2, 7])
def test_what_is_shown_is_what_the_learners_function_measured(figure, norm, activation, depth):
    figure.depth, figure.activation, figure.norm = depth, activation, norm
    layers = nets.deep_network(depth, nets.one_tenth, nets.ACTIVATIONS[activation], 1.0, norm)
    signal, _ = nets.signal_by_depth(layers, BATCH, np.ones((64, nets.WIDTH)))
    every = 3 if norm else 2
    shown = figure.sizes["signal"]
    assert len(shown) == len(figure.sizes["gradient"]) == depth + 1
    np.testing.assert_allclose(shown, np.log10(signal[::every]), atol=1e-4)
    assert figure.sizes["gradient"][-1] == 0  # slopes of size 1 at the end


def test_scale_multiplies_every_weight(figure):
    figure.activation, figure.start = "ReLU", "Kaiming"
    before = np.array(ends(figure))
    figure.power = 0.25
    np.testing.assert_allclose(
        ends(figure) - before, [12.5 * np.log10(2), 12.25 * np.log10(2)], 1e-3
    )


def test_the_printed_formula_explodes(figure):
    figure.activation, figure.start = "ReLU", "Kaiming as printed"
    assert min(ends(figure)) > 50


def test_zero_and_infinity_are_off_the_scale(figure):
    figure.start = "zero"
    assert ends(figure) == (-OFF_THE_SCALE, -OFF_THE_SCALE)
    assert powers_of_ten(np.array([0.0, np.inf, np.nan, 100.0])) == [-99, 99, 99, 2]


def test_a_loss_that_runs_away_is_cut_off():
    figure = made(train=lambda _: [2.3, 1e9, np.inf, np.nan])
    figure.asked += 1
    assert figure.losses == [2.3, 99, 99, 99]


def test_without_training_a_press_does_nothing():
    figure = made()
    assert figure.scale["trains"] is False
    figure.asked += 1
    assert figure.losses == []
    assert figure.trouble == ""


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        (nets.unwritten, "`unwritten` is not written yet"),
        (lambda *_: None, "should return two lists: (signal, gradient)"),
        (lambda *_: (["a"], ["b"]), "two lists of numbers"),
        (lambda *_: ([1.0] * 100, [1.0] * 100), "For 100 layers"),
        (lambda *_: 1 / 0, "`signal_by_depth` raised ZeroDivisionError"),
    ],
)
def test_trouble_with_the_measurement_is_told(measure, says):
    figure = made(measure)
    assert says in figure.trouble
    assert figure.sizes == {}


def test_an_unwritten_start_is_told_and_another_one_works():
    def xavier(shape, rng):
        raise NotImplementedError("write me")

    figure = made(starts={"Xavier": xavier, **nets.STARTS})
    assert "`xavier` is not written yet" in figure.trouble
    figure.start = "Kaiming"
    assert figure.trouble == ""
    assert figure.sizes


def test_trouble_with_training_is_told():
    figure = made(train=nets.unwritten)
    figure.asked += 1
    assert "is not written yet" in figure.trouble
    figure.depth = 49
    assert figure.trouble == ""


def test_a_network_that_is_no_list_is_told():
    assert "should return a list of layers" in made(network=lambda *_: None).trouble
