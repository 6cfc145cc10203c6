"""The oracle on a small unit: partial credit, diagnosis, fairness, and no graded value told."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import unit as units
from autograder.grading import oracle_for, try_sources
from autograder.sandbox import choose
from autograder.unit import Unit, load_unit
from autograder.verdict import ExerciseVerdict

NOTEBOOK = '''# %% setup=true
import numpy as np
from nand2resnet.check import check

# %% exercise="mean_square"
def mean_square(x):
    """The mean of the squares of x."""
    ### BEGIN SOLUTION
    return np.mean(np.square(x))
    ### END SOLUTION

# %% check="mean_square"
check(mean_square, np.array([1.0, 3.0]), expected=5.0)

# %% exercise="root_mean_square"
def root_mean_square(x):
    """The square root of mean_square."""
    ### BEGIN SOLUTION
    return np.sqrt(mean_square(x))
    ### END SOLUTION

# %% check="root_mean_square"
check(root_mean_square, np.array([3.0, 3.0]), expected=3.0)

# %% exercise="halves"
def halves(n, rng):
    """Two lists: the numbers below n, randomly split in half."""
    ### BEGIN SOLUTION
    order = rng.permutation(n)
    return order[: n // 2], order[n // 2 :]
    ### END SOLUTION

# %% check="halves"
check.shape(halves, 4, np.random.default_rng(0), expected=(2, 2))

# %% exercise="clipped"
def clipped(x, low):
    """x with everything below low replaced by low. x is left as it is."""
    ### BEGIN SOLUTION
    return np.maximum(x, low)
    ### END SOLUTION

# %% check="clipped"
check(clipped, np.array([1.0, 3.0]), 2.0, expected=np.array([2.0, 3.0]))
'''
EXERCISES = '''"""How it is graded."""
import numpy as np
from autograder.exercise import Case, Criterion, Exercise, build

mean_square = Exercise(points={"floats": 2, "integers": 1})

@mean_square.cases
def _(rng):
    yield Case("floats", x=rng.normal(size=(2, 3)))
    yield Case("floats", x=rng.normal(size=5).astype(np.float32))
    yield Case("integers", x=np.array([100, 120], dtype=np.int8))

mean_square.mistake("a sum", "How many numbers are there?", "np.mean", "np.sum")
mean_square.mistake("not squared", "Try a negative number.", "np.square(x)", "x")

root_mean_square = Exercise(points={"floats": 2}, uses=("mean_square",))

@root_mean_square.cases
def _(rng):
    yield Case("floats", x=rng.normal(size=7))

halves = Exercise(points={"a partition": 2})

@halves.cases
def _(rng):
    for n in (2, 7):
        yield Case("a partition", n=n, rng=build("rng", seed=int(rng.integers(1000))))

@halves.accept("a partition")
def _(case, observation, reference):
    one, other = observation.value
    if sorted([*one, *other]) != list(range(case.inputs["n"])):
        return "left out" if len(one) + len(other) < case.inputs["n"] else "some come twice"
    return abs(len(one) - len(other)) <= 1 or "the halves are not equal"

halves.mistake("left out", "Count them.", "order[n // 2 :]", "order[n // 2 + 1 :]")

clipped = Exercise(points={"values": 1, "x is left alone": Criterion(1, untouched=("x",))})

@clipped.cases
def _(rng):
    for criterion in ("values", "x is left alone"):
        yield Case(criterion, x=rng.normal(size=6), low=0.0)
'''


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    folder = tmp_path_factory.mktemp("solutions") / "60_toy"
    folder.mkdir()
    (folder / "toy.py").write_text(NOTEBOOK)
    (folder / "exercises.py").write_text(EXERCISES)
    (folder / "probes.py").write_text("")
    before = units.SOLUTIONS
    units.SOLUTIONS = folder.parent
    load_unit.cache_clear()
    yield load_unit("60_toy")
    units.SOLUTIONS = before
    load_unit.cache_clear()
    oracle_for.cache_clear()


def grade(toy: Unit, exercise: str, source: str) -> ExerciseVerdict:
    return try_sources(toy, exercise, textwrap.dedent(source), "seed", choose())


def passed(verdict: ExerciseVerdict) -> dict[str, bool]:
    return {criterion.name: criterion.passed for criterion in verdict.criteria}


@pytest.mark.parametrize(
    "source",
    [
        "def mean_square(values): return np.mean(np.asarray(values, float) ** 2)",
        "def mean_square(x):\n    x = x.astype(float); x *= x\n    return np.float64(x.mean())",
        "def mean_square(x):\n    print('noise'); return np.mean(np.square(x, dtype=float))",
        """
        import warnings, sys
        def mean_square(x):
            warnings.warn("beware"); print("oops", file=sys.stderr)
            return np.array(np.mean(np.square(x, dtype=np.float64)))
        """,
        """
        class Squarer:
            def __call__(self, x): return float(np.mean(x.astype(float) ** 2))
        mean_square = Squarer()
        """,
        "mean_square = lambda x: sum(float(v) ** 2 for v in x.ravel()) / x.size",
    ],
)
def test_right_answers_of_any_style_are_right(toy: Unit, source: str) -> None:
    # The reference overflows on int8, so it is the integers' criterion that has no right answer.
    verdict = grade(toy, "mean_square", source)
    assert passed(verdict)["floats"], verdict


def test_partial_credit_and_a_named_mistake(toy: Unit) -> None:
    verdict = grade(toy, "mean_square", "def mean_square(x): return np.square(x).sum()")
    assert verdict.points == 0
    assert verdict.diagnosis == "a sum"
    assert verdict.hint == "How many numbers are there?"


def test_a_wrong_earlier_exercise_costs_nothing_here(toy: Unit) -> None:
    source = """
    def mean_square(x): return -1.0
    def root_mean_square(x): return mean_square(x) ** 0.5
    """
    verdict = grade(toy, "root_mean_square", source)
    assert verdict.points == verdict.max_points


def test_an_exercise_that_works_alone_needs_no_earlier_one(toy: Unit) -> None:
    source = "def root_mean_square(x): return float(np.linalg.norm(x) / np.sqrt(x.size))"
    assert grade(toy, "root_mean_square", source).points == 2


def test_accept_takes_any_right_answer_and_names_mistakes(toy: Unit) -> None:
    right = "def halves(n, rng): p = rng.permutation(n); return p[n // 2:], p[:n // 2]"
    assert grade(toy, "halves", right).points == 2
    wrong = "def halves(n, rng): p = rng.permutation(n); return p[:n // 2], p[n // 2 + 1:]"
    assert grade(toy, "halves", wrong).diagnosis == "left out"
    nonsense = "def halves(n, rng): return 3"
    (criterion,) = grade(toy, "halves", nonsense).criteria
    assert not criterion.passed
    assert "understood" in (criterion.message or "")


def test_a_changed_input_costs_only_the_criterion_that_says_so(toy: Unit) -> None:
    source = "def clipped(x, low):\n    x[x < low] = low\n    return x"
    assert passed(grade(toy, "clipped", source)) == {"values": True, "x is left alone": False}


def test_doing_nothing_earns_nothing_for_leaving_the_input_alone(toy: Unit) -> None:
    verdict = grade(toy, "clipped", "def clipped(x, low): return None")
    assert verdict.points == 0


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def clipped(x, low):\n    raise NotImplementedError('later')", "not written yet"),
        ("def clipped(x, low):\n    return unknown", "NameError at `return unknown`"),
        ("def clipped(x): return x", "TypeError"),
        ("def clipped(x, low:", "SyntaxError"),
        ("import os\ndef clipped(x, low): os._exit(1)", "ended"),
        ("def other(x, low): return x", "'clipped' is not defined"),
        ("def clipped(x, low): return np.zeros((9_000_000, 2))", "array of 137 MiB"),
    ],
)
def test_errors_are_told_in_words(toy: Unit, source: str, words: str) -> None:
    verdict = grade(toy, "clipped", source)
    assert verdict.points == 0
    assert words in (verdict.error or "") + "".join(c.message or "" for c in verdict.criteria)


def test_messages_show_no_value_of_a_graded_case(toy: Unit) -> None:
    oracle = oracle_for(toy.name, "seed")
    expectation = oracle.expectation("mean_square")
    graded = [
        prepared
        for number, prepared in enumerate(expectation.cases[: expectation.graded])
        if number not in expectation.examples
    ]
    assert graded
    verdict = grade(toy, "mean_square", "def mean_square(x): return 0.123")
    told = " ".join(criterion.message or "" for criterion in verdict.criteria)
    told += str(verdict.example)
    assert "0.123" in told
    for prepared in graded:
        assert f"{float(prepared.reference.value):.4g}" not in told


def test_seeds_give_other_cases_and_the_same_seed_the_same(toy: Unit) -> None:
    def inputs(seed: str) -> list[bytes]:
        expectation = oracle_for(toy.name, seed).expectation("mean_square")
        return [one.packed.inputs for one in expectation.cases[: expectation.graded]]

    assert inputs("a") == inputs("a")
    assert inputs("a") != inputs("b")
    assert Path(toy.path).exists()


def test_a_file_that_calls_another_exercise_in_its_own_way_is_told_what_it_lacks(toy):
    own_way = "def root_mean_square(x): return np.sqrt(mean_square(2 * x)) / 2"
    verdict = grade(toy, "root_mean_square", own_way)
    assert verdict.points == 0
    assert "it calls `mean_square`, an exercise of its own" in verdict.error
    with_it = f"def mean_square(x): return np.mean(np.square(x))\n{own_way}"
    assert grade(toy, "root_mean_square", with_it).points == 2
