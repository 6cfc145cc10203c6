"""The kernel's side of unit 14's figure."""

import numpy as np
import pytest
import torch

from nand2resnet.widgets import ChannelGates
from nand2resnet.widgets.channel_gates import MOST_PICTURES
from tests.widgets import gated_networks
from tests.widgets.gated_networks import SEBlock, Small, labels, pictures, small


@pytest.fixture(scope="module")
def figure():
    return ChannelGates(small, small.gate, pictures, labels)


def share_right(network, digit):
    """The share of a digit's pictures that a network reads."""
    few, named = pictures[:MOST_PICTURES], labels[:MOST_PICTURES]
    with torch.no_grad():
        said = network(few).argmax(dim=1)
    return float((said[named == digit] == digit).float().mean())


def test_the_gates_are_the_learners_by_digit(figure):
    few = pictures[:MOST_PICTURES]
    with torch.no_grad():
        maps = torch.max_pool2d(torch.relu(small.norm(small.early(few))), 2)
        expected = small.gate.gates(maps)[labels[:MOST_PICTURES] == 7].mean(dim=0)
    np.testing.assert_allclose(figure.gates[7], expected, atol=1e-3)
    assert np.shape(figure.gates) == (10, 8)


def test_a_closed_channel_is_a_gate_at_0(figure):
    figure.closed = [3, 5]

    class Closed(SEBlock):
        def gates(self, x):
            gates = super().gates(x)
            gates[:, [3, 5]] = 0
            return gates

    other = Small(Closed)
    other.load_state_dict(small.state_dict())
    other.eval()
    assert figure.right == pytest.approx([share_right(other, digit) for digit in range(10)])
    assert figure.shown == [3, 5]
    figure.closed = []
    assert figure.right == figure.open_right
    assert figure.right[4] == pytest.approx(share_right(small, 4))


def test_the_channel_a_digit_needs_most_hurts_it_most(figure):
    for digit in range(10):
        shares = []
        for channel in range(8):
            figure.closed = [channel]
            shares.append(figure.right[digit])
        assert shares[figure.needed[digit]] == min(shares)
    figure.closed = []


def test_some_digit_fades():
    """The picture the text promises: one gate, and a digit is gone."""
    figure = ChannelGates(small, small.gate, pictures, labels)
    lost = 0.0
    for digit in range(10):
        figure.closed = [figure.needed[digit]]
        lost = max(lost, figure.open_right[digit] - figure.right[digit])
    assert lost > 0.5


def test_the_network_is_left_as_it_was():
    network = Small()
    network.train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    ChannelGates(network, network.gate, pictures, labels).closed = [1]
    assert network.training
    assert not network.gate._forward_hooks
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


class Unwritten(SEBlock):
    def gates(self, x):
        raise NotImplementedError


class FlatGates(SEBlock):
    def gates(self, x):
        return super().gates(x)[0]

    def forward(self, x):
        return x


class Alone(SEBlock):
    def forward(self, x):
        return self.gates(x)


def test_trouble_is_told():
    for block, says in (
        (Unwritten, "`gates` is not written yet"),
        (FlatGates, "one number for each picture and channel"),
        (Alone, "raised"),
    ):
        network = Small(block)
        figure = ChannelGates(network, network.gate, pictures, labels)
        assert says in figure.trouble, figure.trouble
        assert figure.gates == []
        figure.closed = [0]  # does nothing, and raises nothing
    other = gated_networks.SEBlock(8, 2)
    assert "never calls" in ChannelGates(small, other, pictures, labels).trouble
