"""Tensors as plain data, in checks and in words."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet import wording
from nand2resnet.check import CheckFailed, check
from nand2resnet.hints import case_key
from nand2resnet.networks import filled
from nand2resnet.tensors import as_arrays


def test_the_companion_does_not_import_torch():
    told = "import nand2resnet.check, nand2resnet.training, sys; print('torch' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"


@given(st.lists(st.floats(-1e6, 1e6, width=32), max_size=6), st.booleans())
def test_a_tensor_becomes_the_array_of_its_values(numbers, grad):
    tensor = torch.tensor(numbers, requires_grad=grad)
    nested = {"a": (tensor, [tensor, "text"]), "b": 3}
    array = np.array(numbers, np.float32)
    made = as_arrays(nested)
    assert made["b"] == 3
    assert made["a"][1][1] == "text"
    for came in (made["a"][0], made["a"][1][0]):
        np.testing.assert_array_equal(came, array)


def test_bfloat16_becomes_single_precision():
    made = as_arrays(torch.tensor([1.5, -2.0], dtype=torch.bfloat16))
    assert made.dtype == np.float32
    assert made.tolist() == [1.5, -2.0]


def test_a_tensor_without_values_is_refused():
    with pytest.raises(NotImplementedError):
        as_arrays(torch.empty(2, device="meta"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor([1.0, 2.0]), "tensor([1.0, 2.0])"),
        (torch.tensor([[1, 2]], requires_grad=False), "tensor([[1, 2]])"),
        (torch.zeros(3, 32, 32), "a tensor of shape (3, 32, 32)"),
        (torch.zeros(2, device="meta"), "a tensor of shape (2,)"),
    ],
)
def test_a_tensor_in_words(value, text):
    assert wording.shown(value) == text


def test_a_call_with_tensors_in_words():
    assert wording.call("f", (torch.zeros(3, 8, 8),)) == "f(tensor of shape (3, 8, 8))"
    assert wording.call("f", (torch.ones(2), 3)) == "f(tensor([1.0, 1.0]), 3)"


def test_a_key_takes_a_tensor_for_its_array():
    array = np.arange(6.0).reshape(2, 3)
    assert case_key("call", "f", (torch.from_numpy(array),)) == case_key("call", "f", (array,))
    assert case_key("call", "f", (torch.zeros(2, device="meta"),))


def double(x):
    return 2 * x


def overwrite(x):
    x *= 2
    return x


def test_checks_take_tensors(capsys):
    x = torch.tensor([1.0, 2.5], requires_grad=True)
    check(double, x, expected=torch.tensor([2.0, 5.0]))
    check(double, x, expected=np.array([2.0, 5.0], np.float32))
    check.shape(double, x, expected=(2,))
    check.dtype(double, x, expected="float32")
    check.close(x, torch.tensor([1.0, 2.5]), of="x")
    check.untouched(double, x.detach())
    assert capsys.readouterr().out.count("✓") == 6


def test_a_wrong_tensor_is_explained():
    with pytest.raises(CheckFailed, match=r"(?s)double\(tensor\(\[1\.0\]\)\).*expected.*3\.0"):
        check(double, torch.tensor([1.0]), expected=torch.tensor([3.0]))
    with pytest.raises(CheckFailed, match="changes what it was given"):
        check.untouched(overwrite, torch.tensor([1.0]))


class Renamed(torch.nn.Module):
    """Two layers under other names, made in the other order."""

    def __init__(self):
        super().__init__()
        self.last = torch.nn.Linear(4, 2)
        self.first = torch.nn.Linear(3, 4)

    def forward(self, x):
        return self.last(self.first(x))


@pytest.mark.parametrize("seed", [0, 5])
def test_the_same_layers_get_the_same_weights_whatever_they_are_called(seed):
    other = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    x = torch.rand(5, 3)
    torch.testing.assert_close(filled(Renamed(), seed)(x), filled(other, seed)(x))


def test_other_seeds_give_other_weights():
    one, other = (filled(torch.nn.Linear(3, 4), seed).weight for seed in (0, 1))
    assert not torch.equal(one, other)


def test_filled_statistics_can_be_those_of_a_trained_network():
    layer = filled(torch.nn.BatchNorm2d(64))
    assert (layer.running_var > 0).all()
    assert layer.running_mean.abs().max() > 0
    assert abs(float(layer.weight.detach().mean()) - 1) < 0.1
    assert layer.num_batches_tracked == 0
