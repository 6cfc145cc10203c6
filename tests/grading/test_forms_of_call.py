"""A call is known by any way to write it, so that the reference's answer stands in for all."""

import numpy as np
import pytest

from autograder.runner.frames import pack, unpack_whole
from autograder.runner.probing import forms_of_call, recording_calls, replaying


def slope(f, v, h=1e-5):
    return np.full(np.shape(v), 7.0)


ALL = [(), (1e-5,)]


@pytest.mark.parametrize(
    ("args", "kwargs", "optional"),
    [
        ((np.sin, 1.0), {}, ALL),
        ((np.sin, 1.0, 1e-5), {}, ALL),
        ((np.sin, 1.0), {"h": 1e-5}, ALL),
        ((np.sin, 1.0, 0.1), {}, [(0.1,)]),
    ],
)
def test_defaults_may_be_written_out_or_left_out(args, kwargs, optional):
    forms = {form[2:] for form in forms_of_call(slope, args, kwargs)}
    assert forms == set(optional)


def test_a_call_in_another_form_gets_the_recorded_answer():
    answers, namespace = {}, {"slope": slope}
    point = np.array([1.0, 2.0])
    with recording_calls(namespace, ("slope",), answers):
        namespace["slope"](np.sin, point)
    with replaying(learner := {}, answers):
        for call in (
            lambda: learner["slope"](np.sin, point),
            lambda: learner["slope"](np.sin, point, 1e-5),
            lambda: learner["slope"](np.sin, point, h=1e-5),
        ):
            assert np.array_equal(call(), [7.0, 7.0])
        with pytest.raises(NameError):
            learner["slope"](np.sin, point, h=0.1)


def test_a_call_that_changes_its_argument_is_known_by_what_it_was_given():
    def shuffled(n, rng):
        return rng.permutation(n)

    namespace, answers = {"shuffled": shuffled}, {}
    with recording_calls(namespace, ("shuffled",), answers):
        recorded = namespace["shuffled"](5, np.random.default_rng(0))
    del namespace["shuffled"]
    with replaying(namespace, answers):
        replayed = namespace["shuffled"](5, np.random.default_rng(0))
    assert replayed.tolist() == recorded.tolist()


def test_a_replay_moves_the_random_generator_on():
    def shuffled(n, rng):
        return rng.permutation(n)

    def two_epochs(namespace):
        rng = np.random.default_rng(0)
        return [namespace["shuffled"](20, rng).tolist() for _ in range(2)] + [rng.random()]

    namespace, answers = {"shuffled": shuffled}, {}
    with recording_calls(namespace, ("shuffled",), answers):
        recorded = two_epochs(namespace)
    with replaying(learner := {}, unpack_whole(pack(answers))):
        assert two_epochs(learner) == recorded


def test_what_a_caller_does_to_an_answer_does_not_reach_the_next_call():
    namespace, answers = {"pair": lambda n: (np.zeros(n), {"n": n})}, {}

    def spoiled(namespace):
        first, cache = namespace["pair"](3)
        first += 1
        cache["n"] = None
        return namespace["pair"](3)

    with recording_calls(namespace, ("pair",), answers):
        spoiled(namespace)
    with replaying(learner := {}, answers):
        again, cache = spoiled(learner)
    assert again.tolist() == [0, 0, 0]
    assert cache == {"n": 3}
