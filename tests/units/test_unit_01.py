"""Unit 01: every formula the text shows agrees with running code, and every number it quotes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograder.unit import load_unit

UNIT = load_unit("01_gradient_descent")
notebook = UNIT.namespace()
coordinate = st.floats(-3, 3, allow_nan=False)
places = arrays(np.float64, 2, elements=coordinate)


def slope_by_complex_step(f, v, step=1e-30):
    """Independent of the central difference: the imaginary part of f(v + ih) / h."""
    v = np.asarray(v, dtype=complex)
    slopes = np.zeros(v.shape)
    for index in np.ndindex(v.shape):
        nudged = v.copy()
        nudged[index] += 1j * step
        slopes[index] = np.imag(f(nudged)) / step
    return slopes


# The derivatives that the notebook shows


def pass_height(v):
    return v[0] ** 2 + (v[1] ** 2 - 1) ** 2


@pytest.mark.parametrize(
    ("name", "height"),
    [
        ("bowl_gradient", notebook["bowl"]),
        ("by_ada", notebook["hill_and_hollow"]),
        ("pass_slope", pass_height),
    ],
)
@given(place=places)
def test_derived_gradients_are_right(name, height, place):
    exact = slope_by_complex_step(height, place)
    assert np.allclose(notebook[name](place), exact, rtol=1e-9, atol=1e-12)
    assert notebook["gradient_check"](height, place, exact) < 1e-6 or np.linalg.norm(exact) < 1e-3


@given(v=coordinate)
def test_slopes_of_one_number_are_right(v):
    assert np.isclose(notebook["slope_of_square"](v), slope_by_complex_step(np.square, v))
    assert np.isclose(3 * v**2 - 3, slope_by_complex_step(lambda v: v**3 - 3 * v, v))
    trough = np.maximum(abs(v) - 1, 0) ** 2
    beside = np.maximum(abs(v + 1e-7) - 1, 0) ** 2
    assert np.isclose(notebook["trough_slope"](v), (beside - trough) / 1e-7, atol=1e-5)


def test_hill_and_hollow_are_where_the_text_says():
    for x in (1 / np.sqrt(2), -1 / np.sqrt(2)):
        assert np.allclose(notebook["by_ada"]([x, 0.0]), 0)
    assert np.allclose(notebook["by_ada"]([0.0, 0.0]), [1, 0])


# What the text says of the central difference


def test_worked_example_of_the_derivative():
    cube = notebook["cube"]
    assert round((cube(2.1) - cube(2)) / 0.1, 2) == 12.61
    assert round((cube(2) - cube(1.9)) / 0.1, 2) == 11.41
    assert round(notebook["derivative"](cube, 2, 0.1), 2) == 12.01


@given(v=st.floats(0.2, 1.3))
def test_halving_h_halves_the_one_sided_error_and_quarters_the_central_one(v):
    def errors(h):
        one_sided = (np.sin(v + h) - np.sin(v)) / h - np.cos(v)
        return one_sided, notebook["derivative"](np.sin, v, h) - np.cos(v)

    (one_sided, central), (one_sided_half, central_half) = errors(1e-2), errors(5e-3)
    assert np.isclose(one_sided / one_sided_half, 2, rtol=0.05)
    assert np.isclose(central / central_half, 4, rtol=0.001)


def test_the_best_central_step_is_near_the_default():
    steps = 10.0 ** np.arange(-14, 0)
    errors = [abs(notebook["derivative"](np.sin, 1.0, h) - np.cos(1.0)) for h in steps]
    assert 1e-6 <= steps[np.argmin(errors)] <= 1e-4


# Steepest ascent and level sets


@given(place=places, angle=st.floats(0, 2 * np.pi))
def test_no_direction_gains_more_than_the_gradient(place, angle):
    bowl, gradient = notebook["bowl"], notebook["numerical_gradient"](notebook["bowl"], place)
    size = np.linalg.norm(gradient)
    if size < 1e-2:
        return
    step = 1e-4
    gain = bowl(place + step * gradient / size) - bowl(place)
    other = bowl(place + step * np.array([np.cos(angle), np.sin(angle)])) - bowl(place)
    assert other <= gain + 10 * step**2
    across = np.array([-gradient[1], gradient[0]]) / size
    assert abs(bowl(place + step * across) - bowl(place)) <= 10 * step**2


# The thermometer, and the three derivations


@given(place=places)
def test_what_the_relative_error_tells(place):
    ramp, check = notebook["ramp"], notebook["gradient_check"]
    right = np.array([4.0, 3.0])
    assert check(ramp, place, right) < 1e-7
    assert np.isclose(check(ramp, place, 2 * right), 1 / 3)
    assert np.isclose(check(ramp, place, right / 2), 1 / 3)
    assert np.isclose(check(ramp, place, -right), 1)
    assert np.isclose(check(ramp, place, 0 * right), 1)


def test_all_three_derivations_pass_at_the_origin_and_one_elsewhere():
    def errors(place):
        place = np.array(place)
        return [
            notebook["gradient_check"](notebook["hill_and_hollow"], place, notebook[name](place))
            for name in ("by_ada", "by_ben", "by_chloe")
        ]

    assert max(errors([0.0, 0.0])) < 1e-7
    ada, ben, chloe = errors([0.7, -0.4])
    assert ada < 1e-9
    assert round(ben, 1) == 0.2
    assert round(chloe, 1) == 0.7


# Convexity


@given(a=coordinate, b=coordinate, t=st.floats(0, 1))
def test_the_trough_is_convex_with_a_flat_floor(a, b, t):
    def trough(v):
        return max(abs(v) - 1, 0) ** 2

    assert trough(t * a + (1 - t) * b) <= t * trough(a) + (1 - t) * trough(b) + 1e-12


def test_descent_in_the_trough_ends_in_three_places():
    ends = [
        notebook["gradient_descent"](notebook["trough_slope"], start, 0.2)[-1]
        for start in (-3, 0.4, 3)
    ]
    assert np.allclose(ends, [-1, 0.4, 1], atol=1e-5)


# The learning rate


@st.composite
def valleys(draw):
    """A symmetric positive definite matrix with curvatures from 0.5 to 8, axes turned."""
    size = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
    curvatures = rng.uniform(0.5, 8, size=size)
    return (axes * curvatures) @ axes.T


@given(hessian=valleys())
def test_descent_converges_below_the_limit_and_diverges_above_it(hessian):
    limit = notebook["largest_stable_lr"](hessian)
    start = np.linalg.eigh(hessian)[1].sum(axis=1)

    def distance(share):
        path = notebook["gradient_descent"](lambda v: hessian @ v, start, share * limit, 0, 600)
        return np.linalg.norm(path[-1]) / np.linalg.norm(path[0])

    assert distance(0.98) < 1e-3
    assert distance(1.02) > 1e3


@given(lr=st.floats(0.01, 0.4), start=places)
def test_the_path_drawn_by_formula_is_the_path_of_descent(lr, start):
    steps = np.arange(16)[:, np.newaxis]
    by_formula = start * (1 - lr * np.array([2, 6])) ** steps
    path = notebook["gradient_descent"](notebook["bowl_gradient"], start, lr, 0, 15)
    assert np.allclose(path, by_formula, rtol=1e-9, atol=1e-12)


def test_the_sweep_that_checks_the_source():
    def end(lr):
        return abs(
            notebook["gradient_descent"](notebook["slope_of_square"], 1.0, lr, 1e-6, 200)[-1]
        )

    assert end(0.001) > 0.5, "slow"
    assert end(0.5) == 0, "one step"
    assert end(0.9) < 1e-6, "swings and arrives"
    assert end(1.0) == 1, "jumps for ever"
    assert end(1.1) > 1e15, "diverges"


def test_numbers_of_the_model_answer():
    path = notebook["gradient_descent"](lambda v: np.array([1, 100]) * v, [1.0, 1.0], 0.03, 0, 5)
    assert np.allclose(path[1:] / path[:-1], [0.97, -2])
    assert notebook["largest_stable_lr"](np.diag([1.0, 100.0])) == 0.02


# Saddles


def test_the_ridge_holds_the_ball_and_a_nudge_frees_it():
    def walk(y):
        return notebook["gradient_descent"](notebook["pass_slope"], [1.0, y], 0.05)

    assert np.allclose(walk(0.0)[-1], [0, 0], atol=1e-6)
    assert np.allclose(walk(1e-6)[-1], [0, 1], atol=1e-5)
    assert np.allclose(walk(-1e-6)[-1], [0, -1], atol=1e-5)
    lingering = [np.sum(np.abs(walk(y)[:, 1]) < 0.5) for y in (1e-6, 1e-3, 0.1)]
    assert lingering == sorted(lingering, reverse=True)
    assert len(set(lingering)) == 3


# The map


def test_distances_on_the_round_earth():
    quarter_of_the_equator = notebook["EARTH_RADIUS"] * np.pi / 2
    cities = {"a": (0.0, 90.0), "b": (90.0, 0.0)}
    total_distance = notebook["total_distance"]
    here = dict(total_distance.__globals__, CITIES=cities)
    on_the_equator = type(total_distance)(total_distance.__code__, here)
    assert np.isclose(on_the_equator([0.0, 0.0]), 2 * quarter_of_the_equator)


def test_the_friends_meet_between_munich_and_salzburg():
    total_distance = notebook["total_distance"]

    def slope(place):
        return notebook["numerical_gradient"](total_distance, place)

    place = notebook["gradient_descent"](slope, [50.0, 10.0], 0.01, 0.01, 2000)[-1]
    around = [
        total_distance(place + [south, east])
        for south in np.linspace(-1, 1, 9)
        for east in np.linspace(-1, 1, 9)
        if south or east
    ]
    assert total_distance(place) < min(around)
    munich, salzburg = np.array([48.14, 11.58]), np.array([47.80, 13.04])
    assert munich[1] < place[1] < salzburg[1]
    assert abs(place[0] - (munich[0] + salzburg[0]) / 2) < 0.3
