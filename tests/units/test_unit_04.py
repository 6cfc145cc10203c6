"""Unit 04: every formula the text shows agrees with running code, and every number it quotes."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.oracle import Oracle
from autograder.unit import load_unit
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("04_activations_and_losses")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**32 - 1)
sigmoid, tanh, relu, softmax, log_softmax = (
    notebook[name] for name in ("sigmoid", "tanh", "relu", "softmax", "log_softmax")
)
table = notebook["activation_table"]
ROWS = ("leaky_relu", "prelu", "elu", "selu", "maxout")


def central_difference(f, v, h=1e-6):
    """The gradient of a function of an array, entry by entry."""
    v = np.array(v, dtype=float)
    gradient = np.empty_like(v)
    for place in np.ndindex(v.shape):
        step = np.zeros_like(v)
        step[place] = h
        gradient[place] = (f(v + step) - f(v - step)) / (2 * h)
    return gradient


def circles_of(words):
    """Where the circles of a figure are drawn that shows what should come out: (x, heights)."""
    drawn = {**notebook, "plots": SimpleNamespace(to_meet=lambda at, circles, **_: (at, circles))}
    *before, figure = solved.source_with(words).strip().splitlines()
    exec("\n".join(before), drawn)
    return eval(figure, drawn)


# 1. Layers


def test_linear_layers_collapse_into_one(capsys):
    assert "one layer does it: b?" in solved.printed_by("two_layers = (X @ W1 + b1)", capsys)
    cell = solved.source_with("two_layers = (X @ W1 + b1)").replace("b = None", "b = b1 @ W2 + b2")
    exec(cell, dict(notebook))
    assert capsys.readouterr().out.startswith("one layer does it: True")


# 2. and 3. Activations


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
@given(z=st.floats(-30, 30))
def test_each_derivative_is_the_slope_of_its_function(name, z):
    assume(name != "relu" or abs(z) > 1e-4)
    slope = central_difference(notebook[name], np.array([z]).sum())
    assert np.isclose(notebook[f"{name}_derivative"](z), slope, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", ROWS)
@given(z=st.floats(-8, 8), a=st.floats(-2, 3))
def test_each_slope_of_the_table_is_that_of_its_value(name, z, a):
    assume(abs(z) > 1e-4 and abs(a - 1) > 1e-3)
    z, h = np.array([z]), 1e-6
    slope = (table(z + h, a)[name][0] - table(z - h, a)[name][0]) / (2 * h)
    assert np.allclose(table(z, a)[name][1], slope, rtol=1e-5, atol=1e-7)


def test_formulas_of_the_text_at_a_few_places():
    z = np.linspace(-5, 5, 101)
    assert np.allclose(tanh(z), (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)))
    assert np.allclose(np.exp(-z), (1 - sigmoid(z)) / sigmoid(z))
    assert np.allclose(np.exp(-z) / (1 + np.exp(-z)) ** 2, sigmoid(z) * (1 - sigmoid(z)))
    assert np.isclose(tanh(0.7), np.tanh(0.7))


def test_circles_that_the_table_should_meet():
    z, circles = circles_of('"leaky ReLU": [')
    rows = table(np.array(z), 0.25)
    assert np.allclose(circles["leaky ReLU"], rows["leaky_relu"][0])
    assert np.allclose(circles["PReLU"], rows["prelu"][0])
    assert np.allclose(circles["ELU"], rows["elu"][0], atol=5e-4)


def test_the_two_numbers_of_selu_keep_mean_0_and_variance_1():
    """Klambauer et al. 2017: the fixed point for normally distributed sums."""
    z = np.linspace(-12, 12, 200_001)
    value, _ = table(z, 0.25)["selu"]
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    mean, square = (np.trapezoid(f * density, z) for f in (value, value**2))
    assert abs(mean) < 1e-9
    assert abs(square - 1) < 1e-8


def test_what_the_table_of_the_text_says_about_slopes_and_saturation():
    z = np.linspace(-40, 40, 8001)
    slopes = {name: notebook[f"{name}_derivative"](z) for name in ("sigmoid", "tanh", "relu")}
    slopes |= {name: row[1] for name, row in table(z, 0.25).items()}
    assert slopes["sigmoid"].max() == 0.25
    assert slopes["tanh"].max() == 1
    assert set(slopes["relu"]) == {0, 1}
    assert set(slopes["leaky_relu"]) == {0.01, 1}
    assert slopes["elu"].min() > 0
    assert slopes["selu"].min() > 0
    flat_left = {name for name, slope in slopes.items() if slope[0] < 1e-6}
    flat_right = {name for name, slope in slopes.items() if slope[-1] < 1e-6}
    assert flat_left == {"sigmoid", "tanh", "relu", "elu", "selu"}
    assert flat_right == {"sigmoid", "tanh"}
    values = table(np.array([-60.0]), 0.25)
    assert np.isclose(values["elu"][0][0], -1)
    assert np.isclose(values["selu"][0][0], -1.0507009873554805 * 1.6732632423543772)


def test_ten_sigmoids_pass_a_millionth_at_best(capsys):
    told = solved.printed_by("ten units at z", capsys)
    assert "z = 0.0: {'sigmoid_derivative': '9.5e-07', 'tanh_derivative': '1.0e+00'}" in told
    far = re.search(r"z = 3.0: {'sigmoid_derivative': '(.*?)', 'tanh_derivative': '(.*?)'}", told)
    assert float(far[2]) < float(far[1])


def test_units_die_when_their_biases_are_lowered(capsys):
    alive = [
        int(found) for found in re.findall(r": (\d+) of 100", solved.printed_by("alive =", capsys))
    ]
    assert len(alive) == 4
    assert alive == sorted(alive, reverse=True)
    assert alive[0] > 90
    assert alive[-1] < 10
    assert len(notebook["X_train"]) == 1498


def test_what_is_left_after_thirty_layers(capsys):
    pattern = r"^(\w+) +mean +(\S+)  spread (\S+)  of noise at -10: (\S+)$"
    found = re.findall(pattern, solved.printed_by("for _ in range(30):", capsys), re.MULTILINE)
    left = {name: tuple(map(float, numbers)) for name, *numbers in found}
    assert len(left) == 8
    for name in ("relu", "leaky_relu", "prelu", "maxout", "sigmoid"):
        assert left[name][1] < 1e-4, name
    for name in ("tanh", "elu"):
        assert 0.05 < left[name][1] < 0.15, name
    assert abs(left["selu"][0]) < 0.05
    assert 0.9 < left["selu"][1] < 1.1
    assert 80 < left["leaky_relu"][2] / left["elu"][2] < 100


@given(a=st.floats(-3, 3), z=st.floats(-5, 5))
def test_the_short_form_of_prelu_needs_a_of_at_most_one(a, z):
    assume(abs(z) > 1e-6)
    short = max(a * z, z)
    agrees = np.isclose(short, table(np.array([z]), a)["prelu"][0][0])
    assert agrees or a > 1
    assert not agrees or a <= 1 or np.isclose(a, 1)


# 4. Costs


@given(z=st.floats(-12, 12), y=st.sampled_from([0, 1]))
def test_slopes_of_squares_and_of_the_log_loss_on_a_sigmoid(z, y):
    a = sigmoid(z)
    squares = central_difference(lambda z: (sigmoid(z) - y) ** 2 / 2, z)
    assert np.isclose((a - y) * notebook["sigmoid_derivative"](z), squares, rtol=1e-4, atol=1e-9)

    def loss(z):
        return notebook["log_loss"](np.array([sigmoid(z)]), np.array([y]))

    assert np.isclose(a - y, central_difference(loss, z, 1e-5), rtol=1e-4, atol=1e-6)


@given(a=st.floats(0.01, 0.99), y=st.sampled_from([0, 1]))
def test_slope_of_the_log_loss_by_the_probability(a, y):
    slope = central_difference(
        lambda a: notebook["log_loss"](np.array([a]), np.array([y])), a, 1e-7
    )
    assert np.isclose((a - y) / (a * (1 - a)), slope, rtol=1e-4)


def test_the_hopeless_unit_learns_four_times_slower(capsys):
    told = solved.printed_by("squares {(a - 1)", capsys)
    slopes = [float(found) for found in re.findall(r"squares +(\S+)", told)]
    assert 4 < slopes[0] / slopes[-1] < 5
    assert "says 0.900" in told
    assert "says 0.002" in told


def test_the_log_loss_gets_there_and_squares_take_ages(capsys):
    told = solved.printed_by("steps of learning rate 1", capsys)
    squares, log_loss = (int(found) for found in re.findall(r"(\d+) steps", told))
    assert squares > 50 * log_loss
    assert "measured: -0.9980" in told


def test_squares_are_the_negative_log_density_of_a_bell_curve():
    y, a = 1.3, np.linspace(-2, 3, 11)
    density = np.exp(-((y - a) ** 2) / 2) / np.sqrt(2 * np.pi)
    rest = -np.log(density) - (y - a) ** 2 / 2
    assert np.allclose(rest, rest[0])


# 5. Softmax


@st.composite
def batches(draw, largest=30.0):
    rng = np.random.default_rng(draw(seeds))
    n, classes = draw(st.integers(1, 5)), draw(st.integers(2, 5))
    scores = rng.uniform(-largest, largest, size=(n, classes))
    return scores, rng.integers(classes, size=n)


@given(batch=batches(), shift=st.floats(-1000, 1000))
def test_the_properties_of_softmax(batch, shift):
    scores, _ = batch
    p = softmax(scores)
    assert (p > 0).all()
    assert np.allclose(p.sum(axis=1), 1)
    assert np.allclose(softmax(scores + shift), p)
    raised = scores.copy()
    raised[:, 0] += 0.5
    moved = softmax(raised) - p
    assert (moved[:, 0] >= 0).all()
    assert (moved[:, 1:] <= 0).all()
    assert np.array_equal(np.argmax(p, axis=1), np.argmax(scores, axis=1))
    assert np.allclose(np.exp(log_softmax(scores)), p)


@given(batch=batches(largest=1000.0))
def test_large_scores_are_no_trouble(batch):
    scores, y = batch
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.allclose(softmax(scores).sum(axis=1), 1)
        logs = log_softmax(scores)
        loss, dscores = notebook["softmax_loss"](scores, y)
    assert np.isfinite(logs).all()
    assert np.isfinite(loss)
    assert np.isfinite(dscores).all()


def test_temperature_goes_from_argmax_to_alike():
    scores = np.array([2.0, 1.2, 0.4, -1.0, 1.6])
    assert np.allclose(softmax(scores / 1e-3), np.eye(5)[0])
    assert np.allclose(softmax(scores / 1e6), 0.2, atol=1e-5)


@given(z=st.lists(st.floats(-20, 20), min_size=2, max_size=2))
def test_two_classes_are_a_sigmoid(z):
    assert np.isclose(softmax(np.array(z))[1], sigmoid(z[1] - z[0]))


# 6. Cross entropy


@given(seed=seeds)
def test_the_best_belief_is_the_truth(seed):
    rng = np.random.default_rng(seed)
    P, Q = (rng.dirichlet(np.ones(4)) + 1e-9 for _ in range(2))
    P, Q = P / P.sum(), Q / Q.sum()
    between = notebook["entropy_between"]
    assert between(P, P) <= between(P, Q) + 1e-12


@given(batch=batches())
def test_cross_entropy_is_that_of_a_certain_truth_and_the_likelihood(batch):
    scores, y = batch
    p = softmax(scores)
    loss = notebook["cross_entropy"](p, y)
    certain = np.eye(scores.shape[1])[y]
    between = [notebook["entropy_between"](*pair) for pair in zip(certain, p, strict=True)]
    assert np.isclose(loss, np.mean(between))
    likelihood = np.prod([row[label] for row, label in zip(p, y, strict=True)])
    assert np.isclose(loss, -np.log(likelihood) / len(y))
    assert np.isclose(loss, notebook["softmax_loss"](scores, y)[0])


@given(batch=batches(largest=4.0))
def test_the_gradient_of_softmax_loss_is_that_of_its_loss(batch):
    scores, y = batch
    _, dscores = notebook["softmax_loss"](scores, y)
    numeric = central_difference(lambda s: notebook["softmax_loss"](s, y)[0], scores)
    assert np.allclose(dscores, numeric, rtol=1e-5, atol=1e-8)
    said, true = softmax(scores), np.eye(scores.shape[1])[y]
    assert np.allclose(dscores, (said - true) / len(y))
    assert np.allclose(dscores.sum(axis=1), 0, atol=1e-12)


def test_the_steps_of_the_model_answer():
    """L = -z_y + ln(sum of exponentials); each of the two terms has the slope that is said."""
    z, y = np.array([0.3, -1.2, 2.0, 0.7]), 3
    assert np.isclose(-np.log(softmax(z)[y]), -z[y] + np.log(np.sum(np.exp(z))))
    assert np.allclose(central_difference(lambda z: -z[y], z), -np.eye(4)[y])
    assert np.allclose(central_difference(lambda z: np.log(np.sum(np.exp(z))), z), softmax(z))


def test_the_loss_is_zero_only_where_the_probability_is_one(capsys):
    losses = [
        float(found) for found in re.findall(r"loss (\S+)", solved.printed_by("1e-10):", capsys))
    ]
    assert losses[0] == 0
    assert min(losses[1:]) > 0
    assert losses[-1] > 23


# 7. Digits


@given(seed=seeds, l2=st.floats(0, 2))
def test_the_gradients_of_the_linear_classifier_are_those_of_its_loss(seed, l2):
    rng = np.random.default_rng(seed)
    n, size, classes = rng.integers(1, 5, size=3) + np.array([0, 0, 1])
    W, b, X = (rng.normal(size=shape) for shape in ((size, classes), classes, (n, size)))
    y = rng.integers(classes, size=n)
    loss = notebook["linear_classifier_loss"]
    value, dW, db = loss(W, b, X, y, l2)
    assert np.allclose(dW, central_difference(lambda W: loss(W, b, X, y, l2)[0], W), atol=1e-6)
    assert np.allclose(db, central_difference(lambda b: loss(W, b, X, y, l2)[0], b), atol=1e-6)
    data_loss = notebook["cross_entropy"](softmax(X @ W + b), y)
    assert np.isclose(value, data_loss + l2 / 2 * np.sum(W**2))


def test_a_classifier_that_knows_nothing_has_the_loss_ln_10(capsys):
    assert "loss 2.302585, ln 10 = 2.302585" in solved.printed_by("ln 10 = {np.log(10)", capsys)


def test_circles_that_training_should_meet():
    steps, circles = circles_of('circles = {"training pictures"')
    X, y = notebook["X_train"], notebook["y_train"]
    for count, height in zip(steps, circles["training pictures"], strict=True):
        params = notebook["train_linear_classifier"](X, y, 1.0, 0.0, count)
        loss, _, _ = notebook["linear_classifier_loss"](*params, X, y, 0.0)
        assert abs(loss - height) < 6e-4


def test_learned_templates_read_nine_of_ten_and_more_than_mean_pictures(capsys):
    told = solved.printed_by("np.sum(means**2, axis=0)", capsys)
    by_hand = int(re.search(r": (\d+) of 299", told)[1]) / 299
    shares = re.findall(
        r"([\d.]+)% of the others", solved.printed_by("for steps in (1, 10,", capsys)
    )
    learned = float(shares[-1]) / 100
    assert learned >= 0.90
    assert learned > by_hand


def test_after_one_step_templates_are_differences_of_mean_pictures():
    X, y = notebook["X_train"], notebook["y_train"]
    W, _ = notebook["train_linear_classifier"](X, y, 1.0, 0.0, 1)
    for digit in range(10):
        difference = X[y == digit].mean(axis=0) - X.mean(axis=0)
        assert np.corrcoef(W[:, digit], difference)[0, 1] > 0.99
    zero = W[:, 0].reshape(8, 8)
    row, column = np.unravel_index(np.argmin(zero), zero.shape)
    assert row in (3, 4), "the middle, where a 0 has no ink"
    assert column in (3, 4)


# Docstrings and hints


@pytest.mark.parametrize(
    ("exercise", "does"),
    [
        ("sigmoid", lambda z: np.exp(z) / (1 + np.exp(2 * z))),
        ("sigmoid_derivative", lambda z: -np.exp(-z)),
        ("tanh", lambda z: np.cos(2 * z)),
        ("tanh_derivative", lambda z: 1 / (2 * np.sqrt(z))),
        ("relu", lambda z: np.where(z > 1, 1, z)),
        ("relu_derivative", np.sign),
        ("softmax", lambda z: z / z.sum()),
        ("log_softmax", lambda z: np.log(np.mean(np.exp(z)))),
    ],
)
def test_the_worked_neighbours_do_what_they_say(exercise, does):
    z = np.array([0.4, 2.5, 1.2])
    assert np.allclose(worked_neighbour(UNIT, exercise)(z), does(z))


@given(seed=seeds)
def test_the_worked_neighbours_with_gradients_are_right(seed):
    rng = np.random.default_rng(seed)
    scores, y = rng.normal(size=(4, 3)), rng.integers(3, size=4)
    squared = worked_neighbour(UNIT, "softmax_loss")
    numeric = central_difference(lambda s: squared(s, y)[0], scores)
    assert np.allclose(squared(scores, y)[1], numeric, atol=1e-7)
    W, b, X, Y = (rng.normal(size=shape) for shape in ((2, 3), 3, (4, 2), (4, 3)))
    squares = worked_neighbour(UNIT, "linear_classifier_loss")
    _, dW, db = squares(W, b, X, Y, 0.3)
    assert np.allclose(dW, central_difference(lambda W: squares(W, b, X, Y, 0.3)[0], W), atol=1e-6)
    assert np.allclose(db, central_difference(lambda b: squares(W, b, X, Y, 0.3)[0], b), atol=1e-6)


# Grading


@pytest.fixture(scope="module")
def oracle():
    return Oracle(UNIT, "a seed")


def verdict_of(oracle, name, **versions):
    namespace = UNIT.namespace(**versions)
    return oracle.judge(name, oracle.observe_namespace(name, namespace, 20))


def test_rows_with_a_star_may_be_left_out(oracle):
    exercise = UNIT.exercises["activation_table"]
    (version,) = [one for one in exercise.alternatives if one.name == "without the stars"]
    source = UNIT.variant_source("activation_table", version)
    verdict = verdict_of(oracle, "activation_table", activation_table=source)
    assert verdict.points == verdict.max_points == 1.5
    stars = [one for one in verdict.criteria if one.max_points == 0]
    assert [one.message for one in stars] == ["left out, as it may be"] * 2
    assert all(one.passed for one in verdict.criteria)


def test_a_wrong_row_with_a_star_is_named_and_costs_nothing(oracle):
    exercise = UNIT.exercises["activation_table"]
    (mistake,) = [one for one in exercise.mistakes if one.name == "SELU without its scale"]
    source = UNIT.variant_source("activation_table", mistake)
    verdict = verdict_of(oracle, "activation_table", activation_table=source)
    assert verdict.points == verdict.max_points
    assert verdict.diagnosis == mistake.name


@pytest.mark.parametrize(
    ("wrong", "later"),
    [
        ("sigmoid", ["sigmoid_derivative", "tanh"]),
        ("tanh", ["tanh_derivative"]),
        ("softmax", ["softmax_loss"]),
        ("log_softmax", ["softmax_loss"]),
        ("softmax_loss", ["linear_classifier_loss"]),
        ("linear_classifier_loss", ["train_linear_classifier"]),
    ],
)
def test_a_wrong_function_costs_its_own_points_only(oracle, wrong, later):
    mistake = UNIT.exercises[wrong].mistakes[0]
    versions = {wrong: UNIT.variant_source(wrong, mistake)}
    assert verdict_of(oracle, wrong, **versions).points < UNIT.exercises[wrong].max_points
    for name in later:
        verdict = verdict_of(oracle, name, **versions)
        assert verdict.points == verdict.max_points, name


def test_training_that_reads_nothing_is_told_how_many(oracle):
    never = "def train_linear_classifier(X, y, lr, l2, steps):\n"
    never += "    return np.zeros((X.shape[1], y.max() + 1)), np.zeros(y.max() + 1)\n\n\n"
    reference = UNIT.reference_source("train_linear_classifier")
    predict = reference[reference.index("def predict") :]
    verdict = verdict_of(oracle, "train_linear_classifier", train_linear_classifier=never + predict)
    earned = {one.name: one.points for one in verdict.criteria}
    assert earned == {"each step": 0, "predict": 0.5, "digits it has never seen": 0}
    told = verdict.criteria[-1].message
    assert re.search(r"only \d+ of 155 pictures of 0 to 4 are read; nine of ten are expected", told)


def test_the_derivation_is_a_question_for_a_human():
    (question,) = UNIT.questions
    assert (question.name, question.points) == ("softmax_gradient", 3)


def test_every_mistake_is_known_behind_wrong_earlier_functions(oracle):
    """As in a class, where whoever is wrong once is wrong elsewhere, too."""
    wrong: dict[str, str] = {}
    for name, exercise in UNIT.exercises.items():
        for mistake in exercise.mistakes:
            versions = wrong | {name: UNIT.variant_source(name, mistake)}
            verdict = verdict_of(oracle, name, **versions)
            assert verdict.diagnosis == mistake.name, (name, mistake.name)
        wrong[name] = UNIT.variant_source(name, exercise.mistakes[0])
