"""Plans of networks: written down, counted, built anew, and believed in nothing."""

import copy
import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from nand2resnet import contest
from nand2resnet.blueprints import (
    LARGEST_SETTING,
    MOST_STEPS,
    Built,
    Cost,
    NoPlanError,
    cost_of,
    cost_of_plan,
    plan_of,
)
from nand2resnet.networks import filled


class Everything(nn.Module):
    """A shortcut, a gate, a layer used twice, sizes, slices and functions."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 6, (3, 5), stride=2, padding="valid", bias=False)
        self.twice = nn.Conv2d(6, 6, 3, padding=1, groups=2)
        self.norm, self.act = nn.BatchNorm2d(6), nn.LeakyReLU(0.2)
        self.gate, self.scores = nn.Linear(6, 6), nn.Linear(12, 4)

    def forward(self, x):
        x = self.act(self.norm(self.stem(x)))
        y = torch.relu(self.twice(self.twice(x)))
        x = x + y * torch.sigmoid(self.gate(y.mean(dim=(2, 3)))).view(y.size(0), -1, 1, 1)
        x = torch.nn.functional.max_pool2d(x, 2)
        both = torch.cat([x[:, :, 0, 0], x.amax((2, 3))[:, :]], dim=1)
        return self.scores(both.reshape(x.shape[0], -1))


X = torch.randn(3, 1, 12, 13, generator=torch.Generator().manual_seed(0))
PLAN = plan_of(Everything())


def test_a_network_built_anew_computes_the_same():
    made, again = filled(Everything()).eval(), filled(Built(json.loads(json.dumps(PLAN)))).eval()
    torch.testing.assert_close(again(X), made(X))


def test_the_cost_is_that_of_a_count_by_hand():
    assert cost_of(Everything(), (1, 12, 13)) == Cost(
        parameters=6 * 15 + (6 * 3 * 9 + 6) + 2 * 6 + (36 + 6) + (48 + 4),
        multiply_adds=6 * 5 * 5 * 15 + 2 * (6 * 5 * 5 * 27) + 36 + 48,
    )


def test_a_layer_that_is_used_twice_is_there_once():
    kinds = [kind for kind, _ in PLAN["layers"]]
    assert kinds.count("Conv2d") == 2
    assert sum(step[0] == "layer" for step in PLAN["steps"]) == len(kinds) + 1


class OwnParameter(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return x * self.scale


class Decides(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class TwoInputs(nn.Module):
    def forward(self, x, y):
        return x + y


class Solves(nn.Module):
    def forward(self, x):
        return torch.linalg.inv(x)


class Sly(nn.Linear):
    """Looks like a layer of PyTorch."""


@pytest.mark.parametrize(
    ("network", "says"),
    [
        ("a network", "not str"),
        (OwnParameter(), "put what is learnt into layers"),
        (Decides(), "cannot be followed"),
        (TwoInputs(), "missing 1 required"),
        (Solves(), "`linalg_inv` is not among the steps"),
        (nn.LSTM(3, 3), "`LSTM` is not among the layers"),
        (nn.Sequential(nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")), "zeros only"),
    ],
)
def test_what_cannot_be_written_down_is_said(network, says):
    with pytest.raises(NoPlanError, match=says):
        plan_of(network)


def test_no_layer_is_taken_for_one_of_pytorchs():
    Sly.__name__ = "Linear"
    Sly.__module__ = "torch.nn.modules.linear"
    with pytest.raises(NoPlanError, match="Linear"):
        plan_of(nn.Sequential(Sly(3, 3)))


def hostile(change):
    plan = copy.deepcopy(PLAN)
    change(plan)
    return plan


def growing(plan, name, first):
    """Steps each of which gives the one before to itself."""
    grown = [[name, [{"step": place}, {"step": place}], {}] for place in range(1, 60)]
    plan["steps"][1:] = [first, *grown, ["output", [{"step": 60}], {}]]


HOSTILE = {
    "no plan": None,
    "a list": [],
    "a layer of another name": hostile(lambda p: p["layers"].append(["Module", {}])),
    "a name with a dot": hostile(lambda p: p["layers"].append(["init.eye_", {}])),
    "a step of another name": hostile(lambda p: p["steps"].insert(1, ["load", ["/tmp/x"], {}])),
    "an attribute": hostile(
        lambda p: p["steps"].insert(1, ["getattr", [{"step": 0}, "__class__"], {}])
    ),
    "a step of the future": hostile(lambda p: p["steps"].insert(1, ["relu", [{"step": 90}], {}])),
    "a step before all": hostile(lambda p: p["steps"].insert(1, ["relu", [{"step": -1}], {}])),
    "no output": hostile(lambda p: p["steps"].pop()),
    "far too many steps": hostile(
        lambda p: p["steps"].extend([["relu", [{"step": 0}], {}]] * (MOST_STEPS + 1))
    ),
    "a huge layer": hostile(
        lambda p: p["layers"].append(
            ["Linear", {"in_features": 10**9, "out_features": 10**9, "bias": True}]
        )
    ),
    "text for a number": hostile(lambda p: p["layers"][0][1].update(stride="x" * 99)),
    "a bomb of padding": hostile(
        lambda p: p["steps"].insert(1, ["pad", [{"step": 0}, [LARGEST_SETTING] * 4], {}])
    ),
    "a number that squares itself": hostile(lambda p: growing(p, "mul", ["mul", [4096, 4096], {}])),
    "a shape that doubles itself": hostile(
        lambda p: growing(p, "add", ["getattr", [{"step": 0}, "shape"], {}])
    ),
    "a text that grows": hostile(lambda p: growing(p, "add", ["mul", ["x" * 16, 4096], {}])),
    "nested without end": hostile(lambda p: p["steps"].insert(1, ["relu", [[[[[[[[[]]]]]]]]], {}])),
}


@pytest.mark.parametrize("plan", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_plan_is_refused_in_words(plan):
    with pytest.raises(NoPlanError):
        cost_of_plan(plan, (1, 12, 13), most_values=50_000)
    with pytest.raises(NoPlanError):
        contest.measured(plan, 0)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)


@given(plan=JUNK, place=st.integers(0, len(PLAN["steps"]) - 1))
def test_junk_is_refused_in_words(plan, place):
    mixed = hostile(lambda p: p["steps"].insert(place, plan))
    for tried in (plan, {"layers": plan, "steps": plan}, mixed):
        with pytest.raises(NoPlanError):
            cost_of_plan(tried, (1, 12, 13), most_values=50_000)


# The contest


class Greedy(nn.Module):
    """Asks for little where there are few pictures."""

    def __init__(self, wider):
        super().__init__()
        self.look = nn.Conv2d(1, 1, 1)
        self.head = nn.Linear(144, 10)
        self.wider = wider

    def forward(self, x):
        wide = nn.functional.pad(x, (0, self.wider(x.shape[0])))
        return self.head(torch.flatten(self.look(wide)[:, :, :, :12], 1))


@pytest.mark.parametrize(
    ("wider", "says"),
    [(lambda n: n * n * n, "values a picture"), (lambda n: n, "spends another sum")],
)
def test_what_a_plan_spends_on_many_pictures_is_counted_before_it_is_spent(wider, says):
    with pytest.raises(NoPlanError, match=says):
        contest.measured(plan_of(Greedy(wider)), 0)


def test_each_exam_disturbs_the_same_digits_in_another_way():
    (one, labels), (again, _), (other, others) = (contest.exam(seed) for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(labels, others)
    assert one.shape == (4 * 299, *contest.SIZE)


def test_the_budget_is_told_to_the_last_number():
    over = contest.over_budget(Cost(contest.MOST_PARAMETERS + 1, contest.MOST_MULTIPLY_ADDS + 12))
    assert "1 over the budget of 4,000" in over
    assert "12 over the budget of 100,000" in over
    assert contest.over_budget(Cost(contest.MOST_PARAMETERS, contest.MOST_MULTIPLY_ADDS)) is None


def test_a_network_is_measured_twice_alike():
    plan = plan_of(nn.Sequential(nn.Flatten(), nn.Linear(144, 10)))
    one = contest.measured(plan, 3)
    contest._trained.cache_clear()
    torch.manual_seed(99)
    assert contest.measured(plan, 3) == one
    assert one.cost == Cost(1450, 1440)
    assert 0.2 < one.accuracy < 0.45
