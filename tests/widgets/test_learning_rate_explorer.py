import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet.widgets import LearningRateExplorer
from nand2resnet.widgets.learning_rate_explorer import judge
from tests.widgets import learners_code

HESSIAN = np.array([[1.8, 1.6], [1.6, 4.2]])  # eigenvalues 1 and 5
STEEPEST = np.array([1, 2]) / np.sqrt(5)
LIMIT = 2 / 5
START = np.array([-1.5, 2.9])


def path_at(learning_rate, start=START, steps=40):
    with np.errstate(all="ignore"):  # a path that flies apart ends in infinities
        return learners_code.gradient_descent(
            lambda v: HESSIAN @ v, start, learning_rate, 1e-6, steps
        )


@pytest.fixture
def explorer():
    return LearningRateExplorer(learners_code.gradient_descent)


def run_at(explorer, learning_rate):
    return explorer.runs[explorer.learning_rates.index(learning_rate)]


def test_first_state_swings(explorer):
    assert run_at(explorer, explorer.learning_rate)["verdict"] == "oscillating"


def test_stable_limit_is_a_stop_of_the_slider(explorer):
    assert min(abs(rate - LIMIT) for rate in explorer.learning_rates) < 1e-15


def test_slider_goes_through_all_four_in_order(explorer):
    verdicts = [run["verdict"] for run in explorer.runs]
    in_order = list(dict.fromkeys(verdicts))
    assert in_order == ["slow", "good", "oscillating", "diverging"]
    assert verdicts == sorted(verdicts, key=in_order.index)


def test_drawn_is_the_learners_path_at_each_stop(explorer):
    for rate, run in zip(explorer.learning_rates, explorer.runs, strict=True):
        drawn = np.array(run["path"])
        np.testing.assert_allclose(drawn, path_at(rate)[: len(drawn)], atol=1e-4)


def test_what_is_drawn_of_a_swing_is_the_whole_path(explorer):
    drawn = run_at(explorer, explorer.learning_rate)["path"]
    assert len(drawn) == len(path_at(explorer.learning_rate))


def test_moving_the_start_runs_again(explorer):
    explorer.start = [1.0, 1.0]
    assert {tuple(run["path"][0]) for run in explorer.runs} == {(1.0, 1.0)}


def test_path_that_flies_apart_can_be_sent():
    explorer = LearningRateExplorer(lambda _, v, *__: [v, v * 1e9, v * np.inf, v * np.nan])
    for run in explorer.runs:
        assert run["path"] == [[-1.5, 2.9]]
        assert run["verdict"] == "diverging"


def test_unwritten_function_leaves_a_message_and_no_path():
    explorer = LearningRateExplorer(learners_code.unwritten)
    for run in explorer.runs:
        assert list(run) == ["trouble"]
        assert "is not written yet" in run["trouble"]


def test_trouble_belongs_to_the_learning_rates_that_make_it():
    def picky(grad, v0, lr, tolerance, max_steps):
        if lr > LIMIT:
            raise ValueError("too large")
        return learners_code.gradient_descent(grad, v0, lr, tolerance, max_steps)

    explorer = LearningRateExplorer(picky)
    for rate, run in zip(explorer.learning_rates, explorer.runs, strict=True):
        assert ("trouble" in run) == (rate > LIMIT)


def test_first_learning_rate_moves_to_the_nearest_stop():
    explorer = LearningRateExplorer(learners_code.gradient_descent, learning_rate=0.1001)
    assert explorer.learning_rate in explorer.learning_rates
    assert explorer.learning_rate == pytest.approx(0.1, rel=0.06)


@pytest.mark.parametrize(
    ("hessian", "complaint"),
    [
        ([[1, 2], [3, 4]], "symmetric"),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], "symmetric of shape"),
        ([[1, 0], [0, -1]], "positive eigenvalues"),
    ],
)
def test_no_valley_is_refused(hessian, complaint):
    with pytest.raises(ValueError, match=complaint):
        LearningRateExplorer(learners_code.gradient_descent, hessian)


@pytest.mark.parametrize("start", [(4.5, 0), (0, 3.2), (2, 2.9)])
def test_start_outside_the_picture_is_refused(start):
    with pytest.raises(ValueError, match="start must lie in the picture"):
        LearningRateExplorer(learners_code.gradient_descent, start=start)


def test_learning_rate_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="must be positive"):
        LearningRateExplorer(learners_code.gradient_descent, learning_rate=0)


points = st.tuples(*[st.floats(-4, 4)] * 2).map(np.array).filter(lambda v: abs(v @ STEEPEST) > 0.1)


@given(start=points, factor=st.floats(1.02, 4))
def test_above_the_limit_it_diverges_in_the_end(start, factor):
    path = path_at(factor * LIMIT, start, steps=400)
    assert judge(path, HESSIAN, STEEPEST)[0] == "diverging"


@given(start=points, factor=st.floats(0.01, 0.999))
def test_below_the_limit_it_never_diverges(start, factor):
    path = path_at(factor * LIMIT, start)
    assert judge(path, HESSIAN, STEEPEST)[0] != "diverging"


@given(start=points, factor=st.floats(0.01, 0.5))
def test_below_half_the_limit_it_never_oscillates(start, factor):
    path = path_at(factor * LIMIT, start)
    assert judge(path, HESSIAN, STEEPEST)[0] in ("slow", "good")


def test_walking_uphill_diverges_at_any_rate():
    uphill = learners_code.gradient_descent(lambda v: -HESSIAN @ v, START, 0.01, 1e-6, 40)
    assert judge(uphill, HESSIAN, STEEPEST)[0] == "diverging"


def test_no_step_on_a_slope_is_slow_and_at_the_bottom_good():
    assert judge(START[None], HESSIAN, STEEPEST) == (
        "slow",
        "The ball did not take a single step, although it lies on a slope.",
    )
    assert judge(np.zeros((1, 2)), HESSIAN, STEEPEST)[0] == "good"


def test_words_count_what_happened():
    # At 1/λ_max one step clears the steep part; of the height 12.7 it leaves 3.48·0.64ᵗ.
    assert judge(path_at(0.2), HESSIAN, STEEPEST)[1] == "The ball reaches the bottom in 13 steps."
    assert judge(path_at(LIMIT), HESSIAN, STEEPEST)[1].endswith("40 times in 40 steps.")
