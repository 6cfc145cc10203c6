"""How unit 03 is graded: points, cases, what people get wrong, and other right answers.

Circuits are judged by what they connect: the probe brings a netlist back, and here, outside, it is
read with suspicion and evaluated on every input.
"""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Right, build
from autograder.runner.circuits import gates_before, outputs, read_netlist
from nand2resnet import data
from nand2resnet.circuit import PERCEPTRON, Netlist, assignment, rows

NAMES = ("a", "b", "carry_in")
LOOKING_INSIDE = (
    "A circuit is built before any bit is there, so nothing can be asked, compared or calculated. "
    "Which of your gates could answer the question instead?"
)


def eighths(rng, shape, low=-3, high=3):
    """Random multiples of 1/8: sums of their products are exact, so that equality is equality."""
    return rng.integers(8 * low, 8 * high + 1, size=shape) / 8


# --- step -------------------------------------------------------------------------------------

step = Exercise(
    points={"numbers": 0.5, "arrays": 0.5},
    visible=("arrays", "numbers", "arrays"),
)


@step.cases
def _(rng):
    for z in (0.0, 0, -0.0, 1e-12, -1e-12, 3, -7, 1e9, -1e9):
        yield Case("numbers", z=z)
    for size in (1, 6):
        yield Case("arrays", z=np.append(eighths(rng, size), 0.0))
    yield Case("arrays", z=rng.integers(-2, 3, size=(3, 4)))
    yield Case("arrays", z=eighths(rng, (2, 1, 3)).astype(np.float32))
    yield Case("arrays", z=build("transposed", rows=rng.integers(-1, 2, size=(4, 2))))


step.mistake(
    "fires at zero",
    "What does the formula say for z = 0, and what do you get?",
    "> 0",
    ">= 0",
)
step.mistake(
    "turned round",
    "Try z = 5. Should it fire?",
    "> 0",
    "< 0",
)
step.mistake(
    "the sign function",
    "What should come out for z = -2? There are only two possible answers.",
    "(np.asarray(z) > 0).astype(int)",
    "np.sign(z)",
)


@step.mistake(
    "one number only",
    "For one number it works. What does `if` do with an array of answers, some true and some not?",
)
def one_number_only(z):
    return 1 if z > 0 else 0


@step.mistake(
    "cut at zero, not turned into 1",
    "z = 2 and z = 7 should give the same answer. Do they?",
)
def cut_at_zero(z):
    return np.maximum(z, 0)


@step.alternative("where")
def by_where(z):
    return np.where(np.greater(z, 0), 1, 0)


@step.alternative("Heaviside")
def after_heaviside(z):
    return np.heaviside(z, 0)


step.equivalent("return np.asarray(z) > 0", "True counts as 1 and False as 0")


# --- perceptron -------------------------------------------------------------------------------

perceptron = Exercise(
    points={"one neuron": 1, "many inputs, many neurons": 1},
    uses=("step",),
    visible=(
        *("one neuron", "one neuron", "one neuron", "one neuron"),
        *("many inputs, many neurons", "many inputs, many neurons"),
    ),
)


@perceptron.cases
def _(rng):
    for size in (1, 2, 5):
        x, w = eighths(rng, size), eighths(rng, size)
        for shift in (0.0, 0.125, -0.125):  # at the threshold, just below, just above
            yield Case("one neuron", x=x, w=w, b=float(x @ w) + shift)
    yield Case("one neuron", x=np.array([1, 0, 1]), w=np.array([4, -9, 2]), b=5)
    yield Case("one neuron", x=np.array([1, 0, 1]), w=np.array([4, -9, 2]), b=6)
    yield Case("one neuron", x=np.zeros(2), w=eighths(rng, 2), b=-0.5)
    yield Case("one neuron", x=np.zeros(2), w=eighths(rng, 2), b=0.5)

    kind = "many inputs, many neurons"
    for size, inputs, neurons in ((4, 3, 2), (1, 3, 2), (3, 1, 4), (5, 2, 1), (1, 1, 1), (3, 3, 3)):
        x, w = eighths(rng, (size, inputs)), eighths(rng, (inputs, neurons))
        b = x[rng.integers(size)] @ w  # one input lies at every neuron's threshold
        yield Case(kind, x=x, w=w, b=b)
        yield Case(kind, x=x, w=w[:, 0], b=float(b[0]))
        yield Case(kind, x=x[0], w=w, b=b)
    x = build("transposed", rows=rng.integers(0, 2, size=(3, 6)))
    yield Case(kind, x=x, w=rng.integers(-3, 4, size=3), b=0)
    w = build("transposed", rows=eighths(rng, (2, 3)).astype(np.float32))
    yield Case(kind, x=eighths(rng, (4, 3)).astype(np.float32), w=w, b=np.array([0.5, -0.5]))


# No mistake calls `step`: it is recognised also where the learner's own `step` is wrong.
perceptron.mistake(
    "fires at the threshold",
    "Make the weighted sum equal to b. What does the convention of this unit say?",
    "step(x @ w - b)",
    "(np.asarray(x @ w) >= b).astype(int)",
)
perceptron.mistake(
    "the threshold is left out",
    "Call it with the same inputs and weights, once with b = 1 and once with b = 100.",
    "step(x @ w - b)",
    "(np.asarray(x @ w) > 0).astype(int)",
)
perceptron.mistake(
    "the threshold is added",
    "Weights 6, 2, 2 and threshold 5: with no evidence at all, does your neuron fire?",
    "step(x @ w - b)",
    "(np.asarray(x @ w + b) > 0).astype(int)",
)
perceptron.mistake(
    "the threshold is taken from the answer",
    "Your neuron answers something else than 0 or 1. Which number is compared with the threshold?",
    "step(x @ w - b)",
    "(np.asarray(x @ w) > 0).astype(int) - b",
)
perceptron.mistake(
    "silent where it should fire",
    "Strong evidence for it, a low threshold: does your neuron fire?",
    "step(x @ w - b)",
    "(np.asarray(x @ w) < b).astype(int)",
)


@perceptron.mistake(
    "one neuron only",
    "A layer has its neurons in the columns of w. Along which axis do you add up?",
)
def one_neuron_only(x, w, b):
    return (np.sum(x * w, axis=-1) > b).astype(int)


@perceptron.mistake(
    "one sum for the whole batch",
    "Print np.sum(x * w).shape for a batch. How many sums are needed, and over which numbers?",
)
def one_sum(x, w, b):
    return (np.sum(x * w) > b).astype(int)


@perceptron.mistake(
    "how often instead of whether",
    "The answer is 0 or 1. What do you return when the sum is far above the threshold?",
)
def no_step(x, w, b):
    return x @ w - b


@perceptron.alternative("comparison")
def comparison(x, w, b):
    return (np.dot(x, w) > b) * 1


@perceptron.alternative("sum of products, written out")
def written_out(x, w, b):
    total = np.einsum("...d,d...->...", x, w) if np.ndim(w) == 1 else np.tensordot(x, w, 1)
    return np.where(total - b > 0, 1.0, 0.0)


# --- circuits ---------------------------------------------------------------------------------


def circuit_exercise(name, inputs=2, points=None, visible=()):
    """An exercise whose answer is a circuit of NAND gates, or of gates made before."""
    criteria = points or {"a circuit of NAND gates": 1}
    exercise = Exercise(points=criteria, visible=visible)
    earlier = {gate: list(sizes) for gate, sizes in gates_before(name).items()}

    @exercise.cases
    def _(_):
        for criterion in criteria:
            yield Case(criterion, "circuit", _inputs=inputs, _earlier=earlier)

    exercise.accept()(judge_table)
    return exercise


def netlists(case, observation, reference):
    """The netlists of the observation and of the reference, read with the same suspicion."""
    allowed = {"nand": (2, 1), **{gate: tuple(s) for gate, s in case.inputs["_earlier"].items()}}
    return [read_netlist(seen.value["netlist"], allowed) for seen in (observation, reference)]


def judge_table(case, observation, reference):
    """Right in every row, with the number of gates; or the first row that is wrong."""
    came, expected = netlists(case, observation, reference)
    wrong = shape_of_answer(came, expected) or first_wrong_row(came, expected)
    return wrong or Right(f"{gate_count(observation, came)}, right for every input")


def shape_of_answer(came, expected):
    """What is wrong with the number of wires that go in and come out, if anything."""
    if came.inputs != expected.inputs:
        raise ValueError("this circuit has other inputs")
    if (came.single, len(came.outputs)) == (expected.single, len(expected.outputs)):
        return None
    if expected.single:
        return "one bit should be returned by itself, without a tuple or a list around it"
    return f"{len(expected.outputs)} bits should be returned, separated by commas"


def first_wrong_row(came, expected):
    """The first row of the truth table that is wrong, and how many there are."""
    table = rows(expected.inputs)
    wrong = [bits for bits in table if outputs(came, bits) != outputs(expected, bits)]
    if not wrong:
        return None
    row = assignment(NAMES[: expected.inputs], wrong[0])
    gives, should = (shown(net, wrong[0]) for net in (came, expected))
    return (
        f"for {row} it gives {gives}, not {should} ({len(wrong)} of {len(table)} cases are wrong)"
    )


def share(wrong, table, noun):
    """``1 of 4 cases is``, ``3 of 4 cases are``."""
    return f"{len(wrong)} of {len(table)} {noun}s {'is' if len(wrong) == 1 else 'are'}"


def shown(netlist: Netlist, bits):
    """What comes out, as one would write it."""
    made = outputs(netlist, bits)
    return str(made[0]) if netlist.single else str(made)


def gate_count(observation, came):
    """How many gates a circuit has: in NANDs if all its parts are right, else as it stands."""
    gates = observation.value.get("gates")
    if gates is not None:
        in_nands = read_netlist(gates, {"nand": (2, 1)})
        table = rows(came.inputs)
        if all(outputs(in_nands, bits) == outputs(came, bits) for bits in table):
            return counted(in_nands.count("nand"), "NAND gate")
    return counted(len(came.gates), "gate")


def counted(number, noun):
    """``1 gate``, ``4 gates``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- nand -------------------------------------------------------------------------------------

nand = Exercise(points={"one perceptron": 1})


@nand.cases
def _(_):
    yield Case("one perceptron", "perceptrons", _inputs=2)


@nand.accept()
def _(_, observation, reference):
    came, expected = perceptron_netlists(observation, reference)
    wrong = shape_of_answer(came, expected) or first_wrong_row(came, expected)
    if wrong:
        return wrong
    if len(came.gates) != 1:
        return f"it is made of {len(came.gates)} perceptrons; one is enough"
    gate = came.gates[0]
    weights = ", ".join(f"{weight:g}" for weight in gate.weights)
    return Right(f"one perceptron with weights {weights} and threshold {gate.threshold:g}")


def perceptron_netlists(observation, reference):
    """The netlists of the observation and of the reference."""
    allowed = {PERCEPTRON: (0, 1)}
    return [read_netlist(seen.value["netlist"], allowed) for seen in (observation, reference)]


nand.mistake(
    "AND",
    "Where should NAND be silent? Set both inputs to 1 and look.",
    "np.array([-2, -2]), -3",
    "np.array([2, 2]), 3",
)
nand.mistake(
    "a bias in the place of the threshold",
    "With both inputs 0 the sum is 0. Is that above your threshold?",
    "-3",
    "3",
)
nand.mistake(
    "NOR",
    "If exactly one input is 1, NAND still fires. Is the sum then above your threshold, or perhaps "
    "only equal to it?",
    "-3",
    "-1",
)
nand.mistake(
    "OR",
    "With both inputs 0, what does NAND say? And what makes your neuron fire then?",
    "np.array([-2, -2]), -3",
    "np.array([2, 2]), 1",
)
nand.mistake(
    "fires always",
    "How low does the sum become if both inputs are 1? Is it still above your threshold?",
    "-3",
    "-5",
)


@nand.mistake(
    "without a perceptron",
    "The answers may be right, but where is the neuron? Which two weights and which threshold "
    "would do it?",
)
def without_a_perceptron(a, b):
    return 0 if a and b else 1


@nand.alternative("smaller numbers")
def smaller_numbers(a, b):
    x = np.array([a, b], dtype=object)
    return perceptron(x, w=np.array([-0.5, -0.25]), b=-0.6)


@nand.alternative("the bias as one more input")
def bias_as_input(a, b):
    return perceptron([1, a, b], np.array([3, -2, -2]), 0)


TAKES_LISTS = "`@` takes a list where the other side is an array"
nand.equivalent("return perceptron([a, b], np.array([-2, -2]), -3)", TAKES_LISTS)
nand.equivalent("return perceptron(np.array([a, b]), [-2, -2], -3)", TAKES_LISTS)


# --- not_ -------------------------------------------------------------------------------------

not_ = circuit_exercise("not_", inputs=1)

not_.mistake(
    "always 1",
    "NAND with a 0 at one input: what comes out, whatever the other one is?",
    "nand(a, a)",
    "nand(a, 0)",
)
not_.mistake(
    "the bit as it was",
    "Follow a = 0 through your gates, one by one. How often is it turned round?",
    "nand(a, a)",
    "nand(nand(a, a), nand(a, a))",
)
not_.mistake("looks inside", LOOKING_INSIDE, "nand(a, a)", "1 - a")


@not_.alternative("the other input tied to 1")
def tied_to_one(a):
    return nand(a, 1)


@not_.alternative("with two more turns")
def two_more_turns(a):
    for _ in range(3):
        a = nand(b=a, a=a)
    return a


# --- and_ -------------------------------------------------------------------------------------

and_ = circuit_exercise("and_")

and_.mistake(
    "NAND itself",
    "For 0 and 0 it gives 1. What is still missing?",
    "not_(nand(a, b))",
    "nand(a, b)",
)
and_.mistake(
    "the inputs turned round instead of the output",
    "Turning round what goes in is not the same as turning round what comes out. Try 0 and 1.",
    "not_(nand(a, b))",
    "nand(not_(a), not_(b))",
)
and_.mistake(
    "everything turned round",
    "Try 0 and 0: follow both bits through all of your gates.",
    "not_(nand(a, b))",
    "not_(nand(not_(a), not_(b)))",
)
and_.mistake("looks inside", LOOKING_INSIDE, "not_(nand(a, b))", "a * b")


@and_.alternative("from NAND alone")
def and_of_nands(a, b):
    inverted = nand(a, b)
    return nand(inverted, inverted)


@and_.alternative("the output tied to 1")
def and_tied(a, b):
    return nand(1, nand(b, a))


# --- or_ --------------------------------------------------------------------------------------

or_ = circuit_exercise("or_")

or_.mistake(
    "the inputs are not turned round",
    "Try 1 and 1: that should give 1.",
    "nand(not_(a), not_(b))",
    "nand(a, b)",
)
or_.mistake(
    "only one input turned round",
    "Try 0 and 0. Which of the two inputs of your last gate is 0 then?",
    "nand(not_(a), not_(b))",
    "nand(not_(a), b)",
)
or_.mistake(
    "turned round once too often",
    "Try 0 and 0: nothing is 1, so what should come out?",
    "nand(not_(a), not_(b))",
    "not_(nand(not_(a), not_(b)))",
)
or_.mistake(
    "AND",
    "Try 0 and 1. One bit is enough for OR.",
    "nand(not_(a), not_(b))",
    "not_(nand(a, b))",
)
or_.mistake("looks inside", LOOKING_INSIDE, "nand(not_(a), not_(b))", "1 if a or b else 0")


@or_.alternative("De Morgan")
def de_morgan(a, b):
    return not_(and_(not_(a), not_(b)))


@or_.alternative("one input only where it matters")
def where_it_matters(a, b):
    return nand(nand(a, a), nand(b, nand(a, b)))


# --- xor --------------------------------------------------------------------------------------

xor = circuit_exercise("xor")

xor.mistake(
    "OR",
    "Try 1 and 1: exactly one, or at least one?",
    "nand(nand(a, neither_both), nand(b, neither_both))",
    "or_(a, b)",
)
xor.mistake(
    "NAND",
    "Try 0 and 0: is exactly one of them 1?",
    "nand(nand(a, neither_both), nand(b, neither_both))",
    "neither_both",
)
xor.mistake(
    "the opposite",
    "Try two equal bits. Your gate says when they are the same.",
    "nand(nand(a, neither_both), nand(b, neither_both))",
    "or_(and_(a, b), not_(or_(a, b)))",
)
xor.mistake(
    "one side only",
    "Swap the two inputs. XOR does not care which of them is 1. Does yours?",
    "nand(b, neither_both)",
    "nand(a, neither_both)",
)
xor.mistake(
    "the last gate is an OR",
    "Try 0 and 0, and write the bit on each wire.",
    "return nand(nand(a, neither_both), nand(b, neither_both))",
    "return or_(nand(a, neither_both), nand(b, neither_both))",
)
xor.mistake(
    "looks inside",
    LOOKING_INSIDE,
    "nand(nand(a, neither_both), nand(b, neither_both))",
    "int(a != b)",
)


@xor.alternative("at least one, but not both")
def but_not_both(a, b):
    return and_(or_(a, b), nand(a, b))


@xor.alternative("one without the other")
def one_without_the_other(a, b):
    rows_with_one = [(a, not_(b)), (not_(a), b)]
    return nand(*[nand(*row) for row in rows_with_one])


# --- half_adder -------------------------------------------------------------------------------

half_adder = circuit_exercise("half_adder")

half_adder.mistake(
    "carry first",
    "For 0 + 1, which of the two outputs should be 1? Read again which comes first.",
    "xor(a, b), and_(a, b)",
    "and_(a, b), xor(a, b)",
)
half_adder.mistake(
    "1 + 1 is 11",
    "What do sum digit and carry say together for 1 + 1? That is a number: which?",
    "xor(a, b), and_(a, b)",
    "or_(a, b), and_(a, b)",
)
half_adder.mistake(
    "the carry turned round",
    "For 0 + 0 there is nothing to carry. What do you carry?",
    "xor(a, b), and_(a, b)",
    "xor(a, b), nand(a, b)",
)
half_adder.mistake(
    "the sum without the carry",
    "Two bits should come out. Where does the second digit of 1 + 1 go?",
    "xor(a, b), and_(a, b)",
    "xor(a, b)",
)
half_adder.mistake(
    "a carry whenever there is a 1",
    "For 0 + 1 the sum fits into one digit. Is there a carry?",
    "xor(a, b), and_(a, b)",
    "xor(a, b), or_(a, b)",
)
half_adder.mistake(
    "looks inside", LOOKING_INSIDE, "xor(a, b), and_(a, b)", "(a + b) % 2, (a + b) // 2"
)


@half_adder.alternative("five NANDs")
def five_nands(a, b):
    middle = nand(a, b)
    return nand(nand(a, middle), nand(b, middle)), nand(middle, middle)


@half_adder.alternative("the sum from the carry")
def sum_from_the_carry(a, b):
    carry = and_(a, b)
    return [and_(or_(a, b), not_(carry)), carry]


# --- full_adder -------------------------------------------------------------------------------

full_adder = circuit_exercise("full_adder", inputs=3)

full_adder.mistake(
    "the second carry is lost",
    "Try 1 + 0 with a carry coming in. Which of your half adders notices it?",
    "or_(first_carry, second_carry)",
    "first_carry",
)
full_adder.mistake(
    "the first carry is lost",
    "Try 1 + 1 with no carry coming in. Which of your half adders notices it?",
    "or_(first_carry, second_carry)",
    "second_carry",
)
full_adder.mistake(
    "both carries needed",
    "Can both half adders carry at once? If not, what does AND of their carries give?",
    "or_(first_carry, second_carry)",
    "and_(first_carry, second_carry)",
)
full_adder.mistake(
    "the carry that comes in is not added",
    "Try 0 + 0 with a carry coming in.",
    "half_adder(partial, carry_in)",
    "half_adder(partial, 0)",
)
full_adder.mistake(
    "the second half adder begins anew",
    "What should the second half adder add the carry to: b, or what the first one found?",
    "half_adder(partial, carry_in)",
    "half_adder(b, carry_in)",
)
full_adder.mistake(
    "carry first",
    "For 1 + 0 + 0, which of the two outputs should be 1? Read again which comes first.",
    "return total, or_(first_carry, second_carry)",
    "return or_(first_carry, second_carry), total",
)


@full_adder.mistake("looks inside", LOOKING_INSIDE)
def counts(a, b, carry_in):
    total = a + b + carry_in
    return total % 2, total // 2


@full_adder.alternative("nine NANDs")
def nine_nands(a, b, c):
    first = nand(a, b)
    partial = nand(nand(a, first), nand(b, first))
    second = nand(partial, c)
    return nand(nand(partial, second), nand(c, second)), nand(first, second)


@full_adder.alternative("majority")
def majority(a, b, c):
    carry = or_(or_(and_(a, b), and_(a, c)), and_(b, c))
    return xor(a, xor(b, c)), carry


@full_adder.alternative("carries that never meet")
def carries_never_meet(a, b, c):
    partial, first = half_adder(b, a)
    total, second = half_adder(c, partial)
    return total, xor(first, second)


# --- multiply_2bit ----------------------------------------------------------------------------

UP_TO_6, ALL_PRODUCTS = "every product but 3 × 3", "3 × 3 too, with its carries"
multiply_2bit = circuit_exercise(
    "multiply_2bit",
    inputs=4,
    points={UP_TO_6: 1, ALL_PRODUCTS: 1},
    visible=(ALL_PRODUCTS,),
)


@multiply_2bit.accept(UP_TO_6)
def _(case, observation, reference):
    return judge_products(case, observation, reference, rows(4)[:-1])


@multiply_2bit.accept(ALL_PRODUCTS)
def _(case, observation, reference):
    return judge_products(case, observation, reference, rows(4))


def judge_products(case, observation, reference, table):
    """Right for these factors, with the number of gates; or the first product that is wrong."""
    came, expected = netlists(case, observation, reference)
    wrong_shape = shape_of_answer(came, expected)
    if wrong_shape:
        return wrong_shape
    wrong = [bits for bits in table if outputs(came, bits) != outputs(expected, bits)]
    if not wrong:
        complete = len(table) == len(rows(expected.inputs))
        return (
            Right(f"{gate_count(observation, came)}, right for every input") if complete else True
        )
    factors = f"{value(wrong[0][:2])} × {value(wrong[0][2:])}"
    gives, should = (value(outputs(net, wrong[0])) for net in (came, expected))
    return (
        f"{factors} gives {gives} ({shown(came, wrong[0])}), not {should} "
        f"({shown(expected, wrong[0])}); {share(wrong, table, 'product')} wrong"
    )


def value(bits):
    """The number with these binary digits, the leftmost first."""
    return sum(bit << place for place, bit in enumerate(reversed(bits)))


multiply_2bit.mistake(
    "the carry is lost",
    "Try 3 × 3. Adding up the second column from the right leaves something for the third.",
    "half_adder(and_(a1, b1), carry)",
    "half_adder(and_(a1, b1), 0)",
)
multiply_2bit.mistake(
    "the cross products are joined by OR",
    "Try 3 × 3. In the second column both products are 1: what is 1 + 1 there?",
    "p1, carry = half_adder(and_(a1, b0), and_(a0, b1))",
    "p1, carry = or_(and_(a1, b0), and_(a0, b1)), 0",
)
multiply_2bit.mistake(
    "no bit worth 8",
    "Try 3 × 3, which is 9. Which output is worth 8, and what can make it 1?",
    "return p3, p2, p1, p0",
    "return 0, p2, p1, p0",
)
multiply_2bit.mistake(
    "the bits reversed",
    "Try 1 × 1. Which of the four outputs is worth 8, and which is worth 1?",
    "return p3, p2, p1, p0",
    "return p0, p1, p2, p3",
)
multiply_2bit.mistake(
    "one cross product is missing",
    "Try 2 × 1 and 1 × 2. Both are 2.",
    "half_adder(and_(a1, b0), and_(a0, b1))",
    "half_adder(and_(a1, b0), 0)",
)
multiply_2bit.mistake(
    "the left bits are the ones",
    "The first input is worth 2. Try 2 × 1: which inputs are 1?",
    "p0 = and_(a0, b0)",
    "a1, a0, b1, b0 = a0, a1, b0, b1\n    p0 = and_(a0, b0)",
)
multiply_2bit.mistake(
    "digit by digit",
    "Try 2 × 1. At school, every digit of one number meets every digit of the other.",
    "half_adder(and_(a1, b0), and_(a0, b1))",
    "half_adder(and_(a1, b1), 0)",
)
multiply_2bit.mistake(
    "sum and carry taken for one another",
    "Try 2 × 1. Which of half_adder's two outputs stays in the column, and which moves on?",
    "p1, carry = half_adder",
    "carry, p1 = half_adder",
)
multiply_2bit.mistake(
    "sum and carry taken for one another in the last column",
    "Try 2 × 2. Which of half_adder's two outputs stays in the column, and which moves on?",
    "p2, p3 = half_adder",
    "p3, p2 = half_adder",
)


@multiply_2bit.mistake(
    "adds",
    "Try 2 × 3. Did you multiply, or add?",
)
def adds(a1, a0, b1, b0):
    p0, carry = half_adder(a0, b0)
    p1, p2 = full_adder(a1, b1, carry)
    return 0, p2, p1, p0


@multiply_2bit.mistake("looks inside", LOOKING_INSIDE)
def calculates(a1, a0, b1, b0):
    product = (2 * a1 + a0) * (2 * b1 + b0)
    return product // 8 % 2, product // 4 % 2, product // 2 % 2, product % 2


@multiply_2bit.alternative("fourteen NANDs")
def fourteen_nands(a1, a0, b1, b0):
    ones, left, right = nand(a0, b0), nand(a1, b0), nand(a0, b1)
    fours = not_(nand(a1, b1))
    without_carry = nand(fours, ones)  # 0 if there is a four, but nothing to carry into it
    middle = nand(left, right)
    p1 = nand(nand(left, middle), nand(right, middle))
    return not_(nand(fours, without_carry)), not_(without_carry), p1, not_(ones)


@multiply_2bit.alternative("two rows added by full adders")
def rows_added(a1, a0, b1, b0):
    first = [and_(a0, b0), and_(a1, b0), 0]
    second = [0, and_(a0, b1), and_(a1, b1)]
    digits, carry = [], 0
    for upper, lower in zip(first, second, strict=True):
        digit, carry = full_adder(upper, lower, carry)
        digits.append(digit)
    return (carry, *reversed(digits))


@multiply_2bit.alternative("row by row of the table")
def row_by_row(a1, a0, b1, b0):
    def both(*wires):
        found = wires[0]
        for wire in wires[1:]:
            found = and_(found, wire)
        return found

    p3 = both(a1, a0, b1, b0)
    p2 = both(a1, b1, nand(a0, b0))
    p1 = or_(both(a1, b0, nand(a0, b1)), both(a0, b1, nand(a1, b0)))
    return p3, p2, p1, both(a0, b0)


# --- xor_network ------------------------------------------------------------------------------

xor_network = Exercise(points={"XOR in two layers": 1})


@xor_network.cases
def _(_):
    yield Case("XOR in two layers", "perceptrons", _inputs=2)


@xor_network.accept()
def _(_, observation, reference):
    came, expected = perceptron_netlists(observation, reference)
    wrong = shape_of_answer(came, expected) or first_wrong_row(came, expected)
    if wrong:
        return wrong
    layers = 1 + max(came.layers(), default=0)
    if layers > 2:
        return f"it is right, but {layers} layers deep; two are enough"
    return Right(f"{counted(len(came.gates), 'perceptron')} in {layers} layers")


xor_network.mistake(
    "OR at the output",
    "One hidden neuron says 'at least one', the other 'not both'. Is one of them enough?",
    "np.array([1, 1]), 1.5",
    "np.array([1, 1]), 0.5",
)
xor_network.mistake(
    "AND in the place of NAND",
    "Try 0 and 1. What do your two hidden neurons say, and what does the output need?",
    "np.array([[1, -1], [1, -1]]), np.array([0.5, -1.5])",
    "np.array([[1, 1], [1, 1]]), np.array([0.5, 1.5])",
)
xor_network.mistake(
    "rows taken for columns",
    "In a layer, the weights of a neuron are a column of the matrix. Read your first column.",
    "[[1, -1], [1, -1]]",
    "[[1, 1], [-1, -1]]",
)
xor_network.mistake(
    "thresholds with the wrong sign",
    "Does 'at least one' fire if both inputs are 0? Above which number must its sum be?",
    "[0.5, -1.5]",
    "[-0.5, 1.5]",
)
xor_network.mistake(
    "one layer only",
    "Try as you may, one line cannot do it. Where is the hidden layer?",
    "return perceptron(hidden, np.array([1, 1]), 1.5)",
    "return hidden[0]",
)


@xor_network.mistake(
    "without perceptrons",
    "The answers may be right, but where are the neurons? Feed a and b to `perceptron` only.",
)
def without_perceptrons(a, b):
    return (a + b) % 2


@xor_network.alternative("a without b, or b without a")
def one_or_the_other(a, b):
    x = np.array([a, b])
    first = perceptron(x, np.array([1, -1]), 0)
    second = perceptron(x, np.array([-1, 1]), 0)
    return perceptron(np.array([first, second]), np.array([2, 3]), 1)


@xor_network.alternative("two perceptrons")
def two_perceptrons(a, b):
    both = perceptron(np.array([a, b]), np.array([1, 1]), 1)
    return perceptron(np.array([a, b, both]), np.array([1, 1, -2]), 0)


for line in (
    "hidden = perceptron([a, b], np.array([[1, -1], [1, -1]]), np.array([0.5, -1.5]))",
    "hidden = perceptron(np.array([a, b]), [[1, -1], [1, -1]], np.array([0.5, -1.5]))",
    "hidden = perceptron(np.array([a, b]), np.array([[1, -1], [1, -1]]), [0.5, -1.5])",
    "return perceptron(hidden, [1, 1], 1.5)",
):
    xor_network.equivalent(line, TAKES_LISTS)


# --- perceptron_learn -------------------------------------------------------------------------

perceptron_learn = Exercise(
    points={"weights and threshold": 1, "mistakes per epoch": 1, "handwritten digits": 1},
    uses=("step", "perceptron"),
    visible=("weights and threshold", "mistakes per epoch", "handwritten digits"),
)

GATES = ((0, 0, 0, 1), (0, 1, 1, 1), (1, 1, 1, 0), (0, 1, 1, 0))
CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@perceptron_learn.cases
def _(rng):
    both = (("weights and threshold", "weights_learnt"), ("mistakes per epoch", "mistakes_made"))
    for criterion, probe in both:
        for x, y, epochs in training_sets(rng):
            yield Case(criterion, probe, x=x, y=y, epochs=epochs)
    for pair in ((1, 7), (3, 5)):
        x, y = handwriting(rng, pair)
        yield Case("handwritten digits", x=x, y=y, epochs=4)


def training_sets(rng):
    """Gates, clouds that a line separates and clouds that none does, and awkward sizes."""
    for table in GATES:
        yield CORNERS, np.array(table), 5
    for size, inputs in ((12, 2), (9, 5), (1, 3), (7, 1)):
        x = eighths(rng, (size, inputs))
        yield x, (x @ rng.permutation(np.arange(1, inputs + 1)) > 0.5).astype(int), 6
    x = eighths(rng, (10, 2))
    yield x, rng.integers(0, 2, size=10), 4  # no line needs to separate these
    yield x, np.ones(10, dtype=int), 3
    yield x, np.zeros(10, dtype=int), 3
    yield x, rng.integers(0, 2, size=10), 0
    twice = np.concatenate([x[:4], x[:4]]).astype(np.float32)
    yield twice, np.array([1, 0, 0, 1, 0, 0, 1, 1]), 3
    yield build("transposed", rows=eighths(rng, (3, 6))), np.array([1, 0, 1, 1, 0, 0]), 4
    yield build("every_other", values=eighths(rng, (12, 2))), np.array([0, 1, 1, 0, 1, 0]), 4
    yield rng.integers(-5, 6, size=(8, 3)), np.array([0, 1, 1, 0, 1, 0, 0, 1]), 5


def handwriting(rng, pair, size=40):
    """Some pictures of two digits; label 1 is the second of them."""
    images, labels = data.digits()
    chosen = rng.permutation(np.nonzero(np.isin(labels, pair))[0])[:size]
    return images[chosen].reshape(size, -1), (labels[chosen] == pair[1]).astype(int)


# No mistake calls `perceptron`: it is recognised also where the learner's own is wrong.
BY_ITSELF = ("int(perceptron(inputs, w, b))", "int(inputs @ w > b)")
perceptron_learn.mistake(
    "the threshold moves the wrong way",
    "The neuron was silent and should have fired. Does a higher threshold help it to fire?",
    "b = b - error",
    "b = b + error",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "the threshold never moves",
    "Can your neuron learn to fire at x = (0, 0)? What would have to change for that?",
    "            b = b - error\n",
    "",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "the weights move the wrong way",
    "After a mistake, show it the same example again: is the sum nearer to the right side?",
    "w = w + error * inputs",
    "w = w - error * inputs",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "everything moves the wrong way",
    "The neuron was silent and should have fired: is your error 1 or -1? Work the first step out "
    "by hand.",
    "w = w + error * inputs",
    "w = w - error * inputs",
    "b = b - error",
    "b = b + error",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "learns only when it should have fired",
    "What happens when the neuron fires and should be silent? Print the weights then.",
    "int(label) - int(perceptron(inputs, w, b))",
    "max(int(label) - int(inputs @ w > b), 0)",
)
perceptron_learn.mistake(
    "counts errors with their signs",
    "One mistake of each kind in an epoch: your count says 0. How many were there?",
    "abs(error)",
    "error",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "the count does not begin anew",
    "The number of mistakes in an epoch cannot be larger than the number of examples. Is yours?",
    "    mistakes = []\n    for _ in range(epochs):\n        wrong = 0\n",
    "    mistakes = []\n    wrong = 0\n    for _ in range(epochs):\n",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "weights begin anew in each epoch",
    "Print the weights at the start of the second epoch. Should it forget the first one?",
    "        wrong = 0\n",
    "        wrong = 0\n        w, b = np.zeros(x.shape[1]), 0.0\n",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "stops when there is nothing left to learn",
    "How many entries should the list of mistakes have, whatever happens?",
    "        mistakes.append(wrong)\n",
    "        mistakes.append(wrong)\n        if wrong == 0:\n            break\n",
    *BY_ITSELF,
)
perceptron_learn.mistake(
    "one number for all epochs",
    "How many epochs were there, and how many numbers do you return for them?",
    "return w, b, mistakes",
    "return w, b, sum(mistakes)",
    *BY_ITSELF,
)


@perceptron_learn.mistake(
    "changes the weights once an epoch",
    "When the second example is shown, has the neuron already learnt from the first?",
)
def once_an_epoch(x, y, epochs):
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        errors = y - (x @ w > b)
        w = w + errors @ x
        b = b - errors.sum()
        mistakes.append(int(np.abs(errors).sum()))
    return w, b, mistakes


@perceptron_learn.mistake(
    "counts after learning",
    "Do you count the answers that were wrong, or those that are still wrong afterwards?",
)
def counts_afterwards(x, y, epochs):
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        for inputs, label in zip(x, y, strict=True):
            error = int(label) - int(inputs @ w > b)
            w = w + error * inputs
            b = b - error
        mistakes.append(int(np.sum((x @ w > b) != y)))
    return w, b, mistakes


@perceptron_learn.mistake(
    "learns from right answers too",
    "The answer was right. By how much should the weights change?",
)
def learns_from_right_answers(x, y, epochs):
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for inputs, label in zip(x, y, strict=True):
            wrong += int((inputs @ w > b) != label)
            direction = 1 if label == 1 else -1
            w = w + direction * inputs
            b = b - direction
        mistakes.append(wrong)
    return w, b, mistakes


@perceptron_learn.mistake(
    "starts with a threshold of 1",
    "What should the threshold be before the first example?",
)
def starts_at_one(x, y, epochs):
    w, b, mistakes = np.zeros(x.shape[1]), 1.0, []
    for _ in range(epochs):
        wrong = 0
        for inputs, label in zip(x, y, strict=True):
            error = int(label) - int(inputs @ w > b)
            w, b, wrong = w + error * inputs, b - error, wrong + abs(error)
        mistakes.append(wrong)
    return w, b, mistakes


@perceptron_learn.alternative("the threshold as one more weight")
def one_more_weight(x, y, epochs):
    extended = np.hstack([x, -np.ones((len(x), 1))])
    v, mistakes = np.zeros(extended.shape[1]), np.zeros(epochs, dtype=int)
    for epoch in range(epochs):
        for example, target in zip(extended, y == 1, strict=True):
            fires = example @ v > 0
            if fires != target:
                mistakes[epoch] += 1
                v += example if target else -example
    return v[:-1], v[-1], mistakes


@perceptron_learn.alternative("two kinds of mistakes")
def two_kinds(x, y, epochs):
    weights = [0.0] * x.shape[1]
    threshold = 0.0
    counts = []
    for _ in range(epochs):
        counts.append(0)
        for i in range(len(x)):
            answer = perceptron(x[i], np.array(weights), threshold)
            if y[i] == 1 and answer == 0:
                weights = [weight + value for weight, value in zip(weights, x[i], strict=True)]
                threshold -= 1
                counts[-1] += 1
            elif y[i] == 0 and answer == 1:
                weights = [weight - value for weight, value in zip(weights, x[i], strict=True)]
                threshold += 1
                counts[-1] += 1
    return np.array(weights), threshold, counts


for line, reason in {
    "w, b = (np.zeros(x.shape[-1]), 0.0)": "x has two axes",
    "for inputs, label in zip(x, y):": "there is a label for each example",
    "for inputs, label in zip(x, y, strict=False):": "there is a label for each example",
    "error = label - int(perceptron(inputs, w, b))": "NumPy's whole numbers do as well",
    "error = int(label) - perceptron(inputs, w, b)": "NumPy's whole numbers do as well",
    "error = int(label) - int(perceptron(w, inputs, b))": "w.x and x.w are the same number",
    "w += error * inputs": "nobody else holds this array of floats",
    "b -= error": "a number is never shared",
}.items():
    perceptron_learn.equivalent(line, reason)


# --- sigmoid ----------------------------------------------------------------------------------

sigmoid = Exercise(
    points={"values": 1, "no overflow": 1},
    visible=("values", "values", "no overflow"),
)


@sigmoid.cases
def _(rng):
    for z in (0.0, 1, -2.5):
        yield Case("values", z=z)
    yield Case("values", z=np.array([-30.0, -20.0, 20.0, 30.0]))
    for z in (0, 6.0, round(float(rng.normal()), 2)):
        yield Case("values", z=z)
    for shape in ((1,), (5,), (2, 3), (2, 1, 2)):
        yield Case("values", z=eighths(rng, shape, -6, 6))
    yield Case("values", z=np.arange(-3, 4))
    yield Case("values", z=eighths(rng, 4).astype(np.float32))
    yield Case("values", z=build("transposed", rows=eighths(rng, (3, 2))))

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


@sigmoid.mistake(
    "one number only",
    "It works for one number. What does `if` do with an array of answers, some true and some not?",
)
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
