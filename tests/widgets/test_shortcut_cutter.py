"""The kernel's side of unit 13's figure."""

import numpy as np
import pytest

from nand2resnet.widgets import ShortcutCutter
from nand2resnet.widgets.shortcut_cutter import powers_of_ten
from tests.widgets.residual_networks import GROWTH, gradients_of, network_with_cuts


@pytest.fixture
def figure():
    return ShortcutCutter(network_with_cuts, gradients_of)


def test_the_first_state_is_56_layers_with_every_shortcut(figure):
    assert (figure.depth, figure.cuts, figure.trouble) == (56, [], "")
    assert len(figure.sizes) == 55
    assert figure.sizes == figure.whole


@pytest.mark.parametrize("cuts", [[0], [26], [0, 1, 2], list(range(27))])
def test_the_gradient_is_that_of_the_network_with_these_cuts(figure, cuts):
    figure.cuts = cuts
    shown = 10 ** np.array(figure.sizes)
    np.testing.assert_allclose(shown, gradients_of((56, cuts)), rtol=1e-3)
    grown = 10 ** (figure.sizes[0] - figure.whole[0])
    assert grown == pytest.approx((GROWTH / 1.02) ** (2 * len(cuts)), rel=1e-3)
    figure.cuts = []
    assert figure.sizes == figure.whole


def test_a_shorter_network_keeps_the_cuts_it_can_have(figure):
    figure.cuts = [1, 8, 9, 26]
    figure.depth = 20
    assert figure.cuts == [1, 8]
    assert len(figure.sizes) == len(figure.whole) == 19
    np.testing.assert_allclose(10 ** np.array(figure.sizes), gradients_of((20, [1, 8])), 1e-3)
    figure.depth = 32
    assert len(figure.sizes) == 31


def test_no_network_is_made_twice_for_the_line_of_comparison():
    made = []

    def counted(depth, cuts):
        made.append(tuple(cuts))
        return depth, cuts

    figure = ShortcutCutter(counted, gradients_of)
    figure.cuts = [3]
    figure.cuts = [3, 4]
    assert made == [(), (3,), (3, 4)]


def test_what_has_no_size_goes_off_the_scale():
    assert powers_of_ten(np.array([0.0, np.inf, np.nan, 100.0])) == [-99, 99, 99, 2]


def unwritten(depth, cuts):
    raise NotImplementedError("write me")


@pytest.mark.parametrize(
    ("network", "gradients", "says"),
    [
        (unwritten, gradients_of, "`unwritten` is not written yet"),
        (network_with_cuts, lambda _: 1 / 0, "raised ZeroDivisionError"),
        (network_with_cuts, lambda _: [1.0] * 60, "should have 55 convolutions; yours has 60"),
        (network_with_cuts, lambda _: ["a"], "should be a list of numbers"),
        (network_with_cuts, lambda _: None, "should have 55 convolutions"),
    ],
)
def test_trouble_is_told(network, gradients, says):
    figure = ShortcutCutter(network, gradients)
    assert says in figure.trouble
    assert figure.sizes == figure.whole == []


def test_trouble_of_one_state_is_gone_in_the_next():
    def fragile(depth, cuts):
        if 2 in cuts:
            raise ValueError("not this one")
        return depth, cuts

    figure = ShortcutCutter(fragile, gradients_of)
    figure.cuts = [2]
    assert "raised ValueError" in figure.trouble
    figure.cuts = [1]
    assert figure.trouble == ""
    assert figure.sizes
