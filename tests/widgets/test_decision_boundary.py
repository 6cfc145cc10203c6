import numpy as np
import pytest

from nand2resnet.widgets import DecisionBoundary
from nand2resnet.widgets.decision_boundary import GATES, PLACES, REACH
from tests.widgets import neurons


@pytest.fixture
def figure():
    return DecisionBoundary(neurons.perceptron)


def right(figure):
    return sum(
        int(a == b) for a, b in zip(figure.asked["corners"], GATES[figure.gate], strict=True)
    )


def test_first_state_is_nearly_but_not_quite_an_and_gate(figure):
    assert figure.gate == "AND"
    assert figure.asked["corners"] == GATES["OR"]
    assert figure.best["AND"] == 2


@pytest.mark.parametrize(
    ("gate", "weights", "threshold"),
    [("AND", [1, 1], 1.5), ("OR", [1, 1], 0.5), ("NAND", [-2, -2], -3)],
)
def test_gates_are_found(figure, gate, weights, threshold):
    figure.gate, figure.weights, figure.threshold = gate, weights, threshold
    assert right(figure) == 4
    assert figure.best[gate] == 4


def test_no_stop_of_the_sliders_is_xor(figure):
    """The sliders go in quarters from -3 to 3 and from -4 to 4."""
    w1, w2, b = np.meshgrid(*(2 * [np.arange(-3, 3.1, 0.25)]), np.arange(-4, 4.1, 0.25))
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    answers = neurons.perceptron(corners, np.stack([w1.ravel(), w2.ravel()]), b.ravel())
    assert (answers == np.array(GATES["XOR"])[:, np.newaxis]).sum(axis=0).max() == 3


def test_the_grid_is_the_learners_answer_row_by_row_from_below(figure):
    figure.weights, figure.threshold = [0.0, 1.0], 0.5
    axis = np.linspace(*REACH, PLACES)
    wanted = "".join(("1" if y > 0.5 else "0") * PLACES for y in axis)
    assert figure.asked["grid"] == wanted


def test_best_is_kept_for_each_gate(figure):
    figure.threshold = 1.5
    figure.threshold = -4.0
    assert figure.best["AND"] == 4
    figure.gate = "NAND"
    assert figure.best["NAND"] == 3


@pytest.mark.parametrize(
    ("perceptron", "says"),
    [
        (neurons.unwritten, "`unwritten` is not written yet"),
        (lambda *_: 1, "something of shape ()"),
        (lambda *_: None, "something of shape ()"),
        (lambda x, w, b: x @ w - b, "something else than 0 and 1"),
        (lambda x: x, "raised TypeError"),
        (3, "needs the function `perceptron` itself"),
    ],
)
def test_trouble_is_told(perceptron, says):
    figure = DecisionBoundary(perceptron)
    assert says in figure.trouble
    assert figure.asked == {}


def test_trouble_passes(figure):
    figure._perceptron = neurons.unwritten
    figure.threshold = 1.0
    assert figure.trouble
    figure._perceptron = neurons.perceptron
    figure.threshold = 1.5
    assert figure.trouble == ""
