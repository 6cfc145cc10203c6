"""What is found in submitted/, and what is said of what cannot be graded."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.class_folder import ClassFolder, open_class
from autograder.errors import ClassTrouble, UnknownName
from autograder.submissions import (
    LARGEST_SUBMISSION_BYTES,
    Submission,
    find_submissions,
    student_id,
)
from autograder.unit import Unit
from tests.grading.handed_in import hand_in


@pytest.fixture
def folder(tmp_path: Path) -> ClassFolder:
    return open_class(tmp_path)


def only_one(folder: ClassFolder, unit: Unit) -> Submission:
    (submission,) = find_submissions(folder, unit)
    return submission


def refusal(folder: ClassFolder, unit: Unit) -> str:
    content = only_one(folder, unit).content()
    assert content.notebook == b""
    assert content.refusal is not None
    return content.refusal


def test_students_with_the_unit_are_found_in_order(folder, small_unit):
    for student in ("zoe", "ann", ".hidden"):
        hand_in(folder.root, small_unit, student, b"{}")
    (folder.submitted / "absent").mkdir()
    (folder.submitted / "notes.txt").write_text("not a student")
    assert [one.student for one in find_submissions(folder, small_unit)] == ["ann", "zoe"]


def test_the_content_is_what_was_handed_in(folder, small_unit):
    hand_in(folder.root, small_unit, "ann", b"{} \xff")
    content = only_one(folder, small_unit).content()
    assert (content.notebook, content.refusal) == (b"{} \xff", None)


def test_nobody_handed_in_says_where_it_was_looked_for(folder, small_unit):
    with pytest.raises(ClassTrouble, match=r"submitted/<student>/00_start_here/start_here\.ipynb"):
        find_submissions(folder, small_unit)


def test_a_student_who_does_not_exist_gets_the_nearest_names(folder, small_unit):
    for student in ("ann", "bob"):
        hand_in(folder.root, small_unit, student, b"{}")
    with pytest.raises(UnknownName, match="Did you mean ann"):
        find_submissions(folder, small_unit, only=["anne"])
    assert [one.student for one in find_submissions(folder, small_unit, only=["bob"])] == ["bob"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "the folder is empty"),
        (["timestamp.txt"], "the folder is empty"),
        (
            ["start_here (1).ipynb"],
            r"start_here \(1\)\.ipynb; if that is the notebook, rename it$",
        ),
        (["a.ipynb", "b.ipynb", "notes.txt"], r"the folder holds a\.ipynb, b\.ipynb$"),
        (["answers.pdf"], r"the folder holds answers\.pdf$"),
        (["1.txt", "2.txt", "3.txt", "4.txt", "5.txt"], r"1\.txt, 2\.txt, 3\.txt and 2 more$"),
        (["evil\n\x1b[31m.ipynb"], r"evil\\n\\x1b\[31m\.ipynb"),
    ],
)
def test_without_the_notebook_it_says_what_is_there(folder, small_unit, names, said):
    place = folder.submitted / "ann" / small_unit.name
    place.mkdir(parents=True)
    for name in names:
        (place / name).write_text("")
    text = refusal(folder, small_unit)
    assert text.startswith("there is no start_here.ipynb: ")
    assert re.search(said, text)


def test_a_file_in_place_of_the_folder(folder, small_unit):
    (folder.submitted / "ann").mkdir(parents=True)
    (folder.submitted / "ann" / small_unit.name).write_text("")
    assert "in place of the unit's folder stands a file" in refusal(folder, small_unit)


def test_no_link_is_followed(folder, small_unit, tmp_path):
    secret = hand_in(tmp_path / "elsewhere", small_unit, "secret", b"{}", "2025-01-01 00:00:00 UTC")
    student = folder.submitted / "ann"

    student.mkdir(parents=True)
    (student / small_unit.name).mkdir()
    (student / small_unit.name / secret.name).symlink_to(secret)
    assert "is a link" in refusal(folder, small_unit)

    (student / small_unit.name / secret.name).unlink()
    (student / small_unit.name).rmdir()
    (student / small_unit.name).symlink_to(secret.parent)
    assert "is a link" in refusal(folder, small_unit)
    assert only_one(folder, small_unit).timestamp() is None

    (student / small_unit.name).unlink()
    student.rmdir()
    student.symlink_to(secret.parent.parent)
    assert "is a link" in refusal(folder, small_unit)
    assert only_one(folder, small_unit).timestamp() is None


def test_a_pipe_a_folder_and_a_giant_are_not_read(folder, small_unit):
    path = hand_in(folder.root, small_unit, "ann", b"")
    path.unlink()
    os.mkfifo(path)
    assert refusal(folder, small_unit) == "start_here.ipynb is not a file"
    path.unlink()
    path.mkdir()
    assert refusal(folder, small_unit) == "start_here.ipynb is not a file"
    path.rmdir()
    with path.open("wb") as file:
        file.truncate(LARGEST_SUBMISSION_BYTES + 1)
    assert "20 MiB are allowed" in refusal(folder, small_unit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2025-01-02 10:00:00 UTC\n", "2025-01-02 10:00:00 UTC"), ("", None), (None, None)],
)
def test_the_timestamp_is_the_text_of_its_file(folder, small_unit, text, expected):
    hand_in(folder.root, small_unit, "ann", b"{}", text)
    assert only_one(folder, small_unit).timestamp() == expected


folder_names = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1)


@given(st.lists(folder_names, max_size=4))
def test_every_folder_name_becomes_an_id_the_gradebook_takes(names):
    ids = {name: student_id(name) for name in names}
    assert len(set(ids.values())) == len(set(names))
    for name, identity in ids.items():
        assert identity.isprintable()
        assert len(identity) <= 128
        assert identity == name or not (name.isprintable() and len(name) <= 128)


def test_a_folder_whose_name_is_no_text_is_graded_like_any_other(folder, small_unit):
    try:
        hand_in(folder.root, small_unit, os.fsdecode(b"ann\xff"), b"{}")
    except OSError:
        pytest.skip("this file system takes no such names")
    submission = only_one(folder, small_unit)
    submission.student.encode()
    assert submission.content().notebook == b"{}"
