"""How unit 07 is graded: points, cases, what people get wrong, and other right answers.

Random weights are judged by what the text promises of them (moments, shape, the generator that is
used), never by the numbers themselves. The caches of the backward passes come from the cases, as
the text specifies them, so that a wrong forward pass costs nothing but itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.exercise import Case, Exercise, Mistake, build
from nand2resnet import data


def numbers(rng, shape, low=-2.0, high=2.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


def halves(*arrays):
    """The same arrays in single precision."""
    return tuple(np.asarray(array, dtype=np.float32) for array in arrays)


# --- signal_by_depth --------------------------------------------------------------------------

SIGNAL, GRADIENT = "the signal", "the gradient"
PLACES = (SIGNAL, GRADIENT)
signal_by_depth = Exercise(
    points={SIGNAL: 1, GRADIENT: 1.5}, visible=(SIGNAL, GRADIENT, SIGNAL, GRADIENT)
)


def networks(rng):
    """Layers, an input and the slopes along the output."""

    def mix(inputs, outputs):
        return "mix", {"M": numbers(rng, (inputs, outputs), -1, 1)}

    def wave(features):
        return "wave", {"s": numbers(rng, features, 0.5, 2)}

    square = ("square", {})
    for layers, n, inputs, outputs in (
        ([wave(2), square], 3, 2, 2),
        ([mix(3, 5)], 4, 3, 5),
        ([mix(2, 4), wave(4), mix(4, 3)], 5, 2, 3),
        ([square, mix(3, 2), wave(2), mix(2, 6), wave(6)], 1, 3, 6),
        ([mix(1, 1), wave(1), square, wave(1)], 2, 1, 1),
        ([], 3, 4, 4),
    ):
        yield layers, numbers(rng, (n, inputs)), numbers(rng, (n, outputs))
    x, dout = halves(numbers(rng, (4, 2)), numbers(rng, (4, 3)))
    yield [wave(2), mix(2, 3)], x, dout
    layers = [mix(3, 2), wave(2)]
    yield layers, build("transposed", rows=numbers(rng, (3, 4))), numbers(rng, (4, 2))
    yield [mix(2, 2), square], 1e4 * numbers(rng, (3, 2)), 1e-4 * numbers(rng, (3, 2))
    digits = data.digits().images[rng.integers(1700) :][:10].reshape(-1, 64)
    yield [mix(64, 5), wave(5), mix(5, 4)], digits, numbers(rng, (10, 4))


@signal_by_depth.cases
def _(rng):
    for layers, x, dout in networks(rng):
        for asked, kind in enumerate(PLACES):
            yield Case(kind, "sizes", layers=layers, x=x, dout=dout, _asked=asked)


signal_by_depth.mistake(
    "the gradient from the last place to the first",
    "The last number of the gradient should be the size of dout. Which of yours is?",
    "return signal, gradient[::-1]",
    "return signal, gradient",
)
signal_by_depth.mistake(
    "the places before the first layer are left out",
    "How many places are there in a chain of one layer? How many numbers do you return?",
    "signal = [size(x)]",
    "signal = []",
    "return signal, gradient[::-1]",
    "return signal, gradient[:-1][::-1]",
)
signal_by_depth.mistake(
    "the standard deviation in place of the root mean square",
    "What is the size of an array that is 3 everywhere? Should it be 0?",
    "np.sqrt(np.mean(array**2))",
    "np.std(array)",
)
signal_by_depth.mistake(
    "the mean square, without its root",
    "What is the size of an array that is 3 everywhere: 3 or 9?",
    "np.sqrt(np.mean(array**2))",
    "np.mean(array**2)",
)
signal_by_depth.mistake(
    "the length in place of the root mean square",
    "Put the same batch in twice. Should the size grow?",
    "np.sqrt(np.mean(array**2))",
    "np.sqrt(np.sum(array**2))",
)
signal_by_depth.mistake(
    "the mean of the sizes of the entries",
    "Take 0 and 4. What is the root of the mean of their squares? Is it 2?",
    "np.sqrt(np.mean(array**2))",
    "np.mean(np.abs(array))",
)
signal_by_depth.mistake(
    "the caches in the order of the way forth",
    "Which cache does the last layer need: the first in your list, or the last?",
    "zip(reversed(layers), reversed(caches), strict=True)",
    "zip(reversed(layers), caches, strict=True)",
)
signal_by_depth.mistake(
    "every layer gets the same dout",
    "Whose result is the dout of the layer before it?",
    "dout, _ = layer.backward(dout, cache)\n        gradient.append(size(dout))",
    "dx, _ = layer.backward(dout, cache)\n        gradient.append(size(dx))",
)
signal_by_depth.mistake(
    "the gradient lacks dout",
    "There are as many places on the way back as on the way forth. Which is the first you pass?",
    "gradient = [size(dout)]",
    "gradient = []",
)
signal_by_depth.mistake(
    "back through the layers in the order of the way forth",
    "Which layer's output does dout belong to: the first one's or the last one's?",
    "zip(reversed(layers), reversed(caches), strict=True)",
    "zip(layers, caches, strict=True)",
)

for line in (
    "for layer, cache in zip(reversed(layers), reversed(caches)):",
    "for layer, cache in zip(reversed(layers), reversed(caches), strict=False):",
):
    signal_by_depth.equivalent(line, "there is one cache for each layer")


@signal_by_depth.alternative("norms and a stack")
def with_norms(layers, x, dout):
    def rms(values):
        return float(np.linalg.norm(values) / np.size(values) ** 0.5)

    passed, signal = [], [rms(x)]
    for layer in layers:
        out, cache = layer.forward(x)
        passed.append((layer, cache))
        signal += [rms(out)]
        x = out
    gradient = [rms(dout)]
    while passed:
        layer, cache = passed.pop()
        dout = layer.backward(dout, cache)[0]
        gradient.insert(0, rms(dout))
    return signal, gradient


@signal_by_depth.alternative("recursion, arrays")
def recursive(layers, x, dout):
    def size(values):
        return np.mean(np.asarray(values, dtype=float) ** 2) ** 0.5

    def walk(place, x):
        if place == len(layers):
            return [size(x)], [size(dout)], dout
        out, cache = layers[place].forward(x)
        signal, gradient, slope = walk(place + 1, out)
        slope, _ = layers[place].backward(slope, cache)
        return [size(x), *signal], [size(slope), *gradient], slope

    signal, gradient, _ = walk(0, x)
    return np.array(signal), np.array(gradient)


# --- xavier, glorot, kaiming ------------------------------------------------------------------

MATRIX, KERNELS, CHANCE = "weight matrices", "kernels of convolutions", "drawn from the rng"
SURE = 7
"""Standard errors that a moment of right weights may be off: by chance once in 10^11."""
LIGHTEST, HEAVIEST = 2.4, 4.5
"""Kurtosis of weights that may be normal: 3 but for chance, which errs further upwards than down.
Uniform weights have 1.8."""


@dataclass(frozen=True)
class Fans:
    """The fan-in and the fan-out of weights of a shape."""

    shape: tuple[int, ...]

    @property
    def window(self):
        """Places of a kernel; 1 for a matrix."""
        return int(np.prod(self.shape[2:]))

    @property
    def n_in(self):
        """How many inputs one output looks at."""
        return self.shape[0 if len(self.shape) == 2 else 1] * self.window

    @property
    def n_out(self):
        """How many outputs one input reaches."""
        return self.shape[1 if len(self.shape) == 2 else 0] * self.window


def initialiser_cases(rng):
    """Large weights, whose moments tell; small ones, whose shapes do."""

    def seed():
        return int(rng.integers(10**6))

    for shape in (
        (int(rng.integers(90, 120)), int(rng.integers(35, 55))),
        (int(rng.integers(30, 40)), int(rng.integers(120, 160))),
        (2, 3000),
        (4000, 1),
    ):
        yield Case(MATRIX, "draws", shape=shape, seeds=[seed()])
    for shape in (
        (int(rng.integers(30, 40)), 7, 5, 4),
        (int(rng.integers(6, 9)), int(rng.integers(25, 30)), 3, 7),
        (64, 40, 1, 2),
        (1500, 1, 2, 2),
    ):
        yield Case(KERNELS, "draws", shape=shape, seeds=[seed()])
    for shape in ((3, 4), (1, 1), (2, 3, 1, 2), (1, 2, 3, 3)):
        first = seed()
        yield Case(CHANCE, "draws", shape=shape, seeds=[first, first, first + 1])


def judge_weights(spread_of, wrong_spreads):
    """Make the judge of an initialiser from the standard deviation that its text promises.

    Parameters
    ----------
    spread_of : callable
        From :class:`Fans` to the standard deviation.
    wrong_spreads : mapping of str to callable
        The same for known mistakes, by their names.
    """

    def judge(case, observation, _reference):
        shape = tuple(case.inputs["shape"])
        drawn = observation.value
        for weights in (weights for two in drawn for weights in two):
            if weights is None:
                return "None came; does the function end with `return`?"
            if not isinstance(weights, np.ndarray):
                return f"{weights!r} came, which is no array"
            if weights.shape != shape:
                return f"the weights have the shape {weights.shape}, not {shape}"
            if not np.isfinite(weights).all():
                return "there are weights that are infinite or nan"
        if len(drawn) > 1:
            return judge_chance(drawn)
        return judge_moments(drawn[0][0], shape, spread_of, wrong_spreads)

    return judge


def judge_chance(drawn):
    """Whether draws depend on the generator that was handed over, and on nothing else."""
    one, again, other = drawn
    if np.array_equal(one[0], one[1]):
        return "its own generator each time"
    if not (np.array_equal(one[0], again[0]) and np.array_equal(one[1], again[1])):
        return "NumPy's global generator"
    if np.array_equal(one[0], other[0]):
        return "its own generator each time"
    return True


def judge_moments(weights, shape, spread_of, wrong_spreads):
    """Whether mean, standard deviation and kurtosis are those of the normal weights promised."""
    n, spread = weights.size, float(weights.std())
    fans = Fans(shape)
    expected = spread_of(fans)

    tolerance = SURE / np.sqrt(2 * n)
    if abs(spread / expected - 1) > tolerance:
        # Only where a single mistake gives such a spread is it named.
        alike = [
            name
            for name, wrong in wrong_spreads.items()
            if abs(spread / wrong(fans) - 1) < 2 * tolerance
        ]
        if len(alike) == 1:
            return alike[0]
        return (
            f"for the shape {shape} the weights have the standard deviation {spread:.3g}, "
            f"{spread / expected:.3g} times what it should be"
        )
    if abs(weights.mean()) > SURE * expected / np.sqrt(n):
        return f"the mean of the weights is {weights.mean():.3g}, not 0"
    kurtosis = np.mean((weights - weights.mean()) ** 4) / spread**4
    if kurtosis < LIGHTEST:
        return "uniform, not normal"
    if kurtosis > HEAVIEST:
        return f"the weights are not normally distributed: their kurtosis is {kurtosis:.3g}, not 3"
    return True


def common_mistakes(exercise, draw):
    """Mistakes that all three initialisers invite; ``draw`` is how the reference draws."""
    exercise.mistake(
        "its own generator each time",
        "Draw the weights of two layers from the same `rng`. Are they two different layers?",
        draw,
        "np.random.default_rng(0)" + draw.removeprefix("rng"),
    )
    exercise.mistake(
        "NumPy's global generator",
        "Draw twice, each time from a new generator with the seed 5. Is it the same? Where does "
        "your randomness come from?",
        draw,
        draw.replace("rng.normal(size=shape)", "np.random.normal(size=shape)"),
    )
    exercise.mistake(
        "uniform, not normal",
        "Draw a histogram of 10,000 weights. Is it a bell?",
        draw,
        draw.replace("rng.normal(size=shape)", "rng.uniform(-(3**0.5), 3**0.5, size=shape)"),
    )


DRAW = "rng.normal(size=shape)"

xavier = Exercise(
    points={MATRIX: 0.5, KERNELS: 0.25, CHANCE: 0.25}, visible=(MATRIX, KERNELS, CHANCE)
)
xavier.cases(initialiser_cases)
xavier.accept()(
    judge_weights(
        lambda fans: fans.n_in**-0.5,
        {
            "the fan-out": lambda fans: fans.n_out**-0.5,
            "divided by the fan-in, not its root": lambda fans: 1 / fans.n_in,
            "multiplied by the root": lambda fans: fans.n_in**0.5,
            "the first entry for kernels too": lambda fans: fans.shape[0] ** -0.5,
            "only the maps are counted": lambda fans: (fans.n_in / fans.window) ** -0.5,
            "not scaled": lambda _: 1.0,
        },
    )
)
xavier.mistake(
    "the fan-out",
    "Take 1000 inputs and 2 outputs. How many numbers are added up in one output?",
    "shape[0] if len(shape) == 2 else np.prod(shape[1:])",
    "shape[1] if len(shape) == 2 else shape[0] * np.prod(shape[2:])",
)
xavier.mistake(
    "divided by the fan-in, not its root",
    "Is 1/n the variance or the standard deviation? Which of them does `rng.normal` take?",
    "/ np.sqrt(fan_in)",
    "/ fan_in",
)
xavier.mistake(
    "multiplied by the root",
    "Which weights should be smaller: those of a unit with 10 inputs, or with 1000?",
    "/ np.sqrt(fan_in)",
    "* np.sqrt(fan_in)",
)
xavier.mistake(
    "the first entry for kernels too",
    "In the shape (F, C, kh, kw), what does F count: inputs of an output, or outputs?",
    "shape[0] if len(shape) == 2 else np.prod(shape[1:])",
    "shape[0]",
)
xavier.mistake(
    "only the maps are counted",
    "One output of a convolution looks at C maps. At how many pixels in each of them?",
    "np.prod(shape[1:])",
    "shape[1]",
)
xavier.mistake(
    "not scaled",
    "Send a batch through 10 layers of such weights. What happens to its size?",
    " / np.sqrt(fan_in)",
    " / np.sqrt(fan_in) ** 0",
)
common_mistakes(xavier, DRAW)


@xavier.alternative("the scale handed to the generator")
def scale_handed_over(shape, rng):
    if len(shape) == 4:
        _, maps, height, width = shape
        inputs = maps * height * width
    else:
        inputs, _ = shape
    return rng.normal(0, inputs**-0.5, shape)


@xavier.alternative("drawn flat")
def drawn_flat(shape, rng):
    count = 1
    for size in shape:
        count *= size
    flat = rng.standard_normal(count)
    n = shape[0] if len(shape) == 2 else count // shape[0]
    return np.reshape(flat, shape, order="F") * np.sqrt(1 / n)


glorot = Exercise(
    points={MATRIX: 0.5, KERNELS: 0.25, CHANCE: 0.25}, visible=(MATRIX, KERNELS, CHANCE)
)
glorot.cases(initialiser_cases)
glorot.accept()(
    judge_weights(
        lambda fans: (2 / (fans.n_in + fans.n_out)) ** 0.5,
        {
            "the fan-in alone": lambda fans: fans.n_in**-0.5,
            "Kaiming's": lambda fans: (2 / fans.n_in) ** 0.5,
            "the 2 is missing": lambda fans: (fans.n_in + fans.n_out) ** -0.5,
            "the variance as the standard deviation": lambda fans: 2 / (fans.n_in + fans.n_out),
            "the window is not counted": lambda fans: (2 / sum(fans.shape[:2])) ** 0.5,
            "divided by the root of 2 over the fans": lambda fans: (
                ((fans.n_in + fans.n_out) / 2) ** 0.5
            ),
            "the window is counted for the inputs only": lambda fans: (
                (2 / (fans.n_in + fans.n_out / fans.window)) ** 0.5
            ),
        },
    )
)
GLOROT = "np.sqrt(2 / ((shape[0] + shape[1]) * window))"
glorot.mistake(
    "the fan-in alone",
    "Take 10 inputs and 1000 outputs. Does your standard deviation know of the 1000?",
    GLOROT,
    "np.sqrt(1 / (shape[0] if len(shape) == 2 else shape[1] * window))",
)
glorot.mistake(
    "Kaiming's",
    "The 2 stands above the *sum* of two numbers. Is yours there?",
    GLOROT,
    "np.sqrt(2 / (shape[0] if len(shape) == 2 else shape[1] * window))",
)
glorot.mistake(
    "the 2 is missing",
    "With as many outputs as inputs it should agree with Xavier's. Does yours?",
    GLOROT,
    "np.sqrt(1 / ((shape[0] + shape[1]) * window))",
)
glorot.mistake(
    "the variance as the standard deviation",
    "Is 2/(n + m) the variance or the standard deviation? Which of them does `rng.normal` take?",
    GLOROT,
    "2 / ((shape[0] + shape[1]) * window)",
)
glorot.mistake(
    "divided by the root of 2 over the fans",
    "Should weights become larger or smaller when there are more inputs?",
    "* " + GLOROT,
    "/ " + GLOROT,
)
glorot.mistake(
    "the window is not counted",
    "Through how many pixels of a window does one output look? Does your answer depend on kh, kw?",
    "window = np.prod(shape[2:])",
    "window = 1",
)
glorot.mistake(
    "the window is counted for the inputs only",
    "One pixel of the input is seen by F maps. At how many places of the kernel does it come to lie?",
    GLOROT,
    "np.sqrt(2 / (shape[0] + shape[1] * window))",
)
common_mistakes(glorot, DRAW)


@glorot.alternative("both fans by name")
def both_fans(shape, rng):
    if len(shape) == 2:
        fan_in, fan_out = shape
    else:
        filters, maps, height, width = shape
        fan_in, fan_out = maps * height * width, filters * height * width
    return rng.normal(scale=(2 / (fan_in + fan_out)) ** 0.5, size=shape)


@glorot.alternative("the mean of the fans")
def mean_of_fans(shape, rng):
    mean_fan = (shape[0] + shape[1]) / 2
    for side in shape[2:]:
        mean_fan = mean_fan * side
    return rng.standard_normal(size=shape) / np.sqrt(mean_fan)


kaiming = Exercise(
    points={MATRIX: 0.75, KERNELS: 0.5, CHANCE: 0.25}, visible=(MATRIX, KERNELS, CHANCE)
)
kaiming.cases(initialiser_cases)
kaiming.accept()(
    judge_weights(
        lambda fans: (2 / fans.n_in) ** 0.5,
        {
            "as printed: divided": lambda fans: (fans.n_in / 2) ** 0.5,
            "Xavier's": lambda fans: fans.n_in**-0.5,
            "halved, not doubled": lambda fans: (2 * fans.n_in) ** -0.5,
            "twice the standard deviation": lambda fans: 2 * fans.n_in**-0.5,
            "the fan-out": lambda fans: (2 / fans.n_out) ** 0.5,
            "Glorot's": lambda fans: (2 / (fans.n_in + fans.n_out)) ** 0.5,
            "the variance as the standard deviation": lambda fans: 2 / fans.n_in,
            "the first entry for kernels too": lambda fans: (2 / fans.shape[0]) ** 0.5,
            "only the maps are counted": lambda fans: (2 * fans.window / fans.n_in) ** 0.5,
        },
    )
)
KAIMING = "np.sqrt(2 / fan_in)"
FAN_IN = "shape[0] if len(shape) == 2 else np.prod(shape[1:])"
kaiming.mistake(
    "as printed: divided",
    "Send inputs of size 1 through ten layers of your weights and ReLUs. What comes out?",
    "* " + KAIMING,
    "/ " + KAIMING,
)
kaiming.mistake(
    "Xavier's",
    "A ReLU takes half of the mean square away. Where does your formula make up for it?",
    KAIMING,
    "np.sqrt(1 / fan_in)",
)
kaiming.mistake(
    "halved, not doubled",
    "To make up for what a ReLU takes away, should the weights be larger than Xavier's or smaller?",
    KAIMING,
    "np.sqrt(1 / (2 * fan_in))",
)
kaiming.mistake(
    "twice the standard deviation",
    "If the standard deviation is doubled, by how much does the variance grow?",
    KAIMING,
    "2 * np.sqrt(1 / fan_in)",
)
kaiming.mistake(
    "the fan-out",
    "Take 1000 inputs and 2 outputs. How many numbers are added up in one output?",
    FAN_IN,
    "shape[1] if len(shape) == 2 else shape[0] * np.prod(shape[2:])",
)
kaiming.mistake(
    "Glorot's",
    "Which of the two fans does the text of this exercise name?",
    KAIMING,
    "np.sqrt(2 / (fan_in + (shape[1] if len(shape) == 2 else shape[0] * np.prod(shape[2:]))))",
)
kaiming.mistake(
    "the variance as the standard deviation",
    "Is 2/n the variance or the standard deviation? Which of them does `rng.normal` take?",
    KAIMING,
    "2 / fan_in",
)
kaiming.mistake(
    "the first entry for kernels too",
    "In the shape (F, C, kh, kw), what does F count: inputs of an output, or outputs?",
    FAN_IN,
    "shape[0]",
)
kaiming.mistake(
    "only the maps are counted",
    "One output of a convolution looks at C maps. At how many pixels in each of them?",
    "np.prod(shape[1:])",
    "shape[1]",
)
common_mistakes(kaiming, DRAW)


@kaiming.alternative("the scale handed to the generator")
def kaiming_scale_handed_over(shape, rng):
    inputs = shape[0]
    if len(shape) > 2:
        inputs = shape[1] * shape[2] * shape[3]
    return rng.normal(loc=0.0, scale=(2.0 / inputs) ** 0.5, size=shape)


@kaiming.alternative("row by row")
def row_by_row(shape, rng):
    weights = np.empty(shape)
    n = weights[0].size if weights.ndim == 4 else len(weights)
    for k in range(len(weights)):
        weights[k] = rng.standard_normal(weights[k].shape) / np.sqrt(n / 2)
    return weights


# --- batchnorm_forward ------------------------------------------------------------------------

TRAINING, CACHE, RUNNING, TEST = (
    "the output in training",
    "the cache",
    "running mean and variance",
    "test mode",
)
batchnorm_forward = Exercise(
    points={TRAINING: 1.5, CACHE: 0.5, RUNNING: 1.25, TEST: 1.25},
    visible=(TRAINING, TRAINING, CACHE, RUNNING, TEST, TEST, TEST),
)


def statistics(rng, features):
    """A running mean and a running variance."""
    return {"mean": numbers(rng, features), "var": numbers(rng, features, 0.2, 3)}


def batches_of_features(rng):
    """x, gamma, beta: uneven, two samples, one, one feature, constant, large, single, views."""
    for n, features in ((4, 2), (5, 3), (3, 5), (4, 4), (2, 3), (1, 2), (6, 1), (9, 2)):
        yield numbers(rng, (n, features)), numbers(rng, features), numbers(rng, features)
    constant = numbers(rng, (4, 3))
    constant[:, 1] = 1.5
    yield constant, numbers(rng, 3), numbers(rng, 3)
    yield 1e4 * numbers(rng, (5, 2)), numbers(rng, 2), numbers(rng, 2)
    yield 1e6 + numbers(rng, (6, 2)), numbers(rng, 2), numbers(rng, 2)
    yield halves(numbers(rng, (5, 3)), numbers(rng, 3), numbers(rng, 3))
    yield build("transposed", rows=numbers(rng, (3, 4))), numbers(rng, 3), numbers(rng, 3)
    yield build("every_other", values=numbers(rng, (8, 2))), numbers(rng, 2), numbers(rng, 2)
    start = int(rng.integers(1700))
    pixels = data.digits().images.reshape(-1, 64)[start : start + 12, :9]
    yield pixels.astype(float), numbers(rng, 9), numbers(rng, 9)


def features_of(gamma):
    """How many features a batch has, whatever kind of array it is."""
    return len(gamma)


OPTIONS = ((), (0.8,), (0.6, 0.5), (0.0, 1e-3), (1.0, 0.5), (0.9, 1e-5))


@batchnorm_forward.cases
def _(rng):
    for number, (x, gamma, beta) in enumerate(batches_of_features(rng)):
        given = {"gamma": gamma, "beta": beta, "running": statistics(rng, features_of(gamma))}
        for shift in range(2):
            options = OPTIONS[(number + 3 * shift) % len(OPTIONS)]
            named = dict(zip(("decay", "eps"), options, strict=False))
            yield Case(TRAINING, "output", x=x, **given, training=True, **named)
            yield Case(CACHE, "cache", x=x, **given, training=True, **named)
            yield Case(RUNNING, "running_after", batches=[x], **given, training=True, **named)
            yield Case(TEST, "output", x=x, **given, training=False, **named)
            yield Case(TEST, "running_after", batches=[x], **given, training=False, **named)
    for options in ((), (0.75, 0.5)):
        named = dict(zip(("decay", "eps"), options, strict=False))
        uneven = [numbers(rng, (n, 3)) for n in (4, 2, 7, 1)]
        given = {"gamma": numbers(rng, 3), "beta": numbers(rng, 3), "running": statistics(rng, 3)}
        yield Case(RUNNING, "running_after", batches=uneven, **given, training=True, **named)


NORMALISED = "inv_std = 1 / np.sqrt(var + eps)"
batchnorm_forward.mistake(
    "running standard deviation in place of the variance",
    "In test mode you add eps and take the root. What must `running` hold for that?",
    "(1 - decay) * var",
    "(1 - decay) * np.sqrt(var)",
)
batchnorm_forward.mistake(
    "eps is stored with the variance",
    "Try eps = 0.5 and a batch of constants. Which variance should be averaged: 0 or 0.5?",
    "(1 - decay) * var",
    "(1 - decay) * (var + eps)",
)
batchnorm_forward.mistake(
    "decay and 1 - decay exchanged",
    "With decay = 0.9, how much of the running mean should be kept after one batch?",
    'running["mean"] = decay * running["mean"] + (1 - decay) * mean',
    'running["mean"] = (1 - decay) * running["mean"] + decay * mean',
    'running["var"] = decay * running["var"] + (1 - decay) * var',
    'running["var"] = (1 - decay) * running["var"] + decay * var',
)
batchnorm_forward.mistake(
    "N - 1 in the running variance",
    "The text says which variance goes into the running average. By what is it divided?",
    "(1 - decay) * var",
    "(1 - decay) * (var * len(x) / max(len(x) - 1, 1))",
)
batchnorm_forward.mistake(
    "divided by N - 1",
    "Compute the variance of (0, 2) by the formula of the text: is it 1 or 2?",
    "x.var(axis=0)",
    "x.var(axis=0, ddof=1)",
)
batchnorm_forward.mistake(
    "normalised along the wrong axis",
    "How many means are there for 100 samples of 3 features: 3 or 100?",
    "x.mean(axis=0), x.var(axis=0)",
    "x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)",
)
batchnorm_forward.mistake(
    "one mean for all features",
    "Is each column of your result centred by itself? Print its means.",
    "x.mean(axis=0), x.var(axis=0)",
    "x.mean(), x.var()",
)
batchnorm_forward.mistake(
    "eps outside the root in test mode",
    "Is your formula the same in both modes, but for where mean and variance come from? Try "
    "eps = 0.5.",
    NORMALISED,
    "inv_std = 1 / np.sqrt(var + eps) if training else 1 / (np.sqrt(var) + eps)",
)
batchnorm_forward.mistake(
    "eps outside the root",
    "Try eps = 0.5: what should divide a feature of variance 0.5, the root of 1, or more?",
    NORMALISED,
    "inv_std = 1 / (np.sqrt(var) + eps)",
)
batchnorm_forward.mistake(
    "eps is left out",
    "What comes out for a feature that is the same in all samples?",
    NORMALISED,
    "inv_std = 1 / np.sqrt(var)",
)
batchnorm_forward.mistake(
    "divided by the variance",
    "Which variance do your outputs have: 1?",
    NORMALISED,
    "inv_std = 1 / (var + eps)",
)
batchnorm_forward.mistake(
    "the batch's own mean and variance in test mode",
    "Give it one sample in test mode, and then the same one among others. Is its output the same?",
    'mean, var = running["mean"], running["var"]',
    "mean, var = x.mean(axis=0), x.var(axis=0)",
)
batchnorm_forward.mistake(
    "the running values already in training",
    "In training mode, are the means of your outputs beta?",
    NORMALISED,
    'mean, var = running["mean"], running["var"]\n    inv_std = 1 / np.sqrt(var + eps)',
)
batchnorm_forward.mistake(
    "the dict that was handed in stays as it is",
    "Print the dict that you hand in, before and after a batch in training mode. Did you change it, "
    "or make a new one that only your function sees?",
    '        running["mean"] = decay * running["mean"] + (1 - decay) * mean\n'
    '        running["var"] = decay * running["var"] + (1 - decay) * var\n',
    '        running = {"mean": decay * running["mean"] + (1 - decay) * mean,\n'
    '                   "var": decay * running["var"] + (1 - decay) * var}\n',
)
batchnorm_forward.mistake(
    "running is updated in test mode too",
    "Ask the network the same question twice in test mode. May the first answer change the second?",
    "    if training:\n        mean, var = x.mean(axis=0), x.var(axis=0)\n"
    '        running["mean"] = decay * running["mean"] + (1 - decay) * mean\n'
    '        running["var"] = decay * running["var"] + (1 - decay) * var\n'
    "    else:\n"
    '        mean, var = running["mean"], running["var"]\n',
    "    before = dict(running)\n"
    "    mean, var = x.mean(axis=0), x.var(axis=0)\n"
    '    running["mean"] = decay * running["mean"] + (1 - decay) * mean\n'
    '    running["var"] = decay * running["var"] + (1 - decay) * var\n'
    "    if not training:\n"
    '        mean, var = before["mean"], before["var"]\n',
)
batchnorm_forward.mistake(
    "gamma and beta are left out",
    "Which two of the arguments does your output not depend on?",
    "return gamma * x_hat + beta, (",
    "return x_hat, (",
)
batchnorm_forward.mistake(
    "gamma and beta exchanged",
    "If gamma is 0, what should come out: beta, or x_hat?",
    "gamma * x_hat + beta",
    "beta * x_hat + gamma",
)
batchnorm_forward.mistake(
    "the standard deviation in the cache",
    "The third thing in the cache: is it s, or 1/s?",
    "(x_hat, gamma, inv_std)",
    "(x_hat, gamma, 1 / inv_std)",
)
batchnorm_forward.mistake(
    "the output in the cache",
    "The first thing in the cache: is it there before or after gamma and beta come in?",
    "(x_hat, gamma, inv_std)",
    "(gamma * x_hat + beta, gamma, inv_std)",
)
batchnorm_forward.mistake(
    "the mean of the squares minus the square of the mean",
    "Add a million to x. The variance should stay as it is; does yours?",
    "x.var(axis=0)",
    "(x**2).mean(axis=0) - x.mean(axis=0) ** 2",
)


@batchnorm_forward.alternative("two branches, in place")
def two_branches(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    if not training:
        x_hat = (x - running["mean"]) / np.sqrt(running["var"] + eps)
        return x_hat * gamma + beta, (x_hat, gamma, (running["var"] + eps) ** -0.5)
    centred = x - np.mean(x, axis=0)
    var = np.mean(centred**2, axis=0)
    std = np.sqrt(var + eps)
    running["mean"] *= decay
    running["mean"] += (1 - decay) * np.mean(x, axis=0)
    running["var"] += (1 - decay) * (var - running["var"])
    return gamma * (centred / std) + beta, (centred / std, gamma, 1 / std)


@batchnorm_forward.alternative("feature by feature")
def feature_by_feature(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    n, features = x.shape
    x_hat, inv_std = np.zeros((n, features)), np.zeros(features)
    mean, var = np.array(running["mean"]), np.array(running["var"])
    for k in range(features):
        if training:
            mean[k] = x[:, k].sum() / n
            var[k] = ((x[:, k] - mean[k]) ** 2).sum() / n
        inv_std[k] = (var[k] + eps) ** -0.5
        x_hat[:, k] = (x[:, k] - mean[k]) * inv_std[k]
    if training:
        running.update(
            mean=decay * running["mean"] + (1 - decay) * mean,
            var=decay * running["var"] + (1 - decay) * var,
        )
    return x_hat * gamma[np.newaxis] + beta[np.newaxis], [x_hat, gamma, inv_std]


# --- batchnorm_backward -----------------------------------------------------------------------

PARAMETERS, INPUT = "dgamma and dbeta", "dx"
batchnorm_backward = Exercise(
    points={PARAMETERS: 1, INPUT: 3}, visible=(PARAMETERS, PARAMETERS, INPUT)
)


def cache_of(x, gamma, eps):
    """The cache that the text specifies, for features or for maps."""
    axes = (0, *range(2, x.ndim))
    centred = x - x.mean(axis=axes, keepdims=True)
    inv_std = 1 / np.sqrt(np.mean(centred**2, axis=axes, keepdims=True) + eps)
    return centred * inv_std, gamma, np.ravel(inv_std)


def caches(rng):
    """Caches and slopes along the outputs."""
    for n, features, eps in (
        (3, 2, 0.5),
        (5, 3, 1e-5),
        (3, 5, 1e-3),
        (4, 4, 0.5),
        (2, 3, 0.5),
        (2, 2, 1e-5),
        (1, 3, 0.5),
        (6, 1, 1e-5),
        (9, 2, 0.5),
    ):
        x = numbers(rng, (n, features))
        yield cache_of(x, numbers(rng, features), eps), numbers(rng, (n, features))
    constant = numbers(rng, (4, 3))
    constant[:, 1] = 1.5
    for eps in (1e-3, 0.5):
        yield cache_of(constant, numbers(rng, 3), eps), numbers(rng, (4, 3))
    large = 1e5 + 1e3 * numbers(rng, (5, 2))
    yield cache_of(large, 100 * numbers(rng, 2), 1e-5), 1e4 * numbers(rng, (5, 2))
    single = cache_of(numbers(rng, (5, 3)), numbers(rng, 3), 0.5)
    yield halves(*single), halves(numbers(rng, (5, 3)))[0]
    x_hat, gamma, inv_std = cache_of(numbers(rng, (4, 3)), numbers(rng, 3), 0.5)
    view = build("transposed", rows=x_hat.T)
    yield (view, gamma, inv_std), build("transposed", rows=numbers(rng, (3, 4)))


@batchnorm_backward.cases
def _(rng):
    for cache, dout in caches(rng):
        yield Case(INPUT, "part", dout=dout, cache=cache, _part=0)
        yield Case(PARAMETERS, "part", dout=dout, cache=cache, _part=1)
        yield Case(PARAMETERS, "part", dout=dout, cache=cache, _part=2)


DX = "dx = inv_std * (dx_hat - through_mean - through_variance)"
batchnorm_backward.mistake(
    "the way through the mean is missing",
    "Add the same constant to all x: the output stays as it is. So what must the sum of your dx be?",
    DX,
    "dx = inv_std * (dx_hat - through_variance)",
)
batchnorm_backward.mistake(
    "the way through the variance is missing",
    "Make all x twice as large: the output stays (nearly) as it is. So what must the sum of "
    "x_hat * dx be, for a tiny eps?",
    DX,
    "dx = inv_std * (dx_hat - through_mean)",
)
batchnorm_backward.mistake(
    "only the direct way",
    "Nudge one x: do the mean and the variance stay where they are?",
    DX,
    "dx = inv_std * dx_hat",
)
batchnorm_backward.mistake(
    "gamma is left out of dx",
    "Make gamma twice as large. Should dx follow?",
    "dx_hat = gamma * dout",
    "dx_hat = dout",
)
batchnorm_backward.mistake(
    "multiplied by the standard deviation",
    "Make x ten times as large. Does a nudge of x then count more, or less?",
    DX,
    "dx = (dx_hat - through_mean - through_variance) / inv_std",
)
batchnorm_backward.mistake(
    "inv_std is left out",
    "Make x ten times as large. Does a nudge of x then count as much as before?",
    DX,
    "dx = dx_hat - through_mean - through_variance",
)
batchnorm_backward.mistake(
    "sums in place of means",
    "The slope of the mean along one x is 1/N. Where is the N in your ways two and three?",
    "dx_hat.mean(axis=0)",
    "dx_hat.sum(axis=0)",
    "(dx_hat * x_hat).mean(axis=0)",
    "(dx_hat * x_hat).sum(axis=0)",
)
batchnorm_backward.mistake(
    "the way through the variance lacks x_hat_j",
    "Whose variance moves more when it is nudged: that of an x at the mean, or of one far out?",
    "through_variance = x_hat * (dx_hat * x_hat).mean(axis=0)",
    "through_variance = (dx_hat * x_hat).mean(axis=0)",
)
batchnorm_backward.mistake(
    "added where it should be subtracted",
    "The mean goes up with x_j; do the x_hat then go up or down?",
    DX,
    "dx = inv_std * (dx_hat + through_mean + through_variance)",
)
batchnorm_backward.mistake(
    "as if eps were 0",
    "Try eps = 0.5: then the mean of x_hat squared is not 1. Where did you take it to be 1?",
    "    through_variance = x_hat * (dx_hat * x_hat).mean(axis=0)\n",
    "    power = (x_hat**2).mean(axis=0)\n"
    "    through_variance = x_hat * (dx_hat * x_hat).mean(axis=0) / np.where(power > 0, power, 1)\n",
)
batchnorm_backward.mistake(
    "N - 1 in the way through the variance",
    "The variance of the text is divided by N. Is yours, with N = 2?",
    "(dx_hat * x_hat).mean(axis=0)",
    "(dx_hat * x_hat).sum(axis=0) / max(len(dout) - 1, 1)",
)
batchnorm_backward.mistake(
    "dgamma and dbeta are means",
    "Nudge beta by 0.01: how many of the N outputs move?",
    "(dout * x_hat).sum(axis=0), dout.sum(axis=0)",
    "(dout * x_hat).mean(axis=0), dout.mean(axis=0)",
)
batchnorm_backward.mistake(
    "dgamma and dbeta exchanged",
    "In which order does the text ask for the three?",
    "return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)",
    "return dx, dout.sum(axis=0), (dout * x_hat).sum(axis=0)",
)
batchnorm_backward.mistake(
    "dgamma without x_hat",
    "If x_hat is 0 everywhere, does gamma matter? Is your dgamma 0 then?",
    "(dout * x_hat).sum(axis=0), dout",
    "(dout * gamma).sum(axis=0), dout",
)
batchnorm_backward.mistake(
    "one number for all features",
    "How many gammas are there? How many numbers is your dgamma?",
    "(dout * x_hat).sum(axis=0), dout.sum(axis=0)",
    "(dout * x_hat).sum(), dout.sum()",
)
batchnorm_backward.mistake(
    "gradients keep the batch axis",
    "What is the shape of your dgamma, and what is the shape of gamma?",
    "(dout * x_hat).sum(axis=0), dout.sum(axis=0)",
    "(dout * x_hat).sum(axis=0, keepdims=True), dout.sum(axis=0, keepdims=True)",
)


@batchnorm_backward.alternative("one formula over N")
def one_formula(dout, cache):
    x_hat, gamma, inv_std = cache
    n = len(dout)
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(x_hat * dout, axis=0)
    dx = gamma * inv_std / n * (n * dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta


@batchnorm_backward.alternative("step by step through the graph")
def through_the_graph(dout, cache):
    x_hat, gamma, inv_std = cache
    n = dout.shape[0]
    dx_hat = dout * gamma
    centred = x_hat / inv_std
    d_inv_std = (dx_hat * centred).sum(axis=0)
    d_var = -0.5 * d_inv_std * inv_std**3
    d_centred = dx_hat * inv_std + 2 / n * centred * d_var
    d_mean = -d_centred.sum(axis=0)
    return d_centred + d_mean / n, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@batchnorm_backward.alternative("a Jacobian matrix for each feature")
def jacobians(dout, cache):
    x_hat, gamma, inv_std = cache
    n, features = dout.shape
    dx = np.zeros((n, features))
    for k in range(features):
        jacobian = np.eye(n) - 1 / n - np.outer(x_hat[:, k], x_hat[:, k]) / n
        dx[:, k] = gamma[k] * inv_std[k] * (jacobian @ dout[:, k])
    return [dx, np.einsum("nd,nd->d", dout, x_hat), np.ones(n) @ dout]


# --- spatial_batchnorm_forward ----------------------------------------------------------------

spatial_batchnorm_forward = Exercise(
    points={TRAINING: 1, CACHE: 0.25, RUNNING: 0.5, TEST: 0.75},
    uses=("batchnorm_forward",),
    visible=(TRAINING, CACHE, TEST),
)


def maps_of(rng):
    """Maps, gamma and beta; where the maps are a view, also the array they are made of."""
    for n, maps, height, width in (
        (2, 2, 1, 3),
        (2, 3, 4, 5),
        (3, 2, 1, 4),
        (1, 4, 3, 2),
        (4, 1, 2, 3),
        (2, 5, 1, 1),
        (3, 3, 3, 3),
        (1, 2, 1, 1),
    ):
        yield numbers(rng, (n, maps, height, width)), numbers(rng, maps), numbers(rng, maps), False
    constant = numbers(rng, (2, 3, 2, 4))
    constant[:, 1] = 1.5
    yield constant, numbers(rng, 3), numbers(rng, 3), False
    yield 1e4 * numbers(rng, (2, 2, 3, 2)), numbers(rng, 2), numbers(rng, 2), False
    yield *halves(numbers(rng, (2, 3, 2, 3)), numbers(rng, 3), numbers(rng, 3)), False
    yield numbers(rng, (2, 3, 3, 2)), numbers(rng, 3), numbers(rng, 3), True


def known_answer(x, gamma, beta, running, training, decay, eps):
    """What a right ``batchnorm_forward`` gives for the pixels of x, as data."""
    rows = np.ascontiguousarray(np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]))
    mean, var = running["mean"], running["var"]
    after = running
    if training:
        mean, var = rows.mean(axis=0), rows.var(axis=0)
        pairs = (("mean", mean), ("var", var))
        after = {name: decay * running[name] + (1 - decay) * new for name, new in pairs}
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (rows - mean) * inv_std
    out = gamma * x_hat + beta
    return {"rows": rows, "out": out, "x_hat": x_hat, "inv_std": inv_std, "running": after}


@spatial_batchnorm_forward.cases
def _(rng):
    for number, (x, gamma, beta, as_view) in enumerate(maps_of(rng)):
        decay, eps = ((0.9, 1e-5), (0.75, 0.5), (0.6, 1e-3))[number % 3]
        running = statistics(rng, len(gamma))
        maps = build("channels_last", maps=x) if as_view else x
        for training, asked, kind in (
            (True, "output", TRAINING),
            (True, "cache", CACHE),
            (True, "running", RUNNING),
            (False, "output", TEST),
            (False, "running", TEST),
        ):
            given = {"gamma": gamma, "beta": beta, "running": running, "training": training}
            options = {"decay": decay, "eps": eps}
            known = known_answer(x, **given, **options)
            inputs = {"x": maps, **given, **options, "_asked": asked, "_known": known}
            yield Case(kind, "asked_of_maps", **inputs)


ANY_NEGATIVE = "NumPy takes any negative size for the one that it finds out by itself"
spatial_batchnorm_forward.equivalent("rows = moved.reshape(-2, moved.shape[-1])", ANY_NEGATIVE)


# The wrong versions call no earlier exercise: they are recognised whatever the learner made of it.
WHOLE = """def spatial_batchnorm_forward(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    axes, each = (0, 2, 3), (1, -1, 1, 1)
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    if training:
        running["mean"] = decay * running["mean"] + (1 - decay) * mean
        running["var"] = decay * running["var"] + (1 - decay) * var
    else:
        mean, var = running["mean"], running["var"]
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean.reshape(each)) * inv_std.reshape(each)
    return gamma.reshape(each) * x_hat + beta.reshape(each), (x_hat, gamma, inv_std)
"""
RESHAPED = """def spatial_batchnorm_forward(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    rows = x.reshape(-1, x.shape[1])
    mean, var = rows.mean(axis=0), rows.var(axis=0)
    if training:
        running["mean"] = decay * running["mean"] + (1 - decay) * mean
        running["var"] = decay * running["var"] + (1 - decay) * var
    else:
        mean, var = running["mean"], running["var"]
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (rows - mean) * inv_std
    out = gamma * x_hat + beta
    return out.reshape(x.shape), (x_hat.reshape(x.shape), gamma, inv_std)
"""


def wrong_maps(name, hint, *edits, source=WHOLE):
    """A wrong version of the exercise, made of a right one that stands alone."""
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    spatial_batchnorm_forward.mistakes.append(Mistake(name, hint, source=source))


wrong_maps(
    "reshaped without moving the maps",
    "Fill map k with the number k and look at one column of your reshaped table. What should be in "
    "it?",
    source=RESHAPED,
)
wrong_maps(
    "the result is not moved back",
    "Which shape has your output, and which has x? And which entry stands where?",
    "return gamma.reshape(each) * x_hat + beta.reshape(each), (x_hat, gamma, inv_std)",
    "out = gamma.reshape(each) * x_hat + beta.reshape(each)\n"
    "    return np.moveaxis(out, 1, -1), (np.moveaxis(x_hat, 1, -1), gamma, inv_std)",
)
wrong_maps(
    "the result is reshaped without moving the maps",
    "On the way back: the maps stand last in your table. Does a reshape alone bring them to second "
    "place?",
    "return gamma.reshape(each) * x_hat + beta.reshape(each), (x_hat, gamma, inv_std)",
    "out = np.moveaxis(gamma.reshape(each) * x_hat + beta.reshape(each), 1, -1)\n"
    "    x_hat = np.moveaxis(x_hat, 1, -1)\n"
    "    return out.reshape(x.shape), (x_hat.reshape(x.shape), gamma, inv_std)",
)
wrong_maps(
    "each picture by itself",
    "Give it two pictures, one bright and one dark. Is their difference still there afterwards?",
    "    inv_std = 1 / np.sqrt(var + eps)\n"
    "    x_hat = (x - mean.reshape(each)) * inv_std.reshape(each)\n",
    "    inv_std = 1 / np.sqrt(var + eps)\n"
    "    x_hat = (x - mean.reshape(each)) * inv_std.reshape(each)\n"
    "    if training:\n"
    "        centred = x - x.mean(axis=(2, 3), keepdims=True)\n"
    "        x_hat = centred / np.sqrt(x.var(axis=(2, 3), keepdims=True) + eps)\n",
)
wrong_maps(
    "each place by itself",
    "Should a stroke at the left edge be measured differently from one in the middle?",
    "    inv_std = 1 / np.sqrt(var + eps)\n"
    "    x_hat = (x - mean.reshape(each)) * inv_std.reshape(each)\n",
    "    inv_std = 1 / np.sqrt(var + eps)\n"
    "    x_hat = (x - mean.reshape(each)) * inv_std.reshape(each)\n"
    "    if training:\n"
    "        centred = x - x.mean(axis=0, keepdims=True)\n"
    "        x_hat = centred / np.sqrt(x.var(axis=0, keepdims=True) + eps)\n",
)
wrong_maps(
    "one mean for all maps",
    "Print the mean of each map of your output. Is each of them beta?",
    "x.mean(axis=axes), x.var(axis=axes)",
    "np.full(len(gamma), x.mean()), np.full(len(gamma), x.var())",
)
wrong_maps(
    "the batch's own mean and variance in test mode",
    "Is `training` handed on? Ask for one picture alone, and for the same one among others.",
    '    else:\n        mean, var = running["mean"], running["var"]\n',
    "",
)
wrong_maps(
    "running stays as it is",
    "Print `running` before and after a batch in training mode. Whose dict was updated?",
    '        running["mean"] = decay * running["mean"] + (1 - decay) * mean\n'
    '        running["var"] = decay * running["var"] + (1 - decay) * var\n',
    "        pass\n",
)
wrong_maps(
    "decay and eps are not handed on",
    "Call it with eps = 0.5 and with eps = 0.001. Do the outputs differ? And with another decay?",
    "    axes, each",
    "    decay, eps = 0.9, 1e-5\n    axes, each",
)
wrong_maps(
    "eps outside the root",
    "Try eps = 0.5: what should divide a map of variance 0.5, the root of 1, or more?",
    "1 / np.sqrt(var + eps)",
    "1 / (np.sqrt(var) + eps)",
)
wrong_maps(
    "x_hat in the cache as a table",
    "Which shape should x_hat have in the cache?",
    "(x_hat, gamma, inv_std)",
    "(np.moveaxis(x_hat, 1, -1).reshape(-1, len(gamma)), gamma, inv_std)",
)


@spatial_batchnorm_forward.alternative("transpose there and back")
def transposed_there_and_back(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    n, maps, height, width = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(n * height * width, maps)
    out, cache = batchnorm_forward(pixels, gamma, beta, running, training, decay=decay, eps=eps)
    x_hat = cache[0].reshape(n, height, width, maps).transpose(0, 3, 1, 2)
    out = out.reshape(n, height, width, maps).transpose(0, 3, 1, 2)
    return out, (x_hat, gamma, cache[2])


@spatial_batchnorm_forward.alternative("maps first, in another order of the pixels")
def maps_first(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    first = x.swapaxes(0, 1)
    table = first.reshape(len(first), -1).T
    out, (x_hat, *others) = batchnorm_forward(table, gamma, beta, running, training, decay, eps)
    return (
        out.T.reshape(first.shape).swapaxes(0, 1),
        (x_hat.T.reshape(first.shape).swapaxes(0, 1), *others),
    )


spatial_batchnorm_forward.alternative("means over three axes", WHOLE)


# --- spatial_batchnorm_backward ---------------------------------------------------------------

spatial_batchnorm_backward = Exercise(
    points={PARAMETERS: 0, INPUT: 0},
    uses=("batchnorm_backward",),
    visible=(PARAMETERS, INPUT),
)


@spatial_batchnorm_backward.cases
def _(rng):
    for number, (x, gamma, _, as_view) in enumerate(maps_of(rng)):
        x_hat, gamma, inv_std = cache_of(x, gamma, (1e-3, 0.5)[number % 2])
        kept = build("channels_last", maps=x_hat) if as_view else x_hat
        dout = numbers(rng, x.shape).astype(x.dtype)
        for asked in range(3):
            kind = PARAMETERS if asked else INPUT
            yield Case(kind, "part", dout=dout, cache=(kept, gamma, inv_std), _part=asked)


spatial_batchnorm_backward.equivalent(
    "return np.moveaxis(maps, 1, -1).reshape(-2, maps.shape[1])", ANY_NEGATIVE
)
WHOLE_BACK = """def spatial_batchnorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    axes, each = (0, 2, 3), (1, -1, 1, 1)
    dgamma, dbeta = (dout * x_hat).sum(axis=axes), dout.sum(axis=axes)
    n = dout.size / len(gamma)
    away = dout - (dbeta.reshape(each) + x_hat * dgamma.reshape(each)) / n
    return away * (gamma * inv_std).reshape(each), dgamma, dbeta
"""


def wrong_back(name, hint, *edits, source=WHOLE_BACK):
    """A wrong version of the way back, made of a right one that stands alone."""
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    spatial_batchnorm_backward.mistakes.append(Mistake(name, hint, source=source))


wrong_back(
    "reshaped without moving the maps",
    "Fill map k of dout with the number k and look at one column of your table. What should be in "
    "it?",
    source="""def spatial_batchnorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    g, h = dout.reshape(-1, dout.shape[1]), x_hat.reshape(-1, dout.shape[1])
    dgamma, dbeta = (g * h).sum(axis=0), g.sum(axis=0)
    dx = gamma * inv_std * (g - dbeta / len(g) - h * dgamma / len(g))
    return dx.reshape(dout.shape), dgamma, dbeta
""",
)
wrong_back(
    "N counts the pictures only",
    "Over how many numbers is the mean of a map taken: over N, or over N times H times W?",
    "n = dout.size / len(gamma)",
    "n = len(dout)",
)
wrong_back(
    "dx is not moved back",
    "Which shape has your dx, and which has x? And which entry stands where?",
    "return away * (gamma * inv_std).reshape(each), dgamma, dbeta",
    "return np.moveaxis(away * (gamma * inv_std).reshape(each), 1, -1), dgamma, dbeta",
)
wrong_back(
    "the direct way only",
    "Nudge one pixel: do the mean and the variance of its map stay where they are?",
    "away = dout - (dbeta.reshape(each) + x_hat * dgamma.reshape(each)) / n",
    "away = dout",
)
wrong_back(
    "dgamma and dbeta are means",
    "Nudge one beta by 0.01: how many of the outputs move?",
    "return away * (gamma * inv_std).reshape(each), dgamma, dbeta",
    "return away * (gamma * inv_std).reshape(each), dgamma / n, dbeta / n",
)

spatial_batchnorm_backward.alternative("sums over three axes", WHOLE_BACK)


@spatial_batchnorm_backward.alternative("transpose there and back")
def maps_there_and_back(dout, cache):
    maps = dout.shape[1]
    g, h = (array.transpose(0, 2, 3, 1).reshape(-1, maps) for array in (dout, cache[0]))
    dx, dgamma, dbeta = batchnorm_backward(g, (h, *cache[1:]))
    n, _, height, width = dout.shape
    return dx.reshape(n, height, width, maps).transpose(0, 3, 1, 2), dgamma, dbeta
