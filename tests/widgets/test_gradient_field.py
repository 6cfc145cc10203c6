import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet.widgets import GradientField
from nand2resnet.widgets.gradient_field import gradient, value
from tests.widgets import learners_code

points = st.tuples(*[st.floats(-2, 2)] * 2).map(np.array)


@given(points)
def test_formula_of_the_gradient(v):
    measured = learners_code.numerical_gradient(value, v, 1e-5)
    np.testing.assert_allclose(gradient(v), measured, atol=1e-9)


def test_without_a_function_the_formula_draws():
    field = GradientField()
    x, y, *drawn = field.arrows[17]
    np.testing.assert_array_equal(drawn, gradient(np.array([x, y])))
    assert field.measured == {}


def test_learners_function_draws_every_arrow():
    field = GradientField(lambda f, v, h: 2 * learners_code.numerical_gradient(f, v, h))
    for x, y, *drawn in field.arrows:
        np.testing.assert_allclose(drawn, 2 * gradient(np.array([x, y])), atol=1e-9)


def test_moving_the_probe_measures_there():
    field = GradientField(learners_code.numerical_gradient)
    field.probe = [0.5, -0.25]
    assert field.measured["at"] == [0.5, -0.25]
    np.testing.assert_allclose(
        field.measured["gradient"], gradient(np.array([0.5, -0.25])), atol=1e-9
    )


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (learners_code.unwritten, "is not written yet"),
        (lambda *_: 0.0, "shape"),
        (lambda: None, "raised TypeError"),
    ],
)
def test_trouble_leaves_the_formulas_arrows(function, told):
    field = GradientField(function)
    assert told in field.trouble
    assert field.trouble.endswith("Until then the formula draws the arrows.")
    assert field.arrows == GradientField().arrows
    assert field.measured == {}
