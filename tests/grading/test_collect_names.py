"""Whose file it is, by its name in a download."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.collect.naming import HandIn, clean, read_name, student_id, without_copy_number

MOODLE = "Jane Doe_12345_assignsubmission_file_"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("doejane_12_678_b.ipynb", HandIn("Canvas", "doejane", "12", "b.ipynb", upload=678)),
        (
            "doejane_LATE_12_678_a-1.ipynb",
            HandIn("Canvas", "doejane", "12", "a-1.ipynb", True, 678),
        ),
        (
            "o_brien_12_678_1_2_a.ipynb",
            HandIn("Canvas", "o_brien", "12", "1_2_a.ipynb", upload=678),
        ),
        ("李明_12_678_a.ipynb", HandIn("Canvas", "李明", "12", "a.ipynb", upload=678)),
        ("anon_x7Ygc_678_a.ipynb", HandIn("Canvas", "", "anon_x7Ygc", "a.ipynb", upload=678)),
        ("LATE_anon_x7Ygc_678_a.ipynb", HandIn("Canvas", "", "anon_x7Ygc", "a.ipynb", True, 678)),
        (
            "submissions/doejane_12_678_a.ipynb",
            HandIn("Canvas", "doejane", "12", "a.ipynb", upload=678),
        ),
        (f"{MOODLE}/a.ipynb", HandIn("Moodle", "Jane Doe", "12345", "a.ipynb")),
        (f"{MOODLE}a.ipynb", HandIn("Moodle", "Jane Doe", "12345", "a.ipynb")),
        (f"{MOODLE[:-1]}/a.ipynb", HandIn("Moodle", "Jane Doe", "12345", "a.ipynb")),
        (f"{MOODLE}/part/a.ipynb", HandIn("Moodle", "Jane Doe", "12345", "part/a.ipynb")),
        (f"course-unit-77/{MOODLE}/a.ipynb", HandIn("Moodle", "Jane Doe", "12345", "a.ipynb")),
        ("Group A_assignsubmission_file_/a.ipynb", HandIn("Moodle", "Group A", "", "a.ipynb")),
        (
            "Jane Doe_9_assignsubmission_onlinetext_/onlinetext.html",
            HandIn("Moodle", "Jane Doe", "9", "onlinetext.html"),
        ),
        ("a.ipynb", None),
        ("doejane/a.ipynb", None),
        ("doejane_12_a.ipynb", None),
        ("doejane_12_678_", None),
        ("", None),
    ],
)
def test_names_of_both_systems(name, expected):
    assert read_name(name) == expected


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    one = read_name(text)
    if one is not None:
        assert text.endswith(one.file)
        assert student_id(one) == clean(student_id(one))


own_names = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1)
tricks = st.sampled_from(
    ["bob_13_999_", "LATE_13_999_", "_LATE_", "Bob_13_assignsubmission_file_", "anon_13_9_", "../"]
)


@given(tricks, own_names, st.booleans())
def test_no_name_a_learner_gives_a_file_makes_it_another_persons(trick, own, in_folder):
    for mine, who in ((f"{MOODLE}/", "Moodle"), (MOODLE, "Moodle"), ("doejane_12_678_", "Canvas")):
        folder = trick if in_folder and mine.endswith("/") else ""
        file = f"{folder}/{trick}{own}" if folder else f"{trick}{own}".replace("/", "_")
        one = read_name(mine + file)
        assert one is not None
        assert (one.system, one.late) == (who, False)
        assert one.person == (("12345", "Jane Doe") if who == "Moodle" else ("12", ""))
        assert one.file == file


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_ids_are_safe_as_folders_patterns_and_addresses(name):
    cleaned = clean(name)
    assert cleaned
    assert len(cleaned.encode()) <= 64
    assert all(unicodedata.category(letter)[0] in "LNM" or letter == "-" for letter in cleaned)
    assert cleaned == clean(cleaned)
    assert not cleaned.startswith("-")


def test_an_id_keeps_what_stays_with_a_person():
    assert student_id(HandIn("Canvas", "doejane", "12", "a", upload=1)) == "doejane-12"
    assert student_id(HandIn("Canvas", "doejane", "12", "a", upload=2)) == "doejane-12"
    assert student_id(HandIn("Canvas", "", "anon_x7Ygc", "a")) == "anon-x7ygc"
    this, next_one = HandIn("Moodle", "Jane Doe", "5", "a"), HandIn("Moodle", "Jane Doe", "9", "a")
    assert student_id(this) == student_id(next_one) == "jane-doe"


@pytest.mark.parametrize(
    ("one", "other"),
    [("José", "Jose\u0301"), ("JANE", "jane"), ("Ｊａｎｅ", "jane"), ("a  b", "a b")],
)
def test_the_same_name_written_differently_is_the_same_id(one, other):
    assert clean(one) == clean(other)


def test_long_names_differ_as_ids():
    assert clean("a" * 500) != clean("a" * 501)
    assert clean("李" * 100) != clean("李" * 101)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("notes", ("notes", 0)),
        ("notes-2", ("notes", 2)),
        ("notes (3)", ("notes", 3)),
        ("notes-Copy1", ("notes", 1)),
        ("notes-Copy", ("notes", 1)),
        ("12", ("12", 0)),
    ],
)
def test_copy_numbers(stem, expected):
    assert without_copy_number(stem) == expected
