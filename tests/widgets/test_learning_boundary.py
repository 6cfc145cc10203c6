import numpy as np
import pytest

from nand2resnet.widgets import LearningBoundary
from nand2resnet.widgets.learning_boundary import EPOCHS, EXAMPLES
from tests.widgets import neurons


@pytest.fixture
def figure():
    return LearningBoundary(neurons.perceptron_learn)


def test_first_state_is_in_the_middle_of_learning(figure):
    mistakes = figure.learnt["mistakes"]
    assert 0 < figure.epoch < mistakes.index(0)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_line_is_the_learners(figure, name):
    figure.examples = name
    x, y = map(np.array, EXAMPLES[name])
    assert len(figure.learnt["lines"]) == EPOCHS + 1
    for epochs, line in enumerate(figure.learnt["lines"]):
        w, b, mistakes = neurons.perceptron_learn(x, y, epochs)
        assert line == [*w, b]
        assert figure.learnt["mistakes"][:epochs] == mistakes
        wrong = neurons.perceptron(x, w, b) != y
        assert figure.learnt["wrong"][epochs] == wrong.tolist()


def test_some_examples_can_be_learnt_and_some_cannot():
    ends = {}
    for name, (x, y) in EXAMPLES.items():
        ends[name] = neurons.perceptron_learn(np.array(x), np.array(y), 300)[2][-1]
    assert {name for name, last in ends.items() if last} == {"clouds that mix", "XOR"}


@pytest.mark.parametrize(
    ("learn", "says"),
    [
        (neurons.unwritten, "`unwritten` is not written yet"),
        (lambda *_: None, "should return three things"),
        (lambda *_: (np.zeros(2), 0.0), "should return three things"),
        (lambda *_: (np.zeros(2), 0.0, 3), "should return three things"),
        (lambda *_: (np.zeros(2), 0.0, []), "1 epochs"),
        (lambda _, __, epochs: (np.zeros(3), 0.0, [0] * epochs), "weights of shape (3,)"),
    ],
)
def test_trouble_is_told(learn, says):
    figure = LearningBoundary(learn)
    assert says in figure.trouble
    assert figure.learnt == {}
