"""Unit 02: every formula the text shows agrees with running code, and every number it quotes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.unit import load_unit

UNIT = load_unit("02_regression")
notebook = UNIT.namespace()
seeds = st.integers(0, 2**32 - 1)
bmi, features, target = (notebook[name] for name in ("bmi", "features", "target"))


def central_difference(f, v, h=1e-6):
    steps = h * np.eye(len(v))
    return np.array([(f(v + step) - f(v - step)) / (2 * h) for step in steps])


def cost_of(x, y, v):
    """The L2 cost of w = v[:-1], b = v[-1], written out."""
    total = sum((row @ v[:-1] + v[-1] - measured) ** 2 for row, measured in zip(x, y, strict=True))
    return total / (2 * len(y))


def table(seed, n=9, size=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, size)), rng.normal(size=n), rng.normal(size=size + 1)


# The derivatives that the notebook shows


@given(seed=seeds)
def test_squared_error_gradient_is_that_of_the_loss(seed):
    x, y, v = table(seed)
    dw, db = notebook["squared_error_gradient"](x, y, v[:-1], v[-1])
    assert np.isclose(notebook["squared_error_loss"](x, y, v[:-1], v[-1]), cost_of(x, y, v))
    numeric = central_difference(lambda v: cost_of(x, y, v), v)
    assert np.allclose(np.append(dw, db), numeric, rtol=1e-5, atol=1e-7)


@given(seed=seeds)
def test_absolute_error_gradient_is_that_of_the_l1_loss(seed):
    x, y, v = table(seed)
    residuals = x @ v[:-1] + v[-1] - y
    if np.min(np.abs(residuals)) < 1e-4:
        return  # too near a kink for a difference
    dw, db = notebook["absolute_error_gradient"](x, y, v[:-1], v[-1])
    numeric = central_difference(lambda v: np.mean(np.abs(x @ v[:-1] + v[-1] - y)), v)
    assert np.allclose(np.append(dw, db), numeric, rtol=1e-5, atol=1e-7)


@given(a=st.floats(-5, 5), b=st.floats(-5, 5))
def test_relu_gradient_is_that_of_its_cost(a, b):
    x, y = notebook["temperature"], notebook["heating"]
    if np.min(np.abs(a * x + b)) < 1e-4:
        return
    unit = notebook["relu_unit"]
    numeric = central_difference(lambda v: np.mean((unit(x, *v) - y) ** 2) / 2, np.array([a, b]))
    assert np.allclose(notebook["relu_gradient"](x, y, a, b), numeric, rtol=1e-5, atol=1e-6)


@given(seed=seeds)
def test_the_gradient_in_matrix_form_and_the_hessian(seed):
    x, y, v = table(seed)
    design = np.column_stack([x, np.ones(len(y))])
    dw, db = notebook["squared_error_gradient"](x, y, v[:-1], v[-1])
    assert np.allclose(np.append(dw, db), design.T @ (design @ v - y) / len(y))
    hessian = design.T @ design / len(y)

    def gradient(v):
        return np.append(*notebook["squared_error_gradient"](x, y, v[:-1], v[-1]))

    steps = 1e-4 * np.eye(len(v))
    slopes = [(gradient(v + step) - gradient(v - step)) / 2e-4 for step in steps]
    assert np.allclose(slopes, hessian, atol=1e-7)
    assert np.allclose(notebook["curvatures"](x), np.linalg.eigvalsh(hessian))
    w, b = notebook["normal_equation"](x, y)
    assert np.allclose(notebook["squared_error_gradient"](x, y, w, b)[0], 0, atol=1e-9)


# Numbers in the text


def test_two_hundred_steps_on_the_springs():
    x, y = notebook["load"], notebook["length"]
    best_w, best_b = notebook["normal_equation"](x, y)
    w = b = 0.0
    for _ in range(200):
        dw, db = notebook["squared_error_gradient"](x, y, w, b)
        w, b = w - 0.1 * dw, b - 0.1 * db
    loss = notebook["squared_error_loss"]
    assert 0 < loss(x, y, w, b) - loss(x, y, best_w, best_b) < 0.001
    assert round(abs(b - best_b), 2) == 0.03


def test_shares_of_the_cost_that_the_features_explain():
    def least(x):
        return notebook["squared_error_loss"](x, target, *notebook["normal_equation"](x, target))

    without = notebook["squared_error_loss"](bmi, target, 0.0, target.mean())
    assert 0.3 < 1 - least(bmi) / without < 0.36, "about a third"
    assert 0.48 < 1 - least(features) / without < 0.55, "about half"


def test_how_elongated_the_valleys_are():
    def elongated(x):
        curvatures = notebook["curvatures"](x)
        return curvatures[-1] / curvatures[0]

    assert round(elongated(bmi), -3) == 26_000
    assert round(elongated(features), -6) == 52_000_000
    assert elongated(notebook["standardize"](features)[0]) < 500
    assert 0.002 < 2 / notebook["curvatures"](bmi)[-1] < 0.05, "the only safe rate of three"
    assert bmi.min() == 18
    assert round(bmi.max()) == 42


def test_share_never_drawn():
    assert round((1 - 1 / 442) ** 442, 2) == round(1 / np.e, 2) == 0.37


def test_batches_of_one_442_and_32_after_one_epoch_and_thirty():
    z, _, _ = notebook["standardize"](features)
    best = notebook["squared_error_loss"](z, target, *notebook["normal_equation"](z, target))

    def excess(batch_size, epochs, lr=0.01):
        w, b = notebook["sgd"](z, target, lr, batch_size, epochs, np.random.default_rng(0))
        return notebook["squared_error_loss"](z, target, w, b) / best - 1

    assert round(excess(1, 1), 2) == 0.11
    assert excess(32, 1) > excess(1, 1)
    assert excess(32, 30) < excess(1, 30)
    assert 0.4 < excess(442, 30) / excess(442, 0) < 0.6, "half-way down"
    assert excess(1, 30, lr=0.001) < excess(1, 30), "a tenth of the rate comes closer"


def test_circles_that_sgd_should_meet():
    cell = next(cell for cell in UNIT.cells if "springs = {" in cell.source)
    drawn = dict(notebook)
    exec(cell.source, drawn)
    springs = notebook["load"], notebook["length"]
    lines = [
        [
            notebook["sgd"](*springs, 0.05, 2, count, np.random.default_rng(seed))
            for count in drawn["after"]
        ]
        for seed in range(30)
    ]
    circles = np.transpose(list(drawn["springs"].values()))
    assert np.allclose(np.mean(lines, axis=0), circles, atol=0.03)
    assert np.abs(lines - circles).max() < 0.15, "chance puts nobody far beside them"


@pytest.mark.parametrize("size", [1, 4, 25])
def test_the_noise_of_a_batch_shrinks_like_one_over_the_root_of_its_size(size):
    rng = np.random.default_rng(size)
    x, y = rng.normal(size=5000), rng.normal(size=5000)
    exact = notebook["squared_error_gradient"](x, y, 0.0, 0.0)[1]
    far = [
        notebook["squared_error_gradient"](x[rows], y[rows], 0.0, 0.0)[1] - exact
        for rows in rng.integers(5000, size=(1000, size))
    ]
    assert np.std(far) * np.sqrt(size) == pytest.approx(y.std(), rel=0.15)


def test_the_slips_of_the_sources():
    """One index over m estimates the gradient; over n it is n/m times too short."""
    rng = np.random.default_rng(0)
    batch = rng.choice(442, size=20, replace=False)
    exact = notebook["squared_error_gradient"](bmi, target, 0.0, 0.0)[1]
    right = np.mean(-target[batch])
    assert abs(right / exact - 1) < 0.1
    assert round(right / (np.sum(-target[batch]) / 442)) == 22


# The unit with a bend


def test_the_unit_learns_from_one_start_and_is_dead_from_the_other():
    def descend(a, b):
        for _ in range(2000):
            da, db = notebook["relu_gradient"](notebook["temperature"], notebook["heating"], a, b)
            a, b = a - 0.2 * da, b - 0.2 * db
        return a, b

    assert np.allclose(descend(-1.0, 1.0), (-4, 6), atol=1e-3)
    assert descend(-1.0, -2.0) == (-1.0, -2.0)


# The model answer: noise at the best line, and none if all points lie on it


def test_sgd_leaves_the_best_line_unless_every_point_is_on_it():
    w, b = notebook["normal_equation"](bmi, target)
    single = [
        notebook["squared_error_gradient"](bmi[[i]], target[[i]], w, b)[1] for i in range(442)
    ]
    assert abs(np.mean(single)) < 1e-9
    assert np.min(np.abs(single)) > 0
    assert notebook["squared_error_gradient"](bmi[:1], 2 * bmi[:1] + 1, 2.0, 1.0) == (0, 0)
