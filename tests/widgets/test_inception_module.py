"""The kernel's side of unit 12's figure."""

import itertools

import pytest
import torch
from torch import nn

from autograder.unit import load_unit
from nand2resnet.widgets import InceptionModule
from nand2resnet.widgets.inception_module import MODULES, SWITCHES, branches_of
from tests.widgets.inceptions import Inception

notebook = load_unit("12_inception_and_vgg").namespace()
SUBSETS = [tuple(c) for n in range(4) for c in itertools.combinations(SWITCHES, n)]


def built(module, name, reduced):
    """A branch of a module as a network of PyTorch."""
    channels, _, n1, reduce3, n3, reduce5, n5, pool = MODULES[module]
    if name == "1 x 1":
        return nn.Sequential(nn.Conv2d(channels, n1, 1))
    if name == "pooling":
        layers = [nn.MaxPool2d(3, 1, 1)]
        return nn.Sequential(*layers, *([nn.Conv2d(channels, pool, 1)] if name in reduced else []))
    squeezed, wanted, k = (reduce3, n3, 3) if name == "3 x 3" else (reduce5, n5, 5)
    if name not in reduced:
        return nn.Sequential(nn.Conv2d(channels, wanted, k, padding="same"))
    one = nn.Conv2d(channels, squeezed, 1)
    return nn.Sequential(one, nn.Conv2d(squeezed, wanted, k, padding="same"))


@pytest.mark.parametrize("module", ["3a", "4d", "5b"])
@pytest.mark.parametrize("reduced", SUBSETS)
def test_costs_are_those_of_networks(module, reduced):
    channels, side = MODULES[module][:2]
    for branch in branches_of(module, reduced):
        network = built(module, branch["name"], reduced)
        assert branch["parameters"] == notebook["parameters"](network)
        size = channels, side, side
        again = lambda n=branch["name"]: built(module, n, reduced)  # noqa: E731
        if branch["parameters"]:
            assert branch["multiply_adds"] == notebook["multiply_adds"](again, size)
        shape = network.to("meta")(torch.empty(1, *size, device="meta")).shape
        assert tuple(shape) == (1, branch["channels"], side, side)


def test_modules_fit_on_top_of_each_other():
    assert {name: numbers[2:] for name, numbers in MODULES.items()} == notebook["INCEPTIONS"]
    for below, above in itertools.pairwise(MODULES):
        given = sum(branch["channels"] for branch in branches_of(below, SWITCHES))
        assert MODULES[above][0] == given


@pytest.mark.parametrize("module", MODULES)
def test_the_learners_module_has_as_many_parameters(module):
    figure = InceptionModule(Inception)
    figure.module = module
    assert figure.said == sum(branch["parameters"] for branch in figure.branches)
    assert figure.trouble == ""


def test_switches_change_what_is_counted():
    figure = InceptionModule(Inception)
    reduced = [branch["multiply_adds"] for branch in figure.branches]
    figure.reduced = []
    naive = [branch["multiply_adds"] for branch in figure.branches]
    assert naive[0] == reduced[0]
    assert naive[1] > reduced[1]
    assert naive[2] > 5 * reduced[2]
    assert naive[3] == 0
    assert figure.branches[3]["channels"] == figure.sizes["channels"]
    assert figure.sizes["direct"] == naive


def unwritten(*_):
    raise NotImplementedError("write me")


@pytest.mark.parametrize(
    ("learners", "says"),
    [
        (unwritten, "is not written yet"),
        (lambda *_: None, "it made NoneType"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_trouble_is_told(learners, says):
    figure = InceptionModule(learners)
    assert says in figure.trouble
    assert figure.said is None
    assert len(figure.branches) == 4
