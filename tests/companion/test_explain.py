"""explain() calls equal what is equal, and names each kind of difference."""

import copy
import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nand2resnet.explain import Difference, equal, explain

KINDS = {
    *("type", "shape", "transposed", "factor", "sign", "shifted", "axis", "permuted"),
    *("overflow", "integer", "dtype", "keys", "length", "values"),
}

ordinary = st.floats(-100, 100).filter(lambda x: abs(x) > 1e-2)
numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**400), max_value=10**400),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.builds(np.float32, st.floats(width=32)),
    st.builds(np.float16, st.floats(width=16)),
    st.builds(np.uint8, st.integers(0, 255)),
    st.builds(np.longdouble, st.floats()),
    st.just(len),
    st.just(np.datetime64("NaT")),
)
dtypes = st.one_of(
    hnp.scalar_dtypes(),
    hnp.unicode_string_dtypes(max_len=4),
    hnp.byte_string_dtypes(max_len=4),
)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
object_arrays = st.lists(st.one_of(st.none(), st.integers(), st.lists(st.floats()))).map(
    lambda entries: np.array([*entries, None], dtype=object)
)
arrays = hnp.arrays(dtypes, shapes) | object_arrays
plain = st.recursive(
    numbers | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.floats() | st.booleans(), inner, max_size=4)
    ),
    max_leaves=8,
)


def telling_arrays(min_size=3, max_dims=2):
    """Arrays of different ordinary numbers, in which no relation holds by chance."""
    return hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=1, max_dims=max_dims, min_side=2, max_side=5).filter(
            lambda shape: math.prod(shape) >= min_size
        ),
        elements=ordinary,
        unique=True,
    )


@given(plain)
def test_a_value_equals_itself_and_its_deep_copy(value):
    assert explain(value, value) is None
    assert explain(copy.deepcopy(value), value) is None


@given(plain, plain)
def test_any_two_values_are_compared_without_an_error(actual, expected):
    found = explain(actual, expected, inputs={"x": actual, "n": expected})
    assert found is None or (found.kind in KINDS and found.text.endswith((".", "?", "`return`?")))


@given(plain, plain, st.sampled_from([{}, {"rtol": 0, "atol": 0}, {"rtol": 0.5}]), st.booleans())
def test_a_brief_comparison_agrees_with_a_long_one(actual, expected, tolerance, single):
    inputs = {"x": np.float32(1)} if single else {}
    for came in (actual, expected, copy.deepcopy(expected)):
        found = explain(came, expected, **tolerance, inputs=inputs)
        assert equal(came, expected, **tolerance, inputs=inputs) == (found is None)


@given(hnp.arrays(np.float64, shapes, elements=ordinary), st.data())
def test_a_brief_comparison_sees_one_small_change(expected, data):
    actual = expected.copy()
    assume(expected.size)
    at = data.draw(st.integers(0, expected.size - 1))
    actual.flat[at] *= 1 + data.draw(st.sampled_from([1e-9, 1e-7, 1e-5, 1e-3]))
    for came, wanted in ((actual, expected), ((actual, 1), (expected, 1)), ([actual], [expected])):
        assert equal(came, wanted) == (explain(came, wanted) is None)


@given(hnp.arrays(np.float64, shapes, elements=st.floats(-1e300, 1e300) | st.just(np.nan)))
def test_noise_below_the_tolerance_is_equal(array):
    assert explain(array * (1 + 1e-8), array) is None


@given(telling_arrays(min_size=2), st.data())
def test_one_number_beyond_the_tolerance_is_different(expected, data):
    actual = expected.copy()
    at = data.draw(st.integers(0, expected.size - 1))
    actual.flat[at] *= 1 + 1e-4
    found = explain(actual, expected)
    place = list(map(int, np.unravel_index(at, expected.shape)))
    assert f"First difference, at {place}:" in found.text


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (np.float64(2.0), 2),
        (np.array(2.0), 2.0),
        (2, np.array(2.0)),
        (True, 1),
        (np.bool_(False), 0.0),
        (np.array([True, False]), np.array([1, 0])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        ([1, 2.0], (1.0, 2)),
        ((1, [2, (3,)]), [1, (2, [3])]),
        (np.array([1.0, 2.0]), [1, 2]),
        (math.nan, np.nan),
        (np.array([1.0, np.nan, np.inf]), np.array([1.0, np.nan, np.inf])),
        ({"a": 1, "b": np.zeros(2)}, {"b": np.zeros(2), "a": 1.0}),
        (np.float32(0.1), 0.1),
        (np.array([0.1], dtype=np.float32), np.array([0.1])),
        (1 + 0j, 1),
        (2**64, 2.0**64),
        (10**400, 10**400),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array(["a", "b"]), np.array(["a", "b"], dtype=object)),
        (None, None),
        (np.uint64(2**63), 2**63),
    ],
)
def test_what_counts_as_the_same(actual, expected):
    assert explain(actual, expected) is None


@pytest.mark.parametrize(
    ("actual", "expected", "kind"),
    [
        ([1.0, 2.0], np.array([1.0, 2.0]), "type"),
        (np.zeros((1, 3)), np.zeros(3), "shape"),
        (np.zeros(3), np.zeros((1, 3)), "shape"),
        (np.zeros(1), 0.0, "shape"),
        (0.0, np.zeros(1), "shape"),
        (None, 3.0, "type"),
        (3.0, None, "type"),
        (0, None, "type"),
        ("2", 2, "type"),
        (2, "2", "type"),
        (b"2", "2", "type"),
        ([2.0], 2.0, "type"),
        (2.0, (2.0, 3.0), "type"),
        ((1, 2), (1, 2, 3), "length"),
        ({"a": 1}, {"b": 1}, "keys"),
        ({"a": 1}, [("a", 1)], "type"),
        (np.array([1, None]), np.array([1, 2]), "dtype"),
        (np.array(["1", "2"]), np.array([1, 2]), "dtype"),
        (math.nan, 1.0, "overflow"),
        (math.inf, 1.0, "overflow"),
        (1.0, math.nan, "values"),
        (1.0, math.inf, "values"),
        (-math.inf, math.inf, "values"),
        (2**62 + 1, 2**62, "values"),
        (10**400 + 1, 10**400, "values"),
        (10**400, math.inf, "values"),
        (0, 10**400, "values"),
        ("Spam", "spam", "values"),
        (lambda: 1, 1, "type"),
    ],
)
def test_what_counts_as_different(actual, expected, kind):
    assert explain(actual, expected).kind == kind


def test_the_coarser_dtype_sets_the_tolerance_but_nobody_gains_by_rounding():
    exact = np.array([1.0, 3.0])
    assert explain(exact * (1 + 5e-5), exact).kind == "factor"
    assert explain((exact * (1 + 5e-5)).astype(np.float32), exact) is None
    assert explain(exact * (1 + 5e-5), exact.astype(np.float32)) is None
    assert explain((exact * 1.005).astype(np.float16), exact.astype(np.float16)) is None
    assert explain(exact * 1.005, exact.astype(np.float16)) is None
    assert explain((exact * 1.005).astype(np.float16), exact) is not None
    assert explain((exact * 1.005).astype(np.float32), exact) is not None
    assert explain((exact * (1 + 5e-5)).astype(np.complex64), exact) is None


def test_integers_are_exact_unless_a_tolerance_is_given():
    assert explain(1_000_001, 1_000_000) is not None
    assert explain(1_000_001, 1_000_000, rtol=1e-3) is None
    assert explain(np.array([10, 20]), np.array([10, 21])) is not None
    assert explain(np.array([10, 20]), np.array([10, 21]), atol=1) is None
    assert explain([1, 2], [1, 3], atol=1) is None


@given(
    telling_arrays(),
    st.sampled_from([2, 3, 7, 1 / 2, 1 / 3, 1 / 50, -3, 1.37, 1e-12, 1e12]),
)
def test_a_common_factor_is_named(expected, factor):
    found = explain(factor * expected, expected)
    assert found.kind == "factor"
    names = {2: "2 times", 3: "3 times", 1 / 2: "half of", 1 / 3: "1/3 of", 1 / 50: "1/50 of"}
    names |= {7: "7 times", -3: "-3 times", 1.37: "1.37 times", 1e-12: "1e-12 times"}
    assert names.get(factor, "1e+12 times") in found.text


@given(st.integers(3, 40), ordinary, st.sampled_from(["n", "1/n", "2n", "1/(2n)"]))
def test_a_factor_that_is_a_size_of_the_data_says_so(n, value, which):
    assume(abs(value - 1) > 0.01)
    factor = {"n": n, "1/n": 1 / n, "2n": 2 * n, "1/(2n)": 1 / (2 * n)}[which]
    found = explain(value * factor, value, inputs={"x": np.zeros(n)})
    assert found.kind == "factor"
    assert f"{n} is the length of `x`" in found.text
    assert (f"{n} times" if which == "n" else "what was expected") in found.text


def test_a_factor_that_is_an_argument_says_so():
    found = explain(np.array([1.0, 3.0]), np.array([0.1, 0.3]), inputs={"w": 0, "lr": 0.1})
    assert found.kind == "factor"
    assert "0.1 is `lr`" in found.text


def test_two_single_numbers_have_no_factor_by_chance():
    assert explain(3.7, 1.2, inputs={"x": np.zeros(5)}).kind == "values"
    assert explain(3, 1).kind == "values"
    assert explain(np.array([3.7]), np.array([1.2])).kind == "values"


@given(telling_arrays(min_size=1) | ordinary)
def test_a_wrong_sign_is_named(expected):
    assert explain(-expected, expected).kind == "sign"


@given(telling_arrays())
def test_one_wrong_sign_is_named(expected):
    assume(expected.size > 2)
    actual = expected.copy()
    actual.flat[0] *= -1
    found = explain(actual, expected)
    assert found.kind == "sign"
    assert "sign of 1 value" in found.text


@given(telling_arrays(), st.floats(0.01, 1000), st.booleans())
def test_a_common_shift_is_named(expected, size, up):
    actual = expected + size if up else expected - size
    assume(explain(-actual, expected) is not None)
    found = explain(actual, expected)
    assert found.kind in {"shifted", "sign", "permuted", "integer"}
    if found.kind == "shifted":
        assert ("too large" if up else "too small") in found.text


def test_a_shift_says_by_how_much():
    found = explain(np.array([1.5, 2.5, 7.25]), np.array([1.0, 2.0, 6.75]))
    assert found == Difference(
        "shifted",
        "Every value is too large by the same amount, 0.5. "
        "First difference, at [0]: 1.5 came, 1.0 was expected.",
        "First difference, at [0]: 1.5 came, 1.0 was expected.",
    )


@given(telling_arrays(max_dims=4))
def test_transposing_is_named(expected):
    assume(expected.ndim > 1)
    found = explain(expected.T, expected)
    assert found.kind == "transposed"


@given(telling_arrays(min_size=4, max_dims=1), st.randoms(use_true_random=False))
def test_another_order_is_named(expected, random):
    order = list(range(expected.size))
    random.shuffle(order)
    assume(order != sorted(order))
    assume(explain(np.abs(expected[order]), np.abs(expected)) is not None)
    assert explain(expected[order], expected).kind == "permuted"


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (np.array([4.0, 3.0, 2.0, 1.0]), "in reverse order"),
        (np.array([4.0, 1.0, 2.0, 3.0]), "one place too late"),
        (np.array([2.0, 3.0, 4.0, 1.0]), "one place too early"),
        (np.array([2.0, 1.0, 4.0, 3.0]), "in another order"),
    ],
)
def test_the_order_is_described(actual, words):
    assert words in explain(actual, np.array([1.0, 2.0, 3.0, 4.0])).text


def test_labels_are_not_called_permuted():
    assert explain(np.array([0, 1, 1, 0]), np.array([0, 1, 0, 1])).kind == "values"


@given(hnp.arrays(np.float64, (5, 3), elements=ordinary, unique=True))
def test_a_wrong_axis_is_named(values):
    assume(abs(values.sum() - round(values.sum())) > 0.1)
    assert explain(values.sum(axis=1), values.sum(axis=0)).kind == "axis"
    assert explain(values.sum(), values.sum(axis=0)).kind == "axis"
    assert explain(values.sum(axis=0), values.sum()).kind == "axis"
    assert explain(values, values.mean(axis=0)).kind == "axis"
    assert explain(values.mean(axis=1), values.mean(axis=0)).kind in {"axis", "shape"}


@given(hnp.arrays(np.float64, (4, 4), elements=ordinary, unique=True))
def test_a_wrong_axis_of_a_square_is_named(values):
    assume(abs(values.sum() - round(values.sum())) > 0.1)
    assert explain(values.sum(axis=1), values.sum(axis=0)).kind in {"axis", "permuted"}


@given(telling_arrays(), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_overflow_is_named(expected, value):
    actual = expected.copy()
    actual.flat[-1] = value
    found = explain(actual, expected)
    assert found.kind == "overflow"
    assert f"1 of {expected.size} values is {'nan' if np.isnan(value) else 'inf'}" in found.text


def test_a_small_integer_that_wraps_around_is_named():
    images = np.array([200, 100], dtype=np.uint8)
    found = explain(images + images, np.array([400.0, 200.0]))
    assert found.kind == "overflow"
    assert "0 to 255" in found.text


@given(telling_arrays())
@example(np.array([0.5, 2.5, -1.5]))
def test_lost_decimals_are_named(expected):
    assume(np.abs(expected - np.rint(expected)).max() > 1e-3)
    assert explain(expected.astype(int), expected).kind == "integer"
    floored = np.floor(expected)
    assume(floored.any())
    assert explain(floored, expected).kind == "integer"


def test_lost_decimals_of_one_number_are_named():
    assert explain(2, 2.5).kind == "integer"
    assert explain(2.0, 2.5).kind == "integer"
    assert explain(0.0, 0.3).kind == "values"


def test_squares_and_roots_are_named():
    variance = np.array([0.3, 2.5, 7.0])
    assert "square of" in explain(variance**2, variance).text
    assert "square root of" in explain(np.sqrt(variance), variance).text


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (np.arange(12.0)[:-1], "1 is missing at the end"),
        (np.arange(12.0)[2:], "2 are missing at the beginning"),
        (np.arange(13.0), "1 is too many at the end"),
        (np.arange(-1.0, 12.0), "1 is too many at the beginning"),
        (np.arange(12.0).reshape(3, 4), "reshape"),
        (np.arange(12.0).reshape(12, 1), "drop the axis"),
    ],
)
def test_what_was_done_to_the_shape_is_said(actual, words):
    found = explain(actual, np.arange(12.0))
    assert found.kind == "shape"
    assert words in found.text


def test_missing_rows_are_said():
    path = np.arange(12.0).reshape(6, 2)
    found = explain(path[:-1], path)
    assert (found.kind, "missing at the end of axis 0" in found.text) == ("shape", True)


@pytest.mark.parametrize(
    ("actual", "expected", "start"),
    [
        ((1.0, 2.5), (1.0, 2.0), "The second of the two returned values: 2.5 came"),
        ((1, [1, 2, 3.5], 3), (1, [1, 2, 3], 3), "The second of the three returned values: 1 of 3"),
        ({"mean": 1.0}, {"mean": 1.5}, "Key 'mean': 1.0 came; 1.5 was expected."),
        (
            (1.0, {"mean": np.zeros((1, 2))}),
            (1.0, {"mean": np.zeros(2)}),
            "The second of the two returned values, key 'mean': The shape is (1, 2)",
        ),
        ([[1, 2], [3, "a"]], [[1, 2], [3, 4]], "Entry 1, entry 1: The text 'a' came"),
        (
            [np.zeros(2), np.ones(2)],
            [np.zeros(2), np.zeros(2)],
            "Entry 1: All values differ. First difference, at [0]",
        ),
    ],
)
def test_the_place_is_said(actual, expected, start):
    assert explain(actual, expected).text.startswith(start)


@given(st.lists(telling_arrays(), min_size=2, max_size=4))
def test_returned_values_in_another_order(values):
    assume(all(explain(values[0], other) is not None for other in values[1:]))
    found = explain((*values[1:], values[0]), tuple(values))
    assert found.kind == "permuted"


def test_a_list_of_numbers_is_explained_as_a_whole():
    assert explain([2, 4, 6], [1, 2, 3]).kind == "factor"
    assert (
        explain([1, 2, 4], [1, 2, 3]).first == "First difference, at [2]: 4 came, 3 was expected."
    )


def test_nested_data_deeper_than_can_be_compared_is_not_an_error():
    deep, other = [1], [2]
    for _ in range(5000):
        deep, other = [deep], [other]
    assert explain(deep, other).kind == "type"
    loop: list = []
    loop.append(loop)
    assert explain(loop, [[[1]]]) is not None


def test_two_close_numbers_are_shown_with_enough_digits():
    found = explain(1.000002, 1.0)
    assert "1.000002 came" in found.text.replace("1.00000200", "1.000002")


@given(plain, plain)
def test_texts_are_short(actual, expected):
    found = explain(actual, expected)
    assert found is None or len(found.text) < 700


def test_numbers_of_single_precision_that_went_in_are_met_with_patience():
    came, expected = np.array([0.0119999796]), np.array([0.0119999945])
    assert explain(came, expected) is not None
    for inputs in ({"x": np.ones(2)}, {"x": [1.0, 2]}, {"x": np.ones(2, np.float16)}):
        assert explain(came, expected, inputs=inputs) is not None
    for one in (np.ones(2, np.float32), np.float32(1), [(np.ones(2, np.float32),)]):
        assert explain(came, expected, inputs={"x": one}) is None
        assert explain(7, 8, inputs={"x": one}) is not None
        assert explain(100_001, 100_000, inputs={"x": one}) is not None
        assert explain(1.001 * came, expected, inputs={"x": one}) is not None
