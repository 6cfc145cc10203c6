"""How unit 06 is graded: points, cases, what people get wrong, and other right answers.

What a step remembers has names that the text gives, so that the grader can hand in a state of its
own: a wrong first step then costs nothing but itself.
"""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Criterion, Exercise, build
from autograder.trained import pictures, reads_digits

ONE, MANY, ALONE = "one step", "step after step", "what was handed in is left alone"


def numbers(rng, shape, low=-2.0, high=2.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


def awkward(rng, low=-2.0, high=2.0):
    """Triples of like arrays of every shape and kind that the text promises to serve."""
    for shape in ((3,), (2, 3), (1,), (1, 4), (2, 1, 3)):
        yield tuple(numbers(rng, shape, low, high) for _ in range(3))
    yield tuple(float(numbers(rng, (), low, high)) for _ in range(3))
    yield tuple(numbers(rng, (3, 2), low, high).astype(np.float32) for _ in range(3))
    yield tuple(build("transposed", rows=numbers(rng, (2, 3), low, high)) for _ in range(3))
    yield tuple(build("every_other", values=numbers(rng, 7, low, high)) for _ in range(3))
    yield tuple(1e4 * numbers(rng, 3, low, high) for _ in range(3))


def rates_and_settings(rng):
    """A learning rate and a share that is kept: never two that could be taken for each other."""
    return float(rng.choice([0.02, 0.1, 0.3])), float(rng.choice([0.5, 0.8, 0.95]))


def momentum_cases(remembered):
    """Cases for a step (w, dw, state, lr, share kept) that remembers one array."""

    def cases(rng):
        for w, dw, memory in awkward(rng):
            lr, kept = rates_and_settings(rng)
            yield Case(ONE, w=w, dw=dw, state={remembered: memory}, lr=lr, kept=kept)
        w, dw, memory = (numbers(rng, 3) for _ in range(3))
        yield Case(ONE, w=w, dw=dw, state={remembered: memory}, lr=0.2)  # the default share
        yield Case(ONE, w=w, dw=0 * dw, state={remembered: memory}, lr=0.2, kept=0.5)
        yield Case(ONE, w=w, dw=dw, state={remembered: memory}, lr=0.2, kept=0.0)
        for shape in ((3,), (2, 2), ()):
            w, gradients = numbers(rng, shape), [numbers(rng, shape) for _ in range(4)]
            rates = [0.1, 0.1, 0.02, 0.3]
            yield Case(MANY, "after_steps", w=w, gradients=gradients, rates=rates)
            inputs = {"w": w, "gradients": gradients, "rates": rates[:3] + [0.05]}
            yield Case(MANY, "after_steps", **inputs, kept=0.6)
        gradients = [numbers(rng, shape) for shape in ((2,), (3,)) * 3]
        inputs = {"first": numbers(rng, 2), "second": numbers(rng, 3), "gradients": gradients}
        yield Case(MANY, "two_arrays_by_turns", **inputs, lr=0.1)

    return cases


# --- sgd_momentum -----------------------------------------------------------------------------

sgd_momentum = Exercise(
    points={ONE: 1, MANY: 1, ALONE: Criterion(0.5, untouched=("w", "dw", "state"))},
    visible=(ONE, ONE, ONE, ALONE, ALONE, MANY),
)


@sgd_momentum.cases
def _(rng):
    yield from momentum_cases("v")(rng)
    for shape in ((3,), (2, 3)):
        w, dw, v = (numbers(rng, shape, 0.5, 2) for _ in range(3))
        yield Case(ALONE, w=w, dw=dw, state={"v": v}, lr=0.1, kept=0.5)
    yield Case(ALONE, w=numbers(rng, 3, 0.5, 2), dw=numbers(rng, 3, 0.5, 2), state={}, lr=0.1)


sgd_momentum.mistake(
    "uphill",
    "Start at rest on a slope that rises to the right. Which way does your ball roll?",
    "- lr * dw",
    "+ lr * dw",
)
sgd_momentum.mistake(
    "the learning rate outside the velocity",
    "Print the velocity after the first step. Is the learning rate in it, as in the formula?",
    "- lr * dw",
    "- dw",
    "return w + v",
    "return w + lr * v",
)
sgd_momentum.mistake(
    "the old velocity moves the ball",
    "Start with an empty state. Does the ball move in the first step?",
    "return w + v",
    'return w + state.get("v", 0.0)',
)
sgd_momentum.mistake(
    "Nesterov's step",
    "Print the new w minus the old one. Is it the velocity you return, or does more move the ball?",
    "return w + v",
    "return w + rho * v - lr * dw",
)
sgd_momentum.mistake(
    "a moving average",
    "On a slope of 1 with lr = 0.1, the first velocity is -0.1. What is yours?",
    "- lr * dw",
    "- (1 - rho) * lr * dw",
)
sgd_momentum.mistake(
    "friction on the new push, too",
    "Which of the two terms does rho multiply in the formula: one, or both?",
    'rho * state.get("v", 0.0) - lr * dw',
    'rho * (state.get("v", 0.0) - lr * dw)',
)
sgd_momentum.mistake(
    "the velocity is forgotten",
    "What does the second step find in the state that the first one returned?",
    '{"v": v}',
    "state",
)
sgd_momentum.mistake(
    "an empty state is not expected",
    "What is in the state before the first step?",
    'state.get("v", 0.0)',
    'state["v"]',
)
sgd_momentum.mistake(
    "rho is always 0.9",
    "Call it with rho = 0. Does it forget everything?",
    "rho * state",
    "0.9 * state",
)
sgd_momentum.mistake(
    "the velocity itself is the next place",
    "Start at w = 100 with a small slope. Where does your ball land?",
    "return w + v",
    "return v",
)


@sgd_momentum.mistake(
    "w is changed in place",
    "Print w before and after the call. Which line writes into the array that was handed in?",
)
def changes_w(w, dw, state, lr, rho=0.9):
    v = rho * state.get("v", 0.0) - lr * dw
    w += v
    return w, {"v": v}


@sgd_momentum.mistake(
    "the state is changed in place",
    "Keep the state you hand in, and print it after the call. Is it still what it was?",
)
def changes_state(w, dw, state, lr, rho=0.9):
    state["v"] = rho * state.get("v", 0.0) - lr * dw
    return w + state["v"], state


@sgd_momentum.mistake(
    "the empty state is filled",
    "Hand in an empty dict of your own, and print it after the call. Is it still empty?",
)
def fills_the_state(w, dw, state, lr, rho=0.9):
    if "v" not in state:
        state["v"] = np.zeros(np.shape(w))
    v = rho * state["v"] - lr * dw
    return w + v, {"v": v}


@sgd_momentum.mistake(
    "the old velocity is changed in place",
    "The dict you return is new. Is the array in it, or is it the one that was handed in?",
)
def changes_velocity(w, dw, state, lr, rho=0.9):
    v = state.get("v", np.zeros_like(w))
    if np.ndim(v) == 0:
        v = rho * v - lr * dw
    else:
        v *= rho
        v -= lr * dw
    return w + v, {"v": v}


@sgd_momentum.alternative("zeros to start from")
def zeros_to_start_from(w, dw, state, lr, rho=0.9):
    if "v" not in state:
        state = {"v": np.zeros_like(w, dtype=float)}
    velocity = np.multiply(rho, state["v"])
    velocity = np.subtract(velocity, np.multiply(lr, dw))
    return np.add(w, velocity), dict(state, v=velocity)


@sgd_momentum.alternative("copies, then in place")
def copies(w, dw, state, lr, rho=0.9):
    remembered = dict(state)
    v = np.array(remembered.pop("v", np.zeros(np.shape(w))), dtype=float)
    v *= rho
    v -= lr * np.asarray(dw)
    moved = np.array(w, dtype=float)
    moved += v
    remembered["v"] = v
    return moved, remembered


# --- ema_momentum -----------------------------------------------------------------------------

ema_momentum = Exercise(points={ONE: 1, MANY: 0.5}, visible=(ONE, ONE, MANY))
ema_momentum.cases(momentum_cases("m"))

ema_momentum.mistake(
    "uphill",
    "Start at rest on a slope that rises to the right. Which way do you go?",
    "return w - lr * m",
    "return w + lr * m",
)
ema_momentum.mistake(
    "the average begins with the first gradient",
    "The text says what m is before the first step. Is your first step as short as that makes it?",
    'state.get("m", 0.0)',
    'state.get("m", dw)',
)
ema_momentum.mistake(
    "a sum, not an average",
    "If every slope is 5, what should the average approach? What does yours?",
    "(1 - beta) * dw",
    "dw",
)
ema_momentum.mistake(
    "the two shares exchanged",
    "With beta = 0.9, how much should the newest gradient count: a lot, or a little?",
    'beta * state.get("m", 0.0) + (1 - beta) * dw',
    '(1 - beta) * state.get("m", 0.0) + beta * dw',
)
ema_momentum.mistake(
    "the learning rate inside the average",
    "What is remembered here: gradients, or steps? Cut the rate to a tenth and look at the next step.",
    "(1 - beta) * dw",
    "(1 - beta) * lr * dw",
    "w - lr * m",
    "w - m",
)
ema_momentum.mistake(
    "the newest gradient moves the weights",
    "You have computed the average. Where is it used?",
    "return w - lr * m",
    "return w - lr * dw",
)
ema_momentum.mistake(
    "the average is forgotten",
    "What does the second step find in the state that the first one returned?",
    '{"m": m}',
    "state",
)
ema_momentum.mistake(
    "an empty state is not expected",
    "What is in the state before the first step?",
    'state.get("m", 0.0)',
    'state["m"]',
)


@ema_momentum.mistake(
    "the bias is corrected",
    "That is Adam's business, in part 4. Is there a division in the formula here?",
)
def corrected_average(w, dw, state, lr, beta=0.9):
    t = state.get("t", 0) + 1
    m = beta * state.get("m", 0.0) + (1 - beta) * dw
    return w - lr * m / (1 - beta**t), {"m": m, "t": t}


@ema_momentum.alternative("by the difference")
def by_the_difference(w, dw, state, lr, beta=0.9):
    m = state.get("m", np.zeros_like(dw, dtype=float))
    m = m + (1 - beta) * (dw - m)
    return w - lr * m, {"m": m}


@ema_momentum.alternative("in place, with the caller's dict")
def in_place_average(w, dw, state, lr, beta=0.9):
    old = state.setdefault("m", np.zeros(np.shape(w)))
    state["m"] = np.average(np.stack([old, dw]), axis=0, weights=[beta, 1 - beta])
    w = np.array(w, dtype=float)
    w -= state["m"] * lr
    return w, state


# --- nesterov ---------------------------------------------------------------------------------

nesterov = Exercise(points={ONE: 1, MANY: 1}, visible=(ONE, ONE, MANY))


def valleys(rng, size):
    """Gradients as functions: a valley whose entries work together, and one that is not square."""
    root = rng.integers(-2, 3, size=(size, size)).astype(float)
    yield build("slope_of_quadratic", hessian=root @ root.T + np.eye(size))
    yield build("slope_of_quartic", weights=numbers(rng, size, 0.5, 2))


@nesterov.cases
def _(rng):
    for size in (1, 2, 4):
        for grad in valleys(rng, size):
            w, v = numbers(rng, size), numbers(rng, size, 0.5, 2)
            lr, rho = rates_and_settings(rng)
            yield Case(ONE, w=w, grad=grad, state={"v": v}, lr=lr, rho=rho)
    quartic = build("slope_of_quartic", weights=numbers(rng, (2, 3), 0.5, 2))
    w, v = numbers(rng, (2, 3)), numbers(rng, (2, 3), 0.5, 2)
    yield Case(ONE, w=w, grad=quartic, state={"v": v}, lr=0.05)  # the default rho
    yield Case(ONE, w=w, grad=quartic, state={"v": v}, lr=0.05, rho=0.0)
    turned = [build("transposed", rows=numbers(rng, (3, 2), 0.5, 1)) for _ in range(2)]
    yield Case(ONE, w=turned[0], grad=quartic, state={"v": turned[1]}, lr=0.02, rho=0.5)
    coarse = [numbers(rng, (2, 3), 0.5, 1).astype(np.float32) for _ in range(2)]
    yield Case(ONE, w=coarse[0], grad=quartic, state={"v": coarse[1]}, lr=0.02, rho=0.5)
    single = build("slope_of_quartic", weights=0.5)
    yield Case(ONE, w=1.5, grad=single, state={"v": -0.75}, lr=0.1, rho=0.8)
    for size in (1, 3):
        for grad in valleys(rng, size):
            inputs = {"w": numbers(rng, size, -1, 1), "grad": grad}
            rates, momenta = [0.02, 0.02, 0.01, 0.02], [0.9, 0.9, 0.5, 0.8]
            yield Case(MANY, "after_steps_on", **inputs, rates=rates, momenta=momenta)


nesterov.mistake(
    "the slope is read here",
    "With rho = 0.9 and a velocity of -2, where will the ball be in a moment? Where do you read the "
    "slope?",
    "grad(w + rho * v)",
    "grad(w)",
)
nesterov.mistake(
    "the place ahead without rho",
    "How much of its velocity does the ball keep until it gets there?",
    "grad(w + rho * v)",
    "grad(w + v)",
)
nesterov.mistake(
    "the slope is read behind",
    "Draw the ball, its velocity as an arrow, and the place where you read the slope. Is it ahead?",
    "grad(w + rho * v)",
    "grad(w - rho * v)",
)
nesterov.mistake(
    "the ball moves from the place ahead",
    "Reading a slope further on does not move the ball. From where does it move?",
    "return w + v",
    'return w + rho * state.get("v", 0.0) + v',
)
nesterov.mistake(
    "uphill",
    "Start at rest on a slope that rises to the right. Which way does your ball roll?",
    "- lr * grad",
    "+ lr * grad",
)
nesterov.mistake(
    "the learning rate outside the velocity",
    "Print the velocity after the first step. Is the learning rate in it, as in the formula?",
    "- lr * grad",
    "- grad",
    "return w + v",
    "return w + lr * v",
)
nesterov.mistake(
    "the velocity is forgotten",
    "What does the second step find in the state that the first one returned?",
    '{"v": v}',
    "state",
)
nesterov.mistake(
    "an empty state is not expected",
    "What is in the state before the first step?",
    'state.get("v", 0.0)',
    'state["v"]',
)


@nesterov.mistake(
    "the place ahead comes back",
    "The text asks for two things to come back. Is the first one where the ball is, or where it looks?",
)
def returns_ahead(w, grad, state, lr, rho=0.9):
    v = state.get("v", 0.0)
    v = rho * v - lr * grad(w + rho * v)
    return w + v + rho * v, {"v": v}


@nesterov.alternative("move, look, correct")
def move_look_correct(w, grad, state, lr, rho=0.9):
    drift = rho * state.get("v", np.zeros_like(w, dtype=float))
    ahead = w + drift
    push = lr * grad(ahead)
    return ahead - push, {"v": drift - push}


@nesterov.alternative("in place, with the caller's dict")
def in_place_nesterov(w, grad, state, lr, rho=0.9):
    if "v" not in state:
        state["v"] = 0 * w
    state["v"] = np.multiply(state["v"], rho)
    state["v"] = state["v"] - np.multiply(lr, grad(np.add(w, state["v"])))
    return np.add(w, state["v"]), state


# --- nesterov_rearranged ----------------------------------------------------------------------

nesterov_rearranged = Exercise(points={ONE: 1, MANY: 1}, visible=(ONE, ONE, MANY))
nesterov_rearranged.cases(momentum_cases("v"))

nesterov_rearranged.mistake(
    "ordinary momentum",
    "Take rho = 0.9 and an empty state: how far does the first step go, with the factor 1 + rho in "
    "mind?",
    "return w - rho * before + (1 + rho) * v",
    "return w + v",
)
nesterov_rearranged.mistake(
    "the old velocity is not taken back",
    "How many terms does the second formula have, and how many has your line?",
    "w - rho * before + (1 + rho) * v",
    "w + (1 + rho) * v",
)
nesterov_rearranged.mistake(
    "the old velocity is added",
    "Follow the signs: is the old look-ahead still to come, or to be taken back?",
    "w - rho * before",
    "w + rho * before",
)
nesterov_rearranged.mistake(
    "1 - rho for 1 + rho",
    "From rest, does the place ahead go further than the ball, or less far?",
    "(1 + rho) * v",
    "(1 - rho) * v",
)
nesterov_rearranged.mistake(
    "uphill",
    "Start at rest on a slope that rises to the right. Which way do you go?",
    "- lr * dw",
    "+ lr * dw",
)
nesterov_rearranged.mistake(
    "the learning rate outside the velocity",
    "Print the velocity after the first step. Is the learning rate in it, as in the formula?",
    "- lr * dw",
    "- dw",
    "w - rho * before + (1 + rho) * v",
    "w + lr * ((1 + rho) * v - rho * before)",
)
nesterov_rearranged.mistake(
    "the old velocity goes into the state",
    "Which of the two velocities will the next step need?",
    '{"v": v}',
    '{"v": before}',
)
nesterov_rearranged.mistake(
    "an empty state is not expected",
    "What is in the state before the first step?",
    'state.get("v", 0.0)',
    'state["v"]',
)


@nesterov_rearranged.alternative("the last form of the notes")
def last_form(w, dw, state, lr, rho=0.9):
    old = state.get("v", np.zeros_like(w, dtype=float))
    new = rho * old - lr * dw
    return w + new + rho * (new - old), dict(state, v=new)


@nesterov_rearranged.alternative("back to the ball, step, look ahead")
def back_and_forth(w, dw, state, lr, rho=0.9):
    state.setdefault("v", np.zeros(np.shape(w)))
    ball = w - rho * state["v"]
    state["v"] = np.subtract(np.multiply(rho, state["v"]), np.multiply(lr, dw))
    ball = ball + state["v"]
    return ball + rho * state["v"], state


# --- adagrad ----------------------------------------------------------------------------------


def squares_cases(*kept):
    """Cases for a step that remembers squares: settings are the shares kept (if any), then eps."""

    def cases(rng):
        for w, dw, s in awkward(rng, 0.5, 2):
            lr = float(rng.choice([0.02, 0.1, 0.3]))
            yield Case(ONE, w=w, dw=dw, state={"s": s}, lr=lr, **settings(0.1))
        w, dw, s = numbers(rng, 4), numbers(rng, 4), numbers(rng, 4, 0.5, 2)
        yield Case(ONE, w=w, dw=dw, state={"s": s}, lr=0.2)  # the default settings
        yield Case(ONE, w=w, dw=-dw, state={"s": 1e-4 * s}, lr=0.2, **settings(1e-2))
        # A weight whose slope has always been 0, beside others.
        dw, s = dw * [1, 0, 1, 1], s * [1, 0, 0, 1]
        yield Case(ONE, w=w, dw=dw, state={"s": s}, lr=0.2)
        for shape in ((3,), (2, 2), ()):
            w, gradients = numbers(rng, shape), [numbers(rng, shape) for _ in range(4)]
            rates = [0.1, 0.1, 0.02, 0.3]
            yield Case(MANY, "after_steps", w=w, gradients=gradients, rates=rates)
            inputs = {"w": w, "gradients": gradients, "rates": rates}
            yield Case(MANY, "after_steps", **inputs, **settings(0.5))
        gradients = [numbers(rng, shape) for shape in ((2,), (3,)) * 3]
        inputs = {"first": numbers(rng, 2), "second": numbers(rng, 3), "gradients": gradients}
        yield Case(MANY, "two_arrays_by_turns", **inputs, lr=0.1)

    def settings(eps):
        return {f"kept{number}": share for number, share in enumerate(kept)} | {"eps": eps}

    return cases


adagrad = Exercise(points={ONE: 1, MANY: 0.5}, visible=(ONE, ONE, ONE, MANY))
adagrad.cases(squares_cases())

adagrad.mistake(
    "uphill",
    "Which way should w go where the slope is positive?",
    "w - lr * dw",
    "w + lr * dw",
)
adagrad.mistake(
    "the root is missing",
    "A slope of 7 alone, an empty state: how long should the first step be? How long is yours?",
    "np.sqrt(s)",
    "s",
)
adagrad.mistake(
    "eps inside the root",
    "Where does eps stand in the formula? Call it with eps = 1 and a sum of 0.",
    "(np.sqrt(s) + eps)",
    "np.sqrt(s + eps)",
)
adagrad.mistake(
    "eps is left out",
    "A weight whose slope is 0 from the start: what is 0 / 0?",
    "(np.sqrt(s) + eps)",
    "np.sqrt(s)",
)
adagrad.mistake(
    "the sum of the slopes, not of their squares",
    "Can your sum become smaller, or negative? Could you take its root then?",
    "dw**2",
    "np.abs(dw)",
)
adagrad.mistake(
    "one rate for all weights",
    "How many numbers are in your sum: one for all weights, or one for each?",
    "dw**2",
    "np.sum(dw**2)",
)
adagrad.mistake(
    "the square of the new slope comes too late",
    "Empty state, slope 3: what do you divide the very first step by?",
    "np.sqrt(s)",
    'np.sqrt(state.get("s", 0.0))',
)
adagrad.mistake(
    "nothing is added up",
    "What does the third step remember of the first?",
    'state.get("s", 0.0) + dw**2',
    'dw**2 + 0 * state.get("s", 0.0)',
)
adagrad.mistake(
    "an empty state is not expected",
    "What is in the state before the first step?",
    'state.get("s", 0.0)',
    'state["s"]',
)
adagrad.mistake(
    "divided first, then a bracket is missing",
    "Python works from left to right: what is 6 / 2 + 1?",
    "lr * dw / (np.sqrt(s) + eps)",
    "lr * dw / np.sqrt(np.maximum(s, 1e-300)) + eps",
)


@adagrad.alternative("a rate for every weight, then a step")
def rate_for_every_weight(w, dw, state, lr, eps=1e-8):
    total = np.array(state.get("s", np.zeros(np.shape(w))), dtype=float)
    total += np.square(dw)
    rates = lr / (total**0.5 + eps)
    return np.subtract(w, rates * dw), {"s": total}


@adagrad.alternative("in place, with the caller's dict")
def in_place_adagrad(w, dw, state, lr, eps=1e-8):
    state["s"] = state["s"] + dw * dw if "s" in state else dw * dw
    step = np.divide(dw, np.add(np.sqrt(state["s"]), eps))
    return w - np.multiply(lr, step), state


# --- rmsprop ----------------------------------------------------------------------------------

rmsprop = Exercise(points={ONE: 1, MANY: 0.5}, visible=(ONE, ONE, ONE, MANY))
rmsprop.cases(squares_cases(0.8))

rmsprop.mistake(
    "uphill",
    "Which way should w go where the slope is positive?",
    "w - lr * dw",
    "w + lr * dw",
)
rmsprop.mistake(
    "AdaGrad's sum",
    "If every slope is 5, what should the average of the squares approach? What does yours?",
    "(1 - decay) * dw**2",
    "dw**2",
)
rmsprop.mistake(
    "the two shares exchanged",
    "With decay = 0.99, how much should the newest square count: a lot, or a little?",
    'decay * state.get("s", 0.0) + (1 - decay) * dw**2',
    '(1 - decay) * state.get("s", 0.0) + decay * dw**2',
)
rmsprop.mistake(
    "eps inside the root",
    "Where does eps stand in the formula? Call it with eps = 1 and an average of 0.",
    "(np.sqrt(s) + eps)",
    "np.sqrt(s + eps)",
)
rmsprop.mistake(
    "eps is always 1e-8",
    "Call it with eps = 1. Do the steps become shorter?",
    "+ eps",
    "+ 1e-8",
)
rmsprop.mistake(
    "the root is missing",
    "Multiply every slope by 10. Should the steps change much? Do yours?",
    "np.sqrt(s)",
    "s",
)
rmsprop.mistake(
    "the average of the slopes",
    "The average of 3 and -3 is 0. Is that how steep it has been?",
    "(1 - decay) * dw**2",
    "(1 - decay) * np.abs(dw)",
)
rmsprop.mistake(
    "the new square comes too late",
    "Empty state, slope 3: what do you divide the very first step by?",
    "np.sqrt(s)",
    'np.sqrt(state.get("s", 0.0))',
)
rmsprop.mistake(
    "the average is forgotten",
    "What does the second step find in the state that the first one returned?",
    '{"s": s}',
    "state",
)
rmsprop.mistake(
    "an empty state is not expected",
    "What is in the state before the first step?",
    'state.get("s", 0.0)',
    'state["s"]',
)


@rmsprop.mistake(
    "the bias is corrected",
    "That is Adam's business, further down. Is there a second division in the formula here?",
)
def corrected_square(w, dw, state, lr, decay=0.99, eps=1e-8):
    t = state.get("t", 0) + 1
    s = decay * state.get("s", 0.0) + (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(s / (1 - decay**t)) + eps), {"s": s, "t": t}


@rmsprop.alternative("by the difference")
def square_by_the_difference(w, dw, state, lr, decay=0.99, eps=1e-8):
    s = np.array(state.get("s", np.zeros(np.shape(w))), dtype=float)
    s = s - (1 - decay) * (s - np.square(dw))
    return w - dw * (lr / (eps + s**0.5)), {"s": s}


@rmsprop.alternative("in place, with the caller's dict")
def in_place_rmsprop(w, dw, state, lr, decay=0.99, eps=1e-8):
    if "s" not in state:
        state["s"] = np.zeros_like(w, dtype=float)
    state["s"] = decay * state["s"]
    state["s"] += np.multiply(dw, dw) * (1 - decay)
    return np.add(w, -lr * dw / np.add(np.sqrt(state["s"]), eps)), state


# --- adam -------------------------------------------------------------------------------------

FIRST, LATER = "the first step", "a later step"
adam = Exercise(
    points={
        FIRST: 1,
        LATER: 1,
        MANY: 0.5,
        ALONE: Criterion(0.5, untouched=("w", "dw", "state")),
    },
    visible=(FIRST, LATER, LATER, LATER, ALONE, ALONE, MANY),
)


@adam.cases
def _(rng):
    for number, (w, dw, m) in enumerate(awkward(rng, 0.5, 2)):
        lr, beta1 = rates_and_settings(rng)
        betas = {"beta1": beta1, "beta2": 0.75 if number % 2 else 0.9}
        inputs = {"w": w, "dw": dw, "state": {}, "lr": lr}
        yield Case(FIRST, "weights_only", **inputs, **betas)
        yield Case(FIRST, "weights_only", **inputs, **betas, eps=0.5)
        t = int(rng.integers(1, 6))
        remembered = {"t": t, "m": m, "s": dw}
        yield Case(LATER, w=w, dw=dw, state=remembered, lr=lr, **betas)
        yield Case(LATER, w=w, dw=dw, state=remembered, lr=lr, **betas, eps=0.5)
    w, dw, m = (numbers(rng, 4) for _ in range(3))
    s = numbers(rng, 4, 0.5, 2)
    yield Case(FIRST, "weights_only", w=w, dw=dw * [1, 0, 1, 1], state={}, lr=0.1)
    yield Case(LATER, w=w, dw=dw, state={"t": 3, "m": m, "s": s}, lr=0.1)  # the default settings
    yield Case(LATER, w=w, dw=dw, state={"t": 5000, "m": m, "s": s}, lr=0.1)
    for shape in ((3,), (2, 2), ()):
        w, gradients = numbers(rng, shape), [numbers(rng, shape) for _ in range(5)]
        rates = [0.1, 0.1, 0.02, 0.3, 0.1]
        yield Case(MANY, "after_steps", w=w, gradients=gradients, rates=rates)
        inputs = {"w": w, "gradients": gradients, "rates": rates}
        yield Case(MANY, "after_steps", **inputs, beta1=0.5, beta2=0.8, eps=0.1)
    gradients = [numbers(rng, shape) for shape in ((2,), (3,)) * 3]
    inputs = {"first": numbers(rng, 2), "second": numbers(rng, 3), "gradients": gradients}
    yield Case(MANY, "two_arrays_by_turns", **inputs, lr=0.1)
    for shape in ((3,), (2, 3)):
        w, dw, m, s = (numbers(rng, shape, 0.5, 2) for _ in range(4))
        yield Case(ALONE, w=w, dw=dw, state={"t": 2, "m": m, "s": s}, lr=0.1)
    yield Case(ALONE, w=numbers(rng, 3, 0.5, 2), dw=numbers(rng, 3, 0.5, 2), state={}, lr=0.1)


adam.mistake(
    "no bias correction",
    "How long is your very first step on a slope of 1, with lr = 0.1? And if you have corrected the "
    "averages: which names stand in your last line?",
    "m / (1 - beta1**t), s / (1 - beta2**t)",
    "m, s",
)
adam.mistake(
    "t = 0 at the first step",
    "What divides the first step? Print t and 1 - beta1**t.",
    'state.get("t", 0) + 1',
    'state.get("t", 0)',
    '"t": t,',
    '"t": t + 1,',
)
adam.mistake(
    "t is one ahead",
    "After the first step, how many steps have been taken? Print the t that you return.",
    'state.get("t", 0) + 1',
    'state.get("t", 1)',
    '"t": t,',
    '"t": t + 1,',
)
adam.mistake(
    "t does not count",
    "Print t in three steps, one after the other.",
    '"t": t,',
    '"t": 0,',
)
adam.mistake(
    "the corrected averages are remembered",
    "Should tomorrow inherit today's correction? Print m after two steps on a slope of 1.",
    '"m": m, "s": s',
    '"m": m_hat, "s": s_hat',
)
adam.mistake(
    "the first average is not corrected",
    "Two averages start at 0. Have you repaired both?",
    "m / (1 - beta1**t),",
    "m,",
)
adam.mistake(
    "the second average is not corrected",
    "Two averages start at 0. Have you repaired both?",
    ", s / (1 - beta2**t)",
    ", s",
)
adam.mistake(
    "the two betas exchanged",
    "Which of the two averages should have the longer memory by default?",
    'beta1 * state.get("m", 0.0) + (1 - beta1)',
    'beta2 * state.get("m", 0.0) + (1 - beta2)',
    'beta2 * state.get("s", 0.0) + (1 - beta2)',
    'beta1 * state.get("s", 0.0) + (1 - beta1)',
    "m / (1 - beta1**t), s / (1 - beta2**t)",
    "m / (1 - beta2**t), s / (1 - beta1**t)",
)
adam.mistake(
    "eps inside the root",
    "Where does eps stand in the formula? Call it with eps = 0.5.",
    "(np.sqrt(s_hat) + eps)",
    "np.sqrt(s_hat + eps)",
)
adam.mistake(
    "beta times t, not beta to the power t",
    "What should 1 - beta1**t approach after many steps? Print yours for t = 1, 2, 3.",
    "1 - beta1**t",
    "1 - beta1 * t",
    "1 - beta2**t",
    "1 - beta2 * t",
)
adam.mistake(
    "the root is missing",
    "Multiply every slope by 10. Should the first step change? Does yours?",
    "np.sqrt(s_hat)",
    "s_hat",
)
adam.mistake(
    "the slope itself is not averaged",
    "Which of your averages says in which direction to go, and is it used?",
    "lr * m_hat",
    "lr * dw",
)
adam.mistake(
    "the slope is not squared",
    "The average of 3 and -3 is 0. Is that how steep it has been?",
    "(1 - beta2) * dw**2",
    "(1 - beta2) * np.abs(dw)",
)
adam.mistake(
    "uphill",
    "Which way should w go where the slope has been positive all the time?",
    "w - lr * m_hat",
    "w + lr * m_hat",
)
adam.mistake(
    "an empty state is not expected",
    "What is in the state before the first step?",
    'state.get("t", 0)',
    'state["t"]',
)


@adam.mistake(
    "the state is changed in place",
    "Keep the state you hand in, and print it after the call. Is it still what it was?",
)
def changes_adams_state(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    state["t"] = state.get("t", 0) + 1
    state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    state["s"] = beta2 * state.get("s", 0.0) + (1 - beta2) * dw**2
    m_hat = state["m"] / (1 - beta1 ** state["t"])
    s_hat = state["s"] / (1 - beta2 ** state["t"])
    return w - lr * m_hat / (np.sqrt(s_hat) + eps), state


@adam.mistake(
    "w is changed in place",
    "Print w before and after the call. Which line writes into the array that was handed in?",
)
def changes_adams_w(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    s = beta2 * state.get("s", 0.0) + (1 - beta2) * dw**2
    w -= lr * (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
    return w, {"t": t, "m": m, "s": s}


@adam.mistake(
    "the empty state is filled",
    "Hand in an empty dict of your own, and print it after the call. Is it still empty?",
)
def fills_adams_state(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    if not state:
        state |= {"t": 0, "m": np.zeros(np.shape(w)), "s": np.zeros(np.shape(w))}
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * dw
    s = beta2 * state["s"] + (1 - beta2) * dw**2
    step = (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
    return w - lr * step, {"t": t, "m": m, "s": s}


@adam.alternative("the two corrections in one rate")
def one_rate(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = 1 + state.get("t", 0)
    zeros = np.zeros(np.shape(w))
    m = state.get("m", zeros) + (1 - beta1) * (dw - state.get("m", zeros))
    s = state.get("s", zeros) + (1 - beta2) * (np.square(dw) - state.get("s", zeros))
    root = np.sqrt(1 - beta2**t)
    rate = lr * root / (1 - beta1**t)
    return w - rate * m / (np.sqrt(s) + eps * root), {"t": t, "m": m, "s": s}


@adam.alternative("copies, then in place")
def copies_for_adam(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    new = {"t": 0, "m": np.zeros(np.shape(w)), "s": np.zeros(np.shape(w))}
    new.update({name: np.array(value, dtype=float) for name, value in state.items()})
    new["t"] = int(new["t"]) + 1
    new["m"] *= beta1
    new["m"] += np.multiply(1 - beta1, dw)
    new["s"] *= beta2
    new["s"] += np.multiply(1 - beta2, np.multiply(dw, dw))
    fair = {name: new[name] / (1 - beta ** new["t"]) for name, beta in (("m", beta1), ("s", beta2))}
    w = np.array(w, dtype=float)
    w -= lr * fair["m"] / (fair["s"] ** 0.5 + eps)
    return w, new


# --- cosine_schedule --------------------------------------------------------------------------

COSINE, WARM = "the cosine", "the warm-up"
cosine_schedule = Exercise(
    points={COSINE: 1, WARM: 1},
    visible=(COSINE, COSINE, COSINE, COSINE, WARM, WARM, WARM),
)


@cosine_schedule.cases
def _(rng):
    for steps, lr_max, lr_min in ((10, 0.5, 0.1), (7, 0.3, 0.02), (100, 1.0, 0.25)):
        for t in (0, 1, steps // 3, steps // 2, steps - 1, steps):
            yield Case(COSINE, t=t, steps=steps, lr_max=lr_max, lr_min=lr_min)
    for t in (0, 3, 9):
        yield Case(COSINE, t=t, steps=9, lr_max=0.8)  # falls to 0
    for _ in range(4):
        steps, lr_max = int(rng.integers(20, 200)), round(rng.uniform(0.1, 2), 2)
        t, lr_min = int(rng.integers(steps)), round(rng.uniform(0.01, 0.05), 3)
        yield Case(COSINE, t=t, steps=steps, lr_max=lr_max, lr_min=lr_min)
    for steps, warmup in ((12, 4), (30, 7), (5, 1), (6, 5)):
        for t in {0, warmup // 2, warmup - 1, warmup, (steps + warmup) // 2, steps - 1, steps}:
            yield Case(WARM, t=t, steps=steps, lr_max=0.6, lr_min=0.1, warmup=warmup)


for turned in ("(warmup - t) / (steps - warmup)", "(t - warmup) / (warmup - steps)"):
    cosine_schedule.equivalent(
        f"share = {turned}", "the cosine of an angle is that of its negative"
    )

cosine_schedule.mistake(
    "a whole wave",
    "Draw your rate for all steps. How many times does it change between falling and rising?",
    "math.pi * share",
    "2 * math.pi * share",
)
cosine_schedule.mistake(
    "a quarter of a wave",
    "At half of the way the rate should be half-way between its ends. Is it?",
    "math.pi * share",
    "math.pi / 2 * share",
    "/ 2 * (1 + math.cos(math.pi / 2 * share))",
    "* math.cos(math.pi / 2 * share)",
)
cosine_schedule.mistake(
    "degrees",
    "What is math.cos(180)? In which unit does it take angles?",
    "math.pi * share",
    "180 * share",
)
cosine_schedule.mistake(
    "rising",
    "At t = 0 without a warm-up, is yours the largest rate or the smallest?",
    "1 + math.cos",
    "1 - math.cos",
)
cosine_schedule.mistake(
    "the smallest rate is left out",
    "Call it with t = steps and a smallest rate of 0.1. What should come, and what comes?",
    "lr_min + (lr_max - lr_min) / 2",
    "lr_max / 2",
)
cosine_schedule.mistake(
    "the smallest rate comes on top",
    "At t = 0 without a warm-up, is your rate larger than the largest?",
    "(lr_max - lr_min) / 2",
    "lr_max / 2",
)
cosine_schedule.mistake(
    "the half is missing",
    "At t = 0 without a warm-up, is your rate larger than the largest?",
    "(lr_max - lr_min) / 2 *",
    "(lr_max - lr_min) *",
)
cosine_schedule.mistake(
    "the warm-up begins at 0",
    "How far does the very first step go with your rate?",
    "lr_max * (t + 1) / warmup",
    "lr_max * t / warmup",
)
cosine_schedule.mistake(
    "the cosine does not wait for the warm-up",
    "Print the rates around the end of the warm-up. Is there a jump?",
    "(t - warmup) / (steps - warmup)",
    "t / steps",
)
cosine_schedule.mistake(
    "no warm-up",
    "Call it with t = 0 and a warm-up of 10 steps. What part of the largest rate should come?",
    "    if t < warmup:\n        return lr_max * (t + 1) / warmup\n",
    "    warmup = 0\n",
)
cosine_schedule.mistake(
    "the warm-up is added to the end",
    "With a warm-up, is the smallest rate reached at t = steps?",
    "(t - warmup) / (steps - warmup)",
    "(t - warmup) / steps",
)
cosine_schedule.mistake(
    "the warm-up starts from the smallest rate",
    "A warm-up of 10 steps: what part of the largest rate is the first one, by the formula?",
    "lr_max * (t + 1) / warmup",
    "lr_min + (lr_max - lr_min) * (t + 1) / warmup",
)
cosine_schedule.mistake(
    "a straight line",
    "At a quarter of the way, has the rate fallen by a quarter? Should it have?",
    "/ 2 * (1 + math.cos(math.pi * share))",
    "* (1 - share)",
)


@cosine_schedule.alternative("a weighted mean of both ends")
def weighted_mean(t, steps, lr_max, lr_min=0.0, warmup=0):
    if t + 1 <= warmup:
        return (t + 1) / warmup * lr_max
    share = (t - warmup) / (steps - warmup)
    high = np.cos(np.pi / 2 * share) ** 2
    return high * lr_max + (1 - high) * lr_min


@cosine_schedule.alternative("one expression")
def one_expression(t, steps, lr_max, lr_min=0.0, warmup=0):
    middle, swing = (lr_max + lr_min) / 2, (lr_max - lr_min) / 2
    angle = np.linspace(0, np.pi, steps - warmup + 1)[max(t - warmup, 0)]
    return lr_max * (t + 1) / warmup if t < warmup else middle + swing * np.cos(angle)


# --- train_with -------------------------------------------------------------------------------

STEPS, MEMORY, LEARNS = "every step", "a memory for each array", "it learns digits"
train_with = Exercise(
    points={STEPS: 1, MEMORY: 0.5, LEARNS: 0.5},
    visible=(STEPS, STEPS, MEMORY, MEMORY),
)
PICTURES = 300
ENOUGH = 0.8


@train_with.cases
def _(rng):
    # All samples of a case are alike, so that chance plays no part.
    def inputs(n, features):
        X = np.tile(numbers(rng, features), (n, 1))
        y = np.full(n, float(numbers(rng, ())))
        params = {"w": numbers(rng, features), "b": numbers(rng, (2, 2))}
        return {"params": params, "X": X, "y": y}

    plain, slower = build("plain"), build("slower_and_slower", first=0.75)
    for n, features, size, epochs in ((4, 2, 4, 1), (6, 3, 2, 2), (5, 1, 2, 2), (1, 2, 3, 4)):
        given = inputs(n, features)
        for lr_at in (build("always", lr=0.25), slower):
            settings = {"lr_at": lr_at, "batch_size": size, "epochs": epochs}
            yield Case(STEPS, "trained", step=plain, **given, **settings)
    settings = {"lr_at": slower, "batch_size": 2, "epochs": 0}
    yield Case(STEPS, "trained", step=plain, **inputs(3, 2), **settings)
    for n, features, size, epochs in ((4, 2, 4, 3), (6, 3, 2, 2), (5, 1, 2, 3)):
        settings = {"lr_at": build("always", lr=0.5), "batch_size": size, "epochs": epochs}
        step = build("tiring", share=0.5)
        yield Case(MEMORY, "trained", step=step, **inputs(n, features), **settings)
    X, y = pictures(rng, PICTURES)
    yield Case(LEARNS, "learnt", X=X, y=y, epochs=8, seed=int(rng.integers(1000)))


train_with.accept(LEARNS)(reads_digits(ENOUGH))
train_with.equivalent(
    "for _ in range(epochs):", "the bar is for the eye; it changes nothing that is computed"
)
train_with.mistake(
    "one state for all arrays",
    "Train two arrays with Adam and print its t. Does it count one step at a time?",
    "step(w, grads[name], states[name], lr)",
    'step(w, grads[name], states.setdefault("all", {}), lr)',
    "stepped[name], states[name] =",
    'stepped[name], states["all"] =',
)
train_with.mistake(
    "a new state for every step",
    "Train with Adam and print its t. Does it ever become 2?",
    "states[name], lr)",
    "{}, lr)",
)
train_with.mistake(
    "a new state for every epoch",
    "Train with Adam for two epochs and print its t. What happens between them?",
    "        order = rng.permutation(len(X))\n",
    "        order = rng.permutation(len(X))\n        states = {name: {} for name in params}\n",
)
train_with.mistake(
    "the rate of the epoch, not of the step",
    "Print what you hand to lr_at. How many different numbers are there in one epoch?",
    "lr_at(len(losses))",
    "lr_at(len(losses) // -(-len(X) // batch_size))",
)
train_with.mistake(
    "the first step is number 1",
    "Print what you hand to lr_at in the very first step.",
    "lr_at(len(losses))",
    "lr_at(len(losses) + 1)",
)
train_with.mistake(
    "the rate starts anew in every epoch",
    "Print what you hand to lr_at in the first step of the second epoch.",
    "lr_at(len(losses))",
    "lr_at(start // batch_size)",
)
train_with.mistake(
    "the loss after the step",
    "The first loss in your list should be the one at the start. Is it?",
    "losses.append(value)",
    "losses.append(loss(params, X[batch], y[batch])[0])",
)
train_with.mistake(
    "one loss for each epoch",
    "How many batches are there in all, and how many losses in your list?",
    "            params = stepped\n            losses.append(value)",
    "            params = stepped\n        losses.append(value)",
)
train_with.mistake(
    "the last batch is dropped",
    "Count visits per sample: does every one get its turn when 2 does not divide 5?",
    "range(0, len(X), batch_size)",
    "range(0, len(X) - batch_size + 1, batch_size)",
)
train_with.mistake(
    "pictures and labels come apart",
    "Draw the first picture of a batch and print its label. Do they fit?",
    "y[batch]",
    "y[start : start + batch_size]",
)
train_with.mistake(
    "only one epoch",
    "Call it with epochs = 1 and with epochs = 5. Do the results differ?",
    "progress(range(epochs))",
    "progress(range(min(epochs, 1)))",
)
train_with.mistake(
    "every step begins at the start",
    "Where does the second step set out from: from where the first one ended?",
    "params = stepped\n",
    "params = params\n",
    "return params, losses",
    "return (stepped if losses else params), losses",
)


@train_with.alternative("an enumeration of all batches")
def all_batches(step, loss, params, X, y, lr_at, batch_size, epochs, rng):
    def batches():
        for _ in range(epochs):
            shuffled = np.arange(len(y))
            rng.shuffle(shuffled)
            yield from np.split(shuffled, np.arange(batch_size, len(y), batch_size))

    names, noted = list(params), []
    arrays, states = list(params.values()), [{} for _ in names]
    for t, rows in enumerate(batches()):
        value, grads = loss(dict(zip(names, arrays, strict=True)), X[rows], y[rows])
        noted.append(value)
        for k, name in enumerate(names):
            arrays[k], states[k] = step(arrays[k], grads[name], states[k], lr_at(t))
    return dict(zip(names, arrays, strict=True)), noted


@train_with.alternative("states made when they are needed")
def made_when_needed(step, loss, params, X, y, lr_at, batch_size, epochs, rng):
    params, states, losses, t = dict(params), {}, [], 0
    for _ in range(epochs):
        order = rng.permutation(X.shape[0])
        X_now, y_now = X[order], y[order]
        for k in range(0, X.shape[0], batch_size):
            found = loss(params, X_now[k : k + batch_size], y_now[k : k + batch_size])
            losses.append(found[0])
            for name, gradient in found[1].items():
                state = states.get(name, {})
                params[name], states[name] = step(params[name], gradient, state, lr_at(t))
            t += 1
    return params, losses
