"""Unit 06: every formula the text shows agrees with running code, and every number it quotes."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.oracle import Oracle
from autograder.unit import load_unit
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("06_optimizers")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
START = notebook["START"]
numbers = st.floats(-5, 5).map(lambda number: round(number, 3))
vectors = st.lists(numbers, min_size=3, max_size=3).map(np.array)
shares = st.sampled_from([0.0, 0.5, 0.9, 0.99])
learning_rates = st.sampled_from([0.001, 0.01, 0.1, 0.5])


# The formulas, one step each, written out entry by entry


@given(w=vectors, dw=vectors, v=vectors, lr=learning_rates, rho=shares)
def test_momentum_and_nesterov(w, dw, v, lr, rho):
    pushed = [rho * old - lr * slope for old, slope in zip(v, dw, strict=True)]
    came, state = notebook["sgd_momentum"](w, dw, {"v": v}, lr, rho)
    np.testing.assert_allclose(state["v"], pushed)
    np.testing.assert_allclose(came, [a + b for a, b in zip(w, pushed, strict=True)])
    ahead, _ = notebook["nesterov_rearranged"](w, dw, {"v": v}, lr, rho)
    by_hand = [a - rho * b + (1 + rho) * c for a, b, c in zip(w, v, pushed, strict=True)]
    np.testing.assert_allclose(ahead, by_hand, atol=1e-12)
    there, _ = notebook["nesterov"](w, lambda x: 3 * x**2, {"v": v}, lr, rho)
    by_hand = [a + rho * b - lr * 3 * (a + rho * b) ** 2 for a, b in zip(w, v, strict=True)]
    np.testing.assert_allclose(there, by_hand, atol=1e-12)


@given(w=vectors, dw=vectors, m=vectors, lr=learning_rates, beta=shares)
def test_moving_average(w, dw, m, lr, beta):
    came, state = notebook["ema_momentum"](w, dw, {"m": m}, lr, beta)
    np.testing.assert_allclose(
        state["m"], [beta * a + (1 - beta) * b for a, b in zip(m, dw, strict=True)]
    )
    np.testing.assert_allclose(came, [a - lr * b for a, b in zip(w, state["m"], strict=True)])


@given(w=vectors, dw=vectors, s=vectors.map(np.abs), lr=learning_rates, eps=st.floats(1e-8, 1))
def test_adagrad_and_rmsprop(w, dw, s, lr, eps):
    came, state = notebook["adagrad"](w, dw, {"s": s}, lr, eps)
    sums = [a + b * b for a, b in zip(s, dw, strict=True)]
    np.testing.assert_allclose(state["s"], sums)
    by_hand = [a - lr * b / (math.sqrt(c) + eps) for a, b, c in zip(w, dw, sums, strict=True)]
    np.testing.assert_allclose(came, by_hand)
    came, state = notebook["rmsprop"](w, dw, {"s": s}, lr, 0.75, eps)
    sums = [0.75 * a + 0.25 * b * b for a, b in zip(s, dw, strict=True)]
    np.testing.assert_allclose(state["s"], sums)
    by_hand = [a - lr * b / (math.sqrt(c) + eps) for a, b, c in zip(w, dw, sums, strict=True)]
    np.testing.assert_allclose(came, by_hand)


@given(gradients=st.lists(vectors, min_size=1, max_size=6), beta1=shares, beta2=shares)
def test_adam_corrects_both_averages(gradients, beta1, beta2):
    """The corrected averages are weighted means of all slopes so far, whose weights sum to 1."""
    w, state = np.zeros(3), {}
    for t, _ in enumerate(gradients, 1):
        before = w
        w, state = notebook["adam"](w, gradients[t - 1], state, 0.1, beta1, beta2, 1e-4)
        ages = np.arange(t - 1, -1, -1)
        means = []
        for beta, values in ((beta1, gradients[:t]), (beta2, np.square(gradients[:t]))):
            weights = float(beta) ** ages
            means.append(weights @ np.array(values) / weights.sum())
        step = 0.1 * means[0] / (np.sqrt(means[1]) + 1e-4)
        np.testing.assert_allclose(before - w, step, atol=1e-9)
        assert state["t"] == t


@given(dw=vectors, lr=learning_rates)
def test_adams_first_step_is_the_sign(dw, lr):
    w, _ = notebook["adam"](np.zeros(3), dw, {}, lr)
    big = np.abs(dw) > 1e-3
    np.testing.assert_allclose(w[big], -lr * np.sign(dw[big]), rtol=1e-4)


@given(t=st.integers(0, 60), warmup=st.integers(0, 20), lr_min=st.floats(0, 0.4))
def test_the_cosine_schedule_of_the_text(t, warmup, lr_min):
    rate = notebook["cosine_schedule"](t, 60, 0.5, lr_min, warmup)
    if t < warmup:
        assert rate == pytest.approx(0.5 * (t + 1) / warmup)
    else:
        angle = math.pi * (t - warmup) / (60 - warmup)
        assert rate == pytest.approx(lr_min + (0.5 - lr_min) / 2 * (1 + math.cos(angle)))
    assert min(lr_min, 0.5 / max(warmup, 1)) <= rate + 1e-12
    assert rate <= 0.5 + 1e-12
    ends = [notebook["cosine_schedule"](k, 60, 0.5, lr_min, 20) for k in (19, 20, 60)]
    assert ends == pytest.approx([0.5, 0.5, lr_min])


# 1. One rate for all directions


def test_rates_in_the_ravine(capsys):
    told = solved.printed_by("y begins", capsys)
    assert "rate  0.07: 64 steps" in told
    assert "rate 0.079: 126 steps; y begins [ 1.   -0.98  0.95 -0.93  0.9 ]" in told
    assert "rate 0.081: None steps" in told


# 2. Two forms of momentum


def test_the_velocity_approaches_ten_times_the_step(capsys):
    told = solved.printed_by("if t in (1, 2, 3, 10, 40)", capsys)
    assert "step 40: velocity -0.985" in told
    assert math.isclose(0.1 / (1 - 0.9), 1.0)


def test_kappa_against_its_root(capsys):
    told = solved.printed_by("for kappa in (10, 100, 1000)", capsys)
    steps = [
        tuple(map(int, re.findall(r"(\d+) steps, momentum +(\d+)", line)[0]))
        for line in told.splitlines()
    ]
    (plain, ball), _, (plain_steep, ball_steep) = steps
    assert plain_steep / plain == pytest.approx(100, rel=0.05)
    assert 10 < ball_steep / ball < 16
    rhos = [float(found) for found in re.findall(r"rho = ([\d.]+)", told)]
    assert rhos == sorted(rhos)


@given(lr=st.floats(0.001, 0.03), beta=st.sampled_from([0.5, 0.9, 0.95]))
def test_the_two_forms_agree_while_rate_and_momentum_are_constant(lr, beta):
    slope, steps = notebook["ravine_slope"], 30
    ball = notebook["walk"](notebook["sgd_momentum"], START, slope, [lr] * steps, [beta] * steps)
    alphas = [lr / (1 - beta)] * steps
    average = notebook["walk"](notebook["ema_momentum"], START, slope, alphas, [beta] * steps)
    np.testing.assert_allclose(ball, average, atol=1e-9)


def test_they_part_when_the_rate_is_cut_and_when_the_momentum_changes(capsys):
    told = solved.printed_by('("cut at step 20"', capsys)
    assert "constant rate: 0.000 apart after 20 steps, 0.000 after 25" in told
    assert "cut at step 20: 0.000 apart after 20 steps, 0.563 after 25" in told
    ball, average = map(float, re.findall(r"ball ([\d.]+), average ([\d.]+)", told)[1])
    assert ball > 20 * average
    rhos, slope = [0.5] * 5 + [0.9] * 15, notebook["ravine_slope"]
    ball = notebook["walk"](notebook["sgd_momentum"], START, slope, [0.02] * 20, rhos)
    alphas = [0.02 / (1 - rho) for rho in rhos]
    average = notebook["walk"](notebook["ema_momentum"], START, slope, alphas, rhos)
    assert np.abs(ball[:6] - average[:6]).max() < 1e-12
    assert np.abs(ball - average).max() > 0.1


def test_the_missing_factor_is_ten(capsys):
    cell = solved.source_with("factor = 1.0  # your turn")
    capsys.readouterr()
    exec(cell.replace("factor = 1.0", "factor = 10.0"), dict(notebook))
    assert float(capsys.readouterr().out.rpartition(":")[2]) < 1e-12


# 3. Two forms of Nesterov's momentum


def test_the_half_worked_look_ahead(capsys):
    cell = solved.source_with("ahead = None  # your turn")
    capsys.readouterr()
    exec(cell.replace("ahead = None", "ahead = w + rho * v"), dict(notebook))
    told = capsys.readouterr().out
    momentum, ahead = map(float, re.findall(r": (-?[\d.]+)", told))
    assert momentum == pytest.approx(-2.0)
    assert ahead == pytest.approx(-1.64)
    assert abs(ahead) < abs(momentum)  # it brakes


def test_the_rearranged_form_walks_through_the_places_ahead(capsys):
    told = solved.printed_by('"the momentum grows"', capsys)
    own, ahead = np.array(
        [tuple(map(float, re.findall(r"([\d.]+) from", line))) for line in told.splitlines()]
    ).T
    assert (own > 0.1).all()
    assert ahead[0] == ahead[1] == 0
    assert ahead[2] > 0.02


@given(rates=st.lists(st.floats(0.001, 0.02), min_size=3, max_size=12))
def test_a_changing_rate_does_no_harm_to_nesterov(rates):
    slope, rhos = notebook["ravine_slope"], [0.9] * len(rates)
    _, ahead = notebook["walk_ahead"](notebook["nesterov"], START, slope, rates, rhos)
    rearranged = notebook["walk"](notebook["nesterov_rearranged"], START, slope, rates, rhos)
    np.testing.assert_allclose(rearranged[:-1], ahead, atol=1e-9)


# 4. A rate for every weight


def test_the_given_network_has_the_right_gradient():
    rng = np.random.default_rng(4)
    params = notebook["random_params"](rng)
    X, y = rng.uniform(size=(5, 64)), rng.integers(10, size=5)
    loss, grads = notebook["mlp_loss"](params, X, y)
    assert loss > 0
    for name, array in params.items():
        for _ in range(6):
            place = tuple(rng.integers(size) for size in array.shape)
            sides = []
            for h in (1e-5, -1e-5):
                moved = {key: value.copy() for key, value in params.items()}
                moved[name][place] += h
                sides.append(notebook["mlp_loss"](moved, X, y)[0])
            measured = (sides[0] - sides[1]) / 2e-5
            assert grads[name][place] == pytest.approx(measured, rel=1e-5, abs=1e-8)


def test_slopes_of_busy_and_rare_pixels(capsys):
    told = solved.printed_by("pixels are never inked", capsys)
    assert "3 pixels are never inked" in told
    small, large = map(float, re.findall(r"(\de-\d\d|\d\.\de-\d\d)", told))
    assert 2000 < large / small < 9000


def test_effective_rates_of_adagrad_never_rise(capsys):
    told = solved.printed_by("effective rates", capsys)
    rates = np.array(re.findall(r"\[([\d.]+) +([\d.]+) *\]", told), dtype=float)
    assert rates.shape == (6, 2)
    assert (np.diff(rates, axis=0) <= 0).all()
    assert (rates[1:, 1] > rates[1:, 0]).all()


def test_adagrad_slows_down_like_the_root(capsys):
    told = solved.printed_by("after {t:6} steps", capsys)
    ways = [float(found) for found in re.findall(r"steps: +([\d.]+)", told)]
    assert ways[2] / ways[1] == pytest.approx(10, rel=0.1)


def test_rmsprop_leaps_at_the_start(capsys):
    told = solved.printed_by("{path[t - 1] - path[t]:.3f} long", capsys)
    assert "step   1 is 1.000 long" in told
    assert "step 500 is 0.100 long" in told


def test_the_half_worked_correction(capsys):
    cell = solved.source_with("corrected = None  # your turn")
    capsys.readouterr()
    exec(cell.replace("corrected = None", "corrected = m / (1 - 0.9**t)"), dict(notebook))
    corrected = [
        float(found) for found in re.findall(r"corrected ([\d.]+)", capsys.readouterr().out)
    ]
    np.testing.assert_allclose(corrected, 5)


def test_adam_ends_at_the_worst_place(capsys):
    told = solved.printed_by("Where 3000 steps lead", capsys)
    ends = [float(found) for found in re.findall(r"([+-]\d\.\d+)$", told, re.MULTILINE)]
    assert ends[1] == 1
    assert max(ends[0], ends[2]) < -0.97


# 5. Schedules


def test_circles_of_the_schedules():
    namespace = dict(notebook)
    exec(solved.source_with("circles = {").rpartition("\n")[0], namespace)
    for name, circles in namespace["circles"].items():
        np.testing.assert_allclose(namespace["yours"][name](namespace["at"]), circles, atol=6e-4)


# 6. Digits


@pytest.mark.parametrize("seed", range(3))
def test_at_its_best_rate_adam_is_not_the_best(seed):
    always, run = notebook["always"], notebook["digits_run"]

    def best(name):
        rates = np.geomspace(0.0003, 3, 9)
        train = notebook["train_with"]
        return min(run(train, notebook[name], always(lr), seed)[1][-1] for lr in rates)

    momentum, adam, descent = best("sgd_momentum"), best("adam"), best("descent")
    assert momentum < adam
    assert descent < 1.3 * adam
    assert max(momentum, adam, descent) < 0.05


def test_at_one_rate_for_all_adam_leads_far():
    ends = {
        name: notebook["digits_run"](
            notebook["train_with"], notebook[name], notebook["always"](0.01)
        )[1][-1]
        for name in ("descent", "sgd_momentum", "adam")
    }
    assert ends["adam"] < ends["sgd_momentum"] / 3 < ends["descent"] / 10


def test_what_schedules_buy(capsys):
    told = solved.printed_by("schedules = {", capsys)
    lines = {
        tuple(line.split(":")[0].split()): tuple(
            map(float, re.findall(r"(\d\.\d+) ", line.replace(",", " ")))
        )
        for line in told.splitlines()
    }
    for name in ("momentum", "Adam"):
        assert lines[name, "cosine"][1] < lines[name, "constant"][1] / 5
    assert lines["RMSProp", "constant"][0] > math.log(10)  # worse than guessing
    assert lines["RMSProp", "warm-up"][0] < 0.5 * lines["RMSProp", "cosine"][0]
    assert lines["RMSProp", "warm-up"][1] < lines["RMSProp", "cosine"][1] / 2


def test_ten_epochs_are_470_steps():
    assert 10 * math.ceil(len(notebook["X_train"]) / 32) == 470
    assert sum(a.size for a in notebook["random_params"](np.random.default_rng(0)).values()) == 4810


def test_train_with_leaves_every_array_its_own_state():
    asked = []

    def watched(w, dw, state, lr):
        asked.append((np.shape(w), state.get("n", 0), lr))
        return w, {"n": state.get("n", 0) + 1}

    start, X, y = {"w": np.ones(3), "b": np.ones((2, 2))}, np.ones((5, 3)), np.ones(5)
    rng = np.random.default_rng(0)
    notebook["train_with"](
        watched, notebook["toy_loss"], start, X, y, lambda t: 10.0 + t, 2, 2, rng
    )
    for shape in ((3,), (2, 2)):
        assert [(n, lr) for s, n, lr in asked if s == shape] == [(n, 10.0 + n) for n in range(6)]


# Hints and alternatives


def test_worked_neighbours_do_what_they_say():
    paid, state = worked_neighbour(UNIT, "sgd_momentum")(10.0, 5.0, {"balance": 100.0}, 0.1)
    assert (paid, state) == (15.0, {"balance": pytest.approx(115.0)})
    average, _ = worked_neighbour(UNIT, "ema_momentum")(10.0, {"average": 20.0})
    assert average == pytest.approx(18.0)
    place = worked_neighbour(UNIT, "nesterov")(1.0, lambda x: 2 * x, 0.5)
    assert place == pytest.approx(1 + 0.5 * 2 * 1.5)
    swing = worked_neighbour(UNIT, "nesterov_rearranged")(1.0, 2.0, {"speed": 2.0})
    assert swing == (4.0, 1.0, {"speed": 3.0})
    share, _ = worked_neighbour(UNIT, "adagrad")(-1.0, {"total": 3.0})
    assert share == pytest.approx(-0.25)
    loud, _ = worked_neighbour(UNIT, "rmsprop")(2.0, {"power": 1.0})
    assert loud == pytest.approx(math.sqrt(0.9 + 0.4))
    fair_average, state = worked_neighbour(UNIT, "adam"), {}
    for _ in range(4):
        fair, state = fair_average(7.0, state)
        assert fair == pytest.approx(7.0)
    assert worked_neighbour(UNIT, "cosine_schedule")(6, 10, 1.0, 0.2, 2) == pytest.approx(0.6)
    grown = worked_neighbour(UNIT, "train_with")(
        lambda height, page, water: (height + water, page), {"fern": 1.0, "fig": 2.0}, 3, float
    )
    assert grown == {"fern": 4.0, "fig": 5.0}


@pytest.mark.parametrize("seed", ["wide", "awake"])
def test_other_right_answers_are_right_for_other_seeds_too(seed):
    oracle = Oracle(UNIT, seed)
    for name, exercise in UNIT.exercises.items():
        for alternative in exercise.alternatives:
            source = UNIT.variant_source(name, alternative)
            verdict = oracle.judge(name, oracle.observe_version(name, source))
            assert verdict.points == verdict.max_points, alternative.name
