import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet.widgets import WhichBasin
from nand2resnet.widgets.which_basin import (
    BALLS,
    HILLTOPS,
    LANDMARKS,
    LEARNING_RATES,
    MAX_STEPS,
    SHELF,
    TOLERANCE,
    height,
    slope,
    where_it_ended,
)
from tests.widgets import learners_code

# Where the balls offered end: worked out here from the landscape, by the reference's rule.
ENDINGS = ["A", "B", "D", "A", "E", "C", "B", "A"]


def press(basin, button):
    basin._handle_custom_msg({"button": button}, [])


def roll(start, learning_rate):
    return learners_code.gradient_descent(
        slope, np.array([start]), learning_rate, TOLERANCE, MAX_STEPS
    )[:, 0]


@pytest.fixture
def basin():
    return WhichBasin(learners_code.gradient_descent)


@given(st.floats(-6, 6))
def test_slope_is_the_derivative_of_the_height(x):
    measured = (height(np.array(x + 1e-5)) - height(np.array(x - 1e-5))) / 2e-5
    assert slope(np.array(x)) == pytest.approx(measured, abs=1e-7)


def test_landmarks_and_hilltops_are_where_the_landscape_has_them():
    for mark in LANDMARKS[:3]:
        nearby = mark["x"] + np.linspace(-0.1, 0.1, 201)
        assert abs(nearby[height(nearby).argmin()] - mark["x"]) < 0.02
    for top in HILLTOPS:
        nearby = top + np.linspace(-0.1, 0.1, 201)
        assert abs(nearby[height(nearby).argmax()] - top) < 0.02
    on_shelf = np.linspace(*SHELF, 500)
    assert slope(on_shelf).min() > 0  # no minimum there, but a place flatter than the tolerance
    assert slope(on_shelf).min() < TOLERANCE


@pytest.mark.parametrize(("ball", "ending"), [*zip(BALLS, ENDINGS, strict=True)])
def test_every_ball_ends_as_told(ball, ending):
    assert where_it_ended(roll(*ball)).letter == ending


def test_balls_use_every_learning_rate_and_ending():
    assert {rate for _, rate in BALLS} == set(LEARNING_RATES)
    assert set(ENDINGS) == set("ABCDE")


def test_words_say_how():
    assert "over a hill" in where_it_ended(roll(-0.2, 0.6)).words
    assert "over" not in where_it_ended(roll(-4.6, 0.05)).words
    assert "cannot know" in where_it_ended(roll(5.6, 0.2)).words
    assert "never settles" in where_it_ended(roll(-1.4, 0.4)).words
    assert where_it_ended(np.array([0.0, np.inf])).letter == "E"


def test_prediction_then_run_scores(basin):
    basin.prediction = "A"
    press(basin, "run")
    assert basin.result["right"]
    assert basin.result["ending"] == "A"
    assert basin.score == [1, 1]
    np.testing.assert_allclose(basin.result["path"], roll(*BALLS[0]))


def test_wrong_prediction_counts_as_one_of_all(basin):
    basin.prediction = "C"
    press(basin, "run")
    assert not basin.result["right"]
    assert basin.score == [0, 1]


def test_running_without_a_prediction_or_twice_scores_nothing(basin):
    press(basin, "run")
    assert (basin.result, basin.score) == ({}, [0, 0])
    basin.prediction = "A"
    press(basin, "run")
    press(basin, "run")
    assert basin.score == [1, 1]


def test_moving_the_ball_or_another_rate_begins_a_new_round(basin):
    for change in ({"start": 1.0}, {"learning_rate": 0.2}):
        basin.prediction = "A"
        press(basin, "run")
        assert basin.result
        basin.set_state(change)
        assert (basin.result, basin.prediction) == ({}, "")


def test_next_ball_goes_round_and_reset_goes_back(basin):
    for ball in (*BALLS[1:], *BALLS[:2]):
        press(basin, "next")
        assert (basin.start, basin.learning_rate) == ball
    basin.prediction = "B"
    press(basin, "run")
    press(basin, "reset")
    assert (basin.start, basin.learning_rate) == BALLS[0]
    assert (basin.score, basin.result, basin.prediction) == ([0, 0], {}, "")


def test_unwritten_function_is_told_before_any_prediction():
    basin = WhichBasin(learners_code.unwritten)
    assert "is not written yet" in basin.trouble
    basin.prediction = "A"
    press(basin, "run")
    assert (basin.score, basin.result) == ([0, 0], {})


def test_path_that_flies_apart_can_be_sent():
    basin = WhichBasin(lambda _, v, *__: np.array([v, v + 1e9, v + np.nan]))
    basin.prediction = "E"
    press(basin, "run")
    assert basin.result["ending"] == "E"
    assert basin.result["path"] == [BALLS[0][0]]
