"""Each sentence of advice stands beside an error that this Python and this NumPy really raise."""

import math

import numpy as np
import pytest

from nand2resnet.advice import ADVICE, advice
from nand2resnet.check import CheckFailed, check

row, table = np.ones(3), np.ones((4, 3))
MISTAKES = {
    "`^`": lambda: row ^ 2,
    "np.where": lambda: 1 if row > 0 else 0,
    "is None": lambda: np.random.default_rng(0).shuffle(np.arange(3))[0],
    "np.dot takes numbers": lambda: row @ 2.0,
    "equally long": lambda: row @ table,
    "read from the right": lambda: np.ones(4) * table,
    "`math`": lambda: math.exp(row),
    "as a tuple": lambda: np.array([row, 1.0]),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_the_check_says_what_the_error_means(words):
    def learners(_):
        return MISTAKES[words]()

    with pytest.raises(CheckFailed) as failed:
        check(learners, 1.0, expected=1.0)
    (told,) = (line for line in str(failed.value).splitlines() if line in ADVICE.values())
    assert words in told


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: [1] @ [2],
        lambda: np.dot(row, table),
        lambda: 2 ^ 1.5,
        lambda nothing=None: nothing[0],
        lambda nothing=None: 2 * nothing,
    ],
)
def test_other_forms_of_the_same_errors_are_known(mistake):
    with pytest.raises((TypeError, ValueError)) as raised:
        mistake()
    assert advice(raised.value) in ADVICE.values()


def test_every_sentence_is_tried():
    assert len(MISTAKES) == len(ADVICE)


def test_about_other_errors_nothing_is_said():
    assert advice(KeyError("w")) is None
    assert advice(ValueError("it is too large")) is None
