"""Unit 14: every count and formula the text shows agrees with running code."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from autograder.oracle import Oracle
from autograder.unit import load_unit
from nand2resnet import contest
from nand2resnet.blueprints import cost_of, plan_of
from nand2resnet.networks import filled
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("14_senet_and_beyond")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
SEBlock, SEResNet, ResNet = (notebook[name] for name in ("SEBlock", "SEResNet", "ResNet"))
parameters_of = notebook["parameters_of"]
STAGES = ((3, 256), (4, 512), (6, 1024), (3, 2048))
"""Bottlenecks, and channels that they give, in the stages of ResNet-50."""


def text():
    """All prose, lines joined."""
    prose = (cell.source for cell in UNIT.cells if cell.role in ("prose", "question"))
    return " ".join(" ".join(prose).split())


# SEBlock


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**16),
    n=st.integers(1, 3),
    channels=st.integers(2, 9),
    reduction=st.integers(1, 2),
)
def test_a_block_is_the_formula_of_the_text(seed, n, channels, reduction):
    x = torch.tensor(np.random.default_rng(seed).normal(size=(n, channels, 3, 4)))
    block = filled(SEBlock(channels, reduction)).double()
    first, second = [layer for layer in block.modules() if isinstance(layer, nn.Linear)]
    z = x.mean((2, 3)) @ first.weight.T + first.bias
    gates = 1 / (1 + torch.exp(-(z.clamp(min=0) @ second.weight.T + second.bias)))
    assert torch.allclose(block.gates(x), gates)
    assert torch.allclose(block(x), torch.einsum("nchw,nc->nchw", x, gates))
    assert ((gates > 0) & (gates < 1)).all()


def test_the_slopes_of_a_block():
    x = torch.tensor(np.random.default_rng(0).normal(size=(2, 4, 2, 3)), requires_grad=True)
    assert torch.autograd.gradcheck(filled(SEBlock(4, 2)).double(), (x,), eps=1e-6, atol=1e-7)


# SEResNet


def test_the_counts_of_the_text():
    assert parameters_of(ResNet, 50) == 25_557_032
    assert parameters_of(SEResNet, 50) == 28_088_024
    assert parameters_of(SEResNet, 50, 1000, 64, 16, False) == 28_071_976
    for number in ("28,088,024", "28,071,976"):
        assert number in text()


def test_the_counts_by_hand():
    weights = [blocks * 2 * channels**2 // 16 for blocks, channels in STAGES]
    biases = sum(blocks * (channels + channels // 16) for blocks, channels in STAGES)
    assert 25_557_032 + sum(weights) == 28_071_976
    assert 25_557_032 + sum(weights) + biases == 28_088_024
    answer = solved.source_with("Written question: where it pays")
    for number in (*weights, sum(weights)):
        assert f"{number:,}".replace(",", "{,}") in answer
    assert f"{weights[-1] / sum(weights):.1%}".replace("%", r"\%") in answer


def test_the_cost_that_surprises():
    with torch.device("meta"):
        plain, gated = (cost_of(net(50), (3, 224, 224)) for net in (ResNet, SEResNet))
    assert plain.multiply_adds == pytest.approx(4.09e9, rel=2e-3)  # the syllabus' 4.09G
    extra = gated.multiply_adds - plain.multiply_adds
    assert extra == sum(blocks * 2 * channels**2 // 16 for blocks, channels in STAGES)
    assert extra / plain.multiply_adds < 0.001
    assert 0.09 < gated.parameters / plain.parameters - 1 < 0.11


@pytest.mark.parametrize(("depth", "count"), [(101, 44_549_160), (152, 60_192_808)])
def test_the_short_resnet_is_that_of_unit_13(depth, count):
    assert parameters_of(ResNet, depth) == count


def test_a_gate_stands_at_the_end_of_every_branch():
    network = SEResNet(26, 3, 4, 4)
    blocks = [layer for layer in network.modules() if isinstance(layer, notebook["Bottleneck"])]
    assert len(blocks) == 8
    assert all(isinstance(block.branch[-1], SEBlock) for block in blocks)


def test_the_checks_of_a_network_do_not_ask_for_the_learners_block():
    class Wrong(nn.Module):
        def __init__(self, *_):
            raise AssertionError

    there = dict(notebook)
    for cell in UNIT.cells:
        if cell.role == "setup" and "def with_simple_gates" in cell.source:
            exec(cell.source, there)
    there["SEBlock"] = Wrong
    exec(UNIT.reference_source("SEResNet"), there)
    count = there["with_simple_gates"](there["parameters_of"], there["SEResNet"], 50)
    assert count == 25_589_080
    assert there["SEBlock"] is Wrong


# Ensembles


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**16), models=st.integers(1, 5), classes=st.integers(2, 6))
def test_an_ensemble_never_loses_more_than_its_members_on_average(seed, models, classes):
    rng = np.random.default_rng(seed)
    p = torch.tensor(rng.dirichlet(np.ones(classes), size=(models, 4)) + 1e-9)
    a = torch.tensor(rng.uniform(0.1, 1, size=models))
    mean = notebook["weighted_ensemble"](p, a)
    assert torch.allclose(mean.sum(dim=1), p.sum(dim=2)[0])
    losses = -torch.log(p[:, :, 0])
    assert (-torch.log(mean[:, 0]) <= (a @ losses) / a.sum() + 1e-9).all()


# The contest


def test_the_budgets_and_the_recipe_are_those_of_the_text():
    assert f"{contest.MOST_PARAMETERS:,} parameters" in text()
    assert f"{contest.MOST_MULTIPLY_ADDS:,} multiply-adds" in text()
    assert contest.EPOCHS == 12
    assert "twelve times through 1,498 digits" in text()
    assert "12 × 12 pixels" in text()
    exercises = (UNIT.path.parent / "exercises.py").read_text()
    assert "{LEARNS: 0.60, READS: 0.88}" in exercises
    assert "60% of the digits, half for 88%" in text()


def test_the_reference_takes_part_with_room_to_spare():
    result = contest.measured(plan_of(notebook["capstone"](10)), seed=12_345)
    assert result.accuracy > 0.9


def test_what_the_text_says_of_both_beginnings():
    pixels = 144
    linear = plan_of(nn.Sequential(nn.Flatten(), nn.Linear(pixels, 10)))
    assert contest.measured(linear, 0).accuracy < 0.4


# Hints and the grader


def test_the_worked_neighbours_run():
    x = torch.rand(2, 3, 4, 5)
    assert worked_neighbour(UNIT, "SEBlock")(x, nn.Linear(1, 1)).shape == x.shape
    network = worked_neighbour(UNIT, "SEResNet")(ResNet(26, 3, 4), 0.5)
    assert sum(isinstance(layer, nn.Dropout2d) for layer in network.modules()) == 1
    places, masses = torch.rand(3, 4, 2), torch.rand(3, 4)
    middle = worked_neighbour(UNIT, "weighted_ensemble")(places, masses)
    by_hand = np.average(places[1], axis=0, weights=masses[1])
    np.testing.assert_allclose(middle[1], by_hand, rtol=1e-5)
    colour = worked_neighbour(UNIT, "capstone")(10)
    assert colour(torch.rand(2, 3, 20, 24)).shape == (2, 10)
    assert cost_of(colour, (3, 12, 12)).parameters > contest.MOST_PARAMETERS


@pytest.fixture(scope="module")
def oracle():
    return Oracle(UNIT, "a seed of these tests")


def judged(oracle, source):
    return oracle.judge("capstone", oracle.observe_version("capstone", source))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("return nn.Linear(144, classes)", "does not fit together"),
        ("return 'a network'", "a network (nn.Module) is needed, not str"),
        ("return nn.Sequential(nn.Flatten(), nn.Linear(144, 40), nn.Linear(40, 10))", "over the"),
        ("return nn.LSTM(12, 10)", "`LSTM` is not among the layers"),
        ("return nn.Sequential(nn.Flatten(), nn.Bilinear(1, 1, 1))", "Bilinear"),
        ("return nn.Sequential(nn.Flatten(), nn.Linear(144, 10))", "60% are asked for"),
    ],
)
def test_what_is_missing_is_said(oracle, body, says):
    verdict = judged(oracle, f"def capstone(classes):\n    {body}")
    assert verdict.points == 0
    assert any(says in (criterion.message or "") for criterion in verdict.criteria), verdict


def test_trained_weights_are_not_taken_along(oracle):
    """The digits have been learnt by heart: what comes out of the sandbox does not know it."""
    source = """
def capstone(classes):
    network = nn.Sequential(nn.Flatten(), nn.Linear(144, 24), nn.ReLU(), nn.Linear(24, classes))
    return contest.train(network, epochs=1)
"""
    plain = source.replace("contest.train(network, epochs=1)", "network")
    told = [[part.message for part in judged(oracle, text).criteria] for text in (source, plain)]
    assert told[0] == told[1]


def test_a_plan_holds_no_weights():
    trained = contest.train(notebook["capstone"](10), epochs=1)
    assert plan_of(trained) == plan_of(notebook["capstone"](10))
    assert len(json.dumps(plan_of(trained))) < 5_000
