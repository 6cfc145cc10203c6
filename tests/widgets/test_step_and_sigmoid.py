import numpy as np
import pytest

from nand2resnet.widgets import StepAndSigmoid
from nand2resnet.widgets.step_and_sigmoid import NUDGE, STEEPNESSES
from tests.widgets import neurons


@pytest.fixture
def figure():
    return StepAndSigmoid(neurons.step, neurons.sigmoid)


def change(figure, name):
    here, there = figure.nudged[name]
    return there - here


def test_curves_are_the_learners(figure):
    figure.steepness = 4.0
    z = np.array(figure.curves["z"])
    assert figure.curves["step"] == neurons.step(z).tolist()
    assert figure.curves["sigmoid"] == neurons.sigmoid(4 * z).tolist()


def test_a_nudge_changes_the_sigmoid_but_not_the_step(figure):
    assert change(figure, "step") == 0
    assert change(figure, "sigmoid") == pytest.approx(
        neurons.sigmoid(1 + NUDGE) - neurons.sigmoid(1.0)
    )
    figure.place = 0.0
    assert change(figure, "step") == 1


def test_a_steeper_sigmoid_is_flatter_away_from_the_middle(figure):
    changes = []
    for k in STEEPNESSES:
        figure.steepness = k
        changes.append(change(figure, "sigmoid"))
    assert changes[-1] < 1e-12 < changes[0] < max(changes)


def test_every_steepness_is_a_number_without_overflow(figure):
    with np.errstate(all="raise", under="ignore"):
        for k in STEEPNESSES:
            figure.steepness = k
            assert figure.trouble == ""


@pytest.mark.parametrize(
    ("step", "sigmoid", "says"),
    [
        (neurons.unwritten, neurons.sigmoid, "is not written yet"),
        (neurons.step, neurons.unwritten, "is not written yet"),
        (neurons.step, lambda _: 0.5, "`sigmoid` should return as many"),
        (neurons.step, lambda z: np.exp(1000 * z) / np.exp(1000 * z), "finite numbers"),
        (lambda _: None, neurons.sigmoid, "`step` should return as many"),
    ],
)
def test_trouble_is_told(step, sigmoid, says):
    figure = StepAndSigmoid(step, sigmoid)
    assert says in figure.trouble
    assert figure.curves == {}
