"""How unit 00 is graded: one exercise, to show what an exercise is."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, build

mean_square = Exercise(
    points={"the mean of the squares": 1, "any shape": 1},
    visible=("the mean of the squares", "any shape"),
)


@mean_square.cases
def _(rng):
    for size in (1, 2, 7):
        yield Case("the mean of the squares", x=rng.normal(size=size))
    yield Case("the mean of the squares", x=np.array([-3.0, -3.0, 3.0]))
    yield Case("the mean of the squares", x=rng.permutation(np.arange(-4, 6)))
    yield Case("the mean of the squares", x=1e-3 * rng.normal(size=4))
    for shape in ((2, 3), (3, 2), (1, 4), (4, 1), (2, 3, 2)):
        yield Case("any shape", x=rng.normal(size=shape))
    yield Case("any shape", x=build("transposed", rows=rng.normal(size=(3, 2))))


mean_square.mistake(
    "square of the mean",
    "Which comes first, the squares or the mean? Try it with -1 and 1.",
    "np.mean(x**2)",
    "np.mean(x) ** 2",
)
mean_square.mistake(
    "sum of the squares",
    "Write every number twice. Should the answer change?",
    "np.mean(x**2)",
    "np.sum(x**2)",
)
mean_square.mistake(
    "root of the mean square",
    "What is asked for, the mean square or its root?",
    "np.mean(x**2)",
    "np.sqrt(np.mean(x**2))",
)
mean_square.mistake(
    "doubled instead of squared",
    "What is the square of 3?",
    "x**2",
    "x * 2",
)
mean_square.mistake(
    "divided by the number of rows",
    "What is len(x) for an array with 3 rows and 2 columns? How many numbers are there?",
    "np.mean(x**2)",
    "np.sum(x**2) / len(x)",
)
mean_square.mistake(
    "one mean per column",
    "How many numbers come back for an array with 3 rows and 2 columns? One is asked for.",
    "np.mean(x**2)",
    "np.mean(x**2, axis=0)",
)


@mean_square.alternative("a loop")
def loop(x):
    total, count = 0.0, 0
    for number in np.asarray(x).flat:
        total += float(number) ** 2
        count += 1
    return total / count


@mean_square.alternative("an inner product")
def inner_product(x):
    numbers = np.ravel(x)
    return np.dot(numbers, numbers) / numbers.size
