"""How unit 04 is graded: points, cases, what people get wrong, and other right answers."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Right, build
from nand2resnet import data
from nand2resnet.explain import explain

LEFT_OUT = "left out"
ONE_NUMBER = (
    "It works for one number. Python's `if` and `max` want a single yes or no: how many answers does "
    "`z > 0` give for an array?"
)
ONLY_BATCHES = "A single row has one axis only. Which axis is the last, in a row as in a batch?"


def numbers(rng, shape, low=-3.0, high=3.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


def away_from_zero(rng, shape, high=4.0):
    """Random numbers of both signs, none of them at the corner of an activation."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.05, high, size=shape).round(2)


def awkward_numbers(rng):
    """Every form of z that the text of an activation promises to serve, without z = 0."""
    yield away_from_zero(rng, 1)
    yield away_from_zero(rng, 5)
    yield away_from_zero(rng, (2, 3))
    yield away_from_zero(rng, (2, 1, 2))
    yield rng.permutation(np.array([-3, -2, -1, 1, 2]))
    yield away_from_zero(rng, 4).astype(np.float32)
    yield build("transposed", rows=away_from_zero(rng, (3, 2)))
    yield build("every_other", values=away_from_zero(rng, 7))
    yield np.array([-12.0, 12.0, -0.25, 0.25])


def single_numbers(rng):
    """Numbers that are not arrays."""
    yield from (1.5, -2.5, 3, -1)
    yield round(float(rng.uniform(0.1, 4)), 2)
    yield round(float(rng.uniform(-4, -0.1)), 2)


# --- sigmoid ----------------------------------------------------------------------------------

sigmoid = Exercise(
    points={"values": 0.5, "no overflow": 0.5},
    visible=("values", "values", "no overflow"),
)


@sigmoid.cases
def _(rng):
    for z in (0.0, 0, *single_numbers(rng)):
        yield Case("values", z=z)
    for z in (*awkward_numbers(rng), np.array([-30.0, -20.0, 0.0, 20.0, 30.0])):
        yield Case("values", z=z)

    yield overflowing(np.array([-1000.0, -750.0, -709.0, 0.0, 709.0, 750.0, 1000.0]))
    yield overflowing(-1000.0)
    yield overflowing(1000.0)
    yield overflowing(np.array([[-100000, 100000]]))
    yield overflowing(np.array([-1000.0, 1000.0, -90.0, 90.0, 0.5], dtype=np.float32))


def overflowing(z):
    """A case in which an overflow is an error."""
    return Case("no overflow", "without_overflow", z=z)


@sigmoid.mistake(
    "overflow for negative z",
    "For z = -1000, which power of e does your line ask for? Which other form of the same fraction "
    "asks for a small one?",
)
def overflows_left(z):
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


@sigmoid.mistake(
    "overflow for positive z",
    "For z = 1000 your line divides one huge number by another. Which other form of the same "
    "fraction asks for a small one?",
)
def overflows_right(z):
    powers = np.exp(np.asarray(z, dtype=float))
    return powers / (1 + powers)


@sigmoid.mistake(
    "overflow in the branch that is not chosen",
    "np.where computes both of its branches for every z, and then chooses. What does the other "
    "branch compute at z = -1000?",
)
def overflows_unseen(z):
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


sigmoid.mistake(
    "turned round",
    "A large z should give a value near 1. Try z = 5.",
    "np.where(z > 0, 1, small)",
    "np.where(z > 0, small, 1)",
)
sigmoid.mistake(
    "symmetric",
    "Try z = 5 and z = -5: one should be near 1, the other near 0.",
    "np.where(z > 0, 1, small)",
    "1",
)
sigmoid.mistake(
    "the other smooth step",
    "What comes out at z = 0? The sigmoid runs from 0 to 1, and yours?",
    "np.where(z > 0, 1, small) / (1 + small)",
    "np.tanh(z)",
)
sigmoid.mistake(
    "cut off too early",
    "At z = 30 the sigmoid is not yet 1, at z = -30 not yet 0. Where do you cut z off?",
    "small = np.exp(-np.abs(z))",
    "z = np.clip(z, -10, 10)\n    small = np.exp(-np.abs(z))",
)


@sigmoid.mistake("one number only", ONE_NUMBER)
def one_z_only(z):
    if z > 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


@sigmoid.alternative("by the hyperbolic tangent")
def by_tanh(z):
    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))


@sigmoid.alternative("each side by itself")
def each_side(z):
    z = np.asarray(z, dtype=float)
    out = np.empty_like(z)
    positive = z >= 0
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    powers = np.exp(z[~positive])
    out[~positive] = powers / (1 + powers)
    return out


@sigmoid.alternative("clipped where it makes no difference")
def clipped(z):
    return 1 / (1 + np.exp(-np.clip(np.asarray(z, dtype=np.float64), -700, 700)))


sigmoid.equivalent("return np.where(z >= 0, 1, small) / (1 + small)", "at z = 0 small is 1")


# --- sigmoid_derivative -----------------------------------------------------------------------

sigmoid_derivative = Exercise(points={"slopes": 0.5}, uses=("sigmoid",))


@sigmoid_derivative.cases
def _(rng):
    for z in (0.0, *single_numbers(rng), *awkward_numbers(rng)):
        yield Case("slopes", z=z)
    yield Case("slopes", z=np.array([-1000.0, 0.0, 1000.0]))


sigmoid_derivative.mistake(
    "z in the place of the value",
    "At z = 0 the slope is a quarter. What does yours say there? It is the *value* of the sigmoid "
    "that the formula speaks of.",
    "value = sigmoid(z)",
    "value = z",
)
sigmoid_derivative.mistake(
    "the slope of the hyperbolic tangent",
    "Far to the left the curve is flat. Is your slope near 0 at z = -10?",
    "value * (1 - value)",
    "1 - value**2",
)
sigmoid_derivative.mistake(
    "plus instead of minus",
    "Far to the right the curve is flat. Is your slope near 0 at z = 10?",
    "1 - value",
    "1 + value",
)
sigmoid_derivative.mistake(
    "the value itself",
    "Is the curve steepest at z = 10? Where is your function largest?",
    "value * (1 - value)",
    "value",
)
sigmoid_derivative.mistake(
    "turned round",
    "The sigmoid rises everywhere. Which sign do your slopes have?",
    "value * (1 - value)",
    "value * (value - 1)",
)


@sigmoid_derivative.alternative("from the powers")
def from_powers(z):
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2


@sigmoid_derivative.alternative("multiplied out")
def multiplied_out(z):
    return sigmoid(z) - sigmoid(z) ** 2


# --- tanh -------------------------------------------------------------------------------------

tanh = Exercise(
    points={"values": 0.25, "far away": 0.25},
    uses=("sigmoid",),
    visible=("values", "values", "far away"),
)


@tanh.cases
def _(rng):
    for z in (0.0, *single_numbers(rng), *awkward_numbers(rng)):
        yield Case("values", z=z)
    yield Case("far away", z=np.array([-1000.0, -400.0, 400.0, 1000.0]))
    yield Case("far away", z=-1000.0)
    yield Case("far away", z=np.array([[1000, -1000]]))


@tanh.mistake(
    "overflow",
    "For z = 1000 your line divides one infinite number by another. Which function of yours is "
    "finite everywhere?",
)
def overflowing_tanh(z):
    return (np.exp(z) - np.exp(-1 * z)) / (np.exp(z) + np.exp(-1 * z))


tanh.mistake(
    "not stretched sideways",
    "Measure the slope at 0: it should be 1. What is yours?",
    "2 * sigmoid(2 * z) - 1",
    "np.tanh(np.asarray(z) / 2)",
)
tanh.mistake("not shifted", "What comes out at z = 0? And far to the left?", " - 1", "")
tanh.mistake(
    "not stretched in height",
    "From where to where do your values run?",
    "2 * sigmoid",
    "sigmoid",
)


@tanh.mistake(
    "the hyperbolic sine",
    "How large do your values become? What is left out of the fraction?",
)
def hyperbolic_sine(z):
    return np.sinh(z)


@tanh.alternative("NumPy's")
def numpys(z):
    return np.tanh(z)


@tanh.alternative("from the powers")
def tanh_from_powers(z):
    small = np.exp(-2.0 * np.abs(z))
    return np.sign(z) * (1 - small) / (1 + small)


# --- tanh_derivative --------------------------------------------------------------------------

tanh_derivative = Exercise(points={"slopes": 0.5}, uses=("tanh",))


@tanh_derivative.cases
def _(rng):
    for z in (0.0, *single_numbers(rng), *awkward_numbers(rng)):
        yield Case("slopes", z=z)
    yield Case("slopes", z=np.array([-1000.0, 0.0, 1000.0]))


tanh_derivative.mistake(
    "z in the place of the value",
    "At z = 3 the curve is nearly flat. What does your slope say? What is squared in the formula?",
    "tanh(z) ** 2",
    "np.asarray(z) ** 2",
)
tanh_derivative.mistake(
    "not squared",
    "The curve looks the same on both sides of 0. Compare your slopes at z = 1 and z = -1.",
    "tanh(z) ** 2",
    "tanh(z)",
)
tanh_derivative.mistake(
    "plus instead of minus",
    "Far away the curve is flat. Is your slope near 0 at z = 10?",
    "1 - tanh(z) ** 2",
    "1 + tanh(z) ** 2",
)
tanh_derivative.mistake(
    "the slope of the sigmoid",
    "At z = 0 the slope is 1. What is yours?",
    "1 - tanh(z) ** 2",
    "tanh(z) * (1 - tanh(z))",
)


@tanh_derivative.alternative("hyperbolic cosine")
def by_cosh(z):
    return 1 / np.cosh(np.minimum(np.abs(z), 300.0)) ** 2


@tanh_derivative.alternative("two factors")
def two_factors(z):
    value = tanh(z)
    return (1 - value) * (1 + value)


# --- relu -------------------------------------------------------------------------------------

relu = Exercise(points={"values": 0.5})


@relu.cases
def _(rng):
    for z in (0.0, 0, *single_numbers(rng), *awkward_numbers(rng)):
        yield Case("values", z=z)
    yield Case("values", z=np.append(away_from_zero(rng, 4), 0.0))
    yield Case("values", z=np.array([-1e9, 1e9]))


relu.mistake(
    "the largest entry",
    "np.max and np.maximum: which of them compares two things entry by entry? Try both on "
    "[-1, 2, 3].",
    "np.maximum(z, 0)",
    "np.max(z)",
)
relu.mistake(
    "the other half",
    "Try z = 3 and z = -3. Which of them should get through?",
    "np.maximum(z, 0)",
    "np.minimum(z, 0)",
)
relu.mistake(
    "both halves",
    "Try z = -3: how much should get through?",
    "np.maximum(z, 0)",
    "np.abs(z)",
)
relu.mistake(
    "the step",
    "Try z = 3 and z = 7. Should the same come out?",
    "np.maximum(z, 0)",
    "np.where(np.asarray(z) > 0, 1, 0)",
)


@relu.mistake("one number only", ONE_NUMBER)
def relu_of_one(z):
    return z if z > 0 else 0


@relu.alternative("times a comparison")
def times_comparison(z):
    return z * (np.asarray(z) > 0)


@relu.alternative("half of the sum with its size")
def half_of_sum(z):
    return (z + np.abs(z)) / 2


relu.equivalent("return np.maximum(0, z)", "the larger of two, whichever is named first")


# --- relu_derivative --------------------------------------------------------------------------

relu_derivative = Exercise(points={"slopes": 0.5})


@relu_derivative.cases
def _(rng):
    for z in (*single_numbers(rng), *awkward_numbers(rng)):
        yield Case("slopes", z=z)
    yield Case("slopes", z=np.array([-1e9, 1e9, 1e-9, -1e-9]))


relu_derivative.mistake(
    "the value, not the slope",
    "Raise z from 3 to 4 and from 7 to 8. How much does the value grow each time?",
    "np.where(z > 0, 1.0, 0.0)",
    "np.maximum(z, 0)",
)
relu_derivative.mistake(
    "turned round",
    "On which side does the value change when z does?",
    "> 0",
    "< 0",
)
relu_derivative.mistake(
    "the sign",
    "On the left the value is 0 all along. How steep is that?",
    "1.0, 0.0",
    "1.0, -1.0",
)


@relu_derivative.mistake("one number only", ONE_NUMBER)
def slope_of_one(z):
    return 1 if z > 0 else 0


@relu_derivative.alternative("a comparison")
def by_comparison(z):
    return (np.asarray(z) >= 0).astype(int)


@relu_derivative.alternative("filled in")
def filled_in(z):
    slope = np.zeros(np.shape(z))
    slope[np.asarray(z) > 0] = 1
    return slope


relu_derivative.equivalent("return np.where(z >= 0, 1.0, 0.0)", "at z = 0 either slope is right")
TRUE_IS_ONE = "True counts as 1 and False as 0"
relu_derivative.equivalent("return z > 0", TRUE_IS_ONE)
relu_derivative.equivalent("return np.where(1.0, z > 0, 0.0)", TRUE_IS_ONE)


# --- activation_table -------------------------------------------------------------------------

LEAKY, PRELU, ELU = "leaky ReLU", "PReLU", "ELU"
SELU, MAXOUT = "SELU ★", "maxout ★"
activation_table = Exercise(
    points={LEAKY: 0.5, PRELU: 0.5, ELU: 0.5, SELU: 0, MAXOUT: 0},
    visible=(LEAKY, PRELU, PRELU, ELU),
)


@activation_table.cases
def _(rng):
    rows = ((LEAKY, "leaky_relu"), (PRELU, "prelu"), (ELU, "elu"))
    stars = ((SELU, "selu"), (MAXOUT, "maxout"))
    for a in (0.25, 1.75, -0.5):
        for criterion, name in rows:
            for z in awkward_numbers(rng):
                yield Case(criterion, "row", _name=name, z=z, a=a)
        for criterion, name in stars:
            for z in awkward_numbers(rng):
                yield Case(criterion, "optional_row", _name=name, z=z, a=a)
    yield Case(PRELU, "row", _name="prelu", z=away_from_zero(rng, 3), a=0.0)


def judge_star(_case, observation, reference):
    """A row with a star may be left out; if it is there, it is compared."""
    if isinstance(observation.value, str) and observation.value == LEFT_OUT:
        return Right("left out, as it may be")
    difference = explain(observation.value, reference.value)
    return True if difference is None else difference.text


for star in (SELU, MAXOUT):
    activation_table.accept(star)(judge_star)


activation_table.mistake(
    "flat on the left",
    "Move z from -3 to -2: does leaky ReLU's value change? What is its slope there, then?",
    "np.where(right, 1.0, 0.01)",
    "np.where(right, 1.0, 0.0)",
)
activation_table.mistake(
    "leaks ten times too much",
    "Compare leaky ReLU's value at z = -2 with the table's, decimal by decimal.",
    "np.where(right, z, 0.01 * z), np.where(right, 1.0, 0.01)",
    "np.where(right, z, 0.1 * z), np.where(right, 1.0, 0.1)",
)
activation_table.mistake(
    "the larger of two lines",
    "Take a = 2 and z = 3. Which of z and az is larger, and which one does the table ask for?",
    '"prelu": (np.where(right, z, a * z), np.where(right, 1.0, a))',
    '"prelu": (np.maximum(a * z, z), np.where(a * z > z, a, 1.0))',
)
activation_table.mistake(
    "PReLU leaks a fixed amount",
    "Call it with a = 0.25 and with a = 0.5. Does PReLU's row change?",
    '"prelu": (np.where(right, z, a * z), np.where(right, 1.0, a))',
    '"prelu": (np.where(right, z, 0.01 * z), np.where(right, 1.0, 0.01))',
)
activation_table.mistake(
    "ELU jumps at 0",
    "What is ELU's value just left and just right of 0? The curve has no jump there.",
    '"elu": (np.where(right, z, power - 1)',
    '"elu": (np.where(right, z, power)',
)
activation_table.mistake(
    "ELU's value in the place of its slope",
    "ELU rises everywhere. Which sign does your slope have on the left?",
    "np.where(right, 1.0, power)),",
    "np.where(right, 1.0, power - 1)),",
)
activation_table.mistake(
    "SELU without its scale",
    "Just right of 0, SELU is steeper than ELU. How steep is yours?",
    "scale, alpha = 1.0507009873554805,",
    "scale, alpha = 1.0,",
)


@activation_table.alternative("without the stars")
def without_stars(z, a):
    def bent(left, slope):
        return np.where(z > 0, z, left), np.where(z > 0, 1, slope)

    elu = np.expm1(np.minimum(z, 0))
    return {"leaky_relu": bent(z / 100, 0.01), "prelu": bent(a * z, a), "elu": bent(elu, elu + 1)}


@activation_table.alternative("entry by entry")
def entry_by_entry(z, a):
    alpha, scale = 1.6732632423543772, 1.0507009873554805

    def on_the_left(name, v):
        power = float(np.exp(v))
        return {
            "leaky_relu": (0.01 * v, 0.01),
            "prelu": (a * v, a),
            "elu": (power - 1, power),
            "selu": (scale * alpha * (power - 1), scale * alpha * power),
        }[name]

    table = {}
    for name in ("leaky_relu", "prelu", "elu", "selu"):
        slope = scale if name == "selu" else 1.0
        pairs = [
            (slope * v, slope) if v > 0 else on_the_left(name, v) for v in np.ravel(z).tolist()
        ]
        table[name] = tuple(
            np.array(column).reshape(np.shape(z)) for column in zip(*pairs, strict=True)
        )
    return table


activation_table.equivalent("right = z >= 0", "at z = 0 both parts are 0 and either slope is right")
activation_table.equivalent("larger = z >= a * z", "where the lines cross either slope is right")
for line in ("np.exp(z)", "np.exp(np.minimum(0, z))", "np.exp(np.minimum(z, 1))"):
    activation_table.equivalent(f"power = {line}", "the power is used on the left only")


# --- softmax ----------------------------------------------------------------------------------

ROW, BATCH, LARGE = "one row", "a batch", "scores of ±1000"
softmax = Exercise(
    points={ROW: 0.5, BATCH: 0.5, LARGE: 1},
    visible=(ROW, ROW, BATCH, LARGE),
)


def rows_of_scores(rng):
    """Single rows of scores."""
    for classes in (2, 3, 7):
        yield numbers(rng, classes)
    yield np.array([0.5])
    yield np.array([2.0, 2.0, 2.0])
    yield np.array([3, -1, 0, 3])
    yield numbers(rng, 4).astype(np.float32)
    yield build("every_other", values=numbers(rng, 9))
    yield numbers(rng, 3) - 5


def batches_of_scores(rng):
    """Batches of rows, none of which needs much range."""
    for shape in ((4, 3), (1, 3), (3, 3), (2, 5), (5, 1)):
        yield numbers(rng, shape)
    yield rng.integers(-3, 4, size=(3, 4))
    yield numbers(rng, (3, 2)).astype(np.float32)
    yield build("transposed", rows=numbers(rng, (3, 5)))


def batches_of_large_scores(rng):
    """Rows that overflow by themselves, and rows that vanish beside another."""
    yield np.array([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -999.0]])
    yield np.array([[1000.0, -1000.0, 0.0]])
    yield 1000 + numbers(rng, (2, 4))
    yield numbers(rng, (3, 3)) + np.array([[1000.0], [0.0], [-1000.0]])
    yield np.array([[0, 1000], [-1000, -1000]])


def rows_of_large_scores(rng):
    """The same for single rows."""
    yield numbers(rng, 4) + 1000
    yield numbers(rng, 4) - 1000


@softmax.cases
def _(rng):
    for z in rows_of_scores(rng):
        yield Case(ROW, z=z)
    for z in batches_of_scores(rng):
        yield Case(BATCH, z=z)
    for z in (*rows_of_large_scores(rng), *batches_of_large_scores(rng)):
        yield Case(LARGE, z=z)


softmax.mistake(
    "overflow",
    "What is np.exp(1000)? Which number can you add to all scores of a row without changing the "
    "fractions?",
    "np.exp(z - np.max(z, axis=-1, keepdims=True))",
    "np.exp(z)",
)
softmax.mistake(
    "one largest score for the whole batch",
    "Shift two rows by very different constants, one by 1000 and one by -1000. Whose largest score "
    "do you subtract?",
    "np.max(z, axis=-1, keepdims=True)",
    "np.max(z)",
)
softmax.mistake(
    "one sum for the whole batch",
    "Do your probabilities of each row sum to 1, or only those of all rows together?",
    "np.sum(powers, axis=-1, keepdims=True)",
    "np.sum(powers)",
)
softmax.mistake(
    "along the wrong axis",
    "Take two rows of three scores. Along which axis are your sums equal to 1?",
    "np.max(z, axis=-1, keepdims=True)",
    "np.max(z, axis=0, keepdims=True)",
    "np.sum(powers, axis=-1, keepdims=True)",
    "np.sum(powers, axis=0, keepdims=True)",
)
softmax.mistake(
    "batches only",
    ONLY_BATCHES,
    "np.max(z, axis=-1, keepdims=True)",
    "np.max(z, axis=1, keepdims=True)",
    "np.sum(powers, axis=-1, keepdims=True)",
    "np.sum(powers, axis=1, keepdims=True)",
)
softmax.mistake(
    "scores cut off",
    "Scores of 1000 and 1001 should give different probabilities. Do yours?",
    "z - np.max(z, axis=-1, keepdims=True)",
    "np.clip(z, -500, 500)",
)
softmax.mistake(
    "the exponential of minus the score",
    "Which class gets the highest probability: the one with the highest score?",
    "np.exp(z - np.max(z, axis=-1, keepdims=True))",
    "np.exp(np.min(z, axis=-1, keepdims=True) - z)",
)


@softmax.mistake(
    "shares without exponentials",
    "What comes out if some of the scores are negative? Are all your probabilities positive?",
)
def shares_of_scores(z):
    return z / np.sum(z, axis=-1, keepdims=True)


@softmax.alternative("one minus the other")
def by_differences(z):
    z = np.asarray(z, dtype=np.float64)
    with np.errstate(over="ignore"):
        return 1 / np.sum(np.exp(z[..., np.newaxis, :] - z[..., :, np.newaxis]), axis=-1)


@softmax.alternative("row by row")
def row_by_row(z):
    z = np.asarray(z)
    if z.ndim == 2:
        return np.array([row_by_row(one) for one in z])
    powers = [float(np.exp(score - max(z))) for score in z]
    return np.array(powers) / sum(powers)


# --- log_softmax ------------------------------------------------------------------------------

FORMULA = "the formula"
log_softmax = Exercise(points={FORMULA: 0.5, LARGE: 0.5}, visible=(FORMULA, FORMULA, LARGE))


@log_softmax.cases
def _(rng):
    for z in (*rows_of_scores(rng), *batches_of_scores(rng)):
        yield Case(FORMULA, z=z)
    for z in (*rows_of_large_scores(rng), *batches_of_large_scores(rng)):
        yield Case(LARGE, z=z)


@log_softmax.mistake(
    "the logarithm after the probability",
    "Try the scores 0 and -2000. What is the probability of the second, as the computer rounds it, "
    "and what is the logarithm of that?",
)
def logarithm_too_late(z):
    powers = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return np.log(powers / np.sum(powers, axis=-1, keepdims=True))


log_softmax.mistake(
    "overflow",
    "What is np.exp(1000)? Which number can you add to all scores of a row without changing any "
    "probability?",
    "shifted = z - np.max(z, axis=-1, keepdims=True)",
    "shifted = np.asarray(z, dtype=float)",
)
log_softmax.mistake(
    "one largest score for the whole batch",
    "Shift two rows by very different constants, one by 1000 and one by -1000. Whose largest score "
    "do you subtract?",
    "np.max(z, axis=-1, keepdims=True)",
    "np.max(z)",
)
log_softmax.mistake(
    "shifted on one side only",
    "Are the exponentials of what you return probabilities: do they sum to 1?",
    "return shifted -",
    "return z -",
)
log_softmax.mistake(
    "one sum for the whole batch",
    "Take the exponentials of what you return. Do those of each row sum to 1?",
    "np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))",
    "np.log(np.sum(np.exp(shifted)))",
)
log_softmax.mistake(
    "batches only",
    ONLY_BATCHES,
    "np.max(z, axis=-1, keepdims=True)",
    "np.max(z, axis=1, keepdims=True)",
    "np.sum(np.exp(shifted), axis=-1, keepdims=True)",
    "np.sum(np.exp(shifted), axis=1, keepdims=True)",
)
log_softmax.mistake(
    "the logarithm of the sum is left out",
    "Take the exponentials of what you return. Do they sum to 1?",
    "return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))",
    "return shifted",
)


@log_softmax.alternative("logaddexp")
def by_logaddexp(z):
    return z - np.logaddexp.reduce(z, axis=-1, keepdims=True)


@log_softmax.alternative("row by row")
def logs_row_by_row(z):
    def of_row(row):
        top = np.max(row)
        return row - top - np.log(np.exp(row - top).sum())

    return np.apply_along_axis(of_row, -1, np.asarray(z, dtype=float))


# --- cross_entropy ----------------------------------------------------------------------------

EXAMPLE = "one example"
cross_entropy = Exercise(points={EXAMPLE: 0.5, BATCH: 0.5}, visible=(EXAMPLE, BATCH))


def probabilities(rng, shape):
    """Rows that sum to 1, no entry of them 0."""
    raw = rng.uniform(0.05, 1, size=shape)
    return raw / raw.sum(axis=-1, keepdims=True)


@cross_entropy.cases
def _(rng):
    for classes in (2, 3, 10):
        yield Case(EXAMPLE, p=probabilities(rng, (1, classes)), y=rng.integers(classes, size=1))
    yield Case(EXAMPLE, p=np.array([[0.0, 1.0, 0.0]]), y=np.array([1]))
    yield Case(EXAMPLE, p=np.array([[1e-12, 1 - 1e-12]]), y=np.array([0]))
    for n, classes in ((2, 2), (5, 3), (3, 3), (4, 10), (7, 2)):
        yield Case(BATCH, p=probabilities(rng, (n, classes)), y=rng.integers(classes, size=n))
    yield Case(BATCH, p=probabilities(rng, (4, 3)), y=np.array([1, 1, 1, 1]))
    p = np.array([[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]])
    yield Case(BATCH, p=p, y=np.array([2, 0]))
    yield Case(BATCH, p=probabilities(rng, (3, 4)).astype(np.float32), y=np.array([3, 0, 1]))
    columns = probabilities(rng, (4, 3)).T
    yield Case(BATCH, p=build("transposed", rows=columns), y=rng.integers(3, size=4))


cross_entropy.mistake(
    "turned round",
    "The logarithm of a probability is never above 0. And a loss?",
    "-np.mean",
    "np.mean",
)
cross_entropy.mistake(
    "the sum, not the mean",
    "Write the batch twice. Should the loss change?",
    "np.mean(",
    "np.sum(",
)
cross_entropy.mistake(
    "whole columns",
    "How many probabilities do you pick from a batch of N rows? Print the shape.",
    "p[np.arange(len(y)), y]",
    "p[:, y]",
)
cross_entropy.mistake(
    "the logarithm of the mean",
    "Two examples with probabilities 0.9 and 0.1: which comes first, the logarithm or the mean?",
    "-np.mean(np.log(p[np.arange(len(y)), y]))",
    "-np.log(np.mean(p[np.arange(len(y)), y]))",
)
cross_entropy.mistake(
    "every class counts",
    "Change the labels: does your loss change?",
    "p[np.arange(len(y)), y]",
    "p + 0 * np.sum(y)",
)
cross_entropy.mistake(
    "the other logarithm",
    "A probability of one half costs 0.693. What do you get?",
    "np.log(",
    "np.log2(",
)


@cross_entropy.alternative("one-hot labels")
def one_hot_labels(p, y):
    chosen = np.eye(p.shape[1])[y]
    return -np.log(np.sum(chosen * p, axis=1)).mean()


@cross_entropy.alternative("one by one")
def one_by_one(p, y):
    total = 0.0
    for probabilities_of_one, label in zip(p, y, strict=True):
        total -= float(np.log(probabilities_of_one[label]))
    return total / len(y)


# --- entropy_between --------------------------------------------------------------------------

ZEROS = "classes that never happen"
entropy_between = Exercise(
    points={FORMULA: 0.5, ZEROS: 0.5},
    visible=(FORMULA, FORMULA, ZEROS, ZEROS),
)


@entropy_between.cases
def _(rng):
    for classes in (2, 3, 8):
        yield Case(FORMULA, P=probabilities(rng, classes), Q=probabilities(rng, classes))
    same = probabilities(rng, 4)
    yield Case(FORMULA, P=same, Q=same)
    yield Case(FORMULA, P=np.array([1.0]), Q=np.array([1.0]))
    yield Case(FORMULA, P=probabilities(rng, 3), Q=probabilities(rng, 3).astype(np.float32))
    yield Case(ZEROS, P=np.array([0.5, 0.0, 0.5]), Q=np.array([0.25, 0.0, 0.75]))
    yield Case(ZEROS, P=np.array([0.0, 1.0, 0.0]), Q=probabilities(rng, 3))
    yield Case(ZEROS, P=np.array([1, 0]), Q=np.array([1, 0]))
    yield Case(ZEROS, P=np.array([0.25, 0.75]), Q=np.array([0.0, 1.0]))
    yield Case(ZEROS, P=np.array([1.0, 0.0]), Q=np.array([0.0, 1.0]))
    yield Case(ZEROS, P=np.array([0.0, 0.4, 0.6]), Q=np.array([0.0, 0.0, 1.0]))


entropy_between.mistake(
    "0 times the logarithm of 0",
    "What does NumPy give for 0 * np.log(0)? Which classes should not be asked at all?",
    "P[happens] * np.log(Q[happens])",
    "P * np.log(Q)",
)
entropy_between.mistake(
    "a little is added before the logarithm",
    "Something happens that was held to be impossible. How large is your surprise?",
    "np.sum(P[happens] * np.log(Q[happens]))",
    "np.sum(P * np.log(Q + 1e-12))",
)
entropy_between.mistake(
    "impossible classes are left out",
    "P = (0.5, 0.5) and Q = (1, 0): half of the time the impossible happens. Is it in your sum?",
    "P > 0",
    "(P > 0) & (Q > 0)",
)
entropy_between.mistake(
    "truth and belief exchanged",
    "Which of the two decides how often a class comes, and which how surprising it is?",
    "happens = P > 0\n    return -np.sum(P[happens] * np.log(Q[happens]))",
    "happens = Q > 0\n    return -np.sum(Q[happens] * np.log(P[happens]))",
)
entropy_between.mistake(
    "turned round",
    "Can a mean surprise be negative?",
    "-np.sum",
    "np.sum",
)
entropy_between.mistake(
    "the mean, not the sum",
    "The weights P sum to 1 already. What else is divided?",
    "-np.sum",
    "-np.mean",
)
entropy_between.mistake(
    "what is surprising beyond the unavoidable",
    "For Q = P the cross entropy is not 0, but the entropy of P. What have you subtracted?",
    "np.log(Q[happens])",
    "np.log(Q[happens] / P[happens])",
)


@entropy_between.alternative("what is undefined counts nothing")
def undefined_counts_nothing(P, Q):
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.nansum(P * np.log(Q))


@entropy_between.alternative("class by class")
def class_by_class(P, Q):
    total = 0.0
    for happening, believed in zip(P, Q, strict=True):
        if happening > 0:
            total -= happening * (np.log(believed) if believed > 0 else -np.inf)
    return total


entropy_between.equivalent(
    "return -np.sum(P[happens] @ np.log(Q[happens]))", "the product of vectors has summed already"
)


# --- log_loss ---------------------------------------------------------------------------------

log_loss = Exercise(points={EXAMPLE: 0.5, BATCH: 0.5}, visible=(EXAMPLE, BATCH, EXAMPLE))


@log_loss.cases
def _(rng):
    for y in (0, 1):
        yield Case(EXAMPLE, a=rng.uniform(0.05, 0.95, size=1).round(3), y=np.array([y]))
    yield Case(EXAMPLE, a=np.array([1e-9]), y=np.array([1]))
    yield Case(EXAMPLE, a=np.array([1e-9]), y=np.array([0]))
    yield Case(EXAMPLE, a=np.array([0.3]), y=np.array([1.0]))
    for n in (2, 5, 9):
        yield Case(BATCH, a=rng.uniform(0.05, 0.95, size=n).round(3), y=rng.integers(2, size=n))
    yield Case(BATCH, a=rng.uniform(0.05, 0.95, size=4).round(3), y=np.array([1, 1, 0, 1]))
    yield Case(BATCH, a=np.array([0.001, 0.999, 0.5]), y=np.array([1, 0, 1]))
    yield Case(BATCH, a=rng.uniform(0.1, 0.9, size=3).astype(np.float32), y=np.array([0, 1, 0]))
    yield Case(BATCH, a=build("every_other", values=np.array([0.2, 0.9, 0.7])), y=np.array([0, 1]))


log_loss.mistake(
    "turned round",
    "The logarithm of a probability is never above 0. And a loss?",
    "-np.mean",
    "np.mean",
)
log_loss.mistake(
    "the sum, not the mean",
    "Write the batch twice. Should the loss change?",
    "np.mean(",
    "np.sum(",
)
log_loss.mistake(
    "only class 1 counts",
    "What does an example of class 0 cost if you were sure that it is of class 1?",
    " + (1 - y) * np.log(1 - a)",
    "",
)
log_loss.mistake(
    "the two classes exchanged",
    "You say 0.99 and it is a 1. Is that cheap?",
    "y * np.log(a) + (1 - y) * np.log(1 - a)",
    "y * np.log(1 - a) + (1 - y) * np.log(a)",
)
log_loss.mistake(
    "minus between the terms",
    "For an example of class 0, which sign does your loss have?",
    " + (1 - y)",
    " - (1 - y)",
)
log_loss.mistake(
    "cut off too early",
    "Try a = 0.001 and y = 1: the loss is 6.9. Where do you cut a off?",
    "return -np.mean(",
    "a = np.clip(a, 0.01, 0.99)\n    return -np.mean(",
)


@log_loss.alternative("the probability of what happened")
def of_what_happened(a, y):
    return -np.log(np.where(y == 1, a, 1 - a)).mean()


@log_loss.alternative("one by one")
def loss_one_by_one(a, y):
    losses = []
    for probability, label in zip(a, y, strict=True):
        losses.append(-np.log(probability) if label else -np.log1p(-probability))
    return sum(losses) / len(losses)


# --- softmax_loss -----------------------------------------------------------------------------

LOSS, GRADIENT = "the loss", "the gradient"
softmax_loss = Exercise(
    points={LOSS: 0.5, GRADIENT: 1, LARGE: 0.5},
    uses=("log_softmax", "softmax"),
    visible=(LOSS, GRADIENT, GRADIENT, LARGE, LARGE),
)


def labelled_scores(rng):
    """Batches of scores and labels."""
    for n, classes in ((4, 3), (1, 3), (3, 3), (2, 5), (6, 2)):
        yield numbers(rng, (n, classes)), rng.integers(classes, size=n)
    yield numbers(rng, (4, 3)), np.array([1, 1, 1, 1])
    yield rng.integers(-3, 4, size=(3, 4)), rng.integers(4, size=3)
    yield numbers(rng, (3, 2)).astype(np.float32), rng.integers(2, size=3)
    yield build("transposed", rows=numbers(rng, (3, 4))), rng.integers(3, size=4)


@softmax_loss.cases
def _(rng):
    for criterion, probe in ((LOSS, "loss_for"), (GRADIENT, "gradient_for")):
        for scores, y in labelled_scores(rng):
            yield Case(criterion, probe, scores=scores, y=y)
    for scores in batches_of_large_scores(rng):
        n, classes = scores.shape
        yield Case(LARGE, scores=scores, y=rng.integers(classes, size=n))
    yield Case(LARGE, scores=np.array([[1000.0, -1000.0], [-1000.0, 1000.0]]), y=np.array([1, 1]))


softmax_loss.mistake(
    "no mean in the gradient",
    "Duplicate the batch: the loss stays the same. What happens to the gradient of one row?",
    "dscores / len(y)",
    "dscores",
)
softmax_loss.mistake(
    "the sum, not the mean",
    "Duplicate the batch. Should the loss change?",
    "-np.mean(",
    "-np.sum(",
)
softmax_loss.mistake(
    "divided by all entries",
    "Over how many losses is the mean taken: one for each example, or one for each score?",
    "dscores / len(y)",
    "dscores / dscores.size",
)
softmax_loss.mistake(
    "the true class is not subtracted",
    "Each row of the gradient sums to 0. To what do yours sum?",
    "    dscores[rows, y] -= 1\n",
    "",
)
softmax_loss.mistake(
    "turned round",
    "Raise the score of the true class a little. Does the loss fall, and which sign has your "
    "gradient there?",
    "return loss, dscores",
    "return loss, -dscores",
)
softmax_loss.mistake(
    "taken from whole columns",
    "How many entries of each row should become smaller by 1? Count yours.",
    "dscores[rows, y] -= 1",
    "dscores[:, y] -= 1",
)


@softmax_loss.mistake(
    "logarithm of 0",
    "The true class has a probability of 0, as the computer rounds it. Can the logarithm and the "
    "exponential cancel first?",
)
def logarithm_of_zero(scores, y):
    powers = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p = powers / np.sum(powers, axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.mean(np.log(p[rows, y]))
    p[rows, y] -= 1
    return loss, p / len(y)


@softmax_loss.mistake(
    "one largest score for the whole batch",
    "Shift two rows by different constants, one by 1000 and one by -1000. What should change?",
)
def one_global_maximum(scores, y):
    shifted = scores - np.max(scores)
    powers = np.exp(shifted)
    sums = np.sum(powers, axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.mean((shifted - np.log(sums))[rows, y])
    dscores = powers / sums
    dscores[rows, y] -= 1
    return loss, dscores / len(y)


@softmax_loss.mistake(
    "overflow",
    "What is np.exp(1000)? Which number can be added to all scores of a row without changing "
    "anything?",
)
def scores_not_shifted(scores, y):
    powers = np.exp(np.asarray(scores, dtype=float))
    p = powers / np.sum(powers, axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss = np.mean(np.log(np.sum(powers, axis=1)) - np.asarray(scores)[rows, y])
    p[rows, y] -= 1
    return loss, p / len(y)


@softmax_loss.alternative("all from the logarithms")
def from_logarithms(scores, y):
    logs = log_softmax(scores)
    true = np.eye(scores.shape[1])[y]
    return -np.sum(true * logs) / len(y), (np.exp(logs) - true) / len(y)


@softmax_loss.alternative("example by example, by itself")
def example_by_example(scores, y):
    scores = np.asarray(scores, dtype=float)
    n = len(scores)
    loss, dscores = 0.0, np.zeros_like(scores)
    for i in range(n):
        top = scores[i].max()
        powers = np.exp(scores[i] - top)
        total = powers.sum()
        loss += (top + np.log(total) - scores[i, y[i]]) / n
        dscores[i] = powers / total / n
        dscores[i, y[i]] -= 1 / n
    return loss, dscores


# --- linear_classifier_loss -------------------------------------------------------------------

GRADIENTS, PENALTY = "the gradients", "the penalty"
linear_classifier_loss = Exercise(
    points={LOSS: 0.5, GRADIENTS: 1, PENALTY: 0.5},
    uses=("softmax_loss",),
    visible=(LOSS, PENALTY, GRADIENTS, GRADIENTS, PENALTY, PENALTY),
)


def classifiers(rng):
    """Weights, biases, examples and labels."""
    for n, size, classes in ((5, 4, 3), (1, 3, 2), (3, 3, 3), (6, 1, 2), (2, 6, 4)):
        yield (
            numbers(rng, (size, classes)),
            numbers(rng, classes),
            numbers(rng, (n, size)),
            rng.integers(classes, size=n),
        )
    W, b = numbers(rng, (3, 2)).astype(np.float32), np.zeros(2, dtype=np.float32)
    yield W, b, numbers(rng, (4, 3)).astype(np.float32), np.array([0, 1, 1, 0])
    X = build("transposed", rows=rng.integers(0, 4, size=(2, 5)))
    yield numbers(rng, (2, 3)), numbers(rng, 3), X, rng.integers(3, size=5)


@linear_classifier_loss.cases
def _(rng):
    for criterion, probe in (
        (LOSS, "loss_without_penalty"),
        (GRADIENTS, "gradients_without_penalty"),
    ):
        for W, b, X, y in classifiers(rng):
            yield Case(criterion, probe, W=W, b=b, X=X, y=y)
    for W, b, X, y in list(classifiers(rng))[:5]:
        l2 = round(float(rng.uniform(0.1, 2)), 2)
        yield Case(PENALTY, "added_by_penalty", W=W, b=b, X=X, y=y, l2=l2)


linear_classifier_loss.mistake(
    "the half is left out",
    "Give W one entry of 2 and zeros, and l2 = 1. How large should the penalty be?",
    "0.5 * l2",
    "l2",
)
linear_classifier_loss.mistake(
    "the penalty's gradient is doubled",
    "The half in front of the sum is there to cancel something. What?",
    "+ l2 * W",
    "+ 2 * l2 * W",
)
linear_classifier_loss.mistake(
    "the penalty's gradient is halved",
    "Measure the slope of 0.5 * w**2 at w = 3.",
    "+ l2 * W",
    "+ 0.5 * l2 * W",
)
linear_classifier_loss.mistake(
    "the penalty has no gradient",
    "Call it with l2 = 0 and with l2 = 1. The loss changes. What about the gradient of W?",
    " + l2 * W",
    "",
)
linear_classifier_loss.mistake(
    "the penalty is not in the loss",
    "Call it with l2 = 0 and with l2 = 1. Does the loss change?",
    " + 0.5 * l2 * np.sum(W**2)",
    "",
)
linear_classifier_loss.mistake(
    "the weights are not squared",
    "Can your penalty become negative? Try a W with negative entries only.",
    "np.sum(W**2)",
    "np.sum(W)",
)
linear_classifier_loss.mistake(
    "the biases are penalised",
    "Change only l2. Does the gradient of b change? Should it?",
    "np.sum(W**2)",
    "(np.sum(W**2) + np.sum(b**2))",
    "np.sum(dscores, axis=0)",
    "np.sum(dscores, axis=0) + l2 * b",
)
linear_classifier_loss.mistake(
    "divided by N once more",
    "Which function has already taken the mean? Duplicate the examples and compare the gradients.",
    "X.T @ dscores",
    "X.T @ dscores / len(y)",
    "np.sum(dscores, axis=0)",
    "np.mean(dscores, axis=0)",
)
linear_classifier_loss.mistake(
    "one bias for all classes",
    "What is the shape of b, and what is the shape of its gradient?",
    "np.sum(dscores, axis=0)",
    "np.sum(dscores)",
)


# Written out, so that it is known behind a wrong softmax_loss as well.
@linear_classifier_loss.mistake(
    "the bias is left out of the scores",
    "Raise one bias by 10. Does your loss change?",
)
def bias_left_out(W, b, X, y, l2):
    z = X @ W
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    true = np.eye(len(b))[y]
    dscores = (p - true) / len(y)
    loss = -np.mean(np.log(np.sum(p * true, axis=1))) + 0.5 * l2 * np.sum(W**2)
    return loss, X.T @ dscores + l2 * W, np.sum(dscores, axis=0)


@linear_classifier_loss.alternative("a feature that is always 1")
def feature_of_ones(W, b, X, y, l2):
    extended = np.column_stack([X, np.ones(len(X))])
    loss, dscores = softmax_loss(extended @ np.vstack([W, b]), y)
    gradient = extended.T @ dscores
    return loss + l2 / 2 * np.linalg.norm(W) ** 2, gradient[:-1] + l2 * W, gradient[-1]


@linear_classifier_loss.alternative("example by example")
def summed_up(W, b, X, y, l2):
    loss, dscores = softmax_loss(np.einsum("nd,dc->nc", X, W) + b, y)
    dW, db = l2 * W, np.zeros_like(b)
    for example, slope in zip(X, dscores, strict=True):
        dW = dW + np.outer(example, slope)
        db = db + slope
    return loss + 0.5 * l2 * (W * W).sum(), dW, db


# --- train_linear_classifier ------------------------------------------------------------------

STEPS, PREDICT, UNSEEN = "each step", "predict", "digits it has never seen"
PICTURES, DIGITS, ENOUGH = 400, 5, 0.9
train_linear_classifier = Exercise(
    points={STEPS: 1, PREDICT: 0.5, UNSEEN: 0.5},
    names=("train_linear_classifier", "predict"),
    uses=("linear_classifier_loss",),
    visible=(STEPS, STEPS, PREDICT),
)


@train_linear_classifier.cases
def _(rng):
    for n, size, classes, lr, l2, steps in (
        (5, 2, 3, 0.5, 0.0, 1),
        (6, 3, 2, 0.1, 0.3, 2),
        (8, 3, 4, 0.2, 0.01, 7),
        (1, 2, 2, 1.0, 0.0, 3),
        (4, 1, 3, 0.5, 0.1, 0),
        (3, 3, 3, 0.3, 0.0, 4),
    ):
        y = np.append(rng.integers(classes, size=n - 1), classes - 1)
        X = numbers(rng, (n, size))
        yield Case(STEPS, "trained", X=X, y=y, lr=lr, l2=l2, steps=steps)
    X = rng.integers(-2, 3, size=(4, 2))
    yield Case(STEPS, "trained", X=X, y=np.array([0, 3, 3, 1]), lr=0.5, l2=0.0, steps=2)

    for n, size, classes in ((5, 2, 3), (1, 3, 2), (4, 4, 4), (7, 1, 5)):
        params = (numbers(rng, (size, classes)), numbers(rng, classes))
        yield Case(PREDICT, "predict", params=params, X=numbers(rng, (n, size)))

    train, _ = (fewer_digits(part) for part in data.digits().split())
    chosen = rng.permutation(len(train.labels))[:PICTURES]
    X = train.images.reshape(-1, 64)[chosen] + rng.normal(scale=0.03, size=(PICTURES, 64))
    yield Case(UNSEEN, "trained", _X=X.round(2), _y=train.labels[chosen], lr=0.5, l2=1e-3, steps=10)


def fewer_digits(part):
    """The pictures of the first digits only, so that training takes no time worth mentioning."""
    kept = part.labels < DIGITS
    return data.Digits(part.images[kept], part.labels[kept])


@train_linear_classifier.accept(UNSEEN)
def _(_case, observation, _reference):
    W, b = (np.asarray(part, dtype=np.float64) for part in observation.value)
    if W.shape != (64, DIGITS) or b.shape != (DIGITS,):
        wanted = f"(64, {DIGITS}) and ({DIGITS},)"
        return f"W and b have the shapes {W.shape} and {b.shape}; {wanted} are expected"
    _, test = (fewer_digits(part) for part in data.digits().split())
    said = np.argmax(test.images.reshape(-1, 64) @ W + b, axis=1)
    right = int(np.sum(said == test.labels))
    told = f"{right} of {len(said)} pictures of 0 to {DIGITS - 1} are read"
    return Right(told) if right >= ENOUGH * len(said) else f"only {told}; nine of ten are expected"


CALL = "_, dW, db = linear_classifier_loss(W, b, X, y, l2)"
UPDATE = "W, b = W - lr * dW, b - lr * db"
# Written out, so that a mistake is known by its own work alone.
BY_ITSELF = """z = X @ W + b
        p = np.exp(z - z.max(axis=1, keepdims=True))
        d = (p / p.sum(axis=1, keepdims=True) - np.eye(len(b))[y]) / len(y)
        dW, db = X.T @ d + l2 * W, d.sum(axis=0)"""

train_linear_classifier.mistake(
    "uphill",
    "Compare the loss before and after a step. Which way did you go?",
    CALL,
    BY_ITSELF,
    UPDATE,
    "W, b = W + lr * dW, b + lr * db",
)
train_linear_classifier.mistake(
    "the biases stay 0",
    "Print b after a few steps.",
    CALL,
    BY_ITSELF,
    UPDATE,
    "W = W - lr * dW",
)
train_linear_classifier.mistake(
    "divided by the number of examples again",
    "The loss is a mean already. Train on the examples twice over: should the weights differ?",
    CALL,
    BY_ITSELF,
    UPDATE,
    "W, b = W - lr * dW / len(y), b - lr * db / len(y)",
)
train_linear_classifier.mistake(
    "one step too many",
    "With steps = 0, what should come back?",
    CALL,
    BY_ITSELF,
    "range(steps)",
    "range(steps + 1)",
)
train_linear_classifier.mistake(
    "one step only",
    "Train with 1 step and with 100. Do the weights differ?",
    CALL,
    BY_ITSELF,
    "range(steps)",
    "range(min(steps, 1))",
)
train_linear_classifier.mistake(
    "the penalty is forgotten",
    "Train with l2 = 0 and with l2 = 1. Do the weights differ?",
    CALL,
    BY_ITSELF.replace(" + l2 * W", ""),
)
train_linear_classifier.mistake(
    "along the examples",
    "How many answers do you give for five examples?",
    "np.argmax(X @ W + b, axis=1)",
    "np.argmax(X @ W + b, axis=0)",
)
train_linear_classifier.mistake(
    "the lowest score wins",
    "Which class do you name: the one with the highest score?",
    "np.argmax",
    "np.argmin",
)
train_linear_classifier.mistake(
    "predictions without the biases",
    "Raise one bias by 100. Does every example get that class?",
    "np.argmax(X @ W + b, axis=1)",
    "np.argmax(X @ W, axis=1)",
)
train_linear_classifier.mistake(
    "scores instead of classes",
    "For each example one whole number is wanted. What does yours return?",
    "np.argmax(X @ W + b, axis=1)",
    "X @ W + b",
)

train_linear_classifier.alternative(
    "changed in place",
    """
    def train_linear_classifier(X, y, lr, l2, steps):
        classes = int(y.max()) + 1
        params = {"W": np.zeros((X.shape[1], classes)), "b": np.zeros(classes)}
        for _ in range(steps):
            loss, dW, db = linear_classifier_loss(params["W"], params["b"], X, y, l2)
            params["W"] -= lr * dW
            params["b"] -= lr * db
        return params["W"], params["b"]


    def predict(params, X):
        scores = X @ params[0] + params[1]
        return np.array([max(range(len(row)), key=lambda j: row[j]) for row in scores])
    """,
)
train_linear_classifier.alternative(
    "by itself, with probabilities",
    """
    def train_linear_classifier(X, y, lr, l2, steps):
        true = np.eye(y.max() + 1)[y]
        W, b = np.zeros((X.shape[1], true.shape[1])), np.zeros(true.shape[1])
        for _ in range(steps):
            difference = probabilities((W, b), X) - true
            b = b - lr * difference.mean(axis=0)
            W = W - lr * (X.T @ difference / len(y) + l2 * W)
        return W, b


    def probabilities(params, X):
        scores = X @ params[0] + params[1]
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


    def predict(params, X):
        return probabilities(params, X).argmax(axis=1)
    """,
)

LAST = "a matrix has two axes, the second is the last"
train_linear_classifier.equivalent(
    "W, b = (np.zeros((X.shape[-1], classes)), np.zeros(classes))", LAST
)
train_linear_classifier.equivalent("return np.argmax(X @ W + b, axis=-1)", LAST)
