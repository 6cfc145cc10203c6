import numpy as np
import pytest

from nand2resnet.widgets.learner import LearnerTroubleError, call, descend, measure_gradient
from tests.widgets import learners_code

START = np.array([1.0, -2.0])


def descend_with(gradient_descent):
    return descend(gradient_descent, lambda v: v, START, 0.5, 1e-3, 20)


def trouble_of(gradient_descent):
    with pytest.raises(LearnerTroubleError) as raised:
        descend_with(gradient_descent)
    return str(raised.value)


def test_path_of_a_right_function_comes_back():
    path = descend_with(learners_code.gradient_descent)
    assert path.shape == (13, 2)  # |v| = √5 / 2ᵗ is below 1e-3 at t = 12
    np.testing.assert_array_equal(path[:3], [[1, -2], [0.5, -1], [0.25, -0.5]])


def test_list_of_points_is_a_path_too():
    assert descend_with(lambda _, v, *__: [v, v / 2]).shape == (2, 2)


def test_diverging_path_is_a_result():
    path = descend(learners_code.gradient_descent, lambda v: v, START, 1e200, 0.0, 20)
    assert not np.isfinite(path).all()


def test_unwritten_function_is_named():
    assert trouble_of(learners_code.unwritten).startswith("`unwritten` is not written yet: write")


def test_unwritten_function_behind_a_written_one_is_named():
    def numerical_gradient():
        raise NotImplementedError

    assert "`numerical_gradient` is not written yet" in trouble_of(lambda *_: numerical_gradient())


def test_exception_is_told_with_its_line():
    def gradient_descent(grad, v0, lr, tolerance, max_steps):
        return v0 / {}

    line = gradient_descent.__code__.co_firstlineno + 1
    told = trouble_of(gradient_descent)
    assert told.startswith(f"`gradient_descent` raised TypeError in line {line} of its cell: ")


def test_wrong_number_of_arguments_has_no_line():
    told = trouble_of(lambda _: None)
    assert "raised TypeError: " in told
    assert "takes 1 positional argument but 5 were given" in told


def test_loop_without_end_is_stopped():
    def gradient_descent(grad, v, *_):
        while True:
            v = v - grad(v)

    assert "Does its loop end?" in trouble_of(gradient_descent)


def test_asking_twice_a_step_is_not_a_loop_without_end():
    def gradient_descent(grad, v, lr, tolerance, max_steps):
        path = [v]
        for _ in range(max_steps):
            if np.linalg.norm(grad(path[-1])) < tolerance:
                break
            path.append(path[-1] - lr * grad(path[-1]))
        return path

    assert len(descend_with(gradient_descent)) == 13


def test_interrupting_the_kernel_is_told():
    def gradient_descent(*_):
        raise KeyboardInterrupt

    assert "interrupted" in trouble_of(gradient_descent)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (None, "returned None. Does it end with `return`?"),
        ("path", "returned str, which is not an array of numbers"),
        ([[1.0, -2.0], [1.0]], "returned list, which is not an array of numbers"),
        ([1.0, -2.0], r"of shape (2,). From a start of shape (2,) the path has shape (T + 1, 2)"),
        (np.ones((4, 3)), "of shape (4, 3)"),
        (np.ones((0, 2)), "of shape (0, 2)"),
        (np.zeros((4, 2)), "begins at [0. 0.], but the ball was put at [ 1. -2.]"),
    ],
)
def test_anything_else_than_a_path_is_told(result, told):
    assert told in trouble_of(lambda *_: result)


def test_start_is_not_the_figures_own_array():
    def gradient_descent(grad, v, lr, tolerance, max_steps):
        v -= 1
        return [v, v]

    start = START.copy()
    with pytest.raises(LearnerTroubleError, match="keep a copy of each point"):
        descend(gradient_descent, lambda v: v, start, 0.5, 1e-3, 20)
    np.testing.assert_array_equal(start, START)


def test_something_that_is_no_function_is_told():
    with pytest.raises(LearnerTroubleError, match="needs the function `f` itself; it got list"):
        call([], name="f")


def test_prints_and_warnings_stay_silent(capfd, recwarn):
    def f(x):
        print("looking at", x)
        return np.float64(x) / 0

    assert call(f, 1.0, name="f") == np.inf
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_gradient_of_a_right_function_comes_back():
    gradient = measure_gradient(
        learners_code.numerical_gradient, lambda v: v[0] * v[1], START, 1e-5
    )
    np.testing.assert_allclose(gradient, [-2, 1], rtol=1e-9)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (1.0, r"shape \(\) for a point of shape \(2,\)"),
        (np.ones((1, 2)), r"shape \(1, 2\)"),
        ([np.nan, 0.0], "is h what you divide by"),
    ],
)
def test_anything_else_than_a_gradient_is_told(result, told):
    with pytest.raises(LearnerTroubleError, match=told):
        measure_gradient(lambda *_: result, lambda _: 0.0, START, 1e-5)
