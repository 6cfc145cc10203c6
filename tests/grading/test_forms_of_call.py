"""A call is known by any way to write it, so that the reference's answer stands in for all."""

import numpy as np
import pytest

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
