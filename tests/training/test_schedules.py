"""Learning rates against their formulas."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet.training.recipe import CHOICES, Recipe
from nand2resnet.training.schedules import learning_rate


def curve(steps, **settings):
    recipe = Recipe(**settings)
    return [learning_rate(recipe, step, steps) for step in range(recipe.epochs * steps)]


def test_constant():
    assert curve(3, epochs=2, learning_rate=0.2) == [0.2] * 6


def test_steps_take_a_tenth_from_each_milestone_on():
    rates = curve(2, epochs=4, schedule="steps", milestones=(1, 2.5), learning_rate=1.0)
    assert rates == pytest.approx([1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01])


def test_cosine_is_half_way_in_the_middle():
    rates = curve(10, epochs=2, schedule="cosine", learning_rate=3.0)
    assert rates == pytest.approx([1.5 * (1 + math.cos(math.pi * t / 20)) for t in range(20)])
    assert rates[10] == pytest.approx(1.5)


def test_one_cycle_is_two_straight_lines():
    rates = curve(10, epochs=2, schedule="one cycle", learning_rate=1.2)
    up = [1.2 * (t + 1) / 6 for t in range(6)]
    assert rates[:6] == pytest.approx(up)
    assert rates[6:] == pytest.approx([1.2 * (1 - (t - 6) / 14) for t in range(6, 20)])


def test_warmup_rises_evenly_and_then_the_schedule_begins():
    rates = curve(4, epochs=5, schedule="cosine", warmup=1.5, learning_rate=2.0)
    assert rates[:6] == pytest.approx([2 * (t + 1) / 6 for t in range(6)])
    assert rates[6:] == pytest.approx([1 + math.cos(math.pi * (t - 6) / 14) for t in range(6, 20)])


@given(
    *(st.integers(1, 6), st.integers(1, 9), st.floats(1e-3, 10), st.floats(0, 3)),
    st.sampled_from(CHOICES["schedule"]),
)
def test_no_rate_is_above_the_recipe_s_or_below_0(epochs, steps, rate, warmup, schedule):
    milestones = (0.5, 2) if schedule == "steps" else ()
    settings = {"learning_rate": rate, "warmup": warmup, "schedule": schedule}
    rates = curve(steps, epochs=epochs, milestones=milestones, **settings)
    assert all(0 <= one <= rate * (1 + 1e-12) for one in rates)
    assert rates[0] > 0
