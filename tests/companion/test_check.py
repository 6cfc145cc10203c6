"""check passes in one line and fails in one short error that a learner can act on."""

import json
import re

import numpy as np
import pytest

from nand2resnet import hints
from nand2resnet.check import Check, CheckFailed, check
from nand2resnet.failure import own_frames
from nand2resnet.hints import Raised, case_key, to_plain


def cube(v):
    return v**3


def bowl(v):
    return np.sum(v**2)


def slope(f, v):
    return (f(v + 1e-5) - f(v - 1e-5)) / 2e-5


def doubled_slope(f, v):
    return 2 * slope(f, v)


def scaled(x, by=2.0):
    return by * x


def scaled_in_place(x, by=2.0):
    x *= by
    return x


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Store a hint for a case, where the build would have put it."""

    def write(key, observation, hint="Look at the denominator."):
        entry = {"exercise": "e", "mistake": "m", "hint": hint}
        entry["observation"] = to_plain(observation)
        (tmp_path / "u.json").write_text(json.dumps({"unit": "u", "checks": {key: [entry]}}))
        found = hints.stored(tmp_path)
        monkeypatch.setattr(hints, "stored", lambda _: found)

    return write


def message(method, *args, **options):
    with pytest.raises(CheckFailed) as failed:
        method(*args, **options)
    return str(failed.value)


def test_a_passing_check_says_in_one_line_what_was_checked(capsys):
    check(slope, cube, 2.0, expected=12.0)
    assert capsys.readouterr().out == "✓ slope(cube, 2.0): 12.0\n"


def test_large_arguments_and_results_are_described(capsys):
    check(scaled, np.arange(100.0), expected=2 * np.arange(100.0))
    line = capsys.readouterr().out
    assert line == "✓ scaled(array of shape (100,)): a NumPy array of shape (100,)\n"


def test_a_wrong_number_is_shown_and_explained():
    assert message(check, doubled_slope, cube, 2.0, expected=12.0) == (
        "doubled_slope(cube, 2.0) is not right yet.\n"
        "24.0 came; 12.0 was expected. That is 2 times what was expected."
    )


def test_a_wrong_array_is_shown_beside_the_right_one_and_explained():
    x = np.array([1.0, 2.0, 4.0])
    assert message(check, scaled, x, 3.0, expected=2 * x) == (
        "scaled(array([1.0, 2.0, 4.0]), 3.0) is not right yet.\n"
        "  expected  array([2.0, 4.0, 8.0])\n"
        "  came      array([3.0, 6.0, 12.0])\n"
        "Every value is 3/2 of what was expected. "
        "First difference, at [0]: 3.0 came, 2.0 was expected."
    )


def test_a_factor_that_is_a_size_of_an_argument_is_named_by_the_parameter():
    def loss(errors):
        return np.sum(errors**2)

    text = message(check, loss, np.arange(7.0), expected=np.mean(np.arange(7.0) ** 2))
    assert "7 times what was expected (7 is the length of `errors`)" in text


def test_the_hint_of_a_known_mistake_takes_the_place_of_the_explanation(store):
    store(case_key("call", "doubled_slope", (cube, 2.0)), 24.0)
    assert message(check, doubled_slope, cube, 2.0, expected=12.0) == (
        "doubled_slope(cube, 2.0) is not right yet.\n"
        "24.0 came; 12.0 was expected.\n"
        "Hint: Look at the denominator."
    )


def test_another_mistake_on_the_same_case_is_explained(store):
    store(case_key("call", "doubled_slope", (cube, 2.0)), 36.0)
    assert "2 times" in message(check, doubled_slope, cube, 2.0, expected=12.0)


def test_a_hint_can_be_for_an_error(store):
    def inverse(x):
        return 1 / (x - x)

    store(case_key("call", "inverse", (3,)), ZeroDivisionError("any words"))
    text = message(check, inverse, 3, expected=1)
    assert "ZeroDivisionError: division by zero" in text
    assert text.endswith("Hint: Look at the denominator.")


def test_an_error_stored_as_a_hint_is_not_taken_for_a_value(store):
    store(case_key("call", "doubled_slope", (cube, 2.0)), Raised("TypeError", ""))
    assert "2 times" in message(check, doubled_slope, cube, 2.0, expected=12.0)


@pytest.mark.parametrize(
    ("call", "key", "observation"),
    [
        (lambda: check.shape(scaled, 2.0, expected=3), ("shape", (2.0,)), ()),
        (lambda: check.dtype(scaled, 2.0, expected="int64"), ("dtype", (2.0,)), "float64"),
        (
            lambda: check.untouched(scaled_in_place, np.ones(2)),
            ("untouched", (np.ones(2),)),
            [np.full(2, 2.0)],
        ),
        (lambda: check.raises(ValueError, scaled, 2.0), ("raises", (2.0,)), False),
        (
            lambda: check.gradient(scaled, bowl, np.ones(2) * 3),
            ("gradient", (bowl, np.ones(2) * 3)),
            None,
        ),
    ],
)
def test_every_method_finds_its_hints(store, call, key, observation):
    method, args = key
    name = "scaled_in_place" if method == "untouched" else "scaled"
    if method == "gradient":
        store(case_key(method, "wrong_slope", args), np.ones(2))

        def wrong_slope(_):
            return np.ones(2)

        text = message(check.gradient, wrong_slope, bowl, args[1])
    else:
        store(case_key(method, name, args), observation)
        with pytest.raises(CheckFailed) as failed:
            call()
        text = str(failed.value)
    assert "Hint: Look at the denominator." in text


def test_close_finds_its_hints_by_what_it_compares(store):
    store(case_key("close", "the minimum", ()), 3.0)
    assert "Hint:" in message(check.close, 3.0, 4.0, of="the minimum")
    assert "Hint:" not in message(check.close, 3.0, 4.0, of="the maximum")


def test_every_call_gets_its_own_copies(capsys):
    x = np.array([1.0, 2.0])
    nested = {"rows": [np.array([1.0])]}

    def spoil(a, b):
        a *= 0
        b["rows"][0] *= 0
        b["rows"].append(1)
        return a

    check(spoil, x, nested, expected=np.zeros(2))
    assert x.tolist() == [1.0, 2.0]
    assert nested == {"rows": [np.array([1.0])]}
    rng = np.random.default_rng(3)
    drawn = np.random.default_rng(3).normal(size=2)
    for _ in range(2):
        check(lambda r: r.normal(size=2), rng, expected=drawn)


def test_what_cannot_be_copied_is_passed_on():
    check(list, (n for n in range(3)), expected=[0, 1, 2])


def test_a_stub_is_said_to_be_not_written_yet():
    def derivative(f, v):
        raise NotImplementedError("return the central difference")

    assert message(check, derivative, cube, 2.0, expected=12.0) == (
        "`derivative` is not written yet.\nreturn the central difference"
    )


def test_a_class_that_cannot_be_made_yet_is_called_by_its_own_name():
    class Network:
        def __init__(self):
            raise NotImplementedError("make the layers")

        def forward(self):
            raise NotImplementedError

    def layers_of(kind):
        return kind().layers

    text = message(check, layers_of, Network, expected=3)
    assert text.startswith("`Network` is not written yet (layers_of(Network) needs it).")
    forward = message(check, Network.forward, None, expected=3)
    assert forward.startswith("`forward` is not written yet")


def test_a_stub_that_another_function_needs_is_named():
    def derivative(f, v):
        raise NotImplementedError

    def gradient_check(f, v):
        return derivative(f, v)

    text = message(check, gradient_check, cube, 2.0, expected=0.0)
    assert text == "`derivative` is not written yet (gradient_check(cube, 2.0) needs it)."


def test_an_error_of_the_learners_shows_their_line_and_no_frame_of_a_library():
    def project(w, x):
        total = 0.0
        return total + w @ x

    text = message(check, project, np.ones(3), np.ones(4), expected=0.0)
    lines = text.splitlines()
    assert lines[0] == (
        "project(array([1.0, 1.0, 1.0]), array([1.0, 1.0, 1.0, 1.0])) stopped with an error."
    )
    assert lines[1].startswith("ValueError: matmul")
    assert re.fullmatch(r"  test_check.py, line \d+, in project: return total \+ w @ x", lines[2])
    assert "equally long. Print both shapes." in lines[3]
    assert len(lines) == 4


def test_an_endless_recursion_is_short():
    def forever(n):
        return forever(n)

    text = message(check, forever, 1, expected=1)
    assert "RecursionError" in text
    assert len(text.splitlines()) <= 6


def test_the_wrong_number_of_parameters_is_said():
    text = message(check, scaled, 1, 2, 3, expected=1)
    assert "scaled() takes from 1 to 2 positional arguments but 3 were given" in text


def test_the_original_error_stays_reachable_for_the_debugger():
    with pytest.raises(CheckFailed) as failed:
        check(lambda: 1 / 0, expected=1)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert [frame.name for frame in own_frames(failed.value.__cause__)] == ["<lambda>"]


def test_an_interruption_is_passed_on():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(interrupted, expected=1)


def test_something_that_is_no_function():
    assert "A function was to be checked" in message(check, 3.0, cube, expected=12.0)


def test_gradient_agrees_with_a_central_difference(capsys):
    x = np.array([[1, 2], [3, 4]])
    check.gradient(scaled, bowl, x)
    check.gradient(lambda v: 3 * v**2, cube, 2)
    assert "✓ scaled(array([[1, 2], [3, 4]])) agrees with a central difference of bowl" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize("point", [0.0, np.zeros(3), np.full(3, 1e-9), np.full(3, 1e6)])
def test_gradient_is_right_where_it_is_small_or_large(point):
    check.gradient(scaled, bowl, point)


def test_gradient_says_the_relative_error_and_what_is_wrong():
    x = np.array([1.0, 2.0, 4.0])
    text = message(check.gradient, lambda v: 3 * v, bowl, x)
    assert "does not agree with a central difference of bowl (relative error 2.0e-01)." in text
    assert "3/2 of" in text
    assert "relative error" in message(check.gradient, lambda v: 2 * v + 1e-4, bowl, x)
    assert "transposed" in message(
        check.gradient, lambda v: 2 * v.T, bowl, np.arange(6.0).reshape(2, 3)
    )
    assert "A list of 3 values came" in message(check.gradient, lambda v: list(2 * v), bowl, x)
    assert "nan" in message(check.gradient, lambda v: v * np.nan, bowl, x)


def test_gradient_of_something_with_many_values_is_refused():
    text = message(check.gradient, scaled, cube, np.ones(3))
    assert "gave a NumPy array of shape (3,), where one number is needed" in text


def test_shape(capsys):
    check.shape(scaled, np.ones((3, 4)), expected=(3, 4))
    check.shape(scaled, np.ones(3), expected=3)
    check.shape(scaled, 2.0, expected=())
    check.shape(lambda: (np.ones(3), 2.0), expected=((3,), ()))
    assert capsys.readouterr().out.count("✓") == 4
    text = message(check.shape, scaled, np.ones((1, 3)), expected=(3,))
    assert "has the shape (1, 3); (3,) was expected." in text


def test_dtype(capsys):
    check.dtype(scaled, np.ones(3, np.float32), expected="float32")
    check.dtype(lambda: (1, True), expected=("int64", "bool"))
    assert capsys.readouterr().out.count("✓") == 2
    text = message(check.dtype, lambda: np.ones(2), expected="int64")
    assert "has the dtype float64; int64 was expected" in text


def test_untouched(capsys):
    check.untouched(scaled, np.ones(3))
    assert "leaves what it was given as it was" in capsys.readouterr().out
    text = message(check.untouched, scaled_in_place, np.ones(2))
    assert "scaled_in_place(array([1.0, 1.0])) changes what it was given." in text
    assert "`x` was array([1.0, 1.0]) and is now array([2.0, 2.0])" in text
    assert "`state`" in message(check.untouched, lambda state: state.update(t=1), {})
    check.untouched(lambda rng: rng.normal(), np.random.default_rng(0))


def test_raises(capsys):
    def root(x):
        if x < 0:
            raise ValueError("x must not be negative")
        return x**0.5

    check.raises(ValueError, root, -1)
    assert capsys.readouterr().out == "✓ root(-1) raises ValueError: x must not be negative\n"
    assert "It returned 2.0; a ValueError was expected." in message(
        check.raises, ValueError, root, 4
    )
    assert "A KeyError was expected." in message(check.raises, KeyError, root, -1)


def test_a_stub_does_not_pass_for_the_error_that_is_asked_for():
    def root(x):
        raise NotImplementedError("not yet")

    assert "`root` is not written yet" in message(check.raises, RuntimeError, root, -1)


def test_close(capsys):
    check.close(1.0, 1.0, of="the minimum")
    assert capsys.readouterr().out == "✓ the minimum: 1.0\n"
    assert message(check.close, 3.0, 4.0, of="the minimum").startswith("the minimum: not right yet")
    check.close(3.0, 4.0, of="the minimum", atol=2)


def test_check_is_the_instance_that_may_be_replaced():
    assert isinstance(check, Check)
