"""Unit 08: every formula the text shows agrees with running code, and every number it quotes."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.oracle import Oracle
from autograder.unit import load_unit
from nand2resnet import tuning_plots
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("08_regularization_and_tuning")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)
GOOD = 1e-7
"""The relative error that every backward pass must reach in float64."""


def percents(text):
    """All percentages in a text, as shares."""
    return [float(found) / 100 for found in re.findall(r"([\d.]+)%", text)]


def relative_error(f, array, derived, h=1e-4):
    """By a difference of fourth order along each entry: independent of the unit."""
    measured = np.zeros(array.shape)
    for i in np.ndindex(array.shape):

        def at(shift, i=i):
            moved = array.astype(float)
            moved[i] += shift
            return f(moved)

        near, far = at(h) - at(-h), at(2 * h) - at(-2 * h)
        measured[i] = (8 * near - far) / (12 * h)
    return np.linalg.norm(derived - measured) / (
        np.linalg.norm(derived) + np.linalg.norm(measured) + 1e-3
    )


# Every gradient, against differences


@given(seed=seeds, rows=sizes, columns=sizes)
def test_the_gradient_of_the_penalty(seed, rows, columns):
    rng = np.random.default_rng(seed)
    W = rng.choice([-1, 1], size=(rows, columns)) * rng.uniform(0.1, 3, size=(rows, columns))
    penalty, (l1, l2) = notebook["elastic_penalty"], rng.uniform(0, 2, size=2)
    value, gradient = penalty(W, l1, l2)
    assert np.isclose(value, l1 * np.abs(W).sum() + l2 / 2 * (W**2).sum())
    assert relative_error(lambda W: penalty(W, l1, l2)[0], W, gradient) < GOOD


@given(seed=seeds, n=sizes, units=sizes, drop_prob=st.floats(0, 0.9))
def test_dropout_backward(seed, n, units, drop_prob):
    rng = np.random.default_rng(seed)
    x, dout = rng.normal(size=(n, units)), rng.normal(size=(n, units))
    for training in (True, False):

        def forward(x, training=training):
            return notebook["dropout_forward"](x, drop_prob, np.random.default_rng(1), training)

        derived = notebook["dropout_backward"](dout, forward(x)[1])
        error = relative_error(lambda x, f=forward: np.sum(dout * f(x)[0]), x, derived)
        assert error < GOOD


@settings(deadline=None)
@given(seed=seeds, n=sizes, drop_prob=st.floats(0, 0.8))
def test_the_losses_with_penalty_and_dropout(seed, n, drop_prob):
    rng = np.random.default_rng(seed)
    params = notebook["random_params"](4, rng, inputs=3, classes=2)
    X, y = rng.normal(size=(n, 3)), rng.integers(2, size=n)
    if np.abs(X @ params["W1"]).min() < 5e-3 or min(map(np.abs, params["W2"].flat)) < 5e-3:
        return
    if np.abs(params["W1"]).min() < 5e-3:
        return

    def dropping(params):
        return notebook["with_dropout"](drop_prob, np.random.default_rng(2))(params, X, y)

    def paying(params):
        return notebook["penalised"](0.3, 0.7)(params, X, y)

    for loss in (dropping, paying, lambda params: notebook["mlp_loss"](params, X, y)):
        _, grads = loss(params)
        for name, array in params.items():
            error = relative_error(
                lambda v, name=name, loss=loss: loss(params | {name: v})[0], array, grads[name]
            )
            assert error < GOOD, name


def test_the_notebooks_own_check_is_as_good(capsys):
    assert float(solved.printed_by("relative error:", capsys).split()[-1]) < GOOD


# 1. Overfitting


def test_the_numbers_of_wrong_labels(capsys):
    told = solved.printed_by("labels are wrong; the first", capsys)
    wrong = int(told.split()[0])
    y_typed, y_all = notebook["y_typed"], notebook["y_all"]
    assert wrong == np.sum(y_typed[:200] != y_all[:200])
    assert 0.08 < np.mean(y_typed != y_all[:1098]) < 0.13
    assert len(notebook["X_val"]) == 400
    assert len(y_typed) == 1098
    assert len(notebook["test"].labels) == 299
    assert notebook["random_params"](100, np.random.default_rng(0))["W1"].shape == (64, 100)


def test_units_and_pictures_do_what_the_text_says(capsys):
    lines = solved.printed_by("for hidden, pictures in", capsys).splitlines()
    (own2, new2), (own8, new8), (own100, new100), (_, new_more) = (percents(line) for line in lines)
    assert own100 == 1.0, "it knows its own pictures by heart"
    assert own2 < own8 < own100
    assert new2 < new8 < new100 < new_more
    assert own2 < 0.7
    assert new_more > new100 + 0.04


def test_three_units_make_a_bump(capsys):
    told = solved.printed_by("a bump:", capsys)
    heights = [float(number) for number in told.rpartition("[")[2].strip("] \n").split()]
    assert np.allclose(heights, [0, 0, 1, 0, 0, 0])


# 2. Penalties


def test_weight_decay_is_the_same_step(capsys):
    first, second = solved.printed_by("with decay:", capsys).splitlines()
    assert first.partition("[")[2] == second.partition("[")[2]


def test_l1_empties_l2_shrinks_and_both_help(capsys):
    told = solved.printed_by("tuning_plots.weights(weights)", capsys).splitlines()
    none, l1, l2 = (percents(line) for line in told)
    assert none[1] < l1[1]
    assert none[1] < l2[1]
    assert none[2] < 0.1
    assert l1[2] > 0.8
    assert l2[2] < 0.6


def test_a_wall_at_3_changes_nothing_and_a_closer_one_helps(capsys):
    lines = solved.printed_by("c = {c:5}", capsys).splitlines()
    assert lines[0].partition(":")[2] == lines[1].partition(":")[2]
    shares = [percents(line)[1] for line in lines]
    assert min(shares[2:]) > shares[0]
    longest = [float(re.search(r"longest ([\d.]+)", line)[1]) for line in lines]
    assert longest[2:] == [1.0, 0.7]


@given(seed=seeds, inputs=sizes, units=sizes, c=st.floats(0.1, 5))
def test_projected_columns_are_no_longer_than_c_and_point_the_same_way(seed, inputs, units, c):
    W = np.random.default_rng(seed).normal(size=(inputs, units)) * 2
    projected = notebook["project_max_norm"](W, c)
    lengths, before = (np.linalg.norm(array, axis=0) for array in (projected, W))
    assert (lengths <= c * (1 + 1e-12)).all()
    assert np.allclose(lengths, np.minimum(before, c))
    assert np.allclose(projected * before, W * lengths)


def test_the_prediction_of_the_text_about_columns():
    W = np.array([[3.0, 0.3], [4.0, 0.4]])
    assert np.allclose(notebook["project_max_norm"](W, 2.5), [[1.5, 0.3], [2.0, 0.4]])


# 3. Dropout


@given(seed=seeds, drop_prob=st.floats(0.05, 0.9))
def test_the_mean_stays_what_it_was(seed, drop_prob):
    out, _ = notebook["dropout_forward"](
        np.ones((100, 100)), drop_prob, np.random.default_rng(seed), True
    )
    spread = np.sqrt(drop_prob / (1 - drop_prob) / 10_000)
    assert abs(out.mean() - 1) < 8 * spread


def test_all_masks_average_to_test_mode_exactly():
    rng, p = np.random.default_rng(0), 0.3
    hidden, V = rng.uniform(size=4), rng.normal(size=(4, 2))
    average = 0
    for number in range(2**4):
        mask = np.array([number >> bit & 1 for bit in range(4)])
        chance = np.prod(np.where(mask, 1 - p, p))
        average = average + chance * ((hidden * mask / (1 - p)) @ V)
    assert np.allclose(average, hidden @ V)


def test_more_dropout_knows_less_by_heart_and_does_better(capsys):
    lines = solved.printed_by("for drop_prob in (0.0", capsys).splitlines()
    own, new = zip(*(percents(line) for line in lines), strict=True)
    assert sorted(own, reverse=True) == list(own)
    assert own[-1] < own[0]
    assert new[2] > new[0] + 0.03


def test_fifty_subnetworks_are_better_together(capsys):
    alone, together, test = solved.printed_by("the fifty on average", capsys).splitlines()
    least, most, mean = percents(alone)
    assert least < mean < most
    assert percents(together)[0] > mean + 0.02
    assert abs(percents(together)[0] - percents(test)[0]) < 0.02


# 4. Augmentation


@given(seed=seeds, height=st.integers(3, 8), width=st.integers(3, 8))
def test_zoom_takes_its_window_and_nothing_else(seed, height, width):
    rng = np.random.default_rng(seed)
    image, cut = rng.uniform(size=(height, width)), int(rng.integers(3))
    top, left = rng.integers(cut + 1, size=2)
    made = notebook["zoom"](image, cut, top, left)
    inside = image[top : top + height - cut, left : left + width - cut]
    assert made.shape == image.shape
    assert set(made.ravel()) == set(inside.ravel())
    assert made[0, 0] == inside[0, 0]
    assert made[-1, -1] == inside[-1, -1]


def test_there_are_28_kinds_of_pictures():
    windows = sum((cut + 1) ** 2 for cut in range(3))
    assert 2 * windows == 28
    assert "2 flips × 14 windows = 28 kinds" in solved.source_with("× 14 windows")


def test_flips_of_digits_throw_away_what_windows_and_light_gain(capsys):
    lines = solved.printed_by("ways.items()", capsys).splitlines()
    plain, window, everything = (percents(line)[1] for line in lines)
    assert window > plain + 0.03
    assert window > everything + 0.02


@given(seed=seeds)
def test_mirrored_back_undoes_flips(seed):
    rng = np.random.default_rng(seed)
    images = rng.uniform(size=(6, 8, 8))
    flipped = np.where((np.arange(6) % 2 == 0)[:, None, None], images[:, :, ::-1], images)
    back = notebook["mirrored_back"](0.9 * flipped, images)
    assert np.allclose(back, 0.9 * images)


# 5. Checks and curves


def test_the_three_checks(capsys):
    first, second, third = solved.printed_by("3. twenty samples", capsys).splitlines()
    assert first.endswith("True")
    losses = [float(number) for number in re.findall(r"\d+\.\d+", second.partition("[")[2])]
    assert losses == sorted(losses)
    assert losses[-1] > 1.2 * losses[0]
    assert float(re.search(r"loss ([\d.]+)", third)[1]) < 0.05
    assert "right 100%" in third


@pytest.fixture(scope="module")
def runs():
    namespace = dict(notebook)
    exec(solved.source_with("runs = {"), namespace)
    return namespace["runs"]


def test_the_five_runs_have_the_five_shapes(runs):
    shapes = {name: notebook["diagnose"](curve) for name, curve in runs.items()}
    assert shapes == {
        "A": "flat, then falls",
        "B": "jumps",
        "C": "healthy",
        "D": "barely moves",
        "E": "drops, then plateaus",
    }
    for shape in shapes.values():
        assert f'`"{shape}"`' in solved.source_with("### Reading a loss curve")


def test_rounding_does_not_change_a_shape(runs):
    rng = np.random.default_rng(0)
    for name, curve in runs.items():
        nudged = curve * (1 + 1e-3 * rng.uniform(-1, 1, size=len(curve)))
        assert notebook["diagnose"](nudged) == notebook["diagnose"](curve), name


def test_a_picture_of_weights_curves_and_trials_is_described(runs):
    figure = tuning_plots.loss_curves(runs, dict.fromkeys(runs, "seen"))
    assert "5 loss curves: A: seen, from 2.3" in figure.alt
    figure = tuning_plots.weights({"one": np.ones(3), "two": np.zeros((2, 2))})
    assert "“two” has 100% in the bar at zero" in figure.alt
    found = [({"lr": 0.1, "l2": 0.01}, 0.5), ({"lr": 0.2, "l2": 0.02}, 0.75)]
    figure = tuning_plots.trials(found, "accuracy")
    assert "the best at lr 0.2 and l2 0.02" in figure.alt
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("lr", "l2")


def test_the_update_ratio_grows_with_the_learning_rate(capsys):
    lines = solved.printed_by("ratios = [update_ratio", capsys).splitlines()
    ratios = np.array([[float(r) for r in re.findall(r"\d\.\de[+-]\d\d", line)] for line in lines])
    assert np.allclose(ratios[1:] / ratios[:-1], 10, rtol=0.1)
    assert ((ratios > 5e-4) & (ratios < 3e-3)).any()
    assert (ratios[3].round(1) == [0.0, 0.1]).all()  # at 0.3
    assert 0.015 < ratios[3][0] < 0.025


def test_updated_over_initial_weights_is_about_one():
    rng = np.random.default_rng(0)
    before = rng.normal(size=(20, 10))
    after = before + 1e-3 * rng.normal(size=(20, 10))
    assert np.isclose(np.linalg.norm(after) / np.linalg.norm(before), 1, atol=1e-3)
    assert np.isclose(notebook["update_ratio"](before, after), 1e-3, rtol=0.2)


# 6. Search


@given(n=st.integers(2, 60), k=st.integers(2, 60), seed=seeds)
def test_every_sample_is_held_out_once(n, k, seed):
    if k > n:
        return
    pairs = notebook["k_fold"](n, k, np.random.default_rng(seed))
    held_out = np.concatenate([out for _, out in pairs])
    assert sorted(held_out) == list(range(n))
    lengths = [len(out) for _, out in pairs]
    assert max(lengths) - min(lengths) <= 1
    for train, out in pairs:
        assert sorted([*train, *out]) == list(range(n))


@pytest.fixture(scope="module")
def searched():
    namespace = dict(notebook)
    coarse = {"lr": (1e-4, 10.0), "l2": (1e-6, 1.0)}
    rng = np.random.default_rng(0)
    return notebook["random_search"](namespace["cross_validated"], coarse, 40, rng)


def test_the_scatter_says_what_the_text_says_of_it(searched):
    assert "coarse, 40, np.random.default_rng(0)" in solved.source_with("coarse = {")
    lr, l2, value = (
        np.array(column)
        for column in zip(*((s["lr"], s["l2"], v) for s, v in searched), strict=True)
    )
    best = value.max()
    assert (value[(lr < 0.01) | (lr > 2)] < best - 0.3).all()
    assert (value[l2 > 0.1] < best - 0.3).all()
    within = (lr > 0.06) & (lr < 0.6) & (l2 < 0.05)
    assert within.sum() >= 4
    assert (value[within] > best - 0.08).all()


def test_the_fine_search_adds_next_to_nothing(searched, capsys):
    capsys.readouterr()
    told = solved.printed_by("fine = {", capsys)
    finest = percents(re.search(r"[\d.]+% with lr", told)[0])[0]
    assert abs(finest - max(value for _, value in searched)) < 0.025
    assert 0.026 < np.sqrt(0.83 * 0.17 / 200) < 0.03


def test_the_chosen_network_beats_the_one_without_regularisation(capsys):
    without, chosen = map(percents, solved.printed_by("chosen by search", capsys).splitlines())
    assert chosen[0] > without[0] + 0.02


def test_a_perfect_reader_is_stopped_by_the_wrong_labels(searched):
    perfect = np.mean(notebook["y_few"] == notebook["y_all"][:200])
    assert max(value for _, value in searched) < perfect
    assert f"beat {perfect:.1%}: {200 - round(200 * perfect)} of the 200" in solved.source_with(
        "No dot can"
    )


# Hints


@given(seed=seeds)
def test_the_neighbours_do_what_they_say(seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(3, 4))
    quartic = worked_neighbour(UNIT, "elastic_penalty")
    gradient = quartic(W, 0.7)[1]
    assert relative_error(lambda W: quartic(W, 0.7)[0], W, gradient) < GOOD
    recipes = rng.uniform(0.1, 2, size=(5, 3))
    fitting = worked_neighbour(UNIT, "project_max_norm")(recipes, 2.0)
    assert np.allclose(fitting.sum(axis=1), np.minimum(recipes.sum(axis=1), 2.0))
    text, legible = worked_neighbour(UNIT, "dropout_forward")("abcdef", 0.5, rng)
    assert [letter != "_" for letter in text] == legible.tolist()
    back = worked_neighbour(UNIT, "dropout_backward")
    dout = rng.normal(size=(2, 2))
    assert np.array_equal(back(dout, (True,)), dout[:, [0, 0, 1, 1]])
    x = rng.normal(size=(2, 4))
    derived = back(dout, (True,))
    added = relative_error(lambda x: np.sum(dout * (x[:, ::2] + x[:, 1::2])), x, derived)
    assert added < GOOD
    songs = rng.uniform(1, 2, size=(4, 6))
    varied = worked_neighbour(UNIT, "augment")(songs, rng)
    ratio = np.sort(varied, axis=1) / np.sort(songs, axis=1)
    assert np.allclose(ratio, ratio[:, :1])


def test_the_other_neighbours_do_what_they_say():
    assert worked_neighbour(UNIT, "initial_loss_ok")(985, 1000)
    assert not worked_neighbour(UNIT, "initial_loss_ok")(950, 1000)
    kind = worked_neighbour(UNIT, "diagnose")
    assert kind(np.array([5.0, 20.0, 6.0])) == "normal"
    assert kind(np.array([5.0, np.nan, 6.0])) == "thermometer broken"
    flown = worked_neighbour(UNIT, "update_ratio")(np.array([3.0, 4.0]), np.array([3.0, 9.0]))
    assert flown == 1.0
    pairs = worked_neighbour(UNIT, "k_fold")(list("abcde"), 2)
    assert pairs == [(["b", "d"], ["a", "c", "e"]), (["a", "c", "e"], ["b", "d"])]
    rng = np.random.default_rng(0)
    heard = worked_neighbour(UNIT, "random_search")(lambda hertz: -hertz, 5, rng)
    assert len(heard) == 5
    assert all(27.5 <= hertz <= 27.5 * 2**7 for hertz, _ in heard)


# Grading


@pytest.fixture(scope="module")
def oracle():
    return Oracle(UNIT, "a seed")


def judged(oracle, name, **versions):
    """The verdict on one exercise in a notebook with these versions of some exercises."""
    namespace = UNIT.namespace(**versions)
    return oracle.judge(name, oracle.observe_namespace(name, namespace, 5))


@pytest.mark.parametrize("wrong", ["dropout_forward", "elastic_penalty", "k_fold"])
def test_a_mistake_costs_once(oracle, wrong):
    mistake = UNIT.exercises[wrong].mistakes[0]
    source = UNIT.variant_source(wrong, mistake)
    own = judged(oracle, wrong, **{wrong: source})
    assert own.points < own.max_points
    for name in ("dropout_backward", "random_search", "augment"):
        verdict = judged(oracle, name, **{wrong: source})
        assert verdict.points == verdict.max_points, name


def test_the_cases_are_as_awkward_as_promised():
    drawn = list(UNIT.exercises["dropout_backward"].draw(np.random.default_rng(0)))
    douts = [case.inputs["dout"] for case in drawn]
    plain = [dout for dout in douts if isinstance(dout, np.ndarray)]
    assert any(len(dout) == 1 for dout in plain), "a single sample"
    assert any(dout.ndim == 2 and dout.shape[1] == 1 for dout in plain), "a single feature"
    assert any(dout.dtype == np.float32 for dout in plain)
    assert any(np.abs(dout).max() > 1e6 for dout in plain)
    assert any(len(d) > 1 and np.ptp(d, axis=0).max() == 0 for d in plain), "a constant feature"
    assert len(plain) < len(douts), "views that are not contiguous"
    folds = UNIT.exercises["k_fold"].draw(np.random.default_rng(0))
    assert any(case.inputs["n"] % case.inputs["k"] for case in folds), "uneven folds"


@pytest.mark.parametrize("seed", range(4))
def test_other_ways_to_draw_are_as_good(seed):
    """Right answers that are among neither the reference nor the alternatives."""
    oracle = Oracle(UNIT, f"seed {seed}")
    versions = {
        "dropout_forward": (
            "def dropout_forward(x, drop_prob, rng, training):\n"
            "    if not training:\n"
            "        return 1.0 * x, (None, drop_prob, training)\n"
            "    luck = np.reshape([rng.uniform() for _ in range(x.size)], x.shape)\n"
            "    mask = luck > drop_prob\n"
            "    scale = mask.astype(float) / (1 - drop_prob)\n"
            "    return scale * x, (mask, drop_prob, training)\n"
        ),
        "k_fold": (
            "def k_fold(n, k, rng):\n"
            "    left = list(range(n))\n"
            "    hands = [[] for _ in range(k)]\n"
            "    while left:\n"
            "        hands[len(left) % k].append(left.pop(rng.integers(len(left))))\n"
            "    return [\n"
            "        (np.array([i for i in range(n) if i not in hand]), np.array(hand))\n"
            "        for hand in hands\n"
            "    ]\n"
        ),
        "random_search": (
            "def random_search(score, ranges, trials, rng):\n"
            "    found = []\n"
            "    for k in range(trials):\n"
            "        settings = dict(ranges)\n"
            "        for name, (low, high) in ranges.items():\n"
            "            powers = np.log2(high / low) * rng.random()\n"
            "            settings[name] = low * 2.0**powers\n"
            "        found += [(settings, score(settings))]\n"
            "    return found\n"
        ),
    }
    for name, source in versions.items():
        verdict = judged(oracle, name, **{name: source})
        assert verdict.points == verdict.max_points, (name, verdict.criteria)
