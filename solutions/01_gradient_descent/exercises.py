"""How unit 01 is graded: points, cases, what people get wrong, and other right answers."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Criterion, Exercise, build


def numbers(rng, shape, low=-3.0, high=3.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


# --- derivative -------------------------------------------------------------------------------

derivative = Exercise(
    points={"central difference": 2, "many points at once": 1},
    visible=("central difference", "central difference", "many points at once"),
)


@derivative.cases
def _(rng):
    for exponent, h in ((2, 0.5), (3, 0.1), (5, 1e-3)):
        f = build("power", exponent=exponent)
        yield Case("central difference", f=f, v=round(rng.uniform(1, 3), 2), h=h)
    yield Case("central difference", f=build("power", exponent=4), v=-3, h=1)
    yield Case("central difference", f=build("wave", frequency=1.0), v=1.0)  # the default h
    yield Case("central difference", f=build("power", exponent=3), v=2e4, h=50.0)
    yield Case("central difference", f=build("power", exponent=3), v=2e-3, h=1e-3)
    yield Case("central difference", f=build("power", exponent=0), v=1.5, h=0.1)
    for frequency in (1.0, 7.0):
        v = round(rng.uniform(-3, 3), 2)
        yield Case("central difference", f=build("wave", frequency=frequency), v=v, h=0.25)
    cubic = build("power", exponent=3)
    yield Case("many points at once", f=cubic, v=numbers(rng, 5), h=0.1)
    yield Case("many points at once", f=cubic, v=numbers(rng, (2, 3)), h=0.2)
    yield Case("many points at once", f=cubic, v=np.arange(-2, 3), h=0.5)
    turned = build("transposed", rows=numbers(rng, (4, 2)))
    yield Case("many points at once", f=build("wave", frequency=2.0), v=turned, h=0.1)


derivative.mistake(
    "one-sided difference",
    "Draw the curve, and the two points at which you evaluate f. On which side of v does each lie?",
    "(f(v + h) - f(v - h)) / (2 * h)",
    "(f(v + h) - f(v)) / h",
)
derivative.mistake(
    "one-sided difference, backwards",
    "Draw the curve, and the two points at which you evaluate f. Does one lie to the right of v?",
    "(f(v + h) - f(v - h)) / (2 * h)",
    "(f(v) - f(v - h)) / h",
)
derivative.mistake(
    "divided by h",
    "How far apart are the two points at which you evaluate f?",
    "(2 * h)",
    "h",
)
derivative.mistake(
    "a bracket is missing",
    "Python works from left to right: what is 6 / 2 * 3?",
    "/ (2 * h)",
    "/ 2 * h",
)
derivative.mistake(
    "left minus right",
    "v**3 rises everywhere. Does your slope say so?",
    "f(v + h) - f(v - h)",
    "f(v - h) - f(v + h)",
)
derivative.mistake(
    "h is not used",
    "Call it with h = 0.1 and with h = 0.5 on v**3: the two answers should differ a little.",
    "(f(v + h) - f(v - h)) / (2 * h)",
    "(f(v + 1e-5) - f(v - 1e-5)) / 2e-5",
)


@derivative.mistake(
    "one point only",
    "It works for one number. Does your code force v to be a single number somewhere?",
)
def one_point_only(f, v, h=1e-5):
    v = float(v)
    return (f(v + h) - f(v - h)) / (2 * h)


@derivative.alternative("mean of the two one-sided slopes")
def mean_of_slopes(f, v, h=1e-5):
    to_the_right = (f(v + h) - f(v)) / h
    to_the_left = (f(v) - f(v - h)) / h
    return (to_the_right + to_the_left) / 2


@derivative.alternative("one call of f on both points")
def stacked(f, v, h=1e-5):
    v = np.asarray(v, dtype=float)
    left, right = f(np.stack([v - h, v + h]))
    return np.subtract(right, left) / 2 / h


# --- numerical_gradient -----------------------------------------------------------------------

numerical_gradient = Exercise(
    points={
        "a vector": 2,
        "any shape": 1,
        "whole numbers and float32": 1,
        "v is left alone": Criterion(1, untouched=("v",)),
    },
    visible=("v is left alone", "a vector", "any shape", "whole numbers and float32"),
)


def random_quadratic(rng, size):
    """A quadratic function of ``size`` inputs that influence one another."""
    root = rng.integers(-2, 3, size=(size, size)).astype(float)
    return build("quadratic", hessian=root @ root.T, centre=numbers(rng, size))


def random_monomial(rng, shape):
    """A product of powers: not quadratic, so that a large step h shows which formula is used."""
    return build("monomial", exponents=rng.integers(1, 4, size=shape))


@numerical_gradient.cases
def _(rng):
    for size, h in ((1, 0.1), (2, 1e-3), (5, 0.05)):
        v = numbers(rng, size, 0.5, 1.5)
        yield Case("a vector", f=random_monomial(rng, size), v=v, h=h)
        yield Case("a vector", f=random_quadratic(rng, size), v=numbers(rng, size), h=h)
    yield Case("a vector", f=random_quadratic(rng, 3), v=1e4 * numbers(rng, 3), h=1.0)
    yield Case("a vector", f=random_quadratic(rng, 3), v=1e-4 * numbers(rng, 3), h=1e-2)

    cubic = random_monomial(rng, 3)
    yield Case("a vector", f=cubic, v=numbers(rng, 3, 0.5, 1.5))  # the default h

    # The kinds of input that fail for different reasons stand among the first: these are shown.
    for shape in ((2, 3), (1, 1)):
        v = numbers(rng, shape, 0.5, 1.5)
        yield Case("any shape", f=random_monomial(rng, shape), v=v, h=0.1)
    yield Case("any shape", f=build("power", exponent=3), v=1.7, h=0.1)
    yield Case("any shape", f=build("power", exponent=3), v=np.array(-0.6), h=0.1)
    turned = build("transposed", rows=numbers(rng, (3, 2), 0.5, 1.5))
    yield Case("any shape", f=random_monomial(rng, (2, 3)), v=turned, h=0.1)
    spaced = build("every_other", values=numbers(rng, 8, 0.5, 1.5))
    yield Case("any shape", f=random_monomial(rng, 4), v=spaced, h=0.1)
    for shape in ((3, 2), (1, 4), (4, 1), (2, 3, 2)):
        v = numbers(rng, shape, 0.5, 1.5)
        yield Case("any shape", f=random_monomial(rng, shape), v=v, h=0.1)

    for dtype in (np.int64, np.uint8):
        whole = rng.permutation(np.arange(1, 5)).astype(dtype)
        yield Case("whole numbers and float32", f=random_monomial(rng, 4), v=whole, h=1e-3)
    debt = np.array([-3, 0, 2])
    yield Case("whole numbers and float32", f=random_quadratic(rng, 3), v=debt, h=0.5)
    coarse = numbers(rng, 4, 0.5, 1.5).astype(np.float32)
    yield Case("whole numbers and float32", f=random_monomial(rng, 4), v=coarse, h=1e-5)

    for shape in ((4,), (2, 3)):
        v = numbers(rng, shape, 0.5, 1.5)
        yield Case("v is left alone", f=random_monomial(rng, shape), v=v, h=0.1)


numerical_gradient.equivalent(
    "v = np.array(v)",
    "the nudge that is added is float64, so the sum is float64 as well",
)
numerical_gradient.equivalent(
    "gradient = np.ones(v.shape)",
    "every entry is written before it is read",
)

numerical_gradient.mistake(
    "one-sided difference",
    "Halve h: does the error halve, or does it shrink to a quarter?",
    "(f(v + nudge) - f(v - nudge)) / (2 * h)",
    "(f(v + nudge) - f(v)) / h",
)
numerical_gradient.mistake(
    "divided by h",
    "How far apart are the two points at which you evaluate f?",
    "(2 * h)",
    "h",
)
numerical_gradient.mistake(
    "a bracket is missing",
    "Python works from left to right: what is 6 / 2 * 3?",
    "/ (2 * h)",
    "/ 2 * h",
)


@numerical_gradient.mistake(
    "every entry nudged at once",
    "How many numbers come back? How many entries did you nudge before you called f?",
)
def nudges_everything(f, v, h=1e-5):
    return (f(v + h) - f(v - h)) / (2 * h)


@numerical_gradient.mistake(
    "a whole row nudged at once",
    "v[i] is one number in a vector. What is it in a matrix?",
)
def nudges_rows(f, v, h=1e-5):
    v = np.array(v, dtype=float)
    gradient = np.zeros(v.shape)
    for i in range(len(v)):
        there, back = v.copy(), v.copy()
        there[i] += h
        back[i] -= h
        gradient[i] = (f(there) - f(back)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "whole numbers stay whole",
    "Which dtype holds 1 + 1e-5? Print v.dtype.",
)
def stays_whole(f, v, h=1e-5):
    v = np.array(v)
    gradient = np.zeros(v.shape)
    for index in np.ndindex(v.shape):
        there, back = v.copy(), v.copy()
        there[index] += h
        back[index] -= h
        gradient[index] = (f(there) - f(back)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "the gradient's array holds whole numbers",
    "What does np.zeros_like(v) give when v holds whole numbers? Print its dtype.",
)
def whole_result(f, v, h=1e-5):
    v = np.array(v)
    gradient = np.zeros_like(v)
    for index in np.ndindex(v.shape):
        nudge = np.zeros(v.shape)
        nudge[index] = h
        gradient[index] = (f(v + nudge) - f(v - nudge)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "the nudge is not taken back",
    "Print v each time round the loop. Is the first entry back where it was when you nudge the "
    "second?",
)
def nudges_pile_up(f, v, h=1e-5):
    v = np.array(v, dtype=float)
    gradient = np.zeros(v.shape)
    for index in np.ndindex(v.shape):
        v[index] += h
        there = f(v)
        v[index] -= 2 * h
        gradient[index] = (there - f(v)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "v itself is changed",
    "Print v before and after the call. Which line made your v the same array as the caller's?",
)
def changes_v(f, v, h=1e-5):
    v = np.asarray(v, dtype=float)
    gradient = np.zeros(v.shape)
    for index in np.ndindex(v.shape):
        v[index] += h
        there = f(v)
        v[index] -= 2 * h
        gradient[index] = (there - f(v)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "ravel made a copy",
    "For some arrays v.ravel() is a copy: a change to it does not reach v. Try it on v.T.",
)
def flat_copy(f, v, h=1e-5):
    v = np.array(v, dtype=float)
    flat = v.ravel()
    gradient = np.zeros(flat.shape)
    for i in range(flat.size):
        before = flat[i]
        flat[i] = before + h
        there = f(v)
        flat[i] = before - h
        gradient[i] = (there - f(v)) / (2 * h)
        flat[i] = before
    return gradient.reshape(v.shape)


@numerical_gradient.mistake(
    "the gradient comes back flat",
    "Compare the shape of what you return with the shape of v.",
)
def comes_back_flat(f, v, h=1e-5):
    v = np.array(v, dtype=float)
    slopes = []
    for index in np.ndindex(v.shape):
        nudge = np.zeros(v.shape)
        nudge[index] = h
        slopes.append((f(v + nudge) - f(v - nudge)) / (2 * h))
    return np.array(slopes)


@numerical_gradient.alternative("nudge in place, put back")
def nudge_and_restore(f, v, h=1e-5):
    v = np.array(v, dtype=np.float64)
    gradient = np.empty_like(v)
    visit = np.nditer(v, flags=["multi_index"])
    while not visit.finished:
        here = visit.multi_index
        before = v[here]
        v[here] = before + h
        up = f(v)
        v[here] = before - h
        down = f(v)
        v[here] = before
        gradient[here] = (up - down) / (2 * h)
        visit.iternext()
    return gradient


@numerical_gradient.alternative("a comprehension over unit vectors")
def over_unit_vectors(f, v, h=1e-5):
    v = np.asarray(v, dtype=float)
    steps = h * np.eye(v.size).reshape(-1, *v.shape)
    return np.array([f(v + step) - f(v - step) for step in steps]).reshape(v.shape) / (2 * h)


@numerical_gradient.alternative("the slope along one entry")
def slope_along_an_entry(f, v, h=1e-5):
    v = np.array(v, dtype=float)

    def at(index, value):
        moved = v.copy()
        moved[index] = value
        return f(moved)

    gradient = np.full(v.shape, np.nan)
    for index, value in np.ndenumerate(v):
        gradient[index] = 0.5 * (at(index, value + h) - at(index, value - h)) / h
    return gradient


# --- gradient_check ---------------------------------------------------------------------------

gradient_check = Exercise(
    points={
        "the formula": Criterion(2, rtol=1e-4, atol=1e-7),
        "both gradients zero": Criterion(1, rtol=1e-4, atol=1e-7),
    },
    uses=("numerical_gradient",),
    visible=("the formula", "the formula", "the formula", "both gradients zero"),
)


@gradient_check.cases
def _(rng):
    for shape in ((1,), (2,), (5,), (2, 3), (1, 4), (2, 2, 3)):
        size = int(np.prod(shape))
        root = rng.integers(-2, 3, size=(size, size)).astype(float)
        hessian, centre = root @ root.T + np.eye(size), numbers(rng, size)
        f = build("quadratic", hessian=hessian, centre=centre)
        x = centre.reshape(shape) + numbers(rng, shape, 0.5, 2)
        right = (hessian @ (x.ravel() - centre)).reshape(shape)
        for df in (
            right,
            2 * right,
            -right,
            0 * right,
            right + numbers(rng, shape, 0.5, 2),
            right[::-1],
            1.1 * right,
        ):
            yield given_gradient("the formula", f, x, df, right)
    for shape in ((1,), (3,), (2, 2)):
        size = int(np.prod(shape))
        flat = build("quadratic", hessian=np.zeros((size, size)), centre=np.zeros(size))
        zero, x = np.zeros(shape), numbers(rng, shape)
        yield given_gradient("both gradients zero", flat, x, zero, zero)
        yield given_gradient("the formula", flat, x, 1e-3 + zero, zero)


def given_gradient(criterion, f, x, df, numeric):
    """A case in which numerical_gradient is not the learner's: one mistake costs once."""
    return Case(criterion, "check_against", f=f, x=x, df=df, numeric=numeric)


gradient_check.equivalent(
    "return np.linalg.norm(numeric - df) / size",
    "a difference has the same norm as its negative",
)

gradient_check.mistake(
    "absolute error",
    "Multiply f and df by 1000: the derivation is as right or wrong as before. Is your number the "
    "same?",
    "np.linalg.norm(df - numeric) / size",
    "np.linalg.norm(df - numeric)",
)
gradient_check.mistake(
    "only one gradient below the line",
    "Which two sizes are added below the line of the formula?",
    "np.linalg.norm(df) + np.linalg.norm(numeric)",
    "np.linalg.norm(numeric)",
)
gradient_check.mistake(
    "only the lengths are compared",
    "(3, 4) and (4, 3) have the same length. Are they the same gradient?",
    "np.linalg.norm(df - numeric)",
    "abs(np.linalg.norm(df) - np.linalg.norm(numeric))",
)
gradient_check.mistake(
    "zero divided by zero",
    "At the bottom of a bowl both gradients are zero. What is 0 / 0?",
    "    if size == 0:\n        return 0.0\n",
    "",
)
gradient_check.mistake(
    "larger of the two below the line",
    "If df has the opposite sign the error should be 1. What do you get?",
    "np.linalg.norm(df) + np.linalg.norm(numeric)",
    "max(np.linalg.norm(df), np.linalg.norm(numeric))",
)
gradient_check.mistake(
    "added instead of subtracted",
    "What should the error be when the two gradients agree?",
    "df - numeric",
    "df + numeric",
)


@gradient_check.mistake(
    "differences of opposite sign cancel",
    "Take df too large by 1 in one entry and too small by 1 in another. What does your sum say?",
)
def cancels(f, x, df):
    numeric = numerical_gradient(f, x)
    size = np.linalg.norm(df) + np.linalg.norm(numeric)
    if size == 0:
        return 0.0
    return abs(np.sum(df - numeric)) / size


@gradient_check.mistake(
    "worst single entry",
    "Which entries does the double bar in the formula bring together? Yours looks at them one by "
    "one.",
)
def worst_entry(f, x, df):
    numeric = numerical_gradient(f, x)
    size = np.abs(df) + np.abs(numeric)
    return np.max(np.abs(df - numeric) / np.where(size == 0, 1, size))


@gradient_check.alternative("sums of squares")
def sums_of_squares(f, x, df):
    n = numerical_gradient(f, x, h=1e-5)
    a = np.asarray(df)
    top = np.sqrt(((a - n) ** 2).sum())
    bottom = np.sqrt((a**2).sum()) + np.sqrt((n**2).sum())
    return top / bottom if bottom > 0 else 0.0


@gradient_check.alternative("central difference in place")
def in_place(f, x, df, h=1e-5):
    x = np.array(x, dtype=float)
    slopes = []
    for step in h * np.eye(x.size):
        step = step.reshape(x.shape)
        slopes.append((f(x + step) - f(x - step)) / (2 * h))
    a, n = np.ravel(df), np.array(slopes)
    if not a.any() and not n.any():
        return 0.0
    return np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n))


# --- gradient_descent -------------------------------------------------------------------------

gradient_descent = Exercise(
    points={
        "the path": 2,
        "when it stops": 1,
        "any shape and type of start": 1,
        "v0 is left alone": Criterion(1, untouched=("v0",)),
    },
    visible=(
        "the path",
        "when it stops",
        "when it stops",
        "any shape and type of start",
        "v0 is left alone",
    ),
)


def random_valley(rng, size, steepest=4.0):
    """The slope of a quadratic valley with turned axes and curvatures from 1 to ``steepest``."""
    axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
    hessian = (axes @ np.diag(np.linspace(1.0, steepest, size)) @ axes.T).round(2)
    return build("slope_of_quadratic", hessian=hessian, centre=numbers(rng, size))


@gradient_descent.cases
def _(rng):
    for size, lr in ((1, 0.3), (2, 0.1), (5, 0.45)):
        start = numbers(rng, size, 2, 4)
        yield walk("the path", random_valley(rng, size), start, lr, 0.0, 6)
    start = numbers(rng, 3)
    yield walk("the path", random_valley(rng, 3), start, 0.8, 1e-3, 12)  # it diverges
    ravine = build("slope_of_quadratic", hessian=np.diag([1.0, 500.0]), centre=np.zeros(2))
    yield walk("the path", ravine, numbers(rng, 2), 0.0039, 1e-3, 20)
    yield walk("the path", build("identity_slope"), numbers(rng, 3), 0.25, 1e-3, 5)
    yield walk("the path", random_valley(rng, 2), 1e6 * numbers(rng, 2), 0.1, 1.0, 5)
    yield walk("the path", random_valley(rng, 2), numbers(rng, 2), 1e-7, 0.0, 3)

    stops = "when it stops"
    yield walk(stops, random_valley(rng, 2), numbers(rng, 2, 4, 6), 0.2, 1e6, 50)  # it is there
    slope = build("constant_slope", slope=np.array([3.0, 4.0]))
    yield walk(stops, slope, np.zeros(2), 0.1, 5.0, 4)  # the norm is 5, not below 5
    yield walk(stops, slope, np.zeros(2), 0.1, 4.5, 4)  # each entry is below 4.5
    yield walk(stops, slope, np.zeros(2), 0.1, 5.1, 4)
    for tolerance in (1.0, 0.1, 1e-3):
        yield walk(stops, random_valley(rng, 3), numbers(rng, 3, 4, 6), 0.2, tolerance, 200)
    for max_steps in (0, 1, 2):
        yield walk(stops, random_valley(rng, 1), numbers(rng, 1, 4, 6), 0.2, 1e-3, max_steps)
    for lr in (0.1, 1e-4):  # with the defaults: some dozen steps, and a thousand
        yield Case(stops, grad=random_valley(rng, 2), v0=numbers(rng, 2, 4, 6), lr=lr)

    kind = "any shape and type of start"
    valley = random_valley(rng, 1)
    yield walk(kind, valley, round(rng.uniform(1, 3), 2), 0.1, 1e-3, 5)
    yield walk(kind, valley, 7, 0.1, 1e-3, 5)
    yield walk(kind, random_valley(rng, 3), np.array([4, -5, 6]), 0.1, 1e-3, 5)
    yield walk(kind, random_valley(rng, 4), numbers(rng, (2, 2)), 0.1, 1e-3, 5)
    yield walk(kind, random_valley(rng, 2), np.array([4, -5], dtype=np.float32), 0.1, 1e-3, 5)
    turned = build("transposed", rows=numbers(rng, (3, 2)))
    yield walk(kind, random_valley(rng, 6), turned, 0.1, 1e-3, 5)
    yield walk(kind, valley, np.array(3), 0.1, 1e-3, 0)
    for shape in ((1, 1), (2, 3), (1, 4), (2, 1, 2)):
        valley = random_valley(rng, int(np.prod(shape)))
        yield walk(kind, valley, numbers(rng, shape), 0.1, 1e-3, 5)

    for start in (numbers(rng, 3), numbers(rng, (2, 2))):
        valley = random_valley(rng, start.size)
        yield walk("v0 is left alone", valley, start, 0.1, 1e-3, 5)


def walk(criterion, grad, v0, lr, tolerance, max_steps):
    """A case, its inputs in the order of the signature."""
    return Case(criterion, grad=grad, v0=v0, lr=lr, tolerance=tolerance, max_steps=max_steps)


for line in ("v = v0", "v = np.array(v0)"):
    gradient_descent.equivalent(
        line,
        "v is replaced at each step, never changed, and the step makes it float64; a path of the "
        "start alone has the same value",
    )
gradient_descent.equivalent(
    "continue",
    "v stays where it is, so the slope is small in every later round too: only time is lost",
)

gradient_descent.mistake(
    "uphill",
    "Print the height at each point of your path. Which way does the gradient point?",
    "v - lr * slope",
    "v + lr * slope",
)
gradient_descent.mistake(
    "the start is missing",
    "What is the first point of the path before any step has been taken?",
    "path = [v]",
    "path = []",
)
gradient_descent.mistake(
    "one step too few",
    "With max_steps = 2, how many steps do you take, and how many points has the path?",
    "range(max_steps)",
    "range(max_steps - 1)",
)
gradient_descent.mistake(
    "the learning rate is not used",
    "Call it with lr = 0.1 and with lr = 0.2. Do the paths differ?",
    "lr * slope",
    "slope",
)
gradient_descent.mistake(
    "never stops early",
    "Start at the bottom of the valley. How many steps should it take?",
    "        if np.linalg.norm(slope) < tolerance:\n            break\n",
    "",
)
gradient_descent.mistake(
    "stops at equality",
    "Is 1.0 below 1.0?",
    "< tolerance",
    "<= tolerance",
)
gradient_descent.mistake(
    "stops when every entry is small",
    "The gradient (3, 4) has norm 5. Which number do you compare with the tolerance?",
    "np.linalg.norm(slope)",
    "np.max(np.abs(slope))",
)
gradient_descent.mistake(
    "looks at the step, not at the gradient",
    "With a tiny lr every step is short. Does that mean that you have arrived?",
    "np.linalg.norm(slope)",
    "np.linalg.norm(lr * slope)",
)


@gradient_descent.mistake(
    "stops one step late",
    "Start where the gradient is already below the tolerance. Does it take a step?",
)
def stops_late(grad, v0, lr, tolerance=1e-6, max_steps=1000):
    v = np.array(v0, dtype=float)
    path = [v]
    for _ in range(max_steps):
        slope = grad(v)
        v = v - lr * slope
        path.append(v)
        if np.linalg.norm(slope) < tolerance:
            break
    return np.array(path)


@gradient_descent.mistake(
    "every point of the path is the last one",
    "Print the path after two steps. `v -= ...` changes the array that is already in your list.",
)
def same_array(grad, v0, lr, tolerance=1e-6, max_steps=1000):
    v = np.array(v0, dtype=float)
    path = [v]
    for _ in range(max_steps):
        slope = grad(v)
        if np.linalg.norm(slope) < tolerance:
            break
        v -= lr * slope
        path.append(v)
    return np.array(path)


@gradient_descent.mistake(
    "v0 itself is changed",
    "Print v0 before and after the call. Whose array does your v name?",
)
def changes_v0(grad, v0, lr, tolerance=1e-6, max_steps=1000):
    v = np.asarray(v0, dtype=float)
    path = [v.copy()]
    for _ in range(max_steps):
        slope = grad(v)
        if np.linalg.norm(slope) < tolerance:
            break
        v -= lr * slope
        path.append(v.copy())
    return np.array(path)


@gradient_descent.mistake(
    "whole numbers stay whole",
    "Start from the whole number 1 with lr = 0.25. Which dtype has your path?",
)
def stays_whole_numbered(grad, v0, lr, tolerance=1e-6, max_steps=1000):
    v = np.array(v0)
    path = [v]
    for _ in range(max_steps):
        slope = grad(v)
        if np.linalg.norm(slope) < tolerance:
            break
        v = (v - lr * slope).astype(v.dtype)
        path.append(v)
    return np.array(path)


@gradient_descent.mistake(
    "only the last point",
    "What comes back should have one more dimension than v0. Which one?",
    "return np.array(path)",
    "return v",
)
@gradient_descent.alternative("an array that is filled")
def fills_an_array(grad, v0, lr, tolerance=1e-6, max_steps=1000):
    start = np.asarray(v0, dtype=np.float64)
    path = np.empty((max_steps + 1, *start.shape))
    path[0] = start
    taken = 0
    while taken < max_steps and not np.sqrt(np.sum(np.square(grad(path[taken])))) < tolerance:
        path[taken + 1] = path[taken] - lr * np.asarray(grad(path[taken]))
        taken += 1
    return path[: taken + 1].copy()


@gradient_descent.alternative("a generator")
def generates(grad, v0, lr, tolerance=1e-6, max_steps=1000):
    def points(v, steps_left):
        while True:
            yield v
            downhill = -np.asarray(grad(v))
            if steps_left == 0 or np.linalg.norm(downhill) < tolerance:
                return
            v, steps_left = v + lr * downhill, steps_left - 1

    return np.stack(list(points(np.array(v0, dtype=float), max_steps)))


# --- largest_stable_lr ------------------------------------------------------------------------

largest_stable_lr = Exercise(
    points={"axes along x and y": 1, "turned axes": 1},
    visible=("axes along x and y", "turned axes", "axes along x and y"),
)


@largest_stable_lr.cases
def _(rng):
    yield Case("axes along x and y", hessian=numbers(rng, (1, 1), 0.5, 5))
    for size in (2, 3, 6):
        curvatures = rng.permutation(numbers(rng, size, 0.5, 2) * np.arange(1, size + 1))
        yield Case("axes along x and y", hessian=np.diag(curvatures))
    yield Case("axes along x and y", hessian=np.diag([0.0, 3.0]))  # level along x
    yield Case("axes along x and y", hessian=np.diag([2, 7, 4]))
    for size in (2, 3, 6):
        axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
        for scale in (1.0, 1e6, 1e-6):
            hessian = axes @ np.diag(rng.uniform(0.5, 9, size=size)) @ axes.T
            yield Case("turned axes", hessian=scale * ((hessian + hessian.T) / 2).round(2))
    yield Case("turned axes", hessian=np.array([[1.0, 0.999], [0.999, 1.0]]))
    yield Case("turned axes", hessian=np.array([[2.0, -1.0], [-1.0, 2.0]]))
    yield Case("turned axes", hessian=np.ones((4, 4)))  # one steep axis, three level ones


largest_stable_lr.mistake(
    "the shallowest direction",
    "Which direction runs away first when lr grows, the steepest or the shallowest?",
    ".max()",
    ".min()",
)
largest_stable_lr.mistake(
    "1 instead of 2",
    "At 1 / curvature a step lands exactly on the bottom. How much further may it go?",
    "2 / np",
    "1 / np",
)
largest_stable_lr.mistake(
    "largest number on the diagonal",
    "For [[7, 2], [2, 4]] the steepest direction is neither x nor y. How steep is it along (2, 1)?",
    "np.linalg.eigvalsh(hessian).max()",
    "np.max(np.diag(hessian))",
)
largest_stable_lr.mistake(
    "sum of the curvatures",
    "Each direction goes its own way, at its own factor. Why add their curvatures?",
    "np.linalg.eigvalsh(hessian).max()",
    "np.trace(hessian)",
)
largest_stable_lr.mistake(
    "norm of all numbers in the matrix",
    "np.linalg.norm(hessian) mixes all directions. You need the steepest one alone.",
    "np.linalg.eigvalsh(hessian).max()",
    "np.linalg.norm(hessian)",
)
largest_stable_lr.mistake(
    "turned upside down",
    "A steeper valley needs a smaller step. What does your function say?",
    "2 / np.linalg.eigvalsh(hessian).max()",
    "np.linalg.eigvalsh(hessian).max() / 2",
)


@largest_stable_lr.alternative("spectral norm")
def spectral_norm(hessian):
    return 2.0 / np.linalg.norm(hessian, ord=2)


@largest_stable_lr.alternative("limit of every axis")
def limit_of_every_axis(hessian):
    curvatures, _ = np.linalg.eig(np.asarray(hessian, dtype=float))
    return min(2 / curvature for curvature in np.real(curvatures) if curvature > 1e-300)


@largest_stable_lr.alternative("power iteration by squaring")
def power_iteration(hessian):
    size = np.abs(hessian).max()
    power = hessian / size
    for _ in range(40):
        power = power @ power
        power = power / np.abs(power).max()
    v = power[:, np.argmax(np.abs(power).max(axis=0))]
    return 2 * (v @ v) / (v @ hessian @ v)
