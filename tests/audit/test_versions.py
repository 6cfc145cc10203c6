"""What is said about versions that are broken, never end, or are taken for others."""

import pytest

from autograder import unit as units
from autograder.audit.examination import Examination
from autograder.audit.spoiled import SPOILS, blank_source, problems_of_messages, spoils_for
from autograder.audit.versions import (
    Outcome,
    Version,
    judge_versions,
    notes_on,
    problems_of,
    versions_of,
)
from autograder.exercise import Case, Criterion, Exercise, Mistake
from autograder.oracle import Oracle
from autograder.sandbox.unprotected import Unprotected

MISTAKE = Version("mistake", "off by one", "")


@pytest.fixture
def unit(toy):
    units.load_unit.cache_clear()
    yield units.load_unit("01")
    units.load_unit.cache_clear()  # the tests add to its exercises


def silent(doing):
    assert doing


def test_an_edit_that_fits_nowhere_is_a_problem(unit):
    unit.exercises["total"].mistake("gone", "hint", "np.cumsum", "np.sum")
    unit.exercises["total"].mistake("no code", "hint", "np.sum(x)", "np.sum(x")
    versions, problems = versions_of(unit, "total")
    assert {version.name for version in versions}.isdisjoint({"gone", "no code"})
    assert len(problems) == 2
    assert "'gone'" in problems[0]
    assert "occurs 0 times" in problems[0]
    assert "'no code' is not Python: '(' was never closed" in problems[1]


def test_versions_that_raise_or_never_end_are_problems_and_the_others_are_judged(unit):
    exercise = unit.exercises["halvings"]
    exercise.mistake("for ever", "hint", "count += 1", "n = 2")
    no_such_name = "nothing\n\n\ndef halvings(n):\n    return 0"
    exercise.mistakes.append(Mistake("no such name", "hint", source=no_such_name))
    versions, problems = versions_of(unit, "halvings")
    assert problems == []
    oracle = Oracle(unit, "seed")
    outcomes = judge_versions(oracle, "halvings", versions, 0.5, silent)
    by_name = {
        version.name: Outcome(**outcome)
        for version, outcome in zip(versions, outcomes, strict=True)
    }
    assert by_name[""].full
    assert by_name["stops too early"].diagnosis == "stops too early"
    assert by_name["for ever"].stopped == "it takes longer than 0.5 seconds for one call"
    assert by_name["no such name"].stopped.startswith("its cell stops with NameError")
    (problem,) = problems_of(versions[-1], {"seed": by_name["no such name"]})
    assert "NameError" in problem
    assert "each must run and end" in problem


def test_cases_that_cannot_be_made_are_a_problem(unit):
    @unit.exercises["root"].cases
    def _(rng):
        yield Case("any number", n=rng.no_such_draw())

    examination = Examination(unit, "root", ["seed"], Unprotected())
    assert list(examination.tasks()) == []
    found = examination.result()
    assert not found.reference_passes
    assert "no_such_draw" in found.problems[0]


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        (
            {"a": Outcome(full=True), "b": Outcome(diagnosis="off by one")},
            "1 of 2 seeds (such as a",
        ),
        ({"a": Outcome(full=True), "b": Outcome(full=True)}, "earns full marks with every seed"),
        ({"a": Outcome(diagnosis="other")}, "is taken for 'other' with every seed"),
        ({"a": Outcome(diagnosis=None)}, "is not recognised with every seed"),
    ],
)
def test_mistakes_that_are_not_caught_and_named(outcomes, words):
    (problem,) = problems_of(MISTAKE, outcomes)
    assert words in problem


def test_a_mistake_that_is_caught_and_named_is_none():
    assert problems_of(MISTAKE, {"a": Outcome(diagnosis="off by one")}) == []


def test_the_hint_of_another_mistake_is_worth_a_note():
    (note,) = notes_on(MISTAKE, {"a": Outcome(diagnosis="off by one", at_once="other")})
    assert "hint of 'other'" in note
    assert notes_on(MISTAKE, {"a": Outcome(diagnosis="off by one", at_once="off by one")}) == []


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (["f(1): the shape is (1, 3); (3,) was expected"], None),
        (['Traceback (most recent call last):\n  File "x.py", shape'], "message for programmers"),
        (["shape"], "says nothing"),
        (["it is wrong for some inputs other than those of the examples"], "says nothing"),
        (["f(1): all values differ from those expected"], "no message with shape or axis"),
    ],
)
def test_messages_a_learner_can_act_on(messages, words):
    problems = problems_of_messages("A version", ("shape", "axis"), messages)
    assert [words in problem for problem in problems] == [True] * (words is not None)


def test_inputs_are_changed_only_where_a_criterion_asks():
    plain = Exercise(points={"a": 1})
    asking = Exercise(points={"a": 1, "b": Criterion(1, untouched=("v",))})
    assert list(spoils_for(plain)) == list(SPOILS)
    assert [spoil.name for spoil in spoils_for(asking)][-1] == "changes its inputs"


def test_the_empty_exercise_is_what_nbgrader_leaves(unit):
    source = blank_source(unit.cell("exercise", "Tally").source)
    assert source.count("raise NotImplementedError(") == 2
    assert "        raise NotImplementedError(" in source
    assert "np.zeros" not in source
    assert '"""Nothing has been seen yet."""' in source
    compile(source, "stub", "exec")
