"""What the probes of the PyTorch units find out about a network."""

import numpy as np
import torch
from torch import nn

from autograder.runner import networks


class Small(nn.Module):
    """A convolution, normalisation, dropout and a linear layer."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(1, 4, 3)
        self.normalisation = nn.BatchNorm2d(4)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        x = self.normalisation(self.convolution(x)).relu().mean((2, 3))
        return self.head(self.dropout(x))


class Forgetful(nn.Module):
    """Keeps a weight where no move and no ``state_dict`` finds it."""

    def __init__(self):
        super().__init__()
        self.scales = [nn.Parameter(torch.rand(1))]
        self.head = nn.Linear(3, 2)

    def forward(self, x):
        return self.head(x) * self.scales[0]


PARAMETERS = 4 * 9 + 4 + 2 * 4 + 4 * 2 + 2
X = networks.tensor(np.random.default_rng(0).normal(size=(2, 1, 5, 6)))


def test_floats_come_in_single_precision_and_integers_as_they_are():
    assert networks.tensor(np.zeros(2)).dtype == torch.float32
    assert networks.tensor(np.array([1, 2])).dtype == torch.int64
    assert networks.tensor(np.zeros(2), grad=True).requires_grad


def test_parameters_and_shapes():
    assert networks.parameters(Small()) == PARAMETERS
    assert networks.shapes_on_meta(Small, (2, 1, 5, 6)) == [
        ("Conv2d", (2, 4, 3, 4)),
        ("BatchNorm2d", (2, 4, 3, 4)),
        ("Linear", (2, 2)),
        ("output", (2, 2)),
    ]


def test_a_network_answers_the_same_however_it_was_initialised():
    np.testing.assert_array_equal(networks.answers(Small(), X), networks.answers(Small(), X))


def test_gradients_are_those_of_a_central_difference():
    gradient = networks.input_gradient(Small(), X)
    model, step = networks.filled(Small()).eval().double(), 1e-6
    for index in [(0, 0, 0, 0), (1, 0, 2, 3), (1, 0, 4, 5)]:
        ends = []
        for side in (step, -step):
            moved = X.double().clone()
            moved[index] += side
            ends.append(float(networks.weighted_sum(model(moved)).detach()))
        np.testing.assert_allclose(gradient[index], (ends[0] - ends[1]) / (2 * step), rtol=1e-3)


def test_an_unused_parameter_is_told_from_one_with_no_slope():
    class Unused(Small):
        def forward(self, x):
            return x.mean((1, 2, 3))

    used = networks.gradient_sizes(Small(), X)
    unused = networks.gradient_sizes(Unused(), X.clone().requires_grad_())
    assert -1.0 not in {norm for _, norm in used}
    assert {norm for _, norm in unused} == {-1.0}


def test_what_a_state_dict_leaves_behind_shows():
    again = networks.after_round_trip(Small, X)
    np.testing.assert_array_equal(again, networks.answers(Small(), X))
    x = networks.tensor(np.ones((1, 3)))
    assert len({networks.after_round_trip(Forgetful, x).tobytes() for _ in range(3)}) == 3


def test_what_does_not_move_shows():
    assert networks.after_moving(Small, (2, 1, 5, 6)) == ((2, 2), ["meta"])
    held_back = Forgetful()
    assert held_back.to("meta").scales[0].device.type == "cpu"


def test_modes():
    torch.manual_seed(0)
    assert networks.modes_differ(Small(), X) == (True, False)
