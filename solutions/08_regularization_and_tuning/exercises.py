"""How unit 08 is graded: points, cases, what people get wrong, and other right answers.

Where chance decides, many answers are right. Those are judged by what the text promises: shares
within eight standard deviations of theirs, so that no right answer is refused in any lifetime.
"""

from __future__ import annotations

import math

import numpy as np

from autograder.exercise import Case, Criterion, Exercise, build
from nand2resnet.wording import described

PATIENCE = 8.0
"""Standard deviations by which a share may miss what it should be."""
FARTHEST = 4.0
"""Of a sample's distribution from the uniform one, times the root of its size: Kolmogorov's bound
says that a right answer goes beyond it once in 10^13 times."""
ROUNDING = 1e-5
"""The relative difference that counts as none where single precision may come in."""


def numbers(rng, shape, low=-2.0, high=2.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


def is_off(share, expected, count):
    """Whether a share of ``count`` draws is not what chance would make of ``expected``."""
    spread = np.sqrt(max(expected * (1 - expected), 0) / count)
    return bool(abs(share - expected) > PATIENCE * spread + 1e-12)


def is_uniform(values):
    """Whether numbers between 0 and 1 look as if drawn uniformly."""
    ordered, n = np.sort(values), len(values)
    steps = np.arange(n)
    farthest = max(np.max(ordered - steps / n), np.max((steps + 1) / n - ordered))
    return bool(farthest * np.sqrt(n) < FARTHEST)


# --- elastic_penalty --------------------------------------------------------------------------

VALUE, SLOPE = "the value", "the gradient"
elastic_penalty = Exercise(points={VALUE: 1, SLOPE: 1}, visible=(VALUE, SLOPE, VALUE, SLOPE, SLOPE))


@elastic_penalty.cases
def _(rng):
    def both(W, l1, l2):
        for number, kind in enumerate((VALUE, SLOPE)):
            yield Case(kind, "part", W=W, l1=l1, l2=l2, _part=number)

    for shape in ((3, 4), (5, 2), (2, 2), (1, 3), (4, 1), (1, 1), (6,), (2, 3, 2)):
        yield from both(numbers(rng, shape), float(rng.uniform(0.1, 1)), float(rng.uniform(1, 3)))
    W = numbers(rng, (3, 2))
    yield from both(W, 0.5, 0.0)
    yield from both(W, 0.0, 0.5)
    yield from both(W, 0.0, 0.0)
    with_zeros = np.array([[0.0, -1.5, 2.0], [0.25, 0.0, -0.5]])
    yield from both(with_zeros, 0.3, 0.7)
    yield from both(rng.integers(-3, 4, size=(2, 3)), 0.5, 2)
    yield from both(numbers(rng, (4, 3)).astype(np.float32), 0.25, 0.5)
    yield from both(1e4 * numbers(rng, (2, 3)), 0.1, 0.01)
    yield from both(build("transposed", rows=numbers(rng, (2, 5))), 0.2, 0.6)
    yield from both(build("every_other", values=numbers(rng, (5, 3))), 0.4, 0.1)


elastic_penalty.mistake(
    "the sum of W, not of its sizes",
    "Try W = [[1, -1]] with l1 = 1 and l2 = 0. Should a network be charged nothing for that?",
    "np.sum(np.abs(W))",
    "np.sum(W)",
)
elastic_penalty.mistake(
    "the half is missing in the value",
    "Nudge one weight and measure how much the value grows. Is it what your gradient says?",
    "l2 / 2",
    "l2",
)
elastic_penalty.mistake(
    "half the gradient",
    "What is the slope of w^2 / 2 along w? Check it with a difference.",
    "l2 * W",
    "l2 / 2 * W",
)
elastic_penalty.mistake(
    "a mean instead of a sum",
    "Append a row of zeros to W. Should the penalty change? Does yours?",
    "l1 * np.sum(np.abs(W)) + l2 / 2 * np.sum(W**2)",
    "l1 * np.mean(np.abs(W)) + l2 / 2 * np.mean(W**2)",
)
elastic_penalty.mistake(
    "the slope of |w| taken for |w|",
    "How steep is |w| at w = 3, and how steep at w = 300?",
    "np.sign(W)",
    "np.abs(W)",
)
elastic_penalty.mistake(
    "the same slope on both sides of zero",
    "At w = -2 the size |w| gets smaller as w grows. What does that say about the slope's sign?",
    "l1 * np.sign(W)",
    "l1",
)
elastic_penalty.mistake(
    "l1 and l2 exchanged",
    "Set l2 to 0. Which of the two sums should be left?",
    "l1 * np.sum(np.abs(W)) + l2 / 2 * np.sum(W**2)",
    "l2 * np.sum(np.abs(W)) + l1 / 2 * np.sum(W**2)",
    "l1 * np.sign(W) + l2 * W",
    "l2 * np.sign(W) + l1 * W",
)
elastic_penalty.mistake(
    "a root is drawn",
    "The norm of W is the root of a sum. Is there a root in the formula?",
    "np.sum(W**2)",
    "np.sqrt(np.sum(W**2))",
)
elastic_penalty.mistake(
    "the L1 part has no gradient",
    "Set l2 to 0. Is the gradient still there?",
    "l1 * np.sign(W) + l2 * W",
    "l2 * W",
)


elastic_penalty.mistake(
    "only the value",
    "How many things does the text ask for? Print what you return.",
    "return value, l1 * np.sign(W) + l2 * W",
    "return value",
)


@elastic_penalty.alternative("entry by entry")
def entry_by_entry(W, l1, l2):
    value, gradient = 0.0, np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        w = float(W[place])
        value += l1 * abs(w) + 0.5 * l2 * w * w
        gradient[place] = l2 * w + (l1 if w > 0 else -l1 if w < 0 else 0.0)
    return value, gradient


@elastic_penalty.alternative("masks and a product")
def masks_and_product(W, l1, l2):
    w = np.ravel(np.asarray(W, dtype=float))
    signs = (W > 0).astype(float) - (W < 0)
    return l1 * np.linalg.norm(w, 1) + l2 * (w @ w) / 2, l1 * signs + W * l2


# --- project_max_norm -------------------------------------------------------------------------

LONG, SHORT = "too long: cut to c", "short enough: left alone"
project_max_norm = Exercise(points={LONG: 1, SHORT: 0.5}, visible=(LONG, SHORT, SHORT))


@project_max_norm.cases
def _(rng):
    for inputs, units in ((3, 4), (4, 2), (3, 3), (1, 5), (6, 1), (2, 7)):
        W = numbers(rng, (inputs, units), 1, 3) * rng.choice([-1, 1], size=(inputs, units))
        lengths = np.sqrt((W**2).sum(axis=0))
        yield Case(LONG, W=W, c=float(0.7 * lengths.min()))
    yield Case(LONG, W=rng.integers(3, 9, size=(2, 3)), c=2)
    yield Case(LONG, W=numbers(rng, (3, 2), 3, 5).astype(np.float32), c=1.5)
    yield Case(LONG, W=1e6 * numbers(rng, (3, 2), 1, 2), c=3.0)
    yield Case(LONG, W=build("transposed", rows=numbers(rng, (4, 3), 2, 4)), c=2.5)

    for inputs, units in ((3, 4), (4, 2), (3, 3), (1, 3), (5, 1)):
        W = numbers(rng, (inputs, units), -1, 1)
        yield Case(SHORT, W=W, c=1.5 * float(np.sqrt((W**2).sum(axis=0)).max()) + 0.1)
        mixed = W * rng.permutation([4.0, 0.2] * units)[:units] + 0.01
        yield Case(SHORT, W=mixed, c=0.8)
    with_zeros = numbers(rng, (3, 4), 0.5, 2)
    with_zeros[:, rng.integers(4)] = 0.0
    yield Case(SHORT, W=with_zeros, c=1.2)
    yield Case(SHORT, W=np.zeros((2, 3)), c=1.0)
    yield Case(SHORT, W=np.array([[3.0, 0.3], [4.0, 0.4]]), c=5.0)


project_max_norm.mistake(
    "rows instead of columns",
    "A unit has one weight for each input. Along which axis of W do they lie?",
    "axis=0",
    "axis=1",
)
project_max_norm.mistake(
    "all of W as one vector",
    "Make one unit's weights huge and look at the others: why do they shrink?",
    "np.linalg.norm(W, axis=0)",
    "np.linalg.norm(W)",
)
project_max_norm.mistake(
    "short ones are stretched",
    "What becomes of a unit whose weights are shorter than c?",
    "np.maximum(lengths, c)",
    "np.maximum(lengths, 1e-12)",
)
project_max_norm.mistake(
    "each weight is cut by itself",
    "Compare the directions before and after: is (3, 4) still pointing the same way?",
    "W * (c / np.maximum(lengths, c))",
    "np.clip(W, -c, c)",
)
project_max_norm.mistake(
    "a column of zeros becomes nan",
    "What do you divide by where all the weights of a unit are 0?",
    "W * (c / np.maximum(lengths, c))",
    "W / lengths * np.minimum(lengths, c)",
)
project_max_norm.mistake(
    "the squared length",
    "How long is (3, 4)? Print the lengths that you find.",
    "np.linalg.norm(W, axis=0)",
    "np.sum(W**2, axis=0)",
)
project_max_norm.mistake(
    "cut to 1 instead of c",
    "How long is a column after the projection? How long may it be?",
    "W * (c / np.maximum(lengths, c))",
    "np.where(lengths > c, W / np.maximum(lengths, 1e-12), W)",
)


project_max_norm.equivalent(
    "return W * (c / np.maximum(c, lengths))", "the larger of two numbers, whichever comes first"
)


@project_max_norm.alternative("column by column")
def column_by_column(W, c):
    projected = np.array(W, dtype=float)
    for j in range(projected.shape[1]):
        length = np.sqrt(projected[:, j] @ projected[:, j])
        if length > c:
            projected[:, j] *= c / length
    return projected


@project_max_norm.alternative("where")
def by_where(W, c):
    squared = np.einsum("ij,ij->j", W, W)
    scale = np.ones(len(squared))
    long = squared > c * c
    scale[long] = c / np.sqrt(squared[long])
    return np.where(long, W * scale, W)


# --- dropout_forward --------------------------------------------------------------------------

KEPT, SCALED = "how many are kept", "0 or x / (1 - drop_prob)"
TESTED, DRAWN = "test mode", "drawn from rng"
dropout_forward = Exercise(
    points={KEPT: 1, SCALED: 1, TESTED: 0.5, DRAWN: 0.5},
    visible=(KEPT, SCALED, DRAWN, TESTED),
)


@dropout_forward.cases
def _(rng):
    def seeds(count):
        return [int(seed) for seed in rng.choice(10**6, size=count, replace=False)]

    for drop_prob in (0.2, 0.75, 0.6, 0.5):
        x = numbers(rng, (40, 70), 1, 3)
        yield Case(KEPT, "dropped", _x=x, drop_prob=drop_prob, _seeds=seeds(1))
    yield Case(KEPT, "dropped", _x=numbers(rng, (8, 6, 50), 1, 3), drop_prob=0.3, _seeds=seeds(1))
    shapes = ((4, 3), (1, 6), (5, 1), (7,), (2, 3, 2), (1, 1))
    for drop_prob, shape in zip((0.3, 0.8, 0.5, 0.1, 0.6, 0.25), shapes, strict=True):
        yield Case(SCALED, "dropped", x=numbers(rng, shape), drop_prob=drop_prob, _seeds=seeds(1))
    x = numbers(rng, (3, 5))
    yield Case(SCALED, "dropped", x=x, drop_prob=0.0, _seeds=seeds(1))
    single = numbers(rng, (6, 5)).astype(np.float32)
    yield Case(SCALED, "dropped", x=single, drop_prob=0.4, _seeds=seeds(1))
    yield Case(SCALED, "dropped", x=1e8 * numbers(rng, (6, 5)), drop_prob=0.3, _seeds=seeds(1))
    view = build("transposed", rows=numbers(rng, (4, 6)))
    yield Case(SCALED, "dropped", x=view, drop_prob=0.35, _seeds=seeds(1))
    for shape in ((4, 3), (1, 5), (6,), (2, 2, 3)):
        given = {"drop_prob": float(rng.uniform(0.1, 0.9)), "rng": build("rng", seed=seeds(1)[0])}
        yield Case(TESTED, x=numbers(rng, shape), **given, training=False)
    yield Case(TESTED, x=single, drop_prob=0.5, rng=build("rng", seed=1), training=False)
    for shape in ((30, 20), (150,)):
        seed, other = seeds(2)
        x = numbers(rng, shape, 1, 3)
        yield Case(DRAWN, "dropped", _x=x, drop_prob=0.5, _seeds=[seed, seed, other])
        yield Case(DRAWN, "dropped_in_a_row", _x=x, drop_prob=0.5, _seed=seed)


def boolean_mask(mask, shape):
    """The mask as an array of bool, or what is wrong with it, as a message."""
    mask = np.asarray(mask)
    if mask.shape != shape:
        return (
            f"the mask has the shape {mask.shape} and x {shape}: every entry of x has its own luck"
        )
    if mask.dtype != bool:
        return "the mask should hold True and False, and nothing else"
    return mask


@dropout_forward.accept(KEPT)
def _(case, observation, reference):
    x, drop_prob = np.asarray(reference.value["x"]), case.inputs["drop_prob"]
    out = np.asarray(observation.value["runs"][0][0], dtype=float)
    if out.shape != x.shape:
        return f"what comes out has the shape {out.shape}; x has {x.shape}"
    kept = out != 0
    if kept.ndim > 1 and ((kept == kept[:1]).all() or (kept == kept[..., :1]).all()):
        return "one draw for many entries"
    share = float(np.mean(kept))
    if is_off(share, 1 - drop_prob, kept.size):
        above = math.erfc(drop_prob / math.sqrt(2)) / 2  # of a bell curve's numbers
        if not is_off(share, above, kept.size):
            return "the mask from a bell curve"
        if not is_off(share, drop_prob, kept.size):
            return "drop_prob taken for the probability to keep"
        return (
            f"with drop_prob {drop_prob} about {1 - drop_prob:.0%} of the entries should be kept; "
            f"{share:.0%} were"
        )
    return True


@dropout_forward.accept(SCALED)
def _(case, observation, reference):
    x, drop_prob = np.asarray(reference.value["x"]), case.inputs["drop_prob"]
    out, mask, probability, training = observation.value["runs"][0]
    out, mask = np.asarray(out, dtype=float), boolean_mask(mask, x.shape)
    if isinstance(mask, str):
        return mask
    if not np.isclose(float(probability), drop_prob) or not bool(training):
        return "the cache should be (mask, drop_prob, training)"
    if out.shape != x.shape:
        return f"what comes out has the shape {out.shape}; x has {x.shape}"
    scaled = x / (1 - drop_prob)
    if np.allclose(out, np.where(mask, scaled, 0), rtol=ROUNDING, atol=0):
        return True
    opposite = np.allclose(out, np.where(mask, 0, scaled), rtol=ROUNDING, atol=0)
    if opposite and x.size >= 12:  # of fewer entries chance makes opposites now and then
        return "the mask says what is dropped"
    if (np.isclose(out, 0, atol=0) | np.isclose(out, scaled, rtol=ROUNDING, atol=0)).all():
        return "the mask in the cache is not the one that was used"
    factors = {"1": 1.0, "(1 - drop_prob)": 1 - drop_prob, "1 / drop_prob": 1 / (drop_prob or 1)}
    for name, factor in factors.items():
        if np.allclose(out, np.where(mask, factor * x, 0), rtol=ROUNDING, atol=0):
            return f"kept entries came out times {name}; the text says x / (1 - drop_prob)"
    return "every entry should become either 0 or x / (1 - drop_prob); some became something else"


@dropout_forward.accept(DRAWN)
def _(case, observation, _reference):
    if case.probe == "dropped_in_a_row":
        first, second = (np.asarray(mask) for mask in observation.value)
        return "a generator of its own" if np.array_equal(first, second) else True
    first, again, other = (np.asarray(run[0]) for run in observation.value["runs"])
    if not np.array_equal(first != 0, again != 0):
        return "not drawn from rng"
    if np.array_equal(first != 0, other != 0):
        return "a generator of its own"
    return True


DRAW = "rng.random(x.shape) >= drop_prob"
SCALE = "x * mask / (1 - drop_prob)"
dropout_forward.mistake(
    "divided by what is dropped",
    "With drop_prob = 0.2, what share of x is left? By what do you divide to make up for it?",
    SCALE,
    "x * mask / drop_prob",
)
dropout_forward.mistake(
    "drop_prob taken for the probability to keep",
    "With drop_prob = 0.2, how many of 1,000 entries should be zero? Count yours.",
    DRAW,
    "rng.random(x.shape) < drop_prob",
    SCALE,
    "x * mask / drop_prob",
)
dropout_forward.mistake(
    "nothing is scaled",
    "Compare the mean of a thousand ones in training and in test mode. Do they agree?",
    SCALE,
    "x * mask",
)
dropout_forward.mistake(
    "scaled down instead of up",
    "Half of the units are silent: should the others speak up or lower their voice?",
    SCALE,
    "x * mask * (1 - drop_prob)",
)
dropout_forward.mistake(
    "the mask from a bell curve",
    "Draw 1,000 numbers of yours and print the smallest and the largest. Between which two should "
    "they lie, so that a share drop_prob of them is below drop_prob?",
    DRAW,
    "rng.normal(size=x.shape) >= drop_prob",
)
dropout_forward.mistake(
    "drops in test mode, too",
    "Call it twice with training = False. Is what comes out the same, and is it x?",
    "if not training:",
    "if drop_prob is None:",
)
dropout_forward.mistake(
    "scaled in test mode",
    "In inverted dropout all the scaling is done in training. What is left for the test?",
    "return x, (None, drop_prob, False)",
    "return x * (1 - drop_prob), (None, drop_prob, False)",
)
dropout_forward.mistake(
    "scaled in test mode instead of in training",
    "That is dropout as first published. Which of the two modes does the inverted form leave alone?",
    "return x, (None, drop_prob, False)",
    "return x * (1 - drop_prob), (None, drop_prob, False)",
    SCALE,
    "x * mask",
)
dropout_forward.mistake(
    "one draw for many entries",
    "Print the zeros of your result for a batch of three samples. Does each sample lose units of "
    "its own?",
    DRAW,
    "np.ones(x.shape, dtype=bool) & (rng.random(x.shape[1:]) >= drop_prob)",
)
dropout_forward.mistake(
    "the mask says what is dropped",
    "What should the mask say where a unit was kept: True or False?",
    "(mask, drop_prob, True)",
    "(~mask, drop_prob, True)",
)
dropout_forward.mistake(
    "the scale in the mask",
    "Print the mask. The text wants True and False in it, and nothing else.",
    DRAW,
    "(rng.random(x.shape) >= drop_prob) / (1 - drop_prob)",
    SCALE,
    "x * mask",
)
dropout_forward.mistake(
    "not drawn from rng",
    "Call it twice, each time with a new generator of the same seed. Who drew the mask?",
    "rng.random(x.shape)",
    "np.random.random(x.shape)",
)
dropout_forward.mistake(
    "a generator of its own",
    "Call it with generators of two different seeds. Why are the masks the same?",
    "rng.random(x.shape)",
    "np.random.default_rng(0).random(x.shape)",
)
dropout_forward.mistake(
    "the mask in the cache is not the one that was used",
    "Where the cache's mask is False there should be a zero in the result. Is there?",
    "(mask, drop_prob, True)",
    "(rng.random(x.shape) >= drop_prob, drop_prob, True)",
)


dropout_forward.equivalent(
    "mask = rng.random(x.shape) > drop_prob", "a draw is never exactly drop_prob"
)
dropout_forward.mistake(
    "the cache is forgotten",
    "What will the way back need to know of this call? How many things does the text ask for?",
    "return x, (None, drop_prob, False)",
    "return x",
    "return x * mask / (1 - drop_prob), (mask, drop_prob, True)",
    "return x * mask / (1 - drop_prob)",
)


@dropout_forward.alternative("binomial")
def with_binomial(x, drop_prob, rng, training):
    if training:
        mask = rng.binomial(1, 1 - drop_prob, size=x.shape) == 1
        return np.where(mask, x, 0) / (1 - drop_prob), (mask, drop_prob, training)
    return x.copy(), (None, drop_prob, training)


@dropout_forward.alternative("choice, in place")
def with_choice(x, drop_prob, rng, training):
    mask = None
    if training:
        mask = rng.choice([False, True], p=[drop_prob, 1 - drop_prob], size=x.shape)
        x[~mask] = 0
        x *= 1 / (1 - drop_prob)
    return x, (mask, drop_prob, training)


@dropout_forward.alternative("one entry at a time")
def one_at_a_time(x, drop_prob, rng, training):
    if not training:
        return x, (None, drop_prob, training)
    mask, out = np.zeros(x.shape, dtype=bool), np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        if rng.uniform() < 1 - drop_prob:
            mask[place], out[place] = True, x[place] / (1 - drop_prob)
    return out, (mask, drop_prob, True)


# --- dropout_backward -------------------------------------------------------------------------

BACK, BACK_TESTED = "through the mask", "in test mode"
dropout_backward = Exercise(points={BACK: 1, BACK_TESTED: 0.5}, visible=(BACK, BACK, BACK_TESTED))


@dropout_backward.cases
def _(rng):
    def luck(shape, drop_prob):
        return rng.random(shape) >= drop_prob

    shapes = ((4, 3), (3, 5), (1, 4), (6, 1), (5,), (2, 3, 2), (1, 1))
    for shape, drop_prob in zip(shapes, (0.3, 0.6, 0.25, 0.5, 0.4, 0.8, 0.1), strict=True):
        cache = luck(shape, drop_prob), drop_prob, True
        yield Case(BACK, dout=numbers(rng, shape), cache=cache)
    yield Case(BACK, dout=numbers(rng, (2, 4)), cache=(np.ones((2, 4), dtype=bool), 0.0, True))
    yield Case(BACK, dout=numbers(rng, (3, 2)), cache=(np.zeros((3, 2), dtype=bool), 0.7, True))
    dout = numbers(rng, (4, 3)).astype(np.float32)
    yield Case(BACK, dout=dout, cache=(luck((4, 3), 0.4), 0.4, True))
    yield Case(BACK, dout=1e7 * numbers(rng, (3, 4)), cache=(luck((3, 4), 0.3), 0.3, True))
    dout = build("transposed", rows=numbers(rng, (2, 5)))
    yield Case(BACK, dout=dout, cache=(luck((5, 2), 0.45), 0.45, True))
    dout = build("every_other", values=numbers(rng, (6, 4)))
    yield Case(BACK, dout=dout, cache=(luck((3, 4), 0.2), 0.2, True))
    constant = np.ones((5, 3)) * np.array([1.0, -2.0, 0.5])
    yield Case(BACK, dout=constant, cache=(luck((5, 3), 0.35), 0.35, True))
    for shape, drop_prob in (((3, 4), 0.5), ((1, 2), 0.3), ((5,), 0.75), ((2, 2, 2), 0.6)):
        yield Case(BACK_TESTED, dout=numbers(rng, shape), cache=(None, drop_prob, False))
    yield Case(BACK_TESTED, dout=dout, cache=(None, 0.2, False))


dropout_backward.mistake(
    "the scale is missing",
    "An input of 1 that is kept comes out as 1 / (1 - drop_prob). How much does the output grow "
    "when the input grows by a little?",
    "dout * mask / (1 - drop_prob)",
    "dout * mask",
)
dropout_backward.mistake(
    "scaled down instead of up",
    "Is the factor of the way back the same as that of the way forth?",
    "dout * mask / (1 - drop_prob)",
    "dout * mask * (1 - drop_prob)",
)
dropout_backward.mistake(
    "divided by drop_prob",
    "With drop_prob = 0.2, by what did the way forth divide?",
    "/ (1 - drop_prob)",
    "/ max(drop_prob, 0.01)",
)
dropout_backward.mistake(
    "the mask is left out",
    "Nudge an input that was dropped. Does any output move?",
    "dout * mask / (1 - drop_prob)",
    "dout / (1 - drop_prob)",
)
dropout_backward.mistake(
    "the wrong ones get through",
    "Where the mask is True the unit was kept. Which entries of dout do you pass on?",
    "dout * mask / (1 - drop_prob)",
    "dout * ~mask / (1 - drop_prob)",
)
dropout_backward.mistake(
    "a fresh mask",
    "Did the same units drop on the way back as on the way forth? Compare the zeros with the cache.",
    "dout * mask / (1 - drop_prob)",
    "dout * (np.random.default_rng(0).random(dout.shape) >= drop_prob) / (1 - drop_prob)",
)
dropout_backward.mistake(
    "scaled in test mode, too",
    "In test mode out = x. What is the slope of x along x?",
    "return dout\n",
    "return dout / (1 - drop_prob)\n",
)
dropout_backward.mistake(
    "nothing gets through in test mode",
    "In test mode nothing was dropped. Should nothing come back?",
    "return dout\n",
    "return np.zeros(dout.shape)\n",
)


@dropout_backward.alternative("where")
def backward_where(dout, cache):
    if cache[2]:
        return np.where(cache[0], dout / (1 - cache[1]), 0.0)
    return dout.copy()


@dropout_backward.alternative("in place")
def backward_in_place(dout, cache):
    mask, drop_prob, training = cache
    if training:
        dout[np.logical_not(mask)] = 0
        dout *= 1.0 / (1.0 - drop_prob)
    return dout


# --- augment ----------------------------------------------------------------------------------

CHANGED, EACH, SEEDED, LEFT = (
    "flip, window and light",
    "each picture by itself",
    "from rng",
    "images stay as they are",
)
augment = Exercise(
    points={
        CHANGED: 0.75,
        EACH: 0.5,
        SEEDED: 0.25,
        LEFT: Criterion(0.5, untouched=("images",)),
    },
    visible=(EACH, EACH, CHANGED, SEEDED, LEFT),
)
MOST_CUT = 2
DIMMEST, BRIGHTEST = 0.8, 1.2


@augment.cases
def _(rng):
    def pictures(count, height, width):
        """Pictures whose pixels all differ, so that what was done to them can be told."""
        inks = np.linspace(0.2, 1, height * width).round(4)
        order = rng.permuted(np.tile(inks, (count, 1)), axis=1)
        return order.reshape(count, height, width)

    def seeds(count):
        return [int(seed) for seed in rng.choice(10**6, size=count, replace=False)]

    for count, height, width in ((12, 5, 6), (9, 7, 5), (1, 6, 6), (3, 8, 8)):
        images = pictures(count, height, width)
        yield Case(CHANGED, "augmented", _images=images, _seeds=seeds(2))
    single = pictures(5, 6, 5).astype(np.float32)
    yield Case(CHANGED, "augmented", _images=single, _seeds=seeds(1))
    view = build("every_other", values=pictures(6, 5, 7))
    yield Case(CHANGED, "augmented", _images=view, _seeds=seeds(1))
    images = pictures(600, 5, 6)
    yield Case(EACH, "augmented", _images=images, _seeds=seeds(1))
    seed, other = seeds(2)
    images = pictures(8, 6, 7)
    yield Case(SEEDED, "augmented", _images=images, _seeds=[seed, seed, other])
    for count, height, width in ((6, 5, 6), (4, 7, 4)):
        yield Case(LEFT, images=pictures(count, height, width), rng=build("rng", seed=seeds(1)[0]))


def window(images, cut, top, left):
    """A part of each picture, scaled back to its size."""
    height, width = images.shape[1:]
    rows = top + np.arange(height) * (height - cut) // height
    columns = left + np.arange(width) * (width - cut) // width
    return images[:, rows[:, np.newaxis], columns]


def ways():
    """Every flip and window that the text allows, flipped before or after the window is cut."""
    for flip, flip_first in ((False, True), (True, True), (True, False)):
        for cut in range(MOST_CUT + 1):
            for top in range(cut + 1):
                for left in range(cut + 1):
                    yield flip, flip_first, cut, top, left


def what_was_done(images, out):
    """For each picture (found, flip, cut, top, left, light); found says whether anything fits."""
    done = np.zeros((len(images), 6))
    for flip, flip_first, cut, top, left in ways():
        left_over = np.flatnonzero(done[:, 0] == 0)
        if not left_over.size:
            break
        made = images[left_over]
        made = window(made[:, :, ::-1] if flip and flip_first else made, cut, top, left)
        made = made[:, :, ::-1] if flip and not flip_first else made
        light = lights_between(made, out[left_over])
        fits = np.isfinite(light)
        done[left_over[fits]] = [1, flip, cut, top, left, 0]
        done[left_over[fits], 5] = light[fits]
    return done


def lights_between(made, out):
    """The light that turns each of the one pictures into the other; nan where there is none."""
    flat, came = made.reshape(len(made), -1), out.reshape(len(made), -1)
    # The palest pixel never gets brighter than full ink, and so tells the light.
    rows, palest = np.arange(len(flat)), flat.argmin(axis=1)
    light = came[rows, palest] / flat[rows, palest]
    lit = np.minimum(flat * light[:, np.newaxis], 1)
    fits = (np.abs(lit - came) <= ROUNDING).all(axis=1)
    fits &= (light > DIMMEST - ROUNDING) & (light < BRIGHTEST + ROUNDING)
    return np.where(fits, light, np.nan)


def given_images(case):
    """The pictures of a case, also where they are built."""
    images = case.inputs["_images"]
    return np.array(images.arguments["values"])[::2] if hasattr(images, "arguments") else images


def shaped_like(images, came):
    """What came back as an array, or a message."""
    if not isinstance(came, np.ndarray):
        return f"an array of pictures should come back; {described(came)} came"
    if came.shape != images.shape:
        return f"what comes back has the shape {came.shape}; the pictures have {images.shape}"
    out = np.asarray(came, dtype=float)
    return out if np.isfinite(out).all() else "nan (not a number) is among the pixels"


@augment.accept(CHANGED)
def _(case, observation, _reference):
    images = np.asarray(given_images(case), dtype=float)
    for value in observation.value:
        out = shaped_like(images, value)
        if isinstance(out, str):
            return out
        if out.max() > 1 + ROUNDING:
            return "brighter than full ink"
        if not what_was_done(images, out)[:, 0].all():
            return why_it_does_not_fit(images, out)
    return True


def why_it_does_not_fit(images, out):
    """A name or a message for pictures that no flip, window and light explain."""
    if what_was_done(images[:, ::-1], out)[:, 0].all():
        return "turned upside down"
    if what_was_done(images.transpose(0, 2, 1), out)[:, 0].all():
        return "the axes are exchanged"
    if any(what_was_done(np.roll(images, shift, axis=0), out)[:, 0].all() for shift in (1, -1)):
        return "the pictures have changed places"
    return (
        "at least one picture is none of those that a flip, one of the windows and a light between "
        f"{DIMMEST} and {BRIGHTEST} can make of it"
    )


@augment.accept(EACH)
def _(case, observation, _reference):
    images = np.asarray(given_images(case), dtype=float)
    out = shaped_like(images, observation.value[0])
    if isinstance(out, str):
        return out
    done = what_was_done(images, out)
    if not done[:, 0].all():
        return why_it_does_not_fit(images, out)
    _, flip, cut, top, left, light = done.T
    if np.ptp(light) < ROUNDING or np.ptp(flip + 10 * cut) == 0:
        return "the same for all pictures"
    if flip.mean() in (0, 1):
        return "all are flipped" if flip[0] else "none are flipped"
    if is_off(flip.mean(), 0.5, len(flip)):
        return f"{flip.mean():.0%} of the pictures are flipped; it should be about half of them"
    if message := unevenly_placed(cut, top, left):
        return message
    if not is_uniform((light - DIMMEST) / (BRIGHTEST - DIMMEST)):
        return "the light is not spread evenly"
    return True


def unevenly_placed(cut, top, left):
    """Which windows come too often or too rarely, as a message; None if all is well."""
    for size in range(MOST_CUT + 1):
        here = cut == size
        if is_off(np.mean(here), 1 / (MOST_CUT + 1), len(cut)):
            return "not every size of window comes"
        for place in (top[here], left[here]):
            shares = np.bincount(place.astype(int), minlength=size + 1) / len(place)
            if any(is_off(share, 1 / (size + 1), len(place)) for share in shares):
                return "not every place of the window comes"
        if is_off(np.mean((top == left)[here]), 1 / (size + 1), np.sum(here)):
            return "top serves as left, too"
    return None


@augment.accept(SEEDED)
def _(case, observation, _reference):
    first, again, other = (shaped_like(given_images(case), value) for value in observation.value)
    if isinstance(first, str):
        return first
    if not np.array_equal(first, again):
        return "not drawn from rng"
    return "a generator of its own" if np.array_equal(first, other) else True


augment.mistake(
    "the same for all pictures",
    "Augment four copies of one picture. Are the four results alike?",
    "    for image in images:\n        cut = rng.integers(3)\n        top, left = rng.integers("
    "cut + 1, size=2)\n        changed = zoom(image, cut, top, left) * rng.uniform(0.8, 1.2)\n"
    "        if rng.random() < 0.5:\n",
    "    cut = rng.integers(3)\n    top, left = rng.integers(cut + 1, size=2)\n"
    "    light, flip = rng.uniform(0.8, 1.2), rng.random() < 0.5\n    for image in images:\n"
    "        changed = zoom(image, cut, top, left) * light\n        if flip:\n",
)
augment.mistake(
    "brighter than full ink",
    "Print the largest pixel of what you return. Can a pixel hold more than all ink?",
    "np.minimum(changed, 1)",
    "changed",
)
augment.mistake(
    "turned upside down",
    "Which axis of a picture goes from left to right? Flip one picture and look.",
    "changed[:, ::-1]",
    "changed[::-1]",
)
augment.mistake(
    "not every place of the window comes",
    "Draw 100 numbers with your way of drawing `top`, for cut = 2. Is the largest 2?",
    "rng.integers(cut + 1, size=2)",
    "rng.integers(max(cut, 1), size=2)",
)
augment.mistake(
    "not every size of window comes",
    "Draw 100 numbers with your way of drawing `cut`. Which of 0, 1 and 2 come?",
    "rng.integers(3)",
    "rng.integers(2)",
)
augment.mistake(
    "all are flipped",
    "Augment one picture ten times. How often does it look to the other side?",
    "rng.random() < 0.5",
    "rng.random() < 1",
)
augment.mistake(
    "none are flipped",
    "Augment one picture ten times. How often does it look to the other side?",
    "rng.random() < 0.5",
    "rng.random() < 0",
)
augment.mistake(
    "only ever dimmer",
    "Augment a picture of grey 0.5 a hundred times. What are the darkest and the brightest grey?",
    "rng.uniform(0.8, 1.2)",
    "rng.uniform(0.8, 1.0)",
)
augment.mistake(
    "the light does not stay between its bounds",
    "Print the light of a thousand pictures. Is each between 0.8 and 1.2?",
    "rng.uniform(0.8, 1.2)",
    "rng.normal(1.0, 0.2)",
)
augment.mistake(
    "not drawn from rng",
    "Call it twice, each time with a new generator of the same seed. Who drew the numbers?",
    "    out = []\n",
    "    rng = np.random.default_rng()\n    out = []\n",
)
augment.mistake(
    "a generator of its own",
    "Call it with generators of two different seeds. Why do you get the same pictures?",
    "    out = []\n",
    "    rng = np.random.default_rng(0)\n    out = []\n",
)
augment.mistake(
    "the pictures themselves are changed",
    "Print a picture before and after the call. Where did you write the result?",
    "    return np.array(out)",
    "    images[:] = np.array(out)\n    return images",
)
augment.mistake(
    "top serves as left, too",
    "Print `top` and `left` for ten pictures. Are they ever different?",
    "zoom(image, cut, top, left)",
    "zoom(image, cut, top, top)",
)


augment.mistake(
    "a list of pictures",
    "Print the type of what you return. Has it a shape?",
    "return np.array(out)",
    "return out",
)


augment.equivalent("if rng.random() <= 0.5:", "a draw is never exactly 0.5")
augment.equivalent(
    "out.append(np.minimum(1, changed))", "the smaller of two numbers, whichever comes first"
)


@augment.alternative("all draws first")
def all_draws_first(images, rng):
    n = len(images)
    flips, light = rng.integers(0, 2, size=n), 1.0 + 0.2 * rng.uniform(-1, 1, size=n)
    cuts = rng.choice([0, 1, 2], size=n)
    corners = [(rng.integers(0, cut + 1), rng.integers(0, cut + 1)) for cut in cuts]
    made = [
        zoom(image[:, ::-1] if flip else image, cut, *corner)  # noqa: F821
        for image, flip, cut, corner in zip(images, flips, cuts, corners, strict=True)
    ]
    return np.clip(np.array(made) * light[:, np.newaxis, np.newaxis], 0, 1)


@augment.alternative("into a copy")
def into_a_copy(images, rng):
    changed = images.copy()
    for k in range(len(changed)):
        image = changed[k] * (0.8 + 0.4 * rng.random())
        cut = int(rng.random() * 3)
        top = int(rng.random() * (cut + 1))
        left = int(rng.random() * (cut + 1))
        image = zoom(image, cut, top, left)  # noqa: F821
        if rng.choice([True, False]):
            image = np.fliplr(image)
        image[image > 1] = 1
        changed[k] = image
    return changed


# --- initial_loss_ok --------------------------------------------------------------------------

TEN, OTHER = "ten classes", "any number of classes"
initial_loss_ok = Exercise(
    points={TEN: 0.5, OTHER: 0.5},
    visible=(OTHER, TEN, TEN, TEN, TEN, TEN, OTHER, TEN),
)


@initial_loss_ok.cases
def _(rng):
    # Right and wrong losses in each criterion: who always says True has understood neither.
    for classes in (2, 3, 10, 100, 1000):
        criterion = TEN if classes == 10 else OTHER
        for share in (1.0, float(rng.uniform(0.92, 0.98)), float(rng.uniform(1.02, 1.08))):
            yield Case(criterion, loss=float(share * np.log(classes)), classes=classes)
        for share in (float(rng.uniform(0.3, 0.85)), float(rng.uniform(1.15, 3)), 0.0):
            yield Case(criterion, loss=float(share * np.log(classes)), classes=classes)
    yield Case(TEN, loss=2.25, classes=10)
    for loss in (float("nan"), float("inf"), -2.302585):
        yield Case(TEN, loss=loss, classes=10)
    # What other logarithms, and the number of classes itself, would take for right.
    for loss, classes in ((np.log2(10), 10), (0.1, 10)):
        yield Case(TEN, loss=float(loss), classes=classes)
    for loss, classes in ((np.log10(1000), 1000), (4.0, 4)):
        yield Case(OTHER, loss=float(loss), classes=classes)


initial_loss_ok.mistake(
    "a tenth, whatever the number of classes",
    "Is 0.1 a tenth of log C for every C? Try C = 1000.",
    "0.1 * guessing",
    "0.1",
)
initial_loss_ok.mistake(
    "the logarithm to the base 2",
    "Which logarithm is in the cross entropy? Print your log of 10.",
    "np.log(classes)\n",
    "np.log2(classes)\n",
)
initial_loss_ok.mistake(
    "the logarithm to the base 10",
    "Which logarithm is in the cross entropy? Print your log of 10.",
    "np.log(classes)\n",
    "np.log10(classes)\n",
)
initial_loss_ok.mistake(
    "a probability, not a loss",
    "A guess gives the right class the probability 1/C. What is the loss of that?",
    "np.log(classes)\n",
    "1 / classes\n",
)
initial_loss_ok.mistake(
    "anything lower is fine",
    "A loss of 0 before any training, on ten classes: is that luck, or has something gone wrong?",
    "abs(loss - guessing)",
    "loss - guessing",
)
initial_loss_ok.mistake(
    "anything higher is fine",
    "What loss does a network have that is sure of the wrong class? Is that a good start?",
    "abs(loss - guessing)",
    "guessing - loss",
)
initial_loss_ok.mistake(
    "nan passes",
    "Is nan > 1 true or false? And nan < 1? What does your function say of nan?",
    "abs(loss - guessing) <= 0.1 * guessing",
    "not abs(loss - guessing) > 0.1 * guessing",
)


initial_loss_ok.equivalent(
    "return bool(abs(loss - guessing) < 0.1 * guessing)", "no case lies exactly on the border"
)
initial_loss_ok.equivalent("return abs(loss - guessing) <= 0.1 * guessing", "True is True")
initial_loss_ok.equivalent("return bool(abs(guessing - loss) <= 0.1 * guessing)", "the same size")


@initial_loss_ok.alternative("a ratio between bounds")
def ratio_between_bounds(loss, classes):
    return 0.9 <= loss / np.log(classes) <= 1.1


@initial_loss_ok.alternative("isclose")
def by_isclose(loss, classes):
    expected = -np.log(1 / classes)
    return np.isclose(loss, expected, rtol=0.1, atol=0)


# --- diagnose ---------------------------------------------------------------------------------

JUMPS, BARELY, FLAT, PLATEAU, HEALTHY = (
    "jumps",
    "barely moves",
    "flat, then falls",
    "drops, then plateaus",
    "healthy",
)
CLEAR, ODD = "each of the five", "mixed and cut-off curves"
diagnose = Exercise(points={CLEAR: 1, ODD: 1}, visible=(CLEAR,) * 5 + (ODD,) * 4)


def steps_down(length, first, last, when):
    """A curve that has its whole fall between two steps, at ``when``."""
    return np.where(np.arange(length) < when, first, last).astype(float)


def decay(length, first, last, pace):
    """A curve that falls quickly at first; the larger ``pace``, the quicker."""
    at = np.linspace(0, 1, length)
    return last + (first - last) * (np.exp(-pace * at) - np.exp(-pace)) / (1 - np.exp(-pace))


@diagnose.cases
def _(rng):
    def jitter(curve, size):
        return (curve + size * rng.uniform(-1, 1, size=len(curve))).round(4)

    for length in (40, 57, 101):
        first = float(rng.uniform(2, 5))
        yield Case(CLEAR, curve=jitter(decay(length, first, 0.05 * first, 5), 0.003 * first))
        yield Case(CLEAR, curve=jitter(decay(length, first, 0.95 * first, 1), 0.003 * first))
        late = first - decay(length, 0.9 * first, 0.0, 6)[::-1]
        yield Case(CLEAR, curve=jitter(late, 0.003 * first))
        plateau = decay(length, first, 0.7 * first, 40)
        yield Case(CLEAR, curve=jitter(plateau, 0.003 * first))
        wild = jitter(decay(length, first, 0.4 * first, 3), 0.3 * first)
        wild[[length // 2, length // 2 + 1]] = 0.5 * first, 0.8 * first
        yield Case(CLEAR, curve=wild)
    # It fell a long way and then ran away: the last loss alone would not tell.
    burst = decay(48, 3.0, 0.2, 4)
    burst[30:33] = 1.5, 0.6, 0.4
    yield Case(ODD, curve=burst.round(4))
    yield Case(ODD, curve=np.array([2.3, 2.1, 1.9, np.inf, np.nan, np.nan, np.nan, np.nan]))
    yield Case(ODD, curve=np.append(decay(20, 3.0, 0.2, 4), np.nan))
    yield Case(ODD, curve=np.linspace(2.0, 2.6, 30).round(4))  # it rises, without a jump
    yield Case(ODD, curve=np.full(25, 1.7))
    for length in (40, 43, 50):  # the whole fall at, or just before, a quarter of the way
        quarter = length // 4
        yield Case(ODD, curve=steps_down(length, 4.0, 3.0, quarter))
        yield Case(ODD, curve=steps_down(length, 4.0, 3.0, quarter + 1))
        yield Case(ODD, curve=steps_down(length, 4.0, 1.0, quarter))
    # Just inside and just outside each of the bounds.
    for rise in (0.08, 0.12):
        curve = decay(40, 5.0, 0.5, 4)
        curve[20:] += 5.0 * rise
        curve[20] = curve[19] + 5.0 * rise
        yield Case(ODD, curve=curve)
    for last in (2.76, 2.72, 2.64):
        yield Case(ODD, curve=decay(41, 3.0, last, 2))
    for last in (1.6, 1.4):
        yield Case(ODD, curve=decay(44, 3.0, last, 30))
    # The second loss, and the last but one, are not the first and the last.
    yield Case(ODD, curve=np.array([4.0, 1, 1.2, 1, 0.9, 0.8, 0.8, 0.8, 0.7, 0.7, 0.6, 0.6]))
    slow = np.array([3.0, 3.25, 3.1, 3, 2.95, 2.9, 2.85, 2.8, 2.75, 2.72, 2.7, 2.69])
    yield Case(ODD, curve=slow)
    yield Case(ODD, curve=np.append(np.linspace(3.0, 2.8, 11), 2.6))
    yield Case(ODD, curve=np.array([3.0, 1.8, 1.62, *[1.6] * 8, 1.45]))
    for share in (0.07, 0.13, 0.87, 0.93):
        curve = np.full(40, 4.0 - 1.5 * share)
        curve[0], curve[-8:] = 4.0, 2.5
        yield Case(ODD, curve=curve)


diagnose.mistake(
    "too slow is looked for first",
    "A curve that jumps about and ends near where it began: which rule of the text comes first?",
    "    if not np.isfinite(curve).all() or np.diff(curve).max() > 0.1 * curve[0]:\n"
    '        return "jumps"\n    fall = curve[0] - curve[-1]\n    if fall < 0.1 * curve[0]:\n'
    '        return "barely moves"\n',
    "    fall = curve[0] - curve[-1]\n    if fall < 0.1 * curve[0]:\n"
    '        return "barely moves"\n'
    "    if not np.isfinite(curve).all() or np.diff(curve).max() > 0.1 * curve[0]:\n"
    '        return "jumps"\n',
)
diagnose.mistake(
    "jumps are looked for in the last loss only",
    "A curve that jumps up half-way and comes down again: what does yours say of it?",
    "np.diff(curve).max() > 0.1 * curve[0]",
    "curve[-1] - curve[0] > 0.1 * curve[0]",
)
diagnose.mistake(
    "falls are taken for jumps",
    "A step from 3 down to 1 is large, too. Is it a jump in the sense of the text?",
    "np.diff(curve).max()",
    "np.abs(np.diff(curve)).max()",
)
diagnose.mistake(
    "nan goes unnoticed",
    "Is nan larger than anything? What does your comparison say of a curve that ends in nan?",
    "not np.isfinite(curve).all() or ",
    "",
)
diagnose.mistake(
    "compared with the last loss",
    "10% of which loss: of the first, or of the last?",
    "fall < 0.1 * curve[0]",
    "fall < 0.1 * curve[-1]",
)
diagnose.mistake(
    "a fixed fall of 0.1",
    "Multiply the whole curve by 10. Should the diagnosis change?",
    "fall < 0.1 * curve[0]",
    "fall < 0.1",
)
diagnose.mistake(
    "half-way instead of a quarter",
    "At which step do you ask how much of the fall is done? For a curve of 40 losses?",
    "len(curve) // 4",
    "len(curve) // 2",
)
diagnose.mistake(
    "a quick fall is a plateau, however deep",
    "A curve that falls to a tenth at once and stays there: would you complain?",
    " and curve[-1] > curve[0] / 2",
    "",
)
diagnose.mistake(
    "flat and plateau exchanged",
    "Draw both: which of the two has its fall at the beginning?",
    'return "flat, then falls"',
    'return "drops,  then plateaus".replace("  ", " ")',
    'return "drops, then plateaus"',
    'return "flat, then falls"',
)


BOUND = "no case lies exactly on a bound, where rounding decides"
for line in (
    "if not np.isfinite(curve).all() or np.diff(curve).max() >= 0.1 * curve[0]:",
    "if fall <= 0.1 * curve[0]:",
    "if done <= 0.1 * fall:",
    "if done >= 0.9 * fall and curve[-1] > curve[0] / 2:",
    "if done > 0.9 * fall and curve[-1] >= curve[0] / 2:",
):
    diagnose.equivalent(line, BOUND)


@diagnose.alternative("loops")
def by_loops(curve):
    losses = [float(loss) for loss in curve]
    first, last = losses[0], losses[-1]
    for k in range(1, len(losses)):
        before, after = losses[k - 1], losses[k]
        if not after - before <= first / 10:
            return "jumps"
    if first - last < first / 10:
        return "barely moves"
    early = first - losses[int(len(losses) / 4)]
    if early < 0.1 * (first - last):
        return "flat, then falls"
    if early > 0.9 * (first - last) and last > 0.5 * first:
        return "drops, then plateaus"
    return "healthy"


@diagnose.alternative("relative to the first loss, the rules in a list")
def rules_in_a_list(curve):
    with np.errstate(all="ignore"):
        relative = np.asarray(curve) / curve[0]
        fall = 1 - relative[-1]
        done = (1 - relative[len(curve) // 4]) / (fall or 1.0)
        rules = [
            ("jumps", not np.all(np.isfinite(relative)) or np.any(np.diff(relative) > 0.1)),
            ("barely moves", fall < 0.1),
            ("flat, then falls", done < 0.1),
            ("drops, then plateaus", done > 0.9 and relative[-1] > 0.5),
            ("healthy", True),
        ]
    return next(name for name, holds in rules if holds)


# --- update_ratio -----------------------------------------------------------------------------

RATIO = "length over length"
update_ratio = Exercise(points={RATIO: 1})


@update_ratio.cases
def _(rng):
    for shape in ((3, 4), (5, 2), (4,), (1, 3), (1, 1), (2, 3, 4)):
        before = numbers(rng, shape, 0.5, 3) * rng.choice([-1, 1], size=shape)
        step = numbers(rng, shape, -1, 1)
        yield Case(RATIO, before=before, after=before + step)
        yield Case(RATIO, before=before, after=before + 0.01 * step)
    before = numbers(rng, (3, 2), 1, 2)
    yield Case(RATIO, before=before, after=before.copy())
    yield Case(RATIO, before=before, after=-before)
    yield Case(RATIO, before=np.array([[3, -4], [0, 2]]), after=np.array([[1, -4], [2, 3]]))
    single = numbers(rng, (4, 3), 1, 2).astype(np.float32)
    yield Case(RATIO, before=single, after=(single * np.float32(1.5)).astype(np.float32))
    yield Case(RATIO, before=1e6 * before, after=1.25e6 * before + 10)
    view = build("transposed", rows=numbers(rng, (2, 4), 1, 2))
    yield Case(RATIO, before=view, after=numbers(rng, (4, 2), 1, 2))


update_ratio.mistake(
    "over the new weights",
    "Which weights does the update start from: those before, or those after it?",
    "/ np.linalg.norm(before)",
    "/ np.linalg.norm(after)",
)
update_ratio.mistake(
    "the new weights over the old",
    "What should the ratio be if nothing has moved at all?",
    "np.linalg.norm(after - before)",
    "np.linalg.norm(after)",
)
update_ratio.mistake(
    "a difference of lengths",
    "Turn all the weights round: w becomes -w. Has that been a large update? What do you get?",
    "np.linalg.norm(after - before)",
    "abs(np.linalg.norm(after) - np.linalg.norm(before))",
)
update_ratio.mistake(
    "upside down",
    "A tiny update: should the ratio be tiny, or huge?",
    "np.linalg.norm(after - before) / np.linalg.norm(before)",
    "np.linalg.norm(before) / max(np.linalg.norm(after - before), 1e-9)",
)
update_ratio.mistake(
    "squared lengths",
    "Every weight grows by a tenth of itself. Which ratio do you expect? Which one comes?",
    "np.linalg.norm(after - before) / np.linalg.norm(before)",
    "np.sum((after - before) ** 2) / np.sum(before**2)",
)
update_ratio.mistake(
    "weight by weight",
    "What becomes of your ratio if one single weight is nearly 0 and moves a little?",
    "np.linalg.norm(after - before) / np.linalg.norm(before)",
    "np.mean(np.abs((after - before) / before))",
)
update_ratio.mistake(
    "the size of the update only",
    "Multiply all weights and the update by 100. Should the ratio change?",
    " / np.linalg.norm(before)",
    "",
)


update_ratio.equivalent(
    "return float(np.linalg.norm(before - after) / np.linalg.norm(before))",
    "there and back is equally far",
)
update_ratio.equivalent(
    "return np.linalg.norm(after - before) / np.linalg.norm(before)",
    "a NumPy number is as good as Python's",
)


@update_ratio.alternative("a root of a quotient")
def root_of_quotient(before, after):
    moved = np.ravel(after).astype(float) - np.ravel(before)
    old = np.ravel(before).astype(float)
    return np.sqrt((moved @ moved) / (old @ old))


@update_ratio.alternative("sums in plain Python")
def in_plain_python(before, after):
    moved = old = 0.0
    for b, a in zip(before.flat, after.flat, strict=True):
        moved += (float(a) - float(b)) ** 2
        old += float(b) ** 2
    return moved**0.5 / old**0.5


# --- k_fold -----------------------------------------------------------------------------------

PARTS, EVEN, SHUFFLED = (
    "every sample is held out once",
    "sizes, also uneven",
    "shuffled with rng",
)
k_fold = Exercise(
    points={PARTS: 1, EVEN: 0.5, SHUFFLED: 0.5},
    visible=(EVEN, PARTS, SHUFFLED),
)


@k_fold.cases
def _(rng):
    def seeds(count):
        return [int(seed) for seed in rng.choice(10**6, size=count, replace=False)]

    for n, k in ((12, 4), (10, 5), (6, 2), (5, 5), (2, 2)):
        yield Case(PARTS, "dealt", n=n, k=k, _seeds=seeds(1))
    for n, k in ((10, 3), (17, 5), (7, 2), (11, 4), (23, 6), (9, 8), (12, 4)):
        yield Case(EVEN, "dealt", n=n, k=k, _seeds=seeds(1))
    for n, k in ((40, 4), (60, 3), (50, 50)):
        seed, other = seeds(2)
        yield Case(SHUFFLED, "dealt", n=n, k=k, _seeds=[seed, seed, other])


def indices(deal):
    """The pairs as sorted lists of whole numbers; a message if they hold anything else."""
    if not isinstance(deal, list | tuple):
        return f"a list of pairs should come back; {described(deal)} came"
    pairs = []
    for pair in deal:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            return f"each entry of the list should be a pair of two arrays; {described(pair)} came"
        for part in pair:
            whole = np.size(part) == 0 or np.asarray(part).dtype.kind in "iu"
            if np.ndim(part) != 1 or not whole:
                return f"a part should be an array of sample numbers; {described(part)} came"
        pairs.append(tuple(sorted(np.asarray(part).tolist()) for part in pair))
    return pairs


@k_fold.accept(PARTS)
def _(case, observation, _reference):
    n, k = case.inputs["n"], case.inputs["k"]
    pairs = indices(observation.value[0])
    if isinstance(pairs, str):
        holds_nan = "nan" in str(observation.value[0])
        return f"{pairs}, with nan (not a number) in it" if holds_nan else pairs
    if len(pairs) != k:
        return f"there are {len(pairs)} pairs, not {k}"
    everybody = list(range(n))
    for train, held_out in pairs:
        if set(train) & set(held_out):
            return "it is tested on what it has learnt from"
    if k > 2 and sorted(number for train, _ in pairs for number in train) == everybody:
        return "training and validation exchanged"
    if sorted(number for _, held_out in pairs for number in held_out) != everybody:
        return "shuffled anew for each fold"
    if any(sorted(train + held_out) != everybody for train, held_out in pairs):
        return "the next fold is left out of training, too"
    return True


@k_fold.accept(EVEN)
def _(case, observation, reference):
    n, k = case.inputs["n"], case.inputs["k"]
    pairs = indices(observation.value[0])
    if isinstance(pairs, str):
        return pairs
    held_out = [len(out) for _, out in pairs]
    if sorted(held_out) == sorted(len(out) for _, out in reference.value[0]):
        return True
    if set(held_out) == {n // k} and len(held_out) == k:
        return "those left over are never held out"
    if sum(held_out) == n:
        return "one fold takes all that are left over"
    return f"the validation parts hold {held_out} of {n} samples"


@k_fold.accept(SHUFFLED)
def _(case, observation, _reference):
    first, again, other = (indices(deal) for deal in observation.value)
    if isinstance(first, str):
        return first
    folds = [[out for _, out in pairs] for pairs in (first, again, other)]
    if folds[0] != folds[1]:
        return "not drawn from rng"
    if case.inputs["k"] == case.inputs["n"]:
        return True  # one at a time: only the order could tell, and no order is promised
    if all(np.ptp(np.diff(out)) == 0 for out in folds[0]):
        return "not shuffled"
    return "a generator of its own" if sorted(folds[0]) == sorted(folds[2]) else True


k_fold.mistake(
    "those left over are never held out",
    "Deal 10 samples to 3 folds and count: how often is each of the ten held out?",
    "np.array_split(order, k)",
    "np.split(order[: n // k * k], k)",
)
k_fold.mistake(
    "one fold takes all that are left over",
    "Print the sizes of your folds for 11 samples and 4 folds. Do two of them differ by more than 1?",
    "np.array_split(order, k)",
    "[order[i * (n // k) : (i + 1) * (n // k) if i < k - 1 else n] for i in range(k)]",
)
k_fold.mistake(
    "it is tested on what it has learnt from",
    "Is any sample in both parts of a pair? What would that do to the validation score?",
    "np.concatenate(folds[:i] + folds[i + 1 :])",
    "order",
)
k_fold.mistake(
    "training and validation exchanged",
    "Which part of a pair is the larger one? Which should come first?",
    "(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i])",
    "(folds[i], np.concatenate(folds[:i] + folds[i + 1 :]))",
)
k_fold.mistake(
    "not shuffled",
    "Say that the samples lie sorted by class. Which classes would your first fold hold?",
    "rng.permutation(n)",
    "np.arange(n)",
)
k_fold.mistake(
    "shuffled anew for each fold",
    "Count how often each sample is held out. Are all of them held out exactly once?",
    "    return [",
    "    def fresh(i):\n        order = rng.permutation(n)\n"
    "        return np.array_split(order, k)[i]\n\n    drawn = [fresh(i) for i in range(k)]\n"
    "    if k > 1:\n        return [(np.setdiff1d(np.arange(n), out), out) for out in drawn]\n"
    "    return [",
)
k_fold.mistake(
    "not drawn from rng",
    "Call it twice, each time with a new generator of the same seed. Who shuffled?",
    "rng.permutation(n)",
    "np.random.permutation(n)",
)
k_fold.mistake(
    "a generator of its own",
    "Call it with generators of two different seeds. Why are the folds the same?",
    "rng.permutation(n)",
    "np.random.default_rng(0).permutation(n)",
)
k_fold.mistake(
    "the next fold is left out of training, too",
    "How many samples are in the two parts of a pair together?",
    "folds[i + 1 :]",
    "folds[i + 2 :]",
)


k_fold.mistake(
    "the folds without the rest",
    "Who learns while a fold is held out? Each entry of the list should be a pair.",
    "    return [(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i]) for i in range(k)]",
    "    return folds",
)


@k_fold.alternative("every k-th of a shuffled list")
def every_kth(n, k, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return [(np.setdiff1d(order, order[i::k]), np.sort(order[i::k])) for i in range(k)]


@k_fold.alternative("a number for each sample")
def numbered(n, k, rng):
    fold_of = rng.permutation(np.arange(n) % k)
    everybody = np.arange(n)
    return [[everybody[fold_of != fold], everybody[fold_of == fold]] for fold in range(k)]


# --- random_search ----------------------------------------------------------------------------

SPREAD, REPORT, FROM_RNG = "evenly over the powers of ten", "what it tells", "repeatable with rng"
random_search = Exercise(
    points={SPREAD: 1, REPORT: 0.5, FROM_RNG: 0.5},
    visible=(REPORT, SPREAD, SPREAD, FROM_RNG),
)
DRAWS = 900


@random_search.cases
def _(rng):
    def seeds(count):
        return [int(seed) for seed in rng.choice(10**6, size=count, replace=False)]

    wide = {"lr": [1e-5, 1.0], "l2": [1e-8, 1e-2]}
    for ranges in (wide, {"lr": [0.01, 10.0]}, {"a": [2.0, 5e4], "b": [1e-3, 1e3]}):
        given = {"ranges": ranges, "trials": DRAWS, "_seeds": seeds(1)}
        yield Case(SPREAD, "searched", **given)
    for trials, ranges in (
        (5, wide),
        (1, {"lr": [0.1, 2.0]}),
        (7, {"c": [1.0, 2.0], "b": [1e-4, 0.5], "a": [3.0, 4.0]}),
    ):
        yield Case(REPORT, "searched", ranges=ranges, trials=trials, _seeds=seeds(1))
    seed, other = seeds(2)
    yield Case(FROM_RNG, "searched", ranges=wide, trials=8, _seeds=[seed, seed, other])


def tried(case, observation, run=0):
    """The settings that were tried, one a row, or a message."""
    names, trials = list(case.inputs["ranges"]), case.inputs["trials"]
    asked = np.asarray(observation.value[run]["asked"], dtype=float)
    if asked.shape != (trials, len(names)):
        return f"score was called {len(asked)} times for {trials} trials"
    return asked


@random_search.accept(SPREAD)
def _(case, observation, _reference):
    asked = tried(case, observation)
    if isinstance(asked, str):
        return asked
    places = []
    for column, (low, high) in zip(asked.T, case.inputs["ranges"].values(), strict=True):
        if (column < low * (1 - ROUNDING)).any() or (column > high * (1 + ROUNDING)).any():
            return "outside the range"
        places.append(np.log(column / low) / np.log(high / low))
        if not is_uniform(places[-1]):
            by_value = (column - low) / (high - low)
            return "evenly over the numbers" if is_uniform(by_value) else "not evenly spread"
        if len(set(column)) < 0.9 * len(column):
            return "the same values again and again"
    if len(places) > 1 and abs(np.corrcoef(places)[0, 1]) * np.sqrt(len(asked)) > PATIENCE:
        return "one draw for all names"
    return True


@random_search.accept(REPORT)
def _(case, observation, _reference):
    asked = tried(case, observation)
    if isinstance(asked, str):
        return asked
    found = observation.value[0]["found"]
    if not isinstance(found, np.ndarray):
        return f"a list of pairs (settings, value) should come back; {described(found)} came"
    if np.isnan(found).any():
        return "nan (not a number) is among what comes back"
    values = 37.0 * np.arange(1, len(asked) + 1) % 101
    if found.shape != (len(asked), asked.shape[1] + 1):
        return f"{len(found)} pairs came back for {len(asked)} trials"
    if np.allclose(found, np.column_stack([asked, values]), rtol=1e-9):
        return True
    if sorted(found[:, -1]) == sorted(values):
        return "the order is not that of the trials"
    return "the settings that are told are not those that gave the value beside them"


@random_search.accept(FROM_RNG)
def _(case, observation, _reference):
    first, again, other = (tried(case, observation, run) for run in range(3))
    if isinstance(first, str):
        return first
    if not np.array_equal(first, again):
        return "not drawn from rng"
    return "a generator of its own" if np.array_equal(first, other) else True


random_search.mistake(
    "evenly over the numbers",
    "Draw 1,000 values between 0.001 and 1. How many of them are below 0.01?",
    "np.exp(rng.uniform(np.log(low), np.log(high)))",
    "rng.uniform(low, high)",
)
random_search.mistake(
    "one draw for all names",
    "Print a few settings. Does a small learning rate always come with a small l2?",
    '    for _ in progress(range(trials), "trials"):\n',
    '    for _ in progress(range(trials), "trials"):\n        u = rng.random()\n',
    "np.exp(rng.uniform(np.log(low), np.log(high)))",
    "low * (high / low) ** u",
)
random_search.mistake(
    "powers of e for powers of ten",
    "Print the smallest and the largest value that you draw. Do they reach both ends of the range?",
    "np.exp(rng.uniform(np.log(low), np.log(high)))",
    "np.exp(rng.uniform(np.log10(low), np.log10(high)))",
)
random_search.mistake(
    "a grid",
    "Sort the values that you have tried and divide each by the one before. Where is the chance?",
    "np.exp(rng.uniform(np.log(low), np.log(high)))",
    "low * (high / low) ** (rng.integers(10) / 9)",
)
random_search.mistake(
    "the same settings in every trial",
    "Print the settings of three trials. At which point of the loop do you draw?",
    '    for _ in progress(range(trials), "trials"):\n',
    "    drawn = {name: np.exp(rng.uniform(*np.log(span))) for name, span in ranges.items()}\n"
    '    for _ in progress(range(trials), "trials"):\n',
    "found.append((settings, score(settings)))",
    "found.append((drawn, score(drawn)))",
)
random_search.mistake(
    "only the best comes back",
    "How many pairs does the text ask for? How many come back?",
    "return found",
    "return max(found, key=lambda pair: pair[1])",
)
random_search.mistake(
    "sorted by the score",
    "In which order does the text want the trials?",
    "return found",
    "return sorted(found, key=lambda pair: pair[1])",
)
random_search.mistake(
    "score is called twice",
    "Training is the expensive part. Count how often you call score in each trial.",
    "found.append((settings, score(settings)))",
    "score(settings)\n        found.append((settings, score(settings)))",
)
random_search.mistake(
    "not drawn from rng",
    "Call it twice, each time with a new generator of the same seed. Who drew the settings?",
    "rng.uniform(np.log(low)",
    "np.random.uniform(np.log(low)",
)
random_search.mistake(
    "a generator of its own",
    "Call it with generators of two different seeds. Why are the settings the same?",
    "    found = []\n",
    "    found, rng = [], np.random.default_rng(0)\n",
)


random_search.equivalent(
    "for _ in range(trials):", "the bar is for the eye; it changes nothing that is computed"
)


@random_search.alternative("exponents")
def with_exponents(score, ranges, trials, rng):
    names = list(ranges)
    lows = np.log10([ranges[name][0] for name in names])
    highs = np.log10([ranges[name][1] for name in names])
    exponents = rng.uniform(lows, highs, size=(trials, len(names)))
    all_settings = [dict(zip(names, row, strict=True)) for row in (10.0**exponents).tolist()]
    return [(settings, score(settings)) for settings in all_settings]


@random_search.alternative("geometric interpolation")
def interpolating(score, ranges, trials, rng):
    pairs, done = [], 0
    while done < trials:
        settings = {}
        for name in ranges:
            low, high = ranges[name]
            share = rng.random()
            settings[name] = low ** (1 - share) * high**share
        pairs.append([settings, score(settings)])
        done += 1
    return pairs
