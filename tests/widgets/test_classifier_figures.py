"""The kernel's side of unit 04's three figures."""

import numpy as np
import pytest

from nand2resnet import data
from nand2resnet.widgets import ActivationExplorer, ClassTemplates, SoftmaxTemperature
from nand2resnet.widgets.activation_explorer import LABELS, NUDGE
from nand2resnet.widgets.class_templates import STOPS
from nand2resnet.widgets.softmax_temperature import TEMPERATURES
from tests.widgets import classifiers

# ActivationExplorer


@pytest.fixture
def explorer():
    return ActivationExplorer(classifiers.SINGLE, classifiers.activation_table)


@pytest.mark.parametrize("name", LABELS)
def test_every_activation_is_drawn_with_its_slope(explorer, name):
    explorer.chosen, explorer.place = name, 1.3
    assert explorer.trouble == ""
    assert explorer.missing == []
    z, value, slope = (np.array(explorer.curves[key]) for key in ("z", "value", "slope"))
    rises = np.diff(value) / np.diff(z)
    smooth = np.abs(np.diff(slope)) < 0.1  # not across a corner
    between = (slope[1:] + slope[:-1]) / 2
    np.testing.assert_allclose(rises[smooth], between[smooth], atol=2e-3)
    here = explorer.here
    np.testing.assert_allclose((here["nudged"] - here["value"]) / NUDGE, here["slope"], rtol=0.1)


def test_the_leak_bends_prelu(explorer):
    explorer.chosen, explorer.place = "prelu", -2.0
    assert explorer.here["value"] == -0.5
    explorer.a = 2.0
    assert explorer.here["value"] == -4
    assert explorer.here["slope"] == 2


def test_rows_with_a_star_may_be_missing():
    figure = ActivationExplorer(classifiers.SINGLE, classifiers.table_without_stars)
    assert figure.missing == ["selu", "maxout"]
    assert figure.trouble == ""


@pytest.mark.parametrize(
    ("single", "table", "chosen", "says"),
    [
        (classifiers.unwritten, classifiers.activation_table, "relu", "`unwritten` is not written"),
        (lambda _: None, classifiers.activation_table, "relu", "`relu` should return as many"),
        (classifiers.relu, classifiers.unwritten, "elu", "is not written yet"),
        (classifiers.relu, lambda z, _: z, "elu", "should return a dictionary"),
        (classifiers.relu, lambda *_: {}, "elu", "has no row `elu` yet. Its rows are none"),
        (classifiers.relu, lambda z, _: {"elu": z}, "elu", "should be a pair (value, slope)"),
        (classifiers.relu, lambda z, _: {"elu": (z, 1)}, "elu", "`elu` should return as many"),
    ],
)
def test_trouble_with_an_activation_is_told(single, table, chosen, says):
    rows = classifiers.SINGLE | {"relu": (single, classifiers.relu_derivative)}
    figure = ActivationExplorer(rows, table)
    assert figure.trouble == ""
    figure.chosen = chosen
    assert says in figure.trouble
    assert figure.curves == {}
    figure.chosen = "tanh"
    assert figure.trouble == ""


# SoftmaxTemperature


@pytest.fixture
def heated():
    return SoftmaxTemperature(classifiers.softmax)


def test_probabilities_are_the_learners(heated):
    scores = np.array(heated.scores)
    expected = classifiers.softmax(scores / heated.temperature)
    np.testing.assert_allclose(heated.probabilities["now"], expected)
    np.testing.assert_allclose(heated.probabilities["at_one"], classifiers.softmax(scores))


def test_cold_is_argmax_and_hot_is_alike(heated):
    heated.temperature = TEMPERATURES[0]
    assert max(heated.probabilities["now"]) > 0.99
    heated.temperature = TEMPERATURES[-1]
    assert np.ptp(heated.probabilities["now"]) < 0.02


def test_adding_to_all_scores_changes_nothing(heated):
    before = heated.probabilities["now"]
    heated.shifted = True
    np.testing.assert_allclose(heated.probabilities["now"], before, rtol=1e-9)
    assert heated.trouble == ""


def test_an_overflow_is_told():
    figure = SoftmaxTemperature(classifiers.softmax_that_overflows)
    assert figure.trouble == ""
    figure.shifted = True
    assert "`softmax` should return as many finite numbers" in figure.trouble
    assert figure.probabilities == {}


def test_an_unwritten_softmax_is_told():
    assert "is not written yet" in SoftmaxTemperature(classifiers.unwritten).trouble


# ClassTemplates


@pytest.fixture(scope="module")
def digits():
    return data.digits().split()


@pytest.fixture
def templates(digits):
    return ClassTemplates(classifiers.train_linear_classifier, *digits)


def test_templates_are_the_columns_of_the_learners_weights(templates, digits):
    train, test = digits
    templates.stop = 4
    assert templates.shown == 4
    W, b = classifiers.train_linear_classifier(
        train.images.reshape(-1, 64), train.labels, 1.0, 1e-3, STOPS[4]
    )
    shown = np.array(templates.templates)
    assert shown.shape == (10, 64)
    np.testing.assert_allclose(shown, W.T / np.abs(W).max(), atol=1e-3)
    said = np.argmax(test.images.reshape(-1, 64) @ W + b, axis=1)
    assert templates.right == np.sum(said == test.labels)


def test_more_steps_read_more(templates):
    right = []
    for templates.stop in (0, 1, len(STOPS) - 1):
        right.append(templates.right)
    assert right == sorted(right)
    assert right[0] < 60  # all answers alike
    assert right[-1] > 0.9 * 299


def test_a_stop_is_trained_once(digits):
    asked = []

    def counting(X, y, lr, l2, steps):
        asked.append(steps)
        return classifiers.train_linear_classifier(X, y, lr, l2, steps)

    figure = ClassTemplates(counting, *digits)
    for figure.stop in (2, 1, 2, 0):
        pass
    assert asked == [1, 2, 0]


@pytest.mark.parametrize(
    ("train", "says"),
    [
        (classifiers.unwritten, "is not written yet"),
        (lambda *_: None, "returned None"),
        (lambda *_: 3.0, "should return the pair (W, b)"),
        (lambda *_: (np.zeros((10, 64)), np.zeros(10)), "(64, 10)"),
        (lambda *_: (np.full((64, 10), np.nan), np.zeros(10)), "ran away to infinity"),
    ],
)
def test_trouble_with_training_is_told(digits, train, says):
    figure = ClassTemplates(train, *digits)
    assert says in figure.trouble
    assert figure.templates == []
