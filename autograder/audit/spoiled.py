"""Versions that anybody could hand in: blank, raising, of the wrong type or shape, full of NaN.

They must lose marks, and the message must let a learner see what to do. The reference is made to
do these things by code that is appended to it, so that it works for functions and for classes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from autograder.audit.forked import Alive
from autograder.audit.versions import is_full
from autograder.exercise import Criterion, Exercise
from autograder.job import Observed
from autograder.oracle import Expectation, Oracle, agree
from autograder.unit import split_solutions
from autograder.verdict import ExerciseVerdict

STUB: Final = 'raise NotImplementedError("Write your code here, in place of this line.")'
WORDS_FOR_BLANK: Final = ("not written",)
ERROR: Final = "the size was not found"
SHORTEST_MESSAGE: Final = 12
TELLTALES: Final = ("Traceback (most recent call last)", 'File "', "site-packages", " object at 0x")
"""What a message for learners never holds."""
SAYS_NOTHING: Final = "wrong for some inputs other than those of the examples"
"""The oracle's last resort; these versions are wrong for the examples, too."""


@dataclass(frozen=True)
class Spoil:
    """One way to spoil the reference.

    Attributes
    ----------
    name : str
        What the version does.
    code : str
        Defines ``spoil(value, args)``: what is returned instead of ``value``.
    words : tuple of str
        The message must hold one of these, in any case.
    """

    name: str
    code: str
    words: tuple[str, ...]


SPOILS: Final = (
    Spoil(
        "raises an error",
        f"def spoil(value, args):\n    raise ValueError({ERROR!r})",
        (ERROR,),
    ),
    Spoil("returns None", "def spoil(value, args):\n    return None", ("none", "nothing")),
    Spoil(
        "returns text",
        "def spoil(value, args):\n    return '42'",
        ("text", "string", "str", "'42'"),
    ),
    Spoil(
        "returns a list",
        """
        def spoil(value, args):
            if isinstance(value, tuple):
                return tuple(spoil(part, args) for part in value)
            if isinstance(value, numpy.ndarray):
                return value.tolist()
            return [value] if isinstance(value, (int, float, complex, numpy.number)) else value
        """,
        ("list", "array"),
    ),
    Spoil(
        "returns one axis too many",
        """
        def spoil(value, args):
            if isinstance(value, tuple):
                return tuple(spoil(part, args) for part in value)
            numbers = (int, float, complex, numpy.number, numpy.ndarray)
            return numpy.asarray(value)[numpy.newaxis] if isinstance(value, numbers) else value
        """,
        ("shape", "axis", "axes", "dimension"),
    ),
    Spoil(
        "returns NaN",
        """
        def spoil(value, args):
            if isinstance(value, (tuple, list)):
                return type(value)(spoil(part, args) for part in value)
            if isinstance(value, numpy.ndarray):
                return numpy.full(value.shape, numpy.nan)
            numbers = (int, float, complex, numpy.number)
            return float("nan") if isinstance(value, numbers) else value
        """,
        ("nan",),
    ),
)
CHANGES_ITS_INPUTS: Final = """
def spoil(value, args):
    for argument in args:
        if isinstance(argument, numpy.ndarray) and argument.flags.writeable:
            argument += numpy.ones_like(argument)
    return value
"""
AROUND: Final = """
import functools, numpy

def spoiled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return spoil(function(*args, **kwargs), args)
    return wrapper

def spoiled_object(thing):
    if not isinstance(thing, type):
        return spoiled(thing)
    for name, method in list(vars(thing).items()):
        if callable(method) and (name == "__call__" or not name.startswith("__")):
            setattr(thing, name, spoiled(method))
    return thing
"""


def spoils_for(exercise: Exercise) -> Iterator[Spoil]:
    """The ways to spoil an exercise; inputs are changed only where a criterion asks for them."""
    yield from SPOILS
    inputs = {name for criterion in exercise.criteria.values() for name in criterion.untouched}
    if inputs:
        words = ("changed", *(name.lower() for name in inputs))
        yield Spoil("changes its inputs", CHANGES_ITS_INPUTS, words)


def spoiled_source(reference: str, spoil: Spoil, names: tuple[str, ...]) -> str:
    """The reference's source, spoiled."""
    rebound = "".join(f"{name} = spoiled_object({name})\n" for name in names)
    return f"{reference}\n{AROUND}\n{textwrap.dedent(spoil.code)}\n{rebound}"


def blank_source(cell: str) -> str:
    """A solution cell as a learner gets it: see nbgrader's ClearSolutions."""
    parts = split_solutions(cell)
    for number in range(1, len(parts), 2):
        indentation = parts[number][: len(parts[number]) - len(parts[number].lstrip(" "))]
        parts[number] = f"{indentation}{STUB}\n"
    return "".join(parts)


# In the forked process


@dataclass(frozen=True)
class Answer:
    """What the grader said to a spoiled version.

    ``applies`` is False if nothing was spoiled, because the reference does the same.
    """

    applies: bool
    full: bool
    messages: tuple[str, ...]


def answer_to(
    oracle: Oracle, name: str, spoil: Spoil, seconds: float, alive: Alive
) -> dict[str, Any]:
    """The grader's answer to one spoiled version, as plain data."""
    alive(f"the version that {spoil.name}")
    unit = oracle.unit
    source = spoiled_source(unit.reference_source(name), spoil, unit.names_of(name))
    observed = oracle.observe_namespace(name, unit.namespace(**{name: source}), seconds)
    verdict = oracle.judge(name, observed)
    applies = differs(oracle.expectation(name), observed)
    return asdict(Answer(applies, is_full(verdict), messages_of(verdict)))


def differs(expectation: Expectation, observed: Observed) -> bool:
    """Whether anything came that the reference does not give as well."""
    for number, prepared in enumerate(expectation.cases[: expectation.graded]):
        criterion = expectation.exercise.criteria[prepared.case.criterion]
        if not agree(observed.cases[number], prepared.reference, criterion):
            return True
    return any(
        place >= len(observed.visible) or not agree(observed.visible[place][1], right, Criterion(0))
        for place, (_, right) in enumerate(expectation.visible)
    )


def messages_of(verdict: ExerciseVerdict) -> tuple[str, ...]:
    """What a learner reads about failed criteria."""
    failed = [criterion.message or "" for criterion in verdict.criteria if not criterion.passed]
    return tuple(failed if verdict.error is None else [verdict.error, *failed])


# What the answers say


def problems_of_answer(spoil: Spoil, answer: Mapping[str, Any]) -> list[str]:
    """What is wrong with the grader's answer to a spoiled version."""
    if not answer["applies"]:
        return []
    version = f"A version that {spoil.name}"
    if answer["full"]:
        return [f"{version} earns full marks. Let a case or an `accept` tell it from a right one."]
    return problems_of_messages(version, spoil.words, answer["messages"])


def problems_of_blank(verdict: Mapping[str, Any]) -> list[str]:
    """What is wrong with the grader's answer to the empty exercise, given as public verdict."""
    version = "The empty exercise"
    failed = [criterion for criterion in verdict["criteria"] if not criterion["passed"]]
    if len(failed) < len(verdict["criteria"]):
        passed = [criterion["name"] for criterion in verdict["criteria"] if criterion["passed"]]
        return [f"{version} passes {', '.join(map(repr, passed))}. Give it a case that fails."]
    messages = [verdict["error"] or "", *(criterion["message"] or "" for criterion in failed)]
    return problems_of_messages(version, WORDS_FOR_BLANK, [text for text in messages if text])


def problems_of_messages(version: str, words: tuple[str, ...], messages: list[str]) -> list[str]:
    """Whether a learner could act on the messages."""
    said = " / ".join(messages)
    for message in messages:
        if any(telltale in message for telltale in TELLTALES):
            return [f"{version} gets a message for programmers: {message!r}. Say it in words."]
        if len(message) < SHORTEST_MESSAGE or SAYS_NOTHING in message:
            advice = "Let the first case of each criterion show it."
            return [f"{version} gets a message that says nothing: {message!r}. {advice}"]
    if not any(word in said.lower() for word in words):
        advice = "Let the `accept` or the probe say what came."
        return [f"{version} gets no message with {' or '.join(words)} in it: {said!r}. {advice}"]
    return []
