"""The kernel's side of unit 02's three figures."""

import numpy as np
import pytest

from nand2resnet.widgets import FitExplorer, GradientNoise, OutlierLines
from nand2resnet.widgets.fit_explorer import bottom, level_lines
from nand2resnet.widgets.outlier_lines import OTHERS_X, OTHERS_Y, least_absolute
from tests.widgets import learners_code

X = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
Y = np.array([2.0, 4.0, 3.5, 6.0, 5.0, 7.5])


def cost(v):
    return np.mean((v[0] * X + v[1] - Y) ** 2) / 2


def absolute(v, x, y):
    return np.mean(np.abs(v[0] * x + v[1] - y))


# FitExplorer


def explorer(gradient=learners_code.squared_error_gradient):
    return FitExplorer(gradient, X, Y)


def test_the_path_is_the_learners_descent_and_its_costs_are_right():
    figure = explorer()
    path = np.array(figure.run["path"])
    dw, db = learners_code.squared_error_gradient(X, Y, *path[0])
    np.testing.assert_allclose(path[1], path[0] - figure.learning_rate * np.array([dw, db]))
    np.testing.assert_allclose(figure.run["costs"], [cost(v) for v in path])


def test_a_level_line_has_one_cost_and_the_bottom_a_lower_one():
    hessian, best = bottom(X, Y)
    np.testing.assert_allclose(best, learners_code.normal_equation(X, Y))
    levels = level_lines(hessian, best)
    heights = [[cost(v) for v in level] for level in levels]
    for around in heights:
        np.testing.assert_allclose(around, around[0])
    assert [around[0] for around in heights] == sorted((h[0] for h in heights), reverse=True)
    assert cost(best) < heights[-1][0]


def test_below_the_limit_it_arrives_and_above_it_flies_apart():
    figure = explorer()
    assert figure.learning_rate < figure.limit
    least = cost(bottom(X, Y)[1])
    first, *_, last = figure.run["costs"]
    assert last - least < 0.2 * (first - least)
    figure.learning_rate = figure.learning_rates[-1]
    assert figure.learning_rate > figure.limit
    assert figure.run["costs"][-1] > figure.run["costs"][0]


def test_another_start_makes_another_path():
    figure = explorer()
    figure.start = [0.0, 1.0]
    assert figure.run["path"][0] == [0.0, 1.0]


# GradientNoise


def noise(gradient=learners_code.squared_error_gradient):
    rng = np.random.default_rng(3)
    x = rng.uniform(-1, 1, size=100)
    return GradientNoise(gradient, x, 2 * x + rng.normal(size=100))


def test_measured_noise_agrees_with_theory():
    found = noise().noise
    assert found["sizes"] == [1, 2, 4, 8, 16, 32, 64, 100]
    np.testing.assert_allclose(found["measured"][:-1], found["theory"][:-1], rtol=0.25)
    assert found["measured"][-1] < 1e-9, "all samples in one batch leave nothing to chance"
    assert np.shape(found["gradients"][0]) == (150, 2)


def test_the_noise_is_measured_with_the_learners_function():
    right = noise().noise["measured"]
    twice = noise(lambda *line: 2 * np.array(learners_code.squared_error_gradient(*line)))
    np.testing.assert_allclose(twice.noise["measured"], 2 * np.array(right), atol=1e-9)


# OutlierLines


def lines(**functions):
    names = ("normal_equation", "absolute_error_gradient")
    return OutlierLines(*[functions.get(name, getattr(learners_code, name)) for name in names])


def test_the_outlier_drags_the_l2_line_and_not_the_l1_line():
    found = lines().lines
    slope = found["others"][0]
    assert abs(found["l2"][0] - slope) > 0.4
    assert abs(found["l1"][0] - slope) < 0.15


def test_among_the_others_all_lines_agree():
    figure = lines()
    w, b = figure.lines["others"]
    figure.outlier = [2.75, w * 2.75 + b]
    np.testing.assert_allclose(figure.lines["l2"], [w, b], atol=1e-9)
    np.testing.assert_allclose(figure.lines["l1"], [w, b], atol=0.2)


@pytest.mark.parametrize("height", [-4.5, 0.0, 3.0, 8.0])
def test_the_l1_line_is_the_best_one(height):
    x, y = np.append(OTHERS_X, 2.75), np.append(OTHERS_Y, height)
    found = absolute(least_absolute(learners_code.absolute_error_gradient, x, y), x, y)
    # A best line goes through two of the points.
    best = min(
        absolute(np.polyfit(x[[i, j]], y[[i, j]], 1), x, y) for i in range(12) for j in range(i)
    )
    assert best <= found + 1e-12
    assert found < 1.02 * best


# Trouble


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (learners_code.unwritten, "is not written yet"),
        (lambda *_: None, "Does it end with `return`?"),
        (lambda *_: 1.0, "should return the pair"),
        (lambda *_: (np.zeros(3), 1.0), "should return the pair"),
        (lambda *_: 1 / 0, "raised ZeroDivisionError"),
    ],
)
def test_trouble_is_told(function, told):
    figures = [
        explorer(function),
        noise(function),
        lines(normal_equation=function),
        lines(absolute_error_gradient=function),
    ]
    for figure in figures:
        assert told in figure.trouble
    assert explorer(function).run == {}
    assert noise(function).noise == {}
    assert lines(normal_equation=function).lines == {}


def test_numbers_that_are_no_numbers_are_told():
    assert "returned nan for a batch" in noise(lambda *_: (np.nan, 0.0)).trouble
    assert "ran away" in lines(absolute_error_gradient=lambda *_: (np.inf, 0.0)).trouble
    assert explorer(lambda *_: (np.nan, 0.0)).run["path"] == [explorer().start]
