"""Observations survive the way to JSON and back; a case key stands for one case."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nand2resnet.explain import explain
from nand2resnet.hints import Raised, case_key, from_plain, lookup, stored, to_plain

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=5)
    | st.builds(np.float32, st.floats(width=32))
)
dtypes = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes()
    | hnp.unsigned_integer_dtypes()
    | hnp.floating_dtypes(sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(sizes=(64, 128))
    | hnp.unicode_string_dtypes(max_len=4)
)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
arrays = hnp.arrays(dtypes, shapes)
observations = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=4)
    ),
    max_leaves=8,
)


def there_and_back(value):
    return from_plain(json.loads(json.dumps(to_plain(value), allow_nan=False)))


@given(observations)
def test_an_observation_survives_json(value):
    assert explain(there_and_back(value), value, rtol=0, atol=0) is None


@given(arrays)
def test_an_array_keeps_shape_dtype_and_every_bit(array):
    back = there_and_back(array)
    assert (back.shape, back.dtype) == (array.shape, array.dtype.newbyteorder("="))
    assert np.array_equal(back, array, equal_nan=array.dtype.kind in "fc")
    if array.dtype.kind == "f":
        assert np.array_equal(
            np.signbit(back[~np.isnan(back)]), np.signbit(array[~np.isnan(array)])
        )


def test_tuples_lists_and_dicts_keep_their_type():
    value = ({"a": [1, (2,)], 3: None, (4, 5): True}, [])
    back = there_and_back(value)
    assert back == value
    assert type(back[0]["a"][1]) is tuple


def test_arrays_of_objects_survive():
    array = np.empty(3, dtype=object)
    array[:] = [None, [1, 2.5], np.zeros(2)]
    assert explain(there_and_back(array), array) is None


def test_the_form_is_the_documented_one():
    assert to_plain(np.array([1.0, np.inf])) == {"array": [1.0, "inf"], "dtype": "float64"}
    assert to_plain((1, 2)) == {"tuple": [1, 2]}
    assert to_plain({"a": 1}) == {"dict": [["a", 1]]}
    assert to_plain(1 + 2j) == {"complex": [1.0, 2.0]}
    assert to_plain(math.nan) == {"float": "nan"}
    assert to_plain(ValueError("too small")) == {"error": "ValueError", "message": "too small"}


def test_errors_come_back_as_raised():
    assert there_and_back(ValueError("too small")) == Raised("ValueError", "too small")
    assert there_and_back(Raised("A", "b")) == Raised("A", "b")


@pytest.mark.parametrize("value", [object(), {1, 2}, len, np.array(["2020"], dtype="M8[D]"), [{1}]])
def test_what_is_not_plain_data_is_refused(value):
    with pytest.raises(TypeError, match="cannot be kept as JSON"):
        to_plain(value)


def cube(v):
    return v**3


def square(v):
    return v**2


CASES = [
    ("call", "derivative", (cube, 2.0)),
    ("gradient", "derivative", (cube, 2.0)),
    ("call", "slope", (cube, 2.0)),
    ("call", "derivative", (square, 2.0)),
    ("call", "derivative", (cube, 2.00001)),
    ("call", "derivative", (cube,)),
    ("call", "derivative", (cube, 2.0, 2.0)),
    ("call", "derivative", (cube, (2.0, 2.0))),
    ("call", "derivative", (cube, np.array([2.0]))),
    ("call", "derivative", (cube, np.array([[2.0]]))),
    ("call", "derivative", (cube, "2.0")),
    ("call", "derivative", (cube, None)),
    ("call", "derivative", (cube, {"v": 2.0})),
    ("call", "derivative", (cube, 2.0 + 1j)),
    ("call", "derivative", (cube, np.random.default_rng(1))),
    ("call", "derivative", (cube, np.random.default_rng(2))),
    ("call", "derivative", (cube, 10**400)),
    ("call", "derivative", (cube, math.nan)),
]


def test_different_cases_have_different_keys():
    keys = {case_key(*case) for case in CASES}
    assert len(keys) == len(CASES)
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)


def test_a_key_does_not_depend_on_the_type_or_last_digits_of_a_number():
    wanted = case_key("call", "f", (2.0, np.array([0.0, 1 / 3])))
    assert case_key("call", "f", (2, np.array([-0.0, 0.3333333333]))) == wanted
    assert case_key("call", "f", (np.float32(2), np.array([0.0, 1 / 3], np.float32))) == wanted
    assert case_key("call", "f", (np.array(2.0), np.array([0.0, 1 / 3]))) == wanted


def test_a_key_stays_the_same_from_release_to_release():
    # The files that the build wrote are found by these; a change here needs a new build.
    assert case_key("call", "derivative", (cube, 2.0)) == "e3d87be66aa68e55"


@given(st.lists(observations, max_size=3).map(tuple))
def test_every_argument_has_a_key(args):
    assert case_key("call", "f", args) == case_key("call", "f", args)


def write_unit(folder, unit, key, mistake, observation):
    entry = {"exercise": "f", "mistake": mistake, "hint": "Look again."}
    entry["observation"] = to_plain(observation)
    content = {"unit": unit, "checks": {key: [entry]}}
    (folder / f"{unit}.json").write_text(json.dumps(content), encoding="utf-8")


def test_hints_of_all_units_are_found(tmp_path):
    write_unit(tmp_path, "a", "k1", "one", (1.0, np.zeros(2)))
    write_unit(tmp_path, "b", "k1", "two", ValueError("x"))
    write_unit(tmp_path, "c", "k2", "three", 3)
    first, second = lookup("k1", tmp_path)
    assert (first.mistake, second.mistake, second.observation.error) == ("one", "two", "ValueError")
    assert explain(first.observation, (1.0, np.zeros(2))) is None
    assert [hint.mistake for hint in lookup("k2", tmp_path)] == ["three"]
    assert lookup("k3", tmp_path) == ()


def test_an_empty_or_missing_folder_holds_no_hints(tmp_path):
    assert lookup("k", tmp_path) == ()
    assert lookup("k", tmp_path / "missing") == ()


def test_a_damaged_file_is_said_and_the_others_are_read(tmp_path):
    write_unit(tmp_path, "b", "k", "one", 1)
    (tmp_path / "a.json").write_text('{"unit": "a", "che', encoding="utf-8")
    with pytest.warns(UserWarning, match=r"a\.json cannot be read"):
        assert len(lookup("k", tmp_path)) == 1


def test_files_are_read_once(tmp_path):
    write_unit(tmp_path, "a", "k", "one", 1)
    assert len(lookup("k", tmp_path)) == 1
    (tmp_path / "a.json").unlink()
    assert len(lookup("k", tmp_path)) == 1
    stored.cache_clear()
    assert lookup("k", tmp_path) == ()
